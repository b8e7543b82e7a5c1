// Genhelpers writes the C side of the helper table: the prototypes, and the list
// from which the loader's table is made. Run it from the module's root:
//
//	go run ./jit/hir/genhelpers
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/cinderjit/cinderjit/jit/hir"
)

// target is the generated file, from the module's root.
const target = "cext/helpers_gen.h"

var argumentTypes = map[rune]string{
	'o': "PyObject *", 'n': "PyObject *", 'i': "int64_t ", 'f': "double ", 'p': "void *", 'a': "PyObject **",
}

var resultTypes = map[string]string{
	"o": "PyObject *", "n": "PyObject *", "i": "int64_t ", "f": "double ", "p": "void *", "2": "CJPair ", "-": "void ",
}

// render returns the contents of the generated file.
func render(table []hir.Helper) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("/* Made by go run ./jit/hir/genhelpers from the helper table of package hir. Do not edit. */\n")
	b.WriteString("#ifndef CJ_HELPERS_GEN_H\n#define CJ_HELPERS_GEN_H\n\n")
	for _, h := range table {
		result, ok := resultTypes[h.Ret]
		if !ok {
			return nil, fmt.Errorf("helper %s: result kind %q", h.Name, h.Ret)
		}
		var arguments []string
		for i, kind := range h.Args {
			t, ok := argumentTypes[kind]
			if !ok {
				return nil, fmt.Errorf("helper %s: argument kind %q", h.Name, kind)
			}
			arguments = append(arguments, fmt.Sprintf("%sa%d", t, i))
		}
		if len(arguments) == 0 {
			arguments = []string{"void"}
		}
		fmt.Fprintf(&b, "/* %s */\n%scj_%s(%s);\n\n", h.Doc, result, h.Name, strings.Join(arguments, ", "))
	}
	b.WriteString("/* X(name, kinds of the arguments, kind of the result); see type Helper in package hir. */\n")
	b.WriteString("#define CJ_HELPERS(X) \\\n")
	for i, h := range table {
		end := " \\"
		if i == len(table)-1 {
			end = ""
		}
		fmt.Fprintf(&b, "    X(%s, %q, %q)%s\n", h.Name, h.Args, h.Ret, end)
	}
	b.WriteString("\n#endif\n")
	return b.Bytes(), nil
}

func main() {
	log.SetFlags(0)
	text, err := render(hir.HelperTable)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(target, text, 0o644); err != nil {
		log.Fatal(err)
	}
}
