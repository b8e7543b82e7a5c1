package aarch64

import (
	"math/bits"

	"github.com/cinderjit/cinderjit/jit/lir"
)

// intConds and floatConds give the machine's conditions. After fcmp, an
// unordered result makes all of the floating-point ones false but NE.
var (
	intConds   = [...]Cond{lir.EQ: EQ, lir.NE: NE, lir.LT: LT, lir.GE: GE, lir.GT: GT, lir.LE: LE, lir.ULT: LO, lir.UGE: HS, lir.UGT: HI, lir.ULE: LS}
	floatConds = [...]Cond{lir.EQ: EQ, lir.NE: NE, lir.LT: MI, lir.GE: GE, lir.GT: GT, lir.LE: LS}
)

// flags emits the comparison of in's test and returns the condition under which
// it holds.
func (e *emitter) flags(in *lir.Instr) Cond {
	w := W64
	if in.W32 {
		w = W32
	}
	switch in.Test {
	case lir.TestFloat:
		e.a.Emit(Fcmp(Double, e.use(in, 0), e.use(in, 1)))
		c := floatConds[in.Cond]
		if in.Not {
			c = c.Invert()
		}
		return c
	case lir.TestCmp:
		e.a.Emit(Cmp(w, e.use(in, 0), e.use(in, 1)))
	case lir.TestSym:
		e.symbol(scratch, in.Sym)
		e.a.Emit(Cmp(w, e.use(in, 0), scratch))
	case lir.TestSyms:
		// Once one was equal, the later comparisons keep it so.
		for i, sym := range e.f.SymSets[in.Imm] {
			e.symbol(scratch, sym)
			if i == 0 {
				e.a.Emit(Cmp(W64, e.use(in, 0), scratch))
			} else {
				e.a.Emit(Ccmp(W64, e.use(in, 0), scratch, FlagsFor(EQ, true), NE))
			}
		}
	case lir.TestMask:
		if IsLogicalImm(w, uint64(in.Imm)) {
			e.a.Emit(TstImm(w, e.use(in, 0), uint64(in.Imm)))
		} else {
			e.a.MovImm64(scratch, uint64(in.Imm))
			e.a.Emit(Tst(w, e.use(in, 0), scratch))
		}
	default:
		e.compareImm(w, e.use(in, 0), in.Imm)
	}
	return intConds[in.Cond]
}

func (e *emitter) compareImm(w Width, r Reg, imm int64) {
	switch {
	case IsAddImm(imm):
		e.a.Emit(CmpImm(w, r, imm))
	case IsAddImm(-imm):
		e.a.Emit(CmnImm(w, r, -imm))
	default:
		e.a.MovImm64(scratch, uint64(imm))
		e.a.Emit(Cmp(w, r, scratch))
	}
}

// branchIf goes to l when in's test holds, or, inverted, when it does not.
func (e *emitter) branchIf(in *lir.Instr, inverted bool, l Label) {
	w, sign := W64, uint32(63)
	if in.W32 {
		w, sign = W32, 31
	}
	c := in.Cond
	if inverted {
		c = c.Invert()
	}
	switch {
	case in.Test == lir.TestImm && in.Imm == 0:
		r := e.use(in, 0)
		switch c {
		case lir.EQ, lir.ULE:
			e.a.Cbz(w, r, l)
			return
		case lir.NE, lir.UGT:
			e.a.Cbnz(w, r, l)
			return
		case lir.LT:
			e.a.Tbnz(r, sign, l)
			return
		case lir.GE:
			e.a.Tbz(r, sign, l)
			return
		}
	case in.Test == lir.TestMask && bits.OnesCount64(uint64(in.Imm)) == 1:
		bit := uint32(bits.TrailingZeros64(uint64(in.Imm)))
		if c == lir.EQ {
			e.a.Tbz(e.use(in, 0), bit, l)
		} else {
			e.a.Tbnz(e.use(in, 0), bit, l)
		}
		return
	}
	mc := e.flags(in)
	if inverted {
		mc = mc.Invert()
	}
	e.a.BCond(mc, l)
}

func emitSet(e *emitter, in *lir.Instr) int {
	c := e.flags(in)
	e.a.Emit(Cset(W32, e.reg(0), c))
	return 0
}

func emitSelect(e *emitter, in *lir.Instr) int {
	c := e.flags(in)
	e.symbol(scratch, in.Sym)
	e.symbol(scratch2, in.Sym2)
	e.a.Emit(Csel(W64, e.reg(0), scratch, scratch2, c))
	return 0
}

func emitExitIf(e *emitter, in *lir.Instr) int {
	e.branchIf(in, false, e.exit(in))
	return 0
}

func emitExit(e *emitter, in *lir.Instr) int {
	e.a.B(e.exit(in))
	return 0
}
