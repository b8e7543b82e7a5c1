// Package golden is for tests whose expected output stands in files: archives of
// named sections with a comment, or plain files. With -update the tests write
// what comes out instead of comparing it.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "write the golden files anew")

// File is an archive that is being checked.
type File struct {
	// Comment is the text in front of the sections.
	Comment string

	archive *txtar.Archive
}

// Each runs check, as a subtest, for each archive that matches the pattern. None
// is an error.
func Each(t *testing.T, pattern string, check func(*testing.T, *File)) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatal("no golden files", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			check(t, &File{string(archive.Comment), archive})
			if *update && !t.Failed() {
				write(t, path, txtar.Format(archive))
			}
		})
	}
}

// Setting returns what follows the name on the line of the comment that begins
// with it.
func (f *File) Setting(name string) (value string, ok bool) {
	for line := range strings.Lines(f.Comment) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

func (f *File) section(name string) *txtar.File {
	for i := range f.archive.Files {
		if s := &f.archive.Files[i]; s.Name == name {
			return s
		}
	}
	return nil
}

// Section returns a section's text, and whether there is one.
func (f *File) Section(name string) (text string, ok bool) {
	if s := f.section(name); s != nil {
		return string(s.Data), true
	}
	return "", false
}

// Expect compares a section with what came out.
func (f *File) Expect(t *testing.T, name, got string) {
	t.Helper()
	s := f.section(name)
	if *update {
		if s == nil {
			f.archive.Files = append(f.archive.Files, txtar.File{Name: name})
			s = f.section(name)
		}
		s.Data = []byte(got)
		return
	}
	if s == nil {
		t.Fatalf("no section %s; -update writes it", name)
	}
	compare(t, name, string(s.Data), got)
}

// Expect compares a plain file with what came out.
func Expect(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		write(t, path, []byte(got))
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	compare(t, path, string(want), got)
}

func compare(t *testing.T, name, want, got string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs, -update accepts it (-want +got):\n%s", name, diff)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o666); err != nil {
		t.Fatal(err)
	}
}
