package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var arithHandlers = map[bytecode.Op]handler{
	bytecode.OpBinaryOp:      (*builder).binaryOp,
	bytecode.OpUnaryNegative: (*builder).unaryNegative,
	bytecode.OpUnaryInvert:   (*builder).unaryInvert,
	bytecode.OpCompareOp:     (*builder).compareOp,
	bytecode.OpContainsOp:    (*builder).containsOp,
}

// immutable is the region of fields that never change once an object exists.
const immutable hir.Heap = 0

// operands is what is assumed about the classes of two operands.
type operands uint8

const (
	anyOperands operands = iota
	intInt
	floatFloat
	floatInt
	intFloat
	strStr
)

// operandClasses decides what to assume about the two topmost values: what is
// known for certain, then what the interpreter has seen.
func (b *builder) operandClasses() operands {
	classes := b.assumedClasses()
	switch classes {
	case floatInt, intFloat:
		if b.typeOf(b.peek(2)).Is(hir.BitBigLong) || b.typeOf(b.peek(1)).Is(hir.BitBigLong) || b.valueFailed() {
			return anyOperands // no float holds it exactly
		}
	case floatFloat:
		if b.valueFailed() {
			return anyOperands // divided by zero
		}
	}
	return classes
}

func (b *builder) assumedClasses() operands {
	x, y := b.typeOf(b.peek(2)).ExactClass(), b.typeOf(b.peek(1)).ExactClass()
	switch {
	case x == snapshot.TypeInt && y == snapshot.TypeInt:
		return intInt
	case x == snapshot.TypeFloat && y == snapshot.TypeFloat:
		return floatFloat
	case x == snapshot.TypeFloat && y == snapshot.TypeInt:
		return floatInt
	case x == snapshot.TypeInt && y == snapshot.TypeFloat:
		return intFloat
	case x == snapshot.TypeStr && y == snapshot.TypeStr:
		return strStr
	}
	if b.opts.IgnoreFeedback {
		return anyOperands
	}
	if !b.trusted() {
		// An int that was too large for a digit is still an int.
		if b.onlyValuesFailed() && b.intsOnly() {
			return intInt
		}
		return anyOperands
	}
	switch b.in.Op {
	case bytecode.OpBinaryOpAddInt, bytecode.OpBinaryOpSubtractInt, bytecode.OpBinaryOpMultiplyInt, bytecode.OpCompareOpInt:
		return intInt
	case bytecode.OpBinaryOpAddFloat, bytecode.OpBinaryOpSubtractFloat, bytecode.OpBinaryOpMultiplyFloat, bytecode.OpCompareOpFloat:
		return floatFloat
	case bytecode.OpBinaryOpAddUnicode, bytecode.OpBinaryOpInplaceAddUnicode, bytecode.OpCompareOpStr:
		return strStr
	case bytecode.OpBinaryOpExtend:
		for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
			switch f.Kind {
			case snapshot.OperandsIntInt:
				return intInt
			case snapshot.OperandsFloatInt:
				return floatInt
			case snapshot.OperandsIntFloat:
				return intFloat
			}
		}
	}
	if b.in.Op == bytecode.OpBinaryOp {
		return b.guessOperands(x, y)
	}
	return anyOperands
}

// guessOperands is for operations of which the interpreter has no specialised
// form, division and shifts: one known class is taken as a sign of the other.
func (b *builder) guessOperands(x, y snapshot.ID) operands {
	if _, never := b.feedback(snapshot.NeverExecuted); never || x != snapshot.NoObject && y != snapshot.NoObject {
		return anyOperands
	}
	kind := b.in.Binary().Plain()
	_, floats := b.feedback(snapshot.OperandsFloatFloat)
	switch {
	case floats:
		return floatFloat
	case x == snapshot.TypeInt || y == snapshot.TypeInt:
		switch kind {
		case bytecode.BinaryFloorDivide, bytecode.BinaryRemainder, bytecode.BinaryRshift, bytecode.BinaryLshift,
			bytecode.BinaryAnd, bytecode.BinaryOr, bytecode.BinaryXor:
			return intInt
		}
	case x == snapshot.TypeFloat || y == snapshot.TypeFloat:
		if kind == bytecode.BinaryTrueDivide {
			return floatFloat
		}
	}
	return anyOperands
}

