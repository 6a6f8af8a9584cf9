package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/store"
)

func TestFilesAreTheOwnersOnly(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("file modes mean nothing on Windows")
	}
	dir := filepath.Join(t.TempDir(), "new", "data")
	path := filepath.Join(dir, "medbuddy.db")
	s := openAt(t, path, nil)
	must(t, s.Ping(t.Context()))
	for name, want := range map[string]os.FileMode{dir: 0o700, path: 0o600, path + "-wal": 0o600, path + "-shm": 0o600} {
		fi, err := os.Stat(name) // opens nothing
		must(t, err)
		if fi.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", filepath.Base(name), fi.Mode().Perm(), want)
		}
	}
}

func TestOddPaths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b.db", "50%?x=1#y&.db", "ünï.db", "%20.db", ":memory:"} {
		path := filepath.Join(t.TempDir(), name)
		s := openAt(t, path, nil)
		if _, err := s.Admit(t.Context(), asking(1, "x")); err != nil {
			t.Fatal(err)
		}
		must(t, s.Close())
		if fi, err := os.Stat(path); err != nil || fi.Size() == 0 {
			t.Errorf("%q: the data went elsewhere: %v", name, err)
		}
		if asked, err := openAt(t, path, nil).Asked(t.Context(), key(1)); !asked || err != nil {
			t.Errorf("%q: opened again: %v, %v", name, asked, err)
		}
	}
}

func TestPragmas(t *testing.T) {
	t.Parallel()
	s := openAt(t, file(t), nil)
	for pragma, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "secure_delete": "1", "foreign_keys": "1", "busy_timeout": "5000", "user_version": "4",
	} {
		var got string
		must(t, s.write(t.Context(), "pragma", func(tx *tx) error { return tx.get("PRAGMA "+pragma, nil, &got) }))
		if got != want {
			t.Errorf("%s is %s, want %s", pragma, got, want)
		}
	}
	// Also after an erasure, which changes the timeout for a moment.
	_, err := s.Forget(t.Context(), key(1))
	must(t, err)
	var got string
	must(t, s.write(t.Context(), "pragma", func(tx *tx) error { return tx.get("PRAGMA busy_timeout", nil, &got) }))
	if got != "5000" {
		t.Errorf("busy_timeout is %s after an erasure", got)
	}
	err = s.read(t.Context(), "write", func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM threads`)
		return err
	})
	if err == nil {
		t.Error("a reading connection may write")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	if _, err := Open(file(t), Options{}); err == nil {
		t.Error("no retention was taken")
	}
	path := file(t)
	s := openAt(t, path, nil)
	must(t, s.write(t.Context(), "version", func(tx *tx) error {
		_, err := tx.exec(fmt.Sprintf("PRAGMA user_version = %d", version+1))
		return err
	}), s.Close())
	if _, err := Open(path, Options{Retention: retention}); !errors.Is(err, errNewer) {
		t.Errorf("newer file: %v", err)
	}
	garbage := file(t)
	must(t, os.WriteFile(garbage, []byte(strings.Repeat("not a database ", 1000)), 0o600))
	if _, err := Open(garbage, Options{Retention: retention}); err == nil {
		t.Error("a file that is no database was taken")
	}
	if _, err := Open(t.TempDir(), Options{Retention: retention}); err == nil {
		t.Error("a directory was taken")
	}
}

// A writer of another process that does not let go makes calls fail in time
// with ErrUnavailable, and nothing is lost for good.
func TestBusyForLong(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	must(t, s.write(t.Context(), "timeout", func(tx *tx) error { // 5 s is long for a test
		_, err := tx.exec(`PRAGMA busy_timeout = 20`)
		return err
	}))
	db, err := sql.Open("sqlite", dsn(path, "_txlock=immediate"))
	must(t, err)
	defer db.Close()
	other, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	if _, err := s.Admit(t.Context(), asking(1, "x")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error is %v, want ErrUnavailable", err)
	}
	if _, err := s.Asked(t.Context(), key(1)); err != nil {
		t.Errorf("reading meanwhile: %v", err)
	}
	must(t, other.Rollback())
	if first, err := s.Admit(t.Context(), asking(1, "x")); !first || err != nil {
		t.Errorf("afterwards: %v, %v", first, err)
	}
}

func TestCloseWaitsForCalls(t *testing.T) {
	t.Parallel()
	s := openAt(t, file(t), nil)
	release := hold(t, s)
	admitted := make(chan error, 1)
	go func() {
		_, err := s.Admit(t.Context(), asking(1, "x"))
		admitted <- err
	}()
	queued(t, s, 1)
	closed := make(chan error, 1)
	go func() { closed <- s.Close() }()
	// Close has begun when a new call is refused.
	for {
		if err := s.Ping(shortly(t)); errors.Is(err, store.ErrClosed) {
			break
		}
	}
	select {
	case <-closed:
		t.Fatal("Close did not wait")
	default:
	}
	release()
	must(t, <-admitted, <-closed)
}
