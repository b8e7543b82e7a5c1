package snapshot

import (
	"encoding/binary"
	"fmt"
	"math"
)

// DecodeError says where the binary form is wrong.
type DecodeError struct {
	Offset int // in bytes from the start
	Reason string
}

func (e *DecodeError) Error() string {
	return fmt.Sprintf("snapshot: %s at byte %d", e.Reason, e.Offset)
}

// Decode reads the binary form. The result does not refer to data. Anything
// that is not the form written by this version gives a *DecodeError; ids and
// lengths in the result are within bounds.
func Decode(data []byte) (s *Snapshot, err error) {
	d := &decoder{data: data, text: string(data)}
	defer func() {
		if r := recover(); r != nil {
			fail, ok := r.(*DecodeError)
			if !ok {
				panic(r)
			}
			s, err = nil, fail
		}
	}()
	s = d.snapshot()
	if err := s.Check(); err != nil {
		return nil, &DecodeError{Offset: len(data), Reason: err.Error()}
	}
	return s, nil
}

type decoder struct {
	data []byte
	text string // the same once more: strings are parts of it
	at   int
}

func (d *decoder) fail(format string, args ...any) {
	panic(&DecodeError{Offset: d.at, Reason: fmt.Sprintf(format, args...)})
}

func (d *decoder) take(n int) []byte {
	if n < 0 || n > len(d.data)-d.at {
		d.fail("needs %d bytes, has %d", n, len(d.data)-d.at)
	}
	b := d.data[d.at : d.at+n]
	d.at += n
	return b
}

func (d *decoder) u32() uint32 { return binary.LittleEndian.Uint32(d.take(4)) }
func (d *decoder) u64() uint64 { return binary.LittleEndian.Uint64(d.take(8)) }
func (d *decoder) i64() int64  { return int64(d.u64()) }
func (d *decoder) int() int    { return int(int32(d.u32())) }
func (d *decoder) id() ID      { return ID(d.u32()) }

// count reads the length of a list whose elements have at least size bytes.
func (d *decoder) count(size int) int {
	n := d.u32()
	if uint64(n)*uint64(size) > uint64(len(d.data)-d.at) {
		d.fail("list of %d elements is longer than the data", n)
	}
	return int(n)
}

func (d *decoder) str() string {
	n := len(d.take(d.count(1)))
	return d.text[d.at-n : d.at]
}

func (d *decoder) bytes() []byte {
	return append([]byte{}, d.take(d.count(1))...)
}

func (d *decoder) ids() []ID {
	n := d.count(4)
	if n == 0 {
		return nil
	}
	ids := make([]ID, n)
	for i := range ids {
		ids[i] = d.id()
	}
	return ids
}

func (d *decoder) strs() []string {
	n := d.count(4)
	if n == 0 {
		return nil
	}
	strs := make([]string, n)
	for i := range strs {
		strs[i] = d.str()
	}
	return strs
}

func (d *decoder) snapshot() *Snapshot {
	if string(d.take(4)) != magic {
		d.fail("not a snapshot")
	}
	if v := d.u32(); v != formatVersion {
		d.fail("format version is %d, want %d", v, formatVersion)
	}
	if h := d.u64(); h != LayoutHash() {
		d.fail("layout table differs")
	}
	if n := d.u32(); int64(n) != int64(len(d.data)) {
		d.fail("size is %d, want %d", len(d.data), n)
	}
	s := &Snapshot{Layout: &Layout{}}
	if n := d.count(8); n != len(LayoutFields) {
		d.fail("layout has %d fields, want %d", n, len(LayoutFields))
	}
	for i := range LayoutFields {
		s.Layout.SetField(i, d.i64())
	}
	s.Root = d.id()
	s.Function = d.id()
	s.Instrumentation = d.u64()
	const smallestObject = 4 + 4 + 4 + 8 + 4 + 4
	n := d.count(smallestObject)
	s.Objects = make([]Object, n+1)
	for i := 1; i <= n; i++ {
		d.object(&s.Objects[i])
	}
	if d.at != len(d.data) {
		d.fail("data after the end")
	}
	return s
}

