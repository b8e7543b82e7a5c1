package jit

import (
	"errors"
	"fmt"
	"runtime/debug"

	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Status says what the bytes are that answer a request of the run time. Its numbers are those of
// enum cj_compiled in cext/gocompile.h.
type Status uint8

const (
	// Done comes with what was asked for.
	Done Status = iota
	// GivenUp comes with the reason, as text.
	GivenUp
	// Failed comes with what is known about a bug in the compiler.
	Failed
)

// Answer does work and returns what it returns, its error or its panic.
func Answer(work func() ([]byte, error)) (status Status, answer []byte) {
	defer func() {
		if bug := recover(); bug != nil {
			status, answer = Failed, fmt.Appendf(nil, "%v\n%s", bug, debug.Stack())
		}
	}()
	result, err := work()
	if bug := (*Bug)(nil); errors.As(err, &bug) {
		return Failed, []byte(bug.Error() + "\n" + bug.Stack)
	}
	if err != nil {
		return GivenUp, []byte(err.Error())
	}
	return Done, result
}

// CompileEncoded turns an encoded snapshot into an encoded object. The options are lines as
// ParseOptions reads them. An error is a reason not to compile this function, or a *Bug.
func CompileEncoded(encoded []byte, options string) ([]byte, error) {
	s, err := snapshot.Decode(encoded)
	if err != nil {
		return nil, err
	}
	settings, err := ParseOptions(options)
	if err != nil {
		return nil, err
	}
	o, err := Compile(s, settings)
	if err != nil {
		return nil, err
	}
	return o.Encode(), nil
}
