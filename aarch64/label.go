package aarch64

// NewLabel returns a label that is not bound yet.
func (a *Assembler) NewLabel() Label {
	a.labels = append(a.labels, noPos)
	return Label(len(a.labels) - 1)
}

// Bind binds l to the current position. A label is bound once.
func (a *Assembler) Bind(l Label) {
	if a.labels[l] != noPos {
		refuse("label %d is bound already", l)
	}
	a.labels[l] = a.Here()
}

// BoundLabel returns a new label bound to the current position.
func (a *Assembler) BoundLabel() Label {
	a.labels = append(a.labels, a.Here())
	return Label(len(a.labels) - 1)
}

// IsBound reports whether l is bound.
func (a *Assembler) IsBound(l Label) bool { return a.labels[l] != noPos }

// LabelPos returns the position of a bound label.
func (a *Assembler) LabelPos(l Label) Pos {
	if a.labels[l] == noPos {
		refuse("label %d is not bound", l)
	}
	return a.labels[l]
}

// fixup is an instruction (or data word) whose offset field is filled in by Finish.
type fixup struct {
	at     uint32 // index of the word in its section
	target uint32 // the label, or the number of the literal
	base   uint32 // fixDelta: the label that is subtracted
	kind   fixupKind
}

type fixupKind uint8

const (
	fixBranch26 fixupKind = iota // b, bl
	fixBranch19                  // b.cond, cbz, cbnz
	fixBranch14                  // tbz, tbnz
	fixAdr                       // adr of a label
	fixLiteral                   // ldr from the pool
	fixDelta                     // data word: target - base, in bytes
)

func (a *Assembler) emitFixup(kind fixupKind, w Word, target uint32) {
	f := &a.fixups[a.cur]
	*f = append(*f, fixup{at: uint32(len(a.words[a.cur])), target: target, kind: kind})
	a.Emit(w)
}

// B emits b l.
func (a *Assembler) B(l Label) { a.emitFixup(fixBranch26, B(0), uint32(l)) }

// Bl emits bl l.
func (a *Assembler) Bl(l Label) { a.emitFixup(fixBranch26, Bl(0), uint32(l)) }

// The conditional branches below reach everywhere: Finish turns one whose label is too
// far into the inverse branch over a b.

// BCond emits b.c l. AL gives a plain b.
func (a *Assembler) BCond(c Cond, l Label) {
	if c == AL {
		a.B(l)
		return
	}
	a.emitFixup(fixBranch19, BCond(c, 0), uint32(l))
}

// Cbz emits cbz rt, l.
func (a *Assembler) Cbz(w Width, rt Reg, l Label) {
	a.emitFixup(fixBranch19, Cbz(w, rt, 0), uint32(l))
}

// Cbnz emits cbnz rt, l.
func (a *Assembler) Cbnz(w Width, rt Reg, l Label) {
	a.emitFixup(fixBranch19, Cbnz(w, rt, 0), uint32(l))
}

// Tbz emits tbz rt, #bit, l.
func (a *Assembler) Tbz(rt Reg, bit uint32, l Label) {
	a.emitFixup(fixBranch14, Tbz(rt, bit, 0), uint32(l))
}

// Tbnz emits tbnz rt, #bit, l.
func (a *Assembler) Tbnz(rt Reg, bit uint32, l Label) {
	a.emitFixup(fixBranch14, Tbnz(rt, bit, 0), uint32(l))
}

// Adr emits rd = address of l. It becomes adr and add where l is beyond 1 MB.
func (a *Assembler) Adr(rd Reg, l Label) {
	if rd == XZR {
		refuse("the address goes nowhere")
	}
	a.emitFixup(fixAdr, Adr(rd, 0), uint32(l))
}

// LabelDelta emits a 32-bit data word: the offset of target minus that of base, in bytes. A run of
// such words behind a label, reached with [Assembler.Adr] and ldrsw, is a jump table. Control must
// not fall into it.
func (a *Assembler) LabelDelta(target, base Label) {
	at := uint32(len(a.words[a.cur]))
	runs := &a.runs[a.cur]
	if n := len(*runs); n > 0 && (*runs)[n-1].end == at && (*runs)[n-1].table {
		(*runs)[n-1].end = at + 1
	} else {
		*runs = append(*runs, run{at, at + 1, true})
	}
	f := &a.fixups[a.cur]
	*f = append(*f, fixup{at: at, target: uint32(target), base: uint32(base), kind: fixDelta})
	a.Emit(0)
}

// CallSymbol emits bl to an outside symbol, as a [RelocCall26]. Whoever loads the code
// supplies a veneer when the symbol is out of reach.
func (a *Assembler) CallSymbol(s Symbol, addend int64) {
	a.calls = append(a.calls, symbolBranch{a.Here(), RelocCall26, s, addend})
	a.Emit(Bl(0))
}

// JumpSymbol emits b to an outside symbol, as a [RelocJump26].
func (a *Assembler) JumpSymbol(s Symbol, addend int64) {
	a.calls = append(a.calls, symbolBranch{a.Here(), RelocJump26, s, addend})
	a.Emit(B(0))
}
