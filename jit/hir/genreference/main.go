// Command genreference writes the reference page of the HIR instruction table.
package main

import (
	"flag"
	"log"
	"os"

	"github.com/cinderjit/cinderjit/jit/hir"
)

func main() {
	out := flag.String("o", "", "file to write")
	flag.Parse()
	if err := os.WriteFile(*out, []byte(hir.Reference()), 0o644); err != nil {
		log.Fatal(err)
	}
}
