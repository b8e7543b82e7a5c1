package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// maxVirtualRounds bounds how deep objects that do not exist can hold each other.
const maxVirtualRounds = 5

// Virtualise does without tuples, instances, iterators and slices that nobody else ever gets: their
// fields become values, with phis where ways meet, and frame states name a recipe by which
// an exit makes the object. An object exists where it is stored, passed on, returned, part of a phi, or
// in a local when other code can look at the frame on the hot path.
//
// Of objects that hold each other the outermost goes first. What becomes known of the fields is
// used at once.
func Virtualise(f *hir.Func) {
	if f.Snap.Layout == nil {
		return
	}
	for range maxVirtualRounds {
		vz := &virtualiser{f: f, order: f.ComputeOrder(), l: f.Snap.Layout}
		if !vz.find() {
			return
		}
		vz.rewrite()
		for _, pass := range []func(*hir.Func){Clean, PropagateTypes, Simplify, MarkReleases, NumberValues, PropagateTypes, Simplify, RemoveDead} {
			pass(f)
		}
	}
}

type virtualiser struct {
	f     *hir.Func
	order *hir.Order
	l     *snapshot.Layout
	root  []hir.Value // by value
	objs  []virtualObject
	num   []int32 // by value: index into objs + 1
}

// virtualObject is a tuple, an instance, an iterator or a slice that may do without existence.
type virtualObject struct {
	value   hir.Value
	refused bool
	class   *snapshot.Class // of an instance
	builtin snapshot.ID     // the class of an iterator or slice, see builtinFields
	fields  []int64         // offsets of the fields that are read or written
	stores  []hir.BlockID   // blocks with stores, in reverse post-order
}

// number reports whether field number k is a machine number.
func (o *virtualObject) number(k int) bool {
	switch o.builtin {
	case snapshot.NoObject, snapshot.TypeZip, snapshot.TypeSlice:
		return false
	case snapshot.TypeRangeIter:
		return true
	case snapshot.TypeEnumerate:
		return k == 0
	}
	return k > 0
}

// builtinFields returns the offsets of the fields of an iterator or a slice that v makes, in the order of v's operands and of recipes: a
// sequence and an index; a dict, how many items it must have, a position and how many are left; start, step and length of a range; the
// count of enumerate, and its iterator; the iterators of zip; start, stop and step of a slice. Nobody reads those of enumerate, zip and slices from there.
func (vz *virtualiser) builtinFields(v hir.Value) (class snapshot.ID, fields []int64) {
	class = vz.f.At(v).Type.ExactClass()
	switch class {
	case snapshot.TypeListIter:
		fields = []int64{vz.l.ListIter.Seq, vz.l.ListIter.Index}
	case snapshot.TypeTupleIter:
		fields = []int64{vz.l.TupleIter.Seq, vz.l.TupleIter.Index}
	case snapshot.TypeListRevIter:
		fields = []int64{vz.l.ListRevIter.Seq, vz.l.ListRevIter.Index}
	case snapshot.TypeRangeIter:
		fields = []int64{vz.l.RangeIter.Start, vz.l.RangeIter.Step, vz.l.RangeIter.Length}
	case snapshot.TypeEnumerate:
		fields = []int64{vz.l.Enumerate.Index, unread}
	case snapshot.TypeZip, snapshot.TypeSlice:
		fields = slices.Repeat([]int64{unread}, vz.f.NArgs(v))
	default:
		fields = []int64{vz.l.DictIter.Dict, vz.l.DictIter.Used, vz.l.DictIter.Position, vz.l.DictIter.Left}
	}
	return class, fields
}

// unread stands for the offset of a field that nobody reads.
const unread = -1

// of returns the candidate that v is another name of, or nil.
func (vz *virtualiser) of(v hir.Value) *virtualObject {
	if i := vz.index(v); i >= 0 {
		return &vz.objs[i]
	}
	return nil
}

func (vz *virtualiser) index(v hir.Value) int32 {
	if v == 0 || int(v) >= len(vz.root) || vz.root[v] == 0 {
		return -1
	}
	i := vz.num[vz.root[v]] - 1
	if i >= 0 && vz.objs[i].refused {
		return -1
	}
	return i
}

// find looks for the objects that need not exist. It reports whether there is one.
func (vz *virtualiser) find() bool {
	f := vz.f
	vz.root, vz.num = make([]hir.Value, len(f.Instrs)), make([]int32, len(f.Instrs))
	for _, b := range vz.order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			vz.root[v] = v
			if f.At(v).Op.Info().Own == hir.OwnAlias {
				vz.root[v] = vz.root[f.Arg(v, 0)]
			}
			if o, ok := vz.candidate(v); ok {
				vz.objs = append(vz.objs, o)
				vz.num[v] = int32(len(vz.objs))
			}
		}
	}
	if len(vz.objs) == 0 {
		return false
	}
	for _, b := range vz.order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			for k, n := 0, f.NArgs(v); k < n; k++ {
				if o := vz.of(f.Arg(v, k)); o != nil && !vz.allowed(v, k, o) {
					o.refused = true
				}
			}
			vz.shown(v)
		}
	}
	vz.checkKeys()
	return slices.ContainsFunc(vz.objs, func(o virtualObject) bool { return !o.refused })
}

