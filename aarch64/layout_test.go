package aarch64

import (
	"encoding/binary"
	"errors"
	"math/rand"
	"testing"
)

func wordAt(c Code, off uint32) Word { return Word(binary.LittleEndian.Uint32(c.Bytes[off:])) }

// program drives an assembler and remembers what it asked for, so that check can compare
// the finished code with it by reading the instructions.
type program struct {
	a   Assembler
	ops [sectionCount][]op
	ids uint32
	// labelID is the marker behind each label, by number.
	labelID []uint32
}

// op is a marker instruction with a number of its own, followed by what was asked for.
type op struct {
	id    uint32
	pos   Pos // of the marker
	kind  opKind
	word  Word // short form with no offset
	label Label
	lit   literal
	table []Label
	start Pos // of the table or run
	n     int // length of the run
	base  Label
}

type opKind uint8

const (
	opPlain opKind = iota
	opStop         // ret
	opBranch
	opAdr
	opLiteral
	opTable
	opCall
	opPad
	opRun
)

func marker(id uint32) Word { return Movz(W64, Reg(id>>18), uint16(id), id>>16&3*16) }

func (p *program) add(o op) {
	o.id = p.ids
	p.ids++
	p.ops[p.a.cur] = append(p.ops[p.a.cur], o)
}

// begin emits the marker of the next op and returns its position.
func (p *program) begin() Pos {
	pos := p.a.Here()
	p.a.Mark(7, p.ids)
	p.a.Emit(marker(p.ids))
	return pos
}

func (p *program) label() Label {
	p.labelID = append(p.labelID, absent)
	return p.a.NewLabel()
}

// bind binds l before the marker of the next op of the current section.
func (p *program) bind(l Label) {
	p.a.Bind(l)
	p.labelID[l] = p.ids
}

func (p *program) plain() {
	pos := p.begin()
	p.a.Emit(Nop())
	p.add(op{pos: pos, word: Nop()})
}

func (p *program) stop() {
	pos := p.begin()
	p.a.Emit(Ret())
	p.add(op{pos: pos, word: Ret(), kind: opStop})
}

// branch emits branch number n of the kinds there are.
func (p *program) branch(n int, l Label) {
	pos := p.begin()
	o := op{pos: pos, label: l, kind: opBranch}
	switch n {
	case 0:
		p.a.B(l)
		o.word = B(0)
	case 1:
		p.a.BCond(LT, l)
		o.word = BCond(LT, 0)
	case 2:
		p.a.Cbz(W64, X3, l)
		o.word = Cbz(W64, X3, 0)
	case 3:
		p.a.Cbnz(W32, X4, l)
		o.word = Cbnz(W32, X4, 0)
	case 4:
		p.a.Tbz(X5, 40, l)
		o.word = Tbz(X5, 40, 0)
	case 5:
		p.a.Tbnz(X6, 1, l)
		o.word = Tbnz(X6, 1, 0)
	case 6:
		p.a.Bl(l)
		o.word = Bl(0)
	case 7:
		p.a.Adr(X7, l)
		o.kind, o.word = opAdr, Adr(X7, 0)
	}
	p.add(o)
}

const branchKinds = 8

func (p *program) literal(n int, v uint64) {
	pos := p.begin()
	o := op{pos: pos, kind: opLiteral}
	switch n {
	case 0:
		p.a.LoadConst32(V1, uint32(v))
		o.lit = literal{lo: uint64(uint32(v)), words: 1}
	case 1:
		p.a.LoadConst64(X1, v)
		o.lit = literal{lo: v, words: 2}
	case 2:
		p.a.LoadConst128(V2, v, v+1)
		o.lit = literal{lo: v, hi: v + 1, words: 4}
	case 3:
		s := Symbol{3, uint32(v)}
		p.a.LoadSymbol(X1, s, 8)
		o.lit = literal{lo: 8, symbol: s, words: 2, isSymbol: true}
	}
	p.add(o)
}

func (p *program) call(id uint32) {
	pos := p.begin()
	p.a.CallSymbol(Symbol{9, id}, 4)
	p.add(op{pos: pos, kind: opCall, word: Bl(0), lit: literal{symbol: Symbol{9, id}}})
}

