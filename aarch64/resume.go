package aarch64

import (
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// resume is a way into the code that begins with a resume block.
type resume struct {
	unit    uint32 // code unit at which the frame stands
	entry   Label
	landing Label
}

// resumeEntries emits the entries that make a native frame for a frame that
// exists. Only what differs is there for each of them; the prologue is shared.
// The caller has checked recursion depth and machine stack, and linked the frame.
//
// A landing needs no code but the resume block itself: x20 and the native frame
// are those of the running function.
func (e *emitter) resumeEntries() {
	if len(e.resumes) == 0 {
		return
	}
	f := &e.lay.Frame
	prologue := e.a.NewLabel()
	for _, r := range e.resumes {
		e.a.Bind(r.entry)
		e.a.Comment("resume entry for unit %d", r.unit)
		e.a.Emit(Bti(TargetCall))
		e.a.Adr(scratch2, r.landing)
		e.a.B(prologue)
	}
	e.a.Bind(prologue)
	e.a.Comment("prologue of the resume entries")
	// While compiled code runs, the operand stack is not in the frame.
	e.a.AddConst(W64, X10, frameReg, f.LocalsPlus+8*int64(e.f.Snap.Code(e.f.Code).NLocalsPlus), scratch)
	e.a.Emit(Str(W64, X10, At(frameReg, int32(f.StackPointer))))
	e.setUp()
	e.a.Emit(Br(scratch2))
}

// emitLoadSlot takes a reference out of the frame. A slot that holds one that
// something else owns, or none, is the rare case.
func emitLoadSlot(e *emitter, in *lir.Instr) int {
	f := &e.lay.Frame
	r := e.reg(0)
	e.a.Emit(Ldr(W64, r, e.addr(frameReg, e.slotOffset(in.Imm), MemU64, scratch)))
	borrowed, done := e.a.NewLabel(), e.a.NewLabel()
	e.a.Tbnz(r, 0, borrowed)
	e.a.Bind(done)
	e.aside(func() {
		e.a.Bind(borrowed)
		e.a.Emit(AndImm(W64, r, r, uint64(^f.TagBorrowed)))
		e.a.Cbz(W64, r, done)
		e.a.Emit(Ldr(W32, scratch, At(r, int32(e.lay.Object.Refcnt))))
		e.a.Tbnz(scratch, immortalBit, done)
		e.a.Emit(AddImm(W32, scratch, scratch, 1))
		e.a.Emit(Str(W32, scratch, At(r, int32(e.lay.Object.Refcnt))))
		e.a.B(done)
	})
	return 0
}

// emitSwapHandled: the thread has null for None.
func emitSwapHandled(e *emitter, in *lir.Instr) int {
	t := &e.lay.Thread
	before, now := e.reg(0), e.reg(1)
	e.object(scratch2, snapshot.None)
	e.a.Emit(CmpShifted(W64, now, scratch2, LSL, 0))
	e.a.Emit(Csel(W64, scratch2, XZR, now, EQ))
	e.a.Emit(Ldr(W64, scratch, At(threadReg, int32(t.ExcInfo))))
	e.a.Emit(Ldr(W64, before, At(scratch, int32(t.ExcValue))))
	e.a.Emit(Str(W64, scratch2, At(scratch, int32(t.ExcValue))))
	e.object(scratch, snapshot.None)
	e.a.Emit(CmpImm(W64, before, 0))
	e.a.Emit(Csel(W64, before, scratch, before, EQ))
	return 0
}
