package firestore

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

const owner = "a"

var ( // the keys that the writes below are about
	here  = store.ThreadKey{Team: "T1", Channel: "C1", TS: "1700000000.000001"}
	there = store.ThreadKey{Team: "T1", Channel: "C1", TS: "1700000000.000002"}
)

func asking(k store.ThreadKey, ts string) store.Question {
	return store.Question{Key: store.QuestionKey{Team: k.Team, Channel: k.Channel, TS: ts}, Thread: k,
		Kind: store.KindAsk, User: "U1", Text: "question " + ts, Files: []string{"F1"}}
}

func answering(text string) []store.Turn {
	return []store.Turn{{Role: store.RoleUser, Messages: []store.Message{{TS: "1.0", Text: "asked"}}}, {Role: store.RoleModel, Text: text}}
}

func tokens(n int) func(store.Settings) store.Settings {
	return func(s store.Settings) store.Settings {
		if s.MaxTokens != nil {
			n += 1000 // a change that is made twice shows
		}
		return store.Settings{MaxTokens: &n}
	}
}

// picture describes an image of n slices, which came with the message of answering.
func picture(label int, file string, n int) store.ImageRecord {
	r := store.ImageRecord{Label: label, Files: []string{file}, MessageTS: "1.0", Of: n}
	for i := range n {
		r.Slices = append(r.Slices, store.SliceRecord{Number: i + 1, MIME: "image/png"})
	}
	return r
}

// blank is the bytes of n slices, each of sliceBytes.
func blank(n int, text string) [][]byte {
	data := make([][]byte, n)
	for i := range data {
		data[i] = fmt.Appendf(nil, "%-*s", sliceBytes, fmt.Sprint(text, i))
	}
	return data
}

const sliceBytes = 20

// scene is what every write below finds: a thread with two turns, an image,
// settings, an open question and a lease. Three slices of blank fill a commit.
func scene(t *testing.T, s *Store, clock *storetest.Clock) store.Lease {
	t.Helper()
	s.commitBytes = 3 * sliceBytes
	ctx := t.Context()
	_, err1 := s.Admit(ctx, asking(here, "1700000001.000100"))
	l, err2 := s.Lease(ctx, here, owner, 100*retention)
	err3 := s.PutImage(ctx, l, picture(1, "F1", 1), blank(1, "pixels"))
	err4 := s.Finish(ctx, l, asking(here, "1700000001.000100").Key, answering("first"))
	_, _, err5 := s.SetSettings(ctx, here.Scope(), tokens(100))
	_, _, err6 := s.SetSettings(ctx, here.ChannelScope(), tokens(200))
	_, err7 := s.Admit(ctx, asking(here, "1700000002.000100"))
	err8 := s.SetMark(ctx, "T1", "1700000002.000100")
	_, err9 := s.EraseFile(ctx, "T1", "FGONE")
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9); err != nil {
		t.Fatal(err)
	}
	clock.Advance(time.Second)
	return l
}

// A lossyWrite is one write of the contract, with what it answers.
type lossyWrite struct {
	name string
	do   func(ctx context.Context, s *Store, l store.Lease) (any, error)
	// what a repeat by the caller reports after the first commit took effect (for
	// "Finish that moves expiry" that is not yet the Finish)
	again error
}

