package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

var controlHandlers = map[bytecode.Op]handler{
	bytecode.OpResume:                  (*builder).resumeFrame,
	bytecode.OpReturnValue:             (*builder).returnValue,
	bytecode.OpJumpForward:             func(b *builder) { b.flow(b.bytecodeBlock().Taken) },
	bytecode.OpJumpBackward:            (*builder).jumpBackward,
	bytecode.OpJumpBackwardNoInterrupt: func(b *builder) { b.flow(b.bytecodeBlock().Taken) },
	bytecode.OpPopJumpIfTrue:           func(b *builder) { b.popJump(true, b.truth(b.pop())) },
	bytecode.OpPopJumpIfFalse:          func(b *builder) { b.popJump(false, b.truth(b.pop())) },
	bytecode.OpPopJumpIfNone:           func(b *builder) { b.popJump(true, b.isNone()) },
	bytecode.OpPopJumpIfNotNone:        func(b *builder) { b.popJump(false, b.isNone()) },
	bytecode.OpUnaryNot:                func(b *builder) { b.push(b.emit(hir.BoolNot, b.truth(b.pop()))) },
	bytecode.OpToBool:                  (*builder).toBool,
	bytecode.OpIsOp:                    (*builder).isOp,
	bytecode.OpRaiseVarargs:            (*builder).raiseVarargs,
}

// exceptionHandlers are the instructions of exception handlers, and of code that
// suspends: there the interpreter goes on.
var exceptionHandlers = map[bytecode.Op]handler{
	bytecode.OpPushExcInfo:     (*builder).pushExcInfo,
	bytecode.OpPopExcept:       (*builder).popExcept,
	bytecode.OpReraise:         (*builder).reraise,
	bytecode.OpCheckExcMatch:   (*builder).checkExcMatch,
	bytecode.OpCheckEgMatch:    (*builder).checkEgMatch,
	bytecode.OpWithExceptStart: (*builder).withExceptStart,
	bytecode.OpCleanupThrow:    (*builder).deopt,
	bytecode.OpReturnGenerator: (*builder).deopt,
	bytecode.OpExitInitCheck:   (*builder).deopt,
	bytecode.OpInterpreterExit: (*builder).deopt,
}

// bytecodeBlock returns the bytecode block of the present instruction.
func (b *builder) bytecodeBlock() *bytecode.Block { return b.bc.Block(b.at) }

// resumeFrame serves the eval breaker where a call begins. A generator is not
// entered at all while it is set.
func (b *builder) resumeFrame() {
	// A call that is inlined is served at the next loop or entry.
	if at, _ := b.in.Resume(); at == bytecode.ResumeAtStart && !b.code.Resumable() && b.within == nil {
		b.breaker(b.resume)
	}
}

func (b *builder) returnValue() {
	if b.within != nil {
		b.returnInlined()
		return
	}
	b.peekObject(1)
	b.settle(b.in.Start / 2)
	fs := b.frameState(b.in.Start / 2)
	leave := hir.LeaveFrame
	if b.code.Resumable() {
		leave = hir.LeaveGenerator
	}
	b.f.At(b.raw(leave)).FS = fs
	b.raw(hir.Return, b.pop())
	b.cur = noBlock
}

// jumpBackward serves the eval breaker as the interpreter does at the end of
// loops.
func (b *builder) jumpBackward() {
	to := b.bytecodeBlock().Taken
	b.breaker(b.bc.Instrs[b.bc.Block(to).Begin].Start / 2)
	b.flow(to)
}

// popJump ends the block with a branch; the bytecode jumps when cond is equal
// to taken.
func (b *builder) popJump(taken bool, cond hir.Value) {
	bb := b.bytecodeBlock()
	yes, no := bb.Taken, bb.Next
	if !taken {
		yes, no = no, yes
	}
	first, second := b.branch(cond)
	if h, ok := b.feedback(snapshot.BranchHistory); ok {
		// The history starts as an alternating pattern.
		switch {
		case h.Value&0xffff == 0:
			b.cold(first, taken)
			b.cold(second, !taken)
		case h.Value&0xffff == 0xffff:
			b.cold(first, !taken)
			b.cold(second, taken)
		}
	}
	b.arrive(first, yes)
	b.arrive(second, no)
}

func (b *builder) cold(id hir.BlockID, is bool) {
	if is {
		b.f.Blocks[id].Cold = true
	}
}

// arrive lets control go from an HIR block to a bytecode block.
func (b *builder) arrive(from hir.BlockID, to bytecode.BlockID) {
	b.cur = from
	b.flow(to)
}

