package slacksim_test

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// talk is a workspace with slack-go connected to it.
type talk struct {
	*slacksim.Sim
	t            *testing.T
	ctx          context.Context
	api          *slack.Client
	channel, ann string
	events       chan any // inner events

	mu     sync.Mutex
	answer func(slack.InteractionCallback) any // gives the payload of the ack
	last   slack.InteractionCallback
}

func newTalk(t *testing.T, cfg slacksim.Config) *talk {
	t.Helper()
	sim, err := slacksim.Start(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	k := &talk{Sim: sim, t: t, ctx: ctx, events: make(chan any, 100)}
	k.channel, k.ann = sim.AddChannel(slacksim.Channel{Name: "radiology"}), sim.AddUser(slacksim.User{Name: "Ann"})
	k.api = slack.New(sim.BotToken(), slack.OptionAppLevelToken(sim.AppToken()), slack.OptionAPIURL(sim.APIURL()),
		slack.OptionHTTPClient(&http.Client{Timeout: 5 * time.Second}))
	client := socketmode.New(k.api)
	var wg sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		wg.Wait()
		sim.Close()
		if p := sim.Problems(); len(p) > 0 {
			t.Errorf("problems: %q", p)
		}
	})
	wg.Go(func() { _ = client.RunContext(ctx) }) // always the context's error, here
	wg.Go(func() {
		for {
			select {
			case ev := <-client.Events:
				k.take(client, ev)
			case <-ctx.Done():
				return
			}
		}
	})
	if err := sim.Wait(ctx, func() bool { return len(sim.Sockets()) == 1 }); err != nil {
		t.Fatal(err)
	}
	return k
}

func (k *talk) take(client *socketmode.Client, ev socketmode.Event) {
	var payload any
	switch ev.Type {
	case socketmode.EventTypeErrorBadMessage, socketmode.EventTypeIncomingError:
		k.t.Errorf("a frame that slack-go cannot decode: %v", ev.Data)
		return
	case socketmode.EventTypeEventsAPI:
		k.events <- ev.Data.(slackevents.EventsAPIEvent).InnerEvent.Data
	case socketmode.EventTypeInteractive:
		k.mu.Lock()
		k.last = ev.Data.(slack.InteractionCallback)
		payload = k.answer(k.last)
		k.mu.Unlock()
	default:
		return
	}
	if err := client.AckCtx(k.ctx, ev.Request.EnvelopeID, payload); err != nil && k.ctx.Err() == nil {
		k.t.Error(err)
	}
}

// answering sets what the app does with what people press.
func (k *talk) answering(answer func(slack.InteractionCallback) any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.answer = answer
}

// pressed is the last callback that came.
func (k *talk) pressed() slack.InteractionCallback {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last
}

// silent acks without a payload.
func silent(slack.InteractionCallback) any { return nil }

// say posts as Ann and gives the ts.
func (k *talk) say(channel, thread, text string, files ...slacksim.File) string {
	k.t.Helper()
	ts, err := k.Post(slacksim.Message{Channel: channel, User: k.ann, ThreadTS: thread, Text: text, Files: files})
	if err != nil {
		k.t.Fatal(err)
	}
	return ts
}

// heard waits for the first event of a type that wanted takes.
func heard[E any](k *talk, what string, wanted func(E) bool) E {
	k.t.Helper()
	for {
		select {
		case ev := <-k.events:
			if e, ok := ev.(E); ok && wanted(e) {
				return e
			}
		case <-k.ctx.Done():
			k.t.Fatalf("%s was not heard", what)
		}
	}
}
