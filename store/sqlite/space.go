package sqlite

import (
	"errors"
	"fmt"

	"github.com/medbuddy/medbuddy/store"
)

// A disk that is really full refuses everything, also the answers to questions
// that were taken on. So intake stops before: what is left belongs to them.

// minFree is the room below which nothing new is taken on. A question may need the
// turns of a Finish and the slices of a series, each of them twice, in the log and
// in the database: about 30 MB.
const minFree = 64 << 20

// errNoRoom says that the disk is nearly full. It is an ErrUnavailable.
var errNoRoom = fmt.Errorf("%w: the disk is nearly full", store.ErrUnavailable)

// room returns errNoRoom unless the disk has as much free as is kept for the
// answers, and need beyond it.
func (s *Store) room(kept, need int64) error {
	if s.minFree < 0 {
		return nil
	}
	free, err := freeBytes(s.dir)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w", store.ErrUnavailable, err)
	case free < kept+need:
		return errNoRoom
	}
	return nil
}
