package bytecode

import (
	"fmt"
	"strings"
)

// ArgKind says what the oparg of an opcode means.
type ArgKind uint8

const (
	ArgNone              ArgKind = iota
	ArgCount                     // a number of operands
	ArgConst                     // index into co_consts
	ArgName                      // index into co_names
	ArgNameAndBit                // index into co_names above a flag: PushesSelfOrNull
	ArgNameAndTwoBits            // index into co_names above two flags: PushesSelfOrNull, SuperHasArgs
	ArgLocal                     // slot of the frame
	ArgLocalPair                 // two slots of the frame, a nibble each: LocalPair
	ArgDeref                     // slot of the frame that holds a cell
	ArgForward                   // distance of a jump forwards
	ArgBackward                  // distance of a jump backwards
	ArgOrigin                    // distance back to where control came from; no jump
	ArgStackIndex                // place on the stack, 1 for the top
	ArgSmallInt                  // the value itself
	ArgBinaryOp                  // a BinaryKind
	ArgCompare                   // a CompareKind with flags: Compare
	ArgInvert                    // 1 for the negated form
	ArgIntrinsic1                // an Intrinsic1
	ArgIntrinsic2                // an Intrinsic2
	ArgSpecial                   // a Special
	ArgCommonConstant            // a CommonConstant
	ArgConversion                // a Conversion
	ArgInterpolation             // flag for a format specification, and a Conversion: Interpolation
	ArgFunctionAttribute         // a FunctionAttribute
	ArgAwaitable                 // an AwaitableOrigin
	ArgUnpackEx                  // two counts, a byte each: UnpackEx
	ArgReraise                   // place of the instruction offset below the exception, 0 for none
	ArgResume                    // a ResumePoint with a flag: Resume
	ArgYield                     // 1 when the yield belongs to await or yield from
	ArgExtended                  // higher bits of the next oparg
	ArgExecutor                  // index of a trace of CPython's own optimiser
)

// BinaryKind is the operation of BINARY_OP.
type BinaryKind uint8

const (
	BinaryAdd BinaryKind = iota
	BinaryAnd
	BinaryFloorDivide
	BinaryLshift
	BinaryMatrixMultiply
	BinaryMultiply
	BinaryRemainder
	BinaryOr
	BinaryPower
	BinaryRshift
	BinarySubtract
	BinaryTrueDivide
	BinaryXor
	// BinaryInplaceAdd is the first in-place operation; they follow in the
	// order of the plain ones.
	BinaryInplaceAdd
	BinaryInplaceAnd
	BinaryInplaceFloorDivide
	BinaryInplaceLshift
	BinaryInplaceMatrixMultiply
	BinaryInplaceMultiply
	BinaryInplaceRemainder
	BinaryInplaceOr
	BinaryInplacePower
	BinaryInplaceRshift
	BinaryInplaceSubtract
	BinaryInplaceTrueDivide
	BinaryInplaceXor
	BinarySubscript

	numBinaryKinds
)

var binarySymbols = [...]string{"+", "&", "//", "<<", "@", "*", "%", "|", "**", ">>", "-", "/", "^"}

// String returns the operator: +, +=, [].
func (k BinaryKind) String() string {
	switch {
	case k < BinaryInplaceAdd:
		return binarySymbols[k]
	case k < BinarySubscript:
		return binarySymbols[k-BinaryInplaceAdd] + "="
	case k == BinarySubscript:
		return "[]"
	}
	return fmt.Sprintf("binary(%d)", uint8(k))
}

// Inplace says whether the operation is an augmented assignment's.
func (k BinaryKind) Inplace() bool { return k >= BinaryInplaceAdd && k < BinarySubscript }

// Plain returns the operation without regard to augmented assignment.
func (k BinaryKind) Plain() BinaryKind {
	if k.Inplace() {
		return k - BinaryInplaceAdd
	}
	return k
}

// CompareKind is the operator of COMPARE_OP, numbered as Py_LT … Py_GE.
type CompareKind uint8

const (
	CompareLT CompareKind = iota
	CompareLE
	CompareEQ
	CompareNE
	CompareGT
	CompareGE

	numCompareKinds
)

