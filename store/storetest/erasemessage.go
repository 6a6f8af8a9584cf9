package storetest

import (
	"fmt"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// posted is a user's turn of a message of some second, with image 1.
func posted(second int) store.Turn {
	return store.Turn{Role: store.RoleUser, Messages: []store.Message{
		{TS: tsOf(second), User: "U1", Text: fmt.Sprint("posted ", second), Images: []int{1},
			Unread: []store.UnreadFile{{FileID: "F9", Reason: "html"}}},
		{TS: tsOf(second + 1), User: "U2", Text: fmt.Sprint("posted ", second+1)}}}
}

func tsOf(second int) string { return ask(thread(0), second).Key.TS }

// cameWith is image label of two slices, which came with the message of some second.
func cameWith(label, second int) store.ImageRecord {
	r := madeOf(label, fmt.Sprintf("F%d", label))
	r.MessageTS = tsOf(second)
	return r
}

// emptied is what stays of an image.
func emptied(r store.ImageRecord) store.ImageRecord {
	r.Files, r.Slices, r.Notes, r.Gone = nil, nil, nil, true
	return r
}

// shown makes a thread in which question 1 came with image 1 and was answered at
// second 5, and image 2 came with the message after it.
func (w *world) shown(t store.ThreadKey) {
	w.Helper()
	w.admit(ask(t, 1))
	l := w.lease(t, "a")
	w.ok(w.s.PutImage(w.ctx, l, cameWith(1, 1), pixels("one", "two")))
	w.ok(w.s.PutImage(w.ctx, l, cameWith(2, 2), pixels("three", "four")))
	w.ok(w.s.Finish(w.ctx, l, ask(t, 1).Key, []store.Turn{posted(1), {Role: store.RoleModel, Text: "answered", Model: "m",
		Of: tsOf(1), Kind: store.KindAsk, User: "U1", AnswerTS: tsOf(5), Images: []int{1, 2}}}))
	w.ok(w.s.Release(w.ctx, l))
}

// erase erases a message from a thread and fails unless that counts want.
func (w *world) erase(t store.ThreadKey, ts string, want store.Deleted) {
	w.Helper()
	got, err := w.s.EraseMessage(w.ctx, t, ts)
	w.ok(err)
	w.same("deleted", got, want)
}

// lost fails unless the image is Gone, as r was.
func (w *world) lost(t store.ThreadKey, r store.ImageRecord) {
	w.Helper()
	_, _, err := w.s.Image(w.ctx, t, r.Label)
	w.is(err, store.ErrNotFound)
	w.same("record", w.read(t).Images[r.Label-1], emptied(r))
}

func eraseMessageCases() []testCase {
	return []testCase{
		{"a missing thread", 0, func(w *world) {
			w.erase(thread(1), tsOf(1), store.Deleted{})
			w.gone(thread(1))
			w.admit(ask(thread(1), 1)) // nothing was remembered
		}},
		{"a message of which nothing is held", 0, func(w *world) {
			w.shown(thread(1))
			before := w.read(thread(1))
			w.erase(thread(1), tsOf(9), store.Deleted{})
			w.same("thread", w.read(thread(1)), before)
			w.image(thread(1), cameWith(1, 1), "one", "two")
		}},
		{"its text and images go, its labels stay", 0, func(w *world) {
			w.shown(thread(1))
			elsewhere := store.ThreadKey{Team: "T1", Channel: "C2", TS: thread(1).TS}
			w.shown(elsewhere)
			other := w.read(elsewhere)
			want := w.read(thread(1))
			w.clock.Advance(time.Hour)
			w.erase(thread(1), tsOf(1), store.Deleted{Messages: 1, Images: 1})
			m := &want.Turns[0].Messages[0]
			m.Text, m.Unread, m.Gone = "", nil, true
			want.Images[0] = emptied(want.Images[0])
			w.same("thread", w.read(thread(1)), want) // no turn: the expiry stays
			w.lost(thread(1), cameWith(1, 1))
			w.image(thread(1), cameWith(2, 2), "three", "four")
			w.same("the other thread", w.read(elsewhere), other)
			w.image(elsewhere, cameWith(1, 1), "one", "two")
			w.s = w.replica()
			w.same("for another process", w.read(thread(1)), want)
		}},
		{"twice", 0, func(w *world) {
			w.shown(thread(1))
			w.erase(thread(1), tsOf(1), store.Deleted{Messages: 1, Images: 1})
			want := w.read(thread(1))
			w.erase(thread(1), tsOf(1), store.Deleted{})
			w.same("thread", w.read(thread(1)), want)
		}},
		{"an answer", 0, func(w *world) {
			w.shown(thread(1))
			want := w.read(thread(1))
			w.erase(thread(1), tsOf(5), store.Deleted{Messages: 1})
			want.Turns[1].Text = ""
			w.same("thread", w.read(thread(1)), want)
			w.erase(thread(1), tsOf(5), store.Deleted{})
		}},
		{"an answer in several messages", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.admit(ask(thread(1), 9))
			l := w.lease(thread(1), "a")
			answer := func(parts ...string) []store.Turn {
				return []store.Turn{{Role: store.RoleModel, Text: "answered", AnswerTS: parts[2], Parts: parts[:2]}}
			}
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, answer(tsOf(5), tsOf(6), tsOf(7))))
			w.erase(thread(1), tsOf(6), store.Deleted{Messages: 1})
			want := w.read(thread(1))
			w.same("text", want.Turns[0].Text, "")
			w.same("parts", want.Turns[0].Parts, []string{tsOf(5), tsOf(6)})
			w.erase(thread(1), tsOf(5), store.Deleted{})
			w.same("thread", w.read(thread(1)), want)
			w.erase(thread(1), tsOf(10), store.Deleted{}) // one that Finish brings only then
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 9).Key, answer(tsOf(10), tsOf(11), tsOf(12))))
			w.same("text", w.read(thread(1)).Turns[1].Text, "")
		}},
		{"with other views of its images", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			view, other := madeOf(2, "F1"), madeOf(3, "F3")
			view.MessageTS, other.MessageTS = tsOf(7), tsOf(7)
			for _, r := range []store.ImageRecord{cameWith(1, 1), view, other} {
				w.ok(w.s.PutImage(w.ctx, l, r, pixels("one", "two")))
			}
			w.erase(thread(1), tsOf(1), store.Deleted{Questions: 1, Images: 2})
			w.lost(thread(1), view)
			w.image(thread(1), other, "one", "two")
		}},
		{"the first message of the thread", 0, func(w *world) {
			t := store.ThreadKey{Team: "T1", Channel: "C1", TS: tsOf(1)}
			w.shown(t)
			w.erase(t, t.TS, store.Deleted{Messages: 1, Images: 1})
			w.asked(t, true)
			w.same("gone", w.read(t).Turns[0].Messages[0].Gone, true)
			w.answer(t, 7)
			w.same("turns", len(w.read(t).Turns), 4)
		}},
		{"in several turns", 0, func(w *world) {
			w.shown(thread(1))
			w.admit(ask(thread(1), 7))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Finish(w.ctx, l, ask(thread(1), 7).Key, []store.Turn{posted(1), posted(7)}))
			w.erase(thread(1), tsOf(1), store.Deleted{Messages: 2, Images: 1})
			for i, turn := range w.read(thread(1)).Turns {
				for _, m := range turn.Messages {
					w.same(fmt.Sprint("gone in turn ", i), m.Gone, m.TS == tsOf(1))
				}
			}
		}},
		{"a ts is that ts only", 0, func(w *world) {
			w.shown(thread(1))
			want := w.read(thread(1))
			for _, ts := range []string{tsOf(1) + "0", "0" + tsOf(1), "1.000100", "70000000" + tsOf(1)[8:]} {
				w.erase(thread(1), ts, store.Deleted{})
			}
			w.same("thread", w.read(thread(1)), want)
		}},
		{"an open question", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.admit(ask(thread(1), 2))
			w.erase(thread(1), tsOf(1), store.Deleted{Questions: 1})
			open := w.open(thread(1))
			w.same("open questions", len(open), 1)
			w.same("left open", open[0].Key, ask(thread(1), 2).Key)
			w.asked(thread(1), true)
			first, err := w.s.Admit(w.ctx, ask(thread(1), 1))
			w.ok(err)
			w.same("first", first, false)
			w.erase(thread(1), tsOf(2), store.Deleted{Questions: 1})
			w.abandoned(10)
		}},
		{"with the presses about it, and on it", 0, func(w *world) {
			w.shown(thread(1))
			about := press(thread(1), store.KindAgain, 5)
			on := ask(thread(1), 1)
			on.Key.Act = "ask.V1"
			w.admit(about)
			w.admit(on)
			other := press(thread(1), store.KindAgain, 6)
			other.Of = tsOf(3)
			w.admit(other)
			w.erase(thread(1), tsOf(1), store.Deleted{Questions: 2, Messages: 1, Images: 1})
			open := w.open(thread(1))
			w.same("open questions", len(open), 1)
			w.same("left open", open[0].Key, other.Key)
		}},
		{"a question that is being answered", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			l := w.lease(thread(1), "a")
			w.ok(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, tsOf(5)))
			w.erase(thread(1), tsOf(1), store.Deleted{Questions: 1})
			w.is(w.s.Place(w.ctx, l, ask(thread(1), 1).Key, tsOf(6)), store.ErrNotFound)
			w.is(w.s.Finish(w.ctx, l, ask(thread(1), 1).Key, turns(1)), store.ErrNotFound)
			w.same("turns", len(w.read(thread(1)).Turns), 0)
			_, err := w.s.Renew(w.ctx, l, ttl)
			w.ok(err) // it breaks no lease
		}},
		{"an expired thread counts as missing", 0, func(w *world) {
			w.shown(thread(1))
			w.clock.Advance(w.keep)
			w.erase(thread(1), tsOf(1), store.Deleted{})
			w.gone(thread(1))
		}},
		{"once of 8 at once", 0, func(w *world) {
			w.shown(thread(1))
			replicas := []store.Store{w.s, w.replica()}
			var mu sync.Mutex
			var wg sync.WaitGroup
			var all store.Deleted
			for i := range 8 {
				wg.Go(func() {
					d, err := replicas[i%2].EraseMessage(w.ctx, thread(1), tsOf(1))
					if err != nil {
						w.Errorf("EraseMessage: %v", err)
					}
					mu.Lock()
					defer mu.Unlock()
					all.Messages += d.Messages
					all.Images += d.Images
				})
			}
			wg.Wait()
			w.same("deleted", all, store.Deleted{Messages: 1, Images: 1})
			w.lost(thread(1), cameWith(1, 1))
		}},
		{"forgotten with the thread", 0, func(w *world) {
			w.shown(thread(1))
			w.erase(thread(1), tsOf(1), store.Deleted{Messages: 1, Images: 1})
			w.forget(thread(1), store.Deleted{Turns: 2, Images: 2})
			w.gone(thread(1))
		}},
		{"odd words are refused", 0, func(w *world) {
			for _, ts := range []string{"", "1", "1/0", "1.0\n", "%"} {
				_, err := w.s.EraseMessage(w.ctx, thread(1), ts)
				w.is(err, store.ErrInvalidKey)
			}
		}},
	}
}
