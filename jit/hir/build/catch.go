package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Exceptions that are caught without leaving. When an instruction fails whose
// handler has except clauses with constant classes, the code asks Catch for the
// exception, clause by clause. Mostly nobody but the thread has it, and
// what the clause does cannot show it to anybody: then it needs no traceback
// entry, so no frame object, and the locals stay SSA values. Where Catch does
// not give it, it goes to the handler with its traceback (raised.go).
//
// The begin of the clause is built twice: by way of a landing, and for what is
// caught. In the second, as long as the exception is being handled, frame states
// are *untraced*: who leaves there makes the traceback entry first. Before
// something that others can look at, the code itself does (trace), and goes on
// as if it had come from a landing. A clause that does nothing with the exception
// does not even make it the one that is being handled.

// clause is one of a handler's except clauses.
type clause struct {
	classes []hir.Value      // constants
	missing bool             // a missing key is among what it catches
	lacking bool             // and a missing attribute
	body    bytecode.BlockID // where it goes on when a class fits
	from    int32            // index of the instruction there
	forgets bool             // that is behind POP_EXCEPT, because nothing happens before it
}

// copied is a bytecode block that is built a second time, from an instruction on,
// for exceptions that were caught.
type copied struct {
	from  int32 // index of the instruction
	edges []edge
}

// caught is an instruction whose failure leads to a block.
type caught struct {
	value   hir.Value
	handler hir.BlockID
}

// clausesOf returns the except clauses with which a handler begins, as far as they
// have a known form.
func (b *builder) clausesOf(id bytecode.BlockID) []clause {
	if b.clauses == nil {
		b.clauses = make([][]clause, len(b.bc.Blocks))
	}
	if b.clauses[id] == nil {
		saved := b.in
		b.clauses[id] = b.findClauses(id)
		b.in = saved
	}
	return b.clauses[id]
}

// findClauses reads the clauses from the bytecode. The result is not nil.
func (b *builder) findClauses(id bytecode.BlockID) []clause {
	found := []clause{}
	r := clauseReader{b: b, block: b.bc.Block(id), i: b.bc.Block(id).Begin}
	if !r.next(bytecode.OpPushExcInfo) {
		return found
	}
	for {
		c, ok := r.clause()
		if !ok {
			return found
		}
		found = append(found, c)
		next := r.block.Taken
		if r.all || next == bytecode.NoBlock || len(b.bc.Block(next).Preds) != 1 {
			return found
		}
		r.block, r.i = b.bc.Block(next), b.bc.Block(next).Begin
		r.skip()
	}
}

// clauseReader reads except clauses.
type clauseReader struct {
	b     *builder
	block *bytecode.Block
	i     int32
	all   bool // the last clause was for all exceptions
}

// next steps over an instruction if it is of the given kind, and makes it the
// builder's present one.
func (r *clauseReader) next(op bytecode.Op) bool {
	if r.i >= r.block.End || r.b.bc.Instrs[r.i].Base != op {
		return false
	}
	r.b.in = &r.b.bc.Instrs[r.i]
	r.i++
	return true
}

