package build

import (
	"cmp"
	"math"
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Calls of what a variable, a list or a dict has: which functions these were is learned, each of the
// most frequent has a way of its own, and all others share one if there were any.

// callee is a Python function that a site has called, itself or by a bound method.
type callee struct {
	fn    snapshot.ID
	bound bool
	often bool // it stands for all functions with its code, which come and go
	count int64
}

// callees returns the functions that the present instruction has called and that can be called
// directly, the most frequent first. others says that it has called more, or something else;
// learned, that something is known beyond what the interpreter says.
func (b *builder) callees(s *site) (seen []callee, others, learned bool) {
	own := b.in.Base == bytecode.OpCallFunctionEx // of which the interpreter never says anything
	for _, f := range b.code.FeedbackAt(int(b.in.Offset)) {
		c := callee{fn: f.Object, bound: f.Kind == snapshot.CallBoundMethod || f.Kind == snapshot.CalledBound, count: f.Value}
		switch f.Kind {
		case snapshot.CallFunction, snapshot.CallBoundMethod:
			own = true
			c.count = math.MaxInt64 // unless it is known better
		case snapshot.Called, snapshot.CalledBound:
			learned = true
			c.often = f.Aux != snapshot.NoObject
			if c.often && c.fn != snapshot.NoObject && !b.madeOften(c.fn) && b.s.Object(c.fn).Function.Globals != b.s.Code(b.f.Code).Globals {
				others = true // the code would keep a namespace alive that goes with its functions
				continue
			}
		case snapshot.GuardFailed:
			others = others || f.Type != snapshot.TypeFunction && f.Type != snapshot.TypeMethod
			continue
		default:
			continue
		}
		if c.fn == snapshot.NoObject {
			others = true
			continue
		}
		c.often = c.often || b.madeOften(c.fn)
		switch i := slices.IndexFunc(seen, func(o callee) bool { return o.bound == c.bound && b.sameCallee(o, c) }); {
		case i >= 0:
			seen[i].count, seen[i].often = c.count, seen[i].often || c.often
		case b.canCall(s, c):
			seen = append(seen, c)
		default:
			others = true
		}
	}
	slices.SortStableFunc(seen, func(x, y callee) int { return cmp.Compare(y.count, x.count) })
	if len(seen) > maxCases {
		seen, others = seen[:maxCases], true
	}
	return seen, others || !own, learned
}

// sameCallee reports whether what is built for one function serves for another.
func (b *builder) sameCallee(x, y callee) bool {
	return x.fn == y.fn || x.often && y.often &&
		b.s.Object(x.fn).Function.Code == b.s.Object(y.fn).Function.Code && b.s.Object(x.fn).Function.Globals == b.s.Object(y.fn).Function.Globals
}

// madeOften reports whether functions with the code of this one are made over and over.
func (b *builder) madeOften(fn snapshot.ID) bool {
	f := b.s.Object(fn).Function
	code := b.s.Code(f.Code)
	return f.Closure || code != nil && code.Flags&snapshot.CodeNested != 0
}

// bindSeen matches the arguments of a call with the parameters of a callee. withSelf
// says that what lies below them is one.
func (b *builder) bindSeen(s *site, callee callee) (c *binding, withSelf, ok bool) {
	f := b.s.Object(callee.fn).Function
	n := s.n
	switch t := b.typeOf(b.self(s)); {
	case callee.bound:
		if !t.Is(hir.BitNull) {
			return nil, false, false
		}
		n++
	case t.Is(hir.BitNull):
	case !t.MayBe(hir.BitNull):
		withSelf = true
	default:
		if f == nil || b.s.Code(f.Code) == nil || b.s.Code(f.Code).Flags&snapshot.CodeVarArgs != 0 {
			return nil, false, false
		}
		withSelf = b.s.Code(f.Code).ArgCount == s.n+1
	}
	if withSelf {
		n++
	}
	c, ok = b.bind(callee.fn, n, s.kw)
	return c, withSelf, ok
}

// canCall reports whether a callee can be called directly, and nothing speaks against the default
// values that the compiler knows of it.
func (b *builder) canCall(s *site, c callee) bool {
	bound, _, ok := b.bindSeen(s, c)
	return ok && (bound.exact || !c.often || !b.valueFailed())
}

// callLearned builds the call of a callable of which more was learned than the
// interpreter says.
func (b *builder) callLearned(s *site) bool {
	if b.opts.IgnoreFeedback || b.typeOf(b.callable(s)).Obj != snapshot.NoObject {
		return false
	}
	if t := b.typeOf(b.self(s)); b.valueFailed() && !t.Is(hir.BitNull) && t.MayBe(hir.BitNull) {
		return false
	}
	seen, others, learned := b.callees(s)
	if !learned || len(seen) == 0 {
		return false
	}
	b.fs()
	var ways []edge
	for i, c := range seen {
		if i == len(seen)-1 && !others {
			b.callFunctionSeen(s, c, nil) // others leave here, and are noted
			break
		}
		var missed []edge
		b.callFunctionSeen(s, c, &missed)
		if b.cur != noBlock {
			ways = append(ways, edge{b.cur, b.st.clone()})
		}
		b.goOnFrom(missed)
	}
	if others {
		b.callAny(s)
	}
	if b.cur != noBlock {
		ways = append(ways, edge{b.cur, b.st.clone()})
	}
	b.cur = noBlock
	if len(ways) > 0 {
		b.mergeBehind(ways)
	}
	return true
}

// callFunctionSeen calls a Python function, with self if there is one, or the function of a
// bound method without going through the method object. Where the callable is another one, compiled code
// is left, or missed gets the ways. False if the function cannot be called directly.
func (b *builder) callFunctionSeen(s *site, callee callee, missed *[]edge) bool {
	c, withSelf, ok := b.bindSeen(s, callee)
	if !ok {
		return false
	}
	callable := b.callable(s)
	method := callable
	if callee.bound {
		method = b.mustBeOf(callable, snapshot.TypeMethod, missed)
		callable = b.typed(b.load(hir.LoadField, immutable, b.l.Method.Func, method), hir.TObject)
	}
	function := b.mustBeFunction(c, callable, callee.often, missed)
	var first []hir.Value
	if callee.bound {
		first = []hir.Value{b.typed(b.load(hir.LoadField, immutable, b.l.Method.Self, method), hir.TObject)}
	}
	if withSelf {
		b.guardNotNull(b.self(s))
	} else if !b.typeOf(b.self(s)).Is(hir.BitNull) {
		b.guardTrue(b.emit(hir.IsNull, b.self(s)))
		b.st.stack[len(b.st.stack)-s.extra-s.n-1] = b.nullValue()
	}
	args, _ := b.arguments(s)
	b.callPython(s, c, function, append(first, args...))
	return true
}

// mustBeFunction makes sure that callable can be called as the bound function:
// it is that function or, where such functions come and go often, has the same
// code and globals, and as many default values, unless they are of keyword-only
// parameters. The result is the function object.
func (b *builder) mustBeFunction(c *binding, callable hir.Value, often bool, missed *[]edge) hir.Value {
	f := b.s.Object(c.fn).Function
	if !often || len(c.named) > 0 {
		return b.mustBeTheFunction(c, callable, missed)
	}
	callable = b.mustBeOf(callable, snapshot.TypeFunction, missed)
	code := b.typed(b.load(hir.LoadField, hir.HeapOther, b.l.Function.Code, callable), hir.TObject)
	b.mustBe(code, f.Code, missed)
	globals := b.typed(b.load(hir.LoadField, immutable, b.l.Function.Globals, callable), hir.TDict)
	b.mustBe(globals, f.Globals, missed)
	if !c.exact {
		defaults := b.guardNotNull(b.load(hir.LoadField, hir.HeapOther, b.l.Function.Defaults, callable))
		c.own = b.guardType(defaults, snapshot.TypeTuple)
		size := b.load(hir.LoadI64, immutable, b.l.Object.VarSize, c.own)
		b.guardTrue(b.compare(hir.IntCmp, hir.CondEQ, size, b.cint(int64(len(f.Defaults)))))
	}
	return callable
}

// mustBe is guardIs where missed is nil; else the ways on which v is another object are
// added to that.
func (b *builder) mustBe(v hir.Value, id snapshot.ID, missed *[]edge) hir.Value {
	if missed == nil {
		return b.guardIs(v, id)
	}
	if b.typeOf(v).Obj != id {
		b.unless(b.same(v, b.constant(id)), missed)
	}
	return b.constant(id)
}

// mustBeTheFunction is mustBe for the bound function, which nothing need keep alive but who calls
// it here: code that held it would have it die later than the interpreter does.
func (b *builder) mustBeTheFunction(c *binding, callable hir.Value, missed *[]edge) hir.Value {
	if b.typeOf(callable).Obj == c.fn {
		return b.constant(c.fn)
	}
	b.dependBinding(c)
	function := hir.InstanceOf(snapshot.TypeFunction)
	if missed == nil {
		return b.guarded(callable, b.typed(b.emitObj(hir.GuardFunction, c.fn, callable), function))
	}
	b.unless(b.emitObj(hir.IsFunction, c.fn, callable), missed)
	return b.refine(callable, function)
}

// mustBeOf is guardType in the same way, for a built-in class.
func (b *builder) mustBeOf(v hir.Value, class snapshot.ID, missed *[]edge) hir.Value {
	if missed == nil {
		return b.guardType(v, class)
	}
	if b.typeOf(v).ExactClass() == class {
		return v
	}
	b.unless(b.same(b.classOf(v), b.constant(class)), missed)
	return b.refine(v, hir.InstanceOf(class))
}

// unless goes on where a condition is true, and adds the other way to missed.
func (b *builder) unless(cond hir.Value, missed *[]edge) {
	yes, no := b.branch(cond)
	*missed = append(*missed, edge{no, b.st.clone()})
	for _, block := range [...]hir.BlockID{no, yes} {
		b.cur = block
		b.snapshot(b.fs())
	}
}

// goOnFrom continues where the ways meet on which something was not what was looked for.
func (b *builder) goOnFrom(missed []edge) {
	if len(missed) == 1 {
		b.cur, b.st = missed[0].from, missed[0].st
		return
	}
	b.mergeMarked(missed, func() { b.snapshot(b.fs()) })
}
