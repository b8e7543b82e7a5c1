package aarch64_test

import (
	"testing"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// goneByLowering are the opcodes that no function has after the passes.
var goneByLowering = map[hir.Op]bool{hir.OpInvalid: true}

// walkFunc makes a function around one instruction of the given opcode.
func walkFunc(op hir.Op) *hir.Func {
	f := hir.NewFunc(testSnapshot(2))
	f.NumLocals = 2
	emit := func(op hir.Op, args ...hir.Value) hir.Value {
		v := f.Append(0, op, args...)
		in := f.At(v)
		if op.Info().HasFS() {
			in.FS = f.NewFrameState(hir.FrameState{Offset: 4, Locals: make([]hir.Value, 2)})
		}
		return v
	}
	o := emit(hir.Param)
	operand := func(kind byte) hir.Value {
		switch kind {
		case 'n':
			return emit(hir.LoadField, o)
		case 'i':
			return emit(hir.LongUnbox, o)
		case 'f':
			return emit(hir.FloatUnbox, o)
		case 'b':
			return emit(hir.IsNull, o)
		case 'p':
			return emit(hir.LoadPtr, o)
		}
		return o
	}
	info := op.Info()
	var args []hir.Value
	for i := 0; i < len(info.Args); i++ {
		if info.Args[i] == '*' {
			for range 2 {
				args = append(args, operand(info.Args[i-1]))
			}
			continue
		}
		args = append(args, operand(info.Args[i]))
	}
	finish := func(v hir.Value) {
		emit(hir.LeaveFrame)
		emit(hir.Return, v)
	}
	obj := func(v hir.Value) {
		if !info.UsesObj {
			return
		}
		switch op {
		case hir.CallDirect:
			f.At(v).Obj = testFunction
		case hir.CallCO, hir.CallCFast:
			f.At(v).Obj = testMethod
		case hir.CallCNoArgs, hir.CallCFastKw:
			f.At(v).Obj = testNative
		case hir.CallVector:
			f.At(v).Obj = testNames
		default:
			f.At(v).Obj = testClass
		}
	}
	switch op {
	case hir.Phi:
		// A diamond that merges two objects.
		c := emit(hir.IsNull, o)
		emit(hir.Branch, c)
		for range 3 {
			f.NewBlock()
		}
		f.Link(0, 1)
		f.Link(0, 2)
		f.Append(1, hir.Jump)
		f.Append(2, hir.Jump)
		f.Link(1, 3)
		f.Link(2, 3)
		n := f.New(hir.Null)
		f.At(n).Block = 1
		f.Blocks[1].Instrs = append([]hir.Value{n}, f.Blocks[1].Instrs...)
		v := f.Append(3, hir.Phi, n, o)
		lf := f.Append(3, hir.LeaveFrame)
		f.At(lf).FS = f.NewFrameState(hir.FrameState{Offset: 4, Locals: make([]hir.Value, 2)})
		f.Append(3, hir.Return, v)
	case hir.Jump, hir.Branch:
		emit(op, args...)
		for b := range hir.BlockID(1 + len(args)) {
			f.NewBlock()
			f.Link(0, b+1)
			f.Append(b+1, hir.Unreachable)
		}
	case hir.Entries, hir.Sent:
		// A call and a frame that is resumed meet.
		emit(hir.Entries)
		for range 3 {
			f.NewBlock()
		}
		f.Link(0, 1)
		f.Link(0, 2)
		f.Append(1, hir.Jump)
		f.Append(2, hir.ResumePoint)
		slot := hir.Value(0)
		if op == hir.Sent {
			slot = f.Append(2, hir.Sent)
		} else {
			slot = f.Append(2, hir.LoadSlot)
		}
		f.Append(2, hir.Jump)
		f.Link(1, 3)
		f.Link(2, 3)
		v := f.Append(3, hir.Phi, o, slot)
		lf := f.Append(3, hir.LeaveFrame)
		f.At(lf).FS = f.NewFrameState(hir.FrameState{Offset: 4, Locals: make([]hir.Value, 2)})
		f.Append(3, hir.Return, v)
	case hir.SecondResult, hir.UnpackedItem:
		maker := hir.LoadMethod
		if op == hir.UnpackedItem {
			maker, args = hir.UnpackSequence, nil
		}
		m := emit(maker, o)
		f.At(m).Imm, f.At(m).Obj = 3, testNames
		if op == hir.SecondResult {
			args = []hir.Value{m}
		}
		finish(emit(op, args...))
	default:
		v := emit(op, args...)
		obj(v)
		switch op {
		case hir.GuardClasses:
			f.At(v).Imm = f.ClassSet([]snapshot.ID{testClass, snapshot.TypeInt, snapshot.TypeStr})
		case hir.FillFrame, hir.LinkFrame:
			f.Inlines = append(f.Inlines, hir.Inline{Fn: testFunction, Code: f.Snap.Root, NumLocals: 2})
			f.At(v).Inline = 1
		case hir.EvalBreaker, hir.Decref, hir.LeaveFrame:
			f.Blocks[0].Loop = 1 // else the eval breaker has no cold path
			*f.Extension(v) = hir.Ext{Owned: []hir.Value{o}, Stale: []hir.SlotValue{{Slot: 1, Value: o}}, SetIP: true}
		}
		if info.UsesImm && op != hir.Param && op != hir.GuardClasses {
			f.At(v).Imm = 1
		}
		switch {
		case info.Terminator:
		case info.Virtual:
			f.At(emit(hir.GuardType, o)).Obj = testClass
			f.Frames[len(f.Frames)-1].Locals = []hir.Value{v, 0}
			finish(o)
		case f.At(v).Type.IsObject():
			finish(v)
		case f.At(v).Type.Is(hir.BitCInt):
			b := emit(hir.LongBox, v)
			finish(b)
		case f.At(v).Type.Is(hir.BitCFloat):
			b := emit(hir.FloatBox, v)
			finish(b)
		case f.At(v).Type.Is(hir.BitCBool):
			if op == hir.IntCmp {
				emit(hir.GuardTrue, v) // a second use: the condition has to be a value
			}
			finish(emit(hir.BoolBox, v))
		default:
			finish(o)
		}
	}
	return f
}

// TestEveryOpcode compiles each HIR opcode on its own.
func TestEveryOpcode(t *testing.T) {
	for op := range hir.NumOps {
		if goneByLowering[op] {
			continue
		}
		t.Run(op.String(), func(t *testing.T) {
			for _, spill := range []bool{false, true} {
				cfg := aarch64.Registers()
				cfg.SpillEverything = spill
				c := compileFunc(t, walkFunc(op), cfg)
				if len(c.obj.Text) == 0 || c.obj.Frame >= uint32(len(c.obj.Text)) {
					t.Error("no code")
				}
				again := compileFunc(t, walkFunc(op), cfg)
				if string(again.obj.Encode()) != string(c.obj.Encode()) {
					t.Error("a second compilation differs")
				}
			}
		})
	}
}

// TestEveryLIROpcode checks that each LIR opcode is documented and comes out of
// some HIR opcode.
func TestEveryLIROpcode(t *testing.T) {
	seen := map[lir.Op]bool{
		lir.OpInvalid: true,
	}
	add := func(f *hir.Func) {
		for _, in := range lir.Lower(f, &aarch64.Convention).Instrs {
			seen[in.Op] = true
		}
	}
	for op := range hir.NumOps {
		if !goneByLowering[op] {
			add(walkFunc(op))
		}
	}
	// Immediate forms.
	for _, op := range []hir.Op{hir.IntAdd, hir.IntAnd, hir.IntOr, hir.IntXor, hir.IntShl, hir.IntSar, hir.IntAddOvf} {
		f := walkFunc(op)
		for v := range f.Instrs {
			if in := f.At(hir.Value(v)); in.Op == op {
				c := f.New(hir.CInt)
				f.At(c).Imm = 3
				f.Blocks[0].Instrs = append([]hir.Value{c}, f.Blocks[0].Instrs...)
				f.SetArg(hir.Value(v), 1, c)
				break
			}
		}
		add(f)
	}
	for op := range lir.NumOps {
		if info := op.Info(); info.Name == "" || info.Doc == "" {
			t.Errorf("opcode %d has no name or no documentation", op)
		}
		if !seen[op] {
			t.Errorf("nothing is lowered to %s", op)
		}
	}
}
