package jit

import (
	"errors"
	"fmt"
	"hash/fnv"
)

// ErrLeftOut is the reason of functions that are not in the share that Options ask for.
var ErrLeftOut = errors.New("not in the share of functions that is compiled")

// chosen reports whether a function of that name is compiled. Compilations with the same
// options choose the same ones, in every process.
func (o *Options) chosen(name string) bool {
	if o.Share == 0 {
		return true
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%d %s", o.ShareSeed, name)
	// The lowest bits of the sum know little of what came first.
	return (h.Sum64()>>32)%100 < uint64(o.Share)
}
