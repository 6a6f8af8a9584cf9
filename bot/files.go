package bot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"
	"golang.org/x/sync/errgroup"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

const (
	maxThreadImages = 100 // labels per thread
	filesAtOnce     = 4   // fetched and prepared at the same time for one question
	filesInAll      = 8   // and for all: each may be imaging.MaxFileBytes
	retriedFiles    = 8   // earlier files that are tried once more with a question
	fileTimeout     = 60 * time.Second
)

// look turns the files of the new messages into labelled images and stores them.
// A label is given once, in the order in which the files appear, and is for life;
// a file that cannot be read is listed with the reason, at its message. Files of
// earlier questions that failed for a passing reason are tried again first. It
// returns the records of all images of the thread, and the messages as they are
// to be remembered. Only a store that cannot be written is an error.
func (b *Bot) look(ctx context.Context, j *job, t store.Thread, posted []threadMessage) ([]store.ImageRecord, []store.Message, error) {
	defer b.metrics.stage("files", time.Now())
	posted = append(missed(t), posted...)
	seen := map[string]bool{}
	for _, r := range t.Images {
		seen[r.FileID] = true
	}
	type item struct {
		message int
		file    file
		images  []imaging.Image
		reason  string
	}
	var items []*item
	for i, m := range posted {
		for _, f := range m.files {
			if !seen[f.ID] { // the same file may be shared twice
				seen[f.ID] = true
				items = append(items, &item{message: i, file: f})
			}
		}
	}
	var g errgroup.Group
	g.SetLimit(filesAtOnce)
	for n, it := range items {
		if len(t.Images)+n >= maxThreadImages {
			it.reason = reasonTooMany
			continue
		}
		g.Go(func() error {
			defer func() {
				if v := recover(); v != nil {
					b.recovered(v)
					it.images, it.reason = nil, string(imaging.KindCut)
				}
			}()
			b.fetch <- struct{}{}
			defer func() { <-b.fetch }()
			it.images, it.reason = b.prepare(ctx, it.file)
			return nil
		})
	}
	_ = g.Wait() // each item holds its own outcome

	messages := make([]store.Message, len(posted))
	for i, m := range posted {
		messages[i] = m.Message
		messages[i].Unread = nil
		for n, f := range m.files {
			if len(m.files) > 1 {
				j.place(f.ID, fmt.Sprintf("file %d of %d", n+1, len(m.files)))
			}
		}
	}
	for _, r := range orphans(t) {
		i := slices.IndexFunc(messages, func(m store.Message) bool { return m.TS == r.MessageTS })
		if i < 0 {
			i = len(messages) - 1
		}
		messages[i].Images = append(messages[i].Images, r.Label)
	}
	records := t.Images
	for _, it := range items {
		m := &messages[it.message]
		if it.reason != "" {
			b.metrics.files.WithLabelValues(it.reason).Inc()
			j.lg.Info("a file was not read", "reason", it.reason, "bytes", it.file.Size)
			m.Unread = append(m.Unread, store.UnreadFile{FileID: it.file.ID, Reason: it.reason})
		}
		for _, img := range it.images {
			r := record(len(records)+1, it.file.ID, *m, img)
			if err := b.cfg.Store.PutImage(ctx, j.lease, r, img.Data); err != nil {
				return nil, nil, fmt.Errorf("storing an image: %w", err)
			}
			b.metrics.files.WithLabelValues("read").Inc()
			records = append(records, r)
			m.Images = append(m.Images, r.Label)
		}
	}
	return records, messages, nil
}

