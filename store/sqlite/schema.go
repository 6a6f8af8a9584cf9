package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// version is the schema's, kept in the file as user_version.
const version = 4

// schema is that of an empty file.
const schema = `
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
` + imageTables + `
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
` + marksTable + goneTables

// marksTable is what version 3 brought.
const marksTable = `
CREATE TABLE marks (
	team TEXT PRIMARY KEY,
	ts   TEXT NOT NULL
) WITHOUT ROWID;
`

// goneTables are those that version 4 brought, beside verdicts what erasing goes by.
const goneTables = `
CREATE TABLE verdicts (
	thread TEXT PRIMARY KEY,
	body   TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE files (
	thread TEXT NOT NULL,
	label  INTEGER NOT NULL,
	file   TEXT NOT NULL,
	PRIMARY KEY (thread, label, file)
) WITHOUT ROWID;
CREATE INDEX files_file ON files (file);

CREATE TABLE erased (
	scope TEXT NOT NULL, -- a thread's key, or a workspace
	id    TEXT NOT NULL, -- ts of a message of the thread, or a file
	until INTEGER NOT NULL,
	PRIMARY KEY (scope, id)
) WITHOUT ROWID;
CREATE INDEX erased_until ON erased (until);
`

// imageTables are those that version 2 brought.
const imageTables = `
CREATE TABLE images (
	thread TEXT NOT NULL,
	label  INTEGER NOT NULL,
	record TEXT NOT NULL,
	PRIMARY KEY (thread, label)
) WITHOUT ROWID;

-- With rowids: rows of 900 KB do not belong in the tree of a key.
CREATE TABLE slices (
	thread TEXT NOT NULL,
	label  INTEGER NOT NULL,
	number INTEGER NOT NULL, -- 1, 2, 3 ... in the order of the record
	data   BLOB NOT NULL,
	UNIQUE (thread, label, number)
);
`

// steps bring a file of version i+1 to the next one.
var steps = [...]string{
	// An image was one picture, made of one file, with its bytes beside its record.
	// The values move as the JSON that they are.
	`
ALTER TABLE images RENAME TO pictures;
` + imageTables + `
INSERT INTO images SELECT thread, label, json_remove(
	json_set(record, '$.Of', 1,
		'$.Files', json_array(json(record -> '$.FileID')),
		'$.Slices', json_array(json_object('Number', 1, 'MIME', json(record -> '$.MIME'), 'SHA256', json(record -> '$.SHA256')))),
	'$.FileID', '$.MIME', '$.SHA256') FROM pictures;
INSERT INTO slices SELECT thread, label, 1, data FROM pictures;
DROP TABLE pictures;
`,
	marksTable,
	// A record from before version 2 may lack what it does not know; null is no file.
	goneTables + `
INSERT OR IGNORE INTO files SELECT i.thread, i.label, f.value FROM images i, json_each(i.record, '$.Files') f
	WHERE f.type = 'text';
`,
}

var errNewer = errors.New("the file was written by a newer version of MedBuddy")

// migrate brings an empty or older file to version. Two processes may do it at
// the same time.
func migrate(conn *sql.Conn) (err error) {
	// Opening must not be given up halfway, and takes milliseconds.
	ctx := context.Background()
	if _, err := conn.ExecContext(ctx, `BEGIN IMMEDIATE`); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, err2 := conn.ExecContext(ctx, `ROLLBACK`)
			err = errors.Join(err, err2)
		}
	}()
	var have int
	if err := conn.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&have); err != nil {
		return err
	}
	switch {
	case have > version:
		return fmt.Errorf("%w (schema %d, this one knows %d)", errNewer, have, version)
	case have < version:
		todo := schema
		if have > 0 {
			todo = strings.Join(steps[have-1:], "")
		}
		if _, err := conn.ExecContext(ctx, todo+fmt.Sprintf("PRAGMA user_version = %d;", version)); err != nil {
			return err
		}
	}
	_, err = conn.ExecContext(ctx, `COMMIT`)
	return err
}
