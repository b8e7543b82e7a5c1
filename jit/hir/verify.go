package hir

import (
	"errors"
	"fmt"
	"slices"
)

// maxProblems bounds how many mistakes Verify lists.
const maxProblems = 10

// Verify checks that f is well formed: blocks and edges fit, operands are of
// the kinds that the opcode table declares and are defined on every way to
// their use, phis have an operand for each predecessor, frame states are there
// where they have to be and name only values that exist, and what follows an
// observable instruction is the check of the frame. The error lists what is
// wrong; nil is returned for a correct function.
func (f *Func) Verify() error {
	v := &verifier{f: f, pos: make([]int32, len(f.Instrs)), checkedAt: make([]BlockID, len(f.Frames))}
	for i := range v.checkedAt {
		v.checkedAt[i] = -1
	}
	if len(f.Blocks) == 0 || len(f.Blocks[0].Preds) != 0 {
		return errors.New("hir: entry block missing or with predecessors")
	}
	v.edges()
	if v.problems != nil {
		return errors.Join(v.problems...) // the order cannot be computed
	}
	v.order = f.ComputeOrder()
	v.places()
	for _, b := range v.order.RPO {
		v.block(b)
	}
	return errors.Join(v.problems...)
}

type verifier struct {
	f         *Func
	order     *Order
	pos       []int32   // position in its block + 1, by value; 0 = in no block
	checkedAt []BlockID // block in which a frame state was last seen valid
	problems  []error
}

func (v *verifier) bad(b BlockID, val Value, format string, args ...any) {
	if len(v.problems) == maxProblems {
		return
	}
	where := fmt.Sprintf("hir: b%d", b)
	if val != 0 {
		where += fmt.Sprintf(" v%d (%s)", val, v.f.InstrString(val))
	}
	v.problems = append(v.problems, fmt.Errorf("%s: %s", where, fmt.Sprintf(format, args...)))
}

// edges checks that every successor knows its predecessors and vice versa.
func (v *verifier) edges() {
	f := v.f
	type edge struct{ from, to BlockID }
	balance := map[edge]int{}
	for i := range f.Blocks {
		b := BlockID(i)
		for _, s := range f.Blocks[i].Succs {
			if int(s) >= len(f.Blocks) || s < 0 {
				v.bad(b, 0, "successor b%d does not exist", s)
				return
			}
			balance[edge{b, s}]++
		}
		for _, p := range f.Blocks[i].Preds {
			if int(p) >= len(f.Blocks) || p < 0 {
				v.bad(b, 0, "predecessor b%d does not exist", p)
				return
			}
			balance[edge{p, b}]--
		}
	}
	for i := range f.Blocks {
		b := BlockID(i)
		for _, s := range f.Blocks[i].Succs {
			if balance[edge{b, s}] != 0 {
				v.bad(b, 0, "b%d does not have it as predecessor as often as it is a successor", s)
			}
		}
		for _, p := range f.Blocks[i].Preds {
			if balance[edge{p, b}] != 0 {
				v.bad(b, 0, "b%d does not have it as successor as often as it is a predecessor", p)
			}
		}
	}
}

// places records where instructions are and finds those that are in no block
// or in two.
func (v *verifier) places() {
	f := v.f
	for i := range f.Blocks {
		b := BlockID(i)
		for j, val := range f.Blocks[i].Instrs {
			if val <= 0 || int(val) >= len(f.Instrs) {
				v.bad(b, 0, "instruction v%d does not exist", val)
				continue
			}
			in := f.At(val)
			switch {
			case v.pos[val] != 0:
				v.bad(b, val, "is listed twice")
			case in.Dead:
				v.bad(b, val, "is dead")
			case in.Block != b:
				v.bad(b, val, "says it is in b%d", in.Block)
			}
			v.pos[val] = int32(j + 1)
		}
	}
}

var successors = map[Op]int{Jump: 1, Branch: 2}

