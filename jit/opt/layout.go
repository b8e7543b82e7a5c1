package opt

import "github.com/cinderjit/cinderjit/jit/hir"

// LayOut orders the blocks for emission: the hot ones in reverse post-order,
// which keeps loops together, then the cold ones. A block is cold when it was
// marked so, when it only leaves compiled code, or when everything that leads
// to it or from it is cold. Empty blocks are dropped and ids renumbered.
func LayOut(f *hir.Func) {
	o := f.ComputeOrder()
	markCold(f, o)
	order := make([]hir.BlockID, 0, len(o.RPO))
	for _, cold := range []bool{false, true} {
		for _, b := range o.RPO {
			if (f.Blocks[b].Cold && b != 0) == cold {
				order = append(order, b)
			}
		}
	}
	renumber(f, order)
}

func markCold(f *hir.Func, o *hir.Order) {
	for changed := true; changed; {
		changed = false
		for i := len(o.RPO) - 1; i > 0; i-- {
			b := o.RPO[i]
			blk := &f.Blocks[b]
			if blk.Cold {
				continue
			}
			op := f.At(f.Terminator(b)).Op
			cold := op == hir.Deopt || op == hir.LeaveLoop || op == hir.Unreachable
			if len(blk.Succs) > 0 {
				cold = all(f, blk.Succs)
			}
			if cold || all(f, blk.Preds) {
				blk.Cold = true
				changed = true
			}
		}
	}
}

func all(f *hir.Func, blocks []hir.BlockID) bool {
	for _, b := range blocks {
		if !f.Blocks[b].Cold {
			return false
		}
	}
	return true
}

func renumber(f *hir.Func, order []hir.BlockID) {
	at := make([]hir.BlockID, len(f.Blocks))
	for i, b := range order {
		at[b] = hir.BlockID(i)
	}
	blocks := make([]hir.Block, len(order))
	for i, b := range order {
		blk := f.Blocks[b]
		for j := range blk.Preds {
			blk.Preds[j] = at[blk.Preds[j]]
		}
		for j := range blk.Succs {
			blk.Succs[j] = at[blk.Succs[j]]
		}
		for _, v := range blk.Instrs {
			f.At(v).Block = hir.BlockID(i)
		}
		blocks[i] = blk
	}
	f.Blocks = blocks
}
