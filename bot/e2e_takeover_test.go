package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// An answer that people have read stays as it is when the process dies before it
// has remembered it: the next one keeps it, asks the model nothing, and knows it
// in the follow-up.
func TestShownAnswerIsKept(t *testing.T) {
	t.Parallel()
	var findings strings.Builder
	for i := range 300 {
		fmt.Fprintf(&findings, "Finding %d in Image 1 & more.\n", i)
	}
	for name, answer := range map[string]string{"short": "It is a PA view.", "in parts": findings.String()} {
		t.Run(name, func(t *testing.T) {
			broken, o := breaking()
			w := newWorld(t, o)
			broken.finishes.Store(1 << 30)
			w.model.Answer(modelsim.Text(answer, modelsim.Chunks(4000)))
			root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
			w.wait("the label", func() bool { return strings.Contains(strings.Join(w.said(root), ""), "AI draft") })
			before := strings.Join(w.said(root), "\n")
			must(t, w.stop())
			broken.finishes.Store(0)
			w.start()
			thread := store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root}
			for open := 1; open > 0; {
				qs, err := w.store.Open(w.ctx, thread)
				must(t, err)
				open = len(qs)
			}
			if after := strings.Join(w.said(root), "\n"); after != before {
				t.Errorf("the thread said %q and says %q", before, after)
			}
			w.ask(w.ann, root, "and the heart?")
			if n := len(w.model.Requests()); n != 2 {
				t.Fatalf("%d model calls for two questions", n)
			}
			req := w.request(1)
			if n := len(req.images()); n != 1 {
				t.Errorf("the follow-up holds %d images", n)
			}
			if all := req.prefix(); !strings.Contains(all, strings.TrimSpace(answer)[:10]) || strings.Contains(all, "AI draft") {
				t.Errorf("the follow-up's history is %q", all)
			}
		})
	}
}

// Half an answer in the thread is no answer: the question is put again.
func TestHalfShownAnswerIsMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	w.model.Answer(modelsim.Long(9_000))
	gate := make(chan struct{})
	w.sim.Fail("chat.postMessage", slacksim.Fault{Gate: gate, Match: func(c slacksim.Call) bool {
		return strings.Contains(c.Args["text"], "Line 00")
	}})
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
	w.wait("the first part", func() bool { return strings.Contains(strings.Join(w.said(root), ""), "Line 00001") })
	must(t, w.stop())
	defer close(gate) // not before: what is served after the next process has looked, nobody can know
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.start()
	w.wait("the answer", func() bool {
		return strings.Contains(w.said(root)[0], "PA view") && strings.Contains(w.said(root)[0], "AI draft")
	})
}

// What was asked more than a quarter of an hour before a restart gets a sentence,
// in the message that stands for it, and no model call; what is younger an answer.
func TestOldQuestionGetsASentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		age   time.Duration
		text  string
		want  string
		calls int
	}{
		"young":   {10 * time.Minute, "which view is this film?", "AI draft", 1},
		"old":     {20 * time.Minute, "which view is this film?", "Ask again if you still need an answer", 0},
		"command": {20 * time.Minute, "temperature 0.9", "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			var now atomic.Int64
			clock := func() time.Time { return time.Unix(0, now.Load()) }
			now.Store(time.Now().Add(-c.age).UnixNano())
			var root, ts string
			w := newWorld(t, options{slack: slacksim.Config{Now: clock}, now: clock, before: func(w *world) {
				root = w.post(w.ann, w.channel, "", "the film", film(t, 1))
				ts = w.post(w.ann, w.channel, root, "@MedBuddy "+c.text)
				thread := store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root}
				q := store.Question{Key: store.QuestionKey{Team: thread.Team, Channel: w.channel, TS: ts}, Thread: thread, Kind: store.KindAsk, User: w.ann, Text: "<@" + w.sim.BotUserID() + "> " + c.text}
				if name == "command" {
					q.Kind = store.KindCommand
				}
				_, err := w.store.Admit(w.ctx, q)
				must(t, err)
				now.Store(time.Now().UnixNano())
			}})
			if name == "command" {
				w.wait("the sentence", func() bool { return len(w.sim.Ephemerals(w.channel)) == 1 })
				if got := w.sim.Ephemerals(w.channel)[0].Text; !strings.Contains(got, "did not carry it out") {
					t.Errorf("answer %q", got)
				}
				return
			}
			if got := w.answer(root, 1); !strings.Contains(got, c.want) {
				t.Errorf("answer %q", got)
			}
			if n := len(w.model.Requests()); n != c.calls {
				t.Errorf("%d model calls", n)
			}
		})
	}
}

