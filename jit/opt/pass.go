// Package opt holds the optimisation passes over HIR, one a file, and the one
// ordered list of them. A pass sees only the function: it knows no machine,
// no C structure and no other pass, except through the order of the list.
package opt

import (
	"fmt"
	"time"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// Pass is one step of the pipeline.
type Pass struct {
	Name string
	Doc  string
	// Required passes make the function fit for lowering and cannot be
	// switched off.
	Required bool
	Run      func(*hir.Func)
}

// Passes is the pipeline, in order.
var Passes = []Pass{
	{"clean", "remove unreachable blocks and join straight lines", true, Clean},
	{"types", "propagate types through phis and guards", false, PropagateTypes},
	{"simplify", "canonicalise and fold constants", false, Simplify},
	{"fresh", "know the fields of instances that nobody else has yet", false, ForwardFresh},
	{"releases", "mark where dropped references can run other code", true, MarkReleases},
	{"gvn", "number values; drop repeated guards and loads", false, NumberValues},
	{"types-again", "propagate what value numbering found", false, PropagateTypes},
	{"simplify-again", "fold what the new types allow", false, Simplify},
	{"dce", "remove what nobody uses", false, RemoveDead},
	{"virtual", "do without objects that nobody else gets", false, Virtualise},
	{"reuse", "let floats that are stored take the objects that they replace", false, ReuseFloats},
	{"unbox", "keep numbers in registers; make their objects late or never", false, Unbox},
	{"dce-again", "remove what unboxing has left over", false, RemoveDead},
	{"clean-again", "remove blocks that folding cut off", true, Clean},
	{"split", "split critical edges", true, SplitCriticalEdges},
	{"lend", "let new instances lend what is stored in them", false, LendStored},
	{"refcount", "insert Incref and Decref from ownership", true, InsertReferenceCounts},
	{"framesync", "store locals and instr_ptr before anyone can look", true, SynchroniseFrame},
	{"layout", "order blocks: hot code first, loops together, cold code last", true, LayOut},
}

// CheckDisabled returns an error when there is no pass of this name that can be left out.
func CheckDisabled(name string) error {
	for i := range Passes {
		switch p := &Passes[i]; {
		case p.Name == name && p.Required:
			return fmt.Errorf("pass %s cannot be left out", name)
		case p.Name == name:
			return nil
		}
	}
	return fmt.Errorf("there is no such pass")
}

// Options selects what Run does besides transforming.
type Options struct {
	// Disabled names passes to leave out; required ones cannot be.
	Disabled []string
	// Verify checks the function after every pass.
	Verify bool
	// After is called after each pass, for dumps and timing; may be nil.
	After func(pass string, f *hir.Func, took time.Duration)
}

// Run applies the pipeline to f. An error of the verifier names the pass.
func Run(f *hir.Func, o Options) error {
	for i := range Passes {
		p := &Passes[i]
		if !p.Required && disabled(o.Disabled, p.Name) {
			continue
		}
		start := time.Now()
		if err := runOne(p, f); err != nil {
			return err
		}
		took := time.Since(start)
		if o.After != nil {
			o.After(p.Name, f, took)
		}
		if o.Verify {
			if err := f.Verify(); err != nil {
				return fmt.Errorf("after pass %s: %w", p.Name, err)
			}
		}
	}
	return nil
}

// PanicError is a bug in a pass, with the pass named.
type PanicError struct {
	Pass  string
	Value any
}

// Error implements error.
func (e *PanicError) Error() string { return fmt.Sprintf("pass %s: %v", e.Pass, e.Value) }

func runOne(p *Pass, f *hir.Func) error {
	defer func() {
		if r := recover(); r != nil {
			panic(&PanicError{Pass: p.Name, Value: r})
		}
	}()
	p.Run(f)
	return nil
}

func disabled(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return false
}
