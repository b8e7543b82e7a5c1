// Package pybind is the compiler's control interface as Python sees it, and the
// entry package of the shared library: gopy reads its exported names and generates
// a Python module from them.
//
// It knows nothing of CPython and imports nothing that needs cgo, because the
// generator compiles it for the build machine. Its functions run without the GIL
// and take and return numbers, truth values, strings and handles only. A panic
// would end the process, so each one recovers.
package pybind

import "runtime"

// Toolchain returns the Go release that built the library, such as "go1.26.1".
func Toolchain() string {
	return runtime.Version()
}
