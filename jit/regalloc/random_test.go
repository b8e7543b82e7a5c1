package regalloc

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// smallMachine has few registers, so that everything spills: r0 to r3 and f0
// to f2 are destroyed by calls.
var smallMachine = Config{
	IntRegs: []PReg{0, 1, 2, 3, 4, 5}, FloatRegs: []PReg{32, 33, 34, 35},
	IntScratch: 16, FloatScratch: 63,
	CalleeSaved: Regs(4, 5, 35), Check: true,
}

// bigMachine resembles the AArch64 procedure call standard.
var bigMachine = Config{
	IntRegs:    []PReg{8, 9, 10, 11, 12, 13, 14, 15, 7, 6, 5, 4, 3, 2, 1, 0, 21, 22, 23, 24, 25, 26, 27, 28},
	FloatRegs:  []PReg{48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 39, 38, 37, 36, 35, 34, 33, 32, 40, 41, 42, 43, 44, 45, 46, 47},
	IntScratch: 16, FloatScratch: 63,
	CalleeSaved: Regs(19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 40, 41, 42, 43, 44, 45, 46, 47), Check: true,
}

const smallClobbers RegSet = 0xf | 7<<32

func bigClobbers() RegSet {
	return RegSet(0x3ffff) | RegSet(0xffff00ff)<<32
}

// generator builds random functions.
type generator struct {
	*rand.Rand
	f        *testFunc
	clobbers RegSet
	args     int // fixed integer arguments of calls
	calls    bool
	pool     []VReg // values that may be used here
	loops    int
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// randomFunc returns a random function with about the given numbers of blocks
// and of instructions in each. Any control flow may result, also loops with
// several entries.
func randomFunc(seed uint64, blocks, instrs int, clobbers RegSet) *testFunc {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 1)), clobbers: clobbers, args: 4}
	g.calls = g.chance(80)
	f := &testFunc{nv: 1, class: make([]Class, 1), remat: make([]bool, 1)}
	g.f = f
	g.graph(blocks)
	g.layout()
	idom := dominators(f)
	children := make([][]int, len(f.blocks))
	for b := 1; b < len(f.blocks); b++ {
		children[idom[b]] = append(children[idom[b]], b)
	}
	code := make([][]testInstr, len(f.blocks))
	preds := make([]int, len(f.blocks))
	for b := range f.blocks {
		for _, s := range f.blocks[b].succs {
			preds[s]++
		}
	}
	ends := make([][]VReg, len(f.blocks))
	var visit func(b int)
	visit = func(b int) {
		mark := slices.Clone(g.pool)
		bl := &f.blocks[b]
		if b > 0 {
			for range g.IntN(4) {
				bl.params = append(bl.params, g.value())
			}
			g.pool = append(g.pool, bl.params...)
		}
		for range 1 + g.IntN(2*instrs) {
			code[b] = append(code[b], g.instr())
		}
		term := testInstr{name: "br"}
		if !(len(bl.succs) == 1 && preds[bl.succs[0]] > 1) && g.chance(60) {
			term = g.instr()
		} else if len(bl.succs) == 1 {
			term.name = "jump"
		}
		code[b] = append(code[b], term)
		ends[b] = slices.Clone(g.pool)
		for _, c := range children[b] {
			visit(c)
		}
		g.pool = mark
	}
	visit(0)
	for b := range f.blocks {
		bl := &f.blocks[b]
		bl.first = len(f.instrs)
		f.instrs = append(f.instrs, code[b]...)
		bl.last = len(f.instrs)
		bl.args = make([][]VReg, len(bl.succs))
		for k, s := range bl.succs {
			for _, p := range f.blocks[s].params {
				bl.args[k] = append(bl.args[k], g.pick(ends[b], f.class[p]))
			}
		}
	}
	return f
}

// graph makes the blocks and edges.
func (g *generator) graph(n int) {
	f := g.f
	f.blocks = make([]testBlock, n)
	for b := 1; b < n; b++ {
		p := b - 1
		if g.chance(30) {
			p = g.IntN(b)
		}
		for len(f.blocks[p].succs) >= 2 {
			p = (p + 1) % b
		}
		f.blocks[p].succs = append(f.blocks[p].succs, b)
	}
	for b := range n {
		if len(f.blocks[b].succs) < 2 && n > 1 && g.chance(45) {
			f.blocks[b].succs = append(f.blocks[b].succs, 1+g.IntN(n-1))
		}
	}
	// Split critical edges.
	preds := make([]int, n)
	for b := range n {
		for _, s := range f.blocks[b].succs {
			preds[s]++
		}
	}
	for b := range n {
		for k, s := range f.blocks[b].succs {
			if len(f.blocks[b].succs) > 1 && preds[s] > 1 {
				f.blocks[b].succs[k] = len(f.blocks)
				f.blocks = append(f.blocks, testBlock{succs: []int{s}})
			}
		}
	}
	for b := range f.blocks {
		f.blocks[b].cold = b > 0 && g.chance(15)
		f.blocks[b].depth = g.IntN(3)
	}
}

