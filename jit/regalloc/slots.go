package regalloc

import "slices"

// maxSlotTries bounds the slots that are tried for one value, so that many
// spilled values do not cost quadratic time.
const maxSlotTries = 48

// assignSlots gives a spill slot to every value that has a piece on the stack.
// Values share a slot if they are never live together, and values connected by
// block parameters share one by preference, so that their edges need no move.
func (a *Allocator) assignSlots() {
	a.queue = a.queue[:0]
	for v := range a.values {
		if val := &a.values[v]; val.spilled {
			a.queue = append(a.queue, uint64(a.ranges[val.ranges.lo].from)<<32|uint64(v))
			a.res.Stats.Spilled++
		}
	}
	slices.Sort(a.queue)
	for i := range a.slots {
		a.slots[i] = a.slots[i][:0]
	}
	n := 0
	a.work = grow(a.work, len(a.values)) // group → last slot + 1
	for _, key := range a.queue {
		v := VReg(uint32(key))
		val := &a.values[v]
		rs := a.ranges[val.ranges.lo:val.ranges.hi]
		root := a.root(v)
		slot := -1
		if want := int(a.work[root]) - 1; want >= 0 && slotFree(a.slots[want], rs) {
			slot = want
		}
		for s := max(0, n-maxSlotTries); s < n && slot < 0; s++ {
			if slotFree(a.slots[s], rs) {
				slot = s
			}
		}
		if slot < 0 {
			slot = n
			n++
			if len(a.slots) < n {
				a.slots = append(a.slots, nil)
			}
		}
		l := a.slots[slot]
		for _, s := range rs {
			l = slices.Insert(l, spanAfter(l, s.from), s)
		}
		a.slots[slot] = l
		val.slot = int32(slot)
		a.work[root] = int32(slot) + 1
	}
	a.res.NumSpillSlots = n
}

// slotFree reports whether none of the ranges rs overlaps the slot's.
func slotFree(slot, rs []span) bool {
	k := spanAfter(slot, rs[0].from)
	for i := 0; i < len(rs) && k < len(slot); {
		switch {
		case slot[k].to <= rs[i].from:
			k++
		case rs[i].to <= slot[k].from:
			i++
		default:
			return false
		}
	}
	return true
}
