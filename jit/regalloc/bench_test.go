package regalloc

import (
	"strconv"
	"testing"
)

// benchFunc returns a function with roughly the given number of instructions,
// nested loops, slow paths, calls and guards with long frame states.
func benchFunc(instrs int) *testFunc {
	return randomFunc(7, instrs/24, 12, bigClobbers())
}

// slowPaths returns a loop with the given number of guarded operations, each
// with a call on its slow path, while many values live throughout.
func slowPaths(sites, live int) *testFunc {
	f := &testFunc{nv: 1, class: make([]Class, 1), remat: make([]bool, 1)}
	g := &generator{f: f}
	value := func() VReg { return g.valueOf(Int) }
	emit := func(name string, clobbers RegSet, ops ...Operand) {
		f.instrs = append(f.instrs, testInstr{name, ops, clobbers})
	}
	block := func(b *testBlock) {
		b.last = len(f.instrs)
		f.blocks = append(f.blocks, *b)
	}
	use := func(v VReg) Operand { return Operand{V: v} }
	def := func(v VReg) Operand { return Operand{V: v, Kind: Def} }
	var keep []VReg
	b := testBlock{succs: []int{1}, args: [][]VReg{nil}}
	for range live {
		v := value()
		keep = append(keep, v)
		emit("load", 0, def(v))
	}
	emit("jump", 0)
	first := value()
	b.args[0] = []VReg{keep[0]}
	block(&b)
	// Each site is a head, and a slow block in the cold section; 2*sites more
	// blocks, the latch, then the slow ones.
	cur := first
	var slow []testBlock
	var slowIn []VReg
	for k := range sites {
		head := testBlock{first: len(f.instrs), params: []VReg{cur}, depth: 1}
		next := value()
		emit("guard", 0, use(cur), use(keep[k%live]))
		head.succs = []int{2*k + 2, 2*sites + 2 + k}
		head.args = [][]VReg{nil, nil}
		block(&head)
		fast := testBlock{first: len(f.instrs), depth: 1, succs: []int{2*k + 3}}
		emit("add", 0, use(cur), use(keep[(k+1)%live]), def(next))
		emit("jump", 0)
		fast.args = [][]VReg{{next}}
		block(&fast)
		slow = append(slow, testBlock{depth: 1, cold: true, succs: []int{2*k + 3}})
		slowIn = append(slowIn, cur)
		cur = value()
	}
	latch := testBlock{first: len(f.instrs), params: []VReg{cur}, depth: 1, succs: []int{1}, args: [][]VReg{{cur}}}
	emit("jump", 0)
	block(&latch)
	for k := range slow {
		slow[k].first = len(f.instrs)
		r := value()
		emit("call", bigClobbers(),
			Operand{V: slowIn[k], Constraint: Fixed, Fixed: 0},
			Operand{V: keep[k%live], Constraint: Fixed, Fixed: 1},
			Operand{V: r, Kind: Def, Constraint: Fixed, Fixed: 0})
		emit("jump", 0)
		slow[k].args = [][]VReg{{r}}
		block(&slow[k])
	}
	return f
}

func benchmarkAllocate(b *testing.B, f *testFunc, cfg Config) {
	var a Allocator
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Allocate(f, cfg); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(f.instrs)), "instrs")
	b.ReportMetric(float64(f.nv), "vregs")
	b.ReportMetric(float64(len(a.pieces)), "intervals")
}

func BenchmarkAllocate(b *testing.B) {
	for _, n := range []struct {
		name   string
		instrs int
	}{{"300", 300}, {"3000", 3000}, {"12000", 12000}, {"100000", 100000}} {
		f := benchFunc(n.instrs)
		for _, mode := range []string{"plain", "checked", "spill"} {
			cfg := bigMachine
			cfg.Check = mode == "checked"
			cfg.SpillEverything = mode == "spill"
			b.Run(n.name+"/"+mode, func(b *testing.B) { benchmarkAllocate(b, f, cfg) })
		}
	}
}

func BenchmarkSlowPaths(b *testing.B) {
	for _, sites := range []int{100, 1000, 4000} {
		f := slowPaths(sites, 16)
		cfg := bigMachine
		cfg.Check = false
		b.Run(strconv.Itoa(sites), func(b *testing.B) { benchmarkAllocate(b, f, cfg) })
	}
}

// TestSlowPaths checks that calls on slow paths leave the hot loop alone, and
// that what lives across many of them is in callee-saved registers.
func TestSlowPaths(t *testing.T) {
	f := slowPaths(50, 12)
	var a Allocator
	if err := verify(&a, f, bigMachine); err != nil {
		t.Fatal(err)
	}
	r, err := a.Allocate(f, bigMachine)
	if err != nil {
		t.Fatal(err)
	}
	if n := r.UsedCalleeSaved.Len(); n < 8 {
		t.Errorf("only %d callee-saved registers are used", n)
	}
	for b := range f.blocks {
		if f.blocks[b].cold || b == 0 {
			continue
		}
		for i := f.blocks[b].first; i < f.blocks[b].last; i++ {
			if m := r.MovesBefore(i); len(m) > 0 {
				t.Errorf("moves in the hot loop before instruction %d: %v", i, m)
			}
		}
	}
}

// moveCost weighs the moves of r with the frequency of their blocks; what goes
// through memory counts double. It returns the cost of hot and of cold blocks.
func moveCost(f *testFunc, r *Result) (hot, cold float64) {
	for b := range f.blocks {
		bl := &f.blocks[b]
		weight := float64(int(1) << (3 * min(bl.depth, 2)))
		for i := bl.first; i < bl.last; i++ {
			for _, m := range r.MovesBefore(i) {
				cost := 2.0
				if m.From.IsRemat() || m.From.IsReg() && m.To.IsReg() {
					cost = 1
				}
				if bl.cold {
					cold += cost
				} else {
					hot += cost * weight
				}
			}
		}
	}
	return hot, cold
}

// BenchmarkQuality reports what moves cost in random programs, in hot and in
// cold blocks: figures to compare heuristics by.
func BenchmarkQuality(b *testing.B) {
	for _, m := range []struct {
		name     string
		cfg      Config
		clobbers RegSet
	}{{"small", smallMachine, smallClobbers}, {"big", bigMachine, bigClobbers()}} {
		b.Run(m.name, func(b *testing.B) {
			var a Allocator
			var hot, cold float64
			for b.Loop() {
				hot, cold = 0, 0
				for seed := range uint64(200) {
					f := randomFunc(seed, 10+int(seed)%20, 6, m.clobbers)
					r, err := a.Allocate(f, m.cfg)
					if err != nil {
						b.Fatal(err)
					}
					h, c := moveCost(f, r)
					hot += h
					cold += c
				}
			}
			b.ReportMetric(hot, "hot")
			b.ReportMetric(cold, "cold")
		})
	}
}
