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
// A function can have several entries. All but block 0 are blocks with one
// edge into them, from a block that dominates everything; only constants are
// live on such an edge, and they are made anew behind it.
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
// function; therefore intervals may be revisited in any order. The steps, one
// file each:
//
//   - input, liveness: operands, ranges of values, loops. Liveness walks from
//     uses to the definition, so its cost is that of its result.
//   - interval: parts of a value in cold blocks are intervals of their own
//     from the start, so that calls on slow paths never cost the hot path a
//     register. Instead, a value that lives across many of them is steered to
//     a callee-saved register.
//   - scan: an interval takes a register that is free for all of it, the one
//     most wanted (hints); else the one that is free longest, and is split
//     before it is lost; else it makes another leave (evict), or goes to the
//     stack until it is needed.
//   - evict: the value whose next use in a register is furthest away leaves,
//     counting loops; a use that accepts a slot does not count, and constants
//     go first. A value that would lose its register inside a loop takes one
//     that lasts from the start.
//   - split: splits move to block boundaries that run less often.
//   - rearrange: if the operands of one instruction get in each other's way,
//     they are placed by exhaustive search: what can be satisfied is.
//   - resolve, parallel, slots: moves between intervals, on edges and for
//     fixed operands, in an order that respects that they happen at once. A
//     value has one slot, written once after its definition, or where the
//     value goes to the stack if that runs less often. A constant is never
//     stored, it is made where it is needed.
//
// The order is that of the layout, so hot blocks choose first.
//
// # Trust
//
// Check follows a result through the control-flow graph and shares nothing
// with the allocator; Config.Check runs it on every allocation. When compiled
// code misbehaves, Config.SpillEverything tells whether the allocation of
// registers is to blame.
package regalloc
