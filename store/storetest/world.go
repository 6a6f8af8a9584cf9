package storetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/medbuddy/medbuddy/store"
)

const ttl = 15 * time.Second

// A world is one case's test, clock and data. Its methods end the test when the
// store does not do what the case takes for granted.
type world struct {
	*testing.T
	ctx     context.Context
	clock   *Clock
	keep    time.Duration
	s       store.Store        // the first process
	replica func() store.Store // another process
}

func newWorld(t *testing.T, open Opener, retention time.Duration) *world {
	w := &world{T: t, ctx: t.Context(), clock: NewClock(), keep: cmp.Or(retention, Retention)}
	replica := open(t, Config{Clock: w.clock, Retention: w.keep})
	w.replica = func() store.Store {
		s := replica()
		t.Cleanup(func() {
			// A case may have closed it itself.
			if err := s.Close(); err != nil && !errors.Is(err, store.ErrClosed) {
				t.Errorf("Close: %v", err)
			}
		})
		return s
	}
	w.s = w.replica()
	return w
}

// now is the clock's time as a store must give it back.
func (w *world) now() time.Time { return w.clock.Now().UTC().Truncate(time.Microsecond) }

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatalf("unexpected error: %v", err)
	}
}

func (w *world) is(err, want error) {
	w.Helper()
	if !errors.Is(err, want) {
		w.Fatalf("error is %v, want %v", err, want)
	}
}

func (w *world) same(what string, got, want any) {
	w.Helper()
	if d := gocmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
		// The suite's own texts only; nobody's.
		w.Fatalf("%s (-want +got):\n%s", what, clip(d))
	}
}

func clip(s string) string {
	if len(s) > 3000 {
		return s[:3000] + " ..."
	}
	return s
}

// thread is the n-th thread of a channel.
func thread(n int) store.ThreadKey {
	return store.ThreadKey{Team: "T1", Channel: "C1", TS: fmt.Sprintf("1700000000.%06d", n)}
}

// ask is a question for the model in a thread; its ts is seconds after 1.7e9.
func ask(t store.ThreadKey, second int) store.Question {
	return store.Question{
		Key:    store.QuestionKey{Team: t.Team, Channel: t.Channel, TS: fmt.Sprintf("%d.000100", 1700000000+second)},
		Thread: t, Kind: store.KindAsk, User: "U1", Text: fmt.Sprintf("question %d", second),
	}
}

// turns are a user's and the model's.
func turns(n int) []store.Turn {
	return []store.Turn{
		{Role: store.RoleUser, Messages: []store.Message{{TS: "1.000001", User: "U1", Text: fmt.Sprintf("asked %d", n)}}},
		{Role: store.RoleModel, Text: fmt.Sprintf("answered %d", n), Model: "medgemma"},
	}
}

func (w *world) admit(q store.Question) {
	w.Helper()
	first, err := w.s.Admit(w.ctx, q)
	w.ok(err)
	if !first {
		w.Fatal("Admit: not first")
	}
}

func (w *world) lease(t store.ThreadKey, owner string) store.Lease {
	w.Helper()
	l, err := w.s.Lease(w.ctx, t, owner, ttl)
	w.ok(err)
	return l
}

// answer asks a question in a thread and answers it with turns(second).
func (w *world) answer(t store.ThreadKey, second int) {
	w.Helper()
	q := ask(t, second)
	w.admit(q)
	l := w.lease(t, "answerer")
	w.ok(w.s.Finish(w.ctx, l, q.Key, turns(second)))
	w.ok(w.s.Release(w.ctx, l))
}

// put stores an image of as many slices as there are data.
func (w *world) put(l store.Lease, label int, data ...string) {
	w.Helper()
	w.ok(w.s.PutImage(w.ctx, l, record(label, len(data)), pixels(data...)))
}

// record describes an image of n slices.
func record(label, n int) store.ImageRecord {
	r := store.ImageRecord{Label: label, Files: []string{fmt.Sprintf("F%d", label), "FX"}, MessageTS: "1.000001", User: "U1",
		Width: 2022, Height: 1011, Side: 896, Of: 3 * n, Modality: "CT", Series: 2, View: "bone window",
		Notes: []string{"padded", "first frame"}}
	for i := range n {
		r.Slices = append(r.Slices, store.SliceRecord{Number: 3*i + 1, MIME: "image/png", SHA256: fmt.Sprintf("%064x", i)})
	}
	return r
}

func pixels(data ...string) [][]byte {
	var out [][]byte
	for _, d := range data {
		out = append(out, []byte(d))
	}
	return out
}

// image reads an image and fails unless it is r with the data.
func (w *world) image(t store.ThreadKey, r store.ImageRecord, data ...string) {
	w.Helper()
	got, have, err := w.s.Image(w.ctx, t, r.Label)
	w.ok(err)
	w.same("record", got, r)
	var texts []string
	for _, d := range have {
		texts = append(texts, string(d))
	}
	w.same("bytes", texts, data)
}

func (w *world) read(t store.ThreadKey) store.Thread {
	w.Helper()
	th, err := w.s.Thread(w.ctx, t)
	w.ok(err)
	return th
}

func (w *world) open(t store.ThreadKey) []store.Question {
	w.Helper()
	qs, err := w.s.Open(w.ctx, t)
	w.ok(err)
	return qs
}

func (w *world) asked(t store.ThreadKey, want bool) {
	w.Helper()
	got, err := w.s.Asked(w.ctx, t)
	w.ok(err)
	if got != want {
		w.Fatalf("Asked is %v, want %v", got, want)
	}
}

// gone fails unless nothing of the thread can be read.
func (w *world) gone(t store.ThreadKey) {
	w.Helper()
	_, err := w.s.Thread(w.ctx, t)
	w.is(err, store.ErrNotFound)
	_, _, err = w.s.Image(w.ctx, t, 1)
	w.is(err, store.ErrNotFound)
	w.asked(t, false)
	w.same("open questions", w.open(t), []store.Question(nil))
	set, err := w.s.Settings(w.ctx, t.Scope())
	w.ok(err)
	w.same("settings", set, store.Settings{})
	left, err := w.s.Abandoned(w.ctx, 100)
	w.ok(err)
	for _, k := range left {
		if k == t {
			w.Fatal("Abandoned lists the thread")
		}
	}
}

// tokens sets max tokens in a scope.
func (w *world) tokens(sc store.Scope, n int) {
	w.Helper()
	_, _, err := w.s.SetSettings(w.ctx, sc, func(s store.Settings) store.Settings {
		s.MaxTokens = &n
		return s
	})
	w.ok(err)
}

// expireAll calls Expire until nothing is left, never more than n calls.
func (w *world) expireAll(n int) {
	w.Helper()
	for range n {
		done, err := w.s.Expire(w.ctx, 50)
		w.ok(err)
		if done == 0 {
			return
		}
	}
	w.Fatalf("Expire still finds something after %d calls", n)
}
