package lir

import (
	"math/bits"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
)

// lowerAdd lowers a sum, with a constant operand as an immediate.
func lowerAdd(l *lowerer, v hir.Value) {
	a, b := l.h.Arg(v, 0), l.h.Arg(v, 1)
	if _, ok := l.constInt(a); ok {
		a, b = b, a
	}
	if k, ok := l.constInt(b); ok {
		l.val[v] = l.value(AddImm, k, l.use(a))
		return
	}
	l.val[v] = l.value(Add, 0, l.use(a), l.use(b))
}

func lowerSub(l *lowerer, v hir.Value) {
	if k, ok := l.constInt(l.h.Arg(v, 1)); ok {
		l.val[v] = l.value(AddImm, -k, l.arg(v, 0))
		return
	}
	l.val[v] = l.value(Sub, 0, l.arg(v, 0), l.arg(v, 1))
}

func lowerMul(l *lowerer, v hir.Value) {
	a, b := l.h.Arg(v, 0), l.h.Arg(v, 1)
	if _, ok := l.constInt(a); ok {
		a, b = b, a
	}
	if k, ok := l.constInt(b); ok && k > 0 && k&(k-1) == 0 {
		l.val[v] = l.value(ShlImm, int64(bits.TrailingZeros64(uint64(k))), l.use(a))
		return
	}
	l.val[v] = l.value(Mul, 0, l.use(a), l.use(b))
}

// binary makes the lowering of an operation that has an immediate form (or
// OpInvalid) and may be commutative.
func binary(op, imm Op, commutes bool) func(*lowerer, hir.Value) {
	return func(l *lowerer, v hir.Value) {
		a, b := l.h.Arg(v, 0), l.h.Arg(v, 1)
		if imm != OpInvalid {
			if _, ok := l.constInt(a); ok && commutes {
				a, b = b, a
			}
			if k, ok := l.constInt(b); ok {
				l.val[v] = l.value(imm, k, l.use(a))
				return
			}
		}
		l.val[v] = l.value(op, 0, l.use(a), l.use(b))
	}
}

// unary makes the lowering of an operation on one value.
func unary(op Op) func(*lowerer, hir.Value) {
	return func(l *lowerer, v hir.Value) { l.val[v] = l.value(op, 0, l.arg(v, 0)) }
}

// powerOfTwo returns log2 of the constant v when it is a positive power of two.
func (l *lowerer) powerOfTwo(v hir.Value) (int64, bool) {
	k, ok := l.constInt(v)
	if !ok || k <= 0 || k&(k-1) != 0 {
		return 0, false
	}
	return int64(bits.TrailingZeros64(uint64(k))), true
}

// lowerFloorDiv and lowerMod use that rounding down is what an arithmetic shift
// and a mask do.
func lowerFloorDiv(l *lowerer, v hir.Value) {
	if s, ok := l.powerOfTwo(l.h.Arg(v, 1)); ok {
		l.val[v] = l.value(SarImm, s, l.arg(v, 0))
		return
	}
	l.val[v] = l.value(FloorDiv, 0, l.arg(v, 0), l.arg(v, 1))
}

func lowerMod(l *lowerer, v hir.Value) {
	if s, ok := l.powerOfTwo(l.h.Arg(v, 1)); ok {
		l.val[v] = l.value(AndImm, 1<<s-1, l.arg(v, 0))
		return
	}
	l.val[v] = l.value(Mod, 0, l.arg(v, 0), l.arg(v, 1))
}

// lowerGuardNotEmpty subtracts 1, which overflows for the least number only.
func lowerGuardNotEmpty(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Deopt, object.ReasonOverflow)
	in := l.emit(AddOvfImm, l.arg(v, 0))
	in.Imm, in.Side = -1, side
}

func lowerAddOvf(l *lowerer, v hir.Value) {
	a, b := l.h.Arg(v, 0), l.h.Arg(v, 1)
	if _, ok := l.constInt(a); ok {
		a, b = b, a
	}
	side := l.exitSide(v, object.Deopt, object.ReasonOverflow)
	if k, ok := l.constInt(b); ok {
		in := l.emit(AddOvfImm, l.use(a))
		in.Imm, in.Side = k, side
	} else {
		l.emit(AddOvf, l.use(a), l.use(b)).Side = side
	}
	l.val[v] = l.def(0)
}

func lowerSubOvf(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Deopt, object.ReasonOverflow)
	// The smallest integer has no negation.
	if k, ok := l.constInt(l.h.Arg(v, 1)); ok && k != -k {
		in := l.emit(AddOvfImm, l.arg(v, 0))
		in.Imm, in.Side = -k, side
	} else {
		l.emit(SubOvf, l.arg(v, 0), l.arg(v, 1)).Side = side
	}
	l.val[v] = l.def(0)
}

func lowerMulOvf(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Deopt, object.ReasonOverflow)
	l.emit(MulOvf, l.arg(v, 0), l.arg(v, 1)).Side = side
	l.val[v] = l.def(0)
}
