package regalloc

import (
	"testing"

	"github.com/cinderjit/cinderjit/jit/mutant"
)

// FuzzAllocate lets the fuzzer choose the shape of random programs and the
// machine.
func FuzzAllocate(f *testing.F) {
	f.Add(uint64(1), uint8(5), uint8(5), uint8(0))
	f.Add(uint64(2), uint8(30), uint8(10), uint8(1))
	f.Add(uint64(3), uint8(12), uint8(3), uint8(6))
	var a Allocator
	f.Fuzz(func(t *testing.T, seed uint64, blocks, instrs, machine uint8) {
		cfg, clobbers := smallMachine, smallClobbers
		if machine&1 != 0 {
			cfg, clobbers = bigMachine, bigClobbers()
		}
		if machine&4 != 0 {
			cfg.CalleeSaved = 0
		}
		cfg.SpillEverything = machine&2 != 0
		fn := randomFunc(seed, 1+int(blocks)%60, 1+int(instrs)%30, clobbers)
		if err := verify(&a, fn, cfg); err != nil {
			t.Fatalf("%v\n%s", err, fn)
		}
	})
}

// texts are programs in text form.
var texts = []string{
	plantText,
	"b0:\n v1:r0 d2:f0 = arg\n -> b1(v1 d2)\nb1(v3 d4) depth=1 cold:\n v5:reuse0 = x v3 v1:any:late ! r0-r3\n br v5 -> b2 b3\nb2:\n -> b1(v5 d4)\nb3:\n ret v5:r0 d4:f0",
	"b0:\n v1 = const\n v2:any = x v1:late v1:r0\n v3:early v4:r1 = x v2:r1 v1:any",
}

// again is used for one program after the other, as compilations do.
var again Allocator

// tryText allocates what may be malformed, and is then refused.
func tryText(t *testing.T, text string) {
	fn, err := parseFunc(text)
	if err != nil || len(fn.instrs) > 500 || fn.nv > 2000 {
		return
	}
	cfg := smallMachine
	if _, err := again.Allocate(fn, cfg); err != nil {
		return
	}
	if err := verify(&again, fn, cfg); err != nil {
		t.Fatal(err)
	}
}

// FuzzText lets the fuzzer write the program.
func FuzzText(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(tryText)
}

func TestMutants(t *testing.T) {
	mutant.Each(t, texts, 50_000, tryText)
}
