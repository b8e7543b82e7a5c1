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
		g := hir.Type{Bits: hir.BitsOfClass(in.Obj), Class: in.Obj, Obj: t.Obj}
		if t.Bits&g.Bits != 0 {
			g.Bits &= t.Bits
		}
		return g
	case hir.GuardIs:
		if f.At(f.Arg(v, 0)).Type.Bits == 0 {
			return hir.Type{}
		}
		return hir.TypeOfObject(f.Snap, in.Obj)
	case hir.GuardFunction:
		if f.At(f.Arg(v, 0)).Type.Bits == 0 {
			return hir.Type{}
		}
		return hir.InstanceOf(snapshot.TypeFunction)
	case hir.GuardNotNull:
		t := f.At(f.Arg(v, 0)).Type
		t.Bits &^= hir.BitNull
		return t
	case hir.GuardClasses:
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
