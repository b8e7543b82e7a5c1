package opt

import "math/bits"

// bitset is a set of small integers of fixed capacity.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (s bitset) has(i int32) bool { return s[i>>6]>>(i&63)&1 != 0 }
func (s bitset) set(i int32)      { s[i>>6] |= 1 << (i & 63) }
func (s bitset) clear(i int32)    { s[i>>6] &^= 1 << (i & 63) }
func (s bitset) copy(t bitset)    { copy(s, t) }
func (s bitset) clone() bitset    { return append(bitset(nil), s...) }

// union adds t to s and reports whether s grew.
func (s bitset) union(t bitset) bool {
	grew := false
	for i, w := range t {
		if w&^s[i] != 0 {
			s[i] |= w
			grew = true
		}
	}
	return grew
}

// flow sets s to use ∪ (out − def) and reports whether it changed.
func (s bitset) flow(use, def, out bitset) bool {
	changed := false
	for i := range s {
		if w := use[i] | out[i]&^def[i]; w != s[i] {
			s[i] = w
			changed = true
		}
	}
	return changed
}

// each calls fn for the members in ascending order; fn may remove members.
func (s bitset) each(fn func(int32)) {
	for i, w := range s {
		for w != 0 {
			fn(int32(i<<6 + bits.TrailingZeros64(w)))
			w &= w - 1
		}
	}
}
