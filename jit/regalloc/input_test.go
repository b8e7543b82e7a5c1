package regalloc

import (
	"strings"
	"testing"
)

// TestMalformed checks that programs that break a rule are refused, and that
// the rule is named.
func TestMalformed(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"no blocks", "", "no blocks"},
		{"empty block", "b0:\nb1:\n ret", "has instructions"},
		{"unknown successor", "b0:\n -> b7", "has successor 7"},
		{"critical edge", "b0:\n -> b1 b1\nb1:\n ret", "critical edge"},
		{"entry with parameters", "b0(v1):\n ret v1", "entry block has parameters"},
		{"missing argument", "b0:\n -> b1\nb1(v1):\n ret v1", "0 arguments from block 0 to block 1"},
		{"argument of another class", "b0:\n d2 = x\n -> b1(d2)\nb1(v1):\n ret v1", "of another class"},
		{"undefined", "b0:\n ret v1", "used but never defined"},
		{"defined twice", "b0:\n v1 = x\n v1 = y\n ret v1", "defined twice"},
		{"used before", "b0:\n ret v1\n v1 = x", "used before its definition"},
		{"not on every path", "b0:\n -> b1 b2\nb1:\n v1 = x\n -> b3\nb2:\n -> b3\nb3:\n ret v1", "not defined on every path"},
		{"register of another class", "b0:\n v1:f0 = x", "cannot be in register"},
		{"scratch register", "b0:\n v1:r16 = x", "cannot be in register"},
		{"two values in one register", "b0:\n v1 v2 = x\n ret v1:r0 v2:r0", "wants register r0 twice"},
		{"temporary in an argument", "b0:\n v1 = x\n v2:r0:early = y v1:r0", "wants register r0 twice"},
		{"late argument and result", "b0:\n v1 = x\n v2:r0 = y v1:r0:late", "wants register r0 twice"},
		{"late argument destroyed", "b0:\n v1 = x\n y v1:r0:late ! r0", "destroys the register of a late use"},
		{"reuse of nothing", "b0:\n v1:reuse4 = x", "reuses operand 4"},
		{"reuse of a late use", "b0:\n v1 = x\n v2:reuse0 = y v1:late", "cannot reuse operand"},
		{"reuse of another class", "b0:\n d1 = x\n v2:reuse0 = y d1", "cannot reuse operand"},
		{"reuse twice", "b0:\n v1 = x\n v2:reuse0 v3:reuse0 = y v1", "cannot reuse operand"},
		{"moves before operands", "b0:\n v1 = x\n -> b1 b2\nb1:\n y v1 -> b3\nb2:\n -> b3\nb3:\n ret", "moves must run before it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f, err := parseFunc(c.text)
			if err != nil {
				t.Fatal(err)
			}
			var a Allocator
			if _, err := a.Allocate(f, smallMachine); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			// The context is as good as new.
			if err := verify(&a, randomFunc(1, 4, 4, smallClobbers), smallMachine); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestConfig checks that impossible machines are refused.
func TestConfig(t *testing.T) {
	f := randomFunc(1, 2, 2, smallClobbers)
	for _, change := range []func(c *Config){
		func(c *Config) { c.IntRegs = []PReg{1, 40} },
		func(c *Config) { c.IntScratch = 1 },
		func(c *Config) { c.FloatScratch = 3 },
	} {
		cfg := smallMachine
		change(&cfg)
		if _, err := new(Allocator).Allocate(f, cfg); err == nil {
			t.Errorf("not refused: %+v", cfg)
		}
	}
}

// TestReuse checks that an Allocator's history does not influence results.
func TestReuse(t *testing.T) {
	var used Allocator
	for seed := range uint64(40) {
		f := randomFunc(seed, 1+int(seed), 6, smallClobbers)
		r, err := used.Allocate(f, smallMachine)
		if err != nil {
			t.Fatal(err)
		}
		got := f.text(r)
		r, err = new(Allocator).Allocate(f, smallMachine)
		if err != nil {
			t.Fatal(err)
		}
		if want := f.text(r); got != want {
			t.Fatalf("seed %d: a used allocator gives another result", seed)
		}
	}
}

// TestNoAllocation checks that a warm Allocator takes no memory.
func TestNoAllocation(t *testing.T) {
	f := randomFunc(3, 40, 10, bigClobbers())
	cfg := bigMachine
	cfg.Check = false
	var a Allocator
	if n := testing.AllocsPerRun(5, func() {
		if _, err := a.Allocate(f, cfg); err != nil {
			t.Fatal(err)
		}
	}); n >= 1 {
		t.Errorf("%v allocations", n)
	}
}
