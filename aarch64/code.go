package aarch64

import "errors"

// RelocKind says how the loader patches the code.
type RelocKind uint8

// The relocations.
const (
	// RelocAbs64: the 8 bytes at Offset, in a literal pool and aligned, become symbol + addend.
	RelocAbs64 RelocKind = iota
	// RelocCall26: the bl at Offset calls symbol + addend, within 128 MB.
	RelocCall26
	// RelocJump26: the b at Offset goes to symbol + addend, within 128 MB.
	RelocJump26
)

var relocNames = [...]string{"abs64", "call26", "jump26"}

func (k RelocKind) String() string {
	if int(k) < len(relocNames) {
		return relocNames[k]
	}
	return "reloc?"
}

// Reloc is a place in the code that depends on an address outside it.
type Reloc struct {
	Offset uint32 // in bytes from the start of the code
	Kind   RelocKind
	Symbol Symbol
	Addend int64
}

// Data is a range of bytes, End excluded, that holds no instructions but items of Unit bytes
// (4, 8 or 16): jump tables, literals, or the padding before them.
type Data struct{ Start, End, Unit uint32 }

// Code is finished machine code. It belongs to the caller and shares no memory with
// the assembler. It is position-independent, but for 8-byte alignment of its start (16 with 128-bit
// literals), once its relocations are applied.
type Code struct {
	Bytes    []byte
	HotSize  uint32  // offset of the cold section, in bytes
	TextSize uint32  // end of the cold section; the last pool follows
	Relocs   []Reloc // by offset
	Data     []Data  // literal pools and tables, by offset
	Notes    []Note  // annotations, by offset
}

// ErrTooLarge is returned by [Assembler.Finish] when code does not fit the reach
// of b (128 MB), or of an adr (16 MB).
var ErrTooLarge = errors.New("aarch64: code is too large for its branches")

// Finish lays the code out, resolves all references, and returns the result. All labels that are
// used must be bound, and all pushed sections popped. Until Reset, [Assembler.Offset] and
// [Assembler.LabelOffset] answer for the finished code.
func (a *Assembler) Finish() (Code, error) {
	if len(a.stack) != 0 {
		refuse("%d sections were not popped", len(a.stack))
	}
	a.checkLabels()
	if err := a.layout.settle(a); err != nil {
		return Code{}, err
	}
	c := a.layout.write(a)
	a.finishNotes(&c)
	return c, nil
}

func (a *Assembler) checkLabels() {
	for s := range a.fixups {
		for _, f := range a.fixups[s] {
			if f.kind == fixLiteral {
				continue
			}
			if a.labels[f.target] == noPos {
				refuse("label %d is used and not bound", f.target)
			}
			if f.kind == fixDelta && a.labels[f.base] == noPos {
				refuse("label %d is used and not bound", f.base)
			}
		}
	}
}

// Offset returns where p is in the finished code, in bytes.
func (a *Assembler) Offset(p Pos) uint32 {
	if !a.layout.finished {
		refuse("the code is not finished")
	}
	return 4 * a.layout.at(p)
}

// LabelOffset returns where l is in the finished code, in bytes.
func (a *Assembler) LabelOffset(l Label) uint32 { return a.Offset(a.LabelPos(l)) }
