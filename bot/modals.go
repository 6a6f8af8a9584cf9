package bot

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// The modals, and what comes of their submissions. A modal knows what it is about by
// its private metadata alone, so that it outlives a restart.

// The callback ids: of the modals, and of the shortcut on a message.
const (
	modalSettings = "settings"
	modalAsk      = "ask"
	modalFeedback = "feedback"

	shortcutAsk = "ask_about_message"
)

// The blocks of the inputs, which are also the action ids in them.
const (
	inputTemperature = "temperature"
	inputMaxTokens   = "max_tokens"
	inputScope       = "scope"
	inputQuestion    = "question"
	inputReason      = "reason"
)

// The values of inputScope.
const (
	scopeThread  = "thread"
	scopeChannel = "channel"
)

// about is what a modal is about. Stored in Slack while the modal is open.
type about struct {
	Channel string      `json:"channel"`
	Thread  string      `json:"thread,omitempty"`  // ts of the thread's first message; empty: of no thread
	Message string      `json:"message,omitempty"` // ts of the message that was pressed or chosen
	Of      string      `json:"of,omitempty"`      // ts of the message that had asked
	Shown   *formValues `json:"shown,omitempty"`   // in the settings modal
}

// formValues is what the fields of the settings modal held when it was opened.
type formValues struct {
	Temperature float64 `json:"temperature"`
	MaxTokens   int     `json:"max_tokens"`
}

func (a about) String() string {
	raw, _ := json.Marshal(a) // strings and finite numbers: it cannot fail
	return string(raw)
}

// parseAbout reads the private metadata of a modal of ours.
func parseAbout(private string) (a about, ok bool) {
	err := json.Unmarshal([]byte(private), &a)
	return a, err == nil && a.Channel != ""
}

func modal(callback string, a about, title string, blocks ...slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: callback, PrivateMetadata: a.String(),
		Title: words(title), Close: words("Cancel"), Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func words(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// section is a block of mrkdwn.
func section(text string) slack.Block {
	return slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, text, false, true), nil, nil)
}

// small is a block of mrkdwn in small print.
func small(text string) slack.Block {
	return slack.NewContextBlock("", slack.NewTextBlockObject(slack.MarkdownType, text, false, true))
}

// settingsForm is what the settings modal shows.
type settingsForm struct {
	about    about
	defaults settings
	channel  store.Settings // as set; zero when nothing is
	thread   store.Settings
	limit    int // most max tokens that may be set
}

// settingsLoading stands while the settings are read: Slack lets a modal be opened
// within three seconds of a press only, and the store may take longer.
func settingsLoading(a about) slack.ModalViewRequest {
	return modal(modalSettings, a, textSettingsTitle, section(textSettingsLoading))
}

// settingsTrouble says in a modal why there is no form. sentence is mrkdwn.
func settingsTrouble(a about, sentence string) slack.ModalViewRequest {
	v := modal(modalSettings, a, textSettingsTitle, section(clip(sentence, sectionRunes)))
	v.Close = words("Close")
	return v
}

// sentenceModal says in a modal why nothing can be asked. sentence is mrkdwn.
func sentenceModal(a about, sentence string) slack.ModalViewRequest {
	v := settingsTrouble(a, sentence)
	v.CallbackID, v.Title = modalAsk, words("Ask MedBuddy")
	return v
}

