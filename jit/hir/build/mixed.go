package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// mixedNumbers builds an arithmetic instruction whose operands were now ints and
// now floats: once for each class of an operand that can be both. It reports
// whether the site is like that.
func (b *builder) mixedNumbers(operation func()) bool {
	place := b.mixedOperand()
	if place == 0 {
		return false
	}
	numbers := []snapshot.Feedback{{Type: snapshot.TypeFloat}, {Type: snapshot.TypeInt}}
	ways := b.dispatch(b.peek(place), numbers, func(snapshot.Feedback) bool {
		if !b.mixedNumbers(operation) {
			operation()
		}
		return true
	})
	b.mergeBehind(ways)
	return true
}

// mixedOperand returns the place on the stack of an operand that is an int or a
// float, 0 if there is none. Where nothing is known of either, both are as soon
// as guards have failed for both classes.
func (b *builder) mixedOperand() int {
	if b.opts.IgnoreFeedback || b.trusted() {
		return 0
	}
	seen := b.failures()
	for _, class := range seen {
		if !isNumber(class) {
			return 0
		}
	}
	both := slices.Contains(seen, snapshot.TypeInt) && slices.Contains(seen, snapshot.TypeFloat) ||
		b.in.Info().Kind == bytecode.Specialized
	x, y := b.typeOf(b.peek(2)), b.typeOf(b.peek(1))
	switch {
	case unknownNumber(x) && isNumber(y.ExactClass()):
		return 2
	case unknownNumber(y) && isNumber(x.ExactClass()):
		return 1
	case both && unknownNumber(x) && unknownNumber(y):
		return 2
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
