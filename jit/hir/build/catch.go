package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Exceptions that are caught without leaving. When an instruction fails whose
// handler begins with `except C:`, with constant classes and without a name, the
// code asks Catch for the exception. Mostly nobody but the thread has it, and
// what the handler does cannot show it to anybody: then it needs no traceback
// entry, so no frame object, and the locals stay SSA values. Where Catch does
// not give it, it is raised as everywhere else (handlers.go).
//
// The begin of the clause is built twice: by way of a landing, and for what is
// caught. In the second, as long as the exception is being handled, frame states
// are *untraced*: who leaves there makes the traceback entry first. Before
// something that others can look at, the code itself does (trace), and goes on
// as if it had come from a landing. A clause that does nothing with the exception
// does not even make it the one that is being handled.

// clause is a handler's first except clause.
type clause struct {
	classes []hir.Value      // constants
	missing bool             // a missing key is among what it catches
	body    bytecode.BlockID // where it goes on when a class fits
	pops    int32            // index of the POP_EXCEPT if nothing happens before it, else 0
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

// clauseOf returns the except clause with which a handler begins, or nil when it
// has another form.
func (b *builder) clauseOf(id bytecode.BlockID) *clause {
	if b.clauses == nil {
		b.clauses = make([]*clause, len(b.bc.Blocks))
	}
	if b.clauses[id] == nil {
		saved := b.in
		b.clauses[id] = b.findClause(id)
		b.in = saved
	}
	if len(b.clauses[id].classes) == 0 {
		return nil
	}
	return b.clauses[id]
}

// findClause reads the clause from the bytecode; without classes if it has
// another form.
func (b *builder) findClause(id bytecode.BlockID) *clause {
	none := &clause{}
	bb := b.bc.Block(id)
	i := bb.Begin
	next := func(op bytecode.Op) bool {
		if i >= bb.End || b.bc.Instrs[i].Base != op {
			return false
		}
		b.in = &b.bc.Instrs[i]
		i++
		return true
	}
	c := &clause{body: bb.Next}
	if !next(bytecode.OpPushExcInfo) {
		return none
	}
	for next(bytecode.OpLoadGlobal) {
		v := b.globalConstant()
		if v == 0 || b.in.PushesSelfOrNull() {
			return none
		}
		class := b.f.At(v).Obj
		if b.s.Class(class) == nil {
			return none
		}
		switch class {
		case snapshot.TypeKeyError, snapshot.TypeLookupError, snapshot.TypeException, snapshot.TypeBaseException:
			c.missing = true
		}
		c.classes = append(c.classes, v)
	}
	if next(bytecode.OpBuildTuple) {
		if int(b.in.Arg) != len(c.classes) {
			return none
		}
	} else if len(c.classes) != 1 {
		return none
	}
	if !next(bytecode.OpCheckExcMatch) || !next(bytecode.OpPopJumpIfFalse) || i != bb.End || c.body == bytecode.NoBlock {
		return none
	}
	bb = b.bc.Block(c.body)
	i = bb.Begin
	for next(bytecode.OpNotTaken) || next(bytecode.OpNop) {
	}
	if len(bb.Preds) != 1 || !next(bytecode.OpPopTop) {
		return none
	}
	for next(bytecode.OpNop) {
	}
	if next(bytecode.OpPopExcept) {
		c.pops = i - 1
	}
	return c
}

// catch makes the ways from the instructions from first on, which belong to the
// present bytecode instruction, to the except clause that may catch what they
// raise.
func (b *builder) catch(first hir.Value) {
	id := b.handlerOf(b.at)
	if id == bytecode.NoBlock || b.landings[id] == nil || b.within != nil || b.opts.NoCatching {
		return
	}
	entry := b.bc.Handlers[b.bc.Block(b.at).Entry]
	for v := first; int(v) < len(b.f.Instrs); v++ {
		in := b.f.At(v)
		if in.Dead || !catchable(in.Op) || b.hasMore(v) || b.f.Frames[in.FS].Parent != 0 || b.f.Frames[in.FS].InFrame {
			continue
		}
		c := b.clauseOf(id)
		if c == nil || entry.Lasti {
			return
		}
		b.catchOne(v, c, int(entry.Depth))
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
	case hir.Catch, hir.ResumeGenerator:
		return false
	case hir.RaiseVarargs:
		return true
	}
	o := op.Info()
	return o.Observable && o.Err == hir.ErrNull && o.Type.IsObject()
}

func (b *builder) catchOne(v hir.Value, c *clause, depth int) {
	cur, st, in := b.cur, b.st, b.in
	before := *b.f.At(v)
	fs := b.f.Frames[before.FS]
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
	missing := int64(0)
	if before.Op == hir.DictSubscr && c.missing && c.pops != 0 {
		b.f.At(v).Op = hir.DictFind
		missing = 1
	}
	b.st = state{locals: fs.Locals, stack: slices.Clone(fs.Stack[:depth]), shared: true}
	own := b.nullValue()
	if before.Op == hir.RaiseVarargs {
		own = b.onlyHere(b.f.Arg(v, 0), &fs, depth)
	}
	exception := b.typed(b.raw(hir.Catch, append([]hir.Value{own}, c.classes...)...), hir.Type{Bits: hir.BitOther | hir.BitNone})
	b.f.At(exception).FS, b.f.At(exception).Imm = before.FS, missing
	next := b.bc.Instrs[b.bc.Block(c.body).Begin].Start / 2
	if c.pops != 0 {
		next = b.bc.Instrs[c.pops].End / 2
	} else {
		b.st.handling, b.st.untraced = 1, true
		b.st.stack = append(b.st.stack, b.raw(hir.SwapHandled, exception), exception)
	}
	check := b.raw(hir.CheckFrame)
	b.f.At(check).FS = b.frameState(next)
	from := b.bc.Block(c.body).Begin
	if c.pops != 0 {
		from = c.pops + 1
	}
	b.copyBlock(c.body, from)
	b.cur, b.st, b.in = cur, st, in
}

// onlyHere returns v if it is a new object to which, as far as compiled code is
// concerned, only the operands of the instruction at hand refer; else null.
func (b *builder) onlyHere(v hir.Value, fs *hir.FrameState, kept int) hir.Value {
	root := func(v hir.Value) hir.Value {
		for v != 0 && b.alias(v) {
			v = b.f.Arg(v, 0)
		}
		return v
	}
	v = root(v)
	is := func(w hir.Value) bool { return root(w) == v }
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

// trace ends the time in which the exception that is being handled has no
// traceback entry: from here on all is as behind a landing.
func (b *builder) trace() {
	for i, v := range b.st.locals {
		b.f.At(b.raw(hir.StoreOwned, v)).Imm = int64(i)
		b.inLocal[i] = source(b.inLocal[i], v)
	}
	b.raw(hir.TraceHandled)
	b.st.locals, b.st.shared = make([]hir.Value, len(b.st.locals)), false
	b.st.inFrame, b.st.untraced = true, false
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
