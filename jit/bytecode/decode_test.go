package bytecode

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecode(t *testing.T) {
	code := assemble(t, `
		RESUME 0
		LOAD_FAST_BORROW_LOAD_FAST_BORROW 18
		BINARY_OP_ADD_INT 0
		LOAD_CONST 66051
		RETURN_VALUE`)
	got, err := Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	in := func(op, base Op, arg, start, offset, end int32) Instr {
		return Instr{op, base, arg, start, offset, end, -1, -1, NoBlock}
	}
	want := []Instr{
		in(OpResume, OpResume, 0, 0, 0, 2),
		in(OpLoadFastBorrowLoadFastBorrow, OpLoadFastBorrowLoadFastBorrow, 18, 2, 2, 4),
		in(OpBinaryOpAddInt, OpBinaryOp, 0, 4, 4, 16),
		in(OpLoadConst, OpLoadConst, 0x10203, 16, 20, 22),
		in(OpReturnValue, OpReturnValue, 0, 22, 22, 24),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a, b := got[1].LocalPair(); a != 1 || b != 2 {
		t.Errorf("pair %d, %d", a, b)
	}
}

func TestDecodeJumps(t *testing.T) {
	code := assemble(t, `
		head: FOR_ITER done
		      STORE_FAST 0
		      JUMP_BACKWARD head
		done: END_FOR
		      POP_JUMP_IF_NONE far
		      JUMP_FORWARD far
		far:  SEND 0
		      END_ASYNC_FOR done
		      JUMP_BACKWARD_NO_INTERRUPT far`)
	got, err := Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	var targets []int32
	for _, in := range got {
		targets = append(targets, in.Target)
	}
	if diff := cmp.Diff([]int32{3, -1, 0, -1, 6, 6, 7, 3, 6}, targets); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// A jump leads to the first prefix of its target.
func TestDecodeJumpToPrefix(t *testing.T) {
	code := assemble(t, `
		JUMP_FORWARD to
		to: LOAD_CONST 300
		RETURN_VALUE`)
	got, err := Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	if got[0].Target != 1 || got[1].Start != 2 || got[1].Offset != 4 || got[1].Arg != 300 {
		t.Errorf("%+v", got)
	}
}

func TestDecodeHidden(t *testing.T) {
	plain := assemble(t, "RESUME 0\nLOAD_CONST 300\nRETURN_VALUE")
	code := []byte{
		byte(OpInstrumentedLine), 0,
		byte(OpEnterExecutor), 7, // in place of the prefix
		byte(OpInstrumentedInstruction), 300 & 255,
		byte(OpInstrumentedReturnValue), 0,
	}
	got, err := DecodeHidden(code, plain)
	if err != nil {
		t.Fatal(err)
	}
	want, err := Decode(plain)
	if err != nil {
		t.Fatal(err)
	}
	want[2].Op = OpInstrumentedReturnValue
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, k := range []struct {
		name   string
		code   []byte
		offset int
		reason string
	}{
		{"odd length", []byte{byte(OpNop)}, 1, "odd length"},
		{"unused number", []byte{byte(OpNop), 0, unusedOp, 0}, 2, "invalid opcode 121"},
		{"cache as instruction", []byte{byte(OpCache), 0}, 0, "invalid opcode 0"},
		{"reserved", []byte{byte(OpReserved), 0}, 0, "invalid opcode 17"},
		{"cache cut off", []byte{byte(OpLoadGlobal), 0, 0, 0}, 0, "is cut off"},
		{"prefix at end", []byte{byte(OpNop), 0, byte(OpExtendedArg), 1}, 2, "prefix without"},
		{"four prefixes", []byte{69, 1, 69, 1, 69, 1, 69, 1, 82, 0}, 6, "more than three prefixes"},
		{"negative oparg", []byte{69, 0x80, 69, 0, 69, 0, 82, 0}, 6, "out of range"},
		{"executor", []byte{byte(OpEnterExecutor), 0}, 0, "hides an opcode"},
		{"line event", []byte{byte(OpInstrumentedLine), 0}, 0, "hides an opcode"},
		{"jump over the end", []byte{byte(OpJumpForward), 1, byte(OpNop), 0}, 0, "leads out of the code"},
		{"jump to the end", []byte{byte(OpJumpForward), 0}, 0, "leads out of the code"},
		{"jump before the begin", []byte{byte(OpJumpBackwardNoInterrupt), 2}, 0, "leads out of the code"},
		{"jump into a cache", assemble(t, "JUMP_FORWARD to+2\nto: TO_BOOL\nNOP"), 0, "leads into an instruction"},
		{"jump behind a prefix", assemble(t, "JUMP_FORWARD to+2\nto: LOAD_CONST 300"), 0, "leads into an instruction"},
	} {
		_, err := Decode(k.code)
		var e *Error
		if !errors.As(err, &e) || e.Offset != k.offset || !strings.Contains(e.Reason, k.reason) {
			t.Errorf("%s: %v", k.name, err)
		}
	}
	if _, err := DecodeHidden([]byte{27, 0}, []byte{27, 0, 27, 0}); err == nil {
		t.Error("no error for plain code of another length")
	}
}

func TestCacheFields(t *testing.T) {
	code := assemble(t, "RESUME 0\nLOAD_ATTR_METHOD_WITH_VALUES 1\nLOAD_GLOBAL_BUILTIN 0\nPOP_JUMP_IF_TRUE 0\nRETURN_VALUE")
	binary.LittleEndian.PutUint16(code[4:], 0x1234)
	binary.LittleEndian.PutUint32(code[6:], 0xdeadbeef)
	binary.LittleEndian.PutUint32(code[10:], 77)
	binary.LittleEndian.PutUint64(code[14:], 0x1122334455667788)
	binary.LittleEndian.PutUint16(code[26:], 5)
	binary.LittleEndian.PutUint16(code[28:], 6)
	instrs, err := Decode(code)
	if err != nil {
		t.Fatal(err)
	}
	c := &Code{Bytes: code, Instrs: instrs}
	attr, global, jump := &instrs[1], &instrs[2], &instrs[3]
	for _, k := range []struct {
		in    *Instr
		field Field
		want  uint64
	}{
		{attr, FieldCounter, 0x1234},
		{attr, FieldTypeVersion, 0xdeadbeef},
		{attr, FieldKeysVersion, 77},
		{attr, FieldDescr, 0x1122334455667788},
		{global, FieldModuleKeysVersion, 5},
		{global, FieldBuiltinKeysVersion, 6},
		{global, FieldIndex, 0},
		{jump, FieldBranches, 0},
	} {
		if got := c.Cache(k.in, k.field); got != k.want {
			t.Errorf("%s of %s is %#x, not %#x", k.field, k.in.Op, got, k.want)
		}
	}
	if c.Cache16(attr, FieldCounter) != 0x1234 || c.Cache32(attr, FieldTypeVersion) != 0xdeadbeef {
		t.Error("narrow readers differ")
	}
	defer func() {
		if r, _ := recover().(string); !strings.Contains(r, "LOAD_GLOBAL_BUILTIN has no cache field hint") {
			t.Errorf("recovered %q", r)
		}
	}()
	c.Cache(global, FieldHint)
}
