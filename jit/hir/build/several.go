package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Truth values, loops, subscripts and comparisons whose operand has had several
// classes: one way for each that the compiler knows how to treat, the most
// frequent one first. If there were others too, they take a generic way, so that
// none of them leaves compiled code. A jump that follows is built on each way: it often
// depends on the class alone.

// classesSeen returns the classes that an operand of the present instruction has
// had: those that are known to what follows, at most maxCases of them, and whether there were
// others. The class for which the interpreter has specialised it comes first.
func (b *builder) classesSeen(own snapshot.ID, known func(snapshot.ID) bool) (cases []snapshot.Feedback, others bool) {
	if b.opts.IgnoreFeedback {
		return nil, false
	}
	seen := []snapshot.Feedback{{Type: own}}
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Kind == snapshot.GuardFailed {
			seen = append(seen, f)
		}
	}
	slices.SortStableFunc(seen[1:], func(x, y snapshot.Feedback) int { return int(y.Value - x.Value) })
	for _, f := range seen {
		switch {
		case f.Type == snapshot.NoObject || slices.ContainsFunc(cases, func(c snapshot.Feedback) bool { return c.Type == f.Type }):
		case len(cases) == maxCases || !known(f.Type):
			others = true
		default:
			cases = append(cases, snapshot.Feedback{Offset: b.in.Offset, Type: f.Type})
		}
	}
	_, generic := b.feedback(snapshot.Generic) // the interpreter has no form for what came
	return cases, others || generic
}

// eachClass builds one way for each class of the value, and another one for all
// others if there were any; the last class is guarded otherwise. What the
// ways leave is joined. With thread, a jump behind the instruction is part of each way.
func (b *builder) eachClass(v hir.Value, cases []snapshot.Feedback, build func(snapshot.ID), generic func(), thread bool) {
	var jump *bytecode.Instr
	if next := b.next(); thread && next != nil && !b.st.untraced &&
		(next.Base == bytecode.OpPopJumpIfTrue || next.Base == bytecode.OpPopJumpIfFalse) {
		jump = next
	}
	one := func(f snapshot.Feedback) bool {
		if f.Type == snapshot.NoObject {
			generic()
		} else {
			build(f.Type)
		}
		if jump != nil && b.cur != noBlock {
			b.onward(jump)
		}
		return true
	}
	var ways []edge
	if generic == nil {
		ways = b.dispatch(v, cases, one)
	} else {
		ways = b.dispatchOrElse(v, cases, one)
	}
	b.cur = noBlock
	if len(ways) > 0 {
		b.mergeBehind(ways)
	}
}

// onward builds the jump behind the present instruction on one of its ways.
func (b *builder) onward(jump *bytecode.Instr) {
	in, before, resume := b.in, b.before, b.resume
	b.in, b.before, b.resume = jump, 0, jump.End/2
	b.snapshot(b.fs())
	handlers[jump.Base](b)
	b.in, b.before, b.resume = in, before, resume
}

// dispatchOrElse is dispatch with a way for every other class, which has no type.
func (b *builder) dispatchOrElse(v hir.Value, cases []snapshot.Feedback, build func(snapshot.Feedback) bool) []edge {
	b.fs()
	class := b.classOf(v)
	var ways []edge
	before := b.st.clone()
	for _, f := range append(slices.Clip(cases), snapshot.Feedback{Offset: b.in.Offset}) {
		no := noBlock
		if f.Type != snapshot.NoObject {
			b.dependType(f.Type)
			var yes hir.BlockID
			yes, no = b.branch(b.same(class, b.constant(f.Type)))
			b.cur = yes
			b.refine(v, hir.InstanceOf(f.Type))
		}
		if build(f) && b.cur != noBlock {
			ways = append(ways, edge{b.cur, b.st.clone()})
		}
		b.cur, b.st = no, before.clone()
	}
	return ways
}

