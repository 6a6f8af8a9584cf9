package sqlite

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// The parts of a thread are written with this in them.
const marker = "PATIENT-MARKER-7f3a"

// marked fills thread 1 in every way a thread can hold something.
func marked(t *testing.T, s *Store) store.Lease {
	t.Helper()
	ctx := t.Context()
	_, err1 := s.Admit(ctx, asking(1, marker+" closed"))
	l, err2 := s.Lease(ctx, key(1), "a", time.Minute)
	image := store.ImageRecord{Label: 1, Files: []string{marker}, Slices: []store.SliceRecord{{Number: 1}, {Number: 2, SHA256: marker}}}
	err3 := s.PutImage(ctx, l, image, [][]byte{[]byte("pixels " + marker), []byte("slice " + marker)})
	image.Files = []string{"F1"}
	err4 := s.PutImage(ctx, l, image, [][]byte{[]byte("replaced " + marker), []byte("slice " + marker)})
	err5 := s.Finish(ctx, l, asking(1, "").Key, []store.Turn{
		{Role: store.RoleUser, Messages: []store.Message{{Text: "turn " + marker}}}, {Role: store.RoleModel, Text: marker}})
	_, _, err6 := s.SetSettings(ctx, key(1).Scope(), func(store.Settings) store.Settings {
		return store.Settings{MaxTokens: new(1), By: marker}
	})
	q := asking(2, marker+" open")
	q.Thread, q.Files = key(1), []string{marker}
	_, err7 := s.Admit(ctx, q)
	must(t, err1, err2, err3, err4, err5, err6, err7)
	return l
}

func TestForgetLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	marked(t, s)
	if n := copies(t, path, marker); n < 5 {
		t.Fatalf("%d copies before: the test looks in the wrong place", n)
	}
	if _, err := s.Forget(t.Context(), key(1)); err != nil {
		t.Fatal(err)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies after Forget, with the store running", n)
	}
	must(t, s.Ping(t.Context()))
}

func TestForgetErasesQuestionsClosedBefore(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	if _, err := s.Admit(t.Context(), asking(1, marker)); err != nil {
		t.Fatal(err)
	}
	l, err := s.Lease(t.Context(), key(1), "a", time.Minute)
	must(t, err, s.Finish(t.Context(), l, asking(1, "").Key, nil))
	if n := copies(t, path, marker); n == 0 {
		t.Fatal("no copy in the log: the test looks in the wrong place")
	}
	if _, err := s.Forget(t.Context(), key(1)); err != nil {
		t.Fatal(err)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies after Forget", n)
	}
}

func TestExpireLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	for name, again := range map[string]bool{"by Expire": false, "by a new question": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path, clock := file(t), storetest.NewClock()
			s := openAt(t, path, clock.Now)
			marked(t, s)
			clock.Advance(retention)
			if again {
				q := asking(3, "new")
				q.Thread = key(1)
				if _, err := s.Admit(t.Context(), q); err != nil {
					t.Fatal(err)
				}
			} else if _, err := s.Expire(t.Context(), 10); err != nil {
				t.Fatal(err)
			}
			if n := copies(t, path, marker); n != 0 {
				t.Errorf("%d copies", n)
			}
		})
	}
}

func TestCloseErasesWhatIsOwed(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	if _, err := s.Admit(t.Context(), asking(1, marker)); err != nil {
		t.Fatal(err)
	}
	l, err := s.Lease(t.Context(), key(1), "a", time.Minute)
	must(t, err, s.Finish(t.Context(), l, asking(1, "").Key, nil), s.Close())
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies of a finished question after Close", n)
	}
}

// A reader that keeps an old view keeps the log from being emptied; when it goes,
// the store empties it without being asked again.
func TestErasureWaitsForAReader(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	marked(t, s)
	db, err := sql.Open("sqlite", dsn(path, ""))
	must(t, err)
	defer db.Close()
	view, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	var n int
	must(t, view.QueryRow(`SELECT count(*) FROM turns`).Scan(&n))

	if _, err := s.Forget(t.Context(), key(1)); err != nil {
		t.Fatal(err)
	}
	if copies(t, path, marker) == 0 {
		t.Fatal("nothing is left: the reader does not hold what this test is about")
	}
	if _, err := s.Thread(t.Context(), key(1)); err == nil {
		t.Error("the store still reads it")
	}
	must(t, view.Rollback())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for copies(t, path, marker) != 0 {
		if ctx.Err() != nil {
			t.Fatal("not erased after the reader has gone")
		}
	}
}

func TestEditLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	ask := asking(1, marker)
	_, err := s.Admit(t.Context(), ask)
	must(t, err)
	l, err := s.Lease(t.Context(), key(1), "a", time.Minute)
	turns := []store.Turn{{Role: store.RoleUser, Messages: []store.Message{{TS: ask.Key.TS, Text: marker}}}}
	must(t, err, s.EditMessage(t.Context(), key(1), ask.Key.TS, "edited"), s.Finish(t.Context(), l, ask.Key, turns))
	must(t, s.EditMessage(t.Context(), key(1), ask.Key.TS, "edited again"))
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies", n)
	}
}
