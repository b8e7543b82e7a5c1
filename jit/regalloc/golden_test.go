package regalloc

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestGolden compares the allocations of the programs in testdata/*.txtar. An
// archive's comment says what to see, and may contain a line "machine: big" or
// "machine: spill". Its file "in" is the program, "out" the allocation.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no golden files: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cfg := smallMachine
			switch comment := string(ar.Comment); {
			case strings.Contains(comment, "machine: big"):
				cfg = bigMachine
			case strings.Contains(comment, "machine: spill"):
				cfg.SpillEverything = true
			}
			f, err := parseFunc(string(ar.Files[0].Data))
			if err != nil {
				t.Fatal(err)
			}
			var got string
			var a Allocator
			if r, err := a.Allocate(f, cfg); err != nil {
				got = err.Error() + "\n"
			} else {
				if err := verify(new(Allocator), f, cfg); err != nil {
					t.Error(err)
				}
				s := r.Stats
				got = f.text(r) + fmt.Sprintf("stores %d, loads %d, copies %d, remats %d, slots %d\n",
					s.Stores, s.Loads, s.Copies, s.Remats, r.NumSpillSlots)
			}
			if *update {
				ar.Files = append(ar.Files[:1], txtar.File{Name: "out", Data: []byte(got)})
				if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			if len(ar.Files) < 2 {
				t.Fatal("no expected output; run with -update")
			}
			if d := cmp.Diff(string(ar.Files[1].Data), got); d != "" {
				t.Errorf("differs from %s:\n%s", file, d)
			}
		})
	}
}

// TestText checks that the text form of random programs parses back.
func TestText(t *testing.T) {
	for seed := range uint64(20) {
		f := randomFunc(seed, 5, 5, smallClobbers)
		g, err := parseFunc(f.String())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(f.String(), g.String()); d != "" {
			t.Fatal(d)
		}
	}
}