// layout reorders the blocks: usually cold ones last, sometimes at random.
func (g *generator) layout() {
	f := g.f
	order := make([]int, len(f.blocks))
	for i := range order {
		order[i] = i
	}
	if g.chance(20) {
		g.Shuffle(len(order)-1, func(i, j int) { order[i+1], order[j+1] = order[j+1], order[i+1] })
	}
	if g.chance(80) {
		slices.SortStableFunc(order, func(x, y int) int {
			switch {
			case f.blocks[x].cold == f.blocks[y].cold:
				return 0
			case f.blocks[y].cold:
				return -1
			}
			return 1
		})
	}
	to := make([]int, len(order))
	blocks := make([]testBlock, len(order))
	for i, b := range order {
		to[b] = i
		blocks[i] = f.blocks[b]
	}
	for b := range blocks {
		for k, s := range blocks[b].succs {
			blocks[b].succs[k] = to[s]
		}
	}
	f.blocks = blocks
	if g.chance(80) {
		g.depths()
	}
}

// depths replaces the arbitrary loop depths by what the layout suggests.
func (g *generator) depths() {
	blocks := g.f.blocks
	for b := range blocks {
		blocks[b].depth = 0
	}
	for h := range blocks {
		last := -1
		for b := h; b < len(blocks); b++ {
			if slices.Contains(blocks[b].succs, h) && !blocks[b].cold {
				last = b
			}
		}
		for b := h; b <= last; b++ {
			blocks[b].depth++
		}
	}
}

// dominators returns the immediate dominators, by the plain iterative method
// on sets.
func dominators(f *testFunc) []int {
	n := len(f.blocks)
	dom := make([][]bool, n)
	for b := range dom {
		dom[b] = make([]bool, n)
		for d := range n {
			dom[b][d] = b != 0 || d == 0
		}
	}
	for changed := true; changed; {
		changed = false
		for p := range n {
			for _, s := range f.blocks[p].succs {
				for d := range n {
					if d != s && dom[s][d] && !dom[p][d] {
						dom[s][d] = false
						changed = true
					}
				}
			}
		}
	}
	idom := make([]int, n)
	size := func(b int) (k int) {
		for _, d := range dom[b] {
			if d {
				k++
			}
		}
		return k
	}
	for b := 1; b < n; b++ {
		for d := range n {
			if d != b && dom[b][d] && size(d) == size(b)-1 {
				idom[b] = d
			}
		}
	}
	return idom
}

func (g *generator) value() VReg {
	v := VReg(g.f.nv)
	g.f.addValue(v, Class(g.IntN(4)/3))
	return v
}

func (g *generator) valueOf(c Class) VReg {
	v := VReg(g.f.nv)
	g.f.addValue(v, c)
	return v
}

// pick returns a value of class c out of pool, preferring late ones.
func (g *generator) pick(pool []VReg, c Class) VReg {
	for range 20 {
		v := pool[g.IntN(len(pool))]
		if g.chance(50) && len(pool) > 12 {
			v = pool[len(pool)-1-g.IntN(12)]
		}
		if g.f.class[v] == c {
			return v
		}
	}
	for _, v := range pool {
		if g.f.class[v] == c {
			return v
		}
	}
	panic("no value")
}

func (g *generator) use(in *testInstr, c Class, o Operand) {
	o.V, o.Kind = g.pick(g.pool, c), Use
	in.ops = append(in.ops, o)
}

func (g *generator) def(in *testInstr, c Class, o Operand) {
	o.V, o.Kind = g.valueOf(c), Def
	in.ops = append(in.ops, o)
}

// anyUses adds operands such as deoptimisation needs.
func (g *generator) anyUses(in *testInstr, pos Pos) {
	for range g.IntN(6) {
		g.use(in, Class(g.IntN(4)/3), Operand{Constraint: Any, Pos: pos})
	}
}

