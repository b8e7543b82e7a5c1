package regalloc

import "fmt"

// The interpreter gives every instruction an arbitrary but fixed meaning:
// what it defines is a hash of its number and of all it uses. A program and
// its allocation must then see the same inputs at every instruction.

func mix(h, x uint64) uint64 {
	h = (h ^ x) * 0x9e3779b97f4a7c15
	return h ^ h>>29
}

// constant is the value of a definition that may be rematerialised.
func constant(v VReg) uint64 { return mix(0xc0457a47, uint64(v)) }

// defined is the value of operand k of instruction i, given its inputs.
func (f *testFunc) defined(i, k int, inputs uint64) uint64 {
	if o := f.instrs[i].ops[k]; f.remat[o.V] {
		return constant(o.V)
	}
	return mix(mix(inputs, uint64(i)), uint64(k)+1)
}

// next chooses the successor after the given number of instructions.
func (f *testFunc) next(b, steps int) (succ int, ok bool) {
	n := len(f.blocks[b].succs)
	if n == 0 {
		return 0, false
	}
	return int(mix(uint64(steps), uint64(b)) >> 8 % uint64(n)), true
}

// run executes the program on values and returns the inputs of each step.
func (f *testFunc) run(maxSteps int) (trace []uint64) {
	env := make([]uint64, f.nv)
	for b := 0; ; {
		bl := &f.blocks[b]
		for i := bl.first; i < bl.last; i++ {
			in := mix(1, uint64(i))
			for _, o := range f.instrs[i].ops {
				if o.Kind == Use {
					in = mix(in, env[o.V])
				}
			}
			trace = append(trace, in)
			for k, o := range f.instrs[i].ops {
				if o.Kind == Def {
					env[o.V] = f.defined(i, k, in)
				}
			}
		}
		k, ok := f.next(b, len(trace))
		if !ok || len(trace) > maxSteps {
			return trace
		}
		to := bl.succs[k]
		vals := make([]uint64, len(bl.args[k]))
		for n, a := range bl.args[k] {
			vals[n] = env[a]
		}
		for n, p := range f.blocks[to].params {
			env[p] = vals[n]
		}
		b = to
	}
}

// machine is the state of the allocated program.
type machine struct {
	locs  []uint64 // 64 registers, then slots
	noise uint64
}

func (m *machine) trash(l Loc) {
	m.noise = mix(m.noise, 7)
	m.locs[l.index()] = m.noise
}

func (m *machine) read(l Loc) uint64 {
	if l.IsRemat() {
		return constant(l.VReg())
	}
	return m.locs[l.index()]
}

// runAllocated executes the program on registers and slots, and returns the
// inputs of each step. Late inputs are read again after outputs are written.
func (f *testFunc) runAllocated(r *Result, cfg Config, maxSteps int) (trace []uint64, err error) {
	m := machine{locs: make([]uint64, 64+r.NumSpillSlots), noise: 99}
	for l := range 64 {
		m.trash(InReg(PReg(l)))
	}
	for b := 0; ; {
		bl := &f.blocks[b]
		for i := bl.first; i < bl.last; i++ {
			for _, mv := range r.MovesBefore(i) {
				m.locs[mv.To.index()] = m.read(mv.From)
			}
			if r.Dropped(i) {
				trace = append(trace, mix(1, uint64(i)))
				continue
			}
			ops, locs := f.instrs[i].ops, r.Operands(i)
			for k, o := range ops {
				if o.Kind == Def && o.Pos == Early {
					m.trash(locs[k])
				}
			}
			in := mix(1, uint64(i))
			late := make([]uint64, len(ops))
			for k, o := range ops {
				if o.Kind == Use {
					late[k] = m.read(locs[k])
					in = mix(in, late[k])
				}
			}
			trace = append(trace, in)
			for s := f.instrs[i].clobbers; s != 0; s = s.Remove(s.First()) {
				m.trash(InReg(s.First()))
			}
			m.trash(InReg(cfg.IntScratch))
			m.trash(InReg(cfg.FloatScratch))
			for k, o := range ops {
				if o.Kind == Def {
					m.locs[locs[k].index()] = f.defined(i, k, in)
				}
			}
			for k, o := range ops {
				if o.Kind == Use && o.Pos == Late && m.read(locs[k]) != late[k] {
					return trace, fmt.Errorf("instruction %d: late use %d is overwritten", i, k)
				}
			}
		}
		k, ok := f.next(b, len(trace))
		if !ok || len(trace) > maxSteps {
			return trace, nil
		}
		b = bl.succs[k]
	}
}
