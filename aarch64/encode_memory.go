package aarch64

// Mem says what a load or store moves: how many bytes, whether they are extended, and
// which kind of register holds them.
type Mem uint8

// The kinds of access. The signed ones are for loads; a store takes the unsigned
// one of the same size.
const (
	MemU8   Mem = iota // byte, zero-extended: ldrb, strb
	MemU16             // half-word, zero-extended: ldrh, strh
	MemU32             // word, zero-extended: ldr w, str w
	MemU64             // ldr x, str x
	MemS8W             // byte to 32 bits: ldrsb w
	MemS8X             // byte to 64 bits: ldrsb x
	MemS16W            // half-word to 32 bits: ldrsh w
	MemS16X            // half-word to 64 bits: ldrsh x
	MemS32X            // word to 64 bits: ldrsw
	MemF32             // ldr s, str s
	MemF64             // ldr d, str d
	MemF128            // ldr q, str q
	memCount
)

// memKinds gives the fields of each access: size and opc as they are in a load (a store has opc
// with its low bit clear), V, and log2 of the bytes.
var memKinds = [memCount]struct {
	size, opc, v Word
	scale        uint8
	signed       bool
}{
	MemU8:   {size: 0, opc: 1, scale: 0},
	MemU16:  {size: 1, opc: 1, scale: 1},
	MemU32:  {size: 2, opc: 1, scale: 2},
	MemU64:  {size: 3, opc: 1, scale: 3},
	MemS8W:  {size: 0, opc: 3, scale: 0, signed: true},
	MemS8X:  {size: 0, opc: 2, scale: 0, signed: true},
	MemS16W: {size: 1, opc: 3, scale: 1, signed: true},
	MemS16X: {size: 1, opc: 2, scale: 1, signed: true},
	MemS32X: {size: 2, opc: 2, scale: 2, signed: true},
	MemF32:  {size: 2, opc: 1, v: 1, scale: 2},
	MemF64:  {size: 3, opc: 1, v: 1, scale: 3},
	MemF128: {size: 0, opc: 3, v: 1, scale: 4},
}

// Bytes returns the size of the access in memory.
func (m Mem) Bytes() int64 { return 1 << memKinds[m].scale }

// IsFP reports whether the access uses a floating-point register.
func (m Mem) IsFP() bool { return memKinds[m].v != 0 }

// IsSigned reports whether a load of this kind sign-extends.
func (m Mem) IsSigned() bool { return memKinds[m].signed }

// reg is the register field of an access.
func (m Mem) reg(rt Reg) Word {
	if m.IsFP() {
		return fp(rt)
	}
	return gp(rt)
}

// Addr is an address operand. Make one with [At], [AtPre], [AtPost] or [AtIndex].
type Addr struct {
	Base  Reg // X0…X30 or SP
	Index Reg // for AtIndex
	Disp  int32
	mode  addrMode
	ext   Extend
	shift bool
}

type addrMode uint8

const (
	addrDisp addrMode = iota
	addrPre
	addrPost
	addrIndex
)

// At is [base, #disp]. Loads and stores use the scaled form where disp allows
// it, otherwise the unscaled one.
func At(base Reg, disp int32) Addr { return Addr{Base: base, Disp: disp} }

// AtPre is [base, #disp]!: base becomes base+disp before the access.
func AtPre(base Reg, disp int32) Addr { return Addr{Base: base, Disp: disp, mode: addrPre} }

// AtPost is [base], #disp: base becomes base+disp after the access.
func AtPost(base Reg, disp int32) Addr { return Addr{Base: base, Disp: disp, mode: addrPost} }

// AtIndex is [base, index, ext #shift]: ext is UXTX (printed lsl), SXTX, or UXTW or SXTW of a 32-bit
// index; scaled multiplies the index by the size of the access.
func AtIndex(base, index Reg, ext Extend, scaled bool) Addr {
	return Addr{Base: base, Index: index, mode: addrIndex, ext: ext, shift: scaled}
}

