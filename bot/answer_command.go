package bot

import (
	"context"
	"strings"
)

// answerCommand carries out a command that was typed in a thread, or what a press
// has left to be done.
func (b *Bot) answerCommand(ctx context.Context, j *job) {
	q := j.question
	if strings.HasPrefix(q.Key.Act, reviewedAct) {
		err := persist(ctx, transient, func() error { return b.showReviews(ctx, q.Thread, q.Key.TS) })
		if err != nil && ctx.Err() == nil {
			j.lg.Error("a review was recorded but cannot be shown", "error", err)
		}
		b.finish(ctx, j, outcome{name: "command"})
		return
	}
	cmd := b.commandOf(q)
	inThread := q.Key.TS != q.Thread.TS
	switch {
	case cmd.verb == verbStop, cmd.verb == verbNone: // done when it came (halt.go)
		b.finish(ctx, j, outcome{name: "command"})
	case cmd.verb == verbRemark && b.stale(j):
		b.finish(ctx, j, outcome{name: "command"})
	case cmd.verb == verbRemark:
		b.answerPrivately(ctx, j, textRemark)
	case b.stale(j):
		b.answerPrivately(ctx, j, textStaleCommand)
	case cmd.verb == verbQuiet && !inThread && !isDirect(q.Thread.Channel):
		b.answerPrivately(ctx, j, textQuietInThread)
	case cmd.verb == verbQuiet: // in a direct message it is refused
		b.set(ctx, j, cmd)
	case !inThread && cmd.changes() && cmd.verb != verbPause && cmd.verb != verbResume:
		b.answerPrivately(ctx, j, textThreadOnly(q.Thread.Channel))
	case cmd.verb == verbErase:
		b.answerPrivately(ctx, j, textNothingErased)
	case cmd.verb == verbForget && !isDirect(q.Thread.Channel) && !strings.Contains(q.Text, "<@"+b.self.user):
		b.answerPrivately(ctx, j, textMentionToForget)
	case cmd.verb.threadOnly() && !inThread:
		b.answerPrivately(ctx, j, textReplyInThread)
	case cmd.verb == verbSummary, cmd.verb == verbImages:
		b.tellOfThread(ctx, j, cmd.verb)
	case cmd.verb == verbExport:
		b.exportThread(ctx, j)
	case cmd.verb == verbForget:
		b.forgetThread(ctx, j)
	default:
		b.set(ctx, j, cmd)
	}
}

// set carries out a command about settings.
func (b *Bot) set(ctx context.Context, j *job, cmd command) {
	q := j.question
	scope, err := b.scopeOf(ctx, j, cmd)
	var answer, told string
	if err == nil {
		answer, told, err = b.obey(ctx, scope, q.User, cmd)
	}
	if ctx.Err() != nil {
		return // still open: the next one carries it out
	}
	if err != nil {
		j.lg.Error("a command was not carried out", "verb", cmd.verb, "error", err)
		b.answerPrivately(ctx, j, textNotSaved+j.ref)
		return
	}
	if told == "" && scope.Thread != "" && cmd.changes() && !j.fresh {
		told, err = b.toldAnew(ctx, scope, q.User, cmd)
	}
	switch {
	case told == "":
	case scope.Thread == "":
		err = b.tellChannel(ctx, q.Thread.Channel, told)
	default:
		err = b.tellThread(ctx, j, told)
	}
	if err != nil && ctx.Err() == nil {
		j.lg.Warn("a change of settings could not be told", "error", err)
	}
	b.answerPrivately(ctx, j, answer)
}

// answerPrivately ends a command with a sentence for the person who gave it.
func (b *Bot) answerPrivately(ctx context.Context, j *job, answer string) {
	if ctx.Err() != nil {
		return // still open: the next one carries it out
	}
	q := j.question
	threadTS := ""
	if q.Key.TS != q.Thread.TS {
		threadTS = q.Thread.TS
	}
	if err := b.whisper(ctx, q.Thread.Channel, threadTS, q.User, answer); err != nil {
		if _, err = b.post(ctx, q.Thread, turn{usual, q.User}, nil, note(answer)); err != nil && ctx.Err() == nil {
			j.lg.Error("the answer to a command could not be shown", "error", err)
		}
	}
	b.finish(ctx, j, outcome{name: "command"})
}