func (d *decoder) object(o *Object) {
	head := d.take(4)
	o.Kind, o.Flags = Kind(head[0]), ObjectFlags(head[1])
	if o.Kind >= numKinds {
		d.fail("unknown object kind %d", head[0])
	}
	if head[1] >= 1<<numObjectFlags || head[2] != 0 || head[3] != 0 {
		d.fail("unknown object flags")
	}
	o.Type = d.id()
	o.Name = d.str()
	if bits := d.u64(); o.Kind == KindFloat {
		o.Float = math.Float64frombits(bits)
	} else {
		o.Int = int64(bits)
	}
	o.Str = d.str()
	o.Refs = d.ids()
	switch o.Kind {
	case KindFunction:
		o.Function = d.function()
	case KindType:
		o.Class = d.class()
	case KindCode:
		o.Code = d.code()
	case KindBuiltin, KindMethodDescr, KindClassMethodDescr, KindMemberDescr:
		o.Native = &Native{Flags: d.u32(), Member: int32(d.u32()), Offset: d.i64()}
	}
}

func (d *decoder) function() *Function {
	f := &Function{Code: d.id(), Globals: d.id(), Builtins: d.id(), Defaults: d.ids(), KwDict: d.id(), Named: d.ids()}
	bits := d.u32()
	if bits >= funcCompiled<<1 {
		d.fail("unknown function bits %#x", bits)
	}
	f.KwDefaults = bits&funcKwDefaults != 0
	f.Closure = bits&funcClosure != 0
	f.Known = bits&funcKnown != 0
	f.Compiled = bits&funcCompiled != 0
	f.Version = d.u32()
	return f
}

func (d *decoder) class() *Class {
	c := &Class{
		Flags: d.u64(), Version: d.u32(),
		BasicSize: d.i64(), ItemSize: d.i64(), DictOffset: d.i64(), WeakListOffset: d.i64(),
		Base: d.id(), MRO: d.ids(), Traits: ClassTraits(d.u32()),
		KeysVersion: d.u32(), Keys: d.strs(),
	}
	if c.Traits >= 1<<numTraits {
		d.fail("unknown class traits %#x", uint32(c.Traits))
	}
	if n := d.count(8); n > 0 {
		c.Attrs = make([]ClassAttr, n)
		for i := range c.Attrs {
			c.Attrs[i] = ClassAttr{Name: d.str(), Value: d.id()}
		}
	}
	c.Init = d.id()
	c.GetItem = d.id()
	return c
}

func (d *decoder) code() *Code {
	c := &Code{Globals: d.id(), Builtins: d.id(), Filename: d.str(), FirstLine: d.int(), Flags: d.u32()}
	for _, v := range c.counts() {
		*v = d.int()
	}
	c.LocalsPlusNames = d.strs()
	c.LocalsPlusKinds = d.bytes()
	switch captured := d.u32(); captured {
	case 0:
		return c
	case 1:
	default:
		d.fail("capture mark is %d", captured)
	}
	c.Bytecode = d.bytes()
	c.ExceptionTable = d.bytes()
	c.LocationTable = d.bytes()
	c.Consts = d.ids()
	c.Names = d.ids()
	const feedbackSize = 4 + 4 + 4 + 4 + 4 + 8 + 4
	if n := d.count(feedbackSize); n > 0 {
		c.Feedback = make([]Feedback, n)
		for i := range c.Feedback {
			offset, kind := int32(d.u32()), d.u32()
			if kind >= uint32(numFeedbackKinds) {
				d.fail("unknown feedback kind %d", kind)
			}
			c.Feedback[i] = Feedback{
				Offset: offset, Kind: FeedbackKind(kind),
				Type: d.id(), Object: d.id(), Aux: d.id(), Value: d.i64(), Version: d.u32(),
			}
		}
	}
	return c
}
