// Package object is the result of a compilation: machine code, what has to be
// written into it before it can run, and the tables that the run time needs
// while it runs. It owns the encoding in which the result crosses from the
// compiler to the loader, and its text form.
//
// Everything that depends on a process is a relocation or an object id, so an
// Object can be kept, compared, and made by another process. The package
// knows nothing of instructions, of HIR, or of CPython's structures; its ids
// are those of the snapshot that was compiled.
package object

// ID names an object of the snapshot; 0 is none.
type ID uint32

// None is the absent code offset of an entry that does not exist.
const None = ^uint32(0)

// StackMargin is the distance above the thread's c_stack_soft_limit, in bytes, that a
// prologue keeps: below it, the call goes to the stub slow_entry. The interpreter and the
// exits need that much to work.
const StackMargin = 256 << 10

// The shared stubs that Call26Stub names.
const (
	StubInterpEntry       = "interp_entry"        // callee is not compiled; convention of the direct call
	StubSlowEntry         = "slow_entry"          // the prologue cannot go on; convention of the direct call
	StubVectorcallBind    = "vectorcall_bind"     // arguments do not fit; convention of vectorcall, and x17 the code's record
	StubVectorcall        = "vectorcall_"         // and the number of parameters, at most 7: calls the direct entry x16; convention of vectorcall, and x17 the object's record
	StubDeopt             = "deopt"               // x16 exit number times 4, x17 the object's record: result in x0, the caller's frame in x20
	StubService           = "service"             // x16 object without references, or 0 for the eval breaker, x17 the object's record, exit number on top of the stack: x16 becomes 0 to go on, preserving as dealloc, or 1 with the function's result in x0 and the caller's frame in x20
	StubDealloc           = "dealloc"             // x16 object without references; preserves all other registers but x17 and x30
	StubDeallocInts       = "dealloc_ints"        // the same, for code that keeps nothing in floating-point registers
	StubLeaveFrame        = "leave_frame"         // x16 unlinked frame that has a frame object; preserves as dealloc
	StubEvalBreaker       = "eval_breaker"        // x16 becomes 0 to go on, 1 to leave, negative for an exception; preserves as dealloc
	StubBoxInt            = "box_int"             // x16 number becomes its object, or null with an exception; preserves as dealloc
	StubBoxFloat          = "box_float"           // x16 bits of a double become its object, or null with an exception; preserves as dealloc
	StubFreeInt           = "free_int"            // dealloc of an exact int
	StubFreeFloat         = "free_float"          // dealloc of an exact float
	StubFreeGenerator     = "free_generator"      // dealloc of what often is a generator or coroutine
	StubFreeGeneratorInts = "free_generator_ints" // the same, for code that keeps nothing in floating-point registers
	StubResume            = "resume"              // runs the generator or coroutine x0 on to its next yield or its end, sending x1, which is borrowed: result in x0
	StubResumeSlow        = "resume_slow"         // the same, in C
)

// The symbols that Abs64Symbol names, besides those of the interpreter that the loader
// resolves with dlsym.
const (
	SymbolThreadState = "tls:_Py_tss_tstate" // offset of the thread state from TPIDR_EL0
	SymbolTrue        = "_Py_TrueStruct"
	SymbolFalse       = "_Py_FalseStruct"
	SymbolNone        = "_Py_NoneStruct"
	SymbolCountdown   = "exit_countdown" // the 32-bit number of forced exits, see jit.Options.ForceExits
)

