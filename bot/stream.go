package bot

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// In a direct message an answer grows by Slack's own streaming, which is smooth and
// costs little of Slack's rates. In a channel it would be seen by one person alone
// (docs.slack.dev/reference/methods/chat.startStream), so there it grows by
// chat.update. The stream is a message of its own below the placeholder, and only
// for looking at: the final text goes into the placeholder, as everywhere, and the
// stream is taken away. Whatever becomes of it, the answer is where it is found again.
//
// Slack ends a stream after about five minutes, may refuse to begin one, and takes
// no stream that was begun before a restart: then chat.update goes on.

const (
	startStream  = "chat.startStream"
	appendStream = "chat.appendStream"
	stopStream   = "chat.stopStream"
	chatDelete   = "chat.delete"

	// streamRunes bounds what is streamed, below the 12,000 characters of a
	// Markdown message; the rest comes with the final text.
	streamRunes = 10_000

	streamTimeout = 3 * time.Second // of a call, as of a growing text
)

// stream is a growing answer as Slack streams it. The zero stream has not begun.
type stream struct {
	ts   string // "" before it has begun
	sent string // what Slack has of it
	over bool   // it cannot go on: refused, closed by Slack, or taken away
	lost bool   // its beginning was not answered: it may stand all the same
	free func() // gives back its share of appendStream's rate; nil before it has begun
}

// stream shows the answer so far in the reply's stream, and says whether that was
// done; when it was not, the text is to be shown in another way.
func (r *reply) stream(ctx context.Context, markdown string) bool {
	s := &r.live
	if s.over || !isDirect(r.q.Thread.Channel) {
		return false
	}
	text := streamable(markdown)
	rest, ok := strings.CutPrefix(text, s.sent)
	switch {
	case !ok: // the model has taken something back
		s.over = true
		return false
	case strings.TrimSpace(rest) == "":
		return s.ts != ""
	}
	method := appendStream
	if s.ts == "" {
		method = startStream
	}
	if !r.b.web.gates.of(method, "").takeSpare() {
		return s.ts != "" // later, with what there is then
	}
	var err error
	if s.ts == "" {
		if err = r.beginStream(ctx, rest); err != nil {
			s.lost = transient(err)
		} else {
			s.free = r.b.web.gates.of(appendStream, "").promise(r.q.Key.String())
		}
		if err == nil && r.b.web.gates.of(chatUpdate, "").takeSpare() {
			// The placeholder keeps the Stop button.
			_ = r.updateOnce(ctx, growTimeout, r.b.unfinished(r.q, r.lead, textBelow)) // best effort
		}
	} else {
		err = r.streamCall(ctx, appendStream, func(ctx context.Context) error {
			_, _, err := r.b.web.api.AppendStreamContext(ctx, r.q.Thread.Channel, s.ts, slack.MsgOptionMarkdownText(rest))
			return err
		})
	}
	if err != nil {
		s.over = true
		return false
	}
	s.sent = text
	return true
}

func (r *reply) beginStream(ctx context.Context, text string) error {
	return r.streamCall(ctx, startStream, func(ctx context.Context) (err error) {
		_, r.live.ts, err = r.b.web.api.StartStreamContext(ctx, r.q.Thread.Channel, slack.MsgOptionTS(r.q.Thread.TS),
			slack.MsgOptionRecipientUserID(r.q.User), slack.MsgOptionRecipientTeamID(r.b.self.team), slack.MsgOptionMarkdownText(text))
		return err
	})
}

// streamCall makes a call about a stream, once. Like an update, it is waited for: what
// is under way could otherwise arrive after the final text.
func (r *reply) streamCall(ctx context.Context, method string, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), streamTimeout)
	defer cancel()
	err := call(ctx)
	r.b.metrics.slack.WithLabelValues(method, result(err)).Inc()
	return err
}

// endStream takes the stream away, once the answer stands in the placeholder.
func (r *reply) endStream(ctx context.Context) {
	if r.live.lost {
		r.b.removeStreams(ctx, r.q)
	}
	if r.live.ts == "" {
		return
	}
	r.live.over = true
	r.b.removeStream(ctx, r.q, r.live.ts)
}

// removeStream takes a message away that was a stream. One that cannot be deleted is
// made to say that the answer stands elsewhere.
func (b *Bot) removeStream(ctx context.Context, q store.Question, ts string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), showTimeout)
	defer cancel()
	channel := q.Thread.Channel
	as := func(method string) ask { return ask{method: method, idempotent: true, turn: turn{urgent, q.User}} }
	_ = b.web.tryAs(ctx, as(stopStream), func() error { // one that Slack has closed cannot be stopped, and need not be
		_, _, err := b.web.api.StopStreamContext(ctx, channel, ts)
		return err
	})
	err := b.remove(ctx, q, ts)
	if err == nil {
		return
	}
	b.lg.Warn("a streamed text could not be taken away", "question", q.Key.String(), "error", err)
	err = b.web.tryAs(ctx, as(chatUpdate), func() error {
		_, _, _, err := b.web.api.UpdateMessageContext(ctx, channel, ts, plain(textAbove)...)
		return err
	})
	if err != nil {
		b.lg.Warn("nor could it be replaced", "question", q.Key.String(), "error", err)
	}
}

// removeStreams takes away the streams that were left in the thread of a direct
// message, by an earlier try or by a beginning that was not answered. MedBuddy's other
// messages there have metadata, or files.
func (b *Bot) removeStreams(ctx context.Context, q store.Question) {
	if !isDirect(q.Thread.Channel) {
		return
	}
	var left []string
	params := slack.GetConversationRepliesParameters{ChannelID: q.Thread.Channel, Timestamp: q.Thread.TS, Oldest: q.Key.TS, IncludeAllMetadata: true}
	err := b.eachReply(ctx, params, func(m slack.Message) bool {
		if b.isOwn(m) && m.Metadata.EventType == "" && len(m.Files) == 0 && m.Timestamp != q.Thread.TS && after(m.Timestamp, q.Key.TS) {
			left = append(left, m.Timestamp)
		}
		return false
	})
	if err != nil && ctx.Err() == nil {
		b.lg.Warn("the thread could not be looked through for streamed texts", "question", q.Key.String(), "error", err)
	}
	for _, ts := range left {
		b.removeStream(ctx, q, ts)
	}
}

// markupLinks breaks what makes a link or a picture of Markdown.
var markupLinks = strings.NewReplacer("](", "] (", "![", "[", "][", "] [", "]:", "] :")

// streamable is what of an unfinished answer can be streamed: whole words, harmless in
// Slack, and such that what comes later only adds to it. The final text replaces it.
func streamable(markdown string) string {
	text := visible(markdown)
	end := strings.LastIndexFunc(text, unicode.IsSpace)
	if end < 0 {
		return ""
	}
	text = markupLinks.Replace(inert(text[:end]))
	if r := []rune(text); len(r) > streamRunes {
		text = string(r[:streamRunes])
	}
	return text
}
