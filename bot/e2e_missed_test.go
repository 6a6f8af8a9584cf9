package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// away is an outage of which Slack tells nothing afterwards, in which something
// happens. Long ones are longer than Slack's retries.
func (w *world) away(clock *shift, long bool, happens func()) {
	w.t.Helper()
	w.sim.Offline(true)
	happens()
	clock.forward(2 * time.Minute)
	if long {
		clock.forward(8 * time.Minute)
	}
	w.sim.Offline(false)
	w.wait("the sockets", func() bool { return len(w.sim.Sockets()) == 2 })
}

// anew is away for a process that is stopped meanwhile.
func (w *world) anew(clock *shift, happens func()) {
	w.t.Helper()
	must(w.t, w.stop())
	happens()
	clock.forward(2 * time.Minute)
	w.start()
}

// twoFilms is a thread in which two films were asked about: one came with its root, the
// other with scan, and has these pixels in a request.
func (w *world) twoFilms() (root, scan, pixels string) {
	w.t.Helper()
	second := film(w.t, 2)
	second.ID = "FSECOND"
	root = w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(w.t, 1))
	scan = w.post(w.ben, w.channel, root, "this is of somebody else", second)
	w.model.Answer(modelsim.Text("Neither shows an effusion."))
	w.ask(w.ann, root, "@MedBuddy is there an effusion?")
	w.closed(root)
	return root, scan, w.request(len(w.model.Requests()) - 1).images()[1]
}

// What was deleted while nobody listened is not in the next request, whoever asks by
// whatever way, and is erased.
func TestMissedDeletion(t *testing.T) {
	t.Parallel()
	deletions := map[string]func(w *world, scan string) error{
		"message": func(w *world, scan string) error { return w.sim.Delete(w.channel, scan) },
		"file":    func(w *world, _ string) error { return w.sim.DeleteFile("FSECOND") },
	}
	for name, del := range deletions {
		for _, how := range []string{"asked after an outage", "asked after a restart", "pressed"} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				w, clock := deaf(t, options{})
				root, scan, wrong := w.twoFilms()
				gone := func() { must(t, del(w, scan)) }
				if how == "asked after a restart" {
					w.anew(clock, gone)
				} else {
					w.away(clock, false, gone)
				}
				if how == "pressed" {
					before := len(w.said(root))
					w.press(w.ann, root, "again")
					w.answer(root, before+1)
				} else {
					w.ask(w.ann, root, "and a fracture?")
				}
				req := w.request(1)
				if images := req.images(); len(images) != 1 || strings.Contains(string(req.raw), wrong) {
					t.Errorf("the request holds %d images, want the first alone", len(images))
				}
				if name == "message" && strings.Contains(string(req.raw), "somebody else") {
					t.Error("the request holds the words of the deleted message")
				}
				w.erased(root, 2)
				read := w.sim.Count("conversations.replies")
				w.ask(w.ann, root, "and the lungs?")
				if !slices.ContainsFunc(w.sim.Calls("conversations.replies")[read:], func(c slacksim.Call) bool { return c.Args["oldest"] != "" }) {
					t.Error("the next question reads the thread whole again")
				}
			})
		}
	}
}

// What is not in Slack's listing, or not to be read, for other reasons than deletion
// stays.
func TestNothingIsErasedByMistake(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world){
		"nothing": func(*world) {},
		"the file is hidden": func(w *world) {
			w.sim.SetFile("FSECOND", func(f *slacksim.File) { f.Access = slacksim.Hidden })
		},
		"the file is told of in part": func(w *world) {
			w.sim.SetFile("FSECOND", func(f *slacksim.File) { f.Access = slacksim.CheckInfo })
		},
		"the thread cannot be read": func(w *world) {
			w.sim.Fail("conversations.replies", slacksim.Fault{Error: "missing_scope", Times: 2})
		},
		"the thread is not found, the root is": func(w *world) {
			w.sim.Fail("conversations.replies", slacksim.Fault{Error: "thread_not_found", Times: 2})
		},
		"the list is empty": func(w *world) {
			w.sim.Fail("conversations.replies", slacksim.Fault{Body: `{"ok":true,"messages":[],"has_more":false}`, Times: 2})
		},
		"a page is missing": func(w *world) {
			w.sim.Fail("conversations.replies", slacksim.Fault{Times: 2, Body: `{"ok":true,"messages":[{"type":"message","ts":"` +
				w.sim.All(w.channel)[0].TS + `"}],"has_more":true}`})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, clock := deaf(t, options{})
			root, _, _ := w.twoFilms()
			w.askAbout(w.ben, root, "Is there a pneumothorax in Image 1?") // in no message of Slack's
			w.answer(root, 2)
			w.closed(root)
			w.waitMark(root)
			before, err := w.store.Thread(w.ctx, w.threadKey(root))
			must(t, err)
			w.away(clock, true, func() { happens(w) })
			w.ask(w.ann, root, "@MedBuddy and the heart?")
			w.ask(w.ann, root, "@MedBuddy and the lungs?")
			w.closed(root)
			after, err := w.store.Thread(w.ctx, w.threadKey(root))
			must(t, err)
			for i, turn := range before.Turns {
				now := after.Turns[i]
				if now.Text != turn.Text || slices.ContainsFunc(now.Messages, func(m store.Message) bool { return m.Gone || m.Text == "" }) {
					t.Errorf("turn %d is %+v", i+1, now)
				}
			}
			for _, r := range after.Images {
				if r.Gone {
					t.Errorf("Image %d is gone", r.Label)
				}
			}
			if !strings.Contains(w.asked(len(w.model.Requests())-1), "pneumothorax") {
				t.Error("what was asked by the shortcut is not in the history any more")
			}
		})
	}
}

// A question is deleted while the store is away; Slack does not tell of that, and
// delivers the question again once the store is back. There is no answer.
func TestQuestionDeletedBeforeItWasRecorded(t *testing.T) {
	t.Parallel()
	broken := &brokenStore{}
	w, clock := deaf(t, options{
		slack: slacksim.Config{RetryAfter: []time.Duration{time.Hour}},
		bot:   func(c *bot.Config) { broken.Store = c.Store; c.Store = broken },
	})
	root := w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(t, 1))
	broken.down.Store(true)
	question := w.post(w.ann, w.channel, root, "@MedBuddy is this patient Doe?")
	w.wait("the refusal", func() bool { return broken.refused.Load() >= 1 })
	w.sim.Withhold("message", true)
	must(t, w.sim.Delete(w.channel, question))
	w.sim.Withhold("message", false)
	clock.forward(3 * time.Minute)
	broken.down.Store(false)
	w.sim.RetryUnacked()
	w.wait("the sentence", func() bool {
		return strings.Contains(strings.Join(w.said(root), ""), "was deleted in Slack, so there is no answer")
	})
	w.until("it to be counted", func() bool { return w.metric("medbuddy_answers_total", "deleted") == 1 })
	if n := len(w.model.Requests()); n > 0 {
		t.Errorf("%d model calls", n)
	}
}
