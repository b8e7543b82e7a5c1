package bytecode

// findDepths computes the number of stack values before each instruction by
// following all paths, and checks that paths which meet agree.
func (c *Code) findDepths() error {
	work := make([]BlockID, 0, len(c.Order))
	enter := func(id BlockID, depth int32, from *Instr) error {
		b := &c.Blocks[id]
		switch b.Depth {
		case depth:
		case -1:
			b.Depth = depth
			c.MaxDepth = max(c.MaxDepth, depth)
			work = append(work, id)
		default:
			return errorAt(from.Offset, "stack depth %d where %s has %d", depth, id, b.Depth)
		}
		return nil
	}
	c.Blocks[0].Depth = 0
	work = append(work, 0)
	for len(work) > 0 {
		b := &c.Blocks[work[len(work)-1]]
		work = work[:len(work)-1]
		depth, taken := b.Depth, int32(0)
		for i := b.Begin; i < b.End; i++ {
			in := &c.Instrs[i]
			in.Depth = depth
			info := &infos[in.Base]
			pops, pushes := info.Pops.At(in.Arg), info.Pushes.At(in.Arg)
			if pops < 0 || int64(pops) > int64(depth) {
				return errorAt(in.Offset, "%s takes %d of %d stack values", in.Op, pops, depth)
			}
			if b.Handler != NoBlock && in.CanRaise() {
				h := &c.Handlers[b.Entry]
				if depth < h.Depth {
					return errorAt(in.Offset, "handler keeps %d of %d stack values", h.Depth, depth)
				}
				if err := enter(b.Handler, h.EntryDepth(), in); err != nil {
					return err
				}
			}
			if pushes < 0 || int64(depth)-int64(pops)+int64(pushes) > maxDepth {
				return errorAt(in.Offset, "stack too deep")
			}
			taken = depth - int32(pops) + int32(pushes)
			if in.Base == OpForIter {
				taken = depth // nothing is pushed by an exhausted iterator
			}
			depth += int32(pushes) - int32(pops)
			c.MaxDepth = max(c.MaxDepth, depth)
		}
		last := &c.Instrs[b.End-1]
		if b.Next != NoBlock {
			if err := enter(b.Next, depth, last); err != nil {
				return err
			}
		}
		if b.Taken != NoBlock {
			if err := enter(b.Taken, taken, last); err != nil {
				return err
			}
		}
		if last.Base == OpForIter {
			end := &c.Instrs[last.Target]
			if eb := &c.Blocks[end.Block]; !eb.Reachable() {
				end.Depth, eb.Depth = depth, depth
			}
		}
	}
	return nil
}

// maxDepth is far above any stack that CPython allows a frame.
const maxDepth = 1 << 24