func (v *verifier) block(id BlockID) {
	f := v.f
	b := &f.Blocks[id]
	term := f.Terminator(id)
	if term == 0 {
		v.bad(id, 0, "no terminator")
	} else if f.At(term).Op == Entries {
		v.entries(id)
	} else if n := successors[f.At(term).Op]; n != len(b.Succs) {
		v.bad(id, term, "%d successors", len(b.Succs))
	}
	body := false
	for i, val := range b.Instrs {
		if val <= 0 || int(val) >= len(f.Instrs) {
			continue
		}
		in := f.At(val)
		if in.Op == OpInvalid || in.Op >= NumOps {
			v.bad(id, 0, "v%d has no opcode", val)
			continue
		}
		o := in.Op.Info()
		switch {
		case in.Op == Phi && body:
			v.bad(id, val, "phi behind other instructions")
		case in.Op == Phi && f.NArgs(val) != len(b.Preds):
			v.bad(id, val, "%d operands for %d predecessors", f.NArgs(val), len(b.Preds))
		case in.Op == Param && id != 0 || in.Op == Callee && id != 0 && f.Body() == 0:
			v.bad(id, val, "outside of the entry block")
		case in.Op == ResumePoint && (i != 0 || !v.entered(id)):
			v.bad(id, val, "not at the begin of a resume block")
		case in.Op == Sent && (i != 1 || f.At(b.Instrs[0]).Op != ResumePoint):
			v.bad(id, val, "not behind a resume point")
		case (in.Op == LoadSlot || in.Op == LoadPlace) && (i == 0 || !v.headOfResume(b.Instrs[:i])):
			v.bad(id, val, "not at the head of a resume block")
		case o.Terminator && i != len(b.Instrs)-1:
			v.bad(id, val, "terminator inside a block")
		}
		body = body || in.Op != Phi
		v.operands(id, val)
		v.frame(id, val)
		if o.Observable && in.Op != TakeRaised && in.Op != RaiseAgain {
			v.afterObservable(id, i, val)
		}
	}
}

// entries checks the successors of Entries.
func (v *verifier) entries(id BlockID) {
	f := v.f
	succs := f.Blocks[id].Succs
	if id != 0 || len(succs) < 2 {
		v.bad(id, f.Terminator(id), "not at the end of the entry block, or with %d successors", len(succs))
	}
	for i, s := range succs {
		b := &f.Blocks[s]
		if len(b.Preds) != 1 {
			v.bad(s, 0, "is an entry and has %d predecessors", len(b.Preds))
		}
		if i > 0 && (len(b.Instrs) == 0 || f.At(b.Instrs[0]).Op != ResumePoint) {
			v.bad(s, 0, "does not begin with ResumePoint")
		}
	}
}

// entered reports whether b is a resume block.
func (v *verifier) entered(b BlockID) bool {
	body := v.f.Body()
	return body != 0 && b != body && slices.Contains(v.f.Blocks[0].Succs, b)
}

// headOfResume reports whether nothing but the head of a resume block is in
// front of an instruction.
func (v *verifier) headOfResume(before []Value) bool {
	for i, w := range before {
		if op := v.f.At(w).Op; i == 0 && op != ResumePoint || i > 0 && op != LoadSlot && op != Sent && op != LoadPlace {
			return false
		}
	}
	return true
}

func (v *verifier) operands(id BlockID, val Value) {
	f := v.f
	in := f.At(val)
	o := in.Op.Info()
	kinds, n := o.Args, f.NArgs(val)
	repeat := byte(0)
	if l := len(kinds); l > 0 && kinds[l-1] == '*' {
		repeat, kinds = kinds[l-2], kinds[:l-2]
	}
	if n < len(kinds) || n > len(kinds) && repeat == 0 {
		v.bad(id, val, "%d operands, want %q", n, o.Args)
		return
	}
	for i := range n {
		a := f.Arg(val, i)
		kind := repeat
		if i < len(kinds) {
			kind = kinds[i]
		}
		if !v.defined(id, val, a, i) {
			continue
		}
		if t := f.At(a).Type; !t.fits(kind) {
			v.bad(id, val, "operand v%d is %s, want %q", a, t, string(kind))
		}
	}
	if (o.Type.Bits == 0) && in.Type.Bits != 0 {
		v.bad(id, val, "has a type but no result")
	}
	if in.Type.Bits != 0 && in.Op != Phi && in.Type.Bits&o.Type.Bits == 0 && !(in.Op == CInt && in.Type == TCBool) {
		v.bad(id, val, "type is none of the declared %s", o.Type)
	}
}

// fits reports whether a value of type t is an operand of the given kind. The
// empty type, of code that never runs, fits everywhere.
func (t Type) fits(kind byte) bool {
	if t.Bits == 0 {
		return true
	}
	switch kind {
	case 'o':
		return t.Is(BitObject)
	case 'n':
		return t.Is(BitNullable)
	case 'i':
		return t.Is(BitCInt)
	case 'f':
		return t.Is(BitCFloat)
	case 'b':
		return t.Is(BitCBool)
	case 'p':
		return t.Is(BitCPtr | BitObject)
	}
	return true
}

