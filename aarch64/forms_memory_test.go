package aarch64

import (
	"fmt"
	"strings"
)

// access describes a kind of access in GNU's terms, apart from the encoder's table.
type access struct {
	m     Mem
	load  string // with ldur for the unscaled form
	store string // empty: no store
	reg   byte   // w, x, s, d, q
	bytes int64
}

var accesses = []access{
	{MemU8, "ldrb", "strb", 'w', 1}, {MemU16, "ldrh", "strh", 'w', 2},
	{MemU32, "ldr", "str", 'w', 4}, {MemU64, "ldr", "str", 'x', 8},
	{MemS8W, "ldrsb", "", 'w', 1}, {MemS8X, "ldrsb", "", 'x', 1},
	{MemS16W, "ldrsh", "", 'w', 2}, {MemS16X, "ldrsh", "", 'x', 2}, {MemS32X, "ldrsw", "", 'x', 4},
	{MemF32, "ldr", "str", 's', 4}, {MemF64, "ldr", "str", 'd', 8}, {MemF128, "ldr", "str", 'q', 16},
}

// register gives a register for the access that differs from the ones given, and its name.
func (x access) register(g *generator, not ...Reg) (Reg, string) {
	switch x.reg {
	case 'w', 'x':
		r := g.gp()
		if len(not) > 0 {
			r = g.other(not...)
		}
		if x.reg == 'w' {
			return r, r.Name(W32)
		}
		return r, r.Name(W64)
	}
	for {
		r := g.fp()
		if len(not) > 0 && r == not[0] {
			continue
		}
		return r, fmt.Sprintf("%c%d", x.reg, r-V0)
	}
}

func memoryForms() []form {
	var forms []form
	for _, x := range accesses {
		for _, load := range []bool{true, false} {
			name, enc := x.load, Load
			if !load {
				name, enc = x.store, Store
			}
			if name == "" {
				continue
			}
			title := fmt.Sprintf("%s %c", name, x.reg)
			scale := int64(0)
			for 1<<scale < x.bytes {
				scale++
			}
			forms = append(forms, form{title + " scaled", func(g *generator) (Word, string) {
				base := g.sp()
				r, rt := x.register(g)
				off := g.between(0, 4095*x.bytes, x.bytes)
				return enc(x.m, r, At(base, int32(off))), fmt.Sprintf("%s %s, [%s, #%d]", name, rt, base, off)
			}}, form{title + " unscaled", func(g *generator) (Word, string) {
				base := g.sp()
				r, rt := x.register(g)
				off := g.between(-256, 255, 1)
				op := name
				if off < 0 || off%x.bytes != 0 {
					op = strings.Replace(name, "r", "ur", 1)
				}
				return enc(x.m, r, At(base, int32(off))), fmt.Sprintf("%s %s, [%s, #%d]", op, rt, base, off)
			}}, form{title + " pre", func(g *generator) (Word, string) {
				base := g.sp()
				r, rt := x.register(g, base)
				off := g.between(-256, 255, 1)
				return enc(x.m, r, AtPre(base, int32(off))), fmt.Sprintf("%s %s, [%s, #%d]!", name, rt, base, off)
			}}, form{title + " post", func(g *generator) (Word, string) {
				base := g.sp()
				r, rt := x.register(g, base)
				off := g.between(-256, 255, 1)
				return enc(x.m, r, AtPost(base, int32(off))), fmt.Sprintf("%s %s, [%s], #%d", name, rt, base, off)
			}}, form{title + " register", func(g *generator) (Word, string) {
				base, index := g.sp(), g.gp()
				r, rt := x.register(g)
				e := []Extend{UXTW, UXTX, SXTW, SXTX}[g.rng.Intn(4)]
				scaled := g.bool()
				iw, ext := W64, extendNames[e]
				if e&1 == 0 {
					iw = W32
				}
				if e == UXTX {
					ext = "lsl"
				}
				text := fmt.Sprintf("%s %s, [%s, %s", name, rt, base, index.Name(iw))
				switch {
				case scaled && scale > 0:
					text += fmt.Sprintf(", %s #%d", ext, scale)
				case e != UXTX:
					text += ", " + ext
				}
				return enc(x.m, r, AtIndex(base, index, e, scaled)), text + "]"
			}})
		}
	}
	for _, x := range accesses {
		if x.bytes < 4 {
			continue
		}
		forms = append(forms, form{fmt.Sprintf("%s %c literal", x.load, x.reg), func(g *generator) (Word, string) {
			r, rt := x.register(g)
			off := g.between(-1<<20, 1<<20-4, 4)
			return LdrLiteral(x.m, r, off), fmt.Sprintf("%s %s, .%+d", x.load, rt, off)
		}})
	}
	wrapper := func(title string, reg byte, bytes int64, load bool, enc func(g *generator, a Addr) (Word, Reg)) form {
		return form{title, func(g *generator) (Word, string) {
			base, off := g.sp(), g.between(0, 4095*bytes, bytes)
			w, r := enc(g, At(base, int32(off)))
			op := map[bool]string{true: "ldr", false: "str"}[load]
			rt := fmt.Sprintf("%c%d", reg, r.Num())
			if r == XZR {
				rt = fmt.Sprintf("%czr", reg)
			}
			return w, fmt.Sprintf("%s %s, [%s, #%d]", op, rt, base, off)
		}}
	}
	for _, w := range []Width{W32, W64} {
		letter, bytes := "wx"[w], int64(4)<<w
		forms = append(forms,
			wrapper("Ldr", letter, bytes, true, func(g *generator, a Addr) (Word, Reg) { r := g.gp(); return Ldr(w, r, a), r }),
			wrapper("Str", letter, bytes, false, func(g *generator, a Addr) (Word, Reg) { r := g.gp(); return Str(w, r, a), r }))
	}
	for _, f := range []Float{Single, Double} {
		letter, bytes := "sd"[f], int64(4)<<f
		forms = append(forms,
			wrapper("LdrF", letter, bytes, true, func(g *generator, a Addr) (Word, Reg) { r := g.fp(); return LdrF(f, r, a), r }),
			wrapper("StrF", letter, bytes, false, func(g *generator, a Addr) (Word, Reg) { r := g.fp(); return StrF(f, r, a), r }))
	}
	return forms
}

