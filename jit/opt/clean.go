package opt

import "github.com/cinderjit/cinderjit/jit/hir"

// Clean removes unreachable blocks, phis with one distinct operand, and jumps
// to blocks that have no other predecessor. Block ids stay; removed blocks are
// empty and unlinked.
func Clean(f *hir.Func) {
	removeUnreachable(f)
	removeTrivialPhis(f)
	joinStraightLines(f)
}

func removeUnreachable(f *hir.Func) {
	reached := make([]bool, len(f.Blocks))
	work := []hir.BlockID{0}
	reached[0] = true
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for _, s := range f.Blocks[b].Succs {
			if !reached[s] {
				reached[s] = true
				work = append(work, s)
			}
		}
	}
	for b := range f.Blocks {
		blk := &f.Blocks[b]
		if !reached[b] {
			*blk = hir.Block{}
			continue
		}
		for i := len(blk.Preds) - 1; i >= 0; i-- {
			if !reached[blk.Preds[i]] {
				removeEdge(f, hir.BlockID(b), i)
			}
		}
	}
}

// removeTrivialPhis replaces phis whose operands are, but for the phi itself,
// one value, until there are none.
func removeTrivialPhis(f *hir.Func) {
	w := newForwarding(f)
	for changed := true; changed; {
		changed = false
		for b := range f.Blocks {
			for _, v := range phis(f, hir.BlockID(b)) {
				if f.At(v).Dead {
					continue
				}
				same := hir.Value(0)
				for i, n := 0, f.NArgs(v); i < n; i++ {
					a := w.resolve(f.Arg(v, i))
					if a == v || a == same {
						continue
					}
					if same != 0 {
						same = -1
						break
					}
					same = a
				}
				if same > 0 {
					w.replace(v, same)
					f.At(v).Dead = true
					changed = true
				}
			}
		}
	}
	w.apply(f)
	filter(f)
}

func joinStraightLines(f *hir.Func) {
	for b := range f.Blocks {
		for {
			blk := &f.Blocks[b]
			if len(blk.Instrs) == 0 || len(blk.Succs) != 1 {
				break
			}
			s := blk.Succs[0]
			if int(s) == b || s == 0 || len(f.Blocks[s].Preds) != 1 || len(phis(f, s)) != 0 {
				break
			}
			next := f.Blocks[s]
			f.Blocks[s] = hir.Block{}
			blk.Instrs = append(blk.Instrs[:len(blk.Instrs)-1], next.Instrs...)
			blk.Succs = next.Succs
			blk.Cold = blk.Cold && next.Cold
			for _, v := range next.Instrs {
				f.At(v).Block = hir.BlockID(b)
			}
			for _, t := range next.Succs {
				f.Blocks[t].Preds[predIndex(f, t, s)] = hir.BlockID(b)
			}
		}
	}
}

// SplitCriticalEdges puts an empty block on every edge from a block with
// several successors to a block with several predecessors, so that later
// passes find a place for what belongs to the edge.
func SplitCriticalEdges(f *hir.Func) {
	for b := 0; b < len(f.Blocks); b++ {
		if len(f.Blocks[b].Succs) < 2 {
			continue
		}
		for i := range f.Blocks[b].Succs {
			s := f.Blocks[b].Succs[i]
			if len(f.Blocks[s].Preds) < 2 {
				continue
			}
			m := f.NewBlock()
			f.Append(m, hir.Jump)
			f.Blocks[m].Succs = []hir.BlockID{s}
			f.Blocks[m].Preds = []hir.BlockID{hir.BlockID(b)}
			f.Blocks[m].Cold = f.Blocks[s].Cold
			f.Blocks[m].Loop = min(f.Blocks[b].Loop, f.Blocks[s].Loop)
			f.Blocks[b].Succs[i] = m
			f.Blocks[s].Preds[predIndex(f, s, hir.BlockID(b))] = m
		}
	}
}
