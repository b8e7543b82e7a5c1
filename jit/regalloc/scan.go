package regalloc

// scan gives every piece a register or the stack, in order of their starts.
func (a *Allocator) scan() {
	limit := 1000 + 64*(len(a.pieces)+len(a.reqs)+len(a.ranges)+len(a.edges))
	for len(a.queue) > 0 && a.err == nil {
		if len(a.pieces) > limit {
			a.err = errDiverged
			return
		}
		a.allocate(a.dequeue())
	}
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
	a.findFree(c)
	if r := a.choose(c, c.end, 0); r != noReg {
		a.occupy(id, r)
		return
	}
	if r := a.longest(c, n.end); r != noReg {
		a.occupyUntil(id, r, a.free[r])
		return
	}
	now := a.immediate(c, n)
	if now && n.end > c.start && a.lateSplit(id, n) {
		return
	}
	if a.evictFor(id, n, now) {
		return
	}
	if !now {
		a.spill(id, n)
		return
	}
	if !a.rearrange(id, n) {
		a.fail("instruction %d needs more registers than there are", n.req>>2)
	}
}

// findFree computes, for each register of c's class, the first position at
// which it is not free for c.
func (a *Allocator) findFree(c *piece) {
	a.findClobbers(c)
	for _, r := range a.order[a.values[c.v].class] {
		a.free[r] = a.firstBlocked(c, r)
		if a.free[r] > c.start {
			_, p := a.firstTaken(c, r)
			a.free[r] = min(a.free[r], p)
		}
	}
}

// choose returns a register that is free for c up to position end: the one
// most wanted, else the first in order; or noReg. Registers in avoid are not
// taken.
func (a *Allocator) choose(c *piece, end int32, avoid RegSet) PReg {
	if a.blocks[a.blockOf[c.start>>2]].cold {
		avoid |= a.unsaved // saving it would cost the hot path
	}
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
	a.scoreHints(c)
	for _, r := range order {
		if a.free[r] >= end && !avoid.Has(r) && a.score[r] > a.score[best] {
			best = r
		}
	}
	return best
}

// longest returns the register that is free for c for the longest time, if
// that is at least up to end; or noReg.
func (a *Allocator) longest(c *piece, end int32) PReg {
	var avoid RegSet
	if a.blocks[a.blockOf[c.start>>2]].cold {
		avoid = a.unsaved
	}
	order := a.order[a.values[c.v].class]
	best := noReg
	for {
		for _, r := range order {
			if a.free[r] >= end && !avoid.Has(r) && (best == noReg || a.free[r] > a.free[best]) {
				best = r
			}
		}
		if best != noReg {
			break
		}
		if avoid == 0 {
			return noReg
		}
		avoid = 0
	}
	a.scoreHints(c)
	for _, r := range order {
		if a.free[r] == a.free[best] && !avoid.Has(r) && a.score[r] > a.score[best] {
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
	if a.incoming(c) == locStack {
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
	if r := a.longest(c, a.splitUp(c.start+1)); r != noReg && !a.unsaved.Has(r) {
		if last := a.lastHint(c, a.free[r]); last >= 0 {
			a.occupyUntil(id, r, a.free[r])
			return
		}
	}
	a.toStack(id)
}

func (a *Allocator) toStack(id int32) { a.pieces[id].loc = locStack }

// spill puts the piece on the stack, up to a good place to load it for its
// first required use.
func (a *Allocator) spill(id int32, n need) {
	c := &a.pieces[id]
	if n.req != never {
		p := n.start
		if !a.cfg.SpillEverything {
			p = a.bestSplit(a.splitUp(c.start+1), p)
		}
		a.enqueue(a.split(id, p))
	}
	a.toStack(id)
}

// lateSplit serves an early use in an instruction that then destroys the
// register, while the value lives on: it is in a register until the late
// position, and on the stack from there, where it was stored before.
func (a *Allocator) lateSplit(id int32, n need) bool {
	c := &a.pieces[id]
	late := n.req&^3 + posLate
	if n.req == a.values[c.v].defPos || a.reqEnd(c.v, n.req) != late || c.end <= late {
		return false
	}
	r := a.longest(c, late)
	if r == noReg {
		return false
	}
	a.enqueue(a.split(id, late))
	a.occupy(id, r)
	return true
}
