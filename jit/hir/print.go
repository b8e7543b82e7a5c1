package hir

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// The text form. A function is a head line, its dependencies and its blocks:
//
//	func locals=2 code=#1
//	depend key #4 #9
//	b0:
//	  v1:Object = Param 0
//	  Snapshot fs1{0 [v1 v2] ()}
//	  v3:Object = LoadAttr <#9> v1 fs1 bc=2
//	  Jump b1
//	b1: preds b0 loop=1 header cold
//
// An instruction is its result with the type, the opcode (with condition or
// heap region behind a dot), the object immediate in angle brackets, the
// integer immediate, the operands, successors of a terminator, the frame state,
// what late passes attached, and "bc=" where the bytecode offset is not that of
// the instruction before it in the block, "in=" likewise for the inlined call.
// A frame state is written out where it is first used: offset, locals by slot,
// stack, and for an inlined frame "in" the caller's state, its function object,
// its code and the number of the inlined call; in a caller, where it goes on
// ("next"), and "init" when the result is dropped. A line "inline" tells the
// number of an inlined call, the one it is part of with the offset of the call,
// function, code and number of slots. A semicolon begins a comment.

// Print writes the text form of f, which Parse reads. Reachable blocks come
// in reverse post-order, others that have instructions follow.
func (f *Func) Print(w io.Writer) error {
	p := printer{f: f, seen: make([]bool, len(f.Frames))}
	p.function()
	_, err := io.WriteString(w, p.b.String())
	return err
}

// String returns the text form of f.
func (f *Func) String() string {
	p := printer{f: f, seen: make([]bool, len(f.Frames))}
	p.function()
	return p.b.String()
}

// InstrString returns the text form of one instruction, frame state included.
func (f *Func) InstrString(v Value) string {
	p := printer{f: f, seen: make([]bool, len(f.Frames))}
	p.instr(v)
	return strings.TrimSpace(p.b.String())
}

type printer struct {
	f    *Func
	b    strings.Builder
	seen []bool // frame states written out
	bc   int32  // bytecode offset of the previous instruction
	call int32  // inlined call of the previous instruction
}

func (p *printer) function() {
	f := p.f
	fmt.Fprintf(&p.b, "func locals=%d", f.NumLocals)
	if f.Code != snapshot.NoObject {
		fmt.Fprintf(&p.b, " code=%s", f.Code.Ref())
		p.comment(f.Code)
	}
	p.b.WriteByte('\n')
	for _, d := range f.Deps {
		fmt.Fprintf(&p.b, "depend %s %s", d.Kind, d.Obj.Ref())
		if d.Kind == DependDictKey {
			fmt.Fprintf(&p.b, " %s", d.Key.Ref())
			p.comment(d.Key)
		} else {
			p.comment(d.Obj)
		}
		p.b.WriteByte('\n')
	}
	for i := 1; i < len(f.Inlines); i++ {
		c := &f.Inlines[i]
		fmt.Fprintf(&p.b, "inline %d at %d:%d %s %s locals=%d", i, c.Parent, c.Offset, c.Fn.Ref(), c.Code.Ref(), c.NumLocals)
		p.comment(c.Fn)
		p.b.WriteByte('\n')
	}
	for _, set := range f.ClassSets {
		p.b.WriteString("classes")
		for _, class := range set {
			p.b.WriteString(" " + class.Ref())
		}
		p.b.WriteByte('\n')
	}
	o := f.ComputeOrder()
	for _, b := range o.RPO {
		p.block(b)
	}
	for b := range f.Blocks {
		if !o.Reachable(BlockID(b)) && len(f.Blocks[b].Instrs) > 0 {
			p.block(BlockID(b))
		}
	}
}

func (p *printer) block(id BlockID) {
	b := &p.f.Blocks[id]
	fmt.Fprintf(&p.b, "b%d:", id)
	for i, pred := range b.Preds {
		if i == 0 {
			p.b.WriteString(" preds")
		}
		fmt.Fprintf(&p.b, " b%d", pred)
	}
	if b.Loop != 0 {
		fmt.Fprintf(&p.b, " loop=%d", b.Loop)
	}
	if b.Header {
		p.b.WriteString(" header")
	}
	if b.Cold {
		p.b.WriteString(" cold")
	}
	p.b.WriteByte('\n')
	p.bc, p.call = 0, 0
	for _, v := range b.Instrs {
		p.b.WriteString("  ")
		p.instr(v)
		p.b.WriteByte('\n')
	}
}

