package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A long thread: sixty messages of two people, twelve of them with a film, most of
// them questions, and a restart in its middle. Each film has one label from first to
// last, whatever is asked, and an answer takes few calls of Slack's.
func TestLongThreadKeepsItsLabels(t *testing.T) {
	const messages, everyFilm, restart = 60, 5, 33
	w := newWorld(t, options{})
	before := w.sim.Count("")
	root := w.post(w.ben, w.channel, "", "the films of the patient in bed 4", film(t, 1))
	films, answers, calls := 1, 0, 0
	for n := 1; n < messages; n++ {
		person := []string{w.ann, w.ben}[n%2]
		if n == restart {
			w.closed(root)
			must(t, w.stop())
			calls += w.sim.Count("") - before
			w.start()
			before = w.sim.Count("")
		}
		switch n % everyFilm {
		case 0: // half of the films come with a question
			films++
			text := ""
			if films%2 == 0 {
				text = fmt.Sprintf("and what does film %d of this morning show?", films)
			}
			if text == "" {
				w.post(person, w.channel, root, "", film(t, films))
				continue
			}
			w.ask(person, root, text, film(t, films))
		case 1:
			w.ask(person, root, "@MedBuddy is there an effusion on any of them?")
		case 2:
			w.post(person, w.channel, root, "@Ann Nurse he has had a fever since yesterday")
			continue
		case 3:
			w.ask(person, root, fmt.Sprintf("in Image %d, is the heart enlarged?", 1+n%films))
		default:
			if films > 2 {
				w.ask(person, root, fmt.Sprintf("compare Image 1 with Image %d: has it changed?", films-1))
			} else {
				w.ask(person, root, "is there a fracture?")
			}
		}
		answers++
	}
	got := w.ask(w.ann, root, "and all in all?")
	answers++
	calls += w.sim.Count("") - before

	if films != 12 || answers < 30 {
		t.Fatalf("%d films and %d answers: this is not the thread that was meant", films, answers)
	}
	if !strings.Contains(got, "Looked at: Image 1 to Image 12, ") || strings.Contains(got, "Not looked at") {
		t.Errorf("in the end the thread is told %q", got)
	}
	var known []string // picture by label
	for n := range w.model.Requests() {
		req := w.request(n)
		names, urls := req.held(t), req.images()
		if len(names) != len(urls) {
			t.Fatalf("request %d holds %d pictures, %d of them with a name", n+1, len(urls), len(names))
		}
		for i, name := range names {
			var label int
			if _, err := fmt.Sscanf(name, "Image %d", &label); err != nil || label > len(known)+1 {
				t.Fatalf("request %d names a picture %q where %d are known", n+1, name, len(known))
			}
			if label > len(known) {
				if slices.Contains(known, urls[i]) {
					t.Errorf("request %d gives a known film the new label %q", n+1, name)
				}
				known = append(known, urls[i])
			}
			if known[label-1] != urls[i] {
				t.Errorf("request %d shows another picture as %q than the one before", n+1, name)
			}
		}
	}
	if len(known) != films || len(w.model.Requests()) != answers {
		t.Errorf("%d labels for %d films, %d model calls for %d answers", len(known), films, len(w.model.Requests()), answers)
	}
	t.Logf("%d calls of Slack's for %d answers", calls, answers)
	if calls > 6*answers {
		t.Errorf("%d calls of Slack's for %d answers, at most 6 for each", calls, answers)
	}
}
