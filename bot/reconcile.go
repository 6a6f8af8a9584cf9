package bot

import (
	"context"
	"fmt"
	"slices"

	"github.com/medbuddy/medbuddy/store"
)

// What was deleted while nobody listened is found by comparing: what the store holds
// of a thread, and Slack lists no more, is erased as if Slack had told of it
// (notices.go). Erasing is for good, so whatever may have another reason stays: an
// error or a reading that was cut erases nothing, nor does what Slack lists late or
// hides, nor a file that it does not give.

// current is the thread from which a question is answered, without what is not in
// Slack any more. It is read from Slack whole when this process may have missed
// deletions in it; then j keeps what was read, so that it is not read twice. The
// question itself may be among what is gone: then its work has ended.
func (b *Bot) current(ctx context.Context, j *job) (store.Thread, error) {
	t := j.question.Thread
	if !b.wholes.has(t) {
		since, hearing := b.wholes.since(), b.hearing()
		l := b.list(ctx, t, nil)
		j.listing = &l
		held, err := b.reconcile(ctx, j.outer, t, l)
		if err == nil && l.whole && hearing {
			b.wholes.note(t, since)
		}
		return held, err
	}
	return b.thread(ctx, t)
}

// reconcile erases what the store holds of a thread and the listing lacks, and returns
// the thread as it is then. work is for what is to be said and done in Slack afterwards.
func (b *Bot) reconcile(ctx, work context.Context, t store.ThreadKey, l listing) (store.Thread, error) {
	held, err := b.thread(ctx, t)
	if err != nil {
		return held, err
	}
	open, err := b.cfg.Store.Open(ctx, t)
	if err != nil {
		return held, fmt.Errorf("reading the open questions: %w", err)
	}
	gone := lost(held, open, l)
	for _, id := range gone.doubtful {
		if f, reason := b.fileInfo(ctx, id); reason == reasonDeleted || f.Mode == "tombstone" {
			gone.files = append(gone.files, id)
		}
	}
	for _, ts := range gone.messages {
		if err := b.carryOut(ctx, work, notice{channel: t.Channel, ts: ts, threadTS: t.TS}); err != nil {
			return held, fmt.Errorf("erasing what was deleted meanwhile: %w", err)
		}
	}
	for _, id := range gone.files {
		if err := b.carryOut(ctx, work, notice{file: id}); err != nil {
			return held, fmt.Errorf("erasing what was deleted meanwhile: %w", err)
		}
	}
	edits := l.edits(held)
	for _, n := range edits {
		if err := b.carryOut(ctx, work, n); err != nil {
			return held, fmt.Errorf("editing what was edited meanwhile: %w", err)
		}
	}
	if len(b.picturesIn(l, held.Images)) > 0 { // of what was gone before
		b.clearPictures(work, t)
	}
	if len(gone.messages)+len(gone.files)+len(edits) == 0 {
		return held, nil
	}
	b.lg.Info("what was not heard of was found", "thread", t.String(),
		"deleted_messages", len(gone.messages), "deleted_files", len(gone.files), "edited_messages", len(edits))
	return b.thread(ctx, t)
}

// maxDoubtful is of how many files Slack is asked for one thread: each is a call.
const maxDoubtful = 20

// losses are what a thread in the store is to lose.
type losses struct {
	messages []string // ts
	files    []string // ids
	doubtful []string // ids of files that are in no message any more: Slack is to be asked
}

// lost compares a thread in the store, and its open questions, with Slack's listing.
func lost(t store.Thread, open []store.Question, l listing) losses {
	var gone losses
	asked := map[string]bool{} // ts under which something stands in the turns
	note := func(ts string, posted bool) {
		if ts != "" && (l.buried(ts) || posted && l.lacks(ts)) {
			gone.messages = append(gone.messages, ts)
		}
	}
	for _, turn := range t.Turns {
		for _, m := range turn.Messages {
			asked[m.TS] = true
			if !m.Gone {
				note(m.TS, m.Posted)
			}
		}
		if turn.Text != "" {
			note(turn.AnswerTS, true)
			for _, ts := range turn.Parts {
				note(ts, true)
			}
		}
	}
	for _, q := range open { // of a press, the message with the button
		note(q.Key.TS, true)
	}
	files := l.files()
	for _, r := range t.Images {
		if r.Gone || slices.Contains(gone.messages, r.MessageTS) {
			continue
		}
		there := slices.ContainsFunc(r.Files, func(id string) bool { return files[id] == listedThere })
		if note(r.MessageTS, !asked[r.MessageTS] && !there); slices.Contains(gone.messages, r.MessageTS) {
			continue // a try that did not come to its end has left it, and nothing else of its message
		}
		for _, id := range r.Files {
			switch {
			case files[id] == listedDeleted:
				gone.files = append(gone.files, id)
			case files[id] == listedNowhere && l.covers(r.MessageTS) && len(gone.doubtful) < maxDoubtful:
				gone.doubtful = append(gone.doubtful, id)
			}
		}
	}
	for _, list := range []*[]string{&gone.messages, &gone.files, &gone.doubtful} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return gone
}
