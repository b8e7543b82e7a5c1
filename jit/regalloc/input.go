package regalloc

// readBlocks copies the control-flow graph and estimates frequencies.
func (a *Allocator) readBlocks() {
	n := a.fn.NumBlocks()
	a.blocks = grow(a.blocks, n)
	a.edges = a.edges[:0]
	a.cuts = a.cuts[:0]
	a.entered = a.entered[:0]
	a.nInstr = 0
	for b := range a.blocks {
		first, last := a.fn.Block(b)
		if int32(first) != a.nInstr || last <= first {
			a.fail("block %d has instructions %d to %d, expected a range from %d", b, first, last, a.nInstr)
			return
		}
		a.nInstr = int32(last)
		bl := &a.blocks[b]
		bl.first, bl.last = int32(first), int32(last)
		bl.cold = a.fn.Cold(b)
		bl.freq = frequency(a.fn.LoopDepth(b), bl.cold)
		bl.out = int32(len(a.edges))
		bl.loop = none
		if bl.entered = a.fn.Entered(b); bl.entered {
			a.entered = append(a.entered, int32(b))
		}
		for k, s := range a.fn.Succs(b) {
			if s < 0 || s >= n {
				a.fail("block %d has successor %d", b, s)
				return
			}
			a.edges = append(a.edges, edge{int32(b), int32(s), int32(k)})
		}
	}
	if n == 0 {
		a.fail("no blocks")
		return
	}
	a.blockOf = grow(a.blockOf, int(a.nInstr))
	for b := range a.blocks {
		for i := a.blocks[b].first; i < a.blocks[b].last; i++ {
			a.blockOf[i] = int32(b)
		}
	}
	a.readEdges()
	for b := range a.blocks {
		bl := &a.blocks[b]
		bl.cut = a.startsAnew(int32(b))
		if bl.cut {
			a.cuts = append(a.cuts, bl.entry())
		}
	}
}

// frequency estimates how often a block runs. A cold block weighs less than
// any other, however deep it is.
func frequency(depth int, cold bool) int32 {
	if cold {
		return 1
	}
	return 16 << (3 * min(max(depth, 0), 6))
}

// readEdges sorts the edges by their target and checks that none is critical.
func (a *Allocator) readEdges() {
	n := len(a.blocks)
	a.work = grow(a.work, n+1)
	for _, e := range a.edges {
		a.work[e.to+1]++
	}
	for b := range n {
		a.work[b+1] += a.work[b]
		a.blocks[b].in = a.work[b]
	}
	a.inEdges = grow(a.inEdges, len(a.edges))
	for i, e := range a.edges {
		a.inEdges[a.work[e.to]] = int32(i)
		a.work[e.to]++
	}
	for b := range a.blocks {
		if a.blocks[b].entered && (len(a.into(int32(b))) != 1 || len(a.fn.Params(b)) != 0) {
			a.fail("block %d is entered from outside and by %d edges", b, len(a.into(int32(b))))
		}
	}
	for _, e := range a.edges {
		if len(a.outOf(e.from)) > 1 && len(a.into(e.to)) > 1 {
			a.fail("critical edge from block %d to block %d", e.from, e.to)
		}
		if e.from < e.to {
			t := &a.blocks[e.to]
			t.boundaryCost += min(t.freq, a.blocks[e.from].freq)
		}
	}
}

// outOf returns the edges that leave b.
func (a *Allocator) outOf(b int32) []edge {
	end := int32(len(a.edges))
	if int(b)+1 < len(a.blocks) {
		end = a.blocks[b+1].out
	}
	return a.edges[a.blocks[b].out:end]
}

// into returns the indices of the edges that reach b.
func (a *Allocator) into(b int32) []int32 {
	end := int32(len(a.inEdges))
	if int(b)+1 < len(a.blocks) {
		end = a.blocks[b+1].in
	}
	return a.inEdges[a.blocks[b].in:end]
}

// startsAnew reports whether intervals are cut at the entry of b: where the
// layout changes between hot and cold, and between unrelated cold paths.
func (a *Allocator) startsAnew(b int32) bool {
	if b == 0 {
		return false
	}
	if a.blocks[b].cold != a.blocks[b-1].cold {
		return true
	}
	if !a.blocks[b].cold {
		return false
	}
	for _, e := range a.outOf(b - 1) {
		if e.to == b {
			return false
		}
	}
	return true
}

