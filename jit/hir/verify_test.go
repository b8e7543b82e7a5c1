package hir_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinderjit/cinderjit/jit/hir"
)

const loopText = `func locals=2
depend type int
depend key int 3
b0:
  v1:Object = Param 0
  v2:CInt = CInt 0
  Jump b1
b1: preds b0 b3 loop=1 header
  v3:CInt = Phi v2, v9
  v4:Object = Phi v1, v6
  Snapshot fs1{2 [v4 v4] (v3)} bc=2
  v5:CBool = IsTrue v4 fs1
  CheckFrame fs2{4 [v4 v4] (v3 v5)}
  Branch v5 b3 b2
b3: preds b1 loop=1
  v6:Object = GuardType <int> v4 fs2 bc=5
  v7:CInt = LongUnbox v6
  v9:CInt = IntAdd v3, v7
  Jump b1
b2: preds b1
  LeaveFrame fs3{9 [v4 v4] (v4)}
  Return v4
`

func TestParseKeepsText(t *testing.T) {
	f, err := hir.Parse(loopText, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(loopText, f.String()); diff != "" {
		t.Errorf("(-text +printed):\n%s", diff)
	}
	if err := f.Verify(); err != nil {
		t.Error(err)
	}
}

func TestParseErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "no function"},
		{"b0:", "want a func line"},
		{"func locals=0\n  Jump b1", "outside of a block"},
		{"func locals=0\nb0:\n  Nothing", "unknown opcode"},
		{"func locals=0\nb0:\n  v1:Object = Const <nothing>", "bad object"},
		{"func locals=0\nb0:\n  v1:Strange = Null", "unknown kind"},
		{"func locals=0\nb0:\n  Null", "result missing"},
		{"func locals=0\nb0:\n  v1:Null = Null\n  v1:Null = Null", "defined twice"},
		{"func locals=0\nb0:\n  Deopt fs1{0 [] (v1", `want ")"`},
		{"func locals=0\nb0:\n  Jump b1 b2 what", "unexpected"},
		{"func locals=0\nb0:\n  v1:CInt = CInt 99999999999999999999", "bad number"},
	} {
		_, err := hir.Parse(c.text, nil)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: error %v, want one with %q", c.text, err, c.want)
		}
	}
}

// TestVerifyFinds breaks a correct function by replacing text.
func TestVerifyFinds(t *testing.T) {
	for _, c := range []struct{ name, old, new, want string }{
		{"use before definition", "v7:CInt = LongUnbox v6", "v7:CInt = LongUnbox v10", "is no value"},
		{"not dominated", "Return v4", "Return v6", "not computed before"},
		{"phi operands", "Phi v2, v9", "Phi v2", "1 operands for 2"},
		{"phi operand not on the way", "Phi v1, v6", "Phi v6, v6", "not computed on the way"},
		{"operand kind", "LongUnbox v6", "LongUnbox v3", `want "o"`},
		{"operand count", "IntAdd v3, v7", "IntAdd v3", `want "ii"`},
		{"no terminator", "  Return v4\n", "", "no terminator"},
		{"successors", "Branch v5 b3 b2", "Branch v5 b3", "as often"},
		{"predecessors", "b2: preds b1", "b2:", "as often"},
		{"no frame state", "GuardType <int> v4 fs2", "GuardType <int> v4", "no frame state"},
		{"frame state where none belongs", "LongUnbox v6", "LongUnbox v6 fs1", "frame state not allowed"},
		{"frame state value", "fs3{9 [v4 v4] (v4)}", "fs3{9 [v4 v6] (v4)}", "not computed before"},
		{"frame state locals", "fs3{9 [v4 v4] (v4)}", "fs3{9 [v4] (v4)}", "has 1 locals"},
		{"unchecked frame", "  CheckFrame fs2{4 [v4 v4] (v3 v5)}\n", "  Snapshot fs2{4 [v4 v4] (v3 v5)}\n", "before the frame is checked"},
		{"parameter outside of the entry", "v7:CInt = LongUnbox v6", "v8:Object = Param 1\n  v7:CInt = LongUnbox v6", "outside of the entry"},
		{"late phi", "v7:CInt = LongUnbox v6", "v8:Object = Phi v4\n  v7:CInt = LongUnbox v6", "phi behind"},
		{"object that consists of itself", "  Snapshot fs1{2 [v4 v4]", "  v11:Tuple = VirtualTuple v11\n  Snapshot fs1{2 [v11 v4]", "not computed before"},
		{"object that consists of nothing known", "  Snapshot fs1{2 [v4 v4]", "  v11:Tuple = VirtualTuple v99\n  Snapshot fs1{2 [v11 v4]", "v99 is no value"},
		{"type", "v2:CInt = CInt 0", "v2:Str = CInt 0", "none of the declared"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := strings.Replace(loopText, c.old, c.new, 1)
			if text == loopText {
				t.Fatalf("%q is not in the text", c.old)
			}
			f, err := hir.Parse(text, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Verify(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
