package object

import (
	"encoding/binary"
	"fmt"
)

// Version is the version of the encoding. The loader refuses any other.
const Version = 4

// magic are the first bytes of an encoded object.
const magic = "CJOB"

// The encoding:
//
//	header    magic, then little-endian 32-bit words:
//	          version, length of everything, headerWords scalars,
//	          then for each section its offset and its number of entries
//	sections  in the order below; the text is last and begins at a multiple of 16
//
// All other sections are sequences of variable-length integers
// (unsigned: as encoding/binary's Uvarint; signed: zig-zag), except the exit index, an array of 32-bit offsets
// from the start of the exit section, and the strings (length, bytes). Offsets
// that ascend are stored as distances.
//
// A location is one unsigned integer kind + representation<<3 + index<<6, and for
// InImm a signed integer after it.
const (
	secStrings = iota
	secExitIndex
	secExits
	secRelocs
	secPatches
	secLines
	secResumes
	secDepends
	secKeep
	secOpcodes
	secInlined
	secNotInlined
	secText

	numSections
)

// headerScalars is the number of words between the length and the section table.
const headerScalars = 12

// headerSize is the number of bytes before the first section.
const headerSize = 4 + 4*(2+headerScalars+2*numSections)

// Encode returns the encoding of o. It panics when o breaks a rule of [Object.Check],
// which is a bug of the compiler.
func (o *Object) Encode() []byte {
	if err := o.Check(); err != nil {
		panic(err)
	}
	w := &writer{strings: map[string]uint32{"": 0}, list: []string{""}}
	// Bodies first: they fill the string table, which is written before them.
	var body [numSections][]byte
	var count [numSections]int
	section := func(s, n int, write func()) {
		w.buf = nil
		write()
		body[s], count[s] = w.buf, n
	}
	name := w.stringID(o.Name)
	var index []byte
	section(secExits, len(o.Exits), func() {
		for i := range o.Exits {
			index = binary.LittleEndian.AppendUint32(index, uint32(len(w.buf)))
			w.exit(&o.Exits[i])
		}
	})
	body[secExitIndex], count[secExitIndex] = index, len(o.Exits)
	section(secRelocs, len(o.Relocs), func() {
		for i := range o.Relocs {
			r := &o.Relocs[i]
			w.uint(r.Offset)
			w.uint(uint32(r.Kind))
			w.uint(r.ID)
			w.int(r.Addend)
			w.string(r.Symbol)
		}
	})
	section(secPatches, len(o.Patches), func() {
		for _, p := range o.Patches {
			w.uint(p.Offset)
			w.uint(p.Target)
		}
	})
	section(secLines, len(o.Lines), func() {
		var at uint32
		for _, l := range o.Lines {
			w.uint(l.At - at)
			w.uint(uint32(l.Code))
			w.int(int64(l.Offset))
			at = l.At
		}
	})
	section(secResumes, len(o.Resumes), func() {
		for _, r := range o.Resumes {
			w.uint(r.Offset)
			w.uint(r.Code)
			w.uint(r.Landing)
		}
	})
	section(secDepends, len(o.Depends), func() {
		for _, d := range o.Depends {
			w.uint(uint32(d.Kind))
			w.uint(uint32(d.ID))
			w.uint(uint32(d.Key))
		}
	})
	section(secKeep, len(o.Keep), func() {
		for _, id := range o.Keep {
			w.uint(uint32(id))
		}
	})
	section(secOpcodes, len(o.Opcodes), func() {
		for _, c := range o.Opcodes {
			w.string(c.Name)
			w.uint(c.Count)
		}
	})
	section(secInlined, len(o.Inlined), func() {
		for _, c := range o.Inlined {
			w.string(c.Callee)
			w.uint(c.Offset)
		}
	})
	section(secNotInlined, len(o.NotInlined), func() {
		for _, c := range o.NotInlined {
			w.string(c.Callee)
			w.uint(c.Offset)
			w.string(c.Reason)
		}
	})
	section(secStrings, len(w.list), func() {
		for _, s := range w.list {
			w.uint(uint32(len(s)))
			w.buf = append(w.buf, s...)
		}
	})
	body[secText], count[secText] = o.Text, len(o.Text)

	offset := headerSize
	var offsets [numSections]int
	for s := range body {
		switch s {
		case secText:
			offset = (offset + 15) &^ 15
		case secExitIndex:
			offset = (offset + 3) &^ 3
		}
		offsets[s] = offset
		offset += len(body[s])
	}
	out := make([]byte, 0, offset)
	out = append(out, magic...)
	word := func(v uint32) { out = binary.LittleEndian.AppendUint32(out, v) }
	word(Version)
	word(uint32(offset))
	for _, v := range [headerScalars]uint32{
		name, uint32(o.Code), o.HotSize, o.ColdSize, o.LiteralSize,
		o.Vectorcall, o.Direct, o.Frame, o.StackSize, o.SpillSize, o.Generator, o.InlineDepth,
	} {
		word(v)
	}
	for s := range body {
		word(uint32(offsets[s]))
		word(uint32(count[s]))
	}
	for s := range body {
		for len(out) < offsets[s] {
			out = append(out, 0)
		}
		out = append(out, body[s]...)
	}
	return out
}

