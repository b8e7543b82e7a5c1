package aarch64_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// The addresses of the emulated region; runner.c maps it.
const (
	region     = 0x1_0000_0000
	stubSize   = 32
	codeBase   = region + 1<<20
	heapBase   = region + 32<<20 // object id at heapBase + 64*id
	smallInts  = region + 33<<20
	threadBase = region + 34<<20
	dataStack  = region + 35<<20
	dataLimit  = dataStack + 0x4000
	callerBase = region + 36<<20 // frame of the caller
	selfBase   = region + 36<<20 + 0x1000
	recordBase = region + 36<<20 + 0x2000 // CJCode of object id at recordBase + 64*id
	argsBase   = region + 37<<20          // vectorcall arguments
)

// Numbers of the stubs, after those of the helpers, and of the events they cause.
const (
	stubDeopt = iota
	stubDealloc
	stubSlow
	stubBind
	stubCallee
	stubVectorcall = 8 // and the number of parameters
	stubOthers     = 16
)

const (
	eventDied        = 1 << 20
	eventLeaveFrame  = eventDied + 16
	eventEvalBreaker = eventDied + 17
	eventBox         = eventDied + 18
)

// image is a piece of memory at a fixed address.
type image struct {
	at   uint64
	data []byte
}

func (m image) set64(at uint64, v uint64) { binary.LittleEndian.PutUint64(m.data[at-m.at:], v) }
func (m image) set32(at uint64, v uint32) { binary.LittleEndian.PutUint32(m.data[at-m.at:], v) }

func objectAddress(id snapshot.ID) uint64 {
	if v, ok := id.SmallIntValue(); ok {
		return uint64(smallInts + 32*(v-snapshot.MinSmallInt))
	}
	return heapBase + 64*uint64(id)
}

func unitAddress(id snapshot.ID, unit int64) uint64 {
	return objectAddress(id) + 0x10_0000 + 2*uint64(unit)
}

// response is what a helper does at its next call, instead of its default.
type response struct {
	id, ret0, ret1, fret uint64
	address, value       uint64 // stores value there, when address is not 0
}

// event is a call of a helper or stub.
type event struct {
	ID    uint64
	Args  [8]uint64
	FArgs [8]uint64
	Array [4]uint64 // what x1 points to, when that is the stack
}

// outcome is what a call did.
type outcome struct {
	X0, X1, D0  uint64
	Kept        [10]uint64
	KeptD       [8]uint64
	Exited      uint64
	Exit, Self  uint64
	X           [31]uint64
	SP          uint64
	D           [32]uint64
	stack       []byte
	events      []event
	result      [6]uint64 // words at X0, when that is an address in the region
	threadState []byte
	watched     []uint64
}

// emulation is one call of compiled code.
type emulation struct {
	name      string
	c         compiled
	args      []uint64
	entry     uint32 // offset into the text
	inFrame   bool   // the entry is a frame entry
	asGiven   bool   // slots hold the arguments as they are, not borrowed
	heap      []image
	responses []response
	watch     []uint64 // addresses of words to read afterwards
	snap      *snapshot.Snapshot
	check     func(t *testing.T, o *outcome)
	unchecked bool // skip what holds for every call
}

// emulator collects calls and runs them in one process.
type emulator struct{ calls []emulation }

