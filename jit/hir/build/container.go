package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var containerHandlers = map[bytecode.Op]handler{
	bytecode.OpStoreSubscr:    (*builder).storeSubscr,
	bytecode.OpDeleteSubscr:   generic(hir.DeleteSubscr, 2, plain),
	bytecode.OpBinarySlice:    generic(hir.BinarySlice, 3, pushes),
	bytecode.OpStoreSlice:     (*builder).storeSlice,
	bytecode.OpBuildTuple:     counted(hir.BuildTuple, pushes),
	bytecode.OpBuildList:      (*builder).buildList,
	bytecode.OpBuildSet:       counted(hir.BuildSet, pushes),
	bytecode.OpBuildMap:       (*builder).buildMap,
	bytecode.OpBuildSlice:     (*builder).buildSlice,
	bytecode.OpListAppend:     (*builder).listAppend,
	bytecode.OpListExtend:     (*builder).updateContainer,
	bytecode.OpSetAdd:         (*builder).updateContainer,
	bytecode.OpSetUpdate:      (*builder).updateContainer,
	bytecode.OpDictUpdate:     (*builder).updateContainer,
	bytecode.OpDictMerge:      (*builder).dictMerge,
	bytecode.OpMapAdd:         (*builder).mapAdd,
	bytecode.OpUnpackSequence: (*builder).unpackSequence,
	bytecode.OpUnpackEx:       (*builder).unpackEx,
}

// checkedIndex returns an index, an int of one digit, that is inside a list or
// tuple.
func (b *builder) checkedIndex(region hir.Heap, container, index hir.Value) hir.Value {
	i := b.emit(hir.LongUnbox, index)
	size := b.load(hir.LoadI64, region, b.l.Object.VarSize, container)
	b.guardTrue(b.compare(hir.IntCmp, hir.CondULT, i, size))
	return i
}

// mayBeIndex reports whether a value can be an int of one digit that does not
// count from the end.
func (b *builder) mayBeIndex(v hir.Value) bool {
	t := b.typeOf(v)
	n, constant := hir.IntValue(b.s, t.Obj)
	return t.MayBe(hir.BitSmallLong) && (!constant || n >= 0)
}

// subscript builds container[index].
func (b *builder) subscript() {
	b.peekObject(2)
	b.peekObject(1)
	class := b.typeOf(b.peek(2)).ExactClass()
	index := b.typeOf(b.peek(1)).ExactClass()
	byInt := index == snapshot.TypeInt && !b.valueFailed()
	if class == snapshot.NoObject && b.trusted() {
		switch b.in.Op {
		case bytecode.OpBinaryOpSubscrListInt:
			class, byInt = snapshot.TypeList, true
		case bytecode.OpBinaryOpSubscrTupleInt:
			class, byInt = snapshot.TypeTuple, true
		case bytecode.OpBinaryOpSubscrStrInt:
			class, byInt = snapshot.TypeStr, true
		case bytecode.OpBinaryOpSubscrDict:
			class = snapshot.TypeDict
		}
	} else if b.trusted() && (b.in.Op == bytecode.OpBinaryOpSubscrListInt && class == snapshot.TypeList ||
		b.in.Op == bytecode.OpBinaryOpSubscrTupleInt && class == snapshot.TypeTuple ||
		b.in.Op == bytecode.OpBinaryOpSubscrStrInt && class == snapshot.TypeStr) {
		byInt = true
	}
	byInt = byInt && b.mayBeIndex(b.peek(1))
	switch {
	case class == snapshot.NoObject && !b.trusted() && b.subscriptOfSeveral():
	case (class == snapshot.TypeList || class == snapshot.TypeTuple || class == snapshot.TypeStr) && byInt && b.trusted():
		b.subscriptOf(class)
	case b.in.Op == bytecode.OpBinaryOpSubscrStrInt && !b.opts.IgnoreFeedback && b.onlyValuesFailed() && !b.elsewhere(2, snapshot.TypeStr) && !b.elsewhere(1, snapshot.TypeInt):
		b.guardType(b.peek(2), snapshot.TypeStr)
		b.guardType(b.peek(1), snapshot.TypeInt)
		b.generic(hir.StrSubscr, 2, pushes)
	case class == snapshot.TypeDict:
		b.subscriptOf(class)
	case b.trusted() && b.loadNumber():
	case b.trusted() && b.callGetItem():
	case index == snapshot.TypeSlice:
		b.generic(hir.SliceSubscr, 2, pushes)
	default:
		b.generic(hir.BinaryOp, 2, withArg|pushes)
	}
}

