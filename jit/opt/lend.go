package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// LendStored lets a new instance lend what was stored in it. The value keeps its one
// reference by moving it into the field, and what names it afterwards, mostly the locals of
// an __init__ that was inlined, reads it from there again, borrowed.
//
// That pays where nothing can release the field as long as the value is named; else the
// reference-count pass would count the borrowed value. So it is done for values that live in
// one block, up to the next instruction that runs other code.
func LendStored(f *hir.Func) {
	var l *lender
	for b := range f.Blocks {
		for i := 0; i < len(f.Blocks[b].Instrs); i++ {
			v := f.Blocks[b].Instrs[i]
			if in := f.At(v); in.Op != hir.StoreField || hir.Heap(in.Aux) != hir.HeapField || f.At(f.Arg(v, 0)).Op != hir.NewObject {
				continue
			}
			if l == nil {
				l = newLender(f)
			}
			if l.pays(hir.BlockID(b), i) {
				l.lend(hir.BlockID(b), i)
			}
		}
	}
}

type lender struct {
	f      *hir.Func
	root   []hir.Value   // by value
	block  []hir.BlockID // by root: the block of all uses; -1 = there are several
	states frameStates
}

func newLender(f *hir.Func) *lender {
	l := &lender{
		f: f, root: make([]hir.Value, len(f.Instrs)), block: make([]hir.BlockID, len(f.Instrs)),
		states: frameStates{f: f, made: make(map[hir.FrameStateID][]hir.FrameStateID)},
	}
	order := f.ComputeOrder()
	for _, b := range order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			l.root[v], l.block[v] = v, b
			if f.At(v).Op.Info().Own == hir.OwnAlias {
				l.root[v] = l.root[f.Arg(v, 0)]
			}
		}
	}
	for _, b := range order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			l.uses(v, func(x hir.Value) {
				if f.At(v).Op == hir.Phi || l.block[l.root[x]] != b {
					l.block[l.root[x]] = -1
				}
			})
		}
	}
	return l
}

// uses calls fn for what v uses, frame state included.
func (l *lender) uses(v hir.Value, fn func(hir.Value)) {
	f := l.f
	for i, n := 0, f.NArgs(v); i < n; i++ {
		fn(f.Arg(v, i))
	}
	if f.At(v).FS != 0 {
		f.EachFrameValue(f.At(v).FS, fn)
	}
}

// named returns which of the values that v uses have the root x.
func (l *lender) named(v, x hir.Value) bool {
	found := false
	l.uses(v, func(u hir.Value) { found = found || l.root[u] == x })
	return found
}

// pays reports whether the value that instruction i of block b stores is its own, and is
// named afterwards only where nothing can release the field.
func (l *lender) pays(b hir.BlockID, i int) bool {
	f := l.f
	ins := f.Blocks[b].Instrs
	x := f.Arg(ins[i], 1)
	root := l.root[x]
	if t := f.At(x).Type; f.At(root).Op.Info().Own != hir.OwnNew || t.Obj != 0 || t.Is(hir.BitNone|hir.BitBool|hir.BitNull) || l.block[root] != b {
		return false
	}
	found, quiet := false, true
	for _, v := range ins[i+1:] {
		in := f.At(v)
		quiet = quiet && !runsCode(in) && (in.Op != hir.Snapshot || in.Aux != mayRelease)
		if l.named(v, root) {
			if o := in.Op.Info(); !quiet || o.Virtual || o.Steals != 0 && slices.ContainsFunc(f.Args(v, nil), func(a hir.Value) bool { return l.root[a] == root }) {
				return false
			}
			found = true
		}
	}
	return found
}

// lend reads the value again behind its store, and names that from there on.
func (l *lender) lend(b hir.BlockID, i int) {
	f := l.f
	ins := f.Blocks[b].Instrs
	store := ins[i]
	x := f.Arg(store, 1)
	root := l.root[x]
	again := f.New(hir.LoadField, f.Arg(store, 0))
	in, at := f.At(again), f.At(store)
	in.Imm, in.Aux, in.Block, in.BC, in.Inline, in.Type = at.Imm, at.Aux, b, at.BC, at.Inline, f.At(x).Type
	l.root, l.block = append(l.root, again), append(l.block, b)
	for _, v := range ins[i+1:] {
		for k, n := 0, f.NArgs(v); k < n; k++ {
			if l.root[f.Arg(v, k)] == root {
				f.SetArg(v, k, again)
			}
		}
		if f.At(v).Op.Info().Own == hir.OwnAlias {
			l.root[v] = l.root[f.Arg(v, 0)]
		}
		if f.At(v).FS != 0 {
			id := l.states.rewrite(f.At(v).FS, func(u hir.Value) hir.Value {
				if u != 0 && l.root[u] == root {
					return again
				}
				return u
			})
			f.At(v).FS = id
		}
	}
	f.Blocks[b].Instrs = slices.Insert(ins, i+1, again)
}