// readOperands copies all operands and sorts what they say by value.
func (a *Allocator) readOperands() {
	a.ops = a.ops[:0]
	a.opOff = grow(a.opOff, int(a.nInstr)+1)
	for i := range a.nInstr {
		a.opOff[i] = int32(len(a.ops))
		a.ops = a.fn.Operands(int(i), a.ops)
	}
	a.opOff[a.nInstr] = int32(len(a.ops))

	nv := a.fn.NumVRegs()
	a.values = grow(a.values, nv)
	for v := range a.values {
		val := &a.values[v]
		val.head, val.last, val.group, val.want = none, none, int32(v), noReg
		val.slot, val.defPos = none, never
		if v > 0 {
			val.class, val.remat = a.fn.Class(VReg(v)), a.fn.Remat(VReg(v))
		}
	}
	a.countUses()
	if a.err != nil {
		return
	}
	for r := range a.fixed {
		a.fixed[r] = a.fixed[r][:0]
	}
	for i := range a.clobs {
		a.clobs[i].at = a.clobs[i].at[:0]
	}
	a.clobs = a.clobs[:0]
	for b := range a.blocks {
		a.readParams(int32(b))
		for i := a.blocks[b].first; i < a.blocks[b].last; i++ {
			a.readInstr(int32(b), i)
			if a.err != nil {
				return
			}
		}
		a.readArgs(int32(b))
		if a.err != nil {
			return
		}
	}
}

func (a *Allocator) known(v VReg) bool {
	if v == 0 || int(v) >= len(a.values) {
		a.fail("unknown value v%d", v)
		return false
	}
	return true
}

// countUses reserves, for each value, room for its uses, required positions
// and hints.
func (a *Allocator) countUses() {
	for _, o := range a.ops {
		if !a.known(o.V) {
			return
		}
		val := &a.values[o.V]
		if o.Kind == Use {
			val.lives.hi++
		}
		val.reqs.hi++
		val.hints.hi += 2
		if o.Kind == Def && o.Constraint == Reuse {
			val.hints.hi++
		}
	}
	for _, e := range a.edges {
		args := a.fn.EdgeArgs(int(e.from), int(e.succ))
		params := a.fn.Params(int(e.to))
		if len(args) != len(params) {
			a.fail("%d arguments from block %d to block %d, which has %d parameters", len(args), e.from, e.to, len(params))
			return
		}
		for k := range args {
			if !a.known(args[k]) || !a.known(params[k]) {
				return
			}
			a.values[args[k]].lives.hi++
			a.values[args[k]].hints.hi++
			a.values[params[k]].hints.hi++
		}
	}
	var lives, reqs, hints int32
	place := func(v *view, total *int32) {
		n := v.hi
		v.lo, v.hi = *total, *total
		*total += n
	}
	for v := range a.values {
		place(&a.values[v].lives, &lives)
		place(&a.values[v].reqs, &reqs)
		place(&a.values[v].hints, &hints)
	}
	a.lives = grow(a.lives, int(lives))
	a.reqs = grow(a.reqs, int(reqs))
	a.hints = grow(a.hints, int(hints))
}

// addUse notes that v is needed in block b up to position to.
func (a *Allocator) addUse(v VReg, b, to int32) {
	l := &a.values[v].lives
	if l.hi > l.lo && a.lives[l.hi-1].block == b {
		a.lives[l.hi-1].to = max(a.lives[l.hi-1].to, to)
		return
	}
	a.lives[l.hi] = liveUse{b, to}
	l.hi++
}

// addReq notes that v must be in a register at pos. Positions arrive in
// order, but for those of one instruction.
func (a *Allocator) addReq(v VReg, pos int32) {
	r := &a.values[v].reqs
	i := r.hi
	for i > r.lo && a.reqs[i-1] > pos {
		a.reqs[i] = a.reqs[i-1]
		i--
	}
	a.reqs[i] = pos
	r.hi++
}

func (a *Allocator) addHint(v VReg, h hint) {
	l := &a.values[v].hints
	i := l.hi
	for i > l.lo && a.hints[i-1].pos > h.pos {
		a.hints[i] = a.hints[i-1]
		i--
	}
	a.hints[i] = h
	l.hi++
}

// define notes the definition of v, which exists from pos on.
func (a *Allocator) define(v VReg, k defKind, b, instr, pos int32) {
	val := &a.values[v]
	if val.def != defNone {
		a.fail("v%d is defined twice, again at instruction %d", v, instr)
		return
	}
	val.def, val.defBlock, val.defInstr, val.defPos = k, b, instr, pos
	if k == defParam || k == defReuse || a.opOff[instr+1]-a.opOff[instr] > 1 {
		val.remat = false // not something to be made anew
	}
	if !val.remat && (k == defReg || k == defReuse) {
		a.addReq(v, pos)
	}
}

