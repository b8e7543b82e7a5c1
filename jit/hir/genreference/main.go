// Command genreference writes the reference pages of the HIR instruction table
// and of the opcodes.
package main

import (
	"flag"
	"log"
	"os"

	"github.com/cinderjit/cinderjit/jit/hir"
	"github.com/cinderjit/cinderjit/jit/hir/build"
)

func main() {
	instructions := flag.String("instructions", "", "file for the HIR instructions")
	opcodes := flag.String("opcodes", "", "file for the opcodes")
	flag.Parse()
	for path, page := range map[string]string{*instructions: hir.Reference(), *opcodes: build.Reference()} {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			log.Fatal(err)
		}
	}
}
