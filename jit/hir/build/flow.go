package build

import (
	"fmt"
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
)

// edge is a way into a bytecode block: an HIR block without a terminator and
// the state at its end.
type edge struct {
	from hir.BlockID
	st   state
}

// header is a bytecode block to which control comes back, with the phis that
// get operands for every way into it.
type header struct {
	block hir.BlockID
	phis  []headerPhi
	st    state // at its begin
}

// headerPhi is the phi of a local or of a stack slot.
type headerPhi struct {
	phi   hir.Value
	slot  int
	stack bool
	args  []hir.Value
}

// value returns what a state has in the place of the phi.
func (p *headerPhi) value(s *state) hir.Value {
	if p.stack {
		return s.stack[p.slot]
	}
	return s.locals[p.slot]
}

// newBlock makes an HIR block for the present bytecode block.
func (b *builder) newBlock() hir.BlockID {
	id := b.f.NewBlock()
	b.f.Blocks[id].Loop = b.loop + b.bc.LoopDepth(b.at)
	return id
}

// branch ends the block with a branch and returns its two new successors.
// Since they have no other predecessor, there are no critical edges.
func (b *builder) branch(cond hir.Value) (yes, no hir.BlockID) {
	b.raw(hir.Branch, cond)
	yes, no = b.newBlock(), b.newBlock()
	b.f.Link(b.cur, yes)
	b.f.Link(b.cur, no)
	b.cur = noBlock
	return yes, no
}

// jump ends block from with a jump to block to.
func (b *builder) jump(from, to hir.BlockID) {
	saved := b.cur
	b.cur = from
	b.raw(hir.Jump)
	b.cur = saved
	b.f.Link(from, to)
}

// flow ends the present HIR block: control goes on in a bytecode block.
func (b *builder) flow(to bytecode.BlockID) {
	if b.inside != nil && !b.inside[to] {
		b.f.At(b.raw(hir.LeaveLoop)).FS = b.frameState(b.bc.Instrs[b.bc.Block(to).Begin].Start / 2)
		b.cur = noBlock
		return
	}
	if b.flowUntraced(to) {
		return
	}
	e := edge{b.cur, b.st.clone()}
	b.cur = noBlock
	if b.started[to] {
		if b.headers[to] == nil {
			// No way led there when its turn came.
			b.cur = e.from
			b.f.At(b.raw(hir.Deopt)).FS = b.frameState(b.bc.Instrs[b.bc.Block(to).Begin].Start / 2)
			b.cur = noBlock
			return
		}
		b.close(to, e)
		return
	}
	b.edges[to] = append(b.edges[to], e)
}

// returns reports whether a bytecode block has a predecessor that is not built
// before it.
func (b *builder) returns(id bytecode.BlockID) bool {
	bb := b.bc.Block(id)
	for _, p := range bb.Preds {
		if q := b.bc.Block(p); q.Reachable() && q.Order >= bb.Order {
			return true
		}
	}
	return false
}

// start begins the code of a bytecode block; false if no way leads to it.
func (b *builder) start(id bytecode.BlockID) bool {
	b.at, b.in = id, nil
	in := b.edges[id]
	b.edges[id], b.started[id] = nil, true
	in = append(in, b.receive(id)...)
	if e, ok := b.land(id); ok {
		in = append(in, e)
	}
	b.unite(id, in)
	switch {
	case len(in) == 0:
		return false
	case b.returns(id):
		b.startHeader(id, in)
	case len(in) == 1:
		b.cur, b.st = in[0].from, in[0].st
	default:
		b.merge(in)
	}
	b.f.Blocks[b.cur].Loop = b.loop + b.bc.LoopDepth(id)
	if ins := b.f.Blocks[b.cur].Instrs; id != 0 && (len(ins) == 0 || b.f.At(ins[len(ins)-1]).Op == hir.Phi) {
		b.mark()
	}
	return true
}

// merge joins ways: values that differ become a phi, or what they are derived
// from by guards, with the type that all of them have.
func (b *builder) merge(in []edge) { b.mergeMarked(in, b.mark) }

