package lir

import "github.com/cinderjit/cinderjit/jit/regalloc"

// finish removes instructions without effect whose results are unused, splits
// critical edges, lays the blocks out (cold ones last) and fills the function's
// tables.
func (f *Func) finish(blocks []*buildBlock) {
	f.removeDead(blocks)
	blocks = splitCritical(blocks)
	var layout []*buildBlock
	for _, b := range blocks {
		if !b.cold {
			layout = append(layout, b)
		}
	}
	for _, b := range blocks {
		if b.cold {
			layout = append(layout, b)
		}
	}
	if layout[0] != blocks[0] {
		// The entry comes first even if it is cold.
		layout = append([]*buildBlock{blocks[0]}, layout...)
		for i := 1; i < len(layout); i++ {
			if layout[i] == blocks[0] {
				layout = append(layout[:i], layout[i+1:]...)
			}
		}
	}
	for i, b := range layout {
		b.id = BlockID(i)
	}
	f.defs = make([]int32, len(f.classes))
	for i := range f.defs {
		f.defs[i] = -1
	}
	for _, b := range layout {
		nb := Block{First: int32(len(f.Instrs)), Params: b.params, Args: b.args, Preds: b.preds, Loop: b.loop, Cold: b.cold}
		f.Instrs = append(f.Instrs, b.instrs...)
		nb.Last = int32(len(f.Instrs))
		succs := make([]int, 0, len(b.succs))
		for _, s := range b.succs {
			nb.Succs = append(nb.Succs, s.id)
			succs = append(succs, int(s.id))
		}
		f.Blocks = append(f.Blocks, nb)
		f.succs = append(f.succs, succs)
	}
	for i := range f.Instrs {
		in := &f.Instrs[i]
		for _, o := range f.operands(in)[:in.ndefs] {
			f.defs[o.V] = int32(i)
		}
	}
}

// removeDead removes instructions that nothing needs. Blocks are in an order in
// which uses come after definitions, except around loops.
func (f *Func) removeDead(blocks []*buildBlock) {
	count := make([]int32, len(f.classes))
	add := func(in *Instr, d int32) {
		for _, o := range f.operands(in) {
			if o.Kind == regalloc.Use {
				count[o.V] += d
			}
		}
		if in.Side != 0 {
			for _, v := range f.Sides[in.Side].Values {
				count[v] += d
			}
		}
	}
	for _, b := range blocks {
		for i := range b.instrs {
			add(&b.instrs[i], 1)
		}
		for _, args := range b.args {
			for _, v := range args {
				count[v]++
			}
		}
	}
	for bi := len(blocks) - 1; bi >= 0; bi-- {
		b := blocks[bi]
		dead := false
		for i := len(b.instrs) - 1; i >= 0; i-- {
			in := &b.instrs[i]
			if Ops[in.Op].Effect {
				continue
			}
			used := false
			for _, o := range f.operands(in)[:in.ndefs] {
				used = used || count[o.V] != 0
			}
			if !used {
				add(in, -1)
				in.Op = OpInvalid
				dead = true
			}
		}
		if dead {
			kept := b.instrs[:0]
			for _, in := range b.instrs {
				if in.Op != OpInvalid {
					kept = append(kept, in)
				}
			}
			b.instrs = kept
		}
	}
}

// splitCritical gives every edge from a block with several successors to one
// with several predecessors a block of its own.
func splitCritical(blocks []*buildBlock) []*buildBlock {
	out := make([]*buildBlock, 0, len(blocks)+8)
	for _, b := range blocks {
		out = append(out, b)
		if len(b.succs) < 2 {
			continue
		}
		for i, s := range b.succs {
			if s.preds < 2 {
				continue
			}
			last := b.instrs[len(b.instrs)-1]
			e := &buildBlock{
				instrs: []Instr{{Op: Jump, Code: last.Code, Offset: last.Offset}},
				succs:  []*buildBlock{s}, args: [][]VReg{b.args[i]},
				preds: 1, loop: min(b.loop, s.loop), cold: b.cold || s.cold,
			}
			b.succs[i], b.args[i] = e, nil
			out = append(out, e)
		}
	}
	return out
}
