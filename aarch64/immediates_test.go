package aarch64

import (
	"math"
	"math/rand"
	"testing"
)

// bitmaskValue is the value of the N:immr:imms fields as the architecture defines it.
func bitmaskValue(w Width, fields Word) uint64 {
	n, immr, imms := fields>>12, uint(fields>>6&63), uint(fields&63)
	size := uint(64)
	if n == 0 {
		for size = 32; size > 1 && imms&size != 0; size /= 2 {
		}
	}
	ones, rot := imms&(size-1)+1, immr&(size-1)
	v := uint64(0)
	for i := uint(0); i < 64; i++ {
		if (i+rot)%size < ones {
			v |= 1 << i
		}
	}
	if w == W32 {
		v &= math.MaxUint32
	}
	return v
}

// TestBitmaskImmediates goes through all values there are: 5334 of 64 bits and 1302 of 32.
func TestBitmaskImmediates(t *testing.T) {
	for _, c := range []struct {
		w     Width
		count int
	}{{W64, 5334}, {W32, 1302}} {
		values := map[uint64]bool{}
		for size := uint(2); size <= uint(c.w.Bits()); size *= 2 {
			for ones := uint(1); ones < size; ones++ {
				for rot := uint(0); rot < size; rot++ {
					v := uint64(0)
					for i := uint(0); i < uint(c.w.Bits()); i++ {
						if (i+rot)%size < ones {
							v |= 1 << i
						}
					}
					values[v] = true
				}
			}
		}
		if len(values) != c.count {
			t.Fatalf("width %d: the definition gives %d values, want %d", c.w.Bits(), len(values), c.count)
		}
		for v := range values {
			fields, ok := logicalFields(c.w, v)
			if !ok || bitmaskValue(c.w, fields) != v {
				t.Errorf("width %d: %#x gives %#x, %v", c.w.Bits(), v, fields, ok)
			}
			if c.w == W32 && fields>>12 != 0 {
				t.Errorf("%#x at 32 bits has N set", v)
			}
		}
		check := func(v uint64) {
			if IsLogicalImm(c.w, v) != values[v] {
				t.Errorf("width %d: IsLogicalImm(%#x) is %v", c.w.Bits(), v, !values[v])
			}
		}
		check(0)
		check(math.MaxUint64)
		check(math.MaxUint32)
		for v := range values { // neighbours: most are not bitmasks
			for i := range 64 {
				check(v ^ 1<<i)
			}
		}
		for v := range uint64(1 << 16) {
			check(v)
			check(v << 16)
		}
		rng := rand.New(rand.NewSource(1))
		for range 10000 {
			check(rng.Uint64())
			check(uint64(rng.Uint32()))
		}
	}
}

func TestFloatImmediates(t *testing.T) {
	values := map[float64]bool{}
	for n := 16; n < 32; n++ {
		for r := -3; r <= 4; r++ {
			v := math.Ldexp(float64(n)/16, r)
			values[v], values[-v] = true, true
		}
	}
	if len(values) != 256 {
		t.Fatalf("%d values", len(values))
	}
	for v := range values {
		for _, x := range []float64{v, math.Nextafter(v, 100), v / 32, v * 32, v + 1.0/256} {
			if IsFloatImm(x) != values[x] {
				t.Errorf("IsFloatImm(%g) is %v", x, !values[x])
			}
		}
	}
	for _, x := range []float64{0, math.Copysign(0, -1), math.Inf(1), math.NaN(), 1e-310, 0.1} {
		if IsFloatImm(x) {
			t.Errorf("IsFloatImm(%g)", x)
		}
	}
}

// TestPredicates: a predicate holds exactly when the encoder takes the operand.
func TestPredicates(t *testing.T) {
	var offsets []int64
	for off := int64(-2100); off < 2100; off++ {
		offsets = append(offsets, off)
	}
	for _, edge := range []int64{4095, 8190, 16380, 32760, 65520, 4096 << 12, 1 << 20} {
		for off := edge - 20; off <= edge+20; off++ {
			offsets = append(offsets, off)
		}
	}
	agree := func(name string, off int64, want bool, call func()) {
		if e := refusal(call); (e == nil) != want {
			t.Errorf("%s for %d is %v, the encoder says %v", name, off, want, e)
		}
	}
	for _, off := range offsets {
		agree("IsAddImm", off, IsAddImm(off), func() { AddImm(W64, X0, X1, off) })
		agree("IsCcmpImm", off, IsCcmpImm(off), func() { CcmpImm(W64, X0, off, 0, EQ) })
		agree("IsUnscaledOffset", off, IsUnscaledOffset(off), func() { Ldr(W64, X0, AtPre(X1, int32(off))) })
		for m := Mem(0); m < memCount; m++ {
			rt, rt2 := X0, X2
			if m.IsFP() {
				rt, rt2 = V0, V2
			}
			agree("IsOffset", off, IsOffset(m, off), func() { Load(m, rt, At(X1, int32(off))) })
			if m.Bytes() >= 4 {
				agree("IsPairOffset", off, IsPairOffset(m, off), func() { Ldp(m, rt, rt2, At(X1, int32(off))) })
			}
		}
	}
}

