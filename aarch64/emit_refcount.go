package aarch64

import (
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// immortalBit is the bit of the 32-bit reference count that immortal objects
// have set.
const immortalBit = 31

func emitIncref(e *emitter, in *lir.Instr) int {
	r := e.reg(0)
	rc := At(r, int32(e.lay.Object.Refcnt))
	skip := e.a.NewLabel()
	if in.Facts&lir.MayBeNull != 0 {
		e.a.Cbz(W64, r, skip)
	}
	e.a.Emit(Ldr(W32, scratch, rc))
	if in.Facts&lir.Mortal == 0 {
		e.a.Tbnz(scratch, immortalBit, skip)
	}
	e.a.Emit(AddImm(W32, scratch, scratch, 1))
	e.a.Emit(Str(W32, scratch, rc))
	e.a.Bind(skip)
	return 0
}

// emitDecref puts the death of the object into the cold section. The dealloc
// stub preserves all registers, so that nothing has to be saved here.
func emitDecref(e *emitter, in *lir.Instr) int {
	r := e.reg(0)
	rc := At(r, int32(e.lay.Object.Refcnt))
	skip, dead := e.a.NewLabel(), e.a.NewLabel()
	if in.Facts&lir.MayBeNull != 0 {
		e.a.Cbz(W64, r, skip)
	}
	e.a.Emit(Ldr(W32, scratch, rc))
	if in.Facts&lir.Mortal == 0 {
		e.a.Tbnz(scratch, immortalBit, skip)
	}
	e.a.Emit(SubsImm(W32, scratch, scratch, 1))
	e.a.Emit(Str(W32, scratch, rc))
	e.a.BCond(EQ, dead)
	e.a.Bind(skip)

	stub := uint32(stubDealloc)
	switch {
	case in.Facts&lir.ExactInt != 0:
		stub = stubFreeInt
	case in.Facts&lir.ExactFloat != 0:
		stub = stubFreeFloat
	case in.Facts&lir.Resumable != 0 && e.f.UsesFloats():
		stub = stubFreeGenerator
	case in.Facts&lir.Resumable != 0:
		stub = stubFreeGeneratorInts
	case !e.f.UsesFloats():
		stub = stubDeallocInts
	}
	e.aside(func() {
		e.a.Bind(dead)
		if in.Side != 0 {
			e.staleStores(in, frameReg, scratch)
		}
		e.a.Emit(Mov(W64, scratch, r))
		if in.Side != 0 && e.f.Sides[in.Side].Service {
			e.serve(in)
		} else {
			e.a.CallSymbol(Symbol{symbolStub, stub}, 0)
		}
		if in.Side != 0 {
			e.checkFrame(in)
			e.unlink(in)
		}
		e.a.B(skip)
	})
	return 0
}

// staleStores makes the frame at base look right on a cold path. tmp is
// overwritten, and the other scratch register too if it is not base.
func (e *emitter) staleStores(in *lir.Instr, base, tmp Reg) {
	s := &e.f.Sides[in.Side]
	locs := e.locs[in.NumDefs()+in.NumUses():]
	for _, fl := range s.Fills {
		e.fillFrame(fl.Inline, func() {
			if fl.Callee.Kind == lir.PlaceConst {
				e.object(scratch, fl.Callee.Obj)
				e.borrow(scratch, scratch)
			} else {
				e.borrow(scratch, e.anywhere(locs[fl.Callee.Index], scratch))
			}
		})
	}
	for _, st := range s.Stores {
		switch p := st.Value; p.Kind {
		case lir.PlaceNull:
			e.a.MovImm64(tmp, uint64(e.lay.Frame.Null))
		case lir.PlaceConst:
			e.object(tmp, p.Obj)
			e.borrow(tmp, tmp)
		default:
			e.borrow(tmp, e.anywhere(locs[p.Index], tmp))
		}
		off := e.slotOffset(int64(st.Slot))
		if st.Inline != 0 {
			e.a.Emit(Str(W64, tmp, e.addr(SP, e.inlinedAt(st.Inline)+off, MemU64, scratch2)))
			continue
		}
		if IsOffset(MemU64, off) {
			e.a.Emit(Str(W64, tmp, At(base, int32(off))))
			continue
		}
		// Too far for an immediate: move the base there and back.
		if base == scratch {
			e.a.AddConst(W64, base, base, off&^0xfff, XZR)
			e.a.Emit(Str(W64, tmp, At(base, int32(off&0xfff))))
			e.a.AddConst(W64, base, base, -(off &^ 0xfff), XZR)
			continue
		}
		e.a.Emit(Str(W64, tmp, e.addr(base, off, MemU64, scratch2)))
	}
	for _, ip := range s.IPs {
		e.codeUnit(tmp, ip.Inline, int64(ip.Unit))
		if ip.Inline != 0 {
			e.a.Emit(Str(W64, tmp, e.addr(SP, e.inlinedAt(ip.Inline)+e.lay.Frame.InstrPtr, MemU64, scratch2)))
		} else {
			e.a.Emit(Str(W64, tmp, At(base, int32(e.lay.Frame.InstrPtr))))
		}
	}
	if s.Link {
		e.linkFrame(in.Inline)
	}
}

// serve lets the run time do what the cold path of in is for, with the machine
// numbers among the locals shown in the frame meanwhile: it deallocates the object
// in the scratch register or, when that is zero, serves the eval breaker.
// Preserves all registers. When the function has to be left, control does not
// come back.
func (e *emitter) serve(in *lir.Instr) {
	if !e.served {
		e.served, e.service = true, e.a.NewLabel()
	}
	e.a.MovImm64(scratch2, uint64(e.exitNumber(in)))
	e.a.Bl(e.service)
}

// emitBoxInt and emitBoxFloat call stubs that find or make the object and
// preserve all registers.
func emitBoxInt(e *emitter, in *lir.Instr) int {
	if r := e.anywhere(e.locs[1], scratch); r != scratch {
		e.a.Emit(Mov(W64, scratch, r))
	}
	e.box(in, stubBoxInt)
	return 0
}

func emitBoxFloat(e *emitter, in *lir.Instr) int {
	e.a.Emit(FmovToGP(Double, scratch, e.reg(1)))
	e.box(in, stubBoxFloat)
	return 0
}

// emitReplaceFloat writes into the object that is replaced when it has no other
// reference; the one that is added is for the result.
func emitReplaceFloat(e *emitter, in *lir.Instr) int {
	d, old, x := e.reg(0), e.reg(1), e.reg(2)
	other, done := e.a.NewLabel(), e.a.NewLabel()
	if in.Facts&lir.MayBeNull != 0 {
		e.a.Cbz(W64, old, other)
	}
	e.object(scratch, snapshot.TypeFloat)
	e.a.Emit(Ldr(W64, scratch2, At(old, int32(e.lay.Object.Type))))
	e.a.Emit(Cmp(W64, scratch2, scratch))
	e.a.BCond(NE, other)
	e.a.Emit(Ldr(W32, scratch, At(old, int32(e.lay.Object.Refcnt))))
	e.a.Emit(CmpImm(W32, scratch, 1))
	e.a.BCond(NE, other)
	e.a.Emit(Store(MemF64, x, At(old, int32(e.lay.Float.Value))))
	e.a.Emit(AddImm(W32, scratch, scratch, 1))
	e.a.Emit(Str(W32, scratch, At(old, int32(e.lay.Object.Refcnt))))
	if d != old {
		e.a.Emit(Mov(W64, d, old))
	}
	e.a.Bind(done)
	e.aside(func() {
		e.a.Bind(other)
		e.a.Emit(FmovToGP(Double, scratch, e.reg(2)))
		e.box(in, stubBoxFloat)
		e.a.B(done)
	})
	return 0
}

func (e *emitter) box(in *lir.Instr, stub uint32) {
	e.a.CallSymbol(Symbol{symbolStub, stub}, 0)
	e.a.Cbz(W64, scratch, e.exit(in))
	e.a.Emit(Mov(W64, e.reg(0), scratch))
}

func emitCheckFrame(e *emitter, in *lir.Instr) int {
	e.checkFrame(in)
	return 0
}

// checkFrame leaves when a frame object exists for the frame of in or one of those
// that it is inlined into, by an exit that comes back if that has changed nothing.
// Invalidation overwrites the first of the instructions.
//
// Where the frame holds the locals itself, there is nothing to check.
func (e *emitter) checkFrame(in *lir.Instr) {
	if e.f.Sides[in.Side].InFrame {
		e.patches = append(e.patches, patch{e.a.Here(), e.exitAs(in, object.Observe, object.ReasonFrameObserved)})
		e.a.Emit(Nop())
		return
	}
	at := e.lay.Frame.FrameObj
	c := continuation{e.addExit(e.describeExit(in, object.Observe, object.ReasonFrameObserved)), e.a.NewLabel()}
	e.continues = append(e.continues, c)
	e.patches = append(e.patches, patch{e.a.Here(), e.exits[c.exit]})
	e.a.Emit(Ldr(W64, scratch, At(frameReg, int32(at))))
	for i := in.Inline; i != 0; i = e.f.Inlines[i].Parent {
		e.a.Emit(Ldr(W64, scratch2, e.addr(SP, e.inlinedAt(i)+at, MemU64, scratch2)))
		e.a.Emit(Orr(W64, scratch, scratch, scratch2))
	}
	e.a.Cbnz(W64, scratch, e.exits[c.exit])
	e.a.Bind(c.at)
}
