package bot

import (
	"context"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/medgemma"
)

// said is what the model has said so far, or in all.
type said struct {
	text string
	end  medgemma.End
}

// answerTimeout bounds one call of the model, the wake-up of an endpoint that was
// scaled to zero (up to 20 minutes) included.
const answerTimeout = 25 * time.Minute

// generate puts the request to the model, one of Concurrency at a time, and lets
// the thread see the text grow. What was said before an error stands in said.
// begun is called when the first of it is there.
func (b *Bot) generate(ctx context.Context, j *job, req medgemma.Request, begun func()) (said, error) {
	select {
	case b.model <- struct{}{}:
	default:
		j.reply.grow(textQueued, true)
		select {
		case b.model <- struct{}{}:
		case <-ctx.Done():
			return said{}, context.Cause(ctx)
		}
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
			j.reply.grow(textWaiting(*chunk.Wait), true)
		case chunk.End != nil:
			out.end = *chunk.End
		case chunk.Drop: // all of it was thinking; the answer follows
			text.Reset()
			j.reply.grow("", false)
		default:
			if text.Len() == 0 {
				b.metrics.stage("first_text", start)
				begun()
			}
			text.WriteString(chunk.Text)
			j.reply.grow(text.String(), false)
		}
	}
	b.metrics.model.WithLabelValues("ok").Inc()
	out.text = text.String()
	return out, nil
}
