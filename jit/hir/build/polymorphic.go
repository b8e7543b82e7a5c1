package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// maxCases is how many classes of receivers, or functions called, a site is
// compiled for; beyond that it is generic.
const maxCases = 4

// failures returns the classes on which compiled code left the present
// instruction.
func (b *builder) failures() []snapshot.ID {
	var classes []snapshot.ID
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Kind == snapshot.GuardFailed {
			classes = append(classes, f.Type)
		}
	}
	return classes
}

// receiverCases returns one record for every class of receivers that the site
// has seen: the interpreter's own, if it did not fail, and those on which
// guards failed, resolved from what is known about the class. It is empty when
// one of them cannot be resolved or there are too many.
func (b *builder) receiverCases(own snapshot.Feedback, resolve func(snapshot.ID) (snapshot.Feedback, bool)) []snapshot.Feedback {
	failed := b.failures()
	if len(failed) >= maxCases {
		return nil
	}
	cases := []snapshot.Feedback{own}
	for _, class := range failed {
		f, ok := resolve(class)
		if !ok || class == own.Type {
			return nil
		}
		cases = append(cases, f)
	}
	return cases
}

// member type of slots that hold an object and raise when they are empty, as
// the public headers define it for good.
const memberObjectEx = 16

// resolveLoad finds how instances of a class have the attribute that the present
// instruction reads, by the generic algorithm.
func (b *builder) resolveLoad(class snapshot.ID) (snapshot.Feedback, bool) {
	c := b.s.Class(class)
	if c == nil || !c.Has(snapshot.TraitGenericGetAttr) {
		return snapshot.Feedback{}, false
	}
	f := snapshot.Feedback{Offset: b.in.Offset, Type: class}
	id, looked := c.Attr(b.s.Object(b.name()).Str)
	if !looked {
		return f, false
	}
	key := c.KeyIndex(b.s.Object(b.name()).Str)
	if id == snapshot.NoObject {
		f.Kind = snapshot.AttrInstanceValue
		f.Value = c.BasicSize + b.l.Values.Items + 8*int64(key)
		return f, key >= 0 && c.Has(snapshot.TraitInlineValues)
	}
	f.Object = id
	switch o := b.s.Object(id); o.Kind {
	case snapshot.KindMemberDescr:
		f.Kind, f.Object, f.Value = snapshot.AttrSlot, snapshot.NoObject, o.Native.Offset
		return f, o.Native.Member == memberObjectEx
	case snapshot.KindFunction, snapshot.KindMethodDescr:
		if !b.in.PushesSelfOrNull() {
			return f, false
		}
		if c.Has(snapshot.TraitInlineValues) {
			f.Kind, f.Version = snapshot.AttrMethodWithValues, c.KeysVersion
			return f, key < 0 && f.Version != 0
		}
		f.Kind = snapshot.AttrMethodNoDict
		return f, c.DictOffset == 0 && !c.Has(snapshot.TraitManagedDict)
	}
	return f, false
}

// resolveStore finds how instances of a class keep the attribute that the
// present instruction writes.
func (b *builder) resolveStore(class snapshot.ID) (snapshot.Feedback, bool) {
	c := b.s.Class(class)
	if c == nil || !c.Has(snapshot.TraitGenericSetAttr|snapshot.TraitInlineValues) {
		return snapshot.Feedback{}, false
	}
	id, looked := c.Attr(b.s.Object(b.name()).Str)
	key := c.KeyIndex(b.s.Object(b.name()).Str)
	return snapshot.Feedback{
		Offset: b.in.Offset, Type: class, Kind: snapshot.StoreInstanceValue,
		Value: c.BasicSize + b.l.Values.Items + 8*int64(key),
	}, looked && id == snapshot.NoObject && key >= 0
}

// loadAttrPolymorphic builds LOAD_ATTR for several classes of receivers. It
// leaves compiled code on others.
func (b *builder) loadAttrPolymorphic() bool {
	for _, own := range b.code.FeedbackAt(int(b.in.Offset)) {
		if attrLoads[own.Kind] == nil || own.Type == snapshot.NoObject {
			continue
		}
		cases := b.receiverCases(own, b.resolveLoad)
		if len(cases) == 0 {
			return false
		}
		receiver := b.peek(1)
		if b.sameField(cases, snapshot.AttrInstanceValue) {
			b.guardClasses(receiver, cases)
			values, _ := b.valuesOffset(own.Type)
			b.emitImm(hir.GuardInlineValues, values, receiver)
			b.pushAttr(b.guardNotNull(b.load(hir.LoadField, hir.HeapField, own.Value, receiver)))
			return true
		}
		ways := b.dispatch(receiver, cases, func(f snapshot.Feedback) bool { return attrLoads[f.Kind](b, f) })
		if ways == nil {
			return false
		}
		b.mergeBehind(ways)
		return true
	}
	return false
}

