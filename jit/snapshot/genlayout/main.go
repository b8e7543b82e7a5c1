// Command genlayout writes the C side's table of layout fields from the tags of
// snapshot.Layout.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/cinderjit/cinderjit/jit/snapshot"
)

func main() {
	out := flag.String("o", "", "file to write")
	flag.Parse()
	if err := os.WriteFile(*out, snapshot.LayoutHeader(), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "genlayout:", err)
		os.Exit(1)
	}
}
