package bytecode

import "slices"

// LoopID is the index of a loop in Code.Loops.
type LoopID int32

// NoLoop stands for being in no loop.
const NoLoop LoopID = -1

// Loop is a natural loop: the blocks from which the header can be reached
// again without leaving what the header dominates.
type Loop struct {
	Header BlockID
	Parent LoopID    // the loop around this one, or NoLoop
	Depth  int32     // 1 for outermost loops
	Blocks []BlockID // all of them, inner loops included, ascending
	// Latches are the blocks whose jump back to the header closes the loop, ascending.
	Latches []BlockID
}

// orderBlocks computes the reverse post-order of the reachable blocks.
func (c *Code) orderBlocks() {
	type visit struct {
		block BlockID
		edge  uint8
	}
	seen := make([]bool, len(c.Blocks))
	post := make([]BlockID, 0, len(c.Blocks))
	stack := []visit{{0, 0}}
	seen[0] = true
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		b := &c.Blocks[top.block]
		if top.edge == 3 {
			post = append(post, top.block)
			stack = stack[:len(stack)-1]
			continue
		}
		// Next is walked last, so that it follows its block in the result and
		// handlers come late.
		to := [3]BlockID{b.Handler, b.Taken, b.Next}[top.edge]
		top.edge++
		if to != NoBlock && !seen[to] {
			seen[to] = true
			stack = append(stack, visit{to, 0})
		}
	}
	c.Order = make([]BlockID, len(post))
	for i, id := range post {
		at := len(post) - 1 - i
		c.Order[at] = id
		c.Blocks[id].Order = int32(at)
	}
}

// findDominators sets Idom of the reachable blocks: iteration in reverse
// post-order to a fixed point (Cooper, Harvey and Kennedy).
func (c *Code) findDominators() {
	for changed := true; changed; {
		changed = false
		for _, id := range c.Order[1:] {
			b := &c.Blocks[id]
			idom := NoBlock
			for _, preds := range [2][]BlockID{b.Preds, b.Raisers} {
				for _, p := range preds {
					if !c.Blocks[p].Reachable() || (p != 0 && c.Blocks[p].Idom == NoBlock) {
						continue
					}
					if idom == NoBlock {
						idom = p
					} else {
						idom = c.commonDominator(idom, p)
					}
				}
			}
			if idom != b.Idom {
				b.Idom, changed = idom, true
			}
		}
	}
}

func (c *Code) commonDominator(a, b BlockID) BlockID {
	for a != b {
		for c.Blocks[a].Order > c.Blocks[b].Order {
			a = c.Blocks[a].Idom
		}
		for c.Blocks[b].Order > c.Blocks[a].Order {
			b = c.Blocks[b].Idom
		}
	}
	return a
}

// Dominates says whether every path from the entry to b leads through a. Both
// must be reachable; a block dominates itself.
func (c *Code) Dominates(a, b BlockID) bool {
	for c.Blocks[b].Order > c.Blocks[a].Order {
		b = c.Blocks[b].Idom
	}
	return a == b
}

// findLoops finds the natural loops and their nesting.
func (c *Code) findLoops() {
	// Headers are taken innermost first; a block that is already in a loop is
	// passed over by going on from the header of the outermost loop around it.
	var inner []Loop
	outermost := func(l LoopID) LoopID {
		for inner[l].Parent != NoLoop {
			l = inner[l].Parent
		}
		return l
	}
	for at := len(c.Order) - 1; at >= 0; at-- {
		header := &c.Blocks[c.Order[at]]
		var latches, work []BlockID
		for _, preds := range [2][]BlockID{header.Preds, header.Raisers} {
			for _, p := range preds {
				if q := &c.Blocks[p]; !q.Reachable() || q.Order < header.Order {
					continue
				}
				if !c.Dominates(header.ID, p) {
					c.Irreducible = true
					continue
				}
				latches = append(latches, p)
			}
		}
		if len(latches) == 0 {
			continue
		}
		sortBlocks(latches)
		latches = slices.Compact(latches) // a block may jump there and raise there
		id := LoopID(len(inner))
		inner = append(inner, Loop{Header: header.ID, Parent: NoLoop, Latches: latches})
		header.LoopHeader = true
		if header.Loop == NoLoop {
			header.Loop = id
		}
		work = append(work, latches...)
		for len(work) > 0 {
			b := &c.Blocks[work[len(work)-1]]
			work = work[:len(work)-1]
			if b.ID == header.ID {
				continue
			}
			if b.Loop != NoLoop {
				l := outermost(b.Loop)
				if l == id {
					continue
				}
				inner[l].Parent = id
				b = &c.Blocks[inner[l].Header]
			} else {
				b.Loop = id
			}
			for _, preds := range [2][]BlockID{b.Preds, b.Raisers} {
				for _, p := range preds {
					if c.Blocks[p].Reachable() {
						work = append(work, p)
					}
				}
			}
		}
	}

	// Turn the order around: outer loops first.
	n := LoopID(len(inner))
	flip := func(l LoopID) LoopID {
		if l == NoLoop {
			return NoLoop
		}
		return n - 1 - l
	}
	c.Loops = make([]Loop, n)
	for i := range inner {
		inner[i].Parent = flip(inner[i].Parent)
		c.Loops[flip(LoopID(i))] = inner[i]
	}
	for i := range c.Loops {
		l := &c.Loops[i]
		l.Depth = 1
		if l.Parent != NoLoop {
			l.Depth = c.Loops[l.Parent].Depth + 1
		}
	}
	for i := range c.Blocks {
		b := &c.Blocks[i]
		b.Loop = flip(b.Loop)
		for l := b.Loop; l != NoLoop; l = c.Loops[l].Parent {
			c.Loops[l].Blocks = append(c.Loops[l].Blocks, b.ID)
		}
	}
}

// LoopDepth returns the number of loops around a block, its own included.
func (c *Code) LoopDepth(id BlockID) int32 {
	if l := c.Blocks[id].Loop; l != NoLoop {
		return c.Loops[l].Depth
	}
	return 0
}

func sortBlocks(ids []BlockID) {
	for i := range ids {
		for j := i; j > 0 && ids[j] < ids[j-1]; j-- {
			ids[j], ids[j-1] = ids[j-1], ids[j]
		}
	}
}
