package opt

import (
	"math"
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// rewrite makes what settle has decided.
func (u *unboxer) rewrite() {
	f := u.f
	w := newForwarding(f)
	object := make([]hir.Value, len(u.nums)) // by number
	u.copyOf = make(map[hir.Value]hir.Value)
	boxes := make(map[place][]hir.Value, len(u.nums)) // looked up only
	u.makePhis()
	for i := range u.nums {
		n := &u.nums[i]
		if !u.live(n) {
			continue
		}
		if n.boxed {
			object[i] = u.makeBox(n)
			boxes[n.at] = append(boxes[n.at], object[i])
		}
		if object[i] != n.value {
			f.At(n.value).Dead = true
		}
	}
	states := frameStates{f: f, made: make(map[hir.FrameStateID][]hir.FrameStateID)}
	for _, b := range u.order.RPO {
		var out []hir.Value
		u.overflows(b)
		for i, v := range f.Blocks[b].Instrs {
			at := place{b, int32(i)}
			moved := u.of(v)
			if u.live(moved) && moved.value == v {
				// It is made elsewhere, or nowhere.
				if guard := u.guardEmpty(v, moved); guard != 0 {
					u.frame(guard, at, object, &states)
					out = append(append(out, u.recipes...), guard)
					u.recipes = u.recipes[:0]
				}
				continue
			}
			if f.At(v).Op.Info().Virtual && u.hasNumber(v) {
				f.At(v).Dead = true // there is another one for each place that names it
				continue
			}
			out = u.instruction(v, at, object, w, &states, out)
			for _, box := range boxes[at] {
				u.frame(box, at, object, &states)
				f.At(box).Block = b
				out = append(append(out, u.recipes...), box)
				u.recipes = u.recipes[:0]
			}
		}
		f.Blocks[b].Instrs = out
	}
	w.apply(f)
	u.insertPhis()
	filter(f)
}

// instruction rewrites v, which is at a place, and appends it to out.
func (u *unboxer) instruction(v hir.Value, at place, object []hir.Value, w *forwarding, states *frameStates, out []hir.Value) []hir.Value {
	f := u.f
	if f.At(v).FS != 0 {
		u.frame(v, at, object, states)
		out = append(out, u.recipes...)
		u.recipes = u.recipes[:0]
		if in := f.At(v); in.Op == hir.LeaveFrame && u.machineLocals(in.FS) {
			// Its cold path could not show them.
			fs, bc := in.FS, in.BC
			check := f.New(hir.GuardUnobserved)
			f.At(check).FS, f.At(check).Block, f.At(check).BC = fs, at.block, bc
			out = append(out, check)
		}
	}
	op := f.At(v).Op
	var n *number
	if f.NArgs(v) > 0 && op != hir.Phi {
		n = u.of(f.Arg(v, 0))
	}
	switch {
	case n == nil || !u.live(n):
	case op == hir.LongUnbox || op == hir.FloatUnbox:
		w.replace(v, n.raw)
		f.At(v).Dead = true
		return out
	case transparent(op):
		if op == hir.GuardCompact && !n.wide {
			out = u.guardRange(v, n, out)
		}
		// Who needs the object gets the box.
		if o := object[u.num[n.value]-1]; o != 0 {
			w.replace(v, o)
		}
		f.At(v).Dead = true
		return out
	}
	for k, args := 0, f.NArgs(v); k < args; k++ {
		if n := u.of(f.Arg(v, k)); u.live(n) {
			f.SetArg(v, k, object[u.num[n.value]-1])
		}
	}
	return append(out, v)
}

// makeBox returns the object of n, not yet in a block.
func (u *unboxer) makeBox(n *number) hir.Value {
	f := u.f
	box := n.value
	if n.phi {
		op := hir.LongBox
		if n.bits == hir.BitCFloat {
			op = hir.FloatBox
		}
		box = f.New(op, n.raw)
	}
	snap := f.At(f.Blocks[n.at.block].Instrs[n.at.index])
	f.At(box).FS, f.At(box).BC = snap.FS, snap.BC
	return box
}

// makePhis makes the phis of machine numbers, with their operands.
func (u *unboxer) makePhis() {
	f := u.f
	for i := range u.nums {
		if n := &u.nums[i]; n.phi && u.live(n) {
			t := hir.TCInt
			if n.bits == hir.BitCFloat {
				t = hir.TCFloat
			}
			n.raw = f.New(hir.Phi)
			if n.nullable {
				t.Bits |= hir.BitNull
			}
			f.At(n.raw).Type, f.At(n.raw).Block = t, f.At(n.value).Block
		}
	}
	for i := range u.nums {
		n := &u.nums[i]
		if !n.phi || !u.live(n) {
			continue
		}
		args := make([]hir.Value, f.NArgs(n.value))
		for k := range args {
			a := f.Arg(n.value, k)
			if op := u.of(a); op != nil {
				args[k] = op.raw
				if n.nullable && !op.phi && n.bits == hir.BitCInt {
					u.guarded = append(u.guarded, op)
				}
			} else {
				args[k] = u.machineConstant(a, n.bits)
			}
		}
		f.SetArgs(n.raw, args...)
	}
}

// machineConstant makes the machine number of the known object a.
func (u *unboxer) machineConstant(a hir.Value, bits hir.Bits) hir.Value {
	f := u.f
	c, _ := u.constant(a, bits)
	if f.At(a).Type.Is(hir.BitNull) {
		c = hir.NoInt
		if bits == hir.BitCFloat {
			c = hir.NoFloat
		}
	}
	op := hir.CInt
	if bits == hir.BitCFloat {
		op = hir.CFloat
	}
	v := f.New(op)
	f.At(v).Imm = c
	u.constants = append(u.constants, v)
	return v
}

// insertPhis puts the new phis and constants into their blocks.
func (u *unboxer) insertPhis() {
	f := u.f
	for i := range u.nums {
		if n := &u.nums[i]; n.phi && u.live(n) {
			b := f.At(n.raw).Block
			f.Blocks[b].Instrs = append([]hir.Value{n.raw}, f.Blocks[b].Instrs...)
		}
	}
	f.Blocks[0].Instrs = append(append([]hir.Value(nil), u.constants...), f.Blocks[0].Instrs...)
}

// machineLocals reports whether a local of the frame state is a machine number.
func (u *unboxer) machineLocals(id hir.FrameStateID) bool {
	for _, l := range u.f.Frames[id].Locals {
		if l != 0 && !u.f.At(l).Type.IsObject() {
			return true
		}
	}
	return false
}

// frame gives v a frame state that names machine numbers where there is no
// object.
func (u *unboxer) frame(v hir.Value, at place, object []hir.Value, states *frameStates) {
	f := u.f
	id := states.rewrite(f.At(v).FS, func(x hir.Value) hir.Value { return u.part(x, at, object) })
	f.At(v).FS = id
}

// part returns what a frame state at a place names instead of x.
func (u *unboxer) part(x hir.Value, at place, object []hir.Value) hir.Value {
	f := u.f
	if x == 0 {
		return x
	}
	if f.At(x).Op.Info().Virtual && u.hasNumber(x) {
		parts := f.Args(x, nil)
		for i := range parts {
			parts[i] = u.part(parts[i], at, object)
		}
		for _, y := range u.recipes {
			if f.At(y).Op == f.At(x).Op && f.At(y).Obj == f.At(x).Obj && slices.Equal(f.Args(y, nil), parts) && u.copyOf[y] == x {
				return y
			}
		}
		y := f.Copy(x, at.block, parts...)
		f.At(y).Dead = false
		u.recipes = append(u.recipes, y)
		u.copyOf[y] = x
		return y
	}
	n := u.of(x)
	if !u.live(n) {
		return x
	}
	return u.shown(n, at, object[u.num[n.value]-1])
}

// hasNumber reports whether an object that does not exist consists of a number, among others.
func (u *unboxer) hasNumber(v hir.Value) bool {
	found := false
	u.f.EachPart(v, func(x hir.Value) { found = found || u.live(u.of(x)) })
	return found
}

// frameStates makes changed copies of frame states, equal ones once.
type frameStates struct {
	f    *hir.Func
	made map[hir.FrameStateID][]hir.FrameStateID // by the original
}

func (s *frameStates) rewrite(id hir.FrameStateID, fn func(hir.Value) hir.Value) hir.FrameStateID {
	if id == 0 {
		return 0
	}
	old := s.f.Frames[id]
	changed := false
	list := func(vs []hir.Value) []hir.Value {
		var out []hir.Value
		for i, v := range vs {
			if w := fn(v); w != v {
				if out == nil {
					out = append([]hir.Value(nil), vs...)
				}
				out[i] = w
				changed = true
			}
		}
		if out == nil {
			return vs
		}
		return out
	}
	fs := old
	fs.Locals, fs.Stack = list(old.Locals), list(old.Stack)
	fs.Parent = s.rewrite(old.Parent, fn)
	if !changed && fs.Parent == old.Parent {
		return id
	}
	for _, m := range s.made[id] {
		g := &s.f.Frames[m]
		if g.Parent == fs.Parent && slices.Equal(g.Locals, fs.Locals) && slices.Equal(g.Stack, fs.Stack) {
			return m
		}
	}
	m := s.f.NewFrameState(fs)
	s.made[id] = append(s.made[id], m)
	return m
}

// floatObject returns the bits of a float of the snapshot.
func (s *simplifier) floatObject(id snapshot.ID) (int64, bool) {
	o := s.f.Snap.Object(id)
	return int64(math.Float64bits(o.Float)), o.Kind == snapshot.KindFloat
}