// clause reads the clause that begins at the reader's place, and leaves its block
// unless it is for all exceptions.
func (r *clauseReader) clause() (clause, bool) {
	b := r.b
	var c clause
	if c.body, c.from = r.block.ID, r.i; r.next(bytecode.OpPopTop) {
		c.classes, c.missing, c.lacking = []hir.Value{b.constant(snapshot.TypeBaseException)}, true, true
		r.all = true
		r.forgets(&c)
		return c, true
	}
	for r.next(bytecode.OpLoadGlobal) {
		class := b.globalConstant()
		if class == 0 || b.in.PushesSelfOrNull() {
			return c, false
		}
		for r.next(bytecode.OpLoadAttr) {
			if class = b.moduleConstant(class); class == 0 {
				return c, false
			}
		}
		if b.s.Class(b.f.At(class).Obj) == nil {
			return c, false
		}
		switch b.f.At(class).Obj {
		case snapshot.TypeException, snapshot.TypeBaseException:
			c.missing, c.lacking = true, true
		case snapshot.TypeKeyError, snapshot.TypeLookupError:
			c.missing = true
		case snapshot.TypeAttributeError:
			c.lacking = true
		}
		c.classes = append(c.classes, class)
	}
	if r.next(bytecode.OpBuildTuple) {
		if int(b.in.Arg) != len(c.classes) {
			return c, false
		}
	} else if len(c.classes) != 1 {
		return c, false
	}
	test := r.block
	if len(c.classes) == 0 || !r.next(bytecode.OpCheckExcMatch) || !r.next(bytecode.OpPopJumpIfFalse) || r.i != r.block.End || test.Next == bytecode.NoBlock {
		return c, false
	}
	r.block = b.bc.Block(test.Next)
	if len(r.block.Preds) != 1 {
		return c, false
	}
	r.i = r.block.Begin
	r.skip()
	if c.body, c.from = r.block.ID, r.i; r.next(bytecode.OpPopTop) {
		r.forgets(&c)
	} else if !r.next(bytecode.OpStoreFast) {
		return c, false
	}
	r.block = test
	return c, true
}

// skip steps over what does nothing, into the next blocks too where one instruction
// follows the other: the exception table divides them.
func (r *clauseReader) skip() {
	for {
		for r.next(bytecode.OpNop) || r.next(bytecode.OpNotTaken) {
		}
		next := r.block.Next
		if r.i < r.block.End || r.block.Taken != bytecode.NoBlock || next == bytecode.NoBlock || len(r.b.bc.Block(next).Preds) != 1 {
			return
		}
		r.block, r.i = r.b.bc.Block(next), r.b.bc.Block(next).Begin
	}
}

// forgets makes the clause go on behind POP_EXCEPT, if nothing happens before.
func (r *clauseReader) forgets(c *clause) {
	r.skip()
	if r.next(bytecode.OpPopExcept) && r.i < r.block.End {
		c.forgets, c.body, c.from = true, r.block.ID, r.i
	}
}

// catch makes the ways from the instructions from first on, which belong to the
// present bytecode instruction, to the handler of what they raise.
func (b *builder) catch(first hir.Value) {
	id := b.handlerOf(b.at)
	if id == bytecode.NoBlock || b.landings[id] == nil || b.within != nil {
		return
	}
	for v := first; int(v) < len(b.f.Instrs); v++ {
		in := b.f.At(v)
		if !in.Dead && catchable(in.Op) && !b.hasMore(v) {
			b.catchOne(v, id)
		}
	}
}

// hasMore reports whether the instruction has further results, which follow it.
func (b *builder) hasMore(v hir.Value) bool {
	ins := b.f.Blocks[b.f.At(v).Block].Instrs
	i := slices.Index(ins, v) + 1
	return i < len(ins) && (b.f.At(ins[i]).Op == hir.SecondResult || b.f.At(ins[i]).Op == hir.UnpackedItem)
}

// catchable reports whether the failure of an instruction can lead to another
// block: it has one result, an object, or none and always fails.
func catchable(op hir.Op) bool {
	switch op {
	case hir.Catch, hir.TakeRaised, hir.RaiseAgain, hir.ResumeGenerator:
		return false
	case hir.RaiseVarargs:
		return true
	}
	o := op.Info()
	return o.Observable && o.Err == hir.ErrNull && o.Type.IsObject()
}

