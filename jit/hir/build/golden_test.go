package build_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/hir/build"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden builds the snapshots in testdata and compares the HIR. The
// snapshots are made by testdata/fixture.py.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			section := map[string]*txtar.File{}
			for i := range a.Files {
				section[a.Files[i].Name] = &a.Files[i]
			}
			s, err := snapshot.Parse(string(section["snapshot"].Data), nil)
			if err != nil {
				t.Fatal(err)
			}
			f, err := build.Build(s, build.Options{})
			got := ""
			if err != nil {
				got = "error: " + err.Error() + "\n"
			} else {
				got = f.String()
				if err := f.Verify(); err != nil {
					t.Errorf("%v\n%s", err, got)
				}
				back, err := hir.Parse(got, s)
				if err != nil {
					t.Fatalf("%v\n%s", err, got)
				}
				if diff := cmp.Diff(got, back.String()); diff != "" {
					t.Errorf("does not parse back (-printed +again):\n%s", diff)
				}
			}
			if *update {
				section["hir"].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(section["hir"].Data), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
