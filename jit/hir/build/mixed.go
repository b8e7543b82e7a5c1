package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// mixedNumbers builds an arithmetic instruction one of whose operands was now an
// int and now a float, while the other is known to be one of them: once for
// each. It reports whether the site is like that.
func (b *builder) mixedNumbers(operation func()) bool {
	place := b.mixedOperand()
	if place == 0 {
		return false
	}
	numbers := []snapshot.Feedback{{Type: snapshot.TypeFloat}, {Type: snapshot.TypeInt}}
	ways := b.dispatch(b.peek(place), numbers, func(snapshot.Feedback) bool {
		operation()
		return true
	})
	b.mergeBehind(ways)
	return true
}

// mixedOperand returns the place on the stack of the operand that is an int or
// a float, 0 if there is none.
func (b *builder) mixedOperand() int {
	if b.opts.IgnoreFeedback || b.trusted() {
		return 0
	}
	for _, class := range b.failures() {
		if !isNumber(class) {
			return 0
		}
	}
	x, y := b.typeOf(b.peek(2)), b.typeOf(b.peek(1))
	switch {
	case unknownNumber(x) && isNumber(y.ExactClass()):
		return 2
	case unknownNumber(y) && isNumber(x.ExactClass()):
		return 1
	}
	return 0
}

func isNumber(class snapshot.ID) bool {
	return class == snapshot.TypeInt || class == snapshot.TypeFloat
}

// unknownNumber reports whether values of t can be both ints and floats.
func unknownNumber(t hir.Type) bool {
	return t.ExactClass() == snapshot.NoObject && t.MayBe(hir.BitLong) && t.MayBe(hir.BitFloat)
}
