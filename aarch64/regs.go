package aarch64

import "strconv"

// Reg names a register of either file. The width in which an instruction uses it
// is not part of the name: it comes from the instruction ([Width],
// [Float], [Mem]).
//
// The encoding 31 means the zero register in some fields and the stack pointer in others. Here
// they are different values, so that an encoder can refuse the wrong one.
type Reg uint8

// General registers. X18 belongs to the platform; X29 is the frame pointer, X30 the link
// register.
const (
	X0 Reg = iota
	X1
	X2
	X3
	X4
	X5
	X6
	X7
	X8
	X9
	X10
	X11
	X12
	X13
	X14
	X15
	X16
	X17
	X18
	X19
	X20
	X21
	X22
	X23
	X24
	X25
	X26
	X27
	X28
	X29
	X30
	XZR // reads as zero, swallows writes
	SP  // the stack pointer

	FP = X29
	LR = X30
)

// Floating-point and vector registers.
const (
	V0 Reg = iota + 64
	V1
	V2
	V3
	V4
	V5
	V6
	V7
	V8
	V9
	V10
	V11
	V12
	V13
	V14
	V15
	V16
	V17
	V18
	V19
	V20
	V21
	V22
	V23
	V24
	V25
	V26
	V27
	V28
	V29
	V30
	V31
)

// NoReg is no register; every encoder refuses it.
const NoReg Reg = 255

// IsGP reports whether r is one of X0…X30 (neither XZR nor SP).
func (r Reg) IsGP() bool { return r <= X30 }

// IsFP reports whether r is one of V0…V31.
func (r Reg) IsFP() bool { return r >= V0 && r <= V31 }

// Num returns the number of r in its file, 0…31; XZR and SP are 31.
func (r Reg) Num() uint32 {
	if r == SP {
		return 31
	}
	return uint32(r & 31)
}

// String returns the 64-bit name, or v and the number for a vector register.
func (r Reg) String() string {
	switch {
	case r == SP:
		return "sp"
	case r.IsFP():
		return "v" + strconv.Itoa(int(r-V0))
	default:
		return r.Name(W64)
	}
}

// Name returns the name of a general register, XZR or SP at width w.
func (r Reg) Name(w Width) string {
	prefix, zero, sp := "x", "xzr", "sp"
	if w == W32 {
		prefix, zero, sp = "w", "wzr", "wsp"
	}
	switch {
	case r.IsGP():
		return prefix + strconv.Itoa(int(r))
	case r == XZR:
		return zero
	case r == SP:
		return sp
	}
	return "?" + strconv.Itoa(int(r))
}

// FloatName returns the name of a vector register as a scalar of type f.
func (r Reg) FloatName(f Float) string {
	if !r.IsFP() {
		return "?" + strconv.Itoa(int(r))
	}
	return f.prefix() + strconv.Itoa(int(r-V0))
}

// Width is the operand width of an integer instruction. A 32-bit result clears the
// upper half of its register.
type Width uint8

// The two integer widths.
const (
	W32 Width = iota
	W64
)

// Bits returns 32 or 64.
func (w Width) Bits() uint32 { return 32 << w }

// Float is the operand type of a scalar floating-point instruction; its value is the
// architecture's ftype field.
type Float uint8

// The floating-point types. Half is only good for [Fcvt].
const (
	Single Float = 0
	Double Float = 1
	Half   Float = 3
)

func (f Float) prefix() string {
	switch f {
	case Single:
		return "s"
	case Double:
		return "d"
	case Half:
		return "h"
	}
	return "?"
}
