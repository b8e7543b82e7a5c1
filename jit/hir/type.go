package hir

import (
	"math"
	"strings"

	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Bits is a set of the disjoint kinds of value that the compiler tells
// apart. The first group are Python objects by exact class, the second group
// machine values that exist only inside compiled code.
type Bits uint32

// The kinds. BitSmallLong is an exact int of one digit ("compact"), which
// LongUnbox turns into a machine integer; BitOther is every object whose class
// has no bit of its own, instances of subclasses of the others included.
const (
	BitNull Bits = 1 << iota
	BitNone
	BitBool
	BitSmallLong
	BitBigLong
	BitFloat
	BitStr
	BitBytes
	BitTuple
	BitList
	BitDict
	BitSet
	BitFunction
	BitTypeObject
	BitCell
	BitOther
	BitCInt
	BitCFloat
	BitCBool
	BitCPtr
)

// Composite kinds.
const (
	BitLong     = BitSmallLong | BitBigLong
	BitObject   = BitNone | BitBool | BitLong | BitFloat | BitStr | BitBytes | BitTuple | BitList | BitDict | BitSet | BitFunction | BitTypeObject | BitCell | BitOther
	BitNullable = BitObject | BitNull
	// BitLeaf are the objects whose deallocation runs no other code and
	// releases no other object.
	BitLeaf = BitNone | BitBool | BitLong | BitFloat | BitStr | BitBytes
)

var bitNames = [...]string{"Null", "None", "Bool", "SmallLong", "BigLong", "Float", "Str", "Bytes", "Tuple", "List", "Dict", "Set", "Function", "TypeObject", "Cell", "Other", "CInt", "CFloat", "CBool", "CPtr"}

var compositeNames = []struct {
	bits Bits
	name string
}{{BitNullable, "Nullable"}, {BitObject, "Object"}, {BitLong, "Long"}}

// Type is an element of the lattice of what is known about a value: which
// kinds it can be, its exact class, and the very object, when known. The zero
// Type is the empty set (no value, or an instruction without result).
type Type struct {
	Bits  Bits
	Class snapshot.ID // exact class of the object; 0 = not known
	Obj   snapshot.ID // the value is exactly this object; 0 = not known
}

// Frequently used types.
var (
	TObject   = Type{Bits: BitObject}
	TNullable = Type{Bits: BitNullable}
	TNull     = Type{Bits: BitNull}
	TNone     = Type{Bits: BitNone}
	TBool     = Type{Bits: BitBool}
	TLong     = Type{Bits: BitLong}
	TFloat    = Type{Bits: BitFloat}
	TStr      = Type{Bits: BitStr}
	TTuple    = Type{Bits: BitTuple}
	TList     = Type{Bits: BitList}
	TDict     = Type{Bits: BitDict}
	TSet      = Type{Bits: BitSet}
	TFunction = Type{Bits: BitFunction}
	TCell     = Type{Bits: BitCell}
	TCInt     = Type{Bits: BitCInt}
	TCFloat   = Type{Bits: BitCFloat}
	TCBool    = Type{Bits: BitCBool}
	TCPtr     = Type{Bits: BitCPtr}
)

// NoInt and NoFloat stand for an empty slot in a value that otherwise is a
// machine number. NoFloat has the bits of a signalling NaN.
const (
	NoInt   = math.MinInt64
	NoFloat = 0x7ff0_0000_6369_6a74
)

// Is reports whether every value of t is one of the kinds b. The empty type
// is not considered to be of any kind.
func (t Type) Is(b Bits) bool { return t.Bits != 0 && t.Bits&^b == 0 }

// MayBe reports whether a value of t can be one of the kinds b.
func (t Type) MayBe(b Bits) bool { return t.Bits&b != 0 }

// IsObject reports whether values of t are object pointers (possibly NULL).
func (t Type) IsObject() bool { return t.Is(BitNullable) }

// Union returns the smallest Type that includes both t and u.
func (t Type) Union(u Type) Type {
	if t.Bits == 0 {
		return u
	}
	if u.Bits == 0 {
		return t
	}
	r := Type{Bits: t.Bits | u.Bits}
	if t.Class == u.Class {
		r.Class = t.Class
	}
	if t.Obj == u.Obj {
		r.Obj = t.Obj
	}
	return r
}

// Meet returns what is known when a value is known to be both of t and of u.
func (t Type) Meet(u Type) Type {
	r := Type{Bits: t.Bits & u.Bits, Class: t.Class, Obj: t.Obj}
	if r.Class == 0 {
		r.Class = u.Class
	}
	if r.Obj == 0 {
		r.Obj = u.Obj
	}
	return r
}

// Subset reports whether everything that u states is stated by t as well.
func (t Type) Subset(u Type) bool {
	return t.Bits&^u.Bits == 0 && (u.Class == 0 || u.Class == t.Class) && (u.Obj == 0 || u.Obj == t.Obj)
}

// String prints t as in the text form: kinds joined by "|", then the class in
// angle brackets and the object in square brackets by their ids in the
// snapshot.
func (t Type) String() string {
	if t.Bits == 0 {
		return "Bottom"
	}
	var parts []string
	rest := t.Bits
	for _, c := range compositeNames {
		if rest&c.bits == c.bits {
			parts = append(parts, c.name)
			rest &^= c.bits
		}
	}
	for i, n := range bitNames {
		if rest&(1<<i) != 0 {
			parts = append(parts, n)
		}
	}
	s := strings.Join(parts, "|")
	if t.Class != 0 {
		s += "<" + t.Class.Ref() + ">"
	}
	if t.Obj != 0 {
		s += "[" + t.Obj.Ref() + "]"
	}
	return s
}