// run interprets the words that MovImm64 may use on one register, with the pool behind them.
func runMoves(t *testing.T, c Code) uint64 {
	t.Helper()
	v := uint64(0xdeaddeaddeaddead)
	for off := uint32(0); off < c.TextSize; off += 4 {
		w := wordAt(c, off)
		shift := 16 * uint(w>>21&3)
		imm := uint64(w>>5&0xffff) << shift
		switch w &^ 0x7fffff {
		case 0xd2800000, 0x52800000:
			v = imm
		case 0x92800000:
			v = ^imm
		case 0x12800000:
			v = uint64(^uint32(imm))
		case 0xf2800000:
			v = v&^(0xffff<<shift) | imm
		default:
			switch {
			case w&0xff8003e0 == 0xb20003e0:
				v = bitmaskValue(W64, w>>10&0x1fff)
			case w&0xffc003e0 == 0x320003e0:
				v = bitmaskValue(W32, w>>10&0x1fff)
			case w>>24 == 0x58:
				at := off + uint32(w>>5&0x7ffff)*4
				v = uint64(wordAt(c, at)) | uint64(wordAt(c, at+4))<<32
			default:
				t.Fatalf("unexpected %s", Disassemble(c.Bytes, c.Listing())[off/4])
			}
		}
	}
	return v
}

// TestMovImm checks values and lengths, the lengths against a table of known best ones.
func TestMovImm(t *testing.T) {
	var a Assembler
	for _, c := range []struct {
		v     uint64
		words uint32 // of code; 1 with a pool for the worst
	}{
		{0, 1}, {1, 1}, {0xffff, 1}, {0x10000, 1}, {0xffff0000, 1}, {0xffff000000000000, 1},
		{math.MaxUint64, 1}, {^uint64(0x1234), 1}, {^uint64(0x12340000), 1}, {0xffffffff, 1},
		{0xffffedcb, 1}, {0xedcbffff, 1}, {0x5555555555555555, 1}, {0xff00ff00ff00ff00, 1}, {0x0ff00ff0, 1},
		{0x12345678, 2}, {0x1234000000005678, 2}, {0xffffffff12345678, 2}, {0x1234ffffffff5678, 2},
		{0x5555555555551234, 2}, {0x12345555_55555555, 2}, {0xff00ff0012340000 | 0xff00, 2},
		{0x123456789abc, 3}, {0x1234_5678_9abc_ffff, 3}, {0x5555_1234_5555_5678, 3},
		{0x123456789abcdef0, 1},
	} {
		a.Reset()
		a.MovImm64(X7, c.v)
		code, err := a.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if got := runMoves(t, code); got != c.v || code.TextSize != 4*c.words {
			t.Errorf("%#x: gives %#x in %d words, want %d:\n%s", c.v, got, code.TextSize/4, c.words, code.Listing().Text(code.Bytes))
		}
	}
	rng := rand.New(rand.NewSource(2))
	g := generator{rng, 1000}
	for i := range 20000 {
		v := rng.Uint64()
		switch i % 4 {
		case 1: // half-words from a few values
			v = 0
			for range 4 {
				v = v<<16 | []uint64{0, 0xffff, 0x1234, 0x5555, uint64(rng.Intn(1 << 16))}[rng.Intn(5)]
			}
		case 2:
			v = g.bitmask(W64) ^ uint64(rng.Intn(1<<16))<<(16*rng.Intn(4))
		case 3:
			v = uint64(rng.Uint32())
		}
		a.Reset()
		a.MovImm64(X7, v)
		code, err := a.Finish()
		if err != nil {
			t.Fatal(err)
		}
		if got := runMoves(t, code); got != v {
			t.Fatalf("%#x gives %#x", v, got)
		}
		if v>>32 == 0 {
			a.Reset()
			a.MovImm32(X7, uint32(v))
			code, _ := a.Finish()
			if got := runMoves(t, code); got != v || len(code.Data) != 0 || len(code.Bytes) > 8 {
				t.Fatalf("32-bit %#x gives %#x in %d bytes", v, got, len(code.Bytes))
			}
		}
	}
}

func TestMovImmUsesPoolEntryThatIsThere(t *testing.T) {
	var a Assembler
	const v = 0x0000_1234_5678_9abc
	a.MovImm64(X0, v)
	if a.Len() != 3 || MovImmCost(v) != 3 {
		t.Fatalf("%d instructions", a.Len())
	}
	a.LoadConst64(X1, v)
	a.MovImm64(X0, v)
	if a.Len() != 5 {
		t.Errorf("%d instructions with the constant in the pool", a.Len())
	}
}

func TestConditions(t *testing.T) {
	for c := EQ; c < AL; c++ {
		if c.Invert().Invert() != c {
			t.Errorf("%s inverts to %s", c, c.Invert())
		}
		for f := range Flags(16) {
			if c.Holds(f) == c.Invert().Holds(f) {
				t.Errorf("%s and its inverse agree under %04b", c, f)
			}
		}
		for _, want := range []bool{true, false} {
			if c.Holds(FlagsFor(c, want)) != want {
				t.Errorf("FlagsFor(%s, %v) is %04b", c, want, FlagsFor(c, want))
			}
		}
	}
	// The flags of a comparison of small numbers decide like Go does.
	flags := func(x, y int8) (f Flags) {
		d := x - y
		if d < 0 {
			f |= FlagN
		}
		if d == 0 {
			f |= FlagZ
		}
		if uint8(x) >= uint8(y) {
			f |= FlagC
		}
		if int(x)-int(y) != int(d) {
			f |= FlagV
		}
		return f
	}
	for x := math.MinInt8; x <= math.MaxInt8; x++ {
		for y := math.MinInt8; y <= math.MaxInt8; y++ {
			f, b := flags(int8(x), int8(y)), flags(int8(y), int8(x))
			ux, uy := uint8(x), uint8(y)
			for c, want := range map[Cond]bool{EQ: x == y, NE: x != y, LT: x < y, LE: x <= y, GT: x > y, GE: x >= y,
				LO: ux < uy, LS: ux <= uy, HI: ux > uy, HS: ux >= uy} {
				if c.Holds(f) != want || c.Swap().Holds(b) != want {
					t.Fatalf("%s of %d and %d", c, x, y)
				}
			}
		}
	}
}
