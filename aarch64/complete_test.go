package aarch64

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryEncoderIsTested: each exported function of encode_*.go that returns a Word has a row, a
// generator of random operands and a doc comment.
func TestEveryEncoderIsTested(t *testing.T) {
	read := func(pattern string) (text string, files []string) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v, %d files", pattern, err, len(files))
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			text += string(b)
		}
		return text, files
	}
	_, sources := read("encode_*.go")
	rows, _ := read("rows_*_test.go")
	forms, _ := read("forms_*_test.go")
	// Without operands there is nothing to vary.
	constant := map[string]bool{"Nop": true, "Yield": true, "Isb": true, "Clrex": true, "Ret": true, "Bti": true}
	count := 0
	for _, file := range sources {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !fn.Name.IsExported() || !returnsWord(fn) {
				continue
			}
			name := fn.Name.Name
			count++
			if !strings.Contains(rows, "{"+name+"(") {
				t.Errorf("%s has no row", name)
			}
			if !constant[name] && !usesIdentifier(forms, name) {
				t.Errorf("%s has no form with random operands", name)
			}
			if !strings.HasPrefix(fn.Doc.Text(), name+" ") {
				t.Errorf("%s has no doc comment", name)
			}
		}
	}
	if count < 200 {
		t.Errorf("only %d encoders found", count)
	}
}

func returnsWord(fn *ast.FuncDecl) bool {
	results := fn.Type.Results
	if results == nil || len(results.List) != 1 {
		return false
	}
	id, ok := results.List[0].Type.(*ast.Ident)
	return ok && id.Name == "Word"
}

// usesIdentifier reports whether name stands in text as a word of its own.
func usesIdentifier(text, name string) bool {
	letter := func(c byte) bool {
		return c == '_' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
	}
	for rest := text; ; {
		i := strings.Index(rest, name)
		if i < 0 {
			return false
		}
		end := i + len(name)
		if (i == 0 || !letter(rest[i-1])) && (end == len(rest) || !letter(rest[end])) {
			return true
		}
		rest = rest[end:]
	}
}
