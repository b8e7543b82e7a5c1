// Package regalloc assigns machine registers and spill slots to the virtual
// registers of a machine-level SSA function with block parameters.
//
// The package owns liveness, interval splitting, spilling, move resolution and
// the checker that proves a result. It must not know any instruction set or
// any LIR type: all it sees is the Function interface, and all it returns is a
// Result: one location for each operand and a list of moves to run before each
// instruction.
//
// # Input
//
// Blocks are numbered in layout order and own consecutive instruction indices.
// A virtual register has exactly one definition, either as an operand or as a
// block parameter, and the definition dominates all uses. Critical edges are
// split by the client. The last instruction of a block is its terminator; when
// its block has one successor and that successor has several predecessors, the
// terminator has neither operands nor clobbers, because the moves of the edge
// run just before it.
//
// # Positions
//
// Instruction i covers four positions:
//
//	4i+0  after instruction i-1, or the entry of a block
//	4i+1  the gap before i: moves run here, and only here can an interval be split
//	4i+2  early: inputs are read
//	4i+3  late: outputs are written, clobbers happen
//
// A fixed-register use is a copy made in the gap: the value needs to live only
// up to position 4i, while the register is reserved from 4i+1. A fixed
// definition is the mirror image: the register is reserved at 4i+3 and the
// value starts at 4(i+1). A definition that reuses an input starts in the gap,
// where the input is copied into it.
//
// # Algorithm
//
// Linear scan over intervals with holes. Every interval is a view on the
// ranges of its virtual register, so splitting copies nothing. Each machine
// register keeps the sorted ranges that were given away, for the whole
// function; therefore intervals may be revisited in any order. Parts of a value
// in cold blocks are intervals of their own from the start, so that calls on
// slow paths never cost the hot path a register. When registers run out, the
// value whose next use in a register is furthest away, counting loops, is
// split and goes to its stack slot; uses that accept a slot do not count.
package regalloc
