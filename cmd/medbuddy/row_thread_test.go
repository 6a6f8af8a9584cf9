package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
)

// A long thread: sixty messages of people, twelve of them with an image, and the
// process killed in the middle. Each image keeps its label for life, the last request
// holds them all, and an answer costs few calls and shows itself at once.
func TestRowLongThread(t *testing.T) {
	shortForm(t)
	const messages, images = 60, 12
	every := 3 // of the messages that could be a question one in so many is
	if *full {
		every = 1
	}
	w := openTalk(t, rowScale{model: modelsim.Config{Handler: modelsim.Echo(modelsim.Delay(20 * time.Millisecond))}})
	var signs []time.Duration
	root, scans, questions := "", 0, 0
	for i := range messages {
		// Before anybody asks people post among themselves; then they ask, and post
		// more scans with their questions or beside them, to a colleague.
		text, question := fmt.Sprintf("note %d of the round", i), false
		switch {
		case i == 15:
			text, question = "@MedBuddy which views are these?", true
		case i > 15 && (i%5 == 0 || i%every > 0):
			text = "<@" + w.ben + "> please have a look at this one"
		case i > 15:
			text, question = fmt.Sprintf("question %d: is that a new finding?", i), true
		}
		var files []slacksim.File
		if i%5 == 0 {
			scans++
			files = append(files, filmOf(t, scans))
		}
		ts := w.say(w.ann, root, text, files...)
		if root == "" {
			root = ts
		}
		if question {
			questions++
			w.answer(root, questions)
			signs = append(signs, w.firstSign(ts))
		}
		if i == messages/2 {
			w.p.kill()
			// It may have died between an answer and the release of its lease.
			w.passLeases(15*time.Second, store.ThreadKey{Team: w.sim.TeamID(), Channel: w.channel, TS: root})
			w.p = w.startOpen()
		}
	}
	if scans != images {
		t.Fatalf("%d images, want %d", scans, images)
	}

	// A label stands for one picture in every request, and is the next number when it comes.
	known := map[string]string{}
	for _, r := range w.model.Requests() {
		for _, img := range r.Images() {
			if sha, ok := known[img.Label]; ok && sha != img.SHA256 {
				t.Errorf("%s was another picture before", img.Label)
			}
			known[img.Label] = img.SHA256
		}
	}
	if all := slices.Sorted(maps.Values(known)); len(slices.Compact(all)) != images || len(known) != images {
		t.Errorf("%d labels for %d pictures, want %d", len(known), len(slices.Compact(all)), images)
	}
	if got := labels(w.last()); len(got) != images {
		t.Errorf("the last request holds %v", got)
	}
	w.cost(questions, 6)
	slices.Sort(signs)
	t.Logf("first sign of life: p50 %v, p95 %v, longest %v", share(signs, .5), share(signs, .95), share(signs, 1))
	limit := atRest(2 * time.Second) // the tests of other packages run beside the short form
	if *full {
		limit = atRest(300 * time.Millisecond)
	}
	if longest := share(signs, 1); longest > limit {
		t.Errorf("somebody saw nothing for %v, want at most %v", longest, limit)
	}

	// An endpoint that takes fewer images: the thread is told which were left out.
	w.p.stop(11 * time.Second)
	w.p = w.startOpen("MODEL_MAX_IMAGES", "8")
	w.say(w.ann, root, "and now?")
	text := w.answer(root, questions+1).Text
	sent := labels(w.last())
	if len(sent) != 8 || sent[0] != "Image 5" || !strings.Contains(text, "Looked at: Image 5 to Image 12") || !strings.Contains(text, "Not looked at this time: Image 1 to Image 4.") {
		t.Errorf("the request holds %v, and the thread is told %q", sent, text)
	}
	w.p.stop(11 * time.Second)
}

// firstSign is how long it took from a question until its person saw that it was
// heard: a message in the thread, or a status below it.
func (w *talk) firstSign(ts string) time.Duration {
	w.t.Helper()
	asked := tsTime(w.t, ts)
	first := time.Hour
	for _, method := range []string{"chat.postMessage", "assistant.threads.setStatus"} {
		for _, c := range w.sim.Calls(method) {
			if d := c.At.Sub(asked); d > 0 && c.Error == "" && c.Status == 200 {
				first = min(first, d)
			}
		}
	}
	return first
}

// cost tells what calls the process has made for so many answers, starting and catching
// up included, and holds that it was no more than most for each on average. Downloads of
// files count in no rate of Slack's, but they count here.
func (w *rowWorld) cost(answers int, most float64) {
	w.t.Helper()
	by := map[string]int{}
	for _, c := range w.sim.Calls("") {
		by[c.Method]++
	}
	var lines []string
	all := 0
	for _, method := range slices.SortedFunc(maps.Keys(by), func(a, b string) int { return by[b] - by[a] }) {
		lines = append(lines, fmt.Sprintf("%s %d", method, by[method]))
		all += by[method]
	}
	each := float64(all) / float64(answers)
	w.t.Logf("%d calls for %d answers, %.2f each: %s", all, answers, each, strings.Join(lines, ", "))
	if each > most {
		w.t.Errorf("%.2f calls for an answer, want at most %v", each, most)
	}
}
