// Package bytecode is the model of CPython 3.14's bytecode: the opcodes, the
// form of code objects, and the control flow inside them.
//
// It owns all that can be said about bytecode without knowing any value: which
// opcodes there are, what their opargs and inline caches mean, how many stack
// values they take and give, where exceptions go, how blocks and loops lie. It
// must not know what a compiler makes of it, nor the layout of any object, nor
// Python's values; names and constants appear only as text in listings.
//
// Analyze is the way in for a compiler:
//
//	code, err := bytecode.Analyze(bytecode.Source{Code: adaptive, ExceptionTable: table})
//	for _, id := range code.Order {
//		block := code.Block(id)
//		for i := block.Begin; i < block.End; i++ {
//			in := &code.Instrs[i]
//			switch in.Base {
//			case bytecode.OpLoadFast:
//				… in.Arg, in.Depth, in.Offset …
//			case bytecode.OpLoadAttr:
//				switch in.Op { // what the interpreter has learned
//				case bytecode.OpLoadAttrSlot:
//					version := code.Cache32(in, bytecode.FieldTypeVersion)
//
// Decode alone splits code into instructions. Nothing in the package panics on
// malformed code; errors name the offset.
//
// # Forms
//
// The bytes of a running function (co_code_adaptive) hold specialised forms
// with what the interpreter learned in their inline caches. Instr.Op is the
// form found and Instr.Base the opcode that the program means; the meaning of
// the oparg, the stack effect and whether an exception is possible are always
// those of Base. Instrumented forms, which fire monitoring events, have a Base
// too. Three opcodes hide another one: ENTER_EXECUTOR, INSTRUMENTED_LINE and
// INSTRUMENTED_INSTRUCTION; Source.Plain gives it back.
//
// # How to add or change an opcode
//
// Each opcode is one row of the table in table.go. Change the row, run go
// generate ./jit/bytecode for the constant in ids.go, and renew the facts that
// the table is checked against, from the headers of the CPython in question:
//
//	go run ./jit/bytecode/internal/facts -include INCLUDE/python3.14 > jit/bytecode/testdata/facts.txt
//
// A new layout of inline cache is declared in cache.go, a new kind of oparg in
// oparg.go. The tests name what is missing. The scripts testdata/sample.py and
// testdata/golden.py renew the real code objects that the tests read; add a
// function with the new opcode to testdata/features.py.
package bytecode
