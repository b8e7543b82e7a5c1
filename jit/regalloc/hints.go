package regalloc

import (
	"cmp"
	"slices"
)

// maxHints bounds the hints of one value that are looked at for one piece.
const maxHints = 32

// Costs in the measure of block frequencies. A value in a caller-saved
// register costs a store and a load at each call on a slow path, which hardly
// ever run, but take room; the first use of a callee-saved register costs a
// save and a restore, mostly in pairs.
const (
	slowCallCost = 6
	saveCost     = 16
)

// scoreHints computes, for each register of c's class, how much work it would
// save to have c there up to position end.
func (a *Allocator) scoreHints(c *piece, end int32) {
	val := &a.values[c.v]
	slow := int32(0)
	if !a.blocks[a.blockOf[c.start>>2]].cold {
		slow = min(val.slowCalls, maxHints) * slowCallCost
	}
	for _, r := range a.order[val.class] {
		a.score[r] = 0
		if a.cfg.CalleeSaved.Has(r) {
			a.score[r] = slow
		}
		if a.unsaved.Has(r) {
			a.score[r] -= saveCost
		}
	}
	add := func(l Loc, freq int32) {
		if l.IsReg() {
			a.score[l.Reg()] += freq
		}
	}
	add(a.incoming(c), 2*a.blocks[a.blockOf[c.start>>2]].freq)
	hints := a.hintsOf(c)
	for n := range hints {
		h := &hints[n]
		if n == maxHints || h.pos >= end {
			break
		}
		switch h.kind {
		case hintFixed:
			a.score[h.reg] += 2 * h.freq
		case hintStart, hintCopyArg:
			if h.pos == c.start {
				add(a.find(h.other, h.at), 2*h.freq)
			}
		case hintCopied:
			add(a.find(h.other, h.at), 2*h.freq)
		}
	}
	if g := &a.values[a.root(c.v)]; g.want != noReg {
		a.score[g.want]++
	}
}

// hintsOf returns the hints of c's value from its start on.
func (a *Allocator) hintsOf(c *piece) []hint {
	val := &a.values[c.v]
	hs := a.hints[val.hints.lo:val.hints.hi]
	return hs[hintAfter(hs, c.start):]
}

// hintAfter returns the index of the first hint at or after pos.
func hintAfter(hs []hint, pos int32) int {
	if len(hs) == 0 || hs[0].pos >= pos {
		return 0
	}
	i, _ := slices.BinarySearchFunc(hs, pos, func(h hint, p int32) int { return cmp.Compare(h.pos, p) })
	return i
}

// find returns where v is at pos as far as is known by now, or the zero Loc.
func (a *Allocator) find(v VReg, pos int32) Loc {
	val := &a.values[v]
	id := val.last
	if id == none {
		id = val.head
	}
	for id != none && a.pieces[id].start > pos {
		id = a.pieces[id].prev
	}
	for id != none && a.pieces[id].end <= pos {
		id = a.pieces[id].next
	}
	if id == none || a.pieces[id].start > pos {
		return 0
	}
	val.last = id
	return a.pieces[id].loc
}

// incoming returns where the value of c comes from when c starts: the
// location of the piece before, or that at the end of the most frequent
// predecessor. It is the zero Loc for a definition and if it is not known.
func (a *Allocator) incoming(c *piece) Loc {
	val := &a.values[c.v]
	if c.start == val.defPos {
		return 0
	}
	b := a.blockOf[c.start>>2]
	if c.start != a.blocks[b].entry() {
		if c.prev != none && a.pieces[c.prev].end == c.start {
			return a.pieces[c.prev].loc
		}
		return 0
	}
	var best Loc
	freq := int32(-1)
	for _, e := range a.into(b) {
		from := a.edges[e].from
		l := a.leaving(c.v, from)
		if f := a.blocks[from].freq; l != 0 && f > freq {
			best, freq = l, f
		}
	}
	return best
}

// leaving returns where v is at the end of block b as far as is known by now.
func (a *Allocator) leaving(v VReg, b int32) Loc {
	val := &a.values[v]
	if val.defBlock == b && a.defInTerminator(val) {
		return InReg(val.defReg)
	}
	return a.find(v, a.blocks[b].end()-1)
}
