package build

import (
	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// findRaising finds the blocks from which every way leads to a raise, and
// whether the interpreter has run the code at all.
func (b *builder) findRaising() {
	b.raising = make([]bool, len(b.bc.Blocks))
	for changed := true; changed; {
		changed = false
		for i := len(b.bc.Blocks) - 1; i >= 0; i-- {
			bb := &b.bc.Blocks[i]
			if b.raising[i] {
				continue
			}
			last := b.bc.Instrs[bb.End-1].Base
			raises := last == bytecode.OpRaiseVarargs || last == bytecode.OpReraise
			if !raises {
				raises = bb.Next != bytecode.NoBlock || bb.Taken != bytecode.NoBlock
				for _, s := range [2]bytecode.BlockID{bb.Next, bb.Taken} {
					raises = raises && (s == bytecode.NoBlock || b.raising[s])
				}
			}
			if raises {
				b.raising[i], changed = true, true
			}
		}
	}
	for i := range b.bc.Instrs {
		in := &b.bc.Instrs[i]
		if in.Op == in.Base || in.Info().Kind != bytecode.Specialized || len(in.Info().Layout) == 0 {
			continue
		}
		if in.Base != bytecode.OpJumpBackward {
			b.warm = true
			return
		}
	}
}

// unseenError reports whether the present instruction is part of raising an
// exception and has never run although the function has. Nothing is lost when
// the interpreter does it; if it happens often, the function is compiled again
// and the instruction has failed.
func (b *builder) unseenError() bool {
	if b.opts.IgnoreFeedback || !b.warm || !b.raising[b.at] || !b.trusted() {
		return false
	}
	_, unseen := b.feedback(snapshot.NeverExecuted)
	return unseen
}
