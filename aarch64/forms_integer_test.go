package aarch64

import "fmt"

var (
	shiftNames  = []string{"lsl", "lsr", "asr", "ror"}
	extendNames = []string{"uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"}
)

type (
	threeRegs  = func(w Width, rd, rn, rm Reg) Word
	twoRegs    = func(w Width, rd, rn Reg) Word
	shiftedReg = func(w Width, rd, rn, rm Reg, s Shift, amount uint32) Word
)

// three makes the forms "name rd, rn, rm".
func three(m map[string]threeRegs) []form {
	var forms []form
	for _, name := range sortedKeys(m) {
		enc := m[name]
		forms = append(forms, form{name, func(g *generator) (Word, string) {
			w, d, n, r := g.width(), g.gp(), g.gp(), g.gp()
			return enc(w, d, n, r), fmt.Sprintf("%s %s, %s, %s", name, d.Name(w), n.Name(w), r.Name(w))
		}})
	}
	return forms
}

// two makes the forms "name rd, rn" with both registers of the same width.
func two(m map[string]twoRegs) []form {
	var forms []form
	for _, name := range sortedKeys(m) {
		enc := m[name]
		forms = append(forms, form{name, func(g *generator) (Word, string) {
			w, d, n := g.width(), g.gp(), g.gp()
			return enc(w, d, n), fmt.Sprintf("%s %s, %s", name, d.Name(w), n.Name(w))
		}})
	}
	return forms
}

// shifted makes the forms "name rd, rn, rm, shift #amount" with the first so many shifts.
func shifted(kinds int, m map[string]shiftedReg) []form {
	var forms []form
	for _, name := range sortedKeys(m) {
		enc := m[name]
		forms = append(forms, form{name + " shifted", func(g *generator) (Word, string) {
			w, d, n, r := g.width(), g.gp(), g.gp(), g.gp()
			s, amount := Shift(g.rng.Intn(kinds)), g.below(w.Bits())
			return enc(w, d, n, r, s, amount), fmt.Sprintf("%s %s, %s, %s, %s #%d",
				name, d.Name(w), n.Name(w), r.Name(w), shiftNames[s], amount)
		}})
	}
	return forms
}

func arithForms() []form {
	forms := three(map[string]threeRegs{
		"add": Add, "sub": Sub, "adds": Adds, "subs": Subs, "adc": Adc, "adcs": Adcs, "sbc": Sbc, "sbcs": Sbcs,
	})
	forms = append(forms, two(map[string]twoRegs{"cmp": Cmp, "cmn": Cmn, "neg": Neg, "negs": Negs})...)
	forms = append(forms, shifted(3, map[string]shiftedReg{
		"add": AddShifted, "sub": SubShifted, "adds": AddsShifted, "subs": SubsShifted,
	})...)
	for _, f := range []struct {
		name  string
		imm   func(w Width, rd, rn Reg, imm int64) Word
		ext   func(w Width, rd, rn, rm Reg, e Extend, amount uint32) Word
		flags bool
	}{
		{"add", AddImm, AddExtended, false}, {"sub", SubImm, SubExtended, false},
		{"adds", AddsImm, AddsExtended, true}, {"subs", SubsImm, SubsExtended, true},
	} {
		dest := (*generator).sp
		if f.flags {
			dest = (*generator).gp
		}
		forms = append(forms, form{f.name + " imm", func(g *generator) (Word, string) {
			w, d, n := g.width(), dest(g), g.sp()
			imm := g.pick([]int64{0, 1, 4095, 4096, 4095 << 12, 8192}, func() int64 {
				return g.rng.Int63n(4096) << (12 * g.rng.Intn(2))
			})
			return f.imm(w, d, n, imm), fmt.Sprintf("%s %s, %s, #%d", f.name, d.Name(w), n.Name(w), imm)
		}}, form{f.name + " extended", func(g *generator) (Word, string) {
			w, d, n, r := g.width(), dest(g), g.sp(), g.gp()
			e, amount := Extend(g.rng.Intn(8)), g.below(5)
			rw := W32
			if w == W64 && e&3 == 3 {
				rw = W64
			}
			return f.ext(w, d, n, r, e, amount), fmt.Sprintf("%s %s, %s, %s, %s #%d",
				f.name, d.Name(w), n.Name(w), r.Name(rw), extendNames[e], amount)
		}})
	}
	for _, f := range []struct {
		name    string
		imm     func(w Width, rn Reg, imm int64) Word
		shifted func(w Width, rn, rm Reg, s Shift, amount uint32) Word
		ext     func(w Width, rn, rm Reg, e Extend, amount uint32) Word
	}{{"cmp", CmpImm, CmpShifted, CmpExtended}, {"cmn", CmnImm, CmnShifted, CmnExtended}} {
		forms = append(forms, form{f.name + " imm", func(g *generator) (Word, string) {
			w, n, imm := g.width(), g.sp(), g.between(0, 4095, 1)
			return f.imm(w, n, imm), fmt.Sprintf("%s %s, #%d", f.name, n.Name(w), imm)
		}}, form{f.name + " shifted", func(g *generator) (Word, string) {
			w, n, r, s := g.width(), g.gp(), g.gp(), Shift(g.rng.Intn(3))
			amount := g.below(w.Bits())
			return f.shifted(w, n, r, s, amount), fmt.Sprintf("%s %s, %s, %s #%d", f.name, n.Name(w), r.Name(w), shiftNames[s], amount)
		}}, form{f.name + " extended", func(g *generator) (Word, string) {
			n, r, amount := g.sp(), g.gp(), g.below(5)
			return f.ext(W64, n, r, SXTW, amount), fmt.Sprintf("%s %s, %s, sxtw #%d", f.name, n.Name(W64), r.Name(W32), amount)
		}})
	}
	return append(forms, form{"neg shifted", func(g *generator) (Word, string) {
		w, d, r, s := g.width(), g.gp(), g.gp(), Shift(g.rng.Intn(3))
		amount := g.below(w.Bits())
		return NegShifted(w, d, r, s, amount), fmt.Sprintf("neg %s, %s, %s #%d", d.Name(w), r.Name(w), shiftNames[s], amount)
	}})
}

