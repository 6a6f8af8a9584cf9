package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

func TestScanAndQuestionInOneMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	got := w.ask(w.ann, "", "@MedBuddy is there an effusion in this patient?", film(t, 1))
	for _, want := range []string{"AI draft", "not a diagnosis", "Looked at: Image 1 (300×240)", "Temperature 0.1, max tokens 500"} {
		if !strings.Contains(got, want) {
			t.Errorf("the answer lacks %q:\n%s", want, got)
		}
	}
	req := w.request(0)
	if req.Temperature == nil || *req.Temperature != 0.1 || req.MaxTokens == nil || *req.MaxTokens != 500 {
		t.Errorf("temperature %v, max tokens %v", req.Temperature, req.MaxTokens)
	}
	if _, ok := req.Messages[0].Content.(string); req.Messages[0].Role != "system" || !ok {
		t.Error("the first message is not one system string")
	}
	parts := req.parts(t, 1)
	if len(parts) != 3 || parts[0].Text != "Image 1" || parts[1].ImageURL == nil || parts[2].Text != "is there an effusion in this patient?" {
		t.Errorf("parts = %+v", parts)
	}
}

// One mention arrives as app_mention and as message, in either order, either of
// them alone, and each of them twice: it is one question.
func TestOneMessageIsOneQuestion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		slack    slacksim.Config
		withhold string
	}{
		"both":               {slacksim.Config{Seed: 1}, ""},
		"other order":        {slacksim.Config{Seed: 2}, ""},
		"twice":              {slacksim.Config{Seed: 3, DeliverTwice: true}, ""},
		"app_mention alone":  {slacksim.Config{}, "message"},
		"message alone":      {slacksim.Config{}, "app_mention"},
		"mention lost files": {slacksim.Config{Seed: 4, MentionsLoseFile: true}, "message"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, options{slack: c.slack})
			if c.withhold != "" {
				w.sim.Withhold(c.withhold, true)
			}
			root := ""
			for i := range 5 {
				root = w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy first question %d of the round", i), film(t, i))
				w.answer(root, 1)
			}
			w.wait("all acks", func() bool { return len(w.sim.Unacked()) == 0 })
			if n := len(w.model.Requests()); n != 5 {
				t.Errorf("%d model calls for 5 questions", n)
			}
			if said := w.said(root); len(said) != 1 {
				t.Errorf("%d answers to one question: %q", len(said), said)
			}
		})
	}
}

func TestHundredQuestionsDeliveredTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{slack: slacksim.Config{DeliverTwice: true}})
	var roots []string
	for i := range 100 {
		roots = append(roots, w.post(w.ann, w.channel, "", fmt.Sprintf("@MedBuddy question %d of the ward", i), film(t, i)))
	}
	w.wait("100 answers", func() bool {
		for _, r := range roots {
			if len(w.said(r)) == 0 || !w.settled(r) {
				return false
			}
		}
		return len(w.sim.Unacked()) == 0
	})
	for _, r := range roots {
		if n := len(w.said(r)); n != 1 {
			t.Errorf("%d answers to one question", n)
		}
	}
	if n := len(w.model.Requests()); n != 100 {
		t.Errorf("%d model calls, want 100", n)
	}
}

func TestFollowUpsNeedNoMentionAndKeepTheImage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this?", film(t, 1))
	w.answer(root, 1)
	first := w.request(0)
	for i := range 30 {
		user := []string{w.ann, w.ben}[i%2]
		w.ask(user, root, fmt.Sprintf("follow-up number %d please", i+1))
	}
	reqs := w.model.Requests()
	if len(reqs) != 31 {
		t.Fatalf("%d requests, want 31", len(reqs))
	}
	last := w.request(30)
	if a, b := first.images(), last.images(); len(b) != 1 || a[0] != b[0] {
		t.Errorf("request 31 holds %d images, want the same one", len(b))
	}
	for i := 1; i < len(reqs); i++ {
		before, after := w.request(i-1).prefix(), w.request(i).prefix()
		if !strings.HasPrefix(after, before) {
			t.Errorf("request %d does not begin with request %d", i+1, i)
		}
	}
	whole := last.prefix()
	for _, want := range []string{"Person A: ", "Person B: "} {
		if !strings.Contains(whole, want) {
			t.Errorf("two people, but no %q in the request", want)
		}
	}
	for _, name := range []string{w.ann, w.ben, "Ann", "Ben", "doe_jane"} {
		if strings.Contains(whole, name) {
			t.Errorf("the request names %q", name)
		}
	}
}

func TestMentionReadsTheThreadFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	pacs := w.sim.AddUser(slacksim.User{Name: "pacs", Bot: true})
	root := w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(t, 1))
	w.post(pacs, w.channel, root, "prior study attached", film(t, 2))
	w.post(w.ben, w.channel, root, "he has had a fever since yesterday")
	w.ask(w.ann, root, "@MedBuddy what changed between the two?")
	req := w.request(0)
	if n := len(req.images()); n != 2 {
		t.Fatalf("%d images in the request, want 2", n)
	}
	text := req.prefix()
	for _, want := range []string{"bed 4", "prior study", "fever since yesterday", "Image 1", "Image 2"} {
		if !strings.Contains(text, want) {
			t.Errorf("the request lacks %q", want)
		}
	}
	parts := req.parts(t, 1)
	if last := parts[len(parts)-1].Text; !strings.HasSuffix(last, "what changed between the two?") {
		t.Errorf("the last part is %q", last)
	}
}

func TestWhoIsLeftAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy which view is this?", film(t, 1))
	w.answer(root, 1)
	plain := w.post(w.ann, w.channel, "", "a message in the channel", film(t, 2))
	other := w.post(w.ann, w.channel, plain, "a reply in a thread without MedBuddy")
	w.post(w.ann, w.channel, root, "@Ben Resident can you look at this?")
	w.post(w.ann, w.channel, root, "", film(t, 3)) // an image without a word waits for the next question
	w.wait("all acks", func() bool { return len(w.sim.Unacked()) == 0 })
	w.ask(w.ann, root, "and what else?")
	if n := len(w.model.Requests()); n != 2 {
		t.Errorf("%d model calls, want 2", n)
	}
	if len(w.said(plain)) > 0 || len(w.said(other)) > 0 {
		t.Error("answered where nobody asked")
	}
	if n := len(w.request(1).images()); n != 2 {
		t.Errorf("the next question has %d images, want both", n)
	}
}

func TestDirectMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.channel = w.sim.DM(w.ann)
	got := w.ask(w.ann, "", "which view is this film?", film(t, 1))
	if !strings.Contains(got, "Looked at: Image 1") {
		t.Errorf("answer %q", got)
	}
}

// Order in a thread, and nothing held up across threads: a slow question in one
// thread does not delay another's, and its own thread's next question waits.
func TestOneThreadOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	release := w.holdModel()
	slow := w.post(w.ann, w.channel, "", "@MedBuddy the slow question", film(t, 1))
	must(t, w.model.WaitHeld(w.ctx, 1))
	w.post(w.ben, w.channel, slow, "second in the slow thread")
	quick := w.post(w.ben, w.channel, "", "@MedBuddy the quick question", film(t, 2))
	w.answer(quick, 1)
	if n := len(w.model.Requests()); n != 2 {
		t.Errorf("%d model calls, want the slow and the quick one", n)
	}
	release()
	w.answer(slow, 2)
	if last := w.request(2).prefix(); !strings.Contains(last, "the slow question") || !strings.Contains(last, "second in the slow thread") {
		t.Error("the second question does not follow the first")
	}
}
