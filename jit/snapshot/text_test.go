package snapshot

import (
	"bytes"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cinderjit/cinderjit/jit/mutant"
)

func samples(t testing.TB) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.snap")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	texts := make(map[string]string)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	return texts
}

func TestRoundTrip(t *testing.T) {
	for path, text := range samples(t) {
		s, err := Parse(text, nil)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff(text, s.String()); diff != "" {
			t.Errorf("%s: text differs (-want +got):\n%s", path, diff)
		}
		back, err := Decode(s.Encode())
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff(s, back); diff != "" {
			t.Errorf("%s: binary form differs (-want +got):\n%s", path, diff)
		}
	}
}

func TestReferenceRoundTrip(t *testing.T) {
	if diff := cmp.Diff(referenceText, FormatReference(Reference())); diff != "" {
		t.Errorf("reference differs (-want +got):\n%s", diff)
	}
	if v := Reference().Layout.Int.CompactEnd; v != 16 {
		t.Errorf("tags of compact ints end at %d", v)
	}
	id, ok := SmallInt(7)
	if o := Reference().Object(id); !ok || o.Kind != KindInt || o.Int != 7 || !o.Immortal() {
		t.Errorf("small int 7 is %v", o)
	}
}

func TestRefs(t *testing.T) {
	for _, test := range []struct {
		id   ID
		text string
	}{
		{NoObject, "-"}, {None, "None"}, {TypeInt, "int"}, {FuncLen, "len"}, {MethodListAppend, "list.append"},
		{firstSmallInt, "-5"}, {NumWellKnown, "256"}, {NumWellKnown + 1, "#1"}, {NumWellKnown + 77, "#77"},
	} {
		if got := test.id.Ref(); got != test.text {
			t.Errorf("Ref of %d is %q, want %q", test.id, got, test.text)
		}
		if id, ok := ParseRef(test.text); !ok || id != test.id {
			t.Errorf("%q is %d, want %d", test.text, id, test.id)
		}
	}
	for _, text := range []string{"", "#", "#0", "#-1", "257", "-6", "Nonsense", "#99999999999"} {
		if id, ok := ParseRef(text); ok {
			t.Errorf("%q is %d", text, id)
		}
	}
}

func TestFloats(t *testing.T) {
	for _, v := range []float64{0, math.Copysign(0, -1), 1.5, 1e300, math.Inf(-1), math.Float64frombits(0x7ff8000000000001), 5e-324} {
		p := &parser{}
		if got := p.float(item{value: formatFloat(v)}); math.Float64bits(got) != math.Float64bits(v) {
			t.Errorf("%v became %v through %s", v, got, formatFloat(v))
		}
	}
}

// smallest is a complete snapshot of "return None", for tests that break it.
const smallest = `root #1
#1 code "m.f" type=code {
  file "m.py" line=1
  flags 0x3
  sizes args=1 posonly=0 kwonly=0 stack=1 localsplus=1 locals=1 cells=0 free=0 frame=12
  namespaces #2 #2
  local "a" 0x26
  consts [None]
  names [#3]
  bytecode
     0 RESUME 0
     2 LOAD_GLOBAL 0
         ^ GlobalBuiltin object=len aux=#2
    12 RETURN_VALUE 0
}
#2 dict "m" type=dict
#3 str type=str text="len"
`

func TestErrors(t *testing.T) {
	if _, err := Parse(smallest, nil); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ old, new, want string }{
		{"root #1", "root #2", "root #2 is no captured code"},
		{"root #1", "root", "line 1: root takes 1 values"},
		{"#3 str", "#4 str", "line 17: object is #4, want #3"},
		{"#3 str", "#3 string", `line 17: unknown kind "string"`},
		{"names [#3]", "names [#2]", "name: #2 is no str"},
		{"consts [None]", "consts [#9]", "id #9 is out of range"},
		{"12 RETURN_VALUE", "10 RETURN_VALUE", "line 14: offset is 10, want 12"},
		{"RETURN_VALUE", "RETURN_VALVE", `line 14: unknown opcode "RETURN_VALVE"`},
		{"GlobalBuiltin object=len aux=#2", "GlobalBuiltin type=int", "has a field that means nothing"},
		{"GlobalBuiltin", "CallInit", "CallInit at offset 2: - is no type"},
		{"GlobalBuiltin", "Nothing", `unknown feedback "Nothing"`},
		{"localsplus=1", "localsplus=2", "1 names and 1 kinds for 2 locals"},
		{"args=1", "args=3", "more arguments than locals"},
		{`text="len"`, `text="len`, "bad string"},
		{"[None]", "[None", "list is not closed"},
		{smallest[strings.Index(smallest, "}"):], "", "details are not closed"},
		{`type=dict`, `type=None`, "None is no type"},
	} {
		text := strings.Replace(smallest, test.old, test.new, 1)
		if text == smallest {
			t.Fatalf("%q is not in the text", test.old)
		}
		if _, err := Parse(text, nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q instead of %q: %v, want %q", test.new, test.old, err, test.want)
		}
	}
}

