package tests_go

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// trimmed returns the lines of a text without indentation and alignment, each after a newline.
func trimmed(text string) string {
	var sb strings.Builder
	for line := range strings.Lines(text) {
		sb.WriteString("\n" + strings.Join(strings.Fields(line), " "))
	}
	return sb.String() + "\n"
}

// TestExamplesInDocs compares the Go and C code that the page on adding things quotes with the
// sources: each part between empty lines stands in one of them like that.
func TestExamplesInDocs(t *testing.T) {
	var sources []string
	for _, folder := range []string{"jit", "aarch64", "cext"} {
		err := filepath.WalkDir(filepath.Join("..", folder), func(path string, _ fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			switch filepath.Ext(path) {
			case ".go", ".c", ".h":
				text, err := os.ReadFile(path)
				sources = append(sources, trimmed(string(text)))
				return err
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile("../docs/adding.md")
	if err != nil {
		t.Fatal(err)
	}
	parts := 0
	for i, block := range strings.Split(string(page), "```") {
		language, code, _ := strings.Cut(block, "\n")
		if i%2 == 0 || language != "go" && language != "c" {
			continue
		}
		for part := range strings.SplitSeq(strings.TrimRight(trimmed(code), "\n"), "\n\n") {
			parts++
			wanted := "\n" + strings.Trim(part, "\n") + "\n"
			found := false
			for _, source := range sources {
				found = found || strings.Contains(source, wanted)
			}
			if !found {
				t.Errorf("docs/adding.md quotes what is nowhere:%s", wanted)
			}
		}
	}
	if parts < 8 {
		t.Errorf("%d quotations", parts)
	}
}