// settingsModal is the form, filled with what is in force in the thread, or in the
// channel when it was not opened in a thread.
func settingsModal(f settingsForm) slack.ModalViewRequest {
	now := f.defaults.over(f.channel).over(f.thread)
	// The limits may have been changed since; Slack refuses a form that begins beyond them.
	f.about.Shown = &formValues{min(max(now.temperature, 0), 1), min(max(now.maxTokens, minMaxTokens), f.limit)}
	temperature := slack.NewNumberInputBlockElement(nil, inputTemperature, true).WithMinValue("0").WithMaxValue("1").
		WithInitialValue(number(f.about.Shown.Temperature))
	tokens := slack.NewNumberInputBlockElement(nil, inputMaxTokens, false).WithMinValue(fmt.Sprint(minMaxTokens)).WithMaxValue(fmt.Sprint(f.limit)).
		WithInitialValue(fmt.Sprint(f.about.Shown.MaxTokens))
	blocks := []slack.Block{
		slack.NewInputBlock(inputTemperature, words("Temperature"), words(textTemperatureHint), temperature).WithOptional(true),
		slack.NewInputBlock(inputMaxTokens, words("Max tokens"), words(textMaxTokensHint(f.limit)), tokens).WithOptional(true),
	}
	all, setIn := "The whole channel", "The channel"
	if isDirect(f.about.Channel) {
		all, setIn = "This whole conversation", "This conversation"
	}
	inChannel := option(scopeChannel, all, "")
	if f.about.Thread != "" {
		inThread := option(scopeThread, "This thread only", "")
		scope := slack.NewRadioButtonsBlockElement(inputScope, inThread, inChannel)
		scope.InitialOption = inThread
		blocks = append(blocks, slack.NewInputBlock(inputScope, words("For"), words(textScopeHint), scope))
	} else {
		scope := slack.NewRadioButtonsBlockElement(inputScope, inChannel)
		scope.InitialOption = inChannel
		blocks = append(blocks, slack.NewInputBlock(inputScope, words("For"), nil, scope))
	}
	var lines []string
	if f.about.Thread != "" {
		lines = append(lines, textSetBy("This thread", f.thread))
	}
	lines = append(lines, textSetBy(setIn, f.channel), "Default: "+f.defaults.String()+".")
	v := modal(modalSettings, f.about, textSettingsTitle, append(blocks, small(strings.Join(lines, "\n")))...)
	v.Submit = words("Save")
	return v
}

func option(value, text, description string) *slack.OptionBlockObject {
	if description == "" {
		return slack.NewOptionBlockObject(value, words(text), nil)
	}
	return slack.NewOptionBlockObject(value, words(text), words(description))
}

// settingsEntry is what was entered in the settings modal.
type settingsEntry struct {
	thread      bool // for the thread, not for the channel
	temperature *float64
	maxTokens   *int

	// The field was left as it was shown: whatever somebody else has set since stays.
	sameTemperature, sameMaxTokens bool
}

// change is what the entry makes of what was set before in its scope, by user. base is
// what holds there when nothing is set: a field that was left at it sets nothing.
func (e settingsEntry) change(before store.Settings, base settings, user string) store.Settings {
	after := before
	after.Temperature, after.MaxTokens = e.temperature, e.maxTokens
	if before.Temperature == nil && e.temperature != nil && *e.temperature == base.temperature {
		after.Temperature = nil
	}
	if before.MaxTokens == nil && e.maxTokens != nil && *e.maxTokens == base.maxTokens {
		after.MaxTokens = nil
	}
	if e.sameTemperature {
		after.Temperature = before.Temperature
	}
	if e.sameMaxTokens {
		after.MaxTokens = before.MaxTokens
	}
	if (settings{}).over(after) != (settings{}).over(before) || (after.Temperature == nil) != (before.Temperature == nil) || (after.MaxTokens == nil) != (before.MaxTokens == nil) {
		after.By = user
	}
	return after
}

// parseSettingsEntry reads the submission of the settings modal. faults, by block id,
// are what is wrong with a field, for Slack to show there.
func parseSettingsEntry(a about, state *slack.ViewState, limit int) (e settingsEntry, faults map[string]string) {
	faults = map[string]string{}
	chosen := stateOf(state, inputScope).SelectedOption.Value
	e.thread = chosen == scopeThread
	if chosen != scopeThread && chosen != scopeChannel || e.thread && a.Thread == "" {
		faults[inputScope] = textNoScope
	}
	if typed := strings.TrimSpace(stateOf(state, inputTemperature).Value); typed != "" {
		if t, ok := parseTemperature(typed); ok {
			e.temperature = &t
		} else {
			faults[inputTemperature] = textBadTemperature
		}
	}
	if typed := strings.TrimSpace(stateOf(state, inputMaxTokens).Value); typed != "" {
		if n, ok := parseMaxTokens(typed, limit); ok {
			e.maxTokens = &n
		} else {
			faults[inputMaxTokens] = textBadMaxTokens(limit)
		}
	}
	if was := a.Shown; was != nil {
		e.sameTemperature = e.temperature != nil && *e.temperature == was.Temperature
		e.sameMaxTokens = e.maxTokens != nil && *e.maxTokens == was.MaxTokens
		if e.sameTemperature && e.sameMaxTokens && !e.thread && a.Thread != "" {
			e.sameTemperature, e.sameMaxTokens = false, false // the channel is to have what the thread has
		}
	}
	return e, faults
}

// stateOf is the state of the input whose block and action have this id.
func stateOf(state *slack.ViewState, id string) slack.BlockAction {
	if state == nil {
		return slack.BlockAction{}
	}
	return state.Values[id][id]
}
