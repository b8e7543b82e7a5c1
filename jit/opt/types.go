package opt

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// PropagateTypes finds the most precise types of phis, guards and the other
// instructions whose type follows from their operands. It starts from "no
// value" at phis and widens until nothing changes, so that a loop variable
// that is an int on entry and in the body is known to be an int.
func PropagateTypes(f *hir.Func) {
	o := f.ComputeOrder()
	for _, b := range o.RPO {
		for _, v := range phis(f, b) {
			f.At(v).Type = hir.Type{}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, b := range o.RPO {
			for _, v := range f.Blocks[b].Instrs {
				t := typeOf(f, v)
				if t != f.At(v).Type {
					f.At(v).Type = t
					changed = true
				}
			}
		}
	}
}

// typeOf computes the type of v from its operands' present types.
func typeOf(f *hir.Func, v hir.Value) hir.Type {
	in := f.At(v)
	switch in.Op {
	case hir.Phi:
		t := in.Type
		for i, n := 0, f.NArgs(v); i < n; i++ {
			t = t.Union(f.At(f.Arg(v, i)).Type)
		}
		return t
	case hir.GuardType:
		t := f.At(f.Arg(v, 0)).Type
		if t.Bits == 0 {
			return t
		}
		g := hir.Type{Bits: BitsOfClass(in.Obj), Class: in.Obj, Obj: t.Obj}
		if t.Bits&g.Bits != 0 {
			g.Bits &= t.Bits
		}
		return g
	case hir.GuardIs:
		if f.At(f.Arg(v, 0)).Type.Bits == 0 {
			return hir.Type{}
		}
		return TypeOfObject(f.Snap, in.Obj)
	case hir.GuardNotNull:
		t := f.At(f.Arg(v, 0)).Type
		t.Bits &^= hir.BitNull
		return t
	case hir.GuardCompact:
		t := f.At(f.Arg(v, 0)).Type
		if t.Bits&hir.BitSmallLong != 0 {
			t.Bits = hir.BitSmallLong
		}
		return t
	}
	return in.Type
}

// BitsOfClass returns the kinds of value that are exact instances of a class.
func BitsOfClass(class snapshot.ID) hir.Bits {
	switch class {
	case snapshot.TypeNone:
		return hir.BitNone
	case snapshot.TypeBool:
		return hir.BitBool
	case snapshot.TypeInt:
		return hir.BitLong
	case snapshot.TypeFloat:
		return hir.BitFloat
	case snapshot.TypeStr:
		return hir.BitStr
	case snapshot.TypeBytes:
		return hir.BitBytes
	case snapshot.TypeTuple:
		return hir.BitTuple
	case snapshot.TypeList:
		return hir.BitList
	case snapshot.TypeDict:
		return hir.BitDict
	case snapshot.TypeSet:
		return hir.BitSet
	case snapshot.TypeFunction:
		return hir.BitFunction
	case snapshot.TypeType:
		return hir.BitTypeObject
	case snapshot.TypeCell:
		return hir.BitCell
	}
	return hir.BitOther
}

// ClassOf returns the exact class of every value of t, or NoObject.
func ClassOf(t hir.Type) snapshot.ID {
	if t.Class != 0 {
		return t.Class
	}
	switch {
	case t.Bits == 0:
		return 0
	case t.Is(hir.BitNone):
		return snapshot.TypeNone
	case t.Is(hir.BitBool):
		return snapshot.TypeBool
	case t.Is(hir.BitLong):
		return snapshot.TypeInt
	case t.Is(hir.BitFloat):
		return snapshot.TypeFloat
	case t.Is(hir.BitStr):
		return snapshot.TypeStr
	case t.Is(hir.BitBytes):
		return snapshot.TypeBytes
	case t.Is(hir.BitTuple):
		return snapshot.TypeTuple
	case t.Is(hir.BitList):
		return snapshot.TypeList
	case t.Is(hir.BitDict):
		return snapshot.TypeDict
	case t.Is(hir.BitSet):
		return snapshot.TypeSet
	case t.Is(hir.BitFunction):
		return snapshot.TypeFunction
	case t.Is(hir.BitTypeObject):
		return snapshot.TypeType
	case t.Is(hir.BitCell):
		return snapshot.TypeCell
	}
	return 0
}

// compactLimit is the bound of the magnitude of one-digit ints.
const compactLimit = 1 << 30

// TypeOfObject returns the type of a constant of the snapshot.
func TypeOfObject(s *snapshot.Snapshot, id snapshot.ID) hir.Type {
	class := s.TypeOf(id)
	t := hir.Type{Bits: BitsOfClass(class), Class: class, Obj: id}
	if t.Bits == hir.BitLong {
		if n, ok := intConstant(s, id); ok && -compactLimit < n && n < compactLimit {
			t.Bits = hir.BitSmallLong
		} else {
			t.Bits = hir.BitBigLong
		}
	}
	return t
}

// intConstant returns the value of an int object that fits.
func intConstant(s *snapshot.Snapshot, id snapshot.ID) (int64, bool) {
	if v, ok := id.SmallIntValue(); ok {
		return v, true
	}
	if int(id) >= len(s.Objects) {
		return 0, false
	}
	o := s.Object(id)
	if o.Kind != snapshot.KindInt || o.Flags&snapshot.FlagBig != 0 {
		return 0, false
	}
	return o.Int, true
}
