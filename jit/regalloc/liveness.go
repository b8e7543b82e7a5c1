package regalloc

import (
	"cmp"
	"slices"
)

// findLoops derives the loops from the edges that go backwards in the layout.
// It only serves the choice of what to spill, so a loop is simply the layout
// range from its header to its last hot back edge.
func (a *Allocator) findLoops() {
	a.loops = a.loops[:0]
	for h := range a.blocks {
		end := none
		for _, i := range a.into(int32(h)) {
			if from := a.edges[i].from; from >= int32(h) && !a.blocks[from].cold {
				end = max(end, a.blocks[from].end())
			}
		}
		if end != none && !a.blocks[h].cold {
			a.loops = append(a.loops, loop{span{a.blocks[h].entry(), end}, none})
		}
	}
	cur, next := none, 0
	for b := range a.blocks {
		entry := a.blocks[b].entry()
		for cur != none && a.loops[cur].to <= entry {
			cur = a.loops[cur].parent
		}
		if next < len(a.loops) && a.loops[next].from == entry {
			a.loops[next].parent = cur
			cur = int32(next)
			next++
		}
		a.blocks[b].loop = cur
	}
}

// findRanges computes where each value is live. It walks, value by value, from
// the uses up to the definition, so that the work is in proportion to the
// result.
func (a *Allocator) findRanges() {
	n := len(a.blocks)
	a.mark = grow(a.mark, n)
	a.segTo = grow(a.segTo, n)
	a.ranges = a.ranges[:0]
	for v := 1; v < len(a.values) && a.err == nil; v++ {
		val := &a.values[v]
		if val.def == defNone {
			if val.lives.hi > val.lives.lo {
				a.fail("v%d is used but never defined", v)
			}
			continue
		}
		a.liveBlocks(VReg(v))
		a.layRanges(val)
	}
}

// liveBlocks collects in a.touched the blocks in which v is live, with the
// end of its live part in a.segTo.
func (a *Allocator) liveBlocks(v VReg) {
	val := &a.values[v]
	a.touched, a.work = a.touched[:0], a.work[:0]
	touch := func(b, to int32) {
		if a.mark[b] != int32(v) {
			a.mark[b] = int32(v)
			a.segTo[b] = to
			a.touched = append(a.touched, b)
			if b != val.defBlock {
				a.work = append(a.work, b)
			}
			return
		}
		a.segTo[b] = max(a.segTo[b], to)
	}
	for _, u := range a.lives[val.lives.lo:val.lives.hi] {
		touch(u.block, u.to)
		if u.block == val.defBlock && u.to <= val.defPos && !a.defInTerminator(val) {
			a.fail("v%d is used before its definition", v)
			return
		}
	}
	for len(a.work) > 0 {
		b := a.work[len(a.work)-1]
		a.work = a.work[:len(a.work)-1]
		if b == 0 {
			a.fail("v%d is not defined on every path to its uses", v)
			return
		}
		// A block without predecessors never runs.
		for _, e := range a.into(b) {
			p := a.edges[e].from
			touch(p, a.blocks[p].end())
		}
	}
	if len(a.touched) > 0 && val.def != defNone {
		touch(val.defBlock, 0) // it is written, though only blocks that never run read it
	}
}

// defInTerminator reports whether val is a fixed definition of a terminator,
// so that it exists only from the edges on.
func (a *Allocator) defInTerminator(val *value) bool {
	return val.def == defFixed && val.defPos == a.blocks[val.defBlock].end()
}

// layRanges turns the blocks found by liveBlocks into ranges.
func (a *Allocator) layRanges(val *value) {
	val.ranges.lo = int32(len(a.ranges))
	defer func() { val.ranges.hi = int32(len(a.ranges)) }()
	if len(a.touched) == 0 {
		// Nothing uses it, but the instruction still writes it.
		switch val.def {
		case defReg, defAny, defReuse:
			a.ranges = append(a.ranges, span{val.defPos, 4*val.defInstr + 4})
		}
		return
	}
	slices.Sort(a.touched)
	for _, b := range a.touched {
		s := span{a.blocks[b].entry(), a.segTo[b]}
		if b == val.defBlock {
			s.from = val.defPos
			switch val.def {
			case defReg, defAny, defReuse:
				s.to = max(s.to, 4*val.defInstr+4)
			}
		}
		if s.from >= s.to {
			continue
		}
		if n := len(a.ranges); n > int(val.ranges.lo) && a.ranges[n-1].to == s.from {
			a.ranges[n-1].to = s.to
			continue
		}
		a.ranges = append(a.ranges, s)
	}
}

// covers reports whether v is live at pos.
func (a *Allocator) covers(v VReg, pos int32) bool {
	val := &a.values[v]
	rs := a.ranges[val.ranges.lo:val.ranges.hi]
	i, _ := slices.BinarySearchFunc(rs, pos, func(s span, pos int32) int { return cmp.Compare(s.to, pos+1) })
	return i < len(rs) && rs[i].from <= pos
}
