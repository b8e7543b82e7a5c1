package bytecode

// Source is what a code object says about its bytecode.
type Source struct {
	Code           []byte // co_code_adaptive, or co_code
	Plain          []byte // co_code, needed if Code hides opcodes, else nil
	ExceptionTable []byte // co_exceptiontable
	StackSize      int    // co_stacksize; 0 leaves it unchecked
	Limits         *Limits
}

// Limits are the sizes of what opargs index. With limits given, an index
// outside of them is an error, so that readers of the code need no checks.
type Limits struct {
	Locals int // slots of the frame: co_nlocalsplus
	Names  int // co_names
	Consts int // co_consts
}

// Code is a code object's bytecode, decoded and analysed. It is immutable;
// instructions and blocks refer to each other by index.
type Code struct {
	Bytes    []byte // the code as given; inline caches are read from it
	Instrs   []Instr
	Handlers []Handler // the exception table

	// Blocks are in the order of their code, the entry block first. Blocks
	// that no path reaches are included; their Order is -1.
	Blocks []Block

	// Order lists the reachable blocks in reverse post-order: a block comes
	// before its successors, back edges apart.
	Order []BlockID

	// Loops are the natural loops, outer ones before those inside them.
	Loops []Loop

	// Irreducible is set when some cycle is entered at more than one block.
	// CPython's compiler makes no such code.
	Irreducible bool

	// MaxDepth is the largest number of stack values at any point.
	MaxDepth int32

	// Suspends is set for the code of generators, coroutines and asynchronous
	// generators: it begins with RETURN_GENERATOR, after cells are made.
	Suspends bool

	index []int32 // by code unit: index of the instruction it belongs to
}

// Analyze decodes code and finds its control flow and stack depths. Malformed
// or inconsistent code gives an *Error.
func Analyze(src Source) (*Code, error) {
	instrs, err := DecodeHidden(src.Code, src.Plain)
	if err != nil {
		return nil, err
	}
	if len(instrs) == 0 {
		return nil, &Error{-1, "no code"}
	}
	handlers, err := ParseExceptionTable(src.ExceptionTable)
	if err != nil {
		return nil, err
	}
	c := &Code{Bytes: src.Code, Instrs: instrs, Handlers: handlers}
	c.index = make([]int32, len(src.Code)/2)
	for i := range instrs {
		in := &instrs[i]
		for u := in.Start / 2; u < in.End/2; u++ {
			c.index[u] = int32(i)
		}
		if in.Base == OpReturnGenerator {
			c.Suspends = true
		}
		if src.Limits != nil {
			if err := src.Limits.check(in); err != nil {
				return nil, err
			}
		}
	}
	if err := c.findBlocks(); err != nil {
		return nil, err
	}
	c.orderBlocks()
	c.findDominators()
	c.findLoops()
	if err := c.findDepths(); err != nil {
		return nil, err
	}
	if src.StackSize > 0 && int(c.MaxDepth) > src.StackSize {
		return nil, errorAt(-1, "stack depth %d exceeds co_stacksize %d", c.MaxDepth, src.StackSize)
	}
	return c, nil
}

// At returns the index of the instruction that the code unit at an offset in
// bytes belongs to: as the instruction proper, a prefix or its cache. It is -1
// outside the code.
func (c *Code) At(offset int32) int32 {
	if offset < 0 || int(offset/2) >= len(c.index) {
		return -1
	}
	return c.index[offset/2]
}

// Block returns a block by its id, which must not be NoBlock.
func (c *Code) Block(id BlockID) *Block { return &c.Blocks[id] }

// HandlerOf returns the exception table entry that covers an instruction, nil
// if none does.
func (c *Code) HandlerOf(in *Instr) *Handler {
	if h := c.Blocks[in.Block].Entry; h >= 0 {
		return &c.Handlers[h]
	}
	return nil
}

func (l *Limits) check(in *Instr) error {
	bad := false
	switch infos[in.Base].Arg {
	case ArgLocal, ArgDeref:
		bad = int(in.Arg) >= l.Locals
	case ArgLocalPair:
		a, b := in.LocalPair()
		bad = a >= l.Locals || b >= l.Locals
	case ArgName, ArgNameAndBit, ArgNameAndTwoBits:
		bad = in.NameIndex() >= l.Names
	case ArgConst:
		bad = int(in.Arg) >= l.Consts
	}
	if !bad {
		switch in.Base {
		case OpCopyFreeVars:
			bad = int(in.Arg) > l.Locals
		case OpBinaryOp, OpCompareOp, OpCallIntrinsic1, OpCallIntrinsic2, OpLoadSpecial, OpLoadCommonConstant, OpConvertValue:
			bad = !in.validKind()
		}
	}
	if bad {
		return errorAt(in.Offset, "oparg %d of %s out of range", in.Arg, in.Op)
	}
	return nil
}
