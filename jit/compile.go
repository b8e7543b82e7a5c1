// Package jit is the compiler: it turns a snapshot of a code object into
// machine code with the tables the run time needs. It is a pure function of
// its arguments: it reads no global state and keeps nothing.
package jit

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"sync"
	"time"

	"github.com/cinderjit/cinderjit/aarch64"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/hir/build"
	"github.com/cinderjit/cinderjit/jit/lir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/opt"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// Options are the settings of a compilation. The zero value is what production
// uses.
type Options struct {
	// MaxInstructions bounds the number of bytecode instructions; 0 means the
	// builder's default.
	MaxInstructions int
	// MaxCodeSize bounds the machine code, in bytes; 0 means no limit.
	MaxCodeSize int
	// IgnoreFeedback compiles generic code for every instruction.
	IgnoreFeedback bool
	// DisabledPasses names optimisation passes to leave out.
	DisabledPasses []string
	// Verify checks the intermediate representations between the stages.
	Verify bool
	// SpillEverything keeps values in registers only around each instruction.
	SpillEverything bool
	// CheckAllocation proves the register allocation.
	CheckAllocation bool
	// ForceExits makes every guard and every check of the frame count down a number of
	// the run time, and leave when it has become negative: a test of exits.
	ForceExits bool
	// Share is the percentage of functions that are compiled, chosen by their names and
	// ShareSeed; the others fail with ErrLeftOut. 0 means all.
	Share     int
	ShareSeed int
	// BugIn names a stage ("build", "opt", "lower" …) that panics: a test of what
	// a bug in the compiler costs.
	BugIn string
	// Dump receives the text of the stages that DumpStage selects; nil means
	// no dumps.
	Dump io.Writer
	// DumpStage selects what is dumped: "hir" (as built), the name of a pass
	// (after it), "lir", "alloc" (LIR with locations) or "asm". Nil means all.
	DumpStage func(stage string) bool
	// Timings, when not nil, receives how long each stage took.
	Timings *Timings
}

// Timings are the durations of the stages of a compilation.
type Timings struct {
	Stages []Stage
	Total  time.Duration
}

// Stage is a stage of a compilation and how long it took.
type Stage struct {
	Name string
	Took time.Duration
}

// Error is why a function was not compiled, for users to read.
type Error struct {
	Function string
	Stage    string
	Err      error
}

// Error implements error.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the reason, a *build.Error when the builder gave up.
func (e *Error) Unwrap() error { return e.Err }

// Bug is a panic in the compiler, or a check that failed.
type Bug struct {
	Function string
	Stage    string
	Value    any
	Stack    string
}

// Error implements error.
func (b *Bug) Error() string {
	return fmt.Sprintf("compiling %s: bug in stage %s: %v", b.Function, b.Stage, b.Value)
}

// ErrCodeSize is the reason when machine code is larger than Options allow.
var ErrCodeSize = errors.New("machine code is larger than the limit")

// Compile compiles the root code object of s. The error is an *Error when the
// function cannot be compiled, and a *Bug when the compiler is wrong.
func Compile(s *snapshot.Snapshot, o Options) (*object.Object, error) {
	c := &compiler{o: o, name: s.Object(s.Root).Name}
	return c.protect(func() (*object.Object, error) {
		if !o.chosen(c.name) {
			return nil, &Error{Function: c.name, Stage: "choose", Err: ErrLeftOut}
		}
		f, err := c.build(s)
		if err != nil {
			return nil, err
		}
		return c.back(f)
	})
}

// CompileHIR compiles a function that has been built already. It is for tests
// and tools.
func CompileHIR(f *hir.Func, o Options) (*object.Object, error) {
	c := &compiler{o: o, name: f.Snap.Object(f.Snap.Root).Name}
	return c.protect(func() (*object.Object, error) { return c.back(f) })
}

// compiler is one compilation.
type compiler struct {
	o     Options
	name  string
	stage string
	since time.Time
}

// protect turns panics into errors, once, at the boundary.
func (c *compiler) protect(compile func() (*object.Object, error)) (obj *object.Object, err error) {
	start := time.Now()
	defer func() {
		if r := recover(); r != nil {
			stage := c.stage
			var p *opt.PanicError
			if e, ok := r.(error); ok && errors.As(e, &p) {
				stage, r = p.Pass, p.Value
			}
			obj, err = nil, &Bug{Function: c.name, Stage: stage, Value: r, Stack: string(debug.Stack())}
		}
		if c.o.Timings != nil {
			c.o.Timings.Total = time.Since(start)
		}
	}()
	return compile()
}

