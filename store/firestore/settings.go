package firestore

import (
	"context"
	"fmt"
	"time"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// Settings implements store.Store.
func (s *Store) Settings(ctx context.Context, sc store.Scope) (set store.Settings, err error) {
	if err := sc.Validate(); err != nil {
		return store.Settings{}, err
	}
	err = s.call(ctx, "settings", func(ctx context.Context) error {
		if sc.Thread != "" {
			d, err := s.readThread(ctx, store.ThreadKey{Team: sc.Team, Channel: sc.Channel, TS: sc.Thread})
			if err != nil {
				return err
			}
			set = d.Settings.decode()
			return nil
		}
		docs, err := s.get(ctx, s.channel(sc))
		if err != nil {
			return err
		}
		set, err = decodeChannel(docs[0])
		return err
	})
	return set, err
}

func decodeChannel(doc *firestore.DocumentSnapshot) (store.Settings, error) {
	if !doc.Exists() {
		return store.Settings{}, nil
	}
	var d settingsDoc
	if err := doc.DataTo(&d); err != nil {
		return store.Settings{}, fmt.Errorf("decoding settings: %T", err)
	}
	return d.decode(), nil
}

// decode makes pointers of its own, so that nobody else's show through.
func (d *settingsDoc) decode() (set store.Settings) {
	if d == nil || d.Temperature == nil && d.MaxTokens == nil && !d.Paused {
		return store.Settings{}
	}
	set.Paused, set.By, set.At = d.Paused, d.By, d.At.UTC()
	if d.Temperature != nil {
		set.Temperature = new(*d.Temperature)
	}
	if d.MaxTokens != nil {
		set.MaxTokens = new(*d.MaxTokens)
	}
	return set
}

// SetSettings implements store.Store.
func (s *Store) SetSettings(ctx context.Context, sc store.Scope, change func(store.Settings) store.Settings) (before, after store.Settings, err error) {
	if err := sc.Validate(); err != nil {
		return store.Settings{}, store.Settings{}, err
	}
	err = s.call(ctx, "set settings", func(ctx context.Context) error {
		if sc.Thread != "" {
			before, after, err = s.setThread(ctx, store.ThreadKey{Team: sc.Team, Channel: sc.Channel, TS: sc.Thread}, change)
		} else {
			before, after, err = s.setChannel(ctx, sc, change)
		}
		return err
	})
	if err != nil {
		return store.Settings{}, store.Settings{}, err
	}
	return before, after, nil
}

// apply returns what is to be stored; nil to erase.
func apply(stored *settingsDoc, change func(store.Settings) store.Settings, now time.Time) (*settingsDoc, error) {
	set, err := store.PrepareSettings(change(stored.decode()))
	if err != nil || set == (store.Settings{}) {
		return nil, err
	}
	return &settingsDoc{Temperature: set.Temperature, MaxTokens: set.MaxTokens, Paused: set.Paused, By: set.By, At: now}, nil
}

func (s *Store) setThread(ctx context.Context, k store.ThreadKey, change0 func(store.Settings) store.Settings) (before, after store.Settings, err error) {
	err = s.change(ctx, k, nil, func(c *change) error {
		live := c.d.live(c.now)
		var stored *settingsDoc
		if live {
			stored = c.d.Settings
		}
		next, err := apply(stored, change0, c.now)
		if err != nil {
			return err
		}
		before, after = stored.decode(), next.decode()
		if next == nil && stored == nil {
			return errUnchanged
		}
		c.d.begin(c.now, s.retention, c.token)
		c.d.Settings = next
		return nil
	})
	return before, after, err
}

func (s *Store) setChannel(ctx context.Context, sc store.Scope, change func(store.Settings) store.Settings) (before, after store.Settings, err error) {
	refs := []*firestore.DocumentRef{s.channel(sc)}
	err = s.swap(ctx, refs, func(docs []*firestore.DocumentSnapshot, token string, b *batch) error {
		var stored settingsDoc
		if docs[0].Exists() {
			if err := docs[0].DataTo(&stored); err != nil {
				return fmt.Errorf("decoding settings: %T", err)
			}
		}
		next, err := apply(&stored, change, s.now())
		if err != nil {
			return err
		}
		before, after = stored.decode(), next.decode()
		if next == nil {
			if !docs[0].Exists() {
				return errUnchanged
			}
			next = &settingsDoc{} // the document stays for its acks
		}
		write(b, docs[0], []firestore.Update{
			{Path: "temperature", Value: next.Temperature},
			{Path: "max_tokens", Value: next.MaxTokens},
			{Path: "paused", Value: next.Paused},
			{Path: "by", Value: next.By},
			{Path: "at", Value: stamp(next.At)},
			{Path: "acks", Value: addAck(acksOf(docs[0]), token)},
			// Null: a channel's settings never expire.
			{Path: "expire_at", Value: nil},
		})
		return nil
	})
	return before, after, err
}
