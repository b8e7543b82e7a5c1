package aarch64

// System instructions:
//
//	 31                  22 21 20 19 18 16 15 12 11  8 7   5 4    0
//	+----------------------+--+-----+-----+-----+-----+-----+------+
//	| 1 1 0 1 0 1 0 1 0 0  | L| op0 | op1 | CRn | CRm | op2 |  Rt  |
//	+----------------------+--+-----+-----+-----+-----+-----+------+
//
// hint: op0 0, op1 3, CRn 2; barriers: CRn 3; mrs and msr: op0 2 or 3.
const (
	hintForm Word = 0xd503201f
	mrsForm  Word = 0xd5300000
	msrForm  Word = 0xd5100000
)

// Hint is hint #n.
func Hint(n uint32) Word { return hintForm | unsigned(int64(n), 7)<<5 }

// Nop is nop.
func Nop() Word { return Hint(0) }

// Yield is yield.
func Yield() Word { return Hint(1) }

// Target says which indirect branches a landing pad lets in.
type Target uint8

// The landing pads.
const (
	TargetCall     Target = 1 // blr, and br through X16 or X17
	TargetJump     Target = 2 // br
	TargetCallJump Target = 3
)

// Bti is bti c, bti j or bti jc: a landing pad for indirect branches, a nop where the
// processor does not check.
func Bti(t Target) Word {
	if t == 0 || t > TargetCallJump {
		refuse("target %d", t)
	}
	return Hint(32 + 2*uint32(t))
}

// Brk is brk #imm: a breakpoint trap.
func Brk(imm uint16) Word { return 0xd4200000 | Word(imm)<<5 }

// Udf is udf #imm: permanently undefined.
func Udf(imm uint16) Word { return Word(imm) }

// Svc is svc #imm: a system call.
func Svc(imm uint16) Word { return 0xd4000001 | Word(imm)<<5 }

// Barrier is the domain and the kind of accesses of a memory barrier.
type Barrier uint8

// The barriers.
const (
	BarrierISHLD Barrier = 9  // loads before, everything after; inner shareable
	BarrierISHST Barrier = 10 // stores before and after; inner shareable
	BarrierISH   Barrier = 11 // everything; inner shareable
	BarrierLD    Barrier = 13
	BarrierST    Barrier = 14
	BarrierSY    Barrier = 15 // everything, full system
)

// Dmb is dmb.
func Dmb(b Barrier) Word { return 0xd50330bf | unsigned(int64(b), 4)<<8 }

// Dsb is dsb.
func Dsb(b Barrier) Word {
	if b&3 == 0 {
		refuse("barrier %d", b) // these numbers are other instructions
	}
	return 0xd503309f | unsigned(int64(b), 4)<<8
}

// Isb is isb.
func Isb() Word { return 0xd5033fdf }

// Clrex is clrex.
func Clrex() Word { return 0xd5033f5f }

// SysReg is the number of a system register: op0-2, op1, CRn, CRm, op2.
type SysReg uint16

// The system registers that user code may read.
const (
	TPIDR_EL0   SysReg = 1<<14 | 3<<11 | 13<<7 | 0<<3 | 2 // thread pointer
	NZCV        SysReg = 1<<14 | 3<<11 | 4<<7 | 2<<3 | 0
	FPCR        SysReg = 1<<14 | 3<<11 | 4<<7 | 4<<3 | 0
	FPSR        SysReg = 1<<14 | 3<<11 | 4<<7 | 4<<3 | 1
	CNTVCT_EL0  SysReg = 1<<14 | 3<<11 | 14<<7 | 0<<3 | 2 // virtual counter
	CNTFRQ_EL0  SysReg = 1<<14 | 3<<11 | 14<<7 | 0<<3 | 0
	sysRegLimit SysReg = 1 << 15
)

func sysReg(s SysReg) Word {
	if s >= sysRegLimit {
		refuse("system register %#x", s)
	}
	return Word(s) << 5
}

// Mrs is mrs rt, s.
func Mrs(rt Reg, s SysReg) Word { return mrsForm | sysReg(s) | gp(rt) }

// Msr is msr s, rt.
func Msr(s SysReg, rt Reg) Word { return msrForm | sysReg(s) | gp(rt) }
