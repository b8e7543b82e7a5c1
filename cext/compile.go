package cext

// #include <stdlib.h>
// #include "gocompile.h"
import "C"

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"unsafe"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/opt"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// init lets the compiler's heap grow to some 20 MB before it is collected. Next to nothing
// of it is alive between compilations, so that a collection costs the same whenever it is
// made; with Go's default, one comes after every ten functions.
func init() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// compile turns an encoded snapshot into an encoded object. An error is a reason
// not to compile this function.
func compile(encoded []byte, options string) ([]byte, error) {
	s, err := snapshot.Decode(encoded)
	if err != nil {
		return nil, err
	}
	settings, err := compilerOptions(options)
	if err != nil {
		return nil, err
	}
	o, err := jit.Compile(s, settings)
	if err != nil {
		return nil, err
	}
	return o.Encode(), nil
}

// compilerOptions reads settings of the compiler from lines "name=value".
func compilerOptions(text string) (jit.Options, error) {
	var o jit.Options
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		if name == "" {
			continue
		}
		number, err := strconv.Atoi(value)
		switch name {
		case "max_instructions":
			o.MaxInstructions = number
		case "max_code_size":
			o.MaxCodeSize = number
		case "ignore_feedback":
			o.IgnoreFeedback = number != 0
		case "verify":
			o.Verify = number != 0
		case "spill_everything":
			o.SpillEverything = number != 0
		case "force_exits":
			o.ForceExits = number != 0
		case "bug_in":
			o.BugIn, err = value, nil
		case "check_allocation":
			o.CheckAllocation = number != 0
		case "disable_pass":
			o.DisabledPasses, err = append(o.DisabledPasses, value), opt.CheckDisabled(value)
		default:
			err = fmt.Errorf("unknown name")
		}
		if err != nil {
			return o, fmt.Errorf("compiler option %q: %w", strings.TrimSpace(line), err)
		}
	}
	return o, nil
}

// cj_go_compile hands the snapshot of n bytes to the compiler. It returns one of
// enum cj_compiled (gocompile.h) and stores in *out a malloc'ed buffer of *outn bytes,
// which the caller frees: the object, the reason or the description of the panic.
// The snapshot is read only during the call. It may be called from any thread, with
// or without the GIL, but never in a forked child.
//
//export cj_go_compile
func cj_go_compile(snapshot unsafe.Pointer, n C.size_t, options *C.char, out *unsafe.Pointer, outn *C.size_t) C.int {
	return guarded(out, outn, func() ([]byte, error) {
		return compile(unsafe.Slice((*byte)(snapshot), int(n)), goText(options))
	})
}

// guarded runs work and stores what it returns, its error or its panic.
func guarded(out *unsafe.Pointer, outn *C.size_t, work func() ([]byte, error)) (status C.int) {
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
	result, err := work()
	if bug := (*jit.Bug)(nil); errors.As(err, &bug) {
		give([]byte(bug.Error() + "\n" + bug.Stack))
		return C.CJ_COMPILE_BUG
	}
	if err != nil {
		give([]byte(err.Error()))
		return C.CJ_COMPILE_GIVEN_UP
	}
	give(result)
	return C.CJ_COMPILE_DONE
}

func goText(text *C.char) string {
	if text == nil {
		return ""
	}
	return C.GoString(text)
}
