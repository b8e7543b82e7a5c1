package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// NumberValues gives equal computations one value, over the dominator tree: a
// pure instruction or a guard that an equal one dominates is dropped, and so is
// a load that nothing can have changed in between. Conditions that a dominating
// branch or guard decided become constants.
//
// Memory is tracked by versions: every instruction that writes a region begins
// a new version of it, and a load is equal to another only under the same
// version. A store of a field begins a new version for its offset only, because
// fields at different offsets of whole objects do not overlap. A block with
// several predecessors goes on with the versions that all of them end with, if it
// begins a loop those that no block of the loop changes.
//
// A guard on the class of an object holds for the rest of its life: the run
// time invalidates code that relies on a class when __class__ of an instance
// is assigned.
func NumberValues(f *hir.Func) {
	n := &numbering{f: f, w: newForwarding(f), order: f.ComputeOrder(), table: make(map[numberKey]hir.Value), end: make([]memory, len(f.Blocks))}
	n.block(0)
	n.w.apply(f)
	filter(f)
}

// numberKey is what makes two computations equal. The table is only looked up,
// never walked, so its order decides nothing.
type numberKey struct {
	op      hir.Op
	aux     uint8
	a, b    hir.Value
	imm     int64
	obj     snapshot.ID
	version int32
	field   int32
}

// memory is the state of the abstract heap at a point.
type memory struct {
	heap   [7]int32      // version by region
	fields []fieldChange // stores of fields since the region's version began
}

type fieldChange struct {
	offset  int64
	version int32
}

type numbering struct {
	f     *hir.Func
	w     *forwarding
	order *hir.Order
	table map[numberKey]hir.Value
	end   []memory
	clock int32
}

// scope remembers a table entry to be restored when a subtree is done.
type scope struct {
	key numberKey
	old hir.Value
}

func (n *numbering) block(b hir.BlockID) {
	f := n.f
	var undo []scope
	enter := func(k numberKey, v hir.Value) {
		undo = append(undo, scope{k, n.table[k]})
		n.table[k] = v
	}
	m := n.entryState(b)
	n.learnFromBranch(b, enter)
	for _, v := range f.Blocks[b].Instrs {
		n.w.args(f, v)
		in := f.At(v)
		if k, ok := n.key(v, &m); ok {
			if old := n.table[k]; old != 0 {
				if in.Type.Bits != 0 || in.Op.Info().Own == hir.OwnAlias {
					n.w.replace(v, old)
				}
				in.Dead = true
				continue
			}
			enter(k, v)
			if in.Op == hir.GuardTrue || in.Op == hir.GuardFalse {
				n.decide(f.Arg(v, 0), in.Op == hir.GuardTrue, enter)
			}
		}
		n.write(in, &m)
	}
	n.end[b] = m
	for _, kid := range n.order.Kids[b] {
		n.block(kid)
	}
	for i := len(undo) - 1; i >= 0; i-- {
		if undo[i].old == 0 {
			delete(n.table, undo[i].key)
		} else {
			n.table[undo[i].key] = undo[i].old
		}
	}
}

// root returns the value behind guards.
func (n *numbering) root(v hir.Value) hir.Value {
	for n.f.At(v).Op.Info().Own == hir.OwnAlias {
		v = n.w.resolve(n.f.Arg(v, 0))
	}
	return v
}

// key returns the identity of v's computation, if it is one that can be shared.
func (n *numbering) key(v hir.Value, m *memory) (numberKey, bool) {
	f := n.f
	in := f.At(v)
	o := in.Op.Info()
	guard := false
	switch in.Op {
	case hir.GuardType, hir.GuardClasses, hir.GuardIs, hir.GuardFunction, hir.GuardNotNull, hir.GuardCompact, hir.GuardInlineValues, hir.GuardTrue, hir.GuardFalse:
		guard = true
	}
	if !o.Pure && !guard || f.NArgs(v) > 2 {
		return numberKey{}, false
	}
	k := numberKey{op: in.Op, imm: in.Imm, obj: in.Obj}
	if in.Op == hir.CInt && in.Type.Is(hir.BitCBool) {
		k.aux = 1
	}
	if f.NArgs(v) > 0 {
		k.a = n.root(f.Arg(v, 0))
	}
	if f.NArgs(v) > 1 {
		k.b = n.root(f.Arg(v, 1))
	}
	reads := o.Reads
	switch in.Op {
	case hir.LoadField, hir.LoadPtr, hir.LoadI64, hir.LoadI32, hir.LoadU32, hir.LoadU8, hir.LoadF64:
		reads = hir.Heap(in.Aux)
		k.field = m.field(in.Imm)
	default:
		if o.UsesAux {
			k.aux = in.Aux
		}
	}
	k.version = m.version(reads)
	return k, true
}

