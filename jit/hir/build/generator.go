package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
)

// buildResumable builds the body of a generator: what runs when it is resumed.
// The call that makes the generator is not part of the code.
func (b *builder) buildResumable() {
	var resumed []bytecode.BlockID
	for _, id := range b.bc.Order {
		if b.bc.Block(id).Resumes {
			resumed = append(resumed, id)
		}
	}
	b.findRaising()
	b.enter(resumed)
	// Nothing calls it.
	b.f.Append(b.edges[0][0].from, hir.Unreachable)
	b.edges[0] = nil
	b.blocks()
}

// suspended tells whether a generator that was just resumed has yielded; else it
// has returned.
func (b *builder) suspended(generator hir.Value) hir.Value {
	// The states of generators that can be resumed are negative bytes.
	state := b.load(hir.LoadU8, hir.HeapOther, b.l.Gen.FrameState, generator)
	return b.compare(hir.IntCmp, hir.CondGE, state, b.cint(1<<7))
}

// yieldValue suspends the frame: everything alive is handed over to its slots.
func (b *builder) yieldValue() {
	b.fs()
	for i := range b.st.stack {
		b.peekObject(len(b.st.stack) - i)
	}
	value := b.pop()
	for i, v := range b.st.locals {
		b.emitImm(hir.StoreOwned, int64(i), v)
	}
	for i, v := range b.st.stack {
		b.emitImm(hir.StoreOwned, int64(len(b.st.locals)+i), v)
	}
	b.emitImm(hir.SetIP, int64(b.resume))
	b.emitImm(hir.SetStack, int64(len(b.st.stack)))
	state := b.l.Gen.Suspended
	if b.in.Arg != 0 {
		state = b.l.Gen.YieldFrom
	}
	b.emitImm(hir.Suspend, state)
	b.raw(hir.Return, value)
	b.cur = noBlock
}
