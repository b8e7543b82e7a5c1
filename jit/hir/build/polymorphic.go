package build

import (
	"slices"

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

// severalReceivers reports whether the receiver on the stack has had several
// classes, here or at another site.
func (b *builder) severalReceivers() bool {
	v := b.peek(1)
	return !b.opts.IgnoreFeedback && (len(b.failures()) > 0 || b.receivers[b.unguarded(v)] != nil || len(b.provenClasses(v)) > 1)
}

// provenClasses returns the classes of which one is the object's, when a guard or
// a dispatch in front has left only known ones; nil otherwise.
func (b *builder) provenClasses(v hir.Value) []snapshot.ID {
	if class := b.typeOf(v).ExactClass(); class > snapshot.NumWellKnown {
		return []snapshot.ID{class}
	}
	for ; ; v = b.f.Arg(v, 0) {
		if set := b.proven[v]; set != nil {
			return set
		}
		if in := b.f.At(v); in.Op == hir.GuardClasses {
			return b.f.ClassSets[in.Imm]
		}
		if !b.alias(v) {
			return nil
		}
	}
}

// provenAmong reports whether the object's class is certainly one of the set.
func (b *builder) provenAmong(v hir.Value, set []snapshot.ID) bool {
	proven := b.provenClasses(v)
	for _, class := range proven {
		if !slices.Contains(set, class) {
			return false
		}
	}
	return proven != nil
}

// unguarded returns the value behind guards.
func (b *builder) unguarded(v hir.Value) hir.Value {
	for b.alias(v) {
		v = b.f.Arg(v, 0)
	}
	return v
}

// receiverCases returns one record for every class that the receiver can have, or
// that the site has seen: the interpreter's own, if any, those on which guards failed, and
// what other sites have seen of the same object. Except for the interpreter's
// record they are resolved from what is known about the class. It is empty when
// something else than the class failed, for which object stands; others reports that there are more
// classes, or some that cannot be resolved.
func (b *builder) receiverCases(own snapshot.Feedback, resolve func(snapshot.ID) (snapshot.Feedback, bool)) (cases []snapshot.Feedback, others bool) {
	root := b.unguarded(b.peek(1))
	classes := b.provenClasses(b.peek(1))
	switch {
	case b.valueFailed():
		return nil, true
	case classes == nil:
		classes = slices.Clone(b.receivers[root])
		for _, class := range append(b.failures(), own.Type) {
			if class != snapshot.NoObject && !slices.Contains(classes, class) {
				classes = append(classes, class)
			}
		}
	}
	for _, class := range classes {
		f, ok := own, true
		if class != own.Type {
			f, ok = resolve(class)
		}
		if !ok || len(cases) == maxCases {
			others = true
			continue
		}
		cases = append(cases, f)
	}
	if len(classes) > 1 && !others {
		b.receivers[root] = classes
	}
	return cases, others
}

// operandCases returns the classes of an operand that the present instruction
// has seen, the one for which the interpreter has specialised it first: one
// case for each. It is empty when there are too many, when one of them is not
// known to what follows, and when something else than the class failed.
func (b *builder) operandCases(own snapshot.ID, known func(snapshot.ID) bool) []snapshot.Feedback {
	if b.opts.IgnoreFeedback {
		return nil
	}
	var cases []snapshot.Feedback
	for _, class := range append([]snapshot.ID{own}, b.failures()...) {
		if class == snapshot.NoObject || slices.ContainsFunc(cases, func(f snapshot.Feedback) bool { return f.Type == class }) {
			continue
		}
		if !known(class) || len(cases) == maxCases {
			return nil
		}
		cases = append(cases, snapshot.Feedback{Offset: b.in.Offset, Type: class})
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
	if c == nil || !c.Has(snapshot.TraitGenericGetAttr|snapshot.TraitAttrsKnown) {
		return snapshot.Feedback{}, false
	}
	f := snapshot.Feedback{Offset: b.in.Offset, Type: class}
	id, _ := c.Attr(b.s.Object(b.name()).Str)
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
	case snapshot.KindProperty:
		f.Kind, f.Object = snapshot.AttrProperty, o.Refs[0]
		if f.Object == snapshot.NoObject || b.s.Object(f.Object).Kind != snapshot.KindFunction || b.in.PushesSelfOrNull() {
			return f, false
		}
		_, ok := b.bind(f.Object, 1, snapshot.NoObject)
		return f, ok
	}
	return f, false
}

// resolveStore finds how instances of a class keep the attribute that the
// present instruction writes.
func (b *builder) resolveStore(class snapshot.ID) (snapshot.Feedback, bool) {
	c := b.s.Class(class)
	if c == nil || !c.Has(snapshot.TraitGenericSetAttr|snapshot.TraitInlineValues|snapshot.TraitAttrsKnown) {
		return snapshot.Feedback{}, false
	}
	id, _ := c.Attr(b.s.Object(b.name()).Str)
	key := c.KeyIndex(b.s.Object(b.name()).Str)
	return snapshot.Feedback{
		Offset: b.in.Offset, Type: class, Kind: snapshot.StoreInstanceValue,
		Value: c.BasicSize + b.l.Values.Items + 8*int64(key),
	}, id == snapshot.NoObject && key >= 0
}

// loadAttrPolymorphic builds LOAD_ATTR for the classes that the receiver has
// had. It leaves compiled code on others.
func (b *builder) loadAttrPolymorphic() bool {
	var own snapshot.Feedback
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if attrLoads[f.Kind] != nil && f.Type != snapshot.NoObject {
			own = f
		}
	}
	cases, others := b.receiverCases(own, b.resolveLoad)
	if len(cases) == 0 || others && b.in.PushesSelfOrNull() {
		return false
	}
	receiver := b.peek(1)
	if others {
		b.eachReceiver(cases, func(f snapshot.Feedback) bool { return attrLoads[f.Kind](b, f) }, func() { b.generic(hir.LoadAttr, 1, withName|pushes) })
		return true
	}
	if b.sameField(cases, snapshot.AttrInstanceValue) {
		values, _ := b.valuesOffset(cases[0].Type)
		receiver = b.guardClasses(receiver, cases)
		b.emitImm(hir.GuardInlineValues, values, receiver)
		b.pushAttr(b.guardNotNull(b.load(hir.LoadField, hir.HeapField, cases[0].Value, receiver)))
		return true
	}
	ways := b.dispatch(receiver, cases, func(f snapshot.Feedback) bool { return attrLoads[f.Kind](b, f) })
	if len(ways) > 0 {
		b.mergeBehind(ways)
		b.prove(receiver, cases)
		if b.in.PushesSelfOrNull() {
			b.methods[b.peek(2)] = methods{b.unguarded(receiver), cases}
		}
	}
	return true
}

