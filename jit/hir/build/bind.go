package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// resumableFlags tell generators, coroutines and asynchronous generators apart.
const resumableFlags = snapshot.CodeGenerator | snapshot.CodeCoroutine | snapshot.CodeAsyncGenerator

// What a parameter gets that is no argument of the call.
const (
	fromDefault  = -1 - iota // its default value
	fromSurplus              // *args: a tuple of the positional arguments that are left
	fromKeywords             // **kwargs: a dict of the named arguments that are left
)

// binding says which argument of a call each parameter of a Python function
// gets.
type binding struct {
	fn snapshot.ID
	// from has for each parameter the index of an argument, or one of the
	// constants above.
	from     []int
	defaults []snapshot.ID // by parameter; used where from is fromDefault
	named    []snapshot.ID // names of keyword-only parameters for which that is so
	surplus  []int         // arguments in *args
	keywords []keyword     // in **kwargs
	// exact is set when no default is needed, so that any function with the
	// same code can be called in the same way.
	exact bool
	// own has the default values of the function that is called, where that is not fn itself.
	own hir.Value
}

// keyword is an argument that no parameter has the name of.
type keyword struct {
	name snapshot.ID
	arg  int
}

// bind matches nargs arguments, the last of them by keyword, with the parameters of
// a function; false when the direct entry cannot be used. names is the tuple of
// the keywords, or NoObject.
func (b *builder) bind(fn snapshot.ID, nargs int, names snapshot.ID) (*binding, bool) {
	f := b.s.Object(fn).Function
	if f == nil {
		return nil, false
	}
	code := b.s.Code(f.Code)
	if code == nil || code.NumArgs() > hir.MaxDirectArgs || len(code.LocalsPlusNames) < code.NumArgs() {
		return nil, false
	}
	var named []snapshot.ID
	if names != snapshot.NoObject {
		named = b.s.Object(names).Refs
	}
	c := &binding{fn: fn, from: make([]int, code.NumArgs()), defaults: make([]snapshot.ID, code.NumArgs()), exact: true}
	for i := range c.from {
		c.from[i] = fromDefault
	}
	next := code.ArgCount + code.KwOnlyArgCount
	variadic := code.Flags&snapshot.CodeVarArgs != 0
	if variadic {
		c.from[next] = fromSurplus
		next++
	}
	if code.Flags&snapshot.CodeVarKeywords != 0 {
		c.from[next] = fromKeywords
	}
	for i := range nargs - len(named) {
		switch {
		case i < code.ArgCount:
			c.from[i] = i
		case variadic:
			c.surplus = append(c.surplus, i)
		default:
			return nil, false
		}
	}
	for k, name := range named {
		arg := nargs - len(named) + k
		switch i := b.parameter(code, b.s.Object(name).Str); {
		case i >= 0 && c.from[i] >= 0:
			return nil, false
		case i >= 0:
			c.from[i] = arg
		case code.Flags&snapshot.CodeVarKeywords != 0:
			c.keywords = append(c.keywords, keyword{name, arg})
		default:
			return nil, false
		}
	}
	first := code.ArgCount - len(f.Defaults)
	for i, from := range c.from {
		if from != fromDefault {
			continue
		}
		c.exact = false
		switch {
		case i < first:
			return nil, false
		case i < code.ArgCount:
			c.defaults[i] = f.Defaults[i-first]
		default:
			name, value := b.namedDefault(f, code.LocalsPlusNames[i])
			if value == snapshot.NoObject {
				return nil, false
			}
			c.defaults[i], c.named = value, append(c.named, name)
		}
	}
	return c, true
}

// namedDefault returns the default value of a keyword-only parameter, with the name as an
// object.
func (b *builder) namedDefault(f *snapshot.Function, name string) (key, value snapshot.ID) {
	for i := 0; i < len(f.Named); i += 2 {
		if b.s.Object(f.Named[i]).Str == name {
			return f.Named[i], f.Named[i+1]
		}
	}
	return snapshot.NoObject, snapshot.NoObject
}

