package storetest

import (
	"errors"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// erasedCases are about what comes after a message was erased.
func erasedCases() []testCase {
	return []testCase{
		{"what Finish brings of it later", 0, func(w *world) {
			w.admit(ask(thread(1), 7))
			l := w.lease(thread(1), "a")
			w.erase(thread(1), tsOf(1), store.Deleted{})
			_, err := w.replica().EraseMessage(w.ctx, thread(1), tsOf(8))
			w.ok(err)
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 7).Key, []store.Turn{posted(1), {Role: store.RoleModel, Text: "said", AnswerTS: tsOf(8)}}))
			th := w.read(thread(1))
			w.same("messages", th.Turns[0].Messages, []store.Message{
				{TS: tsOf(1), User: "U1", Images: []int{1}, Gone: true}, posted(1).Messages[1]})
			w.same("text", th.Turns[1].Text, "")
		}},
		{"an image of it that is put later", 0, func(w *world) {
			w.admit(ask(thread(1), 7))
			l := w.lease(thread(1), "a")
			w.erase(thread(1), tsOf(1), store.Deleted{})
			w.ok(w.s.PutImage(w.ctx, l, cameWith(1, 1), pixels("one", "two")))
			w.lost(thread(1), cameWith(1, 1))
			big := series(5, 100<<10, "x") // several commits
			r := record(2, 5)
			r.MessageTS = tsOf(1)
			w.ok(w.s.PutImage(w.ctx, l, r, pixels(big...)))
			w.lost(thread(1), r)
			w.ok(w.s.PutImage(w.ctx, l, cameWith(3, 2), pixels("three", "four")))
			w.image(thread(1), cameWith(3, 2), "three", "four")
			w.same("images", len(w.read(thread(1)).Images), 3)
			w.erase(thread(1), tsOf(1), store.Deleted{})
		}},
		{"a label stays taken, and may be stored again", 0, func(w *world) {
			w.shown(thread(1))
			w.erase(thread(1), tsOf(2), store.Deleted{Messages: 1, Images: 1})
			l := w.lease(thread(1), "a")
			w.is(w.s.PutImage(w.ctx, l, cameWith(4, 7), pixels("x", "y")), store.ErrInvalidKey)
			w.ok(w.s.PutImage(w.ctx, l, cameWith(3, 7), pixels("x", "y")))
			w.lost(thread(1), cameWith(2, 2))
			w.ok(w.s.PutImage(w.ctx, l, cameWith(2, 7), pixels("anew", "z")))
			w.image(thread(1), cameWith(2, 7), "anew", "z")
			w.ok(w.s.PutImage(w.ctx, l, cameWith(2, 2), pixels("three", "four")))
			w.lost(thread(1), cameWith(2, 2))
		}},
		{"a message that is delivered only then", 0, func(w *world) {
			w.shown(thread(1))
			w.erase(thread(1), tsOf(7), store.Deleted{})
			on := ask(thread(1), 7)
			on.Key.Act = "ask.V1"
			for _, q := range []store.Question{ask(thread(1), 7), on} {
				first, err := w.s.Admit(w.ctx, q)
				w.ok(err)
				w.same("first", first, false)
			}
			w.same("open questions", len(w.open(thread(1))), 0)
			// A button under an answer outlives what had asked: that it is gone, a
			// person should be told.
			about := press(thread(1), store.KindAgain, 5)
			about.Of = tsOf(7)
			w.admit(about)
		}},
		{"it stays erased for SeenFor", 0, func(w *world) {
			w.shown(thread(1))
			w.erase(thread(1), tsOf(7), store.Deleted{})
			w.clock.Advance(store.SeenFor - time.Microsecond)
			w.expireAll(10)
			first, err := w.s.Admit(w.ctx, ask(thread(1), 7))
			w.ok(err)
			w.same("first", first, false)
			w.admit(ask(thread(1), 9))
			l := w.lease(thread(1), "a")
			w.ok(w.s.PutImage(w.ctx, l, cameWith(3, 7), pixels("x", "y")))
			w.lost(thread(1), cameWith(3, 7))
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 9).Key, []store.Turn{posted(7)}))
			w.same("gone", w.read(thread(1)).Turns[2].Messages[0].Gone, true)
		}},
		{"what is remembered of it is deleted in time", 0, func(w *world) {
			w.shown(thread(1))
			w.erase(thread(1), tsOf(1), store.Deleted{Messages: 1, Images: 1})
			w.eraseFile("T1", "F9")
			w.clock.Advance(2 * store.SeenFor)
			w.expireAll(10)
			w.lost(thread(1), cameWith(1, 1))
		}},
		{"no Finish or PutImage at the same time keeps it", 0, func(w *world) {
			other := w.replica()
			for i := range 4 {
				t := thread(i)
				w.admit(ask(t, 10+i))
				l := w.lease(t, "a")
				var wg sync.WaitGroup
				wg.Go(func() {
					r := record(1, 5)
					r.MessageTS = tsOf(1)
					if err := errors.Join(other.PutImage(w.ctx, l, r, pixels(series(5, 100<<10, "x")...)),
						other.Finish(w.ctx, l, ask(t, 10+i).Key, []store.Turn{posted(1)})); err != nil {
						w.Errorf("at the same time: %v", err)
					}
				})
				if _, err := w.s.EraseMessage(w.ctx, t, tsOf(1)); err != nil {
					w.Errorf("EraseMessage: %v", err)
				}
				wg.Wait()
				th := w.read(t)
				w.same("gone", []bool{th.Images[0].Gone, th.Turns[0].Messages[0].Gone, th.Turns[0].Messages[1].Gone}, []bool{true, true, false})
				w.same("text", th.Turns[0].Messages[0].Text, "")
				_, _, err := w.s.Image(w.ctx, t, 1)
				w.is(err, store.ErrNotFound)
			}
		}},
	}
}
