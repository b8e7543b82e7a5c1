package opt

import "github.com/cinderjit/cinderjit/jit/hir"

// RemoveDead removes instructions whose result nobody uses and that do nothing
// else: pure ones, and those whose only effect is an allocation. Uses by frame
// states of instructions that stay count. Guards stay.
func RemoveDead(f *hir.Func) {
	live := make([]bool, len(f.Instrs))
	var work []hir.Value
	mark := func(v hir.Value) {
		if v != 0 && !live[v] {
			live[v] = true
			work = append(work, v)
		}
	}
	for b := range f.Blocks {
		for _, v := range f.Blocks[b].Instrs {
			if !removable(f.At(v)) {
				mark(v)
			}
		}
	}
	for len(work) > 0 {
		v := work[len(work)-1]
		work = work[:len(work)-1]
		for i, n := 0, f.NArgs(v); i < n; i++ {
			mark(f.Arg(v, i))
		}
		if f.At(v).FS != 0 {
			f.EachFrameValue(f.At(v).FS, mark)
		}
	}
	for b := range f.Blocks {
		for _, v := range f.Blocks[b].Instrs {
			if !live[v] {
				f.At(v).Dead = true
			}
		}
	}
	filter(f)
}

// removable reports whether in has no effect besides its result. An allocating
// helper can fail only for want of memory, which is no effect to preserve.
func removable(in *hir.Instr) bool {
	o := in.Op.Info()
	switch {
	case o.Terminator || o.Observable || o.NeedsFS:
		return false
	case o.Pure || o.Virtual || in.Op == hir.Phi || in.Op == hir.Param || in.Op == hir.Callee:
		return true
	case in.Op == hir.IntAddOvf || in.Op == hir.IntSubOvf || in.Op == hir.IntMulOvf:
		return true
	}
	return o.Exits && o.Helper != "" && o.Writes == 0
}
