package aarch64_test

import (
	"encoding/binary"
	"fmt"
	"testing"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
)

// lastArgument is a function that returns its last argument.
func lastArgument(t *testing.T, n int) (compiled, *hir.Func) {
	return lastArgumentAfter(t, n, "")
}

// lastArgumentAfter does something with it, v1, before.
func lastArgumentAfter(t *testing.T, n int, before string) (compiled, *hir.Func) {
	text := fmt.Sprintf("func locals=%d\nb0:\n  v1:Object = Param %d\n%s  LeaveFrame fs1{9 [%s] (v1)}\n  Incref v1\n  Return v1\n",
		n, n-1, before, manyZeros(n))
	f, err := hir.Parse(text, testSnapshot(n))
	if err != nil {
		t.Fatal(err)
	}
	return compileFunc(t, f, aarch64.Registers()), f
}

func manyZeros(n int) string {
	s := ""
	for range n {
		s += "- "
	}
	return s
}

// TestEntries calls functions through each of their entries.
func TestEntries(t *testing.T) {
	var m emulator
	arg := func(i int) uint64 { return objectAddress(testClass) + 64*uint64(i+1) }
	registers := aarch64.Convention.RegisterArgs()
	for _, n := range []int{1, 2, 3, 4, 5, 6, registers, registers + 1, hir.MaxDirectArgs, hir.MaxDirectArgs + 1} {
		c, f := lastArgument(t, n)
		var heap []image
		var args []uint64
		array := image{argsBase, make([]byte, 8*n)}
		for i := range n {
			heap = append(heap, image{arg(i), intObject(1000+int64(i), 1)})
			args = append(args, arg(i))
			array.set64(argsBase+8*uint64(i), arg(i))
		}
		returned := func(t *testing.T, o *outcome) {
			t.Helper()
			if o.X0 != arg(n-1) || o.result[0] != 2 {
				t.Errorf("%d arguments: result %#x with %d references, want %#x", n, o.X0, o.result[0], arg(n-1))
			}
		}
		base := emulation{name: fmt.Sprintf("%d arguments", n), c: c, heap: append(heap, array), snap: f.Snap, check: returned}
		frame := base
		frame.entry, frame.args, frame.inFrame = c.obj.Frame, args, true
		m.calls = append(m.calls, frame)
		if n > registers {
			// The runner passes no more than these.
			if (c.obj.Direct == object.None) != (n > hir.MaxDirectArgs) || c.obj.Vectorcall == object.None {
				t.Errorf("direct entry %#x and vectorcall entry %#x for %d arguments", c.obj.Direct, c.obj.Vectorcall, n)
			}
			continue
		}
		direct := base
		direct.entry, direct.args = c.obj.Direct, args
		m.calls = append(m.calls, direct)
		for _, v := range []struct {
			nargs, kwnames uint64
			bound          bool
		}{
			{uint64(n), 0, false},
			{uint64(n) | 1<<63, 0, false},
			{uint64(n) + 1, 0, true},
			{uint64(n) - 1, 0, true},
			{uint64(n), 1, true},
		} {
			e := base
			e.entry = c.obj.Vectorcall
			e.args = []uint64{objectAddress(testFunction), argsBase, v.nargs, v.kwnames}
			if v.bound {
				e.responses = []response{{id: 1<<20 + stubBind, ret0: 77}}
				e.check = func(t *testing.T, o *outcome) {
					want := [8]uint64{objectAddress(testFunction), argsBase, v.nargs, v.kwnames, recordBase + 64*uint64(testCode)}
					if o.X0 != 77 || len(o.events) != 1 || [5]uint64(o.events[0].Args[:5]) != [5]uint64(want[:5]) {
						t.Errorf("%d arguments: result %#x, events %x", n, o.X0, o.events)
					}
				}
			}
			m.calls = append(m.calls, e)
		}
	}
	m.run(t)
}

