package lir

import (
	"math/bits"

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
	o := l.arg(v, 0)
	tag := l.load(Mem64, o, l.layout.Int.Tag)
	digit := l.load(Mem32U, o, l.layout.Int.Digit)
	sign := l.value(AndImm, l.layout.Int.SignMask, tag)
	l.val[v] = l.value(MSub, 0, sign, digit, digit)
}

// lowerLongBox finds a small int in the interpreter's table, and asks the run
// time for any other.
func lowerLongBox(l *lowerer, v hir.Value) {
	n := l.arg(v, 0)
	lay := &l.layout.Int
	index := l.value(AddImm, -lay.SmallMin, n)
	small, big, done := l.split(false), l.split(true), l.split(false)
	l.branch(test{kind: TestImm, cond: ULE, a: index, imm: lay.SmallMax - lay.SmallMin}, small, big)

	l.enter(small)
	first, _ := snapshot.SmallInt(snapshot.MinSmallInt)
	table := l.symbol(l.objectSym(first))
	var a VReg
	if s := lay.SmallStride; s&(s-1) == 0 {
		a = l.value(AddShl, int64(bits.TrailingZeros64(uint64(s))), table, index)
	} else {
		a = l.value(Add, 0, table, l.value(Mul, 0, index, l.value(Imm, s)))
	}
	l.jump(done, a)

	l.enter(big)
	l.callHelperOp(v, hir.HelperIndex("long_box"), []VReg{n}, l.exitSide(v, object.Deopt, object.ReasonUnsupported))
	l.jump(done, l.def(0))

	l.join(done, v)
}

// lowerFloatBox takes a float from the free list, or else asks the run time.
func lowerFloatBox(l *lowerer, v hir.Value) {
	l.callHelperOp(v, hir.HelperIndex("float_box"), []VReg{l.arg(v, 0)}, l.exitSide(v, object.Deopt, object.ReasonUnsupported))
	l.val[v] = l.def(0)
}

// join enters done, whose only parameter becomes the result of v.
func (l *lowerer) join(done *buildBlock, v hir.Value) {
	l.val[v] = l.f.newVReg(regalloc.Int)
	done.params = []VReg{l.val[v]}
	l.enter(done)
}

func lowerFloatUnbox(l *lowerer, v hir.Value) {
	l.val[v] = l.load(MemF64, l.arg(v, 0), l.layout.Float.Value)
}