// catchOne lets the failure of v lead to the handler: by the clauses that catch it
// without a trace, and then as it is raised everywhere.
func (b *builder) catchOne(v hir.Value, id bytecode.BlockID) {
	cur, st, in := b.cur, b.st, b.in
	before := *b.f.At(v)
	fs, calls := b.outermostState(before.FS)
	entry := b.bc.Handlers[b.bc.Block(b.at).Entry]
	depth := int(entry.Depth)
	if calls > 0 && b.keepsMore(before.FS, v, depth) {
		return
	}
	if before.Op == hir.RaiseVarargs {
		// It always fails, so that no branch is needed.
		b.cur = before.Block
		ins := b.f.Blocks[b.cur].Instrs
		b.f.At(ins[len(ins)-1]).Dead = true // Unreachable
		b.f.Blocks[b.cur].Instrs = ins[:len(ins)-1]
	} else {
		b.cur = b.newBlock()
		b.f.Blocks[b.cur].Cold = true
		b.caught = append(b.caught, caught{v, b.cur})
	}
	raised := state{locals: fs.Locals, stack: slices.Clone(fs.Stack[:depth]), shared: true, inFrame: fs.InFrame, handling: st.handling}
	if !fs.InFrame && !entry.Lasti && !b.opts.NoCatching {
		for _, c := range b.clausesOf(id) {
			if calls > 0 && !c.forgets {
				break
			}
			b.st = raised.clone()
			b.catchClause(v, &before, id, &c, fs, calls)
		}
	}
	b.st = raised
	how := 2 * calls
	if fs.InFrame {
		how++
	}
	exception := b.typed(b.raw(hir.TakeRaised), hir.Type{Bits: hir.BitOther})
	at := b.f.At(exception)
	at.FS, at.Imm, at.BC, at.Inline = before.FS, int64(how), before.BC, before.Inline
	b.raisedTo(id, exception)
	b.cur, b.st, b.in = cur, st, in
}

// outermostState returns the frame state of this function in a chain, and how many
// inlined calls there are in it.
func (b *builder) outermostState(id hir.FrameStateID) (fs *hir.FrameState, calls int) {
	for b.f.Frames[id].Parent != 0 {
		id = b.f.Frames[id].Parent
		calls++
	}
	state := b.f.Frames[id] // a copy: there will be more of them
	return &state, calls
}

// catchClause lets what v raises go to a clause of the handler, if Catch gives it. Afterwards the
// present block is the one for what it does not give.
func (b *builder) catchClause(v hir.Value, before *hir.Instr, handler bytecode.BlockID, c *clause, fs *hir.FrameState, calls int) {
	how := 2 * calls
	if before.Op == hir.DictSubscr && calls == 0 && c.missing && c.forgets {
		b.f.At(v).Op = hir.DictFind
		how++
	}
	if before.Op == hir.LoadAttr && calls == 0 && c.lacking && c.forgets {
		b.f.At(v).Op = hir.AttrFind
		how++
	}
	own := b.nullValue()
	if before.Op == hir.RaiseVarargs {
		own = b.onlyHere(b.f.Arg(v, 0), fs, len(b.st.stack))
	}
	exception := b.typed(b.raw(hir.Catch, append([]hir.Value{own}, c.classes...)...), hir.Type{Bits: hir.BitOther | hir.BitNone})
	at := b.f.At(exception)
	at.FS, at.Imm, at.BC, at.Inline = before.FS, int64(how), before.BC, before.Inline
	failed, caught := b.branch(b.raw(hir.Failed, exception))
	b.f.Blocks[failed].Cold, b.f.Blocks[caught].Cold = true, true
	b.cur = caught
	if !c.forgets {
		// What was on the stack dies before the exception is being handled.
		unwound := b.newState(b.bc.Instrs[b.bc.Block(handler).Begin].Start / 2)
		unwound.Untraced, unwound.Unhandled, unwound.Stack = true, true, append(unwound.Stack, exception)
		fs := b.f.NewFrameState(unwound)
		b.f.At(b.raw(hir.CheckFrame)).FS = fs
		b.f.At(b.raw(hir.Snapshot)).FS = fs
		b.st.handling, b.st.untraced, b.st.exception = b.st.handling+1, true, exception
		b.st.stack = append(b.st.stack, b.raw(hir.SwapHandled, exception), exception)
	} else {
		b.f.At(b.raw(hir.CheckFrame)).FS = b.frameState(b.bc.Instrs[c.from].Start / 2)
	}
	b.copyBlock(c.body, c.from)
	b.cur = failed
}

