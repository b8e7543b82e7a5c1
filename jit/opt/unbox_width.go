package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// Ints of one digit need no checks in arithmetic: no operation on two of them
// overflows. Numbers that are not made objects need not fit into a digit, so the
// check that they do is dropped where all that is done with them can check for
// overflow itself, and otherwise becomes one for wideEnough bits.

// wideEnough is how many bits operands may have for which no operation
// overflows: a product of two such numbers has 63.
const wideEnough = 32

// widen finds the numbers that may be of any width.
func (u *unboxer) widen() {
	f := u.f
	tolerant := make([]bool, len(u.nums))
	for i := range u.nums {
		n := &u.nums[i]
		tolerant[i] = u.live(n) && n.bits == hir.BitCInt
	}
	for _, b := range u.order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			for k, args := 0, f.NArgs(v); k < args; k++ {
				if n := u.computed(f.Arg(v, k)); n != nil && v != n.value && !u.copes(v) {
					tolerant[u.num[n.value]-1] = false
				}
			}
		}
	}
	for i := range u.nums {
		u.nums[i].wide = tolerant[i]
	}
}

var overflowing = map[hir.Op]hir.Op{hir.IntAdd: hir.IntAddOvf, hir.IntSub: hir.IntSubOvf, hir.IntMul: hir.IntMulOvf}

// copes reports whether v is right for operands of any width, or can be made so.
func (u *unboxer) copes(v hir.Value) bool {
	switch op := u.f.At(v).Op; op {
	case hir.IntAnd, hir.IntOr, hir.IntXor, hir.IntSar, hir.IntCmp, hir.IntAddWrap, hir.IntAddOvf, hir.IntSubOvf, hir.IntMulOvf:
		return true
	case hir.IntAdd, hir.IntSub, hir.IntMul:
		return u.restart(v) != 0
	}
	return false
}

// restart returns the frame state with which the interpreter can execute the
// bytecode instruction of v again, 0 when something has happened since it began.
func (u *unboxer) restart(v hir.Value) hir.FrameStateID {
	f := u.f
	ins := f.Blocks[f.At(v).Block].Instrs
	for i := u.pos[v] - 1; i >= 0; i-- {
		in := f.At(ins[i])
		switch o := in.Op.Info(); {
		case in.Op == hir.Snapshot:
			return in.FS
		case !o.Pure && !(o.Exits && o.Writes == 0 && !o.Observable):
			return 0
		}
	}
	return 0
}

// overflows gives the sums, differences and products of b whose operands may be
// too wide an exit.
func (u *unboxer) overflows(b hir.BlockID) {
	f := u.f
	for _, v := range f.Blocks[b].Instrs {
		op, ok := overflowing[f.At(v).Op]
		if !ok || !u.computesWide(v) || u.width(v, 8) < 64 {
			continue
		}
		f.At(v).FS = u.restart(v)
		f.At(v).Op = op
	}
}

// computesWide reports whether an operand of v is a number that is not guarded.
func (u *unboxer) computesWide(v hir.Value) bool {
	f := u.f
	for k := range 2 {
		if n := u.computed(f.Arg(v, k)); n != nil && n.wide {
			return true
		}
	}
	return false
}

// computed returns the number whose machine number a is, nil if there is none:
// the unboxed object, or what went into a box.
func (u *unboxer) computed(a hir.Value) *number {
	if u.f.At(a).Op == hir.LongUnbox {
		return u.of(u.f.Arg(a, 0))
	}
	if int(a) < len(u.boxOf) && u.boxOf[a] != 0 {
		return u.of(u.boxOf[a])
	}
	return nil
}

// guardRange replaces the check that an int has one digit by one that its number
// has few bits, if that is not known.
func (u *unboxer) guardRange(v hir.Value, n *number, out []hir.Value) []hir.Value {
	f := u.f
	if u.width(n.raw, 8) <= wideEnough {
		return out
	}
	low := f.New(hir.IntLow, n.raw)
	same := f.New(hir.IntCmp, n.raw, low)
	f.At(same).Aux = uint8(hir.CondEQ)
	guard := f.New(hir.GuardTrue, same)
	in := f.At(v)
	for _, x := range []hir.Value{low, same, guard} {
		f.At(x).Block, f.At(x).BC = in.Block, in.BC
		out = append(out, x)
	}
	f.At(guard).FS = in.FS
	return out
}

// guardEmpty guards the number of the box v, which is not made here, against
// being the one that stands for the empty slot. It returns 0 where that does
// not matter.
func (u *unboxer) guardEmpty(v hir.Value, n *number) hir.Value {
	f := u.f
	if !slices.Contains(u.guarded, n) || u.width(n.raw, 8) < 64 {
		return 0
	}
	guard := f.New(hir.GuardNotEmpty, n.raw)
	// The box itself has the frame state of the place it has moved to by now.
	f.At(guard).Block, f.At(guard).BC, f.At(guard).FS = f.At(v).Block, n.bc, n.fs
	return guard
}

// width returns a bound for the bits of the machine int v, sign included, as it
// is computed.
func (u *unboxer) width(v hir.Value, depth int) int {
	f := u.f
	in := f.At(v)
	if depth == 0 {
		return 64
	}
	of := func(k int) int {
		a := f.Arg(v, k)
		n := u.computed(a)
		if !u.live(n) {
			return u.width(a, depth-1)
		}
		w := u.width(n.raw, depth-1)
		if !n.wide {
			w = min(w, wideEnough) // it was guarded
		}
		return w
	}
	switch in.Op {
	case hir.LongUnbox:
		return 31
	case hir.LoadI32, hir.IntLow:
		return 32
	case hir.LoadU8:
		return 9
	case hir.LoadNumber:
		return hir.NumberKind(in.Aux).Bits()
	case hir.CInt:
		w := 1
		for x := in.Imm; x != 0 && x != -1; x >>= 1 {
			w++
		}
		return w
	case hir.IntAdd, hir.IntSub:
		return min(max(of(0), of(1))+1, 64)
	case hir.IntMul:
		return min(of(0)+of(1), 64)
	case hir.IntAnd:
		for k := range 2 {
			if c := f.At(f.Arg(v, k)); c.Op == hir.CInt && c.Imm >= 0 {
				return of(k)
			}
		}
		return max(of(0), of(1))
	case hir.IntOr, hir.IntXor:
		return max(of(0), of(1))
	case hir.IntMod:
		return of(1)
	case hir.IntSar, hir.IntFloorDiv:
		return min(of(0)+1, 64)
	}
	return 64
}
