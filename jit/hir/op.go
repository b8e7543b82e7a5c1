package hir

//go:generate go run ./genreference -instructions ../../docs/hir.md -opcodes ../../docs/opcodes.md

// Op is an opcode of the intermediate representation. Everything the compiler
// knows about an opcode is its record in Ops: printer, parser, verifier, dead
// code elimination, value numbering, reference counting and lowering read it.
type Op uint8

// Ownership says what reference an instruction's result is.
type Ownership uint8

// The kinds of ownership of a result.
const (
	OwnNone   Ownership = iota // no object
	OwnNew                     // a new reference: the value owns it
	OwnStable                  // borrowed from something that outlives the frame: argument, constant
	OwnHeap                    // borrowed from a field: valid until something may release it
	OwnAlias                   // the same object as operand 0
	OwnPhi                     // decided by the reference-count pass from the operands
)

// Err says how a helper reports an error.
type Err uint8

// The error conventions.
const (
	ErrNone     Err = iota
	ErrNull         // result NULL
	ErrNegative     // int result of 32 bits below zero
	ErrMinusOne     // pointer, where NULL is a good result, or number of 64 bits: -1
)

// Heap is a set of abstract memory regions that instructions read and write.
type Heap uint8

// The regions. A load or store names its region in Instr.Aux.
const (
	HeapField   Heap = 1 << iota // attribute values: inline values, slots, cells
	HeapItems                    // items of lists and tuples
	HeapSize                     // sizes, item pointers and iterator state of containers
	HeapDict                     // dict tables and their versions
	HeapOther                    // the rest
	HeapFrame                    // locals of a frame that holds them itself
	HeapNumbers                  // items of arrays of numbers
	HeapAll     = HeapField | HeapItems | HeapSize | HeapDict | HeapOther | HeapFrame | HeapNumbers
)

// OpInfo declares an opcode.
type OpInfo struct {
	Name string
	// Args are the operand kinds: o object, n object or NULL, i integer,
	// f float, b bool, p raw pointer, v any; a final '*' repeats the last kind.
	Args string
	Type Type // type of the result before refinement; Bottom for none
	Own  Ownership
	// Steals is the set of operands (bit per index, StealRest for the variadic
	// tail) whose reference is consumed when the instruction succeeds.
	Steals uint8
	Reads  Heap
	Writes Heap
	// Observable: arbitrary Python may run in it, it can raise, the frame must
	// be in sync before and is checked after it. FS is the state before the
	// bytecode instruction.
	Observable bool
	// Exits: it can leave compiled code to FS (guards, failed allocations).
	Exits bool
	// NeedsFS: it carries a frame state for other reasons.
	NeedsFS    bool
	Terminator bool
	// Pure: no effect, and equal operands give an equal result as long as the
	// regions in Reads are unchanged.
	Pure    bool
	UsesImm bool
	UsesObj bool
	UsesAux bool // Aux is a Cond or a Heap
	// Virtual: the recipe of an object that does not exist; only frame states name it. Its
	// operands are in the order in which they die with the object.
	Virtual bool
	Helper  string // run-time helper that implements it; "" = emitted inline or specially
	Err     Err
	Doc     string
}

// StealRest marks the variadic tail of the operands in OpInfo.Steals.
const StealRest = 0x80

// Cond is a comparison condition in Instr.Aux of IntCmp, FloatCmp and PtrCmp.
type Cond uint8

// The conditions, in the order of CPython's rich comparison operators.
const (
	CondLT Cond = iota
	CondLE
	CondEQ
	CondNE
	CondGT
	CondGE
	CondULT // unsigned
	CondUGE // unsigned
)

// String returns the condition's name in the text form.
func (c Cond) String() string {
	return [...]string{"lt", "le", "eq", "ne", "gt", "ge", "ult", "uge"}[c]
}

// NumberKind is the size and signedness of the integers in an array, in Instr.Aux of
// LoadNumber and StoreNumber.
type NumberKind uint8

// The kinds.
const (
	Int8 NumberKind = iota
	Uint8
	Int16
	Uint16
	Int32
	Uint32
	Int64
	numNumberKinds
)

// String returns the kind's name in the text form.
func (k NumberKind) String() string {
	if k >= numNumberKinds {
		return "?"
	}
	return [...]string{"s8", "u8", "s16", "u16", "s32", "u32", "s64"}[k]
}

// Bits returns how many bits a number of the kind needs as a signed one.
func (k NumberKind) Bits() int { return [...]int{8, 9, 16, 17, 32, 33, 64}[k] }

// The opcodes.
const (
	OpInvalid Op = iota
	// Constants and parameters
	Const
	Null
	CInt
	CFloat
	Param
	Callee
	VirtualTuple
	VirtualInstance
	VirtualObject
	Phi
	// Frame
	Snapshot
	CheckFrame
	EvalBreaker
	ResumePoint
	Sent
	LoadSlot
	SyncSlot
	SetIP
	FillFrame
	LinkFrame
	LeaveInlined
	LeaveFrame
	StoreOwned
	SetStack
	Suspend
	LeaveGenerator
	LoadPlace
	LoadLocal
	SwapLocal
	TakeLocal
	SettleFrame
	TraceHandled
	// Guards
	GuardType
	GuardClasses
	GuardIs
	GuardFunction
	GuardNotNull
	GuardCompact
	GuardInlineValues
	GuardTrue
	GuardFalse
	GuardUnobserved
	GuardNotEmpty
	Refine
	// Memory
	LoadField
	LoadElem
	LoadNumber
	LoadDouble
	LoadPtr
	LoadI64
	LoadI32
	LoadU32
	LoadU8
	LoadF64
	StoreField
	SwapField
	SwapElem
	StoreNumber
	StoreDouble
	StoreI64
	StoreU8
	StoreF64
	// Machine arithmetic
	LongUnbox
	LongBox
	FloatUnbox
	FloatBox
	ReplaceFloat
	BoolUnbox
	BoolBox
	IntAdd
	IntAddWrap
	IntSub
	IntMul
	IntAnd
	IntOr
	IntXor
	IntShl
	IntSar
	IntNeg
	IntFloorDiv
	IntMod
	IntAddOvf
	IntSubOvf
	IntMulOvf
	IntLow
	IntToFloat
	FloatAdd
	FloatSub
	FloatMul
	FloatDiv
	FloatNeg
	FloatAbs
	FloatSqrt
	FloatPow
	FloatMath
	IntCmp
	FloatCmp
	PtrCmp
	IsNull
	Failed
	BoolNot
	TypeFlag
	IsFunction
	// Exact built-in types
	LongAdd
	LongSub
	LongMul
	LongBinary
	LongCompare
	StrEq
	StrConcat
	StrAppend
	StrItem
	StrSubscr
	DictSubscr
	DictFind
	DictGet
	ListAppend
	NoteInserted
	NewCell
	NewObject
	BuildTuple
	BuildList
	NewDict
	DictPut
	// Generic operations
	BinaryOp
	UnaryNegative
	UnaryInvert
	IsTrue
	Compare
	CompareBool
	Contains
	IsInstance
	IsSubclass
	GetAttr
	ObjectID
	Extremum
	LoadAttr
	AttrFind
	LoadMethod
	SecondResult
	StoreAttr
	DeleteAttr
	LoadGlobal
	StoreGlobal
	DeleteGlobal
	LoadName
	StoreName
	DeleteName
	LoadLocals
	LoadFromDictOrGlobals
	LoadFromDictOrDeref
	LoadBuildClass
	LoadSuperAttr
	LoadSuperMethod
	LoadSpecial
	StoreSubscr
	DictStore
	DeleteSubscr
	BinarySlice
	SliceSubscr
	SlicePart
	StoreSlice
	BuildSet
	BuildMap
	BuildString
	BuildSlice
	BuildInterpolation
	BuildTemplate
	ListExtend
	SetAdd
	SetUpdate
	MapAdd
	DictUpdate
	DictMerge
	UnpackSequence
	UnpackEx
	UnpackedItem
	GetIter
	SequenceIter
	NewRangeIter
	ReversedIter
	DictIter
	DictNext
	NewEnumerate
	NewZip
	GetYieldFromIter
	GetAwaitable
	GetAiter
	GetAnext
	AsyncReady
	AsyncStep
	EndsAsyncFor
	Send
	IterNext
	GetLen
	MatchClass
	MatchKeys
	CallIntrinsic1
	CallIntrinsic2
	MakeFunction
	SetFunctionAttribute
	FormatSimple
	FormatWithSpec
	ConvertValue
	ImportName
	ImportFrom
	SetupAnnotations
	RaiseVarargs
	InitResultError
	SwapHandled
	CheckExcMatch
	Catch
	CheckEgMatch
	WithExceptStart
	Reraise
	TakeRaised
	RaiseAgain
	RaisedPlace
	// Calls
	CallVector
	CallEx
	CallDirect
	ResumeGenerator
	CallCNoArgs
	CallCO
	CallCFast
	CallCFastKw
	// Reference counts
	Incref
	Decref
	// Control flow
	Jump
	Branch
	Entries
	Return
	Deopt
	LeaveLoop
	Unreachable
	NumOps
)

