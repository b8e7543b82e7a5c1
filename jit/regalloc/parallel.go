package regalloc

// pendingMove is a move that a point of the program asks for. All moves of
// one point happen at once.
type pendingMove struct {
	instr    int32
	phase    uint8
	class    Class
	from, to Loc
}

// The points before an instruction, in the order in which they are run.
const (
	phaseIn    = iota // edge into the block that starts here
	phaseAfter        // after the previous instruction, or at the block's entry
	phaseGap
	phaseOut // edge out of the block that ends here
)

// parallel turns moves that happen at once into a sequence. It has a table
// entry for each register and slot.
type parallel struct {
	readers []int32 // location → moves that still have to read it
	writer  []int32 // location → index of the move that writes it, or -1
	ready   []int32
	moves   []pendingMove
	scratch [2]PReg
	out     []Move
}

// index numbers registers and slots; a remat has none.
func (l Loc) index() int {
	if l.IsSlot() {
		return 64 + l.Slot()
	}
	return int(l.Reg())
}

func (p *parallel) reset(slots int, scratch [2]PReg, out []Move) {
	p.readers = grow(p.readers, 64+slots)
	p.writer = grow(p.writer, 64+slots)
	for i := range p.writer {
		p.writer[i] = -1
	}
	p.scratch = scratch
	p.out = out
}

// sequence appends to p.out moves that have the effect of all given ones at
// once.
func (p *parallel) sequence(moves []pendingMove) {
	p.moves = p.moves[:0]
	for _, m := range moves {
		if m.from != m.to && !m.from.IsRemat() {
			p.moves = append(p.moves, m)
		}
	}
	p.ready = p.ready[:0]
	for i, m := range p.moves {
		p.readers[m.from.index()]++
		p.writer[m.to.index()] = int32(i)
	}
	for i, m := range p.moves {
		if p.readers[m.to.index()] == 0 {
			p.ready = append(p.ready, int32(i))
		}
	}
	p.drain(0)
	for i := range p.moves {
		if m := p.moves[i]; p.writer[m.to.index()] == int32(i) {
			p.breakCycle(m)
		}
	}
	// A remat reads nothing, so it comes when all has been read.
	for _, m := range moves {
		if m.from.IsRemat() {
			p.emit(m.from, m.to, p.scratch[m.class])
		}
	}
}

// drain emits the moves whose target nobody reads any more. The registers of
// busy must not be changed.
func (p *parallel) drain(busy RegSet) {
	for len(p.ready) > 0 {
		i := p.ready[len(p.ready)-1]
		p.ready = p.ready[:len(p.ready)-1]
		m := p.moves[i]
		tmp := p.scratch[m.class]
		if busy.Has(tmp) {
			tmp = p.scratch[1-m.class]
		}
		p.emit(m.from, m.to, tmp)
		p.writer[m.to.index()] = -1
		f := m.from.index()
		if p.readers[f]--; p.readers[f] == 0 && p.writer[f] >= 0 {
			p.ready = append(p.ready, p.writer[f])
		}
	}
}

// breakCycle emits the cycle that m is part of: the old content of m's target
// waits in a scratch register.
func (p *parallel) breakCycle(m pendingMove) {
	// The one move that still reads the target.
	var reader int32
	for i := range p.moves {
		if r := p.moves[i]; p.writer[r.to.index()] == int32(i) && r.from == m.to {
			reader = int32(i)
		}
	}
	tmp := p.scratch[p.moves[reader].class]
	p.emit(m.to, InReg(tmp), tmp)
	p.readers[m.to.index()] = 0
	p.readers[tmp]++
	p.moves[reader].from = InReg(tmp)
	p.ready = append(p.ready, p.writer[m.to.index()])
	p.drain(Regs(tmp))
}

// emit appends a move, by way of tmp if neither side is a register.
func (p *parallel) emit(from, to Loc, tmp PReg) {
	if !to.IsReg() && !from.IsReg() {
		p.out = append(p.out, Move{from, InReg(tmp)})
		from = InReg(tmp)
	}
	p.out = append(p.out, Move{from, to})
}
