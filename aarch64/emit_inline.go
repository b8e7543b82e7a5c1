package aarch64

import (
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// The interpreter frame of an inlined call stands in the native frame. Its caller's
// frame is the one of the call that it is part of, or the one in x20, which stays
// that of the compiled function.

// inlinedAt returns the distance of the frame of an inlined call from sp.
func (e *emitter) inlinedAt(i int32) int64 { return e.inlined + e.f.Inlines[i].Offset }

// codeOf returns the code object of an inlined call, or of the function.
func (e *emitter) codeOf(i int32) snapshot.ID {
	if i == 0 {
		return e.f.Code
	}
	return e.f.Inlines[i].Code
}

func emitFillFrame(e *emitter, in *lir.Instr) int {
	e.fillFrame(in.Inline, func() { e.slotReference(in, e.locs, scratch) })
	return 0
}

// fillFrame stores the fields of a frame that stay as they are. callee makes the
// reference to the function in the scratch register.
func (e *emitter) fillFrame(i int32, callee func()) {
	f := &e.lay.Frame
	c := &e.f.Inlines[i]
	code := e.f.Snap.Code(c.Code)
	at := e.inlinedAt(i)
	pair := func(r Reg, off int64, r2 Reg, off2 int64) {
		if off2 == off+8 && IsPairOffset(MemU64, at+off) {
			e.a.Emit(Stp(MemU64, r, r2, At(SP, int32(at+off))))
			return
		}
		e.a.Emit(Store(MemU64, r, At(SP, int32(at+off))))
		e.a.Emit(Store(MemU64, r2, At(SP, int32(at+off2))))
	}
	e.codeUnit(scratch, i, 0)
	e.a.AddConst(W64, scratch, scratch, f.TagBorrowed-e.lay.Code.Adaptive, scratch2)
	previous := frameReg
	if c.Parent != 0 {
		previous = scratch2
		e.a.AddConst(W64, scratch2, SP, e.inlinedAt(c.Parent), scratch2)
	}
	pair(scratch, f.Executable, previous, f.Previous)
	callee()
	e.object(scratch2, code.Globals)
	pair(scratch, f.FuncObj, scratch2, f.Globals)
	e.object(scratch, code.Builtins)
	pair(scratch, f.Builtins, XZR, f.Locals)
	e.a.Emit(Store(MemU64, XZR, At(SP, int32(at+f.FrameObj))))
	e.a.AddConst(W64, scratch, SP, at+f.LocalsPlus+8*c.Locals, scratch)
	// return_offset, owner and visited are zero: owned by the thread.
	pair(scratch, f.StackPointer, XZR, f.ReturnOffset)
}

func emitLinkFrame(e *emitter, in *lir.Instr) int {
	e.linkFrame(in.Inline)
	return 0
}

// linkFrame makes the frame of an inlined call, or the function's, the thread's
// current one.
func (e *emitter) linkFrame(i int32) {
	r := frameReg
	if i != 0 {
		r = scratch
		e.a.AddConst(W64, scratch, SP, e.inlinedAt(i), scratch)
	}
	e.a.Emit(Str(W64, r, At(threadReg, int32(e.lay.Thread.CurrentFrame))))
}

// unlink ends the cold path of an instruction that has made its own frame the
// current one.
func (e *emitter) unlink(in *lir.Instr) {
	if s := &e.f.Sides[in.Side]; s.Link && s.Back >= 0 {
		e.linkFrame(s.Back)
	}
}

// count changes the recursion depth that is left by the inlined calls around a
// call that can recurse, times sign.
func (e *emitter) count(in *lir.Instr, sign int64) {
	if !in.Counts || in.Inline == 0 {
		return
	}
	depth := int64(0)
	for i := in.Inline; i != 0; i = e.f.Inlines[i].Parent {
		depth++
	}
	left := At(threadReg, int32(e.lay.Thread.RecursionLeft))
	e.a.Emit(Ldr(W32, scratch, left))
	if sign < 0 {
		e.a.Emit(SubImm(W32, scratch, scratch, depth))
	} else {
		e.a.Emit(AddImm(W32, scratch, scratch, depth))
	}
	e.a.Emit(Str(W32, scratch, left))
}

// callFrom emits a direct call with the frame of in as the caller's.
func (e *emitter) callFrom(in *lir.Instr, call func()) {
	if in.Inline == 0 {
		call()
		return
	}
	e.a.AddConst(W64, frameReg, SP, e.inlinedAt(in.Inline), scratch)
	call()
	first := in.Inline
	for e.f.Inlines[first].Parent != 0 {
		first = e.f.Inlines[first].Parent
	}
	e.a.Emit(Ldr(W64, frameReg, At(SP, int32(e.inlinedAt(first)+e.lay.Frame.Previous))))
}
