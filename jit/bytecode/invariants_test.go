package bytecode

import (
	"slices"
	"testing"
)

// checkInvariants holds what must be true of any analysed code, computed in
// the simplest way.
func checkInvariants(t *testing.T, name string, c *Code) {
	t.Helper()
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf(name+": "+format, args...)
	}
	at := int32(0)
	for i := range c.Instrs {
		in := &c.Instrs[i]
		if in.Start != at || in.Offset < in.Start || in.End <= in.Offset {
			fail("instruction %d at %d, expected %d", i, in.Start, at)
		}
		at = in.End
		b := c.Block(in.Block)
		if int32(i) < b.Begin || int32(i) >= b.End {
			fail("instruction %d is not in %s", i, b.ID)
		}
		if h := FindHandler(c.Handlers, in.Offset); h != int(b.Entry) {
			fail("handler %d at %d, block has %d", h, in.Offset, b.Entry)
		}
		if b.Reachable() && in.Depth < 0 || in.Depth > c.MaxDepth {
			fail("depth %d at %d", in.Depth, in.Offset)
		}
		if c.At(in.Offset) != int32(i) || c.At(in.End-2) != int32(i) {
			fail("instruction at %d not found", in.Offset)
		}
	}
	if int(at) != len(c.Bytes) {
		fail("instructions end at %d of %d", at, len(c.Bytes))
	}

	reach := reachableWithout(c, NoBlock)
	pos := int32(0)
	for i := range c.Blocks {
		b := &c.Blocks[i]
		if b.ID != BlockID(i) || b.Begin != pos || b.End <= b.Begin {
			fail("%s is out of place", b.ID)
		}
		pos = b.End
		if b.Reachable() != reach[i] || b.Reachable() && c.Order[b.Order] != b.ID {
			fail("%s: reachable %t", b.ID, b.Reachable())
		}
		for _, s := range b.Succs() {
			to := c.Block(s)
			if s != b.Handler && !slices.Contains(to.Preds, b.ID) || s == b.Handler && !slices.Contains(to.Raisers, b.ID) {
				fail("edge from %s to %s has no way back", b.ID, s)
			}
			if b.Reachable() && to.Order <= b.Order && !c.Irreducible && !to.LoopHeader {
				fail("edge from %s back to %s, which is no loop header", b.ID, s)
			}
		}
		if !slices.IsSorted(b.Preds) || !slices.IsSorted(b.Raisers) {
			fail("%s: predecessors are not in order", b.ID)
		}
		for _, p := range b.Preds {
			if q := c.Block(p); q.Next != b.ID && q.Taken != b.ID {
				fail("%s does not lead to %s", p, b.ID)
			}
		}
	}
	if len(c.Blocks) > 60 {
		return // what follows is quadratic
	}

	// a dominates b when b cannot be reached without a.
	dominates := make([][]bool, len(c.Blocks))
	for a := range c.Blocks {
		dominates[a] = make([]bool, len(c.Blocks))
		without := reachableWithout(c, BlockID(a))
		for b := range c.Blocks {
			dominates[a][b] = reach[a] && reach[b] && !without[b]
		}
	}
	for a := range c.Blocks {
		for b := range c.Blocks {
			if reach[a] && reach[b] && c.Dominates(BlockID(a), BlockID(b)) != dominates[a][b] {
				fail("B%d dominates B%d: %t", a, b, !dominates[a][b])
			}
		}
	}

	// A loop is what its header dominates and what reaches a latch without
	// passing the header.
	headers := map[BlockID]bool{}
	for i := range c.Loops {
		l := &c.Loops[i]
		if headers[l.Header] || !c.Block(l.Header).LoopHeader {
			fail("loop header %s", l.Header)
		}
		headers[l.Header] = true
		var latches, body []BlockID
		for b := range c.Blocks {
			if reach[b] && slices.Contains(c.Blocks[b].Succs(), l.Header) && dominates[l.Header][b] {
				latches = append(latches, BlockID(b))
			}
		}
		for b := range c.Blocks {
			if !dominates[l.Header][b] {
				continue
			}
			ahead := reachableFrom(c, BlockID(b), l.Header)
			if BlockID(b) == l.Header || slices.ContainsFunc(latches, func(x BlockID) bool { return ahead[x] }) {
				body = append(body, BlockID(b))
			}
		}
		if !slices.Equal(latches, l.Latches) || !slices.Equal(body, l.Blocks) {
			fail("loop of %s: latches %v, expected %v; blocks %v, expected %v", l.Header, l.Latches, latches, l.Blocks, body)
		}
		if l.Parent != NoLoop {
			p := &c.Loops[l.Parent]
			if l.Parent >= LoopID(i) || !slices.Contains(p.Blocks, l.Header) || len(p.Blocks) <= len(l.Blocks) {
				fail("loop of %s is not inside that of %s", l.Header, p.Header)
			}
		}
	}
	for i := range c.Blocks {
		b := &c.Blocks[i]
		depth := int32(0)
		for j := range c.Loops {
			if slices.Contains(c.Loops[j].Blocks, b.ID) {
				depth++
			}
		}
		if c.LoopDepth(b.ID) != depth || b.LoopHeader != headers[b.ID] {
			fail("%s: loop depth %d, expected %d", b.ID, c.LoopDepth(b.ID), depth)
		}
	}
}

// reachableWithout returns the blocks that the entry leads to when one block
// is taken away.
func reachableWithout(c *Code, without BlockID) []bool {
	if without == 0 {
		return make([]bool, len(c.Blocks))
	}
	return reachableFrom(c, 0, without)
}

// reachableFrom returns the blocks that a block leads to, itself included,
// when another one is taken away.
func reachableFrom(c *Code, from, without BlockID) []bool {
	seen := make([]bool, len(c.Blocks))
	if from == without {
		return seen
	}
	seen[from] = true
	work := []BlockID{from}
	for len(work) > 0 {
		b := c.Block(work[len(work)-1])
		work = work[:len(work)-1]
		for _, s := range b.Succs() {
			if s != without && !seen[s] {
				seen[s] = true
				work = append(work, s)
			}
		}
	}
	return seen
}
