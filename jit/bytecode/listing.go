package bytecode

import (
	"fmt"
	"io"
	"strings"
)

// Symbols gives names to what opargs index. A nil Symbols, and an index
// outside of a slice, gives a number.
type Symbols struct {
	Locals []string // co_varnames, co_cellvars and co_freevars by slot
	Names  []string // co_names
	Consts []string // text of co_consts
	Lines  LineTable
}

func (s *Symbols) local(i int) string {
	if s != nil && i < len(s.Locals) {
		return s.Locals[i]
	}
	return fmt.Sprintf("local%d", i)
}

func (s *Symbols) name(i int) string {
	if s != nil && i < len(s.Names) {
		return s.Names[i]
	}
	return fmt.Sprintf("name%d", i)
}

func (s *Symbols) constant(i int32) string {
	if s != nil && int(i) < len(s.Consts) {
		return s.Consts[i]
	}
	return fmt.Sprintf("const%d", i)
}

// Format writes a listing: blocks with their edges, depths, dominators and
// loops, and the instructions in them. sym may be nil.
func (c *Code) Format(w io.Writer, sym *Symbols) error {
	_, err := io.WriteString(w, c.Listing(sym))
	return err
}

// Listing returns what Format writes.
func (c *Code) Listing(sym *Symbols) string {
	var s strings.Builder
	for i := range c.Blocks {
		b := &c.Blocks[i]
		c.blockHead(&s, b)
		for j := b.Begin; j < b.End; j++ {
			c.line(&s, &c.Instrs[j], sym)
		}
	}
	if len(c.Handlers) > 0 {
		s.WriteString("exception table:\n")
		for i := range c.Handlers {
			h := &c.Handlers[i]
			fmt.Fprintf(&s, "  %d to %d -> %s depth %d", h.Start, h.End, c.Instrs[c.At(h.Target)].Block, h.Depth)
			if h.Lasti {
				s.WriteString(" lasti")
			}
			s.WriteByte('\n')
		}
	}
	return s.String()
}

func (c *Code) blockHead(s *strings.Builder, b *Block) {
	fmt.Fprintf(s, "%s:", b.ID)
	if !b.Reachable() {
		s.WriteString(" unreachable")
	} else {
		fmt.Fprintf(s, " depth %d", b.Depth)
		if b.Idom != NoBlock {
			fmt.Fprintf(s, ", idom %s", b.Idom)
		}
	}
	for _, p := range []struct {
		name string
		ids  []BlockID
	}{{"from", b.Preds}, {"raised in", b.Raisers}} {
		for i, id := range p.ids {
			if i == 0 {
				fmt.Fprintf(s, ", %s", p.name)
			}
			fmt.Fprintf(s, " %s", id)
		}
	}
	if b.Loop != NoLoop {
		fmt.Fprintf(s, ", loop %s", c.Loops[b.Loop].Header)
		if d := c.Loops[b.Loop].Depth; d > 1 {
			fmt.Fprintf(s, " nested %d", d)
		}
	}
	if b.Resumes {
		s.WriteString(", resumes")
	}
	if b.Handler != NoBlock {
		fmt.Fprintf(s, ", handler %s", b.Handler)
	}
	s.WriteByte('\n')
}

func (c *Code) line(s *strings.Builder, in *Instr, sym *Symbols) {
	var l strings.Builder
	if in.Depth < 0 {
		fmt.Fprintf(&l, "%6d   - ", in.Offset)
	} else {
		fmt.Fprintf(&l, "%6d %3d ", in.Offset, in.Depth)
	}
	if sym != nil && sym.Lines != nil {
		if at := sym.Lines.At(in.Offset); at.Line >= 0 {
			fmt.Fprintf(&l, "%5d ", at.Line)
		} else {
			l.WriteString("   -- ")
		}
	}
	fmt.Fprintf(&l, "%-34s", in.Op)
	info := in.Info()
	if infos[in.Base].Arg != ArgNone {
		fmt.Fprintf(&l, " %5d", in.Arg)
		if in.Target >= 0 {
			to := &c.Instrs[in.Target]
			if infos[in.Base].Arg == ArgOrigin {
				fmt.Fprintf(&l, "  from %s at %d", to.Block, to.Start)
			} else if b := &c.Blocks[in.Block]; b.Taken != NoBlock {
				fmt.Fprintf(&l, "  to %s at %d", b.Taken, c.Instrs[c.Blocks[b.Taken].Begin].Start)
			}
		} else if a := in.ArgString(sym); a != "" {
			fmt.Fprintf(&l, "  %s", a)
		}
	}
	for _, f := range info.Layout {
		if f.Field != FieldCounter && f.Field != FieldBranches && f.Field != FieldDescr {
			fmt.Fprintf(&l, "  %s=%d", f.Field, c.Cache(in, f.Field))
		}
	}
	s.WriteString(strings.TrimRight(l.String(), " "))
	s.WriteByte('\n')
}
