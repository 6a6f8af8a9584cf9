package bot

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

// fileTime is how long one file may take to fetch and prepare: a minute, and more
// for a large one, as over a line of 16 Mbit/s.
func fileTime(size int64) time.Duration {
	return time.Minute + time.Duration(size/(2<<20))*time.Second
}

// resolve completes what is known of a file, and says why it cannot be fetched.
func (b *Bot) resolve(ctx context.Context, f *file) (reason string) {
	if f.DownloadURL == "" && f.URL == "" || f.Mode == "file_access" {
		info, reason := b.fileInfo(ctx, f.ID)
		if reason != "" {
			return reason
		}
		*f = info
	}
	switch {
	case f.Mode == "tombstone":
		return reasonDeleted
	case f.Mode == "hidden_by_limit":
		return reasonHidden
	case f.IsExternal || f.Mode == "external":
		return reasonExternal
	case f.Size > imaging.MaxSeriesBytes:
		return string(imaging.KindTooLarge)
	case f.DownloadURL == "" && f.URL == "":
		return reasonForbidden
	}
	return ""
}

// fetch downloads a file. Of a HEIC, which is not read here, it takes the copy that
// Slack made of it, where there is one.
func (b *Bot) fetch(ctx context.Context, it *item) (reason string) {
	url := it.file.DownloadURL
	if url == "" {
		url = it.file.URL
	}
	it.data, reason = b.download(ctx, url, it.file.Size)
	if f := imaging.Sniff(it.data); reason != "" || f != imaging.HEIC && f != imaging.AVIF {
		return reason
	}
	if it.file.CopyURL == "" { // the message may be older than the copy
		if info, reason := b.fileInfo(ctx, it.file.ID); reason == "" {
			it.file.CopyURL = info.CopyURL
		}
	}
	if it.file.CopyURL == "" {
		return ""
	}
	if thumb, reason := b.download(ctx, it.file.CopyURL, 0); reason == "" {
		it.data, it.copied = thumb, true
	}
	return ""
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

// download fetches the bytes of a file, as far as limitedBuffer takes them. size is
// what Slack says of it, 0 when it says nothing.
// slack-go sends the token only to Slack's hosts and to the API's own.
func (b *Bot) download(ctx context.Context, url string, size int64) (data []byte, reason string) {
	buf := limitedBuffer{reserved: reserved(size)}
	buf.Grow(int(min(max(size, 0), imaging.MaxSeriesBytes)) + bytes.MinRead)
	err := b.web.try(ctx, download, true, func() error {
		buf.Reset()
		err := b.web.downloads.GetFileContext(ctx, url, &buf)
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

// limitedBuffer refuses what is over the limit of a file: that of pictures, unless
// it has begun as DICOM or an archive and room was reserved for it.
type limitedBuffer struct {
	bytes.Buffer
	reserved int64
}

func (b *limitedBuffer) Write(p []byte) (int, error) {
	limit := int64(imaging.MaxFileBytes)
	if int64(b.Len()+len(p)) > limit {
		if f := imaging.Sniff(b.Bytes()); f == imaging.DICOM || f == imaging.ZIP {
			limit = max(limit, min(b.reserved, imaging.MaxSeriesBytes))
		}
	}
	if int64(b.Len()+len(p)) > limit {
		return 0, errBufferFull
	}
	return b.Buffer.Write(p)
}

// ReadFrom hides bytes.Buffer's own, which io.Copy would prefer and which knows
// no limit.
func (b *limitedBuffer) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{b}, r)
}
