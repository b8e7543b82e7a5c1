// Package snapshot owns what the compiler knows about the code it compiles:
// bytecode with its inline caches resolved to feedback records, the objects the
// code refers to, and the layout of CPython's structures.
//
// A snapshot is taken under the GIL by the C side into one flat buffer, which
// Decode reads; Print and Parse are the text form used by tests and dumps. The
// package knows nothing about Python at run time: no addresses, only object ids.
package snapshot

// ID names an object of a snapshot. 0 is "no object"; the ids from 1 to
// NumWellKnown are the same in every snapshot; the rest are dense, in the order
// in which the C side met the objects.
type ID uint32

// NoObject is the id that stands for the absence of an object.
const NoObject ID = 0

// Snapshot is everything one compilation may look at.
type Snapshot struct {
	// Layout holds offsets and constants of the running interpreter.
	Layout *Layout
	// Objects is indexed by ID; Objects[0] is unused.
	Objects []Object
	// Root is the code object to be compiled.
	Root ID
	// Function is the function for which compilation was asked for, or
	// NoObject. Compiled code serves every function with the same code and
	// globals, so only statistics, messages and guesses that are guarded may use it.
	Function ID
	// Instrumentation is the word that the thread's eval breaker must equal
	// at entry: no event bits, and the instrumentation version of the code.
	Instrumentation uint64
}

// Object returns the object with the given id. It panics for an id that is out
// of range: ids come from a decoded snapshot, which has been checked.
func (s *Snapshot) Object(id ID) *Object { return &s.Objects[id] }

// Code returns the details of a code object, or nil when id is not one.
func (s *Snapshot) Code(id ID) *Code {
	if int(id) >= len(s.Objects) {
		return nil
	}
	return s.Objects[id].Code
}

// RootCode returns the code to be compiled.
func (s *Snapshot) RootCode() *Code { return s.Objects[s.Root].Code }

// TypeOf returns the id of the exact type of an object.
func (s *Snapshot) TypeOf(id ID) ID { return s.Objects[id].Type }

// Class returns the details of a type object, or nil when id is not one.
func (s *Snapshot) Class(id ID) *Class {
	if int(id) >= len(s.Objects) {
		return nil
	}
	return s.Objects[id].Class
}

// IsSubtype reports whether class a is b or has it in its method resolution
// order. It is false when a's order is not known.
func (s *Snapshot) IsSubtype(a, b ID) bool {
	if a == b {
		return true
	}
	c := s.Class(a)
	if c == nil {
		return false
	}
	for _, m := range c.MRO {
		if m == b {
			return true
		}
	}
	return false
}

// Name returns a readable name of an object for dumps. Different objects may
// have the same name; Ref gives an unambiguous one.
func (s *Snapshot) Name(id ID) string {
	if id == NoObject || int(id) >= len(s.Objects) {
		return id.Ref()
	}
	if id <= NumWellKnown {
		return id.Ref()
	}
	o := &s.Objects[id]
	if o.Name != "" {
		return o.Kind.String() + ":" + o.Name
	}
	if text, ok := o.literal(); ok {
		return text
	}
	return o.Kind.String() + id.Ref()
}
