// Package hir is the compiler's high-level intermediate representation: typed
// SSA in Python's terms. It owns the instruction table (op.go), the function
// structure, the text form and the verifier. It knows the snapshot of what is
// compiled but nothing of machine registers, machine code or C structures'
// addresses.
//
// Values are dense 32-bit ids into one slice of instructions; an instruction
// holds no pointers. Reference counts are not part of the representation until
// the reference-count pass inserts Incref and Decref.
package hir

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Value names an instruction and the value it computes. 0 is no value.
type Value int32

// BlockID names a basic block; 0 is the entry block.
type BlockID int32

// FrameStateID names a frame state; 0 is none.
type FrameStateID int32

// Instr is one instruction. What the fields mean for an opcode is declared in
// the opcode table.
type Instr struct {
	Op    Op
	Aux   uint8 // abstract heap of a load or store; condition of a comparison
	Dead  bool  // removed; kept only so that ids stay dense
	nargs int32
	args  [3]int32     // operands, or the start in Func.pool when nargs > 3
	Type  Type         // type of the result; Bottom when there is none
	Imm   int64        // immediate: offset, slot, index, constant, kind …
	Obj   snapshot.ID  // object immediate: type, name, callee …
	FS    FrameStateID // frame state of instructions that can leave
	BC    int32        // offset (code units) of the bytecode instruction it comes from
	Block BlockID
	Ext   int32 // index into Func.Exts, 0 = none
	// Inline is the inlined call, an index into Func.Inlines, in whose code BC
	// is and to whose frame SyncSlot and the like refer; 0 is the outermost.
	Inline int32
}

// Block is a basic block: Phi instructions first, exactly one terminator last.
type Block struct {
	Instrs []Value
	Preds  []BlockID // order matches the operands of the Phis
	Succs  []BlockID // Jump: one; Branch: true, then false; Entries: any number
	Cold   bool      // not expected to run
	Loop   int32     // loop nesting depth
	Header bool      // target of a back edge
}

// FrameState says how the interpreter's frame looks at a point, so that
// compiled code can be left there. Locals and Stack are immutable once the
// state was created and may be shared between states: replace whole slices.
type FrameState struct {
	Parent FrameStateID // state of the caller that this frame is inlined into
	Inline int32        // the inlined call, an index into Func.Inlines; 0 in the outermost
	Callee Value        // function object of an inlined frame; 0 in the outermost
	Code   snapshot.ID  // code object of an inlined frame; 0 in the outermost
	Offset int32        // code unit at which the interpreter continues; in a caller, the call
	Locals []Value      // by localsplus index; 0 = in the frame, unchanged; Null for unset
	// InFrame: the frame holds its locals itself, as the interpreter's does, and
	// all Locals are 0. Others may look at them and change them at any time.
	InFrame bool
	// Untraced: the exception that is being handled lacks the traceback entry of
	// this frame, which is made where compiled code is left. instr_ptr tells its place.
	// Unhandled: it is on top of the stack, and not being handled yet.
	Untraced, Unhandled bool
	Stack               []Value // bottom first; Null for PUSH_NULL. In a caller without the operands of the call
	// Next and Init are about callers: the code unit at which the interpreter
	// continues when the call has returned, and whether the result has to be
	// None and is dropped, as that of __init__.
	Next int32
	Init bool
}

// Inline is a call that was replaced by the body of its callee.
type Inline struct {
	Parent    int32       // the inlined call that it is part of; 0 for the outermost frame
	Fn        snapshot.ID // the function, or one with the same code and globals
	Code      snapshot.ID
	Offset    int32 // code unit of the call in the caller
	NumLocals int
}

// SlotValue is a local variable slot that has to be stored.
type SlotValue struct {
	Inline int32 // whose frame
	Slot   int32
	Value  Value
}

