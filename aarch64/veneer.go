package aarch64

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// lengthen finds the short forms whose labels are out of reach as things are placed now, and
// marks them to be lengthened; grown says whether there were any.
func (l *layout) lengthen(a *Assembler) (grown bool, err error) {
	n := 0
	for s := range a.fixups {
		for _, f := range a.fixups[s] {
			wide := l.wide[n]
			n++
			if f.kind == fixLiteral || f.kind == fixDelta {
				continue
			}
			distance := l.distance(a, Section(s), f)
			var reach, longReach int64
			switch f.kind {
			case fixBranch26:
				reach, longReach = l.reach.branch, l.reach.branch
			case fixBranch19:
				reach, longReach = l.reach.cond, l.reach.branch
			case fixBranch14:
				reach, longReach = l.reach.test, l.reach.branch
			case fixAdr:
				reach, longReach = l.reach.cond, longAdrReach/4
			}
			// One word less than the field allows: in the long form the b stands behind the
			// inverse branch.
			switch {
			case distance >= longReach-1 || distance <= -longReach+1:
				return false, ErrTooLarge
			case !wide && (distance >= reach-1 || distance <= -reach+1):
				l.wide[n-1] = true
				grown = true
			}
		}
	}
	return grown, nil
}

// longAdrReach is the reach in bytes of adr and an add or sub of up to 4095 pages.
const longAdrReach = 4095 << 12

// distance returns how far the label of f is from f, in words.
func (l *layout) distance(a *Assembler, s Section, f fixup) int64 {
	return int64(l.at(a.labels[f.target])) - int64(l.source(s, f))
}

// source returns where the instruction of f stands.
func (l *layout) source(s Section, f fixup) uint32 {
	if s == Cold {
		return l.index[l.hotLen+f.at]
	}
	return l.index[f.at]
}

// write produces the code as placed.
func (l *layout) write(a *Assembler) Code {
	c := Code{
		Bytes:    make([]byte, 4*l.total),
		HotSize:  4 * l.index[l.hotLen],
		TextSize: 4 * l.text,
	}
	put := func(at uint32, w Word) { binary.LittleEndian.PutUint32(c.Bytes[4*at:], uint32(w)) }

	old := 0
	for s := range a.words {
		for _, w := range a.words[s] {
			put(l.index[old], w)
			old++
		}
	}
	for _, k := range l.pools.skips {
		put(k.at, B(4*int64(l.index[k.old]-k.at)))
	}
	n := 0
	for s := range a.fixups {
		for _, f := range a.fixups[s] {
			l.resolve(a, put, Section(s), f, n)
			n++
		}
	}
	c.Relocs = make([]Reloc, 0, len(a.calls)+l.symbolSlots(a))
	for _, call := range a.calls {
		at := l.index[l.old(call.pos)]
		c.Relocs = append(c.Relocs, Reloc{4 * at, call.kind, call.symbol, call.addend})
	}
	for _, s := range l.pools.slots {
		lit := &a.literals.list[s.literal]
		if lit.isSymbol {
			c.Relocs = append(c.Relocs, Reloc{4 * s.at, RelocAbs64, lit.symbol, int64(lit.lo)})
			continue
		}
		for i := uint32(0); i < uint32(lit.words); i++ {
			half := lit.lo
			if i >= 2 {
				half = lit.hi
			}
			put(s.at+i, Word(half>>(32*(i&1))))
		}
	}
	slices.SortFunc(c.Relocs, func(x, y Reloc) int { return cmp.Compare(x.Offset, y.Offset) })
	c.Data = l.dataSpans(a)
	return c
}

// symbolSlots counts the slots that need a relocation.
func (l *layout) symbolSlots(a *Assembler) int {
	n := 0
	for _, s := range l.pools.slots {
		if a.literals.list[s.literal].isSymbol {
			n++
		}
	}
	return n
}

// dataSpans lists what is not instructions, in order.
func (l *layout) dataSpans(a *Assembler) []Data {
	n := len(a.runs[Hot]) + len(a.runs[Cold]) + len(l.pools.spans)
	if n == 0 {
		return nil
	}
	spans := make([]Data, 0, n)
	for s := range a.runs {
		for _, r := range a.runs[s] {
			if r.table {
				start := l.source(Section(s), fixup{at: r.start})
				spans = append(spans, Data{4 * start, 4 * (start + r.end - r.start), 4})
			}
		}
	}
	for _, p := range l.pools.spans {
		spans = append(spans, Data{4 * p.start, 4 * p.end, p.unit})
	}
	slices.SortFunc(spans, func(x, y Data) int { return cmp.Compare(x.Start, y.Start) })
	return spans
}

// resolve writes the instruction of fixup number n, in its long form if it needs that.
func (l *layout) resolve(a *Assembler, put func(uint32, Word), s Section, f fixup, n int) {
	src := l.source(s, f)
	w := a.words[s][f.at]
	switch f.kind {
	case fixLiteral:
		put(src, w|scaled(4*(int64(l.pools.slotOf[n])-int64(src)), 19, 2)<<5)
		return
	case fixDelta:
		delta := int64(l.at(a.labels[f.target])) - int64(l.at(a.labels[f.base]))
		put(src, Word(int32(4*delta)))
		return
	}
	off := 4 * l.distance(a, s, f)
	if !l.wide[n] {
		put(src, w|offsetField(f.kind, off))
		return
	}
	if f.kind == fixAdr {
		rd := Reg(w & 31)
		low := off & 0xfff
		put(src, w|offsetField(fixAdr, low))
		if pages := off - low; pages >= 0 {
			put(src+1, AddImm(W64, rd, rd, pages))
		} else {
			put(src+1, SubImm(W64, rd, rd, -pages))
		}
		return
	}
	put(src, invertBranch(f.kind, w)|offsetField(f.kind, 8))
	put(src+1, B(off-4))
}

// offsetField is the offset in its place in an instruction of the kind.
func offsetField(kind fixupKind, off int64) Word {
	switch kind {
	case fixBranch26:
		return scaled(off, 26, 2)
	case fixBranch19:
		return scaled(off, 19, 2) << 5
	case fixBranch14:
		return scaled(off, 14, 2) << 5
	default:
		return adrFields(scaled(off, 21, 0))
	}
}

// invertBranch returns the branch for the opposite condition.
func invertBranch(kind fixupKind, w Word) Word {
	if kind == fixBranch19 && w&0xff000000 == branchCondForm {
		return w ^ 1
	}
	return w ^ branchNonzero
}
