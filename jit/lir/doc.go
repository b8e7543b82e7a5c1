// Package lir is the machine-level intermediate representation: SSA with block
// parameters over virtual registers of the two register classes, close to
// what a load-store machine does but naming no instruction set. It owns its
// opcode table, printer and verifier, the view of a function that the register
// allocator works on, and the lowering from HIR.
//
// It knows the layout of the interpreter's structures (through the snapshot) but
// no address: whatever depends on a process is a symbol. It knows of machine
// registers only the calling conventions that are part of the contract with the
// run time; see [Convention].
//
// # Operands
//
// An instruction's operands are its definitions, then its uses, then the values
// of its [Side]: what leaving the code there, or synchronising the frame there,
// has to find. Side values may be in a register or in a slot, whatever the
// allocator finds best, so that exits cost nothing where they are not taken.
//
// # Tests
//
// Everything that depends on a condition (Set, Select, Branch, ExitIf) carries a
// [Test], which says what is compared, and a [Cond]. So a comparison is never
// materialised where its only use is a decision.
package lir
