package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// virtualState is what an object that does not exist consists of at a point.
type virtualState struct {
	known  bool        // the object has been made
	fields []hir.Value // by index into virtualObject.fields; 0 is NULL
	recipe hir.Value   // names that in frame states; 0 = there is none yet
}

// fieldRewriter replaces the accesses to objects by the values of their fields.
type fieldRewriter struct {
	*virtualiser
	w         *forwarding
	end       [][]virtualState // by block, then by object
	phis      map[hir.BlockID][]fieldPhi
	constants []hir.Value
	offsets   map[int64]hir.Value // looked up only
	null      hir.Value
	states    frameStates
	copies    map[hir.Value]hir.Value // in the frame state at hand: new recipes by the old ones; looked up only
	out       []hir.Value
	b         hir.BlockID
}

// fieldPhi is a phi of field number field of object number object.
type fieldPhi struct {
	phi    hir.Value
	object int
	field  int
}

func (vz *virtualiser) rewrite() {
	f := vz.f
	r := &fieldRewriter{
		virtualiser: vz, w: newForwarding(f), end: make([][]virtualState, len(f.Blocks)), phis: make(map[hir.BlockID][]fieldPhi),
		offsets: make(map[int64]hir.Value), copies: make(map[hir.Value]hir.Value), states: frameStates{f: f, made: make(map[hir.FrameStateID][]hir.FrameStateID)},
	}
	for _, b := range vz.order.RPO {
		r.block(b)
	}
	for _, b := range vz.order.RPO {
		for _, p := range r.phis[b] {
			args := make([]hir.Value, len(f.Blocks[b].Preds))
			for k, pred := range f.Blocks[b].Preds {
				args[k] = r.nullValue() // where it cannot come from
				if end := r.end[pred]; end != nil && end[p.object].known && end[p.object].fields[p.field] != 0 {
					args[k] = end[p.object].fields[p.field]
				}
			}
			f.SetArgs(p.phi, args...)
			f.Blocks[b].Instrs = append([]hir.Value{p.phi}, f.Blocks[b].Instrs...)
		}
	}
	f.Blocks[0].Instrs = append(r.constants, f.Blocks[0].Instrs...)
	r.w.apply(f)
	filter(f)
}

// entry returns the state with which b begins.
func (r *fieldRewriter) entry(b hir.BlockID) []virtualState {
	f := r.f
	state := make([]virtualState, len(r.objs))
	preds := f.Blocks[b].Preds
	for i := range r.objs {
		o := &r.objs[i]
		def := f.At(o.value).Block
		if o.refused || b == def || !r.order.Dominates(def, b) {
			continue
		}
		var forward []hir.BlockID
		loop := false
		for _, p := range preds {
			switch {
			case r.order.Index[p] < 0:
			case r.order.Index[p] >= r.order.Index[b]:
				loop = true
			default:
				forward = append(forward, p)
			}
		}
		first := &r.end[forward[0]][i]
		state[i] = virtualState{known: true, fields: slices.Clone(first.fields)}
		if len(preds) == 1 {
			state[i].recipe = first.recipe
		}
		// What a loop stores has another value in each round.
		changes := loop && slices.ContainsFunc(o.stores, func(s hir.BlockID) bool { return r.order.Dominates(b, s) })
		for k := range o.fields {
			same := !slices.ContainsFunc(forward, func(p hir.BlockID) bool { return r.end[p][i].fields[k] != first.fields[k] })
			if same && !changes {
				continue
			}
			phi := f.New(hir.Phi)
			f.At(phi).Block = b
			if o.number(k) {
				f.At(phi).Type = hir.TCInt
			}
			state[i].fields[k] = phi
			r.phis[b] = append(r.phis[b], fieldPhi{phi, i, k})
		}
	}
	return state
}

func (r *fieldRewriter) block(b hir.BlockID) {
	f := r.f
	r.b, r.out = b, nil
	state := r.entry(b)
	for _, v := range f.Blocks[b].Instrs {
		r.instruction(v, state)
	}
	f.Blocks[b].Instrs = r.out
	r.end[b] = state
}

func (r *fieldRewriter) instruction(v hir.Value, state []virtualState) {
	f := r.f
	if f.At(v).FS != 0 {
		r.frame(v, state)
	}
	if i := r.index(v); i >= 0 && r.root[v] == v {
		o := &r.objs[i]
		s := &state[i]
		*s = virtualState{known: true, fields: make([]hir.Value, len(o.fields))}
		switch {
		case o.builtin != snapshot.NoObject:
			s.fields = r.firstFields(v)
			f.At(v).Dead = true
			return
		case o.class == nil:
			s.fields = f.Args(v, nil)
		}
		r.out = append(r.out, v)
		return
	}
	op := f.At(v).Op
	if op == hir.Phi {
		r.out = append(r.out, v)
		return
	}
	if op.Info().Virtual {
		// Each frame state has its own.
		if !r.consists(v) {
			r.out = append(r.out, v)
		}
		return
	}
	for k, n := 0, f.NArgs(v); k < n; k++ {
		if i := r.index(f.Arg(v, k)); i >= 0 {
			if !r.access(v, &r.objs[i], &state[i]) {
				r.out = append(r.out, v)
			}
			return
		}
	}
	r.out = append(r.out, v)
}

// firstFields returns what the fields of an iterator are when v has made it.
func (r *fieldRewriter) firstFields(v hir.Value) []hir.Value {
	fields := r.f.Args(v, nil)
	switch r.f.At(v).Op {
	case hir.SequenceIter:
		fields = append(fields, r.offset(0))
	case hir.DictIter:
		fields = append(fields, r.offset(0), fields[1])
	}
	return fields
}

