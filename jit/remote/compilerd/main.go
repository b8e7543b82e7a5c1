// Compilerd compiles for Python processes whose setting PYTHONJITCOMPILER names its socket. It must be built from the
// same sources as their extension.
//
//	go run ./jit/remote/compilerd [-cache BYTES] SOCKET
//
// It ends when its standard input does, or with SIGINT or SIGTERM, and then tells what it has done.
package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/cinderjit/cinderjit/jit/remote"
)

func main() {
	cache := flag.Int("cache", 1<<30, "keep answers of so many bytes")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: compilerd [-cache BYTES] SOCKET")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *cache); err != nil {
		fmt.Fprintln(os.Stderr, "compilerd:", err)
		os.Exit(1)
	}
}

func run(path string, cache int) error {
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	fmt.Println("listening")
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		<-ends
		listener.Close()
	}()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		listener.Close()
	}()
	server := remote.Server{CacheSize: cache}
	err = server.Serve(listener)
	counts := server.Counts()
	fmt.Printf("%d requests, %d of them answered without compiling\n", counts.Requests, counts.Kept)
	return err
}