// specialisedFor returns the class that the specialised form of the present
// instruction is for, if that is a built-in one.
func (b *builder) specialisedFor() snapshot.ID {
	switch b.in.Op {
	case bytecode.OpToBoolBool:
		return snapshot.TypeBool
	case bytecode.OpToBoolInt:
		return snapshot.TypeInt
	case bytecode.OpToBoolNone:
		return snapshot.TypeNone
	case bytecode.OpToBoolStr, bytecode.OpCompareOpStr, bytecode.OpBinaryOpSubscrStrInt:
		return snapshot.TypeStr
	case bytecode.OpToBoolList, bytecode.OpBinaryOpSubscrListInt:
		return snapshot.TypeList
	case bytecode.OpBinaryOpSubscrTupleInt:
		return snapshot.TypeTuple
	case bytecode.OpBinaryOpSubscrDict:
		return snapshot.TypeDict
	case bytecode.OpForIterList:
		return snapshot.TypeListIter
	case bytecode.OpForIterTuple:
		return snapshot.TypeTupleIter
	case bytecode.OpForIterRange:
		return snapshot.TypeRangeIter
	case bytecode.OpForIterGen:
		return snapshot.TypeGenerator
	}
	return snapshot.NoObject
}

// truthOfSeveral builds TO_BOOL for a value that has had several classes.
func (b *builder) truthOfSeveral() bool {
	own := b.specialisedFor()
	if f, ok := b.feedback(snapshot.TruthAlways); ok {
		own = f.Type
	}
	cases, others := b.classesSeen(own, b.hasKnownTruth)
	if len(cases) == 0 || len(cases) == 1 && !others {
		return false
	}
	var generic func()
	if others {
		generic = b.truthOfAny
	}
	b.eachClass(b.peek(1), cases, func(class snapshot.ID) {
		r := b.truthOf(b.peek(1), class)
		b.pop()
		b.push(r)
	}, generic, true)
	return true
}

// forSeveral builds FOR_ITER for iterators of several classes.
func (b *builder) forSeveral() bool {
	cases, others := b.classesSeen(b.specialisedFor(), func(class snapshot.ID) bool { return loops[class] != nil })
	if len(cases) == 0 || len(cases) == 1 && !others {
		return false
	}
	var generic func()
	if others {
		generic = func() { b.forAny(b.peek(1)) }
	}
	b.eachClass(b.peek(1), cases, func(class snapshot.ID) { loops[class](b, b.peek(1)) }, generic, false)
	return true
}

// subscriptOfSeveral builds container[index] for several built-in containers. Which
// operand had a class is not known: those that cannot be containers here are taken
// for a sign that the index is not what the ways expect.
func (b *builder) subscriptOfSeveral() bool {
	if b.valueFailed() {
		return false
	}
	index := b.typeOf(b.peek(1))
	byInt := b.mayBeIndex(b.peek(1)) && (index.ExactClass() == snapshot.NoObject || index.ExactClass() == snapshot.TypeInt)
	cases, others := b.classesSeen(b.specialisedFor(), func(class snapshot.ID) bool {
		switch class {
		case snapshot.TypeDict:
			return true
		case snapshot.TypeList, snapshot.TypeTuple, snapshot.TypeStr:
			return byInt
		}
		return false
	})
	if len(cases) < 2 || others {
		return false
	}
	b.eachClass(b.peek(2), cases, b.subscriptOf, nil, false)
	return true
}

// strsOrOthers builds == and != of strs, with something else than a str as an operand now and
// then.
func (b *builder) strsOrOthers() bool {
	kind := hir.Cond(b.in.Compare().Kind)
	if b.in.Op != bytecode.OpCompareOpStr || b.trusted() || b.opts.IgnoreFeedback || kind != hir.CondEQ && kind != hir.CondNE {
		return false
	}
	for place := 1; place <= 2; place++ {
		if class := b.typeOf(b.peek(place)).ExactClass(); class != snapshot.NoObject && class != snapshot.TypeStr {
			return false
		}
	}
	b.strsFrom(2)
	return true
}

// strsFrom builds the comparison when the operands that lie deeper than place are strs.
func (b *builder) strsFrom(place int) {
	for place > 0 && b.typeOf(b.peek(place)).ExactClass() == snapshot.TypeStr {
		place--
	}
	if place == 0 {
		b.compareStrs()
		return
	}
	strs := []snapshot.Feedback{{Offset: b.in.Offset, Type: snapshot.TypeStr}}
	b.eachClass(b.peek(place), strs, func(snapshot.ID) { b.strsFrom(place - 1) }, b.compareAny, true)
}
