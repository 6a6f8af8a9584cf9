package bot

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

type wireCommand struct {
	Trigger string `json:"trigger_id"`
	Channel string `json:"channel_id"`
	User    string `json:"user_id"`
	Command string `json:"command"`
	Text    string `json:"text"`
}

// slash carries out a slash command and answers it in the ack, which only its
// author sees. Slack does not deliver a command again, so there is always an
// answer: also when the store is slow, and then it says that nothing is sure.
func (b *Bot) slash(ctx context.Context, env envelope) {
	if b.stopping.Load() {
		return // the ack could not be sent any more: Slack says that it failed, and nothing was done
	}
	var c wireCommand
	if err := json.Unmarshal(env.payload, &c); err != nil || c.Channel == "" || c.User == "" {
		b.metrics.envelopes.WithLabelValues("malformed").Inc()
		env.ack(privately(textUnknownCommand))
		return
	}
	limited, cancel := context.WithDeadline(ctx, env.at.Add(admitTimeout))
	defer cancel()
	v, err := b.access.checkCommand(limited, b.cfg, c.Channel, c.User)
	if err != nil {
		b.lg.Warn("a command was refused because Slack could not say who gave it", "error", err)
		env.ack(privately(textAskAgain))
		if tokenRefused(err) {
			b.giveUp(err)
		}
		return
	}
	if v != verdictTake {
		b.metrics.questions.WithLabelValues(string(store.KindRefused)).Inc()
		env.ack(privately(v.refusal()))
		return
	}
	b.metrics.questions.WithLabelValues(string(store.KindCommand)).Inc()
	cmd := parseSlash(c.Command, c.Text)
	switch {
	case cmd.verb.threadOnly():
		env.ack(privately(textInThread(cmd.verb)))
		return
	case cmd.verb == verbSettings:
		err := b.openSettings(limited, c.Trigger, about{Channel: c.Channel}, func(bool) {})
		if err == nil {
			env.ack(nil)
			return
		}
		if tokenRefused(err) {
			env.ack(privately(textAskAgain))
			b.giveUp(err)
			return
		} // else they are told as text
	}
	answer, told, err := b.obey(limited, store.Scope{Team: b.self.team, Channel: c.Channel}, c.User, cmd)
	if err != nil {
		ref := randomID(3)
		b.lg.Error("a command was not carried out", "ref", ref, "channel", clip(c.Channel, 32), "verb", cmd.verb, "error", err)
		answer = textNotRead + ref
		if cmd.changes() {
			answer = textNotSaved + ref
		}
	}
	if told != "" && b.tellOfChange(ctx, limited, c, told) {
		answer += textNotInChannel
	}
	env.ack(privately(answer))
}

// tellOfChange tells the channel of a change of its settings, which may take longer
// than the ack can wait. It says whether it is known that MedBuddy is not there.
func (b *Bot) tellOfChange(ctx, limited context.Context, c wireCommand, told string) (notThere bool) {
	out := make(chan bool, 1)
	b.threads.do("told "+c.User, c.User, func() {
		ctx, cancel := context.WithTimeout(ctx, tellTimeout)
		defer cancel()
		err := b.tellChannel(ctx, c.Channel, told)
		code := slackCode(err)
		out <- code == "not_in_channel" || code == "channel_not_found"
		if err == nil {
			return
		}
		b.lg.Warn("a change of settings could not be told to the channel", "channel", clip(c.Channel, 32), "error", err)
		if tokenRefused(err) {
			b.giveUp(err)
		}
	})
	select {
	case notThere = <-out:
	case <-limited.Done():
	}
	return notThere
}

// changes says whether the command sets something.
func (c command) changes() bool {
	return c.verb == verbReset || c.verb == verbPause || c.verb == verbQuiet || c.verb == verbResume || c.value != "" && (c.verb == verbTemperature || c.verb == verbMaxTokens)
}

// privately is the payload of an ack that only the command's author sees.
func privately(text string) map[string]string {
	return map[string]string{"response_type": "ephemeral", "text": text}
}

func (b *Bot) tellChannel(ctx context.Context, channel, text string) error {
	return b.web.tryAs(ctx, ask{method: chatPost, channel: channel, turn: turn{urgency: usual}}, func() error {
		_, _, err := b.web.api.PostMessageContext(ctx, channel, plain(text)...)
		return err
	})
}

// tellPrivately shows text to the author of m alone.
func (b *Bot) tellPrivately(ctx context.Context, m message, text string) {
	err := b.whisper(ctx, m.channel, m.threadTS, m.user, text)
	if err != nil && !errors.Is(err, context.Canceled) {
		b.lg.Warn("a refusal could not be told", "channel", m.channel, "error", err)
	}
}

// whisper posts an ephemeral message, in the thread when there is one.
func (b *Bot) whisper(ctx context.Context, channel, threadTS, user, text string) error {
	options := plain(text)
	if threadTS != "" {
		options = append(options, slack.MsgOptionTS(threadTS))
	}
	return b.web.try(ctx, "chat.postEphemeral", true, func() error {
		_, err := b.web.api.PostEphemeralContext(ctx, channel, user, options...)
		return err
	})
}

// plain is a message of text alone that unfurls nothing.
func plain(text string) []slack.MsgOption {
	return []slack.MsgOption{slack.MsgOptionText(text, false), slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl()}
}
