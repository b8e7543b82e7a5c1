package aarch64

import "github.com/cinderjit/cinderjit/jit/lir"

// sentReg has the value that is sent to a generator.
const sentReg = X1

// generatorEntry emits the one entry of code that can be suspended: x0 is the
// generator, suspended or not begun, x1 the value sent, borrowed; the
// stub that jumps here has seen that there is machine stack, and left what
// remains of the recursion limit in w9. Where the generator stands decides where the
// code goes on.
func (e *emitter) generatorEntry() {
	t, f, g := &e.lay.Thread, &e.lay.Frame, &e.lay.Gen
	prologue := e.a.NewLabel()
	e.generator = e.a.NewLabel()
	e.a.Bind(e.generator)
	e.a.Comment("generator entry")
	if e.f.Depth > 0 {
		// None of the inlined calls may exceed the recursion limit.
		enough := e.a.NewLabel()
		e.a.Emit(CmpImm(W64, recursion, int64(e.f.Depth)))
		e.a.BCond(GE, enough)
		e.a.JumpSymbol(Symbol{symbolStub, stubResumeSlow}, 0)
		e.a.Bind(enough)
	}
	e.a.Emit(Bti(TargetCall))
	e.a.Emit(Ldr(W64, X10, At(X0, int32(g.Frame+f.InstrPtr))))
	e.a.LoadSymbol(X11, Symbol{symbolUnit, 0}, 0)
	e.a.Emit(Sub(W64, X10, X10, X11))
	// The start, which is the first in the code, comes up once and last, and so do
	// the ends of delegation.
	var points, late []int
	for b := len(e.f.Blocks) - 1; b >= 0; b-- {
		if in := &e.f.Instrs[e.f.Blocks[b].First]; in.Op != lir.ResumePoint || in.NumDefs() == 0 {
			continue
		}
		if e.f.Blocks[b].Cold {
			late = append(late, b)
		} else {
			points = append(points, b)
		}
	}
	for _, b := range append(points, late...) {
		unit := e.f.Instrs[e.f.Blocks[b].First].Imm
		e.a.Adr(scratch2, e.labels[b])
		if off := e.lay.Code.UnitSize * unit; off < 1<<12 {
			e.a.Emit(CmpImm(W64, X10, off))
		} else {
			e.a.MovImm64(X11, uint64(off))
			e.a.Emit(Cmp(W64, X10, X11))
		}
		e.a.BCond(EQ, prologue)
	}
	e.a.JumpSymbol(Symbol{symbolStub, stubResumeSlow}, 0)

	e.a.Bind(prologue)
	e.a.Emit(Ldr(W64, X10, At(threadReg, int32(t.ExcInfo))))
	e.a.Emit(AddImm(W64, X11, X0, g.ExcState))
	e.a.Emit(Str(W64, X10, At(X11, int32(t.ExcPrevious))))
	e.a.Emit(Str(W64, X11, At(threadReg, int32(t.ExcInfo))))
	e.a.MovImm64(X10, uint64(g.Executing))
	e.a.Emit(Store(MemU8, X10, At(X0, int32(g.FrameState))))
	e.a.Emit(AddImm(W64, X0, X0, g.Frame))
	e.a.Emit(Str(W64, frameReg, At(X0, int32(f.Previous))))
	e.a.Emit(Mov(W64, frameReg, X0))
	e.a.Emit(Str(W32, recursion, At(threadReg, int32(t.RecursionLeft))))
	e.a.Emit(Str(W64, frameReg, At(threadReg, int32(t.CurrentFrame))))
	e.stackPointer(0)
	e.setUp()
	e.a.Emit(Br(scratch2))
}

// stackPointer stores the frame's stack pointer for n values on the operand
// stack. It uses x16.
func (e *emitter) stackPointer(n int64) {
	f := &e.lay.Frame
	slots := int64(e.f.Snap.Code(e.f.Code).NLocalsPlus) + n
	e.a.AddConst(W64, scratch, frameReg, f.LocalsPlus+8*slots, scratch)
	e.a.Emit(Str(W64, scratch, At(frameReg, int32(f.StackPointer))))
}

