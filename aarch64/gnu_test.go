package aarch64

import (
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// gnuAssemble gives the lines to GNU as in one run and returns the words. Every line must
// be one instruction. The test fails when the tools are missing.
func gnuAssemble(t *testing.T, lines []string) []Word {
	t.Helper()
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	source := ".arch armv8.5-a\n.globl _start\n_start:\n" + strings.Join(lines, "\n") + "\n"
	if err := os.WriteFile(path("code.s"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"as", "-o", path("code.o"), path("code.s")},
		// Linked for the sake of adrp, which as leaves as a relocation.
		{"ld", "-Ttext=0x10000000", "-o", path("code.elf"), path("code.o")},
		{"objcopy", "-O", "binary", "-j", ".text", path("code.elf"), path("code.bin")},
	} {
		out, err := exec.Command("aarch64-linux-gnu-"+args[0], args[1:]...).CombinedOutput()
		if err != nil {
			t.Fatalf("aarch64-linux-gnu-%s (package binutils-aarch64-linux-gnu): %v\n%s", args[0], err, out)
		}
	}
	code, err := os.ReadFile(path("code.bin"))
	if err != nil {
		t.Fatal(err)
	}
	if len(code) != 4*len(lines) {
		t.Fatalf("%d lines gave %d bytes", len(lines), len(code))
	}
	words := make([]Word, len(lines))
	for i := range words {
		words[i] = Word(binary.LittleEndian.Uint32(code[4*i:]))
	}
	return words
}
