package firestore

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// markDoc is marks/team-T.
type markDoc struct {
	TS string `firestore:"ts"`
}

// mark has a word in front because Firestore refuses ids like __x__.
func (s *Store) mark(team string) *firestore.DocumentRef {
	return s.client.Collection("marks").Doc("team-" + team)
}

func decodeMark(doc *firestore.DocumentSnapshot) (ts string, err error) {
	if !doc.Exists() {
		return "", nil
	}
	var d markDoc
	if err := doc.DataTo(&d); err != nil {
		return "", fmt.Errorf("decoding a mark: %T", err)
	}
	return d.TS, nil
}

// Mark implements store.Store.
func (s *Store) Mark(ctx context.Context, team string) (ts string, err error) {
	if err := store.ValidateTeam(team); err != nil {
		return "", err
	}
	err = s.call(ctx, "mark", func(ctx context.Context) error {
		docs, err := s.get(ctx, s.mark(team))
		if err != nil {
			return err
		}
		ts, err = decodeMark(docs[0])
		return err
	})
	return ts, err
}

// SetMark implements store.Store.
func (s *Store) SetMark(ctx context.Context, team, ts string) error {
	if err := errors.Join(store.ValidateTeam(team), store.ValidateTS(ts)); err != nil {
		return err
	}
	return s.call(ctx, "set mark", func(ctx context.Context) error {
		return s.swap(ctx, []*firestore.DocumentRef{s.mark(team)}, func(docs []*firestore.DocumentSnapshot, _ string, b *batch) error {
			have, err := decodeMark(docs[0])
			if err != nil {
				return err
			}
			// Also after a write whose answer was lost: the mark needs no token.
			if have != "" && store.CompareTS(ts, have) <= 0 {
				return errUnchanged
			}
			// Null: a mark never expires.
			write(b, docs[0], []firestore.Update{{Path: "ts", Value: ts}, {Path: "expire_at", Value: nil}})
			return nil
		})
	})
}

// servedAs is the field that Served goes by: the workspace and, of a fixed width,
// the time of the last change. Null for a thread that is not served.
func (d *threadDoc) servedAs(team string) any {
	if d.Gen == "" || !d.Asked {
		return nil
	}
	return fmt.Sprintf("%s-%016d", team, d.UpdatedAt.UnixMicro())
}

// Served implements store.Store. It reads at most twice limit: those that have
// expired and are not yet deleted are passed over here.
func (s *Store) Served(ctx context.Context, team string, limit int) (keys []store.ThreadKey, err error) {
	if err := store.ValidateTeam(team); err != nil {
		return nil, err
	}
	err = s.call(ctx, "served", func(ctx context.Context) error {
		if limit <= 0 {
			return nil
		}
		// "." comes right after "-". Bounds and order are of one field, for which
		// the automatic index is enough.
		docs, err := s.query(ctx, s.client.Collection("threads").OrderBy("served", firestore.Desc).
			StartAfter(team+".").EndBefore(team+"-").Limit(2*limit).Select("gen", "ends_at"))
		if err != nil {
			return err
		}
		now := s.now()
		for _, doc := range docs {
			d, err := decodeThread(doc)
			if err != nil {
				return err
			}
			if k, ok := keyOf(doc.Ref.ID); ok && d.live(now) && len(keys) < limit {
				keys = append(keys, k)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}