// defined checks that a exists and is computed before its use as operand i of
// user; for a phi, before the end of predecessor i. i is -1 for frame states.
func (v *verifier) defined(id BlockID, user, a Value, i int) bool {
	f := v.f
	if a <= 0 || int(a) >= len(f.Instrs) || v.pos[a] == 0 || f.At(a).Op.Info().Type.Bits == 0 {
		v.bad(id, user, "v%d is no value", a)
		return false
	}
	def := f.At(a).Block
	if body := f.Body(); def == 0 && body != 0 && !v.everywhere(a) {
		// An argument is there only after the entry that takes it.
		def = body
		if id == 0 {
			def = 0
		}
	}
	if i >= 0 && f.At(user).Op == Phi {
		if len(f.Blocks[id].Preds) == 0 {
			return false
		}
		if pred := f.Blocks[id].Preds[min(i, len(f.Blocks[id].Preds)-1)]; v.order.Reachable(pred) && (!v.order.Reachable(def) || !v.order.Dominates(def, pred)) {
			v.bad(id, user, "v%d of b%d is not computed on the way through b%d", a, def, pred)
			return false
		}
		return true
	}
	if f.At(a).Block == id && v.pos[a] < v.pos[user] {
		return true
	}
	if f.At(a).Block == id || !v.order.Reachable(def) || !v.order.Dominates(def, id) {
		v.bad(id, user, "v%d of b%d is not computed before", a, def)
		return false
	}
	return true
}

// everywhere reports whether what the entry block defines is there at all
// entries.
func (v *verifier) everywhere(a Value) bool {
	switch v.f.At(a).Op {
	case Const, Null, CInt, CFloat:
		return true
	}
	return false
}

func (v *verifier) frame(id BlockID, val Value) {
	f := v.f
	in := f.At(val)
	o := in.Op.Info()
	if in.FS == 0 {
		if o.HasFS() && in.Op != Decref {
			v.bad(id, val, "no frame state")
		}
		return
	}
	if !o.HasFS() || int(in.FS) >= len(f.Frames) {
		v.bad(id, val, "frame state not allowed or missing")
		return
	}
	// Values that are defined at one instruction of a block are so at the
	// later ones.
	if v.checkedAt[in.FS] == id {
		return
	}
	ok := true
	for fs, n := in.FS, 0; fs != 0; n++ {
		s := &f.Frames[fs]
		if (s.Parent == 0) != (s.Callee == 0) || int(s.Parent) >= len(f.Frames) || n == len(f.Frames) {
			v.bad(id, val, "chain of frame states is broken")
			return
		}
		if (s.Parent == 0) != (s.Inline == 0) || int(s.Inline) >= len(f.Inlines) || s.Parent != 0 && f.Frames[s.Parent].Inline != f.Inlines[s.Inline].Parent {
			v.bad(id, val, "frame state of inlined call %d does not fit its parent", s.Inline)
			return
		}
		if want := f.NumLocalsOf(s.Inline); len(s.Locals) != want {
			v.bad(id, val, "frame state has %d locals, want %d", len(s.Locals), want)
			ok = false
		}
		fs = s.Parent
	}
	// What an object that does not exist consists of is checked where that is defined; until
	// then it may be anything, itself too.
	f.eachNamed(in.FS, func(a Value) { ok = v.defined(id, val, a, -1) && ok })
	if ok {
		v.checkedAt[in.FS] = id
	}
}

// afterObservable checks that on every way from an observable instruction the
// frame is checked before anything that could leave compiled code. What takes an
// exception for a handler looks at the frame itself, and runs no other code.
func (v *verifier) afterObservable(id BlockID, i int, val Value) {
	f := v.f
	for depth := 0; depth < 4; depth++ {
		ins := f.Blocks[id].Instrs
		for k, w := range ins[i+1:] {
			in := f.At(w)
			o := in.Op.Info()
			switch {
			case in.Op == CheckFrame || in.Op == Unreachable || in.Op == Catch || in.Op == TakeRaised:
				return
			case o.Observable && i+k+2 < len(ins) && f.At(ins[i+k+2]).Op == Unreachable:
				// It raises, from the frame as it is in memory.
				return
			case o.Observable || o.Exits || in.Op == Snapshot || in.Op == EvalBreaker || in.Op == LeaveFrame || in.Op == Suspend:
				v.bad(id, val, "is followed by v%d (%s) before the frame is checked", w, in.Op)
				return
			}
		}
		succs := f.Blocks[id].Succs
		if len(succs) == 0 {
			v.bad(id, val, "the frame is not checked")
			return
		}
		for _, s := range succs[1:] {
			v.afterObservable(s, -1, val)
		}
		id, i = succs[0], -1
	}
	v.bad(id, val, "the frame is not checked")
}
