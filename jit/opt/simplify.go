package opt

import (
	"math"
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Simplify replaces instructions by simpler equal ones: guards of what is
// known, unboxing of what was just boxed, arithmetic and comparisons of
// constants, branches on constants. It visits blocks in reverse post-order and
// rewrites operands as it goes, so that chains fold in one pass.
func Simplify(f *hir.Func) {
	s := simplifier{f: f, w: newForwarding(f)}
	folded := false
	for _, b := range f.ComputeOrder().RPO {
		for _, v := range f.Blocks[b].Instrs {
			s.w.args(f, v)
			if r := s.simplify(v); r != 0 && r != v {
				s.w.replace(v, r)
				f.At(v).Dead = true
			}
		}
		folded = s.foldBranch(b) || folded
	}
	if folded {
		removeUnreachable(f) // passes do not see what never runs, and need not know what it needs
	}
	s.w.apply(f)
	filter(f)
}

type simplifier struct {
	f *hir.Func
	w *forwarding
}

// simplify returns the value that v equals, v itself after changing it in
// place, or 0. Guards that always hold are marked Dead.
func (s *simplifier) simplify(v hir.Value) hir.Value {
	f := s.f
	in := f.At(v)
	switch in.Op {
	case hir.GuardType, hir.GuardClasses, hir.GuardIs, hir.GuardFunction, hir.GuardNotNull, hir.GuardCompact, hir.GuardTrue, hir.GuardFalse:
		return s.guard(v)
	case hir.LongUnbox, hir.FloatUnbox, hir.BoolUnbox, hir.LongBox, hir.BoolNot:
		return s.conversion(v)
	case hir.IntAdd, hir.IntSub, hir.IntMul, hir.IntAnd, hir.IntOr, hir.IntXor, hir.IntCmp:
		return s.integer(v)
	case hir.FloatAdd, hir.FloatSub, hir.FloatMul, hir.FloatDiv:
		return s.float(v)
	case hir.PtrCmp, hir.IsNull, hir.IsFunction:
		return s.identity(v)
	case hir.StrEq:
		return s.characters(v)
	case hir.IsTrue:
		return s.truth(v)
	case hir.Const:
		if in.Type == hir.TObject {
			in.Type = hir.TypeOfObject(f.Snap, in.Obj)
		}
	}
	return 0
}

func (s *simplifier) guard(v hir.Value) hir.Value {
	f := s.f
	in := f.At(v)
	a := f.Arg(v, 0)
	t := f.At(a).Type
	switch in.Op {
	case hir.GuardType:
		if !t.MayBe(hir.BitNull) && t.ExactClass() == in.Obj {
			return a
		}
	case hir.GuardClasses:
		if !t.MayBe(hir.BitNull) && slices.Contains(f.ClassSets[in.Imm], t.ExactClass()) {
			return a
		}
	case hir.GuardIs, hir.GuardFunction:
		if t.Obj == in.Obj && !t.MayBe(hir.BitNull) {
			return a
		}
	case hir.GuardNotNull:
		if t.Bits != 0 && !t.MayBe(hir.BitNull) {
			return a
		}
	case hir.GuardCompact:
		if t.Is(hir.BitSmallLong) {
			return a
		}
	case hir.GuardTrue, hir.GuardFalse:
		if c, ok := s.boolean(a); ok && c == (in.Op == hir.GuardTrue) {
			in.Dead = true
		} else if f.At(a).Op == hir.BoolNot {
			in.Op = hir.GuardTrue + hir.GuardFalse - in.Op
			f.SetArg(v, 0, f.Arg(a, 0))
		}
	}
	return 0
}

func (s *simplifier) conversion(v hir.Value) hir.Value {
	f := s.f
	in := f.At(v)
	a := f.Arg(v, 0)
	src := f.At(s.strip(a))
	switch in.Op {
	case hir.LongUnbox:
		if src.Op == hir.LongBox {
			return f.Arg(s.strip(a), 0)
		}
		if n, ok := s.longConstant(a); ok {
			return s.toInt(v, n, hir.TCInt)
		}
	case hir.FloatUnbox:
		if src.Op == hir.FloatBox {
			return f.Arg(s.strip(a), 0)
		}
		if id := f.At(a).Type.Obj; id != 0 && f.Snap.Object(id).Kind == snapshot.KindFloat {
			s.toFloat(v, f.Snap.Object(id).Float)
			return v
		}
	case hir.BoolUnbox:
		if src.Op == hir.BoolBox {
			return f.Arg(s.strip(a), 0)
		}
		if id := f.At(a).Type.Obj; id == snapshot.True || id == snapshot.False {
			return s.toInt(v, b2i(id == snapshot.True), hir.TCBool)
		}
	case hir.LongBox:
		if n, ok := s.integerConstant(a); ok && -hir.CompactLimit < n && n < hir.CompactLimit && in.Type.Bits != hir.BitSmallLong {
			in.Type = hir.Type{Bits: hir.BitSmallLong, Class: snapshot.TypeInt}
			return v
		}
	case hir.BoolNot:
		if src.Op == hir.BoolNot {
			return f.Arg(a, 0)
		}
		if c, ok := s.boolean(a); ok {
			return s.toInt(v, b2i(!c), hir.TCBool)
		}
		if src.Op == hir.IntCmp || src.Op == hir.PtrCmp {
			args := f.Args(a, nil)
			in.Op, in.Aux = src.Op, uint8(invert(hir.Cond(src.Aux)))
			f.SetArgs(v, args...)
			return v
		}
	}
	return 0
}

// invert returns the condition that holds when c does not, for operands that
// are ordered.
func invert(c hir.Cond) hir.Cond {
	return [...]hir.Cond{hir.CondLT: hir.CondGE, hir.CondLE: hir.CondGT, hir.CondEQ: hir.CondNE, hir.CondNE: hir.CondEQ,
		hir.CondGT: hir.CondLE, hir.CondGE: hir.CondLT, hir.CondULT: hir.CondUGE, hir.CondUGE: hir.CondULT}[c]
}

// strip follows guards to the value that they guard.
func (s *simplifier) strip(v hir.Value) hir.Value {
	for s.f.At(v).Op.Info().Own == hir.OwnAlias {
		v = s.w.resolve(s.f.Arg(v, 0))
	}
	return v
}

func (s *simplifier) integer(v hir.Value) hir.Value {
	f := s.f
	a, b := f.Arg(v, 0), f.Arg(v, 1)
	x, okX := s.integerConstant(a)
	y, okY := s.integerConstant(b)
	in := f.At(v)
	if okX && okY {
		switch in.Op {
		case hir.IntAdd:
			return s.toInt(v, x+y, hir.TCInt)
		case hir.IntSub:
			return s.toInt(v, x-y, hir.TCInt)
		case hir.IntMul:
			return s.toInt(v, x*y, hir.TCInt)
		case hir.IntAnd:
			return s.toInt(v, x&y, hir.TCInt)
		case hir.IntOr:
			return s.toInt(v, x|y, hir.TCInt)
		case hir.IntXor:
			return s.toInt(v, x^y, hir.TCInt)
		case hir.IntCmp:
			return s.toInt(v, b2i(compare(hir.Cond(in.Aux), x, y)), hir.TCBool)
		}
	}
	if okY && y == 0 && (in.Op == hir.IntAdd || in.Op == hir.IntSub || in.Op == hir.IntOr || in.Op == hir.IntXor) {
		return a
	}
	if okX && x == 0 && in.Op == hir.IntAdd {
		return b
	}
	if okX && !okY && (in.Op == hir.IntAdd || in.Op == hir.IntMul || in.Op == hir.IntAnd || in.Op == hir.IntOr || in.Op == hir.IntXor) {
		f.SetArg(v, 0, b) // constants stand right
		f.SetArg(v, 1, a)
		return v
	}
	return 0
}

func (s *simplifier) float(v hir.Value) hir.Value {
	x, okX := s.floatConstant(s.f.Arg(v, 0))
	y, okY := s.floatConstant(s.f.Arg(v, 1))
	if !okX || !okY {
		return 0
	}
	switch s.f.At(v).Op {
	case hir.FloatAdd:
		x += y
	case hir.FloatSub:
		x -= y
	case hir.FloatMul:
		x *= y
	case hir.FloatDiv:
		if y == 0 {
			return 0
		}
		x /= y
	}
	s.toFloat(v, x)
	return v
}

func (s *simplifier) identity(v hir.Value) hir.Value {
	f := s.f
	in := f.At(v)
	if in.Op == hir.IsNull {
		t := f.At(f.Arg(v, 0)).Type
		if t.Is(hir.BitNull) || t.Bits != 0 && t.IsObject() && !t.MayBe(hir.BitNull) {
			return s.toInt(v, b2i(t.Is(hir.BitNull)), hir.TCBool)
		}
		return 0
	}
	if in.Op == hir.IsFunction {
		t := f.At(f.Arg(v, 0)).Type
		if t.Obj != snapshot.NoObject {
			return s.toInt(v, b2i(t.Obj == in.Obj), hir.TCBool)
		}
		return 0
	}
	a, b := s.strip(f.Arg(v, 0)), s.strip(f.Arg(v, 1))
	ta, tb := f.At(f.Arg(v, 0)).Type, f.At(f.Arg(v, 1)).Type
	eq := hir.Cond(in.Aux) == hir.CondEQ
	switch {
	case a == b || ta.Obj != 0 && ta.Obj == tb.Obj && ta.Bits == tb.Bits:
		return s.toInt(v, b2i(eq), hir.TCBool)
	case ta.Bits != 0 && tb.Bits != 0 && ta.IsObject() && tb.IsObject() && ta.Bits&tb.Bits == 0:
		return s.toInt(v, b2i(!eq), hir.TCBool)
	}
	return 0
}

// characters compares one character of a str with a constant by identity: those
// below 256 have one object each, which subscripts give.
func (s *simplifier) characters(v hir.Value) hir.Value {
	f := s.f
	in := f.At(v)
	for k := range 2 {
		subscript := f.At(s.strip(f.Arg(v, k))).Op
		if (subscript == hir.StrItem || subscript == hir.StrSubscr) && s.isCharacter(f.At(f.Arg(v, 1-k)).Type.Obj) {
			in.Op, in.Aux = hir.PtrCmp, uint8(hir.CondEQ)
			return v
		}
	}
	return 0
}

// isCharacter reports whether an object is the one str of a character below
// 256. Interning such a str gives that object, and it is what makes a str
// immortal.
func (s *simplifier) isCharacter(id snapshot.ID) bool {
	if id == snapshot.NoObject {
		return false
	}
	o := s.f.Snap.Object(id)
	text := []rune(o.Str)
	return o.Kind == snapshot.KindStr && o.Immortal() && len(text) == 1 && text[0] < 256
}

// truth replaces the truth value of objects whose class answers without
// running code.
func (s *simplifier) truth(v hir.Value) hir.Value {
	f := s.f
	a := f.Arg(v, 0)
	t := f.At(a).Type
	if t.Is(hir.BitNone) {
		return s.toInt(v, 0, hir.TCBool)
	}
	if t.Is(hir.BitBool) {
		in := f.At(v)
		in.Op, in.FS = hir.BoolUnbox, 0
		return v
	}
	return 0
}

// foldBranch turns a branch on a constant into a jump, and reports whether it did.
func (s *simplifier) foldBranch(b hir.BlockID) bool {
	f := s.f
	t := f.Terminator(b)
	if t == 0 || f.At(t).Op != hir.Branch {
		return false
	}
	cond := f.Arg(t, 0)
	if f.At(cond).Op == hir.BoolNot {
		f.SetArg(t, 0, f.Arg(cond, 0))
		blk := &f.Blocks[b]
		blk.Succs[0], blk.Succs[1] = blk.Succs[1], blk.Succs[0]
		cond = f.Arg(t, 0)
	}
	c, ok := s.boolean(cond)
	if !ok {
		return false
	}
	blk := &f.Blocks[b]
	keep, drop := blk.Succs[0], blk.Succs[1]
	if !c {
		keep, drop = drop, keep
	}
	f.At(t).Op = hir.Jump
	f.SetArgs(t)
	blk.Succs = []hir.BlockID{keep}
	removeEdge(f, drop, predIndex(f, drop, b))
	return true
}

func (s *simplifier) integerConstant(v hir.Value) (int64, bool) {
	in := s.f.At(v)
	return in.Imm, in.Op == hir.CInt && in.Type.Is(hir.BitCInt)
}

func (s *simplifier) boolean(v hir.Value) (value, known bool) {
	in := s.f.At(v)
	return in.Imm != 0, in.Op == hir.CInt && in.Type.Is(hir.BitCBool)
}

func (s *simplifier) floatConstant(v hir.Value) (float64, bool) {
	in := s.f.At(v)
	return math.Float64frombits(uint64(in.Imm)), in.Op == hir.CFloat
}

func (s *simplifier) longConstant(v hir.Value) (int64, bool) {
	id := s.f.At(v).Type.Obj
	if id == 0 || !s.f.At(v).Type.Is(hir.BitLong) {
		return 0, false
	}
	return hir.IntValue(s.f.Snap, id)
}

// toInt turns v into a machine constant in place.
func (s *simplifier) toInt(v hir.Value, n int64, t hir.Type) hir.Value {
	s.f.SetArgs(v)
	in := s.f.At(v)
	in.Op, in.Imm, in.Type, in.FS, in.Aux = hir.CInt, n, t, 0, 0
	return v
}

func (s *simplifier) toFloat(v hir.Value, x float64) {
	s.f.SetArgs(v)
	in := s.f.At(v)
	in.Op, in.Imm, in.Type, in.FS = hir.CFloat, int64(math.Float64bits(x)), hir.TCFloat, 0
}

func compare(c hir.Cond, x, y int64) bool {
	switch c {
	case hir.CondLT:
		return x < y
	case hir.CondLE:
		return x <= y
	case hir.CondEQ:
		return x == y
	case hir.CondNE:
		return x != y
	case hir.CondGT:
		return x > y
	case hir.CondGE:
		return x >= y
	case hir.CondULT:
		return uint64(x) < uint64(y)
	}
	return uint64(x) >= uint64(y)
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
