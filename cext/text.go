package cext

// #include <stdlib.h>
// #include "gocompile.h"
import "C"

import (
	"fmt"
	"unsafe"

	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// describe gives the text of what a snapshot contains, or of what the compiler
// makes of it. An error is a reason.
func describe(what string, data []byte) (string, error) {
	s, err := snapshot.Decode(data)
	if err != nil {
		return "", err
	}
	switch what {
	case "snapshot":
		return s.String(), nil
	case "reference":
		return snapshot.FormatReference(s), nil
	}
	return explain(what, s)
}

// explain gives the text of a stage of compilation.
var explain = func(stage string, s *snapshot.Snapshot) (string, error) {
	return "", fmt.Errorf("compiler not linked: no %s of %s", stage, s.Name(s.Root))
}

// cj_go_describe stores the text of a stage (of the compilation of a snapshot of n
// bytes) as a malloc'ed buffer, like cj_go_compile, and under the same rules.
//
//export cj_go_describe
func cj_go_describe(stage *C.char, data unsafe.Pointer, n C.size_t, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		text, err := describe(goText(stage), unsafe.Slice((*byte)(data), int(n)))
		return []byte(text), err
	})
}

// disassemble lists machine code that begins at an address.
var disassemble = func(code []byte, address uint64) (string, error) {
	return "", fmt.Errorf("no disassembler in this build (%d bytes at %#x)", len(code), address)
}

// cj_go_disassemble stores the listing of n bytes of machine code that run at an address.
//
//export cj_go_disassemble
func cj_go_disassemble(code unsafe.Pointer, n C.size_t, address C.ulonglong, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		text, err := disassemble(C.GoBytes(code, C.int(n)), uint64(address))
		return []byte(text), err
	})
}
