package object

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// Decode reads an encoded object. The text shares memory with data.
func Decode(data []byte) (*Object, error) {
	if len(data) < headerSize || string(data[:4]) != magic {
		return nil, errors.New("object: not an encoded object")
	}
	word := func(i int) uint32 { return binary.LittleEndian.Uint32(data[4+4*i:]) }
	if v := word(0); v != Version {
		return nil, fmt.Errorf("object: version %d of the encoding, not %d", v, Version)
	}
	if word(1) != uint32(len(data)) {
		return nil, fmt.Errorf("object: %d bytes, the header says %d", len(data), word(1))
	}
	var body [numSections][]byte
	var count [numSections]int
	previous := uint32(headerSize)
	for s := range body {
		at, n := word(2+headerScalars+2*s), word(3+headerScalars+2*s)
		end := uint32(len(data))
		if s+1 < numSections {
			end = word(4 + headerScalars + 2*s)
		}
		if at < previous || at > end || end > uint32(len(data)) || n > end-at {
			return nil, fmt.Errorf("object: section %d from %d to %d with %d entries", s, at, end, n)
		}
		body[s], count[s], previous = data[at:end], int(n), at
	}
	r := &reader{}
	section := func(s int, read func()) {
		r.buf = body[s]
		for range count[s] {
			if r.err != nil {
				return
			}
			read()
		}
	}
	section(secStrings, func() {
		n := r.uint()
		if r.err == nil && uint64(n) > uint64(len(r.buf)) {
			r.fail()
			return
		}
		r.strings = append(r.strings, string(r.buf[:n]))
		r.buf = r.buf[n:]
	})
	o := &Object{
		Name: r.stringAt(word(2)), Code: ID(word(3)),
		HotSize: word(4), ColdSize: word(5), LiteralSize: word(6),
		Vectorcall: word(7), Direct: word(8), Frame: word(9),
		StackSize: word(10), SpillSize: word(11), Generator: word(12), InlineDepth: word(13),
	}
	if n := count[secText]; n > 0 {
		o.Text = body[secText][:n]
	}
	exits := body[secExits]
	section(secExits, func() {
		if i := len(o.Exits); 4*i+4 > len(body[secExitIndex]) ||
			binary.LittleEndian.Uint32(body[secExitIndex][4*i:]) != uint32(len(exits)-len(r.buf)) {
			r.fail()
			return
		}
		o.Exits = append(o.Exits, r.exit())
	})
	section(secRelocs, func() {
		o.Relocs = append(o.Relocs, Reloc{
			Offset: r.uint(), Kind: RelocKind(r.byte()), ID: r.uint(), Addend: r.int(), Symbol: r.string(),
		})
	})
	section(secPatches, func() {
		o.Patches = append(o.Patches, Patch{Offset: r.uint(), Target: r.uint()})
	})
	var at uint32
	section(secLines, func() {
		at += r.uint()
		o.Lines = append(o.Lines, Line{At: at, Code: ID(r.uint()), Offset: int32(r.int())})
	})
	section(secResumes, func() {
		o.Resumes = append(o.Resumes, Resume{Offset: r.uint(), Code: r.uint(), Landing: r.uint()})
	})
	section(secDepends, func() {
		o.Depends = append(o.Depends, Dependency{Kind: DependKind(r.byte()), ID: ID(r.uint()), Key: ID(r.uint())})
	})
	section(secKeep, func() { o.Keep = append(o.Keep, ID(r.uint())) })
	section(secOpcodes, func() {
		o.Opcodes = append(o.Opcodes, OpcodeCount{Name: r.string(), Count: r.uint()})
	})
	section(secInlined, func() {
		o.Inlined = append(o.Inlined, InlinedCall{Callee: r.string(), Offset: r.uint()})
	})
	section(secNotInlined, func() {
		o.NotInlined = append(o.NotInlined, RefusedCall{Callee: r.string(), Offset: r.uint(), Reason: r.string()})
	})
	if r.err != nil {
		return nil, r.err
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	return o, nil
}

// reader reads the integers of a section. After an error it returns zeros.
type reader struct {
	buf     []byte
	strings []string
	err     error
}

func (r *reader) fail() {
	if r.err == nil {
		r.err = errors.New("object: damaged section")
	}
	r.buf = nil
}

func (r *reader) uint64() uint64 {
	v, n := binary.Uvarint(r.buf)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

func (r *reader) uint() uint32 {
	v := r.uint64()
	if v > 1<<32-1 {
		r.fail()
		return 0
	}
	return uint32(v)
}

func (r *reader) byte() uint8 {
	v := r.uint64()
	if v > 255 {
		r.fail()
		return 0
	}
	return uint8(v)
}

func (r *reader) int() int64 {
	v, n := binary.Varint(r.buf)
	if n <= 0 {
		r.fail()
		return 0
	}
	r.buf = r.buf[n:]
	return v
}

func (r *reader) stringAt(i uint32) string {
	if uint64(i) >= uint64(len(r.strings)) {
		r.fail()
		return ""
	}
	return r.strings[i]
}

func (r *reader) string() string { return r.stringAt(r.uint()) }

func (r *reader) location() Location {
	v := r.uint64()
	if v>>38 != 0 {
		r.fail()
		return Location{}
	}
	l := Location{Kind: LocationKind(v & 7), Repr: Repr(v >> 3 & 7), Index: uint32(v >> 6)}
	if l.Kind == InImm {
		l.Imm = r.int()
	}
	return l
}

func (r *reader) length() int {
	n := r.uint()
	if uint64(n) > uint64(len(r.buf)) { // every element takes a byte at least
		r.fail()
		return 0
	}
	return int(n)
}

func (r *reader) locations() []Location {
	n := r.length()
	if n == 0 {
		return nil
	}
	list := make([]Location, n)
	for i := range list {
		list[i] = r.location()
	}
	return list
}

func (r *reader) exit() Exit {
	e := Exit{Kind: ExitKind(r.byte()), Reason: Reason(r.byte()), Continue: r.uint(), Text: r.string(), Guilty: r.location()}
	for range r.length() {
		e.Virtuals = append(e.Virtuals, Virtual{Kind: VirtualKind(r.byte()), Fields: r.locations()})
	}
	for range r.length() {
		f := Frame{Code: ID(r.uint()), Callee: r.location(), Offset: r.uint(), Next: r.uint()}
		flags := r.byte()
		f.InMemory, f.Completion = flags&1 != 0, Completion(flags&^(untracedFlag|unhandledFlag)>>1)
		f.Untraced, f.Unhandled = flags&untracedFlag != 0, flags&unhandledFlag != 0
		if f.native(e.Kind) {
			f.Native = r.uint()
		}
		f.Locals, f.Stack = r.locations(), r.locations()
		e.Frames = append(e.Frames, f)
	}
	e.Owned = r.locations()
	return e
}
