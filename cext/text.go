package cext

// #include <stdlib.h>
// #include "gocompile.h"
import "C"

import (
	"unsafe"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// describe gives the text of what a snapshot contains, or of what the compiler
// makes of it. An error is a reason.
func describe(what string, data []byte, options string) (string, error) {
	s, err := snapshot.Decode(data)
	if err != nil {
		return "", err
	}
	if what == "reference" {
		return snapshot.FormatReference(s), nil
	}
	settings, err := compilerOptions(options)
	if err != nil {
		return "", err
	}
	return jit.Explain(what, s, settings)
}

// cj_go_describe stores the text of a stage (of the compilation of a snapshot of n
// bytes) as a malloc'ed buffer, like cj_go_compile, and under the same rules.
//
//export cj_go_describe
func cj_go_describe(stage *C.char, data unsafe.Pointer, n C.size_t, options *C.char, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		text, err := describe(goText(stage), unsafe.Slice((*byte)(data), int(n)), goText(options))
		return []byte(text), err
	})
}

// cj_go_check_options says whether these settings of the compiler exist and have values
// that they can have; what is wrong is stored as by cj_go_compile.
//
//export cj_go_check_options
func cj_go_check_options(options *C.char, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		_, err := compilerOptions(goText(options))
		return nil, err
	})
}

// cj_go_disassemble stores the listing of n bytes of machine code that run at an address.
//
//export cj_go_disassemble
func cj_go_disassemble(code unsafe.Pointer, n C.size_t, address C.ulonglong, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		listing := aarch64.Listing{Base: uint64(address)}
		return []byte(listing.Text(C.GoBytes(code, C.int(n)))), nil
	})
}
