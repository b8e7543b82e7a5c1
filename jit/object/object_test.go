package object

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinderjit/cinderjit/jit/mutant"

	"github.com/cinderjit/cinderjit/jit/golden"
)

// sample has something in every field.
func sample() *Object {
	return &Object{
		Name: "mod:Class.f", Code: 40,
		Text:    bytes.Repeat([]byte{0x1f, 0x20, 0x03, 0xd5}, 16),
		HotSize: 24, ColdSize: 24, LiteralSize: 16,
		Vectorcall: 0, Direct: 8, Frame: None, Generator: 12,
		Resumes:   []Resume{{Offset: 4, Code: 12, Landing: 4}, {Offset: 9, Code: 16, Landing: 8}},
		StackSize: 96, SpillSize: 16,
		Relocs: []Reloc{
			{Offset: 48, Kind: Abs64Object, ID: 3, Addend: 8},
			{Offset: 56, Kind: Abs64Symbol, Symbol: "_Py_tss_tstate"},
			{Offset: 48, Kind: Abs64CJCode, ID: 7},
			{Offset: 48, Kind: Abs64Self},
			{Offset: 48, Kind: Abs64CodeUnit, ID: 40, Addend: -3},
			{Offset: 4, Kind: Call26Helper, ID: 300},
			{Offset: 8, Kind: Call26Stub, Symbol: "deopt"},
		},
		Exits: []Exit{
			{
				Kind: Deopt, Reason: ReasonGuardType, Text: "LOAD_ATTR x", Guilty: GPR(3, AsObject),
				Virtuals: []Virtual{
					{Kind: VirtualMethod, Fields: []Location{Constant(9), GPR(1, AsObject)}},
					{Kind: VirtualTuple, Fields: []Location{VirtualAt(0), FPR(4, AsDouble)}},
				},
				Frames: []Frame{
					{Code: 41, Callee: Constant(9), Offset: 5,
						Locals: []Location{GPR(0, AsObject), NullLocation, Imm(-12345678901, AsInt64)},
						Stack:  []Location{Stack(16, AsInt64), NullLocation, VirtualAt(1)}},
					{Offset: 300, Next: 304, Completion: CompleteInit,
						Locals: []Location{NoLocation, Stack(1<<20, AsObject)}},
				},
				Owned: []Location{GPR(0, AsObject), GPR(0, AsObject), Stack(8, AsObject)},
			},
			{Kind: Observe, Reason: ReasonFrameObserved, Continue: 8, Frames: []Frame{{Offset: 7, InMemory: true,
				Stack: []Location{GPR(30, AsBool)}}}},
			{Kind: Raise, Reason: ReasonRaised, Frames: []Frame{{Offset: 1 << 20, InMemory: true}}},
		},
		Patches: []Patch{{Offset: 4, Target: 24}},
		Lines:   []Line{{At: 0, Offset: -1}, {At: 8, Offset: 2}, {At: 8, Code: 41, Offset: 500}},
		Depends: []Dependency{{Kind: DependType, ID: 3}, {Kind: DependDictKey, ID: 5, Key: 6}, {Kind: DependFunction, ID: 7}},
		Keep:    []ID{5, 9},
		Opcodes: []OpcodeCount{{"Decref", 3}, {"GuardType", 1}},
		Inlined: []InlinedCall{{"mod:g", 300}}, NotInlined: []RefusedCall{{"mod:h", 20, "too large"}},
	}
}

