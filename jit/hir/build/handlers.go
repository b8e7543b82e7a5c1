package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Exception handlers. What raises leaves compiled code by an exit, which makes
// the frame complete and comes back to a resume block in front of the handler.
//
// The traceback has a frame object then, through which anybody may look at the
// locals and change them while the exception is being handled. So a handler
// begins with the locals in the frame, which owns them as the interpreter's
// does (state.inFrame): they are read and written there. When the exception has
// been handled, the frame is *settled*: if nobody has written to the frame
// object, which mostly can be dropped, the locals become SSA values again.
// Otherwise the interpreter goes on.

// landing is what is known about a handler when its block is begun.
type landing struct {
	noted    bool          // something that is built can raise into it
	stack    []hir.Type    // of the stack values that are kept, as far as it is known
	sources  [][]hir.Value // the values themselves
	handling int
}

// handlerOf returns the block of the handler of a block, or NoBlock.
func (b *builder) handlerOf(id bytecode.BlockID) bytecode.BlockID {
	bb := b.bc.Block(id)
	if bb.Entry < 0 {
		return bytecode.NoBlock
	}
	return b.bc.Instrs[b.bc.At(b.bc.Handlers[bb.Entry].Target)].Block
}

// findHandlers decides which handlers are built: not those that the interpreter
// has never run, those that only raise again, and those of which some code that
// raises into them comes later than they do.
func (b *builder) findHandlers() {
	b.landings = make([]*landing, len(b.bc.Blocks))
	b.inLocal = make([][]hir.Value, b.code.NLocalsPlus)
	if b.opts.NoHandlers {
		return
	}
	for i := range b.bc.Blocks {
		id := b.handlerOf(bytecode.BlockID(i))
		if id == bytecode.NoBlock || b.landings[id] != nil {
			continue
		}
		if b.bc.Block(id).Reachable() && !b.neverRun(id) {
			b.landings[id] = &landing{}
		}
	}
	for i := range b.bc.Blocks {
		from := b.bc.Block(bytecode.BlockID(i))
		if id := b.handlerOf(from.ID); id != bytecode.NoBlock && from.Reachable() && from.Order >= b.bc.Block(id).Order {
			b.landings[id] = nil
		}
	}
	for i, inside := range b.inside {
		if !inside {
			b.landings[i] = nil
		}
	}
	// What only puts something in order and raises again is worth it if that is
	// handled, or if it is known to happen.
	for changed := !b.warm || b.opts.IgnoreFeedback; changed; {
		changed = false
		for i, l := range b.landings {
			if l == nil || !b.raising[i] {
				continue
			}
			if to := b.handlerOf(b.lastBlock(bytecode.BlockID(i))); to == bytecode.NoBlock || b.landings[to] == nil {
				b.landings[i] = nil
				changed = true
			}
		}
	}
	for _, l := range b.landings {
		b.handled = b.handled || l != nil
	}
}

// lastBlock follows a straight line of blocks to its end.
func (b *builder) lastBlock(id bytecode.BlockID) bytecode.BlockID {
	for {
		bb := b.bc.Block(id)
		if bb.Taken != bytecode.NoBlock || bb.Next <= id {
			return id
		}
		id = bb.Next
	}
}

// neverRun reports whether the interpreter has run the function but not the
// code at the begin of a block.
func (b *builder) neverRun(id bytecode.BlockID) bool {
	if b.opts.IgnoreFeedback || !b.warm {
		return false
	}
	for {
		bb := b.bc.Block(id)
		for i := bb.Begin; i < bb.End; i++ {
			in := &b.bc.Instrs[i]
			if _, unseen := b.code.FeedbackOf(int(in.Offset), snapshot.NeverExecuted); unseen {
				return true
			}
			if len(in.Info().Layout) > 0 {
				return false
			}
		}
		if bb.Taken != bytecode.NoBlock || bb.Next <= id {
			return false
		}
		id = bb.Next
	}
}

// noteRaise records the state in which the present instruction may raise.
func (b *builder) noteRaise() {
	id := b.handlerOf(b.at)
	if id == bytecode.NoBlock || b.landings[id] == nil {
		return
	}
	l := b.landings[id]
	depth := b.bc.Handlers[b.bc.Block(b.at).Entry].Depth
	if !l.noted {
		l.noted = true
		l.stack = make([]hir.Type, depth)
		l.sources = make([][]hir.Value, depth)
		l.handling = b.st.handling
	}
	for i := range l.stack {
		v := b.st.stack[i]
		l.stack[i] = l.stack[i].Union(boxedType(b.typeOf(v)))
		l.sources[i] = source(l.sources[i], v)
	}
	b.noteLocals()
}

// boxedType is the type of a value when it is in a frame.
func boxedType(t hir.Type) hir.Type {
	if t.Is(hir.BitCBool) {
		return hir.TBool
	}
	return t
}

