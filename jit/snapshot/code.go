package snapshot

import "sort"

// Code is what is known about a code object. A code object is either captured
// (Bytecode is set: the root, and callees worth inlining) or outlined (only
// what a caller needs).
type Code struct {
	// Globals and Builtins are the namespace dicts for which the feedback
	// of global names holds; NoObject for an outlined code object. A
	// function with the same code and other globals must not be compiled or
	// inlined from this record.
	Globals, Builtins ID

	Filename  string
	FirstLine int
	// Flags are co_flags.
	Flags uint32

	ArgCount, PosOnlyArgCount, KwOnlyArgCount int
	StackSize                                 int
	// NLocalsPlus counts locals, cells and free variables; FrameSize is the
	// size of the whole frame in words.
	NLocalsPlus, NLocals, NCellVars, NFreeVars, FrameSize int
	// LocalsPlusNames and LocalsPlusKinds have NLocalsPlus entries.
	LocalsPlusNames []string
	LocalsPlusKinds []byte

	// Bytecode is a private copy of co_code_adaptive, two bytes a unit.
	// Specialised opcodes are kept; inline caches are zero, because what they
	// held is in Feedback.
	Bytecode []byte
	// ExceptionTable and LocationTable are in CPython's own encodings.
	ExceptionTable []byte
	LocationTable  []byte
	Consts         []ID
	// Names are str objects.
	Names []ID
	// Feedback is sorted by offset; one instruction may have several.
	Feedback []Feedback
}

// co_flags bits, fixed by the public headers.
const (
	CodeOptimized         = 0x0001
	CodeNewLocals         = 0x0002
	CodeVarArgs           = 0x0004
	CodeVarKeywords       = 0x0008
	CodeNested            = 0x0010
	CodeGenerator         = 0x0020
	CodeCoroutine         = 0x0080
	CodeIterableCoroutine = 0x0100
	CodeAsyncGenerator    = 0x0200
	CodeHasDocstring      = 0x4000000
	CodeMethod            = 0x8000000
)

// Kinds of localsplus entries (bits of LocalsPlusKinds).
const (
	LocalArgPos = 0x02 // positional argument, or *args
	LocalArgKw  = 0x04 // can be passed by keyword, or **kwargs
	LocalArgVar = 0x08 // *args or **kwargs
	LocalHidden = 0x10 // comprehension variable inlined into the function
	LocalFast   = 0x20
	LocalCell   = 0x40
	LocalFree   = 0x80
)

// Captured reports whether the bytecode is in the snapshot.
func (c *Code) Captured() bool { return c.Bytecode != nil }

// Resumable reports whether the code belongs to a generator, coroutine or
// asynchronous generator.
func (c *Code) Resumable() bool {
	return c.Flags&(CodeGenerator|CodeCoroutine|CodeAsyncGenerator) != 0
}

// NumArgs returns the number of localsplus entries that parameters occupy,
// *args and **kwargs included.
func (c *Code) NumArgs() int {
	n := c.ArgCount + c.KwOnlyArgCount
	if c.Flags&CodeVarArgs != 0 {
		n++
	}
	if c.Flags&CodeVarKeywords != 0 {
		n++
	}
	return n
}

// FeedbackAt returns the records of the instruction at a byte offset.
func (c *Code) FeedbackAt(offset int) []Feedback {
	lo := sort.Search(len(c.Feedback), func(i int) bool { return int(c.Feedback[i].Offset) >= offset })
	hi := lo
	for hi < len(c.Feedback) && int(c.Feedback[hi].Offset) == offset {
		hi++
	}
	return c.Feedback[lo:hi]
}

// LoopEntry returns the record of the loop at which frames of this code are to be
// entered, if it is compiled for that only.
func (c *Code) LoopEntry() (Feedback, bool) {
	for _, f := range c.Feedback {
		if f.Kind == LoopEntry {
			return f, true
		}
	}
	return Feedback{}, false
}

// FeedbackOf returns the first record of the given kind at a byte offset.
func (c *Code) FeedbackOf(offset int, kind FeedbackKind) (Feedback, bool) {
	for _, f := range c.FeedbackAt(offset) {
		if f.Kind == kind {
			return f, true
		}
	}
	return Feedback{}, false
}