// intsOnly reports whether the instruction is one for ints, as the interpreter
// has it or, where it has given up, because only ints fail for their value.
func (b *builder) intsOnly() bool {
	switch b.in.Op {
	case bytecode.OpBinaryOpAddInt, bytecode.OpBinaryOpSubtractInt, bytecode.OpBinaryOpMultiplyInt,
		bytecode.OpCompareOpInt, bytecode.OpCompareOp:
		return true
	case bytecode.OpBinaryOp:
		_, ok := longOps[b.in.Binary().Plain()]
		return ok
	case bytecode.OpBinaryOpExtend:
		return bitOps[b.in.Binary().Plain()]
	}
	return false
}

// binaryOp builds BINARY_OP; the handlers that return false have emitted
// nothing and changed nothing.
func (b *builder) binaryOp() {
	kind := b.in.Binary()
	if kind == bytecode.BinarySubscript {
		b.subscript()
		return
	}
	b.peekObject(2)
	b.peekObject(1)
	if !b.mixedNumbers(b.arithmetic) {
		b.arithmetic()
	}
}

// arithmetic builds BINARY_OP by what is assumed about the operands.
func (b *builder) arithmetic() {
	kind := b.in.Binary()
	done := false
	switch classes := b.operandClasses(); classes {
	case intInt:
		done = b.intOp(kind.Plain())
	case floatFloat, floatInt, intFloat:
		done = b.floatOp(kind.Plain(), classes)
	case strStr:
		done = b.strOp(kind.Plain())
	}
	if !done {
		b.generic(hir.BinaryOp, 2, withArg|pushes)
	}
}

var compactOps = map[bytecode.BinaryKind]hir.Op{
	bytecode.BinaryAdd: hir.IntAdd, bytecode.BinarySubtract: hir.IntSub, bytecode.BinaryMultiply: hir.IntMul,
	bytecode.BinaryAnd: hir.IntAnd, bytecode.BinaryOr: hir.IntOr, bytecode.BinaryXor: hir.IntXor,
	bytecode.BinaryFloorDivide: hir.IntFloorDiv, bytecode.BinaryRemainder: hir.IntMod,
	bytecode.BinaryLshift: hir.IntShl, bytecode.BinaryRshift: hir.IntSar,
}

var longOps = map[bytecode.BinaryKind]hir.Op{
	bytecode.BinaryAdd: hir.LongAdd, bytecode.BinarySubtract: hir.LongSub, bytecode.BinaryMultiply: hir.LongMul,
	bytecode.BinaryAnd: hir.LongBinary, bytecode.BinaryOr: hir.LongBinary, bytecode.BinaryXor: hir.LongBinary,
	bytecode.BinaryLshift: hir.LongBinary, bytecode.BinaryRshift: hir.LongBinary,
}

// intOp builds an operation on exact ints. Ints of one digit are operated on in
// registers: no result of two of them overflows.
func (b *builder) intOp(kind bytecode.BinaryKind) bool {
	x, y := b.peek(2), b.peek(1)
	big := b.typeOf(x).Is(hir.BitBigLong) || b.typeOf(y).Is(hir.BitBigLong) || b.valueFailed() || b.refusedBits(kind)
	if big {
		op, ok := longOps[kind]
		if !ok {
			return false
		}
		x = b.guardType(x, snapshot.TypeInt)
		y = b.guardType(b.peek(1), snapshot.TypeInt)
		v := b.emit(op, x, y)
		if op == hir.LongBinary {
			b.f.At(v).Imm = int64(kind)
		}
		b.popObjects(2)
		b.push(v)
		return true
	}
	if kind == bytecode.BinaryTrueDivide {
		return b.divideInts()
	}
	op, ok := compactOps[kind]
	if !ok {
		return false
	}
	right, constant := hir.IntValue(b.s, b.typeOf(y).Obj)
	switch kind {
	case bytecode.BinaryLshift, bytecode.BinaryRshift:
		if constant && (right < 0 || right > maxShift(kind)) {
			return false
		}
	case bytecode.BinaryFloorDivide, bytecode.BinaryRemainder:
		if constant && right == 0 {
			return false
		}
	}
	x = b.guardCompact(x)
	y = b.guardCompact(b.peek(1))
	ix, iy := b.emit(hir.LongUnbox, x), b.emit(hir.LongUnbox, y)
	if !constant {
		switch kind {
		case bytecode.BinaryFloorDivide, bytecode.BinaryRemainder:
			b.guardTrue(b.compare(hir.IntCmp, hir.CondNE, iy, b.cint(0)))
		case bytecode.BinaryLshift, bytecode.BinaryRshift:
			b.guardTrue(b.compare(hir.IntCmp, hir.CondULT, iy, b.cint(maxShift(kind)+1)))
		}
	}
	v := b.emit(hir.LongBox, b.emit(op, ix, iy))
	b.popObjects(2)
	b.push(v)
	return true
}

