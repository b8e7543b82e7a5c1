package aarch64

import "math/bits"

// Logical operations:
//
//	 31 30 29 28        24 23 22 21 20       16 15      10 9    5 4    0
//	+--+-----+------------+-----+--+-----------+----------+------+------+
//	|sf| opc |  1 0 0 1 0 | 0  N|     immr     |   imms   |  Rn  |  Rd  |  immediate
//	|sf| opc |  0 1 0 1 0 |shift| N|    Rm     |   imm6   |  Rn  |  Rd  |  shifted register
//	+--+-----+------------+-----+--+-----------+----------+------+------+
//
// opc: 0 and, 1 orr, 2 eor, 3 ands. In the register form N inverts the last operand.
const (
	logicalImm     Word = 0x12000000
	logicalShifted Word = 0x0a000000
	logicalInvert  Word = 1 << 21

	opAnd  Word = 0 << 29
	opOrr  Word = 1 << 29
	opEor  Word = 2 << 29
	opAnds Word = 3 << 29
)

// logicalFields finds the N:immr:imms fields (13 bits) of a bitmask immediate. Such a
// value is an element of 2, 4, … 64 bits repeated over the register; the element is a run of
// ones, neither empty nor full, rotated right by immr. At 32 bits the upper half of v must be zero.
func logicalFields(w Width, v uint64) (fields Word, ok bool) {
	if w == W32 {
		if v>>32 != 0 {
			return 0, false
		}
		v |= v << 32
	}
	if v == 0 || v == ^uint64(0) {
		return 0, false
	}
	// The shortest period that is a power of two: v repeats every half bits exactly when, but for
	// the lowest half bits, it equals itself shifted by half.
	size := uint(64)
	for half := size / 2; half >= 2 && v>>half<<half == v<<half; half /= 2 {
		size = half
	}
	mask := ^uint64(0) >> (64 - size)
	element := v & mask
	ones := uint(bits.OnesCount64(element))
	// start is the position of the lowest one of the run, going around the element.
	var start uint
	if element&1 == 0 {
		start = uint(bits.TrailingZeros64(element))
	} else {
		start = (size - uint(bits.LeadingZeros64(^(element << (64 - size))))) % size
	}
	run := uint64(1)<<ones - 1
	rotated := (run<<start | run>>(size-start)) & mask
	if rotated != element {
		return 0, false
	}
	immr := Word((size - start) % size)
	// The size is the position of the highest zero of imms; 64 has it in N.
	imms := Word(-(size<<1))&0x3f | Word(ones-1)
	n := Word(0)
	if size == 64 {
		n = 1
	}
	return n<<12 | immr<<6 | imms, true
}

// IsLogicalImm reports whether v can be the immediate of and, orr, eor, ands and tst at width w. At
// 32 bits the upper half of v must be zero.
func IsLogicalImm(w Width, v uint64) bool {
	_, ok := logicalFields(w, v)
	return ok
}

func logicalImmForm(opc Word, w Width, rd, rn Reg, v uint64) Word {
	fields, ok := logicalFields(w, v)
	if !ok {
		refuse("immediate %#x", v)
	}
	d := gpOrSP
	if opc == opAnds {
		d = gp
	}
	return sf(w) | logicalImm | opc | fields<<10 | gp(rn)<<5 | d(rd)
}

// AndImm is and rd, rn, #v. rd may be SP.
func AndImm(w Width, rd, rn Reg, v uint64) Word { return logicalImmForm(opAnd, w, rd, rn, v) }

// OrrImm is orr rd, rn, #v. rd may be SP.
func OrrImm(w Width, rd, rn Reg, v uint64) Word { return logicalImmForm(opOrr, w, rd, rn, v) }

// EorImm is eor rd, rn, #v. rd may be SP.
func EorImm(w Width, rd, rn Reg, v uint64) Word { return logicalImmForm(opEor, w, rd, rn, v) }

// AndsImm is ands rd, rn, #v.
func AndsImm(w Width, rd, rn Reg, v uint64) Word { return logicalImmForm(opAnds, w, rd, rn, v) }

