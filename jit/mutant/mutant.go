// Package mutant is for tests that feed readers with what is almost right: inputs that
// random edits make of good ones. The same ones each time, so that a test which passes goes on
// passing; Go's own fuzzing, guided by coverage and different each time, is a command.
package mutant

import (
	"math/rand/v2"
	"runtime/debug"
	"testing"
)

// Each runs check with n inputs, each made of one of the seeds by one to six edits. The seeds
// must not be empty. A failure or panic names the input.
func Each(t *testing.T, seeds []string, n int, check func(t *testing.T, input string)) {
	t.Helper()
	random := rand.New(rand.NewPCG(1, uint64(len(seeds))))
	var input string
	defer func() {
		if r := recover(); r != nil {
			t.Fatalf("%q: panic: %v\n%s", input, r, debug.Stack())
		}
	}()
	for range n {
		text := []byte(seeds[random.IntN(len(seeds))])
		for range 1 + random.IntN(6) {
			text = edit(random, text, seeds[random.IntN(len(seeds))])
		}
		input = string(text)
		if check(t, input); t.Failed() {
			t.Fatalf("the input was %q", input)
		}
	}
}

// edit changes text, or returns another one; it may take parts of other.
func edit(random *rand.Rand, text []byte, other string) []byte {
	if len(text) == 0 {
		return []byte(other)
	}
	at := random.IntN(len(text))
	size := min(1+random.IntN(1<<random.IntN(6)), len(text)-at)
	part := append([]byte(nil), text[at:at+size]...)
	to := random.IntN(len(text))
	switch random.IntN(8) {
	case 0: // another byte
		text[at] = byte(random.Uint32())
	case 1: // a byte that is near
		text[at] += byte(1 - 2*random.IntN(2))
	case 2: // a bit
		text[at] ^= 1 << random.IntN(8)
	case 3: // a part is gone
		text = append(text[:at], text[at+size:]...)
	case 4: // a part is there twice
		text = append(append(append([]byte(nil), text[:to]...), part...), text[to:]...)
	case 5: // a part stands over another
		copy(text[to:], part)
	case 6: // a byte of this text stands in another place
		text[at] = text[to]
	case 7: // a part comes from elsewhere
		from := random.IntN(len(other))
		piece := other[from:min(from+size, len(other))]
		text = append(append(append([]byte(nil), text[:at]...), piece...), text[at+size:]...)
	}
	return text
}