// maxShift returns by how much an int of one digit can be shifted in a register:
// 30 bits shifted to the left by 32 still fit.
func maxShift(kind bytecode.BinaryKind) int64 {
	if kind == bytecode.BinaryLshift {
		return 32
	}
	return 63
}

// bitOps are the operations that the interpreter has a specialised form of for
// ints of one digit only.
var bitOps = map[bytecode.BinaryKind]bool{bytecode.BinaryAnd: true, bytecode.BinaryOr: true, bytecode.BinaryXor: true}

// refusedBits reports whether the interpreter has not specialised an operation
// on ints, although it does for those of one digit.
func (b *builder) refusedBits(kind bytecode.BinaryKind) bool {
	return b.in.Op == bytecode.OpBinaryOp && bitOps[kind] && !b.opts.IgnoreFeedback &&
		!(b.typeOf(b.peek(2)).Is(hir.BitSmallLong) && b.typeOf(b.peek(1)).Is(hir.BitSmallLong))
}

// divideInts builds the true division of ints of one digit, which floats hold
// exactly.
func (b *builder) divideInts() bool {
	b.guardCompact(b.peek(2))
	b.guardCompact(b.peek(1))
	x, y := b.emit(hir.LongUnbox, b.peek(2)), b.emit(hir.LongUnbox, b.peek(1))
	b.guardTrue(b.compare(hir.IntCmp, hir.CondNE, y, b.cint(0)))
	v := b.emit(hir.FloatBox, b.emit(hir.FloatDiv, b.emit(hir.IntToFloat, x), b.emit(hir.IntToFloat, y)))
	b.popObjects(2)
	b.push(v)
	return true
}

var floatOps = map[bytecode.BinaryKind]hir.Op{
	bytecode.BinaryAdd: hir.FloatAdd, bytecode.BinarySubtract: hir.FloatSub,
	bytecode.BinaryMultiply: hir.FloatMul, bytecode.BinaryTrueDivide: hir.FloatDiv,
	bytecode.BinaryPower: hir.FloatPow,
}

// floatOp builds an operation on floats, or on a float and an int of one digit.
func (b *builder) floatOp(kind bytecode.BinaryKind, classes operands) bool {
	op, ok := floatOps[kind]
	if !ok {
		return false
	}
	if op == hir.FloatPow && classes != floatFloat {
		return false
	}
	b.guardFloatOperand(2, classes == intFloat)
	b.guardFloatOperand(1, classes == floatInt)
	x, y := b.unboxFloat(b.peek(2)), b.unboxFloat(b.peek(1))
	if kind == bytecode.BinaryTrueDivide {
		b.guardTrue(b.compare(hir.FloatCmp, hir.CondNE, y, b.emitImm(hir.CFloat, 0)))
	}
	result := b.emit(op, x, y)
	if op == hir.FloatPow {
		b.guardNumber(result)
	}
	v := b.emit(hir.FloatBox, result)
	b.popObjects(2)
	b.push(v)
	return true
}

func (b *builder) guardFloatOperand(place int, isInt bool) {
	if isInt {
		b.guardCompact(b.peek(place))
	} else {
		b.guardType(b.peek(place), snapshot.TypeFloat)
	}
}

// unboxFloat returns the value of an exact float or of an int of one digit.
func (b *builder) unboxFloat(v hir.Value) hir.Value {
	if b.typeOf(v).Is(hir.BitLong) {
		return b.emit(hir.IntToFloat, b.emit(hir.LongUnbox, v))
	}
	return b.emit(hir.FloatUnbox, v)
}

// strOp builds the concatenation of exact strs.
func (b *builder) strOp(kind bytecode.BinaryKind) bool {
	if kind != bytecode.BinaryAdd {
		return false
	}
	b.guardType(b.peek(2), snapshot.TypeStr)
	b.guardType(b.peek(1), snapshot.TypeStr)
	next := b.next()
	if b.in.Op == bytecode.OpBinaryOpInplaceAddUnicode && next != nil && next.Base == bytecode.OpStoreFast &&
		b.common(b.st.locals[next.Arg], b.peek(2)) != 0 {
		// s += t: the local gives its reference away, so that the str can
		// grow in place.
		args := b.popObjects(2)
		v := b.emit(hir.StrAppend, args...)
		b.skipNext()
		b.st.setLocal(int(next.Arg), v)
		return true
	}
	args := b.popObjects(2)
	b.push(b.emit(hir.StrConcat, args...))
	return true
}

