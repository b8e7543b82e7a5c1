package opt

import "github.com/cinderjit/cinderjit/jit/hir"

// forwarding records which values are replaced by which, until apply rewrites
// all uses at once.
type forwarding struct {
	to  []hir.Value
	any bool
}

func newForwarding(f *hir.Func) *forwarding {
	return &forwarding{to: make([]hir.Value, len(f.Instrs))}
}

// replace makes uses of old use new.
func (w *forwarding) replace(old, new hir.Value) {
	for len(w.to) <= int(old) {
		w.to = append(w.to, 0)
	}
	w.to[old] = new
	w.any = true
}

// resolve returns what v stands for now.
func (w *forwarding) resolve(v hir.Value) hir.Value {
	for int(v) < len(w.to) && w.to[v] != 0 {
		v = w.to[v]
	}
	return v
}

// args rewrites the operands of one instruction.
func (w *forwarding) args(f *hir.Func, v hir.Value) {
	for i, n := 0, f.NArgs(v); i < n; i++ {
		if a := f.Arg(v, i); w.resolve(a) != a {
			f.SetArg(v, i, w.resolve(a))
		}
	}
}

// apply rewrites every operand and frame state. Frame states share slices of
// locals; rewriting in place is right because the mapping is the same for all
// of them and idempotent.
func (w *forwarding) apply(f *hir.Func) {
	if !w.any {
		return
	}
	for b := range f.Blocks {
		for _, v := range f.Blocks[b].Instrs {
			w.args(f, v)
		}
	}
	for i := range f.Frames {
		fs := &f.Frames[i]
		fs.Callee = w.resolve(fs.Callee)
		for j, v := range fs.Locals {
			fs.Locals[j] = w.resolve(v)
		}
		for j, v := range fs.Stack {
			fs.Stack[j] = w.resolve(v)
		}
	}
}

// filter keeps the instructions of every block that are not marked Dead.
func filter(f *hir.Func) {
	for b := range f.Blocks {
		ins := f.Blocks[b].Instrs
		kept := ins[:0]
		for _, v := range ins {
			if !f.At(v).Dead {
				kept = append(kept, v)
			}
		}
		f.Blocks[b].Instrs = kept
	}
}

// phis returns the phis of block b.
func phis(f *hir.Func, b hir.BlockID) []hir.Value {
	ins := f.Blocks[b].Instrs
	for i, v := range ins {
		if f.At(v).Op != hir.Phi {
			return ins[:i]
		}
	}
	return ins
}

// predIndex returns the position of p among the predecessors of b.
func predIndex(f *hir.Func, b, p hir.BlockID) int {
	for i, q := range f.Blocks[b].Preds {
		if q == p {
			return i
		}
	}
	panic("opt: blocks are not linked")
}

// removeEdge removes predecessor number i of b together with its phi operands.
func removeEdge(f *hir.Func, b hir.BlockID, i int) {
	blk := &f.Blocks[b]
	blk.Preds = append(blk.Preds[:i:i], blk.Preds[i+1:]...)
	var buf []hir.Value
	for _, v := range phis(f, b) {
		buf = f.Args(v, buf[:0])
		f.SetArgs(v, append(buf[:i:i], buf[i+1:]...)...)
	}
}