// Ext is what the late passes attach to few instructions.
type Ext struct {
	Owned []Value     // values of which compiled code holds one reference when the instruction exits
	Stale []SlotValue // slots to be stored on the cold path before other code can look
	SetIP bool        // the cold path has to store instr_ptr too
	// The cold path of an instruction in an inlined call also makes the frames:
	Fill  []int32 // inlined calls whose frames have to be filled in
	Calls []int32 // callers whose instr_ptr has to be stored: the call under way
	Link  bool    // the innermost frame of FS has to be made the current one, and afterwards
	Back  int32   // the frame of this inlined call; -1 when it does not matter
}

// Func is a function being compiled.
type Func struct {
	Snap   *snapshot.Snapshot
	Instrs []Instr // by Value; [0] is unused
	Blocks []Block
	Frames []FrameState // by FrameStateID; [0] is unused
	Exts   []Ext        // by Instr.Ext; [0] is unused
	// Inlines are the inlined calls; [0] stands for the outermost frame.
	Inlines []Inline
	// Refused are calls of Python functions that were not inlined, with the reason.
	Refused []Refusal
	Deps    []Dependency
	// ClassSets are the sets of classes that GuardClasses refers to, the most
	// frequent class first.
	ClassSets [][]snapshot.ID
	pool      []int32
	// Code is the code object of the outermost frame.
	Code snapshot.ID
	// NumLocals is the number of localsplus slots of the outermost frame.
	NumLocals int
}

// Refusal is why a call was not inlined.
type Refusal struct {
	Fn     snapshot.ID
	Offset int32 // code unit, in the outermost code, of the call or of the inlined call that it is part of
	Reason string
}

// DependKind is a kind of assumption that a watcher guards.
type DependKind uint8

// The kinds of dependency.
const (
	DependType     DependKind = iota // Obj is a type that must stay unmodified
	DependDictKey                    // Obj is a dict in which the value of Key must stay
	DependFunction                   // Obj is a function whose code and defaults must stay
)

// MaxDirectArgs is the largest number of arguments of CallDirect. Code with more
// parameters has no direct entry.
const MaxDirectArgs = 16

// Dependency is an assumption on which the code rests; when it breaks, the
// code is invalidated.
type Dependency struct {
	Kind DependKind
	Obj  snapshot.ID
	Key  snapshot.ID
}

// NewFunc returns an empty function for s with its entry block.
func NewFunc(s *snapshot.Snapshot) *Func {
	return &Func{
		Snap: s, Instrs: make([]Instr, 1, 256), Blocks: make([]Block, 1, 32),
		Frames: make([]FrameState, 1, 64), Exts: make([]Ext, 1), Inlines: make([]Inline, 1),
	}
}

// NewBlock appends an empty block.
func (f *Func) NewBlock() BlockID {
	f.Blocks = append(f.Blocks, Block{})
	return BlockID(len(f.Blocks) - 1)
}

// NewFrameState appends a frame state.
func (f *Func) NewFrameState(fs FrameState) FrameStateID {
	f.Frames = append(f.Frames, fs)
	return FrameStateID(len(f.Frames) - 1)
}

// At returns the instruction of v for reading and changing in place. The
// pointer is invalid after the next New.
func (f *Func) At(v Value) *Instr { return &f.Instrs[v] }

// New creates an instruction in no block. The result type is the opcode's
// declared one; the caller refines it.
func (f *Func) New(op Op, args ...Value) Value {
	v := Value(len(f.Instrs))
	f.Instrs = append(f.Instrs, Instr{Op: op, Type: Ops[op].Type})
	f.SetArgs(v, args...)
	return v
}

// Copy creates an instruction like v with other operands, meant for block b but not
// in it yet.
func (f *Func) Copy(v Value, b BlockID, args ...Value) Value {
	c := Value(len(f.Instrs))
	f.Instrs = append(f.Instrs, f.Instrs[v])
	f.SetArgs(c, args...)
	f.Instrs[c].Block = b
	return c
}

