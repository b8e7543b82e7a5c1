package opt

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// SynchroniseFrame inserts the stores that make the frames in memory true before
// anyone can look at them: SyncSlot for local slots that differ from the frame
// state of an observable instruction, SetIP for instr_ptr. A forward data-flow
// analysis knows what every slot holds, so that nothing is stored twice. What
// only the cold path of an instruction shows (an object dying in a Decref, the
// eval breaker) is attached to it and stored there.
//
// The frame of an inlined call has its place in the native frame. It is filled
// in (FillFrame) and made the thread's current one (LinkFrame) only where
// something observable happens in the call: on the hot path if it happens there,
// else on the cold one. Calls of which neither is part of the other share their
// place, so filling one in spoils what is known of the other.
func SynchroniseFrame(f *hir.Func) {
	s := &syncer{f: f, order: f.ComputeOrder(), end: make([][]hir.Value, len(f.Blocks))}
	s.layOut()
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
			if s.end[b] == nil || !slices.Equal(s.end[b], state) {
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
		if f.At(v).FS == 0 || f.Frames[f.At(v).FS].Inline != 0 {
			return
		}
		ins := append([]hir.Value(nil), body.Instrs[:i]...)
		for slot, l := range f.Frames[f.At(v).FS].Locals {
			if l != 0 && f.At(l).Type.IsObject() {
				s.place(f.New(hir.SyncSlot, l), v, 0, int64(slot), &ins)
			}
		}
		body.Instrs = append(ins, body.Instrs[i:]...)
		return
	}
}

// The state of the frames is a slice: for each frame, at base, the value in
// every slot, then instr_ptr as code unit + 1, then whether the frame is filled in;
// behind them the thread's current frame. unknown is no value; null stands for
// every Null.
const (
	unknown hir.Value = -1
	null    hir.Value = -2
	filled  hir.Value = 1
)

type syncer struct {
	f       *hir.Func
	order   *hir.Order
	base    []int // by inlined call: where its part of the state begins
	current int   // index of the current frame in the state
	root    []hir.Value
	end     [][]hir.Value // by block; nil = not reached yet, which agrees with everything
}

// layOut decides where in the state what is.
func (s *syncer) layOut() {
	for i := range s.f.Inlines {
		s.base = append(s.base, s.current)
		s.current += s.f.NumLocalsOf(int32(i)) + 2
	}
}

// ip returns the index of a frame's instr_ptr in the state.
func (s *syncer) ip(i int32) int { return s.base[i] + s.f.NumLocalsOf(i) }

// full returns the index of whether a frame is filled in.
func (s *syncer) full(i int32) int { return s.ip(i) + 1 }

// forget makes everything about a frame unknown.
func (s *syncer) forget(state []hir.Value, i int32) {
	for k := s.base[i]; k <= s.full(i); k++ {
		state[k] = unknown
	}
}

// spoil forgets the frames that share the place of a frame that is filled in.
func (s *syncer) spoil(state []hir.Value, i int32) {
	for j := int32(1); int(j) < len(s.f.Inlines); j++ {
		if !s.f.Within(i, j) && !s.f.Within(j, i) {
			s.forget(state, j)
		}
	}
}

// entry joins the states of the predecessors. A slot that holds, on every way
// here, that way's operand of a phi holds the phi.
func (s *syncer) entry(b hir.BlockID) []hir.Value {
	f := s.f
	state := make([]hir.Value, s.current+1)
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
		state[s.current] = 0
		return state
	}
	for _, phi := range phis(f, b) {
		if !f.At(phi).Type.MayBe(hir.BitNullable) {
			continue
		}
		for i := range s.current {
			holds := true
			for k, p := range f.Blocks[b].Preds {
				if end := s.end[p]; end != nil && end[i] != s.root[f.Arg(phi, k)] {
					holds = false
					break
				}
			}
			if holds && s.isSlot(i) {
				state[i] = phi
			}
		}
	}
	return state
}

// isSlot reports whether an index in the state is that of a slot.
func (s *syncer) isSlot(k int) bool {
	i, found := slices.BinarySearch(s.base, k)
	if !found {
		i--
	}
	return k < s.ip(int32(i))
}

