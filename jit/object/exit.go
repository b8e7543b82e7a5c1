package object

// ExitKind says how an exit is completed; see the kinds.
type ExitKind uint8

// The kinds of exit.
const (
	// Deopt is a failed guard: all locals and stack values come from the table, and
	// the instruction at the frame's offset is executed by the interpreter.
	Deopt ExitKind = iota
	// Observe follows an instruction after which compiled code must not go on: the
	// locals are in the frame, the stack values come from the table, and the
	// interpreter continues at the offset.
	Observe
	// Raise has the exception set: the locals are in the frame, the offset is that
	// of the instruction that raised, and the stack values are those before it.
	Raise

	numExitKinds
)

// Reason classifies exits in statistics.
type Reason uint8

// The reasons of an exit.
const (
	ReasonUnknown Reason = iota
	ReasonGuardType
	ReasonGuardValue
	ReasonGuardNull
	ReasonGuardFlag
	ReasonOverflow
	ReasonBounds
	ReasonUnbound
	ReasonKeyMissing
	ReasonDivideByZero
	ReasonUnexpectedBranch
	ReasonUnsupported
	ReasonFrameObserved
	ReasonEvalBreaker
	ReasonInvalidated
	ReasonRaised
	ReasonReraised
	ReasonLoopLeft

	numReasons
)

// Exit describes one way out of the code. Its number is its index in Object.Exits.
type Exit struct {
	Kind   ExitKind
	Reason Reason
	// Continue is where code goes on, as an offset into Text, when a frame object that was
	// found changes nothing; 0 when the exit has to be taken. Only for Observe.
	Continue uint32
	// Text describes the guard or the instruction, for statistics.
	Text string
	// Guilty is the value whose type, or value, failed a guard; NoLocation if there is none.
	Guilty Location
	// Frames is the chain of frames, innermost first; the last one is the frame that
	// the code runs in.
	Frames []Frame
	// Owned lists where compiled code holds one reference that the exit gives back
	// after it wrote the frames. A location may occur several times.
	Owned []Location
	// Virtuals are objects that compiled code did without and the exit has to make.
	// One may use those before it.
	Virtuals []Virtual
}

// Completion says what becomes of the result of an inlined frame in the frame of
// its caller.
type Completion uint8

// The completions.
const (
	// CompletePush pushes the result.
	CompletePush Completion = iota
	// CompleteDiscard drops the result, as the call of a __setattr__ does.
	CompleteDiscard
	// CompleteInit checks that the result of __init__ is None and drops it; the
	// instance is already on the caller's stack.
	CompleteInit
	// CompleteBool pushes the truth of the result, CompleteNot its negation.
	CompleteBool
	CompleteNot

	numCompletions
)

// Frame is how the interpreter's frame looks at an exit.
type Frame struct {
	// Code and Callee are the code object and the function object of an inlined frame;
	// 0 and NoLocation for the frame the code runs in.
	Code   ID
	Callee Location
	// Offset is a bytecode instruction, in code units: the one to execute or the one that
	// raised in the innermost frame; in the others the call that is under way.
	Offset uint32
	// Next is the offset at which an outer frame goes on once the call returned; unused in
	// the innermost.
	Next uint32
	// Completion tells what an outer frame does with the result of the frame before it.
	Completion Completion
	// Native is where an inlined frame stands, in bytes above the stack pointer, at all
	// exits but Deopt: it is complete there, except for the slots that Locals lists, that its
	// references are borrowed, and that it is not counted in the recursion depth. At a
	// Deopt it does not exist.
	Native uint32
	// Untraced says that the exception that is being handled lacks the traceback entry of this
	// frame, whose instr_ptr tells its place. Unhandled says that it is on top of the frame's stack, and
	// not being handled yet.
	Untraced, Unhandled bool
	// InMemory says that the local slots already stand in the frame. Otherwise Locals lists all slots; NoLocation
	// is a slot that stands in the frame already, NullLocation one that is unbound.
	InMemory bool
	Locals   []Location
	// Stack holds the operand stack, bottom first; NullLocation for PUSH_NULL. In an outer
	// frame the operands of the call are not part of it.
	Stack []Location
}

// LocationKind says where a value is.
type LocationKind uint8

// The kinds of location.
const (
	InNothing  LocationKind = iota // there is no value here
	InNull                         // the null pointer
	InGPR                          // general register Index
	InFPR                          // vector register Index
	InStack                        // native stack, Index bytes above the stack pointer
	InConstant                     // object with id Index
	InImm                          // number Imm
	InVirtual                      // Exit.Virtuals[Index]

	numLocationKinds
)

// Repr says how a value is represented where it is.
type Repr uint8

// The representations.
const (
	AsObject       Repr = iota // pointer to an object, or null
	AsInt64                    // int, becomes a PyLong
	AsDouble                   // float64, becomes a PyFloat
	AsBool                     // 0 or 1 in the low 32 bits, becomes True or False
	AsInt64OrNull              // as AsInt64, but the least number is null
	AsDoubleOrNull             // as AsDouble, but the bits of hir.NoFloat are null
	AsTagged                   // word of a stack slot as it is: the place of an instruction below its exception

	numReprs
)

// Location is where a value is at an exit, and how it is represented there.
type Location struct {
	Kind  LocationKind
	Repr  Repr
	Index uint32
	Imm   int64
}

// The locations without details.
var (
	NoLocation   = Location{Kind: InNothing}
	NullLocation = Location{Kind: InNull}
)

// GPR is a value in general register n.
func GPR(n uint32, r Repr) Location { return Location{Kind: InGPR, Repr: r, Index: n} }

// FPR is a value in vector register n.
func FPR(n uint32, r Repr) Location { return Location{Kind: InFPR, Repr: r, Index: n} }

// Stack is a value in the native frame, offset bytes above the stack pointer.
func Stack(offset uint32, r Repr) Location {
	return Location{Kind: InStack, Repr: r, Index: offset}
}

// Constant is the object id itself.
func Constant(id ID) Location { return Location{Kind: InConstant, Index: uint32(id)} }

// Imm is the number v; a double is given by its bits.
func Imm(v int64, r Repr) Location { return Location{Kind: InImm, Repr: r, Imm: v} }

// VirtualAt is the object made from Exit.Virtuals[i].
func VirtualAt(i uint32) Location { return Location{Kind: InVirtual, Index: i} }

// VirtualKind says what is to be made.
type VirtualKind uint8

// The kinds of object that an exit can make, with the meaning of their fields.
const (
	VirtualTuple        VirtualKind = iota // items
	VirtualList                            // items
	VirtualMethod                          // function, self
	VirtualSlice                           // start, stop, step
	VirtualRange                           // start, stop, step
	VirtualRangeIter                       // start, step, length: numbers
	VirtualListIter                        // list, index
	VirtualTupleIter                       // tuple, index
	VirtualCell                            // contents or null
	VirtualInstance                        // type, then for each attribute, in the order in which they were set, byte offset and value or null
	VirtualEnumerate                       // count: a number; iterator
	VirtualZip                             // iterators
	VirtualReversedIter                    // list, index
	VirtualKeyIter                         // dict, items that it must have, position, items left: numbers
	VirtualValueIter
	VirtualItemIter

	numVirtualKinds
)

// Virtual is the recipe of an object that an exit makes.
type Virtual struct {
	Kind   VirtualKind
	Fields []Location
}
