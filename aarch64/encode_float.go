package aarch64

import "math"

// Scalar floating point:
//
//	 31        24 23  22 21 20    16 15       10 9    5 4      0
//	+------------+------+--+--------+-----------+------+--------+
//	| 0001 1110  |ftype | 1|   Rm   | opcode 1 0|  Rn  |   Rd   |  two sources
//	| 0001 1110  |ftype | 1|   opcode   1 0 0 0 0|  Rn  |   Rd   |  one source
//	| 0001 1111  |ftype |o1|   Rm   |o0|   Ra   |  Rn  |   Rd   |  three sources
//	| 0001 1110  |ftype | 1|   Rm   | 0 0 1 0 0 0|  Rn  |op 0 0 0|  compare
//	| 0001 1110  |ftype | 1|   Rm   | cond | 0 1 |  Rn  |op| nzcv|  conditional compare
//	| 0001 1110  |ftype | 1|   Rm   | cond | 1 1 |  Rn  |   Rd   |  conditional select
//	| 0001 1110  |ftype | 1|      imm8     1 0 0 | 0..0 |   Rd   |  immediate
//	+------------+------+--+--------+-----------+------+--------+
const (
	floatTwoSource   Word = 0x1e200800
	floatOneSource   Word = 0x1e204000
	floatThreeSource Word = 0x1f000000
	floatCompare     Word = 0x1e202000
	floatCondCompare Word = 0x1e200400
	floatSelect      Word = 0x1e200c00
	floatImm         Word = 0x1e201000
)

func floatTwo(opcode Word, f Float, vd, vn, vm Reg) Word {
	return floatTwoSource | ftype(f) | fp(vm)<<16 | opcode<<12 | fp(vn)<<5 | fp(vd)
}

// Fmul is fmul vd, vn, vm.
func Fmul(f Float, vd, vn, vm Reg) Word { return floatTwo(0, f, vd, vn, vm) }

// Fdiv is fdiv vd, vn, vm.
func Fdiv(f Float, vd, vn, vm Reg) Word { return floatTwo(1, f, vd, vn, vm) }

// Fadd is fadd vd, vn, vm.
func Fadd(f Float, vd, vn, vm Reg) Word { return floatTwo(2, f, vd, vn, vm) }

// Fsub is fsub vd, vn, vm.
func Fsub(f Float, vd, vn, vm Reg) Word { return floatTwo(3, f, vd, vn, vm) }

// Fmax is fmax vd, vn, vm; a NaN operand gives a NaN.
func Fmax(f Float, vd, vn, vm Reg) Word { return floatTwo(4, f, vd, vn, vm) }

// Fmin is fmin vd, vn, vm; a NaN operand gives a NaN.
func Fmin(f Float, vd, vn, vm Reg) Word { return floatTwo(5, f, vd, vn, vm) }

// Fmaxnm is fmaxnm vd, vn, vm; a number wins over a quiet NaN.
func Fmaxnm(f Float, vd, vn, vm Reg) Word { return floatTwo(6, f, vd, vn, vm) }

// Fminnm is fminnm vd, vn, vm; a number wins over a quiet NaN.
func Fminnm(f Float, vd, vn, vm Reg) Word { return floatTwo(7, f, vd, vn, vm) }

// Fnmul is fnmul vd, vn, vm: -(vn*vm).
func Fnmul(f Float, vd, vn, vm Reg) Word { return floatTwo(8, f, vd, vn, vm) }

func floatOne(opcode Word, f Float, vd, vn Reg) Word {
	return floatOneSource | ftype(f) | opcode<<15 | fp(vn)<<5 | fp(vd)
}

// Fmov is fmov vd, vn between floating-point registers. It clears the rest of vd.
func Fmov(f Float, vd, vn Reg) Word { return floatOne(0, f, vd, vn) }

// Fabs is fabs vd, vn.
func Fabs(f Float, vd, vn Reg) Word { return floatOne(1, f, vd, vn) }

// Fneg is fneg vd, vn.
func Fneg(f Float, vd, vn Reg) Word { return floatOne(2, f, vd, vn) }

// Fsqrt is fsqrt vd, vn.
func Fsqrt(f Float, vd, vn Reg) Word { return floatOne(3, f, vd, vn) }

// Frintn rounds to the nearest integer, ties to even.
func Frintn(f Float, vd, vn Reg) Word { return floatOne(8, f, vd, vn) }

// Frintp rounds up (ceil).
func Frintp(f Float, vd, vn Reg) Word { return floatOne(9, f, vd, vn) }

// Frintm rounds down (floor).
func Frintm(f Float, vd, vn Reg) Word { return floatOne(10, f, vd, vn) }

// Frintz rounds toward zero (trunc).
func Frintz(f Float, vd, vn Reg) Word { return floatOne(11, f, vd, vn) }