func TestRoundTrip(t *testing.T) {
	for _, o := range []*Object{sample(), {Name: "", Vectorcall: None, Direct: None, Frame: None, Generator: None}} {
		data := o.Encode()
		if !bytes.Equal(data, o.Encode()) {
			t.Fatal("two encodings of one object differ")
		}
		got, err := Decode(data)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(o, got); diff != "" {
			t.Errorf("decoded object differs (-want +got):\n%s", diff)
		}
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := sample().Fprint(&b, true); err != nil {
		t.Fatal(err)
	}
	golden.Expect(t, "testdata/sample.txt", b.String())
}

func TestEveryKindHasAName(t *testing.T) {
	check := func(what, name string) {
		t.Helper()
		if name == "" || strings.HasPrefix(name, "?") {
			t.Errorf("%s has name %q", what, name)
		}
	}
	for k := range numRelocKinds {
		check("relocation", k.String())
	}
	for k := range numDependKinds {
		check("dependency", k.String())
	}
	for k := range numExitKinds {
		check("exit", k.String())
	}
	for k := range numReasons {
		check("reason", k.String())
	}
	for k := range numVirtualKinds {
		check("virtual", k.String())
	}
	for k := range numCompletions {
		check("completion", k.String())
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, c := range []struct {
		want   string
		damage func(*Object)
	}{
		{"parts of", func(o *Object) { o.ColdSize++ }},
		{"vectorcall entry", func(o *Object) { o.Vectorcall = 2 }},
		{"generator entry", func(o *Object) { o.Generator = 2 }},
		{"direct entry", func(o *Object) { o.Direct = 64 }},
		{"resume entry 1", func(o *Object) { o.Resumes[1].Offset = 4 }},
		{"relocation 0 at 0x3c", func(o *Object) { o.Relocs[0].Offset = 60 }},
		{"with symbol", func(o *Object) { o.Relocs[1].Symbol = "" }},
		{"patch point 0", func(o *Object) { o.Patches[0].Target = 65 }},
		{"line entry 1", func(o *Object) { o.Lines[0].At = 12 }},
		{"dependency 0", func(o *Object) { o.Depends[0].Key = 1 }},
		{"exit 0: a place", func(o *Object) { o.Exits[0].Continue = 4 }},
		{"exit 1 goes on at", func(o *Object) { o.Exits[1].Continue = 64 }},
		{"exit 1: no frame", func(o *Object) { o.Exits[1].Frames = nil }},
		{"exit 0: frame 1 of 2", func(o *Object) { o.Exits[0].Frames[1].Code = 3 }},
		{"exit 0: frame 0: locals in memory", func(o *Object) { o.Exits[0].Frames[0].InMemory = true }},
		{"method with 1 fields", func(o *Object) { o.Exits[0].Virtuals[0].Fields = []Location{NullLocation} }},
		{"field 0", func(o *Object) { o.Exits[0].Virtuals[1].Fields[0] = VirtualAt(1) }},
		{"owned 0", func(o *Object) { o.Exits[0].Owned[0] = NullLocation }},
		{"owned 1", func(o *Object) { o.Exits[0].Owned[1] = GPR(3, AsInt64) }},
		{"value 0: location", func(o *Object) { o.Exits[1].Frames[0].Stack[0].Index = 31 }},
		{"value 0: location", func(o *Object) { o.Exits[1].Frames[0].Stack[0] = FPR(1, AsObject) }},
	} {
		o := sample()
		c.damage(o)
		if err := o.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	if err := sample().Check(); err != nil {
		t.Error(err)
	}
}

func TestDecodeRefusesEveryTruncation(t *testing.T) {
	data := sample().Encode()
	for n := range data {
		if _, err := Decode(data[:n]); err == nil {
			t.Fatalf("%d of %d bytes decoded", n, len(data))
		}
	}
	data[4]++
	if _, err := Decode(data); err == nil || !strings.Contains(err.Error(), "version") {
		t.Errorf("another version: %v", err)
	}
}

// FuzzDecode feeds the decoder damaged objects: it must return an error or an object
// that encodes and decodes to itself.
// seeds are objects in binary form.
func seeds() []string {
	return []string{string(sample().Encode()), string((&Object{Vectorcall: None, Direct: None, Frame: None, Generator: None}).Encode())}
}

// tryDecode decodes what may be malformed. What is not refused survives encoding.
func tryDecode(t *testing.T, data string) {
	o, err := Decode([]byte(data))
	if err != nil {
		return
	}
	again, err := Decode(o.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(o, again); diff != "" {
		t.Fatal(diff)
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range seeds() {
		f.Add(data)
	}
	f.Fuzz(tryDecode)
}

func TestMutants(t *testing.T) {
	mutant.Each(t, seeds(), 20_000, tryDecode)
}
