package bot_test

import (
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// Every failure of the model ends as a sentence in the thread, with a reference
// that is also in the log.
func TestModelTroubleIsASentence(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script modelsim.Script
		want   string
	}{
		"forbidden":       {modelsim.Status(403, "no"), "refused my access"},
		"not found":       {modelsim.Status(404, "no"), "does not exist"},
		"rejected":        {modelsim.Flat400("Conversation roles must alternate"), "does not accept this request"},
		"rejected nested": {modelsim.Nested400("something else"), "does not accept this request"},
		"server":          {modelsim.Status(500, "boom"), "answered with an error"},
		"busy":            {modelsim.Busy(99), "too busy"},
		"empty":           {modelsim.Text(""), "empty answer"},
		"white space":     {modelsim.Text(" \n\n \n"), "empty answer"},
		"only thinking":   {modelsim.Text("<unused94>thought\nhm", modelsim.Finish("length")), "max-tokens 1000"},
		"bad JSON":        {modelsim.Raw("application/json", "{nonsense"), "answered with an error"},
		"HTML":            {modelsim.Raw("text/html", "<html>proxy</html>"), "answered with an error"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			w.model.Answer(c.script)
			got := w.ask(w.ann, "", "@MedBuddy describe this", film(t, 1))
			if !strings.Contains(got, c.want) || strings.Contains(got, "AI draft") {
				t.Errorf("the thread says %q, want %q in it", got, c.want)
			}
			ref := got[strings.LastIndex(got, " ")+1:]
			if !strings.Contains(w.log.String(), `"ref":"`+ref+`"`) {
				t.Errorf("the log does not know the reference %q", ref)
			}
			w.model.Answer(modelsim.Text("Now it is clear."))
			root := w.sim.Messages(w.channel)[0].TS
			if got := w.ask(w.ann, root, "once more, please"); !strings.Contains(got, "Now it is clear.") {
				t.Errorf("asked again, the thread says %q", got)
			}
		})
	}
}

// A broken connection is tried once more: a whole answer takes the place of what
// there was, and says how it came about; otherwise the longer part stays, labelled.
func TestCutStreamIsTriedOnceMore(t *testing.T) {
	t.Parallel()
	const text = "The heart is enlarged and the lungs are clear."
	for name, c := range map[string]struct {
		second     modelsim.Script
		want, lack string
	}{
		"whole then": {modelsim.Text("The lungs are clear."), "The lungs are clear.\n\n_The connection to the model was lost once", "incomplete"},
		"shorter":    {modelsim.Cut(text, 9), "The heart is enlarged\n\n*This answer is incomplete:*", "lungs"},
		"longer":     {modelsim.Cut(text, 35), "The heart is enlarged and the lungs\n\n*This answer is incomplete:*", "clear"},
		"refused":    {modelsim.Nested400("no"), "The heart is enlarged\n\n*This answer is incomplete:*", "not accept"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, options{})
			w.model.Answer(modelsim.Cut(text, 21), c.second)
			got := w.ask(w.ann, "", "@MedBuddy describe this", film(t, 1))
			if !strings.Contains(got, c.want) || strings.Contains(got, c.lack) || !strings.Contains(got, ", model medgemma-1.5-4b-it.") {
				t.Errorf("the thread says %q", got)
			}
			if n := len(w.model.Requests()); n != 2 {
				t.Errorf("%d model calls", n)
			}
		})
	}
}

// While the model is asked once more, the thread keeps what was said.
func TestCutStreamStaysInSight(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	gate := make(chan struct{})
	w.model.Answer(modelsim.Cut("The heart is enlarged and the", 21), modelsim.Text("The lungs are clear.", modelsim.Gate(gate)))
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this", film(t, 1))
	w.wait("the notice", func() bool {
		said := w.said(root)
		return len(said) == 1 && strings.Contains(said[0], "The heart is enlarged") && strings.Contains(said[0], "asking it once more")
	})
	close(gate)
	w.wait("the answer", func() bool { return strings.Contains(w.said(root)[0], "AI draft") })
}

func TestWakeUpIsToldAndWaitedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Waking(1_000_000))
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this", film(t, 1))
	w.wait("the news", func() bool { return len(w.said(root)) == 1 && strings.Contains(w.said(root)[0], "starting up") })
	w.model.Answer(modelsim.Text("Awake: the lungs are clear."))
	w.answer(root, 1)
	if got := w.said(root)[0]; !strings.Contains(got, "Awake") {
		t.Errorf("the thread says %q", got)
	}
}

func TestThinkingIsNeverShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Text("<unused94>thought\nThe user wants a secret trace.<unused95>The lungs are clear.", modelsim.Chunks(3)))
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this", film(t, 1))
	w.answer(root, 1)
	for _, m := range w.sim.Thread(w.channel, root)[1:] {
		for _, text := range m.Edits {
			if strings.Contains(text, "trace") || strings.Contains(text, "unused") || strings.Contains(text, "thought") {
				t.Errorf("the thread saw %q", text)
			}
		}
	}
}

// The endpoint's own limits are learned from its refusals, the question is put
// once more, and the thread is told what was left out.
func TestLimitsAreLearned(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{model: modelsim.Config{MaxImages: 1}})
	got := w.ask(w.ann, "", "@MedBuddy compare these", film(t, 1), film(t, 2))
	if !strings.Contains(got, "Looked at: Image 2") || !strings.Contains(got, "Not looked at this time: Image 1") {
		t.Errorf("answer %q", got)
	}
	calls := len(w.model.Requests())
	root := w.sim.Messages(w.channel)[0].TS
	w.ask(w.ann, root, "and what is in Image 1?")
	if n := len(w.model.Requests()) - calls; n != 1 {
		t.Errorf("%d calls for the next question: the limit was forgotten", n)
	}
}

// A model that repeats itself is stopped; what it said once stays, labelled.
func TestRepetitionIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Text("It is a PA view.\n\n" + strings.Repeat("The heart is of normal size and shape. ", 2_000)))
	got := w.ask(w.ann, "", "@MedBuddy describe this", film(t, 1))
	if !strings.Contains(got, "It is a PA view.") || strings.Count(got, "normal size") != 1 || !strings.Contains(got, "began to repeat itself") || !strings.Contains(got, "AI draft") {
		t.Errorf("the thread says %q", got)
	}
	w.model.Answer(modelsim.Text(strings.Repeat("\n", 5_000)))
	if got := w.ask(w.ann, "", "@MedBuddy and this", film(t, 2)); !strings.Contains(got, "only repeated itself") || strings.Contains(got, "AI draft") {
		t.Errorf("the thread says %q", got)
	}
}
