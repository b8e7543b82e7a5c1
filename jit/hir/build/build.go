// Package build makes the HIR of a code object from its bytecode and the
// feedback in a snapshot, by abstract interpretation: it walks the control-flow
// graph in reverse post-order with the locals and the operand stack as SSA
// values. It owns the meaning of every bytecode instruction in compiled code;
// it knows nothing about optimisation beyond what the feedback says, inserts no
// reference counts and emits no stores to the frame.
//
// Exception handlers are entries of the function (handlers.go): what raises
// leaves compiled code, and comes back to them.
package build

import (
	"fmt"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Options are the settings of a build.
type Options struct {
	// Code is the code object to build; NoObject means the snapshot's root.
	Code snapshot.ID
	// MaxInstructions bounds the number of bytecode instructions; 0 means
	// DefaultMaxInstructions.
	MaxInstructions int
	// IgnoreFeedback builds generic code for every instruction.
	IgnoreFeedback bool
	// NoInlining builds a call for every call.
	NoInlining bool
	// NoCatching gives every exception a traceback entry before it is handled.
	NoCatching bool
	// NoHandlers leaves exception handlers to the interpreter.
	NoHandlers bool
}

// DefaultMaxInstructions is the size of code, in bytecode instructions, beyond
// which a compilation would take too long.
const DefaultMaxInstructions = 20000

// maxFrameValues is the number of values in all frame states of a function beyond which its exits
// would take too long to compile: some seconds, of all that has many instructions and many locals.
const maxFrameValues = 2_000_000

// ErrorKind grades why a function is not compiled.
type ErrorKind uint8

// The grades.
const (
	Unsupported ErrorKind = iota // a feature that compiled code does not have
	TooLarge                     // above a limit
	Malformed                    // the bytecode is not what CPython's compiler makes
)

// Error is why a function is not compiled. The text is shown to users.
type Error struct {
	Kind   ErrorKind
	Reason string
	// Offset is in bytes from the begin of the code, -1 when the reason is not
	// about a place.
	Offset int
}

func (e *Error) Error() string {
	if e.Offset < 0 {
		return e.Reason
	}
	return fmt.Sprintf("%s (at bytecode offset %d)", e.Reason, e.Offset)
}

// Build makes the HIR of a code object. The error, if any, is an *Error.
func Build(s *snapshot.Snapshot, o Options) (*hir.Func, error) {
	if o.Code == snapshot.NoObject {
		o.Code = s.Root
	}
	limit := o.MaxInstructions
	if limit == 0 {
		limit = DefaultMaxInstructions
	}
	bc, err := analyse(s.Code(o.Code), limit)
	if err != nil {
		return nil, err
	}
	b := newBuilder(&shared{
		s: s, l: s.Layout, f: hir.NewFunc(s), opts: o, consts: map[snapshot.ID]hir.Value{}, proven: map[hir.Value][]snapshot.ID{},
		methods: map[hir.Value]methods{}, filled: map[hir.Value]bool{},
	}, s.Code(o.Code), bc)
	for i := range b.budgets {
		b.budgets[i].copied = map[snapshot.ID]int{}
	}
	b.f.Code = o.Code
	b.f.NumLocals = b.code.NLocalsPlus
	entry, loop := b.code.LoopEntry()
	switch {
	case loop:
		if err := b.buildLoop(entry); err != nil {
			return nil, err
		}
	case b.code.Resumable():
		b.buildResumable()
	default:
		b.build()
	}
	if b.unfit {
		o.NoCatching = true
		return Build(s, o)
	}
	if n := frameValues(b.f); n > maxFrameValues {
		return nil, &Error{TooLarge, fmt.Sprintf("its exits would describe %d values, the limit is %d", n, maxFrameValues), -1}
	}
	return b.f, nil
}

// frameValues counts the values in all frame states.
func frameValues(f *hir.Func) int {
	n := 0
	for i := range f.Frames {
		n += len(f.Frames[i].Locals) + len(f.Frames[i].Stack)
	}
	return n
}

// analyse decodes a code object and makes sure that all of it can be built. The
// error, if any, is an *Error.
func analyse(code *snapshot.Code, limit int) (*bytecode.Code, error) {
	if code == nil || !code.Captured() {
		return nil, &Error{Unsupported, "bytecode is not known", -1}
	}
	bc, err := bytecode.Analyze(bytecode.Source{
		Code: code.Bytecode, ExceptionTable: code.ExceptionTable, StackSize: code.StackSize,
		Limits: &bytecode.Limits{Locals: code.NLocalsPlus, Names: len(code.Names), Consts: len(code.Consts)},
	})
	if err != nil {
		e := &Error{Malformed, err.Error(), -1}
		if be, ok := err.(*bytecode.Error); ok {
			e.Reason, e.Offset = be.Reason, be.Offset
		}
		return nil, e
	}
	if len(bc.Instrs) > limit {
		return nil, &Error{TooLarge, fmt.Sprintf("code has %d instructions, the limit is %d", len(bc.Instrs), limit), -1}
	}
	for i := range bc.Instrs {
		in := &bc.Instrs[i]
		if in.Info().Kind == bytecode.Instrumented {
			return nil, &Error{Unsupported, "code is being traced or monitored", int(in.Offset)}
		}
		if handlers[in.Base] == nil {
			return nil, &Error{Unsupported, in.Base.String() + " is not compiled", int(in.Offset)}
		}
	}
	return bc, nil
}

// shared is what the builders of a function and of the calls inlined into it
// have in common.
type shared struct {
	s    *snapshot.Snapshot
	l    *snapshot.Layout
	f    *hir.Func
	opts Options

	entry  []hir.Value // parameters and constants: they go to the begin of the entry block
	null   hir.Value
	callee hir.Value
	consts map[snapshot.ID]hir.Value

	budgets [maxInlineLoops]inlineBudget
	proven  map[hir.Value][]snapshot.ID // what a Refine behind a dispatch has shown: the classes the object can have
	filled  map[hir.Value]bool          // by dict of **keywords made for an inlined call: it was made with some
	methods map[hir.Value]methods       // by callable read from a receiver of several classes
}

// builder is the state of the build of one code object.
type builder struct {
	*shared
	code   *snapshot.Code
	bc     *bytecode.Code
	within *inlinedCall // nil in the outermost
	loop   int32        // depth of loops around the code

	edges   [][]edge  // by bytecode block: ways into it that were met so far
	headers []*header // by bytecode block: its phis, if control comes back to it
	started []bool    // by bytecode block

	cur    hir.BlockID      // block that is being filled, or noBlock
	at     bytecode.BlockID // bytecode block it comes from
	st     state
	in     *bytecode.Instr
	index  int32            // of in
	before hir.FrameStateID // state before in, 0 as long as nobody asked
	lastFS hir.FrameStateID // created last
	resume int32            // code unit at which the instruction after in begins

	clauses [][]clause // by bytecode block: of the handler that begins there; nil if they were not looked for
	copies  []copied   // by bytecode block; nil if there is none
	caught  []caught   // instructions whose failure is handled without leaving
	raised  [][]edge   // by bytecode block: ways of exceptions into the handler that begins there; nil if there is none
	unfit   bool       // something observable was built while an exception was handled without a traceback entry

	landings []*landing // by bytecode block: what can raise into it; nil if no handler is built there
	handled  bool       // some handler may be built
	landed   []landed   // stack values that handlers find
	taken    []takenLocal
	inLocal  [][]hir.Value // by slot: the values it has where something raises or in a handler
	noted    *hir.Value    // locals that are in inLocal already

	inside   []bool // by bytecode block: it is part of the loop for which the code is built; nil if it is built for all
	inModule bool   // the frame's namespace is that of the module

	entered []bool // by bytecode block: a frame can be resumed there; nil if it can nowhere

	receivers map[hir.Value][]snapshot.ID // by receiver behind guards: classes it had at some site, if several

	raising []bool // by bytecode block: all ways from it raise
	warm    bool   // the interpreter has run the code

	globalsAssigned map[snapshot.ID]bool // names; nil until somebody asks
}

// noBlock stands in for the current block behind a terminator.
const noBlock hir.BlockID = -1

func newBuilder(sh *shared, code *snapshot.Code, bc *bytecode.Code) *builder {
	return &builder{
		shared: sh, code: code, bc: bc,
		edges:     make([][]edge, len(bc.Blocks)),
		headers:   make([]*header, len(bc.Blocks)),
		started:   make([]bool, len(bc.Blocks)),
		receivers: map[hir.Value][]snapshot.ID{},
	}
}

func (b *builder) build() {
	b.cur = 0
	b.st.locals = make([]hir.Value, b.code.NLocalsPlus)
	for i := range b.st.locals {
		if i < b.code.NumArgs() {
			p := b.entryInstr(hir.Param)
			b.f.At(p).Imm = int64(i)
			b.st.locals[i] = p
		} else {
			b.st.locals[i] = b.nullValue()
		}
	}
	b.interpret()
	b.finish()
}

// interpret builds the code from the state at its begin, in the present block.
func (b *builder) interpret() {
	b.findRaising()
	b.findHandlers()
	b.noteReceivers(b.st.locals[:b.code.NumArgs()])
	b.enter(nil)
	b.blocks()
}

// blocks builds all bytecode blocks that a way leads to.
func (b *builder) blocks() {
	for _, id := range b.bc.Order {
		if b.start(id) {
			b.block(id, b.bc.Block(id).Begin)
		}
		b.handleCaught(id)
	}
	b.completePhis()
}

// block interprets the instructions of a bytecode block from the one with the
// given index on.
func (b *builder) block(id bytecode.BlockID, from int32) {
	bb := b.bc.Block(id)
	b.index = from
	for ; b.index < bb.End && b.cur != noBlock; b.index++ {
		b.in = &b.bc.Instrs[b.index]
		b.before = 0
		b.resume = b.in.End / 2
		if b.st.untraced && (!b.unobservable() || b.spreads()) {
			b.trace()
		}
		b.noteRaise()
		if !quiet[b.in.Base] || b.index > bb.Begin && releases(&b.bc.Instrs[b.index-1]) {
			b.snapshot(b.fs())
		}
		if b.unseenError() {
			b.deopt()
			return
		}
		first, untraced := hir.Value(len(b.f.Instrs)), b.st.untraced
		handlers[b.in.Base](b)
		if untraced {
			b.unfit = b.unfit || b.observable(first)
		} else {
			b.catch(first)
		}
	}
	if b.cur != noBlock {
		// The block ends without a jump of its own.
		b.flow(bb.Next)
	}
}

// next returns the instruction after the present one in its block, or nil.
func (b *builder) next() *bytecode.Instr {
	if b.index+1 < b.bc.Block(b.at).End {
		return &b.bc.Instrs[b.index+1]
	}
	return nil
}

// skipNext makes the next instruction part of the present one.
func (b *builder) skipNext() {
	b.index++
	b.resume = b.bc.Instrs[b.index].End / 2
}
