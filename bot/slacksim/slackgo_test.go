package slacksim_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// TestSlackGo lets the client that production uses walk the whole road: connect,
// hear of a scan, fetch it, answer, change the answer, read the thread, and answer
// a command in the ack.
func TestSlackGo(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	sim, err := slacksim.Start(slacksim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	channel := sim.AddChannel(slacksim.Channel{Name: "radiology"})
	ann := sim.AddUser(slacksim.User{Name: "Ann"})
	scan := []byte("not really a scan")

	api := slack.New(sim.BotToken(), slack.OptionAppLevelToken(sim.AppToken()), slack.OptionAPIURL(sim.APIURL()),
		slack.OptionHTTPClient(&http.Client{Timeout: 5 * time.Second}))
	client := socketmode.New(api)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { _ = client.RunContext(ctx) }) // always the context's error, here
	var seen []string
	errs := make(chan error, 20)
	wg.Go(func() {
		for {
			select {
			case ev := <-client.Events:
				if err := answer(ctx, api, client, ev, scan, &seen); err != nil {
					errs <- err
				}
			case <-ctx.Done():
				return
			}
		}
	})
	wait := func(what string, cond func() bool) {
		t.Helper()
		if err := sim.Wait(ctx, cond); err != nil {
			select {
			case err := <-errs:
				t.Fatalf("%s: %v", what, err)
			default:
				t.Fatalf("%s: %v", what, err)
			}
		}
	}

	wait("connecting", func() bool { return len(sim.Sockets()) == 1 })
	ts, err := sim.Post(slacksim.Message{
		Channel: channel, User: ann, Text: "@MedBuddy what is this?",
		Files: []slacksim.File{{Name: "scan 1.png", Data: scan}},
	})
	if err != nil {
		t.Fatal(err)
	}
	wait("answering", func() bool {
		thread := sim.Thread(channel, ts)
		return len(thread) == 2 && thread[1].Text == "An eye."
	})
	reply, err := sim.Slash(ctx, slacksim.SlashCommand{Channel: channel, User: ann, Command: "/medbuddy", Text: "temperature 0.2"})
	if err != nil || reply.Text != "temperature 0.2 it is" {
		t.Errorf("slash reply %+v, error %v", reply, err)
	}
	wait("acks", func() bool { return len(sim.Unacked()) == 0 })
	cancel()
	wg.Wait()
	for _, want := range []string{"app_mention", "message", "message_changed"} {
		if !slices.Contains(seen, want) {
			t.Errorf("events %q, want also %s", seen, want)
		}
	}
	select {
	case err := <-errs:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	default:
	}
	if p := sim.Problems(); len(p) > 0 {
		t.Errorf("problems: %q", p)
	}
}

// answer is a bot in miniature; it answers the app_mention.
func answer(ctx context.Context, api *slack.Client, client *socketmode.Client, ev socketmode.Event, scan []byte, seen *[]string) error {
	switch ev.Type {
	case socketmode.EventTypeErrorBadMessage, socketmode.EventTypeIncomingError:
		return errors.New("a frame that slack-go cannot decode")
	case socketmode.EventTypeSlashCommand:
		cmd := ev.Data.(slack.SlashCommand)
		return client.AckCtx(ctx, ev.Request.EnvelopeID, map[string]any{"text": cmd.Text + " it is"})
	case socketmode.EventTypeEventsAPI:
	default:
		return nil
	}
	if err := client.AckCtx(ctx, ev.Request.EnvelopeID, nil); err != nil {
		return err
	}
	switch inner := ev.Data.(slackevents.EventsAPIEvent).InnerEvent.Data.(type) {
	case *slackevents.MessageEvent:
		*seen = append(*seen, inner.Type)
		if inner.SubType != "" {
			*seen = append(*seen, inner.SubType)
		}
		return nil
	case *slackevents.AppMentionEvent:
		*seen = append(*seen, inner.Type)
		return reply(ctx, api, inner, scan)
	}
	return errors.New("an event that slack-go does not know")
}

func reply(ctx context.Context, api *slack.Client, ev *slackevents.AppMentionEvent, scan []byte) error {
	if len(ev.Files) != 1 {
		return errors.New("no file in the mention")
	}
	info, _, _, err := api.GetFileInfoContext(ctx, ev.Files[0].ID, 0, 0)
	if err != nil {
		return err
	}
	var got bytes.Buffer
	if err := api.GetFileContext(ctx, info.URLPrivateDownload, &got); err != nil {
		return err
	}
	if !bytes.Equal(got.Bytes(), scan) {
		return errors.New("the file has other bytes")
	}
	_, ts, err := api.PostMessageContext(ctx, ev.Channel, slack.MsgOptionTS(ev.TimeStamp), slack.MsgOptionText("Reading", true),
		slack.MsgOptionMetadata(slack.SlackMetadata{EventType: "q", EventPayload: map[string]any{"key": "k"}}))
	if err != nil {
		return err
	}
	if _, _, _, err := api.UpdateMessageContext(ctx, ev.Channel, ts, slack.MsgOptionText("An eye.", true),
		slack.MsgOptionBlocks(slack.NewMarkdownBlock("", "An eye."))); err != nil {
		return err
	}
	list, _, _, err := api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{
		ChannelID: ev.Channel, Timestamp: ev.TimeStamp, IncludeAllMetadata: true,
	})
	if err != nil {
		return err
	}
	if len(list) != 2 || list[1].Metadata.EventPayload["key"] != "k" {
		return errors.New("the thread has not two messages, or the metadata is gone")
	}
	return nil
}

