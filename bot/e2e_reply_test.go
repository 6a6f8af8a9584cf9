package bot_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

func TestLongAnswerArrivesWhole(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 500 {
		fmt.Fprintf(&b, "Line %04d: the costophrenic angles are sharp & clear < 1.\n", i)
	}
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Text(b.String()))
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this in full", film(t, 1))
	w.wait("all parts", func() bool {
		said := w.said(root)
		return len(said) > 1 && strings.Contains(said[len(said)-1], "AI draft") && w.settled(root)
	})
	whole := strings.Join(w.said(root), "\n")
	for i := range 500 {
		if n := strings.Count(whole, fmt.Sprintf("Line %04d: the costophrenic angles are sharp &amp; clear &lt; 1.", i)); n != 1 {
			t.Fatalf("line %d stands there %d times", i, n)
		}
	}
	for _, m := range w.sim.Thread(w.channel, root) {
		if n := utf8.RuneCountInString(m.Text); n > 4000 {
			t.Errorf("a message of %d characters", n)
		}
	}
	if n := strings.Count(whole, "AI draft"); n != 1 {
		t.Errorf("the label stands there %d times", n)
	}
}

// What the model writes is never live.
func TestAnswerIsInert(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Text("<!channel> <@U123> @here see [this](https://evil.example/x) ![p](https://evil.example/p.png) **bold**"))
	got := w.ask(w.ann, "", "@MedBuddy which view is this?", film(t, 1))
	for _, bad := range []string{"<!channel>", "<@U123>", "@here", "https://", "<http"} {
		if strings.Contains(got, bad) {
			t.Errorf("the answer holds %q:\n%s", bad, got)
		}
	}
	if !strings.Contains(got, "*bold*") {
		t.Errorf("the formatting is lost:\n%s", got)
	}
	for _, c := range append(w.sim.Calls("chat.update"), w.sim.Calls("chat.postMessage")...) {
		if c.Args["unfurl_links"] != "false" || c.Args["unfurl_media"] != "false" || c.Args["link_names"] == "true" {
			t.Errorf("%s may unfurl: %v", c.Method, c.Args["unfurl_links"])
		}
	}
}

// The placeholder stands at once, carries the question's key, and the text grows
// in it.
func TestPlaceholderThenGrowth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	text := "Findings: the lungs are clear, the heart is of normal size and shape, and the " +
		"mediastinum is in the middle, as far as one view can show. No effusion."
	step := w.stepModel(text, 80)
	root := w.post(w.ann, w.channel, "", "@MedBuddy describe this", film(t, 1))
	w.wait("the placeholder", func() bool { return len(w.said(root)) == 1 })
	placeholder := w.sim.Thread(w.channel, root)[1]
	if placeholder.Text != "Reading 1 file…" {
		t.Errorf("placeholder %q", placeholder.Text)
	}
	var meta struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	}
	must(t, json.Unmarshal(placeholder.Metadata, &meta))
	if want := w.sim.TeamID() + "-" + w.channel + "-" + root; meta.Payload["question"] != want {
		t.Errorf("metadata %+v, want the question %s", meta, want)
	}
	step()
	w.wait("the first words", func() bool { return strings.Contains(w.said(root)[0], "Findings:") })
	if got := w.said(root)[0]; !strings.Contains(got, "still writing") {
		t.Errorf("an unfinished answer looks finished: %q", got)
	}
	step()
	if got := w.answer(root, 1); !strings.Contains(got, "No effusion.") || strings.Contains(got, "still writing") {
		t.Errorf("the final text is %q", got)
	}
	if n := len(w.sim.Calls("chat.postMessage")); n != 1 {
		t.Errorf("%d messages posted for one answer", n)
	}
}

func TestCutOffIsSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.Text("The heart is", modelsim.Finish("length")))
	got := w.ask(w.ann, "", "@MedBuddy describe this", film(t, 1))
	if !strings.Contains(got, "Cut off at max tokens (500)") || !strings.Contains(got, "max-tokens 1000") {
		t.Errorf("answer %q", got)
	}
}

// A message that was deleted or can no longer be edited is replaced.
func TestFinalTextFindsAWay(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"message_not_found", "cant_update_message", "edit_window_closed", "invalid_blocks", "msg_too_long"} {
		t.Run(word, func(t *testing.T) {
			w := newWorld(t, options{})
			final := func(c slacksim.Call) bool {
				return strings.Contains(c.Args["text"], "AI draft") && c.Args["blocks"] != ""
			}
			w.sim.Fail("chat.update", slacksim.Fault{Error: word, Times: -1, Match: final})
			root := w.post(w.ann, w.channel, "", "@MedBuddy describe this", film(t, 1))
			w.wait("the answer", func() bool {
				for _, s := range w.said(root) {
					if strings.Contains(s, "AI draft") {
						return true
					}
				}
				return false
			})
			must(t, w.stop()) // lets it finish
			if n := strings.Count(strings.Join(w.said(root), "\n"), "AI draft"); n != 1 {
				t.Errorf("the answer stands there %d times", n)
			}
		})
	}
}

func TestRateLimitIsWaitedOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.sim.Fail("chat.postMessage", slacksim.Fault{RetryAfter: 1e9})
	w.sim.Fail("chat.update", slacksim.Fault{RetryAfter: 1e9, Match: func(c slacksim.Call) bool { return strings.Contains(c.Args["text"], "AI draft") }})
	w.ask(w.ann, "", "@MedBuddy describe this", film(t, 1))
}

// "Looked at" links each image to its post, for people who click; notifications and
// screen readers get the line without addresses.
func TestLookedAtLinksToThePosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ben, w.channel, "", "film of the patient in bed 4", film(t, 1))
	second := w.post(w.ben, w.channel, root, "and the lateral view", film(t, 2))
	got := w.ask(w.ann, root, "@MedBuddy is there an effusion?")
	if strings.Contains(got, "http") || !strings.Contains(got, "Looked at: Image 1 (300×240), Image 2 (300×240). ") {
		t.Errorf("the text is %q", got)
	}
	thread := w.sim.Thread(w.channel, root)
	answer := thread[len(thread)-1]
	blocks := string(answer.Blocks)
	digits := func(ts string) string { return strings.Replace(ts, ".", "", 1) }
	for _, want := range []string{
		"/archives/" + w.channel + "/p" + digits(root) + "|Image 1",
		"/archives/" + w.channel + "/p" + digits(second) + "?thread_ts=" + root + "&amp;cid=" + w.channel + "|Image 2",
	} {
		if quoted := mustQuote(t, "https://simulated.slack.com"+want); !strings.Contains(blocks, quoted) {
			t.Errorf("the blocks lack %s:\n%s", quoted, blocks)
		}
	}
}

// mustQuote is a text as it stands inside a JSON string.
func mustQuote(t *testing.T, s string) string {
	t.Helper()
	data, err := json.Marshal(s)
	must(t, err)
	return string(data[1 : len(data)-1])
}