// land makes the resume block of a handler, in which the operand stack is taken
// over: what was kept, the place of the instruction if it is wanted, and the
// exception. Nothing if nothing raises into it.
func (b *builder) land(id bytecode.BlockID) (edge, bool) {
	l := b.landings[id]
	if l == nil || !l.noted {
		return edge{}, false
	}
	b.at, b.in = id, nil
	bb := b.bc.Block(id)
	first := &b.bc.Instrs[bb.Begin]
	from := b.newBlock()
	b.f.Link(0, from)
	b.f.Blocks[from].Cold = true
	b.cur = from
	slot := int64(b.code.NLocalsPlus)
	next := func(op hir.Op, t hir.Type) hir.Value {
		v := b.typed(b.emitImm(op, slot), t)
		slot++
		return v
	}
	b.f.At(b.emitImm(hir.ResumePoint, int64(first.Start/2))).BC = first.Offset / 2
	st := state{locals: make([]hir.Value, b.code.NLocalsPlus), inFrame: true, handling: l.handling}
	for i, t := range l.stack {
		if t.Is(hir.BitCPtr) {
			st.stack = append(st.stack, next(hir.LoadPlace, t))
			continue
		}
		v := next(hir.LoadSlot, t)
		st.stack = append(st.stack, v)
		b.landed = append(b.landed, landed{v, l.sources[i]})
	}
	if len(l.stack)+2 == int(bb.Depth) {
		st.stack = append(st.stack, next(hir.LoadPlace, hir.TCPtr))
	}
	st.stack = append(st.stack, next(hir.LoadSlot, hir.Type{Bits: hir.BitOther}))
	b.cur = noBlock
	return edge{from, st}, true
}

// unite gives the ways into a block the same place for the locals.
func (b *builder) unite(id bytecode.BlockID, in []edge) {
	own, frame := false, false
	for i := range in {
		own = own || !in[i].st.inFrame
		frame = frame || in[i].st.inFrame
	}
	if !frame || !own && !(b.returns(id) && in[0].st.handling == 0) {
		return
	}
	for i := range in {
		b.settleEdge(&in[i], id)
	}
}

// settleEdge settles the frame at the end of a way into a block.
func (b *builder) settleEdge(e *edge, to bytecode.BlockID) {
	if !e.st.inFrame {
		return
	}
	cur, st, in := b.cur, b.st, b.in
	b.cur, b.st, b.in = e.from, e.st, nil
	b.settle(b.bc.Instrs[b.bc.Block(to).Begin].Start / 2)
	e.st = b.st
	b.cur, b.st, b.in = cur, st, in
}

// leave ends a way into a block to which compiled code has no way: its frame
// does not hold the locals, and that of the block does.
func (b *builder) leave(e *edge, to bytecode.BlockID) {
	cur, st := b.cur, b.st
	b.cur, b.st, b.in = e.from, e.st, nil
	fs := b.frameState(b.bc.Instrs[b.bc.Block(to).Begin].Start / 2)
	b.f.At(b.raw(hir.Deopt)).FS = fs
	b.cur, b.st = cur, st
}

// settle ends the time in which the frame holds the locals. The interpreter
// goes on at a code unit if somebody has written to it.
func (b *builder) settle(offset int32) {
	if !b.st.inFrame {
		return
	}
	for _, op := range [...]hir.Op{hir.Snapshot, hir.SettleFrame} {
		v := b.raw(op)
		b.f.At(v).FS, b.f.At(v).BC = b.frameState(offset), offset
	}
	locals := make([]hir.Value, len(b.st.locals))
	for i := range locals {
		locals[i] = b.raw(hir.TakeLocal)
		in := b.f.At(locals[i])
		in.Imm, in.BC = int64(i), offset
	}
	b.st.locals, b.st.shared, b.st.inFrame = locals, false, false
	b.guardTaken(offset)
}

// settleSoon settles the frame behind the present instruction, unless what
// follows it is still about the exception: it is raised again, or its name is
// deleted.
func (b *builder) settleSoon() {
	if !b.st.inFrame || b.st.handling > 0 {
		return
	}
	follows := func(k int32, op bytecode.Op) bool {
		i := b.index + k
		return int(i) < len(b.bc.Instrs) && b.bc.Instrs[i].Base == op
	}
	if follows(1, bytecode.OpReraise) || follows(1, bytecode.OpLoadConst) && follows(2, bytecode.OpStoreFast) && follows(3, bytecode.OpDeleteFast) {
		return
	}
	b.settle(b.resume)
}

func (b *builder) pushExcInfo() {
	exception := b.popObject()
	b.push(b.emit(hir.SwapHandled, exception))
	b.push(exception)
	b.st.handling++
}

func (b *builder) popExcept() {
	b.emit(hir.SwapHandled, b.popObject())
	b.st.handling = max(b.st.handling-1, 0)
	b.st.untraced, b.st.exception = false, 0
	b.settleSoon()
}

func (b *builder) checkExcMatch() {
	classes := b.popObject()
	b.push(b.emit(hir.CheckExcMatch, b.peekObject(1), classes))
	b.check()
}

func (b *builder) checkEgMatch() {
	classes := b.popObject()
	rest := b.emit(hir.CheckEgMatch, b.popObject(), classes)
	b.push(rest)
	b.push(b.typed(b.emit(hir.SecondResult, rest), hir.TObject))
	b.check()
}

// withExceptStart calls __exit__, which lies with its self below the place, the
// exception handled before and the exception.
func (b *builder) withExceptStart() {
	b.push(b.emit(hir.WithExceptStart, b.peekObject(5), b.peekObject(4), b.peekObject(1)))
	b.check()
}

func (b *builder) reraise() {
	exception, place := b.popObject(), b.nullValue()
	if n := int(b.in.Arg); n > 0 {
		place = b.peek(n)
	}
	b.raiseAgain(exception, place)
}

// raiseAgain ends the block by raising an exception that has been raised before,
// at the place, if that is not null.
func (b *builder) raiseAgain(exception, place hir.Value) {
	if id := b.handlerOf(b.at); id != bytecode.NoBlock && b.landings[id] != nil && b.within == nil {
		b.raisedTo(id, b.typed(b.emit(hir.RaiseAgain, exception, place), hir.Type{Bits: hir.BitOther}))
		return
	}
	b.emit(hir.Reraise, exception, place)
	b.raw(hir.Unreachable)
	b.cur = noBlock
}
