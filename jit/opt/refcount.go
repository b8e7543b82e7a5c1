package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
)

// InsertReferenceCounts makes reference counting explicit: it inserts Incref
// where a reference is given away or a borrowed value must be kept, Decref
// where an owned value dies, and attaches to every instruction that can leave
// compiled code the list of references held there. It runs last among the
// passes that may move or remove uses of objects; critical edges are split.
//
// A value that dies is dropped at the next bytecode boundary (Snapshot), which
// is when the interpreter would have dropped it at the latest, and where the
// frame state to continue with is known. Values that die on an edge are dropped
// at the end of the predecessor or at the first boundary of the successor.
func InsertReferenceCounts(f *hir.Func) {
	r := &refcounter{ownership: analyseOwnership(f), ends: make([]endState, len(f.Blocks))}
	r.name = append(r.name, r.vals...)
	for _, b := range r.order.RPO {
		r.block(b)
	}
}

type refcounter struct {
	*ownership
	name []hir.Value // by dense index: the most guarded name of the root so far
	ends []endState  // of blocks that end in a Branch

	// State of the block that is being rewritten.
	b       hir.BlockID
	out     []hir.Value
	held    bitset      // live values of which we hold a reference
	pending []hir.Value // dead values of which we still hold one
	extra   []hir.Value // references made for the instruction or edge at hand
	at      position    // of the instruction before
	// before is the state at the last bytecode boundary in the block, 0 at its begin.
	before hir.FrameStateID
	// unwinding is whether the instruction that began there has failed.
	unwinding bool
}

// position is a bytecode instruction: the inlined call and the code unit.
type position struct{ inline, bc int32 }

// endState is what a block leaves to its successors to drop.
type endState struct {
	held    bitset
	pending []hir.Value
	at      position
	before  hir.FrameStateID
	// unwinding is whether the instruction at hand has failed.
	unwinding bool
}

func (r *refcounter) block(b hir.BlockID) {
	f := r.f
	r.b, r.out, r.pending, r.at, r.before = b, nil, nil, position{}, 0
	r.unwinding = false
	r.held = newBitset(len(r.vals))
	r.in[b].each(func(d int32) {
		if r.class[r.vals[d]] == owned {
			r.held.set(d)
		}
	})
	if preds := f.Blocks[b].Preds; len(preds) == 1 && r.ends[preds[0]].held != nil {
		end := r.ends[preds[0]]
		r.at, r.before = end.at, end.before
		none := r.failed(preds[0], b)
		r.unwinding = none >= 0 || end.unwinding
		for _, v := range end.pending {
			if r.index(v) != none {
				r.pending = append(r.pending, v)
			}
		}
		end.held.each(func(d int32) {
			if !r.in[b].has(d) && d != none {
				r.pending = append(r.pending, r.named(d))
			}
		})
	}
	var late hir.Value // promoted value whose Incref waits for the guards that follow it
	r.lastUses(b, func(v hir.Value, after bitset) {
		if late != 0 && !(f.At(v).Op.Info().Own == hir.OwnAlias && r.root[v] == late) {
			r.keep(late)
			late = 0
		}
		pending := len(r.pending)
		op := f.At(v).Op
		switch {
		case op == hir.Phi:
			r.out = append(r.out, v)
			if d := r.dense[v]; d >= 0 && r.class[v] == owned {
				r.held.set(d)
				r.die(d, after)
			}
			return
		case op == hir.Snapshot:
			// What was made for an earlier instruction is consumed by now.
			r.extra = r.extra[:0]
			r.flush(f.At(v).FS)
			r.before, r.unwinding = f.At(v).FS, false
			r.out = append(r.out, v)
			// What dies before the next effect dies in the instruction that begins here.
			// POP_TOP is at the place of what it drops.
			if !r.isPopTop(v) {
				r.at = r.position(v)
			}
		case op.Info().Terminator:
			r.terminate(v)
			return
		default:
			if l := r.ordinary(v, after); l != 0 {
				late = l
			}
			r.at = r.position(v)
		}
		r.eachUse(v, func(d int32) { r.die(d, after) })
		if op == hir.LeaveFrame || op == hir.LeaveGenerator || op == hir.LeaveInlined {
			// The interpreter clears the locals from the last to the first.
			slices.Reverse(r.pending[pending:])
			r.keepTogether(f.At(v).FS, r.pending[pending:])
		}
		if d := r.dense[v]; d >= 0 && r.root[v] == v {
			r.die(d, after)
		}
	})
	f.Blocks[b].Instrs = r.out
}

