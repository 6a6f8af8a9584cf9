package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

const retention = storetest.Retention

var full = flag.Bool("full", false, "run the tests with killed processes and full disks at full length, up to a minute each")

// rounds is n, or a fifth of it without -full.
func rounds(n int) int {
	if *full {
		return n
	}
	return n / 5
}

// TestMain is also the other process of some tests: this binary again, told by
// the environment what to do.
func TestMain(m *testing.M) {
	switch path := os.Getenv("MEDBUDDY_TEST_PATH"); os.Getenv("MEDBUDDY_TEST_ROLE") {
	case "":
		os.Exit(m.Run())
	case "scan":
		os.Exit(scan(path, os.Getenv("MEDBUDDY_TEST_MARKER")))
	case "forget":
		os.Exit(forget(path))
	case "work":
		os.Exit(workForEver(path))
	case "copy":
		os.Exit(copyFiles(path, os.Getenv("MEDBUDDY_TEST_MARKER")))
	case "fill":
		os.Exit(fill(path))
	default:
		fmt.Fprintln(os.Stderr, "unknown role")
		os.Exit(2)
	}
}

// other prepares another process on the same file.
func other(t *testing.T, role, path, marker string) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "MEDBUDDY_TEST_ROLE="+role, "MEDBUDDY_TEST_PATH="+path, "MEDBUDDY_TEST_MARKER="+marker)
	cmd.Stderr = os.Stderr
	return cmd
}

// copies counts a marker in all of the store's files. Another process reads
// them: to close a descriptor here would drop the store's locks.
func copies(t *testing.T, path, marker string) (n int) {
	t.Helper()
	out, err := other(t, "scan", path, marker).Output()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(string(out), &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func scan(path, marker string) int {
	files, err := filepath.Glob(path + "*")
	if err != nil || len(files) == 0 {
		fmt.Fprintln(os.Stderr, "no files", err)
		return 1
	}
	n := 0
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		n += bytes.Count(data, []byte(marker))
	}
	fmt.Println(n)
	return 0
}

func openAt(tb testing.TB, path string, now func() time.Time) *Store {
	tb.Helper()
	s, err := Open(path, Options{Retention: retention, Now: now})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = s.Close() }) // a test may have closed it
	return s
}

func file(tb testing.TB) string { return filepath.Join(tb.TempDir(), "medbuddy.db") }

func key(n int) store.ThreadKey {
	return store.ThreadKey{Team: "T1", Channel: "C1", TS: fmt.Sprintf("%d.000001", 1700000000+n)}
}

func asking(n int, text string) store.Question {
	return store.Question{Key: key(n).Root(), Thread: key(n), Kind: store.KindAsk, User: "U1", Text: text}
}

func must(tb testing.TB, errs ...error) {
	tb.Helper()
	for _, err := range errs {
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// lines calls f for each line a process writes, until f says no.
func lines(t *testing.T, cmd *exec.Cmd, f func(line string) bool) {
	t.Helper()
	out, err := cmd.StdoutPipe()
	must(t, err, cmd.Start())
	sc := bufio.NewScanner(out)
	for sc.Scan() && f(sc.Text()) {
	}
	must(t, cmd.Process.Kill())
	for sc.Scan() { // what it had said before it died counts too
		f(sc.Text())
	}
	_ = cmd.Wait() // "killed"
}

// shortly is a context that ends soon.
func shortly(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}
