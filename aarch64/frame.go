package aarch64

import (
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
)

// The native frame, from high to low addresses:
//
//	x29, x30           x29 points here
//	saved registers
//	spill slots
//	interpreter frames of inlined calls
//	outgoing arguments sp points here
//
// x19 and x20 are not saved: whoever enters compiled code from C saves them,
// and compiled code gives x20 back as it found it, because it is the frame's
// previous one.

// layOutFrame decides what is where.
func (e *emitter) layOutFrame() {
	for s := e.res.UsedCalleeSaved; s != 0; {
		r := s.First()
		s = s.Remove(r)
		e.saved = append(e.saved, machineReg(r))
	}
	e.inlined = (e.f.OutSize + 7) &^ 7
	e.spillBase = e.inlined + e.f.InlineSize
	size := e.spillBase + 8*int64(e.res.NumSpillSlots) + 8*int64(len(e.saved))
	e.frameSize = (size + 15) &^ 15
}

// setUp emits the part of the prologue that makes the native frame.
func (e *emitter) setUp() {
	e.a.Emit(Stp(MemU64, FP, LR, AtPre(SP, -16)))
	e.a.Emit(Mov(W64, FP, SP))
	if e.frameSize != 0 {
		e.a.AddConst(W64, SP, SP, -e.frameSize, scratch)
	}
	e.eachSaved(func(r, r2 Reg, m Mem, off int32) {
		if r2 == NoReg {
			e.a.Emit(Store(m, r, At(FP, off)))
		} else {
			e.a.Emit(Stp(m, r, r2, At(FP, off)))
		}
	})
}

// eachSaved calls fn for the saved registers, two of the same kind at a time,
// with their offset from x29.
func (e *emitter) eachSaved(fn func(r, r2 Reg, m Mem, off int32)) {
	off := int32(0)
	for i := 0; i < len(e.saved); {
		r := e.saved[i]
		if i+1 < len(e.saved) && e.saved[i+1].IsFP() == r.IsFP() {
			off -= 16
			fn(r, e.saved[i+1], slotMem(r), off)
			i += 2
			continue
		}
		off -= 8
		fn(r, NoReg, slotMem(r), off)
		i++
	}
}

// leave returns to the caller with the result in x0.
func (e *emitter) leave() {
	if e.hasEpi {
		e.a.B(e.epilogue)
		return
	}
	if e.a.Section() == Hot {
		e.hasEpi = true
		e.epilogue = e.a.BoundLabel()
	}
	e.eachSaved(func(r, r2 Reg, m Mem, off int32) {
		if r2 == NoReg {
			e.a.Emit(Load(m, r, At(FP, off)))
		} else {
			e.a.Emit(Ldp(m, r, r2, At(FP, off)))
		}
	})
	if e.frameSize != 0 {
		e.a.Emit(Mov(W64, SP, FP))
	}
	e.a.Emit(Ldp(MemU64, FP, LR, AtPost(SP, 16)))
	e.a.Emit(Ret())
}

func emitReturn(e *emitter, in *lir.Instr) int {
	e.leave()
	return 0
}

// Registers of the prologue that are no arguments.
const (
	newFrame  = X8
	recursion = X9
)

// entries emits the three entries and the prologue.
func (e *emitter) entries() {
	e.tail, e.slow, e.frame = e.a.NewLabel(), e.a.NewLabel(), e.a.NewLabel()
	e.vector = e.a.NewLabel()
	if e.f.DirectArgs >= 0 {
		e.direct = e.a.NewLabel()
		if c := e.f.Snap.Code(e.f.Code); e.f.DirectArgs == c.ArgCount && c.ArgCount <= Convention.RegisterArgs() {
			e.vectorcallEntry()
		} else {
			e.bindingEntry()
		}
		e.directEntry()
	} else {
		e.bindingEntry()
		e.frameEntry()
	}
	e.a.Bind(e.tail)
	e.setUp()
}

// vectorcallEntry leaves the taking apart of the arguments to the stub for
// their number, which calls the direct entry.
func (e *emitter) vectorcallEntry() {
	e.a.Bind(e.vector)
	e.a.Comment("vectorcall entry")
	e.a.Emit(Bti(TargetCall))
	e.a.Adr(scratch, e.direct)
	e.a.LoadSymbol(scratch2, Symbol{Kind: symbolSelf}, 0)
	e.a.JumpSymbol(Symbol{symbolStub, stubVectorcall + uint32(e.f.DirectArgs)}, 0)
}

// bindingEntry is the vectorcall entry of a function with parameters that are not
// just positional, or too many for registers: arguments are bound in C.
func (e *emitter) bindingEntry() {
	e.a.Bind(e.vector)
	e.a.Comment("vectorcall entry")
	e.a.Emit(Bti(TargetCall))
	e.a.LoadSymbol(scratch2, Symbol{Kind: symbolSelf}, 0)
	e.a.Emit(Ldr(W64, scratch2, At(scratch2, 0)))
	e.a.JumpSymbol(Symbol{symbolStub, stubVectorcallBind}, 0)
}