func (b *builder) unaryNegative() {
	v := b.peekObject(1)
	switch t := b.typeOf(v); {
	case t.Is(hir.BitSmallLong):
		b.pop()
		b.push(b.emit(hir.LongBox, b.emit(hir.IntNeg, b.emit(hir.LongUnbox, v))))
	case t.Is(hir.BitFloat):
		b.pop()
		b.push(b.emit(hir.FloatBox, b.emit(hir.FloatNeg, b.emit(hir.FloatUnbox, v))))
	default:
		b.generic(hir.UnaryNegative, 1, pushes)
	}
}

func (b *builder) unaryInvert() {
	v := b.peekObject(1)
	if b.typeOf(v).Is(hir.BitLong) && b.trusted() {
		v = b.guardCompact(v)
	}
	if b.typeOf(v).Is(hir.BitSmallLong) {
		b.pop()
		b.push(b.emit(hir.LongBox, b.emit(hir.IntXor, b.emit(hir.LongUnbox, v), b.cint(-1))))
		return
	}
	b.generic(hir.UnaryInvert, 1, pushes)
}

// compareOp builds a comparison. Those of built-in classes give a bool of the
// machine, which a following jump uses directly.
func (b *builder) compareOp() {
	b.peekObject(2)
	b.peekObject(1)
	if !b.mixedNumbers(b.comparison) && !b.strsOrOthers() {
		b.comparison()
	}
}

// comparison builds COMPARE_OP by what is assumed about the operands.
func (b *builder) comparison() {
	c := b.in.Compare()
	cond := hir.Cond(c.Kind)
	switch classes := b.operandClasses(); classes {
	case intInt:
		b.compareInts(cond)
		return
	case floatFloat, floatInt, intFloat:
		b.guardFloatOperand(2, classes == intFloat)
		b.guardFloatOperand(1, classes == floatInt)
		x, y := b.unboxFloat(b.peek(2)), b.unboxFloat(b.peek(1))
		b.popObjects(2)
		b.push(b.compare(hir.FloatCmp, cond, x, y))
		return
	case strStr:
		if cond == hir.CondEQ || cond == hir.CondNE {
			b.compareStrs()
			return
		}
	}
	b.compareAny()
}

// compareStrs builds == and != of exact strs.
func (b *builder) compareStrs() {
	b.guardType(b.peek(2), snapshot.TypeStr)
	b.guardType(b.peek(1), snapshot.TypeStr)
	args := b.popObjects(2)
	v := b.emit(hir.StrEq, args...)
	if hir.Cond(b.in.Compare().Kind) == hir.CondNE {
		v = b.emit(hir.BoolNot, v)
	}
	b.push(v)
}

// compareAny compares any objects.
func (b *builder) compareAny() {
	c := b.in.Compare()
	op := hir.Compare
	if c.ToBool {
		op = hir.CompareBool
	}
	args := b.popObjects(2)
	b.push(b.emitImm(op, int64(c.Kind), args...))
	b.check()
}

func (b *builder) compareInts(cond hir.Cond) {
	x, y := b.typeOf(b.peek(2)), b.typeOf(b.peek(1))
	if x.Is(hir.BitBigLong) || y.Is(hir.BitBigLong) || b.valueFailed() {
		b.guardType(b.peek(2), snapshot.TypeInt)
		b.guardType(b.peek(1), snapshot.TypeInt)
		args := b.popObjects(2)
		b.push(b.compare(hir.IntCmp, cond, b.emit(hir.LongCompare, args...), b.cint(0)))
		return
	}
	b.guardCompact(b.peek(2))
	b.guardCompact(b.peek(1))
	args := b.popObjects(2)
	b.push(b.compare(hir.IntCmp, cond, b.emit(hir.LongUnbox, args[0]), b.emit(hir.LongUnbox, args[1])))
}

func (b *builder) containsOp() {
	args := b.popObjects(2)
	v := b.emit(hir.Contains, args...)
	if !b.in.Inverted() {
		b.push(v)
		b.check()
		return
	}
	v = b.emit(hir.BoolNot, v)
	b.push(v)
	b.check()
}