func le(vs ...uint64) []byte {
	var b []byte
	for _, v := range vs {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// text returns the code with its relocations applied.
func (e *emulation) text() []byte {
	text := bytes.Clone(e.c.obj.Text)
	put := func(off uint32, v uint64) { binary.LittleEndian.PutUint64(text[off:], v) }
	call := func(off uint32, stub int) {
		d := int64(region+stubSize*stub) - (codeBase + int64(off))
		w := binary.LittleEndian.Uint32(text[off:])
		binary.LittleEndian.PutUint32(text[off:], w|uint32(d>>2)&0x3ffffff)
	}
	n := len(hir.HelperTable)
	for _, r := range e.c.obj.Relocs {
		switch r.Kind {
		case object.Abs64Object:
			put(r.Offset, objectAddress(snapshot.ID(r.ID))+uint64(r.Addend))
		case object.Abs64CJCode:
			put(r.Offset, recordBase+64*uint64(r.ID))
		case object.Abs64Self:
			put(r.Offset, selfBase)
		case object.Abs64CodeUnit:
			put(r.Offset, unitAddress(snapshot.ID(r.ID), r.Addend))
		case object.Call26Helper:
			call(r.Offset, int(r.ID))
		case object.Call26Stub:
			if args, ok := strings.CutPrefix(r.Symbol, object.StubVectorcall); ok && len(args) == 1 {
				call(r.Offset, n+stubVectorcall+int(args[0]-'0'))
				continue
			}
			call(r.Offset, n+map[string]int{
				object.StubDeopt: stubDeopt, object.StubDealloc: stubDealloc, object.StubDeallocInts: stubDealloc, object.StubSlowEntry: stubSlow,
				object.StubLeaveFrame: stubOthers, object.StubEvalBreaker: stubOthers + 1, object.StubBoxInt: stubOthers + 2,
				object.StubBoxFloat: stubOthers + 3, object.StubFreeInt: stubOthers + 4, object.StubFreeFloat: stubOthers + 5,
			}[r.Symbol])
		}
	}
	return text
}

// machine returns the images of thread state, frames, records and small ints.
func (e *emulation) machine() []image {
	l := e.snap.Layout
	thread := image{threadBase, make([]byte, 0x1000)}
	thread.set64(threadBase+uint64(l.Thread.CurrentFrame), callerBase)
	thread.set32(threadBase+uint64(l.Thread.RecursionLeft), 100)
	thread.set64(threadBase+uint64(l.Thread.DataStackTop), dataStack)
	thread.set64(threadBase+uint64(l.Thread.DataStackLimit), dataLimit)
	frames := image{dataStack, bytes.Repeat([]byte{0xee}, 0x400)}
	if e.inFrame {
		code := e.snap.Code(testCode)
		thread.set64(threadBase+uint64(l.Thread.DataStackTop), dataStack+8*uint64(code.FrameSize))
		thread.set64(threadBase+uint64(l.Thread.CurrentFrame), dataStack)
		thread.set32(threadBase+uint64(l.Thread.RecursionLeft), 99)
		frames.set64(dataStack+uint64(l.Frame.Previous), callerBase)
		frames.set64(dataStack+uint64(l.Frame.FrameObj), 0)
		frames.set64(dataStack+uint64(l.Frame.FuncObj), objectAddress(testFunction)|1)
		for i, a := range e.args {
			if !e.asGiven {
				a |= 1
			}
			frames.set64(dataStack+uint64(l.Frame.LocalsPlus)+8*uint64(i), a)
		}
	}
	caller := image{callerBase, make([]byte, 0x100)}
	self := image{selfBase, le(recordBase + 64*uint64(testCode))}
	callee := region + stubSize*uint64(len(hir.HelperTable)+stubCallee)
	record := image{recordBase + 64*uint64(testFunction), le(callee, callee)}
	ints := image{smallInts, make([]byte, 32*(snapshot.MaxSmallInt-snapshot.MinSmallInt+1))}
	for v := int64(snapshot.MinSmallInt); v <= snapshot.MaxSmallInt; v++ {
		id, _ := snapshot.SmallInt(v)
		copy(ints.data[objectAddress(id)-smallInts:], intObject(v, 3<<30))
	}
	function := image{objectAddress(testFunction), le(3<<30, objectAddress(snapshot.TypeFunction), 0x6c0b, 0xb017)}
	return []image{thread, frames, caller, self, record, ints, function}
}

// intObject is a compact int.
func intObject(v int64, refs uint64) []byte {
	tag, digit := uint64(8), uint64(v)
	switch {
	case v == 0:
		tag = 1
	case v < 0:
		tag, digit = 8|2, uint64(-v)
	}
	return le(refs, objectAddress(snapshot.TypeInt), tag, digit)
}

func floatObject(f float64, refs uint64) []byte {
	return le(refs, objectAddress(snapshot.TypeFloat), math.Float64bits(f))
}

// run executes all calls and checks what they did. It skips the test where the
// tools are missing.
func (m *emulator) run(t *testing.T) {
	gcc, err := exec.LookPath("aarch64-linux-gnu-gcc")
	if err != nil {
		t.Skip("no cross compiler")
	}
	qemu, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Skip("no emulator")
	}
	dir := t.TempDir()
	runner := filepath.Join(dir, "runner")
	arguments := append(stubFields(t), "-O1", "-static", "-o", runner, "testdata/runner/runner.c", stubsFile)
	if out, err := exec.Command(gcc, arguments...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	script, results := filepath.Join(dir, "script"), filepath.Join(dir, "results")
	if err := os.WriteFile(script, m.script(), 0o666); err != nil {
		t.Fatal(err)
	}
	out, failure := exec.Command(qemu, runner, script, results).CombinedOutput()
	data, err := os.ReadFile(results)
	if err != nil {
		t.Fatal(err)
	}
	r := bytes.NewReader(data)
	for i := range m.calls {
		e := &m.calls[i]
		o, err := readOutcome(r, len(e.watch))
		if err != nil {
			t.Fatalf("%s: %v: %v\n%s\n%s\n%s", e.name, err, failure, out, e.c.alloc, e.c.asm)
		}
		if !e.unchecked {
			e.checkKept(t, o)
		}
		e.check(t, o)
		if t.Failed() {
			t.Fatalf("%s\n%s\n%s\n%s", e.name, e.c.lir, e.c.alloc, e.c.asm)
		}
	}
}

const stubsFile = "../cext/stubs_aarch64.S"

// stubFields returns arguments for the linker that define the offsets to which
// the stubs refer. Those that the runner's calls do not need are 0.
func stubFields(t *testing.T) []string {
	source, err := os.ReadFile(stubsFile)
	if err != nil {
		t.Fatal(err)
	}
	l := snapshot.Reference().Layout
	needed := map[string]int64{"object_refcnt": l.Object.Refcnt, "int_tag": l.Int.Tag, "int_digit": l.Int.Digit, "float_value": l.Float.Value}
	var arguments []string
	for _, m := range regexp.MustCompile(`(?:\bFIELD\(|:cj_field_)(\w+_\w+)`).FindAllSubmatch(source, -1) {
		name := string(m[1])
		arguments = append(arguments, fmt.Sprintf("-Wl,--defsym=cj_field_%s=%d", name, needed[name]))
	}
	return arguments
}

// script is the input of the runner.
func (m *emulator) script() []byte {
	var b bytes.Buffer
	put := func(vs ...uint64) { b.Write(le(vs...)) }
	l := snapshot.Reference().Layout
	put(uint64(len(hir.HelperTable)))
	put(objectAddress(snapshot.TypeInt), objectAddress(snapshot.TypeFloat))
	put(uint64(l.Thread.CurrentFrame), uint64(l.Frame.Previous))
	put(uint64(len(m.calls)))
	for i := range m.calls {
		e := &m.calls[i]
		segments := append(e.machine(), e.heap...)
		segments = append(segments, image{codeBase, e.text()})
		put(uint64(len(segments)))
		for _, s := range segments {
			put(s.at, uint64(len(s.data)))
			b.Write(s.data)
		}
		var regs [8]uint64
		frame := uint64(callerBase)
		switch {
		case e.inFrame:
			frame = dataStack
		case e.entry == e.c.obj.Vectorcall:
			copy(regs[:], e.args)
		default:
			regs[0] = objectAddress(testFunction)
			copy(regs[1:], e.args)
		}
		put(regs[:]...)
		put(codeBase+uint64(e.entry), threadBase, frame, recordBase+64*uint64(testCode))
		put(uint64(len(e.responses)))
		for _, r := range e.responses {
			put(r.id, r.ret0, r.ret1, r.fret, r.address, r.value)
		}
		put(threadBase, 0x400)
		put(uint64(len(e.watch)))
		put(e.watch...)
	}
	return b.Bytes()
}

func readOutcome(r *bytes.Reader, watched int) (*outcome, error) {
	o := &outcome{}
	var err error
	read := func(v any) {
		if err == nil {
			err = binary.Read(r, binary.LittleEndian, v)
		}
	}
	for _, v := range []any{&o.X0, &o.X1, &o.D0, &o.Kept, &o.KeptD, &o.Exited, &o.Exit, &o.Self, &o.X, &o.SP, &o.D} {
		read(v)
	}
	var n uint64
	read(&n)
	if err == nil {
		o.stack = make([]byte, n)
		read(o.stack)
		read(&n)
	}
	if err == nil {
		o.events = make([]event, n)
		read(o.events)
		read(&o.result)
		o.threadState = make([]byte, 0x400)
		read(o.threadState)
		o.watched = make([]uint64, watched)
		read(o.watched)
	}
	return o, err
}

// checkKept checks what every call has to leave as it was: callee-saved
// registers, the caller's frame as the current one, the recursion depth.
func (e *emulation) checkKept(t *testing.T, o *outcome) {
	t.Helper()
	want := [10]uint64{threadBase, callerBase, 2100, 2200, 2300, 2400, 2500, 2600, 2700, 2800}
	if o.Kept != want {
		t.Errorf("callee-saved registers %v, want %v", o.Kept, want)
	}
	if o.KeptD != [8]uint64{2100, 2200, 2300, 2400, 2500, 2600, 2700, 2800} {
		t.Errorf("callee-saved float registers %v", o.KeptD)
	}
	l := &e.snap.Layout.Thread
	at := func(off int64) uint64 { return binary.LittleEndian.Uint64(o.threadState[off:]) }
	if f := at(l.CurrentFrame); f != callerBase {
		t.Errorf("current frame %#x", f)
	}
	if o.Exited != 0 {
		if o.X0 != 0xe417 || o.Self != selfBase {
			t.Errorf("exit: result %#x of record %#x", o.X0, o.Self)
		}
		return
	}
	if n := uint32(at(l.RecursionLeft)); n != 100 {
		t.Errorf("recursion left %d", n)
	}
	if top := at(l.DataStackTop); top != dataStack {
		t.Errorf("data stack top %#x", top)
	}
}

// locate reads the value at a location of an exit.
func (e *emulation) locate(o *outcome, l object.Location) (v uint64, ok bool) {
	switch l.Kind {
	case object.InNull:
		return 0, true
	case object.InGPR:
		v = o.X[l.Index]
	case object.InFPR:
		v = o.D[l.Index]
	case object.InStack:
		if int(l.Index)+8 > len(o.stack) {
			return 0, false
		}
		v = binary.LittleEndian.Uint64(o.stack[l.Index:])
	case object.InConstant:
		v = objectAddress(snapshot.ID(l.Index))
	case object.InImm:
		v = uint64(l.Imm)
	default:
		return 0, false
	}
	if l.Repr == object.AsBool {
		v &= 0xffffffff
	}
	return v, true
}

func (e *emulation) String() string { return fmt.Sprintf("%s%v", e.name, e.args) }