// TestSlowEntry checks that a call goes to the run time, with everything as it
// was, when something is missing.
func TestSlowEntry(t *testing.T) {
	var m emulator
	c, f := lastArgument(t, 2)
	calling, _ := lastArgumentAfter(t, 2, "  v2:Object = UnaryNegative v1 fs2{3 [- -] (v1)}\n  Decref v2\n")
	l := &f.Snap.Layout.Thread
	for _, s := range []struct {
		name  string
		off   int64
		value uint64
		size  int
		slow  bool
		c     compiled
	}{
		{"enough", l.RecursionLeft, 1, 4, false, c},
		{"no recursion left", l.RecursionLeft, 0, 4, true, c},
		{"data stack is full", l.DataStackLimit, dataStack + 8, 8, true, c},
		{"data stack just fits", l.DataStackLimit, dataStack + 8*uint64(f.Snap.Code(testCode).FrameSize), 8, false, c},
		{"data stack lacks a word", l.DataStackLimit, dataStack + 8*uint64(f.Snap.Code(testCode).FrameSize) - 8, 8, true, c},
		{"machine stack is full", l.StackSoftLimit, 1 << 62, 8, true, calling},
		{"machine stack is full, but nothing is called", l.StackSoftLimit, 1 << 62, 8, false, c},
	} {
		patch := image{threadBase + uint64(s.off), make([]byte, s.size)}
		if s.size == 4 {
			binary.LittleEndian.PutUint32(patch.data, uint32(s.value))
		} else {
			binary.LittleEndian.PutUint64(patch.data, s.value)
		}
		args := []uint64{objectAddress(testClass), objectAddress(testList)}
		e := emulation{name: s.name, c: s.c, entry: s.c.obj.Direct, args: args, snap: f.Snap, unchecked: true,
			heap: []image{patch, {args[0], intObject(5, 1)}, {args[1], intObject(6, 1)}}}
		e.responses = []response{{id: 1<<20 + stubSlow, ret0: 77}}
		e.check = func(t *testing.T, o *outcome) {
			if !s.slow {
				if o.X0 != args[1] || len(o.events) != 0 {
					t.Errorf("%s: result %#x, events %x", s.name, o.X0, o.events)
				}
				return
			}
			if o.X0 != 77 || len(o.events) != 1 || o.events[0].Args[0] != objectAddress(testFunction) || o.events[0].Args[1] != args[0] || o.events[0].Args[2] != args[1] {
				t.Errorf("%s: result %#x, events %x", s.name, o.X0, o.events)
			}
			if top := binary.LittleEndian.Uint64(o.threadState[l.DataStackTop:]); top != dataStack {
				t.Errorf("%s: data stack top %#x", s.name, top)
			}
			if left := binary.LittleEndian.Uint32(o.threadState[l.RecursionLeft:]); s.off != l.RecursionLeft && left != 100 {
				t.Errorf("%s: recursion left %d", s.name, left)
			}
		}
		m.calls = append(m.calls, e)
	}
	m.run(t)
}

// TestResumeEntry enters a function with a frame whose slots own their
// references, borrow them, or are empty, and at its landing.
func TestResumeEntry(t *testing.T) {
	f, err := hir.Parse(`func locals=2
b0:
  v1:Object = Param 0
  v2:Object = Param 1
  v3:Null = Null
  Entries b1 b2
b1: preds b0
  Incref v2
  Jump b3
b2: preds b0
  ResumePoint 6
  v4:Nullable = LoadSlot 0
  v5:Nullable = LoadSlot 1
  Decref v4
  v6:Object = GuardNotNull v5 fs1{6 [v3 v5] ()} owned(v5)
  Jump b3
b3: preds b1 b2
  v7:Object = Phi v2, v6
  LeaveFrame fs2{9 [v3 v7] (v7)}
  Return v7
`, testSnapshot(2))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(); err != nil {
		t.Fatal(err)
	}
	c := compileFunc(t, f, aarch64.Registers())
	if len(c.obj.Resumes) != 1 || c.obj.Resumes[0].Offset != 6 {
		t.Fatalf("resume entries %v", c.obj.Resumes)
	}
	var m emulator
	object := func(i int) uint64 { return objectAddress(testClass) + 64*uint64(i+1) }
	heap := []image{{object(0), intObject(1000, 5)}, {object(1), intObject(1001, 5)}}
	slots := func(name string, entry uint32, first, second uint64, counts ...uint64) {
		m.calls = append(m.calls, emulation{
			name: name, c: c, snap: f.Snap, heap: heap, entry: entry, inFrame: true, asGiven: true, args: []uint64{first, second},
			watch: []uint64{object(0), object(1)},
			check: func(t *testing.T, o *outcome) {
				for i, want := range counts {
					if got := o.watched[i] & 0xffffffff; o.X0 != object(1) || got != want {
						t.Errorf("%s: result %#x, %d references to object %d, want %d", name, o.X0, got, i, want)
					}
				}
			},
		})
	}
	resume := c.obj.Resumes[0].Code
	slots("call", c.obj.Frame, object(0), object(1), 5, 6)
	slots("owned", resume, object(0), object(1), 4, 5)
	slots("borrowed", resume, object(0)|1, object(1)|1, 5, 6)
	slots("empty", resume, 1, object(1), 5, 5)
	m.run(t)
}
