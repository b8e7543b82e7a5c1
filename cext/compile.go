package cext

// #include <stdlib.h>
// #include "gocompile.h"
import "C"

import (
	"os"
	"runtime/debug"
	"unsafe"

	"github.com/cinderjit/cinderjit/jit"
)

// init lets the compiler's heap grow to some 20 MB before it is collected. Next to nothing
// of it is alive between compilations, so that a collection costs the same whenever it is
// made; with Go's default, one comes after every ten functions.
func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// The two enumerations agree.
var _ = [1]struct{}{}[jit.Status(C.CJ_COMPILE_GIVEN_UP)-jit.GivenUp+jit.Status(C.CJ_COMPILE_BUG)-jit.Failed]

// cj_go_compile hands the snapshot of n bytes to the compiler. It returns one of
// enum cj_compiled (gocompile.h) and stores in *out a malloc'ed buffer of *outn bytes,
// which the caller frees: the object, the reason or the description of the panic.
// The snapshot is read only during the call. It may be called from any thread, with
// or without the GIL, but never in a forked child.
//
//export cj_go_compile
func cj_go_compile(snapshot unsafe.Pointer, n C.size_t, options *C.char, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		return jit.CompileEncoded(unsafe.Slice((*byte)(snapshot), int(n)), goText(options))
	})
}

// guarded runs work and stores what it returns, its error or its panic.
func guarded(out *unsafe.Pointer, outn *C.size_t, work func() ([]byte, error)) C.int {
	status, answer := jit.Answer(work)
	*out = C.CBytes(answer)
	*outn = C.size_t(len(answer))
	return C.int(status)
}

func goText(text *C.char) string {
	if text == nil {
		return ""
	}
	return C.GoString(text)
}
