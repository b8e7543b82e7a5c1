package build

import (
	"slices"
	"strings"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var attrHandlers = map[bytecode.Op]handler{
	bytecode.OpLoadAttr:      (*builder).loadAttr,
	bytecode.OpStoreAttr:     (*builder).storeAttr,
	bytecode.OpDeleteAttr:    generic(hir.DeleteAttr, 1, withName),
	bytecode.OpLoadSuperAttr: (*builder).loadSuperAttr,
}

// attrLoads build LOAD_ATTR by what the interpreter has seen. They find the
// receiver on the stack and leave the result in its place; false means that
// they have done nothing.
var attrLoads = map[snapshot.FeedbackKind]func(*builder, snapshot.Feedback) bool{
	snapshot.AttrInstanceValue:    (*builder).loadInstanceValue,
	snapshot.AttrSlot:             (*builder).loadSlot,
	snapshot.AttrModule:           (*builder).loadModuleAttr,
	snapshot.AttrMethodWithValues: (*builder).loadClassAttrWithValues,
	snapshot.AttrMethodNoDict:     (*builder).loadClassAttrNoDict,
	snapshot.AttrMethodLazyDict:   (*builder).loadMethodLazyDict,
	snapshot.AttrValueWithValues:  (*builder).loadClassAttrWithValues,
	snapshot.AttrValueNoDict:      (*builder).loadClassAttrNoDict,
	snapshot.AttrClass:            (*builder).loadClassAttr,
	snapshot.AttrClassMeta:        (*builder).loadClassAttr,
	snapshot.AttrProperty:         (*builder).loadProperty,
}

func (b *builder) loadAttr() {
	b.peekObject(1)
	if b.loadAttrKnown() || b.loadFunctionOfClass() || b.severalReceivers() && b.loadAttrPolymorphic() {
		return
	}
	if b.trusted() {
		for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
			if load := attrLoads[f.Kind]; load != nil && load(b, f) {
				return
			}
		}
	}
	if !b.in.PushesSelfOrNull() {
		b.generic(hir.LoadAttr, 1, withName|pushes)
		return
	}
	method := b.emitObj(hir.LoadMethod, b.name(), b.pop())
	self := b.emit(hir.SecondResult, method)
	b.push(method)
	b.push(self)
	b.check()
}

// loadAttrKnown reads an attribute of an object whose class is known and is not
// the one that the interpreter saw here last: the code is inlined, or something
// before it has shown the class.
func (b *builder) loadAttrKnown() bool {
	class := b.typeOf(b.peek(1)).ExactClass()
	if b.opts.IgnoreFeedback || class <= snapshot.NumWellKnown || slices.Contains(b.failures(), class) {
		return false
	}
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Type == class && b.trusted() {
			return false
		}
	}
	f, ok := b.resolveLoad(class)
	return ok && attrLoads[f.Kind](b, f)
}

// loadFunctionOfClass reads a function, class method or static method of a known
// class; the interpreter has no form of the instruction for class methods. Other values
// of classes change more often.
func (b *builder) loadFunctionOfClass() bool {
	class := b.typeOf(b.peek(1)).Obj
	c := b.s.Class(class)
	name := b.s.Object(b.name()).Str
	if c == nil || b.opts.IgnoreFeedback || !b.in.PushesSelfOrNull() || !b.known(class) ||
		!c.Has(snapshot.TraitTypeMetaclass|snapshot.TraitAttrsKnown) || strings.HasPrefix(name, "__") {
		return false // what type itself has, and comes first, has such names
	}
	id, ok := c.Attr(name)
	if !ok {
		return false
	}
	function, self := id, b.nullValue()
	switch o := b.s.Object(id); o.Kind {
	case snapshot.KindFunction:
	case snapshot.KindStaticMethod:
		function = o.Refs[0]
	case snapshot.KindClassMethod:
		function, self = o.Refs[0], b.peek(1)
	default:
		return false
	}
	if function == snapshot.NoObject || b.s.Object(function).Kind != snapshot.KindFunction {
		return false
	}
	b.dependType(class)
	b.pop()
	b.push(b.constant(function))
	b.push(self)
	return true
}