type writer struct {
	buf     []byte
	strings map[string]uint32
	list    []string // in order of first use
}

func (w *writer) uint(v uint32) { w.buf = binary.AppendUvarint(w.buf, uint64(v)) }
func (w *writer) int(v int64)   { w.buf = binary.AppendVarint(w.buf, v) }

func (w *writer) stringID(s string) uint32 {
	id, ok := w.strings[s]
	if !ok {
		id = uint32(len(w.list))
		w.strings[s] = id
		w.list = append(w.list, s)
	}
	return id
}

func (w *writer) string(s string) { w.uint(w.stringID(s)) }

func (w *writer) location(l Location) {
	w.buf = binary.AppendUvarint(w.buf, uint64(l.Kind)|uint64(l.Repr)<<3|uint64(l.Index)<<6)
	if l.Kind == InImm {
		w.int(l.Imm)
	}
}

func (w *writer) locations(list []Location) {
	w.uint(uint32(len(list)))
	for _, l := range list {
		w.location(l)
	}
}

// The order matters to the run time, which decodes an exit in one pass: objects
// to make first, then frames, then what to give back.
func (w *writer) exit(e *Exit) {
	w.uint(uint32(e.Kind))
	w.uint(uint32(e.Reason))
	w.uint(e.Continue)
	w.string(e.Text)
	w.location(e.Guilty)
	w.uint(uint32(len(e.Virtuals)))
	for i := range e.Virtuals {
		w.uint(uint32(e.Virtuals[i].Kind))
		w.locations(e.Virtuals[i].Fields)
	}
	w.uint(uint32(len(e.Frames)))
	for i := range e.Frames {
		f := &e.Frames[i]
		w.uint(uint32(f.Code))
		w.location(f.Callee)
		w.uint(f.Offset)
		w.uint(f.Next)
		flags := uint32(f.Completion) << 1
		if f.InMemory {
			flags |= 1
		}
		if f.Untraced {
			flags |= untracedFlag
		}
		if f.Unhandled {
			flags |= unhandledFlag
		}
		w.uint(flags)
		if f.native(e.Kind) {
			w.uint(f.Native)
		}
		w.locations(f.Locals)
		w.locations(f.Stack)
	}
	w.locations(e.Owned)
}

// These stand above the completion in the flags of a frame.
const (
	untracedFlag  = 16
	unhandledFlag = 32
)

// Check reports the first rule that o breaks.
func (o *Object) Check() error {
	size := uint32(len(o.Text))
	fail := func(format string, args ...any) error {
		return fmt.Errorf("object %s: %s", o.Name, fmt.Sprintf(format, args...))
	}
	if size%4 != 0 || uint64(o.HotSize)+uint64(o.ColdSize)+uint64(o.LiteralSize) != uint64(size) {
		return fail("parts of %d+%d+%d bytes in %d bytes of code", o.HotSize, o.ColdSize, o.LiteralSize, size)
	}
	inText := func(at uint32, n uint32) bool { return at%4 == 0 && uint64(at)+uint64(n) <= uint64(size) }
	for _, e := range []struct {
		name string
		at   uint32
	}{{"vectorcall", o.Vectorcall}, {"direct", o.Direct}, {"frame", o.Frame}, {"generator", o.Generator}} {
		if e.at != None && !inText(e.at, 4) {
			return fail("%s entry at %#x", e.name, e.at)
		}
	}
	for i, r := range o.Resumes {
		if !inText(r.Code, 4) || !inText(r.Landing, 4) || i > 0 && r.Offset <= o.Resumes[i-1].Offset {
			return fail("resume entry %d for offset %d at %#x", i, r.Offset, r.Code)
		}
	}
	for i, r := range o.Relocs {
		switch {
		case r.Kind >= numRelocKinds:
			return fail("relocation %d of kind %d", i, r.Kind)
		case r.Kind >= Call26Helper && !inText(r.Offset, 4),
			r.Kind < Call26Helper && (!inText(r.Offset, 8) || r.Offset%8 != 0):
			return fail("%s relocation %d at %#x", r.Kind, i, r.Offset)
		case (r.Kind == Abs64Symbol || r.Kind == Call26Stub) != (r.Symbol != ""):
			return fail("%s relocation %d with symbol %q", r.Kind, i, r.Symbol)
		}
	}
	for i, p := range o.Patches {
		if !inText(p.Offset, 4) || !inText(p.Target, 4) {
			return fail("patch point %d from %#x to %#x", i, p.Offset, p.Target)
		}
	}
	for i, l := range o.Lines {
		if l.At > size || i > 0 && l.At < o.Lines[i-1].At {
			return fail("line entry %d at %#x", i, l.At)
		}
	}
	for i, d := range o.Depends {
		if d.Kind >= numDependKinds || d.ID == 0 || (d.Key != 0) != (d.Kind == DependDictKey) {
			return fail("dependency %d: %s of %d, %d", i, d.Kind, d.ID, d.Key)
		}
	}
	for i := range o.Exits {
		if err := o.Exits[i].check(); err != nil {
			return fail("exit %d: %v", i, err)
		}
		if !inText(o.Exits[i].Continue, 4) {
			return fail("exit %d goes on at %#x", i, o.Exits[i].Continue)
		}
	}
	return nil
}

