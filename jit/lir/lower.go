package lir

import (
	"fmt"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/regalloc"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// lowerer turns one HIR function into LIR. It visits the HIR blocks in reverse
// post-order, so that definitions come before uses except at the operands of
// Phis, which are read at the end of each predecessor.
type lowerer struct {
	h      *hir.Func
	f      *Func
	conv   *Convention
	layout *snapshot.Layout

	blocks []*buildBlock
	cur    *buildBlock
	val    []VReg // by hir.Value
	second []VReg // by hir.Value: the second result of a call, the tag of a GuardCompact
	uses   []useInfo
	start  []*buildBlock // by hir.BlockID
	curHIR hir.BlockID
	loops  bool   // the function has any
	caught []bool // by hir.Value: what happens when it fails is in the blocks that follow

	// the instruction being lowered
	code   snapshot.ID
	offset int32
	inline int32
}

// buildBlock is a block under construction.
type buildBlock struct {
	instrs []Instr
	params []VReg
	succs  []*buildBlock
	args   [][]VReg
	preds  int32
	loop   int32
	cold   bool
	id     BlockID
}

// Lower turns f, which has been through all passes, into LIR.
func Lower(h *hir.Func, conv *Convention) *Func {
	l := &lowerer{
		h: h, f: newFunc(h.Snap), conv: conv, layout: h.Snap.Layout,
		val: make([]VReg, len(h.Instrs)), second: make([]VReg, len(h.Instrs)),
		start: make([]*buildBlock, len(h.Blocks)),
	}
	l.f.Code = h.Code
	if l.f.Code == 0 {
		l.f.Code = h.Snap.Root
	}
	order := h.ComputeOrder()
	l.uses = countUses(h, order)
	l.caught = make([]bool, len(h.Instrs))
	for _, b := range order.RPO {
		for i, v := range h.Blocks[b].Instrs {
			switch op := h.At(v).Op; {
			case op == hir.Failed:
				l.caught[h.Arg(v, 0)] = true
			case op == hir.RaiseVarargs:
				l.caught[v] = h.At(h.Blocks[b].Instrs[i+1]).Op != hir.Unreachable
			}
		}
	}
	l.f.DirectArgs = l.directArgs()
	if c := h.Snap.Code(l.f.Code); c != nil {
		l.f.Resumable = c.Resumable()
		_, l.f.Loop = c.LoopEntry()
	}
	l.layOutInlines()
	for _, b := range order.RPO {
		hb := &h.Blocks[b]
		l.start[b] = &buildBlock{loop: hb.Loop, cold: hb.Cold}
		l.loops = l.loops || hb.Loop > 0
	}
	l.declarePhis(order)
	for _, b := range order.RPO {
		l.block(b)
	}
	l.f.finish(l.blocks)
	return l.f
}

// directArgs returns the number of arguments of the direct entry, one for each
// parameter, or -1: only functions with few enough have one.
func (l *lowerer) directArgs() int {
	c := l.h.Snap.Code(l.f.Code)
	if c == nil {
		return -1
	}
	if _, loop := c.LoopEntry(); loop || c.Resumable() || c.NumArgs() > hir.MaxDirectArgs || c.Flags&snapshot.CodeOptimized == 0 {
		return -1
	}
	return c.NumArgs()
}

// declarePhis makes the block parameters. The phis of a block with one
// predecessor are aliases of their operand.
func (l *lowerer) declarePhis(order *hir.Order) {
	for _, b := range order.RPO {
		if len(l.h.Blocks[b].Preds) < 2 {
			continue
		}
		for _, v := range l.h.Blocks[b].Instrs {
			in := l.h.At(v)
			if in.Op != hir.Phi {
				break
			}
			if l.uses[v].count == 0 {
				continue
			}
			l.val[v] = l.f.newVReg(classOf(in.Type))
			l.start[b].params = append(l.start[b].params, l.val[v])
		}
	}
}

// classOf returns the register class of values of type t.
func classOf(t hir.Type) regalloc.Class {
	if t.Is(hir.BitCFloat|hir.BitNull) && t.MayBe(hir.BitCFloat) {
		return regalloc.Float
	}
	return regalloc.Int
}

func (l *lowerer) block(b hir.BlockID) {
	l.curHIR = b
	l.enter(l.start[b])
	if b == 0 {
		l.args()
	}
	for _, v := range l.h.Blocks[b].Instrs {
		in := l.h.At(v)
		if in.Dead {
			continue
		}
		l.offset = in.BC
		l.code, l.inline = 0, l.h.InlineOf(v)
		if l.inline != 0 {
			l.code = l.h.Inlines[l.inline].Code
		}
		l.instr(v)
	}
	if len(l.cur.instrs) == 0 || !Ops[l.cur.instrs[len(l.cur.instrs)-1].Op].Terminator {
		panic(fmt.Sprintf("lir: block b%d has no terminator", b))
	}
}

// instr lowers one instruction by its entry in the table, or as a call of its
// helper.
func (l *lowerer) instr(v hir.Value) {
	in := l.h.At(v)
	if l.fused(v) {
		return
	}
	if fn := lowerTable[in.Op]; fn != nil {
		fn(l, v)
		return
	}
	if in.Op.Info().Helper != "" {
		l.helper(v)
		return
	}
	panic(fmt.Sprintf("lir: no lowering of %s", in.Op))
}

// enter makes b the current block.
func (l *lowerer) enter(b *buildBlock) {
	l.blocks = append(l.blocks, b)
	l.cur = b
}

// split returns a new block like the current one, to be entered later.
func (l *lowerer) split(cold bool) *buildBlock {
	return &buildBlock{loop: l.cur.loop, cold: l.cur.cold || cold}
}

// link adds an edge from the current block.
func (l *lowerer) link(to *buildBlock, args ...VReg) {
	l.cur.succs = append(l.cur.succs, to)
	l.cur.args = append(l.cur.args, args)
	to.preds++
}

// jump ends the current block.
func (l *lowerer) jump(to *buildBlock, args ...VReg) {
	l.emit(Jump)
	l.link(to, args...)
}

// emit appends an instruction with the definitions of its opcode and the given
// uses, all in registers. The pointer is valid until the next emit.
func (l *lowerer) emit(op Op, uses ...VReg) *Instr {
	in := l.begin(op)
	for _, c := range Ops[op].Defs {
		switch c {
		case 'i':
			l.addDef(in, regalloc.Int)
		case 'f':
			l.addDef(in, regalloc.Float)
		}
	}
	for _, u := range uses {
		l.addUse(in, u)
	}
	return in
}

// begin appends an instruction without operands; definitions and then uses are
// added before the next one begins.
func (l *lowerer) begin(op Op) *Instr {
	l.cur.instrs = append(l.cur.instrs, Instr{Op: op, ops: uint32(len(l.f.pool)), Code: l.code, Offset: l.offset, Inline: l.inline})
	return &l.cur.instrs[len(l.cur.instrs)-1]
}

func (l *lowerer) addDef(in *Instr, c regalloc.Class) VReg {
	v := l.f.newVReg(c)
	o := regalloc.Operand{V: v, Kind: regalloc.Def}
	if in.Op == FloorDiv || in.Op == Mod {
		// Their inputs are read again after the result has been written.
		o.Pos = regalloc.Early
	}
	l.addOperand(in, o)
	return v
}

func (l *lowerer) addUse(in *Instr, v VReg) {
	if v == 0 {
		panic(fmt.Sprintf("lir: %s uses a value that was not lowered", in.Op))
	}
	l.addOperand(in, regalloc.Operand{V: v, Kind: regalloc.Use})
}

func (l *lowerer) addOperand(in *Instr, o regalloc.Operand) {
	l.f.pool = append(l.f.pool, o)
	if o.Kind == regalloc.Def {
		if Ops[in.Op].Remat {
			l.f.remat[o.V] = 1
		}
		in.ndefs++
	} else {
		in.nuses++
	}
}

// def returns definition i of the last instruction.
func (l *lowerer) def(i int) VReg {
	in := &l.cur.instrs[len(l.cur.instrs)-1]
	return l.f.pool[in.ops+uint32(i)].V
}

// value emits an instruction with one definition and returns it.
func (l *lowerer) value(op Op, imm int64, uses ...VReg) VReg {
	l.emit(op, uses...).Imm = imm
	return l.def(0)
}

// use returns the virtual register of an operand.
func (l *lowerer) use(v hir.Value) VReg {
	if r := l.val[v]; r != 0 {
		return r
	}
	panic(fmt.Sprintf("lir: v%d (%s) is used before it is lowered", v, l.h.At(v).Op))
}

// arg returns the virtual register of operand i of v.
func (l *lowerer) arg(v hir.Value, i int) VReg { return l.use(l.h.Arg(v, i)) }

// useInfo tells how often a value is used, and by whom when there is one use.
type useInfo struct {
	count int32
	user  hir.Value // 0 when the use is in a frame state or side list
}

func countUses(h *hir.Func, order *hir.Order) []useInfo {
	info := make([]useInfo, len(h.Instrs))
	note := func(v, user hir.Value) {
		info[v].count++
		info[v].user = user
	}
	for _, b := range order.RPO {
		for _, v := range h.Blocks[b].Instrs {
			in := h.At(v)
			if in.Dead {
				continue
			}
			if in.Op.Info().Virtual {
				continue
			}
			for i, n := 0, h.NArgs(v); i < n; i++ {
				note(h.Arg(v, i), v)
			}
			if in.FS != 0 && in.Op != hir.Snapshot && in.Op != hir.LeaveInlined {
				h.EachFrameValue(in.FS, func(w hir.Value) { note(w, 0) })
			}
			if in.Ext != 0 {
				for _, w := range h.Exts[in.Ext].Owned {
					note(w, 0)
				}
				for _, s := range h.Exts[in.Ext].Stale {
					note(s.Value, 0)
				}
			}
		}
	}
	return info
}
