package aarch64

// Operations on one, two and three registers:
//
//	 31 30 29 28              21 20    16 15        10 9    5 4    0
//	+--+-----+------------------+--------+------------+------+------+
//	|sf| 1  0| 1 1 0 1 0 1 1 0  | 0 .. 0 |   opcode   |  Rn  |  Rd  |  one source
//	|sf| 0  0| 1 1 0 1 0 1 1 0  |   Rm   |   opcode   |  Rn  |  Rd  |  two sources
//	|sf| 0  0| 1 1 0 1 1|  op31 |   Rm   |o0|   Ra    |  Rn  |  Rd  |  three sources
//	+--+-----+------------------+--------+------------+------+------+
const (
	oneSource   Word = 0x5ac00000
	twoSource   Word = 0x1ac00000
	threeSource Word = 0x1b000000

	minusProduct Word = 1 << 15 // o0
)

func twoSourceForm(opcode Word, w Width, rd, rn, rm Reg) Word {
	return sf(w) | twoSource | gp(rm)<<16 | opcode<<10 | gp(rn)<<5 | gp(rd)
}

// Udiv is udiv rd, rn, rm; division by zero gives zero.
func Udiv(w Width, rd, rn, rm Reg) Word { return twoSourceForm(2, w, rd, rn, rm) }

// Sdiv is sdiv rd, rn, rm; it truncates, division by zero gives zero, and the smallest
// number divided by -1 gives itself.
func Sdiv(w Width, rd, rn, rm Reg) Word { return twoSourceForm(3, w, rd, rn, rm) }

// Lsl is lsl rd, rn, rm; the amount is taken modulo the width.
func Lsl(w Width, rd, rn, rm Reg) Word { return twoSourceForm(8, w, rd, rn, rm) }

// Lsr is lsr rd, rn, rm; the amount is taken modulo the width.
func Lsr(w Width, rd, rn, rm Reg) Word { return twoSourceForm(9, w, rd, rn, rm) }

// Asr is asr rd, rn, rm; the amount is taken modulo the width.
func Asr(w Width, rd, rn, rm Reg) Word { return twoSourceForm(10, w, rd, rn, rm) }

// Ror is ror rd, rn, rm; the amount is taken modulo the width.
func Ror(w Width, rd, rn, rm Reg) Word { return twoSourceForm(11, w, rd, rn, rm) }

func oneSourceForm(opcode Word, w Width, rd, rn Reg) Word {
	return sf(w) | oneSource | opcode<<10 | gp(rn)<<5 | gp(rd)
}

// Rbit is rbit rd, rn: reverses the bits.
func Rbit(w Width, rd, rn Reg) Word { return oneSourceForm(0, w, rd, rn) }

// Rev16 is rev16 rd, rn: reverses the bytes of each half-word.
func Rev16(w Width, rd, rn Reg) Word { return oneSourceForm(1, w, rd, rn) }

// Rev is rev rd, rn: reverses the bytes.
func Rev(w Width, rd, rn Reg) Word { return oneSourceForm(2+Word(w), w, rd, rn) }

// Rev32 is rev32 rd, rn: reverses the bytes of each word of a 64-bit register.
func Rev32(rd, rn Reg) Word { return oneSourceForm(2, W64, rd, rn) }

// Clz is clz rd, rn: counts leading zeros.
func Clz(w Width, rd, rn Reg) Word { return oneSourceForm(4, w, rd, rn) }

// Cls is cls rd, rn: counts the bits below the sign that equal it.
func Cls(w Width, rd, rn Reg) Word { return oneSourceForm(5, w, rd, rn) }

func threeSourceForm(op Word, w Width, rd, rn, rm, ra Reg) Word {
	return sf(w) | threeSource | op | gp(rm)<<16 | gp(ra)<<10 | gp(rn)<<5 | gp(rd)
}

// Madd is madd rd, rn, rm, ra: ra + rn*rm.
func Madd(w Width, rd, rn, rm, ra Reg) Word { return threeSourceForm(0, w, rd, rn, rm, ra) }

// Msub is msub rd, rn, rm, ra: ra - rn*rm.
func Msub(w Width, rd, rn, rm, ra Reg) Word {
	return threeSourceForm(minusProduct, w, rd, rn, rm, ra)
}

// Mul is mul rd, rn, rm.
func Mul(w Width, rd, rn, rm Reg) Word { return Madd(w, rd, rn, rm, XZR) }

// Mneg is mneg rd, rn, rm: -(rn*rm).
func Mneg(w Width, rd, rn, rm Reg) Word { return Msub(w, rd, rn, rm, XZR) }

// Smaddl is smaddl xd, wn, wm, xa: 64-bit ra plus the product of signed 32-bit rn and rm.
func Smaddl(rd, rn, rm, ra Reg) Word { return threeSourceForm(1<<21, W64, rd, rn, rm, ra) }

// Smsubl is smsubl xd, wn, wm, xa.
func Smsubl(rd, rn, rm, ra Reg) Word {
	return threeSourceForm(1<<21|minusProduct, W64, rd, rn, rm, ra)
}

// Smull is smull xd, wn, wm: the 64-bit product of signed 32-bit numbers.
func Smull(rd, rn, rm Reg) Word { return Smaddl(rd, rn, rm, XZR) }

// Umaddl is umaddl xd, wn, wm, xa.
func Umaddl(rd, rn, rm, ra Reg) Word { return threeSourceForm(5<<21, W64, rd, rn, rm, ra) }

// Umsubl is umsubl xd, wn, wm, xa.
func Umsubl(rd, rn, rm, ra Reg) Word {
	return threeSourceForm(5<<21|minusProduct, W64, rd, rn, rm, ra)
}

// Umull is umull xd, wn, wm.
func Umull(rd, rn, rm Reg) Word { return Umaddl(rd, rn, rm, XZR) }

// Smulh is smulh rd, rn, rm: the upper half of the signed 128-bit product.
func Smulh(rd, rn, rm Reg) Word { return threeSourceForm(2<<21, W64, rd, rn, rm, XZR) }

// Umulh is umulh rd, rn, rm: the upper half of the unsigned 128-bit product.
func Umulh(rd, rn, rm Reg) Word { return threeSourceForm(6<<21, W64, rd, rn, rm, XZR) }
