package hir_test

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// operandOf returns a text line that defines value n of the given kind.
func operandOf(kind byte) string {
	switch kind {
	case 'i':
		return "CInt -7"
	case 'f':
		return "CFloat 0x3ff8000000000000 ; 1.5"
	case 'b':
		return "IntCmp.lt v1, v1"
	case 'p':
		return "LoadPtr.size 24 v2"
	}
	return "Const <None>"
}

var kindTypes = map[byte]string{'i': "CInt", 'f': "CFloat", 'b': "CBool", 'p': "CPtr", 'o': "None<NoneType>[None]", 'n': "None<NoneType>[None]", 'v': "None<NoneType>[None]"}

// sample makes a function that has one instruction of an opcode with all the
// parts that its record allows.
func sample(op hir.Op) string {
	o := op.Info()
	var b strings.Builder
	b.WriteString("func locals=1\nb0:\n  v1:CInt = CInt 1\n  v2:None = Const <None>\n")
	kinds := o.Args
	if strings.HasSuffix(kinds, "*") {
		kinds = kinds[:len(kinds)-1] + strings.Repeat(kinds[len(kinds)-2:len(kinds)-1], 3)
	}
	var args []string
	if op == hir.Phi {
		kinds = ""
	}
	for i := range len(kinds) {
		name := "v" + string(rune('3'+i))
		args = append(args, name)
		b.WriteString("  " + name + ":" + kindTypes[kinds[i]] + " = " + operandOf(kinds[i]) + "\n")
	}
	if op == hir.ResumePoint || op == hir.LoadSlot || op == hir.Sent || op == hir.LoadPlace {
		b.WriteString("  Entries b1 b2\nb1: preds b0\n  Unreachable\nb2: preds b0\n")
		if op != hir.ResumePoint {
			b.WriteString("  ResumePoint 0\n")
		}
	}
	if op == hir.Phi {
		b.WriteString("  Jump b1\nb1: preds b0\n")
		args = []string{"v2"}
	}
	b.WriteString("  ")
	if o.Type.Bits != 0 {
		b.WriteString("v20:" + o.Type.String() + " = ")
	}
	b.WriteString(o.Name)
	if o.UsesAux {
		switch op {
		case hir.IntCmp, hir.FloatCmp, hir.PtrCmp:
			b.WriteString(".ne")
		case hir.LoadNumber, hir.StoreNumber:
			b.WriteString(".u16")
		default:
			b.WriteString(".items+dict")
		}
	}
	if o.UsesObj {
		b.WriteString(" <object.__getattribute__>")
	}
	if o.UsesImm {
		if op == hir.CFloat {
			b.WriteString(" 0x7ff8000000000001")
		} else {
			b.WriteString(" -12")
		}
	}
	if len(args) > 0 {
		b.WriteString(" " + strings.Join(args, ", "))
	}
	succs := map[hir.Op]string{hir.Jump: " b1", hir.Branch: " b1 b2", hir.Entries: " b1 b2"}[op]
	b.WriteString(succs)
	if o.HasFS() {
		b.WriteString(" fs1{3 [v2] (v2 v1)}")
	}
	b.WriteString(" owned(v2) stale(0=v2) setip bc=4")
	if op == hir.CFloat {
		b.WriteString(" ; NaN")
	}
	b.WriteByte('\n')
	if o.Observable {
		b.WriteString("  CheckFrame fs2{4 [-] ()}\n")
	}
	if !o.Terminator {
		b.WriteString("  Unreachable\n")
	}
	if succs != "" {
		b.WriteString("b1: preds b0 loop=1 header\n  Unreachable bc=4\n")
	}
	if op == hir.Entries {
		b.WriteString("b2: preds b0\n  ResumePoint 0\n  Unreachable\n")
	}
	if op == hir.Branch {
		b.WriteString("b2: preds b0 cold\n  Unreachable bc=4\n")
	}
	return b.String()
}

// TestTable checks that every opcode is declared and documented, and that an
// instruction of it prints, parses back and passes the verifier.
func TestTable(t *testing.T) {
	names := map[string]bool{}
	for op := hir.OpInvalid + 1; op < hir.NumOps; op++ {
		o := op.Info()
		if o.Name == "" || !strings.HasSuffix(o.Doc, ".") {
			t.Errorf("opcode %d (%s) has no name or documentation", op, o.Name)
			continue
		}
		if names[o.Name] {
			t.Errorf("two opcodes are called %s", o.Name)
		}
		names[o.Name] = true
		if o.Observable && (o.Exits || o.Pure) || o.Exits && o.Pure {
			t.Errorf("%s: Observable, Exits and Pure exclude each other", o.Name)
		}
		if (o.Own == hir.OwnNone) != (o.Type.Bits&hir.BitNullable == 0) {
			t.Errorf("%s: ownership does not fit the type %s", o.Name, o.Type)
		}
		text := sample(op)
		f, err := hir.Parse(text, nil)
		if err != nil {
			t.Errorf("%s: %v\n%s", o.Name, err, text)
			continue
		}
		if diff := cmp.Diff(text, f.String()); diff != "" {
			t.Errorf("%s does not print as it was read (-text +printed):\n%s", o.Name, diff)
		}
		if op == hir.Param || op == hir.Callee || op == hir.Phi || !o.Terminator {
			if err := f.Verify(); err != nil {
				t.Errorf("%s: %v", o.Name, err)
			}
		}
	}
}

func TestHelperTable(t *testing.T) {
	seen := map[string]bool{}
	for i := range hir.HelperTable {
		h := &hir.HelperTable[i]
		if seen[h.Name] {
			t.Errorf("helper %s is declared twice", h.Name)
		}
		seen[h.Name] = true
		if got := hir.HelperIndex(h.Name); got != i {
			t.Errorf("HelperIndex(%s) = %d, want %d", h.Name, got, i)
		}
		if strings.Trim(h.Args, "onifpa") != "" || !strings.Contains("onipf2-", h.Ret) || len(h.Ret) != 1 {
			t.Errorf("helper %s: bad kinds %q -> %q", h.Name, h.Args, h.Ret)
		}
	}
}

func TestTypeOfObject(t *testing.T) {
	s := snapshot.Reference()
	for _, c := range []struct {
		ref  string
		want string
	}{
		{"7", "SmallLong<int>[7]"},
		{"None", "None<NoneType>[None]"},
		{"int", "TypeObject<type>[int]"},
		{"empty_str", "Str<str>[empty_str]"},
	} {
		id, ok := snapshot.ParseRef(c.ref)
		if !ok {
			t.Fatalf("no %s", c.ref)
		}
		if got := hir.TypeOfObject(s, id).String(); got != c.want {
			t.Errorf("TypeOfObject(%s) = %s, want %s", c.ref, got, c.want)
		}
	}
}

// TestReference checks that docs/hir.md is current.
func TestReference(t *testing.T) {
	page, err := os.ReadFile("../../docs/hir.md")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(page), hir.Reference()); diff != "" {
		t.Errorf("run go generate ./jit/hir (-docs/hir.md +now):\n%s", diff)
	}
}