// Frinta rounds to the nearest integer, ties away from zero.
func Frinta(f Float, vd, vn Reg) Word { return floatOne(12, f, vd, vn) }

// Frintx rounds in the current mode and raises Inexact.
func Frintx(f Float, vd, vn Reg) Word { return floatOne(14, f, vd, vn) }

// Frinti rounds in the current mode.
func Frinti(f Float, vd, vn Reg) Word { return floatOne(15, f, vd, vn) }

// Fcvt converts vn of type from to vd of another type to.
func Fcvt(to, from Float, vd, vn Reg) Word {
	if to == from || to > Half || from > Half || to == 2 || from == 2 {
		refuse("conversion from type %d to type %d", from, to)
	}
	return floatOneSource | Word(from)<<22 | (4+Word(to))<<15 | fp(vn)<<5 | fp(vd)
}

func floatThree(op Word, f Float, vd, vn, vm, va Reg) Word {
	return floatThreeSource | ftype(f) | op | fp(vm)<<16 | fp(va)<<10 | fp(vn)<<5 | fp(vd)
}

// Fmadd is fmadd vd, vn, vm, va: va + vn*vm, rounded once.
func Fmadd(f Float, vd, vn, vm, va Reg) Word { return floatThree(0, f, vd, vn, vm, va) }

// Fmsub is fmsub vd, vn, vm, va: va - vn*vm, rounded once.
func Fmsub(f Float, vd, vn, vm, va Reg) Word { return floatThree(1<<15, f, vd, vn, vm, va) }

// Fnmadd is fnmadd vd, vn, vm, va: -va - vn*vm, rounded once.
func Fnmadd(f Float, vd, vn, vm, va Reg) Word { return floatThree(1<<21, f, vd, vn, vm, va) }

// Fnmsub is fnmsub vd, vn, vm, va: vn*vm - va, rounded once.
func Fnmsub(f Float, vd, vn, vm, va Reg) Word { return floatThree(1<<21|1<<15, f, vd, vn, vm, va) }

// Fcmp is fcmp vn, vm. See [Cond] for the flags of an unordered pair.
func Fcmp(f Float, vn, vm Reg) Word {
	return floatCompare | ftype(f) | fp(vm)<<16 | fp(vn)<<5
}

// FcmpZero is fcmp vn, #0.0.
func FcmpZero(f Float, vn Reg) Word { return floatCompare | ftype(f) | fp(vn)<<5 | 8 }

// Fcmpe is fcmpe vn, vm: fcmp that raises Invalid for quiet NaNs too.
func Fcmpe(f Float, vn, vm Reg) Word { return Fcmp(f, vn, vm) | 16 }

// FcmpeZero is fcmpe vn, #0.0.
func FcmpeZero(f Float, vn Reg) Word { return FcmpZero(f, vn) | 16 }

// Fccmp is fccmp vn, vm, #flags, c: compares when c holds, else sets the flags.
func Fccmp(f Float, vn, vm Reg, flags Flags, c Cond) Word {
	return floatCondCompare | ftype(f) | fp(vm)<<16 | condField(c)<<12 | fp(vn)<<5 | flagsField(flags)
}

// Fcsel is fcsel vd, vn, vm, c: vn when c holds, else vm.
func Fcsel(f Float, vd, vn, vm Reg, c Cond) Word {
	return floatSelect | ftype(f) | fp(vm)<<16 | condField(c)<<12 | fp(vn)<<5 | fp(vd)
}

// floatImmField finds imm8 = sign : exponent (3 bits) : fraction (4 bits) of a number
// ±(16…31)/16 × 2^(-3…4).
func floatImmField(v float64) (Word, bool) {
	b := math.Float64bits(v)
	if b<<16 != 0 { // only the upper four bits of the fraction
		return 0, false
	}
	exp := int(b>>52&0x7ff) - 1023
	if exp < -3 || exp > 4 {
		return 0, false
	}
	// The exponent field counts 1, 2, 3, 4, -3, -2, -1, 0.
	return Word(b>>63)<<7 | Word(exp-1)&7<<4 | Word(b>>48)&15, true
}

// IsFloatImm reports whether v can be the immediate of [FmovImm]: ±n/16 × 2^r with
// n 16…31 and r -3…4. Zero is not among them; see [Assembler.MovFloat].
func IsFloatImm(v float64) bool {
	_, ok := floatImmField(v)
	return ok
}

// FmovImm is fmov vd, #v.
func FmovImm(f Float, vd Reg, v float64) Word {
	imm8, ok := floatImmField(v)
	if !ok {
		refuse("immediate %g", v)
	}
	return floatImm | ftype(f) | imm8<<13 | fp(vd)
}
