package tests_go

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// corpus returns the functions of the differential tests' programs as the C side
// hands them over.
func corpus(tb testing.TB) [][]byte {
	tb.Helper()
	packed, err := os.ReadFile("../jit/hir/build/testdata/corpus.txtar.gz")
	if err != nil {
		tb.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		tb.Fatal(err)
	}
	var all [][]byte
	for _, file := range txtar.Parse(text).Files {
		s, err := snapshot.Parse(string(file.Data), nil)
		if err != nil {
			tb.Fatalf("%s: %v", file.Name, err)
		}
		all = append(all, s.Encode())
	}
	return all
}

// BenchmarkCorpus is what it costs to compile the functions of the corpus, one after
// another, as a process does that compiles everything: with and without feedback.
func BenchmarkCorpus(b *testing.B) {
	all := corpus(b)
	for name, o := range map[string]jit.Options{"feedback": {}, "none": {IgnoreFeedback: true}} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				for _, encoded := range all {
					s, err := snapshot.Decode(encoded)
					if err != nil {
						b.Fatal(err)
					}
					if o, err := jit.Compile(s, o); err == nil {
						o.Encode()
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*len(all)), "µs/function")
		})
	}
}