// directEntry checks, before it changes anything, that there is machine stack,
// recursion depth and data stack for the call, and makes the interpreter's frame.
func (e *emitter) directEntry() {
	t, f := &e.lay.Thread, &e.lay.Frame
	code := e.f.Snap.Code(e.f.Code)
	e.a.Bind(e.direct)
	e.a.Comment("direct entry")
	e.a.Emit(Bti(TargetCall))
	e.a.Emit(Ldr(W32, recursion, At(threadReg, int32(t.RecursionLeft))))
	if e.f.Depth == 0 {
		e.a.Emit(SubsImm(W32, recursion, recursion, 1))
		e.a.BCond(MI, e.slow)
	} else {
		// None of the inlined calls may exceed the recursion limit.
		e.a.Emit(SubImm(W32, recursion, recursion, 1))
		e.a.Emit(CmpImm(W32, recursion, int64(e.f.Depth)))
		e.a.BCond(LT, e.slow)
	}
	if e.callsNothing() {
		e.loadPair(newFrame, t.DataStackTop, X12, t.DataStackLimit, threadReg)
		e.a.AddConst(W64, X13, newFrame, 8*int64(code.FrameSize), scratch)
		e.a.Emit(Cmp(W64, X13, X12))
	} else {
		e.a.Emit(Ldr(W64, X10, e.addr(threadReg, t.StackSoftLimit, MemU64, X10)))
		e.a.AddConst(W64, X11, SP, -object.StackMargin, X11)
		e.loadPair(newFrame, t.DataStackTop, X12, t.DataStackLimit, threadReg)
		e.a.AddConst(W64, X13, newFrame, 8*int64(code.FrameSize), scratch)
		e.a.Emit(Cmp(W64, X11, X10))
		e.a.Emit(Ccmp(W64, X13, X12, FlagsFor(HI, true), HS))
	}
	e.a.BCond(HI, e.slow)
	e.a.Emit(Str(W64, X13, At(threadReg, int32(t.DataStackTop))))

	// The fields, in the order in which they can be stored in pairs.
	e.a.LoadSymbol(X10, Symbol{symbolUnit, 0}, 0)
	// The code object is in front of its first code unit.
	e.a.AddConst(W64, X11, X10, f.TagBorrowed-e.lay.Code.Adaptive, scratch)
	e.storePair(X11, f.Executable, frameReg, f.Previous)
	e.borrow(X11, X0)
	e.loadPair(X12, e.lay.Function.Globals, X13, e.lay.Function.Builtins, X0)
	e.storePair(X11, f.FuncObj, X12, f.Globals)
	e.storePair(X13, f.Builtins, XZR, f.Locals)
	e.storePair(XZR, f.FrameObj, X10, f.InstrPtr)
	e.a.AddConst(W64, X11, newFrame, f.LocalsPlus+8*int64(code.NLocalsPlus), scratch)
	// return_offset, owner and visited are zero: owned by the thread.
	e.storePair(X11, f.StackPointer, XZR, f.ReturnOffset)
	e.slotArguments()
	e.a.Emit(Str(W32, recursion, At(threadReg, int32(t.RecursionLeft))))
	e.a.Emit(Mov(W64, frameReg, newFrame))
	e.a.Emit(Str(W64, frameReg, At(threadReg, int32(t.CurrentFrame))))

	e.a.PushSection(Cold)
	e.frameEntry()
	e.a.B(e.tail)
	e.a.PopSection()
}

// slotArguments moves the arguments for which there are no registers from the caller's
// outgoing area to their slots of the new frame, where the body finds them.
func (e *emitter) slotArguments() {
	first := Convention.RegisterArgs()
	for i := first; i < e.f.DirectArgs; i += 2 {
		from, to := int64(8*(i-first)), e.lay.Frame.LocalsPlus+8*int64(i)
		if i+1 < e.f.DirectArgs {
			e.loadPair(X11, from, X12, from+8, SP)
			e.borrow(X11, X11)
			e.borrow(X12, X12)
			e.storePair(X11, to, X12, to+8)
			continue
		}
		e.a.Emit(Ldr(W64, X11, At(SP, int32(from))))
		e.borrow(X11, X11)
		e.a.Emit(Str(W64, X11, At(newFrame, int32(to))))
	}
}

// smallFrame is up to which size of the native frame callsNothing is of use.
const smallFrame = 512

// callsNothing reports whether the function calls neither helpers nor compiled
// code and has a small frame. It needs no look at the machine stack then: the
// margin has room for it, and no recursion goes through it, except by objects
// that die, where the interpreter looks.
func (e *emitter) callsNothing() bool {
	if e.frameSize > smallFrame {
		return false
	}
	for i := range e.f.Instrs {
		if lir.Ops[e.f.Instrs[i].Op].Call {
			return false
		}
	}
	return true
}

