package bot_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// erased waits until an image is gone, and fails when anything of it is left.
func (w *world) erased(root string, label int) (thread store.Thread) {
	w.t.Helper()
	w.until("the image to be erased", func() (gone bool) {
		var err error
		thread, err = w.store.Thread(w.ctx, w.threadKey(root))
		must(w.t, err)
		return thread.Images[label-1].Gone
	})
	if r := thread.Images[label-1]; len(r.Files)+len(r.Slices)+len(r.Notes) > 0 {
		w.t.Errorf("its record holds %+v", r)
	}
	if _, data, err := w.store.Image(w.ctx, w.threadKey(root), label); !errors.Is(err, store.ErrNotFound) || data != nil {
		w.t.Errorf("its bytes: %d slices, %v", len(data), err)
	}
	return thread
}

// The message with the scan is deleted after an answer: the store holds nothing of
// it any more, and no request does. What is posted then has a label of its own, also
// for a process that is started anew.
func TestDeletedScanLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(t, 1))
	scan := w.post(w.ben, w.channel, root, "this is of somebody else", film(t, 2))
	w.model.Answer(modelsim.Text("Neither shows an effusion."))
	w.ask(w.ann, root, "@MedBuddy is there an effusion?")
	w.closed(root)
	wrong := w.request(0).images()[1]
	must(t, w.sim.Delete(w.channel, scan))
	for _, turn := range w.erased(root, 2).Turns {
		for _, m := range turn.Messages {
			if m.TS == scan && (!m.Gone || m.Text != "" || len(m.Images) != 1 || m.Images[0] != 2) {
				t.Errorf("the message is %+v, want one that is gone and keeps the place of its label", m)
			}
		}
	}
	w.ask(w.ann, root, "and a fracture?")
	must(t, w.stop())
	w.start()
	got := w.ask(w.ann, root, "compare it with this one", film(t, 3))
	if !strings.Contains(got, "Looked at: Image 1 (300×240), Image 3 (300×240).") {
		t.Errorf("the thread is told %q", got)
	}
	for n, want := range map[int]int{1: 1, 2: 2} {
		req := w.request(n)
		if images := req.images(); len(images) != want || strings.Contains(string(req.raw), wrong) {
			t.Errorf("request %d holds %d images, want %d without the deleted one", n+1, len(images), want)
		}
		text := string(req.raw)
		if !strings.Contains(text, "Image 2 [deleted; do not describe it]") || strings.Contains(text, "somebody else") {
			t.Errorf("request %d says %s", n+1, text)
		}
	}
}

// A series of which one file is deleted is no longer the series that was posted: it
// goes as a whole.
func TestDeletedFileOfASeries(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", loose(ct(t, 3, 2))...)
	w.answer(root, 1)
	w.closed(root)
	m, _ := w.sim.Message(w.channel, root)
	must(t, w.sim.DeleteFile(m.Files[1].ID))
	w.erased(root, 1)
	for question, want := range map[string]string{
		"is there a bleed?":            "The images of this thread were deleted in Slack",
		"show Image 1 in brain window": "The images of this thread were deleted in Slack",
	} {
		if got := w.ask(w.ann, root, question); !strings.Contains(got, want) {
			t.Errorf("%q: the thread is told %q", question, got)
		}
	}
	if n := len(w.model.Requests()); n != 1 {
		t.Errorf("%d model calls, want the one before", n)
	}
}

// One file is shared in two threads. A message that is deleted goes from its own
// thread; the file that is deleted goes from both.
func TestDeletedFileOfTwoThreads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	var roots []string
	shared := film(t, 1)
	shared.ID = "FSHARED"
	for range 3 {
		roots = append(roots, w.post(w.ann, w.channel, "", "@MedBuddy which view is this?", shared))
		shared = slacksim.File{ID: "FSHARED"}
	}
	for _, root := range roots {
		w.answer(root, 1)
		w.closed(root)
	}
	must(t, w.sim.Delete(w.channel, roots[0]))
	w.erased(roots[0], 1)
	w.ask(w.ben, roots[1], "and the heart?")
	if n := len(w.request(3).images()); n != 1 {
		t.Errorf("another thread's request holds %d images", n)
	}
	must(t, w.sim.DeleteFile("FSHARED"))
	w.erased(roots[1], 1)
	w.erased(roots[2], 1)
	for _, root := range roots[1:] {
		if got := w.ask(w.ben, root, "and the lungs?"); !strings.Contains(got, "were deleted in Slack") {
			t.Errorf("the thread is told %q", got)
		}
	}
}

