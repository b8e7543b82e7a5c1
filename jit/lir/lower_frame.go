package lir

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// args begins the entry block: the callee and the first arguments arrive in
// registers. The direct entry has put the others into their slots.
func (l *lowerer) args() {
	if l.f.DirectArgs < 0 {
		return
	}
	in := l.begin(Args)
	for _, v := range l.h.Blocks[0].Instrs {
		hin := l.h.At(v)
		if hin.Dead || l.uses[v].count == 0 {
			continue
		}
		switch hin.Op {
		case hir.Callee:
			l.val[v] = l.fixDef(in, l.conv.IntArgs[0])
		case hir.Param:
			if hin.Imm < int64(min(l.f.DirectArgs, l.conv.RegisterArgs())) {
				l.val[v] = l.fixDef(in, l.conv.IntArgs[hin.Imm+1])
			}
		}
	}
}

// lowerParam reads an argument that does not come in a register from its slot.
func lowerParam(l *lowerer, v hir.Value) {
	if l.val[v] == 0 && l.uses[v].count != 0 {
		l.val[v] = l.loadRef(l.layout.Frame.LocalsPlus + 8*l.h.At(v).Imm)
	}
}

func lowerCallee(l *lowerer, v hir.Value) {
	if l.val[v] == 0 && l.uses[v].count != 0 {
		l.val[v] = l.loadRef(l.layout.Frame.FuncObj)
	}
}

// lowerResumePoint marks the block, which nothing leads to but Entries.
func lowerResumePoint(l *lowerer, v hir.Value) {
	in := l.begin(ResumePoint)
	in.Imm = l.h.At(v).Imm
	if ins := l.h.Blocks[l.curHIR].Instrs; len(ins) > 1 && l.h.At(ins[1]).Op == hir.Sent {
		sent := l.fixDef(in, l.conv.IntArgs[1])
		l.val[ins[1]] = sent
		l.emit(Incref, sent)
	}
}

// lowerStoreOwned: a reference to an immortal object has the tag of a borrowed one
// in any slot, because the interpreter tells True, False and None by all bits.
func lowerStoreOwned(l *lowerer, v hir.Value) {
	value := l.h.Arg(v, 0)
	if l.h.At(value).Type.Is(hir.BitNull) || l.immortal(value) {
		lowerSyncSlot(l, v)
		return
	}
	in := l.begin(StoreOwned)
	in.Imm = l.h.At(v).Imm
	in.Facts = l.facts(value) & (MayBeNull | Mortal)
	l.storedValue(in, value)
}

func lowerSetStack(l *lowerer, v hir.Value) { l.emit(SetStack).Imm = l.h.At(v).Imm }

func lowerSuspend(l *lowerer, v hir.Value) { l.emit(Suspend).Imm = l.h.At(v).Imm }

func lowerLeaveGenerator(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Deopt, object.ReasonFrameObserved)
	l.emit(LeaveGenerator).Side = side
	l.val[v] = l.def(0)
}

func lowerLoadSlot(l *lowerer, v hir.Value) {
	l.val[v] = l.value(LoadSlot, l.h.At(v).Imm)
}

// lowerLoadPlace reads a word that is no reference.
func lowerLoadPlace(l *lowerer, v hir.Value) {
	l.val[v] = l.loadPinned(Mem64, BaseFrame, l.layout.Frame.LocalsPlus+8*l.h.At(v).Imm)
}

func lowerLoadLocal(l *lowerer, v hir.Value) {
	l.val[v] = l.loadRef(l.layout.Frame.LocalsPlus + 8*l.h.At(v).Imm)
}

func lowerSwapLocal(l *lowerer, v hir.Value) {
	before := l.value(LoadSlot, l.h.At(v).Imm)
	lowerStoreOwned(l, v)
	l.val[v] = before
}

func lowerSwapHandled(l *lowerer, v hir.Value) { l.val[v] = l.value(SwapHandled, 0, l.arg(v, 0)) }

// lowerSettleFrame leaves, with nothing to be done again, when the frame is
// known to others.
func lowerSettleFrame(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Observe, object.ReasonFrameObserved)
	l.callHelperOp(v, hir.HelperIndex(hir.SettleFrame.Info().Helper), nil, side)
}

