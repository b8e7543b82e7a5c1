package aarch64

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// sortedKeys makes the order of a table of forms, and with it the random operands, repeatable.
func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

func floatForms() []form {
	var forms []form
	binary := map[string]func(f Float, vd, vn, vm Reg) Word{
		"fmul": Fmul, "fdiv": Fdiv, "fadd": Fadd, "fsub": Fsub, "fmax": Fmax, "fmin": Fmin,
		"fmaxnm": Fmaxnm, "fminnm": Fminnm, "fnmul": Fnmul,
	}
	for _, name := range sortedKeys(binary) {
		forms = append(forms, form{name, func(g *generator) (Word, string) {
			f, d, n, m := g.float(), g.fp(), g.fp(), g.fp()
			return binary[name](f, d, n, m), fmt.Sprintf("%s %s, %s, %s", name, d.FloatName(f), n.FloatName(f), m.FloatName(f))
		}})
	}
	unary := map[string]func(f Float, vd, vn Reg) Word{
		"fmov": Fmov, "fabs": Fabs, "fneg": Fneg, "fsqrt": Fsqrt, "frintn": Frintn, "frintp": Frintp,
		"frintm": Frintm, "frintz": Frintz, "frinta": Frinta, "frintx": Frintx, "frinti": Frinti,
		"fcmp": Fcmp, "fcmpe": Fcmpe,
	}
	for _, name := range sortedKeys(unary) {
		forms = append(forms, form{name, func(g *generator) (Word, string) {
			f, d, n := g.float(), g.fp(), g.fp()
			return unary[name](f, d, n), fmt.Sprintf("%s %s, %s", name, d.FloatName(f), n.FloatName(f))
		}})
	}
	ternary := map[string]func(f Float, vd, vn, vm, va Reg) Word{
		"fmadd": Fmadd, "fmsub": Fmsub, "fnmadd": Fnmadd, "fnmsub": Fnmsub,
	}
	for _, name := range sortedKeys(ternary) {
		forms = append(forms, form{name, func(g *generator) (Word, string) {
			f, d, n, m, a := g.float(), g.fp(), g.fp(), g.fp(), g.fp()
			return ternary[name](f, d, n, m, a), fmt.Sprintf("%s %s, %s, %s, %s",
				name, d.FloatName(f), n.FloatName(f), m.FloatName(f), a.FloatName(f))
		}})
	}
	return append(forms, form{"fcmp zero", func(g *generator) (Word, string) {
		f, n := g.float(), g.fp()
		return FcmpZero(f, n), fmt.Sprintf("fcmp %s, #0.0", n.FloatName(f))
	}}, form{"fcmpe zero", func(g *generator) (Word, string) {
		f, n := g.float(), g.fp()
		return FcmpeZero(f, n), fmt.Sprintf("fcmpe %s, #0.0", n.FloatName(f))
	}}, form{"fccmp", func(g *generator) (Word, string) {
		f, n, m, nzcv, c := g.float(), g.fp(), g.fp(), g.flags(), g.cond()
		return Fccmp(f, n, m, nzcv, c), fmt.Sprintf("fccmp %s, %s, #%d, %s", n.FloatName(f), m.FloatName(f), nzcv, c)
	}}, form{"fcsel", func(g *generator) (Word, string) {
		f, d, n, m, c := g.float(), g.fp(), g.fp(), g.fp(), g.cond()
		return Fcsel(f, d, n, m, c), fmt.Sprintf("fcsel %s, %s, %s, %s", d.FloatName(f), n.FloatName(f), m.FloatName(f), c)
	}}, form{"fmov imm", func(g *generator) (Word, string) {
		f, d := g.float(), g.fp()
		v := float64(16+g.rng.Intn(16)) / 16 * []float64{0.125, 0.25, 0.5, 1, 2, 4, 8, 16}[g.below(8)]
		if g.bool() {
			v = -v
		}
		return FmovImm(f, d, v), fmt.Sprintf("fmov %s, #%.10f", d.FloatName(f), v)
	}}, form{"fcvt", func(g *generator) (Word, string) {
		types := []Float{Single, Double, Half}
		k := g.rng.Intn(3)
		to, from := types[k], types[(k+1+g.rng.Intn(2))%3]
		d, n := g.fp(), g.fp()
		return Fcvt(to, from, d, n), fmt.Sprintf("fcvt %s, %s", d.FloatName(to), n.FloatName(from))
	}})
}

