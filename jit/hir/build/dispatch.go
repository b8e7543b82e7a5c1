package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// handler builds the code of the present instruction. It finds the state before
// the instruction in builder.st and leaves the one after it there, or ends the
// block.
type handler func(*builder)

// handlers has what builds each instruction, by its base form. It is filled
// from the tables beside the handlers.
var handlers [bytecode.NumOps]handler

// subjects are the tables of the handlers.
var subjects = []struct {
	name  string
	table map[bytecode.Op]handler
}{
	{"Local variables and cells", localHandlers},
	{"Constants", constantHandlers},
	{"The operand stack", stackHandlers},
	{"Control flow", controlHandlers},
	{"Operators and comparisons", arithHandlers},
	{"Attributes", attrHandlers},
	{"Names and imports", globalHandlers},
	{"Calls", callHandlers},
	{"Containers", containerHandlers},
	{"Iteration", iterHandlers},
	{"Functions and classes", functionHandlers},
	{"Strings", textHandlers},
	{"Patterns", matchHandlers},
	{"Exceptions", exceptionHandlers},
	{"Generators and coroutines", generatorHandlers},
	{"Asynchronous loops", asyncHandlers},
}

func init() {
	for _, subject := range subjects {
		for op, h := range subject.table {
			if handlers[op] != nil {
				panic("build: two handlers for " + op.String())
			}
			handlers[op] = h
		}
	}
}

// quiet instructions only move values about: they need no Snapshot, unless the
// instruction before has let something die.
var quiet = map[bytecode.Op]bool{
	bytecode.OpLoadFast: true, bytecode.OpLoadFastBorrow: true, bytecode.OpLoadFastLoadFast: true,
	bytecode.OpLoadFastBorrowLoadFastBorrow: true, bytecode.OpLoadConst: true,
	bytecode.OpLoadSmallInt: true, bytecode.OpLoadCommonConstant: true, bytecode.OpPushNull: true,
	bytecode.OpCopy: true, bytecode.OpSwap: true, bytecode.OpNop: true, bytecode.OpNotTaken: true,
}

// releases reports whether values may die in the instruction. That happens before
// the next one looks at locals, which destructors may change.
func releases(in *bytecode.Instr) bool {
	return !quiet[in.Base] && in.Info().Semantics().Pops.At(in.Arg) > 0
}

// What an instruction passes besides stack values to the HIR opcode that does
// all of its work.
const (
	plain    = 0
	withArg  = 1 << iota // Imm is the oparg
	withName             // Obj is the name
	reversed             // the operands are in the order from the top down
	pushes               // the result goes onto the stack
)

// generic returns the handler of an instruction that one HIR opcode does
// completely, given the n values on top of the stack.
func generic(op hir.Op, n int, how int) handler {
	return func(b *builder) { b.generic(op, n, how) }
}

// counted is generic with the number of values in the oparg.
func counted(op hir.Op, how int) handler {
	return func(b *builder) { b.generic(op, b.in.Info().Semantics().Pops.At(b.in.Arg), how) }
}

func (b *builder) generic(op hir.Op, n int, how int) {
	args := b.popObjects(n)
	if how&reversed != 0 {
		for i, j := 0, n-1; i < j; i, j = i+1, j-1 {
			args[i], args[j] = args[j], args[i]
		}
	}
	v := b.emit(op, args...)
	if how&withArg != 0 {
		b.f.At(v).Imm = int64(b.in.Arg)
	}
	if how&withName != 0 {
		b.f.At(v).Obj = b.name()
	}
	if how&pushes != 0 {
		b.push(v)
	}
	if op.Info().Observable {
		b.check()
	}
}

// name returns the str object that the oparg names.
func (b *builder) name() snapshot.ID { return b.code.Names[b.in.NameIndex()] }

// slot returns the value of a slot, which may be NULL.
func (b *builder) slot(i int) hir.Value {
	if b.st.inFrame {
		return b.emitImm(hir.LoadLocal, int64(i))
	}
	return b.st.locals[i]
}

// setSlot gives a slot a value, which may be NULL.
func (b *builder) setSlot(i int, v hir.Value) {
	if b.st.inFrame {
		b.emitImm(hir.SwapLocal, int64(i), v)
		b.inLocal[i] = source(b.inLocal[i], v)
		return
	}
	b.st.setLocal(i, v)
}

// local returns the value of a slot that the compiler knows to be bound.
func (b *builder) local(i int) hir.Value {
	if b.st.inFrame {
		b.fs()
	}
	v := b.slot(i)
	if b.typeOf(v).MayBe(hir.BitNull) {
		b.fs()
		v = b.guardNotNull(v)
	}
	return v
}