// mergeMarked is merge with the Snapshot made by mark.
func (b *builder) mergeMarked(in []edge, mark func()) {
	b.boxAll(in)
	b.cur = b.newBlock()
	b.join(in)
	type refinement struct {
		base hir.Value
		t    hir.Type
	}
	var refined []refinement
	st := in[0].st.clone()
	unify := func(get func(*state) hir.Value) hir.Value {
		first := get(&in[0].st)
		same, base := true, first
		t := b.typeOf(first)
		for i := 1; i < len(in); i++ {
			v := get(&in[i].st)
			same = same && v == first
			if base != 0 {
				base = b.common(base, v)
			}
			t = t.Union(b.typeOf(v))
		}
		if same {
			return first
		}
		if base != 0 {
			if r := (refinement{base, t}); !b.typeOf(base).Subset(t) && !slices.Contains(refined, r) {
				refined = append(refined, r)
			}
			return base
		}
		args := make([]hir.Value, len(in))
		for i := range in {
			args[i] = get(&in[i].st)
		}
		return b.typed(b.emit(hir.Phi, args...), t)
	}
	for i := range st.locals {
		if v := unify(func(s *state) hir.Value { return s.locals[i] }); v != st.locals[i] {
			st.setLocal(i, v)
		}
	}
	for i := range st.stack {
		st.stack[i] = unify(func(s *state) hir.Value { return s.stack[i] })
	}
	b.st = st
	mark()
	for _, r := range refined {
		b.refine(r.base, r.t)
	}
}

// mark emits the Snapshot with which a bytecode block begins, so that what dies
// on the way to it has a frame state.
func (b *builder) mark() {
	first := &b.bc.Instrs[b.bc.Block(b.at).Begin]
	v := b.raw(hir.Snapshot)
	b.f.At(v).FS, b.f.At(v).BC = b.frameState(first.Start/2), first.Offset/2
}

// join lets all ways continue in the present block.
func (b *builder) join(in []edge) {
	for i := range in {
		b.jump(in[i].from, b.cur)
	}
}

// boxAll makes objects of bools on the stack where not all ways have one.
func (b *builder) boxAll(in []edge) {
	for slot := range in[0].st.stack {
		mixed, any := false, false
		for i := range in {
			isBool := b.typeOf(in[i].st.stack[slot]).Is(hir.BitCBool)
			mixed = mixed || i > 0 && isBool != any
			any = any || isBool
		}
		for i := range in {
			if mixed {
				b.boxIn(&in[i], slot)
			}
		}
	}
}

// boxIn boxes a stack value at the end of a way.
func (b *builder) boxIn(e *edge, slot int) {
	saved := b.cur
	b.cur = e.from
	e.st.stack[slot] = b.box(e.st.stack[slot])
	b.cur = saved
}

// common returns the last value from which both are derived by guards, 0 if
// there is none.
func (b *builder) common(x, y hir.Value) hir.Value {
	for {
		for z := y; ; z = b.f.Arg(z, 0) {
			if x == z {
				return x
			}
			if !b.alias(z) {
				break
			}
		}
		if !b.alias(x) {
			return 0
		}
		x = b.f.Arg(x, 0)
	}
}

// alias reports whether v is the same object as its operand 0.
func (b *builder) alias(v hir.Value) bool { return b.f.At(v).Op.Info().Own == hir.OwnAlias }

// startHeader begins a block to which control comes back: places that the loop
// changes get a phi each. Ways into the loop are joined in front of it.
func (b *builder) startHeader(id bytecode.BlockID, in []edge) {
	if len(in) > 1 {
		b.merge(in)
		in = []edge{{b.cur, b.st}}
	}
	entry := &in[0]
	for slot := range entry.st.stack {
		b.boxIn(entry, slot)
	}
	h := &header{}
	changed := b.changes(id, len(entry.st.stack))
	b.cur = b.newBlock()
	h.block = b.cur
	b.f.Blocks[b.cur].Header = true
	b.join(in)
	st := entry.st.clone()
	add := func(slot int, stack bool) hir.Value {
		p := headerPhi{slot: slot, stack: stack}
		v := p.value(&entry.st)
		p.args = append(p.args, v)
		t := hir.TObject
		t.Bits |= b.typeOf(v).Bits & hir.BitNull
		if !stack && changed.nulls[slot] || stack {
			t = hir.TNullable
		}
		if b.typeOf(v).Is(hir.BitCPtr) {
			t = hir.TCPtr
		}
		p.phi = b.typed(b.emit(hir.Phi), t)
		h.phis = append(h.phis, p)
		return p.phi
	}
	for i := range st.locals {
		if changed.locals[i] && !st.inFrame {
			st.setLocal(i, add(i, false))
		}
	}
	for i := range st.stack {
		if i >= changed.depth {
			st.stack[i] = add(i, true)
		}
	}
	h.st = st.clone()
	b.headers[id] = h
	b.st = st
}

