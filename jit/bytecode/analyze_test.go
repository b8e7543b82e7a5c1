package bytecode

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit/mutant"
)

func TestAnalyzeErrors(t *testing.T) {
	limits := &Limits{Locals: 2, Names: 1, Consts: 1}
	for _, k := range []struct {
		name   string
		code   string
		table  []byte
		stack  int
		limits *Limits
		offset int
		reason string
	}{
		{name: "no code", offset: -1, reason: "no code"},
		{name: "runs over the end", code: "RESUME 0\nLOAD_SMALL_INT 1", offset: 2, reason: "over the end"},
		{name: "branch at the end", code: "head: LOAD_SMALL_INT 1\nPOP_JUMP_IF_TRUE 0\nFOR_ITER head", offset: 6, reason: "leads out of the code"},
		{name: "too few values", code: "LOAD_SMALL_INT 1\nBINARY_OP 0\nRETURN_VALUE", offset: 2, reason: "BINARY_OP takes 2 of 1"},
		{name: "swap below the stack", code: "LOAD_SMALL_INT 1\nSWAP 2\nRETURN_VALUE", offset: 2, reason: "SWAP takes 2 of 1"},
		{name: "paths that disagree", code: "LOAD_FAST 0\nPOP_JUMP_IF_NONE to\nLOAD_SMALL_INT 1\nto: LOAD_SMALL_INT 2\nRETURN_VALUE", offset: 6, reason: "stack depth"},
		{name: "loop that grows", code: "RESUME 0\nhead: LOAD_SMALL_INT 1\nJUMP_BACKWARD head", offset: 4, reason: "stack depth 1 where B1 has 0"},
		{name: "too deep", code: "RESUME 0\nLOAD_FAST 0\nUNPACK_SEQUENCE 100000000\nRETURN_VALUE", offset: 10, reason: "too deep"},
		{name: "deeper than co_stacksize", code: "LOAD_SMALL_INT 1\nLOAD_SMALL_INT 1\nPOP_TOP\nRETURN_VALUE", stack: 1, offset: -1, reason: "stack depth 2 exceeds co_stacksize 1"},
		{name: "FOR_ITER without END_FOR", code: "LOAD_FAST 0\nGET_ITER\nhead: FOR_ITER done\nPOP_TOP\nJUMP_BACKWARD head\ndone: POP_ITER\nLOAD_FAST 0\nRETURN_VALUE", offset: 4, reason: "does not lead to END_FOR"},
		{name: "END_FOR at the end", code: "LOAD_FAST 0\nGET_ITER\nhead: FOR_ITER done\nPOP_TOP\nJUMP_BACKWARD head\ndone: END_FOR", offset: 4, reason: "does not lead to END_FOR"},
		{name: "handler in a cache", code: "TO_BOOL\nRETURN_VALUE", table: exceptionTable([5]int{0, 8, 2, 0, 0}), offset: 0, reason: "does not fit"},
		{name: "handler begins in a cache", code: "TO_BOOL\nRETURN_VALUE", table: exceptionTable([5]int{2, 8, 8, 0, 0}), offset: 2, reason: "does not fit"},
		{name: "handler ends behind the code", code: "TO_BOOL\nRETURN_VALUE", table: exceptionTable([5]int{0, 12, 8, 0, 0}), offset: 0, reason: "does not fit"},
		{name: "handler behind the code", code: "TO_BOOL\nRETURN_VALUE", table: exceptionTable([5]int{0, 8, 10, 0, 0}), offset: 0, reason: "does not fit"},
		{name: "handler keeps too much", code: "LOAD_FAST 0\nTO_BOOL\nRETURN_VALUE\nRERAISE 0", table: exceptionTable([5]int{2, 10, 12, 2, 0}), offset: 2, reason: "handler keeps 2 of 1"},
		{name: "handler entered at two depths", code: "LOAD_FAST 0\nTO_BOOL\nNOP\nTO_BOOL\nRETURN_VALUE\nRERAISE 0", table: exceptionTable([5]int{2, 10, 22, 0, 0}, [5]int{12, 20, 22, 1, 0}), offset: 12, reason: "stack depth 2"},
		{name: "local", code: "LOAD_FAST 2\nRETURN_VALUE", limits: limits, offset: 0, reason: "oparg 2 of LOAD_FAST out of range"},
		{name: "second local", code: "LOAD_FAST_LOAD_FAST 18\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "first local", code: "LOAD_FAST_LOAD_FAST 33\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "cell", code: "LOAD_DEREF 2\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "free variables", code: "COPY_FREE_VARS 3\nLOAD_FAST 0\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "name", code: "LOAD_NAME 1\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "global", code: "LOAD_GLOBAL 2\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "constant", code: "LOAD_CONST 1\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "binary operation", code: "LOAD_FAST_LOAD_FAST 0\nBINARY_OP 27\nRETURN_VALUE", limits: limits, offset: 2, reason: "out of range"},
		{name: "comparison", code: "LOAD_FAST_LOAD_FAST 0\nCOMPARE_OP 192\nRETURN_VALUE", limits: limits, offset: 2, reason: "out of range"},
		{name: "intrinsic", code: "LOAD_FAST 0\nCALL_INTRINSIC_1 0\nRETURN_VALUE", limits: limits, offset: 2, reason: "out of range"},
		{name: "second intrinsic", code: "LOAD_FAST_LOAD_FAST 0\nCALL_INTRINSIC_2 6\nRETURN_VALUE", limits: limits, offset: 2, reason: "out of range"},
		{name: "special method", code: "LOAD_FAST 0\nLOAD_SPECIAL 4\nRETURN_VALUE", limits: limits, offset: 2, reason: "out of range"},
		{name: "common constant", code: "LOAD_COMMON_CONSTANT 5\nRETURN_VALUE", limits: limits, offset: 0, reason: "out of range"},
		{name: "conversion", code: "LOAD_FAST 0\nCONVERT_VALUE 4\nRETURN_VALUE", limits: limits, offset: 2, reason: "out of range"},
	} {
		_, err := Analyze(Source{Code: assemble(t, k.code), ExceptionTable: k.table, StackSize: k.stack, Limits: k.limits})
		var e *Error
		if !errors.As(err, &e) || e.Offset != k.offset || !strings.Contains(e.Reason, k.reason) {
			t.Errorf("%s: %v", k.name, err)
		}
	}
}

// A cycle with two entries is no natural loop, and is reported as such.
func TestIrreducible(t *testing.T) {
	c, err := Analyze(Source{Code: assemble(t, `
		LOAD_FAST 0
		POP_JUMP_IF_NONE second
		first:  LOAD_FAST 0
		        POP_JUMP_IF_NONE out
		second: LOAD_FAST 0
		        POP_JUMP_IF_NONE out
		        JUMP_BACKWARD first
		out:    LOAD_FAST 0
		        RETURN_VALUE`)})
	if err != nil {
		t.Fatal(err)
	}
	if !c.Irreducible || len(c.Loops) != 0 {
		t.Errorf("irreducible %t, %d loops", c.Irreducible, len(c.Loops))
	}
	checkInvariants(t, "irreducible", c)
}

// tryAnalyze analyses what may be malformed. What is not refused keeps the invariants.
func tryAnalyze(t *testing.T, code, plain, table, lines []byte) {
	if len(plain) == 0 {
		plain = nil
	}
	for _, limits := range []*Limits{nil, {Locals: 3, Names: 3, Consts: 3}} {
		c, err := Analyze(Source{Code: code, Plain: plain, ExceptionTable: table, StackSize: 20, Limits: limits})
		if err != nil {
			continue
		}
		checkInvariants(t, "fuzz", c)
		locs, err := ParseLineTable(lines, 1)
		if err != nil {
			locs = nil
		}
		c.Listing(&Symbols{Lines: locs})
		for i := range c.Instrs {
			in := &c.Instrs[i]
			for _, field := range in.Info().Layout {
				c.Cache(in, field.Field)
			}
		}
	}
}

func FuzzAnalyze(f *testing.F) {
	for _, o := range readSample(f, "testdata/sample.txt") {
		if len(o.code) < 200 {
			f.Add(o.code, []byte(nil), o.table, o.lines)
			if o.adaptive != nil {
				f.Add(o.adaptive, o.code, o.table, o.lines)
			}
		}
	}
	f.Fuzz(tryAnalyze)
}

// TestMutants does the same with one of the four parts changed.
func TestMutants(t *testing.T) {
	for i, o := range readSample(t, "testdata/sample.txt") {
		if len(o.code) >= 200 || len(o.code) == 0 {
			continue
		}
		parts := []string{string(o.code), string(o.adaptive), string(o.table), string(o.lines)}
		changed := i % len(parts)
		if parts[changed] == "" {
			changed = 0
		}
		mutant.Each(t, parts[changed:changed+1], 100, func(t *testing.T, part string) {
			with := slices.Clone(parts)
			with[changed] = part
			tryAnalyze(t, []byte(with[0]), []byte(with[1]), []byte(with[2]), []byte(with[3]))
		})
	}
}

func BenchmarkAnalyze(b *testing.B) {
	objects := readSample(b, "testdata/sample.txt")
	instrs := 0
	for b.Loop() {
		instrs = 0
		for i := range objects {
			c, err := Analyze(objects[i].source())
			if err != nil {
				b.Fatal(err)
			}
			instrs += len(c.Instrs)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(instrs), "ns/instr")
}