// native reports whether the frame, of an exit of the kind, stands in the native frame.
func (f *Frame) native(kind ExitKind) bool { return kind != Deopt && f.Code != 0 }

func (e *Exit) check() error {
	if e.Kind >= numExitKinds || e.Reason >= numReasons {
		return fmt.Errorf("kind %d, reason %d", e.Kind, e.Reason)
	}
	if len(e.Frames) == 0 {
		return fmt.Errorf("no frame")
	}
	if e.Continue != 0 && e.Kind != Observe {
		return fmt.Errorf("a place to go on")
	}
	virtuals := 0 // that a location may name
	bad := func(list []Location, what string) error {
		for i, l := range list {
			if err := l.check(virtuals); err != nil {
				return fmt.Errorf("%s %d: %v", what, i, err)
			}
		}
		return nil
	}
	for i := range e.Virtuals {
		v := &e.Virtuals[i]
		if v.Kind >= numVirtualKinds {
			return fmt.Errorf("virtual %d of kind %d", i, v.Kind)
		}
		if n := v.Kind.fields(); n >= 0 && n != len(v.Fields) {
			return fmt.Errorf("virtual %s with %d fields", v.Kind, len(v.Fields))
		}
		if err := bad(v.Fields, "field"); err != nil {
			return err
		}
		virtuals++
	}
	for i := range e.Frames {
		f := &e.Frames[i]
		outermost := i == len(e.Frames)-1
		if f.Completion >= numCompletions {
			return fmt.Errorf("frame %d: completion %d", i, f.Completion)
		}
		if outermost != (f.Code == 0) || outermost != (f.Callee == NoLocation) {
			return fmt.Errorf("frame %d of %d: code %d", i, len(e.Frames), f.Code)
		}
		if f.Native != 0 && !f.native(e.Kind) || f.Native%8 != 0 {
			return fmt.Errorf("frame %d: in the native frame at %d", i, f.Native)
		}
		if f.InMemory && len(f.Locals) != 0 {
			return fmt.Errorf("frame %d: locals in memory and in the table", i)
		}
		for _, list := range [][]Location{{f.Callee}, f.Locals, f.Stack} {
			if err := bad(list, "value"); err != nil {
				return fmt.Errorf("frame %d: %v", i, err)
			}
		}
	}
	if err := bad([]Location{e.Guilty}, "guilty"); err != nil {
		return err
	}
	for i, l := range e.Owned {
		if err := l.check(0); err != nil || l.Repr != AsObject || l.Kind < InGPR || l.Kind > InConstant {
			return fmt.Errorf("owned %d: %s", i, l)
		}
	}
	return nil
}

func (l Location) check(virtuals int) error {
	ok := l.Kind < numLocationKinds && l.Repr < numReprs
	double := l.Repr == AsDouble || l.Repr == AsDoubleOrNull
	switch l.Kind {
	case InNothing, InNull:
		ok = ok && l.Repr == AsObject && l.Index == 0
	case InGPR:
		ok = ok && l.Index < 31 && !double
	case InFPR:
		ok = ok && l.Index < 32 && double
	case InStack:
		ok = ok && l.Index%8 == 0 && l.Index < 1<<24
	case InConstant:
		ok = ok && l.Repr == AsObject && l.Index != 0
	case InImm:
		ok = ok && l.Repr != AsObject && l.Index == 0
	case InVirtual:
		ok = ok && l.Repr == AsObject && int64(l.Index) < int64(virtuals)
	}
	if !ok || l.Kind != InImm && l.Imm != 0 {
		return fmt.Errorf("location kind %d, representation %d, index %d, number %d", l.Kind, l.Repr, l.Index, l.Imm)
	}
	return nil
}
