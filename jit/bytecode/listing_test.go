package bytecode

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit/golden"
)

// Golden files hold a code object, made from Python source by
// testdata/golden.py or written in the form of assemble, and its listing.
func TestListing(t *testing.T) {
	golden.Each(t, "testdata/listing/*.txtar", func(t *testing.T, file *golden.File) {
		var src Source
		var sym *Symbols
		if text, ok := file.Section("code"); ok {
			src, sym = readCode(t, text)
		} else {
			text, _ := file.Section("assembly")
			src.Code = assemble(t, text)
			if table, ok := file.Section("table"); ok {
				var e [5]int
				if _, err := fmt.Sscan(table, &e[0], &e[1], &e[2], &e[3], &e[4]); err != nil {
					t.Fatal(err)
				}
				src.ExceptionTable = exceptionTable(e)
			}
		}
		c, err := Analyze(src)
		if err != nil {
			t.Fatal(err)
		}
		checkInvariants(t, t.Name(), c)
		var b strings.Builder
		if err := c.Format(&b, sym); err != nil {
			t.Fatal(err)
		}
		file.Expect(t, "listing", b.String())
	})
}

// readCode reads the section that golden.py writes.
func readCode(t *testing.T, text string) (Source, *Symbols) {
	t.Helper()
	values := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		key, value, _ := strings.Cut(line, " ")
		values[key] = value
	}
	raw := map[string][]byte{}
	for _, key := range []string{"code", "table", "lines"} {
		b, err := hex.DecodeString(values[key])
		if err != nil {
			t.Fatalf("%s: %v", key, err)
		}
		raw[key] = b
	}
	first, err := strconv.Atoi(values["first"])
	if err != nil {
		t.Fatal(err)
	}
	stack, err := strconv.Atoi(values["stack"])
	if err != nil {
		t.Fatal(err)
	}
	lines, err := ParseLineTable(raw["lines"], int32(first))
	if err != nil {
		t.Fatal(err)
	}
	sym := &Symbols{
		Locals: strings.Fields(values["locals"]),
		Names:  strings.Fields(values["names"]),
		Consts: strings.Fields(values["consts"]),
		Lines:  lines,
	}
	return Source{
		Code: raw["code"], ExceptionTable: raw["table"], StackSize: stack,
		Limits: &Limits{Locals: len(sym.Locals), Names: len(sym.Names), Consts: len(sym.Consts)},
	}, sym
}
