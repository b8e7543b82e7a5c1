package aarch64

import (
	"errors"
	"testing"
)

// refusal runs f and returns the EncodingError it panics with, or nil.
func refusal(f func()) (e *EncodingError) {
	defer func() {
		if r := recover(); r != nil {
			e = r.(*EncodingError)
		}
	}()
	f()
	return nil
}

// TestRefused lists operands that have no encoding, by the form that must refuse them.
func TestRefused(t *testing.T) {
	var a Assembler
	for _, c := range []struct {
		form string
		call func()
	}{
		{"AddImm", func() { AddImm(W64, X0, X1, -1) }},
		{"AddImm", func() { AddImm(W64, X0, X1, 4097) }},
		{"AddImm", func() { AddImm(W64, X0, X1, 1<<24) }},
		{"AddImm", func() { AddImm(W64, XZR, X1, 1) }},
		{"AddImm", func() { AddImm(W64, X0, XZR, 1) }},
		{"AddImm", func() { AddImm(2, X0, X1, 1) }},
		{"SubImm", func() { SubImm(W64, V0, X1, 1) }},
		{"AddsImm", func() { AddsImm(W64, SP, X1, 1) }},
		{"SubsImm", func() { SubsImm(W64, SP, X1, 1) }},
		{"Add", func() { Add(W64, SP, X1, X2) }},
		{"Add", func() { Add(W64, X0, SP, X2) }},
		{"Add", func() { Add(W64, X0, X1, SP) }},
		{"Add", func() { Add(W64, X0, X1, V2) }},
		{"Add", func() { Add(W64, NoReg, X1, X2) }},
		{"AddShifted", func() { AddShifted(W64, X0, X1, X2, ROR, 1) }},
		{"AddShifted", func() { AddShifted(W64, X0, X1, X2, LSL, 64) }},
		{"AddShifted", func() { AddShifted(W32, X0, X1, X2, LSL, 32) }},
		{"AddExtended", func() { AddExtended(W64, X0, X1, X2, UXTX, 5) }},
		{"AddExtended", func() { AddExtended(W64, X0, X1, SP, UXTX, 0) }},
		{"AddExtended", func() { AddExtended(W64, X0, XZR, X2, UXTX, 0) }},
		{"AddExtended", func() { AddExtended(W64, X0, X1, X2, 8, 0) }},
		{"Adc", func() { Adc(W64, SP, X1, X2) }},

		{"AndImm", func() { AndImm(W64, X0, X1, 0) }},
		{"AndImm", func() { AndImm(W64, X0, X1, ^uint64(0)) }},
		{"AndImm", func() { AndImm(W64, X0, X1, 5) }},
		{"AndImm", func() { AndImm(W32, X0, X1, 0xffffffff) }},
		{"AndImm", func() { AndImm(W32, X0, X1, 1<<32) }},
		{"OrrImm", func() { OrrImm(W64, X0, SP, 1) }},
		{"AndsImm", func() { AndsImm(W64, SP, X1, 1) }},
		{"Orr", func() { Orr(W64, SP, XZR, X1) }},
		{"AndShifted", func() { AndShifted(W64, X0, X1, X2, 4, 0) }},
		{"AndShifted", func() { AndShifted(W32, X0, X1, X2, LSR, 32) }},

		{"Movz", func() { Movz(W64, X0, 1, 8) }},
		{"Movz", func() { Movz(W64, X0, 1, 64) }},
		{"Movk", func() { Movk(W32, X0, 1, 32) }},
		{"Movn", func() { Movn(W64, SP, 1, 0) }},
		{"AddImm", func() { Mov(W64, SP, XZR) }}, // mov sp, xzr does not exist
		{"Adr", func() { Adr(X0, 1<<20) }},
		{"Adr", func() { Adr(X0, -1<<20-1) }},
		{"Adrp", func() { Adrp(X0, 100) }},
		{"Adrp", func() { Adrp(X0, 1<<32) }},
		{"Adr", func() { Adr(SP, 0) }},

		{"LslImm", func() { LslImm(W64, X0, X1, 64) }},
		{"Ubfm", func() { LsrImm(W32, X0, X1, 32) }},
		{"Ubfx", func() { Ubfx(W64, X0, X1, 60, 5) }},
		{"Ubfx", func() { Ubfx(W64, X0, X1, 0, 0) }},
		{"Bfi", func() { Bfi(W32, X0, X1, 31, 2) }},
		{"Bfi", func() { Bfi(W32, X0, X1, 40, 1) }},
		{"Extr", func() { Extr(W32, X0, X1, X2, 32) }},
		{"Madd", func() { Madd(W64, X0, X1, X2, SP) }},
		{"Sdiv", func() { Sdiv(W64, X0, X1, SP) }},
		{"Clz", func() { Clz(W64, X0, SP) }},

		{"Csel", func() { Csel(W64, X0, X1, X2, 15) }},
		{"Csel", func() { Csel(W64, X0, SP, X2, EQ) }},
		{"Invert", func() { Cset(W64, X0, AL) }},
		{"Swap", func() { MI.Swap() }},
		{"FlagsFor", func() { FlagsFor(AL, false) }},
		{"CcmpImm", func() { CcmpImm(W64, X0, 32, 0, EQ) }},
		{"CcmpImm", func() { CcmpImm(W64, X0, -1, 0, EQ) }},
		{"Ccmp", func() { Ccmp(W64, X0, X1, 16, EQ) }},

		{"Load", func() { Ldr(W64, X0, At(X1, 32768)) }},
		{"Load", func() { Ldr(W64, X0, At(X1, 257)) }},
		{"Load", func() { Ldr(W64, X0, At(X1, -257)) }},
		{"Load", func() { Ldr(W64, X0, At(XZR, 0)) }},
		{"Load", func() { Ldr(W64, SP, At(X0, 0)) }},
		{"Load", func() { Ldr(W64, V0, At(X0, 0)) }},
		{"Load", func() { LdrF(Double, X0, At(X0, 0)) }},
		{"LdrF", func() { LdrF(Half, V0, At(X0, 0)) }},
		{"Load", func() { Ldr(W64, X0, AtPre(X0, 8)) }},
		{"Store", func() { Str(W64, X0, AtPost(X0, 8)) }},
		{"Load", func() { Ldr(W64, X0, AtPre(X1, 256)) }},
		{"Load", func() { Ldr(W64, X0, AtIndex(X1, X2, UXTB, false)) }},
		{"Load", func() { Ldr(W64, X0, AtIndex(X1, X2, SXTH, false)) }},
		{"Load", func() { Ldr(W64, X0, AtIndex(X1, SP, UXTX, false)) }},
		{"Load", func() { Load(memCount, X0, At(X1, 0)) }},
		{"Store", func() { Store(MemS32X, X0, At(X1, 0)) }},
		{"LdrLiteral", func() { LdrLiteral(MemU64, X0, 1<<20) }},
		{"LdrLiteral", func() { LdrLiteral(MemU64, X0, 2) }},
		{"LdrLiteral", func() { LdrLiteral(MemU8, X0, 4) }},
		{"Ldp", func() { Ldp(MemU64, X0, X0, At(SP, 0)) }},
		{"Ldp", func() { Ldp(MemU64, X0, X1, At(SP, 512)) }},
		{"Ldp", func() { Ldp(MemU64, X0, X1, At(SP, 4)) }},
		{"Ldp", func() { Ldp(MemU64, X0, X1, AtPre(X1, 16)) }},
		{"Ldp", func() { Ldp(MemU64, X0, X1, AtIndex(X2, X3, UXTX, false)) }},
		{"Ldp", func() { Ldp(MemU8, X0, X1, At(SP, 0)) }},
		{"Stp", func() { Stp(MemS32X, X0, X1, At(SP, 0)) }},
		{"Stp", func() { Stp(MemF64, V0, X1, At(SP, 0)) }},

		{"Ldadd", func() { Ldadd(MemF64, Relaxed, X0, X1, X2) }},
		{"Ldadd", func() { Ldadd(MemS8W, Relaxed, X0, X1, X2) }},
		{"Ldadd", func() { Ldadd(MemU64, 4, X0, X1, X2) }},
		{"Cas", func() { Cas(MemU64, Relaxed, X0, X1, XZR) }},
		{"Stxr", func() { Stxr(MemU64, X0, X0, X1) }},
		{"Stxr", func() { Stxr(MemU64, X1, X0, X1) }},

		{"Fadd", func() { Fadd(Half, V0, V1, V2) }},
		{"Fadd", func() { Fadd(Double, V0, V1, X2) }},
		{"Fcvt", func() { Fcvt(Double, Double, V0, V1) }},
		{"FmovImm", func() { FmovImm(Double, V0, 0) }},
		{"FmovImm", func() { FmovImm(Double, V0, 0.1) }},
		{"FmovImm", func() { FmovImm(Double, V0, 32) }},
		{"Fcvtzs", func() { Fcvtzs(W64, Double, V0, V1) }},
		{"Scvtf", func() { Scvtf(W64, Double, V0, SP) }},
		{"Cnt", func() { Cnt(false, X0, V1) }},

		{"B", func() { B(2) }},
		{"B", func() { B(1 << 27) }},
		{"BCond", func() { BCond(EQ, 1<<20) }},
		{"Cbz", func() { Cbz(W64, SP, 0) }},
		{"Tbz", func() { Tbz(X0, 64, 0) }},
		{"Tbz", func() { Tbz(X0, 0, 1<<15) }},
		{"Br", func() { Br(SP) }},
		{"Hint", func() { Hint(128) }},
		{"Bti", func() { Bti(0) }},
		{"Dmb", func() { Dmb(16) }},
		{"Dsb", func() { Dsb(4) }},
		{"Mrs", func() { Mrs(X0, 1<<15) }},

		{"MovImm64", func() { a.MovImm64(XZR, 1) }},
		{"MovImm32", func() { a.MovImm32(SP, 1) }},
		{"AddConst", func() { a.AddConst(W64, X0, X1, 1<<40, X1) }},
		{"AddConst", func() { a.AddConst(W64, SP, SP, 1<<40, XZR) }},
		{"Adr", func() { a.Adr(XZR, a.NewLabel()) }},
		{"Bind", func() { a.Bind(a.BoundLabel()) }},
		{"LabelPos", func() { a.LabelPos(a.NewLabel()) }},
		{"PopSection", func() { a.PopSection() }},
		{"PushSection", func() { a.PushSection(2) }},
		{"KeepTogether", func() { a.KeepTogether(a.Here() | coldPos) }},
		{"KeepTogether", func() { a.KeepTogether(a.Here() + 1) }},
		{"Offset", func() { a.Offset(a.Here()) }},
		{"Finish", func() { var b Assembler; b.B(b.NewLabel()); b.Finish() }},
		{"Finish", func() { var b Assembler; b.LabelDelta(b.BoundLabel(), b.NewLabel()); b.Finish() }},
		{"Finish", func() { var b Assembler; b.PushSection(Cold); b.Finish() }},
	} {
		e := refusal(c.call)
		switch {
		case e == nil:
			t.Errorf("%s took an operand it must refuse", c.form)
		case e.Form != c.form:
			t.Errorf("%s was refused by %s: %v", c.form, e.Form, e)
		case e.Reason == "":
			t.Errorf("%s gave no reason", c.form)
		}
	}
}

func TestEncodingErrorIsAnError(t *testing.T) {
	var err error = refusal(func() { AddImm(W64, X0, X1, 4097) })
	var e *EncodingError
	if !errors.As(err, &e) || err.Error() != "aarch64: AddImm: immediate 4097" {
		t.Errorf("got %v", err)
	}
}