// decide records that the condition c has the value of truth from here on.
func (n *numbering) decide(c hir.Value, truth bool, enter func(numberKey, hir.Value)) {
	op := hir.GuardTrue
	if !truth {
		op = hir.GuardFalse
	}
	enter(numberKey{op: op, a: n.root(c)}, c)
}

// learnFromBranch records the condition that leads to b.
func (n *numbering) learnFromBranch(b hir.BlockID, enter func(numberKey, hir.Value)) {
	f := n.f
	if len(f.Blocks[b].Preds) != 1 {
		return
	}
	p := f.Blocks[b].Preds[0]
	t := f.Terminator(p)
	if t == 0 || f.At(t).Op != hir.Branch || f.Blocks[p].Succs[0] == f.Blocks[p].Succs[1] {
		return
	}
	n.decide(n.w.resolve(f.Arg(t, 0)), f.Blocks[p].Succs[0] == b, enter)
}

// entryState returns the memory with which b begins. The predecessors that come
// before b have been visited.
func (n *numbering) entryState(b hir.BlockID) memory {
	var m memory
	first := true
	var latches []hir.BlockID
	for _, p := range n.f.Blocks[b].Preds {
		switch {
		case n.order.Index[p] < 0:
		case n.order.Index[p] >= n.order.Index[b]:
			latches = append(latches, p)
		case first:
			m, first = n.end[p], false
			m.fields = slices.Clone(m.fields)
		default:
			n.meet(&m, &n.end[p])
		}
	}
	if first {
		n.bump(&m, hir.HeapAll)
	}
	if len(latches) > 0 {
		n.writeLoop(b, latches, &m)
	}
	return m
}

// meet makes m what is known where both m and other may be.
func (n *numbering) meet(m, other *memory) {
	for i := range m.heap {
		if m.heap[i] != other.heap[i] {
			n.bump(m, 1<<i)
		}
	}
	for _, c := range other.fields {
		if m.field(c.offset) != c.version {
			n.bumpField(m, c.offset)
		}
	}
	for _, c := range m.fields {
		if other.field(c.offset) != c.version {
			n.bumpField(m, c.offset)
		}
	}
}

// writeLoop begins new versions of what the loop from header to its latches may
// change.
func (n *numbering) writeLoop(header hir.BlockID, latches []hir.BlockID, m *memory) {
	inside := map[hir.BlockID]bool{header: true}
	for work := latches; len(work) > 0; {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if inside[b] {
			continue
		}
		inside[b] = true
		if n.order.Index[b] < 0 || !n.order.Dominates(header, b) {
			n.bump(m, hir.HeapAll) // a way into its middle
			return
		}
		work = append(work, n.f.Blocks[b].Preds...)
	}
	for _, b := range n.order.RPO[n.order.Index[header]:] {
		if inside[b] {
			for _, v := range n.f.Blocks[b].Instrs {
				n.write(n.f.At(v), m)
			}
		}
	}
}

// write begins new versions of what in may change.
func (n *numbering) write(in *hir.Instr, m *memory) {
	o := in.Op.Info()
	switch in.Op {
	case hir.StoreField, hir.SwapField, hir.StoreI64, hir.StoreU8, hir.StoreF64:
		n.bumpField(m, in.Imm)
		return
	}
	if o.Observable || (in.Op == hir.Snapshot || o.Terminator) && in.Aux == mayRelease {
		n.bump(m, hir.HeapAll)
		return
	}
	n.bump(m, o.Writes)
}

func (n *numbering) bumpField(m *memory, offset int64) {
	n.clock++
	for i := range m.fields {
		if m.fields[i].offset == offset {
			m.fields[i].version = n.clock
			return
		}
	}
	m.fields = append(m.fields, fieldChange{offset, n.clock})
}

func (n *numbering) bump(m *memory, heaps hir.Heap) {
	for i := range m.heap {
		if heaps>>i&1 != 0 {
			n.clock++
			m.heap[i] = n.clock
		}
	}
	if heaps == hir.HeapAll {
		m.fields = m.fields[:0]
	}
}

// version returns the youngest version among the regions.
func (m *memory) version(heaps hir.Heap) int32 {
	v := int32(0)
	for i, h := range m.heap {
		if heaps>>i&1 != 0 {
			v = max(v, h)
		}
	}
	return v
}

func (m *memory) field(offset int64) int32 {
	for _, c := range m.fields {
		if c.offset == offset {
			return c.version
		}
	}
	return 0
}