// keepTogether puts what is dropped with an object that does not exist into the order
// in which it dies with the object, in list, where it stands the other way round.
func (r *refcounter) keepTogether(fs hir.FrameStateID, list []hir.Value) {
	f := r.f
	if fs == 0 {
		return
	}
	for _, l := range f.Frames[fs].Locals {
		if l == 0 || !f.At(l).Op.Info().Virtual {
			continue
		}
		var places []int
		var parts []hir.Value
		f.EachPart(l, func(x hir.Value) {
			d := r.index(x)
			if d < 0 {
				return
			}
			i := slices.IndexFunc(list, func(y hir.Value) bool { return r.index(y) == d })
			if i >= 0 && !slices.Contains(places, i) {
				places, parts = append(places, i), append(parts, list[i])
			}
		})
		slices.Sort(places)
		for i, at := range places {
			list[at] = parts[i]
		}
	}
}

// failed returns the dense index of the value that does not exist on the way
// from block p to b because the instruction that makes it has failed, or -2.
func (r *refcounter) failed(p, b hir.BlockID) int32 {
	f := r.f
	if t := f.Terminator(p); f.At(t).Op == hir.Branch && f.Blocks[p].Succs[0] == b {
		if cond := f.Arg(t, 0); f.At(cond).Op == hir.Failed {
			if d := r.index(f.Arg(cond, 0)); d >= 0 {
				return d
			}
		}
	}
	return -2
}

// position returns where v is.
func (r *refcounter) position(v hir.Value) position {
	return position{r.f.InlineOf(v), r.f.At(v).BC}
}

// positionIn returns what the innermost frame of a frame state executes when
// the instruction before is over: what died in an inlined call that is left dies
// during the call, and what dies at the begin of one in its first instruction.
func (r *refcounter) positionIn(fs hir.FrameStateID) position {
	f := r.f
	inline := f.Frames[fs].Inline
	at := r.at
	if !f.Within(at.inline, inline) {
		return position{inline, f.Frames[fs].Offset}
	}
	for at.inline != inline {
		c := &f.Inlines[at.inline]
		at = position{c.Parent, c.Offset}
	}
	return at
}

// isPopTop reports whether the instruction that begins with the Snapshot v is a
// POP_TOP.
func (r *refcounter) isPopTop(v hir.Value) bool {
	f := r.f
	in := f.At(v)
	id := f.Frames[in.FS].Code
	if id == 0 {
		id = f.Code
	}
	code := f.Snap.Code(id)
	return code != nil && 2*int(in.BC) < len(code.Bytecode) && bytecode.Op(code.Bytecode[2*in.BC]) == bytecode.OpPopTop
}

// ordinary emits v with the Increfs for what it steals. It returns v when v is
// a borrowed value that has to be made owned.
func (r *refcounter) ordinary(v hir.Value, after bitset) (late hir.Value) {
	f := r.f
	o := f.At(v).Op.Info()
	r.extra = r.extra[:0]
	var moved []int32
	for i, n := 0, f.NArgs(v); i < n; i++ {
		if !o.StealsArg(i) {
			continue
		}
		if d := r.take(f.Arg(v, i), func(d int32) bool { return after.has(d) || contains(moved, d) }); d >= 0 {
			moved = append(moved, d)
		}
	}
	if o.HasFS() && f.At(v).Op != hir.LeaveFrame && f.At(v).Op != hir.LeaveInlined {
		r.attach(v)
	}
	for _, d := range moved {
		r.held.clear(d)
	}
	r.out = append(r.out, v)
	if o.Own == hir.OwnAlias {
		if d := r.index(v); d >= 0 {
			r.name[d] = v
		}
	}
	if d := r.dense[v]; d >= 0 && r.root[v] == v && r.class[v] == owned {
		if o.Own == hir.OwnHeap {
			return v
		}
		r.held.set(d)
	}
	return 0
}

