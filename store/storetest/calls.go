package storetest

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// A call is one method with keys of the caller's choice. team goes into every
// key; the rest is well formed.
type call struct {
	name  string
	keyed bool // takes the key of a thread or of a message
	do    func(ctx context.Context, s store.Store, t store.ThreadKey) error
}

func calls() []call {
	lease := func(t store.ThreadKey) store.Lease { return store.Lease{Thread: t, Owner: "a", Fence: 1} }
	question := func(t store.ThreadKey) store.QuestionKey { return t.Root() }
	return []call{
		{"Admit", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Admit(ctx, store.Question{Key: question(t), Thread: t, Kind: store.KindAsk})
			return err
		}},
		{"Admit refused", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Admit(ctx, store.Question{Key: question(t), Thread: t, Kind: store.KindRefused})
			return err
		}},
		{"Asked", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Asked(ctx, t)
			return err
		}},
		{"Lease", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Lease(ctx, t, "a", ttl)
			return err
		}},
		{"Renew", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Renew(ctx, lease(t), ttl)
			return err
		}},
		{"Release", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			return s.Release(ctx, lease(t))
		}},
		{"Open", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Open(ctx, t)
			return err
		}},
		{"Place", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			return s.Place(ctx, lease(t), question(t), "1.000001")
		}},
		{"Stop", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			return s.Stop(ctx, t, question(t), "U1")
		}},
		{"PutImage", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			return s.PutImage(ctx, lease(t), record(1, 1), pixels("x"))
		}},
		{"Image", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, _, err := s.Image(ctx, t, 1)
			return err
		}},
		{"Finish", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			return s.Finish(ctx, lease(t), question(t), turns(1))
		}},
		{"Thread", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Thread(ctx, t)
			return err
		}},
		{"Settings", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Settings(ctx, t.Scope())
			return err
		}},
		{"SetSettings", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, _, err := s.SetSettings(ctx, t.Scope(), func(store.Settings) store.Settings {
				return store.Settings{MaxTokens: new(1)}
			})
			return err
		}},
		{"Mark", false, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Mark(ctx, t.Team)
			return err
		}},
		{"SetMark", false, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			return s.SetMark(ctx, t.Team, t.TS)
		}},
		{"Served", false, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Served(ctx, t.Team, 1)
			return err
		}},
		{"Abandoned", false, func(ctx context.Context, s store.Store, _ store.ThreadKey) error {
			_, err := s.Abandoned(ctx, 1)
			return err
		}},
		{"SetVerdict", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.SetVerdict(ctx, t, "1.000001", "U1", func(v store.Verdict) store.Verdict {
				v.Feedback = "good"
				return v
			})
			return err
		}},
		{"EditMessage", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			return s.EditMessage(ctx, t, "1.000001", "edited")
		}},
		{"EraseMessage", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.EraseMessage(ctx, t, "1.000001")
			return err
		}},
		{"EraseFile", false, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.EraseFile(ctx, t.Team, "F1")
			return err
		}},
		{"Forget", true, func(ctx context.Context, s store.Store, t store.ThreadKey) error {
			_, err := s.Forget(ctx, t)
			return err
		}},
		{"Expire", false, func(ctx context.Context, s store.Store, _ store.ThreadKey) error {
			_, err := s.Expire(ctx, 1)
			return err
		}},
		{"Ping", false, func(ctx context.Context, s store.Store, _ store.ThreadKey) error {
			return s.Ping(ctx)
		}},
	}
}