// IsUnsignedOffset reports whether off has the scaled form in an access of kind m: a multiple
// of the size, 0…4095 times it.
func IsUnsignedOffset(m Mem, off int64) bool {
	scale := memKinds[m].scale
	return off&(1<<scale-1) == 0 && uint64(off)>>scale < 1<<12
}

// IsUnscaledOffset reports whether off is -256…255: the offsets of ldur, stur and of pre- and
// post-indexed accesses.
func IsUnscaledOffset(off int64) bool { return fitsSigned(off, 9) }

// IsOffset reports whether [At] with this offset can be encoded in an access of kind m.
func IsOffset(m Mem, off int64) bool { return IsUnsignedOffset(m, off) || IsUnscaledOffset(off) }

// Loads and stores of one register:
//
//	 31 30 29 27 26 25 24 23 22 21 20                10 9    5 4    0
//	+-----+-----+--+-----+-----+-----------------------+------+------+
//	|size |1 1 1| V| 0  1| opc |        imm12          |  Rn  |  Rt  |  scaled
//	|size |1 1 1| V| 0  0| opc | 0|    imm9     | 0  0 |  Rn  |  Rt  |  unscaled
//	|size |1 1 1| V| 0  0| opc | 0|    imm9     | 0  1 |  Rn  |  Rt  |  post-indexed
//	|size |1 1 1| V| 0  0| opc | 0|    imm9     | 1  1 |  Rn  |  Rt  |  pre-indexed
//	|size |1 1 1| V| 0  0| opc | 1| Rm |option|S| 1  0 |  Rn  |  Rt  |  register
//	|opc  |0 1 1| V| 0  0|            imm19            |      |  Rt  |  literal
//	+-----+-----+--+-----+-----+-----------------------+------+------+
const (
	memUnscaled Word = 0x38000000
	memScaled   Word = 0x39000000
	memPost     Word = 0x38000400
	memPre      Word = 0x38000c00
	memRegister Word = 0x38200800
	memLiteral  Word = 0x18000000
)

func memForm(m Mem, load bool, rt Reg, a Addr) Word {
	if m >= memCount {
		refuse("access kind %d", m)
	}
	k := &memKinds[m]
	opc := k.opc
	if !load {
		if k.signed {
			refuse("a store does not extend")
		}
		opc &^= 1
	}
	w := k.size<<30 | k.v<<26 | opc<<22 | gpOrSP(a.Base)<<5 | m.reg(rt)
	disp := int64(a.Disp)
	switch a.mode {
	case addrDisp:
		if IsUnsignedOffset(m, disp) {
			return w | memScaled | Word(disp)>>k.scale<<10
		}
		return w | memUnscaled | scaled(disp, 9, 0)<<12
	case addrPre, addrPost:
		if k.v == 0 && rt == a.Base {
			refuse("%s is both moved and written back", rt)
		}
		if a.mode == addrPre {
			w |= memPre
		} else {
			w |= memPost
		}
		return w | scaled(disp, 9, 0)<<12
	default:
		if a.ext&3 < UXTW {
			refuse("index extension %d", a.ext)
		}
		s := Word(0)
		if a.shift && k.scale > 0 {
			s = 1
		}
		return w | memRegister | gp(a.Index)<<16 | Word(a.ext)<<13 | s<<12
	}
}

// Load loads rt from a; m says how.
func Load(m Mem, rt Reg, a Addr) Word { return memForm(m, true, rt, a) }

// Store stores rt at a; m says how much of it.
func Store(m Mem, rt Reg, a Addr) Word { return memForm(m, false, rt, a) }

// Ldr is ldr of a general register.
func Ldr(w Width, rt Reg, a Addr) Word { return Load(MemU32+Mem(w), rt, a) }