// loadRef loads a stack reference of the frame and removes its tag.
func (l *lowerer) loadRef(off int64) VReg {
	return l.value(AndImm, ^l.layout.Frame.TagBorrowed, l.loadPinned(Mem64, BaseFrame, off))
}

func lowerSyncSlot(l *lowerer, v hir.Value) {
	in := l.begin(StoreSlot)
	in.Imm = l.h.At(v).Imm
	in.Inline = l.h.At(v).Inline
	l.storedValue(in, l.h.Arg(v, 0))
}

func lowerSetIP(l *lowerer, v hir.Value) {
	in := l.emit(SetIP)
	in.Inline = l.h.At(v).Inline
	in.Imm = int64(l.behindPrefixes(l.h.CodeOf(in.Inline), int32(l.h.At(v).Imm)))
}

// layOutInlines gives the frames of inlined calls their places. Those of which
// neither is part of the other share one. There is no room when no frame is ever
// filled in.
func (l *lowerer) layOutInlines() {
	used := make([]bool, len(l.h.Inlines))
	use := func(i int32) {
		for ; i != 0; i = l.h.Inlines[i].Parent {
			used[i] = true
		}
	}
	for b := range l.h.Blocks {
		for _, v := range l.h.Blocks[b].Instrs {
			in := l.h.At(v)
			if in.Op == hir.FillFrame {
				use(in.Inline)
			}
			if in.Ext != 0 {
				for _, i := range l.h.Exts[in.Ext].Fill {
					use(i)
				}
			}
		}
	}
	l.f.Inlines = make([]Inline, len(l.h.Inlines))
	end := make([]int64, len(l.h.Inlines))
	for i := 1; i < len(l.h.Inlines); i++ {
		c := &l.h.Inlines[i]
		l.f.Inlines[i] = Inline{Parent: c.Parent, Code: c.Code, Offset: end[c.Parent], Locals: int64(c.NumLocals)}
		end[i] = end[c.Parent] + l.layout.Frame.LocalsPlus + 8*int64(c.NumLocals)
		if used[i] {
			l.f.InlineSize = max(l.f.InlineSize, end[i])
		}
		l.f.Depth = max(l.f.Depth, l.h.Depth(int32(i)))
	}
}

func lowerFillFrame(l *lowerer, v hir.Value) {
	in := l.begin(FillFrame)
	in.Inline = l.h.At(v).Inline
	l.storedValue(in, l.h.Arg(v, 0))
}

func lowerLinkFrame(l *lowerer, v hir.Value) { l.emit(LinkFrame).Inline = l.h.At(v).Inline }

func lowerCheckFrame(l *lowerer, v hir.Value) {
	side := l.exitSide(v, object.Observe, object.ReasonFrameObserved)
	l.emit(CheckFrame).Side = side
}

func lowerGuardUnobserved(l *lowerer, v hir.Value) {
	observer := l.loadPinned(Mem64, BaseFrame, l.layout.Frame.FrameObj)
	l.guard(v, nonzero(observer), object.ReasonFrameObserved)
}

// lowerEvalBreaker compares the whole eval breaker word with what it is when
// nothing is asked for; the rest is cold.
func lowerEvalBreaker(l *lowerer, v hir.Value) {
	expected := int64(l.h.Snap.Instrumentation)
	if !l.loops && l.atEntry(v) {
		// At the entry of a function without loops: the interpreter runs this
		// one call, from its first instruction.
		word := l.loadPinned(Mem64, BaseThread, l.layout.Thread.EvalBreaker)
		side := l.exitSide(v, object.Deopt, object.ReasonEvalBreaker)
		l.f.Sides[side].Frames[0].Offset = l.h.At(v).BC
		l.emitTest(ExitIf, test{kind: TestImm, cond: NE, a: word, imm: expected}).Side = side
		return
	}
	if l.f.Loop && l.f.Resumable {
		// What is served may raise, which would end the generator, and that is for the
		// interpreter to do. It looks for itself at the end of its next round.
		word := l.loadPinned(Mem64, BaseThread, l.layout.Thread.EvalBreaker)
		side := l.exitSide(v, object.Deopt, object.ReasonLoopLeft)
		l.emitTest(ExitIf, test{kind: TestImm, cond: NE, a: word, imm: expected}).Side = side
		return
	}
	side := l.exitSide(v, object.Observe, object.ReasonEvalBreaker)
	l.fillStores(v, &l.f.Sides[side])
	in := l.emit(EvalBreaker)
	in.Imm, in.Side = expected, side
}