// pushAttr replaces the receiver by an attribute that is no method.
func (b *builder) pushAttr(v hir.Value) {
	b.pop()
	b.push(v)
	if b.in.PushesSelfOrNull() {
		b.push(b.nullValue())
	}
}

// guardReceiver makes sure that the receiver is an exact instance of a class
// whose attributes are as they were at snapshot time.
func (b *builder) guardReceiver(class snapshot.ID) hir.Value {
	b.dependType(class)
	return b.guardType(b.peek(1), class)
}

// valuesOffset returns where the inline values of a class's instances begin.
func (b *builder) valuesOffset(class snapshot.ID) (int64, bool) {
	c := b.s.Class(class)
	if c == nil || !c.Has(snapshot.TraitInlineValues) {
		return 0, false
	}
	return c.BasicSize, true
}

func (b *builder) loadInstanceValue(f snapshot.Feedback) bool {
	values, ok := b.valuesOffset(f.Type)
	if !ok {
		return false
	}
	v := b.guardReceiver(f.Type)
	b.emitImm(hir.GuardInlineValues, values, v)
	b.pushAttr(b.guardNotNull(b.load(hir.LoadField, hir.HeapField, f.Value, v)))
	return true
}

func (b *builder) loadSlot(f snapshot.Feedback) bool {
	v := b.guardReceiver(f.Type)
	b.pushAttr(b.guardNotNull(b.load(hir.LoadField, hir.HeapField, f.Value, v)))
	return true
}

// loadModuleAttr takes the present value of a module's variable as a constant.
func (b *builder) loadModuleAttr(f snapshot.Feedback) bool {
	if b.moduleVariable(f) == snapshot.NoObject {
		return false
	}
	b.guardIs(b.peek(1), f.Object)
	b.dependKey(b.moduleVariable(f), b.name())
	b.pushAttr(b.constant(f.Aux))
	return true
}

// moduleVariable returns the namespace in which a module has the variable that the
// feedback tells of, NoObject if it is not known.
func (b *builder) moduleVariable(f snapshot.Feedback) snapshot.ID {
	if f.Object == snapshot.NoObject || f.Aux == snapshot.NoObject {
		return snapshot.NoObject
	}
	m := b.s.Object(f.Object)
	if m.Kind != snapshot.KindModule || len(m.Refs) == 0 {
		return snapshot.NoObject
	}
	return m.Refs[0]
}

// moduleConstant returns the attribute that the present instruction reads of a
// constant module, as a constant; 0 if it is none.
func (b *builder) moduleConstant(module hir.Value) hir.Value {
	f, ok := b.feedback(snapshot.AttrModule)
	if !ok || !b.trusted() || b.in.PushesSelfOrNull() || f.Object != b.f.At(module).Obj || b.moduleVariable(f) == snapshot.NoObject {
		return 0
	}
	b.dependKey(b.moduleVariable(f), b.name())
	return b.constant(f.Aux)
}

// pushClassAttr replaces the receiver by what its class has under the name; a
// method goes below the receiver, unbound.
func (b *builder) pushClassAttr(f snapshot.Feedback) {
	switch f.Kind {
	case snapshot.AttrMethodWithValues, snapshot.AttrMethodNoDict, snapshot.AttrMethodLazyDict:
		self := b.pop()
		b.push(b.constant(f.Object))
		b.push(self)
	default:
		b.pushAttr(b.constant(f.Object))
	}
}

// loadClassAttrWithValues makes sure that the instance does not shadow the
// attribute: its values are inline, and the keys they share are the ones that
// did not have the name.
func (b *builder) loadClassAttrWithValues(f snapshot.Feedback) bool {
	values, ok := b.valuesOffset(f.Type)
	if !ok || f.Object == snapshot.NoObject {
		return false
	}
	v := b.guardReceiver(f.Type)
	b.emitImm(hir.GuardInlineValues, values, v)
	keys := b.load(hir.LoadPtr, hir.HeapDict, b.l.Type.CachedKeys, b.constant(f.Type))
	version := b.load(hir.LoadU32, hir.HeapDict, b.l.DictKeys.Version, keys)
	b.guardTrue(b.compare(hir.IntCmp, hir.CondEQ, version, b.cint(int64(f.Version))))
	b.pushClassAttr(f)
	return true
}

