package lir

// Op is an opcode. Everything known about it is its record in Ops.
type Op uint8

// OpInfo declares an opcode.
type OpInfo struct {
	Name string
	// Defs and Uses are the classes of the operands: i int, f float, a int
	// in a register or a slot, t the operands of the test, b the base of a
	// memory access, m a value of the class that Mem asks for, * any number of
	// ints and floats in the registers of the calling convention.
	Defs, Uses string
	Imm        bool // Imm is part of the instruction
	Sym        bool // Sym is part of the instruction
	Memory     bool // Base, Mem and Imm say what memory is accessed
	Call       bool // destroys the registers that a call destroys
	Exit       bool // has a Side that may be an exit
	Remat      bool // a constant that can be made anew
	Effect     bool // must not be removed when its result is unused
	Terminator bool
	Doc        string
}

// The opcodes.
const (
	OpInvalid Op = iota
	// Constants and pinned registers
	Imm
	FImm
	SymAddr
	OutAddr
	Args
	ResumePoint
	// Memory
	Load
	LoadX
	Store
	StoreX
	LoadSlot
	StoreSlot
	StoreOwned
	StoreOut
	SetIP
	SwapHandled
	// Integers
	Add
	AddImm
	Sub
	Mul
	MSub
	And
	AndImm
	Or
	OrImm
	Xor
	XorImm
	Shl
	ShlImm
	Sar
	SarImm
	Neg
	SignExt
	FloorDiv
	Mod
	AddOvf
	AddOvfImm
	SubOvf
	MulOvf
	// Floats
	FAdd
	FSub
	FMul
	FDiv
	FNeg
	FAbs
	FSqrt
	IntToFloat
	// Conditions
	Set
	Select
	ExitIf
	// Calls
	CallHelper
	CallDirect
	CallResume
	CallPtr
	// Reference counts and frames
	Incref
	Decref
	CheckFrame
	FillFrame
	LinkFrame
	PopFrame
	SetStack
	Suspend
	LeaveGenerator
	EvalBreaker
	// Boxes
	BoxInt
	BoxFloat
	ReplaceFloat
	// Control flow
	Jump
	Branch
	Entries
	Return
	Exit
	Trap
	NumOps
)

