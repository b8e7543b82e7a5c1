// Package remote compiles for other processes. The compiler is a pure function of an encoded snapshot, so that it can run
// anywhere: natively for Python processes under emulation, and once for many processes that compile the same functions.
//
// A request is "CJRC", the sizes of the options and of the snapshot (u32 each, little endian), the options as lines for
// jit.ParseOptions and the encoded snapshot. The answer is a jit.Status and a size (u32 each) and so many bytes. Each
// connection carries one request; cext/remote.c is the other end.
package remote

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/cinderjit/cinderjit/jit"
)

const (
	magic       = "CJRC"
	maxOptions  = 64 << 10
	maxSnapshot = 256 << 20
)

// Server answers requests. The zero value keeps no answers.
type Server struct {
	// CacheSize bounds the bytes of the answers that are kept for requests that come again.
	CacheSize int

	mu     sync.Mutex
	kept   map[[sha256.Size]byte]answer
	size   int
	counts Counts
}

// Counts is what a server has done.
type Counts struct {
	Requests, Kept uint64 // Kept is how many of the requests were answered without compiling
}

type answer struct {
	status jit.Status
	data   []byte
}

// Serve answers the connections that l accepts, each in a goroutine, until l is closed; it then returns nil.
func (s *Server) Serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go func() {
			defer c.Close()
			// Who asked sees the connection end, and goes on without.
			_ = s.serve(c)
		}()
	}
}

// Counts tells what the server has done.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.counts
}

func (s *Server) serve(c io.ReadWriter) error {
	options, snapshot, err := readRequest(c)
	if err != nil {
		return err
	}
	a := s.answer(options, snapshot)
	head := binary.LittleEndian.AppendUint32(nil, uint32(a.status))
	head = binary.LittleEndian.AppendUint32(head, uint32(len(a.data)))
	if _, err := c.Write(head); err != nil {
		return err
	}
	_, err = c.Write(a.data)
	return err
}

func readRequest(r io.Reader) (options string, snapshot []byte, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return "", nil, err
	}
	if string(head[:4]) != magic {
		return "", nil, fmt.Errorf("not a request: it begins with %q", head[:4])
	}
	n, m := binary.LittleEndian.Uint32(head[4:]), binary.LittleEndian.Uint32(head[8:])
	if n > maxOptions || m > maxSnapshot {
		return "", nil, fmt.Errorf("a request with %d bytes of options and %d of snapshot is too large", n, m)
	}
	data := make([]byte, int(n)+int(m))
	if _, err := io.ReadFull(r, data); err != nil {
		return "", nil, err
	}
	return string(data[:n]), data[n:], nil
}

func (s *Server) answer(options string, snapshot []byte) answer {
	hash := sha256.New()
	fmt.Fprintf(hash, "%d\n%s", len(options), options)
	hash.Write(snapshot)
	key := [sha256.Size]byte(hash.Sum(nil))

	s.mu.Lock()
	s.counts.Requests++
	a, ok := s.kept[key]
	if ok {
		s.counts.Kept++
	}
	s.mu.Unlock()
	if ok {
		return a
	}
	a.status, a.data = jit.Answer(func() ([]byte, error) { return jit.CompileEncoded(snapshot, options) })
	s.keep(key, a)
	return a
}

// keep keeps an answer; where there is no room, all others are forgotten.
func (s *Server) keep(key [sha256.Size]byte, a answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(a.data) > s.CacheSize {
		return
	}
	if s.kept == nil || s.size+len(a.data) > s.CacheSize {
		s.kept, s.size = map[[sha256.Size]byte]answer{}, 0
	}
	s.kept[key] = a
	s.size += len(a.data)
}
