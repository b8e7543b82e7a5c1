package bytecode

import "fmt"

// BlockID is the index of a block in Code.Blocks.
type BlockID int32

// NoBlock stands for a successor, dominator or loop header that is not there.
const NoBlock BlockID = -1

func (b BlockID) String() string {
	if b < 0 {
		return "-"
	}
	return fmt.Sprintf("B%d", int32(b))
}

// Block is a run of instructions that is entered only at its begin and left
// only at its end, or by an exception. All of it is covered by the same entry
// of the exception table, or none. A block also begins behind each YIELD_VALUE
// and RETURN_GENERATOR, where a suspended frame is resumed.
type Block struct {
	ID         BlockID
	Begin, End int32 // instructions [Begin, End)

	Next  BlockID // where control goes on at the end, or where a branch is not taken
	Taken BlockID // where the jump or the taken branch at the end goes

	// Handler is where an exception in the block continues. It is NoBlock when
	// the exception table does not cover the block, and also when no
	// instruction of the block can raise.
	Handler BlockID
	Entry   int32 // exception table entry that covers the block, or -1

	Preds []BlockID // blocks whose Next or Taken this is, ascending
	// Raisers are the blocks whose Handler this is, ascending.
	Raisers []BlockID

	// Depth is the number of stack values on entry, -1 where no path leads.
	// The END_FOR of a loop is not reachable either, but has the depth with
	// which CPython's evaluation loop comes there from a generator.
	Depth int32

	Order      int32   // position in Code.Order, -1 when not reachable
	Idom       BlockID // immediate dominator, exception edges included; NoBlock for the entry
	Loop       LoopID  // innermost loop the block is in, or NoLoop
	LoopHeader bool
	Resumes    bool // begins where a suspended frame is resumed
}

// Reachable says whether some path from the entry leads to the block.
func (b *Block) Reachable() bool { return b.Order >= 0 }

// Succs returns the block's successors in the fixed order Next, Taken,
// Handler, without those that are not there.
func (b *Block) Succs() []BlockID {
	s := make([]BlockID, 0, 3)
	for _, id := range [3]BlockID{b.Next, b.Taken, b.Handler} {
		if id != NoBlock {
			s = append(s, id)
		}
	}
	return s
}

// findBlocks splits the instructions into blocks and connects them.
func (c *Code) findBlocks() error {
	leader := make([]bool, len(c.Instrs)+1)
	resumes := make([]bool, len(c.Instrs)+1)
	leader[0] = true
	for i := range c.Instrs {
		in := &c.Instrs[i]
		info := &infos[in.Base]
		if info.Flow == FlowBranch || info.Flow == FlowJump {
			leader[in.Target] = true
			to, err := c.jumpsTo(in)
			if err != nil {
				return err
			}
			leader[to] = true
		}
		if info.Flow != FlowNext {
			leader[i+1] = true
		}
		if in.Base == OpYieldValue || in.Base == OpReturnGenerator {
			leader[i+1], resumes[i+1] = true, true
		}
		if in.Base == OpEndAsyncFor {
			// Where an asynchronous loop ends, with or without the exception.
			leader[i+1] = true
		}
	}
	for i := range c.Handlers {
		h := &c.Handlers[i]
		start, ok := c.startsAt(h.Start)
		end, ok2 := c.startsAt(h.End)
		target, ok3 := c.startsAt(h.Target)
		if !ok || !ok2 || !ok3 || int(target) == len(c.Instrs) {
			return errorAt(h.Start, "exception table entry does not fit the code")
		}
		leader[start], leader[end], leader[target] = true, true, true
	}

	handler := 0
	for i := 0; i < len(c.Instrs); {
		b := Block{
			ID: BlockID(len(c.Blocks)), Begin: int32(i), Next: NoBlock, Taken: NoBlock,
			Handler: NoBlock, Entry: -1, Depth: -1, Order: -1, Idom: NoBlock, Loop: NoLoop,
			Resumes: resumes[i],
		}
		for {
			c.Instrs[i].Block = b.ID
			if i++; leader[i] || i == len(c.Instrs) {
				break
			}
		}
		b.End = int32(i)
		start := c.Instrs[b.Begin].Start
		for handler < len(c.Handlers) && c.Handlers[handler].End <= start {
			handler++
		}
		if handler < len(c.Handlers) && c.Handlers[handler].Start <= start {
			b.Entry = int32(handler)
		}
		c.Blocks = append(c.Blocks, b)
	}

	for i := range c.Blocks {
		b := &c.Blocks[i]
		last := &c.Instrs[b.End-1]
		flow := infos[last.Base].Flow
		if flow == FlowNext || flow == FlowBranch {
			if i+1 == len(c.Blocks) {
				return errorAt(last.Offset, "control runs over the end of the code")
			}
			b.Next = b.ID + 1
		}
		if flow == FlowBranch || flow == FlowJump {
			to, err := c.jumpsTo(last)
			if err != nil {
				return err
			}
			b.Taken = c.Instrs[to].Block
		}
		if b.Entry >= 0 {
			for j := b.Begin; j < b.End; j++ {
				if c.Instrs[j].CanRaise() {
					b.Handler = c.Instrs[c.At(c.Handlers[b.Entry].Target)].Block
					break
				}
			}
		}
	}
	for i := range c.Blocks {
		b := &c.Blocks[i]
		if b.Next != NoBlock {
			c.Blocks[b.Next].Preds = append(c.Blocks[b.Next].Preds, b.ID)
		}
		if b.Taken != NoBlock && b.Taken != b.Next {
			c.Blocks[b.Taken].Preds = append(c.Blocks[b.Taken].Preds, b.ID)
		}
		if b.Handler != NoBlock {
			c.Blocks[b.Handler].Raisers = append(c.Blocks[b.Handler].Raisers, b.ID)
		}
	}
	return nil
}

// jumpsTo returns the index of the instruction that a taken jump goes to. An
// exhausted FOR_ITER skips the END_FOR it points to, since there is no value
// to drop: that is only for generators which the evaluation loop runs inline.
func (c *Code) jumpsTo(in *Instr) (int32, error) {
	if in.Base != OpForIter {
		return in.Target, nil
	}
	if c.Instrs[in.Target].Base != OpEndFor || int(in.Target)+1 >= len(c.Instrs) {
		return 0, errorAt(in.Offset, "FOR_ITER does not lead to END_FOR")
	}
	return in.Target + 1, nil
}

// startsAt returns the index of the instruction that starts at an offset, and
// len(Instrs) for the end of the code.
func (c *Code) startsAt(offset int32) (int32, bool) {
	if int(offset) == len(c.Bytes) {
		return int32(len(c.Instrs)), true
	}
	i := c.At(offset)
	return i, i >= 0 && c.Instrs[i].Start == offset
}
