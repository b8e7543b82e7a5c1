package hir_test

import (
	"testing"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/mutant"
)

// seeds are functions: one with each opcode, and some more.
func seeds() []string {
	var out []string
	for op := range hir.Op(hir.NumOps) {
		out = append(out, sample(op))
	}
	return append(out, loopText, "func locals=1\nb0:\n  v1:CInt = CInt 1\n  Jump b1\nb1: preds b0 b1\n  v2:CInt = Phi v1 v2\n  Jump b1\n")
}

// tryParse parses what may be malformed. What is no function is refused with an error;
// so is, by the verifier, what is malformed; the rest prints to what parses to the same again.
func tryParse(t *testing.T, text string) {
	// Numbers are kept, so that a large one is a request for memory.
	if len(text) > 4000 || longNumber(text) {
		return
	}
	fn, err := hir.Parse(text, nil)
	if err != nil || fn.Verify() != nil {
		return
	}
	printed := fn.String()
	again, err := hir.Parse(printed, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, printed)
	}
	if second := again.String(); second != printed {
		t.Errorf("printed\n%s\nparsed and printed again\n%s", printed, second)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range seeds() {
		f.Add(text)
	}
	f.Fuzz(tryParse)
}

func TestMutants(t *testing.T) {
	mutant.Each(t, seeds(), 50_000, tryParse)
}

// longNumber reports whether a number of more than 3 digits follows v, b or fs.
func longNumber(text string) bool {
	digits := 0
	for _, c := range text {
		if c < '0' || c > '9' {
			digits = 0
			continue
		}
		if digits++; digits > 3 {
			return true
		}
	}
	return false
}