func (p *printer) instr(v Value) {
	f := p.f
	in := f.At(v)
	o := in.Op.Info()
	if o.Type.Bits != 0 {
		fmt.Fprintf(&p.b, "v%d:%s = ", v, in.Type)
	}
	p.b.WriteString(o.Name)
	if o.UsesAux {
		p.b.WriteString("." + in.Op.auxName(in.Aux))
	}
	if o.UsesObj {
		fmt.Fprintf(&p.b, " <%s>", in.Obj.Ref())
	}
	if o.UsesImm {
		if in.Op == CFloat {
			fmt.Fprintf(&p.b, " %#x", uint64(in.Imm))
		} else {
			fmt.Fprintf(&p.b, " %d", in.Imm)
		}
	}
	for i, n := 0, f.NArgs(v); i < n; i++ {
		if i > 0 {
			p.b.WriteByte(',')
		}
		fmt.Fprintf(&p.b, " v%d", f.Arg(v, i))
	}
	if in.Op.hasSuccessors() {
		for _, s := range f.Blocks[in.Block].Succs {
			fmt.Fprintf(&p.b, " b%d", s)
		}
	}
	if in.FS != 0 {
		p.b.WriteByte(' ')
		p.frame(in.FS)
	}
	if in.Ext != 0 {
		p.ext(&f.Exts[in.Ext])
	}
	if in.Inline != p.call {
		fmt.Fprintf(&p.b, " in=%d", in.Inline)
		p.call = in.Inline
	}
	if in.BC != p.bc {
		fmt.Fprintf(&p.b, " bc=%d", in.BC)
		p.bc = in.BC
	}
	switch {
	case o.UsesObj:
		p.comment(in.Obj)
	case in.Op == CFloat:
		fmt.Fprintf(&p.b, " ; %g", math.Float64frombits(uint64(in.Imm)))
	}
}

func (p *printer) frame(id FrameStateID) {
	fmt.Fprintf(&p.b, "fs%d", id)
	if p.seen[id] {
		return
	}
	p.seen[id] = true
	fs := &p.f.Frames[id]
	fmt.Fprintf(&p.b, "{%d ", fs.Offset)
	if fs.InFrame {
		p.b.WriteString("frame ")
	}
	if fs.Untraced {
		p.b.WriteString("untraced ")
	}
	if fs.Unhandled {
		p.b.WriteString("unhandled ")
	}
	p.b.WriteByte('[')
	p.values(fs.Locals)
	p.b.WriteString("] (")
	p.values(fs.Stack)
	p.b.WriteByte(')')
	if fs.Next != 0 {
		fmt.Fprintf(&p.b, " next %d", fs.Next)
	}
	if fs.Init {
		p.b.WriteString(" init")
	}
	if fs.Parent != 0 {
		p.b.WriteString(" in ")
		p.frame(fs.Parent)
		fmt.Fprintf(&p.b, " v%d <%s> %d", fs.Callee, fs.Code.Ref(), fs.Inline)
	}
	p.b.WriteByte('}')
}

// values writes values; "-" is none.
func (p *printer) values(vs []Value) {
	for i, v := range vs {
		if i > 0 {
			p.b.WriteByte(' ')
		}
		if v == 0 {
			p.b.WriteByte('-')
		} else {
			fmt.Fprintf(&p.b, "v%d", v)
		}
	}
}

func (p *printer) ext(e *Ext) {
	if len(e.Owned) > 0 {
		p.b.WriteString(" owned(")
		p.values(e.Owned)
		p.b.WriteByte(')')
	}
	if len(e.Stale) > 0 {
		p.b.WriteString(" stale(")
		for i, s := range e.Stale {
			if i > 0 {
				p.b.WriteByte(' ')
			}
			if s.Inline != 0 {
				fmt.Fprintf(&p.b, "%d:", s.Inline)
			}
			fmt.Fprintf(&p.b, "%d=v%d", s.Slot, s.Value)
		}
		p.b.WriteByte(')')
	}
	if e.SetIP {
		p.b.WriteString(" setip")
	}
	p.inlines(" fill", e.Fill)
	p.inlines(" calls", e.Calls)
	if e.Link {
		fmt.Fprintf(&p.b, " link %d", e.Back)
	}
}

// inlines writes a list of inlined calls, unless it is empty.
func (p *printer) inlines(name string, list []int32) {
	if len(list) == 0 {
		return
	}
	p.b.WriteString(name + "(")
	for i, n := range list {
		if i > 0 {
			p.b.WriteByte(' ')
		}
		fmt.Fprint(&p.b, n)
	}
	p.b.WriteByte(')')
}

// comment names an object whose reference says nothing.
func (p *printer) comment(id snapshot.ID) {
	if s := p.f.Snap; s != nil && id > snapshot.NumWellKnown && int(id) < len(s.Objects) {
		fmt.Fprintf(&p.b, " ; %s", strings.ReplaceAll(s.Name(id), "\n", "\\n"))
	}
}

// hasSuccessors reports whether control goes on behind the terminator op.
func (op Op) hasSuccessors() bool { return op == Jump || op == Branch || op == Entries }

// comparison reports whether Aux is a Cond.
func (op Op) comparison() bool { return op == IntCmp || op == FloatCmp || op == PtrCmp }

func (op Op) auxName(aux uint8) string {
	if op.comparison() {
		return Cond(aux).String()
	}
	if op == LoadNumber || op == StoreNumber {
		return NumberKind(aux).String()
	}
	return Heap(aux).String()
}

var heapNames = [...]string{"field", "items", "size", "dict", "other", "frame", "numbers"}

// String returns the regions' names joined by "+", "none" for the empty set
// and "all" for all of them.
func (h Heap) String() string {
	switch h {
	case 0:
		return "none"
	case HeapAll:
		return "all"
	}
	var parts []string
	for i, n := range heapNames {
		if h&(1<<i) != 0 {
			parts = append(parts, n)
		}
	}
	return strings.Join(parts, "+")
}

var dependNames = [...]string{DependType: "type", DependDictKey: "key", DependFunction: "function"}

// String returns the kind's name in the text form.
func (k DependKind) String() string { return dependNames[k] }
