package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/store"
)

// This test walks the messages and views that MedBuddy can make, as large as they can
// become, and holds them against what Slack takes.

// updateRunes is the most text that Slack takes in a chat.update.
const updateRunes = 4000

// letters are what long texts are made of: plain, of four bytes, what becomes an entity,
// what could be live, formatting, lines, and words.
var letters = []string{"a", "𝌆", "&", "<", "<!channel> ", "*_~`", "x\n", "```\n", "word & word. "}

// checkOptions holds a message against Slack's limits, with further blocks under it.
func checkOptions(t *testing.T, name string, options []slack.MsgOption, more ...slack.Block) {
	t.Helper()
	_, values, err := slack.UnsafeApplyMsgOptions("xoxb-test", "C1", "https://slack.com/api/", options...)
	if err != nil {
		t.Fatal(err)
	}
	if n := utf8.RuneCountInString(values.Get("text")); n == 0 || n > updateRunes {
		t.Errorf("%s: a text of %d characters", name, n)
	}
	var blocks []json.RawMessage
	if raw := values.Get("blocks"); raw != "" {
		if err := json.Unmarshal([]byte(raw), &blocks); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range more {
		raw, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, raw)
	}
	if len(blocks) == 0 {
		return
	}
	raw, err := json.Marshal(blocks)
	if err != nil {
		t.Fatal(err)
	}
	if err := slacksim.CheckMessage(raw); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

func checkView(t *testing.T, name, kind string, view any) {
	t.Helper()
	raw, err := json.Marshal(view)
	if err != nil {
		t.Fatal(err)
	}
	if err := slacksim.CheckView(raw, kind); err != nil {
		t.Errorf("%s: %v", name, err)
	}
}

// largestLooked is a "Looked at" line of the most images, under the longest name of a
// model.
func largestLooked(letter string) *looked {
	l := &looked{dropped: 999, temperature: 0.123456, maxTokens: 8192, model: strings.Repeat(letter, 300)}
	for i := range maxThreadImages {
		r := store.ImageRecord{Label: i + 1, Width: 12000, Height: 9000, Side: 896, Of: 999, Modality: "CT", Slices: make([]store.SliceRecord, 85), Notes: []string{"windows:-1024..1024,-135..215,0..80", "no_geometry", "not_trained", fmt.Sprint("window:", i, "/400")}}
		l.images = append(l.images, lookedImage{r, make([]slicePicture, i%85+1), wardLink("1700000000.000100")})
		l.leftOut = append(l.leftOut, 2*i+1)
	}
	return l
}

func manyVerdicts(ts string) (all []store.Verdict) {
	for i := range 500 {
		all = append(all, store.Verdict{AnswerTS: ts, User: fmt.Sprintf("U%031d", i), Feedback: feedbackOther, Reviewed: time.Unix(int64(i), 0)})
	}
	return all
}

func TestBlockKitMessages(t *testing.T) {
	const of = "1700000000.000100"
	review := small(reviewLine(manyVerdicts(of), of))
	for _, letter := range letters {
		long := mrkdwn(strings.Repeat(letter, 4000))
		if long == "" {
			long = inert(strings.Repeat(letter, 4000))
		}
		for i, part := range split(long, partRunes) {
			name := fmt.Sprintf("part %d of %q", i, letter)
			out := outcome{text: part, looked: largestLooked(letter)}
			for _, c := range []controls{{}, {failed: true}, {cut: true, pictures: true}} {
				checkOptions(t, name, rich(part, foot{lines: labels(out)}), review, answerControls(of, c))
			}
			checkOptions(t, name+", growing", rich(part, foot{}), stopControls(of))
			checkOptions(t, name+", plain", plain(fallback(part, foot{lines: labels(out)})))
		}
		checkOptions(t, fmt.Sprintf("growing %q", letter), plain(growing(strings.Repeat(letter, 9000))+"."), stopControls(of))
		th := crowded(40, letter)
		notes := map[string]string{
			"summary":     textSummary(handover{thread: th, set: settings{0.1, 500}, link: wardLink}),
			"ledger":      textLedger(ledger{th, wardLink}),
			"second look": textSecondLook(secondLook{strings.Repeat(letter, 2000), strings.Repeat(letter, 2000), strings.Repeat(letter, 2000), false}),
		}
		for name, text := range notes {
			for i, part := range split(text, partRunes) {
				checkOptions(t, fmt.Sprintf("%s of %q, part %d", name, letter, i), rich(part, foot{lines: []string{draftLabel}}), answerControls(of, controls{pictures: true}))
			}
		}
	}
	for name, text := range map[string]string{"urgent": textReading(3) + "\n" + textTimeCritical, "help": textHelp(settings{0.123456, 8192}, store.Scope{Channel: "C0"}, 8192)} {
		checkOptions(t, name, plain(text), stopControls(of))
	}
}

func TestBlockKitViews(t *testing.T) {
	far := about{Channel: strings.Repeat("C", 32), Thread: "9999999999.999999", Message: "9999999999.999999", Of: "9999999999.999999"}
	temperature, tokens := 0.123456, 999999999
	set := store.Settings{Temperature: &temperature, MaxTokens: &tokens, Paused: true, By: strings.Repeat("U", 32), At: time.Unix(1<<40, 0)}
	var channels []homeChannel
	for i := range 300 {
		channels = append(channels, homeChannel{fmt.Sprintf("C%031d", i), set})
	}
	for _, letter := range letters {
		checkView(t, "trouble", "modal", settingsTrouble(far, mrkdwn(strings.Repeat(letter, 9000))+"."))
		checkView(t, "home", "home", homeView(home{channels, "", settings{0.123456, 999999999}, 999999999, 9999 * time.Hour, inert(strings.Repeat(letter, 2000))}))
	}
	for _, a := range []about{far, {Channel: "C1"}} {
		for _, s := range []store.Settings{{}, set} {
			for _, limit := range []int{minMaxTokens, 8192, 999999999} {
				checkView(t, "settings", "modal", settingsModal(settingsForm{a, settings{temperature, tokens}, s, s, limit}))
			}
		}
		checkView(t, "loading", "modal", settingsLoading(a))
		checkView(t, "ask", "modal", askModal(a))
		checkView(t, "feedback", "modal", feedbackModal(a))
	}
	checkView(t, "home without channels", "home", homeView(home{limit: 8192}))
}
