package aarch64

// Branches:
//
//	 31 30          26 25 24 23                             5 4      0
//	+--+--------------+--------------------------------------+--------+
//	|op|  0 0 1 0 1   |                 imm26                         |  b, bl
//	| 0  1 0 1 0 1 0 0|  0             imm19                 |0| cond |  b.cond
//	|sf| 0 1 1 0 1 0  | op|            imm19                 |   Rt   |  cbz, cbnz
//	|b5| 0 1 1 0 1 1  | op|   b40   |  imm14                 |   Rt   |  tbz, tbnz
//	| 1  1 0 1 0 1 1  | 0  opc | 1 1 1 1 1 |0 0 0 0 0 0|  Rn |0 0 0 0 0|  br, blr, ret
//	+--+--------------+--------------------------------------+--------+
//
// Offsets are in words, relative to the branch. The functions here take them in bytes;
// code that branches to labels uses the methods of [Assembler].
const (
	branchForm     Word = 0x14000000
	branchLinkForm Word = 0x94000000
	branchCondForm Word = 0x54000000
	cbzForm        Word = 0x34000000
	tbzForm        Word = 0x36000000
	branchNonzero  Word = 1 << 24 // cbz to cbnz, tbz to tbnz

	brForm  Word = 0xd61f0000
	blrForm Word = 0xd63f0000
	retForm Word = 0xd65f0000
)

// Reach of the branches and of adr and literal loads, in bytes either way.
const (
	ReachBranch     = 128 << 20 // b, bl
	ReachBranchCond = 1 << 20   // b.cond, cbz, cbnz, ldr literal, adr
	ReachTestBit    = 32 << 10  // tbz, tbnz
)

// B is b .+off.
func B(off int64) Word { return branchForm | scaled(off, 26, 2) }

// Bl is bl .+off.
func Bl(off int64) Word { return branchLinkForm | scaled(off, 26, 2) }

// BCond is b.c .+off.
func BCond(c Cond, off int64) Word { return branchCondForm | scaled(off, 19, 2)<<5 | condField(c) }

// Cbz is cbz rt, .+off.
func Cbz(w Width, rt Reg, off int64) Word { return sf(w) | cbzForm | scaled(off, 19, 2)<<5 | gp(rt) }

// Cbnz is cbnz rt, .+off.
func Cbnz(w Width, rt Reg, off int64) Word { return Cbz(w, rt, off) | branchNonzero }

// Tbz is tbz rt, #bit, .+off, bit 0…63.
func Tbz(rt Reg, bit uint32, off int64) Word {
	b := bitNumber(W64, bit)
	return tbzForm | b>>5<<31 | b&31<<19 | scaled(off, 14, 2)<<5 | gp(rt)
}

// Tbnz is tbnz rt, #bit, .+off, bit 0…63.
func Tbnz(rt Reg, bit uint32, off int64) Word { return Tbz(rt, bit, off) | branchNonzero }

// Br is br rn.
func Br(rn Reg) Word { return brForm | gp(rn)<<5 }

// Blr is blr rn.
func Blr(rn Reg) Word { return blrForm | gp(rn)<<5 }

// Ret is ret, through X30.
func Ret() Word { return RetReg(LR) }

// RetReg is ret rn.
func RetReg(rn Reg) Word { return retForm | gp(rn)<<5 }
