package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// ForwardFresh follows instances that were made here for as long as nobody else
// can have them: until they are stored, passed on or returned, or stand in a
// local where other code can look at the frame. Meanwhile every field is known.
// A new instance has no dict and valid inline values, so guards of that disappear; the first store of an
// attribute replaces nothing; the order of the attributes is written in place; and
// a load of what was stored is that value, where using it costs no reference count.
//
// Whether a reference that is dropped runs other code depends on which stores replace
// nothing, and the other way round. So that is assumed of all stores first, and what other code sees is
// found under the assumption; it holds when all of them replace nothing even then.
func ForwardFresh(f *hir.Func) {
	if f.Snap.Layout == nil || !slices.ContainsFunc(f.Instrs, func(in hir.Instr) bool { return in.Op == hir.NewObject && !in.Dead }) {
		return
	}
	first := newFresher(f)
	first.dry, first.careless = true, true
	first.run()
	for assumed := first.stores; ; {
		for _, v := range assumed {
			f.At(v).Type = hir.TNull
		}
		MarkReleases(f)
		again := newFresher(f)
		again.dry = true
		again.run()
		var refuted bool
		for _, v := range assumed {
			if !slices.Contains(again.stores, v) {
				f.At(v).Type, refuted = hir.TNullable, true
			}
		}
		if !refuted {
			break
		}
		assumed = again.stores
	}
	newFresher(f).run()
}

func newFresher(f *hir.Func) *fresher {
	return &fresher{
		f: f, s: simplifier{f: f, w: newForwarding(f)}, order: f.ComputeOrder(), end: make([]freshState, len(f.Blocks)),
		reached: make([]bool, len(f.Blocks)), root: make([]hir.Value, len(f.Instrs)), nodict: make([]bool, len(f.Instrs)),
	}
}

func (fr *fresher) run() {
	f := fr.f
	for _, b := range fr.order.RPO {
		fr.block(b)
	}
	if fr.dry {
		return
	}
	fr.s.w.apply(f)
	f.Blocks[0].Instrs = append(fr.constants, f.Blocks[0].Instrs...)
	filter(f)
}

type fresher struct {
	f       *hir.Func
	s       simplifier
	order   *hir.Order
	end     []freshState
	reached []bool // blocks that control can still get to
	root    []hir.Value
	nodict  []bool // by value: the dict pointer of a fresh instance

	dry      bool        // nothing is changed
	careless bool        // as if no dropped reference ran other code
	stores   []hir.Value // SwapFields that replace nothing

	// constants are new ones, for the entry block.
	constants []hir.Value
	null      hir.Value
}

// freshState is what is known of the instances that nobody else has, in the order
// in which they were made.
type freshState []freshObject

type freshObject struct {
	value  hir.Value
	fields []freshField // those that were stored; all others are NULL
	// keys are the offsets of the attributes in the order in which they came;
	// meaningless where disordered.
	keys       []int64
	disordered bool
}

// freshField is a field with its value, 0 where that is not known.
type freshField struct {
	offset int64
	value  hir.Value
}

func (o *freshObject) clone() freshObject {
	c := *o
	c.fields, c.keys = slices.Clone(o.fields), slices.Clone(o.keys)
	return c
}

// field returns what a field holds; known is false when that is not known. NULL is 0.
func (o *freshObject) field(offset int64) (v hir.Value, known bool) {
	for _, x := range o.fields {
		if x.offset == offset {
			return x.value, x.value != 0
		}
	}
	return 0, true
}

func (o *freshObject) set(offset int64, v hir.Value) {
	for i := range o.fields {
		if o.fields[i].offset == offset {
			o.fields[i].value = v
			return
		}
	}
	o.fields = append(o.fields, freshField{offset, v})
}

func (s freshState) find(v hir.Value) *freshObject {
	for i := range s {
		if s[i].value == v {
			return &s[i]
		}
	}
	return nil
}

// entry returns the state with which b begins: what all predecessors agree on.
// Nothing is known of a loop, whose end has not been seen.
func (fr *fresher) entry(b hir.BlockID) freshState {
	var state freshState
	first := true
	for _, p := range fr.f.Blocks[b].Preds {
		switch {
		case fr.order.Index[p] < 0:
			continue
		case fr.order.Index[p] >= fr.order.Index[b]:
			return nil
		case !fr.reached[p]:
			continue
		case first:
			first = false
			for i := range fr.end[p] {
				state = append(state, fr.end[p][i].clone())
			}
		default:
			state = state.meet(fr.end[p])
		}
	}
	return state
}

