package object

import (
	"encoding/hex"
	"fmt"
	"io"
	"strconv"
	"strings"
)

var relocNames = [numRelocKinds]string{
	"object", "cjcode", "self", "symbol", "codeunit", "identity", "helper", "stub",
}

var dependNames = [numDependKinds]string{"type", "dictkey", "function"}

var exitNames = [numExitKinds]string{"deopt", "observe", "raise"}

var reasonNames = [numReasons]string{
	"unknown", "guard type", "guard value", "guard null", "guard flag", "overflow", "bounds",
	"unbound", "key missing", "divide by zero", "unexpected branch", "unsupported",
	"frame observed", "eval breaker", "invalidated", "raised", "reraised", "loop left",
}

var completionNames = [numCompletions]string{"push", "discard", "init", "bool", "not"}

var reprNames = [numReprs]string{"", ":int", ":float", ":bool", ":int?", ":float?", ":tagged"}

// virtualKinds gives names and numbers of fields; -1 is any number.
var virtualKinds = [numVirtualKinds]struct {
	name   string
	fields int
}{
	VirtualTuple: {"tuple", -1}, VirtualList: {"list", -1}, VirtualMethod: {"method", 2},
	VirtualSlice: {"slice", 3}, VirtualRange: {"range", 3}, VirtualRangeIter: {"rangeiter", 3},
	VirtualListIter: {"listiter", 2}, VirtualTupleIter: {"tupleiter", 2}, VirtualCell: {"cell", 1},
	VirtualInstance: {"instance", -1}, VirtualEnumerate: {"enumerate", 2}, VirtualZip: {"zip", -1},
	VirtualReversedIter: {"reversediter", 2}, VirtualKeyIter: {"keyiter", 4}, VirtualValueIter: {"valueiter", 4}, VirtualItemIter: {"itemiter", 4},
}

func name[K ~uint8](names []string, k K) string {
	if int(k) < len(names) {
		return names[k]
	}
	return "?" + strconv.Itoa(int(k))
}

// String returns the kind's name in listings.
func (k RelocKind) String() string { return name(relocNames[:], k) }

// String returns the kind's name in listings.
func (k DependKind) String() string { return name(dependNames[:], k) }

// String returns the kind's name in listings.
func (k ExitKind) String() string { return name(exitNames[:], k) }

// String returns the reason as statistics show it.
func (r Reason) String() string { return name(reasonNames[:], r) }

// String returns the completion's name in listings.
func (c Completion) String() string { return name(completionNames[:], c) }

// String returns the kind's name in listings.
func (k VirtualKind) String() string {
	if k < numVirtualKinds {
		return virtualKinds[k].name
	}
	return "?" + strconv.Itoa(int(k))
}

// fields returns the number of fields, -1 when it varies.
func (k VirtualKind) fields() int { return virtualKinds[k].fields }

// String returns the location as listings show it: x5, v3:float, [sp+16]:int, #17, 42:int, %0.
func (l Location) String() string {
	suffix := name(reprNames[:], l.Repr)
	switch l.Kind {
	case InNothing:
		return "-"
	case InNull:
		return "null"
	case InGPR:
		return fmt.Sprintf("x%d%s", l.Index, suffix)
	case InFPR:
		return fmt.Sprintf("v%d%s", l.Index, suffix)
	case InStack:
		return fmt.Sprintf("[sp+%d]%s", l.Index, suffix)
	case InConstant:
		return fmt.Sprintf("#%d", l.Index)
	case InImm:
		return fmt.Sprintf("%d%s", l.Imm, suffix)
	case InVirtual:
		return fmt.Sprintf("%%%d", l.Index)
	}
	return "?"
}

func locationList(list []Location) string {
	var b strings.Builder
	b.WriteByte('[')
	for i, l := range list {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(l.String())
	}
	b.WriteByte(']')
	return b.String()
}

