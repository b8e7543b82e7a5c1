package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var callHandlers = map[bytecode.Op]handler{
	bytecode.OpCall:           (*builder).call,
	bytecode.OpCallKw:         (*builder).callKw,
	bytecode.OpCallFunctionEx: (*builder).callFunctionEx,
	bytecode.OpCallIntrinsic1: (*builder).callIntrinsic1,
	bytecode.OpCallIntrinsic2: generic(hir.CallIntrinsic2, 2, withArg|pushes),
}

// site is a call being built: what is called, with which arguments.
type site struct {
	n     int         // arguments on the stack
	kw    snapshot.ID // tuple of the keyword names
	extra int         // stack values above the arguments: the names
}

// callable returns what is called.
func (b *builder) callable(s *site) hir.Value { return b.peek(s.extra + s.n + 2) }

// self returns what the callable gets as its first argument, or NULL.
func (b *builder) self(s *site) hir.Value { return b.peek(s.extra + s.n + 1) }

// arguments returns self, if there is one, and the arguments; false when it is
// not known whether there is a self.
func (b *builder) arguments(s *site) ([]hir.Value, bool) {
	var args []hir.Value
	switch t := b.typeOf(b.self(s)); {
	case t.Is(hir.BitNull):
	case t.MayBe(hir.BitNull):
		return nil, false
	default:
		args = append(args, b.self(s))
	}
	end := len(b.st.stack) - s.extra
	return append(args, b.st.stack[end-s.n:end]...), true
}

// drop takes everything that belongs to the call off the stack.
func (b *builder) drop(s *site) {
	b.st.stack = b.st.stack[:len(b.st.stack)-s.extra-s.n-2]
}

// callPython calls a Python function, or puts its body in the place of the
// call.
func (b *builder) callPython(s *site, c *binding, callee hir.Value, args []hir.Value) {
	if !b.inline(c, callee, args, func() { b.drop(s) }, false) {
		b.returned(s, b.callDirect(c, callee, args))
	}
}

// returned ends the call of a Python function with its result.
func (b *builder) returned(s *site, v hir.Value) {
	b.drop(s)
	b.push(v)
	b.check()
}

// called ends the call of anything else: a Python function serves the eval
// breaker itself when it begins.
func (b *builder) called(s *site, v hir.Value) {
	b.returned(s, v)
	if b.in.Info().Flags&bytecode.EvalBreak != 0 {
		b.breaker(b.resume)
	}
}

func (b *builder) call() {
	s := &site{n: int(b.in.Arg)}
	for i := 1; i <= s.n+2; i++ {
		b.peekObject(i)
	}
	b.callSite(s)
}

func (b *builder) callKw() {
	s := &site{n: int(b.in.Arg), extra: 1}
	for i := 1; i <= s.n+3; i++ {
		b.peekObject(i)
	}
	s.kw = b.typeOf(b.peek(1)).Obj
	if s.kw == snapshot.NoObject {
		b.deopt() // never: the compiler loads a constant
		return
	}
	b.callSite(s)
}

func (b *builder) callSite(s *site) {
	if b.callMade(s) || b.callOneOf(s) || b.callLearned(s) {
		return
	}
	if b.trusted() && (b.callSeen(s) || b.callDefault(s)) {
		return
	}
	if id := b.typeOf(b.callable(s)).Obj; id != snapshot.NoObject && !b.opts.IgnoreFeedback && b.callKnown(s, id) {
		return
	}
	b.callAny(s)
}

// callAny builds the call of something of which nothing is known.
func (b *builder) callAny(s *site) {
	operands := []hir.Value{b.callable(s), b.self(s)}
	end := len(b.st.stack) - s.extra
	operands = append(operands, b.st.stack[end-s.n:end]...)
	v := b.emitObj(hir.CallVector, s.kw, operands...)
	if class := b.typeOf(b.callable(s)).Obj; makesExact[class] && b.typeOf(b.self(s)).Is(hir.BitNull) {
		b.typed(v, hir.InstanceOf(class))
	}
	b.called(s, v)
}

