package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"strings"
	"sync"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// standIn is an app that uses all of the surface that the page offers, with the
// client that production uses. It stands in for the bot, so that the page is
// tested by itself.
type standIn struct {
	t       *testing.T
	sim     *slacksim.Sim
	api     *slack.Client
	client  *socketmode.Client
	ctx     context.Context //nolint:containedctx // the life of the app
	ack     chan struct{}   // the button "Slow" is acked when it gets a value
	form    chan struct{}   // the modal has its form when it gets a value
	mu      sync.Mutex
	settled map[string]string // what the settings' form has sent last
}

func startStandIn(t *testing.T, sim *slacksim.Sim) *standIn {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	api := slack.New(sim.BotToken(), slack.OptionAppLevelToken(sim.AppToken()), slack.OptionAPIURL(sim.APIURL()))
	a := &standIn{
		t: t, sim: sim, api: api, ctx: ctx, ack: make(chan struct{}), form: make(chan struct{}), settled: map[string]string{},
		client: socketmode.New(api, socketmode.OptionLog(log.New(io.Discard, "", 0))),
	}
	var wg sync.WaitGroup
	t.Cleanup(func() { cancel(); wg.Wait() })
	wg.Go(func() { _ = a.client.RunContext(ctx) }) // always the context's error
	wg.Go(func() {
		for {
			select {
			case ev := <-a.client.Events:
				wg.Go(func() {
					if err := a.hear(ev); err != nil && ctx.Err() == nil {
						t.Errorf("stand-in: %v", err)
					}
				})
			case <-ctx.Done():
				return
			}
		}
	})
	if err := sim.Wait(ctx, func() bool { return len(sim.Sockets()) > 0 }); err != nil {
		t.Fatal(err)
	}
	return a
}

func (a *standIn) hear(ev socketmode.Event) error {
	switch data := ev.Data.(type) {
	case slackevents.EventsAPIEvent:
		a.client.Ack(*ev.Request)
		if opened, ok := data.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent); ok && opened.Tab == "home" {
			_, err := a.api.PublishViewContext(a.ctx, slack.PublishViewContextRequest{
				UserID: opened.User, View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: blocks(homeBlocks)},
			})
			return err
		}
	case slack.InteractionCallback:
		switch data.Type {
		case slack.InteractionTypeBlockActions:
			return a.pressed(ev, data)
		case slack.InteractionTypeMessageAction:
			a.client.Ack(*ev.Request)
			_, err := a.api.OpenViewContext(a.ctx, data.TriggerID, modalOf("ask", "Ask MedBuddy", "Ask", askBlocks, data.Channel.ID+" "+data.Message.Timestamp))
			return err
		case slack.InteractionTypeViewSubmission:
			return a.submitted(ev, data)
		default:
			return fmt.Errorf("nobody sends %s", data.Type)
		}
	}
	return nil
}

func (a *standIn) pressed(ev socketmode.Event, press slack.InteractionCallback) error {
	switch id := press.ActionCallback.BlockActions[0].ActionID; id {
	case "dead": // never acked
	case "slow":
		if a.told(a.ack) {
			a.client.Ack(*ev.Request)
		}
	case "settings":
		a.client.Ack(*ev.Request)
		opened, err := a.api.OpenViewContext(a.ctx, press.TriggerID, modalOf("settings", "Settings", "", loadingBlocks, ""))
		if err != nil {
			return err
		}
		if !a.told(a.form) {
			return nil
		}
		_, err = a.api.UpdateViewContext(a.ctx, modalOf("settings", "Settings", "Save", settingsBlocks, ""), "", opened.Hash, opened.ID)
		return err
	default:
		return fmt.Errorf("no button %s was made", id)
	}
	return nil
}

// told waits for the test; false when it has ended.
func (a *standIn) told(by <-chan struct{}) bool {
	select {
	case <-by:
		return true
	case <-a.ctx.Done():
		return false
	}
}

