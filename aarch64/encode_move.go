package aarch64

// Move wide:
//
//	 31 30 29 28          23 22 21 20                    5 4    0
//	+--+-----+--------------+-----+-----------------------+------+
//	|sf| opc | 1 0 0 1 0 1  | hw  |         imm16         |  Rd  |
//	+--+-----+--------------+-----+-----------------------+------+
//
// opc: 0 movn, 2 movz, 3 movk. hw is the number of the half-word.
const (
	moveWide Word = 0x12800000
	opMovn   Word = 0 << 29
	opMovz   Word = 2 << 29
	opMovk   Word = 3 << 29
)

func moveWideForm(opc Word, w Width, rd Reg, imm uint16, shift uint32) Word {
	if shift&15 != 0 || shift >= w.Bits() {
		refuse("half-word shifted by %d", shift)
	}
	return sf(w) | moveWide | opc | Word(shift>>4)<<21 | Word(imm)<<5 | gp(rd)
}

// Movz is movz rd, #imm, lsl #shift: the rest becomes zero. shift is 0, 16, 32 or 48.
func Movz(w Width, rd Reg, imm uint16, shift uint32) Word {
	return moveWideForm(opMovz, w, rd, imm, shift)
}

// Movn is movn rd, #imm, lsl #shift: the inverse of movz's result.
func Movn(w Width, rd Reg, imm uint16, shift uint32) Word {
	return moveWideForm(opMovn, w, rd, imm, shift)
}

// Movk is movk rd, #imm, lsl #shift: the rest is kept.
func Movk(w Width, rd Reg, imm uint16, shift uint32) Word {
	return moveWideForm(opMovk, w, rd, imm, shift)
}

// Mov is mov rd, rm between general registers; either may be SP, and rm XZR.
func Mov(w Width, rd, rm Reg) Word {
	if rd == SP || rm == SP {
		return AddImm(w, rd, rm, 0)
	}
	return Orr(w, rd, XZR, rm)
}

// PC-relative addresses:
//
//	 31 30 29 28       24 23                      5 4    0
//	+--+-----+-----------+-------------------------+------+
//	|op|immlo| 1 0 0 0 0 |          immhi          |  Rd  |
//	+--+-----+-----------+-------------------------+------+
const (
	adrForm  Word = 0x10000000
	adrpForm Word = 0x90000000
)

func adrFields(v Word) Word { return v&3<<29 | v>>2<<5 }

// Adr is adr rd, .+off; off is in bytes, within ±1 MB.
func Adr(rd Reg, off int64) Word { return adrForm | adrFields(scaled(off, 21, 0)) | gp(rd) }

// Adrp is adrp rd, .+off: the page of the instruction plus off, which is a multiple of 4096
// within ±4 GB.
func Adrp(rd Reg, off int64) Word { return adrpForm | adrFields(scaled(off, 21, 12)) | gp(rd) }
