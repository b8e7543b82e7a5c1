package regalloc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// testFunc is a Function for tests, with a text form:
//
//	b0:
//	  v1:r0 d2:f0 = arg
//	  v3 = const
//	  -> b1(v1) b2
//	b1(v4) depth=1 cold:
//	  v5:reuse0 = add v4 v3:late v1:any ! r0 r1
//	  ret v5:r0
//
// v names a value of class Int, d one of class Float; numbers are unique. What
// follows a colon is a constraint or a position. After ! come clobbers. An
// instruction called const may be rematerialised. A line with -> ends a block
// and may be an instruction, too.
type testFunc struct {
	blocks []testBlock
	instrs []testInstr
	nv     int
	class  []Class
	remat  []bool
	preds  [][]int
}

type testBlock struct {
	first, last int
	params      []VReg
	depth       int
	cold        bool
	entered     bool
	succs       []int
	args        [][]VReg
}

type testInstr struct {
	name     string
	ops      []Operand // definitions last
	clobbers RegSet
}

func (f *testFunc) NumVRegs() int               { return f.nv }
func (f *testFunc) Class(v VReg) Class          { return f.class[v] }
func (f *testFunc) Remat(v VReg) bool           { return f.remat[v] }
func (f *testFunc) NumBlocks() int              { return len(f.blocks) }
func (f *testFunc) Block(b int) (int, int)      { return f.blocks[b].first, f.blocks[b].last }
func (f *testFunc) Succs(b int) []int           { return f.blocks[b].succs }
func (f *testFunc) Params(b int) []VReg         { return f.blocks[b].params }
func (f *testFunc) EdgeArgs(b, succ int) []VReg { return f.blocks[b].args[succ] }
func (f *testFunc) LoopDepth(b int) int         { return f.blocks[b].depth }
func (f *testFunc) Cold(b int) bool             { return f.blocks[b].cold }
func (f *testFunc) Entered(b int) bool          { return f.blocks[b].entered }
func (f *testFunc) Clobbers(i int) RegSet       { return f.instrs[i].clobbers }
func (f *testFunc) Operands(i int, buf []Operand) []Operand {
	return append(buf, f.instrs[i].ops...)
}

// addValue makes v known.
func (f *testFunc) addValue(v VReg, c Class) {
	for int(v) >= f.nv {
		f.nv++
		f.class, f.remat = append(f.class, Int), append(f.remat, false)
	}
	f.class[v] = c
}

func (f *testFunc) name(v VReg) string {
	if f.class[v] == Float {
		return fmt.Sprintf("d%d", v)
	}
	return fmt.Sprintf("v%d", v)
}

// parseFunc reads the text form.
func parseFunc(text string) (f *testFunc, err error) {
	defer func() {
		if r := recover(); r != nil {
			f, err = nil, fmt.Errorf("%v", r)
		}
	}()
	f = &testFunc{nv: 1, class: make([]Class, 1), remat: make([]bool, 1)}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case strings.HasSuffix(line, ":"):
			f.parseBlock(strings.TrimSuffix(line, ":"))
		default:
			f.parseInstr(line)
		}
	}
	return f, nil
}

func (f *testFunc) parseValue(s string) VReg {
	n, err := strconv.Atoi(s[1:])
	if err != nil || n <= 0 || n > 1<<16 || s[0] != 'v' && s[0] != 'd' {
		panic("bad value " + s)
	}
	if n >= f.nv || f.class[n] == Int && s[0] == 'd' {
		f.addValue(VReg(n), map[byte]Class{'v': Int, 'd': Float}[s[0]])
	}
	return VReg(n)
}

func (f *testFunc) parseValues(s string) (vs []VReg) {
	for _, w := range strings.Fields(s) {
		vs = append(vs, f.parseValue(w))
	}
	return vs
}

func parseReg(s string) PReg {
	n, err := strconv.Atoi(s[1:])
	if err != nil || s[0] != 'r' && s[0] != 'f' || n >= 32 {
		panic("bad register " + s)
	}
	if s[0] == 'f' {
		n += 32
	}
	return PReg(n)
}

func parseBlockName(s string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(s, "b"))
	if err != nil {
		panic("bad block " + s)
	}
	return n
}

func (f *testFunc) parseBlock(s string) {
	b := testBlock{first: len(f.instrs), last: len(f.instrs)}
	if name, rest, ok := strings.Cut(s, "("); ok {
		params, after, _ := strings.Cut(rest, ")")
		b.params = f.parseValues(params)
		s = name + after
	}
	words := strings.Fields(s)
	if parseBlockName(words[0]) != len(f.blocks) {
		panic("unexpected block " + words[0])
	}
	for _, w := range words[1:] {
		if w == "cold" {
			b.cold = true
		} else if w == "entered" {
			b.entered = true
		} else if d, ok := strings.CutPrefix(w, "depth="); ok {
			b.depth, _ = strconv.Atoi(d)
		} else {
			panic("bad block attribute " + w)
		}
	}
	f.blocks = append(f.blocks, b)
}

