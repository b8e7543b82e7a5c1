package aarch64

import "fmt"

// listing returns the disassembly annotated with LIR instructions and the names
// of what the code refers to.
func (e *emitter) listing(code Code) string {
	labels := map[uint32]string{}
	for b, l := range e.labels {
		if !e.threaded(b) {
			labels[e.a.LabelOffset(l)] = fmt.Sprintf("L%d", b)
		}
	}
	l := Listing{
		Data: code.Data, Relocs: code.Relocs, Notes: code.Notes,
		Symbol: func(s Symbol) string {
			switch s.Kind {
			case symbolHelper:
				return helperName(s.ID)
			case symbolStub:
				return stubs[s.ID]
			case symbolSelf:
				return "self"
			case symbolUnit:
				return fmt.Sprintf("unit(%d)", s.ID)
			}
			return e.f.Syms[s.ID].String()
		},
		Mark:  func(_ MarkKind, id uint32) string { return e.f.InstrString(int(id), e.res) },
		Label: func(off uint32) string { return labels[off] },
	}
	return l.Text(code.Bytes)
}
