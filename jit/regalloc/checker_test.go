package regalloc

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// clone returns a copy of r that can be changed.
func (r *Result) clone() *Result {
	c := *r
	c.locs = slices.Clone(r.locs)
	c.moves = slices.Clone(r.moves)
	c.moveOff = slices.Clone(r.moveOff)
	c.dropped = slices.Clone(r.dropped)
	return &c
}

// removeMove removes move k.
func (r *Result) removeMove(k int) {
	r.moves = slices.Delete(r.moves, k, k+1)
	for i := range r.moveOff {
		if int(r.moveOff[i]) > k {
			r.moveOff[i]--
		}
	}
}

const plantText = `
b0:
  v1:r0 v2:r1 v3:r2 = arg
  v4 = add v1 v2
  v5 = const
  -> b1(v4)
b1(v6) depth=1:
  v7 = add v6 v3 v2:any:late
  v8:r0 = call v7:r0 v6 v3:any:late ! r0-r3
  v9:reuse0 = insert v8 v7
  v10:early v11 = odd v9 v5 v3:late
  cmp v11 -> b2 b3
b2 depth=1:
  -> b1(v11)
b3:
  ret v11:r0 v3:r1 v2:r2
`

// TestCheckerPlanted changes a correct result in ways that are wrong each in
// one respect.
func TestCheckerPlanted(t *testing.T) {
	f, err := parseFunc(plantText)
	if err != nil {
		t.Fatal(err)
	}
	cfg := smallMachine
	var a Allocator
	good, err := a.Allocate(f, cfg)
	if err != nil {
		t.Fatal(err)
	}
	find := func(name string) int {
		return slices.IndexFunc(f.instrs, func(in testInstr) bool { return in.name == name })
	}
	loc := func(r *Result, name string, operand int) *Loc {
		return &r.locs[int(r.opOff[find(name)])+operand]
	}
	for _, c := range []struct {
		name  string
		plant func(r *Result)
		want  string
	}{
		{"nothing", func(r *Result) {}, ""},
		{"wrong register of a use", func(r *Result) { *loc(r, "cmp", 0) = InReg(loc(r, "odd", 4).Reg() ^ 1) }, "is not in"},
		{"definition that goes elsewhere", func(r *Result) { *loc(r, "odd", 4) = InReg(loc(r, "odd", 4).Reg() ^ 1) }, "is not in"},
		{"fixed use elsewhere", func(r *Result) { *loc(r, "call", 0) = InReg(3) }, "wanted in r0"},
		{"fixed definition elsewhere", func(r *Result) { *loc(r, "call", 3) = InReg(3) }, "wanted in r0"},
		{"register operand on the stack", func(r *Result) { *loc(r, "cmp", 0) = InSlot(0) }, "not a place for it"},
		{"not allocatable", func(r *Result) { *loc(r, "cmp", 0) = InReg(20) }, "not a place for it"},
		{"other class", func(r *Result) { *loc(r, "cmp", 0) = InReg(33) }, "not a place for it"},
		{"no location", func(r *Result) { *loc(r, "cmp", 0) = 0 }, "not a place for it"},
		{"slot out of range", func(r *Result) { *loc(r, "call", 2) = InSlot(r.NumSpillSlots) }, "not a place for it"},
		{"reuse of another register", func(r *Result) { *loc(r, "insert", 2) = *loc(r, "insert", 1) }, "wanted in"},
		{"temporary in an input", func(r *Result) { *loc(r, "odd", 3) = *loc(r, "odd", 0) }, "share"},
		{"two outputs in one register", func(r *Result) { *loc(r, "odd", 3) = *loc(r, "odd", 4) }, "share"},
		{"remat of a variable", func(r *Result) { *loc(r, "call", 2) = AsRemat(3) }, "not a place for it"},
		{"dropped computation", func(r *Result) { r.dropped[find("insert")] = true }, "is dropped, but"},
		{"unreported callee-saved register", func(r *Result) { r.UsedCalleeSaved = 0 }, "is written, but not reported"},
		{"other function", func(r *Result) { r.moveOff = r.moveOff[1:] }, "another function"},
		{"move to memory from memory", func(r *Result) { r.moves[0] = Move{InSlot(0), InSlot(0)} }, "no side is a register"},
		{"move between classes", func(r *Result) { r.moves[0] = Move{InReg(0), InReg(33)} }, "classes differ"},
		{"move to a reserved register", func(r *Result) { r.moves[0].To = InReg(29) }, "must not be written"},
		{"move from nowhere", func(r *Result) { r.moves[0].From = 0 }, "bad location"},
		{"move to a missing slot", func(r *Result) { r.moves[0].To = InSlot(99) }, "no such slot"},
		{"remat of what is no constant", func(r *Result) { r.moves[0] = Move{AsRemat(1), InReg(0)} }, "cannot be rematerialised"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := good.clone()
			c.plant(r)
			err := Check(f, cfg, r)
			switch {
			case c.name == "nothing":
				if err != nil {
					t.Fatal(err)
				}
			case err == nil:
				t.Fatalf("not noticed:\n%s", f.text(r))
			case !strings.Contains(err.Error(), c.want):
				t.Fatalf("got %v, want %q", err, c.want)
			}
		})
	}
	t.Run("missing moves", func(t *testing.T) {
		for k := range good.moves {
			r := good.clone()
			r.removeMove(k)
			if Check(f, cfg, r) == nil {
				t.Errorf("move %d (%v) is missing, and nobody noticed:\n%s", k, good.moves[k], f.text(good))
			}
		}
	})
}

