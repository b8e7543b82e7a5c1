package tests_go

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/hir/build"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// snapshots returns the snapshots that the builder's golden files have, by name.
func snapshots(t testing.TB) map[string]*snapshot.Snapshot {
	t.Helper()
	files, err := filepath.Glob("../jit/hir/build/testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no snapshots", err)
	}
	all := map[string]*snapshot.Snapshot{}
	for _, file := range files {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			if f.Name != "snapshot" {
				continue
			}
			s, err := snapshot.Parse(string(f.Data), nil)
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			all[strings.TrimSuffix(filepath.Base(file), ".txtar")] = s
		}
	}
	return all
}

// TestCompileSnapshots compiles real functions with every check switched on.
func TestCompileSnapshots(t *testing.T) {
	compiled := 0
	for name, s := range snapshots(t) {
		for _, spill := range []bool{false, true} {
			obj, err := jit.Compile(s, jit.Options{Verify: true, CheckAllocation: true, SpillEverything: spill})
			var gaveUp *jit.Error
			switch {
			case errors.As(err, &gaveUp):
				continue
			case err != nil:
				t.Errorf("%s: %v", name, err)
				continue
			}
			compiled++
			if len(obj.Encode()) <= len(obj.Text) {
				t.Errorf("%s: encoding is shorter than the code", name)
			}
		}
	}
	if compiled < 10 {
		t.Errorf("only %d functions were compiled", compiled)
	}
}

// TestSameObject checks that a compilation depends on nothing but its input.
func TestSameObject(t *testing.T) {
	for name, s := range snapshots(t) {
		first, err := jit.Compile(s, jit.Options{})
		if err != nil {
			continue
		}
		for range 3 {
			again, err := jit.Compile(s, jit.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first.Encode(), again.Encode()) {
				t.Errorf("%s: two compilations differ", name)
			}
		}
	}
}

// TestBug checks that a panic names the function and the stage.
func TestBug(t *testing.T) {
	s := callsSnapshot(t, 1)
	f := hir.NewFunc(s)
	v := f.New(hir.LongUnbox) // in no block
	f.Append(0, hir.Return, f.Append(0, hir.LongBox, v))
	_, err := jit.CompileHIR(f, jit.Options{})
	var bug *jit.Bug
	if !errors.As(err, &bug) || bug.Stage != "lower" || bug.Function != "f" || bug.Stack == "" {
		t.Errorf("error %v", err)
	}
	// A stage whose check fails says so too.
	f = hir.NewFunc(s)
	f.Append(0, hir.Return, f.Append(0, hir.Null))
	if _, err := jit.CompileHIR(f, jit.Options{Verify: true, CheckAllocation: true}); err != nil {
		t.Error(err)
	}
}

// TestBugIn checks that each stage's panic is caught and named.
func TestBugIn(t *testing.T) {
	var timings jit.Timings
	s := callsSnapshot(t, 1)
	if _, err := jit.Compile(s, jit.Options{Timings: &timings}); err != nil {
		t.Fatal(err)
	}
	for _, stage := range timings.Stages {
		if strings.Contains(stage.Name, "/") {
			continue // a pass, which is part of a stage
		}
		_, err := jit.Compile(s, jit.Options{BugIn: stage.Name})
		var bug *jit.Bug
		if !errors.As(err, &bug) || bug.Stage != stage.Name {
			t.Errorf("%s: error %v", stage.Name, err)
		}
	}
}

// TestShare checks that the same functions are left out again, that seeds choose others, and
// that being left out is a reason.
func TestShare(t *testing.T) {
	left := func(share, seed int) string {
		var all strings.Builder
		for n := range 64 {
			s := callsSnapshot(t, 1)
			s.Object(s.Root).Name = fmt.Sprintf("module:f%d", n)
			_, err := jit.Compile(s, jit.Options{Share: share, ShareSeed: seed})
			var gaveUp *jit.Error
			if err != nil && (!errors.As(err, &gaveUp) || !errors.Is(err, jit.ErrLeftOut)) {
				t.Fatal(err)
			}
			if err != nil {
				fmt.Fprintf(&all, "%d ", n)
			}
		}
		return all.String()
	}
	if left(0, 1) != "" || left(100, 1) != "" {
		t.Error("functions are left out of all")
	}
	some := left(50, 1)
	if n := strings.Count(some, " "); n < 16 || n > 48 {
		t.Errorf("%d of 64 are left out of half", n)
	}
	if some != left(50, 1) || some == left(50, 2) {
		t.Error("the seed does not choose")
	}
}

// TestLimits checks that a limit is a reason, not a bug.
func TestLimits(t *testing.T) {
	_, err := jit.Compile(callsSnapshot(t, 20), jit.Options{MaxCodeSize: 300})
	var gaveUp *jit.Error
	if !errors.As(err, &gaveUp) || !errors.Is(err, jit.ErrCodeSize) {
		t.Errorf("error %v", err)
	}
	_, err = jit.Compile(callsSnapshot(t, 20), jit.Options{MaxInstructions: 5})
	var reason *build.Error
	if !errors.As(err, &reason) || reason.Kind != build.TooLarge {
		t.Errorf("error %v", err)
	}
}

// TestDumps checks that stages are dumped in their order and only when asked for.
func TestDumps(t *testing.T) {
	var out strings.Builder
	var asked []string
	var timings jit.Timings
	_, err := jit.Compile(callsSnapshot(t, 1), jit.Options{Dump: &out, Timings: &timings, DumpStage: func(stage string) bool {
		asked = append(asked, stage)
		return stage == "hir" || stage == "asm"
	}})
	if err != nil {
		t.Fatal(err)
	}
	if asked[0] != "hir" || !slices.Equal(asked[len(asked)-3:], []string{"lir", "alloc", "asm"}) {
		t.Errorf("stages %v", asked)
	}
	if n := strings.Count(out.String(), "== f: "); n != 2 || !strings.Contains(out.String(), "bl deopt") {
		t.Errorf("%d dumps:\n%s", n, out.String())
	}
	names := map[string]bool{}
	for _, s := range timings.Stages {
		names[s.Name] = true
	}
	for _, want := range []string{"build", "opt", "opt/refcount", "lower", "allocate", "emit"} {
		if !names[want] {
			t.Errorf("no time for %s in %v", want, timings.Stages)
		}
	}
}

// TestForceExits checks that the option puts exits in front of guards, and that
// code without it knows nothing of them.
func TestForceExits(t *testing.T) {
	s := snapshots(t)["attr"]
	for _, force := range []bool{false, true} {
		obj, err := jit.Compile(s, jit.Options{ForceExits: force, Verify: true, CheckAllocation: true})
		if err != nil {
			t.Fatal(err)
		}
		counted := slices.ContainsFunc(obj.Relocs, func(r object.Reloc) bool { return r.Symbol == object.SymbolCountdown })
		if counted != force {
			t.Errorf("ForceExits %v: the countdown is used: %v", force, counted)
		}
	}
}