// Append creates an instruction at the end of block b.
func (f *Func) Append(b BlockID, op Op, args ...Value) Value {
	v := f.New(op, args...)
	f.Instrs[v].Block = b
	f.Blocks[b].Instrs = append(f.Blocks[b].Instrs, v)
	return v
}

// NArgs returns the number of operands of v.
func (f *Func) NArgs(v Value) int { return int(f.Instrs[v].nargs) }

// Arg returns operand i of v.
func (f *Func) Arg(v Value, i int) Value {
	in := &f.Instrs[v]
	if in.nargs > int32(len(in.args)) {
		return Value(f.pool[int(in.args[0])+i])
	}
	return Value(in.args[i])
}

// SetArg replaces operand i of v.
func (f *Func) SetArg(v Value, i int, a Value) {
	in := &f.Instrs[v]
	if in.nargs > int32(len(in.args)) {
		f.pool[int(in.args[0])+i] = int32(a)
		return
	}
	in.args[i] = int32(a)
}

// SetArgs replaces all operands of v.
func (f *Func) SetArgs(v Value, args ...Value) {
	in := &f.Instrs[v]
	in.nargs = int32(len(args))
	if len(args) > len(in.args) {
		in.args = [3]int32{int32(len(f.pool))}
		for _, a := range args {
			f.pool = append(f.pool, int32(a))
		}
		return
	}
	in.args = [3]int32{}
	for i, a := range args {
		in.args[i] = int32(a)
	}
}

// Args appends the operands of v to buf and returns it.
func (f *Func) Args(v Value, buf []Value) []Value {
	for i, n := 0, f.NArgs(v); i < n; i++ {
		buf = append(buf, f.Arg(v, i))
	}
	return buf
}

// Terminator returns the last instruction of b, or 0 when b is unfinished.
func (f *Func) Terminator(b BlockID) Value {
	ins := f.Blocks[b].Instrs
	if len(ins) == 0 {
		return 0
	}
	v := ins[len(ins)-1]
	if !f.Instrs[v].Op.Info().Terminator {
		return 0
	}
	return v
}

// Body returns the block with which a call begins: the entry block, or behind it
// when there are several entries.
func (f *Func) Body() BlockID {
	if t := f.Terminator(0); t != 0 && f.Instrs[t].Op == Entries {
		return f.Blocks[0].Succs[0]
	}
	return 0
}

// Link records the control-flow edge a→b.
func (f *Func) Link(a, b BlockID) {
	f.Blocks[a].Succs = append(f.Blocks[a].Succs, b)
	f.Blocks[b].Preds = append(f.Blocks[b].Preds, a)
}

// Extension returns the Ext of v, creating it. The pointer is invalid after
// the next Extension.
func (f *Func) Extension(v Value) *Ext {
	if f.Instrs[v].Ext == 0 {
		f.Exts = append(f.Exts, Ext{})
		f.Instrs[v].Ext = int32(len(f.Exts) - 1)
	}
	return &f.Exts[f.Instrs[v].Ext]
}

// EachFrameValue calls fn for every value that frame state id refers to,
// callers' states included, in a fixed order. Objects that do not exist are followed by
// what they consist of.
func (f *Func) EachFrameValue(id FrameStateID, fn func(Value)) {
	f.eachNamed(id, func(v Value) { f.EachPart(v, fn) })
}

// eachNamed is EachFrameValue without what objects that do not exist consist of.
func (f *Func) eachNamed(id FrameStateID, fn func(Value)) {
	for id != 0 {
		fs := &f.Frames[id]
		if fs.Callee != 0 {
			fn(fs.Callee)
		}
		for _, v := range fs.Locals {
			if v != 0 {
				fn(v)
			}
		}
		for _, v := range fs.Stack {
			fn(v)
		}
		id = fs.Parent
	}
}

// EachPart calls fn for a value of a frame state and, when it is an object that does not
// exist, for all that it consists of.
func (f *Func) EachPart(v Value, fn func(Value)) {
	fn(v)
	if f.Instrs[v].Op.Info().Virtual {
		for i, n := 0, f.NArgs(v); i < n; i++ {
			f.EachPart(f.Arg(v, i), fn)
		}
	}
}

