package hir

// Order is a traversal order of the reachable blocks with their dominators.
type Order struct {
	RPO   []BlockID // reverse post-order, entry first
	Index []int32   // position in RPO by block; -1 = unreachable
	Idom  []BlockID // immediate dominator by block; the entry's is itself
	pre   []int32   // dominator tree numbering, for Dominates
	post  []int32
	Kids  [][]BlockID // dominator tree children by block, in RPO
}

// ComputeOrder computes the reverse post-order and the dominator tree (Cooper,
// Harvey and Kennedy, "A Simple, Fast Dominance Algorithm").
func (f *Func) ComputeOrder() *Order {
	n := len(f.Blocks)
	o := &Order{Index: make([]int32, n), Idom: make([]BlockID, n), pre: make([]int32, n), post: make([]int32, n), Kids: make([][]BlockID, n)}
	type item struct {
		b    BlockID
		next int
	}
	seen := make([]bool, n)
	post := make([]BlockID, 0, n)
	stack := []item{{0, 0}}
	seen[0] = true
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		succs := f.Blocks[top.b].Succs
		if top.next < len(succs) {
			// Successors are visited last first, so that the first
			// successor comes first in the reverse order.
			s := succs[len(succs)-1-top.next]
			top.next++
			if !seen[s] {
				seen[s] = true
				stack = append(stack, item{s, 0})
			}
			continue
		}
		post = append(post, top.b)
		stack = stack[:len(stack)-1]
	}
	for i := range o.Index {
		o.Index[i] = -1
		o.Idom[i] = -1
	}
	for i := len(post) - 1; i >= 0; i-- {
		o.Index[post[i]] = int32(len(o.RPO))
		o.RPO = append(o.RPO, post[i])
	}
	o.Idom[0] = 0
	for changed := true; changed; {
		changed = false
		for _, b := range o.RPO[1:] {
			idom := BlockID(-1)
			for _, p := range f.Blocks[b].Preds {
				if o.Index[p] < 0 || o.Idom[p] < 0 {
					continue
				}
				if idom < 0 {
					idom = p
				} else {
					idom = o.intersect(p, idom)
				}
			}
			if o.Idom[b] != idom {
				o.Idom[b] = idom
				changed = true
			}
		}
	}
	for _, b := range o.RPO[1:] {
		o.Kids[o.Idom[b]] = append(o.Kids[o.Idom[b]], b)
	}
	clock := int32(0)
	walk := []item{{0, 0}}
	for len(walk) > 0 {
		top := &walk[len(walk)-1]
		if top.next == 0 {
			clock++
			o.pre[top.b] = clock
		}
		if top.next < len(o.Kids[top.b]) {
			top.next++
			walk = append(walk, item{o.Kids[top.b][top.next-1], 0})
			continue
		}
		clock++
		o.post[top.b] = clock
		walk = walk[:len(walk)-1]
	}
	return o
}

func (o *Order) intersect(a, b BlockID) BlockID {
	for a != b {
		for o.Index[a] > o.Index[b] {
			a = o.Idom[a]
		}
		for o.Index[b] > o.Index[a] {
			b = o.Idom[b]
		}
	}
	return a
}

// Reachable reports whether control can get to b.
func (o *Order) Reachable(b BlockID) bool { return o.Index[b] >= 0 }

// Dominates reports whether every way to b leads through a. Both must be
// reachable.
func (o *Order) Dominates(a, b BlockID) bool {
	return o.pre[a] <= o.pre[b] && o.post[b] <= o.post[a]
}
