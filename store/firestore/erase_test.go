package firestore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// beneath counts the documents of a thread, those of files too, read past the store.
func beneath(t *testing.T, s *Store, k store.ThreadKey) (n int, earliest time.Time) {
	t.Helper()
	for _, c := range []string{"questions", "turns", "images", "slices"} {
		docs, err := s.thread(k).Collection(c).Documents(t.Context()).GetAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range docs {
			n++
			at, err := d.DataAt("expire_at")
			if err != nil {
				t.Fatal(err)
			}
			if e := at.(time.Time); earliest.IsZero() || e.Before(earliest) {
				earliest = e
			}
		}
	}
	for id, d := range fileDocs(t, s) {
		if strings.HasPrefix(id, k.String()+"-") {
			n++
			if d.ExpireAt.Before(earliest) {
				earliest = d.ExpireAt
			}
		}
	}
	return n, earliest
}

// fileDocs are all documents of files, read past the store.
func fileDocs(t *testing.T, s *Store) map[string]filesDoc {
	t.Helper()
	docs, err := s.client.Collection("files").Documents(t.Context()).GetAll()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]filesDoc{}
	for _, doc := range docs {
		var d filesDoc
		if err := doc.DataTo(&d); err != nil {
			t.Fatal(err)
		}
		all[doc.Ref.ID] = d
	}
	return all
}

// A process that ends in the middle of Forget leaves documents that nobody can
// read; Expire deletes them.
func TestExpireFinishesAForgetThatBrokeOff(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	clock, f := storetest.NewClock(), &thief{take: 1, code: codes.Canceled, then: cancel}
	s := open(t, project(), retention, clock.Now, grpc.WithChainUnaryInterceptor(f.intercept))
	defer s.Close()
	scene(t, s, clock)
	f.start()
	if _, err := s.Forget(ctx, here); !errors.Is(err, context.Canceled) {
		t.Fatalf("error is %v, want context.Canceled", err)
	}
	if _, err := s.Thread(t.Context(), here); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Thread: %v", err)
	}
	if n, _ := beneath(t, s, here); n == 0 {
		t.Fatal("nothing is left over: the test breaks off too late")
	}
	// A new life meanwhile must not suffer.
	if _, err := s.Admit(t.Context(), asking(here, "1700000009.000100")); err != nil {
		t.Fatal(err)
	}
	clock.Advance(graveTime)
	if n, err := s.Expire(t.Context(), 10); n != 1 || err != nil {
		t.Fatalf("Expire: %d, %v", n, err)
	}
	if n, _ := beneath(t, s, here); n != 1 {
		t.Errorf("%d documents are left, want the new question", n)
	}
	if qs, err := s.Open(t.Context(), here); len(qs) != 1 || err != nil {
		t.Errorf("%d open, %v", len(qs), err)
	}
}

// More documents than fit one commit are deleted too, and their expiry moved.
func TestManyDocuments(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now)
	defer s.Close()
	l := scene(t, s, clock)
	turns := make([]store.Turn, perCommit+50)
	for i := range turns {
		turns[i] = store.Turn{Role: store.RoleModel, Text: fmt.Sprint(i)}
	}
	finish := func(id string, turns []store.Turn) {
		t.Helper()
		q := asking(here, id)
		_, err := s.Admit(t.Context(), q)
		if err := errors.Join(err, s.Finish(t.Context(), l, q.Key, turns)); err != nil {
			t.Fatal(err)
		}
	}
	finish("1700000003.000100", turns)
	for i := range 3 {
		clock.Advance(retention - time.Hour)
		finish(fmt.Sprintf("%d.000100", 1700000004+i), turns[:1])
		th, err := s.Thread(t.Context(), here)
		if err != nil {
			t.Fatal(err)
		}
		// The policy of the database must not take a living thread's documents,
		// nor keep a dead one's for long.
		_, earliest := beneath(t, s, here)
		if earliest.Before(th.ExpireAt) || earliest.After(th.ExpireAt.Add(retention)) {
			t.Errorf("documents expire from %v, the thread %v", earliest, th.ExpireAt)
		}
	}
	n, _ := beneath(t, s, here)
	gone, err := s.Forget(t.Context(), here)
	if err != nil || gone != (store.Deleted{Questions: 1, Turns: n - 4, Images: 1}) {
		t.Errorf("Forget: %+v, %v; there were %d documents", gone, err, n)
	}
	if n, _ := beneath(t, s, here); n != 0 {
		t.Errorf("%d documents are left", n)
	}
}

// The mark of an erased file goes at the end of its time, as a seen key does.
func TestExpireDeletesTheMarksOfFiles(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now)
	defer s.Close()
	for _, team := range []string{"T1", "__x"} {
		if _, err := s.EraseFile(t.Context(), team, "F__"); err != nil {
			t.Fatal(err)
		}
	}
	for _, left := range []int{2, 0} {
		docs, err := s.client.Collection("seen").Documents(t.Context()).GetAll()
		if len(docs) != left || err != nil {
			t.Errorf("%d marks, %v; want %d", len(docs), err, left)
		}
		clock.Advance(store.SeenFor)
		if n, err := s.Expire(t.Context(), 10); n != left || err != nil {
			t.Errorf("Expire: %d, %v; want %d", n, err, left)
		}
	}
}
