package aarch64

// Bitfield moves and extract:
//
//	 31 30 29 28          23 22 21 20    16 15    10 9    5 4    0
//	+--+-----+--------------+--+-----------+--------+------+------+
//	|sf| opc | 1 0 0 1 1 0  | N|   immr    |  imms  |  Rn  |  Rd  |  sbfm 0, bfm 1, ubfm 2
//	|sf| 0  0| 1 0 0 1 1 1  | N| 0|   Rm   |  imms  |  Rn  |  Rd  |  extr
//	+--+-----+--------------+--+-----------+--------+------+------+
//
// N equals sf.
const (
	bitfieldForm Word = 0x13000000
	extractForm  Word = 0x13800000
	opSbfm       Word = 0 << 29
	opBfm        Word = 1 << 29
	opUbfm       Word = 2 << 29
)

func bitfield(opc Word, w Width, rd, rn Reg, immr, imms uint32) Word {
	return sf(w) | bitfieldForm | opc | Word(w)<<22 | bitNumber(w, immr)<<16 |
		bitNumber(w, imms)<<10 | gp(rn)<<5 | gp(rd)
}

// Sbfm is sbfm rd, rn, #immr, #imms.
func Sbfm(w Width, rd, rn Reg, immr, imms uint32) Word {
	return bitfield(opSbfm, w, rd, rn, immr, imms)
}

// Bfm is bfm rd, rn, #immr, #imms.
func Bfm(w Width, rd, rn Reg, immr, imms uint32) Word { return bitfield(opBfm, w, rd, rn, immr, imms) }

// Ubfm is ubfm rd, rn, #immr, #imms.
func Ubfm(w Width, rd, rn Reg, immr, imms uint32) Word {
	return bitfield(opUbfm, w, rd, rn, immr, imms)
}

// LslImm is lsl rd, rn, #amount.
func LslImm(w Width, rd, rn Reg, amount uint32) Word {
	bitNumber(w, amount)
	top := w.Bits() - 1
	return Ubfm(w, rd, rn, -amount&top, top-amount)
}

// LsrImm is lsr rd, rn, #amount.
func LsrImm(w Width, rd, rn Reg, amount uint32) Word {
	return Ubfm(w, rd, rn, amount, w.Bits()-1)
}

// AsrImm is asr rd, rn, #amount.
func AsrImm(w Width, rd, rn Reg, amount uint32) Word {
	return Sbfm(w, rd, rn, amount, w.Bits()-1)
}

// fieldInto places a field of width bits from bit 0 at bit lsb; fieldFrom takes it back.
func fieldInto(opc Word, w Width, rd, rn Reg, lsb, width uint32) Word {
	checkField(w, lsb, width)
	return bitfield(opc, w, rd, rn, -lsb&(w.Bits()-1), width-1)
}

func fieldFrom(opc Word, w Width, rd, rn Reg, lsb, width uint32) Word {
	checkField(w, lsb, width)
	return bitfield(opc, w, rd, rn, lsb, lsb+width-1)
}

func checkField(w Width, lsb, width uint32) {
	if width == 0 || lsb >= w.Bits() || width > w.Bits()-lsb {
		refuse("field of %d bits at bit %d of %d", width, lsb, w.Bits())
	}
}

// Bfi is bfi rd, rn, #lsb, #width: inserts the low bits of rn into rd, keeping the rest of rd.
func Bfi(w Width, rd, rn Reg, lsb, width uint32) Word { return fieldInto(opBfm, w, rd, rn, lsb, width) }

// Bfxil is bfxil rd, rn, #lsb, #width: takes a field of rn into the low bits of rd, keeping the rest of rd.
func Bfxil(w Width, rd, rn Reg, lsb, width uint32) Word {
	return fieldFrom(opBfm, w, rd, rn, lsb, width)
}

// Ubfx is ubfx rd, rn, #lsb, #width.
func Ubfx(w Width, rd, rn Reg, lsb, width uint32) Word {
	return fieldFrom(opUbfm, w, rd, rn, lsb, width)
}

// Ubfiz is ubfiz rd, rn, #lsb, #width.
func Ubfiz(w Width, rd, rn Reg, lsb, width uint32) Word {
	return fieldInto(opUbfm, w, rd, rn, lsb, width)
}

// Sbfx is sbfx rd, rn, #lsb, #width.
func Sbfx(w Width, rd, rn Reg, lsb, width uint32) Word {
	return fieldFrom(opSbfm, w, rd, rn, lsb, width)
}

// Sbfiz is sbfiz rd, rn, #lsb, #width.
func Sbfiz(w Width, rd, rn Reg, lsb, width uint32) Word {
	return fieldInto(opSbfm, w, rd, rn, lsb, width)
}

// Sxtb is sxtb rd, rn.
func Sxtb(w Width, rd, rn Reg) Word { return Sbfm(w, rd, rn, 0, 7) }

// Sxth is sxth rd, rn.
func Sxth(w Width, rd, rn Reg) Word { return Sbfm(w, rd, rn, 0, 15) }

// Sxtw is sxtw rd, rn: 32 to 64 bits.
func Sxtw(rd, rn Reg) Word { return Sbfm(W64, rd, rn, 0, 31) }

// Uxtb is uxtb rd, rn; it clears the rest of the 64-bit register.
func Uxtb(rd, rn Reg) Word { return Ubfm(W32, rd, rn, 0, 7) }

// Uxth is uxth rd, rn; it clears the rest of the 64-bit register.
func Uxth(rd, rn Reg) Word { return Ubfm(W32, rd, rn, 0, 15) }

// Uxtw is mov wd, wn, which zero-extends 32 to 64 bits.
func Uxtw(rd, rn Reg) Word { return Mov(W32, rd, rn) }

// Extr is extr rd, rn, rm, #lsb: the pair rn:rm shifted right by lsb.
func Extr(w Width, rd, rn, rm Reg, lsb uint32) Word {
	return sf(w) | extractForm | Word(w)<<22 | gp(rm)<<16 | bitNumber(w, lsb)<<10 |
		gp(rn)<<5 | gp(rd)
}

// RorImm is ror rd, rn, #amount.
func RorImm(w Width, rd, rn Reg, amount uint32) Word { return Extr(w, rd, rn, rn, amount) }
