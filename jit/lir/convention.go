package lir

import "github.com/cinderjit/cinderjit/jit/regalloc"

// Convention is what lowering has to know of the machine: where calls pass
// their operands, and what they destroy.
type Convention struct {
	// IntArgs and FloatArgs are the argument registers of C functions. The
	// direct entry of a Python function takes the callee and then the arguments
	// in IntArgs.
	IntArgs, FloatArgs []regalloc.PReg
	// IntResults are the registers of a result of one or two words.
	IntResults  [2]regalloc.PReg
	FloatResult regalloc.PReg
	// Target is the register that holds the address of an indirect call. It
	// is not allocatable.
	Target regalloc.PReg
	// Clobbers are the registers that a call destroys.
	Clobbers regalloc.RegSet
}

// MaxDirectArgs returns the largest number of arguments for which a direct
// entry exists.
func (c *Convention) MaxDirectArgs() int { return len(c.IntArgs) - 1 }