// loadPair loads two fields, together when they are neighbours. r is not base.
func (e *emitter) loadPair(r Reg, off int64, r2 Reg, off2 int64, base Reg) {
	if off2 == off+8 && IsPairOffset(MemU64, off) {
		e.a.Emit(Ldp(MemU64, r, r2, At(base, int32(off))))
		return
	}
	e.a.Emit(Ldr(W64, r, At(base, int32(off))))
	e.a.Emit(Ldr(W64, r2, At(base, int32(off2))))
}

// storePair stores two fields of the new frame.
func (e *emitter) storePair(r Reg, off int64, r2 Reg, off2 int64) {
	if off2 == off+8 && IsPairOffset(MemU64, off) {
		e.a.Emit(Stp(MemU64, r, r2, At(newFrame, int32(off))))
		return
	}
	e.a.Emit(Str(W64, r, At(newFrame, int32(off))))
	e.a.Emit(Str(W64, r2, At(newFrame, int32(off2))))
}

// frameEntry takes over a frame that exists: the caller made it the current one
// and counted the recursion. Its references are borrowed.
func (e *emitter) frameEntry() {
	f := &e.lay.Frame
	e.a.Bind(e.frame)
	e.a.Comment("frame entry")
	e.a.Emit(Bti(TargetCall))
	// The body takes callee and arguments from registers only when there is
	// a direct entry.
	for _, r := range e.arguments() {
		off := f.FuncObj
		if r != X0 {
			off = f.LocalsPlus + 8*int64(r-X1)
		}
		e.a.Emit(Ldr(W64, r, At(frameReg, int32(off))))
		e.a.Emit(AndImm(W64, r, r, uint64(^f.TagBorrowed)))
	}
}

// arguments returns the registers in which the body expects callee and
// arguments.
func (e *emitter) arguments() []Reg {
	first := int(e.f.Blocks[0].First)
	in := &e.f.Instrs[first]
	if in.Op != lir.Args {
		return nil
	}
	var regs []Reg
	for _, o := range (lir.Allocatable{F: e.f}).Operands(first, nil) {
		if o.Kind == regalloc.Def {
			regs = append(regs, machineReg(o.Fixed))
		}
	}
	return regs
}

// slowPaths emits what the entries share when they cannot go on. x17 still has
// the code's record.
func (e *emitter) slowPaths() {
	if e.f.DirectArgs < 0 {
		return
	}
	e.a.Bind(e.slow)
	e.a.Comment("slow entry")
	e.a.JumpSymbol(Symbol{symbolStub, stubSlowEntry}, 0)
}

// emitPopFrame reads the frame object before the frame's memory is given back.
func emitPopFrame(e *emitter, in *lir.Instr) int {
	t, f := &e.lay.Thread, &e.lay.Frame
	observed, done := e.a.NewLabel(), e.a.NewLabel()
	e.a.Emit(Ldr(W64, scratch2, At(frameReg, int32(f.FrameObj))))
	e.a.Emit(Str(W64, frameReg, At(threadReg, int32(t.DataStackTop))))
	e.a.Emit(Ldr(W32, scratch, At(threadReg, int32(t.RecursionLeft))))
	e.a.Emit(Ldr(W64, frameReg, At(frameReg, int32(f.Previous))))
	e.a.Emit(AddImm(W32, scratch, scratch, 1))
	e.a.Emit(Str(W32, scratch, At(threadReg, int32(t.RecursionLeft))))
	e.a.Emit(Str(W64, frameReg, At(threadReg, int32(t.CurrentFrame))))
	e.a.Cbnz(W64, scratch2, observed)
	e.a.Bind(done)

	e.aside(func() {
		e.a.Bind(observed)
		e.a.Emit(Ldr(W64, scratch, At(threadReg, int32(t.DataStackTop))))
		e.staleStores(in, scratch, scratch2)
		e.a.CallSymbol(Symbol{symbolStub, stubLeaveFrame}, 0)
		e.a.B(done)
	})
	return 0
}

// emitEvalBreaker serves the eval breaker in the cold section, by a stub that
// preserves all registers.
func emitEvalBreaker(e *emitter, in *lir.Instr) int {
	asked, done := e.a.NewLabel(), e.a.NewLabel()
	e.a.Emit(Ldr(W64, scratch, At(threadReg, int32(e.lay.Thread.EvalBreaker))))
	if in.Imm == 0 {
		e.a.Cbnz(W64, scratch, asked)
	} else {
		e.a.MovImm64(scratch2, uint64(in.Imm))
		e.a.Emit(Cmp(W64, scratch, scratch2))
		e.a.BCond(NE, asked)
	}
	e.a.Bind(done)

	e.aside(func() {
		e.a.Bind(asked)
		e.staleStores(in, frameReg, scratch)
		if e.f.Sides[in.Side].Service {
			e.a.Emit(Mov(W64, scratch, XZR))
			e.serve(in)
		} else {
			e.a.CallSymbol(Symbol{symbolStub, stubEvalBreaker}, 0)
			e.a.Tbnz(scratch, 31, e.exitAs(in, object.Raise, object.ReasonRaised))
			e.a.Cbnz(W32, scratch, e.exit(in))
		}
		e.checkFrame(in)
		e.unlink(in)
		e.a.B(done)
	})
	return 0
}
