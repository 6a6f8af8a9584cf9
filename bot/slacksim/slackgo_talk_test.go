package slacksim_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

func words(text string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, text, false, false)
}

// settings is a modal as a bot would build it with slack-go.
func settings(title string) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "settings", Title: words(title), Submit: words("Save"), Close: words("Cancel"), NotifyOnClose: true,
		Blocks: slack.Blocks{BlockSet: []slack.Block{
			slack.NewInputBlock("temp", words("Temperature"), words("0 to 1"),
				slack.NewNumberInputBlockElement(words("0.1"), "v", true).WithMinValue("0").WithMaxValue("1").WithInitialValue("0.1")),
			slack.NewInputBlock("where", words("For"), nil, slack.NewRadioButtonsBlockElement("v",
				slack.NewOptionBlockObject("thread", words("This thread"), nil), slack.NewOptionBlockObject("channel", words("The channel"), nil))),
			slack.NewInputBlock("why", words("Why"), nil, slack.NewPlainTextInputBlockElement(nil, "v").WithMaxLength(100)).WithOptional(true),
		}},
	}
}

// TestSlackGoShortcut: a shortcut on a message opens a modal, which is corrected,
// changed, submitted and cancelled.
func TestSlackGoShortcut(t *testing.T) {
	k := newTalk(t, slacksim.Config{Shortcuts: []string{"ask"}})
	root := k.say(k.channel, "", "look", slacksim.File{ID: "F1", Name: "a.png", Data: []byte("x")})
	opens := func(ic slack.InteractionCallback) any {
		if _, err := k.api.OpenViewContext(k.ctx, ic.TriggerID, settings("Settings")); err != nil {
			t.Error(err)
		}
		return nil
	}
	open := func() string {
		t.Helper()
		k.answering(opens)
		if err := k.Shortcut(k.ctx, slacksim.Shortcut{Channel: k.channel, TS: root, User: k.ann, CallbackID: "ask"}); err != nil {
			t.Fatal(err)
		}
		v, ok := k.OpenView(k.ann)
		if !ok {
			t.Fatal("Ann sees no modal")
		}
		return v.ID
	}
	view, got := open(), k.pressed()
	if got.Type != slack.InteractionTypeMessageAction || got.CallbackID != "ask" || got.MessageTs != root || got.Message.Timestamp != root ||
		len(got.Message.Files) != 1 || got.Message.Files[0].ID != "F1" || got.Channel.ID != k.channel || got.User.ID != k.ann || got.ActionTs == "" {
		t.Errorf("callback %+v", got)
	}
	k.answering(func(slack.InteractionCallback) any {
		return slack.NewErrorsViewSubmissionResponse(map[string]string{"temp": "Not today."})
	})
	if errs, err := k.Submit(k.ctx, view, map[string]map[string]any{"temp": {"v": map[string]any{"value": "3"}}}); err != nil || errs["temp"] == "" || errs["where"] == "" {
		t.Errorf("at the fields: %v, %v", errs, err)
	}
	values := map[string]map[string]any{
		"temp": {"v": map[string]any{"value": "0.2"}}, "where": {"v": map[string]any{"selected_option": map[string]any{"value": "channel"}}},
	}
	if errs, err := k.Submit(k.ctx, view, values); err != nil || errs["temp"] != "Not today." {
		t.Errorf("by the app: %v, %v", errs, err)
	}
	got = k.pressed()
	if v := got.View.State.Values; v["temp"]["v"].Value != "0.2" || v["where"]["v"].SelectedOption.Value != "channel" || v["why"]["v"].Value != "" ||
		got.View.ID != view || got.View.CallbackID != "settings" {
		t.Errorf("view %+v", got.View)
	}
	k.answering(func(slack.InteractionCallback) any {
		next := settings("Again")
		return slack.NewUpdateViewSubmissionResponse(&next)
	})
	if _, err := k.Submit(k.ctx, view, nil); err != nil {
		t.Error(err)
	}
	v, _ := k.OpenView(k.ann)
	if _, err := k.api.UpdateViewContext(k.ctx, settings("Third"), "", v.Hash, view); err != nil {
		t.Error(err)
	}
	if v, _ := k.OpenView(k.ann); v.ID != view || !strings.Contains(string(v.JSON), "Third") {
		t.Errorf("view %+v", v)
	}
	k.answering(silent)
	if _, err := k.Submit(k.ctx, view, nil); err != nil {
		t.Error(err)
	}
	if v, ok := k.OpenView(k.ann); ok {
		t.Errorf("Ann still sees %+v", v)
	}
	view = open()
	k.answering(silent)
	err := k.CloseView(k.ctx, view)
	if got := k.pressed(); err != nil || got.Type != slack.InteractionTypeViewClosed || got.View.ID != view {
		t.Errorf("closing: %v, callback %+v", err, got)
	}
}