// methods tells of a callable that was read from a receiver of several classes
// which method belongs to which of them.
type methods struct {
	receiver hir.Value // behind guards
	cases    []snapshot.Feedback
}

// proveCallable records for the way on which a callable is a certain function that the
// receiver has one of the classes whose method that is.
func (b *builder) proveCallable(s *site, callable hir.Value, fn snapshot.ID) {
	self := b.self(s)
	m := b.methods[callable]
	if m.receiver == 0 || b.unguarded(self) != m.receiver {
		return
	}
	var cases []snapshot.Feedback
	for _, f := range m.cases {
		if f.Object == fn {
			cases = append(cases, f)
		}
	}
	switch {
	case len(cases) == 1 && b.typeOf(self).ExactClass() == snapshot.NoObject:
		b.refine(self, hir.InstanceOf(cases[0].Type))
	case len(cases) > 1:
		b.prove(self, cases)
	}
}

// storeAttrPolymorphic builds STORE_ATTR for several classes of receivers.
func (b *builder) storeAttrPolymorphic() bool {
	own, _ := b.feedback(snapshot.StoreInstanceValue)
	cases, others := b.receiverCases(own, b.resolveStore)
	switch {
	case len(cases) == 0:
		return false
	case !others && b.sameField(cases, snapshot.StoreInstanceValue):
		return b.writeInstanceValue(cases[0], b.guardClasses(b.peek(1), cases))
	}
	b.eachReceiver(cases, func(f snapshot.Feedback) bool { return b.storeInstanceValue(f, b.peek(1)) }, func() { b.generic(hir.StoreAttr, 2, withName|reversed) })
	return true
}

