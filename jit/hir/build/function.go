package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
)

var functionHandlers = map[bytecode.Op]handler{
	bytecode.OpMakeFunction:         generic(hir.MakeFunction, 1, pushes),
	bytecode.OpSetFunctionAttribute: (*builder).setFunctionAttribute,
	bytecode.OpLoadSpecial:          (*builder).loadSpecial,
}

// setFunctionAttribute leaves the function, which is on top, on the stack.
func (b *builder) setFunctionAttribute() {
	fn := b.popObject()
	attr := b.popObject()
	b.emitImm(hir.SetFunctionAttribute, int64(b.in.Arg), fn, attr)
	b.push(fn)
	b.check()
}

// loadSpecial looks up a method of the with statement.
func (b *builder) loadSpecial() {
	method := b.emitImm(hir.LoadSpecial, int64(b.in.Arg), b.popObject())
	self := b.emit(hir.SecondResult, method)
	b.push(method)
	b.push(self)
	b.check()
}

var textHandlers = map[bytecode.Op]handler{
	bytecode.OpFormatSimple:       (*builder).formatSimple,
	bytecode.OpFormatWithSpec:     generic(hir.FormatWithSpec, 2, pushes),
	bytecode.OpConvertValue:       generic(hir.ConvertValue, 1, withArg|pushes),
	bytecode.OpBuildString:        counted(hir.BuildString, pushes),
	bytecode.OpBuildTemplate:      generic(hir.BuildTemplate, 2, pushes),
	bytecode.OpBuildInterpolation: (*builder).buildInterpolation,
}

// formatSimple leaves strs alone.
func (b *builder) formatSimple() {
	if b.typeOf(b.peekObject(1)).Is(hir.BitStr) {
		return
	}
	b.generic(hir.FormatSimple, 1, pushes)
}

func (b *builder) buildInterpolation() {
	spec := b.nullValue()
	if _, has := b.in.Interpolation(); has {
		spec = b.popObject()
	}
	args := b.popObjects(2)
	b.push(b.emitImm(hir.BuildInterpolation, int64(b.in.Arg), args[0], args[1], spec))
	b.check()
}

var matchHandlers = map[bytecode.Op]handler{
	bytecode.OpMatchMapping:  func(b *builder) { b.matchFlag(b.l.TypeFlag.Mapping) },
	bytecode.OpMatchSequence: func(b *builder) { b.matchFlag(b.l.TypeFlag.Sequence) },
	bytecode.OpMatchClass:    generic(hir.MatchClass, 3, withArg|pushes),
	bytecode.OpMatchKeys:     (*builder).matchKeys,
	bytecode.OpGetLen:        (*builder).getLen,
}

// matchFlag pushes whether the subject's class has a flag.
func (b *builder) matchFlag(flag int64) {
	b.push(b.emitImm(hir.TypeFlag, flag, b.peekObject(1)))
}

// matchKeys keeps the subject and the keys.
func (b *builder) matchKeys() {
	b.push(b.emit(hir.MatchKeys, b.peekObject(2), b.peekObject(1)))
	b.check()
}

func (b *builder) getLen() {
	b.pushLen(b.emit(hir.GetLen, b.peekObject(1)))
}
