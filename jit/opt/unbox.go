package opt

import (
	"github.com/cinderjit/cinderjit/jit/hir"
)

// Unbox keeps ints and floats in registers as machine numbers for as long as
// nobody needs the object. A phi of numbers that were computed in the function
// becomes a phi of machine numbers. A box (LongBox, FloatBox) is made where
// every way to its uses comes by, as late and as far outside of loops as that allows; a
// box that only exits would show is not made at all: the frame states name
// the machine number, and the exit makes the object.
//
// What programs can tell by identity stays: one number has at most one object
// on every path, an object that came from elsewhere is never replaced by a
// copy, and where a box exists the frame states name it. Constants count as
// computed.
func Unbox(f *hir.Func) {
	u := &unboxer{f: f, order: f.ComputeOrder()}
	u.findRoots()
	if !u.choose() {
		return
	}
	u.settle()
	u.widen()
	u.rewrite()
}

// number is a value that may live as a machine number: a box or a phi.
type number struct {
	value hir.Value
	phi   bool
	bits  hir.Bits         // BitCInt or BitCFloat
	raw   hir.Value        // the machine number; of a phi, once it is made
	fs    hir.FrameStateID // of a box, where it was made first
	bc    int32
	real  []place     // uses that need the object
	loose []place     // frame states that can do with the number
	feeds []hir.Value // phis among the numbers that have it as an operand
	// useful: somebody computes with the number; fresh: it was computed here;
	// nullable: it may be the empty slot instead, which a machine number stands
	// for that no computation here results in.
	useful, fresh, nullable bool
	// wide: nothing bounds the number's bits, because nobody minds.
	wide bool

	// Decided by settle.
	kept  bool  // a box that stays where it is
	boxed bool  // an object is made at at
	at    place // behind this Snapshot
}

// place is an instruction by its position.
type place struct {
	block hir.BlockID
	index int32
}

type unboxer struct {
	f     *hir.Func
	order *hir.Order
	root  []hir.Value
	pos   []int32 // position in its block
	nums  []number
	num   []int32     // by value: index into nums + 1
	boxOf []hir.Value // by machine int: its box
	// constants are the machine numbers of known objects that the new phis have
	// as operands; they go to the entry block, where they cost nothing.
	constants []hir.Value
	// guarded are the boxes whose numbers go into nullable phis.
	guarded []*number
	// recipes are new ones of objects that do not exist, for the instruction at hand.
	recipes []hir.Value
	copyOf  map[hir.Value]hir.Value // the recipe that one was made from; looked up only
}

func (u *unboxer) findRoots() {
	f := u.f
	u.root = make([]hir.Value, len(f.Instrs))
	u.pos = make([]int32, len(f.Instrs))
	u.num = make([]int32, len(f.Instrs))
	u.boxOf = make([]hir.Value, len(f.Instrs))
	for _, b := range u.order.RPO {
		for i, v := range f.Blocks[b].Instrs {
			u.root[v], u.pos[v] = v, int32(i)
			if transparent(f.At(v).Op) {
				u.root[v] = u.root[f.Arg(v, 0)]
			}
		}
	}
}

// transparent reports whether op gives its operand under another name without
// looking at more of it than the number.
func transparent(op hir.Op) bool { return op == hir.GuardCompact || op == hir.Refine }

// of returns the number that v is another name of, or nil.
func (u *unboxer) of(v hir.Value) *number {
	if v == 0 || int(v) >= len(u.num) || u.num[u.root[v]] == 0 {
		return nil
	}
	return &u.nums[u.num[u.root[v]]-1]
}

func (u *unboxer) add(n number) {
	u.nums = append(u.nums, n)
	u.num[n.value] = int32(len(u.nums))
}

func (u *unboxer) drop(n *number) { u.num[n.value] = 0 }

// choose finds the boxes and the phis that become machine numbers. It reports
// whether there is any.
func (u *unboxer) choose() bool {
	f := u.f
	for _, b := range u.order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			switch in := f.At(v); {
			case in.Op == hir.LongBox:
				u.boxOf[f.Arg(v, 0)] = v
				u.add(number{value: v, bits: hir.BitCInt, raw: f.Arg(v, 0), fs: in.FS, bc: in.BC, fresh: true})
			case in.Op == hir.FloatBox:
				u.add(number{value: v, bits: hir.BitCFloat, raw: f.Arg(v, 0), fs: in.FS, bc: in.BC, fresh: true})
			case in.Op == hir.Phi && in.Type.Obj == 0 && u.firstSnapshot(b) >= 0:
				n := number{value: v, phi: true, nullable: in.Type.MayBe(hir.BitNull)}
				switch {
				case in.Type.Is(hir.BitNull):
				case in.Type.Is(hir.BitLong | hir.BitNull):
					n.bits = hir.BitCInt
				case in.Type.Is(hir.BitFloat | hir.BitNull):
					n.bits = hir.BitCFloat
				}
				if n.bits != 0 {
					u.add(n)
				}
			}
		}
	}
	if len(u.nums) == 0 {
		return false
	}
	for changed := true; changed; {
		changed = false
		u.findUses()
		u.spread()
		for i := range u.nums {
			n := &u.nums[i]
			if n.phi && u.num[n.value] != 0 && !u.eligible(n) {
				u.drop(n)
				changed = true
			}
		}
	}
	return true
}

