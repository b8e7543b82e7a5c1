package jit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/opt"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// ExplainStages are the names that Explain knows besides those of passes.
var ExplainStages = []string{"snapshot", "bytecode", "hir", "hir-opt", "lir", "alloc", "asm"}

// CheckStage returns an error when Explain does not know this stage.
func CheckStage(stage string) error {
	isPass := func(p opt.Pass) bool { return p.Name == stage }
	if slices.Contains(ExplainStages, stage) || slices.ContainsFunc(opt.Passes, isPass) {
		return nil
	}
	return fmt.Errorf("no stage %q; there are %s, and the passes", stage, strings.Join(ExplainStages, ", "))
}

// Explain returns the text of one stage of the compilation of s: one of
// ExplainStages, or the name of a pass for the HIR after it. Dump options are
// ignored. A stage that was reached is told even if a later one fails.
func Explain(stage string, s *snapshot.Snapshot, o Options) (string, error) {
	switch stage {
	case "snapshot":
		return s.String(), nil
	case "bytecode":
		return bytecodeText(s)
	}
	var r stageRecorder
	o.Dump = &r
	o.DumpStage = func(name string) bool {
		r.names = append(r.names, name)
		r.texts = append(r.texts, "")
		return true
	}
	_, err := Compile(s, o)
	if i := r.find(stage); i >= 0 {
		return r.texts[i], nil
	}
	if err != nil {
		return "", err
	}
	return "", cmp.Or(CheckStage(stage), fmt.Errorf("stage %q was left out", stage))
}

// stageRecorder keeps the dump of each stage.
type stageRecorder struct {
	names, texts []string
}

func (r *stageRecorder) Write(p []byte) (int, error) {
	r.texts[len(r.texts)-1] += string(p)
	return len(p), nil
}

// find returns the index of a stage's dump, -1 when it was not reached. "hir-opt"
// is what comes before "lir".
func (r *stageRecorder) find(stage string) int {
	if stage == "hir-opt" {
		return slices.Index(r.names, "lir") - 1
	}
	return slices.Index(r.names, stage)
}

func bytecodeText(s *snapshot.Snapshot) (string, error) {
	c := s.RootCode()
	code, err := bytecode.Analyze(bytecode.Source{
		Code: c.Bytecode, ExceptionTable: c.ExceptionTable, StackSize: c.StackSize,
	})
	if err != nil {
		return "", err
	}
	symbols := &bytecode.Symbols{Locals: c.LocalsPlusNames}
	for _, id := range c.Names {
		symbols.Names = append(symbols.Names, s.Object(id).Str)
	}
	for _, id := range c.Consts {
		symbols.Consts = append(symbols.Consts, s.Name(id))
	}
	var b strings.Builder
	if err := code.Format(&b, symbols); err != nil {
		return "", err
	}
	return b.String(), nil
}
