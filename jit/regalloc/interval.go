package regalloc

import (
	"cmp"
	"slices"
)

// piece is a live interval: a part of a value's ranges with one location.
type piece struct {
	v          VReg
	start, end int32 // first position, and one after the last
	ranges     view  // its ranges, to be clipped to [start, end)
	loc        Loc   // zero while it waits in the queue
	prev, next int32 // pieces of the same value, in order of position
	read       bool  // its location is read; set by resolve
}

// clip returns range i of p.
func (a *Allocator) clip(p *piece, i int32) span {
	s := a.ranges[i]
	return span{max(s.from, p.start), min(s.to, p.end)}
}

// makePieces creates one interval for each value, and one more wherever it
// reaches a block at which intervals start anew.
func (a *Allocator) makePieces() {
	a.pieces = a.pieces[:0]
	a.queue = a.queue[:0]
	a.pins = a.pins[:0]
	for r := range a.regs {
		a.regs[r] = a.regs[r][:0]
	}
	for v := range a.values {
		val := &a.values[v]
		if val.ranges.lo == val.ranges.hi {
			continue
		}
		id := int32(len(a.pieces))
		val.head = id
		a.pieces = append(a.pieces, piece{
			v: VReg(v), start: a.ranges[val.ranges.lo].from, end: a.ranges[val.ranges.hi-1].to,
			ranges: val.ranges, prev: none, next: none,
		})
		k, _ := slices.BinarySearch(a.cuts, a.pieces[id].start+1)
		for k < len(a.cuts) && a.cuts[k] < a.pieces[id].end {
			rest := a.split(id, a.cuts[k])
			a.countSlowCalls(id)
			a.enqueue(id)
			id = rest
			// A hole may skip cuts.
			n, _ := slices.BinarySearch(a.cuts[k:], a.pieces[id].start+1)
			k += n
		}
		a.countSlowCalls(id)
		a.enqueue(id)
	}
}

// countSlowCalls notes the clobbers that the piece lives across, if it is in
// a cold block.
func (a *Allocator) countSlowCalls(id int32) {
	c := &a.pieces[id]
	if !a.blocks[a.blockOf[c.start>>2]].cold {
		return
	}
	for n := range a.clobs {
		if a.clobs[n].mask&^a.cfg.CalleeSaved == 0 {
			continue
		}
		at := a.clobs[n].at
		for i := c.ranges.lo; i < c.ranges.hi; i++ {
			s := a.clip(c, i)
			lo, _ := slices.BinarySearch(at, s.from)
			hi, _ := slices.BinarySearch(at[lo:], s.to)
			a.values[c.v].slowCalls += int32(hi)
		}
	}
}

// split cuts the piece before position p, which lies within it, and returns
// the new piece with the rest. If p is in a hole, the rest starts after it.
func (a *Allocator) split(id, p int32) int32 {
	c := &a.pieces[id]
	if p <= c.start || p >= c.end {
		panic("regalloc: split outside of the interval")
	}
	k := c.ranges.lo + a.rangeAfter(c, p)
	rest := piece{
		v: c.v, start: max(p, a.ranges[k].from), end: c.end, ranges: view{k, c.ranges.hi},
		loc: 0, prev: id, next: c.next,
	}
	if a.ranges[k].from < p {
		c.end, c.ranges.hi = p, k+1
	} else {
		c.end, c.ranges.hi = a.ranges[k-1].to, k
	}
	n := int32(len(a.pieces))
	if c.next != none {
		a.pieces[c.next].prev = n
	}
	c.next = n
	a.pieces = append(a.pieces, rest)
	return n
}

// rangeAfter returns how many of c's ranges end at or before p.
func (a *Allocator) rangeAfter(c *piece, p int32) int32 {
	rs := a.ranges[c.ranges.lo:c.ranges.hi]
	if len(rs) == 1 || rs[0].to > p {
		return 0
	}
	i, _ := slices.BinarySearchFunc(rs, p, func(s span, p int32) int { return cmp.Compare(s.to, p+1) })
	return int32(i)
}

// enqueue puts a piece into the queue.
func (a *Allocator) enqueue(id int32) { a.push(id, 0) }

// push puts a piece into the queue, which is a heap ordered by start; of those
// that start together, the ones without delay come first.
func (a *Allocator) push(id int32, delay uint64) {
	q := append(a.queue, uint64(a.pieces[id].start)<<33|delay<<32|uint64(id))
	i := len(q) - 1
	for i > 0 {
		up := (i - 1) / 2
		if q[up] <= q[i] {
			break
		}
		q[up], q[i] = q[i], q[up]
		i = up
	}
	a.queue = q
}