// A reply that comes before the question it follows, as on another socket it may,
// is no remark: it is answered after that question.
func TestReplyOvertakesItsQuestion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{before: func(w *world) { // catching up would find them all
		w.sim.Fail("users.conversations", slacksim.Fault{Error: "missing_scope", Times: -1})
	}})
	w.sim.Withhold("message", true)
	w.sim.Withhold("app_mention", true)
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
	follow := w.post(w.ann, w.channel, root, "and how is the heart?")
	other := w.post(w.ben, w.channel, root, "<@"+w.ann+"> coffee?")
	event := func(ts, thread, text string) string {
		return fmt.Sprintf(`{"envelope_id":"X%s","type":"events_api","payload":{"type":"event_callback","team_id":%q,"event":{
			"type":"message","channel":%q,"user":%q,"ts":%q,"thread_ts":%q,"text":%q}}}`, ts, w.sim.TeamID(), w.channel, w.ann, ts, thread, text)
	}
	must(t, w.sim.RawFrame(event(follow, root, "and how is the heart?")))
	must(t, w.sim.RawFrame(event(other, root, "<@"+w.ann+"> coffee?")))
	w.wait("the acks", func() bool { return len(w.sim.Acks()) == 2 })
	must(t, w.sim.RawFrame(event(root, "", "<@"+w.sim.BotUserID()+"> which view is this film?")))
	w.answer(root, 2)
	if said := w.said(root); len(said) != 2 || !strings.Contains(said[0], "which view") || !strings.Contains(said[1], "and how is the heart") {
		t.Errorf("the thread says %q", said)
	}
}

// A placeholder that somebody deletes is posted anew; a process that dies before it
// has remembered that, or the whole answer, leaves nothing that is posted twice.
func TestDeletedPlaceholderIsPostedOnce(t *testing.T) {
	t.Parallel()
	var fs *faultStore
	w := newWorld(t, options{bot: func(c *bot.Config) {
		fs = newFaultStore(c.Store)
		c.Store, c.DrainTimeout = fs, time.Millisecond
	}})
	held := make(chan struct{})
	w.model.Answer(modelsim.Long(9_000, modelsim.Gate(held)))
	gate := make(chan struct{})
	w.sim.Fail("chat.postMessage", slacksim.Fault{Gate: gate, Match: func(c slacksim.Call) bool {
		return strings.Contains(c.Args["text"], "Line 00") && !strings.Contains(c.Args["text"], "Line 00001")
	}})
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this film in full", film(t, 1))
	must(t, w.model.WaitHeld(w.ctx, 1))
	fs.set(func() { fs.refuse["place"] = 1 })
	for _, m := range w.sim.Thread(w.channel, root) {
		if m.User == w.sim.BotUserID() {
			must(t, w.sim.Delete(w.channel, m.TS))
		}
	}
	posts := w.sim.Count("chat.postMessage")
	close(held)
	w.wait("the first part and a held second one", func() bool {
		return strings.Contains(strings.Join(w.said(root), ""), "Line 00001") && w.sim.Count("chat.postMessage") >= posts+2
	})
	must(t, w.stop())
	defer close(gate) // not before: what is served after the next process has looked, nobody can know
	w.model.Answer(modelsim.Text("It is a PA view."))
	w.start()
	w.wait("the answer", func() bool { return strings.Contains(strings.Join(w.said(root), ""), "PA view") })
	if said := w.said(root); len(said) != 1 || !strings.Contains(said[0], "AI draft") {
		t.Errorf("%d messages for one question: %q", len(said), said)
	}
}

// Whoever is stopped after a post that it could not remember keeps the lease until
// it passes: another process that recorded the question might take it for
// untouched, and post without looking.
func TestLeaseIsKeptAfterAnUnknownPost(t *testing.T) {
	t.Parallel()
	for name, refused := range map[string]int{"remembered": 0, "not remembered": 99} {
		t.Run(name, func(t *testing.T) {
			var fs *faultStore
			w := newWorld(t, options{bot: func(c *bot.Config) {
				fs = newFaultStore(c.Store)
				c.Store, c.DrainTimeout = fs, time.Millisecond
			}})
			fs.set(func() { fs.refuse["place"] = refused })
			release := w.holdModel()
			defer release()
			root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this film?", film(t, 1))
			must(t, w.model.WaitHeld(w.ctx, 1))
			must(t, w.stop())
			_, err := w.store.Lease(w.ctx, store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root}, "another", time.Second)
			if kept := errors.Is(err, store.ErrLeaseHeld); kept != (refused > 0) {
				t.Errorf("the lease for another: %v", err)
			}
		})
	}
}
