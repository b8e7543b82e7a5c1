package lir

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// lowerLongUnbox computes digit * (1 - sign), where sign is 0 for positive
// ints, 1 for zero and 2 for negative ones.
func lowerLongUnbox(l *lowerer, v hir.Value) {
	if id := l.h.At(l.h.Arg(v, 0)).Type.Obj; id != 0 {
		if o := l.h.Snap.Object(id); o.Kind == snapshot.KindInt && o.Flags&snapshot.FlagBig == 0 {
			l.val[v] = l.value(Imm, o.Int)
			return
		}
	}
	a := l.h.Arg(v, 0)
	o := l.use(a)
	var tag VReg
	if in := l.h.At(a); in.Op == hir.GuardCompact && in.Block == l.curHIR {
		tag = l.second[a]
	} else {
		tag = l.load(Mem64, o, l.layout.Int.Tag)
	}
	digit := l.load(Mem32U, o, l.layout.Int.Digit)
	sign := l.value(AndImm, l.layout.Int.SignMask, tag)
	l.val[v] = l.value(MSub, 0, sign, digit, digit)
}

func lowerLongBox(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Deopt, object.ReasonUnsupported)
	in := l.begin(BoxInt)
	in.Side = side
	l.val[v] = l.addDef(in, regalloc.Int)
	l.addOperand(in, regalloc.Operand{V: l.arg(v, 0), Kind: regalloc.Use, Constraint: regalloc.Any})
}

func lowerFloatBox(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Deopt, object.ReasonUnsupported)
	l.emit(BoxFloat, l.arg(v, 0)).Side = side
	l.val[v] = l.def(0)
}

func lowerReplaceFloat(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Deopt, object.ReasonUnsupported)
	in := l.emit(ReplaceFloat, l.arg(v, 0), l.arg(v, 1))
	in.Side, in.Facts = side, l.facts(l.h.Arg(v, 0))&MayBeNull
	l.val[v] = l.def(0)
}

func lowerFloatUnbox(l *lowerer, v hir.Value) {
	l.val[v] = l.load(MemF64, l.arg(v, 0), l.layout.Float.Value)
}
