package bytecode

import (
	"fmt"
	"strconv"
)

// Op is an opcode of CPython 3.14. Real code holds opcodes below 256; the
// numbers from 256 on are the compiler's pseudo instructions, which are listed
// for completeness and never decoded.
type Op uint16

// NumOps is one more than the largest opcode.
const NumOps = 267

// Kind says what sort of opcode an Op is.
type Kind uint8

const (
	Invalid      Kind = iota // number without an instruction
	Plain                    // what the compiler emits and dis shows
	Specialized              // adaptive form of a Plain opcode, written by the interpreter
	Instrumented             // form of a Plain opcode that fires monitoring events
	Internal                 // part of the encoding or of the interpreter, not of a program
	Pseudo                   // exists only inside CPython's compiler
)

var kindNames = [...]string{"invalid", "plain", "specialized", "instrumented", "internal", "pseudo"}

func (k Kind) String() string { return kindNames[k] }

// Flow says where control can go after an instruction, exceptions apart.
type Flow uint8

const (
	FlowNext   Flow = iota // the next instruction
	FlowBranch             // the next instruction or the target
	FlowJump               // the target
	FlowExit               // out of the frame, or to a handler
)

// Flags are properties of an opcode, as CPython's own tables have them, and a
// few of ours at the end.
//
// CPython's table is about the form itself. What an instruction may do for the
// program that contains it is told by the flags of its base form: see
// Instr.CanRaise and Info.Semantics.
type Flags uint32

const (
	HasArg          Flags = 1 << iota // the oparg means something
	HasConst                          // oparg indexes co_consts
	HasName                           // oparg holds an index into co_names
	HasJump                           // oparg is a distance between code units
	HasFree                           // oparg is the slot of a cell
	HasLocal                          // oparg is a slot of the frame
	EvalBreak                         // serves the eval breaker: signals, pending calls, GIL requests
	MayDeopt                          // may fall back to the base form
	MayRaise                          // may raise an exception by itself
	Escapes                           // may run arbitrary code, if only a finaliser
	MayExit                           // a failed guard that CPython's optimiser turns into a side exit
	Pure                              // result depends on the operands only
	RaiseKeepsStack                   // raises at least once with the operands still on the stack
	NoSaveIP                          // does not update the frame's instruction pointer
	EntersFrame                       // specialised form that continues in another Python frame; its result comes on return
	SkipsNext                         // specialised form that does the work of the following instruction too
)

var flagNames = [...]string{
	"ARG", "CONST", "NAME", "JUMP", "FREE", "LOCAL", "EVAL_BREAK", "DEOPT",
	"ERROR", "ESCAPES", "EXIT", "PURE", "ERROR_NO_POP", "NO_SAVE_IP",
	"ENTERS_FRAME", "SKIPS_NEXT",
}

// String lists the flags by CPython's names, separated by bars.
func (f Flags) String() string {
	s := ""
	for i, n := range flagNames {
		if f&(1<<i) != 0 {
			if s != "" {
				s += "|"
			}
			s += n
		}
	}
	if s == "" {
		return "0"
	}
	return s
}

// An Effect is a number of stack values as a function of the oparg.
type Effect struct {
	fixed  int8 // independent of the oparg
	perArg int8 // times the oparg
	lowBit bool // plus the lowest bit of the oparg
	unpack bool // plus the lowest byte and the rest of the oparg
}

func fixed(n int8) Effect      { return Effect{fixed: n} }
func perArg(n, k int8) Effect  { return Effect{fixed: n, perArg: k} }
func perLowBit(n int8) Effect  { return Effect{fixed: n, lowBit: true} }
func perUnpack(n int8) Effect  { return Effect{fixed: n, unpack: true} }
func (e Effect) isFixed() bool { return e.perArg == 0 && !e.lowBit && !e.unpack }

// At returns the number of values for an oparg.
func (e Effect) At(arg int32) int {
	n := int(e.fixed) + int(e.perArg)*int(arg)
	if e.lowBit {
		n += int(arg & 1)
	}
	if e.unpack {
		n += int(arg&0xff) + int(arg>>8)
	}
	return n
}