func (a *Allocator) readParams(b int32) {
	bl := &a.blocks[b]
	params := a.fn.Params(int(b))
	if b == 0 && len(params) > 0 {
		a.fail("the entry block has parameters")
		return
	}
	for _, p := range params {
		if !a.known(p) {
			return
		}
		a.define(p, defParam, b, bl.first, bl.entry())
	}
	for _, i := range a.into(b) {
		e := a.edges[i]
		f := min(bl.freq, a.blocks[e.from].freq)
		for k, arg := range a.fn.EdgeArgs(int(e.from), int(e.succ)) {
			if !a.known(arg) || a.values[arg].class != a.values[params[k]].class {
				a.fail("v%d is passed for v%d, which is of another class", arg, params[k])
				return
			}
			a.addHint(params[k], hint{pos: bl.entry(), kind: hintCopyArg, other: arg, at: a.blocks[e.from].end() - 1, freq: f})
			a.join(params[k], arg)
		}
	}
}

func (a *Allocator) readArgs(b int32) {
	bl := &a.blocks[b]
	out := a.outOf(b)
	for _, e := range out {
		t := &a.blocks[e.to]
		f := min(bl.freq, t.freq)
		params := a.fn.Params(int(e.to))
		for k, arg := range a.fn.EdgeArgs(int(b), int(e.succ)) {
			a.addUse(arg, b, bl.end())
			a.addHint(arg, hint{pos: bl.end() - 1, kind: hintCopied, other: params[k], at: t.entry(), freq: f})
		}
	}
	if len(out) == 1 && len(a.into(out[0].to)) > 1 {
		term := bl.last - 1
		if a.opOff[term] != a.opOff[term+1] || a.fn.Clobbers(int(term)) != 0 {
			a.fail("the terminator of block %d has operands, but moves must run before it", b)
		}
	}
}

func (a *Allocator) readInstr(b, i int32) {
	f := a.blocks[b].freq
	ops := a.ops[a.opOff[i]:a.opOff[i+1]]
	var defined, lateFixed RegSet
	reuses := false
	for k := range ops {
		reuses = reuses || ops[k].Constraint == Reuse
	}
	for k := range ops {
		o := &ops[k]
		base := 4 * i
		if o.Constraint == Reuse {
			a.readReuse(b, i, ops, k)
			if a.err != nil {
				return
			}
		}
		switch {
		case o.Constraint == Fixed:
			if o.Fixed >= 64 || o.Fixed.Class() != a.values[o.V].class || o.Fixed == a.scratch[o.Fixed.Class()] {
				a.fail("instruction %d: v%d cannot be in register %d", i, o.V, o.Fixed)
				return
			}
			if o.Kind == Def {
				defined = defined.Add(o.Fixed)
				a.values[o.V].defReg = o.Fixed
				a.define(o.V, defFixed, b, i, base+4)
				a.addHint(o.V, hint{pos: base + 4, kind: hintFixed, reg: o.Fixed, freq: f})
			} else {
				a.unsaved = a.unsaved.Remove(o.Fixed)
				if o.late() {
					lateFixed = lateFixed.Add(o.Fixed)
				}
				a.addUse(o.V, b, base+posGap)
				a.addHint(o.V, hint{pos: base, kind: hintFixed, reg: o.Fixed, freq: f})
			}
			a.reserve(i, ops, k)
			if a.err != nil {
				return
			}
		case o.Constraint == Reuse: // done above
		case o.Kind == Def:
			pos := base + posLate
			if !o.late() {
				pos = base + posEarly
			}
			d := defReg
			if o.Constraint == Any {
				d = defAny
			}
			a.define(o.V, d, b, i, pos)
		default:
			if reuses && reusedBy(ops, k) >= 0 {
				a.addUse(o.V, b, base+posGap)
				break
			}
			pos := base + posEarly
			if o.late() {
				pos = base + posLate
			}
			a.addUse(o.V, b, pos+1)
			if o.Constraint == Reg {
				a.addReq(o.V, pos)
			}
		}
	}
	a.unsaved &^= defined
	if c := a.fn.Clobbers(int(i)) &^ defined; c != 0 {
		a.unsaved &^= c
		if c&lateFixed != 0 {
			a.fail("instruction %d destroys the register of a late use", i)
			return
		}
		a.addClobber(c, 4*i+posLate)
	}
}

