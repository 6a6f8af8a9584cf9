package bot

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// This file takes what people press: buttons, the shortcut, and the submit buttons of
// dialogs. Slack does not deliver these again (docs.slack.dev/interactivity), so what
// is pressed is recorded before it is acked, or the person is told that it was not.

// interaction is what was pressed, reduced to what MedBuddy needs, and decoded with
// these few fields only, for the reason given at message.
type interaction struct {
	Type      string `json:"type"`
	TriggerID string `json:"trigger_id"`
	Callback  string `json:"callback_id"` // of a shortcut
	User      struct {
		ID   string `json:"id"`
		Team string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Message struct {
		TS       string `json:"ts"`
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	Container struct {
		ThreadTS string `json:"thread_ts"`
	} `json:"container"`
	Actions []struct {
		ID    string `json:"action_id"`
		Value string `json:"value"`
		TS    string `json:"action_ts"`
	} `json:"actions"`
	View struct {
		ID       string          `json:"id"`
		Callback string          `json:"callback_id"`
		Private  string          `json:"private_metadata"`
		State    slack.ViewState `json:"state"`
	} `json:"view"`
}

// whole says whether there is all that Slack sends of what was pressed.
func (in interaction) whole() bool {
	if in.Type == "block_actions" || in.Type == "message_action" {
		return in.User.ID != "" && in.Channel.ID != "" && in.Message.TS != ""
	}
	return in.User.ID != ""
}

// thread is the thread of the message on which something was pressed.
func (in interaction) thread(team string) store.ThreadKey {
	t := store.ThreadKey{Team: team, Channel: in.Channel.ID, TS: in.Message.ThreadTS}
	if t.TS == "" {
		t.TS = in.Message.TS
	}
	return t
}

// interact carries out what was pressed and acks it.
func (b *Bot) interact(ctx context.Context, env envelope) {
	if b.stopping.Load() {
		return // the ack could not be sent any more: Slack says that it failed, and nothing was done
	}
	var in interaction
	if err := json.Unmarshal(env.payload, &in); err != nil || !in.whole() {
		b.metrics.envelopes.WithLabelValues("malformed").Inc()
		b.lg.Warn("what was pressed cannot be read; it was acked and dropped", "envelope", env.id)
		env.ack(nil)
		return
	}
	if in.Message.ThreadTS == "" {
		in.Message.ThreadTS = in.Container.ThreadTS // a message need not say it a second time
	}
	limited, cancel := context.WithDeadline(ctx, env.at.Add(admitTimeout))
	defer cancel()
	switch in.Type {
	case "block_actions":
		for _, a := range in.Actions {
			b.press(limited, ctx, env, in, press{id: a.ID, value: a.Value, ts: a.TS})
		}
		if len(in.Actions) == 0 {
			env.ack(nil)
		}
	case "message_action":
		b.shortcut(limited, env, in)
	case "view_submission":
		b.submit(limited, ctx, env, in)
	default: // a closed dialog, or a kind of later days
		env.ack(nil)
	}
}

// press is one button that was pressed.
type press struct{ id, value, ts string }

// press carries out a button under a message of MedBuddy's. What it asks for is
// recorded before the ack; a press that could not be recorded is not acked, and Slack
// then shows the person that it failed. ctx ends with the time for the ack; what was
// asked is answered under work.
func (b *Bot) press(ctx, work context.Context, env envelope, in interaction, p press) {
	allowed, err := b.mayPress(ctx, in.Channel.ID, in.User.ID, in.User.Team)
	if err != nil {
		b.notPressed(ctx, env, in, p.id, err)
		return
	}
	if allowed != verdictTake {
		env.ack(nil)
		b.tellPresser(ctx, in, allowed.refusal())
		return
	}
	b.metrics.presses.WithLabelValues(knownAction(p.id)).Inc()
	switch p.id {
	case actStop:
		err = b.pressStop(ctx, in, p)
	case actAgain, actContinue, actSecond:
		// One after the other, so that two who press at once ask once.
		b.intake.do("press "+in.Channel.ID+in.Message.TS, in.User.ID, func() {
			ctx, cancel := context.WithDeadline(work, env.at.Add(admitTimeout))
			defer cancel()
			if err := b.pressAsk(ctx, work, in, p); err != nil {
				b.notPressed(ctx, env, in, p.id, err)
				return
			}
			env.ack(nil)
		})
		return
	case actGood:
		err = b.judge(ctx, in.thread(b.self.team), in.Message.TS, in.User.ID, feedbackGood)
		if err == nil {
			b.tellPresser(ctx, in, textThanks)
		}
	case actBad:
		_, err = b.openDialog(ctx, in.TriggerID, feedbackModal(about{Channel: in.Channel.ID, Thread: in.thread(b.self.team).TS, Message: in.Message.TS, Of: p.value}))
	case actReviewed:
		err = b.pressReviewed(ctx, work, in)
	case actSettings:
		place := about{Channel: in.Channel.ID, Thread: in.thread(b.self.team).TS}
		err = b.openSettings(ctx, in.TriggerID, place, func(stands bool) {
			if !stands {
				b.notPressed(ctx, env, in, p.id, errNoDialog)
				return
			}
			env.ack(nil)
		})
		if errors.Is(err, errUnsure) {
			return
		}
	}
	if err != nil {
		b.notPressed(ctx, env, in, p.id, err)
		return
	}
	env.ack(nil)
}

var (
	errNoDialog = errors.New("bot: the dialog was not opened")
	// errNoAck, joined to another error, says that there is to be no ack.
	errNoAck = errors.New("bot: nothing came of it")
)

// knownAction keeps what Slack sends out of the metrics' labels.
func knownAction(action string) string {
	switch action {
	case actStop, actAgain, actContinue, actSecond, actGood, actBad, actReviewed, actSettings, shortcutAsk:
		return action
	}
	return "unknown"
}

// mayPress is checkCommand for somebody of whom Slack says the organisation.
func (b *Bot) mayPress(ctx context.Context, channel, user, team string) (verdict, error) {
	if team != "" && team != b.self.team && !b.cfg.AllowExternal {
		return verdictPerson, nil
	}
	return b.access.checkCommand(ctx, b.cfg, channel, user)
}

// notPressed tells the person that a press came to nothing. Unless Slack itself has
// refused it there is no ack, so that Slack shows it at the button as well.
func (b *Bot) notPressed(ctx context.Context, env envelope, in interaction, action string, err error) {
	if errors.Is(err, store.ErrNotFound) { // what people say of an answer goes with its thread
		env.ack(nil)
		b.tellPresser(ctx, in, textNotKept)
		return
	}
	ref := randomID(3)
	b.lg.Error("a press was not carried out", "ref", ref, "channel", clip(in.Channel.ID, 32), "action", knownAction(action), "error", err)
	if tokenRefused(err) {
		b.giveUp(err)
		return
	}
	if refusedForGood(err) && !errors.Is(err, errNoAck) {
		env.ack(nil)
	}
	b.tellPresser(ctx, in, textNotPressed(ref))
}

// tellPresser shows a sentence to whoever pressed, beside the road: Slack may be slow.
func (b *Bot) tellPresser(ctx context.Context, in interaction, text string) {
	ctx = context.WithoutCancel(ctx)
	b.threads.do("told "+in.User.ID, in.User.ID, func() {
		ctx, cancel := context.WithTimeout(ctx, tellTimeout)
		defer cancel()
		err := b.whisper(ctx, in.Channel.ID, in.Message.ThreadTS, in.User.ID, text)
		if err != nil && !errors.Is(err, context.Canceled) {
			b.lg.Warn("a person could not be told what became of a press", "channel", clip(in.Channel.ID, 32), "error", err)
		}
		if tokenRefused(err) {
			b.giveUp(err)
		}
	})
}

const tellTimeout = 30 * time.Second
