package aarch64

import "math"

// literalPool holds the constants that ldr instructions refer to, each once, in the order
// of their first use. The layout decides where copies of them stand.
type literalPool struct {
	list   []literal
	number map[literal]uint32
}

// literal is a constant of 4, 8 or 16 bytes, or 8 bytes that the loader fills
// in with a symbol's address.
type literal struct {
	lo, hi   uint64 // the bits; of a symbol, lo is the addend
	symbol   Symbol
	words    uint8 // size in words: 1, 2 or 4
	isSymbol bool
}

func (p *literalPool) reset() {
	p.list = p.list[:0]
	clear(p.number)
}

func (p *literalPool) intern(l literal) uint32 {
	if n, ok := p.number[l]; ok {
		return n
	}
	if p.number == nil {
		p.number = make(map[literal]uint32)
	}
	n := uint32(len(p.list))
	p.list = append(p.list, l)
	p.number[l] = n
	return n
}

func (p *literalPool) has(l literal) bool {
	_, ok := p.number[l]
	return ok
}

func (a *Assembler) loadLiteral(m Mem, rt Reg, l literal) {
	a.emitFixup(fixLiteral, LdrLiteral(m, rt, 0), a.literals.intern(l))
}

// LoadConst64 emits ldr xt, or ldr dt, of the 64-bit constant v from the pool. An integer and a
// float with the same bits share one slot. [Assembler.MovImm64] and [Assembler.MovFloat] use the
// pool only where it pays.
func (a *Assembler) LoadConst64(rt Reg, v uint64) {
	m := MemU64
	if rt.IsFP() {
		m = MemF64
	}
	a.loadLiteral(m, rt, literal{lo: v, words: 2})
}

// LoadConst32 emits ldr wt, or ldr st, of the 32-bit constant v from the pool.
func (a *Assembler) LoadConst32(rt Reg, v uint32) {
	m := MemU32
	if rt.IsFP() {
		m = MemF32
	}
	a.loadLiteral(m, rt, literal{lo: uint64(v), words: 1})
}

// LoadConst128 emits ldr qt of a 128-bit constant from the pool.
func (a *Assembler) LoadConst128(vt Reg, lo, hi uint64) {
	a.loadLiteral(MemF128, vt, literal{lo: lo, hi: hi, words: 4})
}

// LoadSymbol emits ldr xt of an 8-byte pool slot that the loader fills with the address of s plus
// addend, as a [RelocAbs64].
func (a *Assembler) LoadSymbol(rt Reg, s Symbol, addend int64) {
	a.loadLiteral(MemU64, rt, literal{lo: uint64(addend), symbol: s, words: 2, isSymbol: true})
}

// MovFloat emits the cheapest instruction that gives vd the value v: movi, fmov or a load from the
// pool. As a Single, v is rounded.
func (a *Assembler) MovFloat(f Float, vd Reg, v float64) {
	bits := math.Float64bits(v)
	if f == Single {
		bits = uint64(math.Float32bits(float32(v)))
		v = float64(float32(v))
	}
	switch {
	case bits == 0:
		a.Emit(Vzero(false, vd))
	case IsFloatImm(v):
		a.Emit(FmovImm(f, vd, v))
	case f == Single:
		a.LoadConst32(vd, uint32(bits))
	default:
		a.LoadConst64(vd, bits)
	}
}
