package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// What a person edits is edited here, too: a name that was taken out of a message must
// not stand in the next request, in a hand-off note, or in the file. An answer that is
// being made then is about the words as they were.

// tellsOfEdit says whether a payload may tell of a person's edit. Each chat.update of
// MedBuddy's comes back as a message_changed, with a bot_id: that is seen before
// anything is decoded.
func tellsOfEdit(payload json.RawMessage) bool {
	return bytes.Contains(payload, []byte(`"message_changed"`)) && !bytes.Contains(payload, []byte(`"bot_id"`))
}

// messageEdited reads docs.slack.dev/reference/events/message/message_changed. It
// returns errIgnored when the words are as they were: a link was unfurled, or a thread
// has a reply more.
func messageEdited(event json.RawMessage) (notice, error) {
	var ev struct {
		Channel string `json:"channel"`
		Message struct {
			Text     string `json:"text"`
			TS       string `json:"ts"`
			ThreadTS string `json:"thread_ts"`
		} `json:"message"`
		Previous struct {
			Text string `json:"text"`
		} `json:"previous_message"`
	}
	if err := json.Unmarshal(event, &ev); err != nil {
		return notice{}, shapeError(err)
	}
	if ev.Message.Text == ev.Previous.Text {
		return notice{}, errIgnored
	}
	n, err := messageGone(ev.Channel, ev.Message.TS, ev.Message.ThreadTS)
	n.edited, n.words = true, ev.Message.Text
	return n, err
}

// reword carries out a notice of an edit.
func (b *Bot) reword(ctx context.Context, t store.ThreadKey, n notice) error {
	if err := b.cfg.Store.EditMessage(ctx, t, n.ts, n.words); err != nil {
		return fmt.Errorf("editing what is held of a message: %w", err)
	}
	return nil
}

// edits are the notices of the edits that a thread in the store lacks.
func (l listing) edits(t store.Thread) (list []notice) {
	now := map[string]slack.Message{}
	for _, m := range l.messages {
		now[m.Timestamp] = m
	}
	for _, turn := range t.Turns {
		for _, held := range turn.Messages {
			m, listed := now[held.TS]
			if listed && m.Edited != nil && !l.buried(held.TS) && held.Text != "" && held.Text != m.Text {
				list = append(list, notice{channel: t.Key.Channel, ts: held.TS, threadTS: t.Key.TS, edited: true, words: m.Text})
			}
		}
	}
	return list
}
