package snapshot

import (
	"strconv"
)

// Well-known objects: the same ids in every snapshot. cext/wellknown.h has the
// same list in the same order; a test compares the two.
const (
	None                    ID = iota + 1 // None
	True                                  // True
	False                                 // False
	Ellipsis                              // Ellipsis
	NotImplemented                        // NotImplemented
	TypeObject                            // object
	TypeType                              // type
	TypeInt                               // int
	TypeBool                              // bool
	TypeFloat                             // float
	TypeComplex                           // complex
	TypeStr                               // str
	TypeBytes                             // bytes
	TypeByteArray                         // bytearray
	TypeMemoryView                        // memoryview
	TypeTuple                             // tuple
	TypeList                              // list
	TypeDict                              // dict
	TypeSet                               // set
	TypeFrozenSet                         // frozenset
	TypeRange                             // range
	TypeSlice                             // slice
	TypeFunction                          // function
	TypeMethod                            // method
	TypeBuiltin                           // builtin_function_or_method
	TypeMethodDescr                       // method_descriptor
	TypeClassMethodDescr                  // classmethod_descriptor
	TypeWrapperDescr                      // wrapper_descriptor
	TypeMemberDescr                       // member_descriptor
	TypeGetSetDescr                       // getset_descriptor
	TypeClassMethod                       // classmethod
	TypeStaticMethod                      // staticmethod
	TypeProperty                          // property
	TypeSuper                             // super
	TypeModule                            // module
	TypeCell                              // cell
	TypeCode                              // code
	TypeFrame                             // frame
	TypeTraceback                         // traceback
	TypeNone                              // NoneType
	TypeEllipsis                          // ellipsis
	TypeNotImplemented                    // NotImplementedType
	TypeListIter                          // list_iterator
	TypeTupleIter                         // tuple_iterator
	TypeRangeIter                         // range_iterator
	TypeLongRangeIter                     // longrange_iterator
	TypeStrIter                           // str_iterator
	TypeBytesIter                         // bytes_iterator
	TypeSetIter                           // set_iterator
	TypeDictKeys                          // dict_keys
	TypeDictValues                        // dict_values
	TypeDictItems                         // dict_items
	TypeDictKeyIter                       // dict_keyiterator
	TypeDictValueIter                     // dict_valueiterator
	TypeDictItemIter                      // dict_itemiterator
	TypeEnumerate                         // enumerate
	TypeZip                               // zip
	TypeMap                               // map
	TypeFilter                            // filter
	TypeReversed                          // reversed
	TypeListRevIter                       // list_reverseiterator
	TypeGenerator                         // generator
	TypeCoroutine                         // coroutine
	TypeAsyncGenerator                    // async_generator
	TypeBaseException                     // BaseException
	TypeException                         // Exception
	TypeStopIteration                     // StopIteration
	TypeStopAsyncIteration                // StopAsyncIteration
	TypeAssertionError                    // AssertionError
	TypeNotImplementedError               // NotImplementedError
	TypeNameError                         // NameError
	TypeUnboundLocalError                 // UnboundLocalError
	TypeTypeError                         // TypeError
	TypeValueError                        // ValueError
	TypeKeyError                          // KeyError
	TypeIndexError                        // IndexError
	TypeAttributeError                    // AttributeError
	TypeZeroDivisionError                 // ZeroDivisionError
	TypeOverflowError                     // OverflowError
	TypeRuntimeError                      // RuntimeError
	TypeGeneratorExit                     // GeneratorExit
	TypeLookupError                       // LookupError
	TypeArithmeticError                   // ArithmeticError
	FuncLen                               // len
	FuncIsinstance                        // isinstance
	MethodListAppend                      // list.append
	SlotObjectGetattribute                // object.__getattribute__
	FuncAll                               // all
	FuncAny                               // any
	EmptyTuple                            // empty_tuple
	EmptyStr                              // empty_str

	numNamed = iota
)

// Small ints have ids of their own, behind the named objects.
const (
	// MinSmallInt and MaxSmallInt bound the ints that exist once.
	MinSmallInt = -5
	MaxSmallInt = 256

	firstSmallInt ID = numNamed + 1
	// NumWellKnown is the largest id of a well-known object.
	NumWellKnown ID = firstSmallInt + (MaxSmallInt - MinSmallInt)
)

