package tests_go

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit/object"
)

// TestReasonsAgreeWithC compares the names of exit kinds and reasons with those
// of the C side's statistics.
func TestReasonsAgreeWithC(t *testing.T) {
	source, err := os.ReadFile("../cext/stats.c")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		table string
		name  func(i uint8) string
	}{
		{"reasons", func(i uint8) string { return object.Reason(i).String() }},
		{"kinds", func(i uint8) string { return object.ExitKind(i).String() }},
	} {
		table := regexp.MustCompile(`(?s)const ` + test.table + `\[\] = \{(.*?)\}`).FindSubmatch(source)
		if table == nil {
			t.Fatalf("no table %s", test.table)
		}
		names := regexp.MustCompile(`"([^"]*)"`).FindAllSubmatch(table[1], -1)
		for i := range names {
			if got, want := string(names[i][1]), test.name(uint8(i)); got != want {
				t.Errorf("%s[%d] is %q in C, %q in Go", test.table, i, got, want)
			}
		}
		if next := test.name(uint8(len(names))); !strings.HasPrefix(next, "?") {
			t.Errorf("C does not know %s %q", test.table, next)
		}
	}
}
