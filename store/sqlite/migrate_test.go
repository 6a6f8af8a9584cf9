package sqlite

import (
	"database/sql"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
)

func TestAFileOfVersion1(t *testing.T) {
	t.Parallel()
	path := file(t)
	writeVersion1(t, path)
	s := openAt(t, path, nil)
	th, err := s.Thread(t.Context(), key(1))
	must(t, err)
	one := []store.SliceRecord{{Number: 1}}
	want := []store.ImageRecord{
		{Label: 1, Files: []string{"F1"}, MessageTS: "1.000001", User: "U1", Width: 2022, Height: 1011, Side: 896,
			Slices: []store.SliceRecord{{Number: 1, MIME: "image/png", SHA256: "abcd"}}, Of: 1, Notes: []string{"padded", marker}},
		{Label: 2, Files: []string{"F2"}, Width: 1, Height: 2, Side: 3,
			Slices: []store.SliceRecord{{Number: 1, MIME: "image/jpeg"}}, Of: 1},
	}
	if d := cmp.Diff(want, th.Images); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
	if len(th.Turns) != 1 || th.Turns[0].Text != "answered" || !th.Asked {
		t.Errorf("%d turns, asked %v", len(th.Turns), th.Asked)
	}
	for _, c := range []struct {
		thread int
		r      store.ImageRecord
		data   string
	}{
		{1, want[0], "one\x00\xff" + marker},
		{1, want[1], ""},
		{2, store.ImageRecord{Label: 1, Files: []string{"\"\x00<ü"}, Slices: one, Of: 1}, "odd"},
	} {
		r, data, err := s.Image(t.Context(), key(c.thread), c.r.Label)
		must(t, err)
		if d := cmp.Diff(c.r, r); d != "" {
			t.Errorf("record (-want +got):\n%s", d)
		}
		if len(data) != 1 || string(data[0]) != c.data {
			t.Errorf("image %d of thread %d: %q", c.r.Label, c.thread, data)
		}
	}
	// What was written before is erased as what is written now.
	if n := copies(t, path, marker); n == 0 {
		t.Fatal("no copy before: the test looks in the wrong place")
	}
	if d, err := s.Forget(t.Context(), key(1)); err != nil || d != (store.Deleted{Turns: 1, Images: 2}) {
		t.Errorf("Forget: %+v, %v", d, err)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies after Forget", n)
	}
	must(t, s.Close())
	if r, _, err := openAt(t, path, nil).Image(t.Context(), key(2), 1); err != nil || r.Of != 1 {
		t.Errorf("opened again: %+v, %v", r, err)
	}
}

func TestAFileOfVersion2(t *testing.T) {
	t.Parallel()
	path := file(t)
	writeVersion2(t, path)
	s := openAt(t, path, nil)
	if ts, err := s.Mark(t.Context(), "T1"); ts != "" || err != nil {
		t.Errorf("a mark that nobody set: %q, %v", ts, err)
	}
	must(t, s.SetMark(t.Context(), "T1", "1700000009.000100"))
	qs, err := s.Open(t.Context(), key(1))
	if err != nil || len(qs) != 1 || qs[0].Text != "waiting" {
		t.Errorf("%d open questions, %v", len(qs), err)
	}
	served, err := s.Served(t.Context(), "T1", 10)
	if d := cmp.Diff([]store.ThreadKey{key(2), key(1)}, served); d != "" || err != nil {
		t.Errorf("served (-want +got): %v\n%s", err, d)
	}
	must(t, s.Close())
	if ts, err := openAt(t, path, nil).Mark(t.Context(), "T1"); ts != "1700000009.000100" || err != nil {
		t.Errorf("opened again: %q, %v", ts, err)
	}
}

func TestAFileOfVersion3(t *testing.T) {
	t.Parallel()
	path := file(t)
	writeVersion3(t, path)
	s := openAt(t, path, nil)
	th, err := s.Thread(t.Context(), key(2))
	must(t, err)
	if len(th.Images) != 4 || len(th.Images[1].Files) != 4 || th.Images[1].Gone || len(th.Verdicts) != 0 ||
		th.Turns[0].Messages[0].Text != marker || th.Turns[0].Messages[0].Gone {
		t.Errorf("%d images, %d files, %d verdicts", len(th.Images), len(th.Images[1].Files), len(th.Verdicts))
	}
	set, err := s.Settings(t.Context(), key(2).ChannelScope())
	if err != nil || *set.Temperature != 0.5 || set.Paused {
		t.Errorf("settings: %+v, %v", set, err)
	}
	qs, err := s.Open(t.Context(), key(1))
	if err != nil || len(qs) != 1 || qs[0].Of+qs[0].AskedTS+qs[0].StoppedBy != "" {
		t.Errorf("%d open questions, %v", len(qs), err)
	}
	must(t, s.Stop(t.Context(), key(1), qs[0].Key, "U2"))
	if qs, err = s.Open(t.Context(), key(1)); err != nil || qs[0].StoppedBy != "U2" || qs[0].Text != "waiting" {
		t.Errorf("stopped: %v", err)
	}
	// What was there before is found by its files, and erased as what comes now.
	for _, c := range []struct {
		file string
		want []store.ThreadKey
		left int // images in thread 2
	}{
		{"F9", nil, 4}, {"F1", []store.ThreadKey{key(1), key(2)}, 3}, {"F2", []store.ThreadKey{key(1), key(2)}, 2}, {"F2", nil, 2},
	} {
		found, err := s.EraseFile(t.Context(), "T1", c.file)
		if d := cmp.Diff(c.want, found); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", c.file, err, d)
		}
		th, err := s.Thread(t.Context(), key(2))
		must(t, err)
		left := 0
		for _, r := range th.Images {
			if !r.Gone {
				left++
			}
		}
		if left != c.left {
			t.Errorf("%s: %d images are left, want %d", c.file, left, c.left)
		}
	}
	d, err := s.EraseMessage(t.Context(), key(2), "1.000001")
	if d != (store.Deleted{Messages: 1, Images: 1}) || err != nil {
		t.Errorf("EraseMessage: %+v, %v", d, err)
	}
	if n := copies(t, path, marker); n != 0 {
		t.Errorf("%d copies are left", n)
	}
}

// A file brought up to date cannot be told from a new one.
func TestMigratedSchemaIsTheNewOne(t *testing.T) {
	t.Parallel()
	tables := func(path string) map[string]string {
		s := openAt(t, path, nil)
		all := map[string]string{}
		must(t, s.read(t.Context(), "schema", func(tx *sql.Tx) error {
			rows, err := tx.Query(`SELECT name, coalesce(sql, '') FROM sqlite_schema`)
			return each(rows, err, func() error {
				var name, text string
				err := rows.Scan(&name, &text)
				all[name] = strings.Join(strings.Fields(text), " ")
				return err
			})
		}))
		return all
	}
	for _, write := range []func(*testing.T, string){writeVersion1, writeVersion2, writeVersion3} {
		old := file(t)
		write(t, old)
		if d := cmp.Diff(tables(file(t)), tables(old)); d != "" {
			t.Errorf("schema (-new +migrated):\n%s", d)
		}
	}
}

// Two processes may find the old file at the same time.
func TestTwoMigrateAtOnce(t *testing.T) {
	t.Parallel()
	path := file(t)
	writeVersion1(t, path)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := Open(path, Options{Retention: retention})
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if th, err := s.Thread(t.Context(), key(1)); err != nil || len(th.Images) != 2 {
				t.Errorf("%d images, %v", len(th.Images), err)
			}
		})
	}
	wg.Wait()
}
