package lir

import (
	"fmt"
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// emitTest appends a conditional instruction with the operands of t.
func (l *lowerer) emitTest(op Op, t test) *Instr {
	var in *Instr
	switch t.kind {
	case TestCmp, TestFloat:
		in = l.emit(op, t.a, t.b)
	default:
		in = l.emit(op, t.a)
	}
	in.Test, in.Cond, in.Not, in.W32, in.Imm, in.Sym = t.kind, t.cond, t.not, t.w32, t.imm, t.sym
	return in
}

// branch ends the current block.
func (l *lowerer) branch(t test, yes, no *buildBlock) {
	l.emitTest(Branch, t)
	l.link(yes)
	l.link(no)
}

// nonzero is the test that v is not zero.
func nonzero(v VReg) test { return test{kind: TestImm, cond: NE, a: v} }

// fused reports whether v is a condition that its only user, in the same block,
// evaluates.
func (l *lowerer) fused(v hir.Value) bool {
	in := l.h.At(v)
	switch in.Op {
	case hir.IntCmp, hir.FloatCmp, hir.PtrCmp, hir.IsNull, hir.Failed, hir.BoolNot, hir.BoolUnbox, hir.IsFunction:
	case hir.TypeFlag:
		// It reads memory, so it must not move past anything.
		if !l.nextIs(v, l.uses[v].user) {
			return false
		}
	default:
		return false
	}
	u := l.uses[v]
	if u.count != 1 || u.user == 0 {
		return false
	}
	user := l.h.At(u.user)
	switch user.Op {
	case hir.Branch, hir.GuardTrue, hir.GuardFalse, hir.BoolBox, hir.BoolNot:
		return user.Block == in.Block
	}
	return false
}

// nextIs reports whether instruction w directly follows v in their block.
func (l *lowerer) nextIs(v, w hir.Value) bool {
	ins := l.h.Blocks[l.h.At(v).Block].Instrs
	i := slices.Index(ins, v)
	return i >= 0 && i+1 < len(ins) && ins[i+1] == w
}

// condition returns the test that the CBool v stands for: its own comparison
// when that is fused, else a look at the value.
func (l *lowerer) condition(v hir.Value) test {
	if l.fused(v) {
		return l.comparison(v)
	}
	return test{kind: TestImm, cond: NE, w32: true, a: l.use(v)}
}

var condOf = [...]Cond{hir.CondLT: LT, hir.CondLE: LE, hir.CondEQ: EQ, hir.CondNE: NE, hir.CondGT: GT, hir.CondGE: GE, hir.CondULT: ULT, hir.CondUGE: UGE}

// comparison returns the test that the comparison v makes.
func (l *lowerer) comparison(v hir.Value) test {
	in := l.h.At(v)
	switch in.Op {
	case hir.IntCmp:
		c := condOf[in.Aux]
		a, b := l.h.Arg(v, 0), l.h.Arg(v, 1)
		if k, ok := l.constInt(b); ok {
			return test{kind: TestImm, cond: c, a: l.use(a), imm: k}
		}
		if k, ok := l.constInt(a); ok {
			return test{kind: TestImm, cond: c.Swap(), a: l.use(b), imm: k}
		}
		return test{kind: TestCmp, cond: c, a: l.use(a), b: l.use(b)}
	case hir.FloatCmp:
		return test{kind: TestFloat, cond: condOf[in.Aux], a: l.arg(v, 0), b: l.arg(v, 1)}
	case hir.PtrCmp:
		c := condOf[in.Aux]
		a, b := l.h.Arg(v, 0), l.h.Arg(v, 1)
		if l.isConstPtr(a) {
			a, b = b, a
		}
		switch bi := l.h.At(b); bi.Op {
		case hir.Null:
			return test{kind: TestImm, cond: c, a: l.use(a)}
		case hir.Const:
			return test{kind: TestSym, cond: c, a: l.use(a), sym: l.objectSym(bi.Obj)}
		}
		return test{kind: TestCmp, cond: c, a: l.use(a), b: l.use(b)}
	case hir.IsNull, hir.Failed:
		return test{kind: TestImm, cond: EQ, a: l.arg(v, 0)}
	case hir.BoolNot:
		return l.condition(l.h.Arg(v, 0)).invert()
	case hir.BoolUnbox:
		return test{kind: TestSym, cond: EQ, a: l.arg(v, 0), sym: l.objectSym(snapshot.True)}
	case hir.IsFunction:
		return test{kind: TestSym, cond: EQ, a: l.arg(v, 0), sym: l.identitySym(in.Obj)}
	case hir.TypeFlag:
		t := l.load(Mem64, l.arg(v, 0), l.layout.Object.Type)
		flags := l.load(Mem64, t, l.layout.Type.Flags)
		return test{kind: TestMask, cond: NE, a: flags, imm: in.Imm}
	}
	panic(fmt.Sprintf("lir: %s is no comparison", in.Op))
}

func (l *lowerer) isConstPtr(v hir.Value) bool {
	op := l.h.At(v).Op
	return op == hir.Null || op == hir.Const
}

// constInt returns the value of a machine integer that is a constant.
func (l *lowerer) constInt(v hir.Value) (int64, bool) {
	in := l.h.At(v)
	return in.Imm, in.Op == hir.CInt
}

func lowerComparison(l *lowerer, v hir.Value) {
	l.emitTest(Set, l.comparison(v))
	l.val[v] = l.def(0)
}

func lowerBoolBox(l *lowerer, v hir.Value) {
	t := l.condition(l.h.Arg(v, 0))
	yes, no := l.objectSym(snapshot.True), l.objectSym(snapshot.False)
	if t.kind == TestSym {
		// Select has no room for a third symbol.
		t = test{kind: TestCmp, cond: t.cond, a: t.a, b: l.symbol(t.sym)}
	}
	in := l.emitTest(Select, t)
	in.Sym, in.Sym2 = yes, no
	l.val[v] = l.def(0)
}

func lowerBranch(l *lowerer, v hir.Value) {
	t := l.condition(l.h.Arg(v, 0))
	succs := l.h.Blocks[l.curHIR].Succs
	l.emitTest(Branch, t)
	l.link(l.start[succs[0]], l.phiArgs(succs[0], 0)...)
	l.link(l.start[succs[1]], l.phiArgs(succs[1], 1)...)
}

func lowerEntries(l *lowerer, v hir.Value) {
	l.emit(Entries)
	for _, s := range l.h.Blocks[l.curHIR].Succs {
		l.link(l.start[s])
	}
}

func lowerJump(l *lowerer, v hir.Value) {
	to := l.h.Blocks[l.curHIR].Succs[0]
	// Constants that the phis ask for are materialised before the jump.
	args := l.phiArgs(to, 0)
	l.jump(l.start[to], args...)
}

// phiArgs returns the values that the edge to successor number n of the
// current block passes to the phis of to.
func (l *lowerer) phiArgs(to hir.BlockID, n int) []VReg {
	hb := &l.h.Blocks[to]
	if len(hb.Preds) < 2 {
		return nil
	}
	var args []VReg
	pred := l.predIndex(to, n)
	for _, v := range hb.Instrs {
		if l.h.At(v).Op != hir.Phi {
			break
		}
		if l.uses[v].count != 0 {
			args = append(args, l.use(l.h.Arg(v, pred)))
		}
	}
	return args
}

// predIndex finds the edge in the predecessors of to. When both successors of
// a branch are the same block, the edges come in their order.
func (l *lowerer) predIndex(to hir.BlockID, n int) int {
	skip := 0
	for _, s := range l.h.Blocks[l.curHIR].Succs[:n] {
		if s == to {
			skip++
		}
	}
	for i, p := range l.h.Blocks[to].Preds {
		if p == l.curHIR {
			if skip == 0 {
				return i
			}
			skip--
		}
	}
	panic(fmt.Sprintf("lir: b%d is no predecessor of b%d", l.curHIR, to))
}

// lowerPhi handles the phis that are no block parameters.
func lowerPhi(l *lowerer, v hir.Value) {
	if l.val[v] == 0 && l.uses[v].count != 0 {
		l.val[v] = l.arg(v, 0)
	}
}

func lowerGuardTrue(l *lowerer, v hir.Value) {
	l.guard(v, l.condition(l.h.Arg(v, 0)).invert(), object.ReasonUnexpectedBranch)
}

func lowerGuardFalse(l *lowerer, v hir.Value) {
	l.guard(v, l.condition(l.h.Arg(v, 0)), object.ReasonUnexpectedBranch)
}

func lowerGuardType(l *lowerer, v hir.Value) {
	o := l.arg(v, 0)
	t := l.load(Mem64, o, l.layout.Object.Type)
	l.guard(v, test{kind: TestSym, cond: NE, a: t, sym: l.objectSym(l.h.At(v).Obj)}, object.ReasonGuardType)
	l.val[v] = o
}

// lowerGuardClasses compares the class with one after the other, the most
// frequent first.
func lowerGuardClasses(l *lowerer, v hir.Value) {
	o := l.arg(v, 0)
	t := l.load(Mem64, o, l.layout.Object.Type)
	var set []SymID
	for _, class := range l.h.ClassSets[l.h.At(v).Imm] {
		set = append(set, l.objectSym(class))
	}
	l.f.SymSets = append(l.f.SymSets, set)
	l.guard(v, test{kind: TestSyms, cond: NE, a: t, imm: int64(len(l.f.SymSets) - 1)}, object.ReasonGuardType)
	l.val[v] = o
}

func lowerGuardIs(l *lowerer, v hir.Value) {
	o := l.arg(v, 0)
	l.guard(v, test{kind: TestSym, cond: NE, a: o, sym: l.objectSym(l.h.At(v).Obj)}, object.ReasonGuardValue)
	l.val[v] = o
}

func lowerGuardFunction(l *lowerer, v hir.Value) {
	o := l.arg(v, 0)
	l.guard(v, test{kind: TestSym, cond: NE, a: o, sym: l.identitySym(l.h.At(v).Obj)}, object.ReasonGuardValue)
	l.val[v] = o
}

func lowerGuardNotNull(l *lowerer, v hir.Value) {
	o := l.arg(v, 0)
	l.guard(v, test{kind: TestImm, cond: EQ, a: o}, object.ReasonGuardNull)
	l.val[v] = o
}

func lowerGuardCompact(l *lowerer, v hir.Value) {
	o := l.arg(v, 0)
	tag := l.load(Mem64, o, l.layout.Int.Tag)
	l.guard(v, test{kind: TestImm, cond: UGE, a: tag, imm: l.layout.Int.CompactEnd}, object.ReasonOverflow)
	l.val[v] = o
	l.second[v] = tag
}

func lowerGuardInlineValues(l *lowerer, v hir.Value) {
	valid := l.load(Mem8, l.arg(v, 0), l.h.At(v).Imm+l.layout.Values.Valid)
	l.guard(v, test{kind: TestImm, cond: EQ, a: valid}, object.ReasonGuardFlag)
}
