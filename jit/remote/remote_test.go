package remote

import (
	"encoding/binary"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cinderjit/cinderjit/jit"
	"github.com/cinderjit/cinderjit/jit/snapshot"
)

func request(options string, snapshot []byte) []byte {
	data := []byte(magic)
	data = binary.LittleEndian.AppendUint32(data, uint32(len(options)))
	data = binary.LittleEndian.AppendUint32(data, uint32(len(snapshot)))
	return append(append(data, options...), snapshot...)
}

// ask sends data over a connection of its own and returns what comes back until it ends.
func ask(t *testing.T, path string, data []byte) []byte {
	t.Helper()
	c, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := c.(*net.UnixConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(c) // a server that leaves something unread resets the connection
	return answer
}

func sample(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile("../snapshot/testdata/call.snap")
	if err != nil {
		t.Fatal(err)
	}
	s, err := snapshot.Parse(string(text), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Encode()
}

func TestServer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	server := Server{CacheSize: 1 << 20}
	ended := make(chan error)
	go func() { ended <- server.Serve(listener) }()

	encoded := sample(t)
	want, err := jit.CompileEncoded(encoded, "")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		answer := ask(t, path, request("", encoded))
		if len(answer) != 8+len(want) || jit.Status(binary.LittleEndian.Uint32(answer)) != jit.Done || string(answer[8:]) != string(want) {
			t.Errorf("the answer has %d bytes, want %d that equal what is compiled here", len(answer)-8, len(want))
		}
	}
	for _, c := range []struct {
		name, options string
		snapshot      []byte
		status        jit.Status
		text          string
	}{
		{"unknown option", "nonsense=1", encoded, jit.GivenUp, "unknown name"},
		{"no snapshot", "", []byte("nothing"), jit.GivenUp, "snapshot"},
		{"bug", "bug_in=build", encoded, jit.Failed, "bug in stage build"},
	} {
		answer := ask(t, path, request(c.options, c.snapshot))
		if jit.Status(binary.LittleEndian.Uint32(answer)) != c.status || !strings.Contains(string(answer[8:]), c.text) {
			t.Errorf("%s: status %d, %q", c.name, answer[0], answer[8:])
		}
	}
	for name, data := range map[string][]byte{
		"not a request": []byte("GET / HTTP/1.1\r\n\r\n"),
		"cut off":       request("", encoded)[:100],
		"too large":     request("", nil)[:8:8],
	} {
		if name == "too large" {
			data = binary.LittleEndian.AppendUint32(data, 1<<31)
		}
		if answer := ask(t, path, data); len(answer) != 0 {
			t.Errorf("%s is answered with %q", name, answer)
		}
	}
	if got := server.Counts(); got.Requests != 5 || got.Kept != 1 {
		t.Errorf("counts are %+v, want 5 requests and 1 of them kept", got)
	}
	listener.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestCacheIsBounded(t *testing.T) {
	encoded := sample(t)
	s := Server{CacheSize: 100}
	s.answer("", encoded)
	s.answer("", encoded)
	if s.counts.Kept != 0 || s.size > 100 {
		t.Errorf("%d answers of %d bytes are kept in 100 bytes", len(s.kept), s.size)
	}
}
