package bytecode

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// facts is testdata/facts.txt, what CPython's headers say; internal/facts
// makes it and checks it against the headers themselves.
type facts struct {
	opcodes map[string]map[string]string // by name: number, base, caches, …
	structs map[string][]string          // cache structs: FIELD:UNIT:WIDTH
	consts  map[string]int
}

func readFacts(t *testing.T) facts {
	t.Helper()
	text, err := os.ReadFile("testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	f := facts{map[string]map[string]string{}, map[string][]string{}, map[string]int{}}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		w := strings.Fields(line)
		switch w[0] {
		case "opcode":
			o := map[string]string{"number": w[1]}
			for _, kv := range w[3:] {
				k, v, _ := strings.Cut(kv, "=")
				o[k] = v
			}
			f.opcodes[w[2]] = o
		case "cache":
			f.structs[w[1]] = w[2:]
		case "const":
			n, err := strconv.Atoi(w[2])
			if err != nil {
				t.Fatal(err)
			}
			f.consts[w[1]] = n
		}
	}
	if len(f.opcodes) < 200 || len(f.structs) < 10 || len(f.consts) < 50 {
		t.Fatal("testdata/facts.txt is not complete")
	}
	return f
}

// cpythonFlags are the flags that CPython's tables have too.
const cpythonFlags = EntersFrame - 1

func TestTableAgreesWithCPython(t *testing.T) {
	f := readFacts(t)
	for _, in := range Ops() {
		o, ok := f.opcodes[in.Name]
		if !ok {
			t.Errorf("%s is not an opcode of CPython", in.Name)
			continue
		}
		if o["number"] != strconv.Itoa(int(in.Op)) {
			t.Errorf("%s has the number %s", in.Name, o["number"])
		}
		base := in.Name // an instrumented form is its own base for CPython
		if in.Kind != Instrumented {
			base = in.Base.String()
		}
		if o["base"] != base {
			t.Errorf("%s belongs to %s", in.Name, o["base"])
		}
		if n := f.opcodes[in.Base.String()]["caches"]; n != strconv.Itoa(int(in.Caches)) {
			t.Errorf("%s has %s code units of cache", in.Name, n)
		}
		flags := strings.Split((in.Flags & cpythonFlags).String(), "|")
		slices.Sort(flags)
		if got := strings.Join(flags, "|"); got != o["flags"] && (got != "0" || o["flags"] != "") {
			t.Errorf("%s has the flags %s, not %s", in.Name, o["flags"], got)
		}
		for _, arg := range []int32{0, 1, 2, 3, 5, 17, 255, 256, 0x305} {
			if want := evaluate(t, o["pops"], arg); in.Pops.At(arg) != want {
				t.Errorf("%s pops %s: %d for oparg %d, not %d", in.Name, o["pops"], want, arg, in.Pops.At(arg))
			}
			if want := evaluate(t, o["pushes"], arg); in.Pushes.At(arg) != want {
				t.Errorf("%s pushes %s: %d for oparg %d, not %d", in.Name, o["pushes"], want, arg, in.Pushes.At(arg))
			}
			if got := evaluate(t, in.Pops.String(), arg); got != in.Pops.At(arg) {
				t.Errorf("%s: formula %s gives %d for oparg %d", in.Name, in.Pops, got, arg)
			}
			if got := evaluate(t, in.Pushes.String(), arg); got != in.Pushes.At(arg) {
				t.Errorf("%s: formula %s gives %d for oparg %d", in.Name, in.Pushes, got, arg)
			}
		}
		var reads []string
		for _, c := range in.Layout {
			if c.Field != FieldCounter && c.Field != FieldBranches {
				reads = append(reads, fmt.Sprintf("%d:%d", c.Unit, c.Width))
			}
		}
		// CPython's optimiser does not take this form, so the headers are silent.
		if got := strings.Join(reads, ","); got != o["reads"] && in.Op != OpLoadAttrGetattributeOverridden {
			t.Errorf("%s reads %q of its cache, not %q", in.Name, o["reads"], got)
		}
	}
	for name := range f.opcodes {
		if _, ok := Lookup(name); !ok {
			t.Errorf("%s is not in the table", name)
		}
	}
}

