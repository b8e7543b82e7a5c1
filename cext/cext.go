// Package cext is all that touches CPython: hooks, watchers, the snapshot of a
// function, the loader of compiled code, its run-time helpers and deoptimisation.
// Nearly all of it is C. The Go part is the one door from C to the compiler.
//
// It is built only into the shared library, for AArch64, against the headers of the
// interpreter it will run in.
package cext

// #cgo CFLAGS: -std=gnu11 -Wall -Wno-unused-function -fvisibility=hidden -fno-strict-aliasing
// #cgo CFLAGS: -Werror=implicit-function-declaration
// #cgo CFLAGS: -fno-omit-frame-pointer -DPy_BUILD_CORE_MODULE -DNDEBUG
import "C"
