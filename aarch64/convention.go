package aarch64

import (
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/regalloc"
)

// Registers with a fixed role in compiled code.
const (
	threadReg  = X19 // thread state
	frameReg   = X20 // current interpreter frame
	scratch    = X16 // emission, within one LIR instruction; address of indirect calls
	scratch2   = X17 // the same; also the register allocator's, between instructions
	intScratch = regalloc.PReg(17)
	fpScratch  = regalloc.PReg(32 + 31)
)

// gprs and fprs number the registers first…last for the allocator.
func gprs(first, last int) []regalloc.PReg {
	var r []regalloc.PReg
	for n := first; n <= last; n++ {
		r = append(r, regalloc.PReg(n))
	}
	return r
}

func fprs(first, last int) []regalloc.PReg { return gprs(32+first, 32+last) }

// Convention is the calling convention for lowering.
var Convention = lir.Convention{
	IntArgs:     gprs(0, 7),
	FloatArgs:   fprs(0, 7),
	IntResults:  [2]regalloc.PReg{0, 1},
	FloatResult: 32,
	Target:      16,
	Clobbers:    regalloc.Regs(append(append(gprs(0, 15), fprs(0, 7)...), fprs(16, 30)...)...),
}

// Registers returns the configuration of the register allocator.
func Registers() regalloc.Config {
	return regalloc.Config{
		IntRegs:      append(gprs(0, 15), gprs(21, 28)...),
		FloatRegs:    append(append(fprs(0, 7), fprs(16, 30)...), fprs(8, 15)...),
		IntScratch:   intScratch,
		FloatScratch: fpScratch,
		CalleeSaved:  regalloc.Regs(append(gprs(21, 28), fprs(8, 15)...)...),
	}
}

// machineReg returns the register that the allocator calls p.
func machineReg(p regalloc.PReg) Reg {
	if p.Class() == regalloc.Float {
		return V0 + Reg(p-32)
	}
	return X0 + Reg(p)
}
