package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// state is the abstract state of a frame. Stack values are objects, NULL, or
// bools of the machine, which are boxed where an object is needed.
type state struct {
	locals []hir.Value
	stack  []hir.Value
	shared bool // locals is part of a frame state and must not be written

	untraced  bool      // the exception that is being handled has no traceback entry of this frame yet
	exception hir.Value // that exception, while untraced
	inFrame   bool      // the frame holds the locals itself; those here are 0
	handling  int       // exceptions that are being handled
}

// clone returns a copy for another path.
func (s *state) clone() state {
	s.shared = true
	c := *s
	c.stack = slices.Clone(s.stack)
	return c
}

func (s *state) setLocal(i int, v hir.Value) {
	if s.locals[i] == v {
		return
	}
	if s.shared {
		s.locals, s.shared = slices.Clone(s.locals), false
	}
	s.locals[i] = v
}

// replace puts a value that says more about the same object into all places
// of the old one.
func (s *state) replace(old, v hir.Value) {
	for i, l := range s.locals {
		if l == old {
			s.setLocal(i, v)
		}
	}
	for i, x := range s.stack {
		if x == old {
			s.stack[i] = v
		}
	}
}

func (b *builder) push(v hir.Value) { b.st.stack = append(b.st.stack, v) }

// pop takes the top of the stack as it is.
func (b *builder) pop() hir.Value {
	top := len(b.st.stack) - 1
	v := b.st.stack[top]
	b.st.stack = b.st.stack[:top]
	return v
}

// popObject takes the top of the stack as an object (or NULL).
func (b *builder) popObject() hir.Value { return b.box(b.pop()) }

// popObjects takes n objects off the stack; the first is the lowest.
func (b *builder) popObjects(n int) []hir.Value {
	vs := make([]hir.Value, n)
	for i := n - 1; i >= 0; i-- {
		vs[i] = b.popObject()
	}
	return vs
}

// peek returns the i-th value from the top, 1 for the top itself.
func (b *builder) peek(i int) hir.Value { return b.st.stack[len(b.st.stack)-i] }

// peekObject is peek for an object; a bool on the stack is boxed in place.
func (b *builder) peekObject(i int) hir.Value {
	p := &b.st.stack[len(b.st.stack)-i]
	*p = b.box(*p)
	return *p
}

// box returns an object for v, which is one already or a bool.
func (b *builder) box(v hir.Value) hir.Value {
	in := b.f.At(v)
	if !in.Type.Is(hir.BitCBool) {
		return v
	}
	if in.Op == hir.BoolUnbox {
		return b.f.Arg(v, 0)
	}
	return b.emit(hir.BoolBox, v)
}

// fs returns the state before the present instruction. It must be asked for
// the first time before the instruction changes anything.
func (b *builder) fs() hir.FrameStateID {
	if b.before == 0 {
		b.before = b.frameState(b.in.Start / 2)
	}
	return b.before
}

// frameState returns the present state with the interpreter to continue at a
// code unit.
func (b *builder) frameState(offset int32) hir.FrameStateID {
	if b.lastFS != 0 {
		fs := &b.f.Frames[b.lastFS]
		if fs.Offset == offset && fs.InFrame == b.st.inFrame && fs.Untraced == b.st.untraced && !fs.Unhandled && slices.Equal(fs.Stack, b.st.stack) && slices.Equal(fs.Locals, b.st.locals) {
			return b.lastFS
		}
		if !b.st.shared && slices.Equal(fs.Locals, b.st.locals) {
			b.st.locals = fs.Locals
		}
	}
	b.lastFS = b.f.NewFrameState(b.newState(offset))
	return b.lastFS
}

// newState returns the present state as a frame state.
func (b *builder) newState(offset int32) hir.FrameState {
	b.st.shared = true
	fs := hir.FrameState{Offset: offset, Locals: b.st.locals, Stack: slices.Clone(b.st.stack), InFrame: b.st.inFrame, Untraced: b.st.untraced}
	if c := b.within; c != nil {
		fs.Parent, fs.Inline, fs.Callee, fs.Code = c.parent, c.id, c.callee, b.f.Inlines[c.id].Code
	}
	return fs
}
