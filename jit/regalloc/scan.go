package regalloc

import "slices"

// scan gives every piece a register or the stack, in order of their starts.
func (a *Allocator) scan() {
	limit := 1000 + 64*(len(a.pieces)+len(a.reqs)+len(a.ranges)+len(a.edges))
	for len(a.queue) > 0 && a.err == nil {
		if len(a.pieces) > limit {
			a.err = errDiverged
			return
		}
		if id, delayed := a.dequeue(); delayed || !a.postpone(id) {
			a.allocate(id)
		}
	}
}

// postpone puts a piece that starts with a block back, unless it can stay in
// the register that its value comes in: those are placed first.
func (a *Allocator) postpone(id int32) bool {
	c := &a.pieces[id]
	if c.start != a.blocks[a.blockOf[c.start>>2]].entry() {
		return false
	}
	if l := a.incoming(c); l.IsReg() {
		r := l.Reg()
		_, p := a.firstTaken(c, r)
		a.findClobbers(c)
		if min(p, a.firstBlocked(c, r)) >= c.end {
			return false
		}
	}
	a.push(id, 1)
	return true
}

// need describes what a piece asks for first.
type need struct {
	req   int32 // first position at which a register is required, or never
	start int32 // where it must be in the register
	end   int32 // first position after it at which the piece can end
}

// immediate reports whether the piece cannot do without a register at its
// very start.
func (a *Allocator) immediate(c *piece, n need) bool {
	return a.splitUp(c.start+1) > n.start
}

func (a *Allocator) needs(c *piece) need {
	q := a.nextReq(c.v, c.start, c.end)
	if q == never {
		return need{req: never}
	}
	return need{q, a.reqStart(c.v, q), min(c.end, a.splitUp(a.reqEnd(c.v, q)))}
}

// allocate finds a place for a piece, splitting it where it has to.
func (a *Allocator) allocate(id int32) {
	c := &a.pieces[id]
	n := a.needs(c)
	if c.start&3 == posLate && c.start != a.values[c.v].defPos {
		a.spill(id, n) // goes on after an instruction that took its register
		return
	}
	if a.cfg.SpillEverything {
		if n.req == never || !a.immediate(c, n) {
			a.spill(id, n)
			return
		}
		if n.end < c.end {
			a.enqueue(a.split(id, n.end))
			c = &a.pieces[id]
		}
	}
	if n.req == never {
		a.allocateOptional(id)
		return
	}
	if c.start == a.values[c.v].defPos && a.values[c.v].remat && !a.immediate(c, n) {
		a.spill(id, n) // it is made where it is needed first
		return
	}
	a.findFree(c)
	if r := a.pinned(c.v, n.req>>2); r != noReg {
		a.occupyPinned(id, n, r)
		return
	}
	avoid := a.tooDear(c)
	if r := a.choose(c, c.end, avoid); r != noReg {
		a.occupy(id, r)
		return
	}
	if r := a.longest(c, n.end, avoid); r != noReg {
		if a.values[c.v].remat || !a.evictAhead(id, a.free[r], avoid) {
			a.occupyUntil(id, r, a.free[r])
		}
		return
	}
	now := a.immediate(c, n)
	switch {
	case now && (a.lateSplit(id, n, avoid) || a.evictFor(id, n, true, avoid)):
	case now && avoid != 0 && (a.lateSplit(id, n, 0) || a.evictFor(id, n, true, 0)):
	case now:
		a.rearrange(id, n.req>>2)
	case a.values[c.v].remat || !a.evictFor(id, n, false, avoid):
		a.spill(id, n)
	}
}

// findFree computes, for each register of c's class, the first position at
// which it is not free for c, and the first at which no other piece is to blame.
func (a *Allocator) findFree(c *piece) {
	a.findClobbers(c)
	for _, r := range a.order[a.values[c.v].class] {
		a.blocked[r] = a.firstBlocked(c, r)
		a.free[r] = a.blocked[r]
		if a.free[r] > c.start {
			_, p := a.firstTaken(c, r)
			a.free[r] = min(a.free[r], p)
		}
	}
}

// tooDear returns the registers whose save and restore would cost more than c
// can gain: for what lives in cold blocks, and for constants outside loops.
func (a *Allocator) tooDear(c *piece) RegSet {
	start := &a.blocks[a.blockOf[c.start>>2]]
	if start.cold {
		return a.unsaved
	}
	if a.values[c.v].remat && start.loop == none {
		for q := a.nextReq(c.v, c.start+1, c.end); q != never; q = a.nextReq(c.v, q+1, c.end) {
			if a.blocks[a.blockOf[q>>2]].loop != none {
				return 0
			}
		}
		return a.unsaved
	}
	return 0
}