var compareSymbols = [...]string{"<", "<=", "==", "!=", ">", ">="}

func (k CompareKind) String() string {
	if k < numCompareKinds {
		return compareSymbols[k]
	}
	return fmt.Sprintf("compare(%d)", uint8(k))
}

// Comparison is the decoded oparg of COMPARE_OP.
type Comparison struct {
	Kind CompareKind
	// ToBool is set when the result is converted by bool().
	ToBool bool
	// Mask has a bit for each outcome of a comparison of numbers for which the
	// operator is true.
	Mask OutcomeMask
}

// OutcomeMask is a set of outcomes of comparing two numbers.
type OutcomeMask uint8

const (
	OutcomeUnordered OutcomeMask = 1 << iota
	OutcomeLess
	OutcomeGreater
	OutcomeEqual
)

// Intrinsic1 is the function that CALL_INTRINSIC_1 calls.
type Intrinsic1 uint8

const (
	Intrinsic1Invalid Intrinsic1 = iota
	IntrinsicPrint
	IntrinsicImportStar
	IntrinsicStopiterationError
	IntrinsicAsyncGenWrap
	IntrinsicUnaryPositive
	IntrinsicListToTuple
	IntrinsicTypevar
	IntrinsicParamspec
	IntrinsicTypevartuple
	IntrinsicSubscriptGeneric
	IntrinsicTypealias

	numIntrinsics1
)

var intrinsic1Names = [...]string{
	"INTRINSIC_1_INVALID", "INTRINSIC_PRINT", "INTRINSIC_IMPORT_STAR",
	"INTRINSIC_STOPITERATION_ERROR", "INTRINSIC_ASYNC_GEN_WRAP",
	"INTRINSIC_UNARY_POSITIVE", "INTRINSIC_LIST_TO_TUPLE", "INTRINSIC_TYPEVAR",
	"INTRINSIC_PARAMSPEC", "INTRINSIC_TYPEVARTUPLE",
	"INTRINSIC_SUBSCRIPT_GENERIC", "INTRINSIC_TYPEALIAS",
}

func (k Intrinsic1) String() string { return nameOf(intrinsic1Names[:], int32(k)) }

// Intrinsic2 is the function that CALL_INTRINSIC_2 calls.
type Intrinsic2 uint8

const (
	Intrinsic2Invalid Intrinsic2 = iota
	IntrinsicPrepReraiseStar
	IntrinsicTypevarWithBound
	IntrinsicTypevarWithConstraints
	IntrinsicSetFunctionTypeParams
	IntrinsicSetTypeparamDefault

	numIntrinsics2
)

var intrinsic2Names = [...]string{
	"INTRINSIC_2_INVALID", "INTRINSIC_PREP_RERAISE_STAR",
	"INTRINSIC_TYPEVAR_WITH_BOUND", "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
	"INTRINSIC_SET_FUNCTION_TYPE_PARAMS", "INTRINSIC_SET_TYPEPARAM_DEFAULT",
}

func (k Intrinsic2) String() string { return nameOf(intrinsic2Names[:], int32(k)) }

// Special is the method that LOAD_SPECIAL looks up.
type Special uint8

const (
	SpecialEnter Special = iota
	SpecialExit
	SpecialAenter
	SpecialAexit

	numSpecials
)

var specialNames = [...]string{"__enter__", "__exit__", "__aenter__", "__aexit__"}

// String returns the method's name in Python.
func (k Special) String() string { return nameOf(specialNames[:], int32(k)) }

// CommonConstant is the object that LOAD_COMMON_CONSTANT pushes.
type CommonConstant uint8

const (
	CommonAssertionError CommonConstant = iota
	CommonNotImplementedError
	CommonTuple
	CommonAll
	CommonAny

	numCommonConstants
)

var commonConstantNames = [...]string{"AssertionError", "NotImplementedError", "tuple", "all", "any"}

// String returns the object's name in Python's builtins.
func (k CommonConstant) String() string { return nameOf(commonConstantNames[:], int32(k)) }

// Conversion is what CONVERT_VALUE or an interpolation applies to a value.
type Conversion uint8

