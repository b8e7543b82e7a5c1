package aarch64

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
)

// form makes instances of one instruction form: the encoder's word and GNU's text for it, written
// independently of the encoder.
type form struct {
	name string
	make func(g *generator) (Word, string)
}

// generator gives operands: in the first rounds the boundaries, then random ones.
type generator struct {
	rng   *rand.Rand
	round int
}

func (g *generator) pick(boundaries []int64, random func() int64) int64 {
	if g.round < len(boundaries) {
		return boundaries[g.round]
	}
	if g.rng.Intn(4) == 0 {
		return boundaries[g.rng.Intn(len(boundaries))]
	}
	return random()
}

// between picks from lo…hi, boundaries first, in multiples of step.
func (g *generator) between(lo, hi, step int64) int64 {
	n := (hi-lo)/step + 1
	random := func() int64 { return lo + step*g.rng.Int63n(n) }
	if lo < 0 && hi > 0 {
		return g.pick([]int64{lo, hi, 0, step, -step}, random)
	}
	return g.pick([]int64{lo, hi, lo + step, hi - step}, random)
}

func (g *generator) below(n uint32) uint32 { return uint32(g.between(0, int64(n)-1, 1)) }

func (g *generator) width() Width { return Width(g.rng.Intn(2)) }
func (g *generator) float() Float { return Float(g.rng.Intn(2)) }
func (g *generator) cond() Cond   { return Cond(g.rng.Intn(14)) } // AL would be another text
func (g *generator) flags() Flags { return Flags(g.rng.Intn(16)) }
func (g *generator) bool() bool   { return g.rng.Intn(2) == 1 }

// gp is X0…X30 or XZR, sp is X0…X30 or SP, low is X0…X30, fp is V0…V31.
func (g *generator) gp() Reg  { return Reg(g.rng.Intn(32)) }
func (g *generator) low() Reg { return Reg(g.rng.Intn(31)) }
func (g *generator) fp() Reg  { return V0 + Reg(g.rng.Intn(32)) }
func (g *generator) sp() Reg {
	if n := g.rng.Intn(32); n < 31 {
		return Reg(n)
	}
	return SP
}

// other is a register of X0…X30 that is none of those given.
func (g *generator) other(than ...Reg) Reg {
next:
	for {
		r := g.low()
		for _, t := range than {
			if r == t {
				continue next
			}
		}
		return r
	}
}

func allForms() []form {
	var forms []form
	for _, f := range [][]form{arithForms(), logicalForms(), moveForms(), bitfieldForms(), multiplyForms(),
		selectForms(), memoryForms(), pairForms(), atomicForms(), floatForms(), convertForms(), vectorForms(),
		branchForms(), systemForms()} {
		forms = append(forms, f...)
	}
	return forms
}

const roundsPerForm = 48

// TestForms assembles every form with boundary and random operands in one run of GNU as and
// compares the words. The second half of the lines is our disassembly of the same words: it
// must assemble to what it came from.
func TestForms(t *testing.T) {
	rng := rand.New(rand.NewSource(20260711))
	var words []Word
	var lines, names []string
	for _, f := range allForms() {
		for round := range roundsPerForm {
			w, text := f.make(&generator{rng, round})
			words = append(words, w)
			lines = append(lines, text)
			names = append(names, f.name)
		}
	}
	n := len(words)
	for i, w := range words {
		text, ok := reassemblable(w)
		if !ok {
			t.Errorf("%s: %08x (%s) is not disassembled", names[i], w, lines[i])
			text = "nop"
		}
		lines = append(lines, text)
	}
	t.Logf("%d forms, %d words", n/roundsPerForm, n)
	got := gnuAssemble(t, lines)
	failures := map[string]int{}
	fail := func(name, format string, args ...any) {
		if failures[name]++; failures[name] <= 3 {
			t.Errorf(format, args...)
		}
	}
	for i, w := range words {
		if got[i] != w {
			fail(names[i], "%s: %s: encoded as %08x, GNU as gives %08x", names[i], lines[i], w, got[i])
		}
		if got[n+i] != w {
			fail("dis "+names[i], "%s: %08x (%s) disassembled as %s, which is %08x",
				names[i], w, lines[i], lines[n+i], got[n+i])
		}
	}
}

// reassemblable is our text of w in a form that as takes, or !ok when we have none.
func reassemblable(w Word) (text string, ok bool) {
	text = wordText(w, func(rel int64) string { return fmt.Sprintf(".%+d", rel) })
	return text, !strings.HasPrefix(text, ".inst")
}
