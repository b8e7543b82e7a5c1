package hir

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// ParseError says which line of a text form is wrong.
type ParseError struct {
	Line   int // from 1
	Reason string
}

func (e *ParseError) Error() string { return fmt.Sprintf("hir: line %d: %s", e.Line, e.Reason) }

// Parse reads the text form that Print writes. Numbers of values, blocks and
// frame states are kept; instructions without a result get numbers above
// them. What it reads is not verified beyond its syntax. s may be nil.
func Parse(text string, s *snapshot.Snapshot) (f *Func, err error) {
	p := &parser{f: NewFunc(s), results: map[Value]bool{}, frames: map[FrameStateID]bool{}, blocks: map[BlockID]bool{}}
	defer func() {
		if r := recover(); r != nil {
			fail, ok := r.(*ParseError)
			if !ok {
				panic(r)
			}
			f, err = nil, fail
		}
	}()
	for _, line := range strings.Split(text, "\n") {
		p.at++
		if i := strings.IndexByte(line, ';'); i >= 0 {
			line = line[:i]
		}
		p.rest = strings.TrimSpace(line)
		if p.rest != "" {
			p.line()
		}
	}
	p.finish()
	return p.f, nil
}

// maxParsed bounds the numbers in a text form.
const maxParsed = 1 << 22

type parser struct {
	f       *Func
	at      int
	rest    string // of the line
	started bool   // the head line was read
	block   BlockID
	bc      int32
	call    int32
	pending []pendingInstr
	results map[Value]bool
	frames  map[FrameStateID]bool // frame states written out
	blocks  map[BlockID]bool
}

// pendingInstr is an instruction that gets its place when the numbers of all
// results are known.
type pendingInstr struct {
	in   Instr
	v    Value // 0 without result
	args []Value
	ext  *Ext
}

func (p *parser) fail(format string, args ...any) {
	panic(&ParseError{p.at, fmt.Sprintf(format, args...)})
}

// eat skips text and the space behind it if the rest begins with it.
func (p *parser) eat(text string) bool {
	if !strings.HasPrefix(p.rest, text) {
		return false
	}
	p.rest = strings.TrimLeft(p.rest[len(text):], " \t")
	return true
}

func (p *parser) want(text string) {
	if !p.eat(text) {
		p.fail("want %q before %q", text, p.rest)
	}
}

// word takes what comes before any of the given bytes, a space, or the end.
func (p *parser) word(stop string) string {
	i := strings.IndexAny(p.rest, " \t"+stop)
	if i < 0 {
		i = len(p.rest)
	}
	w := p.rest[:i]
	p.rest = strings.TrimLeft(p.rest[i:], " \t")
	return w
}

func (p *parser) number(stop string, bits int) int64 {
	w := p.word(stop)
	n, err := strconv.ParseInt(w, 0, bits)
	if err != nil {
		p.fail("bad number %q", w)
	}
	return n
}

func (p *parser) numbered(prefix, stop string) int32 {
	w := p.word(stop)
	n, err := strconv.ParseInt(strings.TrimPrefix(w, prefix), 10, 32)
	if err != nil || n < 0 || n > maxParsed || !strings.HasPrefix(w, prefix) {
		p.fail("want %s and a number, not %q", prefix, w)
	}
	return int32(n)
}

func (p *parser) ref(stop string) snapshot.ID {
	w := p.word(stop)
	id, ok := snapshot.ParseRef(w)
	if !ok {
		p.fail("bad object %q", w)
	}
	if s := p.f.Snap; s != nil && int(id) >= len(s.Objects) {
		p.fail("object %s is not in the snapshot", w)
	}
	return id
}

func (p *parser) line() {
	switch {
	case p.eat("func "):
		if p.started {
			p.fail("second function")
		}
		p.started = true
		p.want("locals=")
		p.f.NumLocals = int(p.number("", 24))
		if p.f.NumLocals < 0 {
			p.fail("negative number of locals")
		}
		if p.eat("code=") {
			p.f.Code = p.ref("")
		}
	case !p.started:
		p.fail("want a func line")
	case p.eat("classes "):
		p.f.ClassSets = append(p.f.ClassSets, p.classes())
	case p.eat("inline "):
		p.inline()
	case p.eat("depend "):
		p.depend()
	case p.rest[0] == 'b':
		p.blockHead()
	default:
		p.instr()
	}
	if p.rest != "" {
		p.fail("unexpected %q", p.rest)
	}
}

// classes reads the members of a set of classes.
func (p *parser) classes() []snapshot.ID {
	var set []snapshot.ID
	for _, word := range strings.Fields(p.rest) {
		id, ok := snapshot.ParseRef(word)
		if !ok {
			p.fail("bad class %q", word)
		}
		set = append(set, id)
	}
	p.rest = ""
	return set
}