// Every field of a layout is a member of the struct that CPython lays over the
// cache, with the same place and width.
func TestCacheFieldsAreMembers(t *testing.T) {
	f := readFacts(t)
	structs := map[Op][]string{
		OpLoadGlobal:     {"_PyLoadGlobalCache"},
		OpBinaryOp:       {"_PyBinaryOpCache"},
		OpUnpackSequence: {"_PyUnpackSequenceCache"},
		OpCompareOp:      {"_PyCompareOpCache"},
		OpLoadSuperAttr:  {"_PySuperAttrCache"},
		OpLoadAttr:       {"_PyLoadMethodCache", "_PyAttrCache"},
		OpStoreAttr:      {"_PyAttrCache"},
		OpCall:           {"_PyCallCache"},
		OpCallKw:         {"_PyCallCache"},
		OpStoreSubscr:    {"_PyStoreSubscrCache"},
		OpForIter:        {"_PyForIterCache"},
		OpSend:           {"_PySendCache"},
		OpToBool:         {"_PyToBoolCache"},
		OpContainsOp:     {"_PyContainsOpCache"},
	}
	for _, in := range Ops() {
		names, ok := structs[in.Base]
		if !ok {
			if in.Caches > 1 {
				t.Errorf("%s: no struct for %d code units of cache", in.Name, in.Caches)
			}
			continue
		}
		length := 0
		places := map[string]bool{}
		for _, name := range names {
			for _, m := range f.structs[name] {
				p := strings.Split(m, ":")
				unit, _ := strconv.Atoi(p[1])
				width, _ := strconv.Atoi(p[2])
				length = max(length, unit+width-1)
				places[p[1]+":"+p[2]] = true
			}
		}
		if length != int(in.Caches) {
			t.Errorf("%s: cache of %d code units, struct has %d", in.Name, in.Caches, length)
		}
		seen := map[Field]bool{}
		for _, c := range in.Layout {
			if !places[fmt.Sprintf("%d:%d", c.Unit, c.Width)] {
				t.Errorf("%s: %s at %d:%d is no member", in.Name, c.Field, c.Unit, c.Width)
			}
			if seen[c.Field] {
				t.Errorf("%s: %s twice", in.Name, c.Field)
			}
			seen[c.Field] = true
		}
	}
}

func TestConstantsAgreeWithCPython(t *testing.T) {
	f := readFacts(t)
	type names struct {
		prefix string
		count  string // constant that holds the largest value, or the number of values
		n      int
		name   func(int) string
	}
	for _, k := range []names{
		{"INTRINSIC_", "MAX_INTRINSIC_1", int(numIntrinsics1), func(i int) string { return Intrinsic1(i).String() }},
		{"INTRINSIC_", "MAX_INTRINSIC_2", int(numIntrinsics2), func(i int) string { return Intrinsic2(i).String() }},
		{"SPECIAL_", "SPECIAL_MAX", int(numSpecials), func(i int) string { return "SPECIAL_" + strings.ToUpper(Special(i).String()) }},
		{"FVC_", "FVC_MASK", int(numConversions), func(i int) string { return "FVC_" + strings.ToUpper(Conversion(i).String()) }},
		{"NB_", "NB_OPARG_LAST", int(numBinaryKinds), func(i int) string { return binaryNames[i] }},
	} {
		if f.consts[k.count] != k.n-1 {
			t.Errorf("%s is %d, we have %d values", k.count, f.consts[k.count], k.n)
		}
		for i := range k.n {
			if v, ok := f.consts[k.name(i)]; !ok || v != i {
				t.Errorf("%s is %d (%t), not %d", k.name(i), v, ok, i)
			}
		}
	}
	if f.consts["NUM_COMMON_CONSTANTS"] != int(numCommonConstants) {
		t.Errorf("%d common constants", f.consts["NUM_COMMON_CONSTANTS"])
	}
	for name, got := range map[string]int{
		"CONSTANT_ASSERTIONERROR":      int(CommonAssertionError),
		"CONSTANT_NOTIMPLEMENTEDERROR": int(CommonNotImplementedError),
		"CONSTANT_BUILTIN_TUPLE":       int(CommonTuple),
		"CONSTANT_BUILTIN_ALL":         int(CommonAll),
		"CONSTANT_BUILTIN_ANY":         int(CommonAny),
		"MAKE_FUNCTION_DEFAULTS":       int(FunctionDefaults),
		"MAKE_FUNCTION_KWDEFAULTS":     int(FunctionKwDefaults),
		"MAKE_FUNCTION_ANNOTATIONS":    int(FunctionAnnotations),
		"MAKE_FUNCTION_CLOSURE":        int(FunctionClosure),
		"MAKE_FUNCTION_ANNOTATE":       int(FunctionAnnotate),
		"RESUME_AT_FUNC_START":         int(ResumeAtStart),
		"RESUME_AFTER_YIELD":           int(ResumeAfterYield),
		"RESUME_AFTER_YIELD_FROM":      int(ResumeAfterYieldFrom),
		"RESUME_AFTER_AWAIT":           int(ResumeAfterAwait),
		"RESUME_OPARG_LOCATION_MASK":   3,
		"RESUME_OPARG_DEPTH1_MASK":     4,
		"COMPARISON_UNORDERED":         int(OutcomeUnordered),
		"COMPARISON_LESS_THAN":         int(OutcomeLess),
		"COMPARISON_GREATER_THAN":      int(OutcomeGreater),
		"COMPARISON_EQUALS":            int(OutcomeEqual),
	} {
		if want, ok := f.consts[name]; !ok || got != want {
			t.Errorf("%s is %d (%t), not %d", name, want, ok, got)
		}
	}
}

