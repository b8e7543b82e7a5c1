package tests_go

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/opt"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

// twist changes what a snapshot says of the past and of classes: records of feedback
// disappear, name other objects of their kind, guards on any class have failed, branches
// went otherwise, classes have other traits. All of that can be, and none of it may confuse
// the compiler.
func twist(s *snapshot.Snapshot, edits []byte) {
	code := s.RootCode()
	byKind := map[snapshot.Kind][]snapshot.ID{}
	for id := range s.Objects {
		if id > 0 {
			kind := s.Objects[id].Kind
			byKind[kind] = append(byKind[kind], snapshot.ID(id))
		}
	}
	types := byKind[snapshot.KindType]
	like := func(id snapshot.ID, arg int) snapshot.ID {
		if id == snapshot.NoObject {
			return id
		}
		same := byKind[s.Object(id).Kind]
		return same[arg%len(same)]
	}
	for ; len(edits) >= 4 && len(code.Feedback) > 0; edits = edits[4:] {
		at, arg := int(edits[1])%len(code.Feedback), int(edits[2])|int(edits[3])<<8
		f := &code.Feedback[at]
		switch edits[0] % 7 {
		case 0:
			code.Feedback = append(code.Feedback[:at:at], code.Feedback[at+1:]...)
		case 1:
			failed := snapshot.Feedback{Offset: f.Offset, Kind: snapshot.GuardFailed, Type: types[arg%len(types)], Value: int64(1 + arg%40)}
			for at > 0 && code.Feedback[at-1].Offset == failed.Offset {
				at--
			}
			code.Feedback = append(code.Feedback[:at:at], append([]snapshot.Feedback{failed}, code.Feedback[at:]...)...)
		case 2:
			f.Type = like(f.Type, arg)
		case 3:
			f.Object = like(f.Object, arg)
		case 4:
			if f.Kind == snapshot.BranchHistory {
				f.Value = int64(arg)
			}
		case 5:
			c := s.Class(types[arg%len(types)])
			c.Traits ^= 1 << (edits[3] % 22)
		case 6:
			c := s.Class(types[arg%len(types)])
			if len(c.Attrs) > 0 {
				a := &c.Attrs[int(edits[3])%len(c.Attrs)]
				a.Value = like(a.Value, arg)
			}
		}
	}
}

// compileTwisted compiles one function of the corpus with every check.
func compileTwisted(t *testing.T, encoded, edits []byte, how byte) {
	s, err := snapshot.Decode(encoded)
	if err != nil {
		t.Fatal(err)
	}
	twist(s, edits)
	o := jit.Options{Verify: true, CheckAllocation: true, SpillEverything: how&1 != 0, IgnoreFeedback: how&2 != 0, ForceExits: how&4 != 0}
	if how&8 != 0 {
		o.DisabledPasses = append(o.DisabledPasses, opt.Passes[int(how>>4)%len(opt.Passes)].Name)
	}
	var bug *jit.Bug
	if _, err := jit.Compile(s, o); errors.As(err, &bug) {
		t.Fatalf("%+v: %v\n%s", o, bug, bug.Stack)
	}
}

// FuzzCompile lets the fuzzer choose the function, what is wrong with its snapshot and how
// it is compiled.
func FuzzCompile(f *testing.F) {
	all := corpus(f)
	f.Add(uint16(0), []byte{1, 0, 3, 0}, byte(0))
	f.Add(uint16(17), []byte{2, 5, 9, 1, 3, 2, 1, 0}, byte(1))
	f.Fuzz(func(t *testing.T, number uint16, edits []byte, how byte) {
		compileTwisted(t, all[int(number)%len(all)], edits, how)
	})
}

// TestTwistedSnapshots is a short run of the same.
func TestTwistedSnapshots(t *testing.T) {
	all := corpus(t)
	runs := 2 * len(all)
	if testing.Short() {
		runs = len(all) / 8
	}
	random := rand.New(rand.NewPCG(1, 2))
	for run := range runs {
		edits := make([]byte, 4*(1+random.IntN(12)))
		for i := range edits {
			edits[i] = byte(random.Uint32())
		}
		compileTwisted(t, all[run%len(all)], edits, byte(random.Uint32()))
	}
}
