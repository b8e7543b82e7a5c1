package regalloc

import (
	"fmt"
	"slices"
)

// Check proves that r is a correct allocation of fn: on every path, each use
// finds its value in the location it was given, and constraints, clobbers and
// the rules for moves are respected. It shares nothing with the allocator: it
// follows the moves and definitions through the control-flow graph.
func Check(fn Function, cfg Config, r *Result) error {
	var c checker
	return c.check(fn, cfg, r)
}

// content is the set of values that a location holds a copy of: none (0), one
// value, or an index in the checker's pool of larger sets.
type content uint32

const manyValues content = 1 << 31

// checker holds the memory of one check.
type checker struct {
	fn     Function
	cfg    Config
	r      *Result
	n      int       // locations: 64 registers, then slots
	legal  RegSet    // what moves and definitions may write
	in     []content // block × location → content at the entry of the block
	seen   []bool
	queued []bool
	only   []edge // block → the only edge into it, or from -1
	cur    []content
	out    []content
	pool   []VReg // elements of larger sets, each set after its size
	buf    []Operand
	set    []VReg
}

func (c *checker) check(fn Function, cfg Config, r *Result) error {
	c.fn, c.cfg, c.r = fn, cfg, r
	defer func() { c.fn, c.r = nil, nil }()
	blocks := fn.NumBlocks()
	c.n = 64 + r.NumSpillSlots
	c.in = grow(c.in, blocks*c.n)
	c.seen, c.queued = grow(c.seen, blocks), grow(c.queued, blocks)
	c.cur, c.out = grow(c.cur, c.n), grow(c.out, c.n)
	c.pool = c.pool[:0]
	if err := c.checkShape(); err != nil {
		return err
	}
	// Find what every location holds at the entry of each block, on all
	// paths; nothing is verified before that is stable.
	c.seen[0], c.queued[0] = true, true
	for again := true; again; {
		again = false
		for b := range blocks {
			if !c.queued[b] {
				continue
			}
			c.queued[b] = false
			if err := c.runBlock(b, false); err != nil {
				return err
			}
			for k, s := range fn.Succs(b) {
				if c.flow(b, k, s) {
					c.queued[s] = true
					again = again || s <= b
				}
			}
		}
	}
	for b := range blocks {
		if c.seen[b] {
			if err := c.runBlock(b, true); err != nil {
				return fmt.Errorf("regalloc: check: block %d: %w", b, err)
			}
		}
	}
	return nil
}

// checkShape verifies what does not depend on paths.
func (c *checker) checkShape() error {
	c.legal = Regs(c.cfg.IntScratch, c.cfg.FloatScratch) | Regs(c.cfg.IntRegs...) | Regs(c.cfg.FloatRegs...)
	_, n := c.fn.Block(c.fn.NumBlocks() - 1)
	if len(c.r.opOff) != n+1 || len(c.r.moveOff) != n+1 || len(c.r.dropped) != n {
		return fmt.Errorf("regalloc: check: result is for another function")
	}
	c.only = grow(c.only, c.fn.NumBlocks())
	for b := range c.only {
		c.only[b].from = -2
	}
	for b := range c.only {
		for k, s := range c.fn.Succs(b) {
			if c.only[s].from == -2 {
				c.only[s] = edge{int32(b), int32(s), int32(k)}
			} else {
				c.only[s].from = -1
			}
		}
	}
	written := RegSet(0)
	for i := range n {
		c.buf = c.fn.Operands(i, c.buf[:0])
		locs := c.r.Operands(i)
		if len(locs) != len(c.buf) {
			return fmt.Errorf("regalloc: check: instruction %d has %d operands, %d locations", i, len(c.buf), len(locs))
		}
		for k, o := range c.buf {
			if o.Constraint == Fixed {
				c.legal = c.legal.Add(o.Fixed)
			}
			if o.Kind == Def && locs[k].IsReg() {
				written = written.Add(locs[k].Reg())
			}
			if c.r.Dropped(i) && (o.Kind != Def || !c.fn.Remat(o.V)) {
				return fmt.Errorf("regalloc: check: instruction %d is dropped, but does more than to define a constant", i)
			}
		}
		written |= c.fn.Clobbers(i)
	}
	for i := range n {
		for _, m := range c.r.MovesBefore(i) {
			if err := c.checkMove(m); err != nil {
				return fmt.Errorf("regalloc: check: before instruction %d: move %v: %w", i, m, err)
			}
			if m.To.IsReg() {
				written = written.Add(m.To.Reg())
			}
		}
	}
	if w := written & c.cfg.CalleeSaved &^ c.r.UsedCalleeSaved; w != 0 {
		return fmt.Errorf("regalloc: check: callee-saved register %v is written, but not reported", InReg(w.First()))
	}
	return nil
}