func (p *parser) depend() {
	name := p.word("")
	for k, n := range dependNames {
		if n == name {
			d := Dependency{Kind: DependKind(k), Obj: p.ref("")}
			if d.Kind == DependDictKey {
				d.Key = p.ref("")
			}
			p.f.Deps = append(p.f.Deps, d)
			return
		}
	}
	p.fail("unknown dependency %q", name)
}

func (p *parser) growBlocks(id BlockID) BlockID {
	for int(id) >= len(p.f.Blocks) {
		p.f.NewBlock()
	}
	return id
}

func (p *parser) blockHead() {
	id := p.growBlocks(BlockID(p.numbered("b", ":")))
	p.want(":")
	if p.blocks[id] {
		p.fail("second b%d", id)
	}
	p.blocks[id] = true
	p.block, p.bc, p.call = id, 0, 0
	b := Block{}
	if p.eat("preds") {
		for strings.HasPrefix(p.rest, "b") {
			b.Preds = append(b.Preds, p.growBlocks(BlockID(p.numbered("b", ""))))
		}
	}
	if p.eat("loop=") {
		b.Loop = int32(p.number("", 32))
	}
	b.Header = p.eat("header")
	b.Cold = p.eat("cold")
	p.f.Blocks[id] = b
}

var opsByName = func() map[string]Op {
	m := make(map[string]Op, NumOps)
	for op := range Ops {
		m[Ops[op].Name] = Op(op)
	}
	return m
}()

func (p *parser) instr() {
	if len(p.blocks) == 0 {
		p.fail("instruction outside of a block")
	}
	var i pendingInstr
	if p.rest[0] == 'v' {
		i.v = Value(p.numbered("v", ":"))
		if i.v == 0 || p.results[i.v] {
			p.fail("v%d is defined twice or not allowed", i.v)
		}
		p.results[i.v] = true
		p.want(":")
		i.in.Type = p.parseType()
		p.want("=")
	}
	name := p.word(".")
	op, ok := opsByName[name]
	if !ok || op == OpInvalid {
		p.fail("unknown opcode %q", name)
	}
	o := op.Info()
	i.in.Op, i.in.Block = op, p.block
	if (o.Type.Bits != 0) != (i.v != 0) {
		p.fail("%s: result missing or not allowed", name)
	}
	if o.UsesAux {
		p.want(".")
		i.in.Aux = p.aux(op)
	}
	if o.UsesObj {
		p.want("<")
		i.in.Obj = p.ref(">")
		p.want(">")
	}
	if o.UsesImm {
		if op == CFloat {
			w := p.word("")
			n, err := strconv.ParseUint(w, 0, 64)
			if err != nil {
				p.fail("bad float bits %q", w)
			}
			i.in.Imm = int64(n)
		} else {
			i.in.Imm = p.number("", 64)
		}
	}
	for strings.HasPrefix(p.rest, "v") {
		i.args = append(i.args, Value(p.numbered("v", ",")))
		if !p.eat(",") {
			break
		}
	}
	if op.hasSuccessors() {
		b := &p.f.Blocks[p.block]
		for isNumbered(p.rest, 'b') {
			s := p.growBlocks(BlockID(p.numbered("b", "")))
			b = &p.f.Blocks[p.block]
			b.Succs = append(b.Succs, s)
		}
	}
	if strings.HasPrefix(p.rest, "fs") {
		i.in.FS = p.frame()
	}
	i.ext = p.ext()
	if p.eat("in=") {
		p.call = p.inlined("")
	}
	if p.eat("bc=") {
		p.bc = int32(p.number("", 32))
	}
	i.in.BC, i.in.Inline = p.bc, p.call
	p.pending = append(p.pending, i)
}

// isNumbered reports whether text begins with a letter and a digit.
func isNumbered(text string, letter byte) bool {
	return len(text) > 1 && text[0] == letter && '0' <= text[1] && text[1] <= '9'
}

func (p *parser) aux(op Op) uint8 {
	w := p.word("")
	if op.comparison() {
		for c := CondLT; c <= CondUGE; c++ {
			if c.String() == w {
				return uint8(c)
			}
		}
	} else if op == LoadNumber || op == StoreNumber {
		for k := range numNumberKinds {
			if k.String() == w {
				return uint8(k)
			}
		}
	} else {
		for h := 0; h <= math.MaxUint8; h++ {
			if Heap(h)&^HeapAll == 0 && Heap(h).String() == w {
				return uint8(h)
			}
		}
	}
	p.fail("bad condition or region %q", w)
	return 0
}

func (p *parser) parseType() Type {
	var t Type
	for {
		w := p.word("|<[")
		bits, ok := bitsByName(w)
		if !ok {
			p.fail("unknown kind %q", w)
		}
		t.Bits |= bits
		if !p.eat("|") {
			break
		}
	}
	if p.eat("<") {
		t.Class = p.ref(">")
		p.want(">")
	}
	if p.eat("[") {
		t.Obj = p.ref("]")
		p.want("]")
	}
	return t
}

