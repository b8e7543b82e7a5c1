package lir

import (
	"fmt"
	"math"
	"strings"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
)

// String returns the text form of f.
func (f *Func) String() string { return f.Print(nil) }

// Print returns the text form of f; with an allocation, operands are printed with
// their locations and inserted moves are shown.
func (f *Func) Print(res *regalloc.Result) string {
	var sb strings.Builder
	for b := range f.Blocks {
		f.printBlock(&sb, b, res)
	}
	return sb.String()
}

func (f *Func) printBlock(sb *strings.Builder, b int, res *regalloc.Result) {
	blk := &f.Blocks[b]
	fmt.Fprintf(sb, "L%d", b)
	if len(blk.Params) > 0 {
		sb.WriteString("(")
		for i, p := range blk.Params {
			if i > 0 {
				sb.WriteString(", ")
			}
			sb.WriteString(f.vreg(p))
		}
		sb.WriteString(")")
	}
	sb.WriteString(":")
	if blk.Loop > 0 {
		fmt.Fprintf(sb, " loop %d", blk.Loop)
	}
	if blk.Cold {
		sb.WriteString(" cold")
	}
	sb.WriteString("\n")
	for i := blk.First; i < blk.Last; i++ {
		if res != nil {
			for _, m := range res.MovesBefore(int(i)) {
				fmt.Fprintf(sb, "    %s\n", m)
			}
			if res.Dropped(int(i)) {
				continue
			}
		}
		sb.WriteString("  ")
		sb.WriteString(f.InstrString(int(i), res))
		if f.Instrs[i].Op.Info().Terminator {
			for n, s := range blk.Succs {
				if n > 0 {
					sb.WriteString(",")
				}
				fmt.Fprintf(sb, " L%d", s)
				if args := blk.Args[n]; len(args) > 0 && res == nil {
					sb.WriteString("(")
					for k, a := range args {
						if k > 0 {
							sb.WriteString(", ")
						}
						sb.WriteString(f.vreg(a))
					}
					sb.WriteString(")")
				}
			}
		}
		sb.WriteString("\n")
	}
}

func (f *Func) vreg(v VReg) string {
	if f.classes[v] == regalloc.Float {
		return fmt.Sprintf("f%d", v)
	}
	return fmt.Sprintf("v%d", v)
}

// InstrString returns the text form of an instruction, without successors.
func (f *Func) InstrString(i int, res *regalloc.Result) string {
	in := &f.Instrs[i]
	info := in.Op.Info()
	var sb strings.Builder
	var locs []regalloc.Loc
	if res != nil {
		locs = res.Operands(i)
	}
	operand := func(k int) {
		o := f.operands(in)[k]
		sb.WriteString(f.vreg(o.V))
		switch {
		case locs != nil:
			fmt.Fprintf(&sb, "@%s", locs[k])
		case o.Constraint == regalloc.Fixed:
			fmt.Fprintf(&sb, "@%s", regalloc.InReg(o.Fixed))
		}
	}
	for k := range int(in.ndefs) {
		if k > 0 {
			sb.WriteString(", ")
		}
		operand(k)
	}
	if in.ndefs > 0 {
		sb.WriteString(" = ")
	}
	sb.WriteString(info.Name)
	f.printDetails(&sb, in, info)
	sep := " "
	for k := int(in.ndefs); k < int(in.ndefs)+int(in.nuses); k++ {
		sb.WriteString(sep)
		sep = ", "
		operand(k)
	}
	if in.Side != 0 {
		var side []regalloc.Loc
		if locs != nil {
			side = locs[int(in.ndefs)+int(in.nuses):]
		}
		f.printSide(&sb, &f.Sides[in.Side], side)
	}
	return sb.String()
}

var memNames = [...]string{Mem64: "64", Mem32U: "u32", Mem32S: "s32", Mem8: "u8", Mem8S: "s8", Mem16U: "u16", Mem16S: "s16", MemF64: "f64"}
var baseNames = [...]string{BaseReg: "", BaseFrame: "frame", BaseThread: "thread", BaseOut: "out"}

