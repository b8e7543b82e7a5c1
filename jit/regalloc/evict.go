package regalloc

// eviction says how a piece can be made to leave its register.
type eviction struct {
	at   int32 // where it leaves
	cost int64 // distance of its next use, the larger the better; negative if it cannot leave
}

// How much sooner than others a value gives up its register that can be made
// anew, or that has a slot already.
const (
	rematBonus = 8
	slotBonus  = 2
)

// evictionOf returns how the piece can leave its register before position s,
// when others need it in [s, end).
func (a *Allocator) evictionOf(id, s, end int32) eviction {
	c := &a.pieces[id]
	at := a.splitDown(s)
	q := a.nextReq(c.v, max(at, c.start), min(c.end, end))
	if q == never {
		cost := a.distance(c.v, max(at, c.start))
		if a.values[c.v].remat {
			cost *= rematBonus
		} else if a.values[c.v].spilled {
			cost *= slotBonus
		}
		return eviction{at, cost}
	}
	// An early use may keep the register up to a late definition.
	if s&3 == posLate && c.start < s && q < s && q != a.values[c.v].defPos && a.nextReq(c.v, s, min(c.end, end)) == never {
		return eviction{s, a.distance(c.v, s)}
	}
	return eviction{at, -1}
}

// evict makes the piece leave its register, and queues what it loses.
func (a *Allocator) evict(id int32, e eviction) {
	a.res.Stats.Evictions++
	c := &a.pieces[id]
	at := e.at
	if at <= c.start {
		a.vacate(id, c.start)
		c.loc = 0
		a.enqueue(id)
		return
	}
	if at&3 != posLate {
		lo := a.splitUp(c.start + 1)
		if last := a.lastReq(c.v, c.start, at); last >= 0 {
			lo = max(lo, a.splitUp(a.reqEnd(c.v, last)))
		}
		at = a.bestSplit(lo, at)
	}
	a.vacate(id, at)
	a.enqueue(a.split(id, at))
}

// conflicts calls f with the pieces that keep c from having register r before
// position end, until f returns false.
func (a *Allocator) conflicts(c *piece, r PReg, end int32, f func(id int32) bool) bool {
	head := *c
	head.end = min(head.end, end)
	for head.ranges.hi-1 > head.ranges.lo && a.ranges[head.ranges.hi-1].from >= head.end {
		head.ranges.hi--
	}
	for {
		k, p := a.firstTaken(&head, r)
		if k < 0 {
			return true
		}
		t := a.regs[r][k]
		if !f(t.piece) {
			return false
		}
		if t.to >= head.end {
			return true
		}
		head.start = max(t.to, p)
		head.ranges.lo += a.rangeAfter(&head, head.start)
		if head.ranges.lo >= head.ranges.hi {
			return true
		}
		head.start = max(head.start, a.ranges[head.ranges.lo].from)
		if head.start >= head.end {
			return true
		}
	}
}

// evictFor makes room for the first need of a piece by taking the register
// whose owners need it last. If the piece can wait, it does so rather than
// take a register that is needed earlier. It needs findFree.
func (a *Allocator) evictFor(id int32, n need, now bool, avoid RegSet) bool {
	c := &a.pieces[id]
	best, bestCost := noReg, int64(-1)
	for _, r := range a.order[a.values[c.v].class] {
		if avoid.Has(r) || a.blocked[r] < n.end {
			continue
		}
		cost := int64(1 << 62)
		a.conflicts(c, r, n.end, func(o int32) bool {
			cost = min(cost, a.evictionOf(o, max(c.start, a.splitDown(a.pieces[o].start)), n.end).cost)
			return cost >= 0
		})
		if cost > bestCost {
			best, bestCost = r, cost
		}
	}
	if best == noReg || !now && bestCost <= a.distance(c.v, c.start) {
		return false
	}
	a.takeOver(id, best, n.end)
	return true
}

// evictAhead is tried when the best free register is lost at position until.
// If the piece would there take the register of another that can wait longer,
// or would be elsewhere at the end of a loop than at its header, it takes such
// a register from the start. It needs findFree.
func (a *Allocator) evictAhead(id, until int32, avoid RegSet) bool {
	c := &a.pieces[id]
	q := a.nextReq(c.v, until, c.end)
	if q == never || until>>2 >= a.nInstr {
		return false
	}
	end := min(c.end, a.splitUp(a.reqEnd(c.v, q)))
	l := a.blocks[a.blockOf[until>>2]].loop
	for depth := 0; l != none && depth < maxLoops; depth++ {
		lp := a.loops[l]
		l = lp.parent
		if !a.covers(c.v, lp.from) || !a.covers(c.v, lp.to-1) {
			break // what is live around an outer loop is so around an inner one
		}
		end = max(end, min(c.end, lp.to))
	}
	mine := a.distance(c.v, until)
	best, bestCost := noReg, mine
	for _, r := range a.order[a.values[c.v].class] {
		if avoid.Has(r) || a.blocked[r] < end {
			continue
		}
		cost := int64(1 << 62)
		a.conflicts(c, r, end, func(o int32) bool {
			from := max(c.start, a.splitDown(a.pieces[o].start))
			if cost = min(cost, a.evictionOf(o, from, end).cost); cost >= 0 && a.pieces[o].end > until {
				cost = min(cost, a.distance(a.pieces[o].v, max(until, from)))
			}
			return cost > bestCost
		})
		if cost > bestCost {
			best, bestCost = r, cost
		}
	}
	if best == noReg {
		return false
	}
	a.takeOver(id, best, end)
	return true
}

// takeOver evicts all that keeps the piece from register r up to position
// end, and gives it the register.
func (a *Allocator) takeOver(id int32, r PReg, end int32) {
	for {
		c := &a.pieces[id]
		o := none
		a.conflicts(c, r, end, func(p int32) bool { o = p; return false })
		if o == none {
			break
		}
		a.evict(o, a.evictionOf(o, max(c.start, a.splitDown(a.pieces[o].start)), end))
	}
	c := &a.pieces[id]
	_, p := a.firstTaken(c, r)
	a.occupyUntil(id, r, min(p, a.firstBlocked(c, r)))
}
