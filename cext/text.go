package cext

// #include <stdlib.h>
// #include "gocompile.h"
import "C"

import (
	"cmp"
	"fmt"
	"strings"
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
	settings, err := jit.ParseOptions(options)
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
// that they can have, and whether there are the stages, separated by commas, that are to be
// dumped; what is wrong is stored as by cj_go_compile.
//
//export cj_go_check_options
func cj_go_check_options(options, dump *C.char, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		_, err := jit.ParseOptions(goText(options))
		for stage := range strings.SplitSeq(goText(dump), ",") {
			if stage != "" {
				err = cmp.Or(err, jit.CheckStage(stage))
			}
		}
		return nil, err
	})
}

// listing is what is known about machine code that runs at an address and ends with
// literals: notes has lines "offset line text", for a comment in front of an instruction,
// and "offset call name", for what is called there.
func listing(address uint64, size, literals uint32, notes string) (aarch64.Listing, error) {
	var names []string
	// The literals begin at a multiple of eight; what is before that is padding.
	text, pool := size-literals, (size-literals+7)&^7
	l := aarch64.Listing{
		Base:   address,
		Data:   []aarch64.Data{{Start: text, End: pool, Unit: 4}, {Start: pool, End: size, Unit: 8}},
		Symbol: func(s aarch64.Symbol) string { return names[s.ID] },
	}
	for line := range strings.Lines(notes) {
		var offset uint32
		var kind string
		if _, err := fmt.Sscan(line, &offset, &kind); err != nil {
			return l, err
		}
		note := strings.TrimSpace(strings.SplitN(line, " ", 3)[2])
		if kind == "line" {
			l.Notes = append(l.Notes, aarch64.Note{Offset: offset, Text: note})
			continue
		}
		l.Relocs = append(l.Relocs, aarch64.Reloc{Offset: offset, Symbol: aarch64.Symbol{ID: uint32(len(names))}})
		names = append(names, note)
	}
	return l, nil
}

// cj_go_disassemble stores the listing of n bytes of machine code that run at an address and
// end with so many bytes of literals, with notes (see listing).
//
//export cj_go_disassemble
func cj_go_disassemble(code unsafe.Pointer, n, literals C.size_t, address C.ulonglong, notes *C.char, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		l, err := listing(uint64(address), uint32(n), uint32(literals), goText(notes))
		return []byte(l.Text(C.GoBytes(code, C.int(n)))), err
	})
}