// TestCheckerLate plants errors that concern only what is used late: the
// right value is there, but does not stay.
func TestCheckerLate(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		instr, operand   int
		loc              Loc
	}{
		{"destroyed", "b0:\n v1:r1 = arg\n call v1:any:late ! r1", "which is destroyed", 1, 0, InReg(1)},
		{"overwritten", "b0:\n v1:r1 = arg\n v2 = odd v1:late", "share r1", 1, 1, InReg(1)},
		{"temporary", "b0:\n v1:r1 = arg\n v2:early = odd v1", "share r1", 1, 1, InReg(1)},
		{"temporary is destroyed", "b0:\n v1:r1 = arg\n v2:early = odd ! r1", "which is destroyed", 1, 0, InReg(1)},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := parseFunc(c.text)
			if err != nil {
				t.Fatal(err)
			}
			var a Allocator
			r, err := a.Allocate(f, smallMachine)
			if err != nil {
				t.Fatal(err)
			}
			r.Operands(c.instr)[c.operand] = c.loc
			if err := Check(f, smallMachine, r); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// TestCheckerMutations changes results at random. What the checker accepts
// must run right, and it must not accept much.
func TestCheckerMutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	var a Allocator
	tried, accepted := 0, 0
	for seed := range uint64(150) {
		f := randomFunc(seed, 1+int(seed)%12, 8, smallClobbers)
		cfg := smallMachine
		cfg.Check = false
		good, err := a.Allocate(f, cfg)
		if err != nil {
			t.Fatal(err)
		}
		want := f.run(2000)
		for range 40 {
			r := good.clone()
			if !mutate(rng, r) {
				continue
			}
			tried++
			if Check(f, cfg, r) != nil {
				continue
			}
			accepted++
			if got, err := f.runAllocated(r, cfg, 2000); err != nil || !slices.Equal(want, got) {
				t.Fatalf("seed %d: accepted, but behaves differently (%v):\n%s", seed, err, f.text(r))
			}
		}
	}
	t.Logf("%d of %d mutations accepted", accepted, tried)
	if accepted*5 > tried {
		t.Errorf("%d of %d mutations accepted", accepted, tried)
	}
}

// mutate changes r at random, and reports whether it did.
func mutate(rng *rand.Rand, r *Result) bool {
	place := func() Loc {
		if r.NumSpillSlots > 0 && rng.IntN(3) == 0 {
			return InSlot(rng.IntN(r.NumSpillSlots))
		}
		return InReg(PReg(rng.IntN(6)))
	}
	if len(r.moves) > 0 && rng.IntN(2) == 0 {
		k := rng.IntN(len(r.moves))
		m := r.moves[k]
		switch rng.IntN(4) {
		case 0:
			r.removeMove(k)
			return true
		case 1:
			r.moves[k].From = place()
		case 2:
			r.moves[k].To = place()
		case 3:
			if k > 0 {
				r.moves[k], r.moves[k-1] = r.moves[k-1], r.moves[k]
			}
		}
		return r.moves[k] != m && r.moves[k].From != r.moves[k].To
	}
	k := rng.IntN(len(r.locs))
	l := r.locs[k]
	r.locs[k] = place()
	return r.locs[k] != l
}