// readReuse handles the definition k of an instruction, which reuses an input.
func (a *Allocator) readReuse(b, i int32, ops []Operand, k int) {
	o := &ops[k]
	if o.Kind != Def {
		a.fail("instruction %d: v%d is an input and cannot reuse one", i, o.V)
		return
	}
	if int(o.Reuse) >= len(ops) {
		a.fail("instruction %d reuses operand %d of %d", i, o.Reuse, len(ops))
		return
	}
	in := &ops[o.Reuse]
	if in.Kind != Use || in.late() || in.Constraint == Any || a.values[in.V].class != a.values[o.V].class ||
		reusedBy(ops, int(o.Reuse)) != k {
		a.fail("instruction %d cannot reuse operand %d", i, o.Reuse)
		return
	}
	if in.Constraint == Fixed {
		o.Constraint, o.Fixed, o.Pos = Fixed, in.Fixed, Normal
		return
	}
	f := a.blocks[b].freq
	a.define(o.V, defReuse, b, i, 4*i+posGap)
	a.addHint(o.V, hint{pos: 4*i + posGap, kind: hintStart, other: in.V, at: 4 * i, freq: f})
	a.addHint(in.V, hint{pos: 4 * i, kind: hintCopied, other: o.V, at: 4*i + posGap, freq: f})
}

// reusedBy returns the definition that reuses operand k, or -1. A fixed
// operand is not counted: then both are fixed.
func reusedBy(ops []Operand, k int) int {
	for d := range ops {
		if ops[d].Kind == Def && ops[d].Constraint == Reuse && int(ops[d].Reuse) == k {
			return d
		}
	}
	return -1
}

// fixedSpan returns the positions in which fixed operand o of instruction i
// keeps its register.
func fixedSpan(i int32, o *Operand) span {
	base := 4 * i
	switch {
	case o.Kind == Use && o.late():
		return span{base + posGap, base + 4}
	case o.Kind == Use:
		return span{base + posGap, base + posLate}
	case o.late():
		return span{base + posLate, base + 4}
	}
	return span{base + posEarly, base + 4}
}

// reserve keeps the register of fixed operand k for instruction i. Only uses
// of the same value may share one.
func (a *Allocator) reserve(i int32, ops []Operand, k int) {
	o := &ops[k]
	r := o.Fixed
	s := fixedSpan(i, o)
	if b := &a.blocks[a.blockOf[i]]; o.Kind == Def && b.entered && i == b.first {
		// It arrives in the register, which the moves into the block must leave alone.
		s.from = 4 * i
	}
	for j := range k {
		p := &ops[j]
		if p.Constraint != Fixed || p.Fixed != r {
			continue
		}
		t := fixedSpan(i, p)
		if t.to <= s.from || s.to <= t.from {
			continue
		}
		if o.Kind != Use || p.Kind != Use || o.V != p.V {
			a.fail("instruction %d wants register %v twice", i, InReg(r))
			return
		}
		// Widen the span that is there.
		l := a.fixed[r]
		for n := len(l) - 1; l[n].from >= 4*i; n-- {
			if l[n] == t {
				l[n].to = max(s.to, t.to)
				return
			}
		}
		return // a third use: widened before, or by the second
	}
	l := append(a.fixed[r], s)
	n := len(l) - 1
	for n > 0 && l[n-1].from > s.from {
		l[n] = l[n-1]
		n--
	}
	l[n] = s
	a.fixed[r] = l
}

func (a *Allocator) addClobber(mask RegSet, pos int32) {
	for i := range a.clobs {
		if a.clobs[i].mask == mask {
			a.clobs[i].at = append(a.clobs[i].at, pos)
			return
		}
	}
	// Few different sets are expected. Any further ones are kept by register.
	if len(a.clobs) < 8 {
		n := len(a.clobs)
		if n < cap(a.clobs) {
			a.clobs = a.clobs[:n+1]
		} else {
			a.clobs = append(a.clobs, clobberSet{})
		}
		c := &a.clobs[n]
		c.mask = mask
		c.at = append(c.at[:0], pos)
		return
	}
	for m := mask; m != 0; m = m.Remove(m.First()) {
		r := m.First()
		a.fixed[r] = append(a.fixed[r], span{pos, pos + 1})
	}
}

// join puts two values in one group of values that would like the same
// register.
func (a *Allocator) join(v, w VReg) {
	x, y := a.root(v), a.root(w)
	if x != y {
		a.values[max(x, y)].group = min(x, y)
	}
}

func (a *Allocator) root(v VReg) int32 {
	x := int32(v)
	for a.values[x].group != x {
		a.values[x].group = a.values[a.values[x].group].group
		x = a.values[x].group
	}
	return x
}
