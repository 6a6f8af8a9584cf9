package storetest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/medbuddy/medbuddy/store"
)

// press is one of a kind on the message of the given second, about question 1.
func press(t store.ThreadKey, kind store.Kind, second int) store.Question {
	q := ask(t, second)
	q.Key.Act, q.Kind, q.Text = string(kind), kind, ""
	q.Of, q.AskedTS = ask(t, 1).Key.TS, fmt.Sprintf("%d.000200", 1700000100+second)
	return q
}

func pressCases() []testCase {
	return []testCase{
		{"everything comes back", 0, func(w *world) {
			var want []store.Question
			for i, kind := range []store.Kind{store.KindAgain, store.KindContinue, store.KindSecond} {
				q := press(thread(1), kind, 10+i)
				q.Files = []string{"F1"}
				w.admit(q)
				q.AdmittedAt = w.now()
				want = append(want, q)
			}
			w.same("open", w.open(thread(1)), want)
			w.s = w.replica()
			w.same("open", w.open(thread(1)), want)
		}},
		{"leaves Asked as it is", 0, func(w *world) {
			for i, kind := range []store.Kind{store.KindAgain, store.KindContinue, store.KindSecond} {
				w.admit(press(thread(1), kind, i))
				w.asked(thread(1), false)
			}
			w.admit(ask(thread(1), 1))
			w.admit(press(thread(1), store.KindAgain, 9))
			w.asked(thread(1), true)
		}},
		{"the same press is the same key", 0, func(w *world) {
			q := press(thread(1), store.KindAgain, 2)
			w.admit(q)
			second := q
			second.User, second.AskedTS = "U2", "1700000999.000100"
			for _, s := range []store.Store{w.s, w.replica()} {
				first, err := s.Admit(w.ctx, second)
				w.ok(err)
				w.same("first", first, false)
			}
			w.same("user", w.open(thread(1))[0].User, "U1")
		}},
		{"one winner of 16 in two processes", 0, func(w *world) {
			wins := admitAtOnce(w, func(int) store.Question { return press(thread(1), store.KindSecond, 2) }, 16)
			w.same("winners", wins, 1)
			w.same("open questions", len(w.open(thread(1))), 1)
		}},
		{"presses and messages are keys of their own", 0, func(w *world) {
			for _, t := range []store.ThreadKey{thread(1), {Team: "__x__", Channel: "C1", TS: "1.0"}} {
				acts := []string{"", "Again", "__", "_", "again", "ask.V0123", "x.y"} // in order
				for i := range acts {
					q := ask(t, 1)
					q.Key.Act, q.Text = acts[(i*3+1)%len(acts)], acts[(i*3+1)%len(acts)]
					w.admit(q)
				}
				var got []string
				for _, q := range w.open(t) {
					w.same("text", q.Text, q.Key.Act)
					got = append(got, q.Key.Act)
				}
				slices.Sort(acts)
				w.same("acts in order", got, acts)
			}
		}},
		{"oldest message first, then by what was pressed", 0, func(w *world) {
			var want []store.QuestionKey
			for _, k := range []struct{ ts, act string }{
				{"9.000100", "again"}, {"9.000100", "second"}, {"10.000001", ""}, {"10.000001", "again"}, {"10.5", "continue"},
			} {
				want = append(want, store.QuestionKey{Team: "T1", Channel: "C1", TS: k.ts, Act: k.act})
			}
			for _, i := range []int{3, 1, 4, 0, 2} {
				q := ask(thread(1), 1)
				q.Key = want[i]
				w.admit(q)
			}
			var got []store.QuestionKey
			for _, q := range w.open(thread(1)) {
				got = append(got, q.Key)
			}
			w.same("order", got, want)
		}},
		{"answered as a message is", 0, func(w *world) {
			w.answer(thread(1), 1)
			q := press(thread(1), store.KindAgain, 2)
			w.admit(q)
			w.abandoned(10, thread(1))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Place(w.ctx, l, q.Key, "5.000001"))
			w.same("answer", w.open(thread(1))[0].AnswerTS, "5.000001")
			message := q.Key
			message.Act = ""
			w.is(w.s.Finish(w.ctx, l, message, turns(2)), store.ErrNotFound)
			w.ok(w.s.Finish(w.ctx, l, q.Key, turns(2)))
			w.same("open questions", len(w.open(thread(1))), 0)
			w.same("turns", len(w.read(thread(1)).Turns), 4)
			first, err := w.s.Admit(w.ctx, q)
			w.ok(err)
			w.same("first", first, false)
		}},
		{"of a refused one only the key is kept", 0, func(w *world) {
			q := press(thread(1), store.KindAgain, 2)
			q.Kind = store.KindRefused
			w.admit(q)
			w.gone(thread(1))
			first, err := w.s.Admit(w.ctx, press(thread(1), store.KindAgain, 2))
			w.ok(err)
			w.same("first", first, false)
		}},
		{"odd words are refused", 0, func(w *world) {
			for _, spoil := range []func(q *store.Question){
				func(q *store.Question) { q.Key.Act = "a-b" },
				func(q *store.Question) { q.Key.Act = "a/b" },
				func(q *store.Question) { q.Of = "x" },
				func(q *store.Question) { q.AskedTS = "1" },
			} {
				q := press(thread(1), store.KindAgain, 2)
				spoil(&q)
				_, err := w.s.Admit(w.ctx, q)
				w.is(err, store.ErrInvalidKey)
			}
			w.gone(thread(1))
		}},
	}
}