func convertForms() []form {
	var forms []form
	toInt := map[string]func(w Width, f Float, rd, vn Reg) Word{
		"fcvtns": Fcvtns, "fcvtnu": Fcvtnu, "fcvtps": Fcvtps, "fcvtpu": Fcvtpu, "fcvtms": Fcvtms,
		"fcvtmu": Fcvtmu, "fcvtzs": Fcvtzs, "fcvtzu": Fcvtzu, "fcvtas": Fcvtas, "fcvtau": Fcvtau,
	}
	for _, name := range sortedKeys(toInt) {
		forms = append(forms, form{name, func(g *generator) (Word, string) {
			w, f, d, n := g.width(), g.float(), g.gp(), g.fp()
			return toInt[name](w, f, d, n), fmt.Sprintf("%s %s, %s", name, d.Name(w), n.FloatName(f))
		}})
	}
	fromInt := map[string]func(w Width, f Float, vd, rn Reg) Word{"scvtf": Scvtf, "ucvtf": Ucvtf}
	for _, name := range sortedKeys(fromInt) {
		forms = append(forms, form{name, func(g *generator) (Word, string) {
			w, f, d, n := g.width(), g.float(), g.fp(), g.gp()
			return fromInt[name](w, f, d, n), fmt.Sprintf("%s %s, %s", name, d.FloatName(f), n.Name(w))
		}})
	}
	return append(forms, form{"fmov to general", func(g *generator) (Word, string) {
		f, d, n := g.float(), g.gp(), g.fp()
		return FmovToGP(f, d, n), fmt.Sprintf("fmov %s, %s", d.Name(Width(f)), n.FloatName(f))
	}}, form{"fmov from general", func(g *generator) (Word, string) {
		f, d, n := g.float(), g.fp(), g.gp()
		return FmovFromGP(f, d, n), fmt.Sprintf("fmov %s, %s", d.FloatName(f), n.Name(Width(f)))
	}})
}

func vectorForms() []form {
	lanes := map[bool]string{false: "8b", true: "16b"}
	var forms []form
	logic := map[string]func(q bool, vd, vn, vm Reg) Word{
		"and": Vand, "bic": Vbic, "orr": Vorr, "orn": Vorn, "eor": Veor, "bsl": Vbsl, "bit": Vbit, "bif": Vbif,
	}
	for _, name := range sortedKeys(logic) {
		forms = append(forms, form{name + " vector", func(g *generator) (Word, string) {
			q, d, n, m := g.bool(), g.fp(), g.fp(), g.fp()
			return logic[name](q, d, n, m), fmt.Sprintf("%s %s.%s, %s.%s, %s.%s", name, d, lanes[q], n, lanes[q], m, lanes[q])
		}})
	}
	return append(forms, form{"cnt", func(g *generator) (Word, string) {
		q, d, n := g.bool(), g.fp(), g.fp()
		return Cnt(q, d, n), fmt.Sprintf("cnt %s.%s, %s.%s", d, lanes[q], n, lanes[q])
	}}, form{"mov vector", func(g *generator) (Word, string) {
		q, d, n := g.bool(), g.fp(), g.fp()
		return Vmov(q, d, n), fmt.Sprintf("mov %s.%s, %s.%s", d, lanes[q], n, lanes[q])
	}}, form{"addv", func(g *generator) (Word, string) {
		q, d, n := g.bool(), g.fp(), g.fp()
		return Addv(q, d, n), fmt.Sprintf("addv b%d, %s.%s", d-V0, n, lanes[q])
	}}, form{"uaddlv", func(g *generator) (Word, string) {
		q, d, n := g.bool(), g.fp(), g.fp()
		return Uaddlv(q, d, n), fmt.Sprintf("uaddlv h%d, %s.%s", d-V0, n, lanes[q])
	}}, form{"movi zero", func(g *generator) (Word, string) {
		q, d := g.bool(), g.fp()
		if q {
			return Vzero(q, d), fmt.Sprintf("movi %s.2d, #0", d)
		}
		return Vzero(q, d), fmt.Sprintf("movi d%d, #0", d-V0)
	}})
}
