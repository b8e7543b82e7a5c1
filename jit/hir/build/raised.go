package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
)

// Exceptions that go to a handler in the same code. What failed leads to a cold
// block, in which the exception is taken from the thread, with its traceback
// entry; there is no exit and no landing. All such ways into a handler meet in
// front of it, where the locals go to the frame, as behind a landing.
//
// Instructions whose failure is no NULL, and exceptions that tools watch, come by a
// landing still (handlers.go).

// raisedTo ends the present block with an exception that goes to a handler.
func (b *builder) raisedTo(id bytecode.BlockID, exception hir.Value) {
	entry := b.bc.Handlers[b.bc.Block(b.at).Entry]
	if len(b.st.stack) > int(entry.Depth) {
		b.st.stack = b.st.stack[:entry.Depth]
	}
	if entry.Lasti {
		b.push(b.raw(hir.RaisedPlace))
	}
	b.push(exception)
	v := b.raw(hir.Snapshot)
	b.f.At(v).FS = b.frameState(b.bc.Instrs[b.bc.Block(id).Begin].Start / 2)
	if b.raised == nil {
		b.raised = make([][]edge, len(b.bc.Blocks))
	}
	b.raised[id] = append(b.raised[id], edge{b.cur, b.st.clone()})
	b.cur = noBlock
}

// receive returns the ways that raisedTo made into a handler. The frame holds the
// locals at their ends.
func (b *builder) receive(id bytecode.BlockID) []edge {
	if b.raised == nil {
		return nil
	}
	var ways, own []edge
	for _, e := range b.raised[id] {
		if e.st.inFrame {
			ways = append(ways, e)
		} else {
			own = append(own, e)
		}
	}
	switch len(own) {
	case 0:
		return ways
	case 1:
		b.cur, b.st = own[0].from, own[0].st
	default:
		b.merge(own)
		b.f.Blocks[b.cur].Cold = true
	}
	b.giveLocals()
	v := b.raw(hir.CheckFrame)
	b.f.At(v).FS = b.frameState(b.bc.Instrs[b.bc.Block(id).Begin].Start / 2)
	ways = append(ways, edge{b.cur, b.st.clone()})
	b.cur = noBlock
	return ways
}

// giveLocals lets the frame hold the locals from here on.
func (b *builder) giveLocals() {
	for i, v := range b.st.locals {
		b.f.At(b.raw(hir.StoreOwned, v)).Imm = int64(i)
		b.inLocal[i] = source(b.inLocal[i], v)
	}
	b.st.locals, b.st.shared = make([]hir.Value, len(b.st.locals)), false
	b.st.inFrame = true
}
