package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// callNative calls a function or method that is made in C by its own calling
// convention, or replaces it by what it does.
func (b *builder) callNative(s *site, id snapshot.ID, args []hir.Value) bool {
	switch {
	case id == snapshot.FuncLen && len(args) == 1:
		return b.callLen(s, args[0])
	case id == snapshot.FuncIsinstance && len(args) == 2:
		b.callIsinstance(s, args[0], args[1])
		return true
	case b.callMath(s, id, args):
		return true
	case id == snapshot.MethodListAppend && len(args) == 2 && !b.isListSubclass(args[0]):
		if b.typeOf(args[0]).ExactClass() != snapshot.TypeList && !b.trusted() {
			return false
		}
		list := b.guardType(args[0], snapshot.TypeList)
		b.emit(hir.ListAppend, list, args[1])
		b.drop(s)
		b.push(b.constant(snapshot.None))
		return true
	}
	o := b.s.Object(id)
	if o.Native == nil || len(o.Refs) == 0 {
		return false
	}
	if b.callReplaced(s, id, args) {
		return true
	}
	var self hir.Value
	if o.Kind == snapshot.KindMethodDescr {
		if len(args) == 0 {
			return false
		}
		self, args = args[0], args[1:]
		class := b.typeOf(self).ExactClass()
		if class == snapshot.NoObject || !b.s.IsSubtype(class, o.Refs[0]) {
			return false
		}
	} else {
		self = b.nullValue()
		if o.Refs[0] != snapshot.NoObject {
			self = b.constant(o.Refs[0])
		}
	}
	op := hir.OpInvalid
	const convention = snapshot.MethVarargs | snapshot.MethKeywords | snapshot.MethNoArgs | snapshot.MethO |
		snapshot.MethFastcall | snapshot.MethMethod | snapshot.MethStatic | snapshot.MethClass
	switch o.Native.Flags & convention {
	case snapshot.MethNoArgs:
		if len(args) == 0 {
			op = hir.CallCNoArgs
		}
	case snapshot.MethO:
		if len(args) == 1 {
			op = hir.CallCO
		}
	case snapshot.MethFastcall:
		op = hir.CallCFast
	case snapshot.MethFastcall | snapshot.MethKeywords:
		op = hir.CallCFastKw
	}
	if op == hir.OpInvalid {
		return false
	}
	b.called(s, b.emitObj(op, id, append([]hir.Value{self}, args...)...))
	return true
}

// isListSubclass reports whether a value is an instance of a known class derived
// from list.
func (b *builder) isListSubclass(v hir.Value) bool {
	class := b.typeOf(v).ExactClass()
	return class > snapshot.NumWellKnown && b.s.IsSubtype(class, snapshot.TypeList)
}

// callReplaced builds calls that have instructions of their own.
func (b *builder) callReplaced(s *site, id snapshot.ID, args []hir.Value) bool {
	o := b.s.Object(id)
	switch {
	case o.Name == "builtins.id" && o.Kind == snapshot.KindBuiltin && len(args) == 1:
		b.called(s, b.emit(hir.ObjectID, args[0]))
		return true
	case o.Name == "builtins.issubclass" && o.Kind == snapshot.KindBuiltin && len(args) == 2:
		b.called(s, b.emit(hir.IsSubclass, args...))
		return true
	case o.Name == "builtins.getattr" && o.Kind == snapshot.KindBuiltin && (len(args) == 2 || len(args) == 3) &&
		b.typeOf(args[1]).ExactClass() == snapshot.TypeStr:
		if len(args) == 2 {
			args = append(args[:2:2], b.nullValue())
		}
		b.called(s, b.emit(hir.GetAttr, args...))
		return true
	case (o.Name == "builtins.min" || o.Name == "builtins.max") && o.Kind == snapshot.KindBuiltin && len(args) == 1:
		v := b.emitObj(hir.Extremum, id, args[0])
		if o.Name == "builtins.max" {
			b.f.At(v).Imm = 1
		}
		b.called(s, v)
		return true
	case dictViews[o.Name] != snapshot.NoObject && o.Kind == snapshot.KindMethodDescr && o.Refs[0] == snapshot.TypeDict && len(args) == 1 &&
		b.typeOf(args[0]).ExactClass() == snapshot.TypeDict:
		return b.loopOverDict(s, dictViews[o.Name], args[0])
	case o.Name == "dict.get" && o.Kind == snapshot.KindMethodDescr && o.Refs[0] == snapshot.TypeDict && len(args) > 1 && len(args) <= 3 &&
		b.typeOf(args[0]).ExactClass() == snapshot.TypeDict:
		if len(args) == 2 {
			args = append(args[:2:2], b.constant(snapshot.None))
		}
		b.called(s, b.emit(hir.DictGet, args...))
		return true
	}
	return false
}

