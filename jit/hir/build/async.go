package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var asyncHandlers = map[bytecode.Op]handler{
	bytecode.OpGetAiter:    generic(hir.GetAiter, 1, pushes),
	bytecode.OpGetAnext:    (*builder).getAnext,
	bytecode.OpEndAsyncFor: (*builder).endAsyncFor,
}

// afterAsyncFor returns the block behind the asynchronous loop whose step begins
// in a block, NoBlock if none does.
func (b *builder) afterAsyncFor(id bytecode.BlockID) bytecode.BlockID {
	bb := b.bc.Block(id)
	to := b.handlerOf(id)
	if to == bytecode.NoBlock || b.bc.Instrs[bb.Begin].Base != bytecode.OpGetAnext {
		return bytecode.NoBlock
	}
	end := b.bc.Block(to)
	if b.bc.Instrs[end.Begin].Base != bytecode.OpEndAsyncFor {
		return bytecode.NoBlock
	}
	return end.Next
}

// getAnext begins a step of an asynchronous loop. Asynchronous generators that
// are ready run on here, as if the SEND that follows had been executed already:
// neither the awaitable object nor the exceptions by which it tells what was
// yielded, and the end, have to exist.
func (b *builder) getAnext() {
	iterator := b.peekObject(1)
	after, send := b.afterAsyncFor(b.at), b.bc.Block(b.bytecodeBlock().Next)
	if load := b.next(); after != bytecode.NoBlock && load != nil && load.Base == bytecode.OpLoadConst &&
		b.code.Consts[load.Arg] == snapshot.None && b.bc.Instrs[send.Begin].Base == bytecode.OpSend {
		slow := b.asyncStep(iterator, send, after)
		b.cur = slow
	}
	b.push(b.emit(hir.GetAnext, iterator))
	b.check()
}

// asyncStep is the step of an asynchronous generator. It returns the block for
// all other cases, with the state as it was.
func (b *builder) asyncStep(iterator hir.Value, send *bytecode.Block, after bytecode.BlockID) hir.BlockID {
	ready, slow := b.branch(b.emit(hir.AsyncReady, iterator))
	before, in, fs, resume := b.st.clone(), b.in, b.before, b.resume
	begin := func(id bytecode.BlockID) { b.resume = b.bc.Instrs[b.bc.Block(id).Begin].Start / 2 }

	// What is executed is the SEND. Nobody sees the awaitable meanwhile.
	none := b.constant(snapshot.None)
	b.cur = ready
	b.push(none)
	b.push(none)
	b.in, b.before = &b.bc.Instrs[send.Begin], 0
	b.snapshot(b.fs())
	result := b.emit(hir.AsyncStep, iterator)
	outcome := b.emit(hir.SecondResult, result)
	waits, done := b.branch(b.emit(hir.IsNull, outcome))
	b.cur = done
	yields, ends := b.branch(b.same(outcome, none))

	b.st.stack = b.st.stack[:len(b.st.stack)-1]
	kept := b.st.clone()
	b.cur = yields
	b.push(result)
	begin(send.Taken)
	b.check()
	b.flow(send.Taken)

	b.cur, b.st = waits, kept.clone()
	b.pop()
	b.push(result)
	b.push(none)
	begin(send.ID)
	b.check()
	b.flow(send.ID)

	b.cur, b.st = ends, kept
	b.pop()
	b.pop()
	begin(after)
	b.check()
	b.flow(after)

	b.st, b.in, b.before, b.resume = before, in, fs, resume
	return slow
}

// endAsyncFor ends an asynchronous loop when the exception says so.
func (b *builder) endAsyncFor() {
	exception := b.peekObject(1)
	ends, again := b.branch(b.emit(hir.EndsAsyncFor, exception))
	st := b.st.clone()
	b.cur = again
	b.raiseAgain(b.popObject(), b.nullValue())
	b.cur, b.st = ends, st
	b.pop()
	b.pop()
	b.settleSoon()
	b.flow(b.bytecodeBlock().Next)
}