// Ops is the opcode table.
var Ops = [NumOps]OpInfo{
	OpInvalid: {Name: "invalid", Doc: "No instruction."},

	Imm:         {Name: "imm", Defs: "i", Imm: true, Remat: true, Doc: "The number Imm."},
	FImm:        {Name: "fimm", Defs: "f", Imm: true, Remat: true, Doc: "The double with the bits Imm."},
	SymAddr:     {Name: "sym", Defs: "i", Sym: true, Remat: true, Doc: "The address Sym."},
	OutAddr:     {Name: "outaddr", Defs: "i", Imm: true, Remat: true, Doc: "The address of byte Imm of the outgoing argument area."},
	Args:        {Name: "args", Defs: "*", Effect: true, Doc: "Defines the callee and the arguments, in the registers of the direct entry. First instruction of the entry block."},
	ResumePoint: {Name: "resumepoint", Defs: "*", Imm: true, Effect: true, Doc: "Begins a block that is entered with a frame that stands at code unit Imm. No register holds anything there, but for the definition, if there is one: the value that is sent to a generator."},

	Load:        {Name: "load", Defs: "m", Uses: "b", Memory: true, Doc: "The value at base + Imm."},
	LoadX:       {Name: "loadx", Defs: "m", Uses: "ii", Memory: true, Doc: "The value at use 0 + n * use 1 + Imm, n being the size of the value."},
	Store:       {Name: "store", Uses: "mb", Memory: true, Effect: true, Doc: "Stores use 0 at base + Imm."},
	StoreX:      {Name: "storex", Uses: "mii", Memory: true, Effect: true, Doc: "Stores use 0 at use 1 + n * use 2 + Imm, n being the size of what is stored."},
	LoadSlot:    {Name: "loadslot", Defs: "i", Imm: true, Effect: true, Doc: "The reference that slot Imm of the frame holds, without its tag; counted here if the slot did not own it."},
	StoreSlot:   {Name: "storeslot", Uses: "?", Imm: true, Sym: true, Effect: true, Doc: "Stores a borrowed reference into local slot Imm of the frame: to the use, or to the object Sym, or the empty slot when there is neither."},
	StoreOwned:  {Name: "storeowned", Uses: "?", Imm: true, Sym: true, Effect: true, Doc: "Stores a reference, like StoreSlot, that the slot owns. Facts say whether the use may be null."},
	StoreOut:    {Name: "storeout", Uses: "?", Imm: true, Sym: true, Effect: true, Doc: "Stores the use, the address Sym, or zero at byte Imm of the outgoing argument area."},
	SwapHandled: {Name: "swaphandled", Defs: "i", Uses: "i", Effect: true, Doc: "Makes the use the exception that is being handled, None for none, and returns the one that was, or None."},
	SetIP:       {Name: "setip", Imm: true, Effect: true, Doc: "Stores the address of code unit Imm into the frame's instr_ptr."},

	Add:       {Name: "add", Defs: "i", Uses: "ii", Doc: "Sum, modulo 2^64."},
	AddImm:    {Name: "addimm", Defs: "i", Uses: "i", Imm: true, Doc: "Sum with Imm."},
	Sub:       {Name: "sub", Defs: "i", Uses: "ii", Doc: "Difference."},
	Mul:       {Name: "mul", Defs: "i", Uses: "ii", Doc: "Product."},
	MSub:      {Name: "msub", Defs: "i", Uses: "iii", Doc: "use 2 - use 0 * use 1."},
	And:       {Name: "and", Defs: "i", Uses: "ii", Doc: "Bitwise and."},
	AndImm:    {Name: "andimm", Defs: "i", Uses: "i", Imm: true, Doc: "Bitwise and with Imm."},
	Or:        {Name: "or", Defs: "i", Uses: "ii", Doc: "Bitwise or."},
	OrImm:     {Name: "orimm", Defs: "i", Uses: "i", Imm: true, Doc: "Bitwise or with Imm."},
	Xor:       {Name: "xor", Defs: "i", Uses: "ii", Doc: "Bitwise exclusive or."},
	XorImm:    {Name: "xorimm", Defs: "i", Uses: "i", Imm: true, Doc: "Bitwise exclusive or with Imm."},
	Shl:       {Name: "shl", Defs: "i", Uses: "ii", Doc: "Shift left by 0..63."},
	ShlImm:    {Name: "shlimm", Defs: "i", Uses: "i", Imm: true, Doc: "Shift left by Imm."},
	Sar:       {Name: "sar", Defs: "i", Uses: "ii", Doc: "Arithmetic shift right by 0..63."},
	SarImm:    {Name: "sarimm", Defs: "i", Uses: "i", Imm: true, Doc: "Arithmetic shift right by Imm."},
	Neg:       {Name: "neg", Defs: "i", Uses: "i", Doc: "Negation."},
	SignExt:   {Name: "signext", Defs: "i", Uses: "i", Doc: "The low 32 bits, sign-extended."},
	FloorDiv:  {Name: "floordiv", Defs: "i", Uses: "ii", Doc: "Quotient rounded down; the divisor is not zero."},
	Mod:       {Name: "mod", Defs: "i", Uses: "ii", Doc: "Remainder with the sign of the divisor, which is not zero."},
	AddOvf:    {Name: "addovf", Defs: "i", Uses: "ii", Exit: true, Effect: true, Doc: "Sum; leaves on signed overflow."},
	AddOvfImm: {Name: "addovfimm", Defs: "i", Uses: "i", Imm: true, Exit: true, Effect: true, Doc: "Sum with Imm; leaves on signed overflow."},
	SubOvf:    {Name: "subovf", Defs: "i", Uses: "ii", Exit: true, Effect: true, Doc: "Difference; leaves on signed overflow."},
	MulOvf:    {Name: "mulovf", Defs: "i", Uses: "ii", Exit: true, Effect: true, Doc: "Product; leaves on signed overflow."},

	FAdd:       {Name: "fadd", Defs: "f", Uses: "ff", Doc: "Sum."},
	FSub:       {Name: "fsub", Defs: "f", Uses: "ff", Doc: "Difference."},
	FMul:       {Name: "fmul", Defs: "f", Uses: "ff", Doc: "Product."},
	FDiv:       {Name: "fdiv", Defs: "f", Uses: "ff", Doc: "Quotient."},
	FNeg:       {Name: "fneg", Defs: "f", Uses: "f", Doc: "Negation."},
	FAbs:       {Name: "fabs", Defs: "f", Uses: "f", Doc: "Absolute value."},
	FSqrt:      {Name: "fsqrt", Defs: "f", Uses: "f", Doc: "Square root."},
	IntToFloat: {Name: "inttofloat", Defs: "f", Uses: "i", Doc: "Conversion of a signed integer, rounded to nearest."},

	Set:    {Name: "set", Defs: "i", Uses: "t", Doc: "1 when the test holds, else 0."},
	Select: {Name: "select", Defs: "i", Uses: "t", Doc: "The address Sym when the test holds, else Sym2. Not with TestSym."},
	ExitIf: {Name: "exitif", Uses: "t", Exit: true, Effect: true, Doc: "Leaves when the test holds."},

	CallHelper: {Name: "callhelper", Defs: "*", Uses: "*", Imm: true, Call: true, Exit: true, Effect: true, Doc: "Calls run-time helper number Imm; leaves when the result is an error according to Err."},
	CallDirect: {Name: "calldirect", Defs: "*", Uses: "*", Sym: true, Call: true, Exit: true, Effect: true, Doc: "Calls the direct entry of the code record Sym."},
	CallResume: {Name: "callresume", Defs: "*", Uses: "*", Call: true, Exit: true, Effect: true, Doc: "Runs a generator on, with the value sent."},
	CallPtr:    {Name: "callptr", Defs: "*", Uses: "*", Call: true, Exit: true, Effect: true, Doc: "Calls the C function whose address is the last use."},

	Incref:         {Name: "incref", Uses: "i", Effect: true, Doc: "Adds a reference."},
	Decref:         {Name: "decref", Uses: "i", Exit: true, Effect: true, Doc: "Drops a reference. When the object dies: performs the side's stores, deallocates, and checks the frame when the side is an exit. Destroys no register."},
	CheckFrame:     {Name: "checkframe", Exit: true, Effect: true, Doc: "Leaves when the frame has a frame object. Patch point."},
	FillFrame:      {Name: "fillframe", Uses: "?", Sym: true, Effect: true, Doc: "Fills in what never changes of the frame of inlined call Inline: the function is the use, or the object Sym."},
	LinkFrame:      {Name: "linkframe", Effect: true, Doc: "Makes the frame of inlined call Inline, or the outermost, the thread's current one."},
	PopFrame:       {Name: "popframe", Exit: true, Effect: true, Doc: "Unlinks the frame, gives its data stack and its recursion level back, and makes the caller's frame the current one. When it has a frame object: performs the side's stores into it, and the run time hands it over. Destroys no register."},
	SetStack:       {Name: "setstack", Imm: true, Effect: true, Doc: "Sets the frame's stackpointer to Imm values above the bottom of the operand stack."},
	Suspend:        {Name: "suspend", Imm: true, Effect: true, Doc: "Unlinks the generator's frame, gives its recursion level back, makes the caller's frame the current one, and the generator's state Imm."},
	LeaveGenerator: {Name: "leavegenerator", Defs: "i", Exit: true, Effect: true, Doc: "The same for a generator that has finished. Leaves when the frame has a frame object or the generator's own exception state is not empty. The definition is the frame's function object."},
	EvalBreaker:    {Name: "evalbreaker", Imm: true, Exit: true, Effect: true, Doc: "When the thread's eval breaker is not Imm: performs the side's stores, serves it, and checks the frame. Leaves when that is asked for, or with the exception raised. Destroys no register."},

	BoxInt:       {Name: "boxint", Defs: "i", Uses: "a", Exit: true, Effect: true, Doc: "The int object of a number; leaves when there is no memory. Destroys no other register."},
	ReplaceFloat: {Name: "replacefloat", Defs: "i", Uses: "if", Exit: true, Effect: true, Doc: "The object use 0 with one reference more and the value use 1, if it is a float with one reference, else a new float object. Leaves when there is no memory. Destroys no other register. Facts say whether use 0 may be null."},
	BoxFloat:     {Name: "boxfloat", Defs: "i", Uses: "f", Exit: true, Effect: true, Doc: "A new float object; leaves when there is no memory. Destroys no other register."},

	Jump:    {Name: "jump", Effect: true, Terminator: true, Doc: "Continues in the only successor."},
	Branch:  {Name: "branch", Uses: "t", Effect: true, Terminator: true, Doc: "Continues in the first successor when the test holds, else in the second."},
	Entries: {Name: "entries", Effect: true, Terminator: true, Doc: "Continues in the first successor; the others are entered from outside."},
	Return:  {Name: "return", Uses: "*", Effect: true, Terminator: true, Doc: "Returns the use."},
	Exit:    {Name: "exit", Exit: true, Effect: true, Terminator: true, Doc: "Leaves always."},
	Trap:    {Name: "trap", Effect: true, Terminator: true, Doc: "Control does not get here."},
}

// Info returns the record of op.
func (op Op) Info() *OpInfo { return &Ops[op] }

// String returns the opcode's name.
func (op Op) String() string {
	if op < NumOps {
		return Ops[op].Name
	}
	return "op?"
}