// callLen reads the size of a built-in container, or asks.
func (b *builder) callLen(s *site, v hir.Value) bool {
	var size hir.Value
	switch b.typeOf(v).ExactClass() {
	case snapshot.TypeList:
		size = b.load(hir.LoadI64, hir.HeapSize, b.l.Object.VarSize, v)
	case snapshot.TypeTuple, snapshot.TypeBytes:
		size = b.load(hir.LoadI64, immutable, b.l.Object.VarSize, v)
	case snapshot.TypeStr:
		size = b.load(hir.LoadI64, immutable, b.l.Str.Length, v)
	case snapshot.TypeDict:
		size = b.load(hir.LoadI64, hir.HeapDict, b.l.Dict.Used, v)
	case snapshot.TypeSet, snapshot.TypeFrozenSet:
		size = b.load(hir.LoadI64, hir.HeapSize, b.l.Set.Used, v)
	case snapshot.NoObject:
		if b.typeOf(v).MayBe(hir.BitList) {
			b.lenOfListOrOther(s, v)
			return true
		}
		fallthrough
	default:
		b.askLen(s, v)
		return true
	}
	result := b.emit(hir.LongBox, size)
	b.drop(s)
	b.push(result)
	return true
}

// lenOfListOrOther reads the size of a list, and asks all others.
func (b *builder) lenOfListOrOther(s *site, v hir.Value) {
	b.fs()
	before := b.st.clone()
	list, other := b.branch(b.same(b.classOf(v), b.constant(snapshot.TypeList)))
	b.cur = list
	b.callLen(s, b.refine(v, hir.InstanceOf(snapshot.TypeList)))
	ways := []edge{{b.cur, b.st.clone()}}
	b.cur, b.st = other, before
	b.askLen(s, v)
	b.mergeBehind(append(ways, edge{b.cur, b.st.clone()}))
}

// askLen calls len.
func (b *builder) askLen(s *site, v hir.Value) {
	size := b.emit(hir.GetLen, v)
	b.drop(s)
	b.pushLen(size)
	if b.in.Info().Flags&bytecode.EvalBreak != 0 {
		b.breaker(b.resume)
	}
}

// pushLen ends an instruction by pushing what GetLen has found. Who leaves behind it
// makes an object of the number.
func (b *builder) pushLen(size hir.Value) {
	b.push(size)
	b.check()
	after := b.frameState(b.resume)
	b.pop()
	box := b.raw(hir.LongBox, size)
	b.f.At(box).FS = after
	b.push(box)
}

// callIsinstance decides by the exact class, or asks.
func (b *builder) callIsinstance(s *site, v, class hir.Value) {
	exact, want := b.typeOf(v).ExactClass(), b.typeOf(class).Obj
	if c := b.s.Class(want); c != nil && b.s.TypeOf(want) == snapshot.TypeType && exact != snapshot.NoObject {
		switch e := b.s.Class(exact); {
		case b.s.IsSubtype(exact, want):
			b.dependType(exact)
			b.drop(s)
			b.push(b.boolConstant(true))
			return
		case e != nil && !e.Has(snapshot.TraitHeap) && len(e.MRO) > 0:
			b.drop(s)
			b.push(b.boolConstant(false))
			return
		}
	}
	if want == snapshot.NoObject || exact != snapshot.NoObject || b.s.Class(want) == nil {
		b.called(s, b.emit(hir.IsInstance, v, class))
		return
	}
	// An object of that very class is an instance, whatever the metaclass says. Nothing tells when the object is given
	// another class, so that its class is read anew behind whatever may do that.
	b.fs()
	before := b.st.clone()
	same, other := b.branch(b.same(b.load(hir.LoadPtr, hir.HeapOther, b.l.Object.Type, v), class))
	b.cur = same
	b.drop(s)
	b.push(b.boolConstant(true))
	ways := []edge{{b.cur, b.st.clone()}}
	b.cur, b.st = other, before
	b.called(s, b.emit(hir.IsInstance, v, class))
	b.mergeBehind(append(ways, edge{b.cur, b.st.clone()}))
}