// keepsMore reports whether more dies when the inlined calls of a frame state end than
// their locals: operands that they alone have, those of v aside. It dies while the
// calls are there still.
func (b *builder) keepsMore(id hir.FrameStateID, v hir.Value, kept int) bool {
	outer, _ := b.outermostState(id)
	for ; b.f.Frames[id].Parent != 0; id = b.f.Frames[id].Parent {
		fs := &b.f.Frames[id]
		for _, w := range fs.Stack {
			w = b.root(w)
			is := func(x hir.Value) bool { return b.root(x) == w }
			switch {
			case !b.f.At(w).Type.MayBe(hir.BitNullable) || b.f.At(w).Type.Is(hir.BitLeaf|hir.BitNull), b.f.At(w).Op.Info().Own == hir.OwnStable,
				slices.ContainsFunc(fs.Locals, is), slices.ContainsFunc(outer.Locals, is), slices.ContainsFunc(outer.Stack[:kept], is),
				b.f.At(v).Op == hir.RaiseVarargs && is(b.f.Arg(v, 0)):
			default:
				return true
			}
		}
	}
	return false
}

// root follows guards to the value that they are about.
func (b *builder) root(v hir.Value) hir.Value {
	for v != 0 && b.alias(v) {
		v = b.f.Arg(v, 0)
	}
	return v
}

// onlyHere returns v if it is a new object to which, as far as compiled code is
// concerned, only the operands of the instruction at hand refer; else null.
func (b *builder) onlyHere(v hir.Value, fs *hir.FrameState, kept int) hir.Value {
	v = b.root(v)
	is := func(w hir.Value) bool { return b.root(w) == v }
	if b.f.At(v).Op.Info().Own != hir.OwnNew || slices.ContainsFunc(fs.Locals, is) || slices.ContainsFunc(fs.Stack[:kept], is) {
		return b.nullValue()
	}
	return v
}

// copyBlock lets the present way go on in a copy of a bytecode block.
func (b *builder) copyBlock(id bytecode.BlockID, from int32) {
	if b.copies == nil {
		b.copies = make([]copied, len(b.bc.Blocks))
	}
	c := &b.copies[id]
	c.from = from
	c.edges = append(c.edges, edge{b.cur, b.st.clone()})
}

// handleCaught builds the copy of a block, if there is one, when its turn has come.
func (b *builder) handleCaught(id bytecode.BlockID) {
	if b.copies == nil || len(b.copies[id].edges) == 0 {
		return
	}
	c := b.copies[id]
	b.at, b.in = id, nil
	if len(c.edges) == 1 {
		b.cur, b.st = c.edges[0].from, c.edges[0].st
	} else {
		b.mergeMarked(c.edges, func() {
			first := &b.bc.Instrs[c.from]
			v := b.raw(hir.Snapshot)
			b.f.At(v).FS, b.f.At(v).BC = b.frameState(first.Start/2), first.Offset/2
		})
		if b.st.untraced {
			// Several ways lead to the begin of a clause only.
			b.st.exception = b.peek(1)
		}
	}
	b.block(id, c.from)
}

// flowUntraced ends the present HIR block as flow does, while an exception has no
// traceback entry. It reports whether it did.
func (b *builder) flowUntraced(to bytecode.BlockID) bool {
	if !b.st.untraced {
		return false
	}
	if bb := b.bc.Block(to); bb.Order > b.bc.Block(b.at).Order && len(bb.Preds) == 1 && b.in.Base != bytecode.OpJumpForward {
		b.copyBlock(to, bb.Begin)
		b.cur = noBlock
		return true
	}
	b.trace()
	return false
}

