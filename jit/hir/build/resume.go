package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
)

// enter prepares the entries of the function: block 0 becomes the place for
// what they share, the call begins behind it, and each bytecode block in
// resumed gets a resume block in front of it. It must be called before any
// bytecode block is started. Those of exception handlers are added later (land).
func (b *builder) enter(resumed []bytecode.BlockID) {
	if len(resumed) == 0 && !b.handled {
		b.edges[0] = []edge{{b.cur, b.st}}
		return
	}
	b.entered = make([]bool, len(b.bc.Blocks))
	for id, l := range b.landings {
		b.entered[id] = l != nil
	}
	body := b.f.NewBlock()
	b.f.Link(0, body)
	b.edges[0] = []edge{{body, b.st}}
	for _, id := range resumed {
		b.entered[id] = true
		e := b.resumeBlock(id)
		b.f.Link(0, e.from)
		b.edges[id] = append(b.edges[id], e)
	}
	b.f.Append(0, hir.Entries)
	b.cur = noBlock
}

// resumeBlock makes the block in which a frame that stands at the begin of a
// bytecode block is taken over: all locals and the operand stack come from its
// slots. The block has no terminator yet.
func (b *builder) resumeBlock(id bytecode.BlockID) edge {
	saved := b.cur
	defer func() { b.cur = saved }()
	bb := b.bc.Block(id)
	unit := b.bc.Instrs[bb.Begin].Start / 2
	b.at, b.in = id, nil
	b.cur = b.newBlock()
	point := b.emitImm(hir.ResumePoint, int64(unit))
	b.f.At(point).BC = b.bc.Instrs[bb.Begin].Offset / 2
	st := state{locals: make([]hir.Value, b.code.NLocalsPlus)}
	slots := len(st.locals) + int(bb.Depth)
	var sent hir.Value
	if b.isSent(id) {
		// What is sent is not in the frame yet. Most delegation yields more often
		// than it returns.
		b.f.Blocks[b.cur].Cold = !bb.Resumes
		sent = b.emit(hir.Sent)
		slots--
	}
	for i := range slots {
		v := b.emitImm(hir.LoadSlot, int64(i))
		if i < len(st.locals) {
			st.locals[i] = v
		} else {
			st.stack = append(st.stack, v)
		}
	}
	if sent != 0 {
		st.stack = append(st.stack, sent)
	}
	return edge{b.cur, st}
}

// asObjects refines what an operation takes as an object and what is, as far as
// is known, NULL or an object, because it came from the operand stack of a frame
// that was resumed. The bytecode says that it is one.
func (b *builder) asObjects(op hir.Op, args []hir.Value) []hir.Value {
	kinds := op.Info().Args
	copied := false
	for i, v := range args {
		kind := byte('o')
		if i < len(kinds) && kinds[i] != '*' {
			kind = kinds[i]
		} else {
			kind = kinds[len(kinds)-2]
		}
		if kind != 'o' || !b.typeOf(v).MayBe(hir.BitNull) || b.typeOf(v).Is(hir.BitNull) {
			continue
		}
		if !copied {
			args, copied = slices.Clone(args), true
		}
		r := b.f.Append(b.cur, hir.Refine, v)
		t := b.typeOf(v)
		t.Bits &^= hir.BitNull
		args[i] = b.typed(r, t)
		if b.in != nil {
			b.f.At(r).BC = b.in.Offset / 2
		}
	}
	return args
}
