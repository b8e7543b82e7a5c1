package aarch64

// Shift is the shift applied to the last register of a shifted-register form; its value is
// the architecture's encoding.
type Shift uint8

// The shifts. ROR is only good for logical instructions.
const (
	LSL Shift = iota
	LSR
	ASR
	ROR
)

// Extend is the extension applied to the last register of an extended-register form or
// to the index of an address; its value is the architecture's encoding.
type Extend uint8

// The extensions: U zero-extends, S sign-extends from a byte, half-word, word, or takes all 64 bits.
const (
	UXTB Extend = iota
	UXTH
	UXTW
	UXTX
	SXTB
	SXTH
	SXTW
	SXTX
)

// Add and subtract:
//
//	 31 30 29 28        24 23 22 21          16 15       10 9    5 4    0
//	+--+--+--+------------+-----+--------------+-----------+------+------+
//	|sf|op| S|  1 0 0 0 1 | 0 sh|           imm12          |  Rn  |  Rd  |  immediate
//	|sf|op| S|  0 1 0 1 1 |shift| 0|     Rm    |   imm6    |  Rn  |  Rd  |  shifted register
//	|sf|op| S|  0 1 0 1 1 | 0  0| 1|     Rm    |option imm3|  Rn  |  Rd  |  extended register
//	|sf|op| S|  1 1 0 1 0 | 0  0| 0|     Rm    | 0 0 0 0 0 0| Rn  |  Rd  |  with carry
//	+--+--+--+------------+-----+--------------+-----------+------+------+
const (
	opSub    Word = 1 << 30
	setFlags Word = 1 << 29

	addSubImm      Word = 0x11000000
	addSubShifted  Word = 0x0b000000
	addSubExtended Word = 0x0b200000
	addSubCarry    Word = 0x1a000000
)

// IsAddImm reports whether imm can be the immediate of add, sub, adds, subs, cmp or cmn: 12 bits,
// or 12 bits shifted left by 12.
func IsAddImm(imm int64) bool {
	return uint64(imm) < 1<<12 || imm&0xfff == 0 && uint64(imm) < 1<<24
}

func addSubImmForm(op Word, w Width, rd, rn Reg, imm int64) Word {
	if !IsAddImm(imm) {
		refuse("immediate %d", imm)
	}
	field := Word(imm) << 10
	if imm >= 1<<12 {
		field = 1<<22 | Word(imm>>12)<<10
	}
	d := gpOrSP
	if op&setFlags != 0 {
		d = gp // SP cannot take a result together with the flags
	}
	return sf(w) | addSubImm | op | field | gpOrSP(rn)<<5 | d(rd)
}

// AddImm is add rd, rn, #imm. rd and rn may be SP, not XZR.
func AddImm(w Width, rd, rn Reg, imm int64) Word { return addSubImmForm(0, w, rd, rn, imm) }

// SubImm is sub rd, rn, #imm. rd and rn may be SP, not XZR.
func SubImm(w Width, rd, rn Reg, imm int64) Word { return addSubImmForm(opSub, w, rd, rn, imm) }

// AddsImm is adds rd, rn, #imm. rn may be SP, rd may be XZR.
func AddsImm(w Width, rd, rn Reg, imm int64) Word { return addSubImmForm(setFlags, w, rd, rn, imm) }

// SubsImm is subs rd, rn, #imm. rn may be SP, rd may be XZR.
func SubsImm(w Width, rd, rn Reg, imm int64) Word {
	return addSubImmForm(opSub|setFlags, w, rd, rn, imm)
}

// CmpImm is cmp rn, #imm.
func CmpImm(w Width, rn Reg, imm int64) Word { return SubsImm(w, XZR, rn, imm) }

// CmnImm is cmn rn, #imm: compares rn with -imm.
func CmnImm(w Width, rn Reg, imm int64) Word { return AddsImm(w, XZR, rn, imm) }

func addSubShiftedForm(op Word, w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	if shift > ASR {
		refuse("shift %d", shift)
	}
	return sf(w) | addSubShifted | op | Word(shift)<<22 | gp(rm)<<16 |
		bitNumber(w, amount)<<10 | gp(rn)<<5 | gp(rd)
}

// Add is add rd, rn, rm.
func Add(w Width, rd, rn, rm Reg) Word { return addSubShiftedForm(0, w, rd, rn, rm, LSL, 0) }

// Sub is sub rd, rn, rm.
func Sub(w Width, rd, rn, rm Reg) Word { return addSubShiftedForm(opSub, w, rd, rn, rm, LSL, 0) }

// Adds is adds rd, rn, rm.
func Adds(w Width, rd, rn, rm Reg) Word { return addSubShiftedForm(setFlags, w, rd, rn, rm, LSL, 0) }

// Subs is subs rd, rn, rm.
func Subs(w Width, rd, rn, rm Reg) Word {
	return addSubShiftedForm(opSub|setFlags, w, rd, rn, rm, LSL, 0)
}

// Cmp is cmp rn, rm.
func Cmp(w Width, rn, rm Reg) Word { return Subs(w, XZR, rn, rm) }