// Ops is the opcode table.
var Ops = [NumOps]OpInfo{
	OpInvalid: {Name: "Invalid", Doc: "No instruction."},

	Const:           {Name: "Const", Type: TObject, Own: OwnStable, Pure: true, UsesObj: true, Doc: "The object Obj of the snapshot, kept alive by the code."},
	Null:            {Name: "Null", Type: TNull, Own: OwnStable, Pure: true, Doc: "The NULL pointer: an unset local, or PUSH_NULL."},
	CInt:            {Name: "CInt", Type: TCInt, Pure: true, UsesImm: true, Doc: "The machine integer Imm, or the condition Imm where the type is CBool."},
	CFloat:          {Name: "CFloat", Type: TCFloat, Pure: true, UsesImm: true, Doc: "The float with the bits Imm."},
	Param:           {Name: "Param", Type: TObject, Own: OwnStable, UsesImm: true, Doc: "Argument Imm, borrowed from the caller. Only in the entry block."},
	Callee:          {Name: "Callee", Type: TFunction, Own: OwnStable, Doc: "The function object that was called. Only in the entry block, unless the function has several entries."},
	VirtualTuple:    {Name: "VirtualTuple", Args: "v*", Type: TTuple, Own: OwnStable, Virtual: true, Doc: "A tuple that is made where compiled code is left only. Operands are the items, the last first."},
	VirtualInstance: {Name: "VirtualInstance", Args: "v*", Type: TObject, Own: OwnStable, UsesObj: true, Virtual: true, Doc: "An instance of the class Obj that is made where compiled code is left only. Operands are pairs of a byte offset (CInt) and the object there, in the order in which attributes were set."},
	VirtualObject:   {Name: "VirtualObject", Args: "v*", Type: TObject, Own: OwnStable, UsesObj: true, Virtual: true, Doc: "An object of the built-in class Obj that is made where compiled code is left only. Operands of an iterator of a list or tuple are that, NULL when it is exhausted, and the index of the next item (CInt); of a reversed list the same; of a dict the dict or NULL, how many items it must have, the position and how many are left; of a range those of NewRangeIter, of enumerate those of NewEnumerate; of zip the iterators, the last first; of a slice start, stop and step."},

	Phi: {Name: "Phi", Args: "v*", Type: TNullable, Own: OwnPhi, Doc: "One operand for each predecessor of its block."},

	Snapshot:       {Name: "Snapshot", NeedsFS: true, Doc: "Marks a bytecode boundary; values that died are released here. Emits nothing."},
	CheckFrame:     {Name: "CheckFrame", NeedsFS: true, Doc: "After an observable instruction: leaves when a frame object exists or the code was invalidated (patch point). FS is the state after the bytecode instruction."},
	EvalBreaker:    {Name: "EvalBreaker", NeedsFS: true, Writes: HeapAll, Doc: "Serves signals, the GIL and instrumentation when the eval breaker is set; the cold path synchronises the frame and may leave to FS."},
	ResumePoint:    {Name: "ResumePoint", UsesImm: true, Doc: "Begins a resume block: compiled code can be entered here with a frame that stands at code unit Imm."},
	Sent:           {Name: "Sent", Type: TObject, Own: OwnNew, Doc: "The value sent to a generator that is resumed, as a reference of its own. Only behind ResumePoint, which then is not a landing."},
	LoadSlot:       {Name: "LoadSlot", Type: TNullable, Own: OwnNew, UsesImm: true, Doc: "Takes the reference out of slot Imm of the frame (locals, then operand stack); what the slot holds afterwards means nothing. Only at the head of a resume block."},
	SyncSlot:       {Name: "SyncSlot", Args: "n", UsesImm: true, Doc: "Stores the value, borrowed, into local slot Imm of the frame."},
	SetIP:          {Name: "SetIP", UsesImm: true, Doc: "Stores the address of code unit Imm into the frame's instr_ptr."},
	FillFrame:      {Name: "FillFrame", Args: "o", Doc: "Fills in what never changes of the frame of inlined call Inline, whose function object is operand 0."},
	LinkFrame:      {Name: "LinkFrame", Doc: "Makes the frame of inlined call Inline, or the outermost, the thread's current one."},
	LeaveInlined:   {Name: "LeaveInlined", NeedsFS: true, Doc: "The end of an inlined call: its locals die. Emits nothing."},
	LeaveFrame:     {Name: "LeaveFrame", NeedsFS: true, Doc: "Unlinks and pops the frame. Its cold path hands the frame, synchronised, to its frame object."},
	StoreOwned:     {Name: "StoreOwned", Args: "n", Steals: 1, UsesImm: true, Doc: "Stores the value with its reference into slot Imm of the frame. Nothing may leave compiled code between it and Suspend."},
	SetStack:       {Name: "SetStack", UsesImm: true, Doc: "Says that the operand stack in the frame has Imm values."},
	Suspend:        {Name: "Suspend", UsesImm: true, Doc: "Unlinks the frame of a generator, whose slots and instr_ptr are as the interpreter wants them, and puts the generator in state Imm. Return follows."},
	LeaveGenerator: {Name: "LeaveGenerator", Type: TObject, Own: OwnNew, Exits: true, Doc: "Unlinks the frame of a generator that has finished. The result is the function object, with the frame's reference. Leaves when the frame has a frame object, or an exception is being handled."},
	LoadPlace:      {Name: "LoadPlace", Type: TCPtr, UsesImm: true, Writes: HeapFrame, Doc: "The word in slot Imm of the frame, which tells the place of the instruction that raised. Only at the head of a resume block."},
	LoadLocal:      {Name: "LoadLocal", Type: TNullable, Own: OwnHeap, Pure: true, Reads: HeapFrame, UsesImm: true, Doc: "The local in slot Imm of a frame that holds its locals itself, borrowed from there."},
	SwapLocal:      {Name: "SwapLocal", Args: "n", Type: TNullable, Own: OwnNew, Steals: 1, Writes: HeapFrame, UsesImm: true, Doc: "Puts operand 0 into local slot Imm of a frame that holds its locals itself, and returns what was there, with its reference."},
	TakeLocal:      {Name: "TakeLocal", Type: TNullable, Own: OwnNew, Writes: HeapFrame, UsesImm: true, Doc: "Takes the reference that local slot Imm holds out of the frame, after SettleFrame."},
	SettleFrame:    {Name: "SettleFrame", NeedsFS: true, Writes: HeapAll, Helper: "settle_frame", Err: ErrNegative, Doc: "Ends the part of the code in which the frame holds its locals itself: drops a frame object that nobody else holds, and leaves to FS when one has been written to. TakeLocal of every local follows."},
	TraceHandled:   {Name: "TraceHandled", Writes: HeapFrame, Helper: "trace_handled_here", Doc: "Adds the frame to the traceback of the exception that is being handled, as of its instr_ptr: what was left out where Catch took it. The frame holds its locals itself from here on."},

	GuardType:         {Name: "GuardType", Args: "o", Type: TObject, Own: OwnAlias, Exits: true, UsesObj: true, Doc: "Leaves unless the object's class is exactly Obj."},
	GuardClasses:      {Name: "GuardClasses", Args: "o", Type: TObject, Own: OwnAlias, Exits: true, UsesImm: true, Doc: "Leaves unless the object's class is one of the set number Imm of the function."},
	GuardIs:           {Name: "GuardIs", Args: "o", Type: TObject, Own: OwnAlias, Exits: true, UsesObj: true, Doc: "Leaves unless the value is the object Obj."},
	GuardFunction:     {Name: "GuardFunction", Args: "o", Type: TObject, Own: OwnAlias, Exits: true, UsesObj: true, Doc: "Leaves unless the value is the Python function Obj, which the code relies on but does not keep alive."},
	GuardNotNull:      {Name: "GuardNotNull", Args: "n", Type: TObject, Own: OwnAlias, Exits: true, Doc: "Leaves when the value is NULL."},
	GuardCompact:      {Name: "GuardCompact", Args: "o", Type: Type{Bits: BitSmallLong}, Own: OwnAlias, Exits: true, Doc: "Leaves unless the exact int has at most one digit."},
	GuardInlineValues: {Name: "GuardInlineValues", Args: "o", Exits: true, UsesImm: true, Reads: HeapDict, Doc: "Leaves unless the object's inline values, at offset Imm, are valid."},
	GuardTrue:         {Name: "GuardTrue", Args: "b", Exits: true, Doc: "Leaves when the condition is false."},
	GuardNotEmpty:     {Name: "GuardNotEmpty", Args: "i", Exits: true, Doc: "Leaves when the number is the one that stands for an empty slot among machine ints, the least one."},
	GuardUnobserved:   {Name: "GuardUnobserved", Exits: true, Doc: "Leaves when the frame has a frame object. Unlike CheckFrame, it does not take the frame for synchronised."},
	GuardFalse:        {Name: "GuardFalse", Args: "b", Exits: true, Doc: "Leaves when the condition is true."},
	Refine:            {Name: "Refine", Args: "n", Type: TNullable, Own: OwnAlias, Doc: "The same value; its type is what a branch before it has established. Emits nothing, and must not move above that branch."},

	LoadField:   {Name: "LoadField", Args: "v", Type: TNullable, Own: OwnHeap, Pure: true, UsesImm: true, UsesAux: true, Doc: "The object pointer at byte offset Imm of operand 0, borrowed from there; NULL unless refined. Aux is the region."},
	LoadElem:    {Name: "LoadElem", Args: "pi", Type: TObject, Own: OwnHeap, Pure: true, Reads: HeapItems, UsesImm: true, Doc: "The object pointer at index operand 1 of the array operand 0 plus byte offset Imm."},
	LoadNumber:  {Name: "LoadNumber", Args: "pi", Type: TCInt, Pure: true, Reads: HeapNumbers, UsesImm: true, UsesAux: true, Doc: "The integer of kind Aux at index operand 1 of the array operand 0 plus byte offset Imm."},
	LoadDouble:  {Name: "LoadDouble", Args: "pi", Type: TCFloat, Pure: true, Reads: HeapNumbers, UsesImm: true, Doc: "The double at index operand 1 of the array operand 0 plus byte offset Imm."},
	LoadPtr:     {Name: "LoadPtr", Args: "v", Type: TCPtr, Pure: true, UsesImm: true, UsesAux: true, Doc: "The raw pointer at byte offset Imm. Aux is the region."},
	LoadI64:     {Name: "LoadI64", Args: "v", Type: TCInt, Pure: true, UsesImm: true, UsesAux: true, Doc: "The 64-bit integer at byte offset Imm. Aux is the region."},
	LoadI32:     {Name: "LoadI32", Args: "v", Type: TCInt, Pure: true, UsesImm: true, UsesAux: true, Doc: "The signed 32-bit integer at byte offset Imm. Aux is the region."},
	LoadU32:     {Name: "LoadU32", Args: "v", Type: TCInt, Pure: true, UsesImm: true, UsesAux: true, Doc: "The unsigned 32-bit integer at byte offset Imm. Aux is the region."},
	LoadU8:      {Name: "LoadU8", Args: "v", Type: TCInt, Pure: true, UsesImm: true, UsesAux: true, Doc: "The byte at offset Imm. Aux is the region."},
	LoadF64:     {Name: "LoadF64", Args: "v", Type: TCFloat, Pure: true, UsesImm: true, UsesAux: true, Doc: "The double at byte offset Imm. Aux is the region."},
	StoreField:  {Name: "StoreField", Args: "vn", Steals: 1 << 1, UsesImm: true, UsesAux: true, Doc: "Stores operand 1 at byte offset Imm; what was there is not released."},
	SwapField:   {Name: "SwapField", Args: "vn", Type: TNullable, Own: OwnNew, Steals: 1 << 1, UsesImm: true, UsesAux: true, Doc: "Stores operand 1 at byte offset Imm and returns what was there, with its reference."},
	SwapElem:    {Name: "SwapElem", Args: "pin", Type: TNullable, Own: OwnNew, Steals: 1 << 2, Writes: HeapItems, UsesImm: true, Doc: "Stores operand 2 at index operand 1 of the array operand 0 plus byte offset Imm and returns what was there, with its reference."},
	StoreNumber: {Name: "StoreNumber", Args: "pii", Writes: HeapNumbers, UsesImm: true, UsesAux: true, Doc: "Stores the low bits of operand 2 as the integer of kind Aux at index operand 1 of the array operand 0 plus byte offset Imm."},
	StoreDouble: {Name: "StoreDouble", Args: "pif", Writes: HeapNumbers, UsesImm: true, Doc: "Stores the double operand 2 at index operand 1 of the array operand 0 plus byte offset Imm."},
	StoreI64:    {Name: "StoreI64", Args: "vi", UsesImm: true, UsesAux: true, Doc: "Stores a 64-bit integer at byte offset Imm."},
	StoreU8:     {Name: "StoreU8", Args: "vi", UsesImm: true, UsesAux: true, Doc: "Stores a byte at offset Imm."},
	StoreF64:    {Name: "StoreF64", Args: "vf", UsesImm: true, UsesAux: true, Doc: "Stores a double at byte offset Imm."},

	LongUnbox:    {Name: "LongUnbox", Args: "o", Type: TCInt, Pure: true, Doc: "The value of a compact int."},
	LongBox:      {Name: "LongBox", Args: "i", Type: TLong, Own: OwnNew, Exits: true, Helper: "long_box", Err: ErrNull, Doc: "The int object of a machine integer; small ones are the interpreter's singletons."},
	FloatUnbox:   {Name: "FloatUnbox", Args: "o", Type: TCFloat, Pure: true, Doc: "The value of an exact float."},
	ReplaceFloat: {Name: "ReplaceFloat", Args: "nf", Type: TFloat, Own: OwnNew, Exits: true, Doc: "A float object of operand 1 that takes the place of operand 0, what a field or item holds now: that object itself, changed, if it is a float that nothing else has a reference to, else a new one. What is borrowed from the place must not be used afterwards."},
	FloatBox:     {Name: "FloatBox", Args: "f", Type: TFloat, Own: OwnNew, Exits: true, Helper: "float_box", Err: ErrNull, Doc: "A new float object."},
	BoolUnbox:    {Name: "BoolUnbox", Args: "o", Type: TCBool, Pure: true, Doc: "Whether the object is True."},
	BoolBox:      {Name: "BoolBox", Args: "b", Type: TBool, Own: OwnStable, Pure: true, Doc: "True or False."},
	IntAdd:       {Name: "IntAdd", Args: "ii", Type: TCInt, Pure: true, Doc: "Sum; the operands are known not to overflow."},
	IntAddWrap:   {Name: "IntAddWrap", Args: "ii", Type: TCInt, Pure: true, Doc: "Sum modulo 2^64."},
	IntSub:       {Name: "IntSub", Args: "ii", Type: TCInt, Pure: true, Doc: "Difference; the operands are known not to overflow."},
	IntMul:       {Name: "IntMul", Args: "ii", Type: TCInt, Pure: true, Doc: "Product; the operands are known not to overflow."},
	IntAnd:       {Name: "IntAnd", Args: "ii", Type: TCInt, Pure: true, Doc: "Bitwise and."},
	IntOr:        {Name: "IntOr", Args: "ii", Type: TCInt, Pure: true, Doc: "Bitwise or."},
	IntXor:       {Name: "IntXor", Args: "ii", Type: TCInt, Pure: true, Doc: "Bitwise exclusive or."},
	IntShl:       {Name: "IntShl", Args: "ii", Type: TCInt, Pure: true, Doc: "Shift left; the amount is in 0..63 and nothing is lost."},
	IntSar:       {Name: "IntSar", Args: "ii", Type: TCInt, Pure: true, Doc: "Arithmetic shift right; the amount is in 0..63."},
	IntNeg:       {Name: "IntNeg", Args: "i", Type: TCInt, Pure: true, Doc: "Negation; no overflow."},
	IntFloorDiv:  {Name: "IntFloorDiv", Args: "ii", Type: TCInt, Pure: true, Doc: "Python's // of machine integers; the divisor is not zero."},
	IntMod:       {Name: "IntMod", Args: "ii", Type: TCInt, Pure: true, Doc: "Python's % of machine integers; the divisor is not zero."},
	IntAddOvf:    {Name: "IntAddOvf", Args: "ii", Type: TCInt, Exits: true, Doc: "Sum; leaves on overflow of 64 bits."},
	IntSubOvf:    {Name: "IntSubOvf", Args: "ii", Type: TCInt, Exits: true, Doc: "Difference; leaves on overflow of 64 bits."},
	IntMulOvf:    {Name: "IntMulOvf", Args: "ii", Type: TCInt, Exits: true, Doc: "Product; leaves on overflow of 64 bits."},
	IntLow:       {Name: "IntLow", Args: "i", Type: TCInt, Pure: true, Doc: "The low 32 bits, sign-extended."},
	IntToFloat:   {Name: "IntToFloat", Args: "i", Type: TCFloat, Pure: true, Doc: "Conversion; exact for compact ints."},
	FloatAdd:     {Name: "FloatAdd", Args: "ff", Type: TCFloat, Pure: true, Doc: "Sum."},
	FloatSub:     {Name: "FloatSub", Args: "ff", Type: TCFloat, Pure: true, Doc: "Difference."},
	FloatMul:     {Name: "FloatMul", Args: "ff", Type: TCFloat, Pure: true, Doc: "Product."},
	FloatDiv:     {Name: "FloatDiv", Args: "ff", Type: TCFloat, Pure: true, Doc: "Quotient; the divisor is not zero."},
	FloatNeg:     {Name: "FloatNeg", Args: "f", Type: TCFloat, Pure: true, Doc: "Negation."},
	FloatAbs:     {Name: "FloatAbs", Args: "f", Type: TCFloat, Pure: true, Doc: "Absolute value."},
	FloatSqrt:    {Name: "FloatSqrt", Args: "f", Type: TCFloat, Pure: true, Doc: "Square root of a value not below zero."},
	FloatPow:     {Name: "FloatPow", Args: "ff", Type: TCFloat, Pure: true, Helper: "float_pow", Doc: "Operand 0 to the power of operand 1; NaN where the result is not a plain number or something has to be raised."},
	FloatMath:    {Name: "FloatMath", Args: "f", Type: TCFloat, Pure: true, UsesImm: true, Helper: "float_math", Doc: "Function number Imm of module math (0 sin, 1 cos, 2 tan, 3 atan, 4 exp, 5 fabs); NaN where the result is not a plain number or something has to be raised."},
	IntCmp:       {Name: "IntCmp", Args: "ii", Type: TCBool, Pure: true, UsesAux: true, Doc: "Comparison by the Cond Aux."},
	FloatCmp:     {Name: "FloatCmp", Args: "ff", Type: TCBool, Pure: true, UsesAux: true, Doc: "Comparison by the Cond Aux; false with a NaN, except ne."},
	PtrCmp:       {Name: "PtrCmp", Args: "vv", Type: TCBool, Pure: true, UsesAux: true, Doc: "Identity: Cond eq or ne."},
	IsNull:       {Name: "IsNull", Args: "v", Type: TCBool, Pure: true, Doc: "Whether the pointer is NULL."},
	Failed:       {Name: "Failed", Args: "v", Type: TCBool, Doc: "Whether operand 0, just before, has failed. Branch follows; on the way on which this is true operand 0 has no value."},
	BoolNot:      {Name: "BoolNot", Args: "b", Type: TCBool, Pure: true, Doc: "Negation."},
	TypeFlag:     {Name: "TypeFlag", Args: "o", Type: TCBool, Pure: true, UsesImm: true, Doc: "Whether a tp_flags bit of the mask Imm is set in the object's class."},
	IsFunction:   {Name: "IsFunction", Args: "o", Type: TCBool, Pure: true, UsesObj: true, Doc: "Whether the value is the Python function Obj, which the code relies on but does not keep alive."},

	LongAdd:      {Name: "LongAdd", Args: "oo", Type: TLong, Own: OwnNew, Exits: true, Helper: "long_add", Err: ErrNull, Doc: "Sum of exact ints."},
	LongSub:      {Name: "LongSub", Args: "oo", Type: TLong, Own: OwnNew, Exits: true, Helper: "long_sub", Err: ErrNull, Doc: "Difference of exact ints."},
	LongMul:      {Name: "LongMul", Args: "oo", Type: TLong, Own: OwnNew, Exits: true, Helper: "long_mul", Err: ErrNull, Doc: "Product of exact ints."},
	LongBinary:   {Name: "LongBinary", Args: "oo", Type: TLong, Own: OwnNew, UsesImm: true, Exits: true, Helper: "long_binary", Err: ErrNull, Doc: "Operation Imm, a plain oparg of BINARY_OP, on exact ints: &, |, ^, << or >>."},
	LongCompare:  {Name: "LongCompare", Args: "oo", Type: TCInt, Pure: true, Helper: "long_compare", Doc: "-1, 0 or 1 for two exact ints."},
	StrEq:        {Name: "StrEq", Args: "oo", Type: TCBool, Pure: true, Helper: "str_eq", Doc: "Equality of exact strs."},
	StrConcat:    {Name: "StrConcat", Args: "oo", Type: TStr, Own: OwnNew, Exits: true, Helper: "str_concat", Err: ErrNull, Doc: "Concatenation of exact strs."},
	StrAppend:    {Name: "StrAppend", Args: "oo", Type: TStr, Own: OwnNew, Steals: 1 << 0, Exits: true, Helper: "str_append", Err: ErrNull, Doc: "Concatenation of exact strs that takes the reference to operand 0, so that it can grow in place when nobody else has one. The reference is kept on failure."},
	StrItem:      {Name: "StrItem", Args: "oi", Type: TStr, Own: OwnNew, Exits: true, Helper: "str_item", Err: ErrNull, Doc: "The character at an index that is inside the exact str."},
	StrSubscr:    {Name: "StrSubscr", Args: "oo", Type: TStr, Own: OwnNew, Observable: true, Helper: "str_subscr", Err: ErrNull, Doc: "Subscript of an exact str by an exact int; raises IndexError."},
	DictSubscr:   {Name: "DictSubscr", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "dict_subscr", Err: ErrNull, Doc: "Subscript of an exact dict; raises KeyError."},
	DictFind:     {Name: "DictFind", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "dict_find", Err: ErrNull, Doc: "DictSubscr that fails without an exception when the key is missing. Failed follows."},
	DictGet:      {Name: "DictGet", Args: "ooo", Type: TObject, Own: OwnNew, Observable: true, Helper: "dict_get", Err: ErrNull, Doc: "The value of key operand 1 in an exact dict, or operand 2."},
	ListAppend:   {Name: "ListAppend", Args: "oo", Writes: HeapSize | HeapItems, Exits: true, Helper: "list_append", Err: ErrNegative, Doc: "Appends operand 1 to the exact list operand 0."},
	NoteInserted: {Name: "NoteInserted", Args: "o", Writes: HeapDict, UsesImm: true, UsesObj: true, Helper: "note_inserted", Doc: "Records that the inline value at byte offset Imm of an instance of the class Obj, NULL before, was set: it comes last in the order of the attributes."},
	NewCell:      {Name: "NewCell", Args: "n", Type: TCell, Own: OwnNew, Exits: true, Helper: "new_cell", Err: ErrNull, Doc: "A new cell with the value or empty."},
	NewObject:    {Name: "NewObject", Type: TObject, Own: OwnNew, Exits: true, UsesObj: true, Helper: "new_object", Err: ErrNull, Doc: "A new instance of the class Obj, allocated without running __new__ or __init__."},
	BuildTuple:   {Name: "BuildTuple", Args: "o*", Type: TTuple, Own: OwnNew, Steals: StealRest, Exits: true, Helper: "build_tuple", Err: ErrNull, Doc: "A tuple of the operands."},
	BuildList:    {Name: "BuildList", Args: "o*", Type: TList, Own: OwnNew, Steals: StealRest, Exits: true, Helper: "build_list", Err: ErrNull, Doc: "A list of the operands."},
	NewDict:      {Name: "NewDict", Type: TDict, Own: OwnNew, Exits: true, Helper: "new_dict", Err: ErrNull, Doc: "An empty dict."},
	DictPut:      {Name: "DictPut", Args: "ooo", Writes: HeapDict, Exits: true, Helper: "dict_put", Err: ErrNegative, Doc: "Sets the exact str operand 1 to operand 2 in a dict that nobody else has yet."},

	BinaryOp:              {Name: "BinaryOp", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "binary_op", Err: ErrNull, Doc: "BINARY_OP by its oparg Imm, in-place forms and subscripts included."},
	UnaryNegative:         {Name: "UnaryNegative", Args: "o", Type: TObject, Own: OwnNew, Observable: true, Helper: "unary_negative", Err: ErrNull, Doc: "-x."},
	UnaryInvert:           {Name: "UnaryInvert", Args: "o", Type: TObject, Own: OwnNew, Observable: true, Helper: "unary_invert", Err: ErrNull, Doc: "~x."},
	IsTrue:                {Name: "IsTrue", Args: "o", Type: TCBool, Observable: true, Helper: "is_true", Err: ErrNegative, Doc: "Truth value."},
	Compare:               {Name: "Compare", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "compare", Err: ErrNull, Doc: "Rich comparison; Imm is Py_LT … Py_GE."},
	CompareBool:           {Name: "CompareBool", Args: "oo", Type: TCBool, Observable: true, UsesImm: true, Helper: "compare_bool", Err: ErrNegative, Doc: "Rich comparison followed by the truth value of its result."},
	Contains:              {Name: "Contains", Args: "oo", Type: TCBool, Observable: true, Helper: "contains", Err: ErrNegative, Doc: "Whether operand 0 is in the container operand 1."},
	IsInstance:            {Name: "IsInstance", Args: "oo", Type: TCBool, Observable: true, Helper: "is_instance", Err: ErrNegative, Doc: "isinstance(operand 0, operand 1)."},
	IsSubclass:            {Name: "IsSubclass", Args: "oo", Type: TCBool, Observable: true, Helper: "is_subclass", Err: ErrNegative, Doc: "issubclass(operand 0, operand 1)."},
	GetAttr:               {Name: "GetAttr", Args: "oon", Type: TObject, Own: OwnNew, Observable: true, Helper: "getattr", Err: ErrNull, Doc: "getattr(operand 0, operand 1, operand 2), where operand 1 is a str and operand 2 may be NULL."},
	ObjectID:              {Name: "ObjectID", Args: "o", Type: TLong, Own: OwnNew, Observable: true, Helper: "object_id", Err: ErrNull, Doc: "id(x)."},
	Extremum:              {Name: "Extremum", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, UsesObj: true, Helper: "extremum", Err: ErrNull, Doc: "min(x), or max(x) where Imm is 1; Obj is the function."},
	LoadAttr:              {Name: "LoadAttr", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "load_attr", Err: ErrNull, Doc: "Attribute by the name Obj."},
	AttrFind:              {Name: "AttrFind", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "attr_find", Err: ErrNull, Doc: "LoadAttr that fails without an exception when the object certainly has no such attribute. Failed follows."},
	LoadMethod:            {Name: "LoadMethod", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "load_method", Err: ErrNull, Doc: "Attribute by the name Obj for a call: the callable; SecondResult is self, or NULL."},
	SecondResult:          {Name: "SecondResult", Args: "o", Type: TNullable, Own: OwnNew, Doc: "The second result of operand 0. Follows it directly."},
	StoreAttr:             {Name: "StoreAttr", Args: "oo", Observable: true, UsesObj: true, Helper: "store_attr", Err: ErrNegative, Doc: "Sets the attribute Obj of operand 0 to operand 1."},
	DeleteAttr:            {Name: "DeleteAttr", Args: "o", Observable: true, UsesObj: true, Helper: "delete_attr", Err: ErrNegative, Doc: "Deletes the attribute Obj."},
	LoadGlobal:            {Name: "LoadGlobal", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "load_global", Err: ErrNull, Doc: "The name Obj in globals, then builtins."},
	StoreGlobal:           {Name: "StoreGlobal", Args: "o", Observable: true, UsesObj: true, Helper: "store_global", Err: ErrNegative, Doc: "Sets the global Obj."},
	DeleteGlobal:          {Name: "DeleteGlobal", Observable: true, UsesObj: true, Helper: "delete_global", Err: ErrNegative, Doc: "Deletes the global Obj."},
	LoadName:              {Name: "LoadName", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "load_name", Err: ErrNull, Doc: "The name Obj in f_locals, globals, builtins."},
	StoreName:             {Name: "StoreName", Args: "o", Observable: true, UsesObj: true, Helper: "store_name", Err: ErrNegative, Doc: "Sets the name Obj in f_locals."},
	DeleteName:            {Name: "DeleteName", Observable: true, UsesObj: true, Helper: "delete_name", Err: ErrNegative, Doc: "Deletes the name Obj from f_locals."},
	LoadLocals:            {Name: "LoadLocals", Type: TObject, Own: OwnNew, Observable: true, Helper: "load_locals", Err: ErrNull, Doc: "The frame's f_locals mapping."},
	LoadFromDictOrGlobals: {Name: "LoadFromDictOrGlobals", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "load_from_dict_or_globals", Err: ErrNull, Doc: "The name Obj in the mapping, then globals, builtins."},
	LoadFromDictOrDeref:   {Name: "LoadFromDictOrDeref", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "load_from_dict_or_deref", Err: ErrNull, Doc: "The free variable of slot Imm in the mapping operand 0, then in the cell operand 1."},
	LoadBuildClass:        {Name: "LoadBuildClass", Type: TObject, Own: OwnNew, Observable: true, Helper: "load_build_class", Err: ErrNull, Doc: "builtins.__build_class__."},
	LoadSuperAttr:         {Name: "LoadSuperAttr", Args: "ooo", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, UsesObj: true, Helper: "load_super_attr", Err: ErrNull, Doc: "super(class, self).Obj; operand 0 is the global super; Imm is the oparg."},
	LoadSuperMethod:       {Name: "LoadSuperMethod", Args: "ooo", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, UsesObj: true, Helper: "load_super_method", Err: ErrNull, Doc: "super(class, self).Obj for a call; SecondResult is self, or NULL."},
	LoadSpecial:           {Name: "LoadSpecial", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "load_special", Err: ErrNull, Doc: "The special method Imm (LOAD_SPECIAL's oparg); SecondResult is self, or NULL."},
	StoreSubscr:           {Name: "StoreSubscr", Args: "ooo", Observable: true, Helper: "store_subscr", Err: ErrNegative, Doc: "operand 0[operand 1] = operand 2."},
	DictStore:             {Name: "DictStore", Args: "ooo", Observable: true, Helper: "dict_store", Err: ErrNegative, Doc: "operand 0[operand 1] = operand 2 for an exact dict."},
	DeleteSubscr:          {Name: "DeleteSubscr", Args: "oo", Observable: true, Helper: "delete_subscr", Err: ErrNegative, Doc: "del operand 0[operand 1]."},
	BinarySlice:           {Name: "BinarySlice", Args: "ooo", Type: TObject, Own: OwnNew, Observable: true, Helper: "binary_slice", Err: ErrNull, Doc: "operand 0[operand 1:operand 2]."},
	SliceSubscr:           {Name: "SliceSubscr", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "slice_subscr", Err: ErrNull, Doc: "operand 0[operand 1] with a slice."},
	SlicePart:             {Name: "SlicePart", Args: "oooo", Type: TObject, Own: OwnNew, Observable: true, Helper: "slice_part", Err: ErrNull, Doc: "operand 0[operand 1:operand 2:operand 3]."},
	StoreSlice:            {Name: "StoreSlice", Args: "oooo", Observable: true, Helper: "store_slice", Err: ErrNegative, Doc: "operand 0[operand 1:operand 2] = operand 3."},
	BuildSet:              {Name: "BuildSet", Args: "o*", Type: TSet, Own: OwnNew, Observable: true, Helper: "build_set", Err: ErrNull, Doc: "A set of the operands."},
	BuildMap:              {Name: "BuildMap", Args: "o*", Type: TDict, Own: OwnNew, Observable: true, Helper: "build_map", Err: ErrNull, Doc: "A dict of alternating keys and values."},
	BuildString:           {Name: "BuildString", Args: "o*", Type: TStr, Own: OwnNew, Observable: true, Helper: "build_string", Err: ErrNull, Doc: "Concatenation of strs."},
	BuildSlice:            {Name: "BuildSlice", Args: "o*", Type: TObject, Own: OwnNew, Exits: true, Helper: "build_slice", Err: ErrNull, Doc: "A slice of two or three operands."},
	BuildInterpolation:    {Name: "BuildInterpolation", Args: "oon", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "build_interpolation", Err: ErrNull, Doc: "A template interpolation of value, expression and format spec (or NULL); Imm is the oparg."},
	BuildTemplate:         {Name: "BuildTemplate", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "build_template", Err: ErrNull, Doc: "A template of strings and interpolations."},
	ListExtend:            {Name: "ListExtend", Args: "oo", Observable: true, Helper: "list_extend", Err: ErrNegative, Doc: "Extends a list with an iterable, with the error text of a starred expression."},
	SetAdd:                {Name: "SetAdd", Args: "oo", Observable: true, Helper: "set_add", Err: ErrNegative, Doc: "Adds operand 1 to a set."},
	SetUpdate:             {Name: "SetUpdate", Args: "oo", Observable: true, Helper: "set_update", Err: ErrNegative, Doc: "Updates a set with an iterable."},
	MapAdd:                {Name: "MapAdd", Args: "ooo", Observable: true, Helper: "map_add", Err: ErrNegative, Doc: "Sets operand 1 to operand 2 in a dict."},
	DictUpdate:            {Name: "DictUpdate", Args: "oo", Observable: true, Helper: "dict_update", Err: ErrNegative, Doc: "Updates a dict for a dict display."},
	DictMerge:             {Name: "DictMerge", Args: "ooo", Observable: true, Helper: "dict_merge", Err: ErrNegative, Doc: "Merges keyword arguments; operand 2 is the callable for the error text."},
	UnpackSequence:        {Name: "UnpackSequence", Args: "o", Observable: true, UsesImm: true, Helper: "unpack_sequence", Err: ErrNegative, Doc: "Unpacks exactly Imm items; UnpackedItem instructions follow directly."},
	UnpackEx:              {Name: "UnpackEx", Args: "o", Observable: true, UsesImm: true, Helper: "unpack_ex", Err: ErrNegative, Doc: "Unpacks with a starred target, Imm as in UNPACK_EX; UnpackedItem instructions follow directly."},
	UnpackedItem:          {Name: "UnpackedItem", Type: TObject, Own: OwnNew, UsesImm: true, Doc: "Item Imm (first target = 0) of the unpacking before it."},
	GetIter:               {Name: "GetIter", Args: "o", Type: TObject, Own: OwnNew, Observable: true, Helper: "get_iter", Err: ErrNull, Doc: "iter(x)."},
	SequenceIter:          {Name: "SequenceIter", Args: "o", Type: TObject, Own: OwnNew, Exits: true, Helper: "sequence_iter", Err: ErrNull, Doc: "iter(x) of a list or tuple, which runs no other code."},
	NewRangeIter:          {Name: "NewRangeIter", Args: "iii", Type: TObject, Own: OwnNew, Exits: true, Helper: "new_range_iter", Err: ErrNull, Doc: "The iterator of a range, which nobody else has: the next number, the step, and how many are left, none if that is negative."},
	ReversedIter:          {Name: "ReversedIter", Args: "oi", Type: TObject, Own: OwnNew, Exits: true, Helper: "reversed_iter", Err: ErrNull, Doc: "reversed(x) of a list, from the index operand 1 on."},
	DictIter:              {Name: "DictIter", Args: "oi", Type: TObject, Own: OwnNew, Exits: true, UsesImm: true, Helper: "dict_iter", Err: ErrNull, Doc: "The iterator of a dict with operand 1 items over its keys, values or items (Imm 0, 1, 2)."},
	DictNext:              {Name: "DictNext", Args: "oi", Type: TCPtr, Reads: HeapDict, Helper: "dict_next", Doc: "The address of the key, the value and the position behind an item of a dict: the first one from the position operand 1 on. Key and value are NULL when there is none. What is there has to be loaded at once."},
	NewEnumerate:          {Name: "NewEnumerate", Args: "io", Type: TObject, Own: OwnNew, Exits: true, Helper: "new_enumerate", Err: ErrNull, Doc: "What counts the items of the iterator operand 1 from operand 0 on."},
	NewZip:                {Name: "NewZip", Args: "o*", Type: TObject, Own: OwnNew, Exits: true, Helper: "new_zip", Err: ErrNull, Doc: "zip over these iterators."},
	GetYieldFromIter:      {Name: "GetYieldFromIter", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "get_yield_from_iter", Err: ErrNull, Doc: "What yield from delegates to: iter(x), or a generator or coroutine itself. Imm is 1 where a coroutine is allowed."},
	GetAwaitable:          {Name: "GetAwaitable", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "get_awaitable", Err: ErrNull, Doc: "The iterator of an awaitable. Imm says what the error is about."},
	GetAiter:              {Name: "GetAiter", Args: "o", Type: TObject, Own: OwnNew, Observable: true, Helper: "get_aiter", Err: ErrNull, Doc: "x.__aiter__() for async for."},
	GetAnext:              {Name: "GetAnext", Args: "o", Type: TObject, Own: OwnNew, Observable: true, Helper: "get_anext", Err: ErrNull, Doc: "The awaitable of x.__anext__()."},
	AsyncReady:            {Name: "AsyncReady", Args: "o", Type: TCBool, Writes: HeapOther, Helper: "async_ready", Doc: "Whether operand 0 is an asynchronous generator that AsyncStep can run on."},
	AsyncStep:             {Name: "AsyncStep", Args: "o", Type: TObject, Own: OwnNew, Observable: true, Helper: "async_step", Err: ErrNull, Doc: "Sends None to a new awaitable of __anext__() of an asynchronous generator that is ready, which need not exist. SecondResult is None when the result is what the generator yields, False when it has ended, NULL when it waits: then the result is the awaitable, and sending None to that gives what it yields."},
	EndsAsyncFor:          {Name: "EndsAsyncFor", Args: "o", Type: TCBool, Pure: true, Helper: "ends_async_for", Doc: "Whether the exception operand 0 ends an asynchronous loop: StopAsyncIteration."},
	Send:                  {Name: "Send", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "send", Err: ErrNull, Doc: "Sends operand 1 to any iterator operand 0. The result is what it yields or returns; SecondResult is NULL when it yielded, None when it has finished."},
	IterNext:              {Name: "IterNext", Args: "o", Type: TNullable, Own: OwnNew, Observable: true, Helper: "iter_next", Err: ErrMinusOne, Doc: "The next item, or NULL when exhausted."},
	GetLen:                {Name: "GetLen", Args: "o", Type: TCInt, Observable: true, Helper: "get_len", Err: ErrMinusOne, Doc: "len(x)."},
	MatchClass:            {Name: "MatchClass", Args: "ooo", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "match_class", Err: ErrNull, Doc: "Tuple of the attributes of a class pattern (subject, class, names), or None."},
	MatchKeys:             {Name: "MatchKeys", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "match_keys", Err: ErrNull, Doc: "Tuple of the values of a mapping pattern, or None."},
	CallIntrinsic1:        {Name: "CallIntrinsic1", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "call_intrinsic_1", Err: ErrNull, Doc: "CALL_INTRINSIC_1 by its oparg."},
	CallIntrinsic2:        {Name: "CallIntrinsic2", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "call_intrinsic_2", Err: ErrNull, Doc: "CALL_INTRINSIC_2 by its oparg."},
	MakeFunction:          {Name: "MakeFunction", Args: "o", Type: TFunction, Own: OwnNew, Observable: true, Helper: "make_function", Err: ErrNull, Doc: "A function of the code object in the frame's globals."},
	SetFunctionAttribute:  {Name: "SetFunctionAttribute", Args: "oo", Observable: true, UsesImm: true, Helper: "set_function_attribute", Err: ErrNegative, Doc: "Sets defaults, closure … (Imm is the oparg) of the function operand 0 to operand 1."},
	FormatSimple:          {Name: "FormatSimple", Args: "o", Type: TObject, Own: OwnNew, Observable: true, Helper: "format_simple", Err: ErrNull, Doc: "format(x, '')."},
	FormatWithSpec:        {Name: "FormatWithSpec", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "format_with_spec", Err: ErrNull, Doc: "format(x, spec)."},
	ConvertValue:          {Name: "ConvertValue", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "convert_value", Err: ErrNull, Doc: "str, repr or ascii of x (Imm 1, 2, 3)."},
	ImportName:            {Name: "ImportName", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "import_name", Err: ErrNull, Doc: "Imports the module Obj; operands are level and fromlist."},
	ImportFrom:            {Name: "ImportFrom", Args: "o", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Helper: "import_from", Err: ErrNull, Doc: "Attribute Obj of a module for from-import."},
	SetupAnnotations:      {Name: "SetupAnnotations", Observable: true, Helper: "setup_annotations", Err: ErrNegative, Doc: "Creates __annotations__ in f_locals."},
	RaiseVarargs:          {Name: "RaiseVarargs", Args: "nn", Observable: true, Helper: "raise_varargs", Err: ErrNegative, Doc: "Raises operand 0 (NULL: re-raises) from operand 1 (or NULL); always fails. Unreachable follows."},
	InitResultError:       {Name: "InitResultError", Args: "o", Observable: true, Helper: "init_result_error", Err: ErrNegative, Doc: "Raises the TypeError of an __init__ that returned operand 0; always fails. Unreachable follows."},
	SwapHandled:           {Name: "SwapHandled", Args: "o", Type: TObject, Own: OwnNew, Steals: 1, Doc: "Makes operand 0 the exception that is being handled (None for none) and returns the one that was, or None."},
	Catch:                 {Name: "Catch", Args: "no*", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "catch", Err: ErrNull, Doc: "Takes the exception that is set, if it is an instance of one of the classes, operands 1 and on, and nobody can see that it gets no traceback entry here. Operand 0 may be the exception, if compiled code has the only reference to it. Else it stays set; Failed follows. Where Imm is odd none may be set, because a DictFind or AttrFind has found nothing; the result is None then. Imm / 2 is the number of inlined calls that end."},
	CheckExcMatch:         {Name: "CheckExcMatch", Args: "oo", Type: TCBool, Observable: true, Helper: "check_exc_match", Err: ErrNegative, Doc: "Whether the exception operand 0 matches operand 1 of an except clause."},
	CheckEgMatch:          {Name: "CheckEgMatch", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Helper: "check_eg_match", Err: ErrNull, Doc: "Splits the exception operand 0 by operand 1 of an except* clause: the rest; SecondResult is the part that matches. Either can be None."},
	WithExceptStart:       {Name: "WithExceptStart", Args: "ono", Type: TObject, Own: OwnNew, Observable: true, Helper: "with_except_start", Err: ErrNull, Doc: "Calls the __exit__ operand 0 with self operand 1 (or NULL) for the exception operand 2."},
	Reraise:               {Name: "Reraise", Args: "ov", Observable: true, Helper: "reraise", Err: ErrNegative, Doc: "Raises the exception operand 0 again, as of the place operand 1 that was pushed with it (NULL: as of here); always fails. Unreachable follows."},
	TakeRaised:            {Name: "TakeRaised", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "take_raised", Err: ErrNull, Doc: "Takes the exception that is set, for a handler in this code: ends the Imm / 2 innermost inlined calls and adds the traceback entries. The frame holds its locals itself if Imm is odd. Where tools watch, or others have written to the locals, it is raised instead."},
	RaiseAgain:            {Name: "RaiseAgain", Args: "ov", Type: TObject, Own: OwnNew, Observable: true, Helper: "raise_again", Err: ErrNull, Doc: "Reraise where the handler is in this code: the result is the exception, operand 0, with instr_ptr at the place operand 1. Where tools watch it is raised instead."},
	RaisedPlace:           {Name: "RaisedPlace", Type: TCPtr, Reads: HeapFrame, Helper: "raised_place", Doc: "The word that tells the place of the instruction at which instr_ptr stands, for a handler that raises again. Directly behind TakeRaised or RaiseAgain."},

	CallVector:      {Name: "CallVector", Args: "ono*", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Err: ErrNull, Doc: "Calls operand 0 with self (or NULL) and the arguments; Obj is the tuple of keyword names, 0 for none."},
	CallEx:          {Name: "CallEx", Args: "onon", Type: TObject, Own: OwnNew, Observable: true, UsesImm: true, Helper: "call_function_ex", Err: ErrNull, Doc: "Calls operand 0 (self or NULL, iterable, mapping or NULL; Imm 1: a dict that others have too)."},
	CallDirect:      {Name: "CallDirect", Args: "oo*", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Err: ErrNull, Doc: "Calls a Python function by its direct entry: operand 0 is the function object whose code is that of the function Obj, or the code object Obj; one argument for each of its parameters, *args and **kwargs included."},
	ResumeGenerator: {Name: "ResumeGenerator", Args: "oo", Type: TObject, Own: OwnNew, Observable: true, Err: ErrNull, Doc: "Runs the generator or coroutine operand 0 on, sending operand 1. The result is what it yields or returns; its state tells which."},
	CallCNoArgs:     {Name: "CallCNoArgs", Args: "n", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Err: ErrNull, Doc: "Calls the C function of Obj (METH_NOARGS) with self."},
	CallCO:          {Name: "CallCO", Args: "no", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Err: ErrNull, Doc: "Calls the C function of Obj (METH_O) with self and one argument."},
	CallCFast:       {Name: "CallCFast", Args: "no*", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Err: ErrNull, Doc: "Calls the C function of Obj (METH_FASTCALL) with self and an argument array."},
	CallCFastKw:     {Name: "CallCFastKw", Args: "no*", Type: TObject, Own: OwnNew, Observable: true, UsesObj: true, Err: ErrNull, Doc: "Calls the C function of Obj (METH_FASTCALL|METH_KEYWORDS) with self, an argument array and no keywords."},

	Incref: {Name: "Incref", Args: "n", Doc: "Adds a reference; nothing for NULL (when the type admits it) and immortal objects."},
	Decref: {Name: "Decref", Args: "n", NeedsFS: true, Writes: HeapAll, Doc: "Drops a reference. The cold path, where the object dies, synchronises the frame and checks it afterwards; with FS 0 the frame is gone already."},

	Jump:        {Name: "Jump", Terminator: true, Doc: "Continues in the only successor."},
	Branch:      {Name: "Branch", Args: "b", Terminator: true, Doc: "Continues in the first successor when true, else in the second."},
	Entries:     {Name: "Entries", Terminator: true, Doc: "Ends the entry block of a function with several entries: the first successor is where calls begin, the others are resume blocks. What is defined before is there in all of them if it is a constant, else in the first only."},
	Return:      {Name: "Return", Args: "o", Steals: 1, Terminator: true, Doc: "Returns the value, with a reference, after LeaveFrame."},
	Deopt:       {Name: "Deopt", Exits: true, Terminator: true, Doc: "Leaves to FS."},
	LeaveLoop:   {Name: "LeaveLoop", Exits: true, Terminator: true, Doc: "Leaves to FS, because the loop has ended for which the code was made."},
	Unreachable: {Name: "Unreachable", Terminator: true, Doc: "Control does not get here."},
}

// Info returns the record of op.
func (op Op) Info() *OpInfo { return &Ops[op] }

// String returns the opcode's name.
func (op Op) String() string {
	if op < NumOps {
		return Ops[op].Name
	}
	return "Op?"
}

// HasFS reports whether instructions of this opcode carry a frame state.
func (o *OpInfo) HasFS() bool { return o.Observable || o.Exits || o.NeedsFS }

// StealsArg reports whether operand i of an instruction is stolen.
func (o *OpInfo) StealsArg(i int) bool {
	if o.Steals == StealRest {
		return true
	}
	return o.Steals>>i&1 != 0
}
