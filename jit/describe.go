package jit

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// describe fills in what the object says about the code besides itself: what it
// rests on, what it keeps alive, and statistics.
func describe(f *hir.Func, obj *object.Object) {
	for _, d := range f.Deps {
		obj.Depends = append(obj.Depends, object.Dependency{
			Kind: object.DependKind(d.Kind), ID: object.ID(d.Obj), Key: object.ID(d.Key),
		})
	}
	obj.Keep = keep(f.Snap, obj)
	for i := 1; i < len(f.Inlines); i++ {
		c := &f.Inlines[i]
		obj.Inlined = append(obj.Inlined, object.InlinedCall{Callee: f.Snap.Object(c.Fn).Name, Offset: uint32(c.Offset)})
	}
	for _, r := range f.Refused {
		obj.NotInlined = append(obj.NotInlined, object.RefusedCall{Callee: f.Snap.Object(r.Fn).Name, Offset: uint32(r.Offset), Reason: r.Reason})
	}
	var counts [hir.NumOps]uint32
	for b := range f.Blocks {
		for _, v := range f.Blocks[b].Instrs {
			if in := f.At(v); !in.Dead {
				counts[in.Op]++
			}
		}
	}
	for op, n := range counts {
		if n != 0 {
			obj.Opcodes = append(obj.Opcodes, object.OpcodeCount{Name: hir.Op(op).String(), Count: n})
		}
	}
}

// keep lists the objects whose addresses are in the code and which the code has
// to keep alive: not immortal ones, and neither types nor code objects, whose
// end invalidates the code.
func keep(s *snapshot.Snapshot, obj *object.Object) []object.ID {
	seen := map[object.ID]bool{}
	var ids []object.ID
	for _, r := range obj.Relocs {
		id := object.ID(r.ID)
		if r.Kind != object.Abs64Object || seen[id] {
			continue
		}
		seen[id] = true
		o := s.Object(snapshot.ID(id))
		if o.Immortal() || o.Kind == snapshot.KindType || o.Kind == snapshot.KindCode {
			continue
		}
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}
