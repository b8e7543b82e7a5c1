package snapshot

import (
	"strconv"
)

// Kind says which details an Object has.
type Kind uint8

// Object kinds. The comment names the fields that carry the details.
const (
	KindOther            Kind = iota // nothing but the type is known
	KindInt                          // Int, unless FlagBig
	KindBool                         // Int is 0 or 1
	KindFloat                        // Float
	KindStr                          // Str
	KindBytes                        // Str
	KindTuple                        // Refs: items
	KindFrozenSet                    // Int: number of items
	KindList                         // nothing: contents may change
	KindDict                         // Name when it is the namespace of a module
	KindSlice                        // Refs: start, stop, step
	KindType                         // Class
	KindFunction                     // Function
	KindCode                         // Code
	KindBuiltin                      // Native; Refs: self or NoObject, module's name
	KindMethodDescr                  // Native; Refs: the class it belongs to
	KindClassMethodDescr             // Native; Refs: the class it belongs to
	KindWrapperDescr                 // Name; Refs: the class it belongs to
	KindMemberDescr                  // Native; Refs: the class it belongs to
	KindGetSetDescr                  // Name; Refs: the class it belongs to
	KindMethod                       // Refs: function, self
	KindClassMethod                  // Refs: wrapped callable
	KindStaticMethod                 // Refs: wrapped callable
	KindProperty                     // Refs: getter, setter, deleter; NoObject where absent
	KindModule                       // Name; Refs: namespace dict
	KindCell                         // nothing: contents may change
	KindSingleton                    // None, Ellipsis, NotImplemented
	numKinds
)

var kindNames = [numKinds]string{
	"other", "int", "bool", "float", "str", "bytes", "tuple", "frozenset", "list",
	"dict", "slice", "type", "function", "code", "builtin", "methoddescr",
	"classmethoddescr", "wrapperdescr", "memberdescr", "getsetdescr", "method",
	"classmethod", "staticmethod", "property", "module", "cell", "singleton",
}

// String returns the kind's name in the text form.
func (k Kind) String() string {
	if k < numKinds {
		return kindNames[k]
	}
	return "kind" + strconv.Itoa(int(k))
}

// ObjectFlags are facts about an object that hold for its whole life.
type ObjectFlags uint8

// Object flags.
const (
	FlagImmortal   ObjectFlags = 1 << iota // reference count is never changed
	FlagBig                                // an int outside ±2^62, whose value is not recorded
	FlagVectorcall                         // its type supports vectorcall and the slot is set
	numObjectFlags = iota
)

var objectFlagNames = [numObjectFlags]string{"immortal", "big", "vectorcall"}

// Object is what is known about one Python object.
type Object struct {
	Kind  Kind
	Flags ObjectFlags
	// Type is the id of the object's exact type.
	Type ID
	// Name is the qualified name ("module.qualname") of classes, functions,
	// code, built-ins, modules; empty for the rest.
	Name string
	// Int, Float, Str and Refs are explained at the kinds.
	Int   int64
	Float float64
	Str   string
	Refs  []ID

	Function *Function
	Class    *Class
	Code     *Code
	Native   *Native
}

// Immortal reports whether the object's reference count is never changed.
func (o *Object) Immortal() bool { return o.Flags&FlagImmortal != 0 }

// literal returns the source form of a constant.
func (o *Object) literal() (string, bool) {
	switch o.Kind {
	case KindInt, KindBool:
		if o.Flags&FlagBig == 0 {
			return strconv.FormatInt(o.Int, 10), true
		}
	case KindFloat:
		return strconv.FormatFloat(o.Float, 'g', -1, 64), true
	case KindStr:
		return strconv.Quote(o.Str), true
	case KindBytes:
		return "b" + strconv.Quote(o.Str), true
	}
	return "", false
}

// Function is what is known about a Python function at snapshot time. All of
// it may change later, except Code together with Globals when a dependency on
// the function is recorded.
type Function struct {
	Code, Globals, Builtins ID
	// Defaults are the positional defaults, for the last parameters.
	Defaults []ID
	// KwDefaults is set when the function has a __kwdefaults__ dict. KwDict is that dict
	// if the compiler may rely on what it has: Named has names of keyword-only
	// parameters, each with its default value behind it.
	KwDefaults bool
	KwDict     ID
	Named      []ID
	// Closure is set when the function has a tuple of cells.
	Closure bool
	// Version is func_version: 0 unset, 1 cleared, else valid.
	Version uint32
	// Known is set when a CJCode exists for (Code, Globals).
	Known bool
	// Compiled is set when that CJCode has machine code now.
	Compiled bool
}

// Native is what is known about a function, method or member made in C.
type Native struct {
	// Flags are the ML_ flags (METH_FASTCALL …) of functions and methods,
	// the Py_READONLY … flags of members.
	Flags uint32
	// Member is the member type (Py_T_OBJECT_EX …), Offset its byte offset.
	Member int32
	Offset int64
}

// METH_ flags of C functions, as the public headers define them for good.
const (
	MethVarargs  = 0x0001
	MethKeywords = 0x0002
	MethNoArgs   = 0x0004
	MethO        = 0x0008
	MethClass    = 0x0010
	MethStatic   = 0x0020
	MethCoexist  = 0x0040
	MethFastcall = 0x0080
	MethMethod   = 0x0200
)