// stopped fails unless the thread's open questions were stopped by these.
func (w *world) stopped(t store.ThreadKey, want ...string) {
	w.Helper()
	var got []string
	for _, q := range w.open(t) {
		got = append(got, q.StoppedBy)
	}
	w.same("stopped by", got, want)
}

func stopCases() []testCase {
	return []testCase{
		{"seen by whoever works on it", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.admit(press(thread(1), store.KindAgain, 2))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, "5.000001"))
			w.ok(w.replica().Stop(w.ctx, thread(1), ask(thread(1), 1).Key, "U2"))
			w.stopped(thread(1), "U2", "")
			w.ok(w.s.Stop(w.ctx, thread(1), press(thread(1), store.KindAgain, 2).Key, "U3"))
			w.stopped(thread(1), "U2", "U3")
			q := ask(thread(1), 1)
			q.AdmittedAt, q.AnswerTS, q.StoppedBy = w.now(), "5.000001", "U2"
			w.same("question", w.open(thread(1))[0], q)
			_, err := w.s.Renew(w.ctx, l, ttl)
			w.ok(err) // it breaks no lease
			w.ok(w.s.Finish(w.ctx, l, q.Key, turns(1)))
			w.stopped(thread(1), "U3")
		}},
		{"by the first who does", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			for _, user := range []string{"U2", "U3", "U2"} {
				w.ok(w.s.Stop(w.ctx, thread(1), ask(thread(1), 1).Key, user))
				w.stopped(thread(1), "U2")
			}
			l := w.lease(thread(1), "a")
			w.ok(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, "5.000001"))
			w.stopped(thread(1), "U2")
		}},
		{"by one of 8 at once", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			replicas := []store.Store{w.s, w.replica()}
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					if err := replicas[i%2].Stop(w.ctx, thread(1), ask(thread(1), 1).Key, fmt.Sprint("U", i)); err != nil {
						w.Errorf("Stop: %v", err)
					}
				})
			}
			wg.Wait()
			by := w.open(thread(1))[0].StoppedBy
			if by == "" {
				w.Fatal("stopped by nobody")
			}
			w.s = w.replica()
			w.stopped(thread(1), by)
		}},
		{"needs an open question of the thread", 0, func(w *world) {
			q := ask(thread(1), 1).Key
			w.is(w.s.Stop(w.ctx, thread(1), q, "U2"), store.ErrNotFound)
			w.answer(thread(1), 1)
			w.is(w.s.Stop(w.ctx, thread(1), q, "U2"), store.ErrNotFound)
			w.admit(ask(thread(2), 2))
			w.is(w.s.Stop(w.ctx, thread(1), ask(thread(2), 2).Key, "U2"), store.ErrNotFound)
			w.is(w.s.Stop(w.ctx, thread(2), press(thread(2), store.KindAgain, 2).Key, "U2"), store.ErrNotFound)
			w.stopped(thread(2), "")
			w.clock.Advance(w.keep)
			w.is(w.s.Stop(w.ctx, thread(2), ask(thread(2), 2).Key, "U2"), store.ErrNotFound)
		}},
		{"nobody is refused", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			for _, user := range []string{"", "U/2", "<@U2>"} {
				w.is(w.s.Stop(w.ctx, thread(1), ask(thread(1), 1).Key, user), store.ErrInvalidKey)
			}
			w.stopped(thread(1), "")
		}},
		{"forgotten with the thread", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.ok(w.s.Stop(w.ctx, thread(1), ask(thread(1), 1).Key, "U2"))
			w.forget(thread(1), store.Deleted{Questions: 1})
			w.admit(ask(thread(1), 2))
			w.stopped(thread(1), "")
		}},
	}
}
