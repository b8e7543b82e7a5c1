package aarch64_test

import (
	"slices"
	"testing"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Addresses in the behaviour tests.
var (
	argA     = objectAddress(testClass) + 64*1
	argB     = objectAddress(testClass) + 64*2
	objX     = objectAddress(testClass) + 64*3
	objY     = objectAddress(testClass) + 64*4
	layout   = snapshot.Reference().Layout
	frameObj = dataStack + uint64(layout.Frame.FrameObj)
	instrPtr = dataStack + uint64(layout.Frame.InstrPtr)
)

func slot(n int) uint64 { return dataStack + uint64(layout.Frame.LocalsPlus) + 8*uint64(n) }

// otherObject is an instance of the test class with the given reference count.
func otherObject(refs uint64, fields ...uint64) []byte {
	return le(append([]uint64{refs, objectAddress(testClass)}, fields...)...)
}

// behaviour is a function of two arguments, a call of it, and what must come of
// that.
type behaviour struct {
	name      string
	hir       string // the body of b0
	heap      []image
	responses []response
	watch     map[uint64]uint64 // words afterwards

	returns uint64 // when not an exit
	exits   bool
	kind    object.ExitKind
	offset  uint32
	locals  []uint64
	stack   []uint64
	owned   []uint64
	events  []event // id and as many arguments as are not zero
}

var helperID = func(name string) uint64 { return uint64(hir.HelperIndex(name)) }

func behaviours() []behaviour {
	const head = "func locals=4\nb0:\n  v1:Object = Param 0\n  v2:Object = Param 1\n"
	fields := func(at uint64, refs uint64, f ...uint64) image { return image{at, otherObject(refs, f...)} }
	word := func(at, v uint64) image { return image{at, le(v)} }
	leave := "  LeaveFrame fs99{90 [v1 v2 - -] ()}\n"
	observed := func(id uint64, ret uint64) response {
		return response{id: id, ret0: ret, address: frameObj, value: 0xf0b}
	}
	died := func(at uint64) event { return event{ID: eventDied, Args: [8]uint64{at}} }
	calleeStub := region + stubSize*uint64(len(hir.HelperTable)+stubCallee)
	nativeDef := objectAddress(testNative) + 0x4000
	methodDef := objectAddress(testNative) + 0x4100
	decref := head + `  v3:Object = LoadField.field 16 v1
  v4:Nullable = LoadField.field 24 v1
  Decref v3 fs1{5 [v1 v2 v4 -] (v2)} owned(v4) stale(0=v1 2=v4) setip bc=3
` + leave + "  Return v2\n"
	bools := func(op string) string {
		return head + "  v3:CBool = " + op + "\n  v4:Bool = BoolBox v3\n" + leave + "  Return v4\n"
	}
	breaker := "func locals=4\nb0:\n  v1:Object = Param 0\n  v2:Object = Param 1\n  Jump b1\nb1: preds b0 loop=1\n  EvalBreaker fs1{7 [v1 v2 - -] (v2)} owned(v2) stale(1=v2) setip bc=6\n  LeaveFrame fs2{9 [v1 v2 - -] ()}\n  Return v1\n"
	eb := word(threadBase+uint64(layout.Thread.EvalBreaker), 1)
	truth, falsehood := objectAddress(snapshot.True), objectAddress(snapshot.False)
	return []behaviour{
		{name: "decref of a shared object", hir: decref, heap: []image{fields(argA, 1, objX, objY), fields(objX, 5)}, returns: argB, watch: map[uint64]uint64{objX: 4}},
		{name: "decref of an immortal object", hir: decref, heap: []image{fields(argA, 1, objX, objY), fields(objX, 3<<30)}, returns: argB, watch: map[uint64]uint64{objX: 3 << 30}},
		{name: "last decref", hir: decref, heap: []image{fields(argA, 1, objX, objY), fields(objX, 1)}, returns: argB, events: []event{died(objX)},
			watch: map[uint64]uint64{objX: 0, slot(0): argA | 1, slot(2): objY | 1, instrPtr: unitAddress(testCode, 3)}},
		{name: "last decref of an object whose death is observed", hir: decref, heap: []image{fields(argA, 1, objX, objY), fields(objX, 1)},
			responses: []response{observed(eventDied, 0)}, exits: true, kind: object.Observe, offset: 5, stack: []uint64{argB}, owned: []uint64{objY}, events: []event{died(objX)}},
		{name: "counts of null", hir: head + "  v3:Nullable = LoadField.field 16 v1\n  Incref v3\n  Decref v3\n" + leave + "  Return v2\n",
			heap: []image{fields(argA, 1, 0)}, returns: argB},
		{name: "incref", hir: head + "  Incref v2\n" + leave + "  Return v2\n", heap: []image{fields(argB, 7)}, returns: argB, watch: map[uint64]uint64{argB: 8}},
		{name: "incref of an immortal object", hir: head + "  Incref v2\n" + leave + "  Return v2\n", heap: []image{fields(argB, 3<<30)}, returns: argB, watch: map[uint64]uint64{argB: 3 << 30}},
		{name: "a float dies into its free list", hir: head + "  v3:Float = GuardType <float> v1 fs1{1 [v1 v2 - -] ()}\n  Decref v3\n" + leave + "  Return v2\n",
			heap: []image{{argA, floatObject(1.5, 1)}}, returns: argB, watch: map[uint64]uint64{region + 39<<20 + 16: argA, region + 39<<20 + 24: 2}},
		{name: "an int dies into its free list", hir: head + "  v3:SmallLong = GuardCompact v1 fs1{1 [v1 v2 - -] ()}\n  Decref v3\n" + leave + "  Return v2\n",
			heap: []image{{argA, intObject(1000, 1)}}, returns: argB, watch: map[uint64]uint64{region + 39<<20: argA, region + 39<<20 + 8: 2}},

		{name: "helper raises", hir: head + "  SyncSlot 0 v1\n  SyncSlot 1 v2\n  SetIP 3\n  v3:Object = UnaryNegative v2 fs1{3 [v1 v2 - -] (v2)} owned(v1)\n" + leave + "  Return v3\n",
			responses: []response{{id: helperID("unary_negative")}}, exits: true, kind: object.Raise, offset: 3, stack: []uint64{argB}, owned: []uint64{argA},
			events: []event{{ID: helperID("unary_negative"), Args: [8]uint64{argB}}}, watch: map[uint64]uint64{slot(0): argA | 1, slot(1): argB | 1, instrPtr: unitAddress(testCode, 3)}},
		{name: "status raises", hir: head + "  StoreAttr <#6> v1, v2 fs1{3 [v1 v2 - -] (v2)}\n" + leave + "  Return v1\n",
			responses: []response{{id: helperID("store_attr"), ret0: ^uint64(0)}}, exits: true, kind: object.Raise, offset: 3, stack: []uint64{argB},
			events: []event{{ID: helperID("store_attr"), Args: [8]uint64{argA, argB, objectAddress(testNames)}}}},
		{name: "frame is observed by a helper", hir: head + "  v3:Object = UnaryNegative v2 fs1{3 [v1 v2 - -] (v2)}\n  CheckFrame fs2{4 [v1 v2 - -] (v3)} owned(v3)\n" + leave + "  Return v3\n",
			responses: []response{observed(helperID("unary_negative"), objX)}, exits: true, kind: object.Observe, offset: 4, stack: []uint64{objX}, owned: []uint64{objX},
			events: []event{{ID: helperID("unary_negative"), Args: [8]uint64{argB}}}},
		{name: "exhausted iterator", hir: head + "  v3:Nullable = IterNext v2 fs1{3 [v1 v2 - -] (v2)}\n  v4:CBool = IsNull v3\n  v5:Bool = BoolBox v4\n" + leave + "  Return v5\n",
			responses: []response{{id: helperID("iter_next")}}, returns: truth, events: []event{{ID: helperID("iter_next"), Args: [8]uint64{argB}}}},
		{name: "failing iterator", hir: head + "  v3:Nullable = IterNext v2 fs1{3 [v1 v2 - -] (v2)}\n" + leave + "  Return v1\n",
			responses: []response{{id: helperID("iter_next"), ret0: ^uint64(0)}}, exits: true, kind: object.Raise, offset: 3, stack: []uint64{argB}, events: []event{{ID: helperID("iter_next"), Args: [8]uint64{argB}}}},
		{name: "frame object when the function returns", hir: head + "  v3:Object = UnaryNegative v2 fs1{3 [v1 v2 - -] (v2)}\n  LeaveFrame fs2{9 [v1 v2 v3 -] (v3)} stale(0=v1 2=v3) setip bc=8\n  Return v3\n",
			responses: []response{observed(helperID("unary_negative"), objX)}, returns: objX,
			events: []event{{ID: helperID("unary_negative"), Args: [8]uint64{argB}}, {ID: eventLeaveFrame, Args: [8]uint64{dataStack}}},
			watch:  map[uint64]uint64{slot(0): argA | 1, slot(2): objX | 1, instrPtr: unitAddress(testCode, 8)}},

		{name: "eval breaker is not set", hir: breaker, returns: argA},
		{name: "eval breaker goes on", hir: breaker, heap: []image{eb}, returns: argA, events: []event{{ID: eventEvalBreaker}}, watch: map[uint64]uint64{slot(1): argB | 1, instrPtr: unitAddress(testCode, 6)}},
		{name: "eval breaker leaves", hir: breaker, heap: []image{eb}, responses: []response{{id: eventEvalBreaker, ret0: 1}}, exits: true, kind: object.Observe, offset: 7,
			stack: []uint64{argB}, owned: []uint64{argB}, events: []event{{ID: eventEvalBreaker}}},
		{name: "eval breaker raises", hir: breaker, heap: []image{eb}, responses: []response{{id: eventEvalBreaker, ret0: ^uint64(0)}}, exits: true, kind: object.Raise, offset: 6,
			stack: []uint64{argB}, owned: []uint64{argB}, events: []event{{ID: eventEvalBreaker}}},
		{name: "eval breaker is observed", hir: breaker, heap: []image{eb}, responses: []response{observed(eventEvalBreaker, 0)}, exits: true, kind: object.Observe, offset: 7,
			stack: []uint64{argB}, owned: []uint64{argB}, events: []event{{ID: eventEvalBreaker}}},
		{name: "eval breaker at entry", hir: head + "  EvalBreaker fs1{1 [v1 v2 - -] ()} bc=0\n" + leave + "  Return v1\n", heap: []image{eb}, exits: true, kind: object.Deopt, offset: 0,
			locals: []uint64{argA, argB}},

		{name: "call without self", hir: head + "  v3:Null = Null\n  v4:Object = CallVector <-> v1, v3, v2, v1 fs1{3 [v1 v2 - -] ()}\n" + leave + "  Return v4\n",
			responses: []response{{id: helperID("vectorcall"), ret0: objX}}, returns: objX,
			events: []event{{ID: helperID("vectorcall"), Args: [8]uint64{argA, 0, 2 | 1<<63, 0}, Array: [4]uint64{argB, argA}}}},
		{name: "call with self", hir: head + "  v4:Object = CallVector <-> v1, v2, v1 fs1{3 [v1 v2 - -] ()}\n" + leave + "  Return v4\n",
			responses: []response{{id: helperID("vectorcall"), ret0: objX}}, returns: objX,
			events: []event{{ID: helperID("vectorcall"), Args: [8]uint64{argA, 0, 2 | 1<<63, 0}, Array: [4]uint64{argB, argA}}}},
		{name: "call with perhaps a self and a keyword", hir: head + "  v3:Nullable = LoadField.field 16 v1\n  v4:Object = CallVector <#6> v1, v3, v2, v1, v2 fs1{3 [v1 v2 - -] ()}\n" + leave + "  Return v4\n",
			heap: []image{fields(argA, 1, 0)}, responses: []response{{id: helperID("vectorcall_maybe_self"), ret0: objX}}, returns: objX,
			events: []event{{ID: helperID("vectorcall_maybe_self"), Args: [8]uint64{argA, 0, 3, objectAddress(testNames)}, Array: [4]uint64{0, argB, argA, argB}}}},
		{name: "direct call", hir: head + "  v3:Function = Const <#2>\n  v4:Object = CallDirect <#2> v3, v2, v1 fs1{3 [v1 v2 - -] ()}\n" + leave + "  Return v4\n",
			responses: []response{{id: eventDied + stubCallee, ret0: objX}}, returns: objX,
			events: []event{{ID: eventDied + stubCallee, Args: [8]uint64{objectAddress(testFunction), argB, argA}}}},
		{name: "C function of a built-in", hir: head + "  v4:Object = CallCFastKw <#3> v1, v2, v1 fs1{3 [v1 v2 - -] ()}\n" + leave + "  Return v4\n",
			heap:      []image{word(objectAddress(testNative)+uint64(layout.Builtin.Def), nativeDef), word(nativeDef+uint64(layout.MethodDef.Func), calleeStub)},
			responses: []response{{id: eventDied + stubCallee, ret0: objX}}, returns: objX,
			events: []event{{ID: eventDied + stubCallee, Args: [8]uint64{argA, 0, 2, 0}, Array: [4]uint64{argB, argA}}}},
		{name: "C function of a method descriptor fails", hir: head + "  v4:Object = CallCO <#4> v1, v2 fs1{3 [v1 v2 - -] (v2)}\n" + leave + "  Return v4\n",
			heap:      []image{word(objectAddress(testMethod)+uint64(layout.MethodDescr.Def), methodDef), word(methodDef+uint64(layout.MethodDef.Func), calleeStub)},
			responses: []response{{id: eventDied + stubCallee}}, exits: true, kind: object.Raise, offset: 3, stack: []uint64{argB},
			events: []event{{ID: eventDied + stubCallee, Args: [8]uint64{argA, argB}}}},
		{name: "second result", hir: head + "  v3:Object = LoadMethod <#6> v1 fs1{3 [v1 v2 - -] ()}\n  v4:Nullable = SecondResult v3\n" + leave + "  Return v4\n",
			responses: []response{{id: helperID("load_method"), ret0: objX, ret1: objY}}, returns: objY,
			events: []event{{ID: helperID("load_method"), Args: [8]uint64{argA, objectAddress(testNames)}}}},

		{name: "fields", hir: head + `  v3:Nullable = LoadField.field 16 v1
  v4:Nullable = SwapField.field 24 v1, v2
  StoreField.field 32 v1, v4
  v6:CInt = CInt 2
  v7:CPtr = LoadPtr.size 40 v1
  v8:Object = LoadElem 8 v7, v6
  v9:CInt = LoadI32.size 48 v1
  v10:Nullable = SwapElem 0 v7, v9, v3
  StoreI64.size 56 v1, v9
  StoreU8.size 64 v1, v6
` + leave + "  Return v8\n",
			heap:  []image{fields(argA, 1, objX, objY, 0, objX+16, 1|7<<32, 0, 0x1111), fields(objX, 1, 0xa0, 0xa1, 0xa2, 0xa3)},
			watch: map[uint64]uint64{argA + 24: argB, argA + 32: objY, objX + 24: objX, argA + 56: 1, argA + 64: 0x1102}, returns: 0xa3},
		{name: "numbers in arrays", hir: head + `  v3:CInt = CInt 3
  v4:CPtr = LoadPtr.size 16 v1
  v5:CInt = LoadU8.size 24 v1
  v6:CInt = LoadNumber.s8 1 v4, v3
  StoreI64.other 32 v1, v6
  v7:CInt = LoadNumber.s8 0 v4, v5
  StoreI64.other 40 v1, v7
  v8:CInt = LoadNumber.u8 0 v4, v5
  StoreI64.other 48 v1, v8
  v9:CInt = LoadNumber.s16 8 v4, v5
  StoreI64.other 56 v1, v9
  v10:CInt = LoadNumber.u16 8 v4, v5
  StoreI64.other 64 v1, v10
  v11:CInt = LoadNumber.s32 16 v4, v5
  StoreI64.other 72 v1, v11
  v12:CInt = LoadNumber.u32 16 v4, v5
  StoreI64.other 80 v1, v12
  v13:CInt = LoadNumber.s64 24 v4, v5
  StoreI64.other 88 v1, v13
  v14:CFloat = LoadDouble 32 v4, v5
  StoreDouble 40 v4, v5, v14
  StoreNumber.s8 0 v4, v5, v3
  StoreNumber.u16 8 v4, v3, v7
  StoreNumber.s16 8 v4, v5, v3
  StoreNumber.s32 16 v4, v5, v7
  StoreNumber.s64 24 v4, v5, v3
` + leave + "  Return v2\n",
			heap: []image{fields(argA, 1, objX+16, 2, 0, 0, 0, 0, 0, 0, 0, 0),
				fields(objX, 1, 0x25_0081_fe00, 0xfffd_0000_0000, 0, 0x1111_1111_ffff_fffc, 0, ^uint64(8), 0x3ff0_0000_0000_0000, 0)},
			watch: map[uint64]uint64{argA + 32: 0x25, argA + 40: ^uint64(0x7e), argA + 48: 0x81, argA + 56: ^uint64(2), argA + 64: 0xfffd,
				argA + 72: ^uint64(3), argA + 80: 0xffff_fffc, argA + 88: ^uint64(8),
				objX + 16: 0x25_0003_fe00, objX + 24: 0xff81_0003_0000_0000, objX + 40: 0x1111_1111_ffff_ff81, objX + 56: 3, objX + 72: 0x3ff0_0000_0000_0000},
			returns: argB},
		{name: "negative offset", hir: head + "  v3:Nullable = LoadField.field -24 v1\n" + leave + "  Return v3\n", heap: []image{word(argA-24, 0xabc)}, returns: 0xabc},
		{name: "far field", hir: head + "  v3:Nullable = LoadField.field 33000 v1\n" + leave + "  Return v3\n", heap: []image{word(argA+33000, 0xabc)}, returns: 0xabc},

		{name: "identity", hir: bools("PtrCmp.eq v1, v2"), returns: falsehood},
		{name: "difference", hir: bools("PtrCmp.ne v1, v2"), returns: truth},
		{name: "class flag", hir: bools("TypeFlag 256 v1"), heap: []image{fields(argA, 1), word(objectAddress(testClass)+uint64(layout.Type.Flags), 0x100)}, returns: truth},
		{name: "class guard fails", hir: head + "  v3:Long = GuardType <int> v1 fs1{4 [v1 v2 - -] (v1)}\n" + leave + "  Return v3\n", heap: []image{fields(argA, 1)}, exits: true, kind: object.Deopt, offset: 4,
			locals: []uint64{argA, argB}, stack: []uint64{argA}},
	}
}

// TestBehaviour runs what the random functions do not have: reference counts,
// calls, fields, exits of every kind.
func TestBehaviour(t *testing.T) {
	var m emulator
	for _, b := range behaviours() {
		for _, spill := range []bool{false, true} {
			cfg := aarch64.Registers()
			cfg.SpillEverything = spill
			c := compileHIR(t, b.hir, 2, cfg)
			e := emulation{name: b.name, c: c, entry: c.obj.Direct, args: []uint64{argA, argB}, snap: testSnapshot(2),
				heap: b.heap, responses: b.responses}
			for at := range b.watch {
				e.watch = append(e.watch, at)
			}
			slices.Sort(e.watch)
			call := e
			e.check = func(t *testing.T, o *outcome) { b.checkOutcome(t, &call, o) }
			m.calls = append(m.calls, e)
		}
	}
	m.run(t)
}

func (b *behaviour) checkOutcome(t *testing.T, e *emulation, o *outcome) {
	t.Helper()
	for i, at := range e.watch {
		if o.watched[i] != b.watch[at] {
			t.Errorf("%s: word at %#x is %#x, want %#x", b.name, at, o.watched[i], b.watch[at])
		}
	}
	if len(o.events) != len(b.events) {
		t.Errorf("%s: events %x, want %x", b.name, o.events, b.events)
		return
	}
	for i, want := range b.events {
		got := o.events[i]
		if got.ID != want.ID {
			t.Errorf("%s: event %x, want %x", b.name, got, want)
		}
		for k := range want.Args {
			if want.Args[k] != 0 && got.Args[k] != want.Args[k] {
				t.Errorf("%s: event %d: argument %d is %#x, want %#x", b.name, i, k, got.Args[k], want.Args[k])
			}
		}
		if want.Array != [4]uint64{} {
			for k := range want.Array {
				if (want.Array[k] != 0 || k == 0) && got.Array[k] != want.Array[k] {
					t.Errorf("%s: event %d: array[%d] is %#x, want %#x", b.name, i, k, got.Array[k], want.Array[k])
				}
			}
		}
	}
	if b.exits != (o.Exited != 0) {
		t.Errorf("%s: exited %d", b.name, o.Exited)
		return
	}
	if !b.exits {
		if o.X0 != b.returns {
			t.Errorf("%s: result %#x, want %#x", b.name, o.X0, b.returns)
		}
		return
	}
	x := &e.c.obj.Exits[o.Exit]
	if x.Kind != b.kind || x.Frames[0].Offset != b.offset {
		t.Errorf("%s: %s at %d, want %s at %d", b.name, x.Kind, x.Frames[0].Offset, b.kind, b.offset)
	}
	if x.Frames[0].InMemory != (b.kind != object.Deopt) {
		t.Errorf("%s: locals in memory: %v", b.name, x.Frames[0].InMemory)
	}
	compare := func(what string, locs []object.Location, want []uint64) {
		if len(locs) < len(want) {
			t.Errorf("%s: %d values in %s, want %d", b.name, len(locs), what, len(want))
			return
		}
		for i := range want {
			if v, ok := e.locate(o, locs[i]); !ok || v != want[i] {
				t.Errorf("%s: %s %d is %#x, want %#x", b.name, what, i, v, want[i])
			}
		}
	}
	compare("locals", x.Frames[0].Locals, b.locals)
	compare("stack", x.Frames[0].Stack, b.stack)
	compare("owned", x.Owned, b.owned)
}