// table emits a jump out, a table of deltas to the labels, and starts a new op behind it.
func (p *program) table(base Label, labels []Label) {
	p.stop()
	pos := p.begin()
	exit := Ret()
	if p.ids%2 == 0 {
		exit = Brk(1) // an exit that does not look like one
	}
	p.a.Emit(exit)
	start := p.a.Here()
	for _, l := range labels {
		p.a.LabelDelta(l, base)
	}
	p.add(op{pos: pos, kind: opTable, word: exit, table: labels, start: start, base: base})
}

// run emits n instructions that must stay together: nops, but for some returns, and loads of literals
// of which nobody else has any.
func (p *program) run(n int) {
	pos := p.begin()
	start := p.a.Here()
	for i := range n {
		switch k := (p.ids + uint32(i)) % 8; {
		case k == 0:
			p.a.Emit(Ret())
		case k < 4:
			p.a.LoadConst128(V31, uint64(p.ids), uint64(i))
		default:
			p.a.Emit(Nop())
		}
	}
	p.a.KeepTogether(start)
	p.add(op{pos: pos, kind: opRun, start: start, n: n})
}

// reader reads finished code.
type reader struct {
	t      *testing.T
	p      *program
	c      Code
	skips  map[uint32]bool
	relocs map[uint32]Reloc
	marks  map[uint32]uint32 // offset by id
}

// past returns off, or where the jump over an island at off leads, having seen that it
// leads over data only.
func (r *reader) past(off uint32) uint32 {
	if !r.skips[off] {
		return off
	}
	to := r.target(off, 26, 0)
	for at := off + 4; at < to; at += 4 {
		if !r.isData(at) {
			r.t.Fatalf("the jump at %#x leads over the instruction at %#x", off, at)
		}
	}
	return to
}

func (r *reader) isData(off uint32) bool {
	for _, d := range r.c.Data {
		if d.Start <= off && off < d.End {
			return true
		}
	}
	return false
}

// target is the target of the PC-relative instruction at off with a field of so many bits.
func (r *reader) target(off uint32, bits, shift uint) uint32 {
	w := wordAt(r.c, off)
	field := int32(w<<(32-bits-shift)) >> (32 - bits)
	return off + uint32(4*field)
}

// inReach checks that the field at off, which points to the place to, is as short as the layout promises.
func (r *reader) inReach(off, to uint32, words int64) {
	if d := (int64(to) - int64(off)) / 4; d >= words || d < -words {
		r.t.Fatalf("from %#x to %#x is more than %d words", off, to, words)
	}
}

// expectMarker checks that the place off is that of op id.
func (r *reader) expectMarker(what string, off, id uint32) {
	if w := wordAt(r.c, r.past(off)); w != marker(id) {
		r.t.Fatalf("%s: %08x at %#x, want the marker of %d", what, w, off, id)
	}
}

// destination follows the branch at off, whose short form without offset is word, and returns
// where it goes and where the instruction ends.
func (r *reader) destination(off uint32, word Word) (to, end uint32) {
	w := wordAt(r.c, off)
	var mask Word
	var bits, shift uint
	var reach int64
	switch {
	case word&0x7c000000 == branchForm:
		mask, bits, shift, reach = 0xfc000000, 26, 0, r.p.a.layout.reach.branch
	case word&0x7e000000 == tbzForm:
		mask, bits, shift, reach = 0xfff8001f, 14, 5, r.p.a.layout.reach.test
	default:
		mask, bits, shift, reach = 0xff00001f, 19, 5, r.p.a.layout.reach.cond
	}
	if w&mask == word {
		to := r.target(off, bits, shift)
		r.inReach(off, to, reach)
		return to, off + 4
	}
	inverse := word ^ branchNonzero
	if word>>24 == 0x54 {
		inverse = word ^ 1
	}
	if w&mask != inverse || r.target(off, bits, shift) != off+8 || wordAt(r.c, off+4)>>26 != B(0)>>26 {
		r.t.Fatalf("at %#x: %08x is neither %08x nor its inverse over a b", off, w, word)
	}
	return r.target(off+4, 26, 0), off + 8
}