const (
	ConversionNone Conversion = iota
	ConversionStr
	ConversionRepr
	ConversionASCII

	numConversions
)

var conversionNames = [...]string{"none", "str", "repr", "ascii"}

func (k Conversion) String() string { return nameOf(conversionNames[:], int32(k)) }

// FunctionAttribute is what SET_FUNCTION_ATTRIBUTE sets; one bit is set.
type FunctionAttribute uint8

const (
	FunctionDefaults    FunctionAttribute = 1 << iota // tuple
	FunctionKwDefaults                                // dict
	FunctionAnnotations                               // tuple or dict
	FunctionClosure                                   // tuple of cells
	FunctionAnnotate                                  // the __annotate__ function
)

func (k FunctionAttribute) String() string {
	switch k {
	case FunctionDefaults:
		return "defaults"
	case FunctionKwDefaults:
		return "kwdefaults"
	case FunctionAnnotations:
		return "annotations"
	case FunctionClosure:
		return "closure"
	case FunctionAnnotate:
		return "annotate"
	}
	return fmt.Sprintf("attribute(%d)", uint8(k))
}

// AwaitableOrigin says on whose behalf GET_AWAITABLE works; it matters only for
// the text of a TypeError.
type AwaitableOrigin uint8

const (
	AwaitExpression AwaitableOrigin = iota
	AwaitAenter
	AwaitAexit
)

// ResumePoint is where a RESUME stands.
type ResumePoint uint8

const (
	ResumeAtStart ResumePoint = iota
	ResumeAfterYield
	ResumeAfterYieldFrom
	ResumeAfterAwait
)

var resumeNames = [...]string{"start", "after yield", "after yield from", "after await"}

func (k ResumePoint) String() string { return nameOf(resumeNames[:], int32(k)) }

func nameOf(names []string, i int32) string {
	if i >= 0 && int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%d", i)
}

// The methods below read the oparg of an instruction. Each is meant for the
// opcodes it names, in any form.

// CanRaise says whether the instruction may raise, which for YIELD_VALUE means
// that throw() may be called while it is suspended.
func (in *Instr) CanRaise() bool {
	return infos[in.Base].Flags&MayRaise != 0 || in.Base == OpYieldValue
}

// CanEscape says whether the instruction may run arbitrary code, if only the
// finaliser of an object that it lets go.
func (in *Instr) CanEscape() bool { return infos[in.Base].Flags&Escapes != 0 }

// NameIndex returns the index into co_names, for all opcodes that have a name.
func (in *Instr) NameIndex() int {
	switch infos[in.Base].Arg {
	case ArgNameAndBit:
		return int(in.Arg >> 1)
	case ArgNameAndTwoBits:
		return int(in.Arg >> 2)
	}
	return int(in.Arg)
}

// PushesSelfOrNull says whether LOAD_ATTR or LOAD_SUPER_ATTR pushes a method
// and its self (or the attribute and NULL), and LOAD_GLOBAL a NULL above the
// value: all as CALL wants it.
func (in *Instr) PushesSelfOrNull() bool { return in.Arg&1 != 0 }

// SuperHasArgs says whether LOAD_SUPER_ATTR stands for super(type, self), with
// the arguments written out.
func (in *Instr) SuperHasArgs() bool { return in.Arg&2 != 0 }

// LocalPair returns the two slots of a superinstruction, in the order in which
// they are loaded or stored.
func (in *Instr) LocalPair() (first, second int) { return int(in.Arg >> 4), int(in.Arg & 15) }

// Binary returns the operation of BINARY_OP.
func (in *Instr) Binary() BinaryKind { return BinaryKind(in.Arg) }

// Compare decodes the oparg of COMPARE_OP.
func (in *Instr) Compare() Comparison {
	return Comparison{
		Kind:   CompareKind(in.Arg >> 5),
		ToBool: in.Arg&16 != 0,
		Mask:   OutcomeMask(in.Arg & 15),
	}
}

// Inverted says whether CONTAINS_OP means not in, and IS_OP is not.
func (in *Instr) Inverted() bool { return in.Arg != 0 }

