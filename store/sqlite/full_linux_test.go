package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/medbuddy/medbuddy/store"
)

// fill is the other process of the tests of full disks. For each line that it reads
// it admits a question and says how that went. "small" lets no file of its own grow much
// any more, "large" takes that back; the refusals are the kernel's own.
func fill(path string) int {
	signal.Ignore(syscall.SIGXFSZ) // a write that goes too far then returns EFBIG
	s, err := Open(path, Options{Retention: retention, MinFree: -1})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	limit := func(bytes uint64) error {
		var r syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r); err != nil {
			return err
		}
		r.Cur = min(bytes, r.Max)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &r)
	}
	ctx := context.Background()
	in := bufio.NewScanner(os.Stdin)
	for n := 0; in.Scan(); n++ {
		switch in.Text() {
		case "small":
			var fi os.FileInfo
			if fi, err = os.Stat(path + "-wal"); err == nil {
				err = limit(uint64(fi.Size()) + uint64(os.Getpid()%97)<<11)
			}
		case "large":
			err = limit(1 << 62)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		q := asking(n, strings.Repeat("x", 3000))
		_, err := s.Admit(ctx, q)
		ping := s.Ping(ctx)
		switch {
		case err == nil && ping == nil:
			fmt.Println("taken", q.Key.TS)
		case err == nil:
			fmt.Println("taken", q.Key.TS, "but not ready:", ping)
		case errors.Is(err, store.ErrUnavailable) && errors.Is(ping, store.ErrUnavailable):
			fmt.Println("full")
		default: // there was room for the little that a ping writes, or it is no fault of the disk's
			fmt.Println("full", errors.Is(err, store.ErrUnavailable), err, "ping:", ping)
		}
	}
	return 0
}

// A filler is that process, with what it has said.
type filler struct {
	t     *testing.T
	in    io.Writer
	out   *bufio.Scanner
	kill  func()
	taken []string
	full  int // how often it was
}

func newFiller(t *testing.T, path string) *filler {
	t.Helper()
	cmd := other(t, "fill", path, "")
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	must(t, err1, err2, cmd.Start())
	f := &filler{t: t, in: in, out: bufio.NewScanner(out)}
	f.kill = func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // "killed"
	}
	t.Cleanup(f.kill)
	return f
}

// ask has one question admitted, and says whether it was.
func (f *filler) ask(how string) bool {
	f.t.Helper()
	if _, err := fmt.Fprintln(f.in, how); err != nil {
		f.t.Fatal(err)
	}
	return f.hear()
}

func (f *filler) hear() bool {
	f.t.Helper()
	if !f.out.Scan() {
		f.t.Fatal("the other process ended")
	}
	switch w := strings.Fields(f.out.Text()); {
	case w[0] == "taken":
		f.taken = append(f.taken, w[1])
		return true
	case len(w) > 1 && w[1] != "true":
		f.t.Fatalf("it said %q, want ErrUnavailable", f.out.Text())
	}
	f.full++
	return false
}

// intact fails unless the file is whole and everything that was taken is in it.
func intact(t *testing.T, path string, taken []string) {
	t.Helper()
	s, err := Open(path, Options{Retention: retention, MinFree: -1})
	must(t, err)
	defer s.Close()
	whole(t, s)
	for _, ts := range taken {
		k := store.ThreadKey{Team: "T1", Channel: "C1", TS: ts}
		if first, err := s.Admit(t.Context(), store.Question{Key: k.Root(), Thread: k, Kind: store.KindAsk}); first || err != nil {
			t.Fatalf("what was taken is lost: %v, %v", first, err)
		}
	}
	if first, err := s.Admit(t.Context(), asking(1_000_000, "new")); !first || err != nil {
		t.Errorf("afterwards: %v, %v", first, err)
	}
}

// fullRound fills a disk, kills the process while it is full, makes room and looks at
// what is there. Every other process lives to see that there is room again.
func fullRound(t *testing.T, round int, path string, crowd func(f *filler), room func(f *filler)) {
	t.Helper()
	f := newFiller(t, path)
	for range 5 + round%11 {
		if !f.ask("") {
			t.Fatal("full too early")
		}
	}
	crowd(f)
	for n := 0; f.full == 0; n++ {
		if f.ask(""); n > 10_000 {
			t.Fatal("it is never full")
		}
	}
	if round%2 == 0 {
		// It dies somewhere among these.
		if _, err := io.WriteString(f.in, strings.Repeat("\n", 50)); err != nil {
			t.Fatal(err)
		}
		for range round % 13 {
			f.hear()
		}
	} else {
		for range 3 {
			if f.ask("") {
				t.Error("taken on a full disk")
			}
		}
		room(f)
		for range 3 {
			if !f.ask("") {
				t.Error("there is room, and yet nothing is taken")
			}
		}
	}
	f.kill()
	for f.out.Scan() { // said before it died
		if ts, ok := strings.CutPrefix(f.out.Text(), "taken "); ok {
			f.taken = append(f.taken, strings.Fields(ts)[0])
		}
	}
	room(f)
	intact(t, path, f.taken)
}

// A process whose files may not grow: to SQLite that is a disk that fails.
func TestFilesThatMayNotGrow(t *testing.T) {
	t.Parallel()
	for round := range rounds(50) {
		fullRound(t, round, filepath.Join(t.TempDir(), "medbuddy.db"),
			func(f *filler) { f.ask("small") },
			func(f *filler) {
				if round%2 == 1 && f.full > 0 {
					f.full = 0
					f.ask("large")
				}
			})
	}
}
