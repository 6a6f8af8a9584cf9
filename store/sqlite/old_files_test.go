package sqlite

import (
	"database/sql"
	"fmt"
	"testing"
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

// writeVersion3 makes a file as a process of version 3 left it: the one before, brought
// up to date, with series in thread 2, a turn, settings and a mark.
func writeVersion3(t *testing.T, path string) {
	t.Helper()
	writeVersion2(t, path)
	db, err := sql.Open("sqlite", dsn(path, ""))
	must(t, err)
	defer db.Close()
	_, err = db.Exec(steps[1] + `PRAGMA user_version = 3;`)
	must(t, err)
	for label, files := range map[int]string{2: `["F1","F2","F2","\u003cF"]`, 3: `null`, 4: `["F2"]`} {
		_, err = db.Exec(`INSERT INTO images VALUES (?, ?, ?)`, key(2).String(), label, fmt.Sprintf(`{"Label":%d,"Files":%s,"MessageTS":"1.000001",`+
			`"User":"U1","Width":3,"Height":2,"Side":896,"Slices":[{"Number":1,"MIME":"image/png","SHA256":"`+marker+`"}],"Of":9,"Modality":"CT",`+
			`"Series":0,"View":"","Notes":["padded"]}`, label, files))
		must(t, err)
		_, err = db.Exec(`INSERT INTO slices VALUES (?, ?, 1, ?)`, key(2).String(), label, []byte(marker))
		must(t, err)
	}
	_, err = db.Exec(`INSERT INTO turns VALUES (?, 1, '{"Seq":1,"Role":"user","At":"2026-03-01T12:00:00Z","Messages":[{"TS":"1.000001","User":"U1","Text":"`+
		marker+`","Images":[2],"Unread":null}],"Text":"","Model":"","FinishedBy":"","Temperature":0,"MaxTokens":0}')`, key(2).String())
	must(t, err)
	_, err = db.Exec(`INSERT INTO settings VALUES ('T1-C1', '{"Temperature":0.5,"MaxTokens":null,"By":"U1","At":"2026-03-01T12:00:00Z"}');
		INSERT INTO marks VALUES ('T1', '1700000009.000100')`)
	must(t, err)
}
