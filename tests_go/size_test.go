package tests_go

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// callsSnapshot is a function that calls another Python function n times.
func callsSnapshot(t *testing.T, n int) *snapshot.Snapshot {
	var b strings.Builder
	b.WriteString(`root #1
#1 code "f" type=code {
  file "m.py" line=1
  flags 0x3
  sizes args=0 posonly=0 kwonly=0 stack=2 localsplus=0 locals=0 cells=0 free=0 frame=13
  namespaces #2 #3
  consts [None]
  names [#4]
  bytecode
     0 RESUME_CHECK 0
`)
	at := 2
	line := func(text string, size int) {
		fmt.Fprintf(&b, "  %d %s\n", at, text)
		at += size
	}
	for range n {
		line("LOAD_GLOBAL_MODULE 1\n         ^ GlobalModule object=#5 aux=#2", 10)
		line("CALL_PY_EXACT_ARGS 0\n         ^ CallFunction object=#5 aux=#6", 8)
		line("POP_TOP 0", 2)
	}
	line("LOAD_CONST_IMMORTAL 0", 2)
	line("RETURN_VALUE 0", 2)
	b.WriteString(`}
#2 dict type=dict
#3 dict type=dict
#4 str type=str text="helper"
#5 function "m.helper" type=function code=#6 globals=#2 builtins=#3 version=121
#6 code "helper" type=code {
  file "m.py" line=6
  flags 0x3
  sizes args=0 posonly=0 kwonly=0 stack=1 localsplus=0 locals=0 cells=0 free=0 frame=11
}
`)
	s, err := snapshot.Parse(b.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestCallSize bounds the machine code of functions that only call: entries, frame,
// exits, cold paths and literals included.
func TestCallSize(t *testing.T) {
	for _, c := range []struct{ calls, bytes int }{{1, 400}, {2, 520}, {200, 25000}} {
		obj, err := jit.Compile(callsSnapshot(t, c.calls), jit.Options{DisabledPasses: []string{"inline"}})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(obj.Text); n >= c.bytes {
			t.Errorf("%d calls: %d bytes, want less than %d", c.calls, n, c.bytes)
		}
	}
}
