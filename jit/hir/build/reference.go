package build

import (
	"fmt"
	"strings"

	"github.com/cinderjit/cinderjit/jit/bytecode"
)

const referenceHead = "<!-- Made by go generate ./jit/hir from the tables of opcodes and of their handlers. Do not edit. -->\n" + `# Opcodes

Every instruction that CPython 3.14's compiler emits, by what builds it (the tables in jit/hir/build). What the interpreter has
specialised an instruction to, and what its caches hold, decides which code it becomes. Code with instrumented instructions,
which a tracer or a monitoring tool put there, is interpreted.
`

// Reference returns docs/opcodes.md. After a change of the tables run
// "go generate ./jit/hir".
func Reference() string {
	var b strings.Builder
	b.WriteString(referenceHead)
	var forms [bytecode.NumOps][]string
	var others []string
	for op := range bytecode.Op(bytecode.NumOps) {
		switch info := op.Info(); {
		case info.Kind == bytecode.Specialized:
			forms[info.Base] = append(forms[info.Base], info.Name)
		case info.Kind == bytecode.Internal || info.Kind == bytecode.Plain && handlers[op] == nil:
			others = append(others, fmt.Sprintf("- %s: %s\n", info.Name, info.Doc))
		}
	}
	for _, subject := range subjects {
		fmt.Fprintf(&b, "\n## %s\n\n| opcode | what it does | specialised forms |\n|---|---|---|\n", subject.name)
		for op := range bytecode.Op(bytecode.NumOps) {
			if subject.table[op] != nil {
				info := op.Info()
				fmt.Fprintf(&b, "| %s | %s | %s |\n", info.Name, strings.ReplaceAll(info.Doc, "|", "\\|"), strings.Join(forms[op], ", "))
			}
		}
	}
	b.WriteString("\n## Not instructions of a program\n\n" + strings.Join(others, ""))
	return b.String()
}
