package lir

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/object"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// VReg names a virtual register; 0 is none.
type VReg = regalloc.VReg

// BlockID names a block. After [Func.finish] ids follow the layout of the code.
type BlockID int32

// SymID names an entry of Func.Syms; 0 is none.
type SymID int32

// SideID names an entry of Func.Sides; 0 is none.
type SideID int32

// Symbol is an address that only the loader knows.
type Symbol struct {
	Kind   object.RelocKind
	ID     uint32
	Addend int64
	Name   string
}

// Base says what the address of a memory access is relative to.
type Base uint8

// The bases. The pinned ones take no operand.
const (
	BaseReg    Base = iota // a use
	BaseFrame              // the current interpreter frame
	BaseThread             // the thread state
	BaseOut                // the outgoing argument area of the native frame
)

// Mem is a kind of memory access.
type Mem uint8

// The kinds of access.
const (
	Mem64  Mem = iota
	Mem32U     // zero-extended
	Mem32S     // sign-extended
	Mem8       // zero-extended
	Mem8S      // sign-extended
	Mem16U     // zero-extended
	Mem16S     // sign-extended
	MemF64
)

// Bytes returns the size of the access in memory.
func (m Mem) Bytes() int64 {
	return [...]int64{Mem64: 8, Mem32U: 4, Mem32S: 4, Mem8: 1, Mem8S: 1, Mem16U: 2, Mem16S: 2, MemF64: 8}[m]
}

// Facts are what is known about the object of an Incref or Decref.
type Facts uint8

// The facts.
const (
	MayBeNull  Facts = 1 << iota
	Mortal           // never immortal: the reference count always counts
	Leaf             // its deallocation runs nothing and releases nothing
	ExactInt         // exactly an int
	ExactFloat       // exactly a float
	Resumable        // often a generator or coroutine
)

// Instr is one instruction. Which fields mean something is declared in the
// opcode table.
type Instr struct {
	Op    Op
	Test  Test
	Cond  Cond
	Not   bool // the test is negated; floating-point tests only
	W32   bool // the test looks at the low 32 bits
	Base  Base
	Mem   Mem
	Err   hir.Err // calls: how an error shows in the result
	Facts Facts
	ndefs uint8
	nuses uint16
	ops   uint32 // first operand in Func.pool
	Imm   int64
	Sym   SymID
	Sym2  SymID
	Side  SideID
	// Code and Offset are the bytecode instruction it comes from: the code
	// object of an inlined frame or 0, and the code unit or -1.
	Code   snapshot.ID
	Offset int32
	// Inline is the inlined call that it is part of, an index into
	// Func.Inlines; 0 is the outermost code.
	Inline int32
	// Counts says that the call can run Python code that recurses, so that the
	// inlined calls around it have to be counted in the recursion depth.
	Counts bool
}

// Inline is an inlined call. Its interpreter frame, if it needs one, stands in
// the native frame.
type Inline struct {
	Parent int32 // the inlined call that it is part of; 0 for the outermost code
	Code   snapshot.ID
	// Offset is where its frame stands in the area of inlined frames, in bytes.
	Offset int64
	Locals int64 // number of slots
}

// Block is a basic block: a range of Func.Instrs.
type Block struct {
	First, Last int32
	Params      []VReg
	Succs       []BlockID
	Args        [][]VReg // by successor
	Preds       int32    // number of predecessors
	Loop        int32
	Cold        bool
}

// Func is a function being turned into machine code.
type Func struct {
	Snap *snapshot.Snapshot
	// Code is the code object that is compiled.
	Code   snapshot.ID
	Instrs []Instr
	Blocks []Block // in layout order, 0 is the entry
	Syms   []Symbol
	Sides  []Side
	// SymSets are the sets of symbols that tests refer to.
	SymSets [][]SymID
	// DirectArgs is the number of arguments that the direct entry takes,
	// or -1 when the function has only the frame entry.
	DirectArgs int
	// Resumable code is entered with a generator only.
	Resumable bool
	// Loop is set of code that is entered at the begin of a loop only.
	Loop bool
	// OutSize is the size of the outgoing argument area, in bytes.
	OutSize int64
	// Inlines are the inlined calls; [0] stands for the outermost code. The
	// frames of those that need one are InlineSize bytes; Depth is the greatest
	// number of inlined calls within each other.
	Inlines    []Inline
	InlineSize int64
	Depth      int

	classes []regalloc.Class // by VReg
	remat   []int32          // by VReg: 1 when it can be made anew
	defs    []int32          // by VReg: defining instruction, -1 for a parameter
	pool    []regalloc.Operand
	succs   [][]int
	symIDs  map[Symbol]SymID
}

// NumDefs returns the number of definitions of in.
func (in *Instr) NumDefs() int { return int(in.ndefs) }

// NumUses returns the number of uses of in, side values not counted.
func (in *Instr) NumUses() int { return int(in.nuses) }

// operands returns definitions and uses of in, without side values.
func (f *Func) operands(in *Instr) []regalloc.Operand {
	return f.pool[in.ops : in.ops+uint32(in.ndefs)+uint32(in.nuses)]
}

// DefiningInstr returns the index of the instruction that defines v, or -1 when
// v is a block parameter.
func (f *Func) DefiningInstr(v VReg) int { return int(f.defs[v]) }

// newVReg returns a new virtual register.
func (f *Func) newVReg(c regalloc.Class) VReg {
	f.classes = append(f.classes, c)
	f.remat = append(f.remat, 0)
	return VReg(len(f.classes) - 1)
}

// symbol returns the id of s.
func (f *Func) symbol(s Symbol) SymID {
	if id, ok := f.symIDs[s]; ok {
		return id
	}
	f.Syms = append(f.Syms, s)
	id := SymID(len(f.Syms) - 1)
	f.symIDs[s] = id
	return id
}

// newFunc returns a function without blocks.
func newFunc(s *snapshot.Snapshot) *Func {
	return &Func{
		Snap: s, Syms: make([]Symbol, 1), Sides: make([]Side, 1),
		classes: make([]regalloc.Class, 1), remat: make([]int32, 1),
		symIDs: map[Symbol]SymID{},
	}
}

// UsesFloats reports whether a value of the function is in a floating-point
// register.
func (f *Func) UsesFloats() bool { return slices.Contains(f.classes, regalloc.Float) }
