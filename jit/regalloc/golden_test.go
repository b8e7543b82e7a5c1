package regalloc

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinderjit/cinderjit/jit/golden"
)

// TestGolden compares the allocations of the programs in testdata/*.txtar. An
// archive's comment says what to see, and may contain a line "machine: big" or
// "machine: spill". Its file "in" is the program, "out" the allocation.
func TestGolden(t *testing.T) {
	golden.Each(t, "testdata/*.txtar", func(t *testing.T, file *golden.File) {
		cfg := smallMachine
		switch machine, _ := file.Setting("machine:"); machine {
		case "":
		case "big":
			cfg = bigMachine
		case "spill":
			cfg.SpillEverything = true
		default:
			t.Fatalf("no machine %q", machine)
		}
		in, _ := file.Section("in")
		f, err := parseFunc(in)
		if err != nil {
			t.Fatal(err)
		}
		var a Allocator
		r, err := a.Allocate(f, cfg)
		if err != nil {
			file.Expect(t, "out", err.Error()+"\n")
			return
		}
		if err := verify(new(Allocator), f, cfg); err != nil {
			t.Error(err)
		}
		s := r.Stats
		file.Expect(t, "out", f.text(r)+fmt.Sprintf("stores %d, loads %d, copies %d, remats %d, slots %d\n",
			s.Stores, s.Loads, s.Copies, s.Remats, r.NumSpillSlots))
	})
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
