package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// maxShown is how many pictures one message shows.
const maxShown = 10

// showTimeout bounds what the answer waits for the pictures to be posted.
const showTimeout = 45 * time.Second

// show posts, in one message of the thread, the pictures of new images that look
// otherwise than the posted files do: rendered from DICOM, cropped, windowed,
// stretched or sampled. People and the model then look at the same thing. They are
// made from the bytes that the model gets. When that fails the answer goes on, and
// says so.
func (b *Bot) show(ctx context.Context, j *job, s sight) (notShown string) {
	defer b.metrics.stage("show", time.Now())
	var records []store.ImageRecord
	for _, label := range s.added {
		if r := s.images[label-1]; worthShowing(r) {
			records = append(records, r)
		}
	}
	if len(records) == 0 {
		return ""
	}
	if len(records) > maxShown {
		records, notShown = records[:maxShown], textShownSome
	}
	limited, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	err := b.showOnce(limited, j, records)
	if err == nil || ctx.Err() != nil {
		return notShown
	}
	j.lg.Warn("what the model sees was not shown", "error", err)
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) && refused.Err == "missing_scope" {
		return textNotShownScope
	}
	return textNotShown
}

// showOnce posts the pictures exactly once. Slack takes no metadata with a file, so
// a message that was posted by an earlier try, or whose reply was lost, is known by
// the titles of its files.
func (b *Bot) showOnce(ctx context.Context, j *job, records []store.ImageRecord) error {
	look := !j.fresh
	uploaded := map[int]string{} // file ids by label
	return persist(ctx, transient, func() error {
		if look {
			titles, err := b.shownTitles(ctx, j.question)
			if err != nil {
				return err
			}
			records = slices.DeleteFunc(records, func(r store.ImageRecord) bool { return titles[shownTitle(r.Label)] })
		}
		if len(records) == 0 {
			return nil
		}
		files := make([]slack.FileSummary, len(records))
		for i, r := range records {
			if uploaded[r.Label] == "" {
				id, err := b.upload(ctx, j, r)
				if err != nil {
					return err
				}
				uploaded[r.Label] = id
			}
			files[i] = slack.FileSummary{ID: uploaded[r.Label], Title: shownTitle(r.Label)}
		}
		look = true
		return b.web.try(ctx, completeUpload, false, func() error {
			_, err := b.web.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
				Files: files, Channel: j.question.Thread.Channel, ThreadTimestamp: j.question.Thread.TS,
				InitialComment: textShown(records),
			})
			return err
		})
	})
}

// upload brings one picture to Slack, where nobody sees it yet.
func (b *Bot) upload(ctx context.Context, j *job, r store.ImageRecord) (fileID string, err error) {
	data, mime, err := b.sheet(ctx, j.question.Thread, r)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("image-%d.%s", r.Label, strings.TrimPrefix(mime, "image/"))
	var at *slack.GetUploadURLExternalResponse
	err = b.web.try(ctx, getUploadURL, true, func() (err error) {
		at, err = b.web.api.GetUploadURLExternalContext(ctx, slack.GetUploadURLExternalParameters{
			FileName: name, FileSize: len(data), AltTxt: textShownAlt(r)})
		return err
	})
	if err != nil {
		return "", err
	}
	// An upload address is good once: what went wrong begins again with a new one.
	return at.FileID, b.web.try(ctx, upload, false, func() error {
		return b.web.downloads.UploadToURL(ctx, slack.UploadToURLParameters{
			UploadURL: at.UploadURL, Reader: bytes.NewReader(data), Filename: name})
	})
}

// sheet is the picture of an image as people get to see it: for a series, all of its
// slices with their numbers.
func (b *Bot) sheet(ctx context.Context, t store.ThreadKey, r store.ImageRecord) (data []byte, mime string, err error) {
	select {
	case b.loads <- struct{}{}:
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	defer func() { <-b.loads }()
	p, err := b.stored(ctx, t, r)
	if err != nil {
		return nil, "", err
	}
	cells := make([]imaging.Slice, len(p.slices))
	for i, s := range p.slices {
		cells[i] = imaging.Slice{Number: s.number, Data: s.data, MIME: s.mime}
	}
	return imaging.Sheet(ctx, cells)
}

// shownTitles are the titles of the pictures that the thread has already.
func (b *Bot) shownTitles(ctx context.Context, q store.Question) (titles map[string]bool, err error) {
	titles = map[string]bool{}
	err = b.eachReply(ctx, slack.GetConversationRepliesParameters{
		ChannelID: q.Thread.Channel, Timestamp: q.Thread.TS, Oldest: q.Key.TS,
	}, func(m slack.Message) (stop bool) {
		for _, f := range m.Files {
			titles[f.Title] = titles[f.Title] || b.isOwn(m)
		}
		return false
	})
	return titles, err
}

// worthShowing says whether people would see something else than the model if they
// looked at the posted file.
func worthShowing(r store.ImageRecord) bool {
	return r.Modality != "" || slices.ContainsFunc(r.Notes, func(n string) bool {
		switch imaging.Note(n) {
		case imaging.NoteStretched, imaging.NoteFirstFrame, imaging.NoteCropped, imaging.NoteSampled:
			return true
		}
		return false
	})
}
