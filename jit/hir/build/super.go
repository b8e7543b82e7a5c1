package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// loadSuperAttr looks an attribute up behind a class in the resolution order of
// an object's class.
func (b *builder) loadSuperAttr() {
	for i := 1; i <= 3; i++ {
		b.peekObject(i)
	}
	method := b.in.PushesSelfOrNull()
	if method && b.superMethod() {
		return
	}
	args := b.popObjects(3)
	op := hir.LoadSuperAttr
	if method {
		op = hir.LoadSuperMethod
	}
	v := b.emitObj(op, b.name(), args...)
	b.f.At(v).Imm = int64(b.in.Arg)
	b.push(v)
	if method {
		b.push(b.emit(hir.SecondResult, v))
	}
	b.check()
}

// superMethod finds the method at compile time. The class operand is guarded,
// and the receiver: it is an instance of a class, or a class itself, behind
// which the same classes follow as behind the operand. It does nothing and
// returns false where the helper has to look.
func (b *builder) superMethod() bool {
	f, ok := b.feedback(snapshot.SuperAttr)
	if !ok || f.Object == snapshot.NoObject || b.typeOf(b.peek(3)).Obj != snapshot.TypeSuper || b.valueFailed() ||
		!b.known(f.Type) || b.s.IsSubtype(f.Type, snapshot.TypeType) {
		return false
	}
	self := b.typeOf(b.peek(1))
	switch id := self.ExactClass(); {
	case b.s.Class(self.Obj) != nil:
		return b.superOfClass(f, self.Obj)
	case id != snapshot.NoObject:
		return b.superOfInstance(f, []snapshot.ID{id})
	case b.receivesClass(f.Object):
		return b.trusted() && b.superOfClass(f, f.Type)
	}
	classes := b.failures()
	if !slices.Contains(classes, f.Type) {
		classes = append(classes, f.Type)
	}
	return len(classes) <= maxCases && b.superOfInstance(f, classes)
}

// known reports whether what is said of a class holds until its watcher tells
// of a change.
func (b *builder) known(class snapshot.ID) bool {
	c := b.s.Class(class)
	return c != nil && c.Version != 0
}

// receivesClass reports whether an attribute is one that is called with a class
// instead of an instance: __new__ or a class method.
func (b *builder) receivesClass(attr snapshot.ID) bool {
	return b.s.Object(b.name()).Str == "__new__" || b.s.Object(attr).Kind == snapshot.KindClassMethod
}

// sameBehind reports whether behind the class base in the resolution order of
// class come the classes that come behind it in its own.
func (b *builder) sameBehind(class, base snapshot.ID) bool {
	if !b.known(class) {
		return false
	}
	order, own := b.s.Class(class).MRO, b.s.Class(base).MRO
	i := slices.Index(order, base)
	return i >= 0 && len(own) > 0 && !slices.Contains(order, snapshot.NoObject) && slices.Equal(order[i+1:], own[1:])
}

// superOfInstance replaces the operands by the method and self, for instances
// of the classes.
func (b *builder) superOfInstance(f snapshot.Feedback, classes []snapshot.ID) bool {
	method, bound := f.Object, true
	switch o := b.s.Object(method); o.Kind {
	case snapshot.KindFunction, snapshot.KindMethodDescr, snapshot.KindWrapperDescr:
	case snapshot.KindStaticMethod:
		method, bound = o.Refs[0], false
	default:
		return false
	}
	if method == snapshot.NoObject {
		return false
	}
	for _, class := range classes {
		if !b.sameBehind(class, f.Type) || b.s.IsSubtype(class, snapshot.TypeType) ||
			!b.s.Class(class).Has(snapshot.TraitGenericGetAttr) {
			return false
		}
	}
	b.guardIs(b.peek(2), f.Type)
	b.dependType(f.Type)
	self := b.peek(1)
	if len(classes) == 1 {
		self = b.guardType(self, classes[0])
	} else {
		self = b.guardClassSet(self, classes)
	}
	b.popObjects(3)
	b.push(b.constant(method))
	if bound {
		b.push(self)
	} else {
		b.push(b.nullValue())
	}
	return true
}

// superOfClass replaces the operands by the function and what it is called
// with, where the receiver is a class. Its metaclass does not matter, unless
// that reads attributes like an ordinary class: then a function gets the class
// as its first argument.
func (b *builder) superOfClass(f snapshot.Feedback, class snapshot.ID) bool {
	meta := b.s.TypeOf(class)
	if !b.sameBehind(class, f.Type) || b.s.Class(meta) == nil || b.s.Class(meta).Has(snapshot.TraitGenericGetAttr) {
		return false
	}
	method, bound := f.Object, false
	switch o := b.s.Object(method); o.Kind {
	case snapshot.KindFunction, snapshot.KindBuiltin:
	case snapshot.KindStaticMethod:
		method = o.Refs[0]
	case snapshot.KindClassMethod:
		method, bound = o.Refs[0], true
	default:
		return false
	}
	if method == snapshot.NoObject || bound && b.s.Object(method).Kind != snapshot.KindFunction {
		return false
	}
	b.guardIs(b.peek(2), f.Type)
	b.dependType(f.Type)
	self := b.guardIs(b.peek(1), class)
	b.dependType(class)
	b.dependType(meta)
	b.popObjects(3)
	b.push(b.constant(method))
	if bound {
		b.push(self)
	} else {
		b.push(b.nullValue())
	}
	return true
}
