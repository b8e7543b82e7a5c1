package lir

import "github.com/cinderjit/cinderjit/jit/regalloc"

// Convention is what lowering has to know of the machine: where calls pass
// their operands, and what they destroy.
type Convention struct {
	// IntArgs and FloatArgs are the argument registers of C functions. The
	// direct entry of a Python function takes the callee and then the arguments
	// in IntArgs; what does not fit lies in the caller's outgoing arguments.
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

// RegisterArgs returns how many arguments a direct entry takes in registers.
func (c *Convention) RegisterArgs() int { return len(c.IntArgs) - 1 }