func pairForms() []form {
	var forms []form
	for _, x := range accesses {
		if x.bytes < 4 {
			continue
		}
		for _, load := range []bool{true, false} {
			name, enc := "stp", Stp
			if load {
				name, enc = "ldp", Ldp
			}
			if x.m == MemS32X {
				if !load {
					continue
				}
				name = "ldpsw"
			}
			title := fmt.Sprintf("%s %c", name, x.reg)
			make := func(mode string, at func(Reg, int32) Addr, layout string) form {
				return form{title + " " + mode, func(g *generator) (Word, string) {
					base := g.sp()
					r, rt := x.register(g, base)
					r2, rt2 := x.register(g, r, base)
					off := g.between(-64*x.bytes, 63*x.bytes, x.bytes)
					return enc(x.m, r, r2, at(base, int32(off))),
						fmt.Sprintf("%s %s, %s, ", name, rt, rt2) + fmt.Sprintf(layout, base, off)
				}}
			}
			forms = append(forms, make("offset", At, "[%s, #%d]"), make("pre", AtPre, "[%s, #%d]!"),
				make("post", AtPost, "[%s], #%d"))
		}
	}
	return forms
}

func atomicForms() []form {
	var forms []form
	sizes := []struct {
		m      Mem
		suffix string
		w      Width
	}{{MemU8, "b", W32}, {MemU16, "h", W32}, {MemU32, "", W32}, {MemU64, "", W64}}
	orders := []string{"", "a", "l", "al"}
	for _, f := range []struct {
		name string
		enc  func(m Mem, o Order, rs, rt, rn Reg) Word
	}{{"ldadd", Ldadd}, {"ldclr", Ldclr}, {"ldeor", Ldeor}, {"ldset", Ldset}, {"swp", Swp}, {"cas", Cas}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			z, o := sizes[g.rng.Intn(4)], g.rng.Intn(4)
			s, t, n := g.gp(), g.gp(), g.sp()
			return f.enc(z.m, Order(o), s, t, n), fmt.Sprintf("%s%s%s %s, %s, [%s]",
				f.name, orders[o], z.suffix, s.Name(z.w), t.Name(z.w), n)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(m Mem, rt, rn Reg) Word
	}{{"ldar", Ldar}, {"stlr", Stlr}, {"ldxr", Ldxr}, {"ldaxr", Ldaxr}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			z, t, n := sizes[g.rng.Intn(4)], g.gp(), g.sp()
			return f.enc(z.m, t, n), fmt.Sprintf("%s%s %s, [%s]", f.name, z.suffix, t.Name(z.w), n)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(m Mem, rs, rt, rn Reg) Word
	}{{"stxr", Stxr}, {"stlxr", Stlxr}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			z, t, n := sizes[g.rng.Intn(4)], g.gp(), g.sp()
			s := g.other(t, n)
			return f.enc(z.m, s, t, n), fmt.Sprintf("%s%s %s, %s, [%s]", f.name, z.suffix, s.Name(W32), t.Name(z.w), n)
		}})
	}
	return forms
}
