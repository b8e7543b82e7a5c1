package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Limits of inlining, in bytecode instructions. What a call costs besides its
// body is about as much as twenty of them do, so that larger bodies gain little.
const (
	maxInlineSize  = 60  // of one callee
	maxInlineTotal = 600 // of all callees at one depth of loops
	maxInlineSame  = 150 // of all copies of one callee there
	maxInlineDepth = 4   // calls within calls
	maxInlineLoops = 3   // depths of loops that are counted apart
)

// inlineBudget is what has been inlined at one depth of loops, in bytecode
// instructions. Each depth has its own, so that what runs once before a loop
// takes nothing from what runs in each of its rounds.
type inlineBudget struct {
	total  int
	copied map[snapshot.ID]int // by code object
}

// budget returns the budget of calls at the present place.
func (b *builder) budget() *inlineBudget {
	return &b.budgets[min(b.f.Blocks[b.cur].Loop, maxInlineLoops-1)]
}

// inlinedCall is the place of the code of a builder in its caller.
type inlinedCall struct {
	id      int32            // index into Func.Inlines
	parent  hir.FrameStateID // the caller's state during the call
	callee  hir.Value
	init    bool // it is the call of an __init__: the result has to be None and is dropped
	outer   *inlinedCall
	code    snapshot.ID
	returns []edge // ways out; the stack is what is pushed in the caller
}

// inlineID returns the number of the inlined call that the builder builds, 0 for
// the outermost code.
func (b *builder) inlineID() int32 {
	if b.within == nil {
		return 0
	}
	return b.within.id
}

// outermostUnit returns the code unit of the present instruction, or that of the
// call in the outermost code that it is part of.
func (b *builder) outermostUnit() int32 {
	unit := b.in.Offset / 2
	for id := b.inlineID(); id != 0; id = b.f.Inlines[id].Parent {
		unit = b.f.Inlines[id].Offset
	}
	return unit
}

// inline builds the body of a function in the place of its call. leave takes the
// operands of the call off the stack; the result comes onto it, a bool as one
// of the machine, unless init says that it has to be None and is dropped; the
// state behind is marked. Where the body never returns there is no present block
// afterwards. It does nothing and returns false when the function is to be
// called.
//
// The body's instructions are those of the callee's bytecode, with frame states
// whose parent is the caller's state during the call. No code is made for the
// frame: what needs one is found later.
func (b *builder) inline(c *binding, callee hir.Value, args []hir.Value, leave func(), init bool) bool {
	bc, reason := b.inlinable(c)
	if reason != "" {
		b.f.Refused = append(b.f.Refused, hir.Refusal{Fn: c.fn, Offset: b.outermostUnit(), Reason: reason})
		return false
	}
	code := b.s.Object(c.fn).Function.Code
	if b.typeOf(callee).Obj == c.fn {
		b.dependBinding(c)
	}
	params := make([]hir.Value, 0, len(c.from))
	for _, a := range b.bound(c, args) {
		params = append(params, b.box(a))
	}
	leave()
	state := b.newState(b.in.Start / 2)
	state.Next, state.Init = b.resume, init

	n := newBuilder(b.shared, b.s.Code(code), bc)
	n.within = &inlinedCall{
		id: int32(len(b.f.Inlines)), parent: b.f.NewFrameState(state), callee: callee, init: init, outer: b.within, code: code,
	}
	b.f.Inlines = append(b.f.Inlines, hir.Inline{
		Parent: b.inlineID(), Fn: c.fn, Code: code, Offset: b.in.Offset / 2, NumLocals: n.code.NLocalsPlus,
	})
	budget := b.budget()
	budget.total += len(bc.Instrs)
	budget.copied[code] += len(bc.Instrs)
	n.loop, n.cur = b.f.Blocks[b.cur].Loop, b.cur
	n.st.locals = make([]hir.Value, n.code.NLocalsPlus)
	for i := range n.st.locals {
		if i < len(params) {
			n.st.locals[i] = params[i]
		} else {
			n.st.locals[i] = b.nullValue()
		}
	}
	n.interpret()
	b.continueBehind(n.within.returns)
	return true
}

// continueBehind goes on where an inlined body returns.
func (b *builder) continueBehind(returns []edge) {
	b.cur = noBlock
	ways := make([]edge, len(returns))
	for i, r := range returns {
		st := b.st.clone()
		st.stack = append(st.stack, r.st.stack...)
		ways[i] = edge{r.from, st}
	}
	switch len(ways) {
	case 0:
	case 1:
		b.cur, b.st = ways[0].from, ways[0].st
		b.snapshot(b.frameState(b.resume))
	default:
		b.mergeBehind(ways)
	}
}

// returnInlined ends an inlined body with the top of the stack. An __init__ that
// does not return None is left to the interpreter.
func (b *builder) returnInlined() {
	var results []hir.Value
	switch {
	case !b.within.init:
		results = []hir.Value{b.peek(1)}
	case !b.typeOf(b.peek(1)).Is(hir.BitNone):
		b.deopt()
		return
	}
	b.f.At(b.raw(hir.LeaveInlined)).FS = b.frameState(b.in.Start / 2)
	b.within.returns = append(b.within.returns, edge{b.cur, state{stack: results}})
	b.cur = noBlock
}

// inlinable returns the bytecode of a function that can be inlined at the
// present call, or why it is not.
func (b *builder) inlinable(c *binding) (*bytecode.Code, string) {
	f := b.s.Object(c.fn).Function
	code := b.s.Code(f.Code)
	depth := 1
	for i := b.within; i != nil; i = i.outer {
		if i.code == f.Code {
			return nil, "recursive"
		}
		depth++
	}
	switch {
	case b.opts.NoInlining || b.opts.IgnoreFeedback:
		return nil, "inlining is switched off"
	case f.Code == b.f.Code:
		return nil, "recursive"
	case b.st.inFrame:
		return nil, "an exception is being handled"
	case code.Resumable():
		return nil, "is a generator"
	case depth > maxInlineDepth:
		return nil, "calls within calls are too deep"
	case !code.Captured():
		return nil, "bytecode is not in the snapshot"
	case code.Globals != f.Globals:
		return nil, "feedback is of other globals"
	case len(code.ExceptionTable) > 0:
		return nil, "has exception handlers"
	case code.Flags&(snapshot.CodeOptimized|snapshot.CodeNewLocals) != snapshot.CodeOptimized|snapshot.CodeNewLocals:
		return nil, "is no ordinary function"
	}
	bc, err := analyse(code, maxInlineSize)
	if err != nil {
		return nil, err.Error()
	}
	budget := b.budget()
	if budget.total+len(bc.Instrs) > maxInlineTotal {
		return nil, "too much is inlined already"
	}
	if copied := budget.copied[f.Code]; copied > 0 && copied+len(bc.Instrs) > maxInlineSame {
		return nil, "is inlined often enough already"
	}
	if !hasRun(code, bc) {
		return nil, "has not run yet"
	}
	return bc, ""
}

// hasRun reports whether the interpreter has learned something about a code
// object, or there is nothing to learn.
func hasRun(code *snapshot.Code, bc *bytecode.Code) bool {
	unseen := false
	for i := range bc.Instrs {
		in := &bc.Instrs[i]
		if in.Info().Kind == bytecode.Specialized {
			return true
		}
		unseen = unseen || slices.ContainsFunc(code.FeedbackAt(int(in.Offset)), func(f snapshot.Feedback) bool {
			return f.Kind == snapshot.NeverExecuted || f.Kind == snapshot.WarmingUp
		})
	}
	return !unseen
}