func (c *checker) checkMove(m Move) error {
	for _, l := range [2]Loc{m.From, m.To} {
		if l.IsSlot() && l.Slot() >= c.r.NumSpillSlots {
			return fmt.Errorf("no such slot")
		}
		if !l.IsReg() && !l.IsSlot() && !(l.IsRemat() && l == m.From) {
			return fmt.Errorf("bad location")
		}
	}
	switch {
	case m.To.IsReg() && !c.legal.Has(m.To.Reg()):
		return fmt.Errorf("register must not be written")
	case m.From.IsReg() && m.To.IsReg() && m.From.Reg().Class() != m.To.Reg().Class():
		return fmt.Errorf("classes differ")
	case !m.From.IsReg() && !m.To.IsReg():
		return fmt.Errorf("no side is a register")
	case m.From.IsRemat() && (!c.fn.Remat(m.From.VReg()) || c.fn.Class(m.From.VReg()) != m.To.Reg().Class()):
		return fmt.Errorf("cannot be rematerialised")
	}
	return nil
}

// runBlock follows b from its entry, leaving the state at its end in c.cur.
// It looks for errors only if verify is set.
func (c *checker) runBlock(b int, verify bool) error {
	copy(c.cur, c.in[b*c.n:(b+1)*c.n])
	first, last := c.fn.Block(b)
	for i := first; i < last; i++ {
		for _, m := range c.r.MovesBefore(i) {
			if m.From.IsRemat() {
				c.cur[m.To.index()] = c.made(m.From.VReg(), b)
			} else {
				c.cur[m.To.index()] = c.cur[m.From.index()]
			}
		}
		if c.r.Dropped(i) {
			continue
		}
		c.buf = c.fn.Operands(i, c.buf[:0])
		if verify {
			if err := c.checkInstr(i); err != nil {
				return fmt.Errorf("instruction %d: %w", i, err)
			}
		}
		c.runInstr(i)
	}
	return nil
}

// made returns what a location holds after v was made anew in block b. On the
// only edge into b it may stand for a parameter, too.
func (c *checker) made(v VReg, b int) content {
	e := c.only[b]
	if e.from < 0 {
		return content(v)
	}
	return c.rename(content(v), c.fn.Params(b), c.fn.EdgeArgs(int(e.from), int(e.succ)))
}

// runInstr applies what instruction i, with operands in c.buf, writes.
func (c *checker) runInstr(i int) {
	for m := c.fn.Clobbers(i).Add(c.cfg.IntScratch).Add(c.cfg.FloatScratch); m != 0; m = m.Remove(m.First()) {
		c.cur[m.First()] = 0
	}
	locs := c.r.Operands(i)
	for k, o := range c.buf {
		if o.Kind == Def && (locs[k].IsReg() || locs[k].IsSlot() && locs[k].Slot() < c.r.NumSpillSlots) {
			c.cur[locs[k].index()] = content(o.V)
		}
	}
}

func (c *checker) checkInstr(i int) error {
	locs := c.r.Operands(i)
	clobbers := c.fn.Clobbers(i)
	for k, o := range c.buf {
		l := locs[k]
		if err := c.checkConstraint(o, l, locs); err != nil {
			return fmt.Errorf("v%d in %v: %w", o.V, l, err)
		}
		switch {
		case o.Kind == Use && !l.IsRemat() && !c.holds(c.cur[l.index()], o.V):
			return fmt.Errorf("v%d is not in %v", o.V, l)
		case o.Kind == Use && o.late() && l.IsReg() && clobbers.Has(l.Reg()):
			return fmt.Errorf("v%d is used late in %v, which is destroyed", o.V, l)
		case o.Kind == Def && o.Constraint != Fixed && l.IsReg() && clobbers.Has(l.Reg()):
			return fmt.Errorf("v%d is defined in %v, which is destroyed", o.V, l)
		}
		if o.Kind != Def {
			continue
		}
		for j, p := range c.buf {
			if j == k || locs[j] != l {
				continue
			}
			if p.Kind == Def || p.late() || !o.late() {
				return fmt.Errorf("v%d and v%d share %v", o.V, p.V, l)
			}
		}
	}
	return nil
}