// TestSlackGoButtons: buttons that slack-go posts, in a message and on the Home tab.
func TestSlackGoButtons(t *testing.T) {
	k := newTalk(t, slacksim.Config{})
	root := k.say(k.channel, "", "look")
	again := slack.NewButtonBlockElement("again", root, words("Try again"))
	_, ts, err := k.api.PostMessageContext(k.ctx, k.channel, slack.MsgOptionTS(root), slack.MsgOptionText("An eye.", true),
		slack.MsgOptionBlocks(slack.NewMarkdownBlock("", "An eye."), slack.NewActionBlock("acts", again)))
	if err != nil {
		t.Fatal(err)
	}
	k.answering(silent)
	if err := k.Click(k.ctx, slacksim.Click{Channel: k.channel, TS: ts, User: k.ann, ActionID: "again"}); err != nil {
		t.Fatal(err)
	}
	got := k.pressed()
	if a := got.ActionCallback.BlockActions; len(a) != 1 || a[0].ActionID != "again" || a[0].BlockID != "acts" || a[0].Value != root ||
		a[0].Text.Text != "Try again" || got.Container.ThreadTs != root || got.Message.Timestamp != ts || got.ResponseURL == "" {
		t.Errorf("callback %+v", got)
	}
	link, err := k.api.GetPermalinkContext(k.ctx, &slack.PermalinkParameters{Channel: k.channel, Ts: ts})
	if err != nil || !strings.HasSuffix(link, "?thread_ts="+root+"&cid="+k.channel) {
		t.Errorf("link %q, %v", link, err)
	}

	if err := k.OpenHome(k.ctx, k.ann); err != nil {
		t.Fatal(err)
	}
	ev := heard(k, "the opening", func(e *slackevents.AppHomeOpenedEvent) bool { return e.Tab == "home" && e.View == nil })
	home := slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewActionBlock("acts", again)}}}
	for range 2 {
		if _, err := k.api.PublishViewContext(k.ctx, slack.PublishViewContextRequest{UserID: ev.User, View: home}); err != nil {
			t.Fatal(err)
		}
	}
	old := k.Views()[0].Hash
	_, err = k.api.PublishViewContext(k.ctx, slack.PublishViewContextRequest{UserID: ev.User, View: home, Hash: &old})
	if no, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || no.Err != "hash_conflict" {
		t.Errorf("publishing over another's: %v", err)
	}
	shown, ok := k.Home(k.ann)
	if !ok {
		t.Fatal("Ann's Home is empty")
	}
	err = k.ClickView(k.ctx, shown.ID, "again")
	if got := k.pressed(); err != nil || got.View.ID != shown.ID || got.Container.ViewID != shown.ID {
		t.Errorf("clicking: %v, callback %+v", err, got)
	}
	if err := k.OpenHome(k.ctx, k.ann); err != nil {
		t.Fatal(err)
	}
	heard(k, "the view", func(e *slackevents.AppHomeOpenedEvent) bool { return e.View != nil && e.View.ID == shown.ID })
}

