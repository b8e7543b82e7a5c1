package aarch64_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// generator makes random functions over ints and floats: straight arithmetic,
// diamonds, loops with a counter, exits with frame states that name many
// values, and calls that destroy registers.
type generator struct {
	r     *rand.Rand
	f     *hir.Func
	b     hir.BlockID
	ints  []hir.Value // usable here
	flts  []hir.Value
	depth int
	unit  int32
}

const nInts, nFloats = 3, 2

func (g *generator) emit(op hir.Op, args ...hir.Value) hir.Value {
	v := g.f.Append(g.b, op, args...)
	g.f.At(v).BC = g.unit
	return v
}

func (g *generator) int() hir.Value   { return g.ints[g.r.IntN(len(g.ints))] }
func (g *generator) float() hir.Value { return g.flts[g.r.IntN(len(g.flts))] }

// state makes a frame state of some values, with an offset of its own.
func (g *generator) state() hir.FrameStateID {
	g.unit++
	pick := func(n int) []hir.Value {
		var vs []hir.Value
		for range n {
			if g.r.IntN(4) == 0 {
				vs = append(vs, g.float())
			} else {
				vs = append(vs, g.int())
			}
		}
		return vs
	}
	return g.f.NewFrameState(hir.FrameState{Offset: g.unit, Locals: pick(nInts + nFloats + 2), Stack: pick(g.r.IntN(4))})
}

var interestingInts = []int64{0, 1, -1, 2, 3, -3, 7, 10, 255, 256, 257, -5, -6, 4095, 4096, -4096, 65536, 1<<31 - 1, 1 << 31, 1<<62 - 1, math.MaxInt64, math.MinInt64, 0x5555555555555555, 12345678901}

var interestingFloats = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 3, 1e300, -1e-300, math.Inf(1), math.Inf(-1), math.NaN()}

func (g *generator) constant() hir.Value {
	v := g.emit(hir.CInt)
	g.f.At(v).Imm = interestingInts[g.r.IntN(len(interestingInts))]
	return v
}

func (g *generator) cond() hir.Value {
	var v hir.Value
	switch g.r.IntN(4) {
	case 0:
		v = g.emit(hir.FloatCmp, g.float(), g.float())
		g.f.At(v).Aux = uint8(g.r.IntN(6))
	case 1:
		v = g.emit(hir.IntCmp, g.int(), g.constant())
		g.f.At(v).Aux = uint8(g.r.IntN(8))
	default:
		v = g.emit(hir.IntCmp, g.int(), g.int())
		g.f.At(v).Aux = uint8(g.r.IntN(8))
	}
	if g.r.IntN(4) == 0 {
		v = g.emit(hir.BoolNot, v)
	}
	return v
}

var intOps = []hir.Op{hir.IntAdd, hir.IntSub, hir.IntMul, hir.IntAnd, hir.IntOr, hir.IntXor, hir.IntShl, hir.IntSar, hir.IntNeg, hir.IntFloorDiv, hir.IntMod}
var ovfOps = []hir.Op{hir.IntAddOvf, hir.IntSubOvf, hir.IntMulOvf}
var floatOps = []hir.Op{hir.FloatAdd, hir.FloatSub, hir.FloatMul, hir.FloatDiv, hir.FloatNeg, hir.FloatAbs, hir.FloatSqrt, hir.IntToFloat}

func (g *generator) operand() hir.Value {
	if g.r.IntN(3) == 0 {
		return g.constant()
	}
	return g.int()
}