// orphans are the images that no turn holds: a try that did not come to its end
// has stored them. They are part of what is asked now.
func orphans(t store.Thread) []store.ImageRecord {
	held := map[int]bool{}
	for _, turn := range t.Turns {
		for _, m := range turn.Messages {
			for _, label := range m.Images {
				held[label] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(t.Images), func(r store.ImageRecord) bool { return held[r.Label] })
}

// missed lists the files of earlier questions that are worth another try, as
// messages without words.
func missed(t store.Thread) []threadMessage {
	settled := map[string]bool{}
	for _, r := range t.Images {
		settled[r.FileID] = true
	}
	var out []threadMessage
	for i := len(t.Turns) - 1; i >= 0 && len(out) < retriedFiles; i-- {
		for _, m := range t.Turns[i].Messages {
			for _, f := range m.Unread {
				if !settled[f.FileID] && worthRetrying(f.Reason) {
					out = append(out, threadMessage{store.Message{TS: m.TS, User: m.User}, []file{{ID: f.FileID}}})
				}
				settled[f.FileID] = true // the newest word on a file counts
			}
		}
	}
	return out
}

// prepare fetches a file and makes pictures of it, or says in a short word why
// there are none.
func (b *Bot) prepare(ctx context.Context, f file) (images []imaging.Image, reason string) {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	if f.DownloadURL == "" && f.URL == "" || f.Mode == "file_access" {
		var reason string
		if f, reason = b.fileInfo(ctx, f.ID); reason != "" {
			return nil, reason
		}
	}
	switch {
	case f.Mode == "tombstone":
		return nil, reasonDeleted
	case f.Mode == "hidden_by_limit":
		return nil, reasonHidden
	case f.IsExternal || f.Mode == "external":
		return nil, reasonExternal
	case f.Size > imaging.MaxFileBytes:
		return nil, string(imaging.KindTooLarge)
	case f.DownloadURL == "" && f.URL == "":
		return nil, reasonForbidden
	}
	data, reason := b.download(ctx, f)
	if reason != "" {
		return nil, reason
	}
	images, err := b.images.Prepare(ctx, data)
	var refused *imaging.Error
	switch {
	case errors.As(err, &refused):
		return nil, fileReason(refused)
	case err != nil:
		return nil, reasonDownload // time ran out before its turn came; nothing is wrong with it
	case len(images) == 0:
		return nil, string(imaging.KindEmpty)
	}
	return images, ""
}

// fileInfo asks Slack for a file that the event did not describe: one shared
// from another organisation, or one whose event carried only its id.
func (b *Bot) fileInfo(ctx context.Context, id string) (file, string) {
	var info *slack.File
	err := b.web.try(ctx, "files.info", true, func() (err error) {
		info, _, _, err = b.web.api.GetFileInfoContext(ctx, id, 0, 0)
		return err
	})
	switch code := slackCode(err); {
	case err == nil:
		return fileOf(*info), ""
	case code == "file_deleted" || code == "file_not_found":
		return file{}, reasonDeleted
	case code != "" && !transient(err):
		return file{}, reasonForbidden
	default:
		return file{}, reasonDownload
	}
}

// download fetches the bytes of a file, at most imaging.MaxFileBytes and one.
// slack-go sends the token only to Slack's hosts and to the API's own.
func (b *Bot) download(ctx context.Context, f file) (data []byte, reason string) {
	url := f.DownloadURL
	if url == "" {
		url = f.URL
	}
	var buf limitedBuffer
	err := b.web.try(ctx, download, true, func() error {
		buf.Reset()
		err := b.web.api.GetFileContext(ctx, url, &buf)
		if reason = settledDownload(err); reason != "" {
			return nil // trying again cannot help
		}
		return err
	})
	switch {
	case reason != "":
		return nil, reason
	case errors.Is(err, io.ErrUnexpectedEOF):
		return nil, string(imaging.KindCut)
	case err != nil:
		return nil, reasonDownload
	}
	return buf.Bytes(), ""
}

// settledDownload is the reason behind an error that will not go away by itself.
func settledDownload(err error) string {
	var status slack.StatusCodeError
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errBufferFull):
		return string(imaging.KindTooLarge)
	case strings.Contains(err.Error(), "sign-in page"): // slack-go has no value for it
		return string(imaging.KindHTML)
	case strings.Contains(err.Error(), "refusing to send the token"): // likewise
		return reasonExternal
	case errors.As(err, &status) && (status.Code == http.StatusNotFound || status.Code == http.StatusGone):
		return reasonDeleted
	case errors.As(err, &status) && (status.Code == http.StatusForbidden || status.Code == http.StatusUnauthorized):
		return reasonForbidden
	}
	return ""
}

var errBufferFull = errors.New("bot: the file is larger than allowed")

// limitedBuffer refuses what is over the limit of a file.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > imaging.MaxFileBytes {
		return 0, errBufferFull
	}
	return b.Buffer.Write(p)
}

// ReadFrom hides bytes.Buffer's own, which io.Copy would prefer and which knows
// no limit.
func (b *limitedBuffer) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{b}, r)
}

func record(label int, fileID string, m store.Message, img imaging.Image) store.ImageRecord {
	r := store.ImageRecord{Label: label, FileID: fileID, MessageTS: m.TS, User: m.User, MIME: img.MIME,
		SHA256: sha256Hex(img.Data), Width: img.Width, Height: img.Height, Side: img.Side}
	for _, n := range img.Notes {
		r.Notes = append(r.Notes, string(n))
	}
	return r
}
