package bytecode

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"os"
	"strconv"
	"strings"
	"testing"
)

// object is a record of testdata/sample.txt: a code object and what CPython
// says about it. testdata/sample.py explains the keys.
type object struct {
	name                           string
	firstLine, stackSize           int
	limits                         Limits
	code, adaptive, table, lines   []byte
	units                          string
	opargs, jumps, handlers, crc32 string
}

func readSample(t testing.TB, name string) []object {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var objects []object
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		key, value, _ := strings.Cut(lines.Text(), " ")
		if key == "object" {
			objects = append(objects, object{name: value})
			continue
		}
		o := &objects[len(objects)-1]
		var raw []byte
		switch key {
		case "code", "adaptive", "table", "lines":
			if raw, err = hex.DecodeString(value); err != nil {
				t.Fatalf("%s: %s: %v", o.name, key, err)
			}
		}
		switch key {
		case "sizes":
			if _, err := fmt.Sscan(value, &o.firstLine, &o.stackSize, &o.limits.Locals, &o.limits.Names, &o.limits.Consts); err != nil {
				t.Fatalf("%s: %v", o.name, err)
			}
		case "code":
			o.code = raw
		case "adaptive":
			o.adaptive = raw
		case "table":
			o.table = raw
		case "lines":
			o.lines = raw
		case "units":
			o.units = value
		case "opargs":
			o.opargs = value
		case "jumps":
			o.jumps = value
		case "handlers":
			o.handlers = value
		case "positions":
			o.crc32 = value
		default:
			t.Fatalf("%s: unknown key %s", o.name, key)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return objects
}

func (o *object) source() Source {
	return Source{Code: o.code, ExceptionTable: o.table, StackSize: o.stackSize, Limits: &o.limits}
}

// Code objects of the standard library, and ones that hold specialised and
// instrumented forms, come out as CPython describes them.
func TestSample(t *testing.T) {
	objects := readSample(t, "testdata/sample.txt")
	seen := checkSample(t, objects)

	rare := map[Op]bool{
		OpExitInitCheck:   true, // only in code that CPython makes for itself
		OpJumpBackwardJit: true, // only where CPython's own JIT is on
	}
	for _, in := range Ops() {
		if in.Kind != Internal && in.Kind != Pseudo && !rare[in.Op] && !seen[in.Op] {
			t.Errorf("the sample has no %s", in.Name)
		}
	}
	if len(objects) < 250 {
		t.Errorf("%d code objects are too few", len(objects))
	}
}

// The same for any other such file, such as the whole standard library.
func TestCorpus(t *testing.T) {
	name := os.Getenv("CINDERJIT_BYTECODE_CORPUS")
	if name == "" {
		t.Skip("CINDERJIT_BYTECODE_CORPUS names no file; testdata/sample.py --all makes one")
	}
	objects := readSample(t, name)
	t.Logf("%d code objects, %d opcodes", len(objects), len(checkSample(t, objects)))
}

// checkSample returns the opcodes that occur.
func checkSample(t *testing.T, objects []object) map[Op]bool {
	seen := map[Op]bool{}
	exact := 0
	for i := range objects {
		o := &objects[i]
		fail := func(format string, args ...any) {
			t.Helper()
			t.Errorf("%s: %s", o.name, fmt.Sprintf(format, args...))
		}
		c, err := Analyze(o.source())
		if err != nil {
			fail("%v", err)
			continue
		}
		if int(c.MaxDepth) == o.stackSize {
			exact++
		}
		if c.Irreducible {
			fail("irreducible")
		}
		checkInvariants(t, o.name, c)

		var units, opargs, jumps, handlers strings.Builder
		for j := range c.Instrs {
			in := &c.Instrs[j]
			seen[in.Op] = true
			units.WriteString(strconv.FormatInt(int64(in.End-in.Start)/2, 36))
			if in.Start != in.Offset {
				fmt.Fprintf(&opargs, " %d:%d", in.Offset, in.Arg)
			}
			if in.Target >= 0 {
				fmt.Fprintf(&jumps, " %d:%d", in.Offset, c.Instrs[in.Target].Start)
			}
		}
		for _, h := range c.Handlers {
			lasti := 0
			if h.Lasti {
				lasti = 1
			}
			fmt.Fprintf(&handlers, " %d:%d:%d:%d:%d", h.Start, h.End, h.Target, h.Depth, lasti)
		}
		for _, k := range []struct{ what, got, want string }{
			{"units", units.String(), o.units},
			{"opargs", opargs.String(), o.opargs},
			{"jumps", jumps.String(), o.jumps},
			{"handlers", handlers.String(), o.handlers},
		} {
			if got := strings.TrimPrefix(k.got, " "); got != k.want {
				fail("%s\n got %s\nwant %s", k.what, got, k.want)
			}
		}

		lines, err := ParseLineTable(o.lines, int32(o.firstLine))
		if err != nil {
			fail("%v", err)
			continue
		}
		var positions strings.Builder
		for at := int32(0); int(at) < len(o.code); at += 2 {
			l := lines.At(at)
			fmt.Fprintf(&positions, ";%d,%d,%d,%d", l.Line, l.EndLine, l.Column, l.EndColumn)
		}
		if crc := fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(positions.String()[1:]))); crc != o.crc32 {
			fail("positions differ:\n%s", positions.String())
		}
		if o.adaptive != nil {
			checkAdaptive(t, o, c, seen)
		}
	}
	// CPython's own computation is a little coarser in rare cases.
	if exact*100 < len(objects)*99 {
		t.Errorf("the stack size is exact for %d of %d code objects", exact, len(objects))
	}
	return seen
}

// checkAdaptive compares specialised and instrumented code with the plain code
// that CPython gives for it.
func checkAdaptive(t *testing.T, o *object, plain *Code, seen map[Op]bool) {
	src := o.source()
	src.Code, src.Plain = o.adaptive, o.code
	c, err := Analyze(src)
	if err != nil {
		t.Errorf("%s: adaptive: %v", o.name, err)
		return
	}
	if len(c.Instrs) != len(plain.Instrs) || len(c.Blocks) != len(plain.Blocks) {
		t.Errorf("%s: adaptive code is of another form", o.name)
		return
	}
	hidden := false
	for i := range c.Instrs {
		got, want := c.Instrs[i], plain.Instrs[i]
		form := Op(o.adaptive[got.Offset])
		seen[form] = true
		hidden = hidden || form == OpInstrumentedLine || form == OpInstrumentedInstruction ||
			Op(o.adaptive[got.Start]) == OpInstrumentedLine || Op(o.adaptive[got.Start]) == OpInstrumentedInstruction
		for _, f := range got.Info().Layout {
			v := c.Cache(&got, f.Field)
			if f.Field == FieldTypeVersion && got.Info().Kind == Specialized && v == 0 {
				t.Errorf("%s: %s at %d without a type version", o.name, got.Op, got.Offset)
			}
			if f.Field == FieldDescr && v != 0 {
				t.Errorf("%s: a pointer was left in the sample at %d", o.name, got.Offset)
			}
		}
		got.Op = want.Op
		if got != want {
			t.Errorf("%s: at %d %+v, plain %+v", o.name, want.Offset, got, want)
		}
	}
	if _, err := Decode(o.adaptive); (err != nil) != hidden {
		t.Errorf("%s: decoding without the plain code: %v", o.name, err)
	}
}
