package aarch64

// Section is one of the two streams of instructions an [Assembler] fills.
type Section uint8

// The sections. In the finished code Cold stands behind Hot; labels work across both.
const (
	Hot  Section = iota // what normally runs
	Cold                // what normally does not: slow paths, exits
	sectionCount
)

// Pos is a place in one of the sections, before an instruction. Places move when branches are
// lengthened; [Assembler.Offset] tells where they ended up.
type Pos uint32

const (
	coldPos  Pos = 1 << 31
	noPos    Pos = ^Pos(0)
	indexPos     = coldPos - 1
)

func (p Pos) section() Section { return Section(p >> 31) }

// Label is a place that may be referred to before it is known.
type Label uint32

// Symbol names something outside the code: an object, a helper, another piece of code. The
// numbers mean something only to whoever loads the code.
type Symbol struct {
	Kind uint32
	ID   uint32
}

// Assembler collects instructions and produces machine code. The zero value is ready; Reset
// makes it ready again and keeps its memory, so that one assembler serves many functions
// without allocating per instruction. It is not safe for concurrent use.
type Assembler struct {
	words  [sectionCount][]Word
	fixups [sectionCount][]fixup
	runs   [sectionCount][]run
	cur    Section
	stack  []Section

	labels   []Pos // noPos until bound
	literals literalPool
	calls    []symbolBranch

	annotate bool
	notes    []note

	layout layout
}

// symbolBranch is a b or bl to an outside symbol.
type symbolBranch struct {
	pos    Pos
	kind   RelocKind
	symbol Symbol
	addend int64
}

// run is a range of words of a section, as indices into it, that no literal pool may divide.
type run struct {
	start, end uint32
	table      bool // data words, which control does not enter
}

// Reset forgets everything but the memory. Annotation is switched off.
func (a *Assembler) Reset() {
	for s := range a.words {
		a.words[s] = a.words[s][:0]
		a.fixups[s] = a.fixups[s][:0]
		a.runs[s] = a.runs[s][:0]
	}
	a.cur = Hot
	a.stack = a.stack[:0]
	a.labels = a.labels[:0]
	a.literals.reset()
	a.calls = a.calls[:0]
	a.annotate = false
	clear(a.notes) // drop the strings
	a.notes = a.notes[:0]
	a.layout.finished = false
}

// Emit appends an instruction to the current section.
func (a *Assembler) Emit(w Word) {
	s := &a.words[a.cur]
	*s = append(*s, w)
}

// Section returns the current section.
func (a *Assembler) Section() Section { return a.cur }

// PushSection makes s the current section until the matching PopSection.
func (a *Assembler) PushSection(s Section) {
	if s >= sectionCount {
		refuse("section %d", s)
	}
	a.stack = append(a.stack, a.cur)
	a.cur = s
}

// PopSection returns to the section that was current before the last PushSection.
func (a *Assembler) PopSection() {
	n := len(a.stack)
	if n == 0 {
		refuse("no section was pushed")
	}
	a.cur = a.stack[n-1]
	a.stack = a.stack[:n-1]
}

// Here returns the current position: that of the next instruction, which is also the return
// address of a call just emitted.
func (a *Assembler) Here() Pos {
	p := Pos(len(a.words[a.cur]))
	if a.cur == Cold {
		p |= coldPos
	}
	return p
}

// Len returns the number of instructions emitted so far into both sections, before
// branches are lengthened and without the literal pool.
func (a *Assembler) Len() int { return len(a.words[Hot]) + len(a.words[Cold]) }

// KeepTogether keeps the instructions from start, a position of the current section, up to here in
// one piece: no literal pool comes between them. Instructions whose spacing matters need it; for a
// spacing of 4 bytes, conditional branches and Adr must not be among them, as they may become two words.
func (a *Assembler) KeepTogether(start Pos) {
	runs := &a.runs[a.cur]
	from, here := uint32(start&indexPos), uint32(a.Here()&indexPos)
	n := len(*runs)
	if start.section() != a.cur || from > here || n > 0 && from < (*runs)[n-1].end {
		refuse("no run from %#x to %#x", uint32(start), uint32(a.Here()))
	}
	if from < here {
		*runs = append(*runs, run{start: from, end: here})
	}
}