// chain returns the frames of a frame state, the outermost first.
func (s *syncer) chain(id hir.FrameStateID) []*hir.FrameState {
	var list []*hir.FrameState
	for ; id != 0; id = s.f.Frames[id].Parent {
		list = append(list, &s.f.Frames[id])
	}
	slices.Reverse(list)
	return list
}

// transfer applies v to the state. With out, it emits what v needs before it.
func (s *syncer) transfer(v hir.Value, state []hir.Value, out *[]hir.Value) {
	f := s.f
	in := f.At(v)
	switch {
	case in.Op == hir.SyncSlot:
		state[s.base[in.Inline]+int(in.Imm)] = s.rootOf(f.Arg(v, 0))
	case in.Op == hir.StoreOwned:
		// Afterwards the slot is changed by other instructions.
		if int(in.Imm) < f.NumLocals {
			state[s.base[0]+int(in.Imm)] = unknown
		}
	case in.Op.Info().Observable:
		s.show(v, state, out)
	case in.Op == hir.Decref && in.FS != 0 || in.Op == hir.EvalBreaker || in.Op == hir.LeaveFrame:
		s.showCold(v, state, out)
	}
}

// show makes the frames true before v.
func (s *syncer) show(v hir.Value, state []hir.Value, out *[]hir.Value) {
	f := s.f
	emit := func(op hir.Op, i int32, imm int64, args ...hir.Value) {
		if out != nil {
			s.place(f.New(op, args...), v, i, imm, out)
		}
	}
	for _, fs := range s.chain(f.At(v).FS) {
		i := fs.Inline
		if i != 0 && state[s.full(i)] != filled {
			s.spoil(state, i)
			emit(hir.FillFrame, i, 0, fs.Callee)
			state[s.full(i)] = filled
		}
		s.eachStale(fs, state, func(slot int, l hir.Value) {
			emit(hir.SyncSlot, i, int64(slot), l)
			state[s.base[i]+slot] = s.rootOf(l)
		})
		if ip := hir.Value(fs.Offset + 1); state[s.ip(i)] != ip {
			emit(hir.SetIP, i, int64(fs.Offset))
			state[s.ip(i)] = ip
		}
	}
	if i := f.InlineOf(v); state[s.current] != hir.Value(i) {
		emit(hir.LinkFrame, i, 0)
		state[s.current] = hir.Value(i)
	}
}

// showCold notes what the cold path of v has to do to make the frames true.
// Afterwards slots hold one or the other value.
func (s *syncer) showCold(v hir.Value, state []hir.Value, out *[]hir.Value) {
	f := s.f
	var e hir.Ext
	set := func(index int) { state[index] = unknown }
	for _, fs := range s.chain(f.At(v).FS) {
		i := fs.Inline
		if i != 0 && state[s.full(i)] != filled {
			e.Fill = append(e.Fill, i)
			s.spoil(state, i)
			set(s.full(i))
		}
		s.eachStale(fs, state, func(slot int, l hir.Value) {
			e.Stale = append(e.Stale, hir.SlotValue{Inline: i, Slot: int32(slot), Value: l})
			set(s.base[i] + slot)
		})
		if i != f.InlineOf(v) {
			if state[s.ip(i)] != hir.Value(fs.Offset+1) {
				e.Calls = append(e.Calls, i)
				set(s.ip(i))
			}
		} else if state[s.ip(i)] != hir.Value(f.At(v).BC+1) {
			e.SetIP = true
			set(s.ip(i))
		}
	}
	if i := f.InlineOf(v); state[s.current] != hir.Value(i) && f.At(v).Op != hir.LeaveFrame {
		e.Link, e.Back = true, int32(state[s.current])
	}
	if out != nil {
		x := f.Extension(v)
		e.Owned = x.Owned
		*x = e
	}
}

// place puts the instruction w, about the frame of inlined call i, before
// another one.
func (s *syncer) place(w, before hir.Value, i int32, imm int64, out *[]hir.Value) {
	f := s.f
	at := f.At(before)
	in := f.At(w)
	in.Imm, in.Block, in.BC, in.Inline = imm, at.Block, at.BC, i
	*out = append(*out, w)
}

func (s *syncer) eachStale(fs *hir.FrameState, state []hir.Value, fn func(int, hir.Value)) {
	for i, l := range fs.Locals {
		if l != 0 && state[s.base[fs.Inline]+i] != s.rootOf(l) {
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
