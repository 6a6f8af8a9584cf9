package bot

import (
	"context"
	"errors"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// This file opens dialogs and takes what is submitted in them (modals.go).

const (
	viewsOpen    = "views.open"
	viewsUpdate  = "views.update"
	viewsPublish = "views.publish"
)

// errUnsure, joined to another error, says that nobody knows whether a dialog stands.
var errUnsure = errors.New("bot: nobody knows whether the dialog is open")

// openDialog shows a dialog to whoever pressed. The trigger is good once and for three
// seconds (docs.slack.dev/reference/methods/views.open), so nothing may come before it.
//
// A call that was not answered may have opened it all the same. So the dialog is given
// a name (external_id), by which it is found again: then it stands, and else the
// trigger is good still.
func (b *Bot) openDialog(ctx context.Context, trigger string, view slack.ModalViewRequest) (name string, err error) {
	name = randomID(16)
	view.ExternalID = name
	for again := true; ; again = false {
		err = b.web.try(ctx, viewsOpen, false, func() error {
			_, err := b.web.api.OpenViewContext(ctx, trigger, view)
			return err
		})
		if err == nil || !transient(err) {
			return name, err
		}
		switch found := b.updateDialog(ctx, name, view); {
		case found == nil:
			return name, nil
		case slackCode(found) != "not_found":
			return name, errors.Join(errUnsure, found)
		case !again:
			return name, err
		}
	}
}

// updateDialog shows another view in the dialog of that name.
func (b *Bot) updateDialog(ctx context.Context, name string, view slack.ModalViewRequest) error {
	view.ExternalID = name
	return b.web.try(ctx, viewsUpdate, true, func() error {
		_, err := b.web.api.UpdateViewContext(ctx, view, name, "", "")
		return err
	})
}

// shortcut opens the dialog in which to ask about a message.
func (b *Bot) shortcut(ctx context.Context, env envelope, in interaction) {
	if in.Callback != shortcutAsk {
		env.ack(nil)
		return
	}
	a := about{Channel: in.Channel.ID, Thread: in.thread(b.self.team).TS, Message: in.Message.TS}
	view := askModal(a)
	allowed, err := b.mayPress(ctx, in.Channel.ID, in.User.ID, in.User.Team)
	switch {
	case err != nil:
		view = sentenceModal(a, textAskAgain)
	case allowed != verdictTake:
		view = sentenceModal(a, allowed.refusal())
	}
	if err != nil {
		b.lg.Warn("nobody could say whether a person may ask", "channel", clip(in.Channel.ID, 32), "error", err)
		if tokenRefused(err) {
			b.giveUp(err)
			return
		}
	}
	if _, err := b.openDialog(ctx, in.TriggerID, view); err != nil {
		// Without an ack Slack says that it failed, also where MedBuddy cannot speak.
		b.notPressed(ctx, env, in, shortcutAsk, errors.Join(errNoAck, err))
		return
	}
	env.ack(nil)
}

// submit takes what was entered in a dialog. What is wrong with it is shown at its
// field; so is what could not be recorded, and the dialog stays open with what was
// typed.
func (b *Bot) submit(ctx, work context.Context, env envelope, in interaction) {
	a, ok := parseAbout(in.View.Private)
	if !ok {
		b.metrics.envelopes.WithLabelValues("malformed").Inc()
		env.ack(nil)
		return
	}
	field, take := inputScope, b.submitSettings
	switch in.View.Callback {
	case modalSettings:
	case modalAsk:
		field, take = inputQuestion, b.submitQuestion
	case modalFeedback:
		field, take = inputReason, b.submitFeedback
	default:
		env.ack(nil)
		return
	}
	allowed, err := b.mayPress(ctx, a.Channel, in.User.ID, in.User.Team)
	var faults map[string]string
	switch {
	case err != nil:
	case allowed != verdictTake:
		faults = map[string]string{field: allowed.refusal()}
	default:
		faults, err = take(ctx, work, a, in)
	}
	if err != nil {
		if tokenRefused(err) {
			b.giveUp(err)
			return
		}
		ref := randomID(3)
		b.lg.Error("what was entered in a dialog was not recorded", "ref", ref, "channel", clip(a.Channel, 32), "dialog", in.View.Callback, "error", err)
		faults = map[string]string{field: textNotPressed(ref)}
	}
	if len(faults) > 0 {
		env.ack(slack.NewErrorsViewSubmissionResponse(faults))
		return
	}
	env.ack(nil)
}

// submitQuestion takes a question that was asked by the shortcut. Its key is made of
// the message and the dialog: submitted twice it is one question.
func (b *Bot) submitQuestion(ctx, work context.Context, a about, in interaction) (map[string]string, error) {
	question, faults := parseQuestion(&in.View.State)
	if len(faults) > 0 {
		return faults, nil
	}
	if here, err := b.isIn(ctx, a.Channel); err != nil {
		return nil, err
	} else if !here {
		return map[string]string{inputQuestion: textNotThere}, nil
	}
	asked := tsAt(b.web.clock.now())
	if !after(asked, a.Message) { // the clocks differ, and it is about that message
		asked = tsAt(tsTime(a.Message).Add(time.Second))
	}
	err := b.admit(ctx, work, store.Question{
		Key:    store.QuestionKey{Team: b.self.team, Channel: a.Channel, TS: a.Message, Act: askAct + in.View.ID},
		Thread: store.ThreadKey{Team: b.self.team, Channel: a.Channel, TS: a.Thread},
		Kind:   store.KindAsk, User: in.User.ID, Text: entities.Replace(question), AskedTS: asked,
	})
	if errors.Is(err, store.ErrInvalidKey) || errors.Is(err, store.ErrTooLarge) {
		return map[string]string{inputQuestion: textNotThere}, nil
	}
	return nil, err
}

// isIn says whether MedBuddy is in a channel, where it can answer.
func (b *Bot) isIn(ctx context.Context, channel string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, accessTimeout)
	defer cancel()
	var c *slack.Channel
	err := b.web.try(ctx, "conversations.info", true, func() (err error) {
		c, err = b.web.api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: channel})
		return err
	})
	switch {
	case slackCode(err) == "channel_not_found":
		return false, nil
	case err != nil:
		return false, err
	}
	return c.IsMember || c.IsIM || c.IsMpIM, nil
}

func (b *Bot) submitFeedback(ctx, _ context.Context, a about, in interaction) (map[string]string, error) {
	reason, faults := parseReason(&in.View.State)
	if len(faults) > 0 {
		return faults, nil
	}
	t := store.ThreadKey{Team: b.self.team, Channel: a.Channel, TS: a.Thread}
	err := b.judge(ctx, t, a.Message, in.User.ID, reason)
	if errors.Is(err, store.ErrNotFound) {
		return map[string]string{inputReason: textNotKept}, nil
	}
	return nil, err
}
