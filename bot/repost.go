package bot

import (
	"context"

	"github.com/medbuddy/medbuddy/store"
)

// This file gives the final text another message where the standing one cannot hold
// it: somebody has deleted it, or nobody may edit it any more, as workspaces can have
// it after a while. What stands is taken away once the new message is there, and only
// then is the new place remembered: when a process dies in between, the place of the
// question is still that of the old message, and whoever goes on finds the new one
// beside it.

// cannotHold says that Slack does not let a message that stands be changed into the
// final text.
func cannotHold(err error) bool {
	switch slackCode(err) {
	case "cant_update_message", "edit_window_closed", "msg_too_long":
		return true
	}
	return false
}

// update replaces the standing message by the final text. A message that is gone
// or can no longer be edited is replaced by a new one; one that Slack finds too
// rich is sent as plain text.
func (r *reply) update(ctx context.Context, text string, under foot, m mark) error {
	err := r.replace(ctx, r.ts, 0, m, rich(text, under))
	switch slackCode(err) {
	case "invalid_blocks", "invalid_blocks_format", "block_mismatch", "msg_blocks_too_long", "msg_too_long":
		err = r.replace(ctx, r.ts, 0, m, plain(fallback(text, under)))
	}
	if !cannotHold(err) && slackCode(err) != "message_not_found" {
		return err
	}
	ts, old, err := r.repost(ctx, text, under, m)
	if err != nil {
		return err
	}
	r.b.removePlaceholders(ctx, r.q, old)
	r.ts = ts
	if err := r.b.cfg.Store.Place(ctx, r.lease, r.q.Key, ts); err != nil {
		r.b.lg.Warn("the answer's new place was not remembered", "question", r.q.Key.String(), "error", err)
	}
	return nil
}

// repost shows the first part in another message than that at r.ts: in one that an
// earlier try has posted for the same reason, else in a new one. old are the messages
// that it stands in for.
func (r *reply) repost(ctx context.Context, text string, under foot, m mark) (ts string, old []string, err error) {
	old = []string{r.ts}
	look := r.again
	err = persist(ctx, transient, func() (err error) {
		for look {
			var whose mark
			if ts, whose, err = r.b.findBeside(ctx, r.q, 0, old); err != nil {
				return err
			}
			if ts == "" {
				break
			}
			err = r.replace(ctx, ts, 0, m, rich(text, under))
			switch {
			case !cannotHold(err):
				return err
			case whose.try == m.try:
				return nil // it was posted a moment ago, and Slack's answer was lost
			}
			old = append(old, ts)
		}
		look = true
		options := append(rich(text, under), metadata(r.q.Key, 0, m))
		ts, err = r.b.post(ctx, r.q.Thread, turn{urgent, r.q.User}, nil, options)
		return err
	})
	return ts, old, err
}

// removePlaceholders takes messages away that a final text stands in for. Where Slack
// refuses that they stay.
func (b *Bot) removePlaceholders(ctx context.Context, q store.Question, old []string) {
	ctx, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	for _, ts := range old {
		if err := b.remove(ctx, q, ts); err != nil && ctx.Err() == nil {
			b.lg.Warn("a placeholder could not be taken away", "question", q.Key.String(), "error", err)
		}
	}
}

// remove deletes a message of MedBuddy's; that it is gone already is as good.
func (b *Bot) remove(ctx context.Context, q store.Question, ts string) error {
	as := ask{method: chatDelete, idempotent: true, turn: turn{urgent, q.User}}
	err := b.web.tryAs(ctx, as, func() error {
		_, _, err := b.web.api.DeleteMessageContext(ctx, q.Thread.Channel, ts)
		return err
	})
	if slackCode(err) == "message_not_found" {
		return nil
	}
	return err
}
