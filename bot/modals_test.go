package bot

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

func viewJSON(t *testing.T, v any) string {
	t.Helper()
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func setTo(temperature float64, tokens int, by string) store.Settings {
	return store.Settings{Temperature: &temperature, MaxTokens: &tokens, By: by, At: time.Date(2026, 11, 28, 9, 30, 0, 0, time.UTC)}
}

var inThread = about{Channel: "C1", Thread: "1700000000.000100", Message: "1700000009.000100", Of: "1700000005.000100"}

func TestModalsGolden(t *testing.T) {
	f := settingsForm{about: inThread, defaults: settings{0.1, 500}, channel: setTo(0.3, 800, "U1"), thread: store.Settings{}, limit: 8192}
	f.thread.Temperature, f.thread.By = f.channel.Temperature, "U2"
	golden(t, "modals", "settings-thread", viewJSON(t, settingsModal(f)))
	f.about = about{Channel: "C1"}
	golden(t, "modals", "settings-channel", viewJSON(t, settingsModal(f)))
	golden(t, "modals", "settings-loading", viewJSON(t, settingsLoading(inThread)))
	golden(t, "modals", "settings-trouble", viewJSON(t, settingsTrouble(inThread, textNotRead+"abc123")))
	golden(t, "modals", "ask", viewJSON(t, askModal(inThread)))
	golden(t, "modals", "feedback", viewJSON(t, feedbackModal(inThread)))
}

// A form whose stored value is beyond what may be entered still opens.
func TestSettingsModalStaysInRange(t *testing.T) {
	v := settingsModal(settingsForm{about: about{Channel: "C1"}, channel: setTo(0.5, 8192, "U1"), limit: 2048})
	input := v.Blocks.BlockSet[1].(*slack.InputBlock).Element.(*slack.NumberInputBlockElement)
	if input.InitialValue != "2048" || input.MaxValue != "2048" {
		t.Errorf("begins with %s of at most %s", input.InitialValue, input.MaxValue)
	}
}

func TestParseAbout(t *testing.T) {
	if got, ok := parseAbout(inThread.String()); !ok || got != inThread {
		t.Errorf("%+v %v", got, ok)
	}
	for _, private := range []string{"", "{}", "null", "[1]", `{"channel":1}`, "{\"channel\":\"C1\""} {
		if a, ok := parseAbout(private); ok {
			t.Errorf("parseAbout(%q) = %+v", private, a)
		}
	}
}

// typedState is what Slack sends of a settings form.
func typedState(t *testing.T, temperature, tokens, scope string) *slack.ViewState {
	t.Helper()
	value := func(s string) string {
		if s == "" {
			return "null"
		}
		return fmt.Sprintf("%q", s)
	}
	raw := fmt.Sprintf(`{"values":{
		"temperature":{"temperature":{"type":"number_input","value":%s}},
		"max_tokens":{"max_tokens":{"type":"number_input","value":%s}},
		"scope":{"scope":{"type":"radio_buttons","selected_option":{"text":{"type":"plain_text","text":"x"},"value":%q}}}}}`, value(temperature), value(tokens), scope)
	var state slack.ViewState
	if err := json.Unmarshal([]byte(raw), &state); err != nil {
		t.Fatal(err)
	}
	return &state
}

func TestParseSettingsEntry(t *testing.T) {
	base := settings{0.1, 500}
	shownThread, shownChannel := inThread, about{Channel: "C1"}
	for _, c := range []struct {
		about                      about
		temperature, tokens, scope string
		want                       store.Settings // made of temperature 0.3, max tokens 800 by U1
		faults                     []string
	}{
		{shownThread, "0.2", "600", scopeThread, setTo(0.2, 600, "U2"), nil},
		{shownThread, "", "600", scopeThread, store.Settings{MaxTokens: setTo(0, 600, "").MaxTokens, By: "U2"}, nil},
		{shownThread, "", "", scopeThread, store.Settings{By: "U2"}, nil},
		{shownThread, "0.1", "500", scopeChannel, setTo(0.1, 500, "U2"), nil},
		{shownChannel, "0", "", scopeChannel, store.Settings{Temperature: setTo(0, 0, "").Temperature, By: "U2"}, nil},
		{shownChannel, "0.3", "800", scopeChannel, setTo(0.3, 800, "U1"), nil},
		{shownChannel, "1.01", "63", scopeChannel, store.Settings{}, []string{inputTemperature, inputMaxTokens}},
		{shownChannel, "0,3", "8193", scopeChannel, store.Settings{}, []string{inputTemperature, inputMaxTokens}},
		{shownChannel, "0.3", "8.5", scopeChannel, store.Settings{}, []string{inputMaxTokens}},
		{shownChannel, "0.3", "800", "", store.Settings{}, []string{inputScope}},
		{shownChannel, "0.3", "800", scopeThread, store.Settings{}, []string{inputScope}},
		{shownThread, "0.3", "800", "workspace", store.Settings{}, []string{inputScope}},
	} {
		e, faults := parseSettingsEntry(c.about, typedState(t, c.temperature, c.tokens, c.scope), 8192)
		for _, f := range c.faults {
			if faults[f] == "" {
				t.Errorf("%+v: no fault at %s", c, f)
			}
		}
		if len(faults) != len(c.faults) {
			t.Errorf("%q %q %q: faults %v, want %v", c.temperature, c.tokens, c.scope, faults, c.faults)
		}
		if len(faults) > 0 {
			continue
		}
		if e.thread != (c.scope == scopeThread) {
			t.Errorf("%q %q %q: thread = %v", c.temperature, c.tokens, c.scope, e.thread)
		}
		got := e.change(setTo(0.3, 800, "U1"), base, "U2")
		got.At, c.want.At = time.Time{}, time.Time{} // the store's
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q %q %q (-want +got):\n%s", c.temperature, c.tokens, c.scope, diff)
		}
	}
	if e, _ := parseSettingsEntry(shownChannel, typedState(t, "0.2", "", scopeChannel), 8192); !e.change(store.Settings{Paused: true}, base, "U2").Paused {
		t.Error("saving settings resumed a paused channel")
	}
	// The form shows what holds; saving it as it is sets nothing that was not set.
	if e, _ := parseSettingsEntry(shownChannel, typedState(t, "0.1", "500", scopeChannel), 8192); e.change(store.Settings{}, base, "U2") != (store.Settings{}) {
		t.Error("saving an untouched form set something")
	}
	if _, faults := parseSettingsEntry(shownChannel, nil, 8192); faults[inputScope] == "" {
		t.Error("a submission without a state has no fault")
	}
}

