package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var iterHandlers = map[bytecode.Op]handler{
	bytecode.OpGetIter: (*builder).getIter,
	bytecode.OpForIter: (*builder).forIter,
}

// iterators gives the class of the iterator over an exact built-in container.
var iterators = map[snapshot.ID]snapshot.ID{
	snapshot.TypeList: snapshot.TypeListIter, snapshot.TypeTuple: snapshot.TypeTupleIter,
	snapshot.TypeDictKeys: snapshot.TypeDictKeyIter, snapshot.TypeDictValues: snapshot.TypeDictValueIter,
	snapshot.TypeDictItems: snapshot.TypeDictItemIter, snapshot.TypeDict: snapshot.TypeDictKeyIter,
	snapshot.TypeSet: snapshot.TypeSetIter, snapshot.TypeFrozenSet: snapshot.TypeSetIter,
}

// selfIterators are classes whose instances iter returns as they are.
var selfIterators = map[snapshot.ID]bool{
	snapshot.TypeListIter: true, snapshot.TypeTupleIter: true, snapshot.TypeRangeIter: true,
	snapshot.TypeLongRangeIter: true, snapshot.TypeStrIter: true, snapshot.TypeBytesIter: true,
	snapshot.TypeSetIter: true, snapshot.TypeDictKeyIter: true, snapshot.TypeDictValueIter: true,
	snapshot.TypeDictItemIter: true, snapshot.TypeEnumerate: true, snapshot.TypeZip: true,
	snapshot.TypeMap: true, snapshot.TypeFilter: true, snapshot.TypeReversed: true,
	snapshot.TypeGenerator: true,
}

func (b *builder) getIter() {
	class := b.typeOf(b.peekObject(1)).ExactClass()
	if selfIterators[class] {
		return
	}
	v := b.emit(hir.GetIter, b.pop())
	if it := iterators[class]; it != snapshot.NoObject {
		b.typed(v, hir.InstanceOf(it))
	}
	b.push(v)
	b.check()
}

// forIter pushes the next item and goes on in the loop, or leaves the loop with
// the iterator still on the stack.
func (b *builder) forIter() {
	it := b.peekObject(1)
	class := b.typeOf(it).ExactClass()
	if class == snapshot.NoObject && b.trusted() {
		switch b.in.Op {
		case bytecode.OpForIterList:
			class = snapshot.TypeListIter
		case bytecode.OpForIterTuple:
			class = snapshot.TypeTupleIter
		case bytecode.OpForIterRange:
			class = snapshot.TypeRangeIter
		case bytecode.OpForIterGen:
			class = snapshot.TypeGenerator
		}
	}
	switch class {
	case snapshot.TypeListIter:
		b.forList(b.guardType(it, class))
	case snapshot.TypeTupleIter:
		b.forTuple(b.guardType(it, class))
	case snapshot.TypeRangeIter:
		b.forRange(b.guardType(it, class))
	case snapshot.TypeGenerator:
		b.forGenerator(b.guardType(it, class))
	default:
		b.forAny(it)
	}
}

// forGenerator runs a generator on to its next yield. What it returns is dropped.
func (b *builder) forGenerator(it hir.Value) {
	bb := b.bytecodeBlock()
	item := b.emit(hir.ResumeGenerator, it, b.constant(snapshot.None))
	more, end := b.branch(b.suspended(it))
	b.cur = more
	b.push(item)
	b.check()
	b.flow(bb.Next)
	b.pop()
	b.cur = end
	b.resume = b.bc.Instrs[b.bc.Block(bb.Taken).Begin].Start / 2
	b.check()
	b.flow(bb.Taken)
}

// forAny asks any iterator. What comes next depends on the result, so the frame
// is checked on both ways.
func (b *builder) forAny(it hir.Value) {
	bb := b.bytecodeBlock()
	item := b.emit(hir.IterNext, it)
	end, more := b.branch(b.emit(hir.IsNull, item))
	b.cur = more
	b.push(item)
	b.check()
	b.refine(item, hir.TObject)
	b.flow(bb.Next)
	b.pop()
	b.cur = end
	b.resume = b.bc.Instrs[b.bc.Block(bb.Taken).Begin].Start / 2
	b.check()
	b.flow(bb.Taken)
}

