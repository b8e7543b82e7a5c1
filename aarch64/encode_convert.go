package aarch64

// Between the register files:
//
//	 31 30       24 23  22 21 20  19 18    16 15       10 9    5 4    0
//	+--+-----------+------+--+------+--------+-----------+------+------+
//	|sf| 001 1110  |ftype | 1|rmode | opcode |  0 .. 0   |  Rn  |  Rd  |
//	+--+-----------+------+--+------+--------+-----------+------+------+
//
// rmode: 0 nearest even, 1 up, 2 down, 3 toward zero. opcode: 0 to signed, 1 to unsigned, 2 from
// signed, 3 from unsigned, 4 to signed and 5 to unsigned with ties away from zero, 6 bits to
// general, 7 bits from general.
const floatInteger Word = 0x1e200000

func toInteger(rmode, opcode Word, w Width, f Float, rd, vn Reg) Word {
	return sf(w) | floatInteger | ftype(f) | rmode<<19 | opcode<<16 | fp(vn)<<5 | gp(rd)
}

func fromInteger(opcode Word, w Width, f Float, vd, rn Reg) Word {
	return sf(w) | floatInteger | ftype(f) | opcode<<16 | gp(rn)<<5 | fp(vd)
}

// The conversions to integers saturate, and take a NaN to zero.

// Fcvtns rounds to nearest even, to a signed integer.
func Fcvtns(w Width, f Float, rd, vn Reg) Word { return toInteger(0, 0, w, f, rd, vn) }

// Fcvtnu rounds to nearest even, to an unsigned integer.
func Fcvtnu(w Width, f Float, rd, vn Reg) Word { return toInteger(0, 1, w, f, rd, vn) }

// Fcvtps rounds up, to a signed integer.
func Fcvtps(w Width, f Float, rd, vn Reg) Word { return toInteger(1, 0, w, f, rd, vn) }

// Fcvtpu rounds up, to an unsigned integer.
func Fcvtpu(w Width, f Float, rd, vn Reg) Word { return toInteger(1, 1, w, f, rd, vn) }

// Fcvtms rounds down, to a signed integer.
func Fcvtms(w Width, f Float, rd, vn Reg) Word { return toInteger(2, 0, w, f, rd, vn) }

// Fcvtmu rounds down, to an unsigned integer.
func Fcvtmu(w Width, f Float, rd, vn Reg) Word { return toInteger(2, 1, w, f, rd, vn) }

// Fcvtzs rounds toward zero, to a signed integer.
func Fcvtzs(w Width, f Float, rd, vn Reg) Word { return toInteger(3, 0, w, f, rd, vn) }

// Fcvtzu rounds toward zero, to an unsigned integer.
func Fcvtzu(w Width, f Float, rd, vn Reg) Word { return toInteger(3, 1, w, f, rd, vn) }

// Fcvtas rounds to nearest with ties away from zero, to a signed integer.
func Fcvtas(w Width, f Float, rd, vn Reg) Word { return toInteger(0, 4, w, f, rd, vn) }

// Fcvtau rounds to nearest with ties away from zero, to an unsigned integer.
func Fcvtau(w Width, f Float, rd, vn Reg) Word { return toInteger(0, 5, w, f, rd, vn) }

// Scvtf converts a signed integer.
func Scvtf(w Width, f Float, vd, rn Reg) Word { return fromInteger(2, w, f, vd, rn) }

// Ucvtf converts an unsigned integer.
func Ucvtf(w Width, f Float, vd, rn Reg) Word { return fromInteger(3, w, f, vd, rn) }

// FmovToGP is fmov rd, vn: the bits of a Single to 32 bits, of a Double to 64 bits.
func FmovToGP(f Float, rd, vn Reg) Word { return toInteger(0, 6, Width(f&1), f, rd, vn) }

// FmovFromGP is fmov vd, rn: the bits of a Single from 32 bits, of a Double from 64 bits. With
// XZR it is the cheapest +0.0.
func FmovFromGP(f Float, vd, rn Reg) Word { return fromInteger(7, Width(f&1), f, vd, rn) }