// TstImm is tst rn, #v.
func TstImm(w Width, rn Reg, v uint64) Word { return AndsImm(w, XZR, rn, v) }

func logicalShiftedForm(opc Word, w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	if shift > ROR {
		refuse("shift %d", shift)
	}
	return sf(w) | logicalShifted | opc | Word(shift)<<22 | gp(rm)<<16 |
		bitNumber(w, amount)<<10 | gp(rn)<<5 | gp(rd)
}

// And is and rd, rn, rm.
func And(w Width, rd, rn, rm Reg) Word { return logicalShiftedForm(opAnd, w, rd, rn, rm, LSL, 0) }

// Bic is bic rd, rn, rm: rn &^ rm.
func Bic(w Width, rd, rn, rm Reg) Word {
	return logicalShiftedForm(opAnd|logicalInvert, w, rd, rn, rm, LSL, 0)
}

// Orr is orr rd, rn, rm.
func Orr(w Width, rd, rn, rm Reg) Word { return logicalShiftedForm(opOrr, w, rd, rn, rm, LSL, 0) }

// Orn is orn rd, rn, rm: rn | ^rm.
func Orn(w Width, rd, rn, rm Reg) Word {
	return logicalShiftedForm(opOrr|logicalInvert, w, rd, rn, rm, LSL, 0)
}

// Eor is eor rd, rn, rm.
func Eor(w Width, rd, rn, rm Reg) Word { return logicalShiftedForm(opEor, w, rd, rn, rm, LSL, 0) }

// Eon is eon rd, rn, rm: rn ^ ^rm.
func Eon(w Width, rd, rn, rm Reg) Word {
	return logicalShiftedForm(opEor|logicalInvert, w, rd, rn, rm, LSL, 0)
}

// Ands is ands rd, rn, rm.
func Ands(w Width, rd, rn, rm Reg) Word { return logicalShiftedForm(opAnds, w, rd, rn, rm, LSL, 0) }

// Bics is bics rd, rn, rm.
func Bics(w Width, rd, rn, rm Reg) Word {
	return logicalShiftedForm(opAnds|logicalInvert, w, rd, rn, rm, LSL, 0)
}

// Tst is tst rn, rm.
func Tst(w Width, rn, rm Reg) Word { return Ands(w, XZR, rn, rm) }

// Mvn is mvn rd, rm.
func Mvn(w Width, rd, rm Reg) Word { return Orn(w, rd, XZR, rm) }

// AndShifted is and rd, rn, rm, shift #amount.
func AndShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opAnd, w, rd, rn, rm, shift, amount)
}

// BicShifted is bic rd, rn, rm, shift #amount.
func BicShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opAnd|logicalInvert, w, rd, rn, rm, shift, amount)
}

// OrrShifted is orr rd, rn, rm, shift #amount.
func OrrShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opOrr, w, rd, rn, rm, shift, amount)
}

// OrnShifted is orn rd, rn, rm, shift #amount.
func OrnShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opOrr|logicalInvert, w, rd, rn, rm, shift, amount)
}

// EorShifted is eor rd, rn, rm, shift #amount.
func EorShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opEor, w, rd, rn, rm, shift, amount)
}

// EonShifted is eon rd, rn, rm, shift #amount.
func EonShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opEor|logicalInvert, w, rd, rn, rm, shift, amount)
}

// AndsShifted is ands rd, rn, rm, shift #amount.
func AndsShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opAnds, w, rd, rn, rm, shift, amount)
}

// BicsShifted is bics rd, rn, rm, shift #amount.
func BicsShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return logicalShiftedForm(opAnds|logicalInvert, w, rd, rn, rm, shift, amount)
}

// TstShifted is tst rn, rm, shift #amount.
func TstShifted(w Width, rn, rm Reg, shift Shift, amount uint32) Word {
	return AndsShifted(w, XZR, rn, rm, shift, amount)
}

// MvnShifted is mvn rd, rm, shift #amount.
func MvnShifted(w Width, rd, rm Reg, shift Shift, amount uint32) Word {
	return OrnShifted(w, rd, XZR, rm, shift, amount)
}
