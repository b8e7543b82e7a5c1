package jit_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// snapshots returns the snapshots that the builder's golden files have, by name.
func snapshots(t testing.TB) map[string]*snapshot.Snapshot {
	t.Helper()
	files, err := filepath.Glob("hir/build/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no snapshots", err)
	}
	all := map[string]*snapshot.Snapshot{}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if f.Name != "snapshot" {
				continue
			}
			s, err := snapshot.Parse(string(f.Data), nil)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = s
		}
	}
	return all
}

// TestCompileSnapshots compiles real functions with every check switched on.
func TestCompileSnapshots(t *testing.T) {
	compiled := 0
	for name, s := range snapshots(t) {
		for _, spill := range []bool{false, true} {
			obj, err := jit.Compile(s, jit.Options{Verify: true, CheckAllocation: true, SpillEverything: spill})
			var gaveUp *jit.Error
			switch {
			case errors.As(err, &gaveUp):
				continue
			case err != nil:
				t.Errorf("%s: %v", name, err)
				continue
			}
			compiled++
			if len(obj.Encode()) <= len(obj.Text) {
				t.Errorf("%s: encoding is shorter than the code", name)
			}
		}
	}
	if compiled < 10 {
		t.Errorf("only %d functions were compiled", compiled)
	}
}
