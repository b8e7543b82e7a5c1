package pybind

import (
	"os"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	text, err := os.ReadFile("../jit/snapshot/testdata/call.snap")
	if err != nil {
		t.Fatal(err)
	}
	for _, stage := range strings.Split(Stages(), "\n") {
		got, err := Explain(stage, string(text))
		if err != nil || got == "" {
			t.Errorf("%s: %q, %v", stage, got, err)
		}
	}
	if _, err := Explain("nonsense", string(text)); err == nil || !strings.Contains(err.Error(), `no stage "nonsense"`) {
		t.Errorf("unknown stage: %v", err)
	}
	if _, err := Explain("hir", "root #1"); err == nil {
		t.Error("a snapshot without objects is explained")
	}
}

func TestPanicBecomesError(t *testing.T) {
	err := func() (err error) {
		defer recovered(&err)
		panic("oops")
	}()
	if err == nil || !strings.Contains(err.Error(), "oops") {
		t.Errorf("got %v", err)
	}
}

func TestLists(t *testing.T) {
	if !strings.Contains(HIROpcodes(), "\nGuardType\n") {
		t.Error("GuardType is missing")
	}
	if HeapBytes() <= 0 || !strings.HasPrefix(Toolchain(), "go1.") {
		t.Error("no heap or no toolchain")
	}
	CollectGarbage()
}
