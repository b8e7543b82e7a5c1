package regalloc

import (
	"cmp"
	"slices"
)

// resolve turns pieces into operand locations and moves.
func (a *Allocator) resolve() {
	a.pending = a.pending[:0]
	for v := range a.values {
		if val := &a.values[v]; val.def != defNone {
			a.resolveValue(VReg(v))
		}
	}
	a.resolveArgs()
	a.resolveOperands()
	a.dropUnread()
	a.sequenceMoves()
}

// move asks for a move at a point.
func (a *Allocator) move(instr int32, phase uint8, v VReg, from, to Loc) {
	if from != to {
		a.pending = append(a.pending, pendingMove{instr, phase, a.values[v].class, from, to})
	}
}

// edgeMove asks for a move on an edge.
func (a *Allocator) edgeMove(e *edge, v VReg, from, to Loc) {
	if len(a.into(e.to)) == 1 {
		a.move(a.blocks[e.to].first, phaseIn, v, from, to)
	} else {
		a.move(a.blocks[e.from].last-1, phaseOut, v, from, to)
	}
}

// leavingPlace returns where v is at the end of block b.
func (a *Allocator) leavingPlace(v VReg, b int32) Loc {
	if val := &a.values[v]; val.defBlock == b && a.defInTerminator(val) {
		return InReg(val.defReg)
	}
	return a.read(v, a.blocks[b].end()-1)
}

// storeSize is what the room for a store counts, in the measure of block
// frequencies.
const storeSize = 3

// resolveValue makes the moves between the pieces of v. The slot is written
// once, right after the definition, or where v goes to the stack, whichever
// runs less often.
func (a *Allocator) resolveValue(v VReg) {
	val := &a.values[v]
	first := len(a.pending)
	a.moveFromFixed(v)
	a.enterBlocks(v)
	if val.pieces.hi-val.pieces.lo > 1 || val.def == defFixed && a.defInTerminator(val) {
		a.joinPieces(v)
		a.joinBlocks(v)
	}
	if !val.spilled {
		return
	}
	slot := a.place(v, locStack)
	stores := a.pending[first:]
	at, from, ok := a.storePoint(v)
	switch {
	case from == slot:
		// The definition writes the slot.
		ok = true
	case ok:
		var cost int64
		for i := range stores {
			if stores[i].to == slot {
				cost += int64(a.moveCost(&stores[i])) + storeSize
			}
		}
		ok = cost > int64(a.blocks[val.defBlock].freq)+storeSize
	}
	if !ok {
		return
	}
	n := first
	for _, m := range stores {
		if m.to != slot || from == slot && m.from == InReg(val.defReg) && m.phase == phaseAfter {
			a.pending[n] = m
			n++
		}
	}
	a.pending = a.pending[:n]
	if from != slot {
		a.move(at, phaseAfter, v, from, slot)
	}
}

// moveCost estimates how often a move runs.
func (a *Allocator) moveCost(m *pendingMove) int32 {
	b := a.blockOf[m.instr]
	f := a.blocks[b].freq
	if m.phase == phaseIn {
		f = min(f, a.blocks[a.edges[a.into(b)[0]].from].freq)
	} else if m.phase == phaseOut {
		f = min(f, a.blocks[a.outOf(b)[0].to].freq)
	}
	return f
}

// storePoint returns the instruction before which v can be stored as soon as
// it is defined, and where v is then, which may be its slot. It fails for a
// definition in a terminator.
func (a *Allocator) storePoint(v VReg) (instr int32, from Loc, ok bool) {
	val := &a.values[v]
	instr, from = val.defInstr+1, a.at(v, val.defPos)
	if val.def == defParam {
		instr = val.defInstr
	} else if instr == a.blocks[val.defBlock].last && from.IsReg() || a.defInTerminator(val) {
		return 0, 0, false
	}
	if val.def == defFixed && from.IsReg() {
		from = InReg(val.defReg)
	}
	return instr, from, true
}

// moveFromFixed copies a value out of the fixed register that its definition
// wrote.
func (a *Allocator) moveFromFixed(v VReg) {
	val := &a.values[v]
	if val.def != defFixed || a.defInTerminator(val) {
		return
	}
	if l := a.at(v, val.defPos); l != 0 && !l.IsRemat() {
		a.move(val.defInstr+1, phaseAfter, v, InReg(val.defReg), l)
	}
}

// joinPieces makes the moves within blocks.
func (a *Allocator) joinPieces(v VReg) {
	val := &a.values[v]
	ids := a.sorted[val.pieces.lo:val.pieces.hi]
	for k := 1; k < len(ids); k++ {
		p, q := &a.pieces[ids[k-1]], &a.pieces[ids[k]]
		if p.end != q.start {
			continue
		}
		i := q.start >> 2
		to := a.place(v, q.loc)
		if to.IsRemat() {
			continue
		}
		from := a.read(v, q.start-1)
		switch q.start & 3 {
		case posGap:
			a.move(i, phaseGap, v, from, to)
		case posLate:
			// The register is lost in i: the store comes before.
			if before := a.read(v, 4*i); before != 0 {
				a.move(i, phaseGap, v, before, to)
			}
		case posEntry:
			if !a.isEntry(i) {
				panic("regalloc: interval split after an instruction")
			}
		}
	}
}