func callCases() []testCase {
	return []testCase{
		{"Ping", 0, func(w *world) {
			w.ok(w.s.Ping(w.ctx))
			w.ok(w.replica().Ping(w.ctx))
		}},
		{"a cancelled context", 0, func(w *world) {
			ctx, cancel := context.WithCancel(w.ctx)
			cancel()
			w.ended(ctx, context.Canceled)
		}},
		{"a deadline that has passed", 0, func(w *world) {
			ctx, cancel := context.WithDeadline(w.ctx, time.Now().Add(-time.Second))
			defer cancel()
			w.ended(ctx, context.DeadlineExceeded)
		}},
		{"hostile keys are refused and open nothing", 0, func(w *world) {
			bad := []store.ThreadKey{}
			for _, id := range []string{"", "/", "..", "T1/turns/x", "T1-C1", "__x__/y", "%2F", "T 1", "T\x00", "T'1", "Т1", "T1\n", strings.Repeat("T", 65)} {
				bad = append(bad, store.ThreadKey{Team: id, Channel: "C1", TS: "1.000001"},
					store.ThreadKey{Team: "T1", Channel: id, TS: "1.000001"})
			}
			for _, ts := range []string{".", "1", "1.", ".1", "-1.0", "1.0.0", "1/0", "1.0\n", "1e3.0", "１.0", "12345678901234567.0"} {
				bad = append(bad, store.ThreadKey{Team: "T1", Channel: "C1", TS: ts})
			}
			for _, c := range calls() {
				for _, t := range bad {
					if !c.keyed {
						continue
					}
					if err := c.do(w.ctx, w.s, t); !errors.Is(err, store.ErrInvalidKey) {
						w.Errorf("%s of %q: error is %v, want ErrInvalidKey", c.name, t, err)
					}
				}
			}
			w.abandoned(10)
		}},
		{"a good thread does not make up for a bad question", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			k := store.QuestionKey{Team: "T1", Channel: "C1/x", TS: "1.0"}
			_, err := w.s.Admit(w.ctx, store.Question{Key: k, Thread: thread(1), Kind: store.KindAsk})
			w.is(err, store.ErrInvalidKey)
			_, err = w.s.Admit(w.ctx, store.Question{Key: ask(thread(1), 2).Key, Thread: store.ThreadKey{Team: k.Team, Channel: k.Channel, TS: k.TS}, Kind: store.KindAsk})
			w.is(err, store.ErrInvalidKey)
			w.is(w.s.Place(w.ctx, l, k, "1.0"), store.ErrInvalidKey)
			w.is(w.s.Finish(w.ctx, l, k, nil), store.ErrInvalidKey)
			w.is(w.s.Stop(w.ctx, thread(1), k, "U1"), store.ErrInvalidKey)
			_, err = w.s.Settings(w.ctx, store.Scope{Team: "T1", Channel: "C1/x"})
			w.is(err, store.ErrInvalidKey)
		}},
		{"odd keys that are allowed stay apart", 0, func(w *world) {
			odd := []store.ThreadKey{{Team: "__x__", Channel: "__y__", TS: "1.0"}, {Team: "__x", Channel: "__y__", TS: "1.0"},
				{Team: "t1", Channel: "C1", TS: "1.0"}, {Team: "T1", Channel: "C1", TS: "1.0"}, {Team: "T1", Channel: "c1", TS: "1.0"},
				{Team: "T1", Channel: "C1", TS: "1.00"}, {Team: "T1", Channel: "C1", TS: "01.0"}}
			for i, t := range odd {
				q := ask(t, i)
				w.admit(q)
				w.same("open", w.open(t)[0].Text, q.Text)
				w.tokens(t.Scope(), i)
				w.tokens(t.ChannelScope(), 100+i)
			}
			for i, t := range odd {
				w.same("open questions", len(w.open(t)), 1)
				set, err := w.s.Settings(w.ctx, t.Scope())
				w.ok(err)
				w.same("max tokens", *set.MaxTokens, i)
			}
		}},
		{"after Close", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.ok(w.s.Close())
			for _, c := range calls() {
				if err := c.do(w.ctx, w.s, thread(1)); !errors.Is(err, store.ErrClosed) {
					w.Errorf("%s: error is %v, want ErrClosed", c.name, err)
				}
			}
			w.is(w.s.Close(), store.ErrClosed)
			w.ok(w.replica().Ping(w.ctx)) // another process goes on
		}},
	}
}

// ended fails unless every call reports the end of its context, and none of
// them had an effect.
func (w *world) ended(ctx context.Context, want error) {
	w.Helper()
	for _, c := range calls() {
		if err := c.do(ctx, w.s, thread(1)); !errors.Is(err, want) {
			w.Errorf("%s: error is %v, want %v", c.name, err, want)
		}
	}
	w.gone(thread(1))
	w.lease(thread(1), "b")
	w.marked("T1", "")
}
