package build_test

import (
	"errors"
	"path/filepath"
	"slices"
	"sort"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/hir/build"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// goldenSnapshot reads the snapshot of a golden file.
func goldenSnapshot(t *testing.T, file string) *snapshot.Snapshot {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Files {
		if f.Name == "snapshot" {
			s, err := snapshot.Parse(string(f.Data), nil)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	}
	t.Fatalf("%s has no snapshot", file)
	return nil
}

// TestIgnoreFeedback checks that code built without feedback assumes nothing
// about classes: the only guards left are those that the language asks for.
func TestIgnoreFeedback(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	built := 0
	for _, file := range files {
		f, err := build.Build(goldenSnapshot(t, file), build.Options{IgnoreFeedback: true})
		if err != nil {
			continue
		}
		built++
		if err := f.Verify(); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for i := range f.Blocks {
			for _, v := range f.Blocks[i].Instrs {
				switch f.At(v).Op {
				case hir.GuardType, hir.GuardIs, hir.GuardInlineValues, hir.CallDirect:
					t.Errorf("%s: %s", file, f.InstrString(v))
				}
			}
		}
		if len(f.Deps) > 0 {
			t.Errorf("%s: %d dependencies", file, len(f.Deps))
		}
	}
	if built < 5 {
		t.Errorf("only %d functions were built", built)
	}
}

// TestGuardFailures checks that a site at which guards failed that are not on the
// class is built generically.
func TestGuardFailures(t *testing.T) {
	s := goldenSnapshot(t, "testdata/attr.txtar")
	code := s.RootCode()
	var failed []snapshot.Feedback
	sites := 0
	for _, f := range code.Feedback {
		if f.Kind == snapshot.AttrInstanceValue {
			sites++
			failed = append(failed, snapshot.Feedback{Offset: f.Offset, Kind: snapshot.GuardFailed, Type: snapshot.TypeObject, Value: 9})
		}
		failed = append(failed, f)
	}
	before, err := build.Build(s, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	code.Feedback = failed
	after, err := build.Build(s, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := count(after, hir.LoadAttr)-count(before, hir.LoadAttr), sites; got != want || sites == 0 {
		t.Errorf("%d generic loads more, want %d", got, want)
	}
}

func count(f *hir.Func, op hir.Op) int {
	n := 0
	for i := range f.Blocks {
		for _, v := range f.Blocks[i].Instrs {
			if f.At(v).Op == op {
				n++
			}
		}
	}
	return n
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*snapshot.Snapshot, *build.Options)
		want   build.Error
	}{
		{"too large", func(_ *snapshot.Snapshot, o *build.Options) { o.MaxInstructions = 10 },
			build.Error{Kind: build.TooLarge, Reason: "code has 36 instructions, the limit is 10", Offset: -1}},
		{"not captured", func(s *snapshot.Snapshot, _ *build.Options) { s.RootCode().Bytecode = nil },
			build.Error{Kind: build.Unsupported, Reason: "bytecode is not known", Offset: -1}},
		{"monitored", func(s *snapshot.Snapshot, _ *build.Options) {
			s.RootCode().Bytecode[0] = byte(bytecode.OpInstrumentedResume)
		}, build.Error{Kind: build.Unsupported, Reason: "code is being traced or monitored", Offset: 0}},
		{"malformed", func(s *snapshot.Snapshot, _ *build.Options) { s.RootCode().Bytecode[0] = byte(bytecode.OpReserved) },
			build.Error{Kind: build.Malformed, Reason: "invalid opcode 17", Offset: 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := goldenSnapshot(t, "testdata/loop.txtar")
			var o build.Options
			c.change(s, &o)
			_, err := build.Build(s, o)
			var got *build.Error
			if !errors.As(err, &got) || *got != c.want {
				t.Errorf("error %#v, want %#v", err, c.want)
			}
		})
	}
}

func BenchmarkBuild(b *testing.B) {
	a, err := txtar.ParseFile("testdata/statements.txtar")
	if err != nil {
		b.Fatal(err)
	}
	s, err := snapshot.Parse(string(a.Files[0].Data), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := build.Build(s, build.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestLargeInts checks that ints that were too large for a digit stay ints.
func TestLargeInts(t *testing.T) {
	s := goldenSnapshot(t, "testdata/loop.txtar")
	code := s.RootCode()
	for _, offset := range []int32{50, 98} { // total += i; total > 10
		code.Feedback = append(code.Feedback, snapshot.Feedback{Offset: offset, Kind: snapshot.GuardFailed, Type: snapshot.TypeObject, Value: 16})
	}
	sort.SliceStable(code.Feedback, func(i, j int) bool { return code.Feedback[i].Offset < code.Feedback[j].Offset })
	f, err := build.Build(s, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if adds, compares := count(f, hir.LongAdd), count(f, hir.LongCompare); adds != 1 || compares != 1 {
		t.Errorf("%d additions and %d comparisons of large ints, want one each\n%s", adds, compares, f)
	}
}

// TestMixedNumbers checks that an operand that was an int and a float is
// operated on as either, without a call.
func TestMixedNumbers(t *testing.T) {
	s := goldenSnapshot(t, "testdata/loop.txtar")
	code := s.RootCode()
	for _, offset := range []int32{72, 98} { // total -= 1; total > 10
		code.Feedback = append(code.Feedback, snapshot.Feedback{Offset: offset, Kind: snapshot.GuardFailed, Type: snapshot.TypeFloat, Value: 16})
	}
	sort.SliceStable(code.Feedback, func(i, j int) bool { return code.Feedback[i].Offset < code.Feedback[j].Offset })
	f, err := build.Build(s, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Verify(); err != nil {
		t.Errorf("%v\n%s", err, f)
	}
	if subs, compares, calls := count(f, hir.FloatSub), count(f, hir.FloatCmp), count(f, hir.BinaryOp); subs != 1 || compares != 1 || calls != 0 {
		t.Errorf("%d subtractions and %d comparisons of floats, %d calls, want 1, 1, 0\n%s", subs, compares, calls, f)
	}
}

// TestDivisionByZeroSeen checks that a division of floats whose divisor was zero
// is left to the helper, which raises.
func TestDivisionByZeroSeen(t *testing.T) {
	s := goldenSnapshot(t, "testdata/floats.txtar")
	before, err := build.Build(s, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	code := s.RootCode()
	for i := range before.Instrs {
		in := &before.Instrs[i]
		if in.Op == hir.FloatDiv {
			code.Feedback = append(code.Feedback, snapshot.Feedback{Offset: 2 * in.BC, Kind: snapshot.GuardFailed, Type: snapshot.TypeObject, Value: 16})
		}
	}
	sort.SliceStable(code.Feedback, func(i, j int) bool { return code.Feedback[i].Offset < code.Feedback[j].Offset })
	after, err := build.Build(s, build.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if had, has, calls := count(before, hir.FloatDiv), count(after, hir.FloatDiv), count(after, hir.BinaryOp)-count(before, hir.BinaryOp); had == 0 || has != 0 || calls < had {
		t.Errorf("%d divisions of floats before, %d after, %d calls more", had, has, calls)
	}
}

// TestChangingGlobal checks that a variable of the module that changes often is
// read from its place, and that a guard that failed there ends that.
func TestChangingGlobal(t *testing.T) {
	s := goldenSnapshot(t, "testdata/statements.txtar")
	code := s.RootCode()
	place := slices.IndexFunc(code.Feedback, func(f snapshot.Feedback) bool { return f.Kind == snapshot.GlobalModule })
	offset := code.Feedback[place].Offset
	change := func(feedback ...snapshot.Feedback) *hir.Func {
		for i := range feedback {
			feedback[i].Offset = offset
		}
		code.Feedback = slices.Replace(code.Feedback, place, place+1, feedback...)
		f, err := build.Build(s, build.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	entry := snapshot.Feedback{Kind: snapshot.GlobalEntry, Aux: code.Globals, Value: 72, Version: 5}
	generic := change(snapshot.Feedback{Kind: snapshot.Generic})
	read := change(entry)
	failed := change(entry, snapshot.Feedback{Kind: snapshot.GuardFailed, Type: snapshot.TypeObject, Value: 16})
	if a, b, c := count(generic, hir.LoadGlobal), count(read, hir.LoadGlobal), count(failed, hir.LoadGlobal); b != a-1 || c != a {
		t.Errorf("%d, %d, %d calls that look a global up\n%s", a, b, c, read)
	}
}
