package aarch64

import (
	"bytes"
	"math"
	"reflect"
	"testing"
)

func finish(t *testing.T, a *Assembler) Code {
	t.Helper()
	c, err := a.Finish()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestLiteralsAreShared: equal constants have one slot, and different kinds do not mix.
func TestLiteralsAreShared(t *testing.T) {
	var a Assembler
	for range 200 {
		a.LoadConst64(X0, 0x3ff0000000000000)
		a.LoadConst64(V0, 0x3ff0000000000000) // 1.0
		a.LoadSymbol(X1, Symbol{1, 1}, 0)
		a.LoadSymbol(X1, Symbol{1, 2}, 0)
		a.LoadSymbol(X1, Symbol{2, 1}, 0)
		a.LoadSymbol(X1, Symbol{1, 1}, 8)
		a.LoadConst64(X0, 0)
		a.LoadConst32(X0, 0)
		a.LoadConst32(V0, 0)
		a.LoadConst128(V0, 0, 0)
	}
	c := finish(t, &a)
	if want := 4*2000 + 16 + 6*8 + 4; len(c.Bytes) != want {
		t.Errorf("%d bytes, want %d", len(c.Bytes), want)
	}
	if len(c.Relocs) != 4 {
		t.Errorf("relocations: %v", c.Relocs)
	}
	want := []Data{{8000, 8016, 16}, {8016, 8064, 8}, {8064, 8068, 4}}
	if !reflect.DeepEqual(c.Data, want) {
		t.Errorf("data %v, want %v", c.Data, want)
	}
}

func TestRelocationOrderAndContents(t *testing.T) {
	var a Assembler
	a.PushSection(Cold)
	a.CallSymbol(Symbol{1, 1}, 0)
	a.PopSection()
	a.LoadSymbol(X0, Symbol{1, 2}, -8)
	a.JumpSymbol(Symbol{1, 3}, 4)
	c := finish(t, &a)
	want := []Reloc{
		{4, RelocJump26, Symbol{1, 3}, 4},
		{8, RelocCall26, Symbol{1, 1}, 0},
		{16, RelocAbs64, Symbol{1, 2}, -8},
	}
	if !reflect.DeepEqual(c.Relocs, want) {
		t.Errorf("got %v", c.Relocs)
	}
	if c.HotSize != 8 || c.TextSize != 12 || len(c.Bytes) != 24 {
		t.Errorf("hot %d, text %d, all %d", c.HotSize, c.TextSize, len(c.Bytes))
	}
}

func TestSectionsNest(t *testing.T) {
	var a Assembler
	a.Emit(Hint(1))
	a.PushSection(Cold)
	a.Emit(Hint(2))
	a.PushSection(Hot)
	a.Emit(Hint(3))
	p := a.Here()
	a.PopSection()
	a.Emit(Hint(4))
	q := a.Here()
	a.PopSection()
	a.Emit(Hint(5))
	c := finish(t, &a)
	for i, n := range []uint32{1, 3, 5, 2, 4} {
		if wordAt(c, 4*uint32(i)) != Hint(n) {
			t.Errorf("word %d is %08x", i, wordAt(c, 4*uint32(i)))
		}
	}
	if a.Offset(p) != 8 || a.Offset(q) != 20 {
		t.Errorf("positions %d, %d", a.Offset(p), a.Offset(q))
	}
}

func TestBranchAlways(t *testing.T) {
	var a Assembler
	l := a.BoundLabel()
	a.BCond(AL, l)
	if c := finish(t, &a); wordAt(c, 0) != B(0) {
		t.Errorf("%08x", wordAt(c, 0))
	}
}

// TestResetReuse: a used assembler gives the same code as a new one, deterministically.
func TestResetReuse(t *testing.T) {
	var used Assembler
	for range 3 {
		used.Reset()
		var fresh Assembler
		c1, err1 := sample(&used)
		c2, err2 := sample(&fresh)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if !bytes.Equal(c1.Bytes, c2.Bytes) || !reflect.DeepEqual(c1, c2) {
			t.Fatal("the results differ")
		}
	}
}

// TestFinishOwnsResult: Reset and more code leave an earlier result alone.
func TestFinishOwnsResult(t *testing.T) {
	var a Assembler
	c1, _ := sample(&a)
	saved := append([]byte(nil), c1.Bytes...)
	relocs, data, notes := append([]Reloc(nil), c1.Relocs...), append([]Data(nil), c1.Data...), append([]Note(nil), c1.Notes...)
	a.Reset()
	a.Annotate(true)
	for range 100 {
		a.Comment("other")
		a.LoadSymbol(X9, Symbol{9, 9}, 9)
	}
	finish(t, &a)
	if !bytes.Equal(saved, c1.Bytes) || !reflect.DeepEqual(relocs, c1.Relocs) ||
		!reflect.DeepEqual(data, c1.Data) || !reflect.DeepEqual(notes, c1.Notes) {
		t.Error("an earlier result changed")
	}
}

func TestNotes(t *testing.T) {
	var a Assembler
	a.Comment("lost: annotation is off")
	a.Mark(1, 1)
	a.Annotate(true)
	a.PushSection(Cold)
	a.Comment("cold %d", 1)
	a.Emit(Nop())
	a.PopSection()
	a.Mark(2, 3)
	a.Comment("100%%")
	a.Emit(Nop())
	c := finish(t, &a)
	want := []Note{{Offset: 0, Kind: 2, ID: 3, IsMark: true}, {Offset: 0, Text: "100%"}, {Offset: 4, Text: "cold 1"}}
	if !reflect.DeepEqual(c.Notes, want) {
		t.Errorf("got %+v", c.Notes)
	}
	a.Reset()
	if a.Annotating() {
		t.Error("annotation survives Reset")
	}
}

// body emits code like a compiled function's: n blocks with labels, cold exits, constants and calls.
func body(a *Assembler, n int) {
	object := Symbol{1, 1}
	head := a.BoundLabel()
	for i := range n {
		slow, back := a.NewLabel(), a.NewLabel()
		a.Emit(Ldr(W64, X1, At(X0, 8)))
		a.LoadSymbol(X2, object, 0)
		a.Emit(Cmp(W64, X1, X2))
		a.BCond(NE, slow)
		a.Bind(back)
		a.Emit(AddImm(W64, X3, X3, 16))
		a.MovImm64(X4, uint64(i%16)<<20|0x1234)
		a.Emit(Str(W64, X4, At(X0, 16)))
		a.PushSection(Cold)
		a.Bind(slow)
		a.CallSymbol(Symbol{2, uint32(i % 8)}, 0)
		a.B(back)
		a.PopSection()
	}
	a.Cbz(W64, X0, head)
	a.Emit(Ret())
}

// TestAllocations: assembling allocates nothing once the assembler is warm, and Finish only the
// result: bytes, relocations and data ranges.
func TestAllocations(t *testing.T) {
	var a Assembler
	body(&a, 300)
	finish(t, &a)
	if n := testing.AllocsPerRun(20, func() { a.Reset(); body(&a, 200) }); n != 0 {
		t.Errorf("assembling allocates %v times", n)
	}
	if n := testing.AllocsPerRun(20, func() { a.Finish() }); n > 3 {
		t.Errorf("Finish allocates %v times", n)
	}
}

func TestAddConst(t *testing.T) {
	for _, c := range []struct {
		w      Width
		rd, rn Reg
		imm    int64
		words  []Word
	}{
		{W64, X0, X0, 0, nil},
		{W64, X0, X1, 0, []Word{Mov(W64, X0, X1)}},
		{W64, X0, SP, 0, []Word{Mov(W64, X0, SP)}},
		{W32, X0, X0, 0, []Word{Mov(W32, X0, X0)}},
		{W64, X0, X1, 4095, []Word{AddImm(W64, X0, X1, 4095)}},
		{W64, X0, X1, -4095, []Word{SubImm(W64, X0, X1, 4095)}},
		{W64, SP, SP, -8192, []Word{SubImm(W64, SP, SP, 8192)}},
		{W64, X0, X1, 0x123456, []Word{AddImm(W64, X0, X1, 0x123000), AddImm(W64, X0, X0, 0x456)}},
		{W64, X0, X1, -0x123456, []Word{SubImm(W64, X0, X1, 0x123000), SubImm(W64, X0, X0, 0x456)}},
		{W32, X0, X1, 0xffffffff, []Word{SubImm(W32, X0, X1, 1)}},
		{W64, X0, X1, 1 << 32, []Word{Movz(W64, X9, 1, 32), Add(W64, X0, X1, X9)}},
		{W64, SP, SP, 1 << 32, []Word{Movz(W64, X9, 1, 32), AddExtended(W64, SP, SP, X9, UXTX, 0)}},
		{W32, X0, X1, 0x12345678, []Word{Movz(W32, X9, 0x5678, 0) | 1<<31, Movk(W64, X9, 0x1234, 16), Add(W32, X0, X1, X9)}},
		{W64, X0, X1, math.MinInt64, []Word{Movz(W64, X9, 0x8000, 48), Add(W64, X0, X1, X9)}},
	} {
		var a Assembler
		a.AddConst(c.w, c.rd, c.rn, c.imm, X9)
		if !reflect.DeepEqual(a.words[Hot], c.words) {
			t.Errorf("%s = %s + %#x: %08x, want %08x", c.rd, c.rn, c.imm, a.words[Hot], c.words)
		}
	}
}

func TestMovFloat(t *testing.T) {
	for _, c := range []struct {
		f    Float
		v    float64
		want Word // 0: from the pool
		pool int
	}{
		{Double, 0, Vzero(false, V3), 0},
		{Double, math.Copysign(0, -1), 0, 8},
		{Double, 1, FmovImm(Double, V3, 1), 0},
		{Single, -0.5, FmovImm(Single, V3, -0.5), 0},
		{Double, 0.1, 0, 8},
		{Single, 0.1, 0, 4},
		{Double, math.NaN(), 0, 8},
		{Double, math.Inf(-1), 0, 8},
	} {
		var a Assembler
		a.MovFloat(c.f, V3, c.v)
		code := finish(t, &a)
		if c.want != 0 && wordAt(code, 0) != c.want {
			t.Errorf("%g: %08x, want %08x", c.v, wordAt(code, 0), c.want)
		}
		size := 0
		for _, d := range code.Data {
			if d.Unit == uint32(c.pool) {
				size = int(d.End - d.Start)
			}
		}
		if size != c.pool {
			t.Errorf("%g: pool of %d bytes", c.v, size)
		}
		if c.pool == 8 {
			lo, hi := wordAt(code, 8), wordAt(code, 12)
			if uint64(lo)|uint64(hi)<<32 != math.Float64bits(c.v) {
				t.Errorf("%g: pool holds %08x %08x", c.v, lo, hi)
			}
		}
	}
}

func BenchmarkAssemble(b *testing.B) {
	var a Assembler
	b.ReportAllocs()
	for b.Loop() {
		a.Reset()
		body(&a, 200) // 2000 instructions
	}
}

func BenchmarkFinish(b *testing.B) {
	var a Assembler
	body(&a, 200)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Finish(); err != nil {
			b.Fatal(err)
		}
	}
}
