package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// A looker builds the look at the next item of an iterator, which stays as it is: whoever leaves compiled code there asks it
// again. It goes on where there is an item, and calls end, which ends the block, where there is none. take builds the rest, the iterator's way behind the
// item, and leaves compiled code nowhere.
type looker func(b *builder, it hir.Value, end func()) (item hir.Value, take func())

// lookers are those for the iterators whose items are found without a call.
var lookers = map[snapshot.ID]looker{
	snapshot.TypeListIter: (*builder).lookInList, snapshot.TypeTupleIter: (*builder).lookInTuple, snapshot.TypeRangeIter: (*builder).lookInRange,
	snapshot.TypeListRevIter: (*builder).lookBack, snapshot.TypeDictKeyIter: (*builder).lookInDict,
	snapshot.TypeDictValueIter: (*builder).lookInDict, snapshot.TypeDictItemIter: (*builder).lookInDict,
}

// composers are those for iterators over other iterators, which are known where they are made in the function.
var composers map[hir.Op]looker

func init() {
	composers = map[hir.Op]looker{hir.NewEnumerate: (*builder).lookInEnumerate, hir.NewZip: (*builder).lookInZip}
}

// lookerFor returns the looker for an iterator, nil if there is none.
func (b *builder) lookerFor(it hir.Value) looker {
	if look := composers[b.f.At(it).Op]; look != nil {
		return look
	}
	return lookers[b.typeOf(it).ExactClass()]
}

// forNext builds FOR_ITER with a looker.
func forNext(look looker) func(*builder, hir.Value) {
	return func(b *builder, it hir.Value) {
		bb := b.bytecodeBlock()
		item, take := look(b, it, func() { b.flow(bb.Taken) })
		take()
		b.push(item)
		b.flow(bb.Next)
	}
}

// endAt calls end in a block, with the state as it is now.
func (b *builder) endAt(block hir.BlockID, end func()) {
	before := b.st.clone()
	b.cur = block
	end()
	b.st = before
}

// sequenceOf reads the list or tuple of an iterator, which gives it up at the end.
func (b *builder) sequenceOf(it hir.Value, seqAt int64, end func()) hir.Value {
	seq := b.load(hir.LoadField, hir.HeapSize, seqAt, it)
	finished, running := b.branch(b.emit(hir.IsNull, seq))
	b.endAt(finished, end)
	b.cur = running
	b.snapshot(b.fs())
	return b.refine(seq, hir.TObject)
}

// insideOrEnd goes on where an index is inside of a sequence; the iterator gives that up where it is not.
func (b *builder) insideOrEnd(it, inside hir.Value, seqAt, indexAt int64, end func()) {
	more, over := b.branch(inside)
	b.endAt(over, func() {
		b.snapshot(b.fs())
		if indexAt != 0 {
			b.store(hir.StoreI64, hir.HeapSize, indexAt, it, b.cint(-1))
		}
		b.store(hir.SwapField, hir.HeapSize, seqAt, it, b.nullValue())
		end()
	})
	b.cur = more
	b.snapshot(b.fs())
}

// lookInList reads the next item of a list.
func (b *builder) lookInList(it hir.Value, end func()) (hir.Value, func()) {
	at := b.l.ListIter
	seq := b.sequenceOf(it, at.Seq, end)
	index := b.load(hir.LoadI64, hir.HeapSize, at.Index, it)
	size := b.load(hir.LoadI64, hir.HeapSize, b.l.Object.VarSize, seq)
	b.insideOrEnd(it, b.compare(hir.IntCmp, hir.CondULT, index, size), at.Seq, at.Index, end)
	items := b.load(hir.LoadPtr, hir.HeapSize, b.l.List.Items, seq)
	item := b.emit(hir.LoadElem, items, index)
	return item, func() { b.store(hir.StoreI64, hir.HeapSize, at.Index, it, b.emit(hir.IntAdd, index, b.cint(1))) }
}

// lookBack reads the next item of a list that is gone through from its end.
func (b *builder) lookBack(it hir.Value, end func()) (hir.Value, func()) {
	at := b.l.ListRevIter
	seq := b.sequenceOf(it, at.Seq, end)
	index := b.load(hir.LoadI64, hir.HeapSize, at.Index, it)
	size := b.load(hir.LoadI64, hir.HeapSize, b.l.Object.VarSize, seq)
	b.insideOrEnd(it, b.compare(hir.IntCmp, hir.CondULT, index, size), at.Seq, at.Index, end)
	items := b.load(hir.LoadPtr, hir.HeapSize, b.l.List.Items, seq)
	item := b.emit(hir.LoadElem, items, index)
	return item, func() { b.store(hir.StoreI64, hir.HeapSize, at.Index, it, b.emit(hir.IntSub, index, b.cint(1))) }
}

