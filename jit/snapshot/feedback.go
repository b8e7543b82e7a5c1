package snapshot

import "strconv"

// FeedbackKind says what was learned about an instruction.
type FeedbackKind uint8

// Feedback is one fact about one instruction, resolved from its inline cache
// so that nobody else looks into caches. What its fields mean depends on Kind;
// feedbackTable says which are used.
type Feedback struct {
	// Offset is the byte offset of the instruction itself (behind its
	// EXTENDED_ARG prefixes), as dis prints it.
	Offset int32
	Kind   FeedbackKind
	Type   ID
	Object ID
	Aux    ID
	Value  int64
	// Version is a dict keys version.
	Version uint32
}

// Feedback kinds. What the opcode itself says (BINARY_OP_ADD_INT, CALL_LEN …)
// has no record.
const (
	FeedbackNone FeedbackKind = iota

	// NeverExecuted: an instruction with a cache that has not run yet.
	NeverExecuted
	// WarmingUp: it ran too rarely to be specialised.
	WarmingUp
	// Generic: it ran, and the interpreter could not specialise it, or what it
	// was specialised for is gone.
	Generic

	// Attribute reads. Type is the receiver's exact type unless noted.
	AttrInstanceValue    // inline value at byte offset Value of the receiver
	AttrWithHint         // in the receiver's dict, entry number Value
	AttrSlot             // slot at byte offset Value of the receiver
	AttrModule           // receiver is a module (Object, if known) whose dict keys have Version; entry Value; Aux is the value now
	AttrMethodWithValues // method Object, not shadowed while shared keys have Version
	AttrMethodNoDict     // method Object, instances have no dict
	AttrMethodLazyDict   // method Object, while the dict pointer at byte offset Value is NULL
	AttrValueWithValues  // class attribute Object that is no descriptor, as above
	AttrValueNoDict      // class attribute Object that is no descriptor, instances have no dict
	AttrClass            // receiver is the class Type itself; its attribute is Object
	AttrClassMeta        // the same, and the metaclass is Aux
	AttrProperty         // property with Python getter Object
	AttrGetattribute     // Python __getattribute__ Object

	// Attribute writes.
	StoreInstanceValue // inline value at byte offset Value
	StoreSlot          // slot at byte offset Value
	StoreWithHint      // in the receiver's dict, entry number Value

	// Global names. Object is the value now, Aux the dict in which it was found.
	GlobalModule  // found in the globals
	GlobalBuiltin // not in the globals, found in the builtins
	GlobalMissing // in neither

	// Calls.
	CallFunction    // callee has the code Aux; Object is a function of it, if one is known
	CallBoundMethod // the same, through a bound method
	CallInit        // callee is class Type; __init__ is the function Object

	// TruthAlways: instances of Type are always true.
	TruthAlways

	// Operand types of BINARY_OP_EXTEND.
	OperandsIntInt     // compact ints
	OperandsFloatInt   // float and compact int
	OperandsIntFloat   // compact int and float
	OperandsUnresolved // some pair that is not known here

	// BranchHistory: bits of Value are the last 16 outcomes of a conditional
	// jump, the newest in bit 0, 1 for taken. It begins as 0x5555.
	BranchHistory

	// GuardFailed: compiled code left here Value times because of an operand of Type;
	// object stands for a guard that is not about a class. With 0, the interpreter had
	// specialised the instruction for Type when the code was compiled earlier.
	GuardFailed

	// SubscriptMethod: a Python __getitem__ ran for a receiver of Type: the function Object.
	SubscriptMethod

	// GlobalEntry: the name is in the globals, which are the dict Aux, and its value changes. It is
	// at byte offset Value of the dict's keys while these have Version.
	GlobalEntry

	// SubscriptNumbers: the container was an array of numbers of Type, whose format, as
	// module array names it, is Value.
	SubscriptNumbers

	// StoreSubscriptMethod: a Python __setitem__ ran for a receiver of Type: the function Object.
	StoreSubscriptMethod

	// SuperAttr: the class operand of super() is probably Type, and the first class behind it in its
	// method resolution order that has the name has it as Object.
	SuperAttr

	// OperandsFloatFloat: two floats, in an operation of which the interpreter has no form for floats.
	OperandsFloatFloat

	// LoopEntry: the code is to be compiled for a frame that stands at this
	// instruction, the first of a loop. Value is 1 if the frame's namespace is that
	// of the module.
	LoopEntry
	// EntryClass: local variable number Value of that frame is an instance of Type.
	EntryClass

	// Called: the Python function Object was called here, by a site that has called others too or of whose callee the
	// interpreter says nothing. Where such functions come and go, it was any with the code Aux; Object is one of
	// them, if one is known. The higher Value, the more often. Where the arguments came in a tuple and Version is
	// not 0, there were always Version-1.
	Called
	// CalledBound: the same, by a bound method.
	CalledBound

	// Iterated: an iterator was made of a dict, the class Type.
	Iterated

	numFeedbackKinds
)

