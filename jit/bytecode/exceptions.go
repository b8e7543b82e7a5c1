package bytecode

import "sort"

// Handler is an entry of the exception table: an exception raised by an
// instruction in [Start, End) continues at Target. Offsets are in bytes.
type Handler struct {
	Start, End int32
	Target     int32

	// Depth is the number of stack values that are kept. Above them the offset
	// of the raising instruction is pushed if Lasti is set, then the exception.
	Depth int32
	Lasti bool
}

// EntryDepth is the number of stack values that the handler finds.
func (h *Handler) EntryDepth() int32 {
	if h.Lasti {
		return h.Depth + 2
	}
	return h.Depth + 1
}

// ParseExceptionTable decodes co_exceptiontable. Entries come out in
// ascending order without overlap, as CPython's lookup needs them; a table
// that is not like that is an error.
func ParseExceptionTable(table []byte) ([]Handler, error) {
	var handlers []Handler
	for pos := 0; pos < len(table); {
		at := pos
		if table[pos]&0x80 == 0 {
			return nil, &Error{-1, "exception table out of step"}
		}
		var v [4]int64
		for i := range v {
			for {
				if pos >= len(table) || (pos > at && table[pos]&0x80 != 0) {
					return nil, &Error{-1, "exception table entry is cut off"}
				}
				b := table[pos]
				pos++
				v[i] = v[i]<<6 | int64(b&0x3f)
				if v[i] > 2*maxUnits {
					return nil, &Error{-1, "exception table value out of range"}
				}
				if b&0x40 == 0 {
					break
				}
			}
		}
		if v[1] == 0 || v[0]+v[1] > maxUnits || v[2] > maxUnits {
			return nil, &Error{-1, "exception table range out of range"}
		}
		h := Handler{
			Start: int32(2 * v[0]), End: int32(2 * (v[0] + v[1])), Target: int32(2 * v[2]),
			Depth: int32(v[3] >> 1), Lasti: v[3]&1 != 0,
		}
		if n := len(handlers); n > 0 && handlers[n-1].End > h.Start {
			return nil, &Error{-1, "exception table is not in order"}
		}
		handlers = append(handlers, h)
	}
	return handlers, nil
}

// FindHandler returns the index of the entry that covers an offset, -1 if none
// does: the exception then leaves the frame.
func FindHandler(handlers []Handler, offset int32) int {
	i := sort.Search(len(handlers), func(i int) bool { return handlers[i].End > offset })
	if i < len(handlers) && handlers[i].Start <= offset {
		return i
	}
	return -1
}