func TestDecodeErrors(t *testing.T) {
	s, err := Parse(smallest, nil)
	if err != nil {
		t.Fatal(err)
	}
	data := s.Encode()
	for n := range len(data) {
		if _, err := Decode(data[:n]); err == nil {
			t.Fatalf("the first %d bytes of %d decode", n, len(data))
		}
	}
	if _, err := Decode(append(data, 0)); err == nil {
		t.Error("data after the end is accepted")
	}
}

// TestDecodeDamaged changes single bytes: whatever they are, the decoder returns
// an error or a snapshot that encodes to the same bytes.
func TestDecodeDamaged(t *testing.T) {
	s, err := Parse(samples(t)["testdata/call.snap"], nil)
	if err != nil {
		t.Fatal(err)
	}
	data := s.Encode()
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 3000 {
		at, was := random.IntN(len(data)), byte(0)
		was, data[at] = data[at], byte(random.Uint32())
		if s, err := Decode(data); err != nil {
			refused++
		} else if !bytes.Equal(data, s.Encode()) {
			t.Fatalf("byte %d: encoded again it differs", at)
		}
		data[at] = was
	}
	if refused < 100 {
		t.Errorf("only %d of 3000 damaged snapshots are refused", refused)
	}
}

func TestLookups(t *testing.T) {
	s, err := Parse(samples(t)["testdata/call.snap"], nil)
	if err != nil {
		t.Fatal(err)
	}
	code := s.RootCode()
	var point ID
	for _, f := range code.Feedback {
		if f.Kind == CallInit {
			point = f.Type
			if got, ok := code.FeedbackOf(int(f.Offset), CallInit); !ok || got != f {
				t.Errorf("feedback at %d is %v", f.Offset, got)
			}
		}
	}
	class := s.Class(point)
	if class == nil || !class.Has(TraitHeap|TraitInlineValues|TraitAttrsKnown) {
		t.Fatalf("class is %v", class)
	}
	if class.KeyIndex("y") != 1 || class.KeyIndex("z") != -1 {
		t.Error("shared keys are not x, y")
	}
	if v, ok := class.Attr("total"); !ok || s.Object(v).Kind != KindFunction {
		t.Error("method total is not known")
	}
	if _, ok := class.Attr("nothing"); ok {
		t.Error("there is an attribute that the code does not use")
	}
	if !s.IsSubtype(point, TypeObject) || s.IsSubtype(TypeObject, point) || !s.IsSubtype(TypeBool, TypeInt) {
		t.Error("subtypes are wrong")
	}
	if got := s.Name(point); got != "type:__main__.Point" {
		t.Errorf("the class is called %s", got)
	}
}

// sampleTexts returns the samples in the order of their names.
func sampleTexts(tb testing.TB) []string {
	texts := samples(tb)
	var out []string
	for _, path := range slices.Sorted(maps.Keys(texts)) {
		out = append(out, texts[path])
	}
	return out
}

// encodedSamples returns the binary form of the samples.
func encodedSamples(tb testing.TB) []string {
	var out []string
	for _, text := range sampleTexts(tb) {
		s, err := Parse(text, nil)
		if err != nil {
			tb.Fatal(err)
		}
		out = append(out, string(s.Encode()))
	}
	return out
}

// tryDecode decodes what may be malformed. What is not refused has this form only.
func tryDecode(t *testing.T, data string) {
	s, err := Decode([]byte(data))
	if err != nil {
		return
	}
	if data != string(s.Encode()) {
		t.Error("encoded again it differs")
	}
	_ = s.String()
}

// tryParse parses what may be malformed. What is not refused prints to what parses to the same.
func tryParse(t *testing.T, text string) {
	s, err := Parse(text, nil)
	if err != nil {
		return
	}
	printed := s.String()
	back, err := Parse(printed, nil)
	if err != nil {
		t.Fatalf("printed text does not parse: %v\n%s", err, printed)
	}
	if diff := cmp.Diff(printed, back.String()); diff != "" {
		t.Errorf("printed twice it differs:\n%s", diff)
	}
}

func FuzzDecode(f *testing.F) {
	for _, data := range encodedSamples(f) {
		f.Add(data)
	}
	f.Fuzz(tryDecode)
}

func FuzzParse(f *testing.F) {
	f.Add(smallest)
	for _, text := range sampleTexts(f) {
		f.Add(text)
	}
	f.Fuzz(tryParse)
}

func TestMutants(t *testing.T) {
	mutant.Each(t, encodedSamples(t), 2000, tryDecode)
	mutant.Each(t, append(sampleTexts(t), smallest), 2000, tryParse)
}
