// Command facts prints what the headers of a CPython say about its bytecode,
// in the form of testdata/facts.txt, against which package bytecode is tested:
//
//	go run ./jit/bytecode/internal/facts -include INCLUDE/python3.14 > jit/bytecode/testdata/facts.txt
//
// With -check FILE it compares with that file instead, and fails when they differ.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	include := flag.String("include", "build/sysroot/usr/include/python3.14", "folder with the headers of CPython")
	check := flag.String("check", "", "file to compare with")
	flag.Parse()
	if err := run(*include, *check); err != nil {
		fmt.Fprintln(os.Stderr, "facts:", err)
		os.Exit(1)
	}
}

func run(include, check string) error {
	got, err := facts(os.DirFS(include))
	if err != nil {
		return err
	}
	if check == "" {
		_, err = os.Stdout.WriteString(got)
		return err
	}
	want, err := os.ReadFile(check)
	if err != nil {
		return err
	}
	if string(want) != got {
		return fmt.Errorf("%s is not what the headers in %s say", check, include)
	}
	return nil
}