// forList reads the next item of a list. The iterator gives its list up at the
// end.
func (b *builder) forList(it hir.Value) {
	seqAt, indexAt := b.l.ListIter.Seq, b.l.ListIter.Index
	bb := b.bytecodeBlock()
	seq := b.load(hir.LoadField, hir.HeapSize, seqAt, it)
	finished, running := b.branch(b.emit(hir.IsNull, seq))
	b.arrive(finished, bb.Taken)
	b.cur = running
	b.snapshot(b.fs())
	seq = b.refine(seq, hir.TObject)
	index := b.load(hir.LoadI64, hir.HeapSize, indexAt, it)
	size := b.load(hir.LoadI64, hir.HeapSize, b.l.Object.VarSize, seq)
	more, end := b.branch(b.compare(hir.IntCmp, hir.CondULT, index, size))
	b.cur = end
	b.snapshot(b.fs())
	b.store(hir.StoreI64, hir.HeapSize, indexAt, it, b.cint(-1))
	b.store(hir.SwapField, hir.HeapSize, seqAt, it, b.nullValue())
	b.flow(bb.Taken)
	b.cur = more
	b.snapshot(b.fs())
	items := b.load(hir.LoadPtr, hir.HeapSize, b.l.List.Items, seq)
	item := b.emit(hir.LoadElem, items, index)
	b.store(hir.StoreI64, hir.HeapSize, indexAt, it, b.emit(hir.IntAdd, index, b.cint(1)))
	b.push(item)
	b.flow(bb.Next)
}

func (b *builder) forTuple(it hir.Value) {
	seqAt, indexAt := b.l.TupleIter.Seq, b.l.TupleIter.Index
	bb := b.bytecodeBlock()
	seq := b.load(hir.LoadField, hir.HeapSize, seqAt, it)
	finished, running := b.branch(b.emit(hir.IsNull, seq))
	b.arrive(finished, bb.Taken)
	b.cur = running
	b.snapshot(b.fs())
	seq = b.refine(seq, hir.TObject)
	index := b.load(hir.LoadI64, hir.HeapSize, indexAt, it)
	size := b.load(hir.LoadI64, immutable, b.l.Object.VarSize, seq)
	more, end := b.branch(b.compare(hir.IntCmp, hir.CondLT, index, size))
	b.cur = end
	b.snapshot(b.fs())
	b.store(hir.SwapField, hir.HeapSize, seqAt, it, b.nullValue())
	b.flow(bb.Taken)
	b.cur = more
	b.snapshot(b.fs())
	item := b.emitImm(hir.LoadElem, b.l.Tuple.Items, seq, index)
	b.store(hir.StoreI64, hir.HeapSize, indexAt, it, b.emit(hir.IntAdd, index, b.cint(1)))
	b.push(item)
	b.flow(bb.Next)
}

// forRange counts. The int object is made before the iterator is changed,
// because making it can fail.
func (b *builder) forRange(it hir.Value) {
	at := b.l.RangeIter
	bb := b.bytecodeBlock()
	left := b.load(hir.LoadI64, hir.HeapSize, at.Length, it)
	more, end := b.branch(b.compare(hir.IntCmp, hir.CondGT, left, b.cint(0)))
	b.arrive(end, bb.Taken)
	b.cur = more
	b.snapshot(b.fs())
	value := b.load(hir.LoadI64, hir.HeapSize, at.Start, it)
	step := b.load(hir.LoadI64, immutable, at.Step, it)
	item := b.emit(hir.LongBox, value)
	b.store(hir.StoreI64, hir.HeapSize, at.Start, it, b.emit(hir.IntAddWrap, value, step))
	b.store(hir.StoreI64, hir.HeapSize, at.Length, it, b.emit(hir.IntSub, left, b.cint(1)))
	b.push(item)
	b.flow(bb.Next)
}
