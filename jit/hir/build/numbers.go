package build

import (
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// numberKinds are the integers in arrays, by the formats of module array that
// have the same size everywhere this compiler has a target for. Format d is the
// double.
var numberKinds = map[int64]hir.NumberKind{
	'b': hir.Int8, 'B': hir.Uint8, 'h': hir.Int16, 'H': hir.Uint16, 'i': hir.Int32, 'I': hir.Uint32, 'l': hir.Int64, 'q': hir.Int64,
}

// numbersIn returns what has been seen of the container below the index that is
// at a place of the stack: an array of numbers.
func (b *builder) numbersIn(place int) (snapshot.Feedback, bool) {
	f, ok := b.feedback(snapshot.SubscriptNumbers)
	if !ok || b.elsewhere(place, f.Type) || !b.mayBeIndex(b.peek(1)) {
		return f, false
	}
	_, integer := numberKinds[f.Value]
	return f, integer || f.Value == 'd'
}

// numbers guards the container at a place of the stack and the index on top of it,
// and returns where the numbers are and the index as a machine int. Arrays keep their
// format for life.
func (b *builder) numbers(f snapshot.Feedback, place int) (items, index hir.Value) {
	b.guardType(b.peek(place), f.Type)
	b.guardCompact(b.peek(1))
	array := b.peek(place)
	description := b.load(hir.LoadPtr, immutable, b.l.Array.Description, array)
	format := b.load(hir.LoadU8, immutable, b.l.Array.Format, description)
	b.guardTrue(b.compare(hir.IntCmp, hir.CondEQ, format, b.cint(f.Value)))
	index = b.checkedIndex(hir.HeapSize, array, b.peek(1))
	return b.load(hir.LoadPtr, hir.HeapSize, b.l.Array.Items, array), index
}

// loadNumber builds array[index] for an array of numbers.
func (b *builder) loadNumber() bool {
	f, ok := b.numbersIn(2)
	if !ok {
		return false
	}
	if f.Type == snapshot.TypeBytes {
		b.loadByte()
		return true
	}
	items, index := b.numbers(f, 2)
	var v hir.Value
	if f.Value == 'd' {
		v = b.emit(hir.FloatBox, b.emit(hir.LoadDouble, items, index))
	} else {
		v = b.boxedNumber(numberKinds[f.Value], 0, items, index)
	}
	b.popObjects(2)
	b.push(v)
	return true
}

// boxedNumber returns an integer of an array as an object.
func (b *builder) boxedNumber(kind hir.NumberKind, offset int64, items, index hir.Value) hir.Value {
	n := b.emitImm(hir.LoadNumber, offset, items, index)
	b.f.At(n).Aux = uint8(kind)
	v := b.emit(hir.LongBox, n)
	if kind.Bits() <= int(b.l.Int.DigitBits) {
		b.typed(v, hir.Type{Bits: hir.BitSmallLong, Class: snapshot.TypeInt})
	}
	return v
}

// loadByte builds bytes[index].
func (b *builder) loadByte() {
	b.guardType(b.peek(2), snapshot.TypeBytes)
	b.guardCompact(b.peek(1))
	data := b.peek(2)
	index := b.checkedIndex(immutable, data, b.peek(1))
	v := b.boxedNumber(hir.Uint8, b.l.Bytes.Data, data, index)
	b.popObjects(2)
	b.push(v)
}

// storeNumber builds array[index] = value for an array of numbers; the value
// lies lowest. Ints of one digit fit into every integer that has more bits; the
// range of narrow ones is checked.
func (b *builder) storeNumber() bool {
	f, ok := b.numbersIn(2)
	if !ok || f.Type == snapshot.TypeBytes {
		return false
	}
	value := b.typeOf(b.peek(3))
	if f.Value == 'd' {
		isInt := value.ExactClass() == snapshot.TypeInt
		if value.Is(hir.BitBigLong) || !isInt && value.Bits&hir.BitFloat == 0 {
			return false
		}
		items, index := b.numbers(f, 2)
		b.guardFloatOperand(3, isInt)
		x := b.unboxFloat(b.peek(3))
		b.popObjects(3)
		b.emit(hir.StoreDouble, items, index, x)
		return true
	}
	if !value.MayBe(hir.BitSmallLong) {
		return false
	}
	kind := numberKinds[f.Value]
	items, index := b.numbers(f, 2)
	b.guardCompact(b.peek(3))
	x := b.emit(hir.LongUnbox, b.peek(3))
	switch kind {
	case hir.Int8, hir.Int16:
		half := int64(1) << (kind.Bits() - 1)
		b.guardTrue(b.compare(hir.IntCmp, hir.CondGE, x, b.cint(-half)))
		b.guardTrue(b.compare(hir.IntCmp, hir.CondLT, x, b.cint(half)))
	case hir.Uint8, hir.Uint16:
		b.guardTrue(b.compare(hir.IntCmp, hir.CondULT, x, b.cint(int64(1)<<(kind.Bits()-1))))
	case hir.Uint32:
		b.guardTrue(b.compare(hir.IntCmp, hir.CondGE, x, b.cint(0)))
	}
	b.popObjects(3)
	v := b.emit(hir.StoreNumber, items, index, x)
	b.f.At(v).Aux = uint8(kind)
	return true
}