// statement emits something.
func (g *generator) statement() {
	switch n := g.r.IntN(20); {
	case n < 7:
		op := intOps[g.r.IntN(len(intOps))]
		var v hir.Value
		switch op {
		case hir.IntNeg:
			v = g.emit(op, g.operand())
		case hir.IntShl, hir.IntSar:
			s := g.emit(hir.CInt)
			g.f.At(s).Imm = int64(g.r.IntN(64))
			if g.r.IntN(2) == 0 {
				m := g.emit(hir.CInt)
				g.f.At(m).Imm = 63
				s = g.emit(hir.IntAnd, g.int(), m)
			}
			v = g.emit(op, g.operand(), s)
		case hir.IntFloorDiv, hir.IntMod:
			one := g.emit(hir.CInt)
			g.f.At(one).Imm = 1
			d := g.emit(hir.IntOr, g.int(), one)
			if g.r.IntN(3) == 0 {
				d = g.emit(hir.CInt)
				g.f.At(d).Imm = []int64{1, -1, 2, 3, -7, 8, 1024, 1000}[g.r.IntN(8)]
			}
			v = g.emit(op, g.operand(), d)
		default:
			v = g.emit(op, g.operand(), g.operand())
		}
		g.ints = append(g.ints, v)
	case n < 9:
		v := g.emit(ovfOps[g.r.IntN(3)], g.operand(), g.operand())
		g.f.At(v).FS = g.state()
		g.ints = append(g.ints, v)
	case n < 13:
		op := floatOps[g.r.IntN(len(floatOps))]
		var v hir.Value
		switch op {
		case hir.FloatNeg, hir.FloatAbs, hir.FloatSqrt:
			v = g.emit(op, g.float())
		case hir.IntToFloat:
			v = g.emit(op, g.int())
		default:
			v = g.emit(op, g.float(), g.float())
		}
		g.flts = append(g.flts, v)
	case n < 14:
		c := g.cond()
		v := g.emit([]hir.Op{hir.GuardTrue, hir.GuardFalse}[g.r.IntN(2)], c)
		g.f.At(v).FS = g.state()
	case n < 16:
		v := g.emit(hir.IsTrue, g.f.Blocks[0].Instrs[0])
		g.f.At(v).FS = g.state()
		c := g.emit(hir.CheckFrame)
		g.f.At(c).FS = g.state()
	case n < 18 && g.depth < 3:
		g.diamond()
	case g.depth < 2:
		g.loop()
	}
}

// block emits n statements and returns two of the values then known, which are
// forgotten.
func (g *generator) block(n int) (i, x hir.Value) {
	g.depth++
	ni, nf := len(g.ints), len(g.flts)
	for range n {
		g.statement()
	}
	i, x = g.recent(g.ints, ni), g.recent(g.flts, nf)
	g.depth--
	g.ints, g.flts = g.ints[:ni], g.flts[:nf]
	return i, x
}

// recent picks a value, mostly one of those behind the first n.
func (g *generator) recent(vs []hir.Value, n int) hir.Value {
	if len(vs) > n && g.r.IntN(4) != 0 {
		vs = vs[n:]
	}
	return vs[g.r.IntN(len(vs))]
}

// jump ends the current block.
func (g *generator) jump(to hir.BlockID) {
	g.emit(hir.Jump)
	g.f.Link(g.b, to)
}

func (g *generator) enter(b hir.BlockID) {
	g.b = b
}

// diamond makes an if-else whose sides compute different values for two phis.
func (g *generator) diamond() {
	g.emit(hir.Branch, g.cond())
	from := g.b
	yes, no, join := g.f.NewBlock(), g.f.NewBlock(), g.f.NewBlock()
	g.f.Link(from, yes)
	g.f.Link(from, no)
	var ints, flts [2]hir.Value
	for k, b := range []hir.BlockID{yes, no} {
		g.enter(b)
		g.f.Blocks[b].Cold = k == 1 && g.r.IntN(3) == 0
		ints[k], flts[k] = g.block(1 + g.r.IntN(3))
		g.jump(join)
	}
	g.enter(join)
	g.ints = append(g.ints, g.phi(hir.TCInt, ints[:]...))
	g.flts = append(g.flts, g.phi(hir.TCFloat, flts[:]...))
}

func (g *generator) phi(t hir.Type, args ...hir.Value) hir.Value {
	v := g.emit(hir.Phi, args...)
	g.f.At(v).Type = t
	return v
}

