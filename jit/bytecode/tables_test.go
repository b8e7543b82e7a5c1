package bytecode

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExceptionTable(t *testing.T) {
	table := exceptionTable([5]int{4, 6, 20, 0, 0}, [5]int{6, 300, 9000, 3, 1}, [5]int{302, 304, 0, 70, 0})
	got, err := ParseExceptionTable(table)
	if err != nil {
		t.Fatal(err)
	}
	want := []Handler{{4, 6, 20, 0, false}, {6, 300, 9000, 3, true}, {302, 304, 0, 70, false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for offset, index := range map[int32]int{0: -1, 3: -1, 4: 0, 5: 0, 6: 1, 299: 1, 300: -1, 302: 2, 303: 2, 304: -1} {
		if i := FindHandler(got, offset); i != index {
			t.Errorf("handler of %d is %d, not %d", offset, i, index)
		}
	}
	if got[0].EntryDepth() != 1 || got[1].EntryDepth() != 5 {
		t.Errorf("entry depths %d, %d", got[0].EntryDepth(), got[1].EntryDepth())
	}
}

func TestExceptionTableErrors(t *testing.T) {
	good := exceptionTable([5]int{4, 6, 20, 0, 0})
	for name, table := range map[string][]byte{
		"no begin mark":      good[1:],
		"cut off":            good[:3],
		"cut off in a value": {0x80, 0x41},
		"mark in the middle": {0x80, 0x01, 0x80, 0x00},
		"empty range":        exceptionTable([5]int{4, 4, 20, 0, 0}),
		"overlap":            exceptionTable([5]int{4, 8, 20, 0, 0}, [5]int{6, 10, 20, 0, 0}),
		"out of order":       exceptionTable([5]int{8, 10, 20, 0, 0}, [5]int{4, 6, 20, 0, 0}),
		"huge value":         {0xff, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x3f, 1, 0, 0},
	} {
		if got, err := ParseExceptionTable(table); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestLineTable(t *testing.T) {
	table := []byte{
		0x80 | 0<<3 | 0, 0x52, // short form 0: columns 5 to 7 of the same line
		0x80 | 3<<3 | 1, 0x2f, // short form 3, two units: columns 26 to 41
		0x80 | 12<<3 | 0, 200, 210, // two lines further
		0x80 | 13<<3 | 0, 3, // no columns, one line back
		0x80 | 14<<3 | 7, 2, 4, 0x40 | 1, 1, 3, // long: +1 line, 4 lines high, columns 64 and 2
		0x80 | 15<<3 | 2,             // none, three units
		0x80 | 14<<3 | 0, 0, 0, 0, 0, // long without columns
	}
	got, err := ParseLineTable(table, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := LineTable{
		{0, 2, 10, 10, 5, 7},
		{2, 6, 10, 10, 26, 41},
		{6, 8, 12, 12, 200, 210},
		{8, 10, 11, 11, -1, -1},
		{10, 26, 12, 16, 64, 2},
		{26, 32, -1, -1, -1, -1},
		{32, 34, 12, 12, -1, -1},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for offset, line := range map[int32]int32{0: 10, 4: 10, 6: 12, 25: 12, 26: -1, 33: 12, 34: -1, -2: -1} {
		if l := got.At(offset); l.Line != line {
			t.Errorf("line of %d is %d, not %d", offset, l.Line, line)
		}
	}
	for name, bad := range map[string][]byte{
		"no begin mark":      {0x00},
		"cut off":            {0x80 | 12<<3, 1},
		"cut off in a value": {0x80 | 13<<3, 0x41},
		"mark in a value":    {0x80 | 13<<3, 0x80},
		"huge value":         {0x80 | 13<<3, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x01},
	} {
		if got, err := ParseLineTable(bad, 1); err == nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}
