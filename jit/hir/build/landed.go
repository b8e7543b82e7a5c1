package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// What comes back from the frame in a handler has the types of what was put
// there. Otherwise one handler in a loop would hide from all of the loop which
// types its variables have.
//
// Nobody but the code itself changes the operand stack, so that the types of its
// slots are certain. Locals may be changed by others while the frame holds them:
// when they are taken over, a guard makes sure.

// landed is a value that is read from a slot in which one of several values
// was.
type landed struct {
	value   hir.Value
	sources []hir.Value
}

// source adds v to the values that can be in a slot, unless it was the last one.
func source(to []hir.Value, v hir.Value) []hir.Value {
	if n := len(to); n > 0 && to[n-1] == v {
		return to
	}
	return append(to, v)
}

// noteLocals records what the locals are where something may raise.
func (b *builder) noteLocals() {
	if b.st.inFrame || len(b.st.locals) == 0 || b.noted == &b.st.locals[0] {
		return
	}
	b.st.shared = true // what is noted must not change
	b.noted = &b.st.locals[0]
	for i, v := range b.st.locals {
		b.inLocal[i] = source(b.inLocal[i], v)
	}
}

// guardTaken puts a guard behind every local that was taken over. What it
// checks is decided when all types are known.
func (b *builder) guardTaken(offset int32) {
	fs := b.frameState(offset)
	for i, v := range b.st.locals {
		g := b.f.Append(b.cur, hir.GuardType, v) // whether there is a value is decided later, too
		in := b.f.At(g)
		in.FS, in.BC, in.Type = fs, offset, hir.TNullable
		b.st.setLocal(i, g)
		b.taken = append(b.taken, takenLocal{g, i})
	}
}

// takenLocal is a guard that guardTaken made.
type takenLocal struct {
	guard hir.Value
	slot  int
}

// decideGuards types values from slots and phis together, starting from "no
// value" and widening. Then it makes the guards on taken locals check the class
// that these values have; one that has nothing to check is removed. Whether a
// local is bound is certain: others cannot unbind it. What a guard cannot
// check widens the types of the rest.
func (b *builder) decideGuards(c *cleaner) {
	c.landed = b.landed
	for _, t := range b.taken {
		c.landed = append(c.landed, landed{t.guard, b.inLocal[t.slot]})
	}
	c.typePhis()
	c.landed = b.landed
	if len(b.taken) == 0 {
		return
	}
	for _, t := range b.taken {
		guard := c.f.At(t.guard)
		from := c.f.At(c.f.Arg(t.guard, 0))
		if guard.Type.Is(hir.BitObject) {
			from.Type = hir.TObject
		}
		class := guard.Type.ExactClass()
		_, failed := b.code.FeedbackOf(int(2*b.f.Frames[guard.FS].Offset), snapshot.GuardFailed)
		if class == snapshot.NoObject || failed || !from.Type.Is(hir.BitObject) {
			c.to[t.guard] = c.f.Arg(t.guard, 0)
			continue
		}
		guard.Obj, guard.Type = class, hir.InstanceOf(class)
		b.dependType(class)
	}
	c.typePhis()
}
