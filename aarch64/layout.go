package aarch64

import (
	"sort"
)

// layout decides where everything stands in the finished code. The input is the hot words
// followed by the cold ones, numbered through ("old" indices); the output has more words ("new"
// indices), because
//
//   - a conditional branch whose label is out of reach becomes its inverse over a b, and an adr
//     becomes adr and add (veneer.go);
//   - a literal pool stands where the loads that use it reach it: at the end when possible,
//     otherwise in islands on the way, behind an unconditional branch if one comes in time and
//     else jumped over (island.go).
//
// Both change distances, so placing repeats until no more branches need lengthening. Branches only
// ever get longer, so it ends; nearly always the first round is the last.
type layout struct {
	finished bool
	reach    reach
	hotLen   uint32

	index []uint32 // new index of each old one, and of the end
	wide  []bool   // of each fixup, hot then cold: lengthened
	text  uint32   // words before the last pool
	total uint32   // words in all
	pools poolPlan
}

// reach holds the distances, in words, within which the layout trusts the short forms.
type reach struct {
	branch  int64 // b, bl, and so all long forms of branches
	cond    int64 // b.cond, cbz, cbnz, adr
	test    int64 // tbz, tbnz
	literal int64 // literal loads
}

var fullReach = reach{branch: ReachBranch / 4, cond: ReachBranchCond / 4, test: ReachTestBit / 4, literal: ReachBranchCond / 4}

// settle computes the final places.
func (l *layout) settle(a *Assembler) error {
	l.finished = false
	if l.reach == (reach{}) {
		l.reach = fullReach
	}
	l.hotLen = uint32(len(a.words[Hot]))
	l.wide = zeroed(l.wide, len(a.fixups[Hot])+len(a.fixups[Cold]))
	l.pools.longestRun = longestRun(a)
	for {
		l.placeAll(a)
		grown, err := l.lengthen(a)
		if err != nil {
			return err
		}
		if !grown {
			l.finished = true
			return nil
		}
	}
}

// zeroed returns s with length n and all elements zero.
func zeroed[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/2)
	}
	s = s[:n]
	clear(s)
	return s
}

// placeAll assigns new indices under the present lengths.
func (l *layout) placeAll(a *Assembler) {
	l.index = l.index[:0]
	l.pools.start(len(a.literals.list), len(l.wide))
	pos := uint32(0)
	prev := Word(0)
	n := 0 // the next fixup, as an index of l.wide
	for s := range a.words {
		fixups := a.fixups[s]
		for i, w := range a.words[s] {
			if l.pools.near(pos, l.reach.literal) {
				pos = l.islandBefore(a, Section(s), uint32(i), pos, prev)
			}
			l.index = append(l.index, pos)
			if len(fixups) > 0 && fixups[0].at == uint32(i) {
				if fixups[0].kind == fixLiteral {
					l.pools.load(a, n, fixups[0].target, pos, l.reach.literal)
				}
				if l.wide[n] {
					pos++
				}
				fixups = fixups[1:]
				n++
			}
			pos++
			prev = w
		}
	}
	l.index = append(l.index, pos)
	l.text = pos
	l.total = l.pools.place(a, pos)
}

// old returns the old index of p.
func (l *layout) old(p Pos) uint32 {
	n := uint32(p & indexPos)
	if p.section() == Cold {
		n += l.hotLen
	}
	return n
}

// at returns the new index of the position p. Where an island that is jumped over stands at p, that is the
// jump, so that what falls through to p, or returns to it, works.
func (l *layout) at(p Pos) uint32 {
	old := l.old(p)
	skips := l.pools.skips
	if k := sort.Search(len(skips), func(i int) bool { return skips[i].old >= old }); k < len(skips) && skips[k].old == old {
		return skips[k].at
	}
	return l.index[old]
}
