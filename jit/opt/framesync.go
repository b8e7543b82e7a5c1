package opt

import "github.com/cinderjit/cinderjit/jit/hir"

// SynchroniseFrame inserts the stores that make the frame in memory true before
// anyone can look at it: SyncSlot for local slots that differ from the frame
// state of an observable instruction, SetIP for instr_ptr. A forward data-flow
// analysis knows what every slot holds, so that nothing is stored twice. What
// only the cold path of an instruction shows (an object dying in a Decref, the
// eval breaker) is attached to it and stored there.
func SynchroniseFrame(f *hir.Func) {
	s := &syncer{f: f, order: f.ComputeOrder(), n: f.NumLocals, end: make([][]hir.Value, len(f.Blocks))}
	s.root = make([]hir.Value, len(f.Instrs))
	for _, b := range s.order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			s.root[v] = v
			if f.At(v).Op.Info().Own == hir.OwnAlias {
				s.root[v] = s.root[f.Arg(v, 0)]
			}
			if f.At(v).Op == hir.Null {
				s.root[v] = null
			}
		}
	}
	s.storeAtEntry()
	for changed := true; changed; {
		changed = false
		for _, b := range s.order.RPO {
			state := s.entry(b)
			for _, v := range f.Blocks[b].Instrs {
				s.transfer(v, state, nil)
			}
			if !equal(s.end[b], state) {
				s.end[b] = state
				changed = true
			}
		}
	}
	for _, b := range s.order.RPO {
		state := s.entry(b)
		var out []hir.Value
		for _, v := range f.Blocks[b].Instrs {
			s.transfer(v, state, &out)
			out = append(out, v)
		}
		f.Blocks[b].Instrs = out
	}
}

// storeAtEntry makes the frame true at the first boundary of a function in
// which hot code shows it: later it would be stored anyway, and in a loop once
// for every iteration. Functions that show their frame only on cold paths, and
// leaves, store nothing.
func (s *syncer) storeAtEntry() {
	f := s.f
	shown := false
	for _, b := range s.order.RPO {
		for _, v := range f.Blocks[b].Instrs {
			shown = shown || !f.Blocks[b].Cold && f.At(v).Op.Info().Observable
		}
	}
	if !shown {
		return
	}
	body := &f.Blocks[f.Body()]
	for i, v := range body.Instrs {
		if f.At(v).Op != hir.Snapshot {
			continue
		}
		ins := append([]hir.Value(nil), body.Instrs[:i]...)
		for slot, l := range s.outermost(f.At(v).FS).Locals {
			if l != 0 && f.At(l).Type.IsObject() {
				s.place(f.New(hir.SyncSlot, l), v, int64(slot), &ins)
			}
		}
		body.Instrs = append(ins, body.Instrs[i:]...)
		return
	}
}

// The state of the frame is a slice with the value in every slot, and instr_ptr
// as bytecode offset + 1 behind them; unknown is neither; null stands for every Null.
const (
	unknown hir.Value = -1
	null    hir.Value = -2
)

type syncer struct {
	f     *hir.Func
	order *hir.Order
	n     int
	root  []hir.Value
	end   [][]hir.Value // by block; nil = not reached yet, which agrees with everything
}

// entry joins the states of the predecessors. A slot that holds, on every way
// here, that way's operand of a phi holds the phi.
func (s *syncer) entry(b hir.BlockID) []hir.Value {
	f := s.f
	state := make([]hir.Value, s.n+1)
	first := true
	for _, p := range f.Blocks[b].Preds {
		end := s.end[p]
		if end == nil {
			continue
		}
		if first {
			copy(state, end)
			first = false
			continue
		}
		for i := range state {
			if state[i] != end[i] {
				state[i] = unknown
			}
		}
	}
	if first {
		for i := range state {
			state[i] = unknown
		}
		return state
	}
	for _, phi := range phis(f, b) {
		if !f.At(phi).Type.MayBe(hir.BitNullable) {
			continue
		}
		for i := 0; i < s.n; i++ {
			holds := true
			for k, p := range f.Blocks[b].Preds {
				if end := s.end[p]; end != nil && end[i] != s.root[f.Arg(phi, k)] {
					holds = false
					break
				}
			}
			if holds {
				state[i] = phi
			}
		}
	}
	return state
}

// transfer applies v to the state. With out, it emits what v needs before it.
func (s *syncer) transfer(v hir.Value, state []hir.Value, out *[]hir.Value) {
	f := s.f
	in := f.At(v)
	switch {
	case in.Op == hir.SyncSlot:
		state[in.Imm] = s.rootOf(f.Arg(v, 0))
	case in.Op.Info().Observable:
		fs := s.outermost(in.FS)
		s.eachStale(fs, state, func(slot int, l hir.Value) {
			if out != nil {
				w := f.New(hir.SyncSlot, l)
				s.place(w, v, int64(slot), out)
			}
			state[slot] = s.rootOf(l)
		})
		if ip := hir.Value(fs.Offset + 1); state[s.n] != ip {
			if out != nil {
				s.place(f.New(hir.SetIP), v, int64(fs.Offset), out)
			}
			state[s.n] = ip
		}
	case in.Op == hir.Decref && in.FS != 0 || in.Op == hir.EvalBreaker || in.Op == hir.LeaveFrame:
		// On the cold path the slots are stored; afterwards they hold one or
		// the other value.
		fs := s.outermost(in.FS)
		var stale []hir.SlotValue
		s.eachStale(fs, state, func(slot int, l hir.Value) {
			stale = append(stale, hir.SlotValue{Slot: int32(slot), Value: l})
			state[slot] = unknown
		})
		ip := state[s.n] != hir.Value(in.BC+1)
		if ip {
			state[s.n] = unknown
		}
		if out != nil {
			e := f.Extension(v)
			e.Stale, e.SetIP = stale, ip
		}
	}
}

func (s *syncer) place(w, before hir.Value, imm int64, out *[]hir.Value) {
	f := s.f
	at := f.At(before)
	in := f.At(w)
	in.Imm, in.Block, in.BC = imm, at.Block, at.BC
	*out = append(*out, w)
}

func (s *syncer) eachStale(fs *hir.FrameState, state []hir.Value, fn func(int, hir.Value)) {
	for i, l := range fs.Locals {
		if l != 0 && state[i] != s.rootOf(l) {
			fn(i, l)
		}
	}
}

func (s *syncer) rootOf(v hir.Value) hir.Value {
	if int(v) < len(s.root) {
		return s.root[v]
	}
	return v
}

func (s *syncer) outermost(id hir.FrameStateID) *hir.FrameState {
	for s.f.Frames[id].Parent != 0 {
		id = s.f.Frames[id].Parent
	}
	return &s.f.Frames[id]
}

func equal(a, b []hir.Value) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