// choose returns a register that is free for c up to position end: the one
// most wanted, else the first in order; or noReg. Registers in avoid are not
// taken.
func (a *Allocator) choose(c *piece, end int32, avoid RegSet) PReg {
	order := a.order[a.values[c.v].class]
	best := noReg
	for _, r := range order {
		if a.free[r] >= end && !avoid.Has(r) {
			best = r
			break
		}
	}
	if best == noReg {
		return noReg
	}
	a.scoreHints(c, c.end)
	for _, r := range order {
		if a.free[r] >= end && !avoid.Has(r) && a.score[r] > a.score[best] {
			best = r
		}
	}
	return best
}

// longest returns the register that is free for c for the longest time, if
// that is at least up to end; or noReg. Registers in avoid are not taken.
func (a *Allocator) longest(c *piece, end int32, avoid RegSet) PReg {
	order := a.order[a.values[c.v].class]
	best := noReg
	for _, r := range order {
		if a.free[r] >= end && !avoid.Has(r) && (best == noReg || a.free[r] > a.free[best]) {
			best = r
		}
	}
	if best == noReg {
		return noReg
	}
	// Of those that force a split at the same place, the most wanted.
	until := min(c.end, a.splitDown(min(c.end, a.free[best])))
	a.scoreHints(c, until)
	for _, r := range order {
		if a.free[r] >= max(until, end) && !avoid.Has(r) && a.score[r] > a.score[best] {
			best = r
		}
	}
	return best
}

// occupyUntil gives register r to the piece, and splits off what lies behind
// position until, where the register is not free any more. The register must
// be free for all that the piece needs first.
func (a *Allocator) occupyUntil(id int32, r PReg, until int32) {
	c := &a.pieces[id]
	if until < c.end {
		hi := a.splitDown(until)
		lo := a.splitUp(c.start + 1)
		for last := a.lastReq(c.v, c.start, until); last >= 0; last = a.lastReq(c.v, c.start, last&^3) {
			if p := a.splitUp(a.reqEnd(c.v, last)); p <= hi {
				lo = max(lo, p)
				break
			}
		}
		if p := a.bestSplit(lo, hi); p < c.end {
			a.enqueue(a.split(id, p))
		}
	}
	a.occupy(id, r)
}

// allocateOptional places a piece that never requires a register: it gets one
// if that saves work.
func (a *Allocator) allocateOptional(id int32) {
	c := &a.pieces[id]
	if a.values[c.v].remat || a.incoming(c) == locStack {
		a.toStack(id)
		return
	}
	a.findFree(c)
	if r := a.choose(c, c.end, a.unsaved); r != noReg {
		a.occupy(id, r)
		return
	}
	// A register for the first part is worth it if something is copied from
	// there.
	if r := a.longest(c, a.splitUp(c.start+1), a.unsaved); r != noReg && a.nextCopy(c.v, c.start, min(c.end, a.free[r])) != never {
		a.occupyUntil(id, r, a.free[r])
		return
	}
	a.toStack(id)
}

func (a *Allocator) toStack(id int32) {
	c := &a.pieces[id]
	c.loc = locStack
	a.values[c.v].spilled = !a.values[c.v].remat
}

// spill puts the piece on the stack, up to a good place to load it for its
// first required use.
func (a *Allocator) spill(id int32, n need) {
	c := &a.pieces[id]
	if n.req != never {
		p := n.start
		if !a.cfg.SpillEverything {
			p = a.bestSplit(a.splitUp(c.start+1), p)
			if a.values[c.v].remat && a.clobbered(p, n.start) {
				p = n.start // to keep it over a call is dearer than to make it
			}
		}
		a.enqueue(a.split(id, p))
	}
	a.toStack(id)
}

// clobbered reports whether an instruction between two positions destroys
// registers.
func (a *Allocator) clobbered(from, to int32) bool {
	for n := range a.clobs {
		at := a.clobs[n].at
		if k, _ := slices.BinarySearch(at, from); k < len(at) && at[k] < to {
			return true
		}
	}
	return false
}

// lateSplit serves an early use in an instruction that then destroys the
// register, while the value lives on: it is in a register until the late
// position, and on the stack from there, where it was stored before.
func (a *Allocator) lateSplit(id int32, n need, avoid RegSet) bool {
	c := &a.pieces[id]
	late := n.req&^3 + posLate
	if !a.canSplitLate(c, n) {
		return false
	}
	r := a.longest(c, late, avoid)
	if r == noReg {
		return false
	}
	a.enqueue(a.split(id, late))
	a.occupy(id, r)
	return true
}

// canSplitLate reports whether the piece is needed in a register early in its
// first instruction, but not late, and lives on.
func (a *Allocator) canSplitLate(c *piece, n need) bool {
	late := n.req&^3 + posLate
	return n.req != a.values[c.v].defPos && a.reqEnd(c.v, n.req) == late && c.end > late
}