func (s freshState) meet(other freshState) freshState {
	return slices.DeleteFunc(s, func(o freshObject) bool { return other.find(o.value) == nil }).each(func(o *freshObject) {
		x := other.find(o.value)
		for _, fd := range x.fields {
			if v, known := o.field(fd.offset); !known || v != fd.value {
				o.set(fd.offset, 0)
			}
		}
		for i := range o.fields {
			if v, known := x.field(o.fields[i].offset); !known || v != o.fields[i].value {
				o.fields[i].value = 0
			}
		}
		o.disordered = o.disordered || x.disordered || !slices.Equal(o.keys, x.keys)
	})
}

func (s freshState) each(fn func(*freshObject)) freshState {
	for i := range s {
		fn(&s[i])
	}
	return s
}

func (fr *fresher) block(b hir.BlockID) {
	f := fr.f
	blk := &f.Blocks[b]
	fr.reached[b] = b == 0 || slices.ContainsFunc(blk.Preds, func(p hir.BlockID) bool {
		return fr.order.Index[p] >= 0 && (fr.reached[p] || fr.order.Index[p] >= fr.order.Index[b])
	})
	if !fr.reached[b] {
		return
	}
	state := fr.entry(b)
	var out []hir.Value
	for _, v := range blk.Instrs {
		fr.s.w.args(f, v)
		fr.root[v] = v
		if f.At(v).Op.Info().Own == hir.OwnAlias {
			fr.root[v] = fr.rootOf(f.Arg(v, 0))
		}
		out = fr.instruction(v, &state, out)
		if in := f.At(v); !in.Dead {
			out = append(out, v)
		}
	}
	fr.end[b] = state
	if !fr.dry {
		f.Blocks[b].Instrs = out
		fr.s.foldBranch(b)
	}
}

func (fr *fresher) rootOf(v hir.Value) hir.Value {
	if int(v) < len(fr.root) && fr.root[v] != 0 {
		return fr.root[v]
	}
	return v
}

// instruction rewrites v, and appends to out what comes before it.
func (fr *fresher) instruction(v hir.Value, state *freshState, out []hir.Value) []hir.Value {
	f := fr.f
	in := f.At(v)
	if in.Op == hir.NewObject {
		fr.lookedAt(v, state)
		*state = append(*state, freshObject{value: v})
		return out
	}
	if f.NArgs(v) > 0 {
		if o := state.find(fr.rootOf(f.Arg(v, 0))); o != nil {
			if more, ok := fr.access(v, o, out); ok {
				// What is stored in it is somebody else's from now on: of two that hold each other
				// nothing is known.
				for i, n := 1, f.NArgs(v); i < n; i++ {
					fr.escape(f.Arg(v, i), state)
				}
				return more
			}
		}
		if in.Op == hir.IsNull && fr.isNoDict(f.Arg(v, 0)) || in.Op == hir.IsNull && fr.null != 0 && f.Arg(v, 0) == fr.null {
			if !fr.dry {
				fr.s.toInt(v, 1, hir.TCBool)
			}
			return out
		}
	}
	if in.Op != hir.Phi {
		for i, n := 0, f.NArgs(v); i < n; i++ {
			fr.escape(f.Arg(v, i), state)
		}
	}
	fr.lookedAt(v, state)
	if in.Op.Info().Terminator {
		fr.leave(v, state)
	}
	return out
}

// leave forgets the instances that become part of a phi behind the terminator v.
func (fr *fresher) leave(v hir.Value, state *freshState) {
	f := fr.f
	if f.At(v).Aux == mayRelease && !fr.careless {
		*state = nil
		return
	}
	b := f.At(v).Block
	for _, s := range f.Blocks[b].Succs {
		for k, p := range f.Blocks[s].Preds {
			if p != b {
				continue
			}
			for _, phi := range phis(f, s) {
				fr.escape(fr.s.w.resolve(f.Arg(phi, k)), state)
			}
		}
	}
}

// escape forgets the instance that v is, if it is one.
func (fr *fresher) escape(v hir.Value, state *freshState) {
	root := fr.rootOf(v)
	*state = slices.DeleteFunc(*state, func(o freshObject) bool { return o.value == root })
}

// lookedAt forgets the instances that other code can find in a frame during v.
func (fr *fresher) lookedAt(v hir.Value, state *freshState) {
	f := fr.f
	in := f.At(v)
	if in.FS == 0 || len(*state) == 0 {
		return
	}
	if !in.Op.Info().Observable && in.Op.Info().Writes != hir.HeapAll && (in.Op != hir.Snapshot || in.Aux != mayRelease || fr.careless) {
		return
	}
	for id := in.FS; id != 0; id = f.Frames[id].Parent {
		for _, l := range f.Frames[id].Locals {
			if l != 0 {
				fr.escape(fr.s.w.resolve(l), state)
			}
		}
	}
}