// buildSlice leaves a slice of which the subscript that follows knows the class.
func (b *builder) buildSlice() {
	counted(hir.BuildSlice, pushes)(b)
	b.typed(b.peek(1), hir.InstanceOf(snapshot.TypeSlice))
}

// subscriptOf builds container[index] for a container of a built-in class; the index of
// one that is no dict is an int of one digit inside it.
func (b *builder) subscriptOf(class snapshot.ID) {
	switch class {
	case snapshot.TypeList:
		b.guardType(b.peek(2), class)
		b.guardCompact(b.peek(1))
		list := b.peek(2)
		i := b.checkedIndex(hir.HeapSize, list, b.peek(1))
		items := b.load(hir.LoadPtr, hir.HeapSize, b.l.List.Items, list)
		v := b.emit(hir.LoadElem, items, i)
		b.popObjects(2)
		b.push(v)
	case snapshot.TypeTuple:
		b.guardType(b.peek(2), class)
		b.guardCompact(b.peek(1))
		tuple := b.peek(2)
		i := b.checkedIndex(immutable, tuple, b.peek(1))
		v := b.emitImm(hir.LoadElem, b.l.Tuple.Items, tuple, i)
		b.popObjects(2)
		b.push(v)
	case snapshot.TypeStr:
		b.guardType(b.peek(2), class)
		b.guardCompact(b.peek(1))
		str := b.peek(2)
		i := b.emit(hir.LongUnbox, b.peek(1))
		length := b.load(hir.LoadI64, immutable, b.l.Str.Length, str)
		b.guardTrue(b.compare(hir.IntCmp, hir.CondULT, i, length))
		v := b.emit(hir.StrItem, str, i)
		b.popObjects(2)
		b.push(v)
	default:
		b.guardType(b.peek(2), class)
		b.generic(hir.DictSubscr, 2, pushes)
	}
}

// callGetItem calls the __getitem__ of a Python class.
func (b *builder) callGetItem() bool {
	f, ok := b.feedback(snapshot.SubscriptMethod)
	if !ok || f.Object == snapshot.NoObject || b.elsewhere(2, f.Type) {
		return false
	}
	c, ok := b.bind(f.Object, 2, snapshot.NoObject)
	if !ok {
		return false
	}
	b.dependType(f.Type)
	b.guardType(b.peek(2), f.Type)
	b.callOperator(c, b.constant(f.Object), []hir.Value{b.peek(2), b.peek(1)})
	return true
}

// callSetItem calls the __setitem__ of a Python class.
func (b *builder) callSetItem() bool {
	f, ok := b.feedback(snapshot.StoreSubscriptMethod)
	if !ok || b.elsewhere(2, f.Type) {
		return false
	}
	c, ok := b.bind(f.Object, 3, snapshot.NoObject)
	if !ok {
		return false
	}
	b.dependType(f.Type)
	b.guardType(b.peek(2), f.Type)
	b.callDirect(c, b.constant(f.Object), []hir.Value{b.peek(2), b.peek(1), b.peek(3)})
	b.popObjects(3)
	b.check()
	return true
}

// elsewhere reports whether the value at a place of the stack is known to have another
// exact class.
func (b *builder) elsewhere(place int, class snapshot.ID) bool {
	known := b.typeOf(b.peek(place)).ExactClass()
	return known != snapshot.NoObject && known != class
}

// storeSubscr builds container[index] = value; the value lies lowest.
func (b *builder) storeSubscr() {
	for i := 1; i <= 3; i++ {
		b.peekObject(i)
	}
	class := b.typeOf(b.peek(2)).ExactClass()
	if b.trusted() && (b.storeNumber() || b.callSetItem()) {
		return
	}
	byInt := b.in.Op == bytecode.OpStoreSubscrListInt && b.mayBeIndex(b.peek(1))
	if byInt && b.trusted() && (class == snapshot.NoObject || class == snapshot.TypeList) {
		b.guardType(b.peek(2), snapshot.TypeList)
		b.guardCompact(b.peek(1))
		list := b.peek(2)
		i := b.checkedIndex(hir.HeapSize, list, b.peek(1))
		items := b.load(hir.LoadPtr, hir.HeapSize, b.l.List.Items, list)
		args := b.popObjects(3)
		b.emit(hir.SwapElem, items, i, args[0])
		return
	}
	op := hir.StoreSubscr
	if class == snapshot.NoObject && b.in.Op == bytecode.OpStoreSubscrDict && b.trusted() {
		b.guardType(b.peek(2), snapshot.TypeDict)
		class = snapshot.TypeDict
	}
	if class == snapshot.TypeDict {
		op = hir.DictStore
	}
	args := b.popObjects(3)
	b.emit(op, args[1], args[2], args[0])
	b.check()
}

