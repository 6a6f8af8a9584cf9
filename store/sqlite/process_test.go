package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
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
