package bot

import (
	"context"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/store"
)

// lookTwice is the second look: the same question in other words, and once in the same
// words without the image. That one call is the only one about an image that is not
// sent; it is made to find out whether the answer needed the image at all, and what
// comes of it is shown as just that.
func (b *Bot) lookTwice(ctx context.Context, j *job, p recalled, set settings) (outcome, error) {
	j.quiet = true
	j.reply.grow(textLookingTwice, true)
	question := plainText(p.question, b.self.user, nobody)
	other := p.seen
	other.now = slices.Clone(other.now)
	last := &other.now[len(other.now)-1]
	last.Text = entities.Replace(otherWords(question))
	out, err := b.ask(ctx, j, p.thread, other, set)
	if err != nil || out.answer == nil {
		return out, err
	}
	look := secondLook{first: p.answer.Text, again: out.answer.Text, part: out.name != "answered" || out.cut}
	notes := strings.TrimPrefix(out.text, mrkdwn(out.answer.Text))
	blind := sight{now: []store.Message{{TS: last.TS, User: last.User, Text: entities.Replace(sameWords(question))}}}
	req, _, err := b.compose(ctx, store.Thread{Key: p.thread.Key}, blind, set, b.contextTokens())
	if err != nil {
		return outcome{}, err
	}
	without, err := b.say(ctx, j, req, func() {})
	if cause := ended(ctx); cause != nil {
		return outcomeEnded(cause, nil), nil
	}
	if err != nil {
		j.lg.Warn("the model gave no answer without the image", "kind", asTrouble(err).Kind, "error", err)
	}
	look.without = without.text
	if err != nil || without.end.Finish == medgemma.FinishRepetition {
		look.without = ""
	}
	out.text, out.cut = strings.TrimSpace(textSecondLook(look)+notes), false
	return out, nil
}
