package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// On-stack replacement. A frame that the interpreter runs is taken over at the
// begin of a loop: the code has that entry only, and consists of the loop. Where
// control leaves the loop, the interpreter goes on.

// buildLoop builds the code for frames that stand at the begin of a loop.
func (b *builder) buildLoop(entry snapshot.Feedback) error {
	id := b.bc.Instrs[b.bc.At(entry.Offset)].Block
	l := b.bc.Block(id).Loop
	switch {
	case b.bc.Irreducible || l == bytecode.NoLoop || b.bc.Loops[l].Header != id:
		return &Error{Unsupported, "no loop begins here", int(entry.Offset)}
	case !b.withoutRaising()[id]:
		return &Error{Unsupported, "the loop is in an exception handler", int(entry.Offset)}
	}
	b.inModule = entry.Value != 0
	b.inside = make([]bool, len(b.bc.Blocks))
	for _, in := range b.bc.Loops[l].Blocks {
		b.inside[in] = true
	}
	if b.code.Resumable() {
		if err := b.resumableLoop(id); err != nil {
			return err
		}
	}
	b.findRaising()
	b.findHandlers()
	b.enter([]bytecode.BlockID{id})
	// Nothing calls it.
	b.f.Append(b.edges[0][0].from, hir.Unreachable)
	b.edges[0] = nil
	b.guardEntry(id)
	b.blocks()
	b.finish()
	return nil
}

// resumableLoop reports what forbids to enter a loop of a generator or coroutine.
// The interpreter goes on with the frame wherever the loop is left, so that no
// exception may end it; that is what the handler around the whole body is for. A
// loop that yields in each round would be left as often.
func (b *builder) resumableLoop(header bytecode.BlockID) error {
	for id, inside := range b.inside {
		if inside && b.handlerOf(bytecode.BlockID(id)) == bytecode.NoBlock && !b.onlyJumps(b.bc.Block(bytecode.BlockID(id))) {
			return &Error{Unsupported, "an exception in the loop would end the generator", -1}
		}
	}
	seen := make([]bool, len(b.bc.Blocks))
	work := []bytecode.BlockID{header}
	for len(work) > 0 {
		id := work[len(work)-1]
		work = work[:len(work)-1]
		bb := b.bc.Block(id)
		if b.yields(bb) {
			continue
		}
		for _, to := range [3]bytecode.BlockID{bb.Next, bb.Taken, b.afterAsyncFor(id)} {
			switch {
			case to == header:
				return nil
			case to != bytecode.NoBlock && b.inside[to] && !seen[to]:
				seen[to] = true
				work = append(work, to)
			}
		}
	}
	return &Error{Unsupported, "the loop yields in each round", int(b.bc.Instrs[b.bc.Block(header).Begin].Offset)}
}

// onlyJumps tells whether a block does nothing but jump: what can fail in that is
// left to the interpreter.
func (b *builder) onlyJumps(bb *bytecode.Block) bool {
	for _, in := range b.bc.Instrs[bb.Begin:bb.End] {
		switch in.Base {
		case bytecode.OpPopJumpIfTrue, bytecode.OpPopJumpIfFalse, bytecode.OpPopJumpIfNone, bytecode.OpPopJumpIfNotNone,
			bytecode.OpNotTaken, bytecode.OpNop, bytecode.OpJumpForward, bytecode.OpJumpBackward, bytecode.OpJumpBackwardNoInterrupt:
		default:
			return false
		}
	}
	return true
}

// yields tells whether the frame is always suspended in a block.
func (b *builder) yields(bb *bytecode.Block) bool {
	return slices.ContainsFunc(b.bc.Instrs[bb.Begin:bb.End], func(in bytecode.Instr) bool { return in.Base == bytecode.OpYieldValue })
}

// guardEntry checks that the locals are of the classes of which they were when
// the loop was found. The run time has looked before it enters.
func (b *builder) guardEntry(id bytecode.BlockID) {
	if b.opts.IgnoreFeedback {
		return
	}
	e := &b.edges[id][0]
	b.cur, b.st, b.at = e.from, e.st, id
	b.in, b.before = &b.bc.Instrs[b.bc.Block(id).Begin], 0
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Kind == snapshot.EntryClass {
			b.guardType(b.guardNotNull(b.st.locals[f.Value]), f.Type)
		}
	}
	e.from, e.st = b.cur, b.st
	b.cur, b.in, b.before = noBlock, nil, 0
}
