package hir

import "github.com/cinderjit/cinderjit/jit/snapshot"

// CompactLimit is the bound of the magnitude of one-digit ints.
const CompactLimit = 1 << 30

var classBits = [...]struct {
	class snapshot.ID
	bits  Bits
}{
	{snapshot.TypeNone, BitNone}, {snapshot.TypeBool, BitBool}, {snapshot.TypeInt, BitLong},
	{snapshot.TypeFloat, BitFloat}, {snapshot.TypeStr, BitStr}, {snapshot.TypeBytes, BitBytes},
	{snapshot.TypeTuple, BitTuple}, {snapshot.TypeList, BitList}, {snapshot.TypeDict, BitDict},
	{snapshot.TypeSet, BitSet}, {snapshot.TypeFunction, BitFunction},
	{snapshot.TypeType, BitTypeObject}, {snapshot.TypeCell, BitCell},
}

// BitsOfClass returns the kind of value that exact instances of a class are.
func BitsOfClass(class snapshot.ID) Bits {
	for _, c := range classBits {
		if c.class == class {
			return c.bits
		}
	}
	return BitOther
}

// ExactClass returns the class that all values of t have, or NoObject when it
// is not known.
func (t Type) ExactClass() snapshot.ID {
	if t.Class != snapshot.NoObject || t.Bits == 0 {
		return t.Class
	}
	for _, c := range classBits {
		if t.Is(c.bits) {
			return c.class
		}
	}
	return snapshot.NoObject
}

// InstanceOf returns the type of exact instances of a class.
func InstanceOf(class snapshot.ID) Type { return Type{Bits: BitsOfClass(class), Class: class} }

// TypeOfObject returns the type of a constant of the snapshot. The class of a
// module is left open: a module can be given another class, though its present
// one cannot change and is not watched.
func TypeOfObject(s *snapshot.Snapshot, id snapshot.ID) Type {
	t := InstanceOf(s.TypeOf(id))
	t.Obj = id
	if t.Class == snapshot.TypeModule {
		t.Class = snapshot.NoObject
	}
	if t.Bits == BitLong {
		t.Bits = BitBigLong
		if v, ok := IntValue(s, id); ok && -CompactLimit < v && v < CompactLimit {
			t.Bits = BitSmallLong
		}
	}
	return t
}

// IntValue returns the value of an int object of the snapshot; ok is false for
// other objects and for ints that do not fit.
func IntValue(s *snapshot.Snapshot, id snapshot.ID) (v int64, ok bool) {
	if v, ok := id.SmallIntValue(); ok {
		return v, true
	}
	if id == snapshot.NoObject || int(id) >= len(s.Objects) {
		return 0, false
	}
	o := s.Object(id)
	if o.Kind != snapshot.KindInt || o.Flags&snapshot.FlagBig != 0 {
		return 0, false
	}
	return o.Int, true
}
