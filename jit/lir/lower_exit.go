package lir

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// place returns where the value v of a frame state is, adding it to the values
// of s when it is in a register.
func (l *lowerer) place(v hir.Value, s *Side) Place {
	if v == 0 {
		return Place{Kind: PlaceNone}
	}
	in := l.h.At(v)
	switch {
	case in.Op == hir.Null || in.Type == hir.TNull:
		return Place{Kind: PlaceNull}
	case in.Op == hir.Const:
		return Place{Kind: PlaceConst, Obj: in.Obj}
	case in.Op == hir.CInt && in.Type.Is(hir.BitCBool):
		return Place{Kind: PlaceImm, Repr: object.AsBool, Imm: in.Imm}
	case in.Op == hir.CInt:
		return Place{Kind: PlaceImm, Repr: object.AsInt64, Imm: in.Imm}
	case in.Op == hir.CFloat:
		return Place{Kind: PlaceImm, Repr: object.AsDouble, Imm: in.Imm}
	case in.Type.Obj != 0 && in.Type.IsObject():
		return Place{Kind: PlaceConst, Obj: in.Type.Obj}
	case in.Op.Info().Virtual:
		return l.virtual(v, s)
	case in.Op == hir.Phi && l.val[v] == 0:
		return l.place(l.h.Arg(v, 0), s)
	}
	r := object.AsObject
	switch {
	case in.Type.Is(hir.BitCInt|hir.BitNull) && in.Type.MayBe(hir.BitNull):
		r = object.AsInt64OrNull
	case in.Type.Is(hir.BitCFloat|hir.BitNull) && in.Type.MayBe(hir.BitNull):
		r = object.AsDoubleOrNull
	case in.Type.Is(hir.BitCInt):
		r = object.AsInt64
	case in.Type.Is(hir.BitCFloat):
		r = object.AsDouble
	case in.Type.Is(hir.BitCBool):
		r = object.AsBool
	case in.Type.Is(hir.BitCPtr):
		r = object.AsTagged
	}
	return s.value(l.use(v), r)
}

// builtinKinds says how an exit makes objects of built-in classes.
var builtinKinds = map[snapshot.ID]object.VirtualKind{
	snapshot.TypeListIter: object.VirtualListIter, snapshot.TypeTupleIter: object.VirtualTupleIter,
	snapshot.TypeRangeIter: object.VirtualRangeIter, snapshot.TypeListRevIter: object.VirtualReversedIter,
	snapshot.TypeDictKeyIter: object.VirtualKeyIter, snapshot.TypeDictValueIter: object.VirtualValueIter, snapshot.TypeDictItemIter: object.VirtualItemIter,
	snapshot.TypeEnumerate: object.VirtualEnumerate, snapshot.TypeZip: object.VirtualZip, snapshot.TypeSlice: object.VirtualSlice,
}

// virtual returns the place of an object that does not exist, adding its recipe to s.
func (l *lowerer) virtual(v hir.Value, s *Side) Place {
	for i := range s.Virtuals {
		if s.Virtuals[i].Value == v {
			return Place{Kind: PlaceVirtual, Index: int32(i)}
		}
	}
	made := Virtual{Value: v}
	parts := l.h.Args(v, nil)
	switch in := l.h.At(v); in.Op {
	case hir.VirtualTuple:
		made.Kind = object.VirtualTuple
		slices.Reverse(parts)
	case hir.VirtualInstance:
		made.Kind = object.VirtualInstance
		made.Fields = append(made.Fields, Place{Kind: PlaceConst, Obj: in.Obj})
	case hir.VirtualObject:
		made.Kind = builtinKinds[in.Obj]
		if in.Obj == snapshot.TypeZip {
			slices.Reverse(parts)
		}
	}
	made.Fields = append(made.Fields, l.places(parts, s)...)
	s.Virtuals = append(s.Virtuals, made)
	return Place{Kind: PlaceVirtual, Index: int32(len(s.Virtuals) - 1)}
}

// inNoSlot reports whether a local of a frame state cannot stand in its slot: it is a machine
// number or does not exist.
func (l *lowerer) inNoSlot(v hir.Value) bool {
	in := l.h.At(v)
	return !in.Type.IsObject() || in.Op.Info().Virtual
}

func (l *lowerer) places(vs []hir.Value, s *Side) []Place {
	ps := make([]Place, len(vs))
	for i, v := range vs {
		ps[i] = l.place(v, s)
	}
	return ps
}

// numbers returns the places of the locals that are machine numbers or do not exist, which
// are in no slot; nil when there is none.
func (l *lowerer) numbers(locals []hir.Value, s *Side) []Place {
	var ps []Place
	for i, v := range locals {
		if v != 0 && l.inNoSlot(v) {
			if ps == nil {
				ps = make([]Place, len(locals))
			}
			ps[i] = l.place(v, s)
		}
	}
	return ps
}

