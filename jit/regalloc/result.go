package regalloc

import "fmt"

// Loc is where a value is: nowhere (the zero Loc), in a machine register, in a
// spill slot, or in no place because it can be rematerialised.
type Loc uint32

const (
	locReg   Loc = 1 << 29
	locSlot  Loc = 2 << 29
	locRemat Loc = 3 << 29
	locKind  Loc = 7 << 29

	// locStack is the slot (or the remat) of the piece's own value, before
	// slots are numbered.
	locStack Loc = 4 << 29
)

// InReg returns the location of register p.
func InReg(p PReg) Loc { return locReg | Loc(p) }

// InSlot returns the location of spill slot n.
func InSlot(n int) Loc { return locSlot | Loc(n) }

// AsRemat returns the location of a value that is made anew where needed.
func AsRemat(v VReg) Loc { return locRemat | Loc(v) }

// IsReg reports whether l is a machine register.
func (l Loc) IsReg() bool { return l&locKind == locReg }

// IsSlot reports whether l is a spill slot.
func (l Loc) IsSlot() bool { return l&locKind == locSlot }

// IsRemat reports whether l stands for a value to be made anew.
func (l Loc) IsRemat() bool { return l&locKind == locRemat }

// Reg returns the machine register of a register location.
func (l Loc) Reg() PReg { return PReg(l &^ locKind) }

// Slot returns the number of a spill slot location; slots are 8 bytes.
func (l Loc) Slot() int { return int(l &^ locKind) }

// VReg returns the value of a remat location.
func (l Loc) VReg() VReg { return VReg(l &^ locKind) }

// String returns r5, f3, [2], remat v7 or "-".
func (l Loc) String() string {
	switch l & locKind {
	case locReg:
		if r := l.Reg(); r.Class() == Float {
			return fmt.Sprintf("f%d", r-32)
		}
		return fmt.Sprintf("r%d", l.Reg())
	case locSlot:
		return fmt.Sprintf("[%d]", l.Slot())
	case locRemat:
		return fmt.Sprintf("remat v%d", l.VReg())
	case locStack:
		return "stack"
	}
	return "-"
}

// Move copies a value. At least one side is a register, To is never a remat,
// and a remat is never stored directly: what has to pass through memory
// goes by way of a scratch register.
type Move struct {
	From, To Loc
}

// String returns "to <- from".
func (m Move) String() string { return m.To.String() + " <- " + m.From.String() }

// Stats counts what the allocation costs, in inserted instructions.
type Stats struct {
	Stores, Loads, Copies, Remats int
	// Intervals is the number of pieces that values were split into.
	Intervals int
	// Spilled is the number of values that have a slot.
	Spilled int
	// Evictions is the number of times an interval lost its register again.
	Evictions int
}

// Result is a finished allocation. It belongs to the Allocator and is valid
// until the next call of Allocate.
type Result struct {
	// NumSpillSlots is the number of 8-byte slots used.
	NumSpillSlots int
	// UsedCalleeSaved are the registers of Config.CalleeSaved that are written.
	UsedCalleeSaved RegSet
	// Stats counts inserted moves.
	Stats Stats

	opOff   []int32 // instruction → first index in locs
	locs    []Loc
	moveOff []int32 // instruction → first index in moves
	moves   []Move
	dropped []bool
}

// Operands returns the locations of instr's operands, in the order of
// Function.Operands. A definition that nothing uses has a location too. The
// location of a definition is a slot only if its constraint is Any.
func (r *Result) Operands(instr int) []Loc {
	return r.locs[r.opOff[instr]:r.opOff[instr+1]]
}

// MovesBefore returns the moves to run, one after the other, just before
// instr. Moves on an edge are among those before the terminator of the
// predecessor or before the first instruction of the successor.
func (r *Result) MovesBefore(instr int) []Move {
	return r.moves[r.moveOff[instr]:r.moveOff[instr+1]]
}

// Dropped reports whether instr only defines a value that is made anew at
// each of its uses, so that it need not be emitted.
func (r *Result) Dropped(instr int) bool { return r.dropped[instr] }
