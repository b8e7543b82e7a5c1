package aarch64

import (
	"cmp"
	"fmt"
	"slices"
)

// MarkKind says what a mark stands for; the numbers belong to the caller.
type MarkKind uint16

// Note is an annotation of the instruction at Offset: a comment, or a mark.
type Note struct {
	Offset uint32
	Kind   MarkKind
	ID     uint32
	Text   string // comments only
	IsMark bool
}

type note struct {
	pos    Pos
	kind   MarkKind
	id     uint32
	text   string
	isMark bool
}

// Annotate switches the recording of comments and marks on or off. It is off after Reset.
func (a *Assembler) Annotate(on bool) { a.annotate = on }

// Annotating reports whether comments and marks are recorded. Test it before a Comment with
// arguments in a hot place: Go boxes the arguments before Comment can decide.
func (a *Assembler) Annotating() bool { return a.annotate }

// Comment annotates the next instruction with text for the disassembly.
func (a *Assembler) Comment(format string, args ...any) {
	if a.annotate {
		a.notes = append(a.notes, note{pos: a.Here(), text: fmt.Sprintf(format, args...)})
	}
}

// Mark annotates the next instruction with a number, such as that of the LIR instruction it comes
// from.
func (a *Assembler) Mark(kind MarkKind, id uint32) {
	if a.annotate {
		a.notes = append(a.notes, note{pos: a.Here(), kind: kind, id: id, isMark: true})
	}
}

func (a *Assembler) finishNotes(c *Code) {
	if len(a.notes) == 0 {
		return
	}
	c.Notes = make([]Note, len(a.notes))
	for i, n := range a.notes {
		c.Notes[i] = Note{Offset: a.noteOffset(n), Kind: n.kind, ID: n.id, Text: n.text, IsMark: n.isMark}
	}
	slices.SortStableFunc(c.Notes, func(x, y Note) int { return cmp.Compare(x.Offset, y.Offset) })
}

// noteOffset is where the instruction that n annotates stands, behind an island
// before it.
func (a *Assembler) noteOffset(n note) uint32 { return 4 * a.layout.index[a.layout.old(n.pos)] }