// submitted takes a temperature up to 0.5, which the client does not know of.
func (a *standIn) submitted(ev socketmode.Event, sent slack.InteractionCallback) error {
	values := map[string]string{}
	for block, actions := range sent.View.State.Values {
		for _, v := range actions {
			values[block] = v.Value + v.SelectedOption.Value
		}
	}
	if sent.View.CallbackID == "ask" {
		a.client.Ack(*ev.Request)
		channel, ts, _ := strings.Cut(sent.View.PrivateMetadata, " ")
		_, _, err := a.api.PostMessageContext(a.ctx, channel, slack.MsgOptionTS(ts), slack.MsgOptionText("Asked: "+values["question"], false))
		return err
	}
	if t := values["temperature"]; t != "" && t > "0.5" {
		a.client.Ack(*ev.Request, slack.NewErrorsViewSubmissionResponse(map[string]string{"temperature": "This hospital allows 0.5 at most."}))
		return nil
	}
	a.mu.Lock()
	a.settled = values
	a.mu.Unlock()
	a.client.Ack(*ev.Request)
	return nil
}

func (a *standIn) settings() map[string]string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.settled
}

// post answers in a thread with blocks.
func (a *standIn) post(channel, thread, raw string) (ts string) {
	a.t.Helper()
	_, ts, err := a.api.PostMessageContext(a.ctx, channel, slack.MsgOptionTS(thread), slack.MsgOptionText("answer", false), slack.MsgOptionBlocks(blocks(raw).BlockSet...))
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		a.t.Fatal(err, refused.ResponseMetadata.Messages)
	} else if err != nil {
		a.t.Fatal(err)
	}
	return ts
}

// stream begins a message that grows; more adds to it, end completes it.
func (a *standIn) stream(channel, thread, user, text string) (more func(string), end func()) {
	a.t.Helper()
	must := func(err error) {
		a.t.Helper()
		if err != nil {
			a.t.Fatal(err)
		}
	}
	_, ts, err := a.api.StartStreamContext(a.ctx, channel, slack.MsgOptionTS(thread), slack.MsgOptionRecipientUserID(user),
		slack.MsgOptionRecipientTeamID(a.sim.TeamID()), slack.MsgOptionMarkdownText(text))
	must(err)
	return func(text string) {
			_, _, err := a.api.AppendStreamContext(a.ctx, channel, ts, slack.MsgOptionMarkdownText(text))
			must(err)
		}, func() {
			_, _, err := a.api.StopStreamContext(a.ctx, channel, ts)
			must(err)
		}
}

func (a *standIn) permalink(channel, ts string) string {
	a.t.Helper()
	link, err := a.api.GetPermalinkContext(a.ctx, &slack.PermalinkParameters{Channel: channel, Ts: ts})
	if err != nil {
		a.t.Fatal(err)
	}
	return link
}

func modalOf(id, title, submit, raw, private string) slack.ModalViewRequest {
	view := slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: id, PrivateMetadata: private, Blocks: blocks(raw),
		Title: slack.NewTextBlockObject(slack.PlainTextType, title, false, false),
		Close: slack.NewTextBlockObject(slack.PlainTextType, "Cancel", false, false),
	}
	if submit != "" {
		view.Submit = slack.NewTextBlockObject(slack.PlainTextType, submit, false, false)
	}
	return view
}

// blocks reads Block Kit as its builder shows it.
func blocks(raw string) slack.Blocks {
	var list slack.Blocks
	if err := json.Unmarshal([]byte(raw), &list); err != nil {
		panic(err) // what is written below is not Block Kit
	}
	return list
}

const answerBlocks = `[
	{"type":"header","text":{"type":"plain_text","text":"Left eye, 2 images"}},
	{"type":"section","text":{"type":"mrkdwn","text":"*Disc* sharp, cup-to-disc ratio about 0.3. See <%[1]s|Image 1>, and <https://example.org/guide|the guide>."},
	 "accessory":{"type":"button","action_id":"slow","value":"a","text":{"type":"plain_text","text":"Compare"}}},
	{"type":"section","fields":[{"type":"mrkdwn","text":"*Temperature*\n0.1"},{"type":"mrkdwn","text":"*Max tokens*\n500"}]},
	{"type":"markdown","text":"1. Vessels of **regular** calibre\n2. Macula with its reflex"},
	{"type":"divider"},
	{"type":"context","elements":[{"type":"image","slack_file":{"id":"%[2]s"},"alt_text":"the scan, small"},
	 {"type":"mrkdwn","text":"AI draft, not a diagnosis. Looked at <%[1]s|Image 1>. Reviewed <!date^%[3]d^{date_short_pretty} {time}|2026-11-28 14:02 UTC>"}]},
	{"type":"actions","block_id":"under","elements":[
	 {"type":"button","action_id":"slow","style":"primary","text":{"type":"plain_text","text":"Try again"}},
	 {"type":"button","action_id":"settings","text":{"type":"plain_text","text":"Settings"}},
	 {"type":"button","action_id":"dead","value":"v","text":{"type":"plain_text","text":"Not good"}},
	 {"type":"button","action_id":"forget","style":"danger","text":{"type":"plain_text","text":"Forget"},
	  "confirm":{"title":{"type":"plain_text","text":"Forget this thread?"},"text":{"type":"plain_text","text":"Its images and answers are erased."},
	   "confirm":{"type":"plain_text","text":"Forget it"},"deny":{"type":"plain_text","text":"Keep it"},"style":"danger"}}]},
	{"type":"image","image_url":"https://example.org/x.png","alt_text":"a picture from elsewhere"},
	{"type":"image","slack_file":{"id":"%[2]s"},"alt_text":"what was looked at","title":{"type":"plain_text","text":"Image 1 as it was seen"}}]`

