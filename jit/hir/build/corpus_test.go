package build_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/hir/build"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// corpus reads the snapshots that testdata/corpus.py has made.
func corpus(t *testing.T) []txtar.File {
	t.Helper()
	packed, err := os.ReadFile("testdata/corpus.txtar.gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return txtar.Parse(text).Files
}

// TestCorpus builds the functions of the differential tests' programs, with the
// feedback of a run, with none, and as after guards failed everywhere, and
// checks that the results are well formed, print and parse back.
func TestCorpus(t *testing.T) {
	built := 0
	for _, file := range corpus(t) {
		t.Run(file.Name, func(t *testing.T) {
			s, err := snapshot.Parse(string(file.Data), nil)
			if err != nil {
				t.Fatal(err)
			}
			if buildOne(t, s, build.Options{}) {
				built++
			}
			buildOne(t, s, build.Options{IgnoreFeedback: true})
			failEverywhere(s)
			buildOne(t, s, build.Options{})
		})
	}
	if built < 250 {
		t.Errorf("only %d functions were built", built)
	}
}

// failEverywhere makes feedback say that guards on two classes failed at each
// instruction for which there is feedback.
func failEverywhere(s *snapshot.Snapshot) {
	code := s.RootCode()
	var feedback []snapshot.Feedback
	last := int32(-1)
	for _, f := range code.Feedback {
		if f.Offset != last {
			for _, class := range []snapshot.ID{snapshot.TypeInt, f.Type} {
				if class != snapshot.NoObject {
					feedback = append(feedback, snapshot.Feedback{Offset: f.Offset, Kind: snapshot.GuardFailed, Type: class, Value: 5})
				}
			}
			last = f.Offset
		}
		feedback = append(feedback, f)
	}
	code.Feedback = feedback
}

func buildOne(t *testing.T, s *snapshot.Snapshot, o build.Options) bool {
	f, err := build.Build(s, o)
	if err != nil {
		var reason *build.Error
		if !errors.As(err, &reason) || reason.Kind != build.Unsupported {
			t.Error(err)
		}
		return false
	}
	text := f.String()
	if err := f.Verify(); err != nil {
		t.Errorf("%v\n%s", err, text)
	}
	back, err := hir.Parse(text, s)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if again := back.String(); again != text {
		t.Errorf("printed\n%s\nparsed and printed again\n%s", text, again)
	}
	return true
}
