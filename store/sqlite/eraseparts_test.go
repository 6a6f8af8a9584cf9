package sqlite

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

const (
	markedTS = "1700000005.000100"
	otherTS  = "1700000006.000100"
)

// crowd fills thread 1 and its neighbours with turns and images of all sizes, in an
// order that splits pages, some of them with the marker in message markedTS or in
// what was made of file FM.
func crowd(t *testing.T, s *Store) (leases []store.Lease) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 5 {
		_, err := s.Admit(t.Context(), asking(n, "asked"))
		l, err2 := s.Lease(t.Context(), key(n), "a", time.Hour)
		must(t, err, err2)
		leases = append(leases, l)
	}
	for i := range 40 {
		for _, n := range r.Perm(len(leases)) {
			q := asking(100+10*i+n, "more")
			q.Thread = key(n)
			said := []store.Message{{TS: otherTS, Text: strings.Repeat("other ", r.IntN(300))}}
			if n == 1 && i%3 == 1 {
				said = append(said, store.Message{TS: markedTS, Text: strings.Repeat(marker+" ", 1+r.IntN(200)), Images: []int{1},
					Unread: []store.UnreadFile{{FileID: marker}}})
			}
			_, err := s.Admit(t.Context(), q)
			must(t, err, s.Finish(t.Context(), leases[n], q.Key, []store.Turn{{Role: store.RoleUser, Messages: said}}))
			if i >= 12 {
				continue
			}
			image := store.ImageRecord{Label: i + 1, Files: []string{"F1", "F2"}, MessageTS: otherTS, Notes: []string{"a note"},
				Slices: []store.SliceRecord{{Number: 1}, {Number: 2}}}
			data := [][]byte{make([]byte, r.IntN(5000)), make([]byte, r.IntN(300))}
			if n == 1 && i%2 == 1 {
				image.Files, image.MessageTS, image.Notes, image.Slices[0].SHA256 = []string{"F3", "FM"}, markedTS, []string{marker}, marker
				data = [][]byte{[]byte(strings.Repeat(marker, 1+r.IntN(400))), []byte(marker)}
			}
			must(t, s.PutImage(t.Context(), leases[n], image, data))
		}
	}
	return leases
}

func TestEraseMessageLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	leases := crowd(t, s)
	q := asking(900, marker)
	q.Key.TS, q.Thread, q.Files = markedTS, key(1), []string{marker}
	_, err := s.Admit(t.Context(), q)
	must(t, err)
	answered := asking(901, "x")
	answered.Thread = key(1)
	_, err = s.Admit(t.Context(), answered)
	must(t, err, s.Finish(t.Context(), leases[1], answered.Key, []store.Turn{{Role: store.RoleModel, Text: marker, AnswerTS: markedTS}}))
	if n := copies(t, path, marker); n < 100 {
		t.Fatalf("%d copies before: the test looks in the wrong place", n)
	}
	d, err := s.EraseMessage(t.Context(), key(1), markedTS)
	if want := (store.Deleted{Questions: 1, Messages: 14, Images: 6}); d != want || err != nil {
		t.Fatalf("EraseMessage: %+v, %v; want %+v", d, err, want)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies after EraseMessage, with the store running", n)
	}
	whole(t, s)
}

func TestEraseFileLeavesNothingInTheFiles(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	crowd(t, s)
	_, err := s.EraseMessage(t.Context(), key(1), markedTS)
	must(t, err)
	l, err := s.Lease(t.Context(), key(2), "a", time.Hour)
	must(t, err)
	image := store.ImageRecord{Label: 1, Files: []string{"F1", "FM"}, Notes: []string{marker}, Slices: make([]store.SliceRecord, 3)}
	must(t, s.PutImage(t.Context(), l, image, [][]byte{[]byte(marker), make([]byte, 9000), []byte(marker)}))
	if n := copies(t, path, marker); n == 0 {
		t.Fatal("no copy before: the test looks in the wrong place")
	}
	found, err := s.EraseFile(t.Context(), "T1", "FM")
	if d := cmp.Diff([]store.ThreadKey{key(2)}, found); d != "" || err != nil {
		t.Fatalf("EraseFile: %v (-want +got):\n%s", err, d)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies after EraseFile, with the store running", n)
	}
	whole(t, s)
}

