package aarch64

import (
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// exit returns the label of the exit of in. Equal exits are one.
func (e *emitter) exit(in *lir.Instr) Label {
	s := &e.f.Sides[in.Side]
	return e.exitAs(in, s.Kind, s.Reason)
}

// exitNumber returns the number of the exit of in.
func (e *emitter) exitNumber(in *lir.Instr) int {
	return slices.Index(e.exits, e.exit(in))
}

// exitAs returns the label of an exit of another kind with the values of in's. A
// Raise is at the instruction that runs, not at the one to continue with.
func (e *emitter) exitAs(in *lir.Instr, kind object.ExitKind, reason object.Reason) Label {
	x := e.describeExit(in, kind, reason)
	key := exitKey(&x)
	n, ok := e.exitKey[key]
	if !ok {
		n = e.addExit(x)
		e.exitKey[key] = n
	}
	return e.exits[n]
}

// addExit returns the number of a new exit.
func (e *emitter) addExit(x object.Exit) int {
	e.obj.Exits = append(e.obj.Exits, x)
	e.exits = append(e.exits, e.a.NewLabel())
	return len(e.exits) - 1
}

// describeExit fills in where the values of in's exit are.
func (e *emitter) describeExit(in *lir.Instr, kind object.ExitKind, reason object.Reason) object.Exit {
	s := &e.f.Sides[in.Side]
	if !s.Exit {
		panic(fmt.Sprintf("aarch64: %s has no exit", in.Op))
	}
	locs := e.locs[in.NumDefs()+in.NumUses():]
	x := object.Exit{Kind: kind, Reason: reason, Text: s.Text, Guilty: e.location(s.Guilty, locs), Owned: e.locations(s.Owned, locs)}
	for _, made := range s.Virtuals {
		x.Virtuals = append(x.Virtuals, object.Virtual{Kind: made.Kind, Fields: e.locations(made.Fields, locs)})
	}
	for i := range s.Frames {
		fr := &s.Frames[i]
		native := uint32(0)
		if kind != object.Deopt && fr.Inline != 0 {
			native = uint32(e.inlinedAt(fr.Inline))
		}
		x.Frames = append(x.Frames, object.Frame{
			Native: native,
			Code:   object.ID(fr.Code), Callee: e.location(fr.Callee, locs),
			Offset: uint32(fr.Offset), Next: uint32(fr.Next), Completion: fr.Completion,
			Untraced: fr.Untraced, Unhandled: fr.Unhandled, InMemory: fr.InMemory, Locals: e.locations(fr.Locals, locs), Stack: e.locations(fr.Stack, locs),
		})
	}
	if kind != s.Kind && kind == object.Raise {
		x.Frames[0].Offset = uint32(in.Offset)
	}
	return x
}

// forceExit emits an exit before in, where in may leave with nothing done yet, that is
// taken when the run time's count has run out.
func (e *emitter) forceExit(in *lir.Instr) {
	if in.Side == 0 || in.Op == lir.Exit {
		return
	}
	if s := &e.f.Sides[in.Side]; !s.Exit || (s.Kind != object.Deopt && in.Op != lir.CheckFrame) {
		return
	}
	e.a.LoadSymbol(scratch, Symbol{Kind: symbolCountdown}, 0)
	e.a.Emit(Ldr(W32, scratch2, At(scratch, 0)))
	e.a.Emit(SubsImm(W32, scratch2, scratch2, 1))
	e.a.Emit(Str(W32, scratch2, At(scratch, 0)))
	e.a.BCond(MI, e.exit(in))
}

func (e *emitter) locations(ps []lir.Place, locs []regalloc.Loc) []object.Location {
	if len(ps) == 0 {
		return nil
	}
	out := make([]object.Location, len(ps))
	for i, p := range ps {
		out[i] = e.location(p, locs)
	}
	return out
}

// location translates a place, given the locations of the side's values.
func (e *emitter) location(p lir.Place, locs []regalloc.Loc) object.Location {
	switch p.Kind {
	case lir.PlaceNull:
		return object.NullLocation
	case lir.PlaceConst:
		return object.Constant(object.ID(p.Obj))
	case lir.PlaceImm:
		return object.Imm(p.Imm, p.Repr)
	case lir.PlaceVirtual:
		return object.VirtualAt(uint32(p.Index))
	case lir.PlaceValue:
		switch l := locs[p.Index]; {
		case l.IsSlot():
			return object.Stack(uint32(e.spillBase+8*int64(l.Slot())), p.Repr)
		case l.IsRemat():
			return e.constantLocation(&e.f.Instrs[e.f.DefiningInstr(l.VReg())], p.Repr)
		case l.Reg().Class() == regalloc.Float:
			return object.FPR(uint32(l.Reg()-32), p.Repr)
		default:
			return object.GPR(uint32(l.Reg()), p.Repr)
		}
	}
	return object.NoLocation
}

// constantLocation describes a constant that is in no register.
func (e *emitter) constantLocation(in *lir.Instr, r object.Repr) object.Location {
	switch in.Op {
	case lir.SymAddr:
		if s := e.f.Syms[in.Sym]; s.Kind == object.Abs64Object && s.Addend == 0 {
			return object.Constant(object.ID(s.ID))
		}
	case lir.Imm, lir.FImm:
		if r == object.AsObject && in.Imm == 0 {
			return object.NullLocation
		}
		return object.Imm(in.Imm, r)
	}
	panic(fmt.Sprintf("aarch64: %s in an exit", in.Op))
}

// exitKey is a string that equal exits have in common.
func exitKey(x *object.Exit) string {
	b := make([]byte, 0, 128)
	num := func(n uint64) { b = binary.AppendUvarint(b, n) }
	loc := func(l object.Location) {
		num(uint64(l.Kind) | uint64(l.Repr)<<8 | uint64(l.Index)<<16)
		num(uint64(l.Imm))
	}
	locs := func(ls []object.Location) {
		num(uint64(len(ls)))
		for _, l := range ls {
			loc(l)
		}
	}
	num(uint64(x.Kind) | uint64(x.Reason)<<8)
	b = append(b, x.Text...)
	b = append(b, 0)
	loc(x.Guilty)
	num(uint64(len(x.Virtuals)))
	for _, made := range x.Virtuals {
		num(uint64(made.Kind))
		locs(made.Fields)
	}
	for i := range x.Frames {
		f := &x.Frames[i]
		num(uint64(f.Code))
		loc(f.Callee)
		num(uint64(f.Offset))
		num(uint64(f.Next))
		num(uint64(f.Completion))
		switch {
		case f.Unhandled:
			num(2)
		case f.Untraced:
			num(1)
		default:
			num(0)
		}
		num(uint64(f.Native))
		if f.InMemory {
			num(1)
		} else {
			num(0)
			locs(f.Locals)
		}
		locs(f.Stack)
	}
	b = append(b, 0xff)
	locs(x.Owned)
	return string(b)
}

// exitTable emits the code of the exits: one bl for each, behind each other, so
// that the return address tells which one it was.
func (e *emitter) exitTable() {
	if len(e.exits) == 0 {
		return
	}
	common, second := e.a.NewLabel(), e.a.NewLabel()
	e.a.Bind(common)
	e.a.Comment("exit")
	e.a.Adr(scratch, second)
	e.a.Emit(Sub(W64, scratch, LR, scratch))
	e.a.LoadSymbol(scratch2, Symbol{Kind: symbolSelf}, 0)
	e.a.CallSymbol(Symbol{symbolStub, stubDeopt}, 0)
	// The run time has consumed the frame and unlinked it; x20 is the caller's.
	left := e.a.BoundLabel()
	e.leave()
	if e.served {
		e.serviceCode(left)
	}
	first := e.a.Here()
	for n, l := range e.exits {
		e.a.Bind(l)
		if e.a.Annotating() {
			x := &e.obj.Exits[n]
			e.a.Comment("exit %d: %s %s %s", n, x.Kind, x.Reason, x.Text)
		}
		e.a.Bl(common)
		if n == 0 {
			e.a.Bind(second)
		}
	}
	e.a.KeepTogether(first)
}

// serviceCode is what serve calls: it passes the record of the object on to the
// run time, in x17, with the number of the exit and the way back on the stack.
func (e *emitter) serviceCode(left Label) {
	gone := e.a.NewLabel()
	e.a.Bind(e.service)
	e.a.Comment("service")
	e.a.Emit(Stp(MemU64, scratch2, LR, AtPre(SP, -16)))
	e.a.LoadSymbol(scratch2, Symbol{Kind: symbolSelf}, 0)
	e.a.CallSymbol(Symbol{symbolStub, stubService}, 0)
	e.a.Cbnz(W32, scratch, gone)
	e.a.Emit(Ldp(MemU64, scratch2, LR, AtPost(SP, 16)))
	e.a.Emit(Ret())
	e.a.Bind(gone)
	e.a.Emit(AddImm(W64, SP, SP, 16))
	e.a.B(left)
}

// object loads the address of an object of the snapshot.
func (e *emitter) object(r Reg, id snapshot.ID) {
	for s := range e.f.Syms {
		if sym := &e.f.Syms[s]; s > 0 && sym.Kind == object.Abs64Object && sym.ID == uint32(id) && sym.Addend == 0 {
			e.symbol(r, lir.SymID(s))
			return
		}
	}
	e.f.Syms = append(e.f.Syms, lir.Symbol{Kind: object.Abs64Object, ID: uint32(id)})
	e.symbol(r, lir.SymID(len(e.f.Syms)-1))
}

// finish fills the object from the finished code.
func (e *emitter) finish(code Code) {
	o := e.obj
	o.Text = code.Bytes
	o.HotSize = code.HotSize
	o.ColdSize = code.TextSize - code.HotSize
	o.LiteralSize = uint32(len(code.Bytes)) - code.TextSize
	switch {
	case e.f.Loop:
	case e.f.Resumable:
		o.Generator = e.a.LabelOffset(e.generator)
	default:
		o.Vectorcall = e.a.LabelOffset(e.vector)
		o.Frame = e.a.LabelOffset(e.frame)
	}
	if e.f.DirectArgs >= 0 {
		o.Direct = e.a.LabelOffset(e.direct)
	}
	for _, r := range e.resumes {
		o.Resumes = append(o.Resumes, object.Resume{Offset: r.unit, Code: e.a.LabelOffset(r.entry), Landing: e.a.LabelOffset(r.landing)})
	}
	sort.Slice(o.Resumes, func(i, j int) bool { return o.Resumes[i].Offset < o.Resumes[j].Offset })
	o.StackSize = uint32(16 + e.frameSize)
	o.SpillSize = uint32(8 * e.res.NumSpillSlots)
	o.InlineDepth = uint32(e.f.Depth)
	for _, r := range code.Relocs {
		o.Relocs = append(o.Relocs, e.relocation(r))
	}
	for _, p := range e.patches {
		o.Patches = append(o.Patches, object.Patch{Offset: e.a.Offset(p.at), Target: e.a.LabelOffset(p.target)})
	}
	for _, c := range e.continues {
		o.Exits[c.exit].Continue = e.a.LabelOffset(c.at)
	}
	sort.Slice(o.Patches, func(i, j int) bool { return o.Patches[i].Offset < o.Patches[j].Offset })
	for _, l := range e.lines {
		o.Lines = append(o.Lines, object.Line{At: e.a.Offset(l.at), Code: object.ID(l.code), Offset: l.offset})
	}
	sort.SliceStable(o.Lines, func(i, j int) bool { return o.Lines[i].At < o.Lines[j].At })
	kept := o.Lines[:0]
	for _, l := range o.Lines {
		if n := len(kept); n > 0 && kept[n-1].At == l.At {
			kept[n-1] = l
			continue
		} else if n > 0 && kept[n-1].Code == l.Code && kept[n-1].Offset == l.Offset {
			continue
		}
		kept = append(kept, l)
	}
	o.Lines = kept
}
