package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// callClass calls a class.
func (b *builder) callClass(s *site, class snapshot.ID, args []hir.Value) bool {
	switch class {
	case snapshot.TypeRange:
		if b.loopOverRange(s, args) {
			return true
		}
	case snapshot.TypeEnumerate, snapshot.TypeZip, snapshot.TypeReversed:
		if b.loopOverMany(s, class, args) {
			return true
		}
	}
	if s.kw == snapshot.NoObject && len(args) == 1 {
		switch class {
		case snapshot.TypeType:
			b.drop(s)
			b.push(b.classObject(args[0]))
			return true
		case snapshot.TypeStr:
			if b.typeOf(args[0]).Is(hir.BitStr) {
				b.drop(s)
				b.push(args[0])
				return true
			}
			b.called(s, b.emitImm(hir.ConvertValue, 1, args[0]))
			return true
		case snapshot.TypeBool:
			r := b.truthOf(args[0], b.typeOf(args[0]).ExactClass())
			if r != 0 {
				b.drop(s)
				b.push(r)
				return true
			}
			b.called(s, b.emit(hir.IsTrue, args[0]))
			return true
		}
	}
	if !b.canConstruct(s, class) {
		return false
	}
	return b.construct(s, class, args)
}

// makesExact are the built-in classes whose call always gives an exact instance.
var makesExact = map[snapshot.ID]bool{
	snapshot.TypeRange: true, snapshot.TypeList: true, snapshot.TypeDict: true, snapshot.TypeSet: true,
	snapshot.TypeFrozenSet: true, snapshot.TypeTuple: true, snapshot.TypeInt: true, snapshot.TypeFloat: true,
	snapshot.TypeEnumerate: true, snapshot.TypeZip: true, snapshot.TypeMap: true, snapshot.TypeFilter: true,
}

// classObject returns the class of a value.
func (b *builder) classObject(v hir.Value) hir.Value {
	if c := b.typeOf(v).ExactClass(); c != snapshot.NoObject {
		b.dependType(c)
		return b.constant(c)
	}
	return b.typed(b.load(hir.LoadField, hir.HeapOther, b.l.Object.Type, v), hir.Type{Bits: hir.BitTypeObject | hir.BitOther})
}

// initOf returns the Python function that initialises instances of a class;
// ok is false when instances are not made in the ordinary way.
func (b *builder) initOf(class snapshot.ID) (init snapshot.ID, ok bool) {
	c := b.s.Class(class)
	if c == nil || c.Version == 0 || !c.Has(snapshot.TraitHeap|snapshot.TraitDefaultNew|snapshot.TraitGenericAlloc|snapshot.TraitTypeMetaclass) ||
		c.Flags&uint64(b.l.TypeFlag.IsAbstract) != 0 {
		return snapshot.NoObject, false
	}
	if c.Has(snapshot.TraitDefaultInit) {
		return snapshot.NoObject, true
	}
	return c.Init, c.Init != snapshot.NoObject
}

// callObjectNew replaces object.__new__ of a known class by what it does.
func (b *builder) callObjectNew(s *site, id snapshot.ID, args []hir.Value) bool {
	if o := b.s.Object(id); o.Kind != snapshot.KindBuiltin || o.Name != "object.__new__" || o.Refs[0] != snapshot.TypeObject || len(args) != 1 {
		return false
	}
	class := b.typeOf(args[0]).Obj
	c := b.s.Class(class)
	if !b.known(class) || !c.Has(snapshot.TraitHeap|snapshot.TraitObjectNew|snapshot.TraitGenericAlloc) ||
		c.Flags&uint64(b.l.TypeFlag.IsAbstract) != 0 {
		return false
	}
	b.dependType(class)
	object := b.typed(b.emitObj(hir.NewObject, class), hir.InstanceOf(class))
	b.drop(s)
	b.push(object)
	return true
}

// callObjectInit leaves out object.__init__ without arguments, which does
// nothing.
func (b *builder) callObjectInit(s *site, id snapshot.ID, args []hir.Value) bool {
	if o := b.s.Object(id); o.Name != "object.__init__" || o.Refs[0] != snapshot.TypeObject || len(args) != 1 {
		return false
	}
	b.drop(s)
	b.push(b.constant(snapshot.None))
	return true
}

// canConstruct reports whether construct can make an instance at a call.
func (b *builder) canConstruct(s *site, class snapshot.ID) bool {
	init, ok := b.initOf(class)
	if !ok || !b.typeOf(b.self(s)).Is(hir.BitNull) {
		return false
	}
	if init == snapshot.NoObject {
		return s.n == 0
	}
	_, ok = b.bind(init, s.n+1, s.kw)
	return ok
}

// construct makes an instance of a class and calls its __init__.
func (b *builder) construct(s *site, class snapshot.ID, args []hir.Value) bool {
	init, _ := b.initOf(class)
	b.dependType(class)
	object := b.typed(b.emitObj(hir.NewObject, class), hir.InstanceOf(class))
	if init == snapshot.NoObject {
		b.drop(s)
		b.push(object)
		return true
	}
	c, _ := b.bind(init, len(args)+1, s.kw)
	args = append([]hir.Value{object}, args...)
	leave := func() {
		b.drop(s)
		b.push(object)
	}
	if b.inline(c, b.constant(init), args, leave, true) {
		return true
	}
	result := b.callDirect(c, b.constant(init), args)
	leave()
	// Whoever leaves at the check goes on behind the call, so the result is looked at before.
	good, bad := b.branch(b.same(result, b.constant(snapshot.None)))
	b.f.Blocks[bad].Cold = true
	after := b.frameState(b.resume)
	b.cur = bad
	b.emit(hir.InitResultError, result)
	b.raw(hir.Unreachable)
	b.cur = good
	b.check()
	b.snapshot(after)
	return true
}
