package firestore

import (
	"errors"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// aged takes from the scene's documents what a version before presses, verdicts and
// erasing did not write.
func aged(t *testing.T, s *Store) {
	t.Helper()
	ref := s.thread(here)
	d, err := s.readThread(t.Context(), here)
	if err != nil {
		t.Fatal(err)
	}
	var open, sets []map[string]any
	for _, o := range d.Open {
		open = append(open, map[string]any{"id": o.ID, "at": o.At})
	}
	for _, set := range d.Sets {
		sets = append(sets, map[string]any{"label": set.Label, "id": set.ID, "n": set.N, "fence": set.Fence})
	}
	without := func(ref *firestore.DocumentRef, fields ...string) {
		t.Helper()
		updates := make([]firestore.Update, len(fields))
		for i, f := range fields {
			updates[i] = firestore.Update{Path: f, Value: firestore.Delete}
		}
		if _, err := ref.Update(t.Context(), updates); err != nil {
			t.Fatal(err)
		}
	}
	without(ref, "verdicts", "gone", "settings.paused")
	if _, err := ref.Update(t.Context(), []firestore.Update{{Path: "open", Value: open}, {Path: "sets", Value: sets}}); err != nil {
		t.Fatal(err)
	}
	for _, o := range d.Open {
		without(question(ref, d.Gen, o.ID), "act", "asked_ts")
	}
	for i := range d.Turns {
		without(turn(ref, d.Gen, i+1), "of", "kind", "user", "answer_ts", "images")
	}
	// A message's fields are in an array, which is replaced whole.
	_, err = turn(ref, d.Gen, 1).Update(t.Context(), []firestore.Update{{Path: "messages",
		Value: []map[string]any{{"ts": "1.0", "user": "", "text": "asked", "images": nil, "unread": nil}}}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range d.Images {
		without(image(ref, d.Gen, i+1), "record.gone")
	}
	without(s.channel(here.ChannelScope()), "paused")
	docs, err := s.client.Collection("files").Documents(t.Context()).GetAll()
	for _, doc := range docs {
		_, err2 := doc.Ref.Delete(t.Context())
		err = errors.Join(err, err2)
	}
	if err != nil || len(docs) != d.Images {
		t.Fatalf("%d documents of files, %v", len(docs), err)
	}
}

func TestDocumentsOfAnOlderVersion(t *testing.T) {
	t.Parallel()
	// What can be done then, as with documents of today.
	for name, do := range map[string]func(s *Store, l store.Lease, clock *storetest.Clock) (any, error){
		"read": func(*Store, store.Lease, *storetest.Clock) (any, error) { return nil, nil },
		"answer when the expiry moves": func(s *Store, l store.Lease, clock *storetest.Clock) (any, error) {
			// A turn near the end, and one that would outlive the documents beneath.
			q := asking(here, "1700000005.000100")
			clock.Advance(retention - time.Hour)
			_, err1 := s.Admit(t.Context(), q)
			err2 := s.Finish(t.Context(), l, q.Key, answering("late"))
			clock.Advance(2 * time.Hour)
			return nil, errors.Join(err1, err2, s.Finish(t.Context(), l, asking(here, "1700000002.000100").Key, answering("later")))
		},
		"replace an image": func(s *Store, l store.Lease, _ *storetest.Clock) (any, error) {
			err := s.PutImage(t.Context(), l, picture(1, "F2", 2), blank(2, "new"))
			if err != nil {
				return nil, err
			}
			return s.EraseFile(t.Context(), "T1", "F2")
		},
		"stop": func(s *Store, _ store.Lease, _ *storetest.Clock) (any, error) {
			return nil, s.Stop(t.Context(), here, asking(here, "1700000002.000100").Key, "U2")
		},
		"judge": func(s *Store, _ store.Lease, _ *storetest.Clock) (any, error) {
			return s.SetVerdict(t.Context(), here, "5.000001", "U1", func(v store.Verdict) store.Verdict {
				v.Feedback = "good"
				return v
			})
		},
		"erase a message": func(s *Store, _ store.Lease, _ *storetest.Clock) (any, error) {
			return s.EraseMessage(t.Context(), here, "1.0")
		},
		"erase a question": func(s *Store, _ store.Lease, _ *storetest.Clock) (any, error) {
			return s.EraseMessage(t.Context(), here, "1700000002.000100")
		},
		"forget": func(s *Store, _ store.Lease, _ *storetest.Clock) (any, error) {
			gone, err := s.Forget(t.Context(), here)
			if n, _ := beneath(t, s, here); n != 0 {
				t.Errorf("%d documents are left", n)
			}
			return gone, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			play := func(old bool) (all []any) {
				clock := storetest.NewClock()
				s := open(t, project(), retention, clock.Now)
				defer s.Close()
				l := scene(t, s, clock)
				if old {
					aged(t, s)
				}
				got, err := do(s, l, clock)
				if err != nil {
					t.Fatal(err)
				}
				th, err := s.Thread(t.Context(), here)
				qs, err2 := s.Open(t.Context(), here)
				set, err3 := s.Settings(t.Context(), here.Scope())
				channel, err4 := s.Settings(t.Context(), here.ChannelScope())
				_, data, err5 := s.Image(t.Context(), here, 1)
				if err := errors.Join(err2, err3, err4); err != nil {
					t.Fatal(err)
				}
				return []any{got, th, err == nil, qs, set, channel, data, err5 == nil, len(sliceDocs(t, s))}
			}
			if d := cmp.Diff(play(false), play(true)); d != "" {
				t.Errorf("(-today's +old):\n%s", d)
			}
		})
	}
}

// An older version that ends a thread's life leaves what it does not know. The next life
// has nothing of it.
func TestALifeThatAnOlderVersionEnded(t *testing.T) {
	t.Parallel()
	clock := storetest.NewClock()
	s := open(t, project(), retention, clock.Now)
	defer s.Close()
	l := scene(t, s, clock)
	_, err1 := s.SetVerdict(t.Context(), here, "5.000001", "U1", func(v store.Verdict) store.Verdict {
		v.Feedback = "good"
		return v
	})
	_, err2 := s.EraseMessage(t.Context(), here, "3.0")
	before, err3 := s.readThread(t.Context(), here)
	err4 := s.change(t.Context(), here, nil, func(c *change) error {
		c.d.bury(c.now, c.now)
		c.d.Verdicts, c.d.Gone = before.Verdicts, before.Gone
		return nil
	})
	q := asking(here, "1700000009.000100")
	_, err5 := s.Admit(t.Context(), q)
	err6 := s.Finish(t.Context(), l, q.Key, []store.Turn{{Role: store.RoleUser, Messages: []store.Message{{TS: "3.0", Text: "x"}}}})
	th, err7 := s.Thread(t.Context(), here)
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7); err != nil {
		t.Fatal(err)
	}
	if len(before.Verdicts) != 1 || len(before.Gone) != 1 || len(th.Verdicts) != 0 || th.Turns[0].Messages[0].Gone {
		t.Errorf("%d verdicts, gone %v", len(th.Verdicts), th.Turns[0].Messages[0].Gone)
	}
}