// bitmask makes a bitmask immediate by its definition: a rotated run in a repeated element.
func (g *generator) bitmask(w Width) uint64 {
	size := 2 << g.rng.Intn(5+int(w))
	run := uint64(1)<<(1+g.rng.Intn(size-1)) - 1
	rot := g.rng.Intn(size)
	v := uint64(0)
	for i := range 64 {
		v |= run >> ((i + rot) % size) & 1 << i
	}
	if w == W32 {
		v &= 0xffffffff
	}
	return v
}

func logicalForms() []form {
	forms := three(map[string]threeRegs{
		"and": And, "bic": Bic, "orr": Orr, "orn": Orn, "eor": Eor, "eon": Eon, "ands": Ands, "bics": Bics,
	})
	forms = append(forms, two(map[string]twoRegs{"tst": Tst, "mvn": Mvn})...)
	forms = append(forms, shifted(4, map[string]shiftedReg{
		"and": AndShifted, "bic": BicShifted, "orr": OrrShifted, "orn": OrnShifted,
		"eor": EorShifted, "eon": EonShifted, "ands": AndsShifted, "bics": BicsShifted,
	})...)
	for _, f := range []struct {
		name string
		enc  func(w Width, rd, rn Reg, v uint64) Word
		sp   bool
	}{{"and", AndImm, true}, {"orr", OrrImm, true}, {"eor", EorImm, true}, {"ands", AndsImm, false}} {
		forms = append(forms, form{f.name + " imm", func(g *generator) (Word, string) {
			w, d, n := g.width(), g.gp(), g.gp()
			if f.sp {
				d = g.sp()
			}
			v := g.bitmask(w)
			return f.enc(w, d, n, v), fmt.Sprintf("%s %s, %s, #%#x", f.name, d.Name(w), n.Name(w), v)
		}})
	}
	return append(forms, form{"tst imm", func(g *generator) (Word, string) {
		w, n := g.width(), g.gp()
		v := g.bitmask(w)
		return TstImm(w, n, v), fmt.Sprintf("tst %s, #%#x", n.Name(w), v)
	}}, form{"tst shifted", func(g *generator) (Word, string) {
		w, n, r, s := g.width(), g.gp(), g.gp(), Shift(g.rng.Intn(4))
		amount := g.below(w.Bits())
		return TstShifted(w, n, r, s, amount), fmt.Sprintf("tst %s, %s, %s #%d", n.Name(w), r.Name(w), shiftNames[s], amount)
	}}, form{"mvn shifted", func(g *generator) (Word, string) {
		w, d, r, s := g.width(), g.gp(), g.gp(), Shift(g.rng.Intn(4))
		amount := g.below(w.Bits())
		return MvnShifted(w, d, r, s, amount), fmt.Sprintf("mvn %s, %s, %s #%d", d.Name(w), r.Name(w), shiftNames[s], amount)
	}})
}