const loadingBlocks = `[{"type":"section","text":{"type":"mrkdwn","text":"Loading…"}}]`

const settingsBlocks = `[
	{"type":"section","text":{"type":"mrkdwn","text":"Settings of *this thread*. The last change was by Dr. Ben Okoro."}},
	{"type":"input","block_id":"temperature","label":{"type":"plain_text","text":"Temperature"},"hint":{"type":"plain_text","text":"0 to 1. Lower repeats itself, higher varies."},
	 "element":{"type":"number_input","action_id":"v","is_decimal_allowed":true,"min_value":"0","max_value":"1","initial_value":"0.1"}},
	{"type":"input","block_id":"tokens","label":{"type":"plain_text","text":"Max tokens"},"optional":true,
	 "element":{"type":"number_input","action_id":"v","is_decimal_allowed":false,"min_value":"64","max_value":"8192","placeholder":{"type":"plain_text","text":"64 to 8192"}}},
	{"type":"input","block_id":"scope","label":{"type":"plain_text","text":"Where they hold"},
	 "element":{"type":"radio_buttons","action_id":"v","initial_option":{"text":{"type":"plain_text","text":"In this thread"},"value":"thread"},
	  "options":[{"text":{"type":"plain_text","text":"In this thread"},"value":"thread"},
	   {"text":{"type":"plain_text","text":"In the channel"},"description":{"type":"plain_text","text":"Everybody in it is told."},"value":"channel"}]}},
	{"type":"divider"},
	{"type":"input","block_id":"reason","optional":true,"label":{"type":"plain_text","text":"Why"},
	 "element":{"type":"static_select","action_id":"v","placeholder":{"type":"plain_text","text":"Choose a reason"},
	  "options":[{"text":{"type":"plain_text","text":"Answers too short"},"value":"short"},{"text":{"type":"plain_text","text":"Other"},"value":"other"}]}},
	{"type":"input","block_id":"note","optional":true,"label":{"type":"plain_text","text":"Note"},
	 "element":{"type":"plain_text_input","action_id":"v","multiline":true,"placeholder":{"type":"plain_text","text":"For the team"}}},
	{"type":"context","elements":[{"type":"mrkdwn","text":"Answers that are being written keep theirs."}]}]`

const askBlocks = `[
	{"type":"section","text":{"type":"mrkdwn","text":"About the message of *Dr. Ann Lee*."}},
	{"type":"input","block_id":"question","label":{"type":"plain_text","text":"Question"},
	 "element":{"type":"plain_text_input","action_id":"v","multiline":true,"placeholder":{"type":"plain_text","text":"What do you want to know?"}}}]`

const homeBlocks = `[
	{"type":"header","text":{"type":"plain_text","text":"MedBuddy reads along"}},
	{"type":"section","text":{"type":"mrkdwn","text":"Mention *@MedBuddy* in a thread that has a scan.\n• It says what it looked at\n• It is never a diagnosis"},
	 "accessory":{"type":"button","action_id":"settings","text":{"type":"plain_text","text":"Settings"}}},
	{"type":"divider"},
	{"type":"section","fields":[{"type":"mrkdwn","text":"*#radiology*\ntemperature 0.1"},{"type":"mrkdwn","text":"*#dermatology*\ntemperature 0"}]},
	{"type":"context","elements":[{"type":"mrkdwn","text":"MedGemma reads one image of 896 × 896 at a time."}]}]`
