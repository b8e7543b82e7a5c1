package build_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinderjit/cinderjit/jit/golden"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/hir/build"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// TestGolden builds the snapshots in testdata and compares the HIR. The
// snapshots are made by testdata/fixture.py.
func TestGolden(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", func(t *testing.T, file *golden.File) {
		text, _ := file.Section("snapshot")
		s, err := snapshot.Parse(text, nil)
		if err != nil {
			t.Fatal(err)
		}
		f, err := build.Build(s, build.Options{})
		if err != nil {
			file.Expect(t, "hir", "error: "+err.Error()+"\n")
			return
		}
		got := f.String()
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
		file.Expect(t, "hir", got)
	})
}
