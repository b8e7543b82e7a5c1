package regalloc

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

const (
	posEntry = 0 // block entry, or after the previous instruction
	posGap   = 1
	posEarly = 2
	posLate  = 3

	never = math.MaxInt32
	none  = int32(-1)
)

// span is a half-open range of positions.
type span struct{ from, to int32 }

// taken is a range of positions in which a register belongs to a piece.
type taken struct {
	span
	piece int32
}

type block struct {
	first, last  int32 // instructions, half open
	freq         int32 // estimated executions
	boundaryCost int32 // what a move on the edges from earlier blocks costs
	loop         int32 // innermost loop, or none
	out          int32 // first edge in edges
	in           int32 // first edge in inEdges
	cold         bool
	cut          bool // intervals start anew at the entry
	entered      bool // reached from outside of the function
}

func (b *block) entry() int32 { return 4 * b.first }
func (b *block) end() int32   { return 4 * b.last }

type edge struct {
	from, to int32
	succ     int32 // index in the successors of from
}

// loop is the layout range of a natural loop.
type loop struct {
	span
	parent int32
}

type defKind uint8

const (
	defNone defKind = iota
	defReg
	defAny
	defFixed
	defReuse
	defParam
)

// value is what is known about a virtual register.
type value struct {
	class     Class
	def       defKind
	remat     bool
	spilled   bool // has pieces on the stack
	defReg    PReg // for defFixed
	defInstr  int32
	defBlock  int32
	defPos    int32 // first position at which the value exists
	slot      int32
	slowCalls int32 // clobbers in cold blocks that the value lives across

	// Views on the allocator's pools.
	lives  view // blocks with uses
	reqs   view // positions at which a register is required
	hints  view
	ranges view
	pieces view // in order of position, after the scan

	head  int32 // first piece
	last  int32 // piece found last by find, or none
	group int32 // union-find parent of values connected by block parameters
	want  PReg  // register of the group, or noReg; valid at the root
}

// view is a half-open range of indices in a pool.
type view struct{ lo, hi int32 }

// liveUse says that a value is needed in a block up to a position.
type liveUse struct{ block, to int32 }

type hintKind uint8

const (
	hintFixed   hintKind = iota // wants a register
	hintStart                   // starts as a copy of another value
	hintCopied                  // is copied to another value
	hintCopyArg                 // hintStart through an edge
)

// hint is a reason to prefer a register at a position.
type hint struct {
	pos   int32
	kind  hintKind
	reg   PReg
	other VReg
	at    int32 // position at which other is looked up
	freq  int32
}

const noReg PReg = 255

// Allocator holds the memory of an allocation, to be reused by the next. The
// zero value is ready. It must not be used by two goroutines at once.
type Allocator struct {
	fn  Function
	cfg Config
	err error

	order   [2][]PReg
	scratch [2]PReg
	unsaved RegSet // callee-saved registers that nothing has written so far

	nInstr  int32
	blocks  []block
	edges   []edge
	inEdges []int32
	blockOf []int32 // instruction → block
	loops   []loop
	ops     []Operand
	opOff   []int32

	values  []value
	lives   []liveUse
	reqs    []int32
	hints   []hint
	ranges  []span
	entered []int32 // blocks that are entered from outside
	cuts    []int32 // positions at which intervals start anew

	pieces  []piece
	sorted  []int32 // pieces by value, in order of position
	queue   []uint64
	regs    [64][]taken
	fixed   [64][]span
	fixedAt [64]int // register → where firstFixed looked last
	clobs   []clobberSet

	// Scratch memory of single steps.
	mark    []int32
	segTo   []int32
	work    []int32
	touched []int32
	free    [64]int32 // see findFree
	blocked [64]int32
	score   [64]int32
	clobHit []int32
	slots   [][]span
	pins    []pin
	pending []pendingMove
	pm      parallel
	chk     checker

	res Result
}

// clobberSet are the instructions that destroy the same registers.
type clobberSet struct {
	mask RegSet
	at   []int32 // late positions
}