// loop makes a loop that runs a few times and carries three values.
func (g *generator) loop() {
	zero, one, limit := g.emit(hir.CInt), g.emit(hir.CInt), g.emit(hir.CInt)
	g.f.At(one).Imm = 1
	g.f.At(limit).Imm = int64(1 + g.r.IntN(4))
	i0, f0 := g.int(), g.float()
	head, body, exit := g.f.NewBlock(), g.f.NewBlock(), g.f.NewBlock()
	g.jump(head)
	g.enter(head)
	count := g.phi(hir.TCInt, zero, zero)
	i := g.phi(hir.TCInt, i0, i0)
	x := g.phi(hir.TCFloat, f0, f0)
	g.ints = append(g.ints, i, count)
	g.flts = append(g.flts, x)
	c := g.emit(hir.IntCmp, count, limit)
	g.f.At(c).Aux = uint8(hir.CondLT)
	g.emit(hir.Branch, c)
	g.f.Link(head, body)
	g.f.Link(head, exit)
	g.enter(body)
	first := body
	i1, x1 := g.block(1 + g.r.IntN(4))
	next := g.emit(hir.IntAdd, count, one)
	g.jump(head)
	g.f.SetArg(count, 1, next)
	g.f.SetArg(i, 1, i1)
	g.f.SetArg(x, 1, x1)
	for b := first; int(b) < len(g.f.Blocks); b++ {
		g.f.Blocks[b].Loop++
	}
	g.f.Blocks[head].Loop++
	g.f.Blocks[exit].Loop--
	g.enter(exit)
}

// function makes a whole function.
func (g *generator) function(size int) {
	g.f = hir.NewFunc(testSnapshot(nInts + nFloats))
	g.f.NumLocals = nInts + nFloats + 2
	var params []hir.Value
	for k := range nInts + nFloats {
		p := g.emit(hir.Param)
		g.f.At(p).Imm = int64(k)
		params = append(params, p)
	}
	for k, p := range params {
		op, list := hir.LongUnbox, &g.ints
		if k >= nInts {
			op, list = hir.FloatUnbox, &g.flts
		}
		*list = append(*list, g.emit(op, p))
	}
	for range size {
		g.statement()
	}
	// Mix everything that is there into the result.
	sum := g.ints[0]
	for _, v := range g.ints[1:] {
		sum = g.emit(hir.IntXor, sum, v)
	}
	var boxed hir.Value
	if g.r.IntN(2) == 0 {
		boxed = g.emit(hir.LongBox, sum)
	} else {
		x := g.flts[0]
		for _, v := range g.flts[1:] {
			x = g.emit(hir.FloatAdd, x, v)
		}
		boxed = g.emit(hir.FloatBox, x)
	}
	g.unit = 30000
	g.f.At(boxed).FS = g.state()
	lf := g.emit(hir.LeaveFrame)
	g.f.At(lf).FS = g.state()
	g.emit(hir.Return, boxed)
}

// TestRandom compares machine code, run by the emulator, with the evaluator, on
// random functions with random arguments, with ample and with no registers.
func TestRandom(t *testing.T) {
	var m emulator
	seeds := 60
	if testing.Short() {
		seeds = 10
	}
	for seed := range seeds {
		for _, spill := range []bool{false, true} {
			g := &generator{r: rand.New(rand.NewPCG(uint64(seed), 7))}
			g.function(5 + seed)
			if err := g.f.Verify(); err != nil {
				t.Fatalf("seed %d: %v\n%s", seed, err, g.f)
			}
			cfg := aarch64.Registers()
			cfg.SpillEverything = spill
			if seed%3 == 1 {
				// Few registers.
				cfg.IntRegs = append(cfg.IntRegs[:5:5], cfg.IntRegs[16:18]...)
				cfg.FloatRegs = append(cfg.FloatRegs[:3:3], cfg.FloatRegs[len(cfg.FloatRegs)-2:]...)
			}
			c := compileFunc(t, g.f, cfg)
			for range 4 {
				m.add(g, c, fmt.Sprintf("seed %d spill %v", seed, spill))
			}
		}
	}
	m.run(t)
}

