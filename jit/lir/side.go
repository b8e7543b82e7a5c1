package lir

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// PlaceKind says where a value of a side table is.
type PlaceKind uint8

// The kinds of place.
const (
	PlaceNone    PlaceKind = iota // there is no value
	PlaceNull                     // the null pointer
	PlaceValue                    // Side.Values[Index]
	PlaceConst                    // object Obj
	PlaceImm                      // the number Imm
	PlaceVirtual                  // Side.Virtuals[Index]
)

// Place is a value in a side table, before registers are assigned.
type Place struct {
	Kind  PlaceKind
	Repr  object.Repr
	Index int32
	Obj   snapshot.ID
	Imm   int64
}

// Virtual is an object that an exit makes; see object.Virtual.
type Virtual struct {
	Value  hir.Value
	Kind   object.VirtualKind
	Fields []Place
}

// Frame is an interpreter frame at an exit; see object.Frame.
type Frame struct {
	Inline     int32
	Code       snapshot.ID
	Callee     Place
	Offset     int32
	Next       int32
	Completion object.Completion
	InMemory   bool
	Untraced   bool
	Unhandled  bool
	Locals     []Place
	Stack      []Place
}

// SlotStore is a local variable slot to be stored, borrowed, on a cold path.
type SlotStore struct {
	Inline int32 // whose frame
	Slot   int32
	Value  Place
}

// FrameFill is the frame of an inlined call that a cold path fills in.
type FrameFill struct {
	Inline int32
	Callee Place
}

// FrameIP is an instr_ptr that a cold path stores.
type FrameIP struct {
	Inline int32
	Unit   int32 // code unit
}

// Side is what an instruction needs beside its main path: the exit it can
// take, and the stores that make the frame look right before its cold path runs
// other code.
type Side struct {
	Exit   bool // Kind to Owned are meant
	Kind   object.ExitKind
	Reason object.Reason
	Text   string
	Guilty Place
	Frames []Frame // innermost first
	Owned  []Place
	// Virtuals are objects that do not exist; those that others consist of come first.
	Virtuals []Virtual
	// InFrame: others may look at the frame, which holds the locals itself.
	InFrame bool

	Fills  []FrameFill // first of all
	Stores []SlotStore
	// Service says that slots have to show machine numbers, which only the run
	// time can box: it serves the cold path.
	Service bool
	IPs     []FrameIP
	// Link says that the cold path makes the instruction's own frame the thread's
	// current one, and gives this back to the one of the inlined call Back
	// unless that is negative.
	Link bool
	Back int32

	// Values are the virtual registers that places refer to.
	Values []VReg
}

// value returns the place of v in s.
func (s *Side) value(v VReg, r object.Repr) Place {
	for i, w := range s.Values {
		if w == v {
			return Place{Kind: PlaceValue, Repr: r, Index: int32(i)}
		}
	}
	s.Values = append(s.Values, v)
	return Place{Kind: PlaceValue, Repr: r, Index: int32(len(s.Values) - 1)}
}