// Cmn is cmn rn, rm.
func Cmn(w Width, rn, rm Reg) Word { return Adds(w, XZR, rn, rm) }

// Neg is neg rd, rm.
func Neg(w Width, rd, rm Reg) Word { return Sub(w, rd, XZR, rm) }

// Negs is negs rd, rm.
func Negs(w Width, rd, rm Reg) Word { return Subs(w, rd, XZR, rm) }

// AddShifted is add rd, rn, rm, shift #amount.
func AddShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return addSubShiftedForm(0, w, rd, rn, rm, shift, amount)
}

// SubShifted is sub rd, rn, rm, shift #amount.
func SubShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return addSubShiftedForm(opSub, w, rd, rn, rm, shift, amount)
}

// AddsShifted is adds rd, rn, rm, shift #amount.
func AddsShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return addSubShiftedForm(setFlags, w, rd, rn, rm, shift, amount)
}

// SubsShifted is subs rd, rn, rm, shift #amount.
func SubsShifted(w Width, rd, rn, rm Reg, shift Shift, amount uint32) Word {
	return addSubShiftedForm(opSub|setFlags, w, rd, rn, rm, shift, amount)
}

// CmpShifted is cmp rn, rm, shift #amount.
func CmpShifted(w Width, rn, rm Reg, shift Shift, amount uint32) Word {
	return SubsShifted(w, XZR, rn, rm, shift, amount)
}

// CmnShifted is cmn rn, rm, shift #amount.
func CmnShifted(w Width, rn, rm Reg, shift Shift, amount uint32) Word {
	return AddsShifted(w, XZR, rn, rm, shift, amount)
}

// NegShifted is neg rd, rm, shift #amount.
func NegShifted(w Width, rd, rm Reg, shift Shift, amount uint32) Word {
	return SubShifted(w, rd, XZR, rm, shift, amount)
}

func addSubExtendedForm(op Word, w Width, rd, rn, rm Reg, ext Extend, amount uint32) Word {
	if ext > SXTX {
		refuse("extension %d", ext)
	}
	if amount > 4 {
		refuse("extended register shifted by %d", amount)
	}
	d := gpOrSP
	if op&setFlags != 0 {
		d = gp
	}
	return sf(w) | addSubExtended | op | gp(rm)<<16 | Word(ext)<<13 | Word(amount)<<10 |
		gpOrSP(rn)<<5 | d(rd)
}

// AddExtended is add rd, rn, ext(rm) << amount, amount ≤ 4. rd and rn may be SP; with UXTX
// (UXTW at 32 bits) it is the plain add for SP.
func AddExtended(w Width, rd, rn, rm Reg, ext Extend, amount uint32) Word {
	return addSubExtendedForm(0, w, rd, rn, rm, ext, amount)
}

// SubExtended is sub rd, rn, ext(rm) << amount, amount ≤ 4.
func SubExtended(w Width, rd, rn, rm Reg, ext Extend, amount uint32) Word {
	return addSubExtendedForm(opSub, w, rd, rn, rm, ext, amount)
}

// AddsExtended is adds rd, rn, ext(rm) << amount, amount ≤ 4.
func AddsExtended(w Width, rd, rn, rm Reg, ext Extend, amount uint32) Word {
	return addSubExtendedForm(setFlags, w, rd, rn, rm, ext, amount)
}

// SubsExtended is subs rd, rn, ext(rm) << amount, amount ≤ 4.
func SubsExtended(w Width, rd, rn, rm Reg, ext Extend, amount uint32) Word {
	return addSubExtendedForm(opSub|setFlags, w, rd, rn, rm, ext, amount)
}

// CmpExtended is cmp rn, ext(rm) << amount, amount ≤ 4: the compare that takes SP, and
// the check that a 64-bit value is the sign extension of its lower half.
func CmpExtended(w Width, rn, rm Reg, ext Extend, amount uint32) Word {
	return SubsExtended(w, XZR, rn, rm, ext, amount)
}

// CmnExtended is cmn rn, ext(rm) << amount, amount ≤ 4.
func CmnExtended(w Width, rn, rm Reg, ext Extend, amount uint32) Word {
	return AddsExtended(w, XZR, rn, rm, ext, amount)
}

func addSubCarryForm(op Word, w Width, rd, rn, rm Reg) Word {
	return sf(w) | addSubCarry | op | gp(rm)<<16 | gp(rn)<<5 | gp(rd)
}

// Adc is adc rd, rn, rm: adds the carry.
func Adc(w Width, rd, rn, rm Reg) Word { return addSubCarryForm(0, w, rd, rn, rm) }

// Adcs is adcs rd, rn, rm.
func Adcs(w Width, rd, rn, rm Reg) Word { return addSubCarryForm(setFlags, w, rd, rn, rm) }

// Sbc is sbc rd, rn, rm: subtracts the inverted carry.
func Sbc(w Width, rd, rn, rm Reg) Word { return addSubCarryForm(opSub, w, rd, rn, rm) }

// Sbcs is sbcs rd, rn, rm.
func Sbcs(w Width, rd, rn, rm Reg) Word { return addSubCarryForm(opSub|setFlags, w, rd, rn, rm) }