func moveForms() []form {
	var forms []form
	for _, f := range []struct {
		name string
		enc  func(w Width, rd Reg, imm uint16, shift uint32) Word
	}{{"movz", Movz}, {"movn", Movn}, {"movk", Movk}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, d := g.width(), g.gp()
			imm, shift := g.between(0, 0xffff, 1), 16*uint32(g.rng.Intn(2<<w))
			return f.enc(w, d, uint16(imm), shift), fmt.Sprintf("%s %s, #%d, lsl #%d", f.name, d.Name(w), imm, shift)
		}})
	}
	return append(forms, form{"mov", func(g *generator) (Word, string) {
		w, d, n := g.width(), g.gp(), g.gp()
		if g.bool() {
			d, n = g.sp(), g.sp()
		}
		return Mov(w, d, n), fmt.Sprintf("mov %s, %s", d.Name(w), n.Name(w))
	}}, form{"adr", func(g *generator) (Word, string) {
		d, off := g.gp(), g.between(-1<<20, 1<<20-1, 1)
		return Adr(d, off), fmt.Sprintf("adr %s, .%+d", d, off)
	}}, form{"adrp", func(g *generator) (Word, string) {
		// The test code is at 256 MB, and ld knows no addresses below zero.
		d, off := g.gp(), g.between(-1<<27, 1<<31, 4096)
		return Adrp(d, off), fmt.Sprintf("adrp %s, .%+d", d, off)
	}})
}

func bitfieldForms() []form {
	var forms []form
	for _, f := range []struct {
		name string
		enc  func(w Width, rd, rn Reg, immr, imms uint32) Word
	}{{"sbfm", Sbfm}, {"bfm", Bfm}, {"ubfm", Ubfm}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, d, n := g.width(), g.gp(), g.gp()
			r, s := g.below(w.Bits()), uint32(g.rng.Intn(int(w.Bits())))
			return f.enc(w, d, n, r, s), fmt.Sprintf("%s %s, %s, #%d, #%d", f.name, d.Name(w), n.Name(w), r, s)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(w Width, rd, rn Reg, lsb, width uint32) Word
	}{{"bfi", Bfi}, {"bfxil", Bfxil}, {"ubfx", Ubfx}, {"ubfiz", Ubfiz}, {"sbfx", Sbfx}, {"sbfiz", Sbfiz}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, d, n := g.width(), g.gp(), g.low() // from wzr, bfi has another name
			lsb := g.below(w.Bits())
			size := uint32(g.between(1, int64(w.Bits()-lsb), 1))
			size = min(max(size, 1), w.Bits()-lsb)
			return f.enc(w, d, n, lsb, size), fmt.Sprintf("%s %s, %s, #%d, #%d", f.name, d.Name(w), n.Name(w), lsb, size)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(w Width, rd, rn Reg, amount uint32) Word
	}{{"lsl", LslImm}, {"lsr", LsrImm}, {"asr", AsrImm}, {"ror", RorImm}} {
		forms = append(forms, form{f.name + " imm", func(g *generator) (Word, string) {
			w, d, n := g.width(), g.gp(), g.gp()
			amount := g.below(w.Bits())
			return f.enc(w, d, n, amount), fmt.Sprintf("%s %s, %s, #%d", f.name, d.Name(w), n.Name(w), amount)
		}})
	}
	extension := func(name string, dest Width, enc func(rd, rn Reg) Word) form {
		return form{name, func(g *generator) (Word, string) {
			d, n := g.gp(), g.gp()
			return enc(d, n), fmt.Sprintf("%s %s, %s", name, d.Name(dest), n.Name(W32))
		}}
	}
	return append(forms,
		extension("sxtb", W64, func(rd, rn Reg) Word { return Sxtb(W64, rd, rn) }),
		extension("sxtb", W32, func(rd, rn Reg) Word { return Sxtb(W32, rd, rn) }),
		extension("sxth", W64, func(rd, rn Reg) Word { return Sxth(W64, rd, rn) }),
		extension("sxth", W32, func(rd, rn Reg) Word { return Sxth(W32, rd, rn) }),
		extension("sxtw", W64, Sxtw), extension("uxtb", W32, Uxtb), extension("uxth", W32, Uxth),
		extension("mov", W32, Uxtw),
		form{"extr", func(g *generator) (Word, string) {
			w, d, n, r := g.width(), g.gp(), g.gp(), g.gp()
			lsb := g.below(w.Bits())
			return Extr(w, d, n, r, lsb), fmt.Sprintf("extr %s, %s, %s, #%d", d.Name(w), n.Name(w), r.Name(w), lsb)
		}})
}