func (r *reader) check(o op, next *op) {
	t, c := r.t, r.c
	off := r.p.a.Offset(o.pos)
	r.expectMarker("op", off, o.id)
	if r.p.a.annotate && r.marks[o.id] != r.past(off) {
		t.Fatalf("op %d at %#x is marked at %#x", o.id, r.past(off), r.marks[o.id])
	}
	at := r.past(r.past(off) + 4)
	if r.isData(at) {
		t.Fatalf("op %d at %#x is in data", o.id, at)
	}
	end := at + 4
	switch o.kind {
	case opPlain, opStop, opPad:
		if wordAt(c, at) != o.word {
			t.Fatalf("op %d: %08x, want %08x", o.id, wordAt(c, at), o.word)
		}
	case opRun:
		if at != r.past(r.p.a.Offset(o.start)) {
			t.Fatalf("op %d: run at %#x, its start is at %#x", o.id, at, r.p.a.Offset(o.start))
		}
		for i := range uint32(o.n) {
			w := wordAt(c, at+4*i)
			switch k := (o.id + i) % 8; {
			case k > 0 && k < 4:
				from := r.target(at+4*i, 19, 5)
				r.inReach(at+4*i, from, r.p.a.layout.reach.literal)
				if w>>24 != 0x9c || wordAt(c, from) != Word(o.id) || wordAt(c, from+8) != Word(i) {
					t.Fatalf("op %d: %08x in the run from %#x, at %d", o.id, w, at, i)
				}
			case k == 0 && w != Ret() || k >= 4 && w != Nop():
				t.Fatalf("op %d: the run from %#x is broken at %d", o.id, at, i)
			}
		}
		end = at + 4*uint32(o.n)
		if wordAt(c, end-4) == Ret() {
			return
		}
	case opBranch:
		var to uint32
		to, end = r.destination(at, o.word)
		r.expectMarker("branch", to, r.p.labelID[o.label])
		if to != r.p.a.LabelOffset(o.label) {
			t.Fatalf("branch to %#x, label at %#x", to, r.p.a.LabelOffset(o.label))
		}
	case opAdr:
		w := wordAt(c, at)
		imm := int32(w>>5&0x7ffff<<2|w>>29&3) << 11 >> 11
		to := int64(at) + int64(imm)
		w2 := Nop()
		if at+4 < c.TextSize {
			w2 = wordAt(c, at+4)
		}
		switch {
		case w2 == 0x910000e7: // only where the test shortens the reach of adr to less than a page
			end += 4
		case w2&0xffc003ff == 0x914000e7:
			to += int64(w2>>10&0xfff) << 12
			end += 4
		case w2&0xffc003ff == 0xd14000e7:
			to -= int64(w2>>10&0xfff) << 12
			end += 4
		default:
			r.inReach(at, uint32(to), r.p.a.layout.reach.cond)
		}
		if w&0x9f00001f != Adr(X7, 0) {
			t.Fatalf("op %d: %08x is no adr x7", o.id, w)
		}
		r.expectMarker("adr", uint32(to), r.p.labelID[o.label])
	case opLiteral:
		if _, _, ok := literalLoad(wordAt(c, at)); !ok {
			t.Fatalf("op %d: %08x is no literal load", o.id, wordAt(c, at))
		}
		from := r.target(at, 19, 5)
		r.inReach(at, from, r.p.a.layout.reach.literal)
		if !r.isData(from) || from%uint32(4*o.lit.words) != 0 {
			t.Fatalf("op %d loads from %#x", o.id, from)
		}
		if o.lit.isSymbol {
			if got := r.relocs[from]; got.Symbol != o.lit.symbol || got.Addend != int64(o.lit.lo) || got.Kind != RelocAbs64 {
				t.Fatalf("op %d: %+v", o.id, got)
			}
			break
		}
		want := [4]Word{Word(o.lit.lo), Word(o.lit.lo >> 32), Word(o.lit.hi), Word(o.lit.hi >> 32)}
		for i := range uint32(o.lit.words) {
			if wordAt(c, from+4*i) != want[i] {
				t.Fatalf("op %d loads %08x from %#x", o.id, wordAt(c, from+4*i), from)
			}
		}
	case opCall:
		if got := r.relocs[at]; got.Kind != RelocCall26 || got.Symbol != o.lit.symbol || got.Addend != 4 || wordAt(c, at) != o.word {
			t.Fatalf("op %d: %+v", o.id, got)
		}
	case opTable:
		start := r.p.a.Offset(o.start)
		for ; end < start; end += 4 { // an island may stand between the ret and the table
			if !r.isData(end) {
				t.Fatalf("op %d: the table at %#x does not follow", o.id, start)
			}
		}
		for i := range o.table {
			if wordAt(c, start+4*uint32(i)) != r.delta(o, i) || !r.isData(start+4*uint32(i)) {
				t.Fatalf("op %d: entry %d at %#x", o.id, i, start)
			}
		}
		return
	}
	// Control goes on to the next op.
	if next == nil || o.word == B(0) || o.kind == opStop || o.kind == opPad {
		return
	}
	r.expectMarker("fall through", end, next.id)
	if got := r.p.a.Offset(next.pos); got != end {
		t.Fatalf("op %d ends at %#x, the position behind it is %#x", o.id, end, got)
	}
}

