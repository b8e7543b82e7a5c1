package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// maxDirectArgs is how many arguments the direct entry takes.
const maxDirectArgs = 7

// resumableFlags tell generators, coroutines and asynchronous generators apart.
const resumableFlags = snapshot.CodeGenerator | snapshot.CodeCoroutine | snapshot.CodeAsyncGenerator

// binding says which argument of a call each parameter of a Python function
// gets.
type binding struct {
	fn snapshot.ID
	// from has for each parameter the index of an argument, or -1 for the
	// default value.
	from     []int
	defaults []snapshot.ID // by parameter; used where from is -1
	// exact is set when no default is needed, so that any function with the
	// same code can be called in the same way.
	exact bool
}

// bind matches nargs arguments, the last len(names) of them by keyword, with the
// parameters of a function; false when the direct entry cannot be used.
func (b *builder) bind(fn snapshot.ID, nargs int, names []string) (*binding, bool) {
	f := b.s.Object(fn).Function
	if f == nil {
		return nil, false
	}
	code := b.s.Code(f.Code)
	if code == nil || code.Flags&(snapshot.CodeVarArgs|snapshot.CodeVarKeywords) != 0 ||
		code.KwOnlyArgCount > 0 || code.ArgCount > maxDirectArgs || nargs > code.ArgCount {
		return nil, false
	}
	c := &binding{fn: fn, from: make([]int, code.ArgCount), defaults: make([]snapshot.ID, code.ArgCount), exact: true}
	for i := range c.from {
		c.from[i] = -1
	}
	for i := range nargs - len(names) {
		c.from[i] = i
	}
	for k, name := range names {
		i := b.parameter(code, name)
		if i < 0 || c.from[i] >= 0 {
			return nil, false
		}
		c.from[i] = nargs - len(names) + k
	}
	first := code.ArgCount - len(f.Defaults)
	for i, from := range c.from {
		if from >= 0 {
			continue
		}
		if i < first {
			return nil, false
		}
		c.defaults[i], c.exact = f.Defaults[i-first], false
	}
	return c, true
}

// parameter returns the index of a parameter that can be passed by keyword.
func (b *builder) parameter(code *snapshot.Code, name string) int {
	if len(code.LocalsPlusNames) < code.ArgCount {
		return -1
	}
	for i := code.PosOnlyArgCount; i < code.ArgCount; i++ {
		if code.LocalsPlusNames[i] == name {
			return i
		}
	}
	return -1
}

// callDirect calls a function object, the bound one or another with the same
// code and globals.
func (b *builder) callDirect(c *binding, callee hir.Value, args []hir.Value) hir.Value {
	operands := append([]hir.Value{callee}, b.bound(c, args)...)
	if b.typeOf(callee).Obj == c.fn {
		b.dependFunction(c.fn)
	}
	v := b.emitObj(hir.CallDirect, c.fn, operands...)
	// The call of a generator function makes the generator.
	switch b.s.Code(b.s.Object(c.fn).Function.Code).Flags & resumableFlags {
	case snapshot.CodeGenerator:
		b.typed(v, hir.InstanceOf(snapshot.TypeGenerator))
	case snapshot.CodeCoroutine:
		b.typed(v, hir.InstanceOf(snapshot.TypeCoroutine))
	case snapshot.CodeAsyncGenerator:
		b.typed(v, hir.InstanceOf(snapshot.TypeAsyncGenerator))
	}
	return v
}

// bound returns the values of the parameters.
func (b *builder) bound(c *binding, args []hir.Value) []hir.Value {
	values := make([]hir.Value, len(c.from))
	for i, from := range c.from {
		if from < 0 {
			values[i] = b.constant(c.defaults[i])
		} else {
			values[i] = args[from]
		}
	}
	return values
}

// guardFunction makes sure that callable can be called as the bound function:
// it is that function or, where functions are made over and over, has the same
// code and globals. The result is the function object.
func (b *builder) guardFunction(c *binding, callable hir.Value) hir.Value {
	f := b.s.Object(c.fn).Function
	if !c.exact || !f.Closure && b.s.Code(f.Code).Flags&snapshot.CodeNested == 0 {
		return b.guardIs(callable, c.fn)
	}
	callable = b.guardType(callable, snapshot.TypeFunction)
	code := b.typed(b.load(hir.LoadField, hir.HeapOther, b.l.Function.Code, callable), hir.TObject)
	b.guardIs(code, f.Code)
	globals := b.typed(b.load(hir.LoadField, immutable, b.l.Function.Globals, callable), hir.TDict)
	b.guardIs(globals, f.Globals)
	return callable
}