// TestSlackGoStream: an answer that grows in a DM, and one that Slack ends.
func TestSlackGoStream(t *testing.T) {
	k := newTalk(t, slacksim.Config{})
	dm := k.DM(k.ann)
	root := k.say(dm, "", "what is this?")
	word := func(err error) string {
		no, _ := errors.AsType[slack.SlackErrorResponse](err)
		return no.Err
	}
	_, _, err := k.api.StartStreamContext(k.ctx, k.channel, slack.MsgOptionTS(k.say(k.channel, "", "and this?")), slack.MsgOptionMarkdownText("x"))
	if word(err) != "missing_recipient_user_id" {
		t.Errorf("in a channel: %v", err)
	}
	_, ts, err := k.api.StartStreamContext(k.ctx, dm, slack.MsgOptionTS(root), slack.MsgOptionMarkdownText("An "))
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.api.AppendStreamContext(k.ctx, dm, ts, slack.MsgOptionMarkdownText("**eye**")); err != nil {
		t.Error(err)
	}
	if m, _ := k.Message(dm, ts); !m.Streaming || m.Plain != "An **eye**" {
		t.Errorf("message %+v", m)
	}
	heard(k, "the stream", func(e *slackevents.MessageEvent) bool {
		return e.SubType == "message_changed" && e.Message.Timestamp == ts && e.Message.BotID == k.BotID()
	})
	if _, _, _, err := k.api.UpdateMessageContext(k.ctx, dm, ts, slack.MsgOptionText("x", false)); word(err) != "streaming_state_conflict" {
		t.Errorf("update: %v", err)
	}
	if _, _, err := k.api.StopStreamContext(k.ctx, dm, ts, slack.MsgOptionMarkdownText("."),
		slack.MsgOptionBlocks(slack.NewActionBlock("", slack.NewButtonBlockElement("again", root, words("Try again"))))); err != nil {
		t.Error(err)
	}
	if m, _ := k.Message(dm, ts); m.Streaming || m.Plain != "An **eye**.\n[Try again]" {
		t.Errorf("message %+v", m)
	}
	_, ts, err = k.api.StartStreamContext(k.ctx, dm, slack.MsgOptionTS(root), slack.MsgOptionChunks(slack.NewMarkdownTextChunk("A lung")))
	if err != nil {
		t.Fatal(err)
	}
	k.EndStreams()
	if _, _, err := k.api.StopStreamContext(k.ctx, dm, ts); word(err) != "message_not_in_streaming_state" {
		t.Errorf("stop: %v", err)
	}
	if _, _, _, err := k.api.UpdateMessageContext(k.ctx, dm, ts, slack.MsgOptionText("A lung.", false)); err != nil {
		t.Error(err)
	}
}

// TestSlackGoDeletions: what is taken away is heard of in slack-go's own types.
func TestSlackGoDeletions(t *testing.T) {
	k := newTalk(t, slacksim.Config{})
	root := k.say(k.channel, "", "look", slacksim.File{ID: "F1", Name: "a.png", Data: []byte("x")})
	reply := k.say(k.channel, root, "and this", slacksim.File{ID: "F2", Name: "b.png", Data: []byte("x")})
	if err := k.DeleteFile("F1"); err != nil {
		t.Fatal(err)
	}
	heard(k, "the file", func(e *slackevents.FileDeletedEvent) bool { return e.FileID == "F1" })
	for _, ts := range []string{root, reply} {
		if err := k.Delete(k.channel, ts); err != nil {
			t.Fatal(err)
		}
	}
	heard(k, "the tombstone", func(e *slackevents.MessageEvent) bool {
		return e.SubType == "message_changed" && e.Message.SubType == "tombstone" && e.Message.Timestamp == root && e.PreviousMessage.Text == "look"
	})
	ev := heard(k, "the reply", func(e *slackevents.MessageEvent) bool { return e.SubType == "message_deleted" })
	if ev.DeletedTimeStamp != reply || ev.PreviousMessage.ThreadTimestamp != root || len(ev.PreviousMessage.Files) != 1 {
		t.Errorf("event %+v", ev)
	}
	list, _, err := k.api.GetConversationsForUserContext(k.ctx, &slack.GetConversationsForUserParameters{UserID: k.ann})
	if err != nil || len(list) != 1 || list[0].ID != k.channel {
		t.Errorf("Ann's channels %+v, %v", list, err)
	}
	me, err := k.api.AuthTestContext(k.ctx)
	if err != nil || me.URL != "https://simulated.slack.com/" {
		t.Errorf("auth.test %+v, %v", me, err)
	}
}
