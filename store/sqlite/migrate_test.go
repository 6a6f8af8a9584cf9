package sqlite

import (
	"database/sql"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
)

// schema1 is the schema as version 1 wrote it.
const schema1 = `
CREATE TABLE threads (
	key        TEXT PRIMARY KEY,
	asked      INTEGER NOT NULL,
	updated_at INTEGER NOT NULL,
	expire_at  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX threads_expire ON threads (expire_at);

CREATE TABLE turns (
	thread TEXT NOT NULL,
	seq    INTEGER NOT NULL,
	body   TEXT NOT NULL,
	PRIMARY KEY (thread, seq)
) WITHOUT ROWID;

-- With rowids: rows of 900 KB do not belong in the tree of a key.
CREATE TABLE images (
	thread TEXT NOT NULL,
	label  INTEGER NOT NULL,
	record TEXT NOT NULL,
	data   BLOB NOT NULL,
	UNIQUE (thread, label)
);

CREATE TABLE questions (
	key         TEXT PRIMARY KEY,
	thread      TEXT NOT NULL, -- '' when refused
	open        INTEGER NOT NULL,
	body        TEXT,          -- NULL when not open
	answer_ts   TEXT NOT NULL DEFAULT '',
	admitted_at INTEGER NOT NULL,
	seen_until  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX questions_open ON questions (thread) WHERE open = 1;
CREATE INDEX questions_abandoned ON questions (admitted_at) WHERE open = 1;
CREATE INDEX questions_seen ON questions (seen_until) WHERE open = 0;

CREATE TABLE leases (
	thread TEXT PRIMARY KEY,
	owner  TEXT NOT NULL,
	fence  INTEGER NOT NULL,
	until  INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX leases_until ON leases (until);

CREATE TABLE settings (
	scope TEXT PRIMARY KEY,
	body  TEXT NOT NULL
) WITHOUT ROWID;

-- One counter for the fences of all threads, so that none is used again when a
-- lease's row has been deleted.
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters VALUES ('fence', 0);
`

// writeVersion1 makes a file as a process of version 1 left it: thread 1 with
// two pictures and a turn, and thread 2 with an odd one.
func writeVersion1(t *testing.T, path string) {
	t.Helper()
	must(t, makeFile(path))
	db, err := sql.Open("sqlite", dsn(path, ""))
	must(t, err)
	defer db.Close()
	_, err = db.Exec(schema1 + `PRAGMA user_version = 1;`)
	must(t, err)
	for n := 1; n <= 2; n++ {
		_, err = db.Exec(`INSERT INTO threads VALUES (?, 1, 1700000000000000, 99900000000000000)`, key(n).String())
		must(t, err)
	}
	_, err = db.Exec(`INSERT INTO turns VALUES (?, 1, '{"Seq":1,"Role":"model","At":"2026-03-01T12:00:00Z","Messages":null,"Text":"answered","Model":"m","FinishedBy":"stop","Temperature":0.1,"MaxTokens":500}')`, key(1).String())
	must(t, err)
	for _, c := range []struct {
		thread, label int
		record        string
		data          []byte
	}{
		{1, 1, `{"Label":1,"FileID":"F1","MessageTS":"1.000001","User":"U1","MIME":"image/png","SHA256":"abcd","Width":2022,"Height":1011,"Side":896,"Notes":["padded","` + marker + `"]}`, []byte("one\x00\xff" + marker)},
		{1, 2, `{"Label":2,"FileID":"F2","MessageTS":"","User":"","MIME":"image/jpeg","SHA256":"","Width":1,"Height":2,"Side":3,"Notes":null}`, []byte{}},
		{2, 1, `{"Label":1,"FileID":"\"\u0000\u003cü","MessageTS":"","User":"","MIME":"","SHA256":"","Width":0,"Height":0,"Side":0,"Notes":null}`, []byte("odd")},
	} {
		_, err = db.Exec(`INSERT INTO images VALUES (?, ?, ?, ?)`, key(c.thread).String(), c.label, c.record, c.data)
		must(t, err)
	}
}

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

// writeVersion2 makes a file as a process of version 2 left it: the one before,
// brought up to date, and an open question.
func writeVersion2(t *testing.T, path string) {
	t.Helper()
	writeVersion1(t, path)
	db, err := sql.Open("sqlite", dsn(path, ""))
	must(t, err)
	defer db.Close()
	_, err = db.Exec(steps[0] + `PRAGMA user_version = 2;`)
	must(t, err)
	_, err = db.Exec(`INSERT INTO questions VALUES (?, ?, 1,
		'{"Key":{"Team":"T1","Channel":"C1","TS":"1700000003.000001"},"Thread":{"Team":"T1","Channel":"C1","TS":"1700000001.000001"},"Kind":"ask","Text":"waiting"}',
		'', 1700000000000000, 99900000000000000)`, key(3).String(), key(1).String())
	must(t, err)
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
	for _, write := range []func(*testing.T, string){writeVersion1, writeVersion2} {
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
