package sqlite

import (
	"context"
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/medbuddy/medbuddy/store"
)

// wrap names the operation and says in the store's own words what went wrong.
func wrap(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	err = translate(err)
	if ended := ctx.Err(); ended != nil && !errors.Is(err, ended) && !isOwn(err) {
		// The driver says "interrupted".
		err = ended
	}
	return fmt.Errorf("store %s: %w", op, err)
}

// translate turns what SQLite reports into the store's errors. SQLite's own
// text names tables and columns, never values.
func translate(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xFF {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM:
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	case sqlite3.SQLITE_TOOBIG:
		return fmt.Errorf("%w: %w", store.ErrTooLarge, err)
	}
	return err
}

// isOwn says whether the store itself decided, which the end of the context
// does not change.
func isOwn(err error) bool {
	for _, own := range []error{store.ErrNotFound, store.ErrLeaseHeld, store.ErrLeaseLost, store.ErrTooLarge,
		store.ErrInvalidKey, store.ErrClosed} {
		if errors.Is(err, own) {
			return true
		}
	}
	return false
}