func (r *reader) delta(o op, i int) Word {
	return Word(r.p.a.LabelOffset(o.table[i]) - r.p.a.LabelOffset(o.base))
}

// checkProgram finishes p and compares the code with what p asked for.
func checkProgram(t *testing.T, p *program) Code {
	t.Helper()
	c, err := p.a.Finish()
	if err != nil {
		t.Fatal(err)
	}
	r := &reader{t: t, p: p, c: c, skips: map[uint32]bool{}, relocs: map[uint32]Reloc{}, marks: map[uint32]uint32{}}
	long := map[uint32]bool{} // the b of lengthened branches
	n := 0
	for s := range p.a.fixups {
		for _, f := range p.a.fixups[s] {
			if p.a.layout.wide[n] {
				long[4*p.a.layout.source(Section(s), f)+4] = true
			}
			n++
		}
	}
	for _, k := range p.a.layout.pools.skips {
		r.skips[4*k.at] = true
		if before := 4*k.at - 4; r.isData(before) || isUnconditional(wordAt(c, before)) && !long[before] {
			t.Fatalf("the jump at %#x is never reached", 4*k.at)
		}
	}
	for _, n := range c.Notes {
		r.marks[n.ID] = n.Offset
	}
	for i, rel := range c.Relocs {
		r.relocs[rel.Offset] = rel
		if i > 0 && rel.Offset <= c.Relocs[i-1].Offset {
			t.Fatal("relocations are not in order")
		}
	}
	for i, d := range c.Data {
		if d.Start >= d.End || i > 0 && d.Start < c.Data[i-1].End {
			t.Fatalf("data ranges are not in order: %v", c.Data)
		}
	}
	for s := range p.ops {
		for i, o := range p.ops[s] {
			var next *op
			if i+1 < len(p.ops[s]) {
				next = &p.ops[s][i+1]
			}
			r.check(o, next)
			if in := p.a.Offset(o.pos) >= c.HotSize; in != (s == int(Cold)) {
				t.Fatalf("op %d of section %d is at %#x, the cold section at %#x", o.id, s, p.a.Offset(o.pos), c.HotSize)
			}
		}
	}
	return c
}

// TestRandomPrograms checks programs of all features with short reaches, so that every kind of lengthening and
// island happens all the time.
func TestRandomPrograms(t *testing.T) {
	rng := rand.New(rand.NewSource(3))
	var p program
	wide, islands, skips := 0, 0, 0
	for round := range 600 {
		p.a.Reset()
		p.ops, p.ids, p.labelID = [sectionCount][]op{}, 0, nil
		p.a.Annotate(round%2 == 0)
		p.a.layout.reach = reach{branch: ReachBranch / 4, cond: 40 + rng.Int63n(400), test: 20 + rng.Int63n(200), literal: 100 + rng.Int63n(400)}
		size := 1 + rng.Intn(600)
		tables := []int{0, 2, 30}[round%3] // in a hundred
		var labels, unbound []Label
		for range 1 + size/6 {
			l := p.label()
			labels, unbound = append(labels, l), append(unbound, l)
		}
		any := func() Label { return labels[rng.Intn(len(labels))] }
		for range size {
			if rng.Intn(10) == 0 {
				if p.a.Section() == Hot {
					p.a.PushSection(Cold)
				} else {
					p.a.PopSection()
				}
			}
			for len(unbound) > 0 && rng.Intn(5) == 0 {
				p.bind(unbound[0])
				unbound = unbound[1:]
			}
			switch n := rng.Intn(100); {
			case n < tables:
				entries := make([]Label, 1+rng.Intn(60))
				for i := range entries {
					entries[i] = any()
				}
				p.table(any(), entries)
			case n < 30:
				p.plain()
			case n < 65:
				p.branch(rng.Intn(branchKinds), any())
			case n < 85:
				p.literal(rng.Intn(4), uint64(rng.Intn(60)))
			case n < 90:
				p.call(uint32(n))
			case n < 94:
				p.stop()
			case n < 97:
				p.run(1 + rng.Intn(int(p.a.layout.reach.literal)/12))
			default:
				p.plain()
			}
		}
		if p.a.Section() == Cold {
			p.a.PopSection()
		}
		for _, l := range unbound {
			p.bind(l)
		}
		p.stop()
		c := checkProgram(t, &p)
		for _, w := range p.a.layout.wide {
			if w {
				wide++
			}
		}
		islands += len(c.Data)
		skips += len(p.a.layout.pools.skips)
		if t.Failed() {
			t.Fatalf("round %d", round)
		}
	}
	t.Logf("%d long branches, %d data ranges, %d islands jumped over", wide, islands, skips)
	if wide < 1000 || islands < 1000 || skips < 100 {
		t.Error("the programs do not exercise the layout")
	}
}

