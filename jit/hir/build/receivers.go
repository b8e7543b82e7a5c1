package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// noteReceivers finds parameters that are never assigned and whose attributes
// the interpreter has seen with several classes of receivers: each site knows
// only the class that came last, but all sites together know several.
func (b *builder) noteReceivers(params []hir.Value) {
	if b.opts.IgnoreFeedback {
		return
	}
	assigned := make([]bool, b.code.NLocalsPlus)
	for i := range b.bc.Instrs {
		switch in := &b.bc.Instrs[i]; in.Base {
		case bytecode.OpStoreFast, bytecode.OpDeleteFast, bytecode.OpLoadFastAndClear, bytecode.OpMakeCell:
			assigned[in.Arg] = true
		case bytecode.OpStoreFastLoadFast:
			first, _ := in.LocalPair()
			assigned[first] = true
		case bytecode.OpStoreFastStoreFast:
			first, second := in.LocalPair()
			assigned[first], assigned[second] = true, true
		}
	}
	seen := make([][]snapshot.ID, len(params))
	for i := 1; i < len(b.bc.Instrs); i++ {
		in := &b.bc.Instrs[i]
		if in.Base != bytecode.OpLoadAttr && in.Base != bytecode.OpStoreAttr {
			continue
		}
		local := loadedLocal(&b.bc.Instrs[i-1])
		if local < 0 || local >= len(params) || assigned[local] {
			continue
		}
		for _, f := range b.code.FeedbackAt(int(in.Offset)) {
			if f.Type != snapshot.NoObject && f.Kind != snapshot.GuardFailed && f.Kind != snapshot.AttrClass && f.Kind != snapshot.AttrClassMeta &&
				!slices.Contains(seen[local], f.Type) {
				seen[local] = append(seen[local], f.Type)
			}
		}
	}
	for i, classes := range seen {
		if len(classes) > 1 && len(classes) <= maxCases {
			b.receivers[params[i]] = classes
		}
	}
}

// loadedLocal returns the local that an instruction puts on top of the stack,
// -1 if it does something else.
func loadedLocal(in *bytecode.Instr) int {
	switch in.Base {
	case bytecode.OpLoadFast, bytecode.OpLoadFastBorrow, bytecode.OpLoadFastCheck:
		return int(in.Arg)
	case bytecode.OpLoadFastLoadFast, bytecode.OpLoadFastBorrowLoadFastBorrow, bytecode.OpStoreFastLoadFast:
		_, second := in.LocalPair()
		return second
	}
	return -1
}
