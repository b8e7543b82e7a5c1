package bytecode

import "sort"

// Location is the source range of a run of code. Lines count from 1 and
// columns, in bytes of UTF-8, from 0; a value that is not known is -1.
type Location struct {
	Start, End        int32 // offsets in bytes of the code
	Line, EndLine     int32
	Column, EndColumn int32
}

// LineTable holds the locations of a code object in ascending order of Start.
type LineTable []Location

// Kinds of entries of the location table (PEP 626, PEP 657). Those below
// locOneLine0 are short forms within the current line.
const (
	locOneLine0  = 10
	locOneLine2  = 12
	locNoColumns = 13
	locLong      = 14
	locNone      = 15
)

// ParseLineTable decodes co_linetable of a code object that begins at
// firstLine (co_firstlineno).
func ParseLineTable(table []byte, firstLine int32) (LineTable, error) {
	p := lineParser{table: table}
	var locs LineTable
	line, at := int64(firstLine), int32(0)
	for p.pos < len(table) {
		head := p.byte()
		if head&0x80 == 0 {
			return nil, &Error{-1, "line table out of step"}
		}
		code, units := head>>3&15, int32(head&7)+1
		loc := Location{Start: at, Line: -1, EndLine: -1, Column: -1, EndColumn: -1}
		endLine := int64(-1)
		switch {
		case code < locOneLine0:
			b := p.byte()
			loc.Column = int32(code)<<3 | int32(b>>4&7)
			loc.EndColumn = loc.Column + int32(b&15)
			endLine = line
		case code <= locOneLine2:
			line += int64(code - locOneLine0)
			loc.Column, loc.EndColumn = int32(p.byte()), int32(p.byte())
			endLine = line
		case code == locNoColumns:
			line += p.signed()
			endLine = line
		case code == locLong:
			line += p.signed()
			endLine = line + p.unsigned()
			loc.Column, loc.EndColumn = int32(p.unsigned())-1, int32(p.unsigned())-1
		}
		if p.bad || line != int64(int32(line)) || endLine != int64(int32(endLine)) || at > 2*maxUnits {
			return nil, errorAt(at, "malformed line table")
		}
		if code != locNone {
			loc.Line, loc.EndLine = int32(line), int32(endLine)
		}
		at += 2 * units
		loc.End = at
		locs = append(locs, loc)
	}
	return locs, nil
}

// At returns the location of the code at an offset. Line is -1 at code
// without one and outside the table.
func (t LineTable) At(offset int32) Location {
	i := sort.Search(len(t), func(i int) bool { return t[i].End > offset })
	if i < len(t) && t[i].Start <= offset {
		return t[i]
	}
	return Location{Start: offset, End: offset + 2, Line: -1, EndLine: -1, Column: -1, EndColumn: -1}
}

type lineParser struct {
	table []byte
	pos   int
	bad   bool // ran over the end or into the next entry, or a value is too large
}

func (p *lineParser) byte() byte {
	if p.pos >= len(p.table) {
		p.bad = true
		return 0
	}
	p.pos++
	return p.table[p.pos-1]
}

// unsigned reads groups of six bits, the lowest first.
func (p *lineParser) unsigned() int64 {
	v := int64(0)
	for shift := 0; ; shift += 6 {
		b := p.byte()
		if p.bad || b&0x80 != 0 || shift > 30 {
			p.bad = true
			return 0
		}
		if v |= int64(b&0x3f) << shift; v > 1<<31-1 {
			p.bad = true
			return 0
		}
		if b&0x40 == 0 {
			return v
		}
	}
}

// signed reads a value whose lowest bit is the sign.
func (p *lineParser) signed() int64 {
	v := p.unsigned()
	if v&1 != 0 {
		return -(v >> 1)
	}
	return v >> 1
}
