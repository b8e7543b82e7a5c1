package regalloc

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// TestFeasible compares the allocator with an exhaustive search: a single
// instruction with random constraints on very few registers must be allocated
// if that is possible at all.
func TestFeasible(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	var a Allocator
	possible, refused := 0, 0
	for n := range 20000 {
		cfg := smallMachine
		cfg.IntRegs = cfg.IntRegs[:2+rng.IntN(4)]
		cfg.CalleeSaved = 0
		f := tightFunc(rng, len(cfg.IntRegs))
		want := feasible(f.instrs[2], len(cfg.IntRegs))
		err := verify(&a, f, cfg)
		switch {
		case want && err != nil:
			t.Fatalf("program %d on %d registers: %v\n%s", n, len(cfg.IntRegs), err, f)
		case !want && (err == nil || !strings.Contains(err.Error(), "more registers than there are")):
			t.Fatalf("program %d on %d registers should be impossible: %v\n%s", n, len(cfg.IntRegs), err, f)
		case want:
			possible++
		default:
			refused++
		}
	}
	if possible < 1000 || refused < 1000 {
		t.Errorf("%d possible and %d impossible programs say little", possible, refused)
	}
}

// tightFunc returns a program whose third instruction asks for much. Its
// inputs are defined on the stack or in registers, and some live on.
func tightFunc(rng *rand.Rand, regs int) *testFunc {
	f := &testFunc{nv: 1, class: make([]Class, 1), remat: make([]bool, 1)}
	g := &generator{Rand: rng, f: f}
	value := func() VReg { return g.valueOf(Int) }
	arg := testInstr{name: "arg"}
	for range 5 {
		v := value()
		arg.ops = append(arg.ops, Operand{V: v, Kind: Def, Constraint: Any})
		g.pool = append(g.pool, v)
	}
	one := testInstr{name: "touch"}
	for range rng.IntN(2) {
		g.use(&one, Int, Operand{})
	}
	in := testInstr{name: "tight"}
	var fixedUse, fixedDef RegSet
	reusable := -1
	for range rng.IntN(5) {
		o := Operand{}
		switch rng.IntN(6) {
		case 0:
			o.Constraint = Any
		case 1, 2:
			o.Pos = Late
		case 3:
			r := PReg(rng.IntN(regs))
			if fixedUse.Has(r) {
				continue
			}
			fixedUse = fixedUse.Add(r)
			o.Constraint, o.Fixed = Fixed, r
		case 4:
			reusable = len(in.ops)
		}
		g.use(&in, Int, o)
	}
	for range rng.IntN(4) {
		o := Operand{}
		switch rng.IntN(5) {
		case 0, 1:
			o.Pos = Early
		case 2:
			r := PReg(rng.IntN(regs))
			if fixedDef.Has(r) {
				continue
			}
			fixedDef = fixedDef.Add(r)
			o.Constraint, o.Fixed = Fixed, r
		case 3:
			if reusable < 0 {
				continue
			}
			o.Constraint, o.Reuse = Reuse, uint8(reusable)
			reusable = -1
		}
		g.def(&in, Int, o)
	}
	if rng.IntN(2) == 0 {
		in.clobbers = RegSet(rng.IntN(1<<regs)) &^ fixedDef
	}
	end := testInstr{name: "ret"}
	for range 4 {
		g.use(&end, Int, Operand{Constraint: Any})
	}
	f.instrs = []testInstr{arg, one, in, end}
	f.blocks = []testBlock{{last: 4}}
	return f
}

// feasible reports whether registers 0 to regs-1 suffice for the instruction,
// by trying all assignments. The time within the instruction is gap, early,
// late.
func feasible(in testInstr, regs int) bool {
	const gap, early, late = 1, 2, 4
	busy := make([]int, regs) // register → times it is taken
	for r := range regs {
		if in.clobbers.Has(PReg(r)) {
			busy[r] |= late
		}
	}
	// What needs a register of its own, and when.
	var times []int
	byValue := map[VReg]int{}
	for k, o := range in.ops {
		switch {
		case o.Kind == Use && o.Constraint == Fixed:
			busy[o.Fixed] |= gap | early
		case o.Constraint == Fixed:
			busy[o.Fixed] |= late
		case o.Kind == Use && reusedBy(in.ops, k) >= 0:
		case o.Kind == Use && o.Constraint == Reg:
			t := gap | early
			if o.Pos == Late {
				t |= late
			}
			if n, ok := byValue[o.V]; ok {
				times[n] |= t
			} else {
				byValue[o.V] = len(times)
				times = append(times, t)
			}
		case o.Kind == Def && o.Constraint == Reuse:
			times = append(times, gap|early|late)
		case o.Kind == Def && o.Pos == Early:
			times = append(times, early|late)
		case o.Kind == Def:
			times = append(times, late)
		}
	}
	var place func(k int) bool
	place = func(k int) bool {
		if k == len(times) {
			return true
		}
		for r := range regs {
			if busy[r]&times[k] == 0 {
				busy[r] |= times[k]
				if place(k + 1) {
					return true
				}
				busy[r] &^= times[k]
			}
		}
		return false
	}
	return place(0)
}
