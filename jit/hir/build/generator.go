package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var generatorHandlers = map[bytecode.Op]handler{
	bytecode.OpYieldValue:       (*builder).yieldValue,
	bytecode.OpSend:             (*builder).send,
	bytecode.OpEndSend:          (*builder).endSend,
	bytecode.OpGetYieldFromIter: (*builder).getYieldFromIter,
	bytecode.OpGetAwaitable:     (*builder).getAwaitable,
}

// buildResumable builds the body of a generator: what runs when it is resumed.
// The call that makes the generator is not part of the code.
func (b *builder) buildResumable() {
	normal := b.withoutRaising()
	var resumed []bytecode.BlockID
	for _, id := range b.bc.Order {
		if b.isSent(id) && normal[id] {
			resumed = append(resumed, id)
		}
	}
	b.findRaising()
	b.findHandlers()
	b.enter(resumed)
	// Nothing calls it.
	b.f.Append(b.edges[0][0].from, hir.Unreachable)
	b.edges[0] = nil
	b.blocks()
	b.finish()
}

// isSent tells whether a suspended frame that stands at the begin of a block
// finds what it is sent on top of its operand stack: behind a yield, or where
// what the frame delegated to has returned, and sends its result.
func (b *builder) isSent(id bytecode.BlockID) bool {
	bb := b.bc.Block(id)
	return bb.Resumes || b.bc.Instrs[bb.Begin].Base == bytecode.OpEndSend
}

// withoutRaising finds the blocks that are reached without an exception. A frame
// that is suspended in a handler is left to the interpreter.
func (b *builder) withoutRaising() []bool {
	reached := make([]bool, len(b.bc.Blocks))
	reached[0] = true
	for changed := true; changed; {
		changed = false
		for _, id := range b.bc.Order {
			if !reached[id] {
				continue
			}
			bb := b.bc.Block(id)
			for _, to := range [3]bytecode.BlockID{bb.Next, bb.Taken, b.afterAsyncFor(id)} {
				if to != bytecode.NoBlock && !reached[to] {
					reached[to], changed = true, true
				}
			}
		}
	}
	return reached
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
	if b.inside != nil {
		// The interpreter runs the frame, and suspends it.
		b.f.At(b.raw(hir.LeaveLoop)).FS = b.frameState(b.in.Start / 2)
		b.cur = noBlock
		return
	}
	if b.st.inFrame || b.st.handling > 0 {
		b.deopt()
		return
	}
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

// getYieldFromIter leaves a generator as it is. What a coroutine is depends on
// the code that delegates to it.
func (b *builder) getYieldFromIter() {
	if b.typeOf(b.peekObject(1)).ExactClass() == snapshot.TypeGenerator {
		return
	}
	v := b.emit(hir.GetYieldFromIter, b.pop())
	if b.code.Flags&(snapshot.CodeCoroutine|snapshot.CodeIterableCoroutine) != 0 {
		b.f.At(v).Imm = 1
	}
	b.push(v)
	b.check()
}

// getAwaitable leaves a coroutine as it is that nobody else can have seen: the
// result of the call that made it.
func (b *builder) getAwaitable() {
	v := b.peekObject(1)
	if b.f.At(v).Op == hir.CallDirect && b.typeOf(v).ExactClass() == snapshot.TypeCoroutine {
		return
	}
	b.push(b.emitImm(hir.GetAwaitable, int64(b.in.Arg), b.pop()))
	b.check()
}

// send pushes what the receiver yields, or jumps with what it returns. Generators
// and coroutines run on without anything in between.
func (b *builder) send() {
	bb := b.bytecodeBlock()
	b.fs()
	value := b.peekObject(1)
	receiver := b.peekObject(2)
	class := b.typeOf(receiver).ExactClass()
	if class != snapshot.TypeGenerator && class != snapshot.TypeCoroutine && b.in.Op == bytecode.OpSendGen && b.trusted() {
		g := b.emitImm(hir.GuardClasses, b.f.ClassSet([]snapshot.ID{snapshot.TypeGenerator, snapshot.TypeCoroutine}), receiver)
		receiver = b.guarded(receiver, g)
		class = snapshot.TypeGenerator
	}
	b.pop()
	var result, yielded hir.Value
	if class == snapshot.TypeGenerator || class == snapshot.TypeCoroutine {
		result = b.emit(hir.ResumeGenerator, receiver, value)
		yielded = b.suspended(receiver)
	} else {
		result = b.emit(hir.Send, receiver, value)
		yielded = b.emit(hir.IsNull, b.emit(hir.SecondResult, result))
	}
	more, end := b.branch(yielded)
	b.cur = more
	b.push(result)
	b.check()
	b.flow(bb.Next)
	b.cur = end
	b.resume = b.bc.Instrs[b.bc.Block(bb.Taken).Begin].Start / 2
	b.check()
	b.flow(bb.Taken)
}

// endSend drops the receiver, which has finished.
func (b *builder) endSend() {
	v := b.popObject()
	b.pop()
	b.push(v)
}