// eachReceiver builds one way for each class of the receiver, and a generic one for all
// others.
func (b *builder) eachReceiver(cases []snapshot.Feedback, build func(snapshot.Feedback) bool, generic func()) {
	ways := b.dispatchOrElse(b.peek(1), cases, func(f snapshot.Feedback) bool {
		if f.Type == snapshot.NoObject || !build(f) {
			generic()
		}
		return true
	})
	b.cur = noBlock
	if len(ways) > 0 {
		b.mergeBehind(ways)
	}
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
func (b *builder) guardClasses(v hir.Value, cases []snapshot.Feedback) hir.Value {
	return b.guardClassSet(v, classesOf(cases))
}

func classesOf(cases []snapshot.Feedback) []snapshot.ID {
	classes := make([]snapshot.ID, len(cases))
	for i, f := range cases {
		classes[i] = f.Type
	}
	return classes
}

// prove records behind a dispatch that the object's class is one of the cases',
// because on all others the code was left. What follows needs no guard for them.
func (b *builder) prove(v hir.Value, cases []snapshot.Feedback) {
	if len(cases) > 1 {
		b.proven[b.refine(v, b.typeOf(v))] = classesOf(cases)
	}
}

// guardClassSet leaves compiled code unless the object's class is one of the
// set.
func (b *builder) guardClassSet(v hir.Value, classes []snapshot.ID) hir.Value {
	for _, class := range classes {
		b.dependType(class)
	}
	if b.provenAmong(v, classes) {
		return v
	}
	return b.guarded(v, b.typed(b.emitImm(hir.GuardClasses, b.f.ClassSet(classes), v), b.typeOf(v)))
}

// dispatch builds one way for each class of the receiver and returns them. A
// case that cannot be built, and every other class, leaves compiled code.
func (b *builder) dispatch(receiver hir.Value, cases []snapshot.Feedback, build func(snapshot.Feedback) bool) []edge {
	b.fs()
	class := b.classOf(receiver)
	classes := classesOf(cases)
	var ways []edge
	before := b.st.clone()
	for i, f := range cases {
		b.dependType(f.Type)
		no := noBlock
		if i < len(cases)-1 {
			var yes hir.BlockID
			yes, no = b.branch(b.same(class, b.constant(f.Type)))
			b.cur = yes
			b.refine(receiver, hir.InstanceOf(f.Type))
		} else if b.provenAmong(receiver, classes) {
			if b.typeOf(receiver).ExactClass() == snapshot.NoObject {
				b.refine(receiver, hir.InstanceOf(f.Type))
			}
		} else {
			b.guardType(receiver, f.Type) // others leave here, and are noted
		}
		switch {
		case !build(f):
			b.deopt()
		case b.cur != noBlock:
			ways = append(ways, edge{b.cur, b.st.clone()})
		}
		b.cur, b.st = no, before.clone()
	}
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
		if _, ok := b.bind(in.Obj, len(args), s.kw); !ok {
			return false
		}
		if !slices.Contains(functions, in.Obj) {
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
		b.proveCallable(s, callable, fn)
		b.callKnown(s, fn)
		if b.cur != noBlock {
			ways = append(ways, edge{b.cur, b.st.clone()})
		}
		b.cur, b.st = no, before.clone()
	}
	b.cur = noBlock
	if len(ways) > 0 {
		b.mergeBehind(ways)
	}
	return true
}