// take provides a reference to a for somebody who consumes it. It returns the
// dense index of the root when the reference that is held is moved, else -1
// after emitting an Incref. stays reports whether the value is needed later.
func (r *refcounter) take(a hir.Value, stays func(int32) bool) int32 {
	f := r.f
	t := f.At(a).Type
	if t.Is(hir.BitNone | hir.BitBool | hir.BitNull) {
		return -1
	}
	if t.Obj != 0 && int(t.Obj) < len(f.Snap.Objects) && f.Snap.Object(t.Obj).Immortal() {
		return -1
	}
	d := r.index(a)
	if d >= 0 && r.held.has(d) && !stays(d) {
		return d
	}
	r.emit(hir.Incref, a)
	r.extra = append(r.extra, a)
	return -1
}

// keep makes a borrowed value owned.
func (r *refcounter) keep(v hir.Value) {
	d := r.dense[v]
	r.emit(hir.Incref, r.named(d))
	r.held.set(d)
}

func (r *refcounter) emit(op hir.Op, arg hir.Value) hir.Value {
	f := r.f
	v := f.New(op, arg)
	f.At(v).Block, f.At(v).BC, f.At(v).Inline = r.b, r.at.bc, r.at.inline
	r.out = append(r.out, v)
	return v
}

// die moves the reference of d to the pending ones when d is dead after the
// instruction at hand.
func (r *refcounter) die(d int32, after bitset) {
	if r.held.has(d) && !after.has(d) {
		r.held.clear(d)
		r.pending = append(r.pending, r.named(d))
	}
}

// named returns the most guarded name of a root that is valid in this block.
func (r *refcounter) named(d int32) hir.Value {
	if v := r.name[d]; r.order.Dominates(r.f.At(v).Block, r.b) {
		return v
	}
	return r.vals[d]
}

// attach records the references held at an instruction that can exit; what an instruction of
// its own that fails leaves behind dies as on a stack that is unwound.
func (r *refcounter) attach(v hir.Value) {
	failing := r.unwinding || r.f.At(v).Op != hir.Decref
	var list []hir.Value
	r.held.each(func(d int32) { list = append(list, r.named(d)) })
	list = append(list, r.pending...)
	r.arrange(list, failing) // handlers in this function find less on the stack
	list = append(list, r.extra...)
	if len(list) > 0 {
		r.f.Extension(v).Owned = list
	}
}

// flush drops the pending references; fs is the state to continue with, or 0
// when the frame is gone.
func (r *refcounter) flush(fs hir.FrameStateID) {
	if fs != 0 && len(r.pending) > 0 {
		r.at = r.positionIn(fs)
		r.arrange(r.pending, r.unwinding)
	}
	for len(r.pending) > 0 {
		dying := r.pending[0]
		r.pending = r.pending[1:]
		v := r.emit(hir.Decref, dying)
		r.f.At(v).FS = fs
		if fs != 0 {
			r.attach(v)
		}
	}
	r.pending = nil
}

// arrange puts the values that were on the stack before the instruction in the order in
// which the interpreter drops them when the instruction is over or has failed, and leaves all
// others where they are.
func (r *refcounter) arrange(list []hir.Value, failed bool) {
	if r.before == 0 || len(list) < 2 {
		return
	}
	stack := r.f.Frames[r.before].Stack
	turn := r.turns(len(stack), failed)
	var places []int
	var turns []int
	for i, v := range list {
		d := r.index(v)
		for k := len(stack) - 1; k >= 0 && d >= 0; k-- {
			if r.index(stack[k]) == d {
				places, turns = append(places, i), append(turns, turn(k))
				break
			}
		}
	}
	dropped := make([]hir.Value, len(list))
	copy(dropped, list)
	for n, place := range places {
		rank := 0
		for m := range turns {
			if turns[m] < turns[n] || turns[m] == turns[n] && m < n {
				rank++
			}
		}
		list[places[rank]] = dropped[place]
	}
}