// String returns the effect as a formula of oparg.
func (e Effect) String() string {
	s := strconv.Itoa(int(e.fixed))
	if e.perArg == 1 {
		s += "+oparg"
	} else if e.perArg != 0 {
		s += fmt.Sprintf("+%d*oparg", e.perArg)
	}
	if e.lowBit {
		s += "+(oparg&1)"
	}
	if e.unpack {
		s += "+(oparg&255)+(oparg>>8)"
	}
	if e.fixed == 0 && !e.isFixed() {
		s = s[2:]
	}
	return s
}

// Info is everything that is known about an opcode. There is one for each
// opcode, in the table; treat it as read-only.
type Info struct {
	Op   Op
	Name string // CPython's name
	Doc  string // what it does, in a line
	Kind Kind

	// Base is the form that a program means: the Plain opcode of a
	// specialised or instrumented one, the opcode itself otherwise.
	Base Op

	Pops   Effect // values taken off the stack, as CPython counts them
	Pushes Effect // values put on it afterwards
	Arg    ArgKind
	Flow   Flow
	Flags  Flags

	Caches uint8        // code units of inline cache that follow
	Layout []CacheField // the fields in them that this form reads

	base    string   // name of Base, resolved when the program starts
	targets []string // Pseudo: names of the opcodes it is turned into
	layout  cacheLayout
}

// Semantics returns the Info of the base form, which says what the instruction
// does to the program: its stack effect, whether it may raise.
func (i *Info) Semantics() *Info { return &infos[i.Base] }

// Targets returns the opcodes that a pseudo instruction becomes when CPython's
// compiler assembles it, nil for others.
func (i *Info) Targets() []Op {
	var ops []Op
	for _, n := range i.targets {
		op, _ := Lookup(n)
		ops = append(ops, op)
	}
	return ops
}

var (
	infos  [NumOps]Info
	byName map[string]Op
)

func init() {
	byName = make(map[string]Op, len(table))
	for i := range table {
		in := &table[i]
		if _, dup := byName[in.Name]; dup || infos[in.Op].Name != "" {
			panic("bytecode: opcode declared twice: " + in.Name)
		}
		byName[in.Name] = in.Op
		infos[in.Op] = *in
	}
	for i := range infos {
		in := &infos[i]
		in.Op, in.Base = Op(i), Op(i)
		if in.Name == "" {
			continue
		}
		if in.base != "" {
			b, ok := byName[in.base]
			if !ok {
				panic("bytecode: unknown base of " + in.Name)
			}
			in.Base = b
		}
		switch {
		case in.Kind != Invalid:
		case in.Op >= 256:
			in.Kind = Pseudo
		case in.Op >= firstInstrumented:
			in.Kind = Instrumented
		case in.base != "":
			in.Kind = Specialized
		default:
			in.Kind = Plain
		}
		in.Caches, in.Layout = in.layout.units, in.layout.fields
	}
}

// firstInstrumented is the smallest opcode of the instrumented forms.
const firstInstrumented = 234

// Info returns the record of the opcode; its Kind is Invalid for numbers that
// are no instruction.
func (op Op) Info() *Info {
	if op >= NumOps {
		return &infos[unusedOp]
	}
	return &infos[op]
}

// unusedOp is a number that no opcode has.
const unusedOp = 121

// Base returns the form of the opcode that a program means.
func (op Op) Base() Op { return op.Info().Base }

// String returns CPython's name of the opcode, or <number>.
func (op Op) String() string {
	if in := op.Info(); in.Name != "" {
		return in.Name
	}
	return "<" + strconv.Itoa(int(op)) + ">"
}

// Lookup finds an opcode by CPython's name.
func Lookup(name string) (Op, bool) {
	op, ok := byName[name]
	return op, ok
}

// Ops returns the records of all opcodes in ascending order of their numbers.
func Ops() []*Info {
	all := make([]*Info, 0, len(table))
	for i := range infos {
		if infos[i].Kind != Invalid {
			all = append(all, &infos[i])
		}
	}
	return all
}