// enterBlocks makes v anew in the blocks that are entered from outside with v
// in a register.
func (a *Allocator) enterBlocks(v VReg) {
	for _, b := range a.entered {
		// In a hole of v its register can be that of another value.
		if !a.covers(v, a.blocks[b].entry()) {
			continue
		}
		switch to := a.at(v, a.blocks[b].entry()); {
		case to == 0 || to.IsRemat():
		case !a.values[v].remat:
			a.fail("v%d is live where block %d is entered from outside", v, b)
		default:
			a.move(a.blocks[b].first, phaseIn, v, AsRemat(v), to)
		}
	}
}

// joinBlocks makes the moves on edges.
func (a *Allocator) joinBlocks(v VReg) {
	val := &a.values[v]
	inTerm := a.defInTerminator(val)
	for _, s := range a.ranges[val.ranges.lo:val.ranges.hi] {
		b := a.blockOf[s.from>>2]
		if a.blocks[b].entry() < s.from {
			b++
		}
		for ; int(b) < len(a.blocks) && a.blocks[b].entry() < s.to; b++ {
			if val.def == defParam && val.defBlock == b || a.blocks[b].entered {
				continue
			}
			to := a.at(v, a.blocks[b].entry())
			for _, i := range a.into(b) {
				e := &a.edges[i]
				if inTerm && e.from == val.defBlock {
					a.edgeMove(e, v, InReg(val.defReg), to)
				} else if end := a.blocks[e.from].end() - 1; !to.IsRemat() && a.pieceAt(v, end) != a.pieceAt(v, a.blocks[b].entry()) {
					a.edgeMove(e, v, a.read(v, end), to)
				}
			}
		}
	}
}

// resolveArgs makes the moves from arguments to block parameters.
func (a *Allocator) resolveArgs() {
	for i := range a.edges {
		e := &a.edges[i]
		params := a.fn.Params(int(e.to))
		if len(params) == 0 {
			continue
		}
		for k, arg := range a.fn.EdgeArgs(int(e.from), int(e.succ)) {
			if to := a.at(params[k], a.blocks[e.to].entry()); to != 0 {
				a.edgeMove(e, params[k], a.leavingPlace(arg, e.from), to)
			}
		}
	}
}

// resolveOperands fills in the locations of operands, and makes the copies
// for fixed and for reused inputs.
func (a *Allocator) resolveOperands() {
	a.res.opOff = a.opOff
	a.res.locs = grow(a.res.locs, len(a.ops))
	for i := range a.nInstr {
		ops := a.ops[a.opOff[i]:a.opOff[i+1]]
		locs := a.res.locs[a.opOff[i]:a.opOff[i+1]]
		for k := range ops {
			o := &ops[k]
			switch {
			case o.Constraint == Fixed:
				locs[k] = InReg(o.Fixed)
				if o.Kind == Use {
					a.move(i, phaseGap, o.V, a.read(o.V, 4*i), locs[k])
				}
			case o.Kind == Def:
				locs[k] = a.at(o.V, a.values[o.V].defPos)
			case o.late():
				locs[k] = a.read(o.V, 4*i+posLate)
			default:
				locs[k] = a.read(o.V, 4*i+posEarly)
			}
		}
		for k := range ops {
			if o := &ops[k]; o.Kind == Def && o.Constraint == Reuse {
				in := &ops[o.Reuse]
				locs[o.Reuse] = locs[k]
				a.move(i, phaseGap, in.V, a.read(in.V, 4*i), locs[k])
			}
		}
	}
}

// dropUnread finds the definitions that only serve to be made anew: nothing
// reads the register that they write.
func (a *Allocator) dropUnread() {
	a.res.dropped = grow(a.res.dropped, int(a.nInstr))
	for v := range a.values {
		val := &a.values[v]
		if !val.remat || val.def != defReg && val.def != defAny {
			continue
		}
		p := &a.pieces[a.pieceAt(VReg(v), val.defPos)]
		a.res.dropped[val.defInstr] = p.loc == locStack || !p.read
	}
}

// sequenceMoves orders the moves of each point.
func (a *Allocator) sequenceMoves() {
	slices.SortStableFunc(a.pending, func(x, y pendingMove) int {
		if c := cmp.Compare(x.instr, y.instr); c != 0 {
			return c
		}
		return cmp.Compare(x.phase, y.phase)
	})
	a.res.moveOff = grow(a.res.moveOff, int(a.nInstr)+1)
	a.pm.reset(a.res.NumSpillSlots, a.scratch, a.res.moves[:0])
	k := 0
	for i := range a.nInstr {
		a.res.moveOff[i] = int32(len(a.pm.out))
		for k < len(a.pending) && a.pending[k].instr == i {
			n := k + 1
			for n < len(a.pending) && a.pending[n].instr == i && a.pending[n].phase == a.pending[k].phase {
				n++
			}
			a.pm.sequence(a.pending[k:n])
			k = n
		}
	}
	a.res.moveOff[a.nInstr] = int32(len(a.pm.out))
	a.res.moves = a.pm.out
	for _, m := range a.res.moves {
		s := &a.res.Stats
		switch {
		case m.From.IsRemat():
			s.Remats++
		case m.To.IsSlot():
			s.Stores++
		case m.From.IsSlot():
			s.Loads++
		default:
			s.Copies++
		}
	}
}