// fields that a feedback record uses
const (
	usesType = 1 << iota
	usesObject
	usesAux
	usesValue
	usesVersion
)

// feedbackTable is the one description of feedback kinds: printer, parser and
// decoder read it.
var feedbackTable = [numFeedbackKinds]struct {
	name string
	uses int
}{
	FeedbackNone:         {"None", 0},
	NeverExecuted:        {"NeverExecuted", 0},
	WarmingUp:            {"WarmingUp", 0},
	Generic:              {"Generic", 0},
	AttrInstanceValue:    {"AttrInstanceValue", usesType | usesValue},
	AttrWithHint:         {"AttrWithHint", usesType | usesValue},
	AttrSlot:             {"AttrSlot", usesType | usesValue},
	AttrModule:           {"AttrModule", usesObject | usesAux | usesValue | usesVersion},
	AttrMethodWithValues: {"AttrMethodWithValues", usesType | usesObject | usesVersion},
	AttrMethodNoDict:     {"AttrMethodNoDict", usesType | usesObject},
	AttrMethodLazyDict:   {"AttrMethodLazyDict", usesType | usesObject | usesValue},
	AttrValueWithValues:  {"AttrValueWithValues", usesType | usesObject | usesVersion},
	AttrValueNoDict:      {"AttrValueNoDict", usesType | usesObject},
	AttrClass:            {"AttrClass", usesType | usesObject},
	AttrClassMeta:        {"AttrClassMeta", usesType | usesObject | usesAux},
	AttrProperty:         {"AttrProperty", usesType | usesObject},
	AttrGetattribute:     {"AttrGetattribute", usesType | usesObject},
	StoreInstanceValue:   {"StoreInstanceValue", usesType | usesValue},
	StoreSlot:            {"StoreSlot", usesType | usesValue},
	StoreWithHint:        {"StoreWithHint", usesType | usesValue},
	GlobalModule:         {"GlobalModule", usesObject | usesAux},
	GlobalBuiltin:        {"GlobalBuiltin", usesObject | usesAux},
	GlobalMissing:        {"GlobalMissing", 0},
	CallFunction:         {"CallFunction", usesObject | usesAux},
	CallBoundMethod:      {"CallBoundMethod", usesObject | usesAux},
	CallInit:             {"CallInit", usesType | usesObject},
	TruthAlways:          {"TruthAlways", usesType},
	OperandsIntInt:       {"OperandsIntInt", 0},
	OperandsFloatInt:     {"OperandsFloatInt", 0},
	OperandsIntFloat:     {"OperandsIntFloat", 0},
	OperandsUnresolved:   {"OperandsUnresolved", 0},
	BranchHistory:        {"BranchHistory", usesValue},
	GuardFailed:          {"GuardFailed", usesType | usesValue},
	SubscriptMethod:      {"SubscriptMethod", usesType | usesObject},
	GlobalEntry:          {"GlobalEntry", usesAux | usesValue | usesVersion},
	SubscriptNumbers:     {"SubscriptNumbers", usesType | usesValue},
	StoreSubscriptMethod: {"StoreSubscriptMethod", usesType | usesObject},
	SuperAttr:            {"SuperAttr", usesType | usesObject},
	OperandsFloatFloat:   {"OperandsFloatFloat", 0},
	LoopEntry:            {"LoopEntry", usesValue},
	EntryClass:           {"EntryClass", usesType | usesValue},
	Called:               {"Called", usesObject | usesAux | usesValue | usesVersion},
	CalledBound:          {"CalledBound", usesObject | usesAux | usesValue | usesVersion},
	Iterated:             {"Iterated", usesType},
}

// String returns the kind's name in the text form.
func (k FeedbackKind) String() string {
	if k < numFeedbackKinds {
		return feedbackTable[k].name
	}
	return "feedback" + strconv.Itoa(int(k))
}