// pad emits n instructions.
func (p *program) pad(n int) {
	pos := p.begin()
	for range n {
		p.a.Emit(Nop())
	}
	p.add(op{pos: pos, kind: opPad, word: Nop()})
}

// TestFarBranches: real distances beyond the reach of each branch, forward, backward and between the
// sections.
func TestFarBranches(t *testing.T) {
	for _, c := range []struct {
		name string
		pad  int // words
		wide int // branches that must be lengthened
	}{
		{"all near", 100, 0},
		{"tbz far", 36 << 10 / 4, 2*2 + 1},
		{"all far", 1100 << 10 / 4, 6*2 + 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p program
			start, end, cold := p.label(), p.label(), p.label()
			p.bind(start)
			p.branch(1, cold)
			for n := range branchKinds {
				p.branch(n, end)
			}
			p.pad(c.pad)
			p.bind(end)
			for n := range branchKinds {
				p.branch(n, start)
			}
			p.stop()
			p.a.PushSection(Cold)
			p.bind(cold)
			p.branch(4, start)
			p.stop()
			p.a.PopSection()
			checkProgram(t, &p)
			wide := 0
			for _, w := range p.a.layout.wide {
				if w {
					wide++
				}
			}
			// adr counts as one of the kinds; b and bl reach.
			if wide != c.wide {
				t.Errorf("%d branches were lengthened, want %d", wide, c.wide)
			}
		})
	}
}

// TestFarLiterals: in more than 1 MB of code a pool at the end is out of reach of the first loads.
func TestFarLiterals(t *testing.T) {
	for _, c := range []struct {
		name   string
		stops  int // a ret each so many blocks; 0: never
		blocks int // of about 1000 bytes
		copies int // of the literals: one island at 1 MB serves the code on both its sides
		skips  int
	}{
		{"end", 0, 100, 3, 0},
		{"jumped over", 0, 3000, 2 + 3, 1},
		{"behind ret", 50, 3000, 2 + 3, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			var p program
			for i := range c.blocks {
				p.literal(1, 77)
				p.literal(3, 5)
				p.pad(248)
				if c.stops > 0 && i%c.stops == 0 {
					p.stop()
				}
			}
			p.literal(0, 1)
			p.stop()
			code := checkProgram(t, &p)
			pools := &p.a.layout.pools
			if len(pools.skips) != c.skips || len(pools.slots) != c.copies {
				t.Errorf("%d islands jumped over, want %d; %d copies of 3 literals, want %d; in %d bytes: %v",
					len(pools.skips), c.skips, len(pools.slots), c.copies, len(code.Bytes), code.Data)
			}
		})
	}
}

func TestTooLarge(t *testing.T) {
	for _, emit := range []func(a *Assembler, l Label){
		func(a *Assembler, l Label) { a.B(l) },
		func(a *Assembler, l Label) { a.Cbz(W64, X0, l) },
	} {
		for pad, want := range map[int]error{1000: nil, 3000: ErrTooLarge} {
			var a Assembler
			a.layout.reach = fullReach
			a.layout.reach.branch = 2000
			a.layout.reach.cond = 500
			l := a.NewLabel()
			emit(&a, l)
			for range pad {
				a.Emit(Nop())
			}
			a.Bind(l)
			if _, err := a.Finish(); !errors.Is(err, want) {
				t.Errorf("over %d words: %v, want %v", pad, err, want)
			}
		}
	}
}
