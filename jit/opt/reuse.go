package opt

import "github.com/cinderjit/cinderjit/jit/hir"

// ReuseFloats lets a float that is stored over another one in a field or a list
// take its object: what was computed goes into the old object when nothing else
// has a reference to it. So x.v += 1.5 neither makes nor frees an object.
//
// It is for boxes that are made for the store alone. That the object is the old
// one is seen by nobody then, because it would have died in the store.
func ReuseFloats(f *hir.Func) {
	var candidates []hir.Value
	for b := range f.Blocks {
		for _, v := range f.Blocks[b].Instrs {
			if in := f.At(v); in.Op == hir.SwapElem || in.Op == hir.SwapField {
				if box := f.Arg(v, f.NArgs(v)-1); f.At(box).Op == hir.FloatBox && f.At(box).Block == in.Block {
					candidates = append(candidates, v)
				}
			}
		}
	}
	if len(candidates) == 0 {
		return
	}
	stores := soleStores(f, candidates)
	for b := range f.Blocks {
		var out []hir.Value
		for _, v := range f.Blocks[b].Instrs {
			if fs := stores[v]; fs != 0 {
				out = append(out, replaceFloat(f, v, fs)...)
			}
			out = append(out, v)
		}
		f.Blocks[b].Instrs = out
	}
}

// soleStores returns those of the stores whose boxes have no other use than being
// unboxed, and in frame states of guards between the box and the store; with the
// state of the bytecode instruction of the store. The map is only looked up.
func soleStores(f *hir.Func, candidates []hir.Value) map[hir.Value]hir.FrameStateID {
	storeOf := make(map[hir.Value]hir.Value, len(candidates)) // by box
	for _, v := range candidates {
		storeOf[f.Arg(v, f.NArgs(v)-1)] = v
	}
	refused := make(map[hir.Value]bool)
	stores := make(map[hir.Value]hir.FrameStateID, len(candidates))
	for b := range f.Blocks {
		done := make(map[hir.Value]bool) // boxes that were stored in this block
		start := hir.FrameStateID(0)
		for _, v := range f.Blocks[b].Instrs {
			in := f.At(v)
			for i, n := 0, f.NArgs(v); i < n; i++ {
				box := f.Arg(v, i)
				store := storeOf[box]
				switch {
				case store == 0 || in.Op == hir.FloatUnbox:
				case store == v && i == n-1 && !done[box] && start != 0:
					done[box] = true
					stores[v] = start
				default:
					refused[box] = true
				}
			}
			if in.FS != 0 {
				locals, stack := loose(f, v)
				f.EachFrameValue(in.FS, func(x hir.Value) {
					if store := storeOf[x]; store != 0 && (!locals || !stack || done[x] || f.At(store).Block != hir.BlockID(b)) {
						refused[x] = true
					}
				})
			}
			switch o := in.Op.Info(); {
			case in.Op == hir.Snapshot:
				start = in.FS
			case !o.Pure && !o.Virtual && !(o.Exits && o.Writes == 0 && !o.Observable):
				start = 0
			}
		}
	}
	for _, v := range candidates {
		if refused[f.Arg(v, f.NArgs(v)-1)] {
			delete(stores, v)
		}
	}
	return stores
}

// replaceFloat makes the store v write the number into the object that is there, and
// returns what comes before it.
func replaceFloat(f *hir.Func, v hir.Value, fs hir.FrameStateID) []hir.Value {
	in := *f.At(v)
	n := f.NArgs(v)
	number := f.Arg(f.Arg(v, n-1), 0)
	var old hir.Value
	if in.Op == hir.SwapElem {
		old = f.New(hir.LoadElem, f.Arg(v, 0), f.Arg(v, 1))
	} else {
		old = f.New(hir.LoadField, f.Arg(v, 0))
		f.At(old).Aux = in.Aux
	}
	f.At(old).Imm = in.Imm
	float := f.New(hir.ReplaceFloat, old, number)
	f.At(float).FS = fs
	for _, x := range []hir.Value{old, float} {
		f.At(x).Block, f.At(x).BC, f.At(x).Inline = in.Block, in.BC, in.Inline
	}
	f.SetArg(v, n-1, float)
	return []hir.Value{old, float}
}
