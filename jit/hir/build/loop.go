package build

import (
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
	case b.code.Resumable():
		return &Error{Unsupported, "loops of generators and coroutines are not entered", -1}
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