// checkConstraint verifies that l is a place that o accepts.
func (c *checker) checkConstraint(o Operand, l Loc, locs []Loc) error {
	allocatable := Regs(c.cfg.IntRegs...)
	if c.fn.Class(o.V) == Float {
		allocatable = Regs(c.cfg.FloatRegs...)
	}
	switch {
	case o.Constraint == Fixed:
		if l != InReg(o.Fixed) {
			return fmt.Errorf("wanted in %v", InReg(o.Fixed))
		}
		return nil
	case o.Constraint == Reuse && l != locs[o.Reuse]:
		return fmt.Errorf("wanted in %v", locs[o.Reuse])
	case o.Constraint == Any && o.Kind == Use && l.IsRemat() && l.VReg() == o.V && c.fn.Remat(o.V):
		return nil
	case o.Constraint == Any && l.IsSlot() && l.Slot() < c.r.NumSpillSlots:
		return nil
	case l.IsReg() && allocatable.Has(l.Reg()):
		return nil
	case o.Constraint != Any && l.IsReg() && c.fixedNeighbour(l, locs):
		return nil
	}
	return fmt.Errorf("not a place for it")
}

// fixedNeighbour reports whether l is the place of a fixed operand of the
// same instruction, which a definition may reuse.
func (c *checker) fixedNeighbour(l Loc, locs []Loc) bool {
	for k, o := range c.buf {
		if o.Kind == Use && o.Constraint == Fixed && locs[k] == l {
			return true
		}
	}
	return false
}

// flow merges the state at the end of b into the entry of its successor
// number k, and reports whether that changed it.
func (c *checker) flow(b, k, to int) bool {
	params, args := c.fn.Params(to), c.fn.EdgeArgs(b, k)
	src := c.cur
	if len(params) > 0 {
		src = c.out
		for l, s := range c.cur {
			src[l] = c.rename(s, params, args)
		}
	}
	if c.fn.Entered(to) {
		src = c.out
		clear(src)
	}
	in := c.in[to*c.n : (to+1)*c.n]
	if !c.seen[to] {
		c.seen[to] = true
		copy(in, src)
		return true
	}
	changed := false
	for l := range in {
		if m := c.meet(in[l], src[l]); m != in[l] {
			in[l] = m
			changed = true
		}
	}
	return changed
}

func (c *checker) holds(s content, v VReg) bool {
	if s&manyValues == 0 {
		return s == content(v)
	}
	return slices.Contains(c.many(s), v)
}

// make returns the content for the values in c.set, which are sorted.
func (c *checker) make() content {
	switch len(c.set) {
	case 0:
		return 0
	case 1:
		return content(c.set[0])
	}
	at := len(c.pool)
	c.pool = append(c.pool, VReg(len(c.set)))
	c.pool = append(c.pool, c.set...)
	return manyValues | content(at)
}

// many returns the values of a larger set.
func (c *checker) many(s content) []VReg {
	at := int(s &^ manyValues)
	return c.pool[at+1 : at+1+int(c.pool[at])]
}

// each calls f for the values in s, in order.
func (c *checker) each(s content, f func(VReg)) {
	if s&manyValues != 0 {
		for _, v := range c.many(s) {
			f(v)
		}
	} else if s != 0 {
		f(VReg(s))
	}
}

// rename returns what s holds after an edge that passes args for params.
func (c *checker) rename(s content, params, args []VReg) content {
	if s == 0 {
		return 0
	}
	c.set = c.set[:0]
	same := true
	c.each(s, func(v VReg) {
		if slices.Contains(params, v) {
			same = false
		} else {
			c.set = append(c.set, v)
		}
	})
	for k, arg := range args {
		if c.holds(s, arg) {
			c.set = append(c.set, params[k])
			same = false
		}
	}
	if same {
		return s
	}
	slices.Sort(c.set)
	c.set = slices.Compact(c.set)
	return c.make()
}

// meet returns what both x and y hold; x itself if that is no less.
func (c *checker) meet(x, y content) content {
	if x == y || x == 0 {
		return x
	}
	c.set = c.set[:0]
	n := 0
	c.each(x, func(v VReg) {
		n++
		if c.holds(y, v) {
			c.set = append(c.set, v)
		}
	})
	if len(c.set) == n {
		return x
	}
	return c.make()
}
