package aarch64

// moveSequence is the shortest sequence found that gives rd the value v: one of movz, movn and orr, then
// movk for what it left wrong.
func moveSequence(rd Reg, v uint64) (seq [4]Word, n int) {
	if w, ok := moveOne(rd, v); ok {
		return [4]Word{w}, 1
	}
	var half [4]uint16
	zeros, ones := 0, 0
	for i := range half {
		half[i] = uint16(v >> (16 * i))
		switch half[i] {
		case 0:
			zeros++
		case 0xffff:
			ones++
		}
	}
	// movz or movn, and a movk for each other half-word.
	plain := 4 - max(zeros, ones)
	if plain > 2 {
		// orr of a bitmask that differs in one half-word, or in two.
		for i := range half {
			if mask, ok := bitmaskBut(v, half, i, i); ok {
				return [4]Word{OrrImm(W64, rd, XZR, mask), Movk(W64, rd, half[i], uint32(16*i))}, 2
			}
		}
	}
	if plain > 3 {
		for i := range half {
			for j := i + 1; j < 4; j++ {
				if mask, ok := bitmaskBut(v, half, i, j); ok {
					return [4]Word{OrrImm(W64, rd, XZR, mask),
						Movk(W64, rd, half[i], uint32(16*i)), Movk(W64, rd, half[j], uint32(16*j))}, 3
				}
			}
		}
	}
	fill := uint16(0)
	if ones > zeros {
		fill = 0xffff
	}
	for i, h := range half {
		switch shift := uint32(16 * i); {
		case h == fill:
			continue
		case n > 0:
			seq[n] = Movk(W64, rd, h, shift)
		case fill == 0:
			seq[n] = Movz(W64, rd, h, shift)
		default:
			seq[n] = Movn(W64, rd, ^h, shift)
		}
		n++
	}
	return seq, n
}

// moveOne finds a single instruction for v.
func moveOne(rd Reg, v uint64) (Word, bool) {
	for shift := uint32(0); shift < 64; shift += 16 {
		if v&^(0xffff<<shift) == 0 {
			return Movz(W64, rd, uint16(v>>shift), shift), true
		}
		if ^v&^(0xffff<<shift) == 0 {
			return Movn(W64, rd, uint16(^v>>shift), shift), true
		}
		if shift < 32 && v>>32 == 0 && ^uint32(v)&^(0xffff<<shift) == 0 {
			return Movn(W32, rd, uint16(^v>>shift), shift), true
		}
	}
	if IsLogicalImm(W64, v) {
		return OrrImm(W64, rd, XZR, v), true
	}
	if IsLogicalImm(W32, v) {
		return OrrImm(W32, rd, XZR, v), true
	}
	return 0, false
}

// bitmaskBut looks for a bitmask immediate that equals v outside the half-words i and j.
func bitmaskBut(v uint64, half [4]uint16, i, j int) (uint64, bool) {
	rest := v &^ (0xffff<<(16*i) | 0xffff<<(16*j))
	for k := 0; k < 6; k++ {
		fill := uint64(0)
		switch {
		case k == i || k == j:
			continue
		case k < 4:
			fill = uint64(half[k])
		case k == 5:
			fill = 0xffff
		}
		if mask := rest | fill<<(16*i) | fill<<(16*j); IsLogicalImm(W64, mask) {
			return mask, true
		}
	}
	return 0, false
}

// MovImmCost returns the number of instructions [Assembler.MovImm64] would need for v without the
// pool, 1…4.
func MovImmCost(v uint64) int {
	_, n := moveSequence(X0, v)
	return n
}

// MovImm64 emits rd = v in the cheapest way: one to three of movz, movn, movk and orr, or a load from the
// pool where that is smaller (four instructions, or three when the constant is there
// already). rd is one of X0…X30.
func (a *Assembler) MovImm64(rd Reg, v uint64) {
	if !rd.IsGP() {
		refuse("%s cannot be given a constant", rd)
	}
	seq, n := moveSequence(rd, v)
	if n == 4 || n == 3 && a.literals.has(literal{lo: v, words: 2}) {
		a.LoadConst64(rd, v)
		return
	}
	for _, w := range seq[:n] {
		a.Emit(w)
	}
}

// MovImm32 emits rd = v, zero-extended: one or two instructions, never the pool.
func (a *Assembler) MovImm32(rd Reg, v uint32) {
	if !rd.IsGP() {
		refuse("%s cannot be given a constant", rd)
	}
	seq, n := moveSequence(rd, uint64(v))
	for _, w := range seq[:n] {
		a.Emit(w)
	}
}

// AddConst emits rd = rn + imm for any imm, in one or two instructions where possible; otherwise imm goes
// through scratch, which must differ from rn and SP and may be rd. rd and rn may be SP. It emits nothing
// for adding zero to a 64-bit register itself.
func (a *Assembler) AddConst(w Width, rd, rn Reg, imm int64, scratch Reg) {
	if w == W32 {
		imm = int64(int32(imm))
	}
	add, sub := AddImm, SubImm
	if imm < 0 {
		add, sub = sub, add
	}
	size := uint64(imm)
	if imm < 0 {
		size = -size
	}
	switch {
	case imm == 0:
		if rd != rn || w == W32 {
			a.Emit(Mov(w, rd, rn))
		}
	case IsAddImm(int64(size)):
		a.Emit(add(w, rd, rn, int64(size)))
	case size < 1<<24:
		a.Emit(add(w, rd, rn, int64(size&^0xfff)))
		a.Emit(add(w, rd, rd, int64(size&0xfff)))
	default:
		if scratch == rn || !scratch.IsGP() {
			refuse("scratch register %s for %s + %d", scratch, rn, imm)
		}
		ext := UXTX
		if w == W32 {
			a.MovImm32(scratch, uint32(imm))
			ext = UXTW
		} else {
			a.MovImm64(scratch, uint64(imm))
		}
		if rd == SP || rn == SP {
			a.Emit(AddExtended(w, rd, rn, scratch, ext, 0))
		} else {
			a.Emit(Add(w, rd, rn, scratch))
		}
	}
}
