package sqlite

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// Below the limit nothing new is taken on, and what was taken on is answered.
// crowd leaves less room than minFree on the disk of path, room takes that back.
func nearlyFull(t *testing.T, path string, minFree int64, crowd, room func()) {
	t.Helper()
	s, err := Open(path, Options{Retention: retention, MinFree: minFree})
	must(t, err)
	defer s.Close()
	intake := func(n int) (bool, error) { return s.Admit(t.Context(), asking(n, "x")) }
	_, err = intake(1)
	l, err2 := s.Lease(t.Context(), key(1), "a", time.Hour)
	must(t, err, err2, s.Ping(t.Context()))

	crowd()
	if err := s.Ping(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("Ping: %v, want ErrUnavailable", err)
	}
	refused := asking(2, "")
	refused.Kind = store.KindRefused
	for _, q := range []store.Question{asking(2, "x"), refused} {
		if first, err := s.Admit(t.Context(), q); first || !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("Admit of %s: %v, %v, want ErrUnavailable", q.Kind, first, err)
		}
	}
	if first, err := intake(1); first || err != nil {
		t.Errorf("Admit of what is known: %v, %v", first, err)
	}
	one := store.ImageRecord{Label: 1, Slices: make([]store.SliceRecord, 1)}
	if err := s.PutImage(t.Context(), l, one, [][]byte{make([]byte, store.MaxImageBytes)}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("PutImage: %v, want ErrUnavailable", err)
	}
	must(t, s.Place(t.Context(), l, asking(1, "").Key, "1.000001"),
		s.Finish(t.Context(), l, asking(1, "").Key, []store.Turn{{Role: store.RoleModel, Text: "answered"}}),
		s.SetMark(t.Context(), "T1", "1.000001"))

	room()
	if first, err := intake(2); !first || err != nil {
		t.Errorf("Admit when there is room: %v, %v", first, err)
	}
	must(t, s.Ping(t.Context()), s.PutImage(t.Context(), l, one, [][]byte{[]byte("x")}))
}

// Here it is the limit that moves, not the disk: see TestATinyDisk.
func TestNearlyFull(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	if _, err := freeBytes(s.dir); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("free space is not known on this system")
	}
	if s.minFree != 64<<20 {
		t.Errorf("without a limit in the options it is %d", s.minFree)
	}
	_, err := s.Admit(t.Context(), asking(1, "x"))
	must(t, err)
	for n, c := range []struct {
		minFree int64
		want    error
	}{{1 << 60, store.ErrUnavailable}, {1, nil}, {-1, nil}} {
		other, err := Open(path, Options{Retention: retention, MinFree: c.minFree})
		must(t, err)
		if first, err := other.Admit(t.Context(), asking(2+n, "x")); !errors.Is(err, c.want) || first != (err == nil) {
			t.Errorf("Admit with a limit of %d: %v, %v, want %v", c.minFree, first, err, c.want)
		}
		if err := other.Ping(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("Ping with a limit of %d: %v, want %v", c.minFree, err, c.want)
		}
		must(t, other.Close())
	}
}

// A file that may not have more pages is full in the middle of a write, not at its
// commit. SQLite may take back the whole transaction then, with what others wrote.
func TestFullInTheMiddleOfAWrite(t *testing.T) {
	t.Parallel()
	s := openAt(t, file(t), nil)
	pages := func(limit string) {
		t.Helper()
		must(t, s.write(t.Context(), "pages", func(tx *tx) error {
			var n int
			return tx.get(`PRAGMA max_page_count = `+limit, nil, &n)
		}))
	}
	pages("1") // it stays as large as it is
	release := hold(t, s)
	errs := make(chan error, 2)
	for n, text := range []string{"small", strings.Repeat("x", store.MaxTurnBytes)} {
		go func() {
			_, err := s.Admit(t.Context(), asking(n, text))
			errs <- err
		}()
		queued(t, s, n+1)
	}
	release()
	failed := 0
	for range 2 {
		if err := <-errs; err != nil {
			failed++
			if !errors.Is(err, store.ErrUnavailable) {
				t.Errorf("error is %v, want ErrUnavailable", err)
			}
		}
	}
	pages("1000000")
	for n := range 2 {
		// What was taken is there, what was refused is not.
		first, err := s.Admit(t.Context(), asking(n, "again"))
		must(t, err)
		if first {
			failed--
		}
	}
	if failed != 0 {
		t.Errorf("%d more were refused than are missing", failed)
	}
}
