package aarch64

import (
	"math"

	"github.com/cinderjit/cinderjit/jit/lir"
)

func emitConstant(e *emitter, in *lir.Instr) int {
	e.constant(in, e.reg(0))
	return 0
}

// constant makes what in, which can be made anew anywhere, defines.
func (e *emitter) constant(in *lir.Instr, r Reg) {
	switch in.Op {
	case lir.Imm:
		e.a.MovImm64(r, uint64(in.Imm))
	case lir.FImm:
		e.a.MovFloat(Double, r, math.Float64frombits(uint64(in.Imm)))
	case lir.SymAddr:
		e.symbol(r, in.Sym)
	case lir.OutAddr:
		e.a.AddConst(W64, r, SP, in.Imm, r)
	}
}

func emitThree(enc func(w Width, rd, rn, rm Reg) Word) func(*emitter, *lir.Instr) int {
	return func(e *emitter, in *lir.Instr) int {
		e.a.Emit(enc(W64, e.reg(0), e.reg(1), e.reg(2)))
		return 0
	}
}

func emitAddImm(e *emitter, in *lir.Instr) int {
	e.a.AddConst(W64, e.reg(0), e.reg(1), in.Imm, scratch)
	return 0
}

func emitMSub(e *emitter, in *lir.Instr) int {
	e.a.Emit(Msub(W64, e.reg(0), e.reg(1), e.reg(2), e.reg(3)))
	return 0
}

func emitLogicalImm(imm func(w Width, rd, rn Reg, v uint64) Word, reg func(w Width, rd, rn, rm Reg) Word) func(*emitter, *lir.Instr) int {
	return func(e *emitter, in *lir.Instr) int {
		d, n := e.reg(0), e.reg(1)
		if IsLogicalImm(W64, uint64(in.Imm)) {
			e.a.Emit(imm(W64, d, n, uint64(in.Imm)))
			return 0
		}
		e.a.MovImm64(scratch, uint64(in.Imm))
		e.a.Emit(reg(W64, d, n, scratch))
		return 0
	}
}

func emitShiftImm(enc func(w Width, rd, rn Reg, amount uint32) Word) func(*emitter, *lir.Instr) int {
	return func(e *emitter, in *lir.Instr) int {
		if in.Imm == 0 {
			e.moveReg(e.reg(0), e.reg(1))
			return 0
		}
		e.a.Emit(enc(W64, e.reg(0), e.reg(1), uint32(in.Imm)))
		return 0
	}
}

func emitNeg(e *emitter, in *lir.Instr) int {
	e.a.Emit(Neg(W64, e.reg(0), e.reg(1)))
	return 0
}

func emitSignExt(e *emitter, in *lir.Instr) int {
	e.a.Emit(Sxtw(e.reg(0), e.reg(1)))
	return 0
}

// divide leaves the truncated quotient in d and the remainder in scratch, and
// makes lt hold when the remainder is not zero and has not the divisor's sign:
// then rounding down differs from rounding to zero.
func (e *emitter) divide(d, n, m Reg) {
	e.a.Emit(Sdiv(W64, d, n, m))
	e.a.Emit(Msub(W64, scratch, d, m, n))
	e.a.Emit(Eor(W64, scratch2, scratch, m))
	e.a.Emit(CmpImm(W64, scratch, 0))
	e.a.Emit(CcmpImm(W64, scratch2, 0, FlagsFor(LT, false), NE))
}

func emitFloorDiv(e *emitter, in *lir.Instr) int {
	d := e.reg(0)
	e.divide(d, e.reg(1), e.reg(2))
	e.a.Emit(Cset(W64, scratch2, LT))
	e.a.Emit(Sub(W64, d, d, scratch2))
	return 0
}

func emitMod(e *emitter, in *lir.Instr) int {
	d, m := e.reg(0), e.reg(2)
	e.divide(d, e.reg(1), m)
	e.a.Emit(Csel(W64, scratch2, m, XZR, LT))
	e.a.Emit(Add(W64, d, scratch, scratch2))
	return 0
}

func emitOverflow(enc func(w Width, rd, rn, rm Reg) Word) func(*emitter, *lir.Instr) int {
	return func(e *emitter, in *lir.Instr) int {
		e.a.Emit(enc(W64, e.reg(0), e.reg(1), e.reg(2)))
		e.a.BCond(VS, e.exit(in))
		return 0
	}
}

func emitAddOvfImm(e *emitter, in *lir.Instr) int {
	d, n := e.reg(0), e.reg(1)
	switch {
	case IsAddImm(in.Imm):
		e.a.Emit(AddsImm(W64, d, n, in.Imm))
	case IsAddImm(-in.Imm):
		e.a.Emit(SubsImm(W64, d, n, -in.Imm))
	default:
		e.a.MovImm64(scratch, uint64(in.Imm))
		e.a.Emit(Adds(W64, d, n, scratch))
	}
	e.a.BCond(VS, e.exit(in))
	return 0
}

// emitMulOvf compares the upper half of the product with the sign of the lower.
func emitMulOvf(e *emitter, in *lir.Instr) int {
	d, n, m := e.reg(0), e.reg(1), e.reg(2)
	e.a.Emit(Smulh(scratch, n, m))
	e.a.Emit(Mul(W64, d, n, m))
	e.a.Emit(CmpShifted(W64, scratch, d, ASR, 63))
	e.a.BCond(NE, e.exit(in))
	return 0
}

func emitFThree(enc func(f Float, vd, vn, vm Reg) Word) func(*emitter, *lir.Instr) int {
	return func(e *emitter, in *lir.Instr) int {
		e.a.Emit(enc(Double, e.reg(0), e.reg(1), e.reg(2)))
		return 0
	}
}

func emitFTwo(enc func(f Float, vd, vn Reg) Word) func(*emitter, *lir.Instr) int {
	return func(e *emitter, in *lir.Instr) int {
		e.a.Emit(enc(Double, e.reg(0), e.reg(1)))
		return 0
	}
}

func emitIntToFloat(e *emitter, in *lir.Instr) int {
	e.a.Emit(Scvtf(W64, Double, e.reg(0), e.reg(1)))
	return 0
}
