package build

import (
	"testing"

	"github.com/cinderjit/cinderjit/jit/bytecode"
	"github.com/cinderjit/cinderjit/jit/golden"
)

// TestEveryOpcodeIsBuilt says that no function is refused for an opcode.
func TestEveryOpcodeIsBuilt(t *testing.T) {
	for op := range bytecode.Op(bytecode.NumOps) {
		if op.Info().Kind == bytecode.Plain && handlers[op] == nil {
			t.Errorf("%s has no handler", op)
		}
	}
}

// TestReference checks docs/opcodes.md.
func TestReference(t *testing.T) {
	golden.Expect(t, "../../../docs/opcodes.md", Reference())
}