func lossyWrites() []lossyWrite {
	open := asking(here, "1700000002.000100").Key
	return []lossyWrite{
		{"Admit", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.Admit(ctx, asking(here, "1700000003.000100"))
		}, nil},
		{"Admit in a new thread", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.Admit(ctx, asking(there, "1700000003.000100"))
		}, nil},
		{"Admit refused", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			q := asking(here, "1700000003.000100")
			q.Kind = store.KindRefused
			return s.Admit(ctx, q)
		}, nil},
		{"Admit of a press", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			q := asking(here, "1700000002.000300")
			q.Key.Act, q.Kind, q.Of, q.AskedTS = "again", store.KindAgain, "1700000001.000100", "1700000003.000100"
			return s.Admit(ctx, q)
		}, nil},
		{"Lease", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.Lease(ctx, there, owner, time.Second)
		}, nil},
		{"Lease again", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.Lease(ctx, here, owner, time.Second)
		}, nil},
		{"Renew", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return s.Renew(ctx, l, time.Second)
		}, nil},
		{"Release", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.Release(ctx, l)
		}, nil},
		{"Place", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.Place(ctx, l, open, "1700000009.000001")
		}, nil},
		{"Stop", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return nil, s.Stop(ctx, here, open, "U2")
		}, nil},
		{"PutImage", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.PutImage(ctx, l, picture(2, "F2", 1), blank(1, "more"))
		}, nil},
		{"PutImage again", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.PutImage(ctx, l, picture(1, "F2", 1), blank(1, "other"))
		}, nil},
		{"PutImage of a series", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.PutImage(ctx, l, picture(2, "F2", 5), blank(5, "more"))
		}, nil},
		{"PutImage of a series again", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.PutImage(ctx, l, picture(1, "F2", 5), blank(5, "other"))
		}, nil},
		{"PutImage of an erased file", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.PutImage(ctx, l, picture(2, "FGONE", 5), blank(5, "more"))
		}, nil},
		{"SetVerdict", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.SetVerdict(ctx, here, "5.000001", "U1", func(v store.Verdict) store.Verdict {
				v.Feedback = "good"
				return v
			})
		}, nil},
		{"EraseMessage", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.EraseMessage(ctx, here, "1.0")
		}, nil},
		{"EraseMessage that is open", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.EraseMessage(ctx, here, open.TS)
		}, nil},
		{"EraseFile", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.EraseFile(ctx, "T1", "F1")
		}, nil},
		{"Finish", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.Finish(ctx, l, open, answering("second"))
		}, store.ErrNotFound},
		{"Finish without turns", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.Finish(ctx, l, open, nil)
		}, store.ErrNotFound},
		{"Finish that moves expiry", func(ctx context.Context, s *Store, l store.Lease) (any, error) {
			return nil, s.Finish(ctx, l, open, answering("second"))
		}, nil},
		{"SetSettings of a thread", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			before, after, err := s.SetSettings(ctx, here.Scope(), tokens(300))
			return []store.Settings{before, after}, err
		}, nil},
		{"SetSettings of a channel", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			before, after, err := s.SetSettings(ctx, here.ChannelScope(), tokens(300))
			return []store.Settings{before, after}, err
		}, nil},
		{"SetSettings of a new channel", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			before, after, err := s.SetSettings(ctx, store.Scope{Team: "T1", Channel: "C2"}, tokens(300))
			return []store.Settings{before, after}, err
		}, nil},
		{"SetMark of a new workspace", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return nil, s.SetMark(ctx, "T2", "1700000009.000001")
		}, nil},
		{"SetMark", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return nil, s.SetMark(ctx, "T1", "1700000009.000001")
		}, nil},
		{"Forget", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.Forget(ctx, here)
		}, nil},
		{"Expire", func(ctx context.Context, s *Store, _ store.Lease) (any, error) {
			return s.Expire(ctx, 100)
		}, nil},
	}
}

// age lets time pass before a write that is about it.
func age(t *testing.T, name string, s *Store, clock *storetest.Clock, l store.Lease) {
	t.Helper()
	switch name {
	case "Finish that moves expiry":
		// One turn near the end of the first retention time; the next one, a
		// little later, would outlive the documents beneath.
		clock.Advance(retention - time.Hour)
		q := asking(here, "1700000005.000100")
		_, err := s.Admit(t.Context(), q)
		if err := errors.Join(err, s.Finish(t.Context(), l, q.Key, answering("late"))); err != nil {
			t.Fatal(err)
		}
		clock.Advance(2 * time.Hour)
	case "Expire":
		if err := s.Release(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		clock.Advance(2 * retention)
	}
}

// state is all that can be read.
func state(t *testing.T, s *Store) []any {
	t.Helper()
	ctx := t.Context()
	var all []any
	add := func(v any, err error) {
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrLeaseHeld) {
			t.Fatal(err)
		}
		all = append(all, v, fmt.Sprint(err))
	}
	for _, k := range []store.ThreadKey{there, here} {
		th, err := s.Thread(ctx, k)
		add(th, err)
		qs, err := s.Open(ctx, k)
		add(qs, err)
		for label := range th.Images {
			_, data, err := s.Image(ctx, k, label+1)
			add(data, err)
		}
		set, err := s.Settings(ctx, k.Scope())
		add(set, err)
		l, err := s.Lease(ctx, k, "somebody", time.Second)
		add(l.Owner, err) // whether it was free
		for _, beneath := range []string{"questions", "turns", "images", "slices"} {
			docs, err := s.thread(k).Collection(beneath).Documents(ctx).GetAll()
			add(len(docs), err) // none may be left over
		}
	}
	add(len(fileDocs(t, s)), nil)
	for _, team := range []string{"T1", "T2"} {
		ts, err := s.Mark(ctx, team)
		add(ts, err)
		served, err := s.Served(ctx, team, 10)
		add(served, err)
	}
	for _, ch := range []string{"C1", "C2"} {
		set, err := s.Settings(ctx, store.Scope{Team: "T1", Channel: ch})
		add(set, err)
	}
	return all
}
