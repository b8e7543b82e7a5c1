package build

import (
	"slices"

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
	if seq := b.iterated(); class == snapshot.NoObject && seq != snapshot.NoObject && b.trusted() {
		b.guardType(b.peek(1), seq)
		class = seq
	}
	if class == snapshot.TypeList || class == snapshot.TypeTuple {
		b.push(b.typed(b.emit(hir.SequenceIter, b.pop()), hir.InstanceOf(iterators[class])))
		return
	}
	v := b.emit(hir.GetIter, b.pop())
	if it := iterators[class]; it != snapshot.NoObject {
		b.typed(v, hir.InstanceOf(it))
	}
	b.push(v)
	b.check()
}

// loopOverRange makes the iterator of a range that is called for to be iterated over at once, with a known
// step and ints of one digit, without the range.
func (b *builder) loopOverRange(s *site, args []hir.Value) bool {
	next := b.next()
	if next == nil || next.Base != bytecode.OpGetIter || s.kw != snapshot.NoObject || len(args) == 0 || len(args) > 3 || b.valueFailed() ||
		!b.typeOf(b.self(s)).Is(hir.BitNull) || slices.ContainsFunc(args, func(a hir.Value) bool { return !b.canBeInt(a) }) {
		return false
	}
	step := int64(1)
	if len(args) == 3 {
		var known bool
		if step, known = hir.IntValue(b.s, b.typeOf(args[2]).Obj); !known || step == 0 || step < -1<<30 || step > 1<<30 {
			return false
		}
	}
	for i, a := range args[:min(len(args), 2)] {
		args[i] = b.emit(hir.LongUnbox, b.guardCompact(a))
	}
	start, stop := b.cint(0), args[0]
	if len(args) > 1 {
		start, stop = args[0], args[1]
	}
	from, to, by := start, stop, step
	if step < 0 {
		from, to, by = stop, start, -step
	}
	length := b.emit(hir.IntSub, to, from)
	if by != 1 {
		length = b.emit(hir.IntFloorDiv, b.emit(hir.IntAdd, length, b.cint(by-1)), b.cint(by))
	}
	b.drop(s)
	b.push(b.typed(b.emit(hir.NewRangeIter, start, b.cint(step), length), hir.InstanceOf(snapshot.TypeRangeIter)))
	b.skipNext()
	return true
}

// canBeInt reports whether it is not known that v is no int, or one of another class.
func (b *builder) canBeInt(v hir.Value) bool {
	class := b.typeOf(v).ExactClass()
	_, failed := b.feedback(snapshot.GuardFailed)
	return class == snapshot.TypeInt || class == snapshot.NoObject && !failed
}

// iterated returns the class that the operand of GET_ITER has if the loop behind it has been specialised
// for lists or tuples: they are what mostly has such iterators.
func (b *builder) iterated() snapshot.ID {
	for i := b.index + 1; i < int32(len(b.bc.Instrs)); i++ {
		switch in := &b.bc.Instrs[i]; in.Base {
		case bytecode.OpLoadFastAndClear, bytecode.OpSwap, bytecode.OpBuildList, bytecode.OpBuildSet, bytecode.OpBuildMap:
			// A comprehension.
		case bytecode.OpForIter:
			if _, failed := b.code.FeedbackOf(int(in.Offset), snapshot.GuardFailed); failed {
				return snapshot.NoObject
			}
			switch in.Op {
			case bytecode.OpForIterList:
				return snapshot.TypeList
			case bytecode.OpForIterTuple:
				return snapshot.TypeTuple
			}
			return snapshot.NoObject
		default:
			return snapshot.NoObject
		}
	}
	return snapshot.NoObject
}

// forIter pushes the next item and goes on in the loop, or leaves the loop with
// the iterator still on the stack.
func (b *builder) forIter() {
	it := b.peekObject(1)
	class := b.typeOf(it).ExactClass()
	if class == snapshot.NoObject && b.trusted() {
		class = b.specialisedFor()
	}
	loop := loops[class]
	switch {
	case loop != nil:
		loop(b, b.guardType(it, class))
	case class == snapshot.NoObject && b.forSeveral():
	default:
		b.forAny(it)
	}
}

// loops build FOR_ITER for the iterators whose items are found without a call.
var loops map[snapshot.ID]func(*builder, hir.Value)

func init() {
	loops = map[snapshot.ID]func(*builder, hir.Value){
		snapshot.TypeListIter: (*builder).forList, snapshot.TypeTupleIter: (*builder).forTuple,
		snapshot.TypeRangeIter: (*builder).forRange, snapshot.TypeGenerator: (*builder).forGenerator,
	}
}

// forGenerator runs a generator on to its next yield. What it returns is dropped.
func (b *builder) forGenerator(it hir.Value) {
	item := b.emit(hir.ResumeGenerator, it, b.constant(snapshot.None))
	more, end := b.branch(b.suspended(it))
	b.nextOrEnd(item, hir.Type{}, more, end)
}

// forAny asks any iterator. What comes next depends on the result, so the frame
// is checked on both ways.
func (b *builder) forAny(it hir.Value) {
	item := b.emit(hir.IterNext, it)
	end, more := b.branch(b.emit(hir.IsNull, item))
	b.nextOrEnd(item, hir.TObject, more, end)
}

// nextOrEnd goes on in block more with the next item, of type t if that is given, and in block end behind the loop, where the
// interpreter would go on if the frame were left there.
func (b *builder) nextOrEnd(item hir.Value, t hir.Type, more, end hir.BlockID) {
	bb := b.bytecodeBlock()
	b.cur = more
	b.push(item)
	b.check()
	if t.Bits != 0 {
		b.refine(item, t)
	}
	b.flow(bb.Next)
	b.pop()
	b.cur = end
	resume := b.resume
	b.resume = b.bc.Instrs[b.bc.Block(bb.Taken).Begin].Start / 2
	b.check()
	b.flow(bb.Taken)
	b.resume = resume // there may be other ways of the loop's head to build
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
	if b.f.At(it).Op == hir.NewRangeIter {
		b.typed(item, hir.Type{Bits: hir.BitSmallLong}) // as its ends are
	}
	b.store(hir.StoreI64, hir.HeapSize, at.Start, it, b.emit(hir.IntAddWrap, value, step))
	b.store(hir.StoreI64, hir.HeapSize, at.Length, it, b.emit(hir.IntSub, left, b.cint(1)))
	b.push(item)
	b.flow(bb.Next)
}
