// Package sqlite is the embedded backend of package store: one SQLite file, no
// cgo, no server. It is the default, for one process or a few on one machine.
//
// What it promises beyond store.Store:
//
//   - When a write returns, it is on the disk (WAL, synchronous FULL). Writes
//     that wait at the same time share one transaction and so one fsync.
//   - What Forget, EraseMessage, EraseFile or Expire deleted is in none of the files
//     any more when they return: pages are overwritten (secure_delete) and the
//     write-ahead log is emptied. A reader of another process that holds an old view for long can
//     delay the log's part; it is tried again until it succeeds. Backups, copies
//     and the flash cells of a disk are outside: encrypt the disk.
//   - On a full disk writes return ErrUnavailable, and nothing that was answered is
//     lost. Intake stops before, while there is room for the answers to what was
//     taken on (Options.MinFree). When there is room again, all goes on by itself.
//   - Several processes may use the file, also to look into it with the sqlite3
//     tool. The file must be on a local disk, not on NFS.
//
// The tables (times are microseconds since 1970, UTC; a thread's or question's
// key is team-channel-ts, a press's has -act behind it):
//
//	threads    key, asked, started, updated_at, expire_at   one per thread that exists
//	turns      thread, seq, body                            body is the Turn as JSON
//	images     thread, label, record                        record is the ImageRecord as JSON
//	slices     thread, label, number, data                  the bytes of an image's slices, from 1
//	files      thread, label, file                          the Slack files of each image, for EraseFile
//	verdicts   thread, body                                 body is the thread's Verdicts as JSON
//	questions  key, thread, open, body, admitted_at, ...    every message seen; open=0 has no body
//	leases     thread, owner, fence, until                  also of threads that do not exist
//	settings   scope, body                                  team-channel, or a thread's key
//	counters   name, value                                  the last fence given
//	marks      team, ts                                     how far a workspace has been seen
//	erased     scope, id, until                             a thread's messages, or a workspace's files, that must not come back
//
// Never open the database file itself in a process that runs a Store, not even
// to read its size: closing any descriptor of it drops the process's POSIX
// locks. To copy it use "VACUUM INTO".
package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/medbuddy/medbuddy/store"
)

// Options are what a store needs to know.
type Options struct {
	Retention time.Duration    // how long after its last turn a thread is kept; above 0
	Now       func() time.Time // nil: time.Now

	// MinFree is how many bytes must be free on the disk for anything new to be
	// taken on; 0 is 64 MiB, below 0 is no limit. With less, Ping and the Admit of
	// a message not seen before return ErrUnavailable, so that there is room to
	// answer what was taken on; PutImage may use half of it.
	MinFree int64
}

// Store keeps everything in one file. It implements store.Store.
type Store struct {
	retention time.Duration
	clock     func() time.Time
	minFree   int64
	dir       string // of the file
	reads     *sql.DB
	writes    *sql.DB
	w         *writer

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // calls that passed enter
}

var _ store.Store = (*Store)(nil)

// readers is how many reads run at once. Reads are short; more connections only
// cost memory (about 2 MB of page cache each).
const readers = 4

// Open opens the database file at path, and makes it (mode 0600) and its
// directory (mode 0700) when they are not there. A file written by an older
// MedBuddy is brought up to date, which needs as much room again as its images
// take; one written by a newer MedBuddy is refused.
func Open(path string, o Options) (_ *Store, err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("opening the embedded store: %w", err)
		}
	}()
	if o.Retention <= 0 {
		return nil, errors.New("retention must be above zero")
	}
	if path, err = filepath.Abs(path); err != nil {
		return nil, err
	}
	if err := makeFile(path); err != nil {
		return nil, err
	}
	s := &Store{retention: o.Retention, clock: o.Now, minFree: cmp.Or(o.MinFree, minFree), dir: filepath.Dir(path)}
	if s.clock == nil {
		s.clock = time.Now
	}
	// A transaction that reads first and writes later would fail at once with
	// SQLITE_BUSY_SNAPSHOT when another process wrote meanwhile, without waiting:
	// so write transactions are immediate and go over one connection.
	if s.writes, err = sql.Open("sqlite", dsn(path, "_txlock=immediate")); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.writes.Close())
		}
	}()
	s.writes.SetMaxOpenConns(1)
	conn, err := s.writes.Conn(context.Background())
	if err != nil {
		return nil, translate(err)
	}
	if err := migrate(conn); err != nil {
		return nil, errors.Join(translate(err), conn.Close())
	}
	if s.reads, err = sql.Open("sqlite", dsn(path, "_pragma=query_only(1)")); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	s.reads.SetMaxOpenConns(readers)
	s.reads.SetMaxIdleConns(readers)
	s.w = newWriter(conn)
	return s, nil
}

// makeFile creates an empty file that only its owner may read; SQLite gives the
// mode to the log and the index beside it. It never opens a file that exists.
func makeFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return os.Chmod(path, 0o600)
	}
	if err != nil {
		return err
	}
	return f.Close()
}

func dsn(path, more string) string {
	u := url.URL{Scheme: "file", Path: path}
	return u.String() + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
		"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)&" + more
}

// now is the clock's time in whole microseconds, as it is stored.
func (s *Store) now() int64 { return s.clock().UnixMicro() }

func at(micros int64) time.Time { return time.UnixMicro(micros).UTC() }

// enter lets a call in; leave must follow when it returns nil.
func (s *Store) enter(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	s.running.Add(1)
	return nil
}

func (s *Store) leave() { s.running.Done() }

// Close implements store.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return store.ErrClosed
	}
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
	// Readers first, so that the last connection closed is the writer's, which
	// may then empty the log and remove it.
	return cmp.Or(s.reads.Close(), s.w.close(), s.writes.Close())
}

// Ping implements store.Store.
func (s *Store) Ping(ctx context.Context) error {
	err := s.read(ctx, "ping", func(tx *sql.Tx) error {
		var n int
		return tx.QueryRowContext(ctx, `SELECT count(*) FROM counters`).Scan(&n)
	})
	if err != nil {
		return err
	}
	return s.write(ctx, "ping", func(tx *tx) error {
		if err := s.room(s.minFree, 0); err != nil {
			return err
		}
		_, err := tx.exec(`UPDATE counters SET value = value WHERE name = 'fence'`)
		return err
	})
}

// read runs f in one consistent view of the data.
func (s *Store) read(ctx context.Context, op string, f func(tx *sql.Tx) error) error {
	if err := s.enter(ctx); err != nil {
		return wrap(ctx, op, err)
	}
	defer s.leave()
	tx, err := s.reads.BeginTx(ctx, nil)
	if err != nil {
		return wrap(ctx, op, err)
	}
	err = f(tx)
	// Nothing was written, so how the transaction ends does not matter.
	_ = tx.Rollback()
	return wrap(ctx, op, err)
}

// write runs f in a transaction that may be shared with other writes, and
// returns when it is on the disk. f may run after write has returned, when the
// context ends meanwhile, so it must not touch what the caller may change.
func (s *Store) write(ctx context.Context, op string, f func(tx *tx) error) error {
	if err := s.enter(ctx); err != nil {
		return wrap(ctx, op, err)
	}
	defer s.leave()
	return wrap(ctx, op, s.w.do(ctx, f))
}