// close connects a way back to a header.
func (b *builder) close(id bytecode.BlockID, e edge) {
	h := b.headers[id]
	if !h.st.inFrame {
		b.settleEdge(&e, id)
	} else if !e.st.inFrame {
		b.leave(&e, id)
		return
	}
	for slot := range e.st.stack {
		b.boxIn(&e, slot)
	}
	b.jump(e.from, h.block)
	phi := map[hir.Value]bool{}
	for i := range h.phis {
		p := &h.phis[i]
		p.args = append(p.args, p.value(&e.st))
		phi[p.phi] = true
	}
	check := func(begin, end hir.Value, place string) {
		if !phi[begin] && b.common(begin, end) != begin {
			panic(fmt.Sprintf("build: %s changes in the loop at %s", place, id))
		}
	}
	for i, v := range h.st.locals {
		check(v, e.st.locals[i], fmt.Sprintf("local %d", i))
	}
	for i, v := range h.st.stack {
		check(v, e.st.stack[i], fmt.Sprintf("stack slot %d", i))
	}
}

// changes is what a loop does to the state at its header.
type changes struct {
	locals []bool // assigned
	nulls  []bool // may become unbound
	depth  int    // stack slots below are left alone
}

// changes finds what may be different when control comes back to a block.
func (b *builder) changes(id bytecode.BlockID, depth int) changes {
	c := changes{locals: make([]bool, b.code.NLocalsPlus), nulls: make([]bool, b.code.NLocalsPlus), depth: depth}
	l := b.bc.Block(id).Loop
	if b.bc.Irreducible || l == bytecode.NoLoop || b.bc.Loops[l].Header != id || b.entersLoop(l) {
		for i := range c.locals {
			c.locals[i], c.nulls[i] = true, true
		}
		c.depth = 0
		return c
	}
	for _, lb := range b.bc.Loops[l].Blocks {
		bb := b.bc.Block(lb)
		for i := bb.Begin; i < bb.End; i++ {
			in := &b.bc.Instrs[i]
			switch in.Base {
			case bytecode.OpStoreFast, bytecode.OpMakeCell:
				c.locals[in.Arg] = true
			case bytecode.OpDeleteFast, bytecode.OpLoadFastAndClear:
				c.locals[in.Arg], c.nulls[in.Arg] = true, true
			case bytecode.OpStoreFastLoadFast:
				first, _ := in.LocalPair()
				c.locals[first] = true
			case bytecode.OpStoreFastStoreFast:
				first, second := in.LocalPair()
				c.locals[first], c.locals[second] = true, true
			}
			if in.Depth >= 0 {
				c.depth = min(c.depth, int(in.Depth)-reaches(in))
			}
		}
	}
	c.depth = max(c.depth, 0)
	return c
}

// entersLoop reports whether a frame can be resumed inside of a loop, behind its
// begin, so that everything in it may come from there.
func (b *builder) entersLoop(l bytecode.LoopID) bool {
	if b.entered == nil {
		return false
	}
	header := b.bc.Loops[l].Header
	return slices.ContainsFunc(b.bc.Loops[l].Blocks, func(id bytecode.BlockID) bool { return b.entered[id] && id != header })
}

// reaches returns how many stack values an instruction replaces; below them
// it leaves the stack as it is, although it may look at it.
func reaches(in *bytecode.Instr) int {
	switch in.Base {
	case bytecode.OpForIter, bytecode.OpCopy, bytecode.OpGetLen, bytecode.OpMatchMapping,
		bytecode.OpMatchSequence, bytecode.OpMatchKeys, bytecode.OpImportFrom:
		return 0
	case bytecode.OpListAppend, bytecode.OpSetAdd, bytecode.OpListExtend, bytecode.OpSetUpdate,
		bytecode.OpDictUpdate, bytecode.OpDictMerge:
		return 1
	case bytecode.OpMapAdd:
		return 2
	}
	return in.Info().Semantics().Pops.At(in.Arg)
}