// What is not kept is not written either.
func TestWhatComesTooLateIsNotInTheFiles(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	leases := crowd(t, s)
	_, err := s.EraseMessage(t.Context(), key(1), markedTS)
	_, err2 := s.EraseFile(t.Context(), "T1", "FM")
	must(t, err, err2)
	for i, r := range []store.ImageRecord{
		{Label: 13, Files: []string{marker}, MessageTS: markedTS, Notes: []string{marker}, Slices: make([]store.SliceRecord, 1)},
		{Label: 14, Files: []string{marker, "FM"}, MessageTS: otherTS, Notes: []string{marker}, Slices: make([]store.SliceRecord, 1)},
	} {
		must(t, s.PutImage(t.Context(), leases[1], r, [][]byte{fmt.Append(nil, marker, i)}))
	}
	q := asking(900, "x")
	q.Thread = key(1)
	_, err = s.Admit(t.Context(), q)
	must(t, err, s.Finish(t.Context(), leases[1], q.Key, []store.Turn{{Role: store.RoleUser, Messages: []store.Message{{TS: markedTS, Text: marker}}}}))
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies", n)
	}
	th, err := s.Thread(t.Context(), key(1))
	if last := len(th.Turns) - 1; err != nil || len(th.Images) != 14 || !th.Images[13].Gone || !th.Turns[last].Messages[0].Gone {
		t.Errorf("%d images, %v", len(th.Images), err)
	}
}

// A question that was closed a moment ago may still be in the log.
func TestEraseMessageErasesQuestionsClosedBefore(t *testing.T) {
	t.Parallel()
	path := file(t)
	s := openAt(t, path, nil)
	_, err := s.Admit(t.Context(), asking(1, marker))
	l, err2 := s.Lease(t.Context(), key(1), "a", time.Minute)
	must(t, err, err2, s.Finish(t.Context(), l, asking(1, "").Key, nil))
	if n := copies(t, path, marker); n == 0 {
		t.Fatal("no copy in the log: the test looks in the wrong place")
	}
	d, err := s.EraseMessage(t.Context(), key(1), key(1).TS)
	if d != (store.Deleted{}) || err != nil {
		t.Errorf("EraseMessage: %+v, %v", d, err)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies after EraseMessage", n)
	}
}

// What is remembered of erased things goes too, at the end of its time or with the thread.
func TestWhatIsRememberedOfErasedThingsGoes(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := openAt(t, file(t), clock.Now)
	marks := func(want int) {
		t.Helper()
		var n int
		must(t, s.read(t.Context(), "count", func(tx *sql.Tx) error { return tx.QueryRow(`SELECT count(*) FROM erased`).Scan(&n) }))
		if n != want {
			t.Errorf("%d are remembered, want %d", n, want)
		}
	}
	for n := 1; n <= 2; n++ {
		_, err := s.Admit(t.Context(), asking(n, "x"))
		_, err2 := s.EraseMessage(t.Context(), key(n), markedTS)
		must(t, err, err2)
	}
	_, err := s.EraseMessage(t.Context(), key(3), markedTS) // no such thread
	_, err2 := s.EraseFile(t.Context(), "T1", "F1")
	must(t, err, err2)
	marks(3)
	_, err = s.Forget(t.Context(), key(2))
	must(t, err)
	marks(2)
	clock.Advance(store.SeenFor)
	_, err = s.Expire(t.Context(), 1)
	must(t, err)
	_, err = s.Expire(t.Context(), 10)
	must(t, err)
	marks(0)
	if _, err := s.Thread(t.Context(), key(1)); err != nil {
		t.Error(err)
	}
}
