package regalloc

import "testing"

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

// FuzzText lets the fuzzer write the program. It is mostly malformed, and must
// then be refused rather than crash the allocator.
func FuzzText(f *testing.F) {
	f.Add(plantText)
	f.Add("b0:\n v1:r0 d2:f0 = arg\n -> b1(v1 d2)\nb1(v3 d4) depth=1 cold:\n v5:reuse0 = x v3 v1:any:late ! r0-r3\n br v5 -> b2 b3\nb2:\n -> b1(v5 d4)\nb3:\n ret v5:r0 d4:f0")
	f.Add("b0:\n v1 = const\n v2:any = x v1:late v1:r0\n v3:early v4:r1 = x v2:r1 v1:any")
	var a Allocator
	f.Fuzz(func(t *testing.T, text string) {
		fn, err := parseFunc(text)
		if err != nil || len(fn.instrs) > 500 || fn.nv > 2000 {
			return
		}
		cfg := smallMachine
		if _, err := a.Allocate(fn, cfg); err != nil {
			return
		}
		if err := verify(&a, fn, cfg); err != nil {
			t.Fatal(err)
		}
	})
}
