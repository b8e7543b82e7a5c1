package snapshot

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func readC(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../../cext/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// macroNames returns the arguments of X(…) in the definition of a list macro.
func macroNames(t *testing.T, text, macro string) []string {
	t.Helper()
	text = strings.ReplaceAll(text, "\\\n", " ")
	def := regexp.MustCompile(`(?m)^#define ` + macro + `\(X\)(.*)$`).FindStringSubmatch(text)
	if def == nil {
		t.Fatalf("no macro %s", macro)
	}
	var names []string
	for _, m := range regexp.MustCompile(`X\("?([\w.-]+)"?`).FindAllStringSubmatch(def[1], -1) {
		names = append(names, m[1])
	}
	return names
}

// simplify makes "generic_getattr" and "GenericGetAttr" equal.
func simplify(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", ""))
}

func simplified(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = simplify(n)
	}
	return out
}

func TestListsAgreeWithC(t *testing.T) {
	var feedback []string
	for _, f := range feedbackTable {
		feedback = append(feedback, f.name)
	}
	for _, test := range []struct {
		file, macro string
		want        []string
	}{
		{"snapshot_table.h", "CJ_FEEDBACK_KINDS", feedback},
		{"snapshot_table.h", "CJ_OBJECT_KINDS", kindNames[:]},
		{"describe.c", "CJ_TRAITS", traitNames[:]},
		{"wellknown.h", "CJ_WELL_KNOWN", wellKnownNames[:]},
	} {
		got := macroNames(t, readC(t, test.file), test.macro)
		if diff := cmp.Diff(simplified(test.want), simplified(got)); diff != "" {
			t.Errorf("%s differs (-Go +C):\n%s", test.macro, diff)
		}
	}
}

func TestLayoutHeaderIsCurrent(t *testing.T) {
	if diff := cmp.Diff(string(LayoutHeader()), readC(t, "layout_fields.h")); diff != "" {
		t.Errorf("run go generate ./jit/snapshot (-want +have):\n%s", diff)
	}
}