func (b *builder) lookInTuple(it hir.Value, end func()) (hir.Value, func()) {
	at := b.l.TupleIter
	seq := b.sequenceOf(it, at.Seq, end)
	index := b.load(hir.LoadI64, hir.HeapSize, at.Index, it)
	size := b.load(hir.LoadI64, immutable, b.l.Object.VarSize, seq)
	b.insideOrEnd(it, b.compare(hir.IntCmp, hir.CondLT, index, size), at.Seq, 0, end)
	item := b.emitImm(hir.LoadElem, b.l.Tuple.Items, seq, index)
	return item, func() { b.store(hir.StoreI64, hir.HeapSize, at.Index, it, b.emit(hir.IntAdd, index, b.cint(1))) }
}

// lookInRange counts. The int object is made before the iterator is changed,
// because making it can fail.
func (b *builder) lookInRange(it hir.Value, end func()) (hir.Value, func()) {
	at := b.l.RangeIter
	left := b.load(hir.LoadI64, hir.HeapSize, at.Length, it)
	more, over := b.branch(b.compare(hir.IntCmp, hir.CondGT, left, b.cint(0)))
	b.endAt(over, end)
	b.cur = more
	b.snapshot(b.fs())
	value := b.load(hir.LoadI64, hir.HeapSize, at.Start, it)
	step := b.load(hir.LoadI64, immutable, at.Step, it)
	item := b.emit(hir.LongBox, value)
	if b.f.At(it).Op == hir.NewRangeIter {
		b.typed(item, hir.Type{Bits: hir.BitSmallLong}) // as its ends are
	}
	return item, func() {
		b.store(hir.StoreI64, hir.HeapSize, at.Start, it, b.emit(hir.IntAddWrap, value, step))
		b.store(hir.StoreI64, hir.HeapSize, at.Length, it, b.emit(hir.IntSub, left, b.cint(1)))
	}
}

// lookInDict reads the next key, value or item of a dict. Where that has changed its size or its keys, the interpreter raises.
func (b *builder) lookInDict(it hir.Value, end func()) (hir.Value, func()) {
	at := b.l.DictIter
	dict := b.sequenceOf(it, at.Dict, end)
	used := b.load(hir.LoadI64, hir.HeapSize, at.Used, it)
	b.guardTrue(b.compare(hir.IntCmp, hir.CondEQ, used, b.load(hir.LoadI64, hir.HeapDict, b.l.Dict.Used, dict)))
	found := b.emit(hir.DictNext, dict, b.load(hir.LoadI64, hir.HeapSize, at.Position, it))
	key, value := b.load(hir.LoadField, hir.HeapDict, 0, found), b.load(hir.LoadField, hir.HeapDict, pointerSize, found)
	next := b.load(hir.LoadI64, hir.HeapDict, 2*pointerSize, found)
	b.insideOrEnd(it, b.emit(hir.BoolNot, b.emit(hir.IsNull, key)), at.Dict, 0, end)
	left := b.load(hir.LoadI64, hir.HeapSize, at.Left, it)
	b.guardTrue(b.compare(hir.IntCmp, hir.CondGT, left, b.cint(0)))
	var item hir.Value
	switch b.typeOf(it).ExactClass() {
	case snapshot.TypeDictKeyIter:
		item = b.refine(key, hir.TObject)
	case snapshot.TypeDictValueIter:
		item = b.refine(value, hir.TObject)
	default:
		item = b.emit(hir.BuildTuple, b.refine(key, hir.TObject), b.refine(value, hir.TObject))
	}
	return item, func() {
		b.store(hir.StoreI64, hir.HeapSize, at.Position, it, next)
		b.store(hir.StoreI64, hir.HeapSize, at.Left, it, b.emit(hir.IntSub, left, b.cint(1)))
	}
}

// lookInEnumerate numbers the items of an iterator.
func (b *builder) lookInEnumerate(it hir.Value, end func()) (hir.Value, func()) {
	inner := b.f.Arg(it, 1)
	item, take := b.lookerFor(inner)(b, inner, end)
	at := b.l.Enumerate.Index
	count := b.load(hir.LoadI64, hir.HeapSize, at, it)
	small := !b.valueFailed()
	if small {
		b.guardTrue(b.compare(hir.IntCmp, hir.CondLT, count, b.cint(1<<30)))
	}
	number := b.emit(hir.LongBox, count)
	if small {
		b.typed(number, hir.Type{Bits: hir.BitSmallLong})
	}
	pair := b.emit(hir.BuildTuple, number, item)
	return pair, func() {
		take()
		b.store(hir.StoreI64, hir.HeapSize, at, it, b.emit(hir.IntAdd, count, b.cint(1)))
	}
}

