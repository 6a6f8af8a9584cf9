package storetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func turnCases() []testCase {
	return []testCase{
		{"missing thread", 0, func(w *world) { w.gone(thread(1)) }},
		{"a thread with a question and no turn", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.same("thread", w.read(thread(1)), store.Thread{Key: thread(1), Asked: true,
				UpdatedAt: w.now(), ExpireAt: w.now().Add(w.keep)})
		}},
		{"everything comes back", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.clock.Advance(time.Minute)
			l := w.lease(thread(1), "a")
			ts := fullTurns()
			ts[0].Seq, ts[0].At = 7, time.Unix(1, 0) // ignored
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, ts))
			want := fullTurns()
			for i := range want {
				want[i].Seq, want[i].At = i+1, w.now()
			}
			w.same("thread", w.read(thread(1)), store.Thread{Key: thread(1), Asked: true, Turns: want,
				UpdatedAt: w.now(), ExpireAt: w.now().Add(w.keep)})
			zone, _ := w.read(thread(1)).Turns[0].At.Zone()
			w.same("zone", zone, "UTC")
		}},
		{"in order beyond 9 and 99", 0, func(w *world) {
			l := w.lease(thread(1), "a")
			for i := range 12 {
				w.admit(ask(thread(1), i))
				var ts []store.Turn
				for j := range 5 {
					ts = append(ts, turns(i*5+j)...)
				}
				w.ok(w.s.Finish(w.ctx, l, ask(thread(1), i).Key, ts))
			}
			th := w.read(thread(1))
			w.same("turns", len(th.Turns), 120)
			for i, t := range th.Turns {
				w.same("seq", t.Seq, i+1)
				if i%2 == 1 {
					w.same("text", t.Text, fmt.Sprintf("answered %d", i/2))
				}
			}
		}},
		{"the largest turn, and one byte more", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			// New lines and quotes grow in many encodings.
			big := strings.Repeat("\"\n", store.MaxTurnBytes/2)
			model := store.Turn{Role: store.RoleModel, Text: big + "x", Model: "m"}
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, []store.Turn{model}), store.ErrTooLarge)
			user := store.Turn{Role: store.RoleUser, Messages: []store.Message{{Text: big}, {Text: "x"}}}
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, []store.Turn{user}), store.ErrTooLarge)
			w.same("turns", len(w.read(thread(1)).Turns), 0)
			w.same("open questions", len(w.open(thread(1))), 1)

			model.Text = big
			user.Messages = user.Messages[:1]
			four := []store.Turn{user, model, user, model}
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, four), store.ErrTooLarge)
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, four[:3]))
			th := w.read(thread(1))
			w.same("turns", len(th.Turns), 3)
			w.same("text is whole", th.Turns[1].Text == big && th.Turns[2].Messages[0].Text == big, true)
		}},
		{"values are copied in and out", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			ts := fullTurns()
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, ts))
			spoil := func(ts []store.Turn) {
				ts[0].Messages[0].Images[0] = 99
				ts[0].Messages[0].Unread[0].Reason = "changed"
				ts[0].Messages[0] = store.Message{Text: "changed"}
				ts[1].Text, ts[1].Images[0] = "changed", 99
			}
			spoil(ts)
			before := w.read(thread(1))
			w.same("messages", before.Turns[0].Messages, fullTurns()[0].Messages)
			spoil(w.read(thread(1)).Turns)
			w.same("thread", w.read(thread(1)), before)
		}},
		{"kept over closing and seen by another process", 0, func(w *world) {
			w.answer(thread(1), 1)
			l := w.lease(thread(1), "a")
			w.put(l, 1, "pixels", "more")
			w.tokens(thread(1).Scope(), 700)
			w.feedback(thread(1), "5.000001", "U1", "good")
			w.admit(ask(thread(1), 2))
			before, set := w.read(thread(1)), w.open(thread(1))
			w.ok(w.s.Close())
			w.s = w.replica()
			w.same("thread", w.read(thread(1)), before)
			w.same("open questions", w.open(thread(1)), set)
			w.image(thread(1), record(1, 2), "pixels", "more")
			got, err := w.s.Settings(w.ctx, thread(1).Scope())
			w.ok(err)
			w.same("max tokens", *got.MaxTokens, 700)
		}},
		{"threads do not mix", 0, func(w *world) {
			w.answer(thread(1), 1)
			w.answer(thread(2), 2)
			w.answer(thread(1), 3)
			w.same("turns", len(w.read(thread(1)).Turns), 4)
			th := w.read(thread(2))
			w.same("turns", len(th.Turns), 2)
			w.same("text", th.Turns[1].Text, "answered 2")
		}},
	}
}

// fullTurns have every field set, and text that breaks careless encodings.
func fullTurns() []store.Turn {
	return []store.Turn{
		{Role: store.RoleUser, Messages: []store.Message{
			{TS: "10.000001", User: "U1", Posted: true, Text: "Größe? 肺 \x00 🫁\r\n\u2028", Images: []int{2, 1},
				Unread: []store.UnreadFile{{FileID: "F9", Reason: "html"}, {FileID: "F8", Reason: "download"}}},
			{TS: "9.000001", User: "U2"},
			{TS: "11.000001", User: "U2", Images: []int{3}, Gone: true},
		}},
		{Role: store.RoleModel, Text: "It's \"fine\" \\ 100 %\x00", Model: "medgemma-4b-it", FinishedBy: "stop",
			Temperature: 0.1, MaxTokens: 500,
			Of: "9.000001", Kind: store.KindSecond, User: "U2", AnswerTS: "12.000001", Images: []int{2, 1},
			Parts: []string{"12.000000", "11.000009"}},
		{Role: store.RoleModel},
	}
}
