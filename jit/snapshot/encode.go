package snapshot

import (
	"encoding/binary"
	"math"
)

// The binary form, little endian throughout:
//
//	"CJSN", u32 format version, u64 layout hash, u32 size of the whole
//	u32 n, n × i64 layout values in the order of LayoutFields
//	u32 root, u32 function, u64 instrumentation
//	u32 n, n × object (ids from 1)
//
// A list is a u32 count and its elements, a string a u32 length and its bytes.
// An object is u8 kind, u8 flags, u16 zero, u32 type, string name, i64 integer
// or float bits, string text, list of refs, and what its kind adds; see
// encoder.object. cext/snapshot_write.h is the other implementation.
const (
	magic         = "CJSN"
	formatVersion = 1
	headerSize    = 4 + 4 + 8 + 4
)

// bits of Function in the binary form
const (
	funcKwDefaults = 1 << iota
	funcClosure
	funcKnown
	funcCompiled
)

// Encode returns the binary form.
func (s *Snapshot) Encode() []byte {
	e := &encoder{}
	e.buf = append(e.buf, magic...)
	e.u32(formatVersion)
	e.u64(LayoutHash())
	e.u32(0)
	e.u32(uint32(len(LayoutFields)))
	for i := range LayoutFields {
		e.u64(uint64(s.Layout.Field(i)))
	}
	e.id(s.Root)
	e.id(s.Function)
	e.u64(s.Instrumentation)
	e.u32(uint32(len(s.Objects) - 1))
	for i := 1; i < len(s.Objects); i++ {
		e.object(&s.Objects[i])
	}
	binary.LittleEndian.PutUint32(e.buf[headerSize-4:], uint32(len(e.buf)))
	return e.buf
}

type encoder struct{ buf []byte }

func (e *encoder) u32(v uint32) { e.buf = binary.LittleEndian.AppendUint32(e.buf, v) }
func (e *encoder) u64(v uint64) { e.buf = binary.LittleEndian.AppendUint64(e.buf, v) }
func (e *encoder) int(v int)    { e.u32(uint32(int32(v))) }
func (e *encoder) id(v ID)      { e.u32(uint32(v)) }

func (e *encoder) str(v string) {
	e.u32(uint32(len(v)))
	e.buf = append(e.buf, v...)
}

func (e *encoder) ids(v []ID) {
	e.u32(uint32(len(v)))
	for _, id := range v {
		e.id(id)
	}
}

func (e *encoder) strs(v []string) {
	e.u32(uint32(len(v)))
	for _, s := range v {
		e.str(s)
	}
}

func (e *encoder) object(o *Object) {
	e.buf = append(e.buf, byte(o.Kind), byte(o.Flags), 0, 0)
	e.id(o.Type)
	e.str(o.Name)
	if o.Kind == KindFloat {
		e.u64(math.Float64bits(o.Float))
	} else {
		e.u64(uint64(o.Int))
	}
	e.str(o.Str)
	e.ids(o.Refs)
	switch o.Kind {
	case KindFunction:
		e.function(o.Function)
	case KindType:
		e.class(o.Class)
	case KindCode:
		e.code(o.Code)
	case KindBuiltin, KindMethodDescr, KindClassMethodDescr, KindMemberDescr:
		e.u32(o.Native.Flags)
		e.u32(uint32(o.Native.Member))
		e.u64(uint64(o.Native.Offset))
	}
}

func (e *encoder) function(f *Function) {
	e.id(f.Code)
	e.id(f.Globals)
	e.id(f.Builtins)
	e.ids(f.Defaults)
	e.id(f.KwDict)
	e.ids(f.Named)
	bits := uint32(0)
	for i, set := range [...]bool{f.KwDefaults, f.Closure, f.Known, f.Compiled} {
		if set {
			bits |= 1 << i
		}
	}
	e.u32(bits)
	e.u32(f.Version)
}

func (e *encoder) class(c *Class) {
	e.u64(c.Flags)
	e.u32(c.Version)
	e.u64(uint64(c.BasicSize))
	e.u64(uint64(c.ItemSize))
	e.u64(uint64(c.DictOffset))
	e.u64(uint64(c.WeakListOffset))
	e.id(c.Base)
	e.ids(c.MRO)
	e.u32(uint32(c.Traits))
	e.u32(c.KeysVersion)
	e.strs(c.Keys)
	e.u32(uint32(len(c.Attrs)))
	for _, a := range c.Attrs {
		e.str(a.Name)
		e.id(a.Value)
	}
	e.id(c.Init)
	e.id(c.GetItem)
}

func (e *encoder) code(c *Code) {
	e.id(c.Globals)
	e.id(c.Builtins)
	e.str(c.Filename)
	e.int(c.FirstLine)
	e.u32(c.Flags)
	for _, v := range c.counts() {
		e.int(*v)
	}
	e.strs(c.LocalsPlusNames)
	e.str(string(c.LocalsPlusKinds))
	if !c.Captured() {
		e.u32(0)
		return
	}
	e.u32(1)
	e.str(string(c.Bytecode))
	e.str(string(c.ExceptionTable))
	e.str(string(c.LocationTable))
	e.ids(c.Consts)
	e.ids(c.Names)
	e.u32(uint32(len(c.Feedback)))
	for _, f := range c.Feedback {
		e.u32(uint32(f.Offset))
		e.u32(uint32(f.Kind))
		e.id(f.Type)
		e.id(f.Object)
		e.id(f.Aux)
		e.u64(uint64(f.Value))
		e.u32(f.Version)
	}
}

// counts lists the sizes of a code object in the order of the binary form.
func (c *Code) counts() [9]*int {
	return [...]*int{
		&c.ArgCount, &c.PosOnlyArgCount, &c.KwOnlyArgCount, &c.StackSize,
		&c.NLocalsPlus, &c.NLocals, &c.NCellVars, &c.NFreeVars, &c.FrameSize,
	}
}