// storeAttrPolymorphic builds STORE_ATTR for several classes of receivers.
func (b *builder) storeAttrPolymorphic() bool {
	own, ok := b.feedback(snapshot.StoreInstanceValue)
	if !ok {
		return false
	}
	cases := b.receiverCases(own, b.resolveStore)
	if len(cases) == 0 || !b.sameField(cases, snapshot.StoreInstanceValue) {
		return false
	}
	owner := b.peek(1)
	b.guardClasses(owner, cases)
	return b.writeInstanceValue(own, owner)
}

// sameField reports whether all classes have an inline value at the same place.
func (b *builder) sameField(cases []snapshot.Feedback, kind snapshot.FeedbackKind) bool {
	values, ok := b.valuesOffset(cases[0].Type)
	if !ok {
		return false
	}
	for _, f := range cases {
		v, ok := b.valuesOffset(f.Type)
		if !ok || v != values || f.Kind != kind || f.Value != cases[0].Value {
			return false
		}
	}
	return true
}

// classOf returns the class of an object, to be compared.
func (b *builder) classOf(v hir.Value) hir.Value {
	return b.load(hir.LoadPtr, immutable, b.l.Object.Type, v)
}

// guardClasses leaves compiled code unless the object's class is one of those
// of the cases.
func (b *builder) guardClasses(v hir.Value, cases []snapshot.Feedback) {
	fs := b.fs()
	class := b.classOf(v)
	var ways []edge
	for i, f := range cases {
		b.dependType(f.Type)
		is := b.same(class, b.constant(f.Type))
		if i == len(cases)-1 {
			b.guardTrue(is)
			ways = append(ways, edge{b.cur, b.st.clone()})
			break
		}
		yes, no := b.branch(is)
		ways = append(ways, edge{yes, b.st.clone()})
		b.cur = no
	}
	b.cur = b.newBlock()
	b.join(ways)
	b.snapshot(fs)
}

// dispatch builds one way for each class of the receiver and returns them, nil
// when the first case cannot be built (nothing was done then, or the block was
// ended with a deoptimisation).
func (b *builder) dispatch(receiver hir.Value, cases []snapshot.Feedback, build func(snapshot.Feedback) bool) []edge {
	b.fs()
	class := b.classOf(receiver)
	var ways []edge
	before := b.st.clone()
	for _, f := range cases {
		b.dependType(f.Type)
		yes, no := b.branch(b.same(class, b.constant(f.Type)))
		b.cur, b.st = yes, before.clone()
		b.refine(receiver, hir.InstanceOf(f.Type))
		if build(f) {
			ways = append(ways, edge{b.cur, b.st.clone()})
		} else {
			b.deopt()
		}
		b.cur, b.st = no, before.clone()
	}
	b.deopt()
	return ways
}

// mergeBehind joins the ways on which an instruction was built in the state
// behind it.
func (b *builder) mergeBehind(ways []edge) {
	b.mergeMarked(ways, func() { b.snapshot(b.frameState(b.resume)) })
}

// callOneOf builds the call of a callable that is one of several known Python
// functions, each by its direct entry.
func (b *builder) callOneOf(s *site) bool {
	callable := b.callable(s)
	if b.f.At(callable).Op != hir.Phi {
		return false
	}
	args, ok := b.arguments(s)
	if !ok {
		return false
	}
	var functions []snapshot.ID
	for i := range b.f.NArgs(callable) {
		in := b.f.At(b.f.Arg(callable, i))
		if in.Op != hir.Const || b.s.Object(in.Obj).Kind != snapshot.KindFunction {
			return false
		}
		if _, ok := b.bind(in.Obj, len(args), s.names); !ok {
			return false
		}
		if !containsID(functions, in.Obj) {
			functions = append(functions, in.Obj)
		}
	}
	if len(functions) < 2 || len(functions) > maxCases {
		return false
	}
	b.fs()
	before := b.st.clone()
	var ways []edge
	for i, fn := range functions {
		no := noBlock
		if i < len(functions)-1 {
			var yes hir.BlockID
			yes, no = b.branch(b.same(callable, b.constant(fn)))
			b.cur = yes
		}
		b.callKnown(s, fn)
		ways = append(ways, edge{b.cur, b.st.clone()})
		b.cur, b.st = no, before.clone()
	}
	b.mergeBehind(ways)
	return true
}

func containsID(list []snapshot.ID, id snapshot.ID) bool {
	for _, e := range list {
		if e == id {
			return true
		}
	}
	return false
}
