package regalloc

import "slices"

// isEntry reports whether position 4*i is the entry of a block, or the end of
// the function.
func (a *Allocator) isEntry(i int32) bool {
	return i == a.nInstr || a.blocks[a.blockOf[i]].first == i
}

// splitDown returns the last position at or before p at which an interval can
// be split: a gap or a block entry.
func (a *Allocator) splitDown(p int32) int32 {
	i := p >> 2
	if p&3 != posEntry {
		return 4*i + posGap
	}
	if a.isEntry(i) {
		return p
	}
	return 4*(i-1) + posGap
}

// splitUp returns the first position at or after p at which an interval can
// be split.
func (a *Allocator) splitUp(p int32) int32 {
	i := p >> 2
	switch p & 3 {
	case posGap:
		return p
	case posEarly, posLate:
		i++
	}
	if a.isEntry(i) {
		return 4 * i
	}
	return 4*i + posGap
}

// bestSplit returns the cheapest position for a move between lo and hi, which
// are positions at which intervals can be split. Of equal ones it takes the
// last, and of the gaps within a block only hi is considered.
func (a *Allocator) bestSplit(lo, hi int32) int32 {
	if lo >= hi || hi>>2 >= a.nInstr {
		return hi
	}
	b := a.blockOf[hi>>2]
	best, cost := hi, a.blocks[b].freq
	if hi&3 == posEntry {
		cost = a.blocks[b].boundaryCost
	}
	for steps := 0; steps < 256 && b > 0; steps++ {
		entry := a.blocks[b].entry()
		if entry < lo {
			break
		}
		// An entry that only later blocks lead to says nothing about what
		// the split costs.
		if c := a.blocks[b].boundaryCost; c > 0 && c < cost {
			best, cost = entry, c
		}
		b--
	}
	return best
}

// nextReq returns the first position from pos on and before end at which v
// must be in a register, or never.
func (a *Allocator) nextReq(v VReg, pos, end int32) int32 {
	r := a.values[v].reqs
	rs := a.reqs[r.lo:r.hi]
	i, _ := slices.BinarySearch(rs, pos)
	if i < len(rs) && rs[i] < end {
		return rs[i]
	}
	return never
}

// lastReq returns the last position before end and not before pos at which v
// must be in a register, or -1.
func (a *Allocator) lastReq(v VReg, pos, end int32) int32 {
	r := a.values[v].reqs
	rs := a.reqs[r.lo:r.hi]
	i, _ := slices.BinarySearch(rs, end)
	if i > 0 && rs[i-1] >= pos {
		return rs[i-1]
	}
	return -1
}

// nextCopy returns the first position from pos on and before end at which v is
// copied to a place that prefers a register, or never.
func (a *Allocator) nextCopy(v VReg, pos, end int32) int32 {
	val := &a.values[v]
	hs := a.hints[val.hints.lo:val.hints.hi]
	for i := hintAfter(hs, pos); i < len(hs) && hs[i].pos < end; i++ {
		if k := hs[i].kind; (k == hintFixed || k == hintCopied) && hs[i].pos != val.defPos {
			return hs[i].pos
		}
	}
	return never
}

// nextUse returns the first position from pos on and before end at which v is
// better in a register, or never.
func (a *Allocator) nextUse(v VReg, pos, end int32) int32 {
	q := a.nextReq(v, pos, end)
	return min(q, a.nextCopy(v, pos, min(q, end)))
}

// reqStart returns the position from which on v must be in a register because
// of its required position q.
func (a *Allocator) reqStart(v VReg, q int32) int32 {
	if q == a.values[v].defPos {
		return q
	}
	return q&^3 + posGap
}

// reqEnd returns the position up to which v must be in a register because of
// its required positions in the instruction of q.
func (a *Allocator) reqEnd(v VReg, q int32) int32 {
	base := q &^ 3
	if q == a.values[v].defPos || a.nextReq(v, base+posLate, base+4) != never {
		return base + 4
	}
	return base + posLate
}

// maxLoops bounds the loops around a position that distance looks at.
const maxLoops = 8

// distance estimates how far from pos the next use of v in a register is, in
// positions run through. A use in the next iteration of a loop is nearer than
// one after the loop.
func (a *Allocator) distance(v VReg, pos int32) int64 {
	q := a.nextUse(v, pos, never)
	var sum int64
	if pos>>2 < a.nInstr {
		l := a.blocks[a.blockOf[pos>>2]].loop
		for depth := 0; l != none && depth < maxLoops; depth++ {
			lp := a.loops[l]
			l = lp.parent
			if q < lp.to {
				break
			}
			if first := a.nextUse(v, lp.from, pos); first != never && a.covers(v, lp.from) && a.covers(v, lp.to-1) {
				return sum + int64(lp.to-pos) + int64(first-lp.from)
			}
			sum += 8 * int64(lp.to-lp.from)
		}
	}
	if q == never {
		return 1 << 55
	}
	return sum + int64(q-pos)
}
