package regalloc

import (
	"testing"
)

// benchFunc returns a function with roughly the given number of instructions,
// nested loops, slow paths, calls and guards with long frame states.
func benchFunc(instrs int) *testFunc {
	return randomFunc(7, instrs/24, 12, bigClobbers())
}

func benchmarkAllocate(b *testing.B, f *testFunc, cfg Config) {
	var a Allocator
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Allocate(f, cfg); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(f.instrs)), "instrs")
	b.ReportMetric(float64(f.nv), "vregs")
	b.ReportMetric(float64(len(a.pieces)), "intervals")
}

func BenchmarkAllocate(b *testing.B) {
	for _, n := range []struct {
		name   string
		instrs int
	}{{"300", 300}, {"3000", 3000}, {"12000", 12000}} {
		f := benchFunc(n.instrs)
		for _, mode := range []string{"plain", "checked", "spill"} {
			cfg := bigMachine
			cfg.Check = mode == "checked"
			cfg.SpillEverything = mode == "spill"
			b.Run(n.name+"/"+mode, func(b *testing.B) { benchmarkAllocate(b, f, cfg) })
		}
	}
}