// grow returns s with length n, reusing its memory; the contents are zero.
func grow[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	s = s[:n]
	clear(s)
	return s
}

var errDiverged = errors.New("regalloc: internal error: interval splitting does not end")

// Allocate assigns a location to every operand of fn. An error means that fn
// breaks a rule of the Function interface, or that an instruction asks for
// more registers than there are.
func (a *Allocator) Allocate(fn Function, cfg Config) (*Result, error) {
	a.fn, a.cfg, a.err = fn, cfg, nil
	a.order = [2][]PReg{cfg.IntRegs, cfg.FloatRegs}
	a.scratch = [2]PReg{cfg.IntScratch, cfg.FloatScratch}
	a.unsaved = cfg.CalleeSaved
	a.res.Stats = Stats{}
	defer func() { a.fn = nil }()

	for _, step := range []func(){
		a.checkConfig, a.readBlocks, a.readOperands, a.findLoops, a.findRanges, a.makePieces,
		a.scan, a.orderPieces, a.assignSlots, a.resolve,
	} {
		if step(); a.err != nil {
			return nil, a.err
		}
	}
	a.res.UsedCalleeSaved = cfg.CalleeSaved &^ a.unsaved
	if cfg.Check {
		if err := a.chk.check(fn, cfg, &a.res); err != nil {
			return nil, err
		}
	}
	return &a.res, nil
}

func (a *Allocator) fail(format string, args ...any) {
	if a.err == nil {
		a.err = fmt.Errorf("regalloc: "+format, args...)
	}
}

func (a *Allocator) checkConfig() {
	for c, regs := range a.order {
		for _, r := range regs {
			if r >= 64 || r.Class() != Class(c) || r == a.scratch[c] {
				a.fail("register %d cannot be allocated as %v", r, Class(c))
			}
		}
		if a.scratch[c] >= 64 || a.scratch[c].Class() != Class(c) {
			a.fail("no scratch register of class %v", Class(c))
		}
	}
}

// orderPieces lists the pieces of each value in order of position.
func (a *Allocator) orderPieces() {
	a.sorted = a.sorted[:0]
	for v := range a.values {
		val := &a.values[v]
		val.pieces.lo = int32(len(a.sorted))
		for id := val.head; id != none; id = a.pieces[id].next {
			a.sorted = append(a.sorted, id)
		}
		val.pieces.hi = int32(len(a.sorted))
	}
	a.res.Stats.Intervals = len(a.sorted)
}

// pieceAt returns the piece of v at pos, or none.
func (a *Allocator) pieceAt(v VReg, pos int32) int32 {
	val := &a.values[v]
	ids := a.sorted[val.pieces.lo:val.pieces.hi]
	i := 0
	if len(ids) > 1 {
		i, _ = slices.BinarySearchFunc(ids, pos, func(id, pos int32) int {
			if a.pieces[id].end <= pos {
				return -1
			}
			return 1
		})
	}
	if i >= len(ids) || a.pieces[ids[i]].start > pos || pos >= a.pieces[ids[i]].end {
		return none
	}
	return ids[i]
}

// at returns where v is at pos, or the zero Loc if it is not live there.
func (a *Allocator) at(v VReg, pos int32) Loc {
	if id := a.pieceAt(v, pos); id != none {
		return a.place(v, a.pieces[id].loc)
	}
	return 0
}

// read is at for a value that is read there.
func (a *Allocator) read(v VReg, pos int32) Loc {
	if id := a.pieceAt(v, pos); id != none {
		a.pieces[id].read = true
		return a.place(v, a.pieces[id].loc)
	}
	return 0
}

// place replaces locStack by the slot of v, or by its remat.
func (a *Allocator) place(v VReg, l Loc) Loc {
	if l != locStack {
		return l
	}
	if a.values[v].remat {
		return AsRemat(v)
	}
	return InSlot(int(a.values[v].slot))
}
