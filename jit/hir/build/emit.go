package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// raw appends an instruction without a frame state.
func (b *builder) raw(op hir.Op, args ...hir.Value) hir.Value {
	if b.entered != nil {
		args = b.asObjects(op, args)
	}
	v := b.f.Append(b.cur, op, args...)
	in := b.f.At(v)
	in.Inline = b.inlineID()
	if b.in != nil {
		in.BC = b.in.Offset / 2
	} else if ins := b.f.Blocks[b.cur].Instrs; len(ins) > 1 {
		before := b.f.At(ins[len(ins)-2])
		in.BC, in.Inline = before.BC, before.Inline
	}
	return v
}

// emit appends an instruction; where its opcode needs a frame state, it is the
// one before the bytecode instruction.
func (b *builder) emit(op hir.Op, args ...hir.Value) hir.Value {
	v := b.raw(op, args...)
	if op.Info().HasFS() {
		b.f.At(v).FS = b.fs()
	}
	return v
}

func (b *builder) emitImm(op hir.Op, imm int64, args ...hir.Value) hir.Value {
	v := b.emit(op, args...)
	b.f.At(v).Imm = imm
	return v
}

func (b *builder) emitObj(op hir.Op, obj snapshot.ID, args ...hir.Value) hir.Value {
	v := b.emit(op, args...)
	b.f.At(v).Obj = obj
	return v
}

// load reads a field at a byte offset.
func (b *builder) load(op hir.Op, region hir.Heap, offset int64, base hir.Value) hir.Value {
	v := b.emitImm(op, offset, base)
	b.f.At(v).Aux = uint8(region)
	return v
}

// store writes a field at a byte offset.
func (b *builder) store(op hir.Op, region hir.Heap, offset int64, base, value hir.Value) hir.Value {
	v := b.emitImm(op, offset, base, value)
	b.f.At(v).Aux = uint8(region)
	return v
}

// compare appends a comparison of machine values.
func (b *builder) compare(op hir.Op, c hir.Cond, x, y hir.Value) hir.Value {
	v := b.emit(op, x, y)
	b.f.At(v).Aux = uint8(c)
	return v
}

// same compares identity.
func (b *builder) same(x, y hir.Value) hir.Value { return b.compare(hir.PtrCmp, hir.CondEQ, x, y) }

func (b *builder) cint(n int64) hir.Value { return b.emitImm(hir.CInt, n) }

func (b *builder) typeOf(v hir.Value) hir.Type { return b.f.At(v).Type }

// typed sets the result type of v and returns v.
func (b *builder) typed(v hir.Value, t hir.Type) hir.Value {
	b.f.At(v).Type = t
	return v
}

// entryInstr makes an instruction at the begin of the entry block.
func (b *builder) entryInstr(op hir.Op) hir.Value {
	v := b.f.New(op)
	b.entry = append(b.entry, v)
	return v
}

// constant returns the value of an object of the snapshot.
func (b *builder) constant(id snapshot.ID) hir.Value {
	v, ok := b.consts[id]
	if !ok {
		v = b.entryInstr(hir.Const)
		in := b.f.At(v)
		in.Obj, in.Type = id, hir.TypeOfObject(b.s, id)
		b.consts[id] = v
	}
	return v
}

func (b *builder) nullValue() hir.Value {
	if b.null == 0 {
		b.null = b.entryInstr(hir.Null)
	}
	return b.null
}

// calleeValue returns the function object. Where there are several entries, the
// one that took it from a register does not lead everywhere.
func (b *builder) calleeValue() hir.Value {
	if b.within != nil {
		return b.within.callee
	}
	if b.entered != nil {
		return b.emit(hir.Callee)
	}
	if b.callee == 0 {
		b.callee = b.entryInstr(hir.Callee)
	}
	return b.callee
}

// boolConstant returns a constant as a bool of the machine.
func (b *builder) boolConstant(v bool) hir.Value {
	id := snapshot.False
	if v {
		id = snapshot.True
	}
	return b.emit(hir.BoolUnbox, b.constant(id))
}

// guarded records that v, the result of a guard on old, is the same object.
func (b *builder) guarded(old, v hir.Value) hir.Value {
	b.st.replace(old, v)
	return v
}

