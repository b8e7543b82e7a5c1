package aarch64

import "testing"

// row is a call of an encoder, the word, and GNU's text for it.
type row struct {
	got  Word
	want Word
	text string
}

// allRows gathers the tables of rows_*_test.go.
func allRows() []row {
	var rows []row
	for _, t := range [][]row{integerRows, memoryRows, floatRows, controlRows} {
		rows = append(rows, t...)
	}
	return rows
}

// TestRows compares the calls with the words in the tables, and the words with what GNU as makes of
// the text.
func TestRows(t *testing.T) {
	rows := allRows()
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = r.text
		if r.got != r.want {
			t.Errorf("%s: encoded as %08x, the table has %08x", r.text, r.got, r.want)
		}
	}
	for i, w := range gnuAssemble(t, lines) {
		if r := rows[i]; w != r.want {
			t.Errorf("%s: GNU as gives %08x, the table has %08x", r.text, w, r.want)
		}
	}
}
