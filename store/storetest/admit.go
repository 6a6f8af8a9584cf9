package storetest

import (
	"strings"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func admitCases() []testCase {
	return []testCase{
		{"first once, in all processes", 0, func(w *world) {
			q := ask(thread(1), 1)
			w.admit(q)
			for _, s := range []store.Store{w.s, w.replica()} {
				first, err := s.Admit(w.ctx, q)
				w.ok(err)
				if first {
					w.Fatal("first a second time")
				}
			}
			other := q
			other.Key.Channel, other.Thread.Channel = "C2", "C2"
			w.admit(other)
			other.Key.Team, other.Thread.Team = "T2", "T2"
			w.admit(other)
			other.Key.TS = "1700000000.000002"
			w.admit(other)
		}},
		{"one winner of 32 in two processes", 0, func(w *world) {
			wins := admitAtOnce(w, func(int) store.Question { return ask(thread(1), 1) }, 32)
			if wins != 1 {
				w.Fatalf("%d calls were first, want 1", wins)
			}
			w.same("open questions", len(w.open(thread(1))), 1)
		}},
		{"many at once in one thread", 0, func(w *world) {
			wins := admitAtOnce(w, func(i int) store.Question { return ask(thread(1), i) }, 8)
			if wins != 8 {
				w.Fatalf("%d calls were first, want 8", wins)
			}
			for i, q := range w.open(thread(1)) {
				w.same("key", q.Key, ask(thread(1), i).Key)
			}
		}},
		{"a repeat changes nothing", 0, func(w *world) {
			q := ask(thread(1), 1)
			w.admit(q)
			changed := q
			changed.Text, changed.User, changed.Thread = "other", "U2", thread(2)
			first, err := w.s.Admit(w.ctx, changed)
			w.ok(err)
			w.same("first", first, false)
			w.same("text", w.open(thread(1))[0].Text, q.Text)
			w.gone(thread(2))
		}},
		{"an ask makes its thread asked", 0, func(w *world) {
			w.asked(thread(1), false)
			w.admit(ask(thread(1), 1))
			w.asked(thread(1), true)
			w.asked(thread(2), false)
		}},
		{"a command opens but does not ask", 0, func(w *world) {
			c := ask(thread(1), 1)
			c.Kind = store.KindCommand
			w.admit(c)
			w.asked(thread(1), false)
			w.same("kind", w.open(thread(1))[0].Kind, store.KindCommand)
			w.admit(ask(thread(1), 2))
			c.Key.TS = "1700000003.000100"
			w.admit(c)
			w.asked(thread(1), true)
			w.same("open questions", len(w.open(thread(1))), 3)
		}},
		{"of a refused message only the key is kept", 0, func(w *world) {
			r := ask(thread(1), 1)
			r.Kind, r.Files = store.KindRefused, []string{"F1"}
			w.admit(r)
			w.gone(thread(1))
			r.Kind = store.KindAsk
			first, err := w.s.Admit(w.ctx, r)
			w.ok(err)
			w.same("first", first, false)
			w.gone(thread(1))
		}},
		{"a refused message leaves a thread as it is", 0, func(w *world) {
			w.answer(thread(1), 1)
			before := w.read(thread(1))
			w.clock.Advance(time.Hour)
			r := ask(thread(1), 2)
			r.Kind = store.KindRefused
			w.admit(r)
			w.same("thread", w.read(thread(1)), before)
			w.same("open questions", len(w.open(thread(1))), 0)
		}},
		{"an unknown kind is refused", 0, func(w *world) {
			q := ask(thread(1), 1)
			q.Kind = "shout"
			_, err := w.s.Admit(w.ctx, q)
			w.is(err, store.ErrInvalidKey)
			q.Kind = store.KindAsk
			w.admit(q)
		}},
		{"the largest text, and one byte more", 0, func(w *world) {
			q := ask(thread(1), 1)
			q.Text = strings.Repeat("\n", store.MaxTurnBytes) + "x"
			_, err := w.s.Admit(w.ctx, q)
			w.is(err, store.ErrTooLarge)
			w.gone(thread(1))
			q.Text = q.Text[1:]
			w.admit(q)
			w.same("text is whole", w.open(thread(1))[0].Text == q.Text, true)
		}},
		{"seen for SeenFor, also when answered", 0, func(w *world) {
			w.answer(thread(1), 1)
			w.clock.Advance(store.SeenFor - time.Microsecond)
			w.expireAll(10)
			first, err := w.s.Admit(w.ctx, ask(thread(1), 1))
			w.ok(err)
			w.same("first", first, false)
		}},
		{"seen for as long as it is open", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.clock.Advance(store.SeenFor + time.Hour)
			w.expireAll(10)
			first, err := w.s.Admit(w.ctx, ask(thread(1), 1))
			w.ok(err)
			w.same("first", first, false)
			w.same("open questions", len(w.open(thread(1))), 1)
		}},
		{"durable", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.ok(w.s.Close())
			w.s = w.replica()
			first, err := w.s.Admit(w.ctx, ask(thread(1), 1))
			w.ok(err)
			w.same("first", first, false)
			w.same("open questions", len(w.open(thread(1))), 1)
		}},
	}
}

// admitAtOnce runs n Admits at once over two processes and counts the firsts.
func admitAtOnce(w *world, q func(i int) store.Question, n int) int {
	replicas := []store.Store{w.s, w.replica()}
	var mu sync.Mutex
	var wg sync.WaitGroup
	wins := 0
	for i := range n {
		wg.Go(func() {
			first, err := replicas[i%2].Admit(w.ctx, q(i))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				w.Errorf("Admit: %v", err)
			}
			if first {
				wins++
			}
		})
	}
	wg.Wait()
	return wins
}
