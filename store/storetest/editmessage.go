package storetest

import (
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// edit replaces the words of a message in a thread.
func (w *world) edit(t store.ThreadKey, ts, text string) {
	w.Helper()
	w.ok(w.s.EditMessage(w.ctx, t, ts, text))
}

func editMessageCases() []testCase {
	return []testCase{
		{"a missing thread", 0, func(w *world) {
			w.edit(thread(1), tsOf(1), "edited")
			w.gone(thread(1))
		}},
		{"a message of which nothing is held", 0, func(w *world) {
			w.shown(thread(1))
			before := w.read(thread(1))
			w.edit(thread(1), tsOf(9), "edited")
			w.edit(thread(1), tsOf(5), "an answer is no person's") // its ts is that of a turn of the model
			w.same("thread", w.read(thread(1)), before)
		}},
		{"its words in a turn", 0, func(w *world) {
			w.shown(thread(1))
			want := w.read(thread(1))
			for range 2 {
				w.edit(thread(1), tsOf(2), "edited")
				want.Turns[0].Messages[1].Text = "edited"
				w.same("thread", w.read(thread(1)), want)
			}
			w.s = w.replica()
			w.same("for another process", w.read(thread(1)), want)
		}},
		{"nothing comes back that is Gone, or was left out", 0, func(w *world) {
			w.shown(thread(1))
			w.erase(thread(1), tsOf(1), store.Deleted{Messages: 1, Images: 1})
			w.admit(ask(thread(1), 8))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 8).Key, []store.Turn{{Role: store.RoleUser, Messages: []store.Message{{TS: tsOf(8), User: "U1"}}}}))
			want := w.read(thread(1))
			w.edit(thread(1), tsOf(1), "edited")
			w.edit(thread(1), tsOf(8), "edited")
			w.same("thread", w.read(thread(1)), want)
		}},
		{"an open question, and what Finish brings of it", 0, func(w *world) {
			w.shown(thread(1))
			w.admit(ask(thread(1), 8))
			press := ask(thread(1), 8)
			press.Key.Act, press.Kind, press.Text = "again.1", store.KindAgain, "pressed"
			w.admit(press)
			l := w.lease(thread(1), "a")
			w.edit(thread(1), tsOf(8), "edited")
			for _, q := range w.open(thread(1)) {
				if q.Key.Act == "" {
					w.same("text", q.Text, "edited")
				} else {
					w.same("the press", q.Text, "pressed")
				}
			}
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 8).Key, []store.Turn{posted(8)}))
			w.same("text", w.read(thread(1)).Turns[2].Messages[0].Text, "edited")
			w.same("the other message", w.read(thread(1)).Turns[2].Messages[1].Text, posted(8).Messages[1].Text)
		}},
		{"too large", 0, func(w *world) {
			w.shown(thread(1))
			before := w.read(thread(1))
			w.is(w.s.EditMessage(w.ctx, thread(1), tsOf(1), strings.Repeat("x", store.MaxTurnBytes+1)), store.ErrTooLarge)
			w.is(w.s.EditMessage(w.ctx, thread(1), tsOf(1), strings.Repeat("x", store.MaxTurnBytes)), store.ErrTooLarge) // beside the other one
			w.same("thread", w.read(thread(1)), before)
		}},
		{"an expired thread", 0, func(w *world) {
			w.shown(thread(1))
			w.clock.Advance(w.keep)
			w.edit(thread(1), tsOf(1), "edited")
			w.gone(thread(1))
		}},
	}
}
