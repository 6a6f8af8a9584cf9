package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/medgemma"
)

// said is what the model has said so far, or in all.
type said struct {
	text  string
	end   medgemma.End
	again bool // the connection broke once, and the model was asked a second time
}

// say puts the request to the model. When the connection breaks in the middle of
// the answer it asks once more: what was said stands in the thread until more
// than that has come, and is what is left when nothing more comes.
func (b *Bot) say(ctx context.Context, j *job, req medgemma.Request, begun func()) (said, error) {
	first, err := b.generate(ctx, j, req, "", begun)
	var trouble *medgemma.Error
	if first.text == "" || ctx.Err() != nil || !errors.As(err, &trouble) || trouble.Kind != medgemma.KindCut {
		return first, err
	}
	j.lg.Warn("the connection to the model broke; asking once more", "error", err)
	if !j.quiet {
		j.reply.grow(first.text+"\n\n"+textAskingAgain, false)
	}
	second, err2 := b.generate(ctx, j, req, first.text, begun)
	if err2 != nil && len(second.text) < len(first.text) {
		second, err2 = first, err
	}
	second.again = true
	return second, err2
}

// answerTimeout bounds one call of the model, the wake-up of an endpoint that was
// scaled to zero (up to 20 minutes) included.
const answerTimeout = 25 * time.Minute

// generate puts the request to the model, one of Concurrency at a time, and lets
// the thread see the text grow. What was said before an error stands in said.
// begun is called when the first of it is there. The thread keeps showing standing,
// the text of an earlier try, until there is more than that.
func (b *Bot) generate(ctx context.Context, j *job, req medgemma.Request, standing string, begun func()) (said, error) {
	select {
	case b.model <- struct{}{}:
	case <-ctx.Done():
		return said{}, context.Cause(ctx)
	}
	defer func() { <-b.model }()
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	start := time.Now()
	defer b.metrics.stage("model", start)
	var out said
	var text strings.Builder
	for chunk, err := range b.cfg.Model.Generate(ctx, req) {
		switch {
		case err != nil:
			b.metrics.model.WithLabelValues(string(asTrouble(err).Kind)).Inc()
			out.text = text.String()
			return out, err
		case chunk.Wait != nil:
			if standing == "" {
				j.reply.grow(textWaiting(*chunk.Wait), true)
			}
		case chunk.End != nil:
			out.end = *chunk.End
		case chunk.Drop: // all of it was thinking; the answer follows
			text.Reset()
			if standing == "" && !j.quiet {
				j.reply.grow("", false)
			}
		default:
			if text.Len() == 0 {
				b.metrics.stage("first_text", start)
				begun()
			}
			text.WriteString(chunk.Text)
			out.end.Model = chunk.Model
			if text.Len() > len(standing) && !j.quiet {
				j.reply.grow(text.String(), false)
			}
		}
	}
	b.metrics.model.WithLabelValues("ok").Inc()
	out.text = text.String()
	out.text = out.text[:max(0, len(out.text)-out.end.Repeated)] // only said the same again
	return out, nil
}