// String returns the exit on one line.
func (e *Exit) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)", e.Kind, e.Reason)
	if e.Text != "" {
		fmt.Fprintf(&b, " %q", e.Text)
	}
	if e.Continue != 0 {
		fmt.Fprintf(&b, " or to %#x", e.Continue)
	}
	if e.Guilty != NoLocation {
		fmt.Fprintf(&b, " guilty %s", e.Guilty)
	}
	for i, v := range e.Virtuals {
		fmt.Fprintf(&b, " %%%d=%s%s", i, v.Kind, locationList(v.Fields))
	}
	for i := range e.Frames {
		f := &e.Frames[i]
		if i > 0 {
			fmt.Fprintf(&b, " in %s next %d", f.Completion, f.Next)
		}
		fmt.Fprintf(&b, " @%d", f.Offset)
		if f.Code != 0 {
			fmt.Fprintf(&b, " code #%d function %s", f.Code, f.Callee)
		}
		if f.native(e.Kind) {
			fmt.Fprintf(&b, " at [sp+%d]", f.Native)
		}
		if f.Untraced {
			b.WriteString(" untraced")
		}
		if f.Unhandled {
			b.WriteString(" unhandled")
		}
		if !f.InMemory {
			b.WriteString(" locals" + locationList(f.Locals))
		}
		b.WriteString(" stack" + locationList(f.Stack))
	}
	if len(e.Owned) > 0 {
		b.WriteString(" owned" + locationList(e.Owned))
	}
	return b.String()
}

// Fprint writes o as text. The code is shown as words in hexadecimal; whoever knows the
// instruction set shows it better and passes text as false.
func (o *Object) Fprint(out io.Writer, text bool) error {
	var b strings.Builder
	entry := func(at uint32) string {
		if at == None {
			return "none"
		}
		return fmt.Sprintf("%#x", at)
	}
	fmt.Fprintf(&b, "object %s\n", o.Name)
	fmt.Fprintf(&b, "code #%d\n", o.Code)
	fmt.Fprintf(&b, "size hot %d cold %d literals %d\n", o.HotSize, o.ColdSize, o.LiteralSize)
	fmt.Fprintf(&b, "frame %d bytes, %d spilled\n", o.StackSize, o.SpillSize)
	fmt.Fprintf(&b, "entry vectorcall %s direct %s frame %s generator %s\n", entry(o.Vectorcall), entry(o.Direct), entry(o.Frame), entry(o.Generator))
	for _, r := range o.Resumes {
		fmt.Fprintf(&b, "resume @%d %#x landing %#x\n", r.Offset, r.Code, r.Landing)
	}
	for _, r := range o.Relocs {
		fmt.Fprintf(&b, "reloc %#x %s", r.Offset, r.Kind)
		switch {
		case r.Symbol != "":
			fmt.Fprintf(&b, " %s", r.Symbol)
		case r.Kind == Call26Helper:
			fmt.Fprintf(&b, " %d", r.ID)
		case r.ID != 0:
			fmt.Fprintf(&b, " #%d", r.ID)
		}
		if r.Addend != 0 {
			fmt.Fprintf(&b, " %+d", r.Addend)
		}
		b.WriteByte('\n')
	}
	for i := range o.Exits {
		fmt.Fprintf(&b, "exit %d %s\n", i, &o.Exits[i])
	}
	for _, p := range o.Patches {
		fmt.Fprintf(&b, "patch %#x to %#x\n", p.Offset, p.Target)
	}
	for _, l := range o.Lines {
		fmt.Fprintf(&b, "line %#x", l.At)
		if l.Code != 0 {
			fmt.Fprintf(&b, " code #%d", l.Code)
		}
		fmt.Fprintf(&b, " @%d\n", l.Offset)
	}
	for _, d := range o.Depends {
		fmt.Fprintf(&b, "depends %s #%d", d.Kind, d.ID)
		if d.Key != 0 {
			fmt.Fprintf(&b, " #%d", d.Key)
		}
		b.WriteByte('\n')
	}
	for _, id := range o.Keep {
		fmt.Fprintf(&b, "keep #%d\n", id)
	}
	for _, c := range o.Opcodes {
		fmt.Fprintf(&b, "opcode %s %d\n", c.Name, c.Count)
	}
	for _, c := range o.Inlined {
		fmt.Fprintf(&b, "inlined %s @%d\n", c.Callee, c.Offset)
	}
	for _, c := range o.NotInlined {
		fmt.Fprintf(&b, "not inlined %s @%d %q\n", c.Callee, c.Offset, c.Reason)
	}
	if text {
		for i := 0; i < len(o.Text); i += 16 {
			fmt.Fprintf(&b, "%04x", i)
			for j := i; j < min(i+16, len(o.Text)); j += 4 {
				word := o.Text[j : j+4]
				b.WriteByte(' ')
				b.WriteString(hex.EncodeToString([]byte{word[3], word[2], word[1], word[0]}))
			}
			b.WriteByte('\n')
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}
