package lir

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// objectSym returns the symbol of an object of the snapshot.
func (l *lowerer) objectSym(id snapshot.ID) SymID {
	return l.f.symbol(Symbol{Kind: object.Abs64Object, ID: uint32(id)})
}

// identitySym returns the symbol of an object's address that the code compares with without keeping
// the object alive.
func (l *lowerer) identitySym(id snapshot.ID) SymID {
	return l.f.symbol(Symbol{Kind: object.Abs64Identity, ID: uint32(id)})
}

// symbol materialises an address.
func (l *lowerer) symbol(s SymID) VReg {
	l.emit(SymAddr).Sym = s
	return l.def(0)
}

// load emits a load from base + off.
func (l *lowerer) load(m Mem, base VReg, off int64) VReg {
	in := l.begin(Load)
	in.Mem, in.Imm = m, off
	d := l.addDef(in, memClass(m))
	l.addUse(in, base)
	return d
}

// loadPinned emits a load relative to a pinned register.
func (l *lowerer) loadPinned(m Mem, base Base, off int64) VReg {
	in := l.begin(Load)
	in.Mem, in.Imm, in.Base = m, off, base
	return l.addDef(in, memClass(m))
}

func memClass(m Mem) regalloc.Class {
	if m == MemF64 {
		return regalloc.Float
	}
	return regalloc.Int
}

// store emits a store of v to base + off.
func (l *lowerer) store(m Mem, v, base VReg, off int64) {
	in := l.emit(Store, v, base)
	in.Mem, in.Imm = m, off
}

func (l *lowerer) loadX(m Mem, base, index VReg, off int64) VReg {
	in := l.begin(LoadX)
	in.Mem, in.Imm = m, off
	d := l.addDef(in, memClass(m))
	l.addUse(in, base)
	l.addUse(in, index)
	return d
}

// element is the address of an item of an array: a constant index becomes
// part of the offset.
func (l *lowerer) element(v hir.Value, m Mem) (base, index VReg, off int64) {
	base, off = l.arg(v, 0), l.h.At(v).Imm
	if k, ok := l.constInt(l.h.Arg(v, 1)); ok {
		return base, 0, off + m.Bytes()*k
	}
	return base, l.arg(v, 1), off
}

// loadElement loads an item of an array, storeElement stores one.
func (l *lowerer) loadElement(v hir.Value, m Mem) {
	base, index, off := l.element(v, m)
	if index == 0 {
		l.val[v] = l.load(m, base, off)
		return
	}
	l.val[v] = l.loadX(m, base, index, off)
}

func (l *lowerer) storeElement(v hir.Value, m Mem) {
	base, index, off := l.element(v, m)
	if index == 0 {
		l.store(m, l.arg(v, 2), base, off)
		return
	}
	in := l.emit(StoreX, l.arg(v, 2), base, index)
	in.Mem, in.Imm = m, off
}

var memOfNumber = [...]Mem{hir.Int8: Mem8S, hir.Uint8: Mem8, hir.Int16: Mem16S, hir.Uint16: Mem16U, hir.Int32: Mem32S, hir.Uint32: Mem32U, hir.Int64: Mem64}

func lowerLoadElem(l *lowerer, v hir.Value) { l.loadElement(v, Mem64) }

func lowerLoadDouble(l *lowerer, v hir.Value) { l.loadElement(v, MemF64) }

func lowerLoadNumber(l *lowerer, v hir.Value) { l.loadElement(v, memOfNumber[l.h.At(v).Aux]) }

func lowerStoreDouble(l *lowerer, v hir.Value) { l.storeElement(v, MemF64) }

func lowerStoreNumber(l *lowerer, v hir.Value) { l.storeElement(v, memOfNumber[l.h.At(v).Aux]) }

func lowerSwapElem(l *lowerer, v hir.Value) {
	base, index, off := l.element(v, Mem64)
	if index == 0 {
		l.val[v] = l.load(Mem64, base, off)
		l.store(Mem64, l.arg(v, 2), base, off)
		return
	}
	l.val[v] = l.loadX(Mem64, base, index, off)
	in := l.emit(StoreX, l.arg(v, 2), base, index)
	in.Imm = off
}

// loadOp and storeOp make the lowerings of plain field accesses.
func loadOp(m Mem) func(*lowerer, hir.Value) {
	return func(l *lowerer, v hir.Value) {
		l.val[v] = l.load(m, l.arg(v, 0), l.h.At(v).Imm)
	}
}

func storeOp(m Mem) func(*lowerer, hir.Value) {
	return func(l *lowerer, v hir.Value) {
		l.store(m, l.arg(v, 1), l.arg(v, 0), l.h.At(v).Imm)
	}
}

func lowerSwapField(l *lowerer, v hir.Value) {
	base, off := l.arg(v, 0), l.h.At(v).Imm
	l.val[v] = l.load(Mem64, base, off)
	l.store(Mem64, l.arg(v, 1), base, off)
}

func lowerConst(l *lowerer, v hir.Value) {
	l.val[v] = l.symbol(l.objectSym(l.h.At(v).Obj))
}

func lowerNull(l *lowerer, v hir.Value) { l.val[v] = l.value(Imm, 0) }

func lowerCInt(l *lowerer, v hir.Value) { l.val[v] = l.value(Imm, l.h.At(v).Imm) }

func lowerCFloat(l *lowerer, v hir.Value) { l.val[v] = l.value(FImm, l.h.At(v).Imm) }
