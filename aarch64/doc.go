// Package aarch64 turns the compiler's machine-level code into AArch64
// machine code. It owns everything that knows the instruction set: the
// encodings, the assembler with its labels, literal pool and long-branch
// handling, the annotated disassembly, and the lowering of LIR.
// Encoder, assembler and disassembly know nothing of Python or of where the code will be
// loaded: whatever depends on the process is a [Reloc]. Only what turns LIR into code (emit*.go)
// and makes entries and frames (frame.go) knows the interpreter's structures, by the layout in the
// snapshot, and the shared stubs of the run time, by their names in package object.
//
// # Encoding and assembling
//
// Encoding is separate from assembling. Every instruction form is a pure
// function from operands to a [Word]:
//
//	AddImm(W64, X0, X1, 16)          // add x0, x1, #16
//	Ldr(W64, X2, At(X0, 24))         // ldr x2, [x0, #24]
//	Fadd(Double, V0, V1, V2)         // fadd d0, d1, d2
//
// and [Assembler.Emit] appends it to the current section. What refers to
// another place in the code (a label, a literal, an outside symbol) is a method
// of the Assembler instead, because only the finished layout knows the
// distance:
//
//	a.BCond(EQ, done)                // b.eq done
//	a.LoadSymbol(X16, helper, 0)     // ldr x16, <pool slot that holds helper>
//
// # Errors
//
// An operand that has no encoding (a wrong class of register, an immediate out of
// range) is a bug of the caller: the encoder panics with an
// *[EncodingError], which the compiler recovers at its boundary. Lowering asks
// first, with the predicates: [IsAddImm], [IsLogicalImm], [IsUnsignedOffset],
// [IsUnscaledOffset], [IsPairOffset], [IsFloatImm] and so on. The only
// failure that depends on the size of the program, code that exceeds the reach of
// b, is an ordinary error of [Assembler.Finish].
//
// # Layout
//
// There are two sections, hot and cold, and one pool of literals. Nothing is placed before
// [Assembler.Finish], which lengthens the branches that need it and puts copies of the pool where loads
// reach them (layout.go). So a place in the code is a [Pos] or a [Label] until then, never a
// number of bytes; [Assembler.Offset] translates.
//
// # Adding an instruction
//
//  1. Find the encode_*.go file whose diagram has the instruction's class, or draw
//     a new diagram from the architecture manual.
//  2. Write the function. Place registers with gp, gpOrSP and fp, which
//     refuse the wrong class, and immediates with the checked field helpers of
//     encode.go. The name is the mnemonic in Go spelling, followed by the kind
//     of operand where the mnemonic has several forms (AddImm, AddShifted). The
//     first parameter is the width.
//  3. Add a row (call, hex, GNU text) to the table of the same subject in
//     rows_*_test.go, a generator to the list in forms_*_test.go, and a row to refused_test.go
//     for each operand that has no encoding.
//  4. If golang.org/x/arch does not decode it, teach disasm_fallback.go.
//
// go test then compares every row and thousands of random operands with GNU as.
package aarch64