func bitsByName(name string) (Bits, bool) {
	if name == "Bottom" {
		return 0, true
	}
	for _, c := range compositeNames {
		if c.name == name {
			return c.bits, true
		}
	}
	for i, n := range bitNames {
		if n == name {
			return 1 << i, true
		}
	}
	return 0, false
}

func (p *parser) frame() FrameStateID {
	id := FrameStateID(p.numbered("fs", "{}"))
	if id == 0 {
		p.fail("fs0 is no frame state")
	}
	for int(id) >= len(p.f.Frames) {
		p.f.Frames = append(p.f.Frames, FrameState{})
	}
	if !p.eat("{") {
		return id
	}
	if p.frames[id] {
		p.fail("fs%d is written out twice", id)
	}
	p.frames[id] = true
	fs := FrameState{Offset: int32(p.number("", 32))}
	fs.InFrame = p.eat("frame ")
	fs.Untraced = p.eat("untraced ")
	fs.Unhandled = p.eat("unhandled ")
	p.want("[")
	fs.Locals = p.values("]")
	p.want("(")
	fs.Stack = p.values(")")
	if p.eat("next ") {
		fs.Next = int32(p.number("}", 32))
	}
	fs.Init = p.eat("init")
	if p.eat("in ") {
		fs.Parent = p.frame()
		fs.Callee = Value(p.numbered("v", ""))
		p.want("<")
		fs.Code = p.ref(">")
		p.want(">")
		fs.Inline = p.inlined("}")
	}
	p.want("}")
	p.f.Frames[id] = fs
	return id
}

// values reads values up to a closing bracket.
func (p *parser) values(end string) []Value {
	var vs []Value
	for !p.eat(end) {
		if p.eat("-") {
			vs = append(vs, 0)
			continue
		}
		if p.rest == "" {
			p.fail("want %q", end)
		}
		vs = append(vs, Value(p.numbered("v", end)))
	}
	return vs
}

func (p *parser) ext() *Ext {
	e, any := &Ext{}, false
	if p.eat("owned(") {
		e.Owned, any = p.values(")"), true
	}
	if p.eat("stale(") {
		any = true
		for !p.eat(")") {
			s := SlotValue{Slot: int32(p.number("=:", 32))}
			if p.eat(":") {
				s.Inline, s.Slot = s.Slot, int32(p.number("=", 32))
			}
			p.want("=")
			s.Value = Value(p.numbered("v", ")"))
			e.Stale = append(e.Stale, s)
		}
	}
	if p.eat("setip") {
		e.SetIP, any = true, true
	}
	if p.eat("fill(") {
		e.Fill, any = p.inlines(), true
	}
	if p.eat("calls(") {
		e.Calls, any = p.inlines(), true
	}
	if p.eat("link ") {
		e.Link, e.Back, any = true, int32(p.number("", 32)), true
	}
	if !any {
		return nil
	}
	return e
}

// inlined reads the number of an inlined call that was declared.
func (p *parser) inlined(stop string) int32 {
	n := p.number(stop, 32)
	if n < 0 || int(n) >= len(p.f.Inlines) {
		p.fail("inlined call %d is not declared", n)
	}
	return int32(n)
}

func (p *parser) inlines() []int32 {
	var list []int32
	for !p.eat(")") {
		list = append(list, p.inlined(")"))
	}
	return list
}

// inline reads the declaration of an inlined call.
func (p *parser) inline() {
	if n := p.number("", 32); int(n) != len(p.f.Inlines) {
		p.fail("inlined call %d out of order", n)
	}
	p.want("at ")
	c := Inline{Parent: p.inlined(":")}
	p.want(":")
	c.Offset = int32(p.number("", 32))
	c.Fn, c.Code = p.ref(""), p.ref("")
	p.want("locals=")
	c.NumLocals = int(p.number("", 24))
	p.f.Inlines = append(p.f.Inlines, c)
}

// finish gives the instructions without result their numbers and puts all of
// them into their blocks.
func (p *parser) finish() {
	f := p.f
	if !p.started {
		p.fail("no function")
	}
	for id := range f.Frames[1:] {
		if !p.frames[FrameStateID(id+1)] {
			f.Frames[id+1].Offset = -1 // a number that the text does not use
		}
	}
	top := Value(0)
	for v := range p.results {
		top = max(top, v)
	}
	f.Instrs = make([]Instr, top+1, int(top)+1+len(p.pending))
	for v := range f.Instrs[1:] {
		f.Instrs[v+1].Dead = !p.results[Value(v+1)]
	}
	for i := range p.pending {
		pi := &p.pending[i]
		v := pi.v
		if v == 0 {
			v = Value(len(f.Instrs))
			f.Instrs = append(f.Instrs, Instr{})
		}
		f.Instrs[v] = pi.in
		f.SetArgs(v, pi.args...)
		if pi.ext != nil {
			*f.Extension(v) = *pi.ext
		}
		b := &f.Blocks[pi.in.Block]
		b.Instrs = append(b.Instrs, v)
	}
}
