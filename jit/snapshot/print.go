package snapshot

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/cinderjit/cinderjit/jit/bytecode"
)

// Print writes the text form, which Parse reads. It leaves out the layout and
// the well-known objects: Parse takes those from the reference snapshot. A
// semicolon begins a comment.
func (s *Snapshot) Print(w io.Writer) error {
	p := &printer{}
	p.line("root %s", s.Root.Ref())
	if s.Function != NoObject {
		p.line("function %s", s.Function.Ref())
	}
	if s.Instrumentation != 0 {
		p.line("instrumentation %#x", s.Instrumentation)
	}
	for i := int(NumWellKnown) + 1; i < len(s.Objects); i++ {
		p.object(s, ID(i))
	}
	_, err := io.WriteString(w, p.text.String())
	return err
}

// String returns the text form.
func (s *Snapshot) String() string {
	var b strings.Builder
	if err := s.Print(&b); err != nil {
		panic(err) // a strings.Builder does not fail
	}
	return b.String()
}

type printer struct{ text strings.Builder }

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(&p.text, format, args...)
	p.text.WriteByte('\n')
}

func refList(ids []ID) string {
	refs := make([]string, len(ids))
	for i, id := range ids {
		refs[i] = id.Ref()
	}
	return "[" + strings.Join(refs, " ") + "]"
}

func (p *printer) object(s *Snapshot, id ID) {
	o := s.Object(id)
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", id.Ref(), o.Kind)
	if o.Name != "" {
		fmt.Fprintf(&b, " %q", o.Name)
	}
	fmt.Fprintf(&b, " type=%s", o.Type.Ref())
	for i, name := range objectFlagNames {
		if o.Flags&(1<<i) != 0 {
			b.WriteString(" " + name)
		}
	}
	if o.Int != 0 {
		fmt.Fprintf(&b, " value=%d", o.Int)
	}
	if o.Kind == KindFloat {
		fmt.Fprintf(&b, " float=%s", formatFloat(o.Float))
	}
	if o.Str != "" {
		fmt.Fprintf(&b, " text=%q", o.Str)
	}
	if len(o.Refs) > 0 {
		fmt.Fprintf(&b, " refs=%s", refList(o.Refs))
	}
	if n := o.Native; n != nil {
		fmt.Fprintf(&b, " flags=%#x member=%d offset=%d", n.Flags, n.Member, n.Offset)
	}
	if f := o.Function; f != nil {
		printFunction(&b, f)
	}
	switch {
	case o.Class != nil:
		p.line("%s {", b.String())
		p.class(o.Class)
		p.line("}")
	case o.Code != nil:
		p.line("%s {", b.String())
		p.code(s, o.Code)
		p.line("}")
	default:
		p.line("%s", b.String())
	}
}

// formatFloat keeps every bit of a float.
func formatFloat(v float64) string {
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if back, err := strconv.ParseFloat(text, 64); err == nil && math.Float64bits(back) == math.Float64bits(v) {
		return text
	}
	return fmt.Sprintf("bits:%#x", math.Float64bits(v))
}

func printFunction(b *strings.Builder, f *Function) {
	fmt.Fprintf(b, " code=%s globals=%s builtins=%s version=%d", f.Code.Ref(), f.Globals.Ref(), f.Builtins.Ref(), f.Version)
	if len(f.Defaults) > 0 {
		fmt.Fprintf(b, " defaults=%s", refList(f.Defaults))
	}
	if f.KwDict != NoObject {
		fmt.Fprintf(b, " kwdict=%s named=%s", f.KwDict.Ref(), refList(f.Named))
	}
	for _, bit := range f.bits() {
		if *bit.set {
			b.WriteString(" " + bit.name)
		}
	}
}

type functionBit struct {
	name string
	set  *bool
}

func (f *Function) bits() [4]functionBit {
	return [...]functionBit{
		{"kwdefaults", &f.KwDefaults}, {"closure", &f.Closure},
		{"known", &f.Known}, {"compiled", &f.Compiled},
	}
}

func (p *printer) class(c *Class) {
	p.line("  flags %#x", c.Flags)
	p.line("  version %d", c.Version)
	p.line("  sizes basic=%d item=%d dict=%d weak=%d", c.BasicSize, c.ItemSize, c.DictOffset, c.WeakListOffset)
	p.line("  base %s", c.Base.Ref())
	p.line("  mro %s", refList(c.MRO))
	if c.Traits != 0 {
		var names []string
		for i, name := range traitNames {
			if c.Traits&(1<<i) != 0 {
				names = append(names, name)
			}
		}
		p.line("  traits [%s]", strings.Join(names, " "))
	}
	if c.KeysVersion != 0 || len(c.Keys) > 0 {
		p.line("  keys %s version=%d", quotedList(c.Keys), c.KeysVersion)
	}
	if c.Init != NoObject {
		p.line("  init %s", c.Init.Ref())
	}
	if c.GetItem != NoObject {
		p.line("  getitem %s", c.GetItem.Ref())
	}
	for _, a := range c.Attrs {
		p.line("  attr %q %s", a.Name, a.Value.Ref())
	}
}

func quotedList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = strconv.Quote(s)
	}
	return "[" + strings.Join(quoted, " ") + "]"
}

// codeSizes are the names of Code.counts in the text form.
var codeSizes = [...]string{"args", "posonly", "kwonly", "stack", "localsplus", "locals", "cells", "free", "frame"}

