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
	if f, ok := b.feedback(snapshot.Iterated); ok && class == snapshot.NoObject && b.trusted() {
		b.guardType(b.peek(1), f.Type)
		class = f.Type
	}
	if seq := b.iterated(); class == snapshot.NoObject && seq != snapshot.NoObject && b.trusted() {
		b.guardType(b.peek(1), seq)
		class = seq
	}
	if class == snapshot.TypeList || class == snapshot.TypeTuple {
		b.push(b.typed(b.emit(hir.SequenceIter, b.pop()), hir.InstanceOf(iterators[class])))
		return
	}
	if class == snapshot.TypeDict {
		b.push(b.dictIterator(b.pop(), iterators[class]))
		return
	}
	v := b.emit(hir.GetIter, b.pop())
	if it := iterators[class]; it != snapshot.NoObject {
		b.typed(v, hir.InstanceOf(it))
	}
	b.push(v)
	b.check()
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
	case composers[b.f.At(it).Op] != nil:
		forNext(composers[b.f.At(it).Op])(b, it)
	case class == snapshot.NoObject && b.forSeveral():
	default:
		b.forAny(it)
	}
}

// loops build FOR_ITER for the iterators whose items are found without a call.
var loops map[snapshot.ID]func(*builder, hir.Value)

func init() {
	loops = map[snapshot.ID]func(*builder, hir.Value){snapshot.TypeGenerator: (*builder).forGenerator}
	for class, look := range lookers {
		loops[class] = forNext(look)
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
