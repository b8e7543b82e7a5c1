package opt

import (
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit/golden"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// TestGolden runs the passes named on the "passes:" line of each file's
// comment over "in" and compares the result with "out". The comment says what
// the file documents.
func TestGolden(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", func(t *testing.T, file *golden.File) {
		in, _ := file.Section("in")
		f, err := hir.Parse(in, testSnapshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Verify(); err != nil {
			t.Fatalf("input: %v", err)
		}
		names, ok := file.Setting("passes:")
		if !ok {
			t.Fatal("no line «passes: …» in the comment")
		}
		for _, name := range strings.Fields(names) {
			passNamed(t, name).Run(f)
			if err := f.Verify(); err != nil {
				t.Errorf("after %s: %v\n%s", name, err, f)
			}
		}
		file.Expect(t, "out", f.String())
	})
}

func passNamed(t *testing.T, name string) *Pass {
	for i := range Passes {
		if Passes[i].Name == name {
			return &Passes[i]
		}
	}
	t.Fatalf("no pass %q", name)
	return nil
}

// testSnapshot has the well-known objects, and strs: #1 and #3 are immortal, #1 and #2
// have one character below 256. #4 is a class with inline values 16 bytes behind the start of an
// instance, #5 one with slots.
func testSnapshot() *snapshot.Snapshot {
	s := &snapshot.Snapshot{Objects: make([]snapshot.Object, snapshot.NumWellKnown+1)}
	for id := snapshot.None; id <= snapshot.NumWellKnown; id++ {
		o := &s.Objects[id]
		o.Flags = snapshot.FlagImmortal
		o.Type = snapshot.TypeType
		if v, ok := id.SmallIntValue(); ok {
			o.Kind, o.Type, o.Int = snapshot.KindInt, snapshot.TypeInt, v
		}
	}
	for i, text := range []string{"x", "y", "\u0100"} {
		o := snapshot.Object{Kind: snapshot.KindStr, Type: snapshot.TypeStr, Str: text}
		if i != 1 {
			o.Flags = snapshot.FlagImmortal
		}
		s.Objects = append(s.Objects, o)
	}
	for _, traits := range []snapshot.ClassTraits{snapshot.TraitInlineValues | snapshot.TraitManagedDict, 0} {
		s.Objects = append(s.Objects, snapshot.Object{
			Kind: snapshot.KindType, Type: snapshot.TypeType,
			Class: &snapshot.Class{BasicSize: 16, Traits: traits | snapshot.TraitHeap | snapshot.TraitGC | snapshot.TraitGenericAlloc | snapshot.TraitPythonDealloc},
		})
	}
	s.Layout = testLayout()
	s.Objects[snapshot.None].Type = snapshot.TypeNone
	s.Objects[snapshot.True].Type = snapshot.TypeBool
	s.Objects[snapshot.False].Type = snapshot.TypeBool
	return s
}

// testLayout has what the passes read of CPython's layout.
func testLayout() *snapshot.Layout {
	l := &snapshot.Layout{}
	l.Instance.ManagedDict = -24
	l.Values.Size, l.Values.Items = 1, 8
	l.Object.VarSize, l.Tuple.Items = 16, 24
	l.ListIter.Index, l.ListIter.Seq = 16, 24
	l.DictIter.Dict, l.DictIter.Used, l.DictIter.Position, l.DictIter.Left = 16, 24, 32, 48
	l.Enumerate.Index = 16
	l.RangeIter.Start, l.RangeIter.Step, l.RangeIter.Length = 16, 24, 32
	return l
}