// begin ends the stage before and begins the named one.
func (c *compiler) begin(stage string) {
	now := time.Now()
	if c.o.Timings != nil && c.stage != "" {
		c.o.Timings.Stages = append(c.o.Timings.Stages, Stage{c.stage, now.Sub(c.since)})
	}
	c.stage, c.since = stage, now
	if stage != "" && stage == c.o.BugIn {
		panic("asked for")
	}
}

// wants reports whether a stage is to be dumped. It asks once for each stage.
func (c *compiler) wants(stage string) bool {
	return c.o.Dump != nil && (c.o.DumpStage == nil || c.o.DumpStage(stage))
}

func (c *compiler) dump(stage string, text func() string) {
	if c.wants(stage) {
		c.write(stage, text())
	}
}

func (c *compiler) write(stage, text string) {
	fmt.Fprintf(c.o.Dump, "== %s: %s ==\n%s\n", c.name, stage, text)
}

func (c *compiler) bug(err error) error {
	return &Bug{Function: c.name, Stage: c.stage, Value: err}
}

func (c *compiler) build(s *snapshot.Snapshot) (*hir.Func, error) {
	c.begin("build")
	f, err := build.Build(s, build.Options{MaxInstructions: c.o.MaxInstructions, IgnoreFeedback: c.o.IgnoreFeedback})
	if err != nil {
		return nil, &Error{Function: c.name, Stage: c.stage, Err: err}
	}
	c.dump("hir", f.String)
	if c.o.Verify {
		if err := f.Verify(); err != nil {
			return nil, c.bug(err)
		}
	}
	c.begin("opt")
	err = opt.Run(f, opt.Options{
		Disabled: c.o.DisabledPasses, Verify: c.o.Verify,
		After: func(pass string, f *hir.Func, took time.Duration) {
			c.dump(pass, f.String)
			if c.o.Timings != nil {
				c.o.Timings.Stages = append(c.o.Timings.Stages, Stage{"opt/" + pass, took})
			}
		},
	})
	if err != nil {
		return nil, c.bug(err)
	}
	return f, nil
}

// allocators hold the memory of register allocations between compilations, and
// nothing else. One that was in use when the compiler panicked does not come back.
var allocators = sync.Pool{New: func() any { return new(regalloc.Allocator) }}

// back turns HIR that has been through all passes into machine code.
func (c *compiler) back(f *hir.Func) (*object.Object, error) {
	c.begin("lower")
	lf := lir.Lower(f, &aarch64.Convention)
	c.dump("lir", lf.String)
	if c.o.Verify {
		if err := lf.Verify(); err != nil {
			return nil, c.bug(err)
		}
	}
	c.begin("allocate")
	cfg := aarch64.Registers()
	cfg.SpillEverything, cfg.Check = c.o.SpillEverything, c.o.CheckAllocation
	alloc := allocators.Get().(*regalloc.Allocator)
	res, err := alloc.Allocate(lir.Allocatable{F: lf, Conv: &aarch64.Convention}, cfg)
	if err != nil {
		return nil, c.bug(err)
	}
	c.dump("alloc", func() string { return lf.Print(res) })
	c.begin("emit")
	listing := c.wants("asm")
	obj, text, err := aarch64.Emit(lf, res, aarch64.EmitOptions{Listing: listing, ForceExits: c.o.ForceExits})
	allocators.Put(alloc)
	if err != nil {
		return nil, &Error{Function: c.name, Stage: c.stage, Err: err}
	}
	if listing {
		c.write("asm", text)
	}
	if c.o.MaxCodeSize > 0 && len(obj.Text) > c.o.MaxCodeSize {
		return nil, &Error{Function: c.name, Stage: c.stage, Err: ErrCodeSize}
	}
	c.begin("describe")
	describe(f, obj)
	obj.Name = c.name
	if err := obj.Check(); err != nil {
		return nil, c.bug(err)
	}
	c.begin("")
	return obj, nil
}
