package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// mathFunctions are functions of module math of one float that are computed on
// machine numbers, by their number in FloatMath.
var mathFunctions = map[string]int64{"math.sin": 0, "math.cos": 1, "math.tan": 2, "math.atan": 3, "math.exp": 4, "math.fabs": 5}

// callMath computes a function of module math where the argument is known or can be
// expected to be a float or an int of one digit. Where CPython would raise
// something the interpreter executes the call.
func (b *builder) callMath(s *site, id snapshot.ID, args []hir.Value) bool {
	o := b.s.Object(id)
	if o.Kind != snapshot.KindBuiltin || len(args) != 1 || !b.trusted() || !b.fromModule(o, "math") {
		return false
	}
	number, ok := mathFunctions[o.Name]
	if !ok && o.Name != "math.sqrt" {
		return false
	}
	t := b.typeOf(args[0])
	switch {
	case t.Is(hir.BitSmallLong), t.Is(hir.BitFloat):
	case t.ExactClass() == snapshot.TypeInt:
		args[0] = b.guardCompact(args[0])
	default:
		return false
	}
	x := b.unboxFloat(args[0])
	var result hir.Value
	if ok {
		result = b.emitImm(hir.FloatMath, number, x)
		b.guardNumber(result)
	} else {
		b.guardTrue(b.compare(hir.FloatCmp, hir.CondGE, x, b.emitImm(hir.CFloat, 0)))
		result = b.emit(hir.FloatSqrt, x)
	}
	v := b.emit(hir.FloatBox, result)
	b.drop(s)
	b.push(v)
	return true
}

// fromModule reports whether a function made in C is one of the named module.
func (b *builder) fromModule(o *snapshot.Object, module string) bool {
	for _, id := range o.Refs {
		if id == snapshot.NoObject {
			continue
		}
		if m := b.s.Object(id); m.Kind == snapshot.KindModule && m.Name == module {
			return true
		}
	}
	return false
}

// guardNumber leaves compiled code when x is NaN.
func (b *builder) guardNumber(x hir.Value) {
	b.guardTrue(b.compare(hir.FloatCmp, hir.CondEQ, x, x))
}
