package cext

// #include <stdlib.h>
// #include "gocompile.h"
import "C"

import (
	"fmt"
	"runtime/debug"
	"unsafe"
)

// compile turns an encoded snapshot into an encoded object. An error is a reason
// not to compile this function.
var compile = func(snapshot []byte) ([]byte, error) {
	return nil, fmt.Errorf("no compiler in this build (%d bytes of snapshot)", len(snapshot))
}

// cj_go_compile hands the snapshot of n bytes to the compiler. It returns one of
// enum cj_compiled (gocompile.h) and stores in *out a malloc'ed buffer of *outn bytes,
// which the caller frees: the object, the reason or the description of the panic.
// The snapshot is read only during the call. It may be called from any thread, with
// or without the GIL, but never in a forked child.
//
//export cj_go_compile
func cj_go_compile(snapshot unsafe.Pointer, n C.size_t, out *unsafe.Pointer, outn *C.size_t) (status C.int) {
	give := func(result []byte) {
		*out = C.CBytes(result)
		*outn = C.size_t(len(result))
	}
	defer func() {
		if bug := recover(); bug != nil {
			give(fmt.Appendf(nil, "%v\n%s", bug, debug.Stack()))
			status = C.CJ_COMPILE_BUG
		}
	}()
	object, err := compile(unsafe.Slice((*byte)(snapshot), int(n)))
	if err != nil {
		give([]byte(err.Error()))
		return C.CJ_COMPILE_GIVEN_UP
	}
	give(object)
	return C.CJ_COMPILE_DONE
}