// exitSide returns a new side with the exit of v, of the given kind.
func (l *lowerer) exitSide(v hir.Value, kind object.ExitKind, reason object.Reason) SideID {
	s := Side{Exit: true, Kind: kind, Reason: reason, Text: l.h.At(v).Op.String()}
	l.fillExit(v, &s)
	return l.addSide(s)
}

func (l *lowerer) addSide(s Side) SideID {
	l.f.Sides = append(l.f.Sides, s)
	return SideID(len(l.f.Sides) - 1)
}

// fillExit describes the frames and the owned values of v in s.
func (l *lowerer) fillExit(v hir.Value, s *Side) {
	in := l.h.At(v)
	s.InFrame = l.h.Frames[in.FS].InFrame
	for id := in.FS; id != 0; id = l.h.Frames[id].Parent {
		fs := &l.h.Frames[id]
		fr := Frame{Inline: fs.Inline, Code: fs.Code, Offset: fs.Offset, Next: fs.Next, Untraced: fs.Untraced, Unhandled: fs.Unhandled}
		if fs.Init {
			fr.Completion = object.CompleteInit
		}
		if fs.Callee != 0 {
			fr.Callee = l.place(fs.Callee, s)
		}
		if s.Kind == object.Raise || len(s.Frames) > 0 {
			fr.Offset = l.behindPrefixes(fs.Code, fs.Offset)
		}
		if s.Kind != object.Deopt {
			fr.Locals = l.numbers(fs.Locals, s)
			fr.InMemory = fr.Locals == nil
		} else {
			fr.Locals = l.places(fs.Locals, s)
		}
		fr.Stack = l.places(fs.Stack, s)
		s.Frames = append(s.Frames, fr)
	}
	if in.Ext != 0 {
		for _, v := range l.h.Exts[in.Ext].Owned {
			// Nothing is owned of objects that are not counted.
			if !l.immortal(v) {
				s.Owned = append(s.Owned, l.place(v, s))
			}
		}
	}
}

// behindPrefixes returns the code unit of the instruction that begins, with its
// EXTENDED_ARG prefixes, at unit: execution goes on at the first prefix, but
// tracebacks and instr_ptr point to the instruction itself.
func (l *lowerer) behindPrefixes(code snapshot.ID, unit int32) int32 {
	if code == 0 {
		code = l.f.Code // the outermost frame
	}
	c := l.h.Snap.Code(code)
	if c == nil {
		return unit
	}
	units := c.Bytecode
	for int(2*unit) < len(units) && bytecode.Op(units[2*unit]) == bytecode.OpExtendedArg {
		unit++
	}
	return unit
}

// fillStores describes the slots that the cold path of v has to store.
func (l *lowerer) fillStores(v hir.Value, s *Side) {
	in := l.h.At(v)
	if in.Ext == 0 {
		return
	}
	e := &l.h.Exts[in.Ext]
	for id := in.FS; id != 0; id = l.h.Frames[id].Parent {
		fs := &l.h.Frames[id]
		if slices.Contains(e.Fill, fs.Inline) {
			// The outermost comes first.
			s.Fills = slices.Insert(s.Fills, 0, FrameFill{fs.Inline, l.place(fs.Callee, s)})
		}
		if slices.Contains(e.Calls, fs.Inline) {
			s.IPs = append(s.IPs, FrameIP{fs.Inline, l.behindPrefixes(fs.Code, fs.Offset)})
		}
	}
	for _, st := range e.Stale {
		if l.inNoSlot(st.Value) {
			s.Service = true
			continue
		}
		s.Stores = append(s.Stores, SlotStore{Inline: st.Inline, Slot: st.Slot, Value: l.place(st.Value, s)})
	}
	if l.h.Frames[in.FS].Untraced {
		// The run time adds the traceback entry first, for which instr_ptr stays as it is.
		s.Service = true
	} else if e.SetIP {
		s.IPs = append(s.IPs, FrameIP{l.h.InlineOf(v), in.BC})
	}
	s.Link, s.Back = e.Link, e.Back
}

// guard leaves through the exit of v when t holds.
func (l *lowerer) guard(v hir.Value, t test, reason object.Reason) {
	side := l.exitSide(v, object.Deopt, reason)
	if n := l.h.NArgs(v); n > 0 {
		s := &l.f.Sides[side]
		if l.h.At(l.h.Arg(v, 0)).Type.IsObject() {
			s.Guilty = l.place(l.h.Arg(v, 0), s)
		}
	}
	l.emitTest(ExitIf, t).Side = side
}
