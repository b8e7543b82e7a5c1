package main

import (
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// The numbers of helpers in compiled objects are indices of the Go table, so the C
// table must be made from the same one.
func TestGeneratedFileIsCurrent(t *testing.T) {
	want, err := render(hir.HelperTable)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../../" + target)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is old: go run ./jit/hir/genhelpers (-want +got):\n%s", target, diff)
	}
}

func TestHelperNamesAreUnique(t *testing.T) {
	seen := map[string]bool{}
	for _, h := range hir.HelperTable {
		if seen[h.Name] {
			t.Errorf("helper %s occurs twice", h.Name)
		}
		seen[h.Name] = true
		if h.Doc == "" {
			t.Errorf("helper %s has no description", h.Name)
		}
	}
}

func TestUnknownKindsAreRefused(t *testing.T) {
	for _, h := range []hir.Helper{{Name: "x", Args: "z", Ret: "o"}, {Name: "x", Ret: "?"}} {
		if _, err := render([]hir.Helper{h}); err == nil {
			t.Errorf("%v was accepted", h)
		}
	}
}