// dequeue returns the next piece, and whether it was delayed.
func (a *Allocator) dequeue() (id int32, delayed bool) {
	q := a.queue
	top := q[0]
	n := len(q) - 1
	q[0] = q[n]
	q = q[:n]
	i := 0
	for {
		c := 2*i + 1
		if c >= n {
			break
		}
		if c+1 < n && q[c+1] < q[c] {
			c++
		}
		if q[i] <= q[c] {
			break
		}
		q[i], q[c] = q[c], q[i]
		i = c
	}
	a.queue = q
	return int32(uint32(top)), top>>32&1 != 0
}

// takenAfter returns the index of the first entry of l that ends after pos.
func takenAfter(l []taken, pos int32) int {
	// Mostly it is one of the last, as intervals come in order.
	lo, hi := 0, len(l)
	for k := 0; k < 3 && hi > 0; k++ {
		if l[hi-1].to <= pos {
			return hi
		}
		hi--
	}
	for lo < hi {
		m := int(uint(lo+hi) / 2)
		if l[m].to <= pos {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// spanAfter returns the index of the first span of l that ends after pos.
func spanAfter(l []span, pos int32) int {
	lo, hi := 0, len(l)
	for lo < hi {
		m := int(uint(lo+hi) / 2)
		if l[m].to <= pos {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return lo
}

// occupy gives register r to the piece.
func (a *Allocator) occupy(id int32, r PReg) {
	c := &a.pieces[id]
	c.loc = InReg(r)
	a.unsaved = a.unsaved.Remove(r)
	l := a.regs[r]
	for i := c.ranges.lo; i < c.ranges.hi; i++ {
		s := a.clip(c, i)
		l = slices.Insert(l, takenAfter(l, s.from), taken{s, id})
	}
	a.regs[r] = l
	if g := &a.values[a.root(c.v)]; g.want == noReg {
		g.want = r
	}
}

// vacate takes back the register of the piece from position p on.
func (a *Allocator) vacate(id, p int32) {
	c := &a.pieces[id]
	r := c.loc.Reg()
	l := a.regs[r]
	i := takenAfter(l, p)
	n := i
	for ; i < len(l) && l[i].from < c.end; i++ {
		t := l[i]
		if t.piece == id {
			if t.from >= p {
				continue
			}
			t.to = p
		}
		l[n] = t
		n++
	}
	a.regs[r] = append(l[:n], l[i:]...)
}

// firstTaken returns the index in the list of register r of the first entry
// that overlaps c, and the position where the overlap starts; or never.
func (a *Allocator) firstTaken(c *piece, r PReg) (int, int32) {
	l := a.regs[r]
	k := takenAfter(l, c.start)
	for i := c.ranges.lo; i < c.ranges.hi && k < len(l); {
		s := a.clip(c, i)
		switch {
		case l[k].to <= s.from:
			k++
			if k < len(l) && l[k].to <= s.from {
				k += takenAfter(l[k:], s.from)
			}
		case s.to <= l[k].from:
			i++
		default:
			return k, max(s.from, l[k].from)
		}
	}
	return -1, never
}

// firstFixed returns the first position at which c overlaps a fixed operand
// in register r, or never.
func (a *Allocator) firstFixed(c *piece, r PReg) int32 {
	l := a.fixed[r]
	// Mostly it is where it was for the interval before, or a little later.
	k := a.fixedAt[r]
	for n := 0; n < 4 && k < len(l) && l[k].to <= c.start; n++ {
		k++
	}
	if k > len(l) || k > 0 && l[k-1].to > c.start || k < len(l) && l[k].to <= c.start {
		k = spanAfter(l, c.start)
	}
	a.fixedAt[r] = k
	for i := c.ranges.lo; i < c.ranges.hi && k < len(l); {
		s := a.clip(c, i)
		switch {
		case l[k].to <= s.from:
			k++
			if k < len(l) && l[k].to <= s.from {
				k += spanAfter(l[k:], s.from)
			}
		case s.to <= l[k].from:
			i++
		default:
			return max(s.from, l[k].from)
		}
	}
	return never
}

// findClobbers notes in a.clobHit the first position at which each clobber
// set hits c.
func (a *Allocator) findClobbers(c *piece) {
	a.clobHit = a.clobHit[:0]
	for n := range a.clobs {
		at := a.clobs[n].at
		hit := int32(never)
		k, _ := slices.BinarySearch(at, c.start)
		for i := c.ranges.lo; i < c.ranges.hi && k < len(at); {
			s := a.clip(c, i)
			if at[k] < s.from {
				d, _ := slices.BinarySearch(at[k:], s.from)
				k += d
			} else if at[k] >= s.to {
				i++
			} else {
				hit = at[k]
				break
			}
		}
		a.clobHit = append(a.clobHit, hit)
	}
}

// firstBlocked returns the first position of c at which a fixed operand or a
// clobber uses register r, or never. It needs findClobbers.
func (a *Allocator) firstBlocked(c *piece, r PReg) int32 {
	p := a.firstFixed(c, r)
	for n := range a.clobs {
		if a.clobs[n].mask.Has(r) {
			p = min(p, a.clobHit[n])
		}
	}
	return p
}