func (f *Func) printDetails(sb *strings.Builder, in *Instr, info *OpInfo) {
	if info.Memory {
		fmt.Fprintf(sb, ".%s [%s%+d]", memNames[in.Mem], baseNames[in.Base], in.Imm)
	}
	if in.Test != TestNone {
		not := ""
		if in.Not {
			not = "not "
		}
		w := ""
		if in.W32 {
			w = ".w"
		}
		fmt.Fprintf(sb, " %s%s%s %s", not, in.Test, w, in.Cond)
		if in.Test == TestImm || in.Test == TestMask || in.Test == TestSyms {
			fmt.Fprintf(sb, " %d", in.Imm)
		}
	}
	switch {
	case in.Op == CallHelper:
		fmt.Fprintf(sb, " %s", hir.HelperTable[in.Imm].Name)
	case in.Op == FImm:
		fmt.Fprintf(sb, " %v", math.Float64frombits(uint64(in.Imm)))
	case info.Imm:
		fmt.Fprintf(sb, " %d", in.Imm)
	}
	if in.Inline != 0 && (in.Op == StoreSlot || in.Op == SetIP || in.Op == FillFrame || in.Op == LinkFrame || in.Op == CheckFrame || info.Call) {
		fmt.Fprintf(sb, " in %d", in.Inline)
	}
	if in.Sym != 0 {
		fmt.Fprintf(sb, " %s", f.Syms[in.Sym])
	}
	if in.Sym2 != 0 {
		fmt.Fprintf(sb, " %s", f.Syms[in.Sym2])
	}
	if in.Facts&MayBeNull != 0 {
		sb.WriteString(" null?")
	}
	if in.Facts&Mortal != 0 {
		sb.WriteString(" mortal")
	}
	switch {
	case in.Facts&ExactInt != 0:
		sb.WriteString(" int")
	case in.Facts&ExactFloat != 0:
		sb.WriteString(" float")
	case in.Facts&Resumable != 0:
		sb.WriteString(" generator")
	case in.Facts&Leaf != 0:
		sb.WriteString(" leaf")
	}
}

// String returns the text form of s.
func (s Symbol) String() string {
	switch s.Kind {
	case object.Abs64Symbol:
		if s.Addend != 0 {
			return fmt.Sprintf("%s%+d", s.Name, s.Addend)
		}
		return s.Name
	case object.Abs64CJCode:
		return fmt.Sprintf("code(%d)", s.ID)
	case object.Abs64Identity:
		return fmt.Sprintf("identity(%d)", s.ID)
	case object.Abs64CodeUnit:
		return fmt.Sprintf("unit(%d, %d)", s.ID, s.Addend)
	case object.Abs64Self:
		return "self"
	}
	if s.Addend != 0 {
		return fmt.Sprintf("object(%d%+d)", s.ID, s.Addend)
	}
	return fmt.Sprintf("object(%d)", s.ID)
}

func (f *Func) printSide(sb *strings.Builder, s *Side, locs []regalloc.Loc) {
	var place func(p Place) string
	place = func(p Place) string {
		switch p.Kind {
		case PlaceNull:
			return "null"
		case PlaceConst:
			return p.Obj.Ref()
		case PlaceImm:
			if p.Repr == object.AsDouble {
				return fmt.Sprint(math.Float64frombits(uint64(p.Imm)))
			}
			return fmt.Sprint(p.Imm)
		case PlaceVirtual:
			made := s.Virtuals[p.Index]
			var parts []string
			for _, field := range made.Fields {
				parts = append(parts, place(field))
			}
			return made.Kind.String() + "(" + strings.Join(parts, " ") + ")"
		case PlaceValue:
			t := f.vreg(s.Values[p.Index])
			if locs != nil {
				t += "@" + locs[p.Index].String()
			}
			return t
		}
		return "-"
	}
	list := func(ps []Place) {
		sb.WriteString("[")
		for i, p := range ps {
			if i > 0 {
				sb.WriteString(" ")
			}
			sb.WriteString(place(p))
		}
		sb.WriteString("]")
	}
	for _, fl := range s.Fills {
		fmt.Fprintf(sb, " fill %d callee %s", fl.Inline, place(fl.Callee))
	}
	if len(s.Stores) > 0 || len(s.IPs) > 0 {
		sb.WriteString(" stale[")
		for i, st := range s.Stores {
			if i > 0 {
				sb.WriteString(" ")
			}
			if st.Inline != 0 {
				fmt.Fprintf(sb, "%d.", st.Inline)
			}
			fmt.Fprintf(sb, "%d:%s", st.Slot, place(st.Value))
		}
		sb.WriteString("]")
	}
	for _, ip := range s.IPs {
		sb.WriteString(" ip ")
		if ip.Inline != 0 {
			fmt.Fprintf(sb, "%d.", ip.Inline)
		}
		fmt.Fprint(sb, ip.Unit)
	}
	if s.Link {
		fmt.Fprintf(sb, " link %d", s.Back)
	}
	if s.Service {
		sb.WriteString(" service")
	}
	if !s.Exit {
		return
	}
	fmt.Fprintf(sb, " %s(%s)", s.Kind, s.Reason)
	for i := range s.Frames {
		fr := &s.Frames[i]
		fmt.Fprintf(sb, " @%d", fr.Offset)
		if fr.Code != 0 {
			fmt.Fprintf(sb, " code %d callee %s", fr.Code, place(fr.Callee))
		}
		if fr.Untraced {
			sb.WriteString(" untraced")
		}
		if fr.Unhandled {
			sb.WriteString(" unhandled")
		}
		if !fr.InMemory {
			sb.WriteString(" locals")
			list(fr.Locals)
		}
		if len(fr.Stack) > 0 {
			sb.WriteString(" stack")
			list(fr.Stack)
		}
	}
	if len(s.Owned) > 0 {
		sb.WriteString(" owned")
		list(s.Owned)
	}
}
