package snapshot

import (
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParseError says which line of a text form is wrong.
type ParseError struct {
	Line   int // from 1
	Reason string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("snapshot: line %d: %s", e.Line, e.Reason)
}

// Parse reads the text form. Layout and well-known objects are those of base;
// nil means the reference snapshot.
func Parse(text string, base *Snapshot) (s *Snapshot, err error) {
	if base == nil {
		base = Reference()
	}
	p := &parser{lines: strings.Split(text, "\n")}
	defer func() {
		if r := recover(); r != nil {
			fail, ok := r.(*ParseError)
			if !ok {
				panic(r)
			}
			s, err = nil, fail
		}
	}()
	layout := *base.Layout
	s = &Snapshot{Layout: &layout, Objects: append([]Object(nil), base.Objects[:NumWellKnown+1]...)}
	for p.next() {
		p.top(s)
	}
	if err := s.Check(); err != nil {
		return nil, &ParseError{Line: len(p.lines), Reason: err.Error()}
	}
	return s, nil
}

// item is a word of a line: key=value, a bare word (no key), a quoted string or
// a list in brackets, with or without a key.
type item struct {
	key, value string
	quoted     bool
	list       []item
	isList     bool
}

type parser struct {
	lines []string
	at    int // index of the next line
	items []item

	instruction int // byte offset of the instruction read last
}

func (p *parser) fail(format string, args ...any) {
	panic(&ParseError{Line: p.at, Reason: fmt.Sprintf(format, args...)})
}

// next splits the next line that is not empty; false at the end.
func (p *parser) next() bool {
	for p.at < len(p.lines) {
		line := p.lines[p.at]
		p.at++
		var rest string
		p.items, rest = p.split(line, false)
		if rest != "" {
			p.fail("unexpected %q", rest)
		}
		if len(p.items) > 0 {
			return true
		}
	}
	return false
}

// split reads items up to the end, a comment, or the bracket that closes a list.
func (p *parser) split(line string, inList bool) (items []item, rest string) {
	for {
		line = strings.TrimLeft(line, " \t\r")
		if line == "" || line[0] == ';' {
			if inList {
				p.fail("list is not closed")
			}
			return items, ""
		}
		if line[0] == ']' {
			if !inList {
				p.fail("unexpected ]")
			}
			return items, line[1:]
		}
		var it item
		end := strings.IndexAny(line, " \t\r=\"[];")
		if end > 0 && line[end] == '=' {
			it.key, line = line[:end], line[end+1:]
			end = strings.IndexAny(line, " \t\r\"[];")
		}
		switch {
		case line != "" && line[0] == '"':
			quoted, err := strconv.QuotedPrefix(line)
			if err != nil {
				p.fail("bad string")
			}
			value, err := strconv.Unquote(quoted)
			if err != nil {
				p.fail("bad string")
			}
			it.value, it.quoted, line = value, true, line[len(quoted):]
		case line != "" && line[0] == '[':
			it.isList = true
			it.list, line = p.split(line[1:], true)
		default:
			if end < 0 {
				end = len(line)
			}
			if end == 0 {
				p.fail("unexpected %q", line)
			}
			it.value, line = line[:end], line[end:]
		}
		items = append(items, it)
	}
}

func (p *parser) ref(it item) ID {
	id, ok := ParseRef(it.value)
	if !ok || it.quoted || it.isList {
		p.fail("%q is no object", it.value)
	}
	return id
}

func (p *parser) refs(it item) []ID {
	if !it.isList {
		p.fail("want a list")
	}
	var ids []ID
	for _, e := range it.list {
		ids = append(ids, p.ref(e))
	}
	return ids
}

func (p *parser) strs(it item) []string {
	if !it.isList {
		p.fail("want a list")
	}
	var strs []string
	for _, e := range it.list {
		strs = append(strs, e.value)
	}
	return strs
}

func (p *parser) number(it item, bits int) int64 {
	v, err := strconv.ParseInt(it.value, 0, bits)
	if err != nil || it.quoted || it.isList {
		p.fail("%q is no number of %d bits", it.value, bits)
	}
	return v
}

func (p *parser) unsigned(it item, bits int) uint64 {
	v, err := strconv.ParseUint(it.value, 0, bits)
	if err != nil || it.quoted || it.isList {
		p.fail("%q is no unsigned number of %d bits", it.value, bits)
	}
	return v
}

func (p *parser) hex(it item) []byte {
	b, err := hex.DecodeString(it.value)
	if err != nil {
		p.fail("bad bytes: %v", err)
	}
	return b
}

// want checks the number of items behind the first.
func (p *parser) want(n int) []item {
	if len(p.items) != n+1 {
		p.fail("%s takes %d values", p.items[0].value, n)
	}
	return p.items[1:]
}

func (p *parser) top(s *Snapshot) {
	switch word := p.items[0].value; word {
	case "root":
		s.Root = p.ref(p.want(1)[0])
	case "function":
		s.Function = p.ref(p.want(1)[0])
	case "instrumentation":
		s.Instrumentation = p.unsigned(p.want(1)[0], 64)
	default:
		if !strings.HasPrefix(word, "#") {
			p.fail("unexpected %q", word)
		}
		if id := p.ref(p.items[0]); int(id) != len(s.Objects) {
			p.fail("object is %s, want %s", id.Ref(), ID(len(s.Objects)).Ref())
		}
		o := Object{}
		p.object(&o)
		s.Objects = append(s.Objects, o)
	}
}

func parseKind(name string) (Kind, bool) {
	for k, n := range kindNames {
		if n == name {
			return Kind(k), true
		}
	}
	return KindOther, false
}

func (p *parser) object(o *Object) {
	if len(p.items) < 2 {
		p.fail("object without kind")
	}
	kind, ok := parseKind(p.items[1].value)
	if !ok {
		p.fail("unknown kind %q", p.items[1].value)
	}
	o.Kind = kind
	block := false
	switch kind {
	case KindFunction:
		o.Function = &Function{}
	case KindType:
		o.Class, block = &Class{}, true
	case KindCode:
		o.Code, block = &Code{}, true
	case KindBuiltin, KindMethodDescr, KindClassMethodDescr, KindMemberDescr:
		o.Native = &Native{}
	}
	items := p.items[2:]
	if len(items) > 0 && items[0].quoted && items[0].key == "" {
		o.Name, items = items[0].value, items[1:]
	}
	if block {
		if len(items) == 0 || items[len(items)-1].value != "{" {
			p.fail("%s without details", kind)
		}
		items = items[:len(items)-1]
	}
	for _, it := range items {
		if !p.objectItem(o, it) {
			p.fail("unexpected %q", it.key+it.value)
		}
	}
	switch {
	case o.Class != nil:
		p.class(o.Class)
	case o.Code != nil:
		p.code(o.Code)
	}
}

func (p *parser) objectItem(o *Object, it item) bool {
	switch it.key {
	case "":
		for i, name := range objectFlagNames {
			if name == it.value {
				o.Flags |= 1 << i
				return true
			}
		}
		if o.Function != nil {
			for _, bit := range o.Function.bits() {
				if bit.name == it.value {
					*bit.set = true
					return true
				}
			}
		}
		return false
	case "type":
		o.Type = p.ref(it)
	case "value":
		o.Int = p.number(it, 64)
	case "float":
		o.Float = p.float(it)
	case "text":
		o.Str = it.value
	case "refs":
		o.Refs = p.refs(it)
	default:
		switch {
		case o.Native != nil:
			return p.nativeItem(o.Native, it)
		case o.Function != nil:
			return p.functionItem(o.Function, it)
		}
		return false
	}
	return true
}

func (p *parser) float(it item) float64 {
	if bits, ok := strings.CutPrefix(it.value, "bits:"); ok {
		v, err := strconv.ParseUint(bits, 0, 64)
		if err != nil {
			p.fail("bad float")
		}
		return math.Float64frombits(v)
	}
	v, err := strconv.ParseFloat(it.value, 64)
	if err != nil {
		p.fail("bad float")
	}
	return v
}

func (p *parser) nativeItem(n *Native, it item) bool {
	switch it.key {
	case "flags":
		n.Flags = uint32(p.unsigned(it, 32))
	case "member":
		n.Member = int32(p.number(it, 32))
	case "offset":
		n.Offset = p.number(it, 64)
	default:
		return false
	}
	return true
}

func (p *parser) functionItem(f *Function, it item) bool {
	switch it.key {
	case "code":
		f.Code = p.ref(it)
	case "globals":
		f.Globals = p.ref(it)
	case "builtins":
		f.Builtins = p.ref(it)
	case "version":
		f.Version = uint32(p.unsigned(it, 32))
	case "defaults":
		f.Defaults = p.refs(it)
	case "kwdict":
		f.KwDict = p.ref(it)
	case "named":
		f.Named = p.refs(it)
	default:
		return false
	}
	return true
}

// sizes reads key=value items into the variables with the keys' names.
func (p *parser) sizes(items []item, into func(key string) *int64) {
	for _, it := range items {
		v := into(it.key)
		if v == nil {
			p.fail("unexpected %q", it.key)
		}
		*v = p.number(it, 64)
	}
}

func (p *parser) class(c *Class) {
	for {
		if !p.next() {
			p.fail("details are not closed")
		}
		rest := p.items[1:]
		switch word := p.items[0].value; word {
		case "}":
			return
		case "flags":
			c.Flags = p.unsigned(p.want(1)[0], 64)
		case "version":
			c.Version = uint32(p.unsigned(p.want(1)[0], 32))
		case "sizes":
			p.sizes(rest, func(key string) *int64 {
				switch key {
				case "basic":
					return &c.BasicSize
				case "item":
					return &c.ItemSize
				case "dict":
					return &c.DictOffset
				case "weak":
					return &c.WeakListOffset
				}
				return nil
			})
		case "base":
			c.Base = p.ref(p.want(1)[0])
		case "mro":
			c.MRO = p.refs(p.want(1)[0])
		case "traits":
			for _, name := range p.strs(p.want(1)[0]) {
				c.Traits |= p.trait(name)
			}
		case "keys":
			two := p.want(2)
			c.Keys = p.strs(two[0])
			c.KeysVersion = uint32(p.unsigned(two[1], 32))
		case "init":
			c.Init = p.ref(p.want(1)[0])
		case "getitem":
			c.GetItem = p.ref(p.want(1)[0])
		case "attr":
			two := p.want(2)
			c.Attrs = append(c.Attrs, ClassAttr{Name: two[0].value, Value: p.ref(two[1])})
		default:
			p.fail("unexpected %q", word)
		}
	}
}

func (p *parser) trait(name string) ClassTraits {
	for i, n := range traitNames {
		if n == name {
			return 1 << i
		}
	}
	p.fail("unknown trait %q", name)
	return 0
}

func (p *parser) code(c *Code) {
	captured := false
	for {
		if !p.next() {
			p.fail("details are not closed")
		}
		switch word := p.items[0].value; word {
		case "}":
			if c.LocalsPlusKinds == nil {
				c.LocalsPlusKinds = []byte{}
			}
			if captured {
				for _, b := range []*[]byte{&c.Bytecode, &c.ExceptionTable, &c.LocationTable} {
					if *b == nil {
						*b = []byte{}
					}
				}
			}
			return
		case "file":
			two := p.want(2)
			c.Filename, c.FirstLine = two[0].value, int(p.number(two[1], 32))
		case "flags":
			c.Flags = uint32(p.unsigned(p.want(1)[0], 32))
		case "sizes":
			sizes := make(map[string]*int, len(codeSizes))
			for i, v := range c.counts() {
				sizes[codeSizes[i]] = v
			}
			for _, it := range p.items[1:] {
				v := sizes[it.key]
				if v == nil {
					p.fail("unexpected %q", it.key)
				}
				*v = int(p.number(it, 32))
			}
		case "namespaces":
			two := p.want(2)
			c.Globals, c.Builtins = p.ref(two[0]), p.ref(two[1])
		case "local":
			two := p.want(2)
			c.LocalsPlusNames = append(c.LocalsPlusNames, two[0].value)
			c.LocalsPlusKinds = append(c.LocalsPlusKinds, byte(p.unsigned(two[1], 8)))
		case "consts":
			c.Consts = p.refs(p.want(1)[0])
		case "names":
			c.Names = p.refs(p.want(1)[0])
		case "exceptions":
			c.ExceptionTable = p.hex(p.want(1)[0])
		case "locations":
			c.LocationTable = p.hex(p.want(1)[0])
		case "bytecode":
			captured = true
		case "^", "|":
			if len(c.Bytecode) == 0 {
				p.fail("%s before any instruction", word)
			}
			if word == "^" {
				p.feedback(c)
			} else {
				p.cache(c)
			}
		default:
			if !captured {
				p.fail("unexpected %q", word)
			}
			p.unit(c)
		}
	}
}

// unit reads "offset NAME arg" and supplies an empty cache. The offset may be
// written as "_" in snapshots made by hand.
func (p *parser) unit(c *Code) {
	two := p.want(2)
	if p.items[0].value != "_" {
		if offset := int(p.unsigned(p.items[0], 31)); offset != len(c.Bytecode) {
			p.fail("offset is %d, want %d", offset, len(c.Bytecode))
		}
	}
	op, ok := parseOpName(two[0].value)
	if !ok {
		p.fail("unknown opcode %q", two[0].value)
	}
	p.instruction = len(c.Bytecode)
	c.Bytecode = append(c.Bytecode, byte(op), byte(p.unsigned(two[1], 8)))
	c.Bytecode = append(c.Bytecode, make([]byte, 2*cacheUnits(op))...)
}

// cache reads the contents of the cache of the instruction before.
func (p *parser) cache(c *Code) {
	content := p.hex(p.want(1)[0])
	into := c.Bytecode[p.instruction:]
	if len(into) != len(content)+2 {
		p.fail("cache has %d bytes", len(into)-2)
	}
	copy(into[2:], content)
}

func (p *parser) feedback(c *Code) {
	if len(p.items) < 2 {
		p.fail("feedback without kind")
	}
	f := Feedback{Offset: int32(p.instruction)}
	for k := range feedbackTable {
		if feedbackTable[k].name == p.items[1].value {
			f.Kind = FeedbackKind(k)
		}
	}
	if f.Kind == FeedbackNone {
		p.fail("unknown feedback %q", p.items[1].value)
	}
	for _, it := range p.items[2:] {
		switch it.key {
		case "type":
			f.Type = p.ref(it)
		case "object":
			f.Object = p.ref(it)
		case "aux":
			f.Aux = p.ref(it)
		case "value":
			f.Value = p.number(it, 64)
		case "version":
			f.Version = uint32(p.unsigned(it, 32))
		default:
			p.fail("unexpected %q", it.key+it.value)
		}
	}
	c.Feedback = append(c.Feedback, f)
}