var localHandlers = map[bytecode.Op]handler{
	bytecode.OpLoadFast:                     (*builder).loadFast,
	bytecode.OpLoadFastBorrow:               (*builder).loadFast,
	bytecode.OpLoadFastCheck:                (*builder).loadFast,
	bytecode.OpLoadFastLoadFast:             (*builder).loadFastPair,
	bytecode.OpLoadFastBorrowLoadFastBorrow: (*builder).loadFastPair,
	bytecode.OpLoadFastAndClear:             (*builder).loadFastAndClear,
	bytecode.OpStoreFast:                    (*builder).storeFast,
	bytecode.OpStoreFastLoadFast:            (*builder).storeFastLoadFast,
	bytecode.OpStoreFastStoreFast:           (*builder).storeFastStoreFast,
	bytecode.OpDeleteFast:                   (*builder).deleteFast,
	bytecode.OpMakeCell:                     (*builder).makeCell,
	bytecode.OpCopyFreeVars:                 (*builder).copyFreeVars,
	bytecode.OpLoadDeref:                    (*builder).loadDeref,
	bytecode.OpStoreDeref:                   (*builder).storeDeref,
	bytecode.OpDeleteDeref:                  (*builder).deleteDeref,
	bytecode.OpLoadFromDictOrDeref:          (*builder).loadFromDictOrDeref,
}

var constantHandlers = map[bytecode.Op]handler{
	bytecode.OpLoadConst:          func(b *builder) { b.push(b.constant(b.code.Consts[b.in.Arg])) },
	bytecode.OpLoadSmallInt:       (*builder).loadSmallInt,
	bytecode.OpLoadCommonConstant: (*builder).loadCommonConstant,
}

var stackHandlers = map[bytecode.Op]handler{
	bytecode.OpNop:      func(*builder) {},
	bytecode.OpNotTaken: func(*builder) {},
	bytecode.OpPushNull: func(b *builder) { b.push(b.nullValue()) },
	bytecode.OpPopTop:   func(b *builder) { b.pop() },
	bytecode.OpPopIter:  func(b *builder) { b.pop() },
	bytecode.OpEndFor:   func(b *builder) { b.pop() },
	bytecode.OpCopy:     func(b *builder) { b.push(b.peek(int(b.in.Arg))) },
	bytecode.OpSwap: func(b *builder) {
		s := b.st.stack
		i, j := len(s)-1, len(s)-int(b.in.Arg)
		s[i], s[j] = s[j], s[i]
	},
}

func (b *builder) loadFast() { b.push(b.local(int(b.in.Arg))) }

func (b *builder) loadFastPair() {
	first, second := b.in.LocalPair()
	x, y := b.local(first), b.local(second)
	b.push(x)
	b.push(y)
}

func (b *builder) loadFastAndClear() {
	i := int(b.in.Arg)
	if b.st.inFrame {
		b.push(b.emitImm(hir.SwapLocal, int64(i), b.nullValue()))
		b.inLocal[i] = source(b.inLocal[i], b.nullValue())
		return
	}
	b.push(b.st.locals[i])
	b.st.setLocal(i, b.nullValue())
}

func (b *builder) storeFast() { b.setSlot(int(b.in.Arg), b.popObject()) }

func (b *builder) storeFastLoadFast() {
	first, second := b.in.LocalPair()
	b.setSlot(first, b.popObject())
	b.push(b.local(second))
}

func (b *builder) storeFastStoreFast() {
	first, second := b.in.LocalPair()
	b.setSlot(first, b.popObject())
	b.setSlot(second, b.popObject())
}

func (b *builder) deleteFast() {
	b.local(int(b.in.Arg))
	b.setSlot(int(b.in.Arg), b.nullValue())
	b.settleSoon()
}

func (b *builder) loadSmallInt() {
	id, _ := snapshot.SmallInt(int64(b.in.Arg))
	b.push(b.constant(id))
}

func (b *builder) loadCommonConstant() {
	b.push(b.constant([...]snapshot.ID{
		bytecode.CommonAssertionError:      snapshot.TypeAssertionError,
		bytecode.CommonNotImplementedError: snapshot.TypeNotImplementedError,
		bytecode.CommonTuple:               snapshot.TypeTuple,
		bytecode.CommonAll:                 snapshot.FuncAll,
		bytecode.CommonAny:                 snapshot.FuncAny,
	}[b.in.Arg]))
}