// lookInZip reads one item of each iterator. Those in front of the first that is exhausted have given one away then, which nobody can see.
func (b *builder) lookInZip(it hir.Value, end func()) (hir.Value, func()) {
	n := b.f.NArgs(it)
	items, takes := make([]hir.Value, n), make([]func(), n)
	for i := range items {
		inner := b.f.Arg(it, i)
		items[i], takes[i] = b.lookerFor(inner)(b, inner, end)
	}
	return b.emit(hir.BuildTuple, items...), func() {
		for _, take := range takes {
			take()
		}
	}
}

// loopOverRange makes the iterator of a range, or of the reversed one, that is called for to be iterated over, with a known
// step and ints of one digit, without the range.
func (b *builder) loopOverRange(s *site, args []hir.Value) bool {
	behind := b.loopBehind(s)
	if behind == loopUnknown || s.kw != snapshot.NoObject || len(args) == 0 || len(args) > 3 || b.valueFailed() ||
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
	if behind == loopReversed {
		start = b.emit(hir.IntAdd, start, b.emit(hir.IntMul, b.emit(hir.IntSub, length, b.cint(1)), b.cint(step)))
		step = -step
	}
	b.loopOver(s, b.typed(b.emit(hir.NewRangeIter, start, b.cint(step), length), hir.InstanceOf(snapshot.TypeRangeIter)), behind)
	return true
}

// canBeInt reports whether it is not known that v is no int, or one of another class.
func (b *builder) canBeInt(v hir.Value) bool {
	class := b.typeOf(v).ExactClass()
	_, failed := b.feedback(snapshot.GuardFailed)
	return class == snapshot.TypeInt || class == snapshot.NoObject && !failed
}

// loopBehind says how what the present call makes is iterated over.
type loopBehind uint8

const (
	loopUnknown    loopBehind = iota
	loopAtOnce                // GET_ITER is next
	loopEnumerated            // it is the only argument of enumerate, and then comes GET_ITER
	loopReversed              // the same with reversed
)

func (b *builder) loopBehind(s *site) loopBehind {
	next := b.next()
	switch {
	case next == nil:
		return loopUnknown
	case next.Base == bytecode.OpGetIter:
		return loopAtOnce
	}
	outer := s.extra + s.n + 4
	if next.Base != bytecode.OpCall || next.Arg != 1 || b.index+2 >= b.bc.Block(b.at).End || b.bc.Instrs[b.index+2].Base != bytecode.OpGetIter ||
		len(b.st.stack) < outer || !b.typeOf(b.peek(outer-1)).Is(hir.BitNull) {
		return loopUnknown
	}
	switch b.typeOf(b.peek(outer)).Obj {
	case snapshot.TypeEnumerate:
		return loopEnumerated
	case snapshot.TypeReversed:
		return loopReversed
	}
	return loopUnknown
}

// loopOver puts an iterator for the loop that follows in the place of the present call, and of one of reversed around it.
func (b *builder) loopOver(s *site, it hir.Value, behind loopBehind) {
	b.drop(s)
	switch behind {
	case loopAtOnce:
		b.skipNext()
	case loopReversed:
		b.st.stack = b.st.stack[:len(b.st.stack)-2]
		b.skipNext()
		b.skipNext()
	}
	b.push(it)
}

// iterator makes the iterator of a value of which the next items can be looked at, in one of these ways: it is such an iterator, or of
// the class, which is what it is taken for if that is not known.
func (b *builder) iterator(v hir.Value, guess snapshot.ID) hir.Value {
	class := b.typeOf(v).ExactClass()
	if class == snapshot.NoObject && guess != snapshot.NoObject {
		class, v = guess, b.guardType(v, guess)
	}
	switch class {
	case snapshot.TypeList, snapshot.TypeTuple:
		return b.typed(b.emit(hir.SequenceIter, v), hir.InstanceOf(iterators[class]))
	case snapshot.TypeDict:
		return b.dictIterator(v, snapshot.TypeDictKeyIter)
	}
	return v
}

