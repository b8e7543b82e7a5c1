package lir

import (
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var testConvention = Convention{
	IntArgs: []regalloc.PReg{0, 1, 2, 3, 4, 5, 6, 7}, FloatArgs: []regalloc.PReg{32, 33},
	IntResults: [2]regalloc.PReg{0, 1}, FloatResult: 32, Target: 16, Clobbers: 0xffff,
}

const loopText = `func locals=1
b0:
  v1:Object = Param 0
  v2:CInt = LongUnbox v1
  v3:CInt = CInt 0
  v4:CInt = CInt 1
  Jump b1
b1: preds b0 b2 loop=1 header
  v6:CInt = Phi v3, v9
  v7:CBool = IntCmp.lt v6, v2
  Branch v7 b2 b3
b2: preds b1 loop=1
  v9:CInt = IntAddOvf v6, v4 fs1{3 [v1] (v6)}
  Jump b1
b3: preds b1
  v11:Long = LongBox v6 fs2{5 [v1] ()}
  LeaveFrame fs3{7 [v1] (v11)}
  Return v11
`

func loopFunc(t *testing.T) *Func {
	ref := snapshot.Reference()
	s := &snapshot.Snapshot{Layout: ref.Layout, Objects: append([]snapshot.Object(nil), ref.Objects...), Root: snapshot.NumWellKnown + 1}
	s.Objects = append(s.Objects[:snapshot.NumWellKnown+1], snapshot.Object{
		Kind: snapshot.KindCode, Type: snapshot.TypeCode,
		Code: &snapshot.Code{ArgCount: 1, NLocalsPlus: 1, Flags: snapshot.CodeOptimized},
	})
	f, err := hir.Parse(loopText, s)
	if err != nil {
		t.Fatal(err)
	}
	return Lower(f, &testConvention)
}

// find returns the index of the only instruction with the opcode.
func find(t *testing.T, f *Func, op Op) int {
	for i := range f.Instrs {
		if f.Instrs[i].Op == op {
			return i
		}
	}
	t.Fatalf("no %s in\n%s", op, f)
	return 0
}

// TestVerifyRefuses breaks a good function in each way that Verify knows.
func TestVerifyRefuses(t *testing.T) {
	if err := loopFunc(t).Verify(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want   string
		damage func(t *testing.T, f *Func)
	}{
		{"opcode", func(t *testing.T, f *Func) { f.Instrs[find(t, f, AddOvfImm)].Op = OpInvalid }},
		{"has instructions", func(t *testing.T, f *Func) { f.Blocks[1].First++ }},
		{"trap at", func(t *testing.T, f *Func) { f.Instrs[find(t, f, AddOvfImm)].Op = Trap }},
		{"uses, want", func(t *testing.T, f *Func) { f.Instrs[find(t, f, MSub)].nuses-- }},
		{"branch: test 99", func(t *testing.T, f *Func) { f.Instrs[find(t, f, Branch)].Test = 99 }},
		{"is int", func(t *testing.T, f *Func) { f.Instrs[find(t, f, Branch)].Test = TestFloat }},
		{"has a side", func(t *testing.T, f *Func) { f.Instrs[find(t, f, MSub)].Side = 1 }},
		{"side 99", func(t *testing.T, f *Func) { f.Instrs[find(t, f, AddOvfImm)].Side = 99 }},
		{"defined twice", func(t *testing.T, f *Func) { f.Blocks[1].Params[0] = f.operands(&f.Instrs[find(t, f, MSub)])[0].V }},
		{"passes 0 values", func(t *testing.T, f *Func) { f.Blocks[0].Args[0] = nil }},
		{"successors", func(t *testing.T, f *Func) { f.Blocks[0].Succs = nil }},
		{"predecessors", func(t *testing.T, f *Func) { f.Blocks[2].Preds = 0 }},
		{"is not defined", func(t *testing.T, f *Func) {
			use := f.operands(&f.Instrs[find(t, f, MSub)])
			use[1].V = f.operands(&f.Instrs[find(t, f, BoxInt)])[0].V
		}},
		{"is not defined", func(t *testing.T, f *Func) {
			s := &f.Sides[f.Instrs[find(t, f, AddOvfImm)].Side]
			s.Values = append(s.Values, f.operands(&f.Instrs[find(t, f, BoxInt)])[0].V)
		}},
	} {
		f := loopFunc(t)
		func() {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: panic %v", c.want, r)
				}
			}()
			c.damage(t, f)
			if err := f.Verify(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		}()
	}
}

// TestConditions checks that inverses and swaps of conditions are right for all
// orders of two numbers.
func TestConditions(t *testing.T) {
	holds := func(c Cond, a, b int64) bool {
		return [...]bool{EQ: a == b, NE: a != b, LT: a < b, GE: a >= b, GT: a > b, LE: a <= b,
			ULT: uint64(a) < uint64(b), UGE: uint64(a) >= uint64(b), UGT: uint64(a) > uint64(b), ULE: uint64(a) <= uint64(b)}[c]
	}
	for c := EQ; c <= ULE; c++ {
		for _, p := range [][2]int64{{0, 0}, {0, 1}, {1, 0}, {-1, 1}, {1, -1}, {-2, -1}} {
			if holds(c, p[0], p[1]) == holds(c.Invert(), p[0], p[1]) {
				t.Errorf("inverse of %s is %s for %v", c, c.Invert(), p)
			}
			if holds(c, p[0], p[1]) != holds(c.Swap(), p[1], p[0]) {
				t.Errorf("%s swapped is %s for %v", c, c.Swap(), p)
			}
		}
	}
}
