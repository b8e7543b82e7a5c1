package bytecode

import (
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the listings that come out into the golden files")

// Golden files hold a code object, made from Python source by
// testdata/golden.py or written in the form of assemble, and its listing.
func TestListing(t *testing.T) {
	files, err := filepath.Glob("testdata/listing/*.txtar")
	if err != nil || len(files) < 10 {
		t.Fatalf("%d golden files (%v)", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := func(name string) *txtar.File {
				i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
				if i < 0 {
					return nil
				}
				return &archive.Files[i]
			}
			var src Source
			var sym *Symbols
			if p := part("code"); p != nil {
				src, sym = readCode(t, string(p.Data))
			} else {
				src.Code = assemble(t, string(part("assembly").Data))
				if p := part("table"); p != nil {
					var e [5]int
					if _, err := fmt.Sscan(string(p.Data), &e[0], &e[1], &e[2], &e[3], &e[4]); err != nil {
						t.Fatal(err)
					}
					src.ExceptionTable = exceptionTable(e)
				}
			}
			c, err := Analyze(src)
			if err != nil {
				t.Fatal(err)
			}
			checkInvariants(t, file, c)
			var b strings.Builder
			if err := c.Format(&b, sym); err != nil {
				t.Fatal(err)
			}
			if p := part("listing"); p == nil {
				archive.Files = append(archive.Files, txtar.File{Name: "listing"})
			} else if diff := cmp.Diff(string(p.Data), b.String()); diff != "" && !*update {
				t.Errorf("listing differs; -update accepts it (-want +got):\n%s", diff)
			}
			if *update {
				part("listing").Data = []byte(b.String())
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
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