func (p *printer) code(s *Snapshot, c *Code) {
	p.line("  file %q line=%d", c.Filename, c.FirstLine)
	p.line("  flags %#x", c.Flags)
	sizes := make([]string, len(codeSizes))
	for i, v := range c.counts() {
		sizes[i] = fmt.Sprintf("%s=%d", codeSizes[i], *v)
	}
	p.line("  sizes %s", strings.Join(sizes, " "))
	if c.Globals != NoObject || c.Builtins != NoObject {
		p.line("  namespaces %s %s", c.Globals.Ref(), c.Builtins.Ref())
	}
	for i, name := range c.LocalsPlusNames {
		p.line("  local %q %#x", name, c.LocalsPlusKinds[i])
	}
	if !c.Captured() {
		return
	}
	p.line("  consts %s", refList(c.Consts))
	p.line("  names %s", refList(c.Names))
	if len(c.ExceptionTable) > 0 {
		p.line("  exceptions %x", c.ExceptionTable)
	}
	if len(c.LocationTable) > 0 {
		p.line("  locations %x", c.LocationTable)
	}
	p.line("  bytecode")
	p.bytecode(s, c)
}

// bytecode prints one line for a code unit, leaving out caches that hold
// nothing, and the feedback below its instruction.
func (p *printer) bytecode(s *Snapshot, c *Code) {
	extended := 0
	next := c.Feedback
	for at := 0; at < len(c.Bytecode); at += 2 {
		op, arg := bytecode.Op(c.Bytecode[at]), int(c.Bytecode[at+1])
		text := fmt.Sprintf("%6d %s %d", at, opName(op), arg)
		arg |= extended << 8
		extended = 0
		if op == bytecode.OpExtendedArg {
			extended = arg
		}
		if note := operandNote(s, c, op, arg); note != "" {
			text += " ; " + strings.Map(onOneLine, note)
		}
		p.line("%s", text)
		for len(next) > 0 && int(next[0].Offset) == at {
			p.line("         ^ %s", formatFeedback(next[0]))
			next = next[1:]
		}
		size := 2 * cacheUnits(op)
		if size > len(c.Bytecode)-at-2 {
			size = len(c.Bytecode) - at - 2
		}
		if cache := c.Bytecode[at+2 : at+2+size]; len(bytes.TrimLeft(cache, "\x00")) > 0 {
			p.line("         | %x", cache)
		}
		at += size
	}
}

// opName is the name of an opcode byte, also of one that means nothing.
func opName(op bytecode.Op) string {
	if back, ok := bytecode.Lookup(op.String()); ok && back == op {
		return op.String()
	}
	return "op" + strconv.Itoa(int(op))
}

func parseOpName(name string) (bytecode.Op, bool) {
	if op, ok := bytecode.Lookup(name); ok && op < 256 {
		return op, true
	}
	if number, ok := strings.CutPrefix(name, "op"); ok {
		v, err := strconv.ParseUint(number, 10, 8)
		return bytecode.Op(v), err == nil
	}
	return 0, false
}

// cacheUnits is the number of code units of inline cache behind an opcode.
func cacheUnits(op bytecode.Op) int { return int(op.Info().Caches) }

func onOneLine(r rune) rune {
	if r < ' ' {
		return ' '
	}
	return r
}

// operandNote says in words what an oparg refers to.
func operandNote(s *Snapshot, c *Code, op bytecode.Op, arg int) string {
	info := op.Info()
	switch {
	case info.Flags&bytecode.HasConst != 0 && arg < len(c.Consts):
		return s.Name(c.Consts[arg])
	case info.Flags&bytecode.HasName != 0:
		switch info.Base {
		case bytecode.OpLoadAttr, bytecode.OpLoadGlobal:
			arg >>= 1
		case bytecode.OpLoadSuperAttr:
			arg >>= 2
		}
		if arg < len(c.Names) {
			return s.Object(c.Names[arg]).Str
		}
	case info.Flags&bytecode.HasLocal != 0:
		switch info.Base {
		case bytecode.OpLoadFastLoadFast, bytecode.OpLoadFastBorrowLoadFastBorrow,
			bytecode.OpStoreFastLoadFast, bytecode.OpStoreFastStoreFast:
			if hi, lo := arg>>4, arg&15; hi < len(c.LocalsPlusNames) && lo < len(c.LocalsPlusNames) {
				return c.LocalsPlusNames[hi] + ", " + c.LocalsPlusNames[lo]
			}
		default:
			if arg < len(c.LocalsPlusNames) {
				return c.LocalsPlusNames[arg]
			}
		}
	}
	return ""
}

func formatFeedback(f Feedback) string {
	uses := feedbackTable[f.Kind].uses
	text := f.Kind.String()
	if uses&usesType != 0 {
		text += " type=" + f.Type.Ref()
	}
	if uses&usesObject != 0 {
		text += " object=" + f.Object.Ref()
	}
	if uses&usesAux != 0 {
		text += " aux=" + f.Aux.Ref()
	}
	if uses&usesValue != 0 {
		if f.Kind == BranchHistory {
			text += fmt.Sprintf(" value=%#x", f.Value)
		} else {
			text += fmt.Sprintf(" value=%d", f.Value)
		}
	}
	if uses&usesVersion != 0 {
		text += fmt.Sprintf(" version=%d", f.Version)
	}
	return text
}
