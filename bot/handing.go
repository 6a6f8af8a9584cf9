package bot

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// This file carries out the commands by which a thread is handed on: summary, images
// and export.

// tellOfThread posts the hand-over note, or the ledger of images, in the thread, once.
func (b *Bot) tellOfThread(ctx context.Context, j *job, what verb) {
	q := j.question
	h, err := b.handover(ctx, j)
	if err != nil {
		b.cannotHandOver(ctx, j, err)
		return
	}
	if !h.holds() {
		b.answerPrivately(ctx, j, textNothingHeld)
		return
	}
	text := textLedger(ledger{thread: h.thread, link: h.link})
	if what == verbSummary {
		text = textSummary(h)
	}
	parts := split(text, partRunes)
	m := mark{try: j.ref, parts: len(parts)}
	for i, part := range parts {
		// Posted empty and filled then: whoever is named in an update is not notified.
		ts, _, err := b.postOnce(ctx, q, i, mark{}, !j.fresh, nil, plain(textWritingNote))
		if err == nil {
			err = b.web.tryAs(ctx, ask{method: chatUpdate, idempotent: true, turn: turn{urgent, q.User}}, func() error {
				_, _, _, err := b.web.api.UpdateMessageContext(ctx, q.Thread.Channel, ts, append(rich(part, foot{}), metadata(q.Key, i, m))...)
				return err
			})
		}
		if err != nil {
			b.cannotSpeak(ctx, j, err)
			return
		}
	}
	b.finish(ctx, j, outcome{name: "command"})
}

// handover reads all that a note is made of.
func (b *Bot) handover(ctx context.Context, j *job) (handover, error) {
	t := j.question.Thread
	h := handover{self: b.self.user, link: func(ts string) string { return permalink(b.self.url, t.Channel, ts, t.TS) }}
	var err error
	if h.thread, err = b.current(ctx, j); err != nil {
		return h, fmt.Errorf("reading the thread: %w", err)
	}
	open, err := b.cfg.Store.Open(ctx, t)
	if err != nil {
		return h, fmt.Errorf("reading the open questions: %w", err)
	}
	for _, q := range open {
		if q.Kind != store.KindCommand {
			h.open = append(h.open, q)
		}
	}
	h.set, err = b.settingsFor(ctx, t.Scope())
	return h, err
}

func (b *Bot) cannotHandOver(ctx context.Context, j *job, err error) {
	if ctx.Err() != nil {
		return // still open: the next one does it
	}
	j.lg.Error("a thread could not be handed over", "error", err)
	if tokenRefused(err) {
		b.giveUp(err)
		return
	}
	b.answerPrivately(ctx, j, textNotHandedOver(j.ref))
}

// exportThread posts the whole conversation as a text file in the thread, once: what is
// in Slack, with what the store knows of images and answers.
func (b *Bot) exportThread(ctx context.Context, j *job) {
	q := j.question
	h, err := b.handover(ctx, j)
	if err != nil {
		b.cannotHandOver(ctx, j, err)
		return
	}
	if !h.holds() { // what stands in Slack alone is not MedBuddy's to hand on: it may be what was forgotten
		b.answerPrivately(ctx, j, textNothingHeld)
		return
	}
	e, err := b.export(ctx, j, h)
	if err != nil {
		b.cannotHandOver(ctx, j, err)
		return
	}
	data := []byte(exportText(e))
	title := exportTitle(tsTime(q.Key.TS))
	look := !j.fresh
	err = persist(ctx, transient, func() error {
		if look {
			titles, err := b.shownTitles(ctx, q)
			if err != nil || titles[title] {
				return err
			}
		}
		look = true
		id, err := b.uploadFile(ctx, "conversation.txt", "", data)
		if err != nil {
			return err
		}
		return b.web.try(ctx, completeUpload, false, func() error {
			_, err := b.web.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
				Files: []slack.FileSummary{{ID: id, Title: title}}, Channel: q.Thread.Channel, ThreadTimestamp: q.Thread.TS,
				InitialComment: textExported(messagesIn(e.thread)),
			})
			return err
		})
	})
	if err != nil {
		b.cannotHandOver(ctx, j, err)
		return
	}
	b.finish(ctx, j, outcome{name: "command"})
}

// holds says whether anything of the thread is held that can be told.
func (h handover) holds() bool { return len(h.thread.Turns) > 0 || len(h.thread.Images) > 0 }

// export reads all that the file is made of: what the store holds, and what was written
// since.
func (b *Bot) export(ctx context.Context, j *job, h handover) (export, error) {
	since, err := b.gather(ctx, h.thread, j)
	if err != nil {
		return export{}, fmt.Errorf("reading what was written since: %w", err)
	}
	turn := store.Turn{Role: store.RoleUser}
	for _, m := range since[:len(since)-1] { // the last one is the command
		turn.Messages = append(turn.Messages, m.Message)
	}
	if len(turn.Messages) > 0 {
		h.thread.Turns = append(h.thread.Turns, turn)
	}
	e := export{thread: h.thread, open: h.open, set: h.set, self: h.self, link: h.link, by: j.question.User, at: b.web.clock.now()}
	e.names, err = b.names(ctx, peopleIn(e))
	return e, err
}

// names asks Slack how people are called. Of whom it does not say stay the ids.
func (b *Bot) names(ctx context.Context, users []string) (map[string]string, error) {
	names := map[string]string{}
	for _, id := range users {
		var u *slack.User
		err := b.web.try(ctx, "users.info", true, func() (err error) { u, err = b.web.api.GetUserInfoContext(ctx, id); return err })
		switch {
		case err != nil && transient(err):
			return nil, fmt.Errorf("asking for the names of people: %w", err)
		case err != nil:
			continue
		}
		names[id] = cmp.Or(u.Profile.DisplayName, u.RealName, u.Name)
	}
	return names, nil
}

// peopleIn lists who appears in an export, at most maxNames.
func peopleIn(e export) (users []string) {
	add := func(id string) {
		if id != "" && !slices.Contains(users, id) && len(users) < maxNames {
			users = append(users, id)
		}
	}
	add(e.by)
	for _, t := range e.thread.Turns {
		add(t.User)
		for _, m := range t.Messages {
			add(m.User)
		}
	}
	for _, r := range e.thread.Images {
		add(r.User)
	}
	for _, v := range e.thread.Verdicts {
		add(v.User)
	}
	for _, q := range e.open {
		add(q.User)
	}
	return users
}

const maxNames = 60

func messagesIn(t store.Thread) (n int) {
	for _, turn := range t.Turns {
		n += max(len(turn.Messages), 1)
	}
	return n
}

// exportTitle is the title of an export: by it MedBuddy knows its own.
func exportTitle(at time.Time) string {
	return "Conversation up to " + at.UTC().Format("2006-01-02 15:04:05") + " UTC"
}

// uploadFile brings a file to Slack, where nobody sees it yet.
func (b *Bot) uploadFile(ctx context.Context, name, alt string, data []byte) (fileID string, err error) {
	var at *slack.GetUploadURLExternalResponse
	err = b.web.try(ctx, getUploadURL, true, func() (err error) {
		at, err = b.web.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{FileName: name, FileSize: len(data), AltTxt: alt})
		return err
	})
	if err != nil {
		return "", err
	}
	// An upload address is good once: what went wrong begins again with a new one.
	return at.FileID, b.web.try(ctx, upload, false, func() error {
		return b.web.downloads.UploadToURL(ctx, slack.UploadToURLParameters{UploadURL: at.UploadURL, Reader: bytes.NewReader(data), Filename: name})
	})
}