// guardType leaves compiled code unless v is an exact instance of a class. What
// the compiler concludes from it holds as long as the class is unmodified and
// no instance was assigned another class.
func (b *builder) guardType(v hir.Value, class snapshot.ID) hir.Value {
	t := b.typeOf(v)
	b.dependType(class) // also when it is known: the class of a constant holds as long
	if t.ExactClass() == class {
		return v
	}
	g := b.emitObj(hir.GuardType, class, v)
	r := hir.InstanceOf(class)
	if t.Bits&r.Bits != 0 {
		r.Bits &= t.Bits
	}
	r.Obj = t.Obj
	return b.guarded(v, b.typed(g, r))
}

// guardIs leaves compiled code unless v is the object id; the result is the
// constant. Locals and stack get the guarded value instead, because a loop must
// find there what it began with.
func (b *builder) guardIs(v hir.Value, id snapshot.ID) hir.Value {
	if b.typeOf(v).Obj != id {
		b.guarded(v, b.typed(b.emitObj(hir.GuardIs, id, v), hir.TypeOfObject(b.s, id)))
	}
	return b.constant(id)
}

// guardNotNull leaves compiled code when v is NULL.
func (b *builder) guardNotNull(v hir.Value) hir.Value {
	t := b.typeOf(v)
	if !t.MayBe(hir.BitNull) {
		return v
	}
	if t.Bits &^= hir.BitNull; t.Bits == 0 {
		t = hir.TObject
	}
	return b.guarded(v, b.typed(b.emit(hir.GuardNotNull, v), t))
}

// guardCompact leaves compiled code unless v is an exact int of one digit.
func (b *builder) guardCompact(v hir.Value) hir.Value {
	v = b.guardType(v, snapshot.TypeInt)
	t := b.typeOf(v)
	if t.Is(hir.BitSmallLong) {
		return v
	}
	t.Bits = hir.BitSmallLong
	return b.guarded(v, b.typed(b.emit(hir.GuardCompact, v), t))
}

func (b *builder) guardTrue(cond hir.Value)  { b.emit(hir.GuardTrue, cond) }
func (b *builder) guardFalse(cond hir.Value) { b.emit(hir.GuardFalse, cond) }

// refine states what a branch has established about v.
func (b *builder) refine(v hir.Value, t hir.Type) hir.Value {
	return b.guarded(v, b.typed(b.emit(hir.Refine, v), t))
}

// dependType records that a class must stay unmodified. Classes that nobody can
// modify need no watching.
func (b *builder) dependType(class snapshot.ID) {
	c := b.s.Class(class)
	if class <= snapshot.NumWellKnown || c != nil && c.Flags&uint64(b.l.TypeFlag.Immutable) != 0 {
		return
	}
	b.f.Depend(hir.Dependency{Kind: hir.DependType, Obj: class})
}

func (b *builder) dependKey(dict, key snapshot.ID) {
	b.f.Depend(hir.Dependency{Kind: hir.DependDictKey, Obj: dict, Key: key})
}

func (b *builder) dependFunction(fn snapshot.ID) {
	b.f.Depend(hir.Dependency{Kind: hir.DependFunction, Obj: fn})
}

// snapshot marks a boundary between bytecode instructions, unless the last
// instruction did so for the same state.
func (b *builder) snapshot(fs hir.FrameStateID) {
	if ins := b.f.Blocks[b.cur].Instrs; len(ins) > 0 {
		if last := b.f.At(ins[len(ins)-1]); last.Op == hir.Snapshot && last.FS == fs {
			return
		}
	}
	b.f.At(b.raw(hir.Snapshot)).FS = fs
}

// check ends an observable bytecode instruction whose results are on the stack:
// the frame is looked at, and whoever leaves there goes on behind it.
func (b *builder) check() {
	v := b.raw(hir.CheckFrame)
	b.f.At(v).FS = b.frameState(b.resume)
}

// breaker serves the eval breaker behind the instruction.
func (b *builder) breaker(offset int32) {
	v := b.raw(hir.EvalBreaker)
	b.f.At(v).FS = b.frameState(offset)
}

// deopt ends the block: the interpreter executes the present instruction.
func (b *builder) deopt() {
	fs := b.fs()
	b.f.At(b.raw(hir.Deopt)).FS = fs
	b.cur = noBlock
}
