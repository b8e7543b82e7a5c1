package aarch64

// The few vector operations that scalar code uses: bit counts, and bitwise logic on
// floating-point registers. q selects all 16 bytes instead of the lower 8.
//
//	 31 30 29 28       24 23  22 21 20    16 15        10 9    5 4    0
//	+--+--+--+-----------+------+--+--------+------------+------+------+
//	| 0| Q| U| 0 1 1 1 0 | size | 1|   Rm   | 0 0 0 1 1 1|  Rn  |  Rd  |  bitwise
//	| 0| Q| U| 0 1 1 1 0 | size | 1  0 0 0 0| opcode 1 0 |  Rn  |  Rd  |  cnt
//	| 0| Q| U| 0 1 1 1 0 | size | 1  1 0 0 0| opcode 1 0 |  Rn  |  Rd  |  across lanes
//	+--+--+--+-----------+------+--+--------+------------+------+------+
const (
	vectorCnt    Word = 0x0e205800
	vectorAddv   Word = 0x0e31b800
	vectorUaddlv Word = 0x2e303800

	vectorBitwise Word = 0x0e201c00
	vectorZero    Word = 0x2f00e400
)

func quad(q bool) Word {
	if q {
		return 1 << 30
	}
	return 0
}

// Cnt is cnt vd.8b, vn.8b: the number of ones in each byte.
func Cnt(q bool, vd, vn Reg) Word { return vectorCnt | quad(q) | fp(vn)<<5 | fp(vd) }

// Addv is addv bd, vn.8b: the sum of the bytes, modulo 256.
func Addv(q bool, vd, vn Reg) Word { return vectorAddv | quad(q) | fp(vn)<<5 | fp(vd) }

// Uaddlv is uaddlv hd, vn.8b: the sum of the bytes, as a half-word.
func Uaddlv(q bool, vd, vn Reg) Word { return vectorUaddlv | quad(q) | fp(vn)<<5 | fp(vd) }

func bitwise(usize Word, q bool, vd, vn, vm Reg) Word {
	return vectorBitwise | usize | quad(q) | fp(vm)<<16 | fp(vn)<<5 | fp(vd)
}

// Vand is and vd.8b, vn.8b, vm.8b.
func Vand(q bool, vd, vn, vm Reg) Word { return bitwise(0, q, vd, vn, vm) }

// Vbic is bic vd.8b, vn.8b, vm.8b: vn &^ vm.
func Vbic(q bool, vd, vn, vm Reg) Word { return bitwise(1<<22, q, vd, vn, vm) }

// Vorr is orr vd.8b, vn.8b, vm.8b.
func Vorr(q bool, vd, vn, vm Reg) Word { return bitwise(2<<22, q, vd, vn, vm) }

// Vorn is orn vd.8b, vn.8b, vm.8b: vn | ^vm.
func Vorn(q bool, vd, vn, vm Reg) Word { return bitwise(3<<22, q, vd, vn, vm) }

// Veor is eor vd.8b, vn.8b, vm.8b.
func Veor(q bool, vd, vn, vm Reg) Word { return bitwise(1<<29, q, vd, vn, vm) }

// Vbsl is bsl vd.8b, vn.8b, vm.8b: vd selects, bit by bit, vn (ones) or vm (zeros).
func Vbsl(q bool, vd, vn, vm Reg) Word { return bitwise(1<<29|1<<22, q, vd, vn, vm) }

// Vbit is bit vd.8b, vn.8b, vm.8b: takes the bits of vn where vm has ones.
func Vbit(q bool, vd, vn, vm Reg) Word { return bitwise(1<<29|2<<22, q, vd, vn, vm) }

// Vbif is bif vd.8b, vn.8b, vm.8b: takes the bits of vn where vm has zeros.
func Vbif(q bool, vd, vn, vm Reg) Word { return bitwise(1<<29|3<<22, q, vd, vn, vm) }

// Vmov is mov vd.8b, vn.8b.
func Vmov(q bool, vd, vn Reg) Word { return Vorr(q, vd, vn, vn) }

// Vzero is movi dd, #0, or movi vd.2d, #0 with q.
func Vzero(q bool, vd Reg) Word { return vectorZero | quad(q) | fp(vd) }