func multiplyForms() []form {
	forms := three(map[string]threeRegs{
		"udiv": Udiv, "sdiv": Sdiv, "lsl": Lsl, "lsr": Lsr, "asr": Asr, "ror": Ror, "mul": Mul, "mneg": Mneg,
	})
	forms = append(forms, two(map[string]twoRegs{"rbit": Rbit, "rev16": Rev16, "rev": Rev, "clz": Clz, "cls": Cls})...)
	forms = append(forms, form{"rev32", func(g *generator) (Word, string) {
		d, n := g.gp(), g.gp()
		return Rev32(d, n), fmt.Sprintf("rev32 %s, %s", d.Name(W64), n.Name(W64))
	}})
	for _, f := range []struct {
		name string
		enc  func(w Width, rd, rn, rm, ra Reg) Word
	}{{"madd", Madd}, {"msub", Msub}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, d, n, r, a := g.width(), g.gp(), g.gp(), g.gp(), g.gp()
			return f.enc(w, d, n, r, a), fmt.Sprintf("%s %s, %s, %s, %s", f.name, d.Name(w), n.Name(w), r.Name(w), a.Name(w))
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(rd, rn, rm, ra Reg) Word
	}{{"smaddl", Smaddl}, {"smsubl", Smsubl}, {"umaddl", Umaddl}, {"umsubl", Umsubl}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			d, n, r, a := g.gp(), g.gp(), g.gp(), g.gp()
			return f.enc(d, n, r, a), fmt.Sprintf("%s %s, %s, %s, %s", f.name, d, n.Name(W32), r.Name(W32), a)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(rd, rn, rm Reg) Word
		from Width
	}{{"smull", Smull, W32}, {"umull", Umull, W32}, {"smulh", Smulh, W64}, {"umulh", Umulh, W64}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			d, n, r := g.gp(), g.gp(), g.gp()
			return f.enc(d, n, r), fmt.Sprintf("%s %s, %s, %s", f.name, d, n.Name(f.from), r.Name(f.from))
		}})
	}
	return forms
}

func selectForms() []form {
	var forms []form
	for _, f := range []struct {
		name string
		enc  func(w Width, rd, rn, rm Reg, c Cond) Word
	}{{"csel", Csel}, {"csinc", Csinc}, {"csinv", Csinv}, {"csneg", Csneg}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, d, n, r, c := g.width(), g.gp(), g.gp(), g.gp(), g.cond()
			return f.enc(w, d, n, r, c), fmt.Sprintf("%s %s, %s, %s, %s", f.name, d.Name(w), n.Name(w), r.Name(w), c)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(w Width, rd Reg, c Cond) Word
	}{{"cset", Cset}, {"csetm", Csetm}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, d, c := g.width(), g.gp(), g.cond()
			return f.enc(w, d, c), fmt.Sprintf("%s %s, %s", f.name, d.Name(w), c)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(w Width, rd, rn Reg, c Cond) Word
	}{{"cinc", Cinc}, {"cinv", Cinv}, {"cneg", Cneg}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, d, n, c := g.width(), g.gp(), g.low(), g.cond()
			return f.enc(w, d, n, c), fmt.Sprintf("%s %s, %s, %s", f.name, d.Name(w), n.Name(w), c)
		}})
	}
	for _, f := range []struct {
		name string
		reg  func(w Width, rn, rm Reg, f Flags, c Cond) Word
		imm  func(w Width, rn Reg, imm int64, f Flags, c Cond) Word
	}{{"ccmp", Ccmp, CcmpImm}, {"ccmn", Ccmn, CcmnImm}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, n, r, nzcv, c := g.width(), g.gp(), g.gp(), g.flags(), g.cond()
			return f.reg(w, n, r, nzcv, c), fmt.Sprintf("%s %s, %s, #%d, %s", f.name, n.Name(w), r.Name(w), nzcv, c)
		}}, form{f.name + " imm", func(g *generator) (Word, string) {
			w, n, imm, nzcv, c := g.width(), g.gp(), g.between(0, 31, 1), g.flags(), g.cond()
			return f.imm(w, n, imm, nzcv, c), fmt.Sprintf("%s %s, #%d, #%d, %s", f.name, n.Name(w), imm, nzcv, c)
		}})
	}
	return forms
}

