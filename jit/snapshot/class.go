package snapshot

import "sort"

// Class is what is known about a type object. Everything but BasicSize,
// ItemSize, Base and the layout traits may change; code that relies on the
// rest records a dependency on the type.
type Class struct {
	// Flags are tp_flags; Layout names the bits the compiler uses.
	Flags uint64
	// Version is tp_version_tag; 0 when none is assigned, and then nothing
	// about attributes may be assumed.
	Version uint32
	// BasicSize, ItemSize are in bytes. Inline values, if the class has
	// them, begin BasicSize bytes behind the start of an instance.
	BasicSize, ItemSize int64
	// DictOffset and WeakListOffset are tp_dictoffset and tp_weaklistoffset.
	DictOffset, WeakListOffset int64
	Base                       ID
	// MRO is the method resolution order, the class itself first.
	MRO    []ID
	Traits ClassTraits
	// KeysVersion is the version of the keys shared by instances' inline
	// values; 0 when there is none.
	KeysVersion uint32
	// Keys are the names of the shared keys: index i is inline value i.
	Keys []string
	// Attrs are class attributes, found through the method resolution
	// order, for those names that captured code uses; sorted by name. With
	// TraitAttrsKnown a used name that is missing here is no attribute of
	// the class; without, nothing was looked up.
	Attrs []ClassAttr
	// Init and GetItem are the functions __init__ and __getitem__, when they
	// are made in Python and the class was asked; else NoObject.
	Init, GetItem ID
}

// ClassAttr is the result of looking up Name on a class.
type ClassAttr struct {
	Name  string
	Value ID
}

// Attr returns a class attribute; ok is false when the class has none of this
// name, or was not asked (see TraitAttrsKnown).
func (c *Class) Attr(name string) (value ID, ok bool) {
	i := sort.Search(len(c.Attrs), func(i int) bool { return c.Attrs[i].Name >= name })
	if i < len(c.Attrs) && c.Attrs[i].Name == name {
		return c.Attrs[i].Value, true
	}
	return NoObject, false
}

// ClassTraits are facts derived from a type's slots.
type ClassTraits uint32

// Class traits. "Default" means that the slot is the one of object.
const (
	TraitHeap           ClassTraits = 1 << iota // created at run time
	TraitInlineValues                           // instances have inline values
	TraitManagedDict                            // instances have a managed dict pointer
	TraitGenericGetAttr                         // attribute reads use the generic algorithm
	TraitGenericSetAttr                         // attribute writes use the generic algorithm
	TraitGenericAlloc                           // tp_alloc is the generic one
	TraitDefaultNew                             // __new__ is object's
	TraitDefaultInit                            // __init__ is object's
	TraitDefaultEq                              // comparisons are object's
	TraitDefaultHash                            // hash is object's
	TraitTypeCall                               // the metaclass calls as type does
	TraitFinalizer                              // has __del__ or a C finaliser
	TraitLen                                    // has a length
	TraitBool                                   // has __bool__
	TraitIter                                   // has __iter__
	TraitIterNext                               // has __next__
	TraitDescrGet                               // instances are descriptors
	TraitDescrSet                               // instances are data descriptors
	TraitGetItem                                // has a subscript slot
	TraitGC                                     // instances have a collector header
	TraitPythonDealloc                          // freed by the slot of Python classes
	TraitAttrsKnown                             // every name that captured code uses was looked up
	TraitTypeMetaclass                          // its metaclass is type itself
	TraitObjectNew                              // object.__new__ accepts it
	numTraits           = iota
)

var traitNames = [numTraits]string{
	"heap", "inline_values", "managed_dict", "generic_getattr", "generic_setattr",
	"generic_alloc", "default_new", "default_init", "default_eq", "default_hash",
	"type_call", "finalizer", "len", "bool", "iter", "iternext", "descr_get",
	"descr_set", "getitem", "gc", "python_dealloc", "attrs_known",
	"type_metaclass", "object_new",
}

// Has reports whether all the given traits hold.
func (c *Class) Has(t ClassTraits) bool { return c.Traits&t == t }

// KeyIndex returns the index of the inline value with the given name, or -1.
func (c *Class) KeyIndex(name string) int {
	for i, k := range c.Keys {
		if k == name {
			return i
		}
	}
	return -1
}
