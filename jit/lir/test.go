package lir

// Test says what a conditional instruction looks at.
type Test uint8

// The tests, with their operands.
const (
	TestNone  Test = iota
	TestCmp        // two ints
	TestImm        // an int with Imm
	TestSym        // an int with the address Sym
	TestSyms       // an int with the addresses of set number Imm: eq when it is one of them
	TestMask       // an int & Imm with zero: eq or ne
	TestFloat      // two floats; a comparison with a NaN is false, but ne
)

// testUses are the classes of the operands of a test.
var testUses = [...]string{TestNone: "", TestCmp: "ii", TestImm: "i", TestSym: "i", TestSyms: "i", TestMask: "i", TestFloat: "ff"}

var testNames = [...]string{"none", "cmp", "imm", "sym", "syms", "mask", "float"}

// String returns the name of t in the text form.
func (t Test) String() string { return testNames[t] }

// Cond is a condition between the operands of a Test.
type Cond uint8

// The conditions. Inverses are neighbours.
const (
	EQ Cond = iota
	NE
	LT
	GE
	GT
	LE
	ULT // unsigned
	UGE
	UGT
	ULE
)

var condNames = [...]string{"eq", "ne", "lt", "ge", "gt", "le", "ult", "uge", "ugt", "ule"}

// String returns the name of c in the text form.
func (c Cond) String() string { return condNames[c] }

// Invert returns the condition that holds when c does not. Not for floating
// point.
func (c Cond) Invert() Cond { return c ^ 1 }

// Swap returns the condition that holds for swapped operands when c holds.
func (c Cond) Swap() Cond {
	return [...]Cond{EQ: EQ, NE: NE, LT: GT, GE: LE, GT: LT, LE: GE, ULT: UGT, UGE: ULE, UGT: ULT, ULE: UGE}[c]
}

// test is a condition that lowering has not yet turned into an instruction.
type test struct {
	kind Test
	cond Cond
	not  bool
	w32  bool
	a, b VReg
	imm  int64
	sym  SymID
}

// invert returns the opposite test.
func (t test) invert() test {
	if t.kind == TestFloat {
		t.not = !t.not
	} else {
		t.cond = t.cond.Invert()
	}
	return t
}
