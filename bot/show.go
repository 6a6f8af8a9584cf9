package bot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

const (
	maxShown    = 10               // pictures of one message
	showTimeout = 30 * time.Second // that posting them may take
)

// showing posts, in one message of the thread, the pictures of a request whose
// images look otherwise than the posted files do: rendered from DICOM, cropped,
// windowed, stretched or sampled. People and the model then look at the same thing.
// They are made from the bytes that were sent, and posted once the model has begun
// to speak of them, beside the growing answer. When that fails the answer goes on,
// and says so.
type showing struct {
	b     *Bot
	j     *job
	cells []shownImage
	some  bool // there are more than are shown

	once sync.Once
	done chan string // once begun: why they are not shown, or ""
}

// shownImage is an image with the slices of it that were sent.
type shownImage struct {
	record store.ImageRecord
	slices []slicePicture
}

// showing looks through a request for new images that are worth it.
func (b *Bot) showing(j *job, unshown []int, seen looked) *showing {
	s := &showing{b: b, j: j, done: make(chan string, 1)}
	for _, img := range seen.images {
		if slices.Contains(unshown, img.record.Label) && worthShowing(img.record) {
			s.cells = append(s.cells, shownImage{img.record, img.slices})
		}
	}
	if len(s.cells) > maxShown {
		s.cells, s.some = s.cells[:maxShown], true
	}
	return s
}

// begin posts the pictures, once; it does not wait.
func (s *showing) begin(ctx context.Context) {
	if len(s.cells) == 0 {
		return
	}
	s.once.Do(func() {
		go func() {
			text := textNotShown
			defer func() {
				if v := recover(); v != nil {
					s.b.recovered(v)
				}
				s.done <- text
			}()
			text = s.post(ctx)
		}()
	})
}

// wait waits until what was begun has ended, and says why there are no pictures.
func (s *showing) wait() (notShown string) {
	begun := true
	s.once.Do(func() { begun = false })
	if !begun || len(s.cells) == 0 {
		return ""
	}
	return <-s.done
}

// post posts the pictures and says why not, or "".
func (s *showing) post(ctx context.Context) (notShown string) {
	defer s.b.metrics.stage("show", time.Now())
	limited, cancel := context.WithTimeout(ctx, showTimeout)
	defer cancel()
	cells := slices.Clone(s.cells)
	err := s.b.showOnce(limited, s.j, cells)
	s.b.clearIfGone(s.j, s.cells)
	switch {
	case ctx.Err() != nil:
		return ""
	case err == nil && s.some:
		return textShownSome
	case err == nil:
		return ""
	}
	s.j.lg.Warn("what the model sees was not shown", "error", err)
	if slackCode(err) == "missing_scope" {
		return textNotShownScope
	}
	return textNotShown
}

// showOnce posts the pictures exactly once. Slack takes no metadata with a file, so
// a message that was posted by an earlier try, or whose reply was lost, is known by
// the titles of its files.
func (b *Bot) showOnce(ctx context.Context, j *job, images []shownImage) error {
	look := !j.fresh
	uploaded := map[int]string{} // file ids by label
	return persist(ctx, transient, func() error {
		if look {
			titles, err := b.shownTitles(ctx, j.question)
			if err != nil {
				return err
			}
			images = slices.DeleteFunc(images, func(img shownImage) bool { return titles[shownTitle(img.record.Label)] })
		}
		if len(images) == 0 {
			return nil
		}
		files := make([]slack.FileSummary, len(images))
		for i, img := range images {
			label := img.record.Label
			if uploaded[label] == "" {
				id, err := b.upload(ctx, img)
				if err != nil {
					return err
				}
				uploaded[label] = id
				b.uploads.add(j.question.Thread, label, id)
			}
			files[i] = slack.FileSummary{ID: uploaded[label], Title: shownTitle(label)}
		}
		look = true
		return b.web.try(ctx, completeUpload, false, func() error {
			_, err := b.web.api.CompleteUploadExternalContext(ctx, slack.CompleteUploadExternalParameters{
				Files: files, Channel: j.question.Thread.Channel, ThreadTimestamp: j.question.Thread.TS,
				InitialComment: textShown(images),
			})
			return err
		})
	})
}

// upload brings one picture to Slack, where nobody sees it yet: for a series, all of
// its slices that were sent, with their numbers.
func (b *Bot) upload(ctx context.Context, img shownImage) (fileID string, err error) {
	data, mime, err := b.sheet(ctx, img.slices)
	if err != nil {
		return "", err
	}
	name := fmt.Sprintf("image-%d.%s", img.record.Label, strings.TrimPrefix(mime, "image/"))
	return b.uploadFile(ctx, name, textShownAlt(img), data)
}

// sheet is the picture that people get to see.
func (b *Bot) sheet(ctx context.Context, sent []slicePicture) (data []byte, mime string, err error) {
	select {
	case b.loads <- struct{}{}:
	case <-ctx.Done():
		return nil, "", ctx.Err()
	}
	defer func() { <-b.loads }()
	cells := make([]imaging.Slice, len(sent))
	for i, s := range sent {
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