func (fr *fresher) isNoDict(v hir.Value) bool { return int(v) < len(fr.nodict) && fr.nodict[v] }

// access rewrites v, which reads or writes the instance o, its operand 0. It
// reports whether the instance stays as unknown to others as it was.
func (fr *fresher) access(v hir.Value, o *freshObject, out []hir.Value) ([]hir.Value, bool) {
	f := fr.f
	in := f.At(v)
	class := f.Snap.Class(f.At(o.value).Obj)
	switch in.Op {
	case hir.GuardType, hir.GuardClasses, hir.GuardNotNull, hir.Refine, hir.IsNull, hir.TypeFlag:
		return out, true
	case hir.GuardInlineValues:
		if class != nil && class.Has(snapshot.TraitInlineValues) && in.Imm == class.BasicSize {
			in.Dead = !fr.dry
		}
		return out, true
	case hir.LoadPtr:
		if class != nil && class.Has(snapshot.TraitManagedDict) && in.Imm == f.Snap.Layout.Instance.ManagedDict {
			fr.nodict[v] = true
		}
		return out, true
	case hir.LoadField:
		if x, known := o.field(in.Imm); hir.Heap(in.Aux) == hir.HeapField && known && x != 0 && fr.free(x) && !fr.dry {
			fr.s.w.replace(v, x)
			in.Dead = true
		}
		return out, true
	case hir.StoreField, hir.SwapField:
		x := f.Arg(v, 1)
		if hir.Heap(in.Aux) != hir.HeapField || fr.rootOf(x) == o.value {
			return out, false
		}
		if old, known := o.field(in.Imm); known && old == 0 && in.Op == hir.SwapField {
			fr.stores = append(fr.stores, v)
			if !fr.dry {
				in.Op, in.Type = hir.StoreField, hir.Type{}
				fr.s.w.replace(v, fr.nullValue())
			}
		}
		o.set(in.Imm, x)
		return out, true
	case hir.NoteInserted:
		return fr.enterKey(v, o, class, out), true
	}
	return out, false
}

// free reports whether using x instead of a value borrowed from a field costs
// no reference count.
func (fr *fresher) free(x hir.Value) bool {
	in := fr.f.At(fr.rootOf(x))
	switch in.Op.Info().Own {
	case hir.OwnStable:
		return true
	}
	return in.Op == hir.LongBox || in.Op == hir.FloatBox
}

// enterKey replaces NoteInserted, where the number of attributes that are there is known, by
// what it does: it writes the index of the key behind those before, and how many there are. Where the
// order begins depends on the capacity that the instance was made with.
func (fr *fresher) enterKey(v hir.Value, o *freshObject, class *snapshot.Class, out []hir.Value) []hir.Value {
	f := fr.f
	in := *f.At(v)
	l := f.Snap.Layout
	if class == nil || o.disordered {
		return out
	}
	index := (in.Imm - class.BasicSize - l.Values.Items) / pointerSize
	if index < 0 || index > 255 || in.Obj != f.At(o.value).Obj || slices.Contains(o.keys, in.Imm) {
		o.disordered = true
		return out
	}
	o.keys = append(o.keys, in.Imm)
	if fr.dry {
		return out
	}
	emit := func(op hir.Op, imm int64, aux uint8, args ...hir.Value) hir.Value {
		x := f.New(op, args...)
		n := f.At(x)
		n.Imm, n.Aux, n.Block, n.BC, n.Inline = imm, aux, in.Block, in.BC, in.Inline
		out = append(out, x)
		return x
	}
	self := f.Arg(v, 0)
	capacity := emit(hir.LoadU8, class.BasicSize+l.Values.Capacity, uint8(hir.HeapOther), self)
	order := emit(hir.IntShl, 0, 0, capacity, fr.cint(3))
	behind := class.BasicSize + l.Values.Items + int64(len(o.keys)) - 1
	emit(hir.StoreNumber, behind, uint8(hir.Uint8), self, order, fr.cint(index))
	emit(hir.StoreU8, class.BasicSize+l.Values.Size, uint8(hir.HeapOther), self, fr.cint(int64(len(o.keys))))
	f.At(v).Dead = true
	return out
}

// pointerSize is that of the machine for which code is made.
const pointerSize = 8

func (fr *fresher) constant(op hir.Op, imm int64) hir.Value {
	v := fr.f.New(op)
	fr.f.At(v).Imm = imm
	fr.constants = append(fr.constants, v)
	return v
}

func (fr *fresher) cint(n int64) hir.Value { return fr.constant(hir.CInt, n) }

func (fr *fresher) nullValue() hir.Value {
	if fr.null == 0 {
		fr.null = fr.constant(hir.Null, 0)
	}
	return fr.null
}