// InlineOf returns the inlined call in whose frame v executes: that of its
// frame state, if it has one.
func (f *Func) InlineOf(v Value) int32 {
	if in := &f.Instrs[v]; in.FS == 0 {
		return in.Inline
	} else {
		return f.Frames[in.FS].Inline
	}
}

// Within reports whether the inlined call i is j or part of it.
func (f *Func) Within(i, j int32) bool {
	for i != j && i != 0 {
		i = f.Inlines[i].Parent
	}
	return i == j
}

// Depth returns how many inlined calls are around the code of inlined call i,
// itself included; 0 for the outermost frame.
func (f *Func) Depth(i int32) int {
	n := 0
	for ; i != 0; i = f.Inlines[i].Parent {
		n++
	}
	return n
}

// NumLocalsOf returns the number of localsplus slots of the frame of inlined
// call i.
func (f *Func) NumLocalsOf(i int32) int {
	if i == 0 {
		return f.NumLocals
	}
	return f.Inlines[i].NumLocals
}

// CodeOf returns the code object of inlined call i.
func (f *Func) CodeOf(i int32) snapshot.ID {
	if i == 0 {
		return f.Code
	}
	return f.Inlines[i].Code
}

// ClassSet returns the number of a set of classes; sets with the same members
// have one number.
func (f *Func) ClassSet(classes []snapshot.ID) int64 {
	for i, set := range f.ClassSets {
		same := len(set) == len(classes)
		for _, c := range classes {
			same = same && slices.Contains(set, c)
		}
		if same {
			return int64(i)
		}
	}
	f.ClassSets = append(f.ClassSets, slices.Clone(classes))
	return int64(len(f.ClassSets) - 1)
}

// Depend records an assumption once.
func (f *Func) Depend(d Dependency) {
	for _, e := range f.Deps {
		if e == d {
			return
		}
	}
	f.Deps = append(f.Deps, d)
}

// TranslateState returns frame state id of block b as it looks from the end of
// predecessor number k: b's phis are replaced by their operands. It is id
// itself when no phi occurs in it. New recipes of objects that do not exist are in no block
// yet: they belong to the end of the predecessor.
func (f *Func) TranslateState(id FrameStateID, b BlockID, k int) FrameStateID {
	return f.translateState(id, b, k, make(map[Value]Value))
}

// translateState is TranslateState; recipes has the new recipe for each old one, which are one object
// wherever they are named.
func (f *Func) translateState(id FrameStateID, b BlockID, k int, recipes map[Value]Value) FrameStateID {
	if id == 0 {
		return 0
	}
	fs := f.Frames[id]
	changed := false
	var through func(v Value) Value
	through = func(v Value) Value {
		switch {
		case v == 0 || f.Instrs[v].Block != b:
		case f.Instrs[v].Op == Phi:
			changed = true
			return f.Arg(v, k)
		case f.Instrs[v].Op.Info().Virtual:
			// What is in the block is not there before it.
			changed = true
			if recipes[v] == 0 {
				parts := f.Args(v, nil)
				for i := range parts {
					parts[i] = through(parts[i])
				}
				recipes[v] = f.Copy(v, f.Blocks[b].Preds[k], parts...)
			}
			return recipes[v]
		}
		return v
	}
	locals := make([]Value, len(fs.Locals))
	for i, v := range fs.Locals {
		locals[i] = through(v)
	}
	stack := make([]Value, len(fs.Stack))
	for i, v := range fs.Stack {
		stack[i] = through(v)
	}
	callee := through(fs.Callee)
	parent := f.translateState(fs.Parent, b, k, recipes)
	if !changed && parent == fs.Parent {
		return id
	}
	fs.Locals, fs.Stack, fs.Callee, fs.Parent = locals, stack, callee, parent
	return f.NewFrameState(fs)
}