func emitSetStack(e *emitter, in *lir.Instr) int {
	e.stackPointer(in.Imm)
	return 0
}

// emitStoreOwned writes null as the interpreter does, which is not zero, and gives
// immortal objects their tag.
func emitStoreOwned(e *emitter, in *lir.Instr) int {
	off := e.slotOffset(in.Imm)
	var r Reg
	switch {
	case in.Sym != 0:
		r = scratch
		e.symbol(r, in.Sym)
	case in.NumUses() == 0:
		r = scratch
		e.a.MovImm64(r, uint64(e.lay.Frame.Null))
	default:
		r = e.anywhere(e.locs[0], scratch)
		done := e.a.NewLabel()
		if in.Facts&lir.MayBeNull != 0 {
			e.a.Emit(CmpImm(W64, r, 0))
			e.a.Emit(Csinc(W64, scratch, r, XZR, NE))
			r = scratch
			e.a.BCond(EQ, done)
		}
		if in.Facts&lir.Mortal == 0 {
			e.a.Emit(Ldr(W32, scratch2, At(r, int32(e.lay.Object.Refcnt))))
			e.a.Emit(AddShifted(W64, scratch, r, scratch2, LSR, immortalBit))
			r = scratch
		}
		e.a.Bind(done)
	}
	e.a.Emit(Store(MemU64, r, e.addr(frameReg, off, MemU64, scratch2)))
	return 0
}

func emitSuspend(e *emitter, in *lir.Instr) int {
	e.leaveGenerator(in.Imm)
	return 0
}

// leaveGenerator unlinks the frame of a generator, exception state included, and
// sets the generator's state.
func (e *emitter) leaveGenerator(state int64) {
	t, f, g := &e.lay.Thread, &e.lay.Frame, &e.lay.Gen
	previous := g.ExcState + t.ExcPrevious - g.Frame
	e.a.Emit(Load(MemU64, scratch, At(frameReg, int32(previous))))
	e.a.Emit(Store(MemU64, XZR, At(frameReg, int32(previous))))
	e.a.Emit(Str(W64, scratch, At(threadReg, int32(t.ExcInfo))))
	e.a.MovImm64(scratch2, uint64(state)&0xff)
	e.a.Emit(Store(MemU8, scratch2, At(frameReg, int32(g.FrameState-g.Frame))))
	e.a.Emit(Ldr(W32, scratch2, At(threadReg, int32(t.RecursionLeft))))
	e.a.Emit(Ldr(W64, scratch, At(frameReg, int32(f.Previous))))
	e.a.Emit(AddImm(W32, scratch2, scratch2, 1))
	e.a.Emit(Str(W64, XZR, At(frameReg, int32(f.Previous))))
	e.a.Emit(Str(W32, scratch2, At(threadReg, int32(t.RecursionLeft))))
	e.a.Emit(Str(W64, scratch, At(threadReg, int32(t.CurrentFrame))))
	e.a.Emit(Mov(W64, frameReg, scratch))
}

func emitLeaveGenerator(e *emitter, in *lir.Instr) int {
	t, f, g := &e.lay.Thread, &e.lay.Frame, &e.lay.Gen
	e.a.Emit(Ldr(W64, scratch, At(frameReg, int32(f.FrameObj))))
	e.a.Emit(Load(MemU64, scratch2, At(frameReg, int32(g.ExcState+t.ExcValue-g.Frame))))
	e.a.Emit(Orr(W64, scratch, scratch, scratch2))
	e.a.Cbnz(W64, scratch, e.exit(in))
	r := e.reg(0)
	e.a.Emit(Ldr(W64, r, At(frameReg, int32(f.FuncObj))))
	e.a.Emit(AndImm(W64, r, r, uint64(^f.TagBorrowed)))
	e.a.MovImm64(scratch, uint64(f.Null))
	e.a.Emit(Str(W64, scratch, At(frameReg, int32(f.FuncObj))))
	e.leaveGenerator(g.Cleared)
	return 0
}