func (b *builder) storeSlice() {
	args := b.popObjects(4)
	b.emit(hir.StoreSlice, args[1], args[2], args[3], args[0])
	b.check()
}

func (b *builder) listAppend() {
	v := b.popObject()
	b.emit(hir.ListAppend, b.peek(int(b.in.Arg)), v)
}

var updates = map[bytecode.Op]hir.Op{
	bytecode.OpListExtend: hir.ListExtend, bytecode.OpSetAdd: hir.SetAdd,
	bytecode.OpSetUpdate: hir.SetUpdate, bytecode.OpDictUpdate: hir.DictUpdate,
}

// updateContainer adds the top of the stack to a container below it.
func (b *builder) updateContainer() {
	v := b.popObject()
	b.emit(updates[b.in.Base], b.peek(int(b.in.Arg)), v)
	b.check()
}

// dictMerge adds keyword arguments; the callable lies three below the dict.
func (b *builder) dictMerge() {
	v := b.popObject()
	i := int(b.in.Arg)
	b.emit(hir.DictMerge, b.peek(i), v, b.peek(i+3))
	b.check()
}

func (b *builder) mapAdd() {
	args := b.popObjects(2)
	b.emit(hir.MapAdd, b.peek(int(b.in.Arg)), args[0], args[1])
	b.check()
}

// unpackSequence puts exactly the wanted number of items on the stack, the
// first on top.
func (b *builder) unpackSequence() {
	n := int(b.in.Arg)
	class := b.typeOf(b.peekObject(1)).ExactClass()
	if class == snapshot.NoObject {
		var own snapshot.ID
		switch b.in.Op {
		case bytecode.OpUnpackSequenceTwoTuple, bytecode.OpUnpackSequenceTuple:
			own = snapshot.TypeTuple
		case bytecode.OpUnpackSequenceList:
			own = snapshot.TypeList
		}
		cases := b.operandCases(own, isSequence)
		if len(cases) > 1 {
			b.mergeBehind(b.dispatch(b.peek(1), cases, func(f snapshot.Feedback) bool {
				b.unpackExact(f.Type, n)
				return true
			}))
			return
		}
		if len(cases) == 1 {
			class = cases[0].Type
		}
	}
	if isSequence(class) && !b.valueFailed() {
		b.unpackExact(class, n)
		return
	}
	b.unpack(hir.UnpackSequence, n)
}

// isSequence reports whether the compiler reads the items of a class's
// instances from memory.
func isSequence(class snapshot.ID) bool {
	return class == snapshot.TypeTuple || class == snapshot.TypeList
}

// unpackExact reads the items of a list or tuple that has n of them.
func (b *builder) unpackExact(class snapshot.ID, n int) {
	v := b.guardType(b.peek(1), class)
	region, base, offset := immutable, v, b.l.Tuple.Items
	items := immutable
	if class == snapshot.TypeList {
		region, items = hir.HeapSize, hir.HeapItems
	}
	size := b.load(hir.LoadI64, region, b.l.Object.VarSize, v)
	b.guardTrue(b.compare(hir.IntCmp, hir.CondEQ, size, b.cint(int64(n))))
	if class == snapshot.TypeList {
		base, offset = b.load(hir.LoadPtr, hir.HeapSize, b.l.List.Items, v), 0
	}
	b.pop()
	for i := n - 1; i >= 0; i-- {
		item := b.load(hir.LoadField, items, offset+int64(i)*pointerSize, base)
		b.push(b.typed(item, hir.TObject))
	}
}

func (b *builder) unpackEx() {
	before, after := b.in.UnpackEx()
	b.unpack(hir.UnpackEx, before+1+after)
}

// unpack lets a helper unpack into n values.
func (b *builder) unpack(op hir.Op, n int) {
	b.emitImm(op, int64(b.in.Arg), b.popObject())
	items := make([]hir.Value, n)
	for i := range items {
		items[i] = b.emitImm(hir.UnpackedItem, int64(i))
	}
	for i := n - 1; i >= 0; i-- {
		b.push(items[i])
	}
	b.check()
}