// binaryNames are CPython's names of the operations, by our constants.
var binaryNames = map[int]string{
	int(BinaryAdd): "NB_ADD", int(BinaryAnd): "NB_AND", int(BinaryFloorDivide): "NB_FLOOR_DIVIDE",
	int(BinaryLshift): "NB_LSHIFT", int(BinaryMatrixMultiply): "NB_MATRIX_MULTIPLY",
	int(BinaryMultiply): "NB_MULTIPLY", int(BinaryRemainder): "NB_REMAINDER", int(BinaryOr): "NB_OR",
	int(BinaryPower): "NB_POWER", int(BinaryRshift): "NB_RSHIFT", int(BinarySubtract): "NB_SUBTRACT",
	int(BinaryTrueDivide): "NB_TRUE_DIVIDE", int(BinaryXor): "NB_XOR",
	int(BinaryInplaceAdd): "NB_INPLACE_ADD", int(BinaryInplaceAnd): "NB_INPLACE_AND",
	int(BinaryInplaceFloorDivide): "NB_INPLACE_FLOOR_DIVIDE", int(BinaryInplaceLshift): "NB_INPLACE_LSHIFT",
	int(BinaryInplaceMatrixMultiply): "NB_INPLACE_MATRIX_MULTIPLY", int(BinaryInplaceMultiply): "NB_INPLACE_MULTIPLY",
	int(BinaryInplaceRemainder): "NB_INPLACE_REMAINDER", int(BinaryInplaceOr): "NB_INPLACE_OR",
	int(BinaryInplacePower): "NB_INPLACE_POWER", int(BinaryInplaceRshift): "NB_INPLACE_RSHIFT",
	int(BinaryInplaceSubtract): "NB_INPLACE_SUBTRACT", int(BinaryInplaceTrueDivide): "NB_INPLACE_TRUE_DIVIDE",
	int(BinaryInplaceXor): "NB_INPLACE_XOR", int(BinarySubscript): "NB_SUBSCR",
}

// evaluate computes a C formula of oparg made of sums, products, & and >>.
func evaluate(t *testing.T, formula string, oparg int32) int {
	t.Helper()
	p := formulaParser{s: formula, oparg: int(oparg)}
	v := p.sum()
	if p.bad || p.s != "" {
		t.Fatalf("cannot evaluate %q", formula)
	}
	return v
}

type formulaParser struct {
	s     string
	oparg int
	bad   bool
}

func (p *formulaParser) take(s string) bool {
	rest, ok := strings.CutPrefix(p.s, s)
	if ok {
		p.s = rest
	}
	return ok
}

// sum reads operands joined by operators from left to right, the products
// first. & and >> occur alone in parentheses, so they need no rank.
func (p *formulaParser) sum() int {
	v := p.product()
	for {
		switch {
		case p.take("+"):
			v += p.product()
		case p.take("-"):
			v -= p.product()
		case p.take("&"):
			v &= p.product()
		case p.take(">>"):
			v >>= p.product()
		default:
			return v
		}
	}
}

func (p *formulaParser) product() int {
	v := p.operand()
	for p.take("*") {
		v *= p.operand()
	}
	return v
}

func (p *formulaParser) operand() int {
	switch {
	case p.take("oparg"):
		return p.oparg
	case p.take("("):
		v := p.sum()
		p.bad = p.bad || !p.take(")")
		return v
	}
	n := strings.IndexFunc(p.s+" ", func(r rune) bool { return !strings.ContainsRune("0123456789xXabcdefABCDEF", r) })
	v, err := strconv.ParseInt(p.s[:n], 0, 32)
	p.bad = p.bad || err != nil
	p.s = p.s[n:]
	return int(v)
}
