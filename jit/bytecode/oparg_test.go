package bytecode

import "testing"

func TestOpargText(t *testing.T) {
	sym := &Symbols{
		Locals: []string{"a", "b", "c"},
		Names:  []string{"first", "second"},
		Consts: []string{"None", "'text'"},
	}
	for _, k := range []struct {
		op   Op
		arg  int32
		want string
	}{
		{OpLoadFast, 1, "b"},
		{OpStoreDeref, 2, "c"},
		{OpLoadFastLoadFast, 0x12, "b, c"},
		{OpStoreFastStoreFast, 0x20, "c, a"},
		{OpLoadConst, 1, "'text'"},
		{OpLoadConst, 9, "const9"},
		{OpLoadFast, 9, "local9"},
		{OpLoadName, 9, "name9"},
		{OpLoadName, 1, "second"},
		{OpLoadGlobal, 2, "second"},
		{OpLoadGlobalModule, 3, "second + NULL"},
		{OpLoadAttr, 0, "first"},
		{OpLoadAttrMethodNoDict, 1, "first + NULL|self"},
		{OpLoadSuperAttr, 4, "second"},
		{OpLoadSuperAttr, 7, "second + NULL|self"},
		{OpBinaryOp, 0, "+"},
		{OpBinaryOp, 13, "+="},
		{OpBinaryOp, 25, "^="},
		{OpBinaryOp, 26, "[]"},
		{OpBinaryOp, 27, "binary(27)"},
		{OpCompareOp, 2, "<"},
		{OpCompareOp, 72, "=="},
		{OpCompareOp, 5<<5 | 16 | 12, "bool(>=)"},
		{OpCompareOp, 6 << 5, "compare(6)"},
		{OpContainsOp, 1, "not"},
		{OpIsOp, 0, ""},
		{OpCallIntrinsic1, 3, "INTRINSIC_STOPITERATION_ERROR"},
		{OpCallIntrinsic2, 1, "INTRINSIC_PREP_RERAISE_STAR"},
		{OpCallIntrinsic2, 6, "6"},
		{OpLoadSpecial, 3, "__aexit__"},
		{OpLoadCommonConstant, 4, "any"},
		{OpConvertValue, 2, "repr"},
		{OpSetFunctionAttribute, 8, "closure"},
		{OpSetFunctionAttribute, 16, "annotate"},
		{OpSetFunctionAttribute, 3, "attribute(3)"},
		{OpResume, 0, "start"},
		{OpResume, 5, "after yield shallow"},
		{OpUnpackEx, 0x201, "1 before, 2 after"},
		{OpBuildInterpolation, 11, "repr with spec"},
		{OpCall, 2, ""},
		{OpLoadSmallInt, 200, ""},
	} {
		in := Instr{Op: k.op, Base: k.op.Base(), Arg: k.arg}
		if got := in.ArgString(sym); got != k.want {
			t.Errorf("%s %d: %q, not %q", k.op, k.arg, got, k.want)
		}
	}
	in := Instr{Op: OpLoadFastLoadFast, Base: OpLoadFastLoadFast, Arg: 0x12}
	if got := in.ArgString(nil); got != "local1, local2" {
		t.Errorf("without symbols: %q", got)
	}
}

// The mask in the oparg of COMPARE_OP says for which outcomes the operator is
// true, so it follows from the operator. CPython computes it.
func TestCompareMask(t *testing.T) {
	outcomes := map[CompareKind]OutcomeMask{
		CompareLT: OutcomeLess,
		CompareLE: OutcomeLess | OutcomeEqual,
		CompareEQ: OutcomeEqual,
		CompareNE: OutcomeUnordered | OutcomeLess | OutcomeGreater,
		CompareGT: OutcomeGreater,
		CompareGE: OutcomeGreater | OutcomeEqual,
	}
	seen := map[CompareKind]bool{}
	for _, o := range readSample(t, "testdata/sample.txt") {
		instrs, err := Decode(o.code)
		if err != nil {
			t.Fatal(err)
		}
		for i := range instrs {
			if instrs[i].Base != OpCompareOp {
				continue
			}
			c := instrs[i].Compare()
			seen[c.Kind] = true
			if c.Mask != outcomes[c.Kind] {
				t.Errorf("%s at %d: %s has the mask %d", o.name, instrs[i].Offset, c.Kind, c.Mask)
			}
		}
	}
	if len(seen) != len(outcomes) {
		t.Errorf("only %d operators in the sample", len(seen))
	}
}

func TestBinaryKinds(t *testing.T) {
	for k := range numBinaryKinds {
		plain := k.Plain()
		if plain.Inplace() || k.Inplace() != (k != plain) {
			t.Errorf("%s is in place: %t", k, k.Inplace())
		}
		if k.Inplace() && k.String() != plain.String()+"=" {
			t.Errorf("%s is the in-place form of %s", k, plain)
		}
	}
	if BinarySubscript.Inplace() || BinarySubscript.Plain() != BinarySubscript {
		t.Error("subscript is no augmented assignment")
	}
}
