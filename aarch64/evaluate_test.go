package aarch64_test

import (
	"fmt"
	"math"
	"math/big"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// evaluator runs HIR on machine values, as a reference for the machine code: a
// value is 64 bits, floats by their bits, and objects only as arguments, by
// their index.
type evaluator struct {
	f     *hir.Func
	vals  []uint64
	args  []int64  // values of the int arguments
	fargs []uint64 // bits of float arguments
}

// left is how the function ended.
type left struct {
	exit   bool
	fs     hir.FrameStateID
	value  uint64 // what was boxed and returned
	locals []uint64
	stack  []uint64
}

func (e *evaluator) run() left {
	f := e.f
	e.vals = make([]uint64, len(f.Instrs))
	prev, b := hir.BlockID(-1), hir.BlockID(0)
	for steps := 0; ; steps++ {
		if steps > 100000 {
			panic("endless loop")
		}
		ins := f.Blocks[b].Instrs
		// Phis read their operands all at once.
		var phis []uint64
		for _, v := range ins {
			if f.At(v).Op != hir.Phi {
				break
			}
			for k, p := range f.Blocks[b].Preds {
				if p == prev {
					phis = append(phis, e.vals[f.Arg(v, k)])
					break
				}
			}
		}
		for k, v := range ins {
			in := f.At(v)
			if in.Op == hir.Phi {
				e.vals[v] = phis[k]
				continue
			}
			switch in.Op {
			case hir.Jump:
				prev, b = b, f.Blocks[b].Succs[0]
			case hir.Branch:
				s := f.Blocks[b].Succs[1]
				if e.vals[f.Arg(v, 0)] != 0 {
					s = f.Blocks[b].Succs[0]
				}
				prev, b = b, s
			case hir.Return:
				return left{value: e.vals[f.Arg(v, 0)]}
			default:
				if !e.step(v) {
					return e.leave(in.FS)
				}
			}
		}
	}
}

func (e *evaluator) leave(id hir.FrameStateID) left {
	l := left{exit: true, fs: id}
	fs := &e.f.Frames[id]
	for _, v := range fs.Locals {
		l.locals = append(l.locals, e.vals[v])
	}
	for _, v := range fs.Stack {
		l.stack = append(l.stack, e.vals[v])
	}
	return l
}

// step evaluates one instruction; false means that it leaves.
func (e *evaluator) step(v hir.Value) bool {
	f := e.f
	in := f.At(v)
	arg := func(i int) uint64 { return e.vals[f.Arg(v, i)] }
	i := func(k int) int64 { return int64(arg(k)) }
	fl := func(k int) float64 { return math.Float64frombits(arg(k)) }
	set := func(x int64) { e.vals[v] = uint64(x) }
	setF := func(x float64) { e.vals[v] = math.Float64bits(x) }
	setB := func(x bool) {
		e.vals[v] = 0
		if x {
			e.vals[v] = 1
		}
	}
	ovf := func(r *big.Int) bool {
		set(int64(new(big.Int).And(r, new(big.Int).SetUint64(math.MaxUint64)).Uint64()))
		return r.IsInt64()
	}
	bi := func(k int) *big.Int { return big.NewInt(i(k)) }
	switch in.Op {
	case hir.CInt, hir.CFloat:
		set(in.Imm)
	case hir.Param:
		set(in.Imm)
	case hir.LongUnbox:
		set(e.args[arg(0)])
	case hir.FloatUnbox:
		e.vals[v] = e.fargs[arg(0)]
	case hir.LongBox, hir.FloatBox, hir.BoolBox:
		e.vals[v] = arg(0)
	case hir.IntAdd:
		set(i(0) + i(1))
	case hir.IntSub:
		set(i(0) - i(1))
	case hir.IntMul:
		set(i(0) * i(1))
	case hir.IntAnd:
		set(i(0) & i(1))
	case hir.IntOr:
		set(i(0) | i(1))
	case hir.IntXor:
		set(i(0) ^ i(1))
	case hir.IntShl:
		set(i(0) << uint(i(1)))
	case hir.IntSar:
		set(i(0) >> uint(i(1)))
	case hir.IntNeg:
		set(-i(0))
	case hir.IntFloorDiv, hir.IntMod:
		q, m := floorDiv(i(0), i(1))
		if in.Op == hir.IntMod {
			q = m
		}
		set(q)
	case hir.IntAddOvf:
		return ovf(new(big.Int).Add(bi(0), bi(1)))
	case hir.IntSubOvf:
		return ovf(new(big.Int).Sub(bi(0), bi(1)))
	case hir.IntMulOvf:
		return ovf(new(big.Int).Mul(bi(0), bi(1)))
	case hir.IntToFloat:
		setF(float64(i(0)))
	case hir.FloatAdd:
		setF(fl(0) + fl(1))
	case hir.FloatSub:
		setF(fl(0) - fl(1))
	case hir.FloatMul:
		setF(fl(0) * fl(1))
	case hir.FloatDiv:
		setF(fl(0) / fl(1))
	case hir.FloatNeg:
		e.vals[v] = arg(0) ^ 1<<63
	case hir.FloatAbs:
		e.vals[v] = arg(0) &^ (1 << 63)
	case hir.FloatSqrt:
		setF(math.Sqrt(fl(0)))
	case hir.IntCmp:
		a, b := i(0), i(1)
		setB([...]bool{a < b, a <= b, a == b, a != b, a > b, a >= b, uint64(a) < uint64(b), uint64(a) >= uint64(b)}[in.Aux])
	case hir.FloatCmp:
		a, b := fl(0), fl(1)
		setB([...]bool{a < b, a <= b, a == b, a != b, a > b, a >= b}[in.Aux])
	case hir.BoolNot:
		setB(arg(0) == 0)
	case hir.GuardTrue:
		return arg(0) != 0
	case hir.GuardFalse:
		return arg(0) == 0
	case hir.IsTrue:
		set(0) // what the emulated helper answers
	case hir.GuardType, hir.GuardCompact:
		e.vals[v] = arg(0)
	case hir.SyncSlot, hir.SetIP, hir.Snapshot, hir.LeaveFrame, hir.CheckFrame:
	default:
		panic(fmt.Sprintf("evaluator: %s", in.Op))
	}
	return true
}

// floorDiv is Python's division of machine integers.
func floorDiv(a, b int64) (q, m int64) {
	if b == -1 {
		return -a, 0
	}
	q, m = a/b, a%b
	if m != 0 && (m < 0) != (b < 0) {
		q, m = q-1, m+b
	}
	return q, m
}