// Str is str of a general register.
func Str(w Width, rt Reg, a Addr) Word { return Store(MemU32+Mem(w), rt, a) }

// LdrF is ldr of a scalar floating-point register.
func LdrF(f Float, vt Reg, a Addr) Word { return Load(f.mem(), vt, a) }

// StrF is str of a scalar floating-point register.
func StrF(f Float, vt Reg, a Addr) Word { return Store(f.mem(), vt, a) }

func (f Float) mem() Mem {
	if f > Double {
		refuse("floating-point type %d", f)
	}
	return MemF32 + Mem(f)
}

// LdrLiteral is ldr rt, .+off: a load of kind MemU32, MemU64, MemS32X, MemF32, MemF64 or MemF128
// from a multiple of 4 within ±1 MB of the instruction.
func LdrLiteral(m Mem, rt Reg, off int64) Word {
	var opc, v Word
	switch m {
	case MemU32, MemF32:
		opc = 0
	case MemU64, MemF64:
		opc = 1
	case MemS32X, MemF128:
		opc = 2
	default:
		refuse("access kind %d has no literal form", m)
	}
	v = memKinds[m].v
	return memLiteral | opc<<30 | v<<26 | scaled(off, 19, 2)<<5 | m.reg(rt)
}

// Pairs of registers:
//
//	 31 30 29 27 26 25   23 22 21       15 14   10 9    5 4    0
//	+-----+-----+--+-------+--+-----------+-------+------+------+
//	| opc |1 0 1| V| mode  | L|   imm7    |  Rt2  |  Rn  |  Rt  |
//	+-----+-----+--+-------+--+-----------+-------+------+------+
//
// mode: 1 post-indexed, 2 offset, 3 pre-indexed. imm7 counts units of the size.
const pairForm Word = 0x28000000

// IsPairOffset reports whether off can be the offset of ldp or stp of kind m: a multiple of
// the size, -64…63 times it.
func IsPairOffset(m Mem, off int64) bool {
	scale := memKinds[m].scale
	return off&(1<<scale-1) == 0 && fitsSigned(off>>scale, 7)
}

func memPair(m Mem, load bool, rt, rt2 Reg, a Addr) Word {
	var opc Word
	switch m {
	case MemU32, MemF32:
		opc = 0
	case MemS32X, MemF64:
		opc = 1
	case MemU64, MemF128:
		opc = 2
	default:
		refuse("access kind %d has no pair form", m)
	}
	k := &memKinds[m]
	if k.signed && !load {
		refuse("a store does not extend")
	}
	var mode Word
	switch a.mode {
	case addrDisp:
		mode = 2
	case addrPost:
		mode = 1
	case addrPre:
		mode = 3
	default:
		refuse("a pair has no register index")
	}
	if mode != 2 && k.v == 0 && (rt == a.Base || rt2 == a.Base) {
		refuse("%s is both moved and written back", a.Base)
	}
	l := Word(0)
	if load {
		l = 1
		if rt == rt2 {
			refuse("both loads go to %s", rt)
		}
	}
	return pairForm | opc<<30 | k.v<<26 | mode<<23 | l<<22 |
		scaled(int64(a.Disp), 7, uint(k.scale))<<15 | m.reg(rt2)<<10 | gpOrSP(a.Base)<<5 | m.reg(rt)
}

// Ldp loads rt from a and rt2 from behind it. m is MemU32, MemU64, MemS32X, MemF32, MemF64 or MemF128; a
// is made by At, AtPre or AtPost.
func Ldp(m Mem, rt, rt2 Reg, a Addr) Word { return memPair(m, true, rt, rt2, a) }

// Stp stores rt at a and rt2 behind it. m is MemU32, MemU64, MemF32, MemF64 or MemF128; a is made by At,
// AtPre or AtPost.
func Stp(m Mem, rt, rt2 Reg, a Addr) Word { return memPair(m, false, rt, rt2, a) }
