package aarch64

import "github.com/cinderjit/cinderjit/jit/lir"

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

	e.aside(func() {
		e.a.Bind(dead)
		if in.Side != 0 {
			e.staleStores(in)
		}
		e.a.Emit(Mov(W64, scratch, r))
		e.a.CallSymbol(Symbol{symbolStub, stubDealloc}, 0)
		if in.Side != 0 {
			e.checkFrame(e.exit(in))
		}
		e.a.B(skip)
	})
	return 0
}

// staleStores makes the frame look right on a cold path.
func (e *emitter) staleStores(in *lir.Instr) {
	s := &e.f.Sides[in.Side]
	locs := e.locs[in.NumDefs()+in.NumUses():]
	for _, st := range s.Stores {
		switch p := st.Value; p.Kind {
		case lir.PlaceNull:
			e.a.MovImm64(scratch, uint64(e.lay.Frame.Null))
		case lir.PlaceConst:
			e.object(scratch, p.Obj)
			e.borrow(scratch, scratch)
		default:
			e.borrow(scratch, e.anywhere(locs[p.Index], scratch))
		}
		e.a.Emit(Store(MemU64, scratch, e.addr(frameReg, e.slotOffset(int64(st.Slot)), MemU64, scratch2)))
	}
	if s.SetIP {
		e.setIP(int64(s.IP))
	}
}

func emitCheckFrame(e *emitter, in *lir.Instr) int {
	e.checkFrame(e.exit(in))
	return 0
}

// checkFrame leaves when the frame has a frame object. Invalidation overwrites
// the first of the two instructions.
func (e *emitter) checkFrame(exit Label) {
	e.patches = append(e.patches, patch{e.a.Here(), exit})
	e.a.Emit(Ldr(W64, scratch, At(frameReg, int32(e.lay.Frame.FrameObj))))
	e.a.Cbnz(W64, scratch, exit)
}