// turns returns when the interpreter drops what is at an index of the stack of n values before
// the instruction at hand: most begin with the top.
func (r *refcounter) turns(n int, failed bool) func(k int) int {
	f := r.f
	fs := &f.Frames[r.before]
	id := fs.Code
	if id == 0 {
		id = f.Code
	}
	code := f.Snap.Code(id)
	if code == nil || 2*int(fs.Offset) >= len(code.Bytecode) {
		return func(k int) int { return -k }
	}
	switch op := bytecode.Op(code.Bytecode[2*fs.Offset]); {
	case op == bytecode.OpBinaryOp && !failed || op == bytecode.OpRaiseVarargs:
		return func(k int) int { return k }
	case op == bytecode.OpBinarySlice || op == bytecode.OpStoreSlice:
		// The bounds die with a slice object, the first one first.
		return func(k int) int {
			if k >= n-2 {
				return k - 2*n
			}
			return -k
		}
	}
	return func(k int) int { return -k }
}

func (r *refcounter) terminate(v hir.Value) {
	f := r.f
	r.extra = r.extra[:0]
	switch f.At(v).Op {
	case hir.Deopt, hir.LeaveLoop:
		r.attach(v)
	case hir.Return:
		if d := r.take(f.Arg(v, 0), func(int32) bool { return false }); d >= 0 {
			r.held.clear(d)
		}
		r.extra = r.extra[:0]
		r.dropRest(nil)
		r.flush(0)
	case hir.Branch:
		r.ends[r.b] = endState{held: r.held, pending: r.pending, at: r.at, before: r.before, unwinding: r.unwinding}
	case hir.Jump:
		s := f.Blocks[r.b].Succs[0]
		k := predIndex(f, s, r.b)
		for _, p := range phis(f, s) {
			if d := r.dense[p]; d < 0 || r.class[p] != owned {
				continue
			}
			a := f.Arg(p, k)
			if d := r.take(a, func(d int32) bool { return r.ownership.in[s].has(d) }); d >= 0 {
				r.held.clear(d)
				r.extra = append(r.extra, a)
			}
		}
		r.dropRest(r.ownership.in[s])
		if len(r.pending) > 0 {
			recipes := len(f.Instrs)
			fs := r.stateAtEntry(s, k)
			for x := hir.Value(recipes); int(x) < len(f.Instrs); x++ {
				if f.At(x).Block == r.b {
					r.out = append(r.out, x)
				}
			}
			r.flush(fs)
		}
	}
	r.out = append(r.out, v)
}

// dropRest makes everything pending that is held and not in live.
func (r *refcounter) dropRest(live bitset) {
	r.held.each(func(d int32) {
		if live == nil || !live.has(d) {
			r.held.clear(d)
			r.pending = append(r.pending, r.named(d))
		}
	})
}

// stateAtEntry returns the frame state with which block s begins, as seen from
// its predecessor number k: phis are replaced by their operands.
func (r *refcounter) stateAtEntry(s hir.BlockID, k int) hir.FrameStateID {
	f := r.f
	for _, v := range f.Blocks[s].Instrs {
		in := f.At(v)
		if in.FS != 0 && (in.Op == hir.Snapshot || in.Op == hir.CheckFrame) {
			return f.TranslateState(in.FS, s, k)
		}
		if in.Op != hir.Phi && in.Op != hir.Jump && !in.Op.Info().Virtual {
			break
		}
		if in.Op == hir.Jump {
			t := f.Blocks[s].Succs[0]
			fs := r.stateAtEntry(t, predIndex(f, t, s))
			return f.TranslateState(fs, s, k)
		}
	}
	panic("refcount: block without a frame state at its start")
}

func contains(list []int32, d int32) bool {
	for _, e := range list {
		if e == d {
			return true
		}
	}
	return false
}