func TestParseQuestion(t *testing.T) {
	state := func(s string) *slack.ViewState {
		return &slack.ViewState{Values: map[string]map[string]slack.BlockAction{inputQuestion: {inputQuestion: {Value: s}}}}
	}
	if q, faults := parseQuestion(state(" is it left?\n")); q != "is it left?" || faults != nil {
		t.Errorf("%q %v", q, faults)
	}
	for _, s := range []string{"", " \n\t", strings.Repeat("ä", maxTyped+1)} {
		if _, faults := parseQuestion(state(s)); faults[inputQuestion] == "" {
			t.Errorf("a question of %d bytes has no fault", len(s))
		}
	}
	if _, faults := parseQuestion(state(strings.Repeat("ä", maxTyped))); faults != nil {
		t.Error(faults)
	}
}

func TestParseReason(t *testing.T) {
	state := func(s string) *slack.ViewState {
		return &slack.ViewState{Values: map[string]map[string]slack.BlockAction{inputReason: {inputReason: {SelectedOption: slack.OptionBlockObject{Value: s}}}}}
	}
	for _, want := range []string{"wrong_finding", "missed_finding", "wrong_side", "wrong_image", "unsafe", "other"} {
		if got, faults := parseReason(state(want)); got != want || faults != nil {
			t.Errorf("%q %v, want %q", got, faults, want)
		}
	}
	for _, s := range []string{"", "good", "fine"} {
		if _, faults := parseReason(state(s)); faults[inputReason] == "" {
			t.Errorf("%q is taken for a reason", s)
		}
	}
}