// truth returns a bool, or a bool object, as a bool of the machine.
func (b *builder) truth(v hir.Value) hir.Value {
	if b.typeOf(v).Is(hir.BitCBool) {
		return v
	}
	if b.f.At(v).Op == hir.BoolBox {
		return b.f.Arg(v, 0)
	}
	return b.emit(hir.BoolUnbox, v)
}

func (b *builder) isNone() hir.Value {
	return b.same(b.popObject(), b.constant(snapshot.None))
}

func (b *builder) isOp() {
	args := b.popObjects(2)
	c := hir.CondEQ
	if b.in.Inverted() {
		c = hir.CondNE
	}
	b.push(b.compare(hir.PtrCmp, c, args[0], args[1]))
}

// toBool converts the top of the stack to a bool, by what is known about its
// class, from the value itself or from what the interpreter has seen.
func (b *builder) toBool() {
	v := b.peek(1)
	if b.typeOf(v).Is(hir.BitCBool) {
		return
	}
	class := b.typeOf(v).ExactClass()
	if class == snapshot.NoObject && b.trusted() {
		class = b.specialisedFor()
		if f, ok := b.feedback(snapshot.TruthAlways); ok {
			b.dependType(f.Type)
			b.guardType(v, f.Type)
			b.pop()
			b.push(b.boolConstant(true))
			return
		}
	}
	if r := b.truthOf(v, class); r != 0 {
		b.pop()
		b.push(r)
		return
	}
	if class == snapshot.NoObject && b.truthOfSeveral() {
		return
	}
	b.truthOfAny()
}

// truthOfAny asks any object.
func (b *builder) truthOfAny() {
	b.push(b.emit(hir.IsTrue, b.pop()))
	b.check()
}

// truthOf returns the truth value of an instance of a class, 0 if it takes a call
// to know.
func (b *builder) truthOf(v hir.Value, class snapshot.ID) hir.Value {
	switch class {
	case snapshot.TypeBool:
		return b.truth(b.guardType(v, class))
	case snapshot.TypeNone:
		if b.typeOf(v).ExactClass() != class {
			b.guardIs(v, snapshot.None)
		}
		return b.boolConstant(false)
	case snapshot.TypeInt:
		v = b.guardType(v, class)
		if b.typeOf(v).Is(hir.BitSmallLong) {
			return b.compare(hir.IntCmp, hir.CondNE, b.emit(hir.LongUnbox, v), b.cint(0))
		}
		// The number of digits stands above the sign in the tag.
		tag := b.load(hir.LoadI64, hir.HeapOther, b.l.Int.Tag, v)
		return b.compare(hir.IntCmp, hir.CondUGE, tag, b.cint(1<<b.l.Int.SizeShift))
	case snapshot.TypeList, snapshot.TypeTuple:
		return b.nonZero(hir.HeapSize, b.l.Object.VarSize, b.guardType(v, class))
	case snapshot.TypeStr:
		return b.nonZero(hir.HeapOther, b.l.Str.Length, b.guardType(v, class))
	case snapshot.TypeDict:
		return b.nonZero(hir.HeapDict, b.l.Dict.Used, b.guardType(v, class))
	case snapshot.TypeFunction:
		return b.boolConstant(true)
	}
	if b.alwaysTrue(class) {
		b.guardType(v, class)
		return b.boolConstant(true)
	}
	return 0
}

// alwaysTrue reports whether instances of a class made at run time have neither a
// truth value of their own nor a length.
func (b *builder) alwaysTrue(class snapshot.ID) bool {
	c := b.s.Class(class)
	return class > snapshot.NumWellKnown && c != nil && !b.opts.IgnoreFeedback && b.known(class) && c.Traits&(snapshot.TraitBool|snapshot.TraitLen) == 0
}

// hasKnownTruth reports whether truthOf knows the class.
func (b *builder) hasKnownTruth(class snapshot.ID) bool {
	switch class {
	case snapshot.TypeBool, snapshot.TypeNone, snapshot.TypeInt, snapshot.TypeList, snapshot.TypeTuple, snapshot.TypeStr,
		snapshot.TypeDict, snapshot.TypeFunction:
		return true
	}
	return b.alwaysTrue(class)
}

func (b *builder) nonZero(region hir.Heap, offset int64, base hir.Value) hir.Value {
	return b.compare(hir.IntCmp, hir.CondNE, b.load(hir.LoadI64, region, offset, base), b.cint(0))
}

// raiseVarargs always raises.
func (b *builder) raiseVarargs() {
	args := append(b.popObjects(int(b.in.Arg)), b.nullValue(), b.nullValue())
	b.emit(hir.RaiseVarargs, args[:2]...)
	b.raw(hir.Unreachable)
	b.cur = noBlock
}