// A question that is deleted while it is answered ends the model's work at once, and
// nothing of it is kept.
func TestDeletedWhileItIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(t, 1))
	release := w.holdModel()
	defer release()
	question := w.post(w.ann, w.channel, root, "@MedBuddy is this patient Doe?")
	must(t, w.model.WaitHeld(w.ctx, 1))
	must(t, w.sim.Delete(w.channel, question))
	if got := w.answer(root, 1); !strings.Contains(got, "was deleted in Slack, so there is no answer") {
		t.Errorf("the thread is told %q", got)
	}
	must(t, w.stop())
	thread, err := w.store.Thread(w.ctx, w.threadKey(root))
	must(t, err)
	if len(thread.Turns) > 0 {
		t.Errorf("%d turns are kept", len(thread.Turns))
	}
	if w.metric("medbuddy_answers_total", "deleted") != 1 {
		t.Error("it is not counted as deleted")
	}
}

// Another process was told that the question is deleted: this one learns it from the
// store when it wants to remember its answer, and takes that back, all parts of it.
func TestDeletedInAnotherProcess(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]int{"short": 100, "in parts": 9000} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, options{})
			root := w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(t, 1))
			step := w.stepModel(strings.Repeat("It is a PA view. ", answer/17), answer+100)
			question := w.post(w.ann, w.channel, root, "@MedBuddy which view is this?")
			must(t, w.model.WaitHeld(w.ctx, 1))
			gone, err := w.store.EraseMessage(w.ctx, w.threadKey(root), question)
			must(t, err)
			if gone.Questions != 1 {
				t.Fatalf("erased %+v", gone)
			}
			step()
			w.wait("the sentence", func() bool { return strings.Contains(strings.Join(w.said(root), ""), "was deleted in Slack") })
			must(t, w.stop())
			for _, text := range w.said(root) {
				if strings.Contains(text, "PA view") || strings.Contains(text, "AI draft") {
					t.Errorf("the thread still says %q", text)
				}
			}
		})
	}
}

// hookStore does something once, before an operation.
type hookStore struct {
	store.Store
	settings, put func()
	once          sync.Once
}

func (s *hookStore) Settings(ctx context.Context, scope store.Scope) (store.Settings, error) {
	if s.settings != nil {
		s.once.Do(s.settings)
	}
	return s.Store.Settings(ctx, scope)
}

func (s *hookStore) PutImage(ctx context.Context, l store.Lease, r store.ImageRecord, data [][]byte) error {
	if s.put != nil {
		s.once.Do(s.put)
	}
	return s.Store.PutImage(ctx, l, r, data)
}

// An image is deleted in the middle of its question: before it is stored, or before
// the request is made. The question goes on without it, or ends with a sentence.
func TestDeletedInTheMiddleOfItsQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		question string
		want     string
		sent     int
	}{
		"one of two":   {"is there an effusion?", "Looked at: Image 2 (300×240).", 1},
		"it is named":  {"is there an effusion in Image 1?", "Image 1 was deleted in Slack", 0},
		"it is chosen": {"only Image 1: is there an effusion?", "Image 1 was deleted in Slack", 0},
		"the other is": {"only Image 2: is there an effusion?", "Looked at: Image 2 (300×240).", 1},
	} {
		for _, when := range []string{"before it is stored", "before it is sent"} {
			t.Run(name+" "+when, func(t *testing.T) {
				hook := &hookStore{}
				w := newWorld(t, options{bot: func(c *bot.Config) { hook.Store, c.Store = c.Store, hook }})
				first := film(t, 1)
				first.ID = "FWRONG"
				erase := func() {
					if _, err := w.store.EraseFile(w.ctx, w.sim.TeamID(), "FWRONG"); err != nil {
						t.Error(err)
					}
				}
				if hook.put = erase; when == "before it is sent" {
					hook.put, hook.settings = nil, erase
				}
				got := w.ask(w.ann, "", "@MedBuddy "+c.question, first, film(t, 2))
				if !strings.Contains(got, c.want) || strings.Contains(got, "Not looked at") && !strings.Contains(c.question, "only") {
					t.Errorf("the thread is told %q", got)
				}
				if n := len(w.model.Requests()); n != min(c.sent, 1) || n > 0 && len(w.request(0).images()) != c.sent {
					t.Errorf("%d model calls", n)
				}
			})
		}
	}
}

// A notice that cannot be read is counted, acked, and the end of nothing.
func TestMalformedNotices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	for _, event := range []string{
		`{"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":7}`,
		`{"type":"message","subtype":"message_changed","message":{"subtype":"tombstone"}}`,
		`{"type":"file_deleted"}`,
	} {
		must(t, w.sim.RawFrame(`{"envelope_id":"X`+event[len(event)-8:len(event)-4]+`","type":"events_api","payload":{"type":"event_callback","event":`+event+`}}`))
	}
	w.wait("the acks", func() bool { return len(w.sim.Acks()) == 3 })
	if got := w.metric("medbuddy_envelopes_total", "malformed"); got != 3 {
		t.Errorf("%v envelopes are counted as malformed, want 3", got)
	}
	if got := w.ask(w.ann, "", "@MedBuddy which view is this?", film(t, 1)); !strings.Contains(got, "AI draft") {
		t.Errorf("after them the answer is %q", got)
	}
}