// consists reports whether a recipe has one of the objects as a part.
func (r *fieldRewriter) consists(v hir.Value) bool {
	found := false
	r.f.EachPart(v, func(x hir.Value) { found = found || r.index(x) >= 0 })
	return found
}

// access replaces v, which uses the object o. It reports whether v is gone.
func (r *fieldRewriter) access(v hir.Value, o *virtualObject, s *virtualState) bool {
	f := r.f
	in := f.At(v)
	simple := simplifier{f: f, w: r.w}
	switch in.Op {
	case hir.IsNull, hir.Failed:
		simple.toInt(v, 0, hir.TCBool)
		return false
	case hir.PtrCmp:
		simple.toInt(v, b2i(hir.Cond(in.Aux) == hir.CondNE), hir.TCBool)
		return false
	case hir.LoadI64:
		if o.builtin != snapshot.NoObject {
			r.w.replace(v, s.fields[slices.Index(o.fields, in.Imm)])
			break
		}
		simple.toInt(v, int64(len(o.fields)), hir.TCInt)
		return false
	case hir.SliceSubscr:
		in.Op = hir.SlicePart
		f.SetArgs(v, append([]hir.Value{f.Arg(v, 0)}, s.fields...)...)
		return false
	case hir.LoadU8: // how many keys there can be, which nobody asks any more
		return false
	case hir.LoadElem, hir.LoadField:
		k := slices.Index(o.fields, in.Imm)
		if o.class == nil && o.builtin == snapshot.NoObject {
			k, _ = r.item(v, o)
		}
		r.w.replace(v, r.value(s, k))
	case hir.StoreField, hir.SwapField, hir.StoreI64:
		k := slices.Index(o.fields, in.Imm)
		if in.Op == hir.SwapField {
			r.w.replace(v, r.value(s, k))
		}
		s.fields[k], s.recipe = f.Arg(v, 1), 0
	}
	f.At(v).Dead = true
	return true
}

func (r *fieldRewriter) value(s *virtualState, k int) hir.Value {
	if s.fields[k] == 0 {
		return r.nullValue()
	}
	return s.fields[k]
}

// frame gives v a frame state that names recipes.
func (r *fieldRewriter) frame(v hir.Value, state []virtualState) {
	f := r.f
	old := f.At(v).FS
	clear(r.copies)
	id := r.states.rewrite(old, func(x hir.Value) hir.Value { return r.part(x, state) })
	if id == old {
		return
	}
	if in := f.At(v); in.Op == hir.LeaveFrame && slices.ContainsFunc(f.Frames[id].Locals, func(l hir.Value) bool {
		return l != 0 && f.At(l).Op.Info().Virtual
	}) {
		// Its cold path could not show them.
		bc := in.BC
		check := f.New(hir.GuardUnobserved)
		f.At(check).FS, f.At(check).Block, f.At(check).BC = id, r.b, bc
		r.out = append(r.out, check)
	}
	f.At(v).FS = id
}

// part returns what a frame state names instead of x.
func (r *fieldRewriter) part(x hir.Value, state []virtualState) hir.Value {
	f := r.f
	if x == 0 {
		return 0
	}
	if i := r.index(x); i >= 0 {
		return r.recipe(&r.objs[i], &state[i], state)
	}
	if f.At(x).Op.Info().Virtual && r.consists(x) {
		if r.copies[x] == 0 {
			parts := f.Args(x, nil)
			for i := range parts {
				parts[i] = r.part(parts[i], state)
			}
			r.copies[x] = f.Copy(x, r.b, parts...)
			r.out = append(r.out, r.copies[x])
		}
		return r.copies[x]
	}
	return x
}

// recipe returns what names the object o in frame states now.
func (r *fieldRewriter) recipe(o *virtualObject, s *virtualState, state []virtualState) hir.Value {
	f := r.f
	if s.recipe != 0 {
		return s.recipe
	}
	op := hir.VirtualTuple
	var parts []hir.Value
	switch {
	case o.builtin != snapshot.NoObject:
		op = hir.VirtualObject
		parts = slices.Clone(s.fields)
		if parts[0] == 0 {
			parts[0] = r.nullValue()
		}
		if o.builtin == snapshot.TypeZip {
			slices.Reverse(parts)
		}
	case o.class == nil:
		parts = slices.Clone(s.fields)
		slices.Reverse(parts)
	default:
		op = hir.VirtualInstance
		offsets := slices.Clone(o.fields)
		slices.Sort(offsets)
		for _, offset := range offsets {
			if x := s.fields[slices.Index(o.fields, offset)]; x != 0 {
				parts = append(parts, r.offset(offset), x)
			}
		}
	}
	// What was loaded from another such object is by another name now.
	for i := range parts {
		parts[i] = r.part(r.w.resolve(parts[i]), state)
	}
	v := f.New(op, parts...)
	in := f.At(v)
	in.Type, in.Obj, in.Block = f.At(o.value).Type, f.At(o.value).Obj, r.b
	if o.builtin != snapshot.NoObject {
		in.Obj = o.builtin
	}
	r.out = append(r.out, v)
	s.recipe = v
	return v
}

func (r *fieldRewriter) offset(n int64) hir.Value {
	if r.offsets[n] == 0 {
		v := r.f.New(hir.CInt)
		r.f.At(v).Imm = n
		r.constants = append(r.constants, v)
		r.offsets[n] = v
	}
	return r.offsets[n]
}

func (r *fieldRewriter) nullValue() hir.Value {
	if r.null == 0 {
		r.null = r.f.New(hir.Null)
		r.constants = append(r.constants, r.null)
	}
	return r.null
}
