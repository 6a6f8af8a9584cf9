package firestore

import (
	"context"

	"github.com/medbuddy/medbuddy/store"
)

// Mark implements store.Store.
func (s *Store) Mark(ctx context.Context, team string) (string, error) { return "", nil }

// SetMark implements store.Store.
func (s *Store) SetMark(ctx context.Context, team, ts string) error { return nil }

// Served implements store.Store.
func (s *Store) Served(ctx context.Context, team string, limit int) ([]store.ThreadKey, error) {
	return nil, nil
}