var wellKnownNames = [numNamed]string{
	None - 1:                    "None",
	True - 1:                    "True",
	False - 1:                   "False",
	Ellipsis - 1:                "Ellipsis",
	NotImplemented - 1:          "NotImplemented",
	TypeObject - 1:              "object",
	TypeType - 1:                "type",
	TypeInt - 1:                 "int",
	TypeBool - 1:                "bool",
	TypeFloat - 1:               "float",
	TypeComplex - 1:             "complex",
	TypeStr - 1:                 "str",
	TypeBytes - 1:               "bytes",
	TypeByteArray - 1:           "bytearray",
	TypeMemoryView - 1:          "memoryview",
	TypeTuple - 1:               "tuple",
	TypeList - 1:                "list",
	TypeDict - 1:                "dict",
	TypeSet - 1:                 "set",
	TypeFrozenSet - 1:           "frozenset",
	TypeRange - 1:               "range",
	TypeSlice - 1:               "slice",
	TypeFunction - 1:            "function",
	TypeMethod - 1:              "method",
	TypeBuiltin - 1:             "builtin_function_or_method",
	TypeMethodDescr - 1:         "method_descriptor",
	TypeClassMethodDescr - 1:    "classmethod_descriptor",
	TypeWrapperDescr - 1:        "wrapper_descriptor",
	TypeMemberDescr - 1:         "member_descriptor",
	TypeGetSetDescr - 1:         "getset_descriptor",
	TypeClassMethod - 1:         "classmethod",
	TypeStaticMethod - 1:        "staticmethod",
	TypeProperty - 1:            "property",
	TypeSuper - 1:               "super",
	TypeModule - 1:              "module",
	TypeCell - 1:                "cell",
	TypeCode - 1:                "code",
	TypeFrame - 1:               "frame",
	TypeTraceback - 1:           "traceback",
	TypeNone - 1:                "NoneType",
	TypeEllipsis - 1:            "ellipsis",
	TypeNotImplemented - 1:      "NotImplementedType",
	TypeListIter - 1:            "list_iterator",
	TypeTupleIter - 1:           "tuple_iterator",
	TypeRangeIter - 1:           "range_iterator",
	TypeLongRangeIter - 1:       "longrange_iterator",
	TypeStrIter - 1:             "str_iterator",
	TypeBytesIter - 1:           "bytes_iterator",
	TypeSetIter - 1:             "set_iterator",
	TypeDictKeys - 1:            "dict_keys",
	TypeDictValues - 1:          "dict_values",
	TypeDictItems - 1:           "dict_items",
	TypeDictKeyIter - 1:         "dict_keyiterator",
	TypeDictValueIter - 1:       "dict_valueiterator",
	TypeDictItemIter - 1:        "dict_itemiterator",
	TypeEnumerate - 1:           "enumerate",
	TypeZip - 1:                 "zip",
	TypeMap - 1:                 "map",
	TypeFilter - 1:              "filter",
	TypeReversed - 1:            "reversed",
	TypeListRevIter - 1:         "list_reverseiterator",
	TypeGenerator - 1:           "generator",
	TypeCoroutine - 1:           "coroutine",
	TypeAsyncGenerator - 1:      "async_generator",
	TypeBaseException - 1:       "BaseException",
	TypeException - 1:           "Exception",
	TypeStopIteration - 1:       "StopIteration",
	TypeStopAsyncIteration - 1:  "StopAsyncIteration",
	TypeAssertionError - 1:      "AssertionError",
	TypeNotImplementedError - 1: "NotImplementedError",
	TypeNameError - 1:           "NameError",
	TypeUnboundLocalError - 1:   "UnboundLocalError",
	TypeTypeError - 1:           "TypeError",
	TypeValueError - 1:          "ValueError",
	TypeKeyError - 1:            "KeyError",
	TypeIndexError - 1:          "IndexError",
	TypeAttributeError - 1:      "AttributeError",
	TypeZeroDivisionError - 1:   "ZeroDivisionError",
	TypeOverflowError - 1:       "OverflowError",
	TypeRuntimeError - 1:        "RuntimeError",
	TypeGeneratorExit - 1:       "GeneratorExit",
	TypeLookupError - 1:         "LookupError",
	TypeArithmeticError - 1:     "ArithmeticError",
	FuncLen - 1:                 "len",
	FuncIsinstance - 1:          "isinstance",
	MethodListAppend - 1:        "list.append",
	SlotObjectGetattribute - 1:  "object.__getattribute__",
	FuncAll - 1:                 "all",
	FuncAny - 1:                 "any",
	EmptyTuple - 1:              "empty_tuple",
	EmptyStr - 1:                "empty_str",
}

var wellKnownIDs = func() map[string]ID {
	ids := make(map[string]ID, numNamed)
	for i, name := range wellKnownNames {
		ids[name] = ID(i + 1)
	}
	return ids
}()

// SmallInt returns the id of a small int; ok is false when v is not one.
func SmallInt(v int64) (id ID, ok bool) {
	if v < MinSmallInt || v > MaxSmallInt {
		return NoObject, false
	}
	return firstSmallInt + ID(v-MinSmallInt), true
}

// SmallIntValue is the inverse of SmallInt.
func (id ID) SmallIntValue() (v int64, ok bool) {
	if id < firstSmallInt || id > NumWellKnown {
		return 0, false
	}
	return int64(id-firstSmallInt) + MinSmallInt, true
}

// Ref returns the text form of an id: the name of a well-known object, the
// value of a small int, "#n" for the n-th other object, "-" for none.
func (id ID) Ref() string {
	switch {
	case id == NoObject:
		return "-"
	case id <= numNamed:
		return wellKnownNames[id-1]
	case id <= NumWellKnown:
		v, _ := id.SmallIntValue()
		return strconv.FormatInt(v, 10)
	}
	return "#" + strconv.FormatUint(uint64(id-NumWellKnown), 10)
}

// ParseRef is the inverse of Ref.
func ParseRef(text string) (ID, bool) {
	if text == "-" {
		return NoObject, true
	}
	if id, ok := wellKnownIDs[text]; ok {
		return id, true
	}
	if len(text) > 1 && text[0] == '#' {
		n, err := strconv.ParseUint(text[1:], 10, 31)
		if err != nil || n == 0 || n >= 1<<31-uint64(NumWellKnown) {
			return NoObject, false
		}
		return NumWellKnown + ID(n), true
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return NoObject, false
	}
	return SmallInt(v)
}