// atEntry reports whether v is the eval breaker of the function's RESUME: the first
// one, before anything that may have run other code.
func (l *lowerer) atEntry(v hir.Value) bool {
	for _, w := range l.h.Blocks[l.h.Body()].Instrs {
		if w == v {
			return true
		}
		if in := l.h.At(w); !in.Dead && (in.Op == hir.EvalBreaker || in.Op == hir.CheckFrame) {
			return false
		}
	}
	return false
}

// lowerLeaveFrame pops the frame. What its cold path stores is in the frame's
// memory above the top of the data stack, where it still is.
func lowerLeaveFrame(l *lowerer, v hir.Value) {
	var s Side
	l.fillStores(v, &s)
	side := l.addSide(s)
	l.emit(PopFrame).Side = side
}

// immortal reports whether the value is a known object whose reference count
// never changes.
func (l *lowerer) immortal(v hir.Value) bool {
	t := l.h.At(v).Type
	if t.Is(hir.BitNone | hir.BitBool | hir.BitNull) {
		return true
	}
	id := t.Obj
	if l.h.At(v).Op == hir.Const {
		id = l.h.At(v).Obj
	}
	return id != 0 && l.h.Snap.Object(id).Immortal()
}

// facts collects what the type of v says about its reference count.
func (l *lowerer) facts(v hir.Value) Facts {
	var f Facts
	t := l.h.At(v).Type
	if t.MayBe(hir.BitNull) {
		f |= MayBeNull
	}
	// Nothing makes such objects immortal but the interpreter for its own
	// use, and counting those does no harm.
	if t.Is(hir.BitFloat | hir.BitList | hir.BitDict | hir.BitSet | hir.BitCell | hir.BitFunction | hir.BitNull) {
		f |= Mortal
	}
	if t.Is(hir.BitLeaf | hir.BitNull) {
		f |= Leaf
	}
	switch {
	case t.Is(hir.BitLong | hir.BitNull):
		f |= ExactInt
	case t.Is(hir.BitFloat | hir.BitNull):
		f |= ExactFloat
	case t.ExactClass() == snapshot.TypeGenerator, t.ExactClass() == snapshot.TypeCoroutine,
		l.f.Resumable && t.ExactClass() == snapshot.NoObject && t.MayBe(hir.BitOther):
		f |= Resumable
	}
	return f
}

func lowerIncref(l *lowerer, v hir.Value) {
	o := l.h.Arg(v, 0)
	if l.immortal(o) {
		return
	}
	l.emit(Incref, l.use(o)).Facts = l.facts(o)
}

func lowerDecref(l *lowerer, v hir.Value) {
	o := l.h.Arg(v, 0)
	if l.immortal(o) {
		return
	}
	facts := l.facts(o)
	var side SideID
	if facts&Leaf == 0 && l.h.At(v).FS != 0 {
		side = l.exitSide(v, object.Observe, object.ReasonFrameObserved)
		l.fillStores(v, &l.f.Sides[side])
	}
	in := l.emit(Decref, l.use(o))
	in.Facts, in.Side = facts, side
}

func lowerReturn(l *lowerer, v hir.Value) {
	a := l.arg(v, 0)
	in := l.begin(Return)
	l.addOperand(in, regalloc.Operand{V: a, Kind: regalloc.Use, Constraint: regalloc.Fixed, Fixed: l.conv.IntResults[0]})
}

// lowerLeave leaves in any case.
func lowerLeave(reason object.Reason) func(*lowerer, hir.Value) {
	return func(l *lowerer, v hir.Value) {
		side := l.exitSide(v, object.Deopt, reason)
		l.emit(Exit).Side = side
	}
}

func lowerUnreachable(l *lowerer, v hir.Value) { l.emit(Trap) }

// lowerRefine handles what only tells the compiler something.
func lowerRefine(l *lowerer, v hir.Value) { l.val[v] = l.arg(v, 0) }

func lowerNothing(l *lowerer, v hir.Value) {}
