package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// maxSpread is how many items of a tuple that was made in the function become
// arguments of their own in a call with *args.
const maxSpread = 16

// buildMap builds a dict. No empty one is made to be filled with **keywords that
// are only passed on.
func (b *builder) buildMap() {
	if b.in.Arg > 0 || !b.passKeywordsOn() {
		counted(hir.BuildMap, pushes)(b)
	}
}

// buildList builds a list. Where it is made to become the tuple of arguments before
// *rest, and rest is a tuple that was made in the function, there is only the
// tuple.
func (b *builder) buildList() {
	if !b.joinArguments() {
		counted(hir.BuildList, pushes)(b)
	}
}

// joinArguments builds all of the tuple (…, *rest) from the list on; false when
// the items of rest are not known.
func (b *builder) joinArguments() bool {
	if b.index+3 >= b.bc.Block(b.at).End || b.st.untraced || b.st.inFrame {
		return false
	}
	load, extend, convert := &b.bc.Instrs[b.index+1], &b.bc.Instrs[b.index+2], &b.bc.Instrs[b.index+3]
	if load.Base != bytecode.OpLoadFast && load.Base != bytecode.OpLoadFastBorrow || extend.Base != bytecode.OpListExtend || extend.Arg != 1 ||
		convert.Base != bytecode.OpCallIntrinsic1 || bytecode.Intrinsic1(convert.Arg) != bytecode.IntrinsicListToTuple {
		return false
	}
	rest, ok := b.itemsOf(b.local(int(load.Arg)))
	n := int(b.in.Arg)
	if !ok || n+len(rest) == 0 || n+len(rest) > maxSpread {
		return false
	}
	b.fs()
	items := append(b.popObjects(n), rest...)
	b.push(b.emit(hir.BuildTuple, items...))
	b.index += 3
	b.resume = convert.End / 2
	return true
}

// passKeywordsOn builds all of f(…, **keywords) from the empty dict on, when
// keywords is a local with an exact dict: whoever is called gets the names and values
// out of it, or a copy. It does nothing and returns false for anything else.
//
// An exit in front of the call finds the dict itself where the copy would be.
// Nothing is left there that the interpreter would not copy too.
func (b *builder) passKeywordsOn() bool {
	if b.index+3 >= b.bc.Block(b.at).End || b.st.untraced || b.st.inFrame || !b.trusted() {
		return false
	}
	load, merge, call := &b.bc.Instrs[b.index+1], &b.bc.Instrs[b.index+2], &b.bc.Instrs[b.index+3]
	if load.Base != bytecode.OpLoadFast && load.Base != bytecode.OpLoadFastBorrow ||
		merge.Base != bytecode.OpDictMerge || merge.Arg != 1 || call.Base != bytecode.OpCallFunctionEx {
		return false
	}
	i := int(load.Arg)
	dict := b.local(i)
	parameter := b.code.Flags&snapshot.CodeVarKeywords != 0 && i == b.code.NumArgs()-1
	if b.typeOf(dict).MayBe(hir.BitNull) || b.typeOf(dict).ExactClass() != snapshot.TypeDict && !parameter {
		return false
	}
	dict = b.guardType(dict, snapshot.TypeDict)
	empty := b.f.At(b.unguarded(dict)).Op == hir.NewDict && !b.filled[b.unguarded(dict)]
	if empty {
		used := b.load(hir.LoadI64, hir.HeapDict, b.l.Dict.Used, dict)
		b.guardTrue(b.compare(hir.IntCmp, hir.CondEQ, used, b.cint(0)))
	}
	b.index += 3
	b.in, b.resume, b.before = call, call.End/2, 0
	b.push(dict)
	b.callSpread(empty, true)
	return true
}

// callFunctionEx calls with an iterable of arguments and a mapping of keywords.
func (b *builder) callFunctionEx() {
	b.callSpread(b.typeOf(b.peek(1)).Is(hir.BitNull), false)
}

// callSpread calls with the iterable and the mapping on the stack. plain says that
// there are no keywords; shared, that the mapping is a dict that others have too.
// The items of a tuple that was made here become the arguments of a call like others.
func (b *builder) callSpread(plain, shared bool) {
	for i := 1; i <= 4; i++ {
		b.peekObject(i)
	}
	b.fs()
	if items, ok := b.itemsOf(b.peek(2)); ok && plain {
		b.st.stack = append(slices.Clone(b.st.stack[:len(b.st.stack)-2]), items...)
		b.callSite(&site{n: len(items)})
		return
	}
	n, ok := b.itemsLearned()
	if !ok {
		b.callEx(shared)
		return
	}
	var missed []edge
	if !plain {
		dict := b.mustBeOf(b.peek(1), snapshot.TypeDict, &missed)
		used := b.load(hir.LoadI64, hir.HeapDict, b.l.Dict.Used, dict)
		b.unless(b.compare(hir.IntCmp, hir.CondEQ, used, b.cint(0)), &missed)
	}
	tuple := b.mustBeOf(b.peek(2), snapshot.TypeTuple, &missed)
	size := b.load(hir.LoadI64, immutable, b.l.Object.VarSize, tuple)
	b.unless(b.compare(hir.IntCmp, hir.CondEQ, size, b.cint(int64(n))), &missed)
	b.st.stack = slices.Clone(b.st.stack[:len(b.st.stack)-2])
	for i := range n {
		b.push(b.typed(b.load(hir.LoadField, immutable, b.l.Tuple.Items+pointerSize*int64(i), tuple), hir.TObject))
	}
	b.callSite(&site{n: n})
	var ways []edge
	if b.cur != noBlock {
		ways = append(ways, edge{b.cur, b.st.clone()})
	}
	b.goOnFrom(missed)
	b.callEx(shared)
	b.mergeBehind(append(ways, edge{b.cur, b.st.clone()}))
}

// callEx calls with whatever iterable and mapping are on the stack.
func (b *builder) callEx(shared bool) {
	imm := int64(0)
	if shared {
		imm = 1
	}
	v := b.emitImm(hir.CallEx, imm, b.popObjects(4)...)
	b.push(v)
	b.check()
	b.breaker(b.resume)
}

// itemsLearned returns how many positional arguments came here in a tuple, without
// keywords, when these were always as many and were passed to functions that are known.
// What comes otherwise goes a generic way.
func (b *builder) itemsLearned() (int, bool) {
	if b.opts.IgnoreFeedback {
		return 0, false
	}
	n := uint32(0)
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		if f.Kind == snapshot.Called || f.Kind == snapshot.CalledBound {
			if f.Version == 0 || n != 0 && n != f.Version {
				return 0, false
			}
			n = f.Version
		}
	}
	return int(n) - 1, n > 0 && n <= maxSpread+1
}

// itemsOf returns the items of a tuple that is made in the function or a constant.
func (b *builder) itemsOf(tuple hir.Value) ([]hir.Value, bool) {
	root := b.f.At(b.unguarded(tuple))
	switch {
	case root.Op == hir.BuildTuple && b.f.NArgs(b.unguarded(tuple)) <= maxSpread:
		return b.f.Args(b.unguarded(tuple), nil), true
	case b.typeOf(tuple).Obj == snapshot.EmptyTuple:
		return nil, true
	}
	return nil, false
}