// add plans one call of g's function.
func (m *emulator) add(g *generator, c compiled, name string) {
	ev := &evaluator{f: g.f}
	e := emulation{name: name, c: c, entry: c.obj.Direct, snap: g.f.Snap}
	for k := range nInts + nFloats {
		at := objectAddress(testClass) + 64*uint64(k+1)
		e.args = append(e.args, at)
		if k < nInts {
			v := int64(g.r.IntN(1<<31)) - 1<<30
			if g.r.IntN(2) == 0 {
				v = int64(g.r.IntN(20) - 8)
			}
			v = max(v, -(1<<30 - 1))
			ev.args = append(ev.args, v)
			ev.fargs = append(ev.fargs, 0)
			e.heap = append(e.heap, image{at, intObject(v, 1)})
			continue
		}
		x := interestingFloats[g.r.IntN(len(interestingFloats))]
		if g.r.IntN(2) == 0 {
			x = g.r.NormFloat64() * 100
		}
		ev.args = append(ev.args, 0)
		ev.fargs = append(ev.fargs, math.Float64bits(x))
		e.heap = append(e.heap, image{at, floatObject(x, 1)})
	}
	want := ev.run()
	f := g.f
	call := e
	e.check = func(t *testing.T, o *outcome) { checkLeft(t, f, &call, o, want) }
	m.calls = append(m.calls, e)
}

// sameFloat compares floats by their bits; all NaNs are equal.
func sameFloat(a, b uint64) bool {
	return a == b || math.IsNaN(math.Float64frombits(a)) && math.IsNaN(math.Float64frombits(b))
}

// intValue is the number in an int object, be it made by the stub or by the
// runner.
func intValue(words [6]uint64) int64 {
	if words[4] == 0xb0c5 {
		return int64(words[2])
	}
	return int64(words[3]&0xffffffff) * (1 - int64(words[2]&3))
}

func checkLeft(t *testing.T, f *hir.Func, e *emulation, o *outcome, want left) {
	t.Helper()
	if want.exit != (o.Exited != 0) {
		t.Errorf("exited %d (number %d), want %v at %d\n%s", o.Exited, o.Exit, want.exit, f.Frames[want.fs].Offset, f)
		return
	}
	if !want.exit {
		switch o.result[1] {
		case objectAddress(snapshot.TypeFloat):
			if !sameFloat(o.result[2], want.value) {
				t.Errorf("result %v, want %v\n%s", math.Float64frombits(o.result[2]), math.Float64frombits(want.value), f)
			}
		case objectAddress(snapshot.TypeInt):
			got := intValue(o.result)
			if o.X0 >= smallInts && o.X0 < threadBase {
				got = int64(o.X0-smallInts)/32 + snapshot.MinSmallInt
				if (o.X0-smallInts)%32 != 0 {
					t.Errorf("small int at %#x", o.X0)
				}
			} else if _, small := snapshot.SmallInt(got); small {
				t.Errorf("%d was boxed anew", got)
			}
			if got != int64(want.value) {
				t.Errorf("result %d, want %d\n%s", got, int64(want.value), f)
			}
		default:
			t.Errorf("result of class %#x", o.result[1])
		}
		return
	}
	x := &e.c.obj.Exits[o.Exit]
	fs := &f.Frames[want.fs]
	if x.Kind != object.Deopt || x.Frames[0].Offset != uint32(fs.Offset) {
		t.Errorf("exit %s at %d, want %d\n%s", x.Kind, x.Frames[0].Offset, fs.Offset, f)
		return
	}
	compare := func(what string, locs []object.Location, vs []hir.Value, want []uint64) {
		for k, l := range locs {
			got, ok := e.locate(o, l)
			isFloat := f.At(vs[k]).Type.Is(hir.BitCFloat)
			if !ok || got != want[k] && !(isFloat && sameFloat(got, want[k])) || isFloat != (l.Repr == object.AsDouble) {
				t.Errorf("exit at %d: %s %d is %#x, want %#x (v%d)\n%s", fs.Offset, what, k, got, want[k], vs[k], f)
			}
		}
	}
	compare("local", x.Frames[0].Locals, fs.Locals, want.locals)
	compare("stack", x.Frames[0].Stack, fs.Stack, want.stack)
}
