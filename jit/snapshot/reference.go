package snapshot

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// reference.txt has the layout and the well-known objects of CPython 3.14 on
// AArch64 Linux, as the C side found them; a Python test refreshes it.
//
//go:embed reference.txt
var referenceText string

var reference = sync.OnceValue(func() *Snapshot {
	s, err := ParseReference(referenceText)
	if err != nil {
		panic(err)
	}
	return s
})

// Reference returns a snapshot with nothing but the layout and the well-known
// objects of the interpreter for which the tests' snapshots were made. It is
// for tests and tools: a real compilation brings its own. It must not be
// changed.
func Reference() *Snapshot { return reference() }

// FormatReference writes the layout and the well-known objects of a snapshot in
// the form of the reference file.
func FormatReference(s *Snapshot) string {
	p := &printer{}
	for i, f := range LayoutFields {
		p.line("layout %s=%d", f.Name, s.Layout.Field(i))
	}
	for id := ID(1); id <= NumWellKnown && int(id) < len(s.Objects); id++ {
		p.object(s, id)
	}
	return p.text.String()
}

// ParseReference is the inverse of FormatReference.
func ParseReference(text string) (s *Snapshot, err error) {
	p := &parser{lines: strings.Split(text, "\n")}
	defer func() {
		if r := recover(); r != nil {
			fail, ok := r.(*ParseError)
			if !ok {
				panic(r)
			}
			s, err = nil, fail
		}
	}()
	s = &Snapshot{Layout: &Layout{}, Objects: make([]Object, 1, NumWellKnown+1)}
	fields := 0
	for p.next() {
		if p.items[0].value == "layout" {
			field := p.want(1)[0]
			if err := s.Layout.SetByName(field.key, p.number(field, 64)); err != nil {
				p.fail("%v", err)
			}
			fields++
			continue
		}
		if want := ID(len(s.Objects)).Ref(); p.items[0].value != want {
			p.fail("object is %s, want %s", p.items[0].value, want)
		}
		o := Object{}
		p.object(&o)
		s.Objects = append(s.Objects, o)
	}
	if fields != len(LayoutFields) {
		return nil, fmt.Errorf("snapshot: reference has %d layout fields, want %d", fields, len(LayoutFields))
	}
	if len(s.Objects) != int(NumWellKnown)+1 {
		return nil, fmt.Errorf("snapshot: reference has %d objects, want %d", len(s.Objects)-1, NumWellKnown)
	}
	for i := 1; i < len(s.Objects); i++ {
		if err := s.checkObject(&s.Objects[i]); err != nil {
			return nil, fmt.Errorf("snapshot: reference object %s: %w", ID(i).Ref(), err)
		}
	}
	return s, nil
}
