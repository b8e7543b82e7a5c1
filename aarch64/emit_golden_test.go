package aarch64_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit/golden"
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
	golden.Each(t, "testdata/emit/*.txtar", func(t *testing.T, file *golden.File) {
		args := 2
		if n, ok := file.Setting("args:"); ok {
			var err error
			if args, err = strconv.Atoi(n); err != nil {
				t.Fatal(err)
			}
		}
		_, whole := file.Setting("whole")
		text, _ := file.Section("hir")
		c := compileHIR(t, text, args, aarch64.Registers())
		file.Expect(t, "lir", c.lir)
		file.Expect(t, "asm", body(c.asm, whole))
	})
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