// canIterate reports whether iterator can make one that has a looker.
func (b *builder) canIterate(v hir.Value, guess snapshot.ID) bool {
	switch class := b.typeOf(v).ExactClass(); class {
	case snapshot.TypeList, snapshot.TypeTuple, snapshot.TypeDict:
		return true
	case snapshot.NoObject:
		return guess != snapshot.NoObject && b.typeOf(v).MayBe(hir.InstanceOf(guess).Bits)
	}
	return b.lookerFor(v) != nil
}

// guessed returns the class that arguments of the present call are taken for: a list, and when one has been something else that, if it
// is the only other class.
func (b *builder) guessed() snapshot.ID {
	if b.trusted() {
		return snapshot.TypeList
	}
	if failed := b.failures(); len(failed) == 1 && !b.opts.IgnoreFeedback && (failed[0] == snapshot.TypeTuple || failed[0] == snapshot.TypeDict) {
		return failed[0]
	}
	return snapshot.NoObject
}

// dictIterator makes an iterator of a dict.
func (b *builder) dictIterator(dict hir.Value, class snapshot.ID) hir.Value {
	it := b.emitImm(hir.DictIter, int64(class-snapshot.TypeDictKeyIter), dict, b.load(hir.LoadI64, hir.HeapDict, b.l.Dict.Used, dict))
	return b.typed(it, hir.InstanceOf(class))
}

// dictViews are the methods that make views of dicts, and the classes of their iterators.
var dictViews = map[string]snapshot.ID{
	"dict.keys": snapshot.TypeDictKeyIter, "dict.values": snapshot.TypeDictValueIter, "dict.items": snapshot.TypeDictItemIter,
}

// loopOverDict makes the iterator of a view that is made to be iterated over, without the view.
func (b *builder) loopOverDict(s *site, class snapshot.ID, dict hir.Value) bool {
	behind := b.loopBehind(s)
	if behind != loopAtOnce && behind != loopEnumerated {
		return false
	}
	b.loopOver(s, b.dictIterator(dict, class), behind)
	return true
}

// loopOverMany makes enumerate, zip or reversed to be iterated over, if the next items of what it goes through can be looked at.
func (b *builder) loopOverMany(s *site, class snapshot.ID, args []hir.Value) bool {
	behind := b.loopBehind(s)
	if behind != loopAtOnce && behind != loopEnumerated || !b.typeOf(b.self(s)).Is(hir.BitNull) || len(args) == 0 || len(args) > maxZipped {
		return false
	}
	start := int64(0)
	if class == snapshot.TypeEnumerate && len(args) == 2 {
		var ok bool
		if start, ok = hir.IntValue(b.s, b.typeOf(args[1]).Obj); !ok || start < -1<<30 || start >= 1<<30 || s.kw != snapshot.NoObject && !b.namesStart(s.kw) {
			return false
		}
		args = args[:1]
	} else if s.kw != snapshot.NoObject {
		return false
	}
	if class != snapshot.TypeZip && len(args) != 1 {
		return false
	}
	guess := b.guessed()
	if class == snapshot.TypeReversed {
		if !b.trusted() || guess != snapshot.TypeList || b.typeOf(args[0]).ExactClass() != guess && (b.typeOf(args[0]).ExactClass() != snapshot.NoObject || !b.canIterate(args[0], guess)) {
			return false
		}
		list := b.guardType(args[0], guess)
		size := b.load(hir.LoadI64, hir.HeapSize, b.l.Object.VarSize, list)
		it := b.emit(hir.ReversedIter, list, b.emit(hir.IntSub, size, b.cint(1)))
		b.loopOver(s, b.typed(it, hir.InstanceOf(snapshot.TypeListRevIter)), behind)
		return true
	}
	for _, arg := range args {
		if !b.canIterate(arg, guess) {
			return false
		}
	}
	inner := make([]hir.Value, len(args))
	for i, arg := range args {
		inner[i] = b.iterator(arg, guess)
	}
	var it hir.Value
	if class == snapshot.TypeZip {
		it = b.emit(hir.NewZip, inner...)
	} else {
		it = b.emit(hir.NewEnumerate, b.cint(start), inner[0])
	}
	b.loopOver(s, b.typed(it, hir.InstanceOf(class)), behind)
	return true
}

// maxZipped is how many iterators zip goes through in compiled code.
const maxZipped = 8

// namesStart reports whether the only keyword of a call is start.
func (b *builder) namesStart(kw snapshot.ID) bool {
	names := b.s.Object(kw).Refs
	return len(names) == 1 && b.s.Object(names[0]).Str == "start"
}