func (f *testFunc) parseInstr(line string) {
	b := &f.blocks[len(f.blocks)-1]
	line, succs, _ := strings.Cut(line, "->")
	for succs = strings.TrimSpace(succs); succs != ""; succs = strings.TrimSpace(succs) {
		n := strings.IndexAny(succs, " (")
		if n < 0 {
			n = len(succs)
		}
		b.succs = append(b.succs, parseBlockName(succs[:n]))
		var args []VReg
		succs = succs[n:]
		if strings.HasPrefix(succs, "(") {
			list, rest, _ := strings.Cut(succs[1:], ")")
			args = f.parseValues(list)
			succs = rest
		}
		b.args = append(b.args, args)
	}
	var in testInstr
	line, clobbers, _ := strings.Cut(line, "!")
	for _, w := range strings.Fields(clobbers) {
		from, to, isRange := strings.Cut(w, "-")
		r := parseReg(from)
		in.clobbers = in.clobbers.Add(r)
		for isRange && r != parseReg(to) {
			r++
			in.clobbers = in.clobbers.Add(r)
		}
	}
	defs, rest, ok := strings.Cut(line, "=")
	if !ok {
		defs, rest = "", line
	}
	words := strings.Fields(rest)
	if len(words) == 0 {
		words = []string{"jump"}
	}
	in.name = words[0]
	for _, w := range words[1:] {
		in.ops = append(in.ops, f.parseOperand(w, Use))
	}
	for _, w := range strings.Fields(defs) {
		o := f.parseOperand(w, Def)
		in.ops = append(in.ops, o)
		f.remat[o.V] = in.name == "const"
	}
	f.instrs = append(f.instrs, in)
	b.last = len(f.instrs)
}

func (f *testFunc) parseOperand(s string, k Kind) Operand {
	attrs := strings.Split(s, ":")
	o := Operand{V: f.parseValue(attrs[0]), Kind: k}
	for _, at := range attrs[1:] {
		switch {
		case at == "any":
			o.Constraint = Any
		case at == "late":
			o.Pos = Late
		case at == "early":
			o.Pos = Early
		case strings.HasPrefix(at, "reuse"):
			n, _ := strconv.Atoi(at[5:])
			o.Constraint, o.Reuse = Reuse, uint8(n)
		default:
			o.Constraint, o.Fixed = Fixed, parseReg(at)
		}
	}
	return o
}

func (f *testFunc) operandText(o Operand) string {
	s := f.name(o.V)
	switch o.Constraint {
	case Any:
		s += ":any"
	case Fixed:
		s += ":" + InReg(o.Fixed).String()
	case Reuse:
		s += fmt.Sprintf(":reuse%d", o.Reuse)
	}
	switch o.Pos {
	case Early:
		s += ":early"
	case Late:
		s += ":late"
	}
	return s
}

// String returns the text form of f.
func (f *testFunc) String() string { return f.text(nil) }

// text prints f, with locations and moves if r is not nil.
func (f *testFunc) text(r *Result) string {
	var sb strings.Builder
	for b := range f.blocks {
		bl := &f.blocks[b]
		fmt.Fprintf(&sb, "b%d", b)
		if len(bl.params) > 0 {
			fmt.Fprintf(&sb, "(%s)", f.names(bl.params))
		}
		if bl.depth > 0 {
			fmt.Fprintf(&sb, " depth=%d", bl.depth)
		}
		if bl.cold {
			sb.WriteString(" cold")
		}
		if bl.entered {
			sb.WriteString(" entered")
		}
		sb.WriteString(":\n")
		for i := bl.first; i < bl.last; i++ {
			f.instrText(&sb, i, bl, r)
		}
	}
	return sb.String()
}

func (f *testFunc) names(vs []VReg) string {
	var w []string
	for _, v := range vs {
		w = append(w, f.name(v))
	}
	return strings.Join(w, " ")
}

func (f *testFunc) instrText(sb *strings.Builder, i int, bl *testBlock, r *Result) {
	in := &f.instrs[i]
	if r != nil {
		for _, m := range r.MovesBefore(i) {
			fmt.Fprintf(sb, "    %v\n", m)
		}
		if r.Dropped(i) {
			fmt.Fprintf(sb, "    # dropped: %s\n", f.names([]VReg{in.ops[0].V}))
			return
		}
	}
	var defs, uses []string
	for k, o := range in.ops {
		s := f.operandText(o)
		if r != nil {
			s = fmt.Sprintf("%s@%v", f.name(o.V), r.Operands(i)[k])
			s = strings.ReplaceAll(s, " ", "")
		}
		if o.Kind == Def {
			defs = append(defs, s)
		} else {
			uses = append(uses, s)
		}
	}
	words := append(defs, in.name)
	if len(defs) > 0 {
		words = slices.Insert(words, len(defs), "=")
	}
	if in.name == "jump" {
		words = nil
	}
	words = append(words, uses...)
	if in.clobbers != 0 && r == nil {
		words = append(words, "!")
		for m := in.clobbers; m != 0; {
			from := m.First()
			to := from
			for m = m.Remove(to); m.Has(to+1) && to != 31; m = m.Remove(to) {
				to++
			}
			w := InReg(from).String()
			if to != from {
				w += "-" + InReg(to).String()
			}
			words = append(words, w)
		}
	}
	if i == bl.last-1 && len(bl.succs) > 0 {
		words = append(words, "->")
		for k, s := range bl.succs {
			w := fmt.Sprintf("b%d", s)
			if len(bl.args[k]) > 0 && r == nil {
				w += "(" + f.names(bl.args[k]) + ")"
			}
			words = append(words, w)
		}
	}
	fmt.Fprintf(sb, "  %s\n", strings.Join(words, " "))
}