// Object is a compiled unit.
type Object struct {
	// Name is the qualified name with its module, for listings.
	Name string
	// Code is the code object that was compiled.
	Code ID

	// Text is the machine code: hot part, cold part, literals, in this order.
	// Its length is a multiple of 4; it is loaded at a multiple of 16.
	Text []byte
	// HotSize, ColdSize and LiteralSize are the sizes of the parts of Text, in bytes.
	HotSize, ColdSize, LiteralSize uint32

	// Vectorcall, Direct and Frame are the entries, as offsets into Text, or None.
	Vectorcall, Direct, Frame uint32
	// Generator is the entry of code that can be suspended, or None: generator and value
	// sent (borrowed) in x0 and x1, as the stub resume_generator leaves them. Such code
	// has no other entry.
	Generator uint32
	// Resumes are the entries at which a frame can be entered later than its start.
	Resumes []Resume

	// StackSize is the size of the native frame in bytes; SpillSize is the part of
	// it that holds spilled values.
	StackSize, SpillSize uint32
	// InlineDepth is the greatest number of inlined calls within each other. The code is
	// entered only where so many more calls would not exceed the recursion limit.
	InlineDepth uint32

	Relocs  []Reloc
	Exits   []Exit
	Patches []Patch
	Lines   []Line

	Depends []Dependency
	// Keep lists the objects of which the loaded code owns a reference.
	Keep []ID

	// Opcodes counts the HIR instructions of the final code.
	Opcodes []OpcodeCount
	// Inlined and NotInlined tell what the inliner did at each site it looked at.
	Inlined    []InlinedCall
	NotInlined []RefusedCall
}

// Resume is an entry at the start of a bytecode instruction other than the first:
// an exception handler, a loop header, the place after a yield. What the code
// needs is in the slots of the frame, locals and operand stack.
type Resume struct {
	Offset uint32 // code units
	// Code is called with the linked frame in x20, as the frame entry is, and makes
	// a native frame for it. Offset into Text.
	Code uint32
	// Landing is jumped to by an exit of the same code, whose native frame still
	// stands. Offset into Text.
	Landing uint32
}

// RelocKind says what a relocation writes.
type RelocKind uint8

// The kinds of relocation. The Abs64 kinds write 8 bytes at an offset that is a
// multiple of 8, the Call26 kinds the immediate of a b or bl instruction.
const (
	// Abs64Object is the address of object ID, plus Addend.
	Abs64Object RelocKind = iota
	// Abs64CJCode is the address of the run time's record of function object ID (of
	// its code and globals), or of code object ID with the globals of the code that is
	// loaded.
	Abs64CJCode
	// Abs64Self is the address of the loaded object's own record.
	Abs64Self
	// Abs64Symbol is the address of the run-time symbol Symbol, plus Addend.
	Abs64Symbol
	// Abs64CodeUnit is the address of code unit Addend of code object ID.
	Abs64CodeUnit
	// Abs64Identity is the address of object ID, only to be compared with: the code
	// does not keep the object alive.
	Abs64Identity
	// Call26Helper is the distance to the stub of helper number ID.
	Call26Helper
	// Call26Stub is the distance to the shared stub Symbol.
	Call26Stub

	numRelocKinds
)

// Reloc is a place in Text that the loader fills in.
type Reloc struct {
	Offset uint32
	Kind   RelocKind
	ID     uint32 // object id or helper number, by kind
	Addend int64
	Symbol string
}

// Patch is an instruction that invalidation overwrites by a branch.
type Patch struct {
	Offset uint32 // of the instruction, in Text
	Target uint32 // of the exit code to branch to, in Text
}

// Line says which bytecode instruction the machine code from an offset on belongs
// to. Entries are ordered by At.
type Line struct {
	At     uint32 // offset into Text
	Code   ID     // code object of an inlined frame; 0 for the unit's own
	Offset int32  // code units; -1 for code of no instruction
}

// DependKind is a kind of assumption that a watcher guards.
type DependKind uint8

// The kinds of dependency.
const (
	DependType     DependKind = iota // ID is a type that must stay unmodified
	DependDictKey                    // ID is a dict in which the value of Key must stay
	DependFunction                   // ID is a function whose code and defaults must stay

	numDependKinds
)

// Dependency is an assumption; the code is invalidated when it breaks.
type Dependency struct {
	Kind DependKind
	ID   ID
	Key  ID
}

// OpcodeCount is the number of HIR instructions of one opcode.
type OpcodeCount struct {
	Name  string
	Count uint32
}

// InlinedCall is a call that was inlined.
type InlinedCall struct {
	Callee string
	Offset uint32 // code units, in the code that has the call
}

// RefusedCall is a call that was looked at and not inlined.
type RefusedCall struct {
	Callee string
	Offset uint32
	Reason string
}