// TestSlackGoSignIn demands the error that tells an operator to reinstall the app.
func TestSlackGoSignIn(t *testing.T) {
	sim, err := slacksim.Start(slacksim.Config{Scopes: []string{"channels:history"}})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	channel := sim.AddChannel(slacksim.Channel{Name: "radiology"})
	ann := sim.AddUser(slacksim.User{Name: "Ann"})
	if _, err := sim.Post(slacksim.Message{Channel: channel, User: ann, Files: []slacksim.File{{ID: "F1", Name: "a.png", Data: []byte("x")}}}); err != nil {
		t.Fatal(err)
	}
	api := slack.New(sim.BotToken(), slack.OptionAPIURL(sim.APIURL()))
	url := strings.TrimSuffix(sim.APIURL(), "/api/") + "/files-pri/" + sim.TeamID() + "-F1/a.png"
	err = api.GetFileContext(t.Context(), url, &bytes.Buffer{})
	if err == nil || !strings.Contains(err.Error(), "sign-in page") {
		t.Errorf("download without files:read: %v, want the sign-in page", err)
	}
	_, _, _, err = api.GetFileInfoContext(t.Context(), "F1", 0, 0)
	if no, ok := errors.AsType[slack.SlackErrorResponse](err); !ok || no.Needed != "files:read" || no.Provided != "channels:history" {
		t.Errorf("files.info: %v, want missing_scope with needed and provided", err)
	}
}

// TestSlackGoUpload lets slack-go upload pictures into a thread, in its one step
// and in its three, and find them again by their titles.
func TestSlackGoUpload(t *testing.T) {
	ctx := t.Context()
	sim, err := slacksim.Start(slacksim.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	channel := sim.AddChannel(slacksim.Channel{Name: "radiology"})
	ann := sim.AddUser(slacksim.User{Name: "Ann"})
	root, err := sim.Post(slacksim.Message{Channel: channel, User: ann, Text: "scan"})
	if err != nil {
		t.Fatal(err)
	}
	api := slack.New(sim.BotToken(), slack.OptionAPIURL(sim.APIURL()))
	picture := bytes.Repeat([]byte{0xFF, 0}, 100_000)
	one, err := api.UploadFileContext(ctx, slack.UploadFileParameters{
		Reader: bytes.NewReader(picture), FileSize: len(picture), Filename: "a.png", Title: "Image 1", AltTxt: "A scan",
		Channel: channel, ThreadTimestamp: root, InitialComment: "One",
	})
	if err != nil {
		t.Fatal(err)
	}
	var files []slack.FileSummary
	for _, title := range []string{"Image 2", "Image 3"} {
		u, err := api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: "b.png", FileSize: len(picture)})
		if err != nil {
			t.Fatal(err)
		}
		if err := api.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: u.UploadURL, Filename: "b.png", Reader: bytes.NewReader(picture)}); err != nil {
			t.Fatal(err)
		}
		files = append(files, slack.FileSummary{ID: u.FileID, Title: title})
	}
	done, err := api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
		Files: files, Channel: channel, ThreadTimestamp: root,
		Blocks: slack.Blocks{BlockSet: []slack.Block{slack.NewSectionBlock(slack.NewTextBlockObject("mrkdwn", "Two more", false, false), nil, nil)}},
	})
	if err != nil || !slices.Equal(done.Files, files) {
		t.Fatalf("completed %v, %v", done, err)
	}
	list, _, _, err := api.GetConversationRepliesContext(ctx, &slack.GetConversationRepliesParameters{ChannelID: channel, Timestamp: root})
	if err != nil {
		t.Fatal(err)
	}
	var titles []string
	for _, m := range list[1:] {
		for _, f := range m.Files {
			titles = append(titles, m.BotID+" "+f.Title)
		}
	}
	bot := sim.BotID()
	if want := []string{bot + " Image 1", bot + " Image 2", bot + " Image 3"}; !slices.Equal(titles, want) {
		t.Errorf("titles %q, want %q", titles, want)
	}
	var got bytes.Buffer
	if err := api.GetFileContext(ctx, list[1].Files[0].URLPrivate, &got); err != nil || !bytes.Equal(got.Bytes(), picture) {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	if f, ok := sim.File(one.ID); !ok || f.Alt != "A scan" {
		t.Errorf("file %+v", f)
	}
	if p := sim.Problems(); len(p) > 0 {
		t.Errorf("problems: %q", p)
	}
}