// firstSnapshot returns the position of the Snapshot behind the phis of b, or
// -1.
func (u *unboxer) firstSnapshot(b hir.BlockID) int32 {
	for i, v := range u.f.Blocks[b].Instrs {
		switch u.f.At(v).Op {
		case hir.Snapshot:
			return int32(i)
		case hir.Phi, hir.CheckFrame, hir.VirtualTuple, hir.VirtualInstance, hir.VirtualObject:
		default:
			return -1
		}
	}
	return -1
}

// eligible reports whether the phi n can still become a phi of machine numbers.
func (u *unboxer) eligible(n *number) bool {
	f := u.f
	if !n.fresh || n.nullable && len(n.real) > 0 || !n.nullable && !n.useful {
		return false
	}
	b := f.At(n.value).Block
	for k, args := 0, f.NArgs(n.value); k < args; k++ {
		a := f.Arg(n.value, k)
		op := u.of(a)
		if op == nil {
			if n.nullable && f.At(a).Type.Is(hir.BitNull) {
				continue
			}
			if _, ok := u.constant(a, n.bits); !ok {
				return false
			}
			continue
		}
		if op.bits != n.bits || n.nullable && !u.separate(op) || u.escapes(op, f.Blocks[b].Preds[k]) {
			return false
		}
	}
	return true
}

// separate reports whether n cannot be the machine number that stands for the
// empty slot, or can be guarded against being it.
func (u *unboxer) separate(n *number) bool {
	if n.phi || n.bits == hir.BitCInt {
		return true
	}
	switch u.f.At(n.raw).Op {
	case hir.FloatAdd, hir.FloatSub, hir.FloatMul, hir.FloatDiv, hir.FloatSqrt, hir.FloatPow, hir.FloatMath, hir.IntToFloat:
		return true // no arithmetic gives a signalling NaN
	}
	return false
}

// constant returns the bits of the number that is the known object a.
func (u *unboxer) constant(a hir.Value, bits hir.Bits) (int64, bool) {
	s := simplifier{f: u.f}
	t := u.f.At(a).Type
	if bits == hir.BitCInt {
		return s.longConstant(a)
	}
	if t.Obj == 0 || !t.Is(hir.BitFloat) {
		return 0, false
	}
	return s.floatObject(t.Obj)
}

// escapes reports whether somebody may have the object of n when control leaves
// block end: then the number that goes on from there must be the same object.
func (u *unboxer) escapes(n *number, end hir.BlockID) bool {
	if len(n.real) == 0 {
		return false
	}
	reached := u.reachable(n)
	for _, p := range n.real {
		if p.block == end {
			return true
		}
	}
	return reached.has(int32(end))
}

// reachable returns the blocks that control can get to after a use of n that
// needs the object, without computing n again.
func (u *unboxer) reachable(n *number) bitset {
	def := u.f.At(n.value).Block
	seen := newBitset(len(u.f.Blocks))
	var work []hir.BlockID
	visit := func(b hir.BlockID) {
		for _, s := range u.f.Blocks[b].Succs {
			if s != def && !seen.has(int32(s)) {
				seen.set(int32(s))
				work = append(work, s)
			}
		}
	}
	for _, p := range n.real {
		visit(p.block)
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		visit(b)
	}
	return seen
}

// findUses sorts the uses of every number.
func (u *unboxer) findUses() {
	f := u.f
	for i := range u.nums {
		n := &u.nums[i]
		n.real, n.loose, n.feeds, n.useful = n.real[:0], n.loose[:0], n.feeds[:0], false
	}
	for _, b := range u.order.RPO {
		for i, v := range f.Blocks[b].Instrs {
			at := place{b, int32(i)}
			for k, args := 0, f.NArgs(v); k < args; k++ {
				if n := u.of(f.Arg(v, k)); n != nil {
					u.use(n, v, k, at)
				}
			}
			if f.At(v).FS != 0 {
				u.frameUses(v, at)
			}
		}
	}
}

func (u *unboxer) use(n *number, v hir.Value, k int, at place) {
	f := u.f
	switch op := f.At(v).Op; {
	case op == hir.LongUnbox || op == hir.FloatUnbox || op == hir.GuardCompact:
		n.useful = true
	case transparent(op) || op.Info().Virtual: // its uses count
	case op == hir.Phi:
		if p := u.of(v); p != nil {
			n.feeds = append(n.feeds, v)
			return
		}
		pred := f.Blocks[at.block].Preds[k]
		if u.order.Reachable(pred) {
			n.real = append(n.real, place{pred, int32(len(f.Blocks[pred].Instrs) - 1)})
		}
	default:
		n.real = append(n.real, at)
	}
}

