package lir

import "github.com/cinderjit/cinderjit/jit/regalloc"

// Allocatable is the view that the register allocator has of a function.
type Allocatable struct {
	F    *Func
	Conv *Convention
}

var _ regalloc.Function = Allocatable{}

// NumVRegs implements regalloc.Function.
func (a Allocatable) NumVRegs() int { return len(a.F.classes) }

// Class implements regalloc.Function.
func (a Allocatable) Class(v VReg) regalloc.Class { return a.F.classes[v] }

// Remat implements regalloc.Function.
func (a Allocatable) Remat(v VReg) bool { return a.F.remat[v] != 0 }

// NumBlocks implements regalloc.Function.
func (a Allocatable) NumBlocks() int { return len(a.F.Blocks) }

// Block implements regalloc.Function.
func (a Allocatable) Block(b int) (first, last int) {
	return int(a.F.Blocks[b].First), int(a.F.Blocks[b].Last)
}

// Succs implements regalloc.Function.
func (a Allocatable) Succs(b int) []int { return a.F.succs[b] }

// Params implements regalloc.Function.
func (a Allocatable) Params(b int) []VReg { return a.F.Blocks[b].Params }

// EdgeArgs implements regalloc.Function.
func (a Allocatable) EdgeArgs(b, succ int) []VReg { return a.F.Blocks[b].Args[succ] }

// LoopDepth implements regalloc.Function.
func (a Allocatable) LoopDepth(b int) int { return int(a.F.Blocks[b].Loop) }

// Cold implements regalloc.Function.
func (a Allocatable) Cold(b int) bool { return a.F.Blocks[b].Cold }

// Entered implements regalloc.Function.
func (a Allocatable) Entered(b int) bool {
	return a.F.Instrs[a.F.Blocks[b].First].Op == ResumePoint
}

// Operands implements regalloc.Function: definitions, uses, then side values.
func (a Allocatable) Operands(instr int, buf []regalloc.Operand) []regalloc.Operand {
	in := &a.F.Instrs[instr]
	buf = append(buf, a.F.operands(in)...)
	if in.Side != 0 {
		for _, v := range a.F.Sides[in.Side].Values {
			buf = append(buf, regalloc.Operand{V: v, Kind: regalloc.Use, Pos: regalloc.Late, Constraint: regalloc.Any})
		}
	}
	return buf
}

// Clobbers implements regalloc.Function.
func (a Allocatable) Clobbers(instr int) regalloc.RegSet {
	if Ops[a.F.Instrs[instr].Op].Call {
		return a.Conv.Clobbers
	}
	return 0
}
