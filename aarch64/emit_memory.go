package aarch64

import (
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
)

var memOf = [...]Mem{lir.Mem64: MemU64, lir.Mem32U: MemU32, lir.Mem32S: MemS32X, lir.Mem8: MemU8,
	lir.Mem8S: MemS8X, lir.Mem16U: MemU16, lir.Mem16S: MemS16X, lir.MemF64: MemF64}

// base returns the base register of a memory access whose use number k would
// be it.
func (e *emitter) base(in *lir.Instr, k int) Reg {
	switch in.Base {
	case lir.BaseFrame:
		return frameReg
	case lir.BaseThread:
		return threadReg
	case lir.BaseOut:
		return SP
	}
	return e.use(in, k)
}

func emitLoad(e *emitter, in *lir.Instr) int {
	m := memOf[in.Mem]
	e.a.Emit(Load(m, e.reg(0), e.addr(e.base(in, 0), in.Imm, m, scratch)))
	return 0
}

func storeMem(m lir.Mem) Mem {
	switch m {
	case lir.Mem32S:
		return MemU32
	case lir.Mem16S:
		return MemU16
	case lir.Mem8S:
		return MemU8
	}
	return memOf[m]
}

func emitStore(e *emitter, in *lir.Instr) int {
	m := storeMem(in.Mem)
	e.a.Emit(Store(m, e.use(in, 0), e.addr(e.base(in, 1), in.Imm, m, scratch)))
	return 0
}

// indexed is base + imm plus the index times the size of what is accessed.
func (e *emitter) indexed(base, index Reg, imm int64) Addr {
	if imm != 0 {
		e.a.AddConst(W64, scratch, base, imm, scratch)
		base = scratch
	}
	return AtIndex(base, index, UXTX, true)
}

func emitLoadX(e *emitter, in *lir.Instr) int {
	e.a.Emit(Load(memOf[in.Mem], e.reg(0), e.indexed(e.use(in, 0), e.use(in, 1), in.Imm)))
	return 0
}

func emitStoreX(e *emitter, in *lir.Instr) int {
	e.a.Emit(Store(storeMem(in.Mem), e.use(in, 0), e.indexed(e.use(in, 1), e.use(in, 2), in.Imm)))
	return 0
}

// slotOffset is the offset of a local variable slot from the frame.
func (e *emitter) slotOffset(slot int64) int64 { return e.lay.Frame.LocalsPlus + 8*slot }

// emitStoreSlot stores a borrowed reference; two stores to neighbouring slots
// become one.
func emitStoreSlot(e *emitter, in *lir.Instr) int {
	r := e.slotReference(in, e.locs, scratch)
	base, at := frameReg, int64(0)
	if in.Inline != 0 {
		base, at = SP, e.inlinedAt(in.Inline)
	}
	off := at + e.slotOffset(in.Imm)
	if next, ok := e.nextStoreSlot(); ok {
		other := &e.f.Instrs[next]
		lo := min(in.Imm, other.Imm)
		if d := in.Imm - other.Imm; (d == 1 || d == -1) && IsPairOffset(MemU64, at+e.slotOffset(lo)) && in.Inline == other.Inline {
			r2 := r
			if other.Sym != in.Sym || other.NumUses()+in.NumUses() != 0 {
				r2 = e.slotReference(other, e.res.Operands(next), scratch2)
			}
			if other.Imm == lo {
				r, r2 = r2, r
			}
			e.a.Emit(Stp(MemU64, r, r2, At(base, int32(at+e.slotOffset(lo)))))
			return 1
		}
	}
	e.a.Emit(Store(MemU64, r, e.addr(base, off, MemU64, scratch2)))
	return 0
}

// nextStoreSlot returns the next instruction when it is a StoreSlot that
// nothing has to happen before.
func (e *emitter) nextStoreSlot() (int, bool) {
	next := e.index + 1
	if next >= int(e.f.Blocks[e.block].Last) || e.f.Instrs[next].Op != lir.StoreSlot || len(e.res.MovesBefore(next)) != 0 {
		return 0, false
	}
	return next, true
}

// slotReference makes the tagged reference that a StoreSlot stores.
func (e *emitter) slotReference(in *lir.Instr, locs []regalloc.Loc, scratch Reg) Reg {
	switch {
	case in.Sym != 0:
		e.symbol(scratch, in.Sym)
		e.a.Emit(AddImm(W64, scratch, scratch, e.lay.Frame.TagBorrowed))
	case in.NumUses() == 0:
		e.a.MovImm64(scratch, uint64(e.lay.Frame.Null))
	default:
		e.borrow(scratch, e.anywhere(locs[0], scratch))
	}
	return scratch
}

// borrow makes the stack reference of the pointer r, which may be null: a null
// reference has the tag too.
func (e *emitter) borrow(d, r Reg) {
	e.a.Emit(AddImm(W64, d, r, e.lay.Frame.TagBorrowed))
}

func emitStoreOut(e *emitter, in *lir.Instr) int {
	r := XZR
	switch {
	case in.Sym != 0:
		e.symbol(scratch, in.Sym)
		r = scratch
	case in.NumUses() != 0:
		r = e.anywhere(e.locs[0], scratch)
	}
	e.a.Emit(Store(MemU64, r, e.addr(SP, in.Imm, MemU64, scratch2)))
	return 0
}

// unitWindow is how many code units one literal serves: their addresses are
// in reach of one add.
const unitWindow = 2048

// unitBits is how many bits of a symbol's ID hold a code unit.
const unitBits = 20

// codeUnit makes the address of a code unit of the code of inlined call i, or
// the outermost. All units of a window share a literal.
func (e *emitter) codeUnit(r Reg, i int32, unit int64) {
	first := unit &^ (unitWindow - 1)
	e.a.LoadSymbol(r, Symbol{symbolUnit, uint32(i)<<unitBits | uint32(first)}, 0)
	if unit != first {
		e.a.Emit(AddImm(W64, r, r, (unit-first)*e.lay.Code.UnitSize))
	}
}

func emitSetIP(e *emitter, in *lir.Instr) int {
	e.codeUnit(scratch, in.Inline, in.Imm)
	at := e.lay.Frame.InstrPtr
	if in.Inline != 0 {
		e.a.Emit(Str(W64, scratch, e.addr(SP, e.inlinedAt(in.Inline)+at, MemU64, scratch2)))
	} else {
		e.a.Emit(Str(W64, scratch, At(frameReg, int32(at))))
	}
	return 0
}

// relocation translates a symbol of the assembler.
func (e *emitter) relocation(r Reloc) object.Reloc {
	o := object.Reloc{Offset: r.Offset, Addend: r.Addend}
	switch r.Symbol.Kind {
	case symbolHelper:
		o.Kind, o.ID = object.Call26Helper, r.Symbol.ID
	case symbolStub:
		o.Kind, o.Symbol = object.Call26Stub, stubs[r.Symbol.ID]
	case symbolSelf:
		o.Kind = object.Abs64Self
	case symbolCountdown:
		o.Kind, o.Symbol = object.Abs64Symbol, object.SymbolCountdown
	case symbolUnit:
		o.Kind, o.ID = object.Abs64CodeUnit, uint32(e.codeOf(int32(r.Symbol.ID>>unitBits)))
		o.Addend = int64(r.Symbol.ID & (1<<unitBits - 1))
	default:
		s := e.f.Syms[r.Symbol.ID]
		o.Kind, o.ID, o.Symbol = s.Kind, s.ID, s.Name
		o.Addend += s.Addend
	}
	return o
}
