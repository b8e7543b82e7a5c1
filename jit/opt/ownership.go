package opt

import "github.com/cinderjit/cinderjit/jit/hir"

// ownership is what the reference-count pass, and passes that must know where
// references are dropped, compute about a function.
//
// A *root* is the value that names an object: guards are aliases of their
// operand. Every root is in one class:
//   - uncounted: no object, or one that is kept alive by something that outlives
//     the frame (arguments, constants, immortal objects);
//   - owned: compiled code holds one reference from the definition on, and drops
//     or hands it over where the value dies;
//   - borrowed: read from a field and used only where nothing can have released
//     it. A borrowed value that lives across such a point is made owned.
type ownership struct {
	f     *hir.Func
	order *hir.Order
	root  []hir.Value // by value
	class []ownClass  // by value; of roots
	dense []int32     // by value: index into the bit sets; -1 = not tracked
	vals  []hir.Value // by dense index
	in    []bitset    // live in, by block
	out   []bitset    // live out, by block (operands of successors' phis included)

	frameUses []frameUse // by frame state, see usesOfFrame
	framePool []int32
}

// frameUse is the range of ownership.framePool with the tracked roots of a frame state,
// once it is known.
type frameUse struct {
	first, end int32
	known      bool
}

type ownClass uint8

const (
	uncounted ownClass = iota
	borrowed
	owned
)

// mayRelease in Aux of a Snapshot or terminator marks that a reference may be
// dropped there which runs other code.
const mayRelease = 1

func analyseOwnership(f *hir.Func) *ownership {
	o := &ownership{f: f, order: f.ComputeOrder()}
	n := len(f.Instrs)
	o.root = make([]hir.Value, n)
	o.class = make([]ownClass, n)
	o.dense = make([]int32, n)
	for i := range o.dense {
		o.dense[i] = -1
	}
	o.findRoots()
	o.classify()
	o.number()
	o.liveness()
	for o.promote() {
	}
	return o
}

// findRoots resolves guards. Blocks are visited in dominance order, so the
// operand's root is known before the guard's.
func (o *ownership) findRoots() {
	for _, b := range o.order.RPO {
		for _, v := range o.f.Blocks[b].Instrs {
			o.root[v] = v
			if o.f.At(v).Op.Info().Own == hir.OwnAlias {
				o.root[v] = o.root[o.f.Arg(v, 0)]
			}
		}
	}
}

// classify finds the class of every root. A phi is uncounted when all its
// operands are, which is assumed first and then refuted.
func (o *ownership) classify() {
	f := o.f
	for _, b := range o.order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			in := f.At(v)
			if !in.Type.MayBe(hir.BitNullable) || in.Type.Is(hir.BitNone|hir.BitBool|hir.BitNull) {
				continue
			}
			switch in.Op.Info().Own {
			case hir.OwnNew:
				o.class[v] = owned
			case hir.OwnHeap:
				o.class[v] = borrowed
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for _, b := range o.order.RPO {
			for _, v := range phis(f, b) {
				in := f.At(v)
				if o.class[v] != uncounted || !in.Type.MayBe(hir.BitNullable) || in.Type.Is(hir.BitNone|hir.BitBool|hir.BitNull) {
					continue
				}
				for i, n := 0, f.NArgs(v); i < n; i++ {
					if o.class[o.root[f.Arg(v, i)]] != uncounted {
						o.class[v] = owned
						changed = true
						break
					}
				}
			}
		}
	}
}

// number gives the tracked roots dense indices.
func (o *ownership) number() {
	for _, b := range o.order.RPO {
		for _, v := range o.f.Blocks[b].Instrs {
			if o.class[v] != uncounted {
				o.dense[v] = int32(len(o.vals))
				o.vals = append(o.vals, v)
			}
		}
	}
}

// index returns the dense index of the root of v, or -1.
func (o *ownership) index(v hir.Value) int32 {
	if v == 0 {
		return -1
	}
	return o.dense[o.root[v]]
}

// eachUse calls fn with the dense index of every tracked root that v uses,
// frame state included. Phis use nothing here: their operands are used at the
// end of the predecessors. Nor do recipes of objects that do not exist: the frame states use it.
func (o *ownership) eachUse(v hir.Value, fn func(int32)) {
	f := o.f
	in := f.At(v)
	if in.Op == hir.Phi || in.Op.Info().Virtual {
		return
	}
	for i, n := 0, f.NArgs(v); i < n; i++ {
		if d := o.index(f.Arg(v, i)); d >= 0 {
			fn(d)
		}
	}
	if in.FS != 0 {
		for _, d := range o.usesOfFrame(in.FS) {
			fn(d)
		}
	}
}

// usesOfFrame returns the dense indices of the tracked roots in a frame state, each
// as often as it is there. Instructions share frame states, and all are asked
// several times, so the answer is kept.
func (o *ownership) usesOfFrame(id hir.FrameStateID) []int32 {
	if len(o.frameUses) < len(o.f.Frames) {
		o.frameUses = append(o.frameUses, make([]frameUse, len(o.f.Frames)-len(o.frameUses))...)
	}
	use := &o.frameUses[id]
	if !use.known {
		use.known, use.first = true, int32(len(o.framePool))
		o.f.EachFrameValue(id, func(u hir.Value) {
			if d := o.index(u); d >= 0 {
				o.framePool = append(o.framePool, d)
			}
		})
		use.end = int32(len(o.framePool))
	}
	return o.framePool[use.first:use.end]
}

