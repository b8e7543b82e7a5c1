package build

import (
	"slices"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// completePhis gives the headers' phis their operands.
func (b *builder) completePhis() {
	for _, h := range b.headers {
		if h == nil {
			continue
		}
		for i := range h.phis {
			b.f.SetArgs(h.phis[i].phi, h.phis[i].args...)
		}
	}
}

// finish completes the function: constants at the entry, removal of phis that
// join one value, types of the rest.
func (b *builder) finish() {
	for _, v := range b.entry {
		b.f.At(v).Block = 0
	}
	if t := b.f.Terminator(0); t != 0 && b.f.At(t).Op == hir.Entries && len(b.f.Blocks[0].Succs) == 1 {
		// No handler has come up.
		b.f.At(t).Op = hir.Jump
	}
	b.f.Blocks[0].Instrs = append(slices.Clip(b.entry), b.f.Blocks[0].Instrs...)

	c := &cleaner{f: b.f, to: make([]hir.Value, len(b.f.Instrs))}
	c.phis = b.collectPhis()
	c.removeTrivialPhis()
	b.decideGuards(c)
	c.removeNullGuards()
	c.apply()
	b.splitCaught()
}

func (b *builder) collectPhis() []hir.Value {
	var phis []hir.Value
	for i := range b.f.Blocks {
		for _, v := range b.f.Blocks[i].Instrs {
			if b.f.At(v).Op != hir.Phi {
				break
			}
			phis = append(phis, v)
		}
	}
	return phis
}

// cleaner replaces values by others.
type cleaner struct {
	f    *hir.Func
	to   []hir.Value // by value: its replacement, 0 for none
	phis []hir.Value

	landed []landed // typed like phis
}

func (c *cleaner) resolve(v hir.Value) hir.Value {
	for c.to[v] != 0 {
		v = c.to[v]
	}
	return v
}

// removeTrivialPhis replaces phis all of whose operands are, guards aside, the
// phi itself or one other value.
func (c *cleaner) removeTrivialPhis() {
	for changed := true; changed; {
		changed = false
		for _, p := range c.phis {
			if c.to[p] != 0 {
				continue
			}
			if v := c.only(p); v != 0 {
				c.to[p] = v
				changed = true
			}
		}
	}
	c.phis = slices.DeleteFunc(c.phis, func(p hir.Value) bool { return c.to[p] != 0 })
}

// only returns the one value that p joins, or 0.
func (c *cleaner) only(p hir.Value) hir.Value {
	base := hir.Value(0)
	for i, n := 0, c.f.NArgs(p); i < n; i++ {
		v := c.resolve(c.f.Arg(p, i))
		switch {
		case c.derived(v, p):
		case base == 0:
			base = v
		default:
			if base = c.common(base, v); base == 0 {
				return 0
			}
		}
	}
	return base
}

// up follows an alias to its operand; 0 at the end.
func (c *cleaner) up(v hir.Value) hir.Value {
	if c.f.At(v).Op.Info().Own != hir.OwnAlias {
		return 0
	}
	return c.resolve(c.f.Arg(v, 0))
}

func (c *cleaner) derived(v, from hir.Value) bool {
	for ; v != 0; v = c.up(v) {
		if v == from {
			return true
		}
	}
	return false
}

func (c *cleaner) common(x, y hir.Value) hir.Value {
	for ; x != 0; x = c.up(x) {
		if c.derived(y, x) {
			return x
		}
	}
	return 0
}

// typePhis finds the types of phis: it starts from "no value" and widens until
// nothing changes. Types of other instructions stay as the builder set them,
// except that aliases have no more kinds than their operand.
func (c *cleaner) typePhis() {
	for _, p := range c.phis {
		c.f.At(p).Type = hir.Type{}
	}
	for _, l := range c.landed {
		c.f.At(l.value).Type = hir.Type{}
	}
	for changed := true; changed; {
		changed = false
		for _, p := range c.phis {
			t := c.f.At(p).Type
			for i, n := 0, c.f.NArgs(p); i < n; i++ {
				t = t.Union(c.typeOf(c.resolve(c.f.Arg(p, i))))
			}
			if t != c.f.At(p).Type {
				c.f.At(p).Type = t
				changed = true
			}
		}
		for _, l := range c.landed {
			t := c.f.At(l.value).Type
			for _, v := range l.sources {
				t = t.Union(boxedType(c.typeOf(c.resolve(v))))
			}
			if t != c.f.At(l.value).Type {
				c.f.At(l.value).Type = t
				changed = true
			}
		}
	}
}

func (c *cleaner) typeOf(v hir.Value) hir.Type {
	t := c.f.At(v).Type
	if up := c.up(v); up != 0 {
		if u := c.typeOf(up); u.Bits&t.Bits != 0 || u.Bits == 0 {
			t.Bits &= u.Bits
		}
	}
	if t.Bits == 0 {
		return hir.Type{}
	}
	return t
}

// removeNullGuards removes guards against NULL of values that never are.
func (c *cleaner) removeNullGuards() {
	for i := range c.f.Blocks {
		for _, v := range c.f.Blocks[i].Instrs {
			if c.f.At(v).Op != hir.GuardNotNull {
				continue
			}
			if up := c.up(v); c.f.At(up).Type.Is(hir.BitObject) {
				c.to[v] = up
			}
		}
	}
}

// apply rewrites operands and frame states and drops what was replaced.
func (c *cleaner) apply() {
	f := c.f
	for i := range f.Blocks {
		b := &f.Blocks[i]
		kept := b.Instrs[:0]
		for _, v := range b.Instrs {
			if c.to[v] != 0 {
				f.At(v).Dead = true
				continue
			}
			for j, n := 0, f.NArgs(v); j < n; j++ {
				if a := f.Arg(v, j); c.to[a] != 0 {
					f.SetArg(v, j, c.resolve(a))
				}
			}
			kept = append(kept, v)
		}
		b.Instrs = kept
	}
	done := map[*hir.Value]bool{}
	for i := range f.Frames {
		fs := &f.Frames[i]
		if len(fs.Locals) > 0 && !done[&fs.Locals[0]] {
			done[&fs.Locals[0]] = true
			c.rewrite(fs.Locals)
		}
		c.rewrite(fs.Stack)
		if fs.Callee != 0 {
			fs.Callee = c.resolve(fs.Callee)
		}
	}
}

func (c *cleaner) rewrite(vs []hir.Value) {
	for i, v := range vs {
		if v != 0 && c.to[v] != 0 {
			vs[i] = c.resolve(v)
		}
	}
}