// unobservable reports whether the present instruction does nothing that others
// can look at, guards and what dies aside.
func (b *builder) unobservable() bool {
	switch b.in.Base {
	case bytecode.OpPopTop, bytecode.OpPopExcept, bytecode.OpLoadConst, bytecode.OpLoadSmallInt, bytecode.OpNop, bytecode.OpNotTaken,
		bytecode.OpLoadFast, bytecode.OpLoadFastBorrow, bytecode.OpLoadFastLoadFast, bytecode.OpLoadFastBorrowLoadFastBorrow,
		bytecode.OpStoreFast, bytecode.OpStoreFastLoadFast, bytecode.OpStoreFastStoreFast, bytecode.OpCopy, bytecode.OpSwap:
		return true
	}
	switch b.in.Op {
	case bytecode.OpBinaryOpAddInt, bytecode.OpBinaryOpSubtractInt, bytecode.OpBinaryOpAddFloat, bytecode.OpBinaryOpSubtractFloat,
		bytecode.OpLoadAttrInstanceValue, bytecode.OpLoadAttrSlot, bytecode.OpStoreAttrInstanceValue, bytecode.OpStoreAttrSlot:
		return b.trusted()
	}
	return false
}

// spreads reports whether the exception that has no traceback entry would still be
// there after the present instruction, out of reach of the untraced frame states: it
// is stored somewhere, or has been handled and has another name.
func (b *builder) spreads() bool {
	is := func(v hir.Value) bool { return v != 0 && b.root(v) == b.root(b.st.exception) }
	switch b.in.Base {
	case bytecode.OpStoreAttr:
		return is(b.peek(2))
	case bytecode.OpPopExcept:
		deleted := b.clearedNext()
		for i, v := range b.st.locals {
			if i != deleted && is(v) {
				return true
			}
		}
		return slices.ContainsFunc(b.st.stack, is)
	}
	return false
}

// clearedNext returns the local that becomes None directly behind the present
// instruction, as the name of an exception does, or -1.
func (b *builder) clearedNext() int {
	for i := b.index + 1; int(i) < len(b.bc.Instrs); i++ {
		switch in := &b.bc.Instrs[i]; in.Base {
		case bytecode.OpNop, bytecode.OpLoadConst:
		case bytecode.OpStoreFast:
			return int(in.Arg)
		default:
			return -1
		}
	}
	return -1
}

// trace ends the time in which the exception that is being handled has no
// traceback entry: from here on all is as behind a landing.
func (b *builder) trace() {
	b.giveLocals()
	b.raw(hir.TraceHandled)
	b.st.untraced, b.st.exception = false, 0
}

// observable reports whether one of the instructions from first on is.
func (b *builder) observable(first hir.Value) bool {
	for v := first; int(v) < len(b.f.Instrs); v++ {
		if b.f.At(v).Op.Info().Observable {
			return true
		}
	}
	return false
}

// splitCaught ends the blocks in which an instruction's failure is caught behind
// that instruction.
func (b *builder) splitCaught() {
	f := b.f
	for _, c := range b.caught {
		id := f.At(c.value).Block
		rest := f.NewBlock()
		from, to := &f.Blocks[id], &f.Blocks[rest]
		i := slices.Index(from.Instrs, c.value) + 1
		to.Instrs = slices.Clone(from.Instrs[i:])
		to.Succs, to.Loop, to.Cold = from.Succs, from.Loop, from.Cold
		from.Instrs, from.Succs = from.Instrs[:i:i], nil
		for _, v := range to.Instrs {
			f.At(v).Block = rest
		}
		for _, s := range to.Succs {
			f.Blocks[s].Preds[slices.Index(f.Blocks[s].Preds, id)] = rest
		}
		bc := f.At(c.value).BC
		failed := f.Append(id, hir.Failed, c.value)
		f.At(failed).BC = bc
		f.At(f.Append(id, hir.Branch, failed)).BC = bc
		f.Link(id, c.handler)
		f.Link(id, rest)
	}
}
