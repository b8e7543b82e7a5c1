package aarch64_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/aarch64"
)

var (
	// A line of a listing: offset, word, instruction.
	listingLine = regexp.MustCompile(`^ +([0-9a-f]+):  [0-9a-f]{8}  (.*)$`)
	// A literal, and the target of a branch.
	literalOperand = regexp.MustCompile(`0x[0-9a-f]+ +; (=.*)$`)
	branchTarget   = regexp.MustCompile(`^(?:b|bl|b\.[a-z]+|cbn?z [xw]\d+,|tbn?z [xw]\d+, #\d+,) 0x([0-9a-f]+)`)
)

// TestEmitGolden compiles the HIR in each file of testdata/emit and compares LIR and
// machine code. The comment says what the file documents; a line "args: n" in it gives the
// number of parameters. Entries and exits are the same everywhere, so only the
// code from the first block to the last is kept, unless the comment has a line "whole".
func TestEmitGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/emit/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			ar, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			args, whole := 2, false
			for _, line := range strings.Split(string(ar.Comment), "\n") {
				if n, ok := strings.CutPrefix(line, "args: "); ok {
					if args, err = strconv.Atoi(n); err != nil {
						t.Fatal(err)
					}
				}
				whole = whole || line == "whole"
			}
			section := map[string]string{}
			for _, f := range ar.Files {
				section[f.Name] = string(f.Data)
			}
			c := compileHIR(t, section["hir"], args, aarch64.Registers())
			got := map[string]string{"lir": c.lir, "asm": body(c.asm, whole)}
			if flag.Lookup("update").Value.String() == "true" {
				ar.Files = []txtar.File{{Name: "hir", Data: []byte(section["hir"])}, {Name: "lir", Data: []byte(got["lir"])}, {Name: "asm", Data: []byte(got["asm"])}}
				if err := os.WriteFile(file, txtar.Format(ar), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			for _, name := range []string{"lir", "asm"} {
				if diff := cmp.Diff(section[name], got[name]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", name, diff)
				}
			}
		})
	}
}

// body cuts a listing down to the code of the blocks, with offsets from the first
// one and without what the layout of the whole decides.
func body(listing string, whole bool) string {
	if whole {
		return listing
	}
	var out strings.Builder
	inside, base := false, int64(0)
	for _, line := range strings.Split(listing, "\n") {
		m := listingLine.FindStringSubmatch(line)
		switch text := strings.TrimSpace(line); {
		case text == "L0:":
			inside, base = true, -1
		case text == "; frame entry" || text == "; slow entry":
			inside = false
		case !inside && m != nil && strings.HasPrefix(m[2], "b 0x"):
			// The end of the frame entry; cold code follows.
			inside = base > 0
			continue
		}
		if !inside {
			continue
		}
		if m == nil {
			out.WriteString(line + "\n")
			continue
		}
		at, _ := strconv.ParseInt(m[1], 16, 64)
		if base < 0 {
			base = at
		}
		text := literalOperand.ReplaceAllString(m[2], "$1")
		if b := branchTarget.FindStringSubmatchIndex(text); b != nil {
			to, _ := strconv.ParseInt(text[b[2]:b[3]], 16, 64)
			text = fmt.Sprintf("%s%#x%s", text[:b[2]-2], to-base, text[b[3]:])
		}
		fmt.Fprintf(&out, "%6x:  %s\n", at-base, strings.TrimRight(text, " "))
	}
	return out.String()
}
