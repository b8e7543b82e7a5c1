package bytecode

import (
	"strings"
	"testing"
)

// What one row of the table says fits together.
func TestTableIsComplete(t *testing.T) {
	if len(Ops()) != len(table) {
		t.Errorf("%d opcodes of %d rows", len(Ops()), len(table))
	}
	for _, in := range Ops() {
		fail := func(what string) { t.Helper(); t.Errorf("%s: %s", in.Name, what) }
		if !strings.HasSuffix(in.Doc, ".") || len(in.Doc) < 8 {
			fail("not documented")
		}
		if op, ok := Lookup(in.Name); !ok || op != in.Op || op.String() != in.Name || op.Info() != in {
			fail("not found by name")
		}
		base := in.Semantics()
		if base.Base != base.Op {
			fail("base is not a base form")
		}
		hasBase := in.Kind == Specialized || in.Kind == Instrumented && in.Op != OpInstrumentedLine && in.Op != OpInstrumentedInstruction
		if (in.Base != in.Op) != hasBase || hasBase && base.Kind != Plain {
			fail("kind and base disagree")
		}
		if hasBase && (base.Caches != in.Caches || base.Arg != in.Arg || base.Flow != in.Flow) {
			fail("length, oparg or flow differ from those of the base form")
		}
		if (in.Kind == Pseudo) != (in.Op >= 256) || (in.Kind == Pseudo) != (len(in.Targets()) > 0) {
			fail("kind and number disagree")
		}
		for i := range in.targets {
			if op := in.Targets()[i]; op.String() != in.targets[i] {
				fail("unknown target")
			}
		}
		for _, k := range []struct {
			flag Flags
			kind []ArgKind
		}{
			{HasConst, []ArgKind{ArgConst}},
			{HasName, []ArgKind{ArgName, ArgNameAndBit, ArgNameAndTwoBits}},
			{HasJump, []ArgKind{ArgForward, ArgBackward, ArgOrigin}},
			{HasLocal | HasFree, []ArgKind{ArgLocal, ArgLocalPair, ArgDeref}},
		} {
			is := false
			for _, kind := range k.kind {
				is = is || in.Arg == kind
			}
			// CPython flags base forms only, and not its SETUP_* ones.
			if in.Kind == Plain && is != (in.Flags&k.flag != 0) {
				fail("flags " + in.Flags.String() + " do not fit the oparg")
			}
		}
		if in.Kind == Plain && (in.Arg != ArgNone) != (in.Flags&HasArg != 0) {
			fail("oparg without a meaning")
		}
		jumps := in.Arg == ArgForward || in.Arg == ArgBackward
		if in.Kind != Pseudo && jumps != (in.Flow == FlowBranch || in.Flow == FlowJump) {
			fail("flow does not fit the oparg")
		}
		if in.Flags&(EntersFrame|SkipsNext) != 0 && in.Kind != Specialized {
			fail("flag for specialised forms only")
		}
		end := uint8(1)
		for _, c := range in.Layout {
			if c.Unit < end || c.Unit+c.Width > in.Caches+1 || (c.Width != 1 && c.Width != 2 && c.Width != 4) {
				fail("cache field " + c.Field.String() + " out of place")
			}
			end = c.Unit + c.Width
		}
	}
}

// A specialised form does to the stack what its base form does, for the opargs
// with which it occurs.
func TestSpecializedStackEffects(t *testing.T) {
	opargs := map[Op][]int32{
		OpCallLen: {1}, OpCallListAppend: {1}, OpCallStr1: {1}, OpCallTuple1: {1}, OpCallType1: {1}, OpCallIsinstance: {2},
		OpLoadAttrMethodLazyDict: {1}, OpLoadAttrMethodNoDict: {1}, OpLoadAttrMethodWithValues: {1},
		OpLoadAttrNondescriptorNoDict: {0}, OpLoadAttrNondescriptorWithValues: {0},
		OpLoadAttrProperty: {0}, OpLoadAttrGetattributeOverridden: {0},
		OpLoadSuperAttrAttr: {0, 2}, OpLoadSuperAttrMethod: {1, 3},
		OpUnpackSequenceTwoTuple: {2},
	}
	n := 0
	for _, in := range Ops() {
		if in.Kind != Specialized {
			continue
		}
		args := opargs[in.Op]
		if args == nil {
			args = []int32{0, 1, 2, 3, 4, 5, 9}
		}
		base := in.Semantics()
		for _, arg := range args {
			n++
			if in.Pops.At(arg) != base.Pops.At(arg) {
				t.Errorf("%s %d pops %d, its base %d", in.Name, arg, in.Pops.At(arg), base.Pops.At(arg))
			}
			got, want := in.Pushes.At(arg), base.Pushes.At(arg)
			switch {
			case in.Op == OpLoadAttrGetattributeOverridden:
				// CPython's table has the result there, although a frame is entered.
			case in.Flags&EntersFrame != 0:
				want-- // the result comes when the frame returns
			case in.Flags&SkipsNext != 0:
				want-- // the following instruction took it
			}
			if got != want {
				t.Errorf("%s %d pushes %d, expected %d", in.Name, arg, got, want)
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d cases", n)
	}
}

func TestUnknownOpcodes(t *testing.T) {
	known := map[Op]bool{}
	for _, in := range Ops() {
		known[in.Op] = true
	}
	for op := Op(0); op < NumOps+10; op++ {
		if known[op] {
			continue
		}
		if op.Info().Kind != Invalid || !strings.HasPrefix(op.String(), "<") {
			t.Errorf("%d is %s, %s", op, op, op.Info().Kind)
		}
	}
	if _, ok := Lookup("NO_SUCH_OPCODE"); ok {
		t.Error("found what does not exist")
	}
}
