package build

import (
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
	case id == snapshot.MethodListAppend && len(args) == 2:
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
	default:
		b.called(s, b.typed(b.emit(hir.GetLen, v), hir.TLong))
		return true
	}
	result := b.emit(hir.LongBox, size)
	b.drop(s)
	b.push(result)
	return true
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
	b.called(s, b.emit(hir.IsInstance, v, class))
}
