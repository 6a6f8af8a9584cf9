package storetest

import (
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func questionCases() []testCase {
	return []testCase{
		{"none", 0, func(w *world) {
			w.same("open questions", w.open(thread(1)), []store.Question(nil))
		}},
		{"everything comes back", 0, func(w *world) {
			q := ask(thread(1), 1)
			q.Text = "Größe? 肺の影は \x00 é\u200d🫁 <@U1> \"\\"
			q.Files = []string{"F3", "F1", "F2"}
			q.AdmittedAt, q.AnswerTS = time.Unix(1, 0), "1.5"
			w.admit(q)
			q.AdmittedAt, q.AnswerTS = w.now(), ""
			w.same("open", w.open(thread(1)), []store.Question{q})
			zone, _ := w.open(thread(1))[0].AdmittedAt.Zone()
			w.same("zone", zone, "UTC")
		}},
		{"empty text", 0, func(w *world) {
			q := ask(thread(1), 1)
			q.Text, q.User = "", ""
			w.admit(q)
			q.AdmittedAt = w.now()
			w.same("open", w.open(thread(1)), []store.Question{q})
		}},
		{"bytes that are not UTF-8", 0, func(w *world) {
			q := ask(thread(1), 1)
			q.Text, q.Files = "a\xff\xfeb", []string{"F\xff"}
			w.admit(q)
			got := w.open(thread(1))[0]
			w.same("text", got.Text, "a\uFFFD\uFFFDb")
			w.same("files", got.Files, []string{"F\uFFFD"})
		}},
		{"oldest message first, as numbers", 0, func(w *world) {
			order := []string{"9.000100", "10.000001", "10.00001", "10.5", "99.000001", "100.000001"}
			for _, i := range []int{5, 2, 0, 4, 1, 3} {
				q := ask(thread(1), 1)
				q.Key.TS = order[i]
				w.admit(q)
			}
			var got []string
			for _, q := range w.open(thread(1)) {
				got = append(got, q.Key.TS)
			}
			w.same("order", got, order)
		}},
		{"of this thread only", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.admit(ask(thread(2), 2))
			w.same("open", len(w.open(thread(1))), 1)
			w.same("open", w.open(thread(2))[0].Key, ask(thread(2), 2).Key)
		}},
		{"values are copied in and out", 0, func(w *world) {
			q := ask(thread(1), 1)
			q.Files = []string{"F1"}
			w.admit(q)
			q.Files[0] = "changed"
			got := w.open(thread(1))
			w.same("files", got[0].Files, []string{"F1"})
			got[0].Files[0] = "changed"
			w.same("files", w.open(thread(1))[0].Files, []string{"F1"})
		}},
		{"Place is remembered and replaced", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.admit(ask(thread(1), 2))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, "5.000001"))
			w.ok(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, "6.000001"))
			open := w.open(thread(1))
			w.same("answer", open[0].AnswerTS, "6.000001")
			w.same("answer of the other", open[1].AnswerTS, "")
			w.same("text", open[0].Text, "question 1")
		}},
		{"Place needs an open question of the thread", 0, func(w *world) {
			l := w.lease(thread(1), "a")
			w.is(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, "5.000001"), store.ErrNotFound)
			w.admit(ask(thread(2), 2))
			w.is(w.s.Place(w.ctx, l, ask(thread(2), 2).Key, "5.000001"), store.ErrNotFound)
			w.admit(ask(thread(1), 1))
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, nil))
			w.is(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, "5.000001"), store.ErrNotFound)
		}},
	}
}
