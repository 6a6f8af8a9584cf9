package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// maxGroup is the most writes in one transaction. An fsync takes about as long
// as ten small writes, so little is won above this, and the first writer in the
// group would wait for the last.
const maxGroup = 256

// lazyErase is how long after a Finish the log may still hold the question's
// text; emptying it takes a few milliseconds, too much for each Finish.
const lazyErase = 5 * time.Second

// A writer owns the only writing connection. One goroutine takes the writes
// that wait, runs each inside a savepoint so that a failing one takes back only
// itself, commits once, and then answers all of them.
type writer struct {
	conn    *sql.Conn
	stmts   map[string]*sql.Stmt
	jobs    chan *job
	done    chan struct{} // closed when the goroutine has ended
	err     error         // of closing; read after done
	erasure erasure
}

type job struct {
	fn    func(tx *tx) error
	state atomic.Int32 // waiting, taken or left
	err   error        // of fn
	done  chan error
}

const (
	waiting int32 = iota
	taken         // the writer runs it
	left          // the caller's context ended before it ran
)

// A tx is what one write sees of the shared transaction.
type tx struct {
	w      *writer
	erased urgency
}

func newWriter(conn *sql.Conn) *writer {
	w := &writer{conn: conn, stmts: map[string]*sql.Stmt{}, jobs: make(chan *job, maxGroup), done: make(chan struct{})}
	go w.run()
	return w
}

// do hands fn to the writer and waits until it is on the disk, or until the
// context ends: then fn may still take effect when it had begun.
func (w *writer) do(ctx context.Context, fn func(tx *tx) error) error {
	j := &job{fn: fn, done: make(chan error, 1)}
	select {
	case w.jobs <- j:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-j.done:
		return err
	case <-ctx.Done():
		j.state.CompareAndSwap(waiting, left)
		return ctx.Err()
	}
}

// close ends the writer. No do may run or follow.
func (w *writer) close() error {
	close(w.jobs)
	<-w.done
	return w.err
}

func (w *writer) run() {
	defer close(w.done)
	group := make([]*job, 0, maxGroup)
	for {
		select {
		case j, ok := <-w.jobs:
			if !ok {
				w.err = w.shut()
				return
			}
			group = append(group[:0], j)
		case <-w.erasure.due():
			w.erase(casualWait)
			continue
		}
	gather:
		for len(group) < maxGroup {
			select {
			case j, ok := <-w.jobs:
				if !ok {
					break gather // the next receive sees it again
				}
				group = append(group, j)
			default:
				break gather
			}
		}
		w.commit(group)
	}
}

func (w *writer) shut() error {
	if w.erasure.pending() {
		w.erase(patientWait)
	}
	var errs []error
	for _, s := range w.stmts {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// commit runs a group in one transaction and answers each.
func (w *writer) commit(group []*job) {
	erased, err := w.transact(group)
	if err != nil {
		// Nothing of the group is stored; the rollback's own error adds nothing.
		_, _ = w.exec(`ROLLBACK`)
	}
	if erased != nothing && err == nil {
		w.erasure.owe()
		if erased == now {
			w.erase(patientWait)
		}
	}
	for _, j := range group {
		if err != nil {
			j.done <- err
		} else {
			j.done <- j.err
		}
	}
}

func (w *writer) transact(group []*job) (erased urgency, err error) {
	if _, err := w.exec(`BEGIN IMMEDIATE`); err != nil {
		return nothing, err
	}
	for _, j := range group {
		if !j.state.CompareAndSwap(waiting, taken) {
			j.err = context.Canceled // nobody listens
			continue
		}
		if _, err := w.exec(`SAVEPOINT one`); err != nil {
			return nothing, err
		}
		t := &tx{w: w}
		if j.err = t.run(j.fn); j.err != nil {
			if _, err := w.exec(`ROLLBACK TO one`); err != nil {
				// On a full disk SQLite has taken back the whole transaction by itself.
				return nothing, errors.Join(j.err, err)
			}
		} else {
			erased = max(erased, t.erased)
		}
		if _, err := w.exec(`RELEASE one`); err != nil {
			return nothing, err
		}
	}
	_, err = w.exec(`COMMIT`)
	return erased, err
}

var errPanic = errors.New("store: a write broke off")

// run calls fn. Should it panic, only its own write is lost and its caller
// told, not every later one.
func (t *tx) run(fn func(*tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %T", errPanic, p)
		}
	}()
	return fn(t)
}

// The writer's statements are never given up halfway: a context that ends would
// roll back the whole group. Each caller's own context is heard in do.

func (w *writer) stmt(query string) (*sql.Stmt, error) {
	if s := w.stmts[query]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err == nil {
		w.stmts[query] = s
	}
	return s, err
}

func (w *writer) exec(query string, args ...any) (int, error) {
	s, err := w.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(context.Background(), args...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// exec runs a statement and says how many rows it changed.
func (t *tx) exec(query string, args ...any) (int, error) { return t.w.exec(query, args...) }

// get scans the only row of a query, or returns sql.ErrNoRows.
func (t *tx) get(query string, args []any, dest ...any) error {
	row, err := t.row(query, args...)
	if err != nil {
		return err
	}
	return row.Scan(dest...)
}

func (t *tx) row(query string, args ...any) (*sql.Row, error) {
	s, err := t.w.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.QueryRowContext(context.Background(), args...), nil
}

// keys lists the first column of a query.
func (t *tx) keys(query string, args ...any) (keys []string, err error) {
	s, err := t.w.stmt(query)
	if err != nil {
		return nil, err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var k string
		if err := rows.Scan(&k); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, rows.Err()
}

// notFound is what a missing row means to most calls.
func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return store.ErrNotFound
	}
	return err
}
