package bytecode

import "fmt"

// Instr is one decoded instruction: its EXTENDED_ARG prefixes and inline cache
// belong to it. Offsets are in bytes from the begin of the code, as in dis;
// CPython's instruction pointers count code units of two bytes.
type Instr struct {
	Op   Op // form found in the code
	Base Op // form that the program means; decide by this one

	Arg int32 // the oparg, prefixes included

	Start  int32 // of the first prefix, or Offset: where jumps lead
	Offset int32 // of the instruction proper
	End    int32 // of the next instruction, behind the inline cache

	// Target is the index of the instruction that the oparg points to, -1 when
	// it does not point anywhere. It is what dis prints: for FOR_ITER the
	// END_FOR that is skipped, and for END_ASYNC_FOR the end of the loop it
	// came from, to which nothing jumps. Where control really goes is told by
	// the blocks.
	Target int32

	// Depth is the number of values on the stack before the instruction, and
	// Block the block it is in; Analyze sets them. Depth is -1 where no path
	// leads.
	Depth int32
	Block BlockID
}

// Info returns the record of the form found in the code.
func (in *Instr) Info() *Info { return &infos[in.Op] }

// Error is what is wrong with a code object, and where.
type Error struct {
	Offset int // in bytes from the begin of the code, -1 when it is not about a place
	Reason string
}

func (e *Error) Error() string {
	if e.Offset < 0 {
		return "bytecode: " + e.Reason
	}
	return fmt.Sprintf("bytecode: %s at offset %d", e.Reason, e.Offset)
}

func errorAt(offset int32, format string, args ...any) *Error {
	return &Error{int(offset), fmt.Sprintf(format, args...)}
}

// maxUnits keeps all offsets, and twice any of them, inside an int32.
const maxUnits = 1 << 28

// Decode splits code (co_code or co_code_adaptive) into instructions. The
// result does not refer to code. Malformed code gives an *Error.
//
// Code that is instrumented by line or by instruction, or that has entered
// CPython's own optimiser, hides opcodes; DecodeHidden reads it.
func Decode(code []byte) ([]Instr, error) { return DecodeHidden(code, nil) }

// DecodeHidden decodes co_code_adaptive, taking opcodes that are hidden there
// from plain, the co_code of the same code object (its value in Python, which
// CPython makes without specialisation and instrumentation). With plain nil a
// hidden opcode is an error.
func DecodeHidden(code, plain []byte) ([]Instr, error) {
	if len(code)%2 != 0 {
		return nil, errorAt(int32(len(code)), "odd length of code")
	}
	if len(code)/2 > maxUnits {
		return nil, &Error{-1, "code too long"}
	}
	if plain != nil && len(plain) != len(code) {
		return nil, &Error{-1, "plain code differs in length"}
	}
	end := int32(len(code))
	instrs := make([]Instr, 0, len(code)/4)
	index := make([]int32, len(code)/2) // by unit of Start: index+1 of the instruction
	for at := int32(0); at < end; {
		start, prefix, prefixes := at, int64(0), 0
		op, arg := unit(code, plain, at)
		for op == OpExtendedArg {
			if prefixes++; prefixes > 3 {
				return nil, errorAt(at, "more than three prefixes")
			}
			prefix = prefix<<8 | int64(arg)
			if at += 2; at >= end {
				return nil, errorAt(start, "prefix without an instruction")
			}
			op, arg = unit(code, plain, at)
		}
		info := &infos[op]
		switch {
		case info.Kind == Invalid || op == OpCache || op == OpReserved:
			return nil, errorAt(at, "invalid opcode %d", op)
		case op == OpEnterExecutor || op == OpInstrumentedLine || op == OpInstrumentedInstruction:
			return nil, errorAt(at, "%s hides an opcode", op)
		}
		full := prefix<<8 | int64(arg)
		if full > 1<<31-1 {
			return nil, errorAt(at, "oparg out of range")
		}
		in := Instr{
			Op: op, Base: info.Base, Arg: int32(full),
			Start: start, Offset: at, End: at + 2 + 2*int32(info.Caches),
			Target: -1, Depth: -1, Block: NoBlock,
		}
		if in.End > end {
			return nil, errorAt(at, "inline cache of %s is cut off", op)
		}
		instrs = append(instrs, in)
		index[start/2] = int32(len(instrs))
		at = in.End
	}
	for i := range instrs {
		in := &instrs[i]
		var to int64
		switch infos[in.Base].Arg {
		case ArgForward:
			to = int64(in.End) + 2*int64(in.Arg)
		case ArgBackward, ArgOrigin:
			to = int64(in.End) - 2*int64(in.Arg)
		default:
			continue
		}
		if to < 0 || to >= int64(end) {
			return nil, errorAt(in.Offset, "%s leads out of the code", in.Op)
		}
		if in.Target = index[to/2] - 1; in.Target < 0 {
			return nil, errorAt(in.Offset, "%s leads into an instruction", in.Op)
		}
	}
	return instrs, nil
}

// unit reads the code unit at an offset, looking through what hides it.
func unit(code, plain []byte, at int32) (Op, byte) {
	op := Op(code[at])
	if plain != nil && (op == OpEnterExecutor || op == OpInstrumentedLine || op == OpInstrumentedInstruction) {
		return Op(plain[at]), plain[at+1]
	}
	return op, code[at+1]
}
