package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// reviewedAct marks the question that shows a review under an answer.
const reviewedAct = "reviewed."

// pressReviewed records that a person has checked an answer, and shows it with the
// name and the time under it. The showing is a question of its own, so that it also
// comes about when the process ends now; the record is made first.
func (b *Bot) pressReviewed(ctx, work context.Context, in interaction) error {
	t, now := in.thread(b.self.team), b.web.clock.now()
	_, err := b.cfg.Store.SetVerdict(ctx, t, in.Message.TS, in.User.ID, func(v store.Verdict) store.Verdict {
		if v.Reviewed.IsZero() {
			v.Reviewed = now.UTC().Truncate(time.Second)
		}
		return v
	})
	if err != nil {
		return fmt.Errorf("recording a review: %w", err)
	}
	q := store.Question{
		Key:    store.QuestionKey{Team: b.self.team, Channel: in.Channel.ID, TS: in.Message.TS, Act: reviewedAct + in.User.ID},
		Thread: t, Kind: store.KindCommand, User: in.User.ID,
	}
	if err := b.admit(ctx, work, q); err != nil {
		return err
	}
	// At once, too: the thread's lane may be busy with an answer.
	b.threads.do("review "+in.Message.TS, in.User.ID, func() {
		ctx, cancel := context.WithTimeout(work, tellTimeout)
		defer cancel()
		if err := b.showReviews(ctx, t, in.Message.TS); err != nil {
			b.lg.Warn("a review was recorded but is not shown yet", "channel", clip(t.Channel, 32), "error", err)
		}
	})
	return nil
}

// reviewsBlock is the id of the block that names who has reviewed an answer.
const reviewsBlock = "reviews"

// showReviews writes under an answer who has reviewed it, from what the store knows.
// Done again it changes nothing.
func (b *Bot) showReviews(ctx context.Context, t store.ThreadKey, answerTS string) error {
	m, err := b.ownMessage(ctx, t, answerTS)
	if err != nil || m == nil {
		return err
	}
	for shown := m.line; ; {
		thread, err := b.cfg.Store.Thread(ctx, t)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("reading the reviews: %w", err)
		}
		line := reviewLine(thread.Verdicts, answerTS)
		if line == shown {
			return nil
		}
		as := ask{method: chatUpdate, idempotent: true, turn: turn{usual, ""}}
		err = b.web.tryAs(ctx, as, func() error {
			_, _, _, err := b.web.api.UpdateMessageContext(ctx, t.Channel, answerTS, m.with(line)...)
			return err
		})
		if err != nil {
			return err
		}
		shown = line // somebody else may have reviewed it meanwhile
	}
}

// reviewable is a message of MedBuddy's, without the line of its reviewers.
type reviewable struct {
	text   string
	blocks []slack.Block
	line   string // the reviewers that it names
}

// ownMessage reads one message of MedBuddy's in a thread; nil when it is gone.
func (b *Bot) ownMessage(ctx context.Context, t store.ThreadKey, ts string) (*reviewable, error) {
	var found *reviewable
	params := slack.GetConversationRepliesParameters{ChannelID: t.Channel, Timestamp: t.TS, Oldest: ts, Latest: ts, Inclusive: true}
	err := b.eachReply(ctx, params, func(m slack.Message) bool {
		if m.Timestamp != ts || !b.isOwn(m) {
			return false
		}
		found = &reviewable{text: m.Text}
		for _, block := range m.Blocks.BlockSet {
			c, ok := block.(*slack.ContextBlock)
			if !ok || c.BlockID != reviewsBlock {
				found.blocks = append(found.blocks, block)
				continue
			}
			for _, e := range c.ContextElements.Elements {
				if o, ok := e.(*slack.TextBlockObject); ok {
					found.line = o.Text
				}
			}
		}
		return true
	})
	return found, err
}

// with are the options of an update that names the reviewers, above the buttons. The
// text beside the blocks stays as it is: it may be as long as Slack allows.
func (m *reviewable) with(line string) []slack.MsgOption {
	blocks := m.blocks
	if line != "" {
		at := len(blocks)
		for i, block := range blocks {
			if block.BlockType() == slack.MBTAction {
				at = i
			}
		}
		named := slack.NewContextBlock(reviewsBlock, slack.NewTextBlockObject(slack.MarkdownType, line, false, true))
		blocks = append(append(append([]slack.Block{}, blocks[:at]...), named), blocks[at:]...)
	}
	return append(plain(m.text), slack.MsgOptionBlocks(blocks...))
}
