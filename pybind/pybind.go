// Package pybind is the compiler's control interface as Python sees it, and the
// entry package of the shared library: gopy reads its exported names and generates
// a Python module from them.
//
// It knows nothing of CPython and imports nothing that needs cgo, because the
// generator compiles it for the build machine. Its functions run without the GIL
// and take and return numbers, truth values, strings and handles only. A panic
// would end the process, so each one recovers.
package pybind

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Toolchain returns the Go release that built the library, such as "go1.26.1".
func Toolchain() string {
	return runtime.Version()
}

// Stages returns the names that Explain and cinderjit.dump know, one a line.
func Stages() string {
	return strings.Join(jit.ExplainStages, "\n")
}

// HIROpcodes returns the names of all HIR instructions, one a line.
func HIROpcodes() string {
	var names []string
	for op := range hir.Op(hir.NumOps) {
		names = append(names, op.String())
	}
	return strings.Join(names, "\n")
}

// Explain compiles a snapshot given as text and returns the text of a stage. The
// text of a snapshot comes from cinderjit.dump(function, "snapshot").
func Explain(stage, text string) (result string, err error) {
	defer recovered(&err)
	s, err := snapshot.Parse(text, nil)
	if err != nil {
		return "", err
	}
	return jit.Explain(stage, s, jit.Options{})
}

// HeapBytes returns the size of the compiler's heap.
func HeapBytes() int {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}

// CollectGarbage frees what the compiler does not need any longer.
func CollectGarbage() {
	runtime.GC()
}

// recovered turns a panic into an error.
func recovered(err *error) {
	if bug := recover(); bug != nil {
		*err = fmt.Errorf("bug in the compiler: %v", bug)
	}
}