// dependBinding records what a call of the bound function itself relies on.
func (b *builder) dependBinding(c *binding) {
	b.dependFunction(c.fn)
	for _, name := range c.named {
		b.dependKey(b.s.Object(c.fn).Function.KwDict, name)
	}
}

// parameter returns the index of a parameter that can be passed by keyword.
func (b *builder) parameter(code *snapshot.Code, name string) int {
	for i := code.PosOnlyArgCount; i < code.ArgCount+code.KwOnlyArgCount; i++ {
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
		b.dependBinding(c)
	}
	v := b.emitObj(hir.CallDirect, c.fn, operands...)
	b.typeMade(v, b.s.Code(b.s.Object(c.fn).Function.Code))
	return v
}

// typeMade gives the call of a function with this code its type. That of a
// generator function makes the generator.
func (b *builder) typeMade(v hir.Value, code *snapshot.Code) {
	switch code.Flags & resumableFlags {
	case snapshot.CodeGenerator:
		b.typed(v, hir.InstanceOf(snapshot.TypeGenerator))
	case snapshot.CodeCoroutine:
		b.typed(v, hir.InstanceOf(snapshot.TypeCoroutine))
	case snapshot.CodeAsyncGenerator:
		b.typed(v, hir.InstanceOf(snapshot.TypeAsyncGenerator))
	}
}

// callMade builds the call of a generator function that was made here, as for a
// generator expression: its code is known, if nobody has assigned another one, so
// that nothing has to be bound.
func (b *builder) callMade(s *site) bool {
	callee := b.unguarded(b.callable(s))
	if b.f.At(callee).Op != hir.MakeFunction || s.kw != snapshot.NoObject || b.within != nil || !b.trusted() {
		return false
	}
	id := b.typeOf(b.f.Arg(callee, 0)).Obj
	args, known := b.arguments(s)
	if id == snapshot.NoObject || b.s.Object(id).Kind != snapshot.KindCode || !known {
		return false
	}
	code := b.s.Code(id)
	if code == nil || !code.Resumable() || len(args) != code.ArgCount || len(args) != code.NumArgs() || len(args) > hir.MaxDirectArgs {
		return false
	}
	b.guardIs(b.typed(b.load(hir.LoadField, hir.HeapOther, b.l.Function.Code, b.callable(s)), hir.TObject), id)
	v := b.emitObj(hir.CallDirect, id, append([]hir.Value{b.callable(s)}, args...)...)
	b.typeMade(v, code)
	b.returned(s, v)
	return true
}

// bound returns the values of the parameters.
func (b *builder) bound(c *binding, args []hir.Value) []hir.Value {
	values := make([]hir.Value, len(c.from))
	for i, from := range c.from {
		switch from {
		case fromDefault:
			values[i] = b.defaultValue(c, i)
		case fromSurplus:
			values[i] = b.surplus(c, args)
		case fromKeywords:
			values[i] = b.emit(hir.NewDict)
			b.filled[values[i]] = len(c.keywords) > 0
			for _, k := range c.keywords {
				b.emit(hir.DictPut, values[i], b.constant(k.name), args[k.arg])
			}
		default:
			values[i] = args[from]
		}
	}
	return values
}

// defaultValue returns the default value of a parameter.
func (b *builder) defaultValue(c *binding, parameter int) hir.Value {
	if c.own == 0 {
		return b.constant(c.defaults[parameter])
	}
	f := b.s.Object(c.fn).Function
	at := int64(parameter - (b.s.Code(f.Code).ArgCount - len(f.Defaults)))
	return b.typed(b.load(hir.LoadField, immutable, b.l.Tuple.Items+pointerSize*at, c.own), hir.TObject)
}

// surplus returns the tuple for *args.
func (b *builder) surplus(c *binding, args []hir.Value) hir.Value {
	if len(c.surplus) == 0 {
		return b.constant(snapshot.EmptyTuple)
	}
	items := make([]hir.Value, len(c.surplus))
	for i, arg := range c.surplus {
		items[i] = args[arg]
	}
	return b.emit(hir.BuildTuple, items...)
}