// callSeen builds the call of what the interpreter has called here before, if
// the callable is not known for certain.
func (b *builder) callSeen(s *site) bool {
	if b.typeOf(b.callable(s)).Obj != snapshot.NoObject {
		return false
	}
	if f, ok := b.feedback(snapshot.CallFunction); ok && f.Object != snapshot.NoObject {
		return b.callFunctionSeen(s, callee{fn: f.Object, often: b.madeOften(f.Object)}, nil)
	}
	if f, ok := b.feedback(snapshot.CallBoundMethod); ok && f.Object != snapshot.NoObject {
		return b.callFunctionSeen(s, callee{fn: f.Object, bound: true, often: b.madeOften(f.Object)}, nil)
	}
	if f, ok := b.feedback(snapshot.CallInit); ok && b.typeOf(b.self(s)).Is(hir.BitNull) {
		if !b.canConstruct(s, f.Type) {
			return false
		}
		b.guardIs(b.callable(s), f.Type)
		return b.callKnown(s, f.Type)
	}
	return false
}

// callDefault builds the call of a parameter as that of its default value, if
// that can be called: a parameter like that is mostly there so that a global
// is found faster.
func (b *builder) callDefault(s *site) bool {
	root := b.f.At(b.unguarded(b.callable(s)))
	if b.s.Function == snapshot.NoObject || b.within != nil || root.Op != hir.Param || b.typeOf(b.callable(s)).Obj != snapshot.NoObject {
		return false
	}
	f := b.s.Object(b.s.Function).Function
	i := int(root.Imm) - (b.code.ArgCount - len(f.Defaults))
	if i < 0 || i >= len(f.Defaults) || f.Code != b.f.Code || f.Defaults[i] == snapshot.NoObject {
		return false
	}
	switch b.s.Object(f.Defaults[i]).Kind {
	case snapshot.KindFunction, snapshot.KindBuiltin:
		b.guardIs(b.callable(s), f.Defaults[i])
		return b.callKnown(s, f.Defaults[i])
	}
	return false
}

// callKnown builds the call of a certain object; false if it has to be called
// like any other.
func (b *builder) callKnown(s *site, id snapshot.ID) bool {
	args, ok := b.arguments(s)
	if !ok {
		return false
	}
	o := b.s.Object(id)
	switch o.Kind {
	case snapshot.KindFunction:
		c, ok := b.bind(id, len(args), s.kw)
		if !ok {
			return false
		}
		b.callPython(s, c, b.constant(id), args)
		return true
	case snapshot.KindMethod:
		return b.callMethodObject(s, o.Refs, args)
	case snapshot.KindType:
		return b.callClass(s, id, args)
	case snapshot.KindBuiltin, snapshot.KindMethodDescr:
		if s.kw != snapshot.NoObject {
			return false
		}
		return b.callObjectNew(s, id, args) || b.callNative(s, id, args)
	case snapshot.KindWrapperDescr:
		return s.kw == snapshot.NoObject && b.callObjectInit(s, id, args)
	}
	return false
}

// callMethodObject calls a certain bound method of a Python function.
func (b *builder) callMethodObject(s *site, refs []snapshot.ID, args []hir.Value) bool {
	c, ok := b.bind(refs[0], len(args)+1, s.kw)
	if !ok {
		return false
	}
	args = append([]hir.Value{b.constant(refs[1])}, args...)
	b.callPython(s, c, b.constant(refs[0]), args)
	return true
}

func (b *builder) callIntrinsic1() {
	v := b.emitImm(hir.CallIntrinsic1, int64(b.in.Arg), b.popObject())
	if bytecode.Intrinsic1(b.in.Arg) == bytecode.IntrinsicListToTuple {
		b.typed(v, hir.TTuple)
	}
	b.push(v)
	b.check()
}