func (b *builder) loadClassAttrNoDict(f snapshot.Feedback) bool {
	if f.Object == snapshot.NoObject {
		return false
	}
	b.guardReceiver(f.Type)
	b.pushClassAttr(f)
	return true
}

func (b *builder) loadMethodLazyDict(f snapshot.Feedback) bool {
	if f.Object == snapshot.NoObject {
		return false
	}
	v := b.guardReceiver(f.Type)
	b.guardTrue(b.emit(hir.IsNull, b.load(hir.LoadPtr, hir.HeapDict, f.Value, v)))
	b.pushClassAttr(f)
	return true
}

func (b *builder) loadClassAttr(f snapshot.Feedback) bool {
	if f.Object == snapshot.NoObject {
		return false
	}
	b.guardIs(b.peek(1), f.Type)
	b.dependType(f.Type)
	if f.Kind == snapshot.AttrClassMeta {
		b.dependType(f.Aux)
	}
	b.pushAttr(b.constant(f.Object))
	return true
}

// callOperator calls a Python function that does an instruction's work on the
// values on top of the stack, its arguments, and leaves the result in their
// place.
func (b *builder) callOperator(c *binding, callee hir.Value, args []hir.Value) {
	drop := func() { b.popObjects(len(args)) }
	if !b.inline(c, callee, args, drop, false) {
		v := b.callDirect(c, callee, args)
		drop()
		b.push(v)
		b.check()
	}
}

// loadProperty calls the getter.
func (b *builder) loadProperty(f snapshot.Feedback) bool {
	if f.Object == snapshot.NoObject || b.in.PushesSelfOrNull() {
		return false
	}
	c, ok := b.bind(f.Object, 1, snapshot.NoObject)
	if !ok {
		return false
	}
	v := b.guardReceiver(f.Type)
	b.callOperator(c, b.constant(f.Object), []hir.Value{v})
	return true
}

func (b *builder) storeAttr() {
	owner := b.peekObject(1)
	b.peekObject(2)
	own, _ := b.feedback(snapshot.StoreInstanceValue)
	known := b.typeOf(owner).ExactClass() // by what is before it, also where the interpreter has seen another class
	if (b.severalReceivers() || known > snapshot.NumWellKnown && known != own.Type && !b.opts.IgnoreFeedback) && b.storeAttrPolymorphic() {
		return
	}
	if b.trusted() {
		if f, ok := b.feedback(snapshot.StoreInstanceValue); ok && b.storeInstanceValue(f, owner) {
			return
		}
		if f, ok := b.feedback(snapshot.StoreSlot); ok {
			owner = b.guardReceiver(f.Type)
			b.pop()
			b.store(hir.SwapField, hir.HeapField, f.Value, owner, b.pop())
			return
		}
	}
	b.generic(hir.StoreAttr, 2, withName|reversed)
}

// storeInstanceValue writes an inline value. A value that was not there before
// has to be entered in the order of the attributes.
func (b *builder) storeInstanceValue(f snapshot.Feedback, owner hir.Value) bool {
	if _, ok := b.valuesOffset(f.Type); !ok {
		return false
	}
	return b.writeInstanceValue(f, b.guardReceiver(f.Type))
}

// writeInstanceValue is storeInstanceValue for an owner whose class is known to
// have inline values where that of f has them.
func (b *builder) writeInstanceValue(f snapshot.Feedback, owner hir.Value) bool {
	values, ok := b.valuesOffset(f.Type)
	if !ok {
		return false
	}
	dict := b.load(hir.LoadPtr, hir.HeapDict, b.l.Instance.ManagedDict, owner)
	b.guardTrue(b.emit(hir.IsNull, dict))
	b.emitImm(hir.GuardInlineValues, values, owner)
	b.pop()
	old := b.store(hir.SwapField, hir.HeapField, f.Value, owner, b.pop())
	isNew, done := b.branch(b.emit(hir.IsNull, old))
	after := b.newBlock()
	b.cur = isNew
	b.f.At(b.emitObj(hir.NoteInserted, f.Type, owner)).Imm = f.Value
	b.jump(isNew, after)
	b.jump(done, after)
	b.cur = after
	b.snapshot(b.frameState(b.resume))
	return true
}
