package regalloc

// pin says that an instruction gets a value in a certain register. Pins exist
// only for instructions whose operands had to be placed all together.
type pin struct {
	v     VReg
	instr int32
	reg   PReg
	times uint8 // when the register is needed
}

// Times within an instruction, as bits.
const (
	atGap uint8 = 1 << iota
	atEarly
	atLate
)

// pinned returns the register that instr must get v in, or noReg.
func (a *Allocator) pinned(v VReg, instr int32) PReg {
	for i := len(a.pins) - 1; i >= 0 && a.pins[i].instr >= instr; i-- {
		if p := &a.pins[i]; p.v == v && p.instr == instr {
			return p.reg
		}
	}
	return noReg
}

// rearrange is called when the piece finds no register because the other
// operands of the instruction hold what it could have. It finds registers for
// all operands by an exhaustive search, pins them, and queues their pieces
// again.
func (a *Allocator) rearrange(id, instr int32) {
	first := len(a.pins)
	if first > 0 && a.pins[first-1].instr == instr {
		a.fail("internal error: operands of instruction %d cannot be placed as planned", instr)
		return
	}
	a.collectPins(instr)
	for c := range a.order {
		var busy [64]uint8
		a.busyTimes(&busy, instr)
		if !a.searchPins(a.pins[first:], Class(c), &busy) {
			a.fail("instruction %d needs more registers than there are", instr)
			return
		}
	}
	for _, p := range a.pins[first:] {
		a.requeue(p.v, instr)
	}
	a.enqueue(id)
}

// collectPins appends a pin for each value that instr needs in some register.
func (a *Allocator) collectPins(instr int32) {
	first := len(a.pins)
	add := func(v VReg, times uint8) {
		for i := first; i < len(a.pins); i++ {
			if a.pins[i].v == v {
				a.pins[i].times |= times
				return
			}
		}
		a.pins = append(a.pins, pin{v, instr, noReg, times})
	}
	for q := 4*instr + posGap; q <= 4*instr+posLate; q++ {
		ops := a.ops[a.opOff[instr]:a.opOff[instr+1]]
		for k := range ops {
			v := ops[k].V
			if a.nextReq(v, q, q+1) == never {
				continue
			}
			times := [4]uint8{posGap: atGap | atEarly | atLate, posEarly: atEarly | atLate, posLate: atLate}[q&3]
			if q != a.values[v].defPos {
				times = [4]uint8{posEarly: atGap | atEarly, posLate: atGap | atEarly | atLate}[q&3]
			}
			add(v, times)
		}
	}
}

// busyTimes notes when fixed operands and clobbers of instr use registers.
func (a *Allocator) busyTimes(busy *[64]uint8, instr int32) {
	for r := range busy {
		for q := 4*instr + posGap; q <= 4*instr+posLate; q++ {
			if k := spanAfter(a.fixed[r], q); k < len(a.fixed[r]) && a.fixed[r][k].from <= q {
				busy[r] |= 1 << (q&3 - posGap)
			}
		}
		if a.fn.Clobbers(int(instr)).Has(PReg(r)) {
			busy[r] |= atLate
		}
	}
}

// searchPins gives registers to the pins of class c, by trying. Registers that
// are busy at the same times are alike, so only one of them is tried.
func (a *Allocator) searchPins(pins []pin, c Class, busy *[64]uint8) bool {
	if len(pins) == 0 {
		return true
	}
	p := &pins[0]
	if a.values[p.v].class != c {
		return a.searchPins(pins[1:], c, busy)
	}
	var tried [8]bool
	for _, r := range a.order[c] {
		b := busy[r]
		if tried[b] || b&p.times != 0 {
			continue
		}
		tried[b] = true
		p.reg = r
		busy[r] |= p.times
		if a.searchPins(pins[1:], c, busy) {
			return true
		}
		busy[r] = b
	}
	return false
}

// requeue takes back the register that v has in instr, if it has one by now.
func (a *Allocator) requeue(v VReg, instr int32) {
	gap := 4*instr + posGap
	for id := a.values[v].head; id != none; id = a.pieces[id].next {
		c := &a.pieces[id]
		if c.end <= gap || !c.loc.IsReg() {
			continue
		}
		switch {
		case c.start >= 4*(instr+1):
		case c.start >= gap:
			a.vacate(id, c.start)
			c.loc = 0
			a.enqueue(id)
		default:
			a.vacate(id, gap)
			a.enqueue(a.split(id, gap))
		}
		return
	}
}

// occupyPinned gives a piece the register that is planned for it.
func (a *Allocator) occupyPinned(id int32, n need, r PReg) {
	c := &a.pieces[id]
	if !a.immediate(c, n) {
		a.spill(id, n)
		return
	}
	end := n.end
	if a.canSplitLate(c, n) {
		end = n.req&^3 + posLate
		a.enqueue(a.split(id, end))
	}
	a.takeOver(id, r, end)
}