func (o *ownership) liveness() {
	f := o.f
	n := len(o.vals)
	o.in = make([]bitset, len(f.Blocks))
	o.out = make([]bitset, len(f.Blocks))
	use := make([]bitset, len(f.Blocks))
	def := make([]bitset, len(f.Blocks))
	for _, b := range o.order.RPO {
		o.in[b], o.out[b] = newBitset(n), newBitset(n)
		use[b], def[b] = newBitset(n), newBitset(n)
		for _, v := range f.Blocks[b].Instrs {
			o.eachUse(v, func(d int32) {
				if !def[b].has(d) {
					use[b].set(d)
				}
			})
			if d := o.dense[v]; d >= 0 && o.root[v] == v {
				def[b].set(d)
			}
		}
	}
	for changed := true; changed; {
		changed = false
		for i := len(o.order.RPO) - 1; i >= 0; i-- {
			b := o.order.RPO[i]
			for _, s := range f.Blocks[b].Succs {
				changed = o.out[b].union(o.in[s]) || changed
				k := predIndex(f, s, b)
				for _, p := range phis(f, s) {
					if d := o.index(f.Arg(p, k)); d >= 0 && !o.out[b].has(d) {
						o.out[b].set(d)
						changed = true
					}
				}
			}
			changed = o.in[b].flow(use[b], def[b], o.out[b]) || changed
		}
	}
}

// lastUses calls fn for every instruction of b in order with the set of tracked
// roots that are live after it. The set is reused between calls.
func (o *ownership) lastUses(b hir.BlockID, fn func(v hir.Value, after bitset)) {
	f := o.f
	ins := f.Blocks[b].Instrs
	// Walk backwards once to know, for every use, whether it is the last.
	after := o.out[b].clone()
	drop := make([][]int32, len(ins)) // indices that become dead after instruction i
	for i := len(ins) - 1; i >= 0; i-- {
		v := ins[i]
		if d := o.dense[v]; d >= 0 && o.root[v] == v {
			if !after.has(d) {
				drop[i] = append(drop[i], d)
			}
			after.clear(d)
		}
		o.eachUse(v, func(d int32) {
			if !after.has(d) {
				drop[i] = append(drop[i], d)
				after.set(d)
			}
		})
	}
	live := after // live in
	for i, v := range ins {
		if d := o.dense[v]; d >= 0 && o.root[v] == v {
			live.set(d)
		}
		for _, d := range drop[i] {
			live.clear(d)
		}
		fn(v, live)
	}
}

// runsCode reports whether other code can run in the instruction, so that
// borrowed values may be released by it.
func runsCode(in *hir.Instr) bool {
	return in.Op.Info().Observable || in.Op == hir.EvalBreaker
}

// releases reports whether dropping a reference to v can run other code or
// release other objects.
func (o *ownership) releases(v hir.Value) bool {
	return !o.f.At(v).Type.Is(hir.BitLeaf | hir.BitNull)
}

// promote makes borrowed values owned that live across a point where they may
// be released, or flow into a phi. It reports whether any was; the reference
// that a promoted value drops may be such a point itself.
func (o *ownership) promote() bool {
	f := o.f
	promoted := false
	promoteOne := func(d int32) {
		if v := o.vals[d]; o.class[v] == borrowed {
			o.class[v] = owned
			promoted = true
		}
	}
	for _, b := range o.order.RPO {
		var dying []hir.Value // owned values dead since the last boundary
		flush := func(live bitset) bool {
			released := false
			for _, v := range dying {
				released = released || o.releases(v)
			}
			dying = dying[:0]
			if released {
				live.each(promoteOne)
			}
			return released
		}
		// Values that die on the edges into b are dropped at its start.
		for _, p := range f.Blocks[b].Preds {
			o.out[p].each(func(d int32) {
				if v := o.vals[d]; !o.in[b].has(d) && o.class[v] == owned && o.dominatesBlock(v, b) {
					dying = append(dying, v)
				}
			})
		}
		before := o.in[b].clone()
		for _, p := range phis(f, b) {
			for i, n := 0, f.NArgs(p); i < n; i++ {
				if d := o.index(f.Arg(p, i)); d >= 0 {
					promoteOne(d)
				}
			}
		}
		o.lastUses(b, func(v hir.Value, after bitset) {
			in := f.At(v)
			if in.Op == hir.Snapshot || in.Op.Info().Terminator {
				if flush(before) {
					in.Aux = mayRelease
				}
			}
			if in.Op == hir.ReplaceFloat {
				// The object that is replaced is written to, unless it has another reference.
				after.each(func(d int32) {
					if o.vals[d] != v {
						promoteOne(d)
					}
				})
			}
			if runsCode(in) {
				// Operands have to stay alive during the call.
				o.eachUse(v, promoteOne)
				after.each(func(d int32) {
					if o.vals[d] != v {
						promoteOne(d)
					}
				})
			}
			before.each(func(d int32) {
				if !after.has(d) && o.class[o.vals[d]] == owned {
					dying = append(dying, o.vals[d])
				}
			})
			if d := o.dense[v]; d >= 0 && o.root[v] == v && !after.has(d) && o.class[v] == owned {
				dying = append(dying, v)
			}
			before.copy(after)
		})
	}
	return promoted
}

func (o *ownership) dominatesBlock(v hir.Value, b hir.BlockID) bool {
	return o.order.Dominates(o.f.At(v).Block, b)
}

// MarkReleases marks the Snapshots at which references may be dropped that run
// other code, for the passes that track memory before the reference-count pass.
func MarkReleases(f *hir.Func) {
	for b := range f.Blocks {
		for _, v := range f.Blocks[b].Instrs {
			if in := f.At(v); in.Op == hir.Snapshot {
				in.Aux = 0
			}
		}
	}
	analyseOwnership(f)
}