func branchForms() []form {
	var forms []form
	for _, f := range []struct {
		name string
		enc  func(off int64) Word
	}{{"b", B}, {"bl", Bl}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			off := g.between(-1<<27, 1<<27-4, 4)
			return f.enc(off), fmt.Sprintf("%s .%+d", f.name, off)
		}})
	}
	forms = append(forms, form{"b.cond", func(g *generator) (Word, string) {
		c, off := g.cond(), g.between(-1<<20, 1<<20-4, 4)
		return BCond(c, off), fmt.Sprintf("b.%s .%+d", c, off)
	}})
	for _, f := range []struct {
		name string
		enc  func(w Width, rt Reg, off int64) Word
	}{{"cbz", Cbz}, {"cbnz", Cbnz}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			w, t, off := g.width(), g.gp(), g.between(-1<<20, 1<<20-4, 4)
			return f.enc(w, t, off), fmt.Sprintf("%s %s, .%+d", f.name, t.Name(w), off)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(rt Reg, bit uint32, off int64) Word
	}{{"tbz", Tbz}, {"tbnz", Tbnz}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			t, bit, off := g.gp(), g.below(64), g.between(-1<<15, 1<<15-4, 4)
			return f.enc(t, bit, off), fmt.Sprintf("%s %s, #%d, .%+d", f.name, t.Name(Width(bit/32)), bit, off)
		}})
	}
	for _, f := range []struct {
		name string
		enc  func(rn Reg) Word
	}{{"br", Br}, {"blr", Blr}, {"ret", RetReg}} {
		forms = append(forms, form{f.name, func(g *generator) (Word, string) {
			n := g.gp()
			return f.enc(n), fmt.Sprintf("%s %s", f.name, n)
		}})
	}
	return forms
}

func systemForms() []form {
	imm16 := func(name string, enc func(imm uint16) Word) form {
		return form{name, func(g *generator) (Word, string) {
			imm := g.between(0, 0xffff, 1)
			return enc(uint16(imm)), fmt.Sprintf("%s #%d", name, imm)
		}}
	}
	forms := []form{
		imm16("brk", Brk), imm16("udf", Udf), imm16("svc", Svc),
		{"hint", func(g *generator) (Word, string) {
			n := g.below(128)
			return Hint(n), fmt.Sprintf("hint #%d", n)
		}},
		{"dmb", func(g *generator) (Word, string) {
			b := g.between(0, 15, 1)
			return Dmb(Barrier(b)), fmt.Sprintf("dmb #%d", b)
		}},
		{"dsb", func(g *generator) (Word, string) {
			b := g.rng.Intn(4)*4 + 1 + g.rng.Intn(3)
			return Dsb(Barrier(b)), fmt.Sprintf("dsb #%d", b)
		}},
	}
	registers := []SysReg{TPIDR_EL0, NZCV, FPCR, FPSR, CNTVCT_EL0, CNTFRQ_EL0}
	names := []string{"tpidr_el0", "nzcv", "fpcr", "fpsr", "cntvct_el0", "cntfrq_el0"}
	return append(forms, form{"mrs", func(g *generator) (Word, string) {
		k, t := g.rng.Intn(len(registers)), g.gp()
		return Mrs(t, registers[k]), fmt.Sprintf("mrs %s, %s", t, names[k])
	}}, form{"msr", func(g *generator) (Word, string) {
		k, t := g.rng.Intn(4), g.gp()
		return Msr(registers[k], t), fmt.Sprintf("msr %s, %s", names[k], t)
	}}, form{"mrs any", func(g *generator) (Word, string) {
		s, t := SysReg(g.rng.Intn(1<<14))|1<<14, g.gp()
		return Mrs(t, s), fmt.Sprintf("mrs %s, s3_%d_c%d_c%d_%d", t, s>>11&7, s>>7&15, s>>3&15, s&7)
	}})
}