// instr returns a random instruction, and adds what it defines to the pool.
func (g *generator) instr() testInstr {
	var in testInstr
	k := g.IntN(100)
	switch {
	case len(g.pool) < 2:
		in.name = "arg"
		g.def(&in, Int, Operand{Constraint: Fixed, Fixed: 0})
		g.def(&in, Float, Operand{Constraint: Fixed, Fixed: 32})
	case k < 10:
		in.name = "const"
		g.def(&in, Class(g.IntN(2)), Operand{})
		g.f.remat[in.ops[0].V] = true
	case k < 30 && g.calls:
		g.call(&in)
	case k < 45:
		in.name = "guard"
		g.use(&in, Int, Operand{})
		g.anyUses(&in, Normal)
	case k < 55:
		in.name = "odd"
		g.odd(&in)
	default:
		in.name = "add"
		c := Class(g.IntN(4) / 3)
		for range 1 + g.IntN(2) {
			g.use(&in, c, Operand{})
		}
		o := Operand{}
		if g.chance(30) {
			o = Operand{Constraint: Reuse, Reuse: uint8(g.IntN(len(in.ops)))}
		}
		g.def(&in, c, o)
		if g.chance(5) {
			g.def(&in, c, Operand{})
		}
	}
	for _, o := range in.ops {
		if o.Kind == Def {
			g.pool = append(g.pool, o.V)
		}
	}
	return in
}

func (g *generator) call(in *testInstr) {
	in.name = "call"
	in.clobbers = g.clobbers
	for r := range g.IntN(g.args + 1) {
		g.use(in, Int, Operand{Constraint: Fixed, Fixed: PReg(r)})
	}
	for r := range g.IntN(3) {
		g.use(in, Float, Operand{Constraint: Fixed, Fixed: PReg(32 + r)})
	}
	if g.chance(30) {
		g.use(in, Int, Operand{}) // an indirect call
	}
	if g.chance(10) {
		g.use(in, Int, Operand{Pos: Late})
	}
	g.anyUses(in, Pos(2*g.IntN(2)))
	if g.chance(70) {
		g.def(in, Int, Operand{Constraint: Fixed, Fixed: 0})
	}
	if g.chance(20) {
		g.def(in, Float, Operand{Constraint: Fixed, Fixed: 32})
	}
}

// odd makes an instruction with unusual constraints.
func (g *generator) odd(in *testInstr) {
	switch g.IntN(5) {
	case 0: // temporaries
		g.use(in, Int, Operand{})
		g.def(in, Int, Operand{Pos: Early})
		g.def(in, Float, Operand{Pos: Early})
		g.def(in, Int, Operand{})
	case 1: // an input in the way of an output
		g.use(in, Int, Operand{Pos: Late})
		g.use(in, Int, Operand{})
		g.def(in, Int, Operand{})
	case 2: // fixed registers without a call, like a division on another machine
		r := PReg(g.IntN(4))
		g.use(in, Int, Operand{Constraint: Fixed, Fixed: r, Pos: Pos(2 * g.IntN(2))})
		g.use(in, Int, Operand{})
		g.def(in, Int, Operand{Constraint: Fixed, Fixed: (r + 1) % 4, Pos: Pos(g.IntN(2))})
		in.clobbers = Regs((r+2)%4) | RegSet(g.IntN(8))<<32
	case 3: // may be defined in memory
		g.anyUses(in, Normal)
		g.def(in, Int, Operand{Constraint: Any})
		g.def(in, Float, Operand{Constraint: Any})
	case 4: // the same value twice, and reused
		g.use(in, Int, Operand{})
		in.ops = append(in.ops, in.ops[0])
		in.ops = append(in.ops, Operand{V: in.ops[0].V, Kind: Use, Constraint: Fixed, Fixed: 1})
		g.def(in, Int, Operand{Constraint: Reuse, Reuse: uint8(g.IntN(2))})
	}
}

// verify allocates f, which the checker proves, and compares executions.
func verify(a *Allocator, f *testFunc, cfg Config) error {
	r, err := a.Allocate(f, cfg)
	if err != nil {
		return err
	}
	want := f.run(2000)
	got, err := f.runAllocated(r, cfg, 2000)
	if err != nil {
		return err
	}
	if !slices.Equal(want, got) {
		return fmt.Errorf("the allocated program behaves differently")
	}
	return nil
}

func TestRandom(t *testing.T) {
	n := 2000
	if testing.Short() {
		n = 300
	}
	var a Allocator
	for seed := range uint64(n) {
		blocks, instrs := 1+int(seed)%23, 1+int(seed)%11
		cfg, clobbers := smallMachine, smallClobbers
		if seed%4 == 3 {
			cfg, clobbers = bigMachine, bigClobbers()
			blocks, instrs = blocks*2, instrs*2
		}
		f := randomFunc(seed, blocks, instrs, clobbers)
		for _, everything := range []bool{false, true} {
			cfg.SpillEverything = everything
			if err := verify(&a, f, cfg); err != nil {
				t.Fatalf("seed %d, spill everything %v: %v\n%s", seed, everything, err, f)
			}
		}
	}
}