func (vz *virtualiser) candidate(v hir.Value) (virtualObject, bool) {
	f := vz.f
	o := virtualObject{value: v}
	switch f.At(v).Op {
	case hir.SequenceIter, hir.ReversedIter, hir.DictIter, hir.NewRangeIter, hir.NewEnumerate, hir.NewZip:
		o.builtin, o.fields = vz.builtinFields(v)
		return o, true
	case hir.BuildSlice:
		o.builtin, o.fields = vz.builtinFields(v)
		return o, len(o.fields) == 3
	case hir.BuildTuple:
		for i := range f.NArgs(v) {
			o.fields = append(o.fields, vz.l.Tuple.Items+int64(i)*pointerSize)
		}
		return o, len(o.fields) > 0
	case hir.NewObject:
		o.class = f.Snap.Class(f.At(v).Obj)
		if c := o.class; c != nil && c.Has(snapshot.TraitHeap|snapshot.TraitGenericAlloc|snapshot.TraitPythonDealloc) && !c.Has(snapshot.TraitFinalizer) &&
			c.ItemSize == 0 && (c.Has(snapshot.TraitInlineValues) || c.Base == snapshot.TypeObject && !c.Has(snapshot.TraitManagedDict) && c.DictOffset == 0) {
			// Slots of several classes do not die in the order in which they lie.
			return o, true
		}
	}
	return o, false
}

// shown refuses the objects that have to exist because of the frame state of v.
func (vz *virtualiser) shown(v hir.Value) {
	f := vz.f
	id := f.At(v).FS
	if id == 0 {
		return
	}
	locals, stack := loose(f, v)
	refuse := func(x hir.Value) {
		f.EachPart(x, func(x hir.Value) {
			if o := vz.of(x); o != nil {
				o.refused = true
			}
		})
	}
	for ; id != 0; id = f.Frames[id].Parent {
		fs := &f.Frames[id]
		refuse(fs.Callee)
		for _, x := range fs.Locals {
			if x != 0 && !locals {
				refuse(x)
			}
		}
		for _, x := range fs.Stack {
			if !stack {
				refuse(x)
			}
		}
	}
}

// inline reports whether the class keeps the field at an offset among its inline values.
func (o *virtualObject) inline(l *snapshot.Layout, offset int64) bool {
	return o.class != nil && o.class.Has(snapshot.TraitInlineValues) && offset >= o.class.BasicSize+l.Values.Items
}

// allowed reports whether v can do without the object o, its operand k, and notes the field.
func (vz *virtualiser) allowed(v hir.Value, k int, o *virtualObject) bool {
	f := vz.f
	in := f.At(v)
	switch in.Op {
	case hir.GuardNotNull, hir.Refine, hir.IsNull, hir.Failed, hir.VirtualTuple, hir.VirtualInstance, hir.VirtualObject:
		return true
	case hir.GuardType:
		return f.At(o.value).Type.ExactClass() == in.Obj
	case hir.GuardClasses:
		return slices.Contains(f.ClassSets[in.Imm], f.At(o.value).Type.ExactClass())
	case hir.PtrCmp:
		return vz.root[f.Arg(v, 1-k)] != o.value
	case hir.SliceSubscr:
		return k == 1 && o.builtin == snapshot.TypeSlice
	}
	if k != 0 {
		return false
	}
	if o.builtin != snapshot.NoObject {
		return vz.iterates(v, o)
	}
	if o.class == nil {
		_, ok := vz.item(v, o)
		return ok || in.Op == hir.LoadI64 && in.Imm == vz.l.Object.VarSize
	}
	switch in.Op {
	case hir.GuardInlineValues:
		return in.Imm == o.class.BasicSize
	case hir.LoadU8, hir.StoreNumber, hir.StoreU8:
		return vz.keeps(v, o)
	case hir.LoadField, hir.StoreField, hir.SwapField:
		if hir.Heap(in.Aux) != hir.HeapField || in.Imm < 2*pointerSize || in.Imm > 1<<15 {
			return false
		}
		if !slices.Contains(o.fields, in.Imm) {
			o.fields = append(o.fields, in.Imm)
		}
		if in.Op != hir.LoadField {
			o.stores = append(o.stores, in.Block)
		}
		return true
	}
	return false
}

