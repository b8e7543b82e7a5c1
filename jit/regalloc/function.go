package regalloc

import "math/bits"

// Class says which register file a value lives in.
type Class uint8

// Register classes.
const (
	Int Class = iota
	Float
)

// String returns "int" or "float".
func (c Class) String() string {
	if c == Float {
		return "float"
	}
	return "int"
}

// VReg names a virtual register. 0 means none.
type VReg uint32

// PReg names a machine register: 0 to 31 are of class Int, 32 to 63 of class Float.
type PReg uint8

// Class returns the register file p belongs to.
func (p PReg) Class() Class {
	if p >= 32 {
		return Float
	}
	return Int
}

// RegSet is a set of machine registers; bit n stands for PReg n.
type RegSet uint64

// Regs returns the set of the given registers.
func Regs(regs ...PReg) RegSet {
	var s RegSet
	for _, r := range regs {
		s = s.Add(r)
	}
	return s
}

// Has reports whether r is in s.
func (s RegSet) Has(r PReg) bool { return s>>r&1 != 0 }

// Add returns s with r.
func (s RegSet) Add(r PReg) RegSet { return s | 1<<r }

// Remove returns s without r.
func (s RegSet) Remove(r PReg) RegSet { return s &^ (1 << r) }

// Len returns the number of registers in s.
func (s RegSet) Len() int { return bits.OnesCount64(uint64(s)) }

// First returns the lowest register of s, which must not be empty.
func (s RegSet) First() PReg { return PReg(bits.TrailingZeros64(uint64(s))) }

// Kind says whether an operand is read or written.
type Kind uint8

// Operand kinds.
const (
	Use Kind = iota
	Def
)

// Pos says when an operand is read or written. The zero value is the usual
// choice for both kinds.
type Pos uint8

// Operand positions.
const (
	// Normal is Early for a use and Late for a definition: they may share a
	// register.
	Normal Pos = iota
	// Early is before any output is written. An early definition is a
	// temporary or an early clobber: it shares no register with an input.
	Early
	// Late is after all inputs were read. A late use lives through the
	// instruction, and through its clobbers.
	Late
)

// Constraint says where an operand may be.
type Constraint uint8

// Operand constraints.
const (
	// Reg asks for any allocatable register of the class.
	Reg Constraint = iota
	// Any accepts a register, a spill slot or, for a value that can be
	// rematerialised, no place at all (see Loc.IsRemat). It never causes a
	// reload. Frame state is described with it.
	Any
	// Fixed asks for the register Operand.Fixed, allocatable or not (but not
	// a scratch register).
	Fixed
	// Reuse, for a definition only, asks for the register of the input
	// operand with index Operand.Reuse. That input must be an early use with
	// constraint Reg or Fixed.
	Reuse
)

// Operand is one register operand of an instruction.
type Operand struct {
	V          VReg
	Kind       Kind
	Pos        Pos
	Constraint Constraint
	Fixed      PReg  // for Fixed
	Reuse      uint8 // for Reuse: index in the operand list
}

// late reports whether o is read or written at the late position.
func (o Operand) late() bool {
	if o.Kind == Def {
		return o.Pos != Early
	}
	return o.Pos == Late
}

// Function is the view of a function that the allocator needs. The package
// comment lists what must hold. Returned slices are only read, and not kept.
type Function interface {
	// NumVRegs is greater than every VReg of the function.
	NumVRegs() int
	// Class returns the class of v.
	Class(v VReg) Class
	// Remat reports whether v is a cheap constant that its defining
	// instruction, which must have v as only operand and no side effect, can
	// produce again anywhere and in any register of the class.
	Remat(v VReg) bool

	// NumBlocks is the number of blocks; block 0 is the entry, has no
	// parameters, and indices follow the layout of the code.
	NumBlocks() int
	// Block returns the instructions of b as a half-open range. Ranges are
	// not empty and follow each other without gaps from 0.
	Block(b int) (first, last int)
	// Succs returns the successors of b.
	Succs(b int) []int
	// Params returns the parameters of b.
	Params(b int) []VReg
	// EdgeArgs returns the values passed to the parameters of b's successor
	// number succ.
	EdgeArgs(b, succ int) []VReg
	// LoopDepth is the number of loops around b.
	LoopDepth(b int) int
	// Cold reports whether b is not expected to run. Cold blocks should come
	// last in the layout.
	Cold(b int) bool

	// Entered reports whether b is reached from outside of the function, so
	// that no register and no slot holds anything at its entry: what is live
	// there has to be rematerialised. Such a block has one edge into it, which
	// stands for definitions only and is never taken.
	Entered(b int) bool

	// Operands appends the operands of instr to buf and returns it.
	Operands(instr int, buf []Operand) []Operand
	// Clobbers returns the registers instr destroys besides writing its
	// definitions. Registers of fixed definitions may be included.
	Clobbers(instr int) RegSet
}

// Config describes the machine and the mode of an allocation.
type Config struct {
	// IntRegs and FloatRegs are the allocatable registers, in order of
	// preference for a value that no clobber disturbs: normally caller-saved
	// ones first. Values that live across calls find the others by
	// themselves.
	IntRegs, FloatRegs []PReg
	// IntScratch and FloatScratch are not allocatable. Inserted moves may
	// overwrite them, so the client may use them only within an instruction.
	IntScratch, FloatScratch PReg
	// CalleeSaved are the registers whose first use costs a save and a
	// restore.
	CalleeSaved RegSet
	// SpillEverything keeps every value in its slot, and in a register only
	// around each instruction that wants it there. For debugging.
	SpillEverything bool
	// Check proves the result with Check before it is returned.
	Check bool
}
