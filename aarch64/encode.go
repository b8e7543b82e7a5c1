package aarch64

import (
	"fmt"
	"runtime"
	"strings"
)

// Word is one encoded instruction.
type Word uint32

// EncodingError is the value with which an encoder panics when its operands have no
// encoding: always a bug of the caller.
type EncodingError struct {
	Form   string // the exported function that refused, "AddImm"
	Reason string
}

func (e *EncodingError) Error() string {
	return "aarch64: " + e.Form + ": " + e.Reason
}

// refuse panics with an EncodingError that names the innermost exported
// function of this package on the stack.
func refuse(format string, args ...any) {
	panic(&EncodingError{Form: callingForm(), Reason: fmt.Sprintf(format, args...)})
}

func callingForm() string {
	var pcs [16]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		frame, more := frames.Next()
		name := frame.Function[strings.LastIndexByte(frame.Function, '.')+1:]
		if name != "" && name[0] >= 'A' && name[0] <= 'Z' {
			return name
		}
		if !more {
			return "encoder"
		}
	}
}

// The functions below turn operands into field values, refusing what does not fit.

// gp is a field in which 31 means XZR.
func gp(r Reg) Word {
	if r > XZR {
		refuse("%s where a general register or xzr belongs", r)
	}
	return Word(r)
}

// gpOrSP is a field in which 31 means SP.
func gpOrSP(r Reg) Word {
	if r == SP {
		return 31
	}
	if r > X30 {
		refuse("%s where a general register or sp belongs", r)
	}
	return Word(r)
}

// fp is a field that names a vector register.
func fp(r Reg) Word {
	if r < V0 || r > V31 {
		refuse("%s where a floating-point register belongs", r)
	}
	return Word(r - V0)
}

// sf is the width field in bit 31.
func sf(w Width) Word {
	if w > W64 {
		refuse("width %d", w)
	}
	return Word(w) << 31
}

// ftype is the floating-point type field in bits 22–23 of a scalar operation.
func ftype(f Float) Word {
	if f > Double {
		refuse("floating-point type %d", f)
	}
	return Word(f) << 22
}

func condField(c Cond) Word {
	if c > AL {
		refuse("condition %d", c)
	}
	return Word(c)
}

func flagsField(f Flags) Word {
	if f > 15 {
		refuse("flags %#x", f)
	}
	return Word(f)
}

// bitNumber is a shift amount or bit position below the operand width.
func bitNumber(w Width, n uint32) Word {
	if n >= w.Bits() {
		refuse("bit number %d of %d", n, w.Bits())
	}
	return Word(n)
}

// unsigned is a field of the given number of bits.
func unsigned(v int64, bits uint) Word {
	if v < 0 || v >= 1<<bits {
		refuse("%d does not fit %d unsigned bits", v, bits)
	}
	return Word(v)
}

// scaled is a signed field of the given number of bits that counts units of
// 1<<scale bytes.
func scaled(v int64, bits, scale uint) Word {
	if v&(1<<scale-1) != 0 {
		refuse("%d is not a multiple of %d", v, 1<<scale)
	}
	q := v >> scale
	if !fitsSigned(q, bits) {
		refuse("%d is out of reach", v)
	}
	return Word(q) & (1<<bits - 1)
}

func fitsSigned(v int64, bits uint) bool {
	return v >= -1<<(bits-1) && v < 1<<(bits-1)
}
