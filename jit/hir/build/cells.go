package build

import "github.com/cinderjit/cinderjit/jit/hir"

// pointerSize is the distance of items in arrays of objects.
const pointerSize = 8

func (b *builder) makeCell() {
	i := int(b.in.Arg)
	b.setSlot(i, b.emit(hir.NewCell, b.slot(i)))
}

// copyFreeVars puts the cells of the function's closure into the last slots. A
// function's closure cannot be replaced.
func (b *builder) copyFreeVars() {
	n := int(b.in.Arg)
	closure := b.typed(b.load(hir.LoadField, immutable, b.l.Function.Closure, b.calleeValue()), hir.TTuple)
	for i := range n {
		cell := b.load(hir.LoadField, immutable, b.l.Tuple.Items+int64(i)*pointerSize, closure)
		b.setSlot(b.code.NLocalsPlus-n+i, b.typed(cell, hir.TCell))
	}
}

// cell returns the cell in a slot. MAKE_CELL and COPY_FREE_VARS have put it
// there before.
func (b *builder) cell() hir.Value {
	cell := b.slot(int(b.in.Arg))
	if b.st.inFrame {
		b.typed(cell, hir.TCell)
	}
	return cell
}

func (b *builder) loadDeref() {
	v := b.load(hir.LoadField, hir.HeapField, b.l.Cell.Ref, b.cell())
	b.push(b.guardNotNull(v))
}

func (b *builder) storeDeref() {
	v := b.popObject()
	b.store(hir.SwapField, hir.HeapField, b.l.Cell.Ref, b.cell(), v)
}

func (b *builder) deleteDeref() {
	b.guardNotNull(b.load(hir.LoadField, hir.HeapField, b.l.Cell.Ref, b.cell()))
	b.store(hir.SwapField, hir.HeapField, b.l.Cell.Ref, b.cell(), b.nullValue())
}

func (b *builder) loadFromDictOrDeref() {
	dict := b.popObject()
	b.push(b.emitImm(hir.LoadFromDictOrDeref, int64(b.in.Arg), dict, b.cell()))
	b.check()
}