// iterates reports whether v reads or writes a field of the iterator o.
func (vz *virtualiser) iterates(v hir.Value, o *virtualObject) bool {
	in := vz.f.At(v)
	field := slices.Index(o.fields, in.Imm)
	switch in.Op {
	case hir.SwapField, hir.StoreI64:
		o.stores = append(o.stores, in.Block)
	case hir.LoadField, hir.LoadI64:
	default:
		return false
	}
	return field >= 0 && o.number(field) == (in.Op == hir.LoadI64 || in.Op == hir.StoreI64)
}

// item returns which item of the tuple o is loaded by v.
func (vz *virtualiser) item(v hir.Value, o *virtualObject) (int, bool) {
	f := vz.f
	in := f.At(v)
	at := in.Imm
	switch in.Op {
	case hir.LoadElem:
		i := f.At(f.Arg(v, 1))
		if i.Op != hir.CInt || i.Imm < 0 || i.Imm >= int64(len(o.fields)) {
			return 0, false
		}
		at += i.Imm * pointerSize
	case hir.LoadField:
	default:
		return 0, false
	}
	i := slices.Index(o.fields, at)
	return i, i >= 0
}

// keeps reports whether v is about the order of the keys of the instance o.
func (vz *virtualiser) keeps(v hir.Value, o *virtualObject) bool {
	f := vz.f
	in := f.At(v)
	if !o.class.Has(snapshot.TraitInlineValues) {
		return false
	}
	values := o.class.BasicSize
	switch in.Op {
	case hir.LoadU8:
		return in.Imm == values+vz.l.Values.Capacity
	case hir.StoreU8:
		return in.Imm == values+vz.l.Values.Size
	}
	return hir.NumberKind(in.Aux) == hir.Uint8 && f.At(f.Arg(v, 2)).Op == hir.CInt && vz.entered(v, o) >= 0
}

// entered returns the offset of the attribute that v, a StoreNumber, enters into the order of the
// keys, or -1.
func (vz *virtualiser) entered(v hir.Value, o *virtualObject) int64 {
	values := o.class.BasicSize + vz.l.Values.Items
	offset := values + vz.f.At(vz.f.Arg(v, 2)).Imm*pointerSize
	if !slices.Contains(o.fields, offset) {
		return -1
	}
	return offset
}

// checkKeys refuses instances of which it is not the same on all ways which attributes they
// have and in which order these came, and where that is not the order in which the values die.
func (vz *virtualiser) checkKeys() {
	f := vz.f
	for i := range vz.objs {
		o := &vz.objs[i]
		if o.refused || o.class == nil || !o.class.Has(snapshot.TraitInlineValues) {
			continue
		}
		begin, end := make([][]int64, len(f.Blocks)), make([][]int64, len(f.Blocks))
		def := f.At(o.value).Block
		for _, b := range vz.order.RPO {
			if !vz.order.Dominates(def, b) {
				continue
			}
			keys := []int64{}
			if b != def {
				first := true
				for _, p := range f.Blocks[b].Preds {
					if vz.order.Index[p] < 0 || vz.order.Index[p] >= vz.order.Index[b] {
						continue
					}
					if first {
						keys, first = slices.Clip(end[p]), false
					} else if !slices.Equal(keys, end[p]) {
						o.refused = true
					}
				}
			}
			begin[b] = keys
			stored := slices.Clone(keys)
			for _, v := range f.Blocks[b].Instrs {
				in := f.At(v)
				if in.FS != 0 && len(stored) != len(keys) && vz.named(in.FS, o) {
					o.refused = true
				}
				if f.NArgs(v) == 0 || vz.root[f.Arg(v, 0)] != o.value {
					continue
				}
				switch in.Op {
				case hir.StoreNumber:
					at := vz.entered(v, o)
					o.refused = o.refused || len(keys) > 0 && at <= keys[len(keys)-1]
					keys = append(keys, at)
				case hir.StoreField, hir.SwapField:
					// What is taken away would leave the order.
					o.refused = o.refused || !f.At(f.Arg(v, 1)).Type.IsObject() || f.At(f.Arg(v, 1)).Type.MayBe(hir.BitNull)
					if o.inline(vz.l, in.Imm) && !slices.Contains(stored, in.Imm) {
						stored = append(stored, in.Imm)
					}
				}
			}
			end[b] = keys
			if o.refused {
				break
			}
			for _, s := range f.Blocks[b].Succs {
				// A way back ends with what the loop began with.
				if s != def && vz.order.Dominates(def, s) && vz.order.Index[s] <= vz.order.Index[b] && !slices.Equal(keys, begin[s]) {
					o.refused = true
				}
			}
		}
	}
}

// named reports whether a frame state names o.
func (vz *virtualiser) named(id hir.FrameStateID, o *virtualObject) bool {
	found := false
	vz.f.EachFrameValue(id, func(x hir.Value) { found = found || int(x) < len(vz.root) && vz.root[x] == o.value })
	return found
}
