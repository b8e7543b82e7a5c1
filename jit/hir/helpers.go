package hir

import "strings"

// Helper declares a run-time function in C, named cj_ and its name, that
// compiled code calls. The C side's table is generated from this list, and
// compiled objects refer to helpers by index into it.
type Helper struct {
	Name string
	// Args are the argument kinds in order: o object, n object or NULL, i
	// int64, f double, p pointer, a address of an array of objects.
	Args string
	// Ret is o (new reference), n (new reference or NULL without error),
	// i (int), p (pointer), f (double), 2 (two pointers in x0 and x1) or - (nothing).
	Ret string
	Doc string
}

// Helpers lists helpers that no opcode names; HelperTable has all of them.
var extraHelpers = []Helper{
	{"vectorcall", "oaip", "o", "PyObject_Vectorcall: callable, argument array (with the slot before it writable), nargsf, kwnames or NULL."},
	{"vectorcall_maybe_self", "oaip", "o", "As vectorcall; the array starts with self, or NULL when there is none; the count includes it."},
	{"handle_eval_breaker", "", "i", "Serves the eval breaker: 0 continue, 1 leave compiled code, -1 error set."},
	{"leave_frame_slow", "p", "-", "Hands the frame, already unlinked, over to its frame object."},
	{"get_tstate", "", "p", "The thread state."},
}

// HelperTable is every helper: those that the opcode table names, in opcode
// order, then the extra ones. The index is the helper's number in compiled
// objects.
var HelperTable = buildHelperTable()

func buildHelperTable() []Helper {
	var t []Helper
	for op := range Ops {
		o := &Ops[op]
		if o.Helper == "" {
			continue
		}
		t = append(t, Helper{Name: o.Helper, Args: o.helperArgs(), Ret: o.helperRet(), Doc: o.Doc})
	}
	return append(t, extraHelpers...)
}

// helperArgs derives the C arguments of an opcode's helper: the operands
// (an array and its length when variadic), then Obj, then Imm, then the array
// for the items of an unpacking.
func (o *OpInfo) helperArgs() string {
	a := strings.ReplaceAll(o.Args, "v", "p")
	if n := len(a); n > 0 && a[n-1] == '*' {
		a = a[:n-2] + "ai"
	}
	if o.UsesObj {
		a += "o"
	}
	if o.UsesImm {
		a += "i"
	}
	if o.Helper == "unpack_sequence" || o.Helper == "unpack_ex" {
		a += "a"
	}
	return a
}

func (o *OpInfo) helperRet() string {
	switch {
	case o.Helper == "load_method" || o.Helper == "load_super_method" || o.Helper == "load_special" || o.Helper == "send" || o.Helper == "async_step" || o.Helper == "check_eg_match":
		return "2"
	case o.Err == ErrMinusOne && !o.Type.Is(BitCInt):
		return "n"
	case o.Type.Is(BitNullable):
		return "o"
	case o.Type.Is(BitCFloat):
		return "f"
	case o.Err == ErrNegative || o.Type.Bits != 0:
		return "i"
	}
	return "-"
}

// HelperIndex returns the number of the named helper; an unknown name is a
// bug and panics.
func HelperIndex(name string) int {
	for i := range HelperTable {
		if HelperTable[i].Name == name {
			return i
		}
	}
	panic("hir: no helper " + name)
}
