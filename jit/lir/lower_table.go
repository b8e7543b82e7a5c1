package lir

import "github.com/cinderjit/cinderjit/jit/hir"

// lowerTable has the lowering of each opcode that is not a plain call of its
// helper. It is filled by init because the functions refer to it.
var lowerTable [hir.NumOps]func(*lowerer, hir.Value)

func init() {
	lowerTable = [hir.NumOps]func(*lowerer, hir.Value){
		hir.Const:  lowerConst,
		hir.Null:   lowerNull,
		hir.CInt:   lowerCInt,
		hir.CFloat: lowerCFloat,
		hir.Param:  lowerParam,
		hir.Callee: lowerCallee,
		hir.Phi:    lowerPhi,

		hir.Snapshot:    lowerNothing,
		hir.CheckFrame:  lowerCheckFrame,
		hir.EvalBreaker: lowerEvalBreaker,
		hir.SyncSlot:    lowerSyncSlot,
		hir.SetIP:       lowerSetIP,
		hir.LeaveFrame:  lowerLeaveFrame,

		hir.GuardType:         lowerGuardType,
		hir.GuardIs:           lowerGuardIs,
		hir.GuardNotNull:      lowerGuardNotNull,
		hir.GuardCompact:      lowerGuardCompact,
		hir.GuardInlineValues: lowerGuardInlineValues,
		hir.GuardTrue:         lowerGuardTrue,
		hir.GuardFalse:        lowerGuardFalse,
		hir.Refine:            lowerRefine,

		hir.LoadField:  loadOp(Mem64),
		hir.LoadElem:   lowerLoadElem,
		hir.LoadPtr:    loadOp(Mem64),
		hir.LoadI64:    loadOp(Mem64),
		hir.LoadI32:    loadOp(Mem32S),
		hir.LoadU32:    loadOp(Mem32U),
		hir.LoadU8:     loadOp(Mem8),
		hir.LoadF64:    loadOp(MemF64),
		hir.StoreField: storeOp(Mem64),
		hir.SwapField:  lowerSwapField,
		hir.SwapElem:   lowerSwapElem,
		hir.StoreI64:   storeOp(Mem64),
		hir.StoreU8:    storeOp(Mem8),
		hir.StoreF64:   storeOp(MemF64),

		hir.LongUnbox:   lowerLongUnbox,
		hir.LongBox:     lowerLongBox,
		hir.FloatUnbox:  lowerFloatUnbox,
		hir.FloatBox:    lowerFloatBox,
		hir.BoolUnbox:   lowerComparison,
		hir.BoolBox:     lowerBoolBox,
		hir.IntAdd:      lowerAdd,
		hir.IntSub:      lowerSub,
		hir.IntMul:      lowerMul,
		hir.IntAnd:      binary(And, AndImm, true),
		hir.IntOr:       binary(Or, OrImm, true),
		hir.IntXor:      binary(Xor, XorImm, true),
		hir.IntShl:      binary(Shl, ShlImm, false),
		hir.IntSar:      binary(Sar, SarImm, false),
		hir.IntNeg:      unary(Neg),
		hir.IntFloorDiv: lowerFloorDiv,
		hir.IntMod:      lowerMod,
		hir.IntAddOvf:   lowerAddOvf,
		hir.IntSubOvf:   lowerSubOvf,
		hir.IntMulOvf:   lowerMulOvf,
		hir.IntToFloat:  unary(IntToFloat),
		hir.FloatAdd:    binary(FAdd, OpInvalid, true),
		hir.FloatSub:    binary(FSub, OpInvalid, false),
		hir.FloatMul:    binary(FMul, OpInvalid, true),
		hir.FloatDiv:    binary(FDiv, OpInvalid, false),
		hir.FloatNeg:    unary(FNeg),
		hir.FloatAbs:    unary(FAbs),
		hir.FloatSqrt:   unary(FSqrt),
		hir.IntCmp:      lowerComparison,
		hir.FloatCmp:    lowerComparison,
		hir.PtrCmp:      lowerComparison,
		hir.IsNull:      lowerComparison,
		hir.BoolNot:     lowerComparison,
		hir.TypeFlag:    lowerComparison,

		hir.SecondResult: lowerSecondResult,
		hir.UnpackedItem: lowerUnpackedItem,

		hir.CallVector:  lowerCallVector,
		hir.CallDirect:  lowerCallDirect,
		hir.CallCNoArgs: lowerCallC,
		hir.CallCO:      lowerCallC,
		hir.CallCFast:   lowerCallC,
		hir.CallCFastKw: lowerCallC,

		hir.Incref: lowerIncref,
		hir.Decref: lowerDecref,

		hir.Jump:        lowerJump,
		hir.Branch:      lowerBranch,
		hir.Return:      lowerReturn,
		hir.Deopt:       lowerDeopt,
		hir.Unreachable: lowerUnreachable,
	}
}
