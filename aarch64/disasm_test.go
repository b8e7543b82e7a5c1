package aarch64

import (
	"fmt"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit/golden"
)

// sample assembles a bit of everything a listing shows.
func sample(a *Assembler) (Code, error) {
	helper, object := Symbol{1, 7}, Symbol{2, 3}
	loop, slow, done, table := a.NewLabel(), a.NewLabel(), a.NewLabel(), a.NewLabel()
	a.Annotate(true)
	a.Comment("entry")
	a.Emit(Bti(TargetCall))
	a.Emit(Stp(MemU64, FP, LR, AtPre(SP, -32)))
	a.Emit(Mov(W64, FP, SP))
	a.Mark(1, 4)
	a.LoadSymbol(X2, object, 16)
	a.Bind(loop)
	a.Mark(1, 5)
	a.Emit(Ldr(W64, X1, At(X0, 8)))
	a.Emit(Cmp(W64, X1, X2))
	a.BCond(NE, slow)
	a.PushSection(Cold)
	a.Comment("slow path of %s", "the guard")
	a.Bind(slow)
	a.CallSymbol(helper, 0)
	a.Cbz(W64, X0, done)
	a.B(loop)
	a.PopSection()
	a.MovImm64(X3, 0x123456789abcdef0)
	a.MovFloat(Double, V0, 0.1)
	a.MovFloat(Single, V1, 0.1)
	a.MovFloat(Double, V2, 2.5)
	a.MovFloat(Double, V3, 0)
	a.LoadConst128(V4, 1, 2)
	a.Emit(Ldadd(MemU64, AcqRel, X1, X2, X0))
	a.Tbnz(X1, 63, loop)
	a.Adr(X4, table)
	a.Emit(Load(MemS32X, X5, AtIndex(X4, X5, UXTX, true)))
	a.Emit(Add(W64, X4, X4, X5))
	a.Emit(Br(X4))
	a.Bind(table)
	a.LabelDelta(done, table)
	a.LabelDelta(loop, table)
	a.Bind(done)
	a.Emit(Bti(TargetJump))
	a.Emit(Ldp(MemU64, FP, LR, AtPost(SP, 32)))
	a.JumpSymbol(helper, -4)
	return a.Finish()
}

func TestListing(t *testing.T) {
	var a Assembler
	c, err := sample(&a)
	if err != nil {
		t.Fatal(err)
	}
	names := map[uint32]string{}
	for l := range a.labels {
		names[a.LabelOffset(Label(l))] = fmt.Sprintf("L%d", l)
	}
	full := c.Listing()
	full.Symbol = func(s Symbol) string { return map[Symbol]string{{1, 7}: "slow_helper", {2, 3}: "int_type"}[s] }
	full.Mark = func(k MarkKind, id uint32) string { return fmt.Sprintf("v%d", id) }
	full.Label = func(off uint32) string { return names[off] }
	golden.Expect(t, "testdata/listing.txt", "# with names\n"+full.Text(c.Bytes)+
		"# from the code alone, at 0x10000\n"+Listing{Base: 0x10000, Data: c.Data}.Text(c.Bytes))
}

// TestListingTakesAnyBytes: a listing of damaged code has a line for each word.
func TestListingTakesAnyBytes(t *testing.T) {
	code := make([]byte, 4*5000+3)
	state := uint32(1)
	for i := range code {
		state = state*1664525 + 1013904223
		code[i] = byte(state >> 24)
	}
	lines := Disassemble(code, Listing{Data: []Data{{400, 420, 8}, {500, 520, 16}, {19996, 20100, 16}}})
	next := uint32(0)
	for _, l := range lines {
		if l.Offset != next || l.Text == "" || strings.Contains(l.Text, "%!") {
			t.Fatalf("%+v, expected offset %d", l, next)
		}
		next += l.Size
	}
	if next != 4*5000 {
		t.Errorf("the listing ends at %d", next)
	}
}
