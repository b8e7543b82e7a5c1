package aarch64

// Conditional select and compare:
//
//	 31 30 29 28              21 20    16 15   12 11 10 9    5 4  3    0
//	+--+--+--+------------------+--------+-------+-----+------+---------+
//	|sf|op| 0| 1 1 0 1 0 1 0 0  |   Rm   | cond  | 0 o2|  Rn  |   Rd    |  select
//	|sf|op| 1| 1 1 0 1 0 0 1 0  |   Rm   | cond  | 0  0|  Rn  |0| nzcv  |  compare registers
//	|sf|op| 1| 1 1 0 1 0 0 1 0  |  imm5  | cond  | 1  0|  Rn  |0| nzcv  |  compare immediate
//	+--+--+--+------------------+--------+-------+-----+------+---------+
const (
	selectForm      Word = 0x1a800000
	condCompareForm Word = 0x3a400000

	opCsel  Word = 0
	opCsinc Word = 1 << 10
	opCsinv Word = 1 << 30
	opCsneg Word = 1<<30 | 1<<10
)

func conditionalSelect(op Word, w Width, rd, rn, rm Reg, c Cond) Word {
	return sf(w) | selectForm | op | gp(rm)<<16 | condField(c)<<12 | gp(rn)<<5 | gp(rd)
}

// Csel is csel rd, rn, rm, c: rn when c holds, else rm.
func Csel(w Width, rd, rn, rm Reg, c Cond) Word { return conditionalSelect(opCsel, w, rd, rn, rm, c) }

// Csinc is csinc rd, rn, rm, c: rn when c holds, else rm + 1.
func Csinc(w Width, rd, rn, rm Reg, c Cond) Word { return conditionalSelect(opCsinc, w, rd, rn, rm, c) }

// Csinv is csinv rd, rn, rm, c: rn when c holds, else ^rm.
func Csinv(w Width, rd, rn, rm Reg, c Cond) Word { return conditionalSelect(opCsinv, w, rd, rn, rm, c) }

// Csneg is csneg rd, rn, rm, c: rn when c holds, else -rm.
func Csneg(w Width, rd, rn, rm Reg, c Cond) Word { return conditionalSelect(opCsneg, w, rd, rn, rm, c) }

// Cset is cset rd, c: 1 when c holds, else 0.
func Cset(w Width, rd Reg, c Cond) Word { return Csinc(w, rd, XZR, XZR, c.Invert()) }

// Csetm is csetm rd, c: all ones when c holds, else 0.
func Csetm(w Width, rd Reg, c Cond) Word { return Csinv(w, rd, XZR, XZR, c.Invert()) }

// Cinc is cinc rd, rn, c: rn + 1 when c holds, else rn.
func Cinc(w Width, rd, rn Reg, c Cond) Word { return Csinc(w, rd, rn, rn, c.Invert()) }

// Cinv is cinv rd, rn, c: ^rn when c holds, else rn.
func Cinv(w Width, rd, rn Reg, c Cond) Word { return Csinv(w, rd, rn, rn, c.Invert()) }

// Cneg is cneg rd, rn, c: -rn when c holds, else rn.
func Cneg(w Width, rd, rn Reg, c Cond) Word { return Csneg(w, rd, rn, rn, c.Invert()) }

func conditionalCompare(op, operand Word, w Width, rn Reg, f Flags, c Cond) Word {
	return sf(w) | condCompareForm | op | operand<<16 | condField(c)<<12 | gp(rn)<<5 | flagsField(f)
}

const condCompareImm Word = 1 << 11

// IsCcmpImm reports whether imm can be the immediate of ccmp and ccmn: 0…31.
func IsCcmpImm(imm int64) bool { return uint64(imm) < 32 }

// Ccmp is ccmp rn, rm, #f, c: compares rn with rm when c holds, else sets the flags to f.
func Ccmp(w Width, rn, rm Reg, f Flags, c Cond) Word {
	return conditionalCompare(opSub, gp(rm), w, rn, f, c)
}

// CcmpImm is ccmp rn, #imm, #f, c.
func CcmpImm(w Width, rn Reg, imm int64, f Flags, c Cond) Word {
	return conditionalCompare(opSub|condCompareImm, unsigned(imm, 5), w, rn, f, c)
}

// Ccmn is ccmn rn, rm, #f, c: compares rn with -rm when c holds, else sets the flags to f.
func Ccmn(w Width, rn, rm Reg, f Flags, c Cond) Word {
	return conditionalCompare(0, gp(rm), w, rn, f, c)
}

// CcmnImm is ccmn rn, #imm, #f, c.
func CcmnImm(w Width, rn Reg, imm int64, f Flags, c Cond) Word {
	return conditionalCompare(condCompareImm, unsigned(imm, 5), w, rn, f, c)
}
