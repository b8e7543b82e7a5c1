package lir

import (
	"fmt"

	"github.com/cinderjit/cinderjit/jit/regalloc"
)

// Verify checks that f is what the opcode table, the register allocator and the
// emitter rely on: operands of the right number and class, one definition of
// each register, definitions before uses, one terminator at the end of each
// block, no critical edges, side values in range.
func (f *Func) Verify() error {
	v := &verifier{f: f, defined: make([]int32, len(f.classes))}
	for i := range v.defined {
		v.defined[i] = -1
	}
	v.blocks()
	v.dominance()
	return v.err
}

type verifier struct {
	f       *Func
	defined []int32 // by VReg: block that defines it
	err     error
}

func (v *verifier) fail(format string, args ...any) {
	if v.err == nil {
		v.err = fmt.Errorf("lir: "+format, args...)
	}
}

func (v *verifier) blocks() {
	f := v.f
	next := int32(0)
	preds := make([]int32, len(f.Blocks))
	for b := range f.Blocks {
		blk := &f.Blocks[b]
		if blk.First != next || blk.Last <= blk.First {
			v.fail("L%d has instructions [%d, %d), want them from %d", b, blk.First, blk.Last, next)
			return
		}
		next = blk.Last
		for _, p := range blk.Params {
			v.define(p, b)
		}
		for i := blk.First; i < blk.Last; i++ {
			in := &f.Instrs[i]
			if in.Op == OpInvalid || in.Op >= NumOps {
				v.fail("L%d: opcode %d", b, in.Op)
				return
			}
			if t := in.Op.Info().Terminator; t != (i == blk.Last-1) {
				v.fail("L%d: %s at %d of [%d, %d)", b, in.Op, i, blk.First, blk.Last)
			}
			v.operands(in, int(i))
			for _, o := range f.operands(in)[:in.ndefs] {
				v.define(o.V, b)
			}
		}
		want := map[Op]int{Jump: 1, Branch: 2}[f.Instrs[blk.Last-1].Op]
		if f.Instrs[blk.Last-1].Op == Entries {
			want = max(2, len(blk.Succs))
			if b != 0 {
				v.fail("L%d ends in entries", b)
			}
		}
		if len(blk.Succs) != want {
			v.fail("L%d: %d successors, want %d", b, len(blk.Succs), want)
		}
		for n, s := range blk.Succs {
			preds[s]++
			params := f.Blocks[s].Params
			if len(blk.Args[n]) != len(params) {
				v.fail("L%d passes %d values to L%d, which has %d parameters", b, len(blk.Args[n]), s, len(params))
				return
			}
			for k, a := range blk.Args[n] {
				if f.classes[a] != f.classes[params[k]] {
					v.fail("L%d passes %s to %s of L%d", b, f.vreg(a), f.vreg(params[k]), s)
				}
			}
			if len(blk.Succs) > 1 && f.Blocks[s].Preds > 1 {
				v.fail("edge L%d to L%d is critical", b, s)
			}
		}
	}
	for b := range f.Blocks {
		if preds[b] != f.Blocks[b].Preds {
			v.fail("L%d has %d predecessors, says %d", b, preds[b], f.Blocks[b].Preds)
		}
	}
	if f.Blocks[0].Preds != 0 || len(f.Blocks[0].Params) != 0 {
		v.fail("the entry has predecessors or parameters")
	}
}

func (v *verifier) define(r VReg, b int) {
	if r == 0 || int(r) >= len(v.defined) {
		v.fail("L%d defines register %d", b, r)
		return
	}
	if v.defined[r] >= 0 {
		v.fail("%s is defined twice", v.f.vreg(r))
	}
	v.defined[r] = int32(b)
}

// classesOf expands a pattern of the opcode table; ok is false for patterns that
// allow anything.
func classesOf(pattern string, in *Instr) (classes string, ok bool) {
	for _, c := range pattern {
		switch c {
		case '*', '?':
			return "", false
		case 't':
			classes += testUses[in.Test]
		case 'b':
			if in.Base == BaseReg {
				classes += "i"
			}
		case 'm':
			if in.Mem == MemF64 {
				classes += "f"
			} else {
				classes += "i"
			}
		case 'a':
			classes += "i"
		default:
			classes += string(c)
		}
	}
	return classes, true
}

func (v *verifier) operands(in *Instr, i int) {
	f := v.f
	info := in.Op.Info()
	if int(in.Test) >= len(testUses) {
		v.fail("%s: test %d", in.Op, in.Test)
		return
	}
	if in.Side != 0 {
		if !info.Exit {
			v.fail("%s has a side", in.Op)
		}
		if int(in.Side) >= len(f.Sides) {
			v.fail("%s: side %d", in.Op, in.Side)
			return
		}
	}
	check := func(what, pattern string, ops []regalloc.Operand, kind regalloc.Kind) {
		want, ok := classesOf(pattern, in)
		if ok && len(want) != len(ops) {
			v.fail("%s has %d %s, want %d", f.InstrString(i, nil), len(ops), what, len(want))
			return
		}
		for k, o := range ops {
			if o.Kind != kind {
				v.fail("%s: operand kinds are mixed", in.Op)
			}
			if ok && want[k] != f.classes[o.V].String()[0] {
				v.fail("%s: %s %d is %s", f.InstrString(i, nil), what, k, f.classes[o.V])
			}
		}
	}
	ops := f.operands(in)
	check("definitions", info.Defs, ops[:in.ndefs], regalloc.Def)
	check("uses", info.Uses, ops[in.ndefs:], regalloc.Use)
}

// dominance checks that a definition is on every way to its uses, by the
// classical iteration over sets of what is certainly defined.
func (v *verifier) dominance() {
	if v.err != nil {
		return
	}
	f := v.f
	words := (len(f.classes) + 63) / 64
	in := make([][]uint64, len(f.Blocks))
	in[0] = make([]uint64, words)
	work := []BlockID{0}
	out := make([]uint64, words)
	flow := func(b BlockID, use func(VReg, int32)) {
		copy(out, in[b])
		set := func(r VReg) { out[r/64] |= 1 << (r % 64) }
		blk := &f.Blocks[b]
		for _, p := range blk.Params {
			set(p)
		}
		for i := blk.First; i < blk.Last; i++ {
			ops := f.operands(&f.Instrs[i])
			nd := f.Instrs[i].ndefs
			if use != nil {
				for _, o := range ops[nd:] {
					use(o.V, i)
				}
				if s := f.Instrs[i].Side; s != 0 {
					for _, r := range f.Sides[s].Values {
						use(r, i)
					}
				}
			}
			for _, o := range ops[:nd] {
				set(o.V)
			}
		}
		if use != nil {
			for _, args := range blk.Args {
				for _, a := range args {
					use(a, blk.Last-1)
				}
			}
		}
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		flow(b, nil)
		for _, s := range f.Blocks[b].Succs {
			if in[s] == nil {
				in[s] = append([]uint64(nil), out...)
				work = append(work, s)
				continue
			}
			changed := false
			for w := range in[s] {
				if n := in[s][w] & out[w]; n != in[s][w] {
					in[s][w] = n
					changed = true
				}
			}
			if changed {
				work = append(work, s)
			}
		}
	}
	for b := range f.Blocks {
		if in[b] == nil {
			v.fail("L%d cannot be reached", b)
			continue
		}
		flow(BlockID(b), func(r VReg, i int32) {
			if out[r/64]>>(r%64)&1 == 0 {
				v.fail("L%d: %s is not defined at: %s", b, f.vreg(r), f.InstrString(int(i), nil))
			}
		})
	}
}
