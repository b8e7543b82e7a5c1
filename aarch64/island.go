package aarch64

import "sort"

// poolPlan is the part of the layout that places copies of literals. Indices are new
// ones unless said otherwise.
type poolPlan struct {
	skips  []skip   // branches over islands, by place
	slots  []slot   // copies of literals
	spans  []span   // the contents of the pools, by place
	latest []uint32 // of each literal: its latest copy, or absent, or queued
	slotOf []uint32 // of each fixup that loads a literal: the copy it uses

	// What waits for the next pool.
	queue     []uint32 // literals
	loads     []load   // the instructions that load them
	words     uint32   // size of the queued literals
	firstLoad uint32   // index of the first load

	longestRun int64
}

// skip is a branch, at new index at, over an island that stands before the old index.
type skip struct{ old, at uint32 }

// load is a fixup, as an index into layout.wide, that loads a literal.
type load struct{ fixup, literal uint32 }

// slot is a copy of a literal.
type slot struct{ literal, at uint32 }

// span is a range of words, end excluded, that holds items of unit bytes.
type span struct{ start, end, unit uint32 }

// Values of poolPlan.latest.
const (
	absent = ^uint32(0)
	queued = absent - 1
)

// stepSlack bounds the words that can come between the check for an island and the last of
// its literals beyond those queued: one more instruction in its long form, its literal, the
// skip, padding.
const stepSlack = 16

func (p *poolPlan) start(literals, fixups int) {
	p.skips, p.slots, p.spans = p.skips[:0], p.slots[:0], p.spans[:0]
	p.latest = zeroed(p.latest, literals)
	for i := range p.latest {
		p.latest[i] = absent
	}
	p.slotOf = zeroed(p.slotOf, fixups)
	p.clearQueue()
}

func (p *poolPlan) clearQueue() {
	p.queue, p.loads, p.words = p.queue[:0], p.loads[:0], 0
}

// load notes that the fixup at pos loads a literal: from a copy behind it where that is in
// reach, else from the next pool.
func (p *poolPlan) load(a *Assembler, fixup int, literal, pos uint32, reach int64) {
	at := p.latest[literal]
	if at < queued && int64(pos-at) <= reach {
		p.slotOf[fixup] = at
		return
	}
	if len(p.loads) == 0 {
		p.firstLoad = pos
	}
	p.loads = append(p.loads, load{uint32(fixup), literal})
	if at != queued {
		p.latest[literal] = queued
		p.queue = append(p.queue, literal)
		p.words += uint32(a.literals.list[literal].words)
	}
}

// near reports whether an island before the word at pos is worth a thought: whether the first
// waiting load would reach less than an eighth further, or a run could bring that about.
func (p *poolPlan) near(pos uint32, reach int64) bool {
	return len(p.loads) > 0 && int64(pos-p.firstLoad+p.words)+p.longestRun >= preferredReach(reach)
}

func preferredReach(reach int64) int64 { return (reach - stepSlack) / 8 * 7 }

// islandBefore places an island before word i of section s, if it is time, and returns the place of
// the word. prev is the word before it.
func (l *layout) islandBefore(a *Assembler, s Section, i, pos uint32, prev Word) uint32 {
	p := &l.pools
	distance := int64(pos - p.firstLoad + p.words)
	free := isUnconditional(prev)
	runs := a.runs[s]
	k := sort.Search(len(runs), func(k int) bool { return runs[k].end > i })
	switch {
	case k == len(runs) || runs[k].start > i:
	case runs[k].start < i:
		return pos
	default:
		// Once the run has begun it is too late.
		distance += runs[k].reach()
		free = free || runs[k].table
	}
	switch {
	case distance >= l.reach.literal-stepSlack && !free:
		p.skips = append(p.skips, skip{uint32(len(l.index)), pos})
		return p.place(a, pos+1)
	case distance >= preferredReach(l.reach.literal) && free:
		return p.place(a, pos)
	}
	return pos
}

// isUnconditional reports whether control does not go on behind w: b, br or ret.
func isUnconditional(w Word) bool {
	return w>>26 == B(0)>>26 || w&^(31<<5) == brForm || w&^(31<<5) == retForm
}

// place puts the queued literals into a pool at pos and returns its end.
func (p *poolPlan) place(a *Assembler, pos uint32) uint32 {
	if len(p.queue) == 0 {
		return pos
	}
	// The largest first, so that only the start needs padding.
	for size := uint32(4); size > 0; size /= 2 {
		start := pos
		for _, n := range p.queue {
			if uint32(a.literals.list[n].words) != size {
				continue
			}
			if pad := -pos & (size - 1); pad > 0 {
				p.spans = append(p.spans, span{pos, pos + pad, 4})
				pos += pad
				start = pos
			}
			p.latest[n] = pos
			p.slots = append(p.slots, slot{n, pos})
			pos += size
		}
		if pos > start {
			p.spans = append(p.spans, span{start, pos, 4 * size})
		}
	}
	for _, d := range p.loads {
		p.slotOf[d.fixup] = p.latest[d.literal]
	}
	p.clearQueue()
	return pos
}

// reach returns how much a run can add to the distance that the first waiting load has to reach:
// one word each for data; for an instruction its long form and the largest literal.
func (r run) reach() int64 {
	words := int64(r.end - r.start)
	if !r.table {
		words *= 2 + 4
	}
	return words
}

// longestRun returns the reach of the longest run.
func longestRun(a *Assembler) int64 {
	longest := int64(0)
	for s := range a.runs {
		for _, r := range a.runs[s] {
			longest = max(longest, r.reach())
		}
	}
	return longest
}
