package opt

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden runs the passes named on the "passes:" line of each file's
// comment over "in" and compares the result with "out". The comment says what
// the file documents.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var in, want string
			for _, f := range ar.Files {
				switch f.Name {
				case "in":
					in = string(f.Data)
				case "out":
					want = string(f.Data)
				}
			}
			f, err := hir.Parse(in, testSnapshot())
			if err != nil {
				t.Fatal(err)
			}
			if err := f.Verify(); err != nil {
				t.Fatalf("input: %v", err)
			}
			for _, name := range passNames(t, string(ar.Comment)) {
				passNamed(t, name).Run(f)
				if err := f.Verify(); err != nil {
					t.Errorf("after %s: %v\n%s", name, err, f)
				}
			}
			if *update {
				ar.Files = []txtar.File{{Name: "in", Data: []byte(in)}, {Name: "out", Data: []byte(f.String())}}
				if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(want, f.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func passNames(t *testing.T, comment string) []string {
	for _, line := range strings.Split(comment, "\n") {
		if names, ok := strings.CutPrefix(line, "passes:"); ok {
			return strings.Fields(names)
		}
	}
	t.Fatal("no line «passes: …» in the comment")
	return nil
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

// testSnapshot has the well-known objects and nothing else.
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
	s.Objects[snapshot.None].Type = snapshot.TypeNone
	s.Objects[snapshot.True].Type = snapshot.TypeBool
	s.Objects[snapshot.False].Type = snapshot.TypeBool
	return s
}
