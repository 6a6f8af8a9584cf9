package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/store"
)

// forget is the other process of TestAnotherProcessForgets.
func forget(path string) int {
	s, err := Open(path, Options{Retention: retention})
	if err == nil {
		_, err = s.Forget(context.Background(), key(1))
		err = errors.Join(err, s.Close())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func TestAnotherProcessForgets(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	l := marked(t, s)
	if err := other(t, "forget", path, "").Run(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Thread(t.Context(), key(1)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Thread: %v", err)
	}
	if err := s.Finish(t.Context(), l, asking(2, "").Key, nil); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("Finish: %v", err)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies in the files", n)
	}
}

// admitForEver says each key once it is recorded.
func admitForEver(path string) int {
	s, err := Open(path, Options{Retention: retention})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for n := 0; ; n++ {
		q := asking(n, strings.Repeat("x", 500))
		q.Key.Team = fmt.Sprintf("P%d", os.Getpid())
		if _, err := s.Admit(context.Background(), q); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		fmt.Println(q.Key.Team, q.Key.TS)
	}
}

// What was acknowledged before a kill -9 is there afterwards. (It says nothing
// about a power cut: the kernel keeps what was written.)
func TestKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("no kill -9 on Windows")
	}
	path := file(t)
	var said []string
	for round := range 6 {
		n := 0
		lines(t, other(t, "admit", path, ""), func(line string) bool {
			said = append(said, line)
			n++
			return n < 20+17*round
		})
	}
	if len(said) < 6*20 {
		t.Fatalf("only %d acknowledged", len(said))
	}
	s := openAt(t, path, nil)
	for _, line := range said {
		var q store.Question
		_, err := fmt.Sscan(line, &q.Key.Team, &q.Key.TS)
		must(t, err)
		q.Key.Channel, q.Kind = "C1", store.KindAsk
		q.Thread = store.ThreadKey(q.Key)
		if first, err := s.Admit(t.Context(), q); first || err != nil {
			t.Fatalf("an acknowledged key was lost: %v, %v", first, err)
		}
	}
	var verdict string
	must(t, s.write(t.Context(), "check", func(tx *tx) error { return tx.get(`PRAGMA integrity_check`, nil, &verdict) }))
	if verdict != "ok" {
		t.Error("the file is damaged")
	}
}
