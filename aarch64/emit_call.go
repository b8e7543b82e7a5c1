package aarch64

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/lir"
)

func emitCallHelper(e *emitter, in *lir.Instr) int {
	e.count(in, -1)
	e.a.CallSymbol(Symbol{symbolHelper, uint32(in.Imm)}, 0)
	e.count(in, 1)
	e.checkResult(in)
	return 0
}

// emitCallDirect calls through the code's record, which has the direct entry
// of the machine code or of the interpreter.
func emitCallDirect(e *emitter, in *lir.Instr) int {
	e.count(in, -1)
	e.callFrom(in, func() {
		e.symbol(scratch2, in.Sym)
		e.a.Emit(Ldr(W64, scratch, At(scratch2, int32(e.lay.CJCode.Direct))))
		e.a.Emit(Blr(scratch))
	})
	e.count(in, 1)
	e.checkResult(in)
	return 0
}

func emitCallResume(e *emitter, in *lir.Instr) int {
	e.count(in, -1)
	e.callFrom(in, func() { e.a.CallSymbol(Symbol{symbolStub, stubResume}, 0) })
	e.count(in, 1)
	e.checkResult(in)
	return 0
}

func emitCallPtr(e *emitter, in *lir.Instr) int {
	if in.Counts && in.Inline != 0 {
		// The address of the function is in the register that counting needs.
		e.a.Emit(Mov(W64, scratch2, scratch))
		e.count(in, -1)
		e.a.Emit(Blr(scratch2))
	} else {
		e.a.Emit(Blr(scratch))
	}
	e.count(in, 1)
	e.checkResult(in)
	return 0
}

// checkResult leaves when the call just made reports an error.
func (e *emitter) checkResult(in *lir.Instr) {
	if in.Side == 0 {
		return
	}
	switch in.Err {
	case hir.ErrNull:
		e.a.Cbz(W64, X0, e.exit(in))
	case hir.ErrNegative:
		e.a.Tbnz(X0, 31, e.exit(in))
	case hir.ErrMinusOne:
		e.a.Emit(CmnImm(W64, X0, 1))
		e.a.BCond(EQ, e.exit(in))
	}
}
