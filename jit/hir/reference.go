package hir

import (
	"fmt"
	"strings"
)

// Reference returns docs/hir.md, the reference page of the instruction table.
// After a change of the table run "go generate ./jit/hir".
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	for _, g := range referenceGroups {
		fmt.Fprintf(&b, "\n## %s\n\n| opcode | operands | result | properties | meaning |\n|---|---|---|---|---|\n", g.title)
		for op := g.first; op < NumOps && (op == g.first || !startsGroup(op)); op++ {
			o := op.Info()
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", o.Name, o.operandText(), o.resultText(), o.propertyText(), strings.ReplaceAll(o.Doc, "|", "\\|"))
		}
	}
	b.WriteString("\n## Helpers\n\nC functions called `cj_` and the name, in the order in which compiled objects number them.\n" +
		"Argument kinds: o object, n object or NULL, i integer, f float, p pointer, a address of an array of objects.\n" +
		"Results: o new reference, n new reference or NULL without error, i integer, f float, p pointer, 2 two pointers, - nothing.\n\n" +
		"| helper | arguments | result | meaning |\n|---|---|---|---|\n")
	for _, h := range HelperTable {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", h.Name, h.Args, h.Ret, strings.ReplaceAll(h.Doc, "|", "\\|"))
	}
	return b.String()
}

const referenceHead = "<!-- Made by go generate ./jit/hir from the instruction table. Do not edit. -->\n" + `# HIR: the instructions

Typed SSA in Python's terms. Values are numbers; an instruction that has a result is the value. How a function is written
as text is explained in jit/hir/print.go.

Operand kinds: o object, n object or NULL, i integer, f float, b bool, p pointer (or an object, for its address), v any; a star
repeats the kind before it. "steals" names the operands whose reference the instruction takes over when it succeeds.

Ownership of results: new (the value owns a reference), stable (borrowed from something that outlives the frame), heap
(borrowed from a field: valid until something may release it), alias (the same object as operand 0), phi (decided by the
reference-count pass).

Properties: *observable* instructions may run any Python code and may raise: the frame is in sync before and is checked
after them. Those that *exit* leave compiled code to their frame state: the interpreter executes the bytecode instruction
again. *fs* says that the instruction carries a frame state for another reason. *pure* ones have no effect and equal results for
equal operands as long as the regions they read are unchanged. *imm*, *obj* and *aux* are the immediates in use.
`

var referenceGroups = []struct {
	title string
	first Op
}{
	{"Constants and parameters", Const},
	{"Frame", Snapshot},
	{"Guards", GuardType},
	{"Memory", LoadField},
	{"Machine arithmetic", LongUnbox},
	{"Exact built-in types", LongAdd},
	{"Generic operations", BinaryOp},
	{"Calls", CallVector},
	{"Reference counts", Incref},
	{"Control flow", Jump},
}

func startsGroup(op Op) bool {
	for _, g := range referenceGroups {
		if g.first == op {
			return true
		}
	}
	return false
}

func (o *OpInfo) operandText() string {
	text := o.Args
	var stolen []string
	for i := range 7 {
		if o.Steals>>i&1 != 0 {
			stolen = append(stolen, fmt.Sprint(i))
		}
	}
	if o.Steals == StealRest {
		stolen = []string{"all"}
	}
	if stolen != nil {
		text += " (steals " + strings.Join(stolen, ", ") + ")"
	}
	return text
}

var ownershipNames = [...]string{"", "new", "stable", "heap", "alias", "phi"}

func (o *OpInfo) resultText() string {
	if o.Type.Bits == 0 {
		return ""
	}
	text := strings.ReplaceAll(o.Type.String(), "|", "\\|")
	if o.Own != OwnNone {
		text += ", " + ownershipNames[o.Own]
	}
	return text
}

func (o *OpInfo) propertyText() string {
	var parts []string
	add := func(set bool, text string) {
		if set {
			parts = append(parts, text)
		}
	}
	add(o.Observable, "observable")
	add(o.Exits, "exits")
	add(o.NeedsFS, "fs")
	add(o.Pure, "pure")
	add(o.Terminator, "terminator")
	add(o.UsesImm, "imm")
	add(o.UsesObj, "obj")
	add(o.UsesAux, "aux")
	add(o.Reads != 0, "reads "+o.Reads.String())
	add(o.Writes != 0, "writes "+o.Writes.String())
	add(o.Helper != "", "helper "+o.Helper)
	return strings.Join(parts, ", ")
}
