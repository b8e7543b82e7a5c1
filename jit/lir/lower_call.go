package lir

import (
	"fmt"
	"math"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// fixUses adds uses in the argument registers of a C function.
func (l *lowerer) fixUses(in *Instr, args []VReg) {
	ints, floats := 0, 0
	for _, a := range args {
		if a == 0 {
			panic(fmt.Sprintf("lir: an argument of %s was not lowered", in.Op))
		}
		o := regalloc.Operand{V: a, Kind: regalloc.Use, Constraint: regalloc.Fixed}
		if l.f.classes[a] == regalloc.Float {
			o.Fixed = l.conv.FloatArgs[floats]
			floats++
		} else {
			o.Fixed = l.conv.IntArgs[ints]
			ints++
		}
		l.addOperand(in, o)
	}
}

// fixDef adds a definition in a fixed register.
func (l *lowerer) fixDef(in *Instr, r regalloc.PReg) VReg {
	v := l.f.newVReg(r.Class())
	l.addOperand(in, regalloc.Operand{V: v, Kind: regalloc.Def, Constraint: regalloc.Fixed, Fixed: r})
	return v
}

// fixResult adds the definitions for a helper's return kind. A status that only
// tells errors has one too: the exit test looks at it.
func (l *lowerer) fixResult(in *Instr, ret string) {
	switch ret {
	case "f":
		l.fixDef(in, l.conv.FloatResult)
	case "2":
		l.fixDef(in, l.conv.IntResults[0])
		l.fixDef(in, l.conv.IntResults[1])
	case "-":
	default:
		l.fixDef(in, l.conv.IntResults[0])
	}
}

// callHelperOp emits a call of a helper with the error convention of v.
func (l *lowerer) callHelperOp(v hir.Value, helper int, args []VReg, side SideID) {
	in := l.begin(CallHelper)
	in.Imm, in.Side, in.Err = int64(helper), side, l.h.At(v).Op.Info().Err
	in.Counts = l.h.At(v).Op == hir.CallVector || l.h.At(v).Op == hir.CallEx
	l.fixResult(in, hir.HelperTable[helper].Ret)
	l.fixUses(in, args)
}

// failure returns the side of what happens when v fails: an observable
// instruction raises, another one is executed again by the interpreter.
func (l *lowerer) failure(v hir.Value) SideID {
	info := l.h.At(v).Op.Info()
	switch {
	case info.Err == hir.ErrNone || l.caught[v]:
		return 0
	case info.Observable:
		return l.exitSide(v, object.Raise, object.ReasonRaised)
	default:
		return l.exitSide(v, object.Deopt, object.ReasonUnsupported)
	}
}

// helper lowers v as a call of its helper: operands, an array and its length
// for variadic ones, then Obj, Imm, and the array for unpacked items.
func (l *lowerer) helper(v hir.Value) {
	in := l.h.At(v)
	info := in.Op.Info()
	kinds := info.Args
	var args []VReg
	if n := len(kinds); n > 0 && kinds[n-1] == '*' {
		fixed := n - 2
		for i := range fixed {
			args = append(args, l.arg(v, i))
		}
		count := l.h.NArgs(v) - fixed
		for i := range count {
			l.storeOut(int64(8*i), l.h.Arg(v, fixed+i))
		}
		args = append(args, l.value(OutAddr, 0), l.value(Imm, int64(count)))
	} else {
		for i, n := 0, l.h.NArgs(v); i < n; i++ {
			args = append(args, l.arg(v, i))
		}
	}
	if info.UsesObj {
		args = append(args, l.objectOrNull(in.Obj))
	}
	if info.UsesImm {
		args = append(args, l.value(Imm, in.Imm))
	}
	switch in.Op {
	case hir.UnpackSequence:
		l.reserveOut(8 * in.Imm)
		args = append(args, l.value(OutAddr, 0))
	case hir.UnpackEx:
		l.reserveOut(8 * (in.Imm&0xff + 1 + in.Imm>>8))
		args = append(args, l.value(OutAddr, 0))
	}
	l.callHelperOp(v, hir.HelperIndex(info.Helper), args, l.failure(v))
	l.result(v)
}

// result makes the result of v from the definitions of the call just emitted.
func (l *lowerer) result(v hir.Value) {
	in := l.h.At(v)
	last := &l.cur.instrs[len(l.cur.instrs)-1]
	if in.Type.Bits == 0 || last.ndefs == 0 {
		return
	}
	r := l.def(0)
	if last.ndefs == 2 {
		l.second[v] = l.def(1)
	}
	if in.Type.Is(hir.BitCInt) && in.Op.Info().Err != hir.ErrMinusOne {
		// A status, of which only the low half counts.
		r = l.value(SignExt, 0, r)
	}
	l.val[v] = r
}

func (l *lowerer) objectOrNull(id snapshot.ID) VReg {
	if id == 0 {
		return l.value(Imm, 0)
	}
	return l.symbol(l.objectSym(id))
}

// reserveOut makes the outgoing argument area at least n bytes large.
func (l *lowerer) reserveOut(n int64) { l.f.OutSize = max(l.f.OutSize, n) }

// storeOut stores an operand at a byte offset of the outgoing argument area.
func (l *lowerer) storeOut(off int64, v hir.Value) {
	l.reserveOut(off + 8)
	in := l.begin(StoreOut)
	in.Imm = off
	l.storedValue(in, v)
}

// storedValue adds what a StoreOut or StoreSlot stores: a symbol, nothing for
// null, or a use that may be anywhere.
func (l *lowerer) storedValue(in *Instr, v hir.Value) {
	switch hin := l.h.At(v); hin.Op {
	case hir.Null:
	case hir.Const:
		in.Sym = l.objectSym(hin.Obj)
	default:
		l.addOperand(in, regalloc.Operand{V: l.use(v), Kind: regalloc.Use, Constraint: regalloc.Any})
	}
}

func lowerSecondResult(l *lowerer, v hir.Value) { l.val[v] = l.second[l.h.Arg(v, 0)] }

func lowerUnpackedItem(l *lowerer, v hir.Value) {
	l.val[v] = l.loadPinned(Mem64, BaseOut, 8*l.h.At(v).Imm)
}

// argumentsOffset is PY_VECTORCALL_ARGUMENTS_OFFSET, fixed by the public API:
// the slot before the array may be used by the callee.
const argumentsOffset = math.MinInt64

// lowerCallVector stores the arguments behind a free slot in the outgoing area.
// When it is not known whether there is a self, the slot for it is in the array,
// and the helper looks.
func lowerCallVector(l *lowerer, v hir.Value) {
	in := l.h.At(v)
	callable, self := l.h.Arg(v, 0), l.h.Arg(v, 1)
	named := 0
	if in.Obj != 0 {
		named = len(l.h.Snap.Object(in.Obj).Refs)
	}
	count := l.h.NArgs(v) - 2 - named
	helper, off := "vectorcall", int64(8)
	l.reserveOut(16)
	switch st := l.h.At(self).Type; {
	case st == hir.TNull || l.h.At(self).Op == hir.Null:
	case st.MayBe(hir.BitNull):
		helper = "vectorcall_maybe_self"
		fallthrough
	default:
		l.storeOut(off, self)
		off += 8
		count++
	}
	for i, n := 2, l.h.NArgs(v); i < n; i++ {
		l.storeOut(off, l.h.Arg(v, i))
		off += 8
	}
	nargsf := int64(count)
	if helper == "vectorcall" {
		nargsf |= argumentsOffset
	}
	args := []VReg{l.use(callable), l.value(OutAddr, 8), l.value(Imm, nargsf), l.objectOrNull(in.Obj)}
	l.callHelperOp(v, hir.HelperIndex(helper), args, l.failure(v))
	l.result(v)
}

func lowerCallDirect(l *lowerer, v hir.Value) {
	args := make([]VReg, 0, len(l.conv.IntArgs))
	for i, n := 0, l.h.NArgs(v); i < n; i++ {
		if i < len(l.conv.IntArgs) {
			args = append(args, l.arg(v, i))
		} else {
			l.storeOut(int64(8*(i-len(l.conv.IntArgs))), l.h.Arg(v, i))
		}
	}
	side := l.failure(v)
	in := l.begin(CallDirect)
	in.Sym = l.f.symbol(Symbol{Kind: object.Abs64CJCode, ID: uint32(l.h.At(v).Obj)})
	in.Side, in.Err, in.Counts = side, hir.ErrNull, true
	l.val[v] = l.fixDef(in, l.conv.IntResults[0])
	l.fixUses(in, args)
}

func lowerResumeGenerator(l *lowerer, v hir.Value) {
	args := []VReg{l.arg(v, 0), l.arg(v, 1)}
	side := l.failure(v)
	in := l.begin(CallResume)
	in.Side, in.Err, in.Counts = side, hir.ErrNull, true
	l.val[v] = l.fixDef(in, l.conv.IntResults[0])
	l.fixUses(in, args)
}

// lowerCallC calls the C function of a built-in function or a method
// descriptor, whose address it reads from the definition the object points to.
func lowerCallC(l *lowerer, v hir.Value) {
	in := l.h.At(v)
	def := l.layout.Builtin.Def
	if l.h.Snap.Object(in.Obj).Kind == snapshot.KindMethodDescr {
		def = l.layout.MethodDescr.Def
	}
	args := []VReg{l.arg(v, 0)}
	switch in.Op {
	case hir.CallCNoArgs:
		args = append(args, l.value(Imm, 0))
	case hir.CallCO:
		args = append(args, l.arg(v, 1))
	default:
		n := l.h.NArgs(v)
		for i := 1; i < n; i++ {
			l.storeOut(int64(8*(i-1)), l.h.Arg(v, i))
		}
		args = append(args, l.value(OutAddr, 0), l.value(Imm, int64(n-1)))
		if in.Op == hir.CallCFastKw {
			args = append(args, l.value(Imm, 0))
		}
	}
	fn := l.load(Mem64, l.load(Mem64, l.symbol(l.objectSym(in.Obj)), def), l.layout.MethodDef.Func)
	side := l.failure(v)
	call := l.begin(CallPtr)
	call.Side, call.Err, call.Counts = side, hir.ErrNull, true
	l.val[v] = l.fixDef(call, l.conv.IntResults[0])
	l.fixUses(call, args)
	l.addOperand(call, regalloc.Operand{V: fn, Kind: regalloc.Use, Constraint: regalloc.Fixed, Fixed: l.conv.Target})
}
