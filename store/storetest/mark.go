package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// marked fails unless the mark of a workspace is ts.
func (w *world) marked(team, ts string) {
	w.Helper()
	got, err := w.s.Mark(w.ctx, team)
	w.ok(err)
	w.same("mark", got, ts)
}

func (w *world) mark(team, ts string) {
	w.Helper()
	w.ok(w.s.SetMark(w.ctx, team, ts))
}

func markCases() []testCase {
	return []testCase{
		{"never set", 0, func(w *world) { w.marked("T1", "") }},
		{"set, for every process", 0, func(w *world) {
			w.mark("T1", "1700000000.000100")
			w.marked("T1", "1700000000.000100")
			w.s = w.replica()
			w.marked("T1", "1700000000.000100")
		}},
		{"it moves forward only", 0, func(w *world) {
			for _, c := range []struct{ set, want string }{
				{"9.5", "9.5"}, {"9.000009", "9.5"}, {"9.5", "9.5"}, {"8.9", "9.5"},
				{"10.000001", "10.000001"}, // as numbers: as text it comes before 9
				{"9.999999", "10.000001"}, {"10.000002", "10.000002"}, {"0.0", "10.000002"},
			} {
				w.mark("T1", c.set)
				w.marked("T1", c.want)
			}
		}},
		{"the start of time is a mark", 0, func(w *world) {
			w.mark("T1", "0.0")
			w.marked("T1", "0.0")
		}},
		{"each workspace has its own", 0, func(w *world) {
			for i, team := range []string{"T1", "t1", "__T1__", "T10"} {
				w.mark(team, fmt.Sprintf("%d.000001", i+1))
			}
			w.marked("T1", "1.000001")
			w.marked("t1", "2.000001")
			w.marked("__T1__", "3.000001")
			w.marked("T10", "4.000001")
			w.marked("T2", "")
		}},
		{"it outlives the retention time", 0, func(w *world) {
			w.answer(thread(1), 1)
			w.mark("T1", "1.000001")
			w.clock.Advance(3 * w.keep)
			w.expireAll(10)
			w.marked("T1", "1.000001")
		}},
		{"of many at once the last one stays", 0, func(w *world) {
			replicas := []store.Store{w.s, w.replica()}
			var wg sync.WaitGroup
			for i := range 12 {
				wg.Go(func() {
					if err := replicas[i%2].SetMark(w.ctx, "T1", fmt.Sprintf("%d.000001", i)); err != nil {
						w.Errorf("SetMark: %v", err)
					}
				})
			}
			wg.Wait()
			w.marked("T1", "11.000001")
		}},
		{"hostile words are refused", 0, func(w *world) {
			for _, bad := range []string{"", "/", "..", "T1-C1", "T1/x", "T 1", "T1\n"} {
				_, err := w.s.Mark(w.ctx, bad)
				w.is(err, store.ErrInvalidKey)
				w.is(w.s.SetMark(w.ctx, bad, "1.0"), store.ErrInvalidKey)
				w.is(w.s.SetMark(w.ctx, "T1", bad), store.ErrInvalidKey)
				_, err = w.s.Served(w.ctx, bad, 1)
				w.is(err, store.ErrInvalidKey)
			}
			w.marked("T1", "")
		}},
	}
}

// served fails unless these threads of a workspace are listed, in this order.
func (w *world) served(team string, limit int, want ...store.ThreadKey) {
	w.Helper()
	got, err := w.s.Served(w.ctx, team, limit)
	w.ok(err)
	w.same("served", got, want)
}

func servedCases() []testCase {
	return []testCase{
		{"none", 0, func(w *world) { w.served("T1", 10) }},
		{"what was asked, the latest change first", 0, func(w *world) {
			for n := 1; n <= 3; n++ {
				w.clock.Advance(time.Second)
				w.admit(ask(thread(n), n))
			}
			w.served("T1", 10, thread(3), thread(2), thread(1))
			w.clock.Advance(time.Second)
			w.answer(thread(1), 10)
			w.served("T1", 10, thread(1), thread(3), thread(2))
			w.s = w.replica()
			w.served("T1", 10, thread(1), thread(3), thread(2))
		}},
		{"at most limit", 0, func(w *world) {
			for n := 1; n <= 3; n++ {
				w.clock.Advance(time.Second)
				w.answer(thread(n), n)
			}
			w.served("T1", 2, thread(3), thread(2))
			w.served("T1", 1, thread(3))
			w.served("T1", 0)
			w.served("T1", -1)
		}},
		{"only what was asked", 0, func(w *world) {
			command, refused := ask(thread(1), 1), ask(thread(2), 2)
			command.Kind, refused.Kind = store.KindCommand, store.KindRefused
			w.admit(command)
			w.admit(refused)
			w.tokens(thread(3).Scope(), 100)
			w.lease(thread(4), "a")
			w.served("T1", 10)
			w.admit(ask(thread(1), 3))
			w.served("T1", 10, thread(1))
		}},
		{"only of that workspace", 0, func(w *world) {
			for i, team := range []string{"T1", "t1", "T", "T10", "T2", "__x__"} {
				w.clock.Advance(time.Second)
				w.admit(ask(store.ThreadKey{Team: team, Channel: "C1", TS: "1700000000.000001"}, i))
			}
			for _, team := range []string{"T1", "t1", "T", "T10", "T2", "__x__"} {
				w.served(team, 10, store.ThreadKey{Team: team, Channel: "C1", TS: "1700000000.000001"})
			}
			w.served("T3", 10)
		}},
		{"not what was forgotten", 0, func(w *world) {
			w.answer(thread(1), 1)
			w.clock.Advance(time.Second)
			w.answer(thread(2), 2)
			_, err := w.s.Forget(w.ctx, thread(2))
			w.ok(err)
			w.served("T1", 10, thread(1))
		}},
		{"not what has expired, deleted or not", 0, func(w *world) {
			w.answer(thread(1), 1)
			w.clock.Advance(w.keep - time.Hour)
			w.answer(thread(2), 2)
			w.clock.Advance(time.Hour)
			w.served("T1", 10, thread(2))
			w.expireAll(10)
			w.served("T1", 10, thread(2))
			w.clock.Advance(w.keep)
			w.served("T1", 10)
		}},
	}
}