// Resume returns where RESUME stands, and whether a yield there is outside of
// all but the outermost exception handler, so that close() needs not run code.
func (in *Instr) Resume() (at ResumePoint, shallow bool) {
	return ResumePoint(in.Arg & 3), in.Arg&4 != 0
}

// UnpackEx returns how many values UNPACK_EX takes before and after the
// starred target.
func (in *Instr) UnpackEx() (before, after int) { return int(in.Arg & 0xff), int(in.Arg >> 8) }

// Interpolation returns the conversion of BUILD_INTERPOLATION and whether a
// format specification is on the stack.
func (in *Instr) Interpolation() (conv Conversion, hasSpec bool) {
	return Conversion(in.Arg >> 2), in.Arg&1 != 0
}

// validKind says whether the oparg of an instruction is one of its constants.
func (in *Instr) validKind() bool {
	switch in.Base {
	case OpBinaryOp:
		return in.Arg < int32(numBinaryKinds)
	case OpCompareOp:
		return in.Arg>>5 < int32(numCompareKinds)
	case OpCallIntrinsic1:
		return in.Arg > 0 && in.Arg < int32(numIntrinsics1)
	case OpCallIntrinsic2:
		return in.Arg > 0 && in.Arg < int32(numIntrinsics2)
	case OpLoadSpecial:
		return in.Arg < int32(numSpecials)
	case OpLoadCommonConstant:
		return in.Arg < int32(numCommonConstants)
	case OpConvertValue:
		return in.Arg > 0 && in.Arg < int32(numConversions)
	}
	return true
}

// ArgString describes the oparg, by the names in sym where they are given. It
// is empty when the oparg means nothing or its number says everything.
func (in *Instr) ArgString(sym *Symbols) string {
	var parts []string
	switch infos[in.Base].Arg {
	case ArgConst:
		parts = append(parts, sym.constant(in.Arg))
	case ArgName, ArgNameAndBit, ArgNameAndTwoBits:
		parts = append(parts, sym.name(in.NameIndex()))
		switch {
		case in.Base == OpLoadGlobal && in.PushesSelfOrNull():
			parts = append(parts, "+ NULL")
		case in.Base == OpLoadAttr && in.PushesSelfOrNull():
			parts = append(parts, "+ NULL|self")
		case in.Base == OpLoadSuperAttr && in.PushesSelfOrNull():
			parts = append(parts, "+ NULL|self")
		}
	case ArgLocal, ArgDeref:
		parts = append(parts, sym.local(int(in.Arg)))
	case ArgLocalPair:
		a, b := in.LocalPair()
		parts = append(parts, sym.local(a)+",", sym.local(b))
	case ArgBinaryOp:
		parts = append(parts, in.Binary().String())
	case ArgCompare:
		c := in.Compare()
		if c.ToBool {
			parts = append(parts, "bool("+c.Kind.String()+")")
		} else {
			parts = append(parts, c.Kind.String())
		}
	case ArgInvert:
		if in.Inverted() {
			parts = append(parts, "not")
		}
	case ArgIntrinsic1:
		parts = append(parts, Intrinsic1(in.Arg).String())
	case ArgIntrinsic2:
		parts = append(parts, Intrinsic2(in.Arg).String())
	case ArgSpecial:
		parts = append(parts, Special(in.Arg).String())
	case ArgCommonConstant:
		parts = append(parts, CommonConstant(in.Arg).String())
	case ArgConversion:
		parts = append(parts, Conversion(in.Arg).String())
	case ArgFunctionAttribute:
		parts = append(parts, FunctionAttribute(in.Arg).String())
	case ArgResume:
		at, shallow := in.Resume()
		parts = append(parts, at.String())
		if shallow {
			parts = append(parts, "shallow")
		}
	case ArgUnpackEx:
		before, after := in.UnpackEx()
		parts = append(parts, fmt.Sprintf("%d before, %d after", before, after))
	case ArgInterpolation:
		conv, spec := in.Interpolation()
		parts = append(parts, conv.String())
		if spec {
			parts = append(parts, "with spec")
		}
	}
	return strings.TrimSpace(strings.Join(parts, " "))
}
