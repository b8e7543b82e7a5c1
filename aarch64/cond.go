package aarch64

// Cond is a condition on the flags; its value is the architecture's encoding.
type Cond uint8

// The conditions. After a floating-point compare with a NaN the flags are
// C and V: LT, LE, NE, HS, HI, VS hold; MI, LS, EQ, GE, GT, LO, VC do not. So
// "less" on floats is MI and "less or equal" is LS when an unordered pair
// must compare false.
const (
	EQ Cond = iota // Z: equal
	NE             // !Z: not equal
	HS             // C: unsigned ≥ (carry set)
	LO             // !C: unsigned < (carry clear)
	MI             // N: negative
	PL             // !N: positive or zero
	VS             // V: overflow
	VC             // !V: no overflow
	HI             // C && !Z: unsigned >
	LS             // !C || Z: unsigned ≤
	GE             // N == V: signed ≥
	LT             // N != V: signed <
	GT             // !Z && N == V: signed >
	LE             // Z || N != V: signed ≤
	AL             // always
)

var condNames = [...]string{
	"eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc",
	"hi", "ls", "ge", "lt", "gt", "le", "al",
}

func (c Cond) String() string {
	if int(c) < len(condNames) {
		return condNames[c]
	}
	return "cond?"
}

// Invert returns the condition that holds exactly when c does not. AL has no
// inverse and panics.
func (c Cond) Invert() Cond {
	if c >= AL {
		refuse("condition %s has no inverse", c)
	}
	return c ^ 1
}

// Swap returns the condition for the same integer comparison with its operands exchanged: a<b
// is b>a. Conditions on a single flag other than Z have no such
// counterpart and panic.
func (c Cond) Swap() Cond {
	switch c {
	case EQ, NE, AL:
		return c
	case HS:
		return LS
	case LS:
		return HS
	case LO:
		return HI
	case HI:
		return LO
	case GE:
		return LE
	case LE:
		return GE
	case LT:
		return GT
	case GT:
		return LT
	}
	refuse("condition %s has no counterpart with operands exchanged", c)
	return c
}

// Flags is an NZCV value, as conditional compares set it when their condition
// does not hold.
type Flags uint8

// The bits of [Flags].
const (
	FlagV Flags = 1 << iota
	FlagC
	FlagZ
	FlagN
)

// FlagsFor returns flags under which c holds (want) or does not hold (!want): the
// immediate that makes a conditional compare short-circuit.
func FlagsFor(c Cond, want bool) Flags {
	if c >= AL {
		if want {
			return 0
		}
		refuse("condition %s always holds", c)
	}
	if !want {
		c ^= 1
	}
	switch c {
	case EQ, LE, LS:
		return FlagZ
	case HS, HI:
		return FlagC
	case MI, LT:
		return FlagN
	case VS:
		return FlagV
	}
	return 0 // NE, LO, PL, VC, GE, GT
}

// Holds reports whether c holds under the flags f.
func (c Cond) Holds(f Flags) bool {
	n, z, cy, v := f&FlagN != 0, f&FlagZ != 0, f&FlagC != 0, f&FlagV != 0
	var holds bool
	switch c &^ 1 {
	case EQ:
		holds = z
	case HS:
		holds = cy
	case MI:
		holds = n
	case VS:
		holds = v
	case HI:
		holds = cy && !z
	case GE:
		holds = n == v
	case GT:
		holds = n == v && !z
	default:
		return true
	}
	return holds != (c&1 == 1)
}
