package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// threadMessage is a message of the thread with the files that came with it.
type threadMessage struct {
	store.Message
	files []file
}

// Bounds of what is read of a thread.
const (
	repliesPage  = 200 // Slack recommends no more (conversations.replies)
	repliesPages = 25  // 5,000 messages
	// gatherBytes is the most text that one turn keeps, below what a store's
	// document takes (store.MaxTurnBytes); it is far over any model's context.
	gatherBytes = 512 << 10
)

// gather reads what people wrote and posted in the thread since the last turn, up
// to the question, oldest first and the question last. At first sight that is
// the whole thread, whoever wrote in it, and then j also notes what was written
// after the question. The question's own words are those that were admitted, also
// when they were edited since.
func (b *Bot) gather(ctx context.Context, t store.Thread, j *job) ([]threadMessage, error) {
	defer b.metrics.stage("gather", time.Now())
	q, last := j.question, lastTS(t)
	asked, held := questionTS(q), q.Of == "" // whether its words are known from the store
	var found []slack.Message
	first := firstAsked(t)
	newer := first != "" && !after(first, asked) // what is newer was looked at with an earlier question
	params := slack.GetConversationRepliesParameters{ChannelID: q.Thread.Channel, Timestamp: q.Thread.TS, Oldest: last, Inclusive: true}
	if !held && last != "" {
		params.Oldest = earlier(last, asked)
	}
	if newer {
		params.Latest = asked
	}
	var err error
	if j.listing != nil { // it was read whole a moment ago
		found, err = j.listing.messages, j.listing.err
	} else {
		err = b.eachReply(ctx, params, func(m slack.Message) bool { found = append(found, m); return false })
	}
	own := threadMessage{Message: store.Message{TS: asked, User: q.User, Text: q.Text, Posted: q.Key.Act == ""}}
	if err != nil {
		if asked != q.Thread.TS || len(q.Files) == 0 || ctx.Err() != nil {
			return nil, err
		}
		// A question that starts its thread stands on its own, and its files are
		// known from the event: they can be asked for one by one.
	}
	var out []threadMessage
	for _, m := range found {
		switch {
		case m.Timestamp == asked:
			own.files, own.Posted = filesOf(m), true
			if !held {
				own.User, own.Text, held = author(m), m.Text, true
			}
		case after(m.Timestamp, asked):
			if !newer {
				j.later = append(j.later, m)
			}
		case !after(m.Timestamp, last), b.isOwn(m), !slices.Contains(append(human, "bot_message"), m.SubType):
		case b.isCommand(m.Text, isDirect(q.Thread.Channel), strings.Contains(m.Text, "<@"+b.self.user)):
		default:
			out = append(out, threadMessage{store.Message{TS: m.Timestamp, User: author(m), Text: m.Text, Posted: true}, filesOf(m)})
		}
	}
	if !held {
		return nil, errAskedGone
	}
	for _, id := range q.Files { // not in the thread (any more), or not asked for
		if !slices.ContainsFunc(own.files, func(f file) bool { return f.ID == id }) {
			own.files = append(own.files, file{ID: id})
		}
	}
	if strings.TrimSpace(plainText(own.Text, b.self.user, nobody)) == "" {
		own.Text = defaultQuestion
	}
	return trimText(append(out, own)), nil
}

// errAskedGone says that the message that had asked is not in the thread any more.
var errAskedGone = errors.New("bot: the message that asked is gone")

// lastTS is the newest message that a turn of the thread holds already.
func lastTS(t store.Thread) string {
	last := ""
	for _, turn := range t.Turns {
		for _, m := range turn.Messages {
			if after(m.TS, last) {
				last = m.TS
			}
		}
	}
	return last
}

// eachReply pages through a thread, at most repliesPages pages of it, and shows
// each message to visit until that says stop.
func (b *Bot) eachReply(ctx context.Context, params slack.GetConversationRepliesParameters, visit func(slack.Message) (stop bool)) error {
	_, err := b.pageReplies(ctx, params, nil, visit)
	return err
}

// pageReplies is eachReply, and says whether it came to the thread's end. before,
// unless nil, is called before each page but the first.
func (b *Bot) pageReplies(ctx context.Context, params slack.GetConversationRepliesParameters, before func() error, visit func(slack.Message) (stop bool)) (whole bool, err error) {
	params.Limit = repliesPage
	for n := range repliesPages {
		if n > 0 && before != nil {
			if err := before(); err != nil {
				return false, err
			}
		}
		var page []slack.Message
		var more bool
		err := b.web.try(ctx, "conversations.replies", true, func() (err error) {
			page, more, params.Cursor, err = b.web.api.GetConversationRepliesContext(ctx, &params)
			return err
		})
		if err != nil || slices.ContainsFunc(page, visit) || !more || params.Cursor == "" {
			return err == nil && !more, err
		}
	}
	return false, nil
}

func (b *Bot) isOwn(m slack.Message) bool {
	return m.User == b.self.user || m.BotID != "" && m.BotID == b.self.bot
}

// isCommand says whether a message is a command to MedBuddy, and so no part of
// the conversation: in a DM, or with a mention.
func (b *Bot) isCommand(text string, direct, mention bool) bool {
	return (direct || mention) && parseWords(plainText(text, b.self.user, nobody)).verb != verbNone
}

// commandOf is the command that a message is.
func (b *Bot) commandOf(q store.Question) command {
	return parseWords(plainText(q.Text, b.self.user, nobody))
}

// isDirect says whether a channel is a DM: Slack's ids of those begin with D.
func isDirect(channel string) bool { return strings.HasPrefix(channel, "D") }

func author(m slack.Message) string {
	if m.User != "" {
		return m.User
	}
	return m.BotID
}

// file is what is needed of a Slack file. Name and title are left out on purpose:
// they often hold a patient's name.
type file struct {
	ID          string
	Mode        string // hosted, external, tombstone, hidden_by_limit, file_access ...
	IsExternal  bool
	Size        int64
	CopyURL     string // of the picture that Slack made of it (thumb_1024); "" when it made none
	URL         string // url_private
	DownloadURL string // url_private_download
}

// filesOf lists the files of a message, and of messages that it forwards.
func filesOf(m slack.Message) []file {
	var out []file
	for _, f := range m.Files {
		out = append(out, fileOf(f))
	}
	for _, a := range m.Attachments {
		for _, f := range a.Files {
			out = append(out, fileOf(f))
		}
	}
	return out
}

func fileOf(f slack.File) file {
	return file{ID: f.ID, Mode: f.Mode, IsExternal: f.IsExternal, Size: int64(f.Size), URL: f.URLPrivate, DownloadURL: f.URLPrivateDownload, CopyURL: f.Thumb1024}
}

// after compares two Slack ts by value; the empty one is before all others.
func after(a, b string) bool {
	return a != "" && (b == "" || store.CompareTS(a, b) > 0)
}

// trimText drops the text of the oldest messages, never of the last, until all
// fits one turn of the store. Their images stay.
func trimText(messages []threadMessage) []threadMessage {
	sum := 0
	for i := len(messages) - 1; i >= 0; i-- {
		sum += len(messages[i].Text)
		if sum > gatherBytes && i < len(messages)-1 {
			messages[i].Text = ""
		}
	}
	return messages
}

// slackSentence says why the thread could not be read.
func slackSentence(err error, ref string) string {
	if errors.Is(err, errAskedGone) {
		return textForgotten // or it was asked by the shortcut
	}
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) && refused.Err == "missing_scope" {
		return textMissingScope(refused.Needed, ref)
	}
	return textThreadUnread(ref)
}