func (u *unboxer) frameUses(v hir.Value, at place) {
	f := u.f
	locals, stack := loose(f, v)
	for id := f.At(v).FS; id != 0; id = f.Frames[id].Parent {
		note := func(x hir.Value, ok bool) {
			if x == 0 {
				return
			}
			f.EachPart(x, func(x hir.Value) {
				if n := u.of(x); n == nil {
				} else if ok {
					n.loose = append(n.loose, at)
				} else {
					n.real = append(n.real, at)
				}
			})
		}
		note(f.Frames[id].Callee, false)
		for _, x := range f.Frames[id].Locals {
			note(x, locals)
		}
		for _, x := range f.Frames[id].Stack {
			note(x, stack)
		}
	}
}

// loose reports whether the locals and the stack values in the frame state of v
// may be machine numbers. What is shown in the frame's memory must be objects;
// where only a cold path shows it, the run time makes them for that time.
func loose(f *hir.Func, v hir.Value) (locals, stack bool) {
	in := f.At(v)
	o := in.Op.Info()
	switch {
	case in.Op == hir.LeaveInlined || in.Op == hir.Snapshot || in.Op == hir.EvalBreaker || in.Op == hir.LeaveFrame:
		return true, true
	case o.Observable || in.Op == hir.CheckFrame:
		return false, true
	case o.Exits:
		return true, true
	}
	return false, false
}

// spread finds the phis that get a number computed here, and those whose number
// is wanted, through other phis.
func (u *unboxer) spread() {
	f := u.f
	for i := range u.nums {
		u.nums[i].fresh = !u.nums[i].phi
	}
	for changed := true; changed; {
		changed = false
		for i := range u.nums {
			n := &u.nums[i]
			if !n.phi || u.num[n.value] == 0 {
				continue
			}
			for k, args := 0, f.NArgs(n.value); k < args; k++ {
				op := u.of(f.Arg(n.value, k))
				if op == nil {
					continue
				}
				if op.fresh && !n.fresh {
					n.fresh, changed = true, true
				}
				if n.useful && !op.useful {
					op.useful, changed = true, true
				}
			}
		}
	}
}

// settle decides where the object of each number is made, if anywhere.
func (u *unboxer) settle() {
	for i := range u.nums {
		n := &u.nums[i]
		if u.num[n.value] == 0 || len(n.real) == 0 {
			continue
		}
		p := n.real[0]
		for _, q := range n.real[1:] {
			p = u.meet(p, q)
		}
		// Where the object may exist, it must be the one that is shown.
		reached := u.reachable(n)
		for changed := true; changed; {
			changed = false
			for _, q := range n.loose {
				if reached.has(int32(q.block)) && !u.before(p, q) {
					p = u.meet(p, q)
					changed = true
				}
			}
		}
		u.placeBox(n, p)
	}
}

// meet returns the last place that both p and q are reached through.
func (u *unboxer) meet(p, q place) place {
	switch {
	case p.block == q.block:
		return place{p.block, min(p.index, q.index)}
	case u.order.Dominates(p.block, q.block):
		return p
	case u.order.Dominates(q.block, p.block):
		return q
	}
	a, b := p.block, q.block
	for !u.order.Dominates(a, b) {
		a = u.order.Idom[a]
	}
	return place{a, int32(len(u.f.Blocks[a].Instrs) - 1)}
}

// before reports whether every way to q leads through p.
func (u *unboxer) before(p, q place) bool {
	if p.block == q.block {
		return p.index <= q.index
	}
	return u.order.Dominates(p.block, q.block)
}

// placeBox finds a Snapshot at or before p, in no deeper loop than the number's
// definition: its frame state is right for the box that follows it.
func (u *unboxer) placeBox(n *number, p place) {
	f := u.f
	def := f.At(n.value).Block
	for b, limit := p.block, p.index; ; {
		if b == def {
			break
		}
		if f.Blocks[b].Loop <= f.Blocks[def].Loop {
			if i := u.lastSnapshot(b, limit); i >= 0 {
				n.boxed, n.at = true, place{b, i}
				return
			}
		}
		b = u.order.Idom[b]
		limit = int32(len(f.Blocks[b].Instrs) - 1)
	}
	if n.phi {
		n.boxed, n.at = true, place{def, u.firstSnapshot(def)}
		return
	}
	n.kept = true
}

// lastSnapshot returns the position of the last Snapshot of b before limit, or -1.
func (u *unboxer) lastSnapshot(b hir.BlockID, limit int32) int32 {
	for i := limit - 1; i >= 0; i-- {
		if u.f.At(u.f.Blocks[b].Instrs[i]).Op == hir.Snapshot {
			return i
		}
	}
	return -1
}

// live reports whether n is a number that rewrite has to deal with.
func (u *unboxer) live(n *number) bool { return n != nil && !n.kept && u.num[n.value] != 0 }

// shown returns what a frame state at a place names for n.
func (u *unboxer) shown(n *number, at place, object hir.Value) hir.Value {
	if n.boxed && (n.at.block == at.block && n.at.index < at.index || n.at.block != at.block && u.order.Dominates(n.at.block, at.block)) {
		return object
	}
	return n.raw
}
