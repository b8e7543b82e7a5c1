package bytecode

import (
	"strconv"
	"strings"
	"testing"
)

// assemble makes code of a text with an instruction a line:
//
//	head: FOR_ITER done
//	      STORE_FAST 1
//
// An oparg is a number or a label; after a label +N moves the target by N
// bytes. Caches are zero; opargs above 255 get prefixes.
func assemble(t testing.TB, text string) []byte {
	t.Helper()
	type line struct {
		op       Op
		arg      int
		label    string
		prefixes int
		at       int // of the first prefix
	}
	var lines []line
	labels := map[string]int{} // label to line
	for _, l := range strings.Split(text, "\n") {
		if label, rest, ok := strings.Cut(l, ":"); ok {
			labels[strings.TrimSpace(label)] = len(lines)
			l = rest
		}
		w := strings.Fields(l)
		if len(w) == 0 {
			continue
		}
		op, ok := Lookup(w[0])
		if !ok {
			t.Fatalf("no opcode %s", w[0])
		}
		a := line{op: op}
		if len(w) > 1 {
			var err error
			if a.arg, err = strconv.Atoi(w[1]); err != nil {
				a.label = w[1]
			}
		}
		lines = append(lines, a)
	}
	// Lay out until no oparg needs more prefixes.
	for changed := true; changed; {
		changed = false
		at := 0
		for i := range lines {
			lines[i].at = at
			at += 2*lines[i].prefixes + 2 + 2*int(lines[i].op.Info().Caches)
		}
		for i := range lines {
			a := &lines[i]
			if a.label != "" {
				name, by, _ := strings.Cut(a.label, "+")
				n, ok := labels[name]
				if !ok {
					t.Fatalf("no label %s", name)
				}
				target := at
				if n < len(lines) {
					target = lines[n].at
				}
				if by != "" {
					move, _ := strconv.Atoi(by)
					target += move
				}
				end := a.at + 2*a.prefixes + 2 + 2*int(a.op.Info().Caches)
				a.arg = (target - end) / 2
				if k := a.op.Base().Info().Arg; k == ArgBackward || k == ArgOrigin {
					a.arg = -a.arg
				}
			}
			need := 0
			for v := a.arg >> 8; v > 0; v >>= 8 {
				need++
			}
			if need > a.prefixes {
				a.prefixes, changed = need, true
			}
		}
	}
	var code []byte
	for _, a := range lines {
		for p := a.prefixes; p > 0; p-- {
			code = append(code, byte(OpExtendedArg), byte(a.arg>>(8*p)))
		}
		code = append(code, byte(a.op), byte(a.arg))
		code = append(code, make([]byte, 2*int(a.op.Info().Caches))...)
	}
	return code
}

// exceptionTable encodes entries of start, end, target, depth and lasti.
func exceptionTable(entries ...[5]int) []byte {
	var table []byte
	for _, e := range entries {
		first := true
		for _, v := range []int{e[0] / 2, (e[1] - e[0]) / 2, e[2] / 2, e[3]<<1 | e[4]} {
			shift := 0
			for v>>(shift+6) != 0 {
				shift += 6
			}
			for ; shift >= 0; shift -= 6 {
				b := byte(v >> shift & 0x3f)
				if shift > 0 {
					b |= 0x40
				}
				if first {
					b |= 0x80
					first = false
				}
				table = append(table, b)
			}
		}
	}
	return table
}
