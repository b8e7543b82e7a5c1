package aarch64

import (
	"encoding/binary"
	"fmt"
	"math"
	"sort"
	"strings"
)

// Listing says what [Disassemble] knows about the code besides its bytes. Everything is
// optional.
type Listing struct {
	Base   uint64  // added to the offsets that are printed
	Data   []Data  // as in [Code], by offset
	Relocs []Reloc // as in [Code], by offset
	Notes  []Note  // as in [Code], by offset

	Symbol func(Symbol) string           // names outside symbols
	Mark   func(MarkKind, uint32) string // text for a mark; empty: none
	Label  func(offset uint32) string    // names places; empty: none
}

// Line is one instruction or data item of a disassembly.
type Line struct {
	Offset  uint32
	Size    uint32 // bytes: 4, or more for data
	Word    Word   // the instruction, or the first word of data
	Label   string
	Before  []string // comments and marks that stand above
	Text    string   // "ldr x0, [x1, #8]", ".xword 0x…"
	Comment string   // what the operands refer to
}

// String returns the line without Label and Before, at its own offset.
func (l Line) String() string { return l.format(0) }

func (l Line) format(base uint64) string {
	s := fmt.Sprintf("%6x:  %08x  %s", base+uint64(l.Offset), uint32(l.Word), l.Text)
	if l.Comment != "" {
		s = fmt.Sprintf("%-56s ; %s", s, l.Comment)
	}
	return s
}

// Disassemble returns the instructions and data of code.
func Disassemble(code []byte, o Listing) []Line {
	d := disassembler{code: code, Listing: o}
	lines := make([]Line, 0, len(code)/4)
	for off := uint32(0); int(off)+4 <= len(code); {
		line := d.line(off)
		lines = append(lines, line)
		off += line.Size
	}
	return lines
}

// Text formats the disassembly of code, one line for each instruction, label and comment.
func (o Listing) Text(code []byte) string {
	var b strings.Builder
	for _, l := range Disassemble(code, o) {
		for _, s := range l.Before {
			fmt.Fprintf(&b, "         ; %s\n", s)
		}
		if l.Label != "" {
			fmt.Fprintf(&b, "%s:\n", l.Label)
		}
		b.WriteString(l.format(o.Base))
		b.WriteByte('\n')
	}
	return b.String()
}

// Listing returns what c knows about itself.
func (c Code) Listing() Listing {
	return Listing{Data: c.Data, Relocs: c.Relocs, Notes: c.Notes}
}

type disassembler struct {
	Listing
	code []byte
	data int // Data[:data] end before the current offset
	note int // Notes[:note] have been given out
}

func (d *disassembler) line(off uint32) Line {
	l := Line{Offset: off, Size: 4, Word: d.word(off), Label: d.label(off)}
	for d.note < len(d.Notes) && d.Notes[d.note].Offset <= off {
		n := d.Notes[d.note]
		d.note++
		text := n.Text
		if n.IsMark {
			if d.Mark == nil {
				continue
			}
			text = d.Mark(n.Kind, n.ID)
		}
		if text != "" {
			l.Before = append(l.Before, text)
		}
	}
	for d.data < len(d.Data) && d.Data[d.data].End <= off {
		d.data++
	}
	if d.data < len(d.Data) && d.Data[d.data].Start <= off {
		d.dataLine(&l, d.Data[d.data].Unit)
		return l
	}
	l.Text = wordText(l.Word, func(rel int64) string { return d.target(off, rel, &l) })
	if m, rel, ok := literalLoad(l.Word); ok {
		l.Comment = d.literal(m, int64(off)+rel)
	}
	return l
}

func (d *disassembler) word(off uint32) Word { return Word(binary.LittleEndian.Uint32(d.code[off:])) }

func (d *disassembler) label(off uint32) string {
	if d.Label == nil {
		return ""
	}
	return d.Label(off)
}

// target prints the place at distance rel from off as an address, and notes its label; for an outside
// symbol it is the symbol's name, whether or not the code has been patched.
func (d *disassembler) target(off uint32, rel int64, l *Line) string {
	if r, ok := d.reloc(off); ok {
		return d.symbol(r)
	}
	to := int64(off) + rel
	if to >= 0 && to < int64(len(d.code)) {
		l.Comment = d.label(uint32(to))
	}
	return fmt.Sprintf("%#x", d.Base+uint64(to))
}

// literalLoad takes an ldr of a literal apart.
func literalLoad(w Word) (m Mem, rel int64, ok bool) {
	if w&0x3b000000 != memLiteral {
		return 0, 0, false
	}
	kinds := [8]Mem{MemU32, MemU64, MemS32X, memCount, MemF32, MemF64, MemF128, memCount}
	m = kinds[w>>26&1<<2|w>>30]
	return m, int64(int32(w<<8)>>13) * 4, m != memCount
}

// literal describes what a load of kind m finds at offset at.
func (d *disassembler) literal(m Mem, at int64) string {
	if at < 0 || at+m.Bytes() > int64(len(d.code)) {
		return ""
	}
	off := uint32(at)
	if r, ok := d.reloc(off); ok {
		return "=" + d.symbol(r)
	}
	lo := binary.LittleEndian.Uint32(d.code[off:])
	switch m {
	case MemU32, MemS32X:
		return fmt.Sprintf("=%#x", lo)
	case MemF32:
		return fmt.Sprintf("=%g", math.Float32frombits(lo))
	}
	v := binary.LittleEndian.Uint64(d.code[off:])
	switch m {
	case MemF64:
		return fmt.Sprintf("=%g", math.Float64frombits(v))
	case MemF128:
		return fmt.Sprintf("=%#x:%#x", binary.LittleEndian.Uint64(d.code[off+8:]), v)
	}
	return fmt.Sprintf("=%#x", v)
}

func (d *disassembler) reloc(off uint32) (Reloc, bool) {
	i := sort.Search(len(d.Relocs), func(i int) bool { return d.Relocs[i].Offset >= off })
	if i < len(d.Relocs) && d.Relocs[i].Offset == off {
		return d.Relocs[i], true
	}
	return Reloc{}, false
}

func (d *disassembler) symbol(r Reloc) string {
	name := ""
	if d.Symbol != nil {
		name = d.Symbol(r.Symbol)
	}
	if name == "" {
		name = fmt.Sprintf("symbol %d:%d", r.Symbol.Kind, r.Symbol.ID)
	}
	if r.Addend != 0 {
		name = fmt.Sprintf("%s%+d", name, r.Addend)
	}
	return name
}

// dataLine fills in a line of data of unit bytes.
func (d *disassembler) dataLine(l *Line, unit uint32) {
	left := uint32(len(d.code)) - l.Offset
	if unit == 0 || unit > left {
		unit = 4
	}
	l.Size = unit
	switch unit {
	case 16:
		l.Text = fmt.Sprintf(".octa 0x%016x%016x",
			binary.LittleEndian.Uint64(d.code[l.Offset+8:]), binary.LittleEndian.Uint64(d.code[l.Offset:]))
	case 8:
		l.Text = fmt.Sprintf(".xword %#x", binary.LittleEndian.Uint64(d.code[l.Offset:]))
	default:
		l.Text = fmt.Sprintf(".word %#x", uint32(l.Word))
	}
	if r, ok := d.reloc(l.Offset); ok {
		l.Comment = d.symbol(r)
	}
}
