package build

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// The C side calls a place megamorphic by the same number of classes.
func TestMostCasesAgreeWithC(t *testing.T) {
	text, err := os.ReadFile("../../../cext/learned.h")
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprintf("CJ_MOST_CASES = %d }", maxCases); !strings.Contains(string(text), want) {
		t.Errorf("cext/learned.h does not have %q", want)
	}
}
