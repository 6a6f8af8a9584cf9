package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

const (
	maxThreadImages = 100  // labels per thread
	maxThreadFiles  = 1000 // of one question: a series may come as a file for each slice
	retriedFiles    = 8    // earlier files that are tried once more with a question
)

// sight is what a question is answered from.
type sight struct {
	images  []store.ImageRecord // all of the thread, by label
	now     []store.Message     // what was written since the last turn, the question last
	about   []int               // labels that the question is about
	only    []int               // labels that may go along, where the question says so; nil: all
	must    map[int][]int       // by label, numbers of slices that the question names
	unshown []int               // labels that no answer of the model has been about
	unmet   string              // a sentence, when what the question asks to see is not there

	steering    steering // what the question says of the images to look at
	instruction string   // what the model is told in place of a question; then now is empty
}

// item is one posted file on its way to becoming an image.
type item struct {
	message int // place of its message
	file    file
	data    []byte // while it is held
	copied  bool   // data is Slack's own copy of it
	reason  string // why it is no image; "" while it may be one
}

// look turns the files of the new messages into labelled images and stores them.
// A label is given once, in the order in which the files appear, and is for life;
// a file that cannot be read is listed with the reason, at its message. Files of
// earlier questions that failed for a passing reason are tried again first. What
// the question asks to see of DICOM files is seen to at the same time. Only a
// store that cannot be written is an error.
func (b *Bot) look(ctx context.Context, j *job, t store.Thread, posted []threadMessage) (sight, error) {
	defer b.metrics.stage("files", time.Now())
	t.Images = whole(t)
	posted = append(missed(t), posted...)
	items := newItems(t, posted)
	s := sight{images: t.Images, now: make([]store.Message, len(posted))}
	for i, m := range posted {
		s.now[i] = m.Message
		s.now[i].Unread = nil
		for n, f := range m.files {
			if len(m.files) > 1 {
				j.place(f.ID, fmt.Sprintf("file %d of %d", n+1, len(m.files)))
			}
		}
	}
	for _, r := range orphans(t) {
		i := slices.IndexFunc(s.now, func(m store.Message) bool { return m.TS == r.MessageTS })
		if i < 0 {
			i = len(s.now) - 1
		}
		s.now[i].Images = append(s.now[i].Images, r.Label)
		s.unshown = append(s.unshown, r.Label)
	}
	s.unshown = append(s.unshown, unanswered(t)...)

	question := plainCitations(b.words(s.now[len(s.now)-1]))
	asked := wishOf(question)
	s.attend(question)
	compares := len(s.about) == 0 && comparesRE.MatchString(question)
	all, unmet := b.prepareAll(ctx, items, asked)
	met := false
	for _, m := range all {
		if len(s.images) >= maxThreadImages {
			for _, n := range m.files {
				items[n].reason = reasonTooMany
			}
			continue
		}
		first := items[m.files[0]]
		var ids []string
		for _, n := range m.files {
			ids = append(ids, items[n].file.ID)
		}
		label, err := b.keep(ctx, j, &s, first.message, ids, m)
		if err != nil {
			return sight{}, err
		}
		if m.met {
			met = true
			s.aim(label, label, asked)
		}
	}
	for _, it := range items {
		if it.reason == "" {
			continue
		}
		b.metrics.files.WithLabelValues(it.reason).Inc()
		j.lg.Info("a file was not read", "reason", it.reason, "bytes", it.file.Size)
		m := &s.now[it.message]
		m.Unread = append(m.Unread, store.UnreadFile{FileID: it.file.ID, Reason: it.reason})
	}
	if compares && asked.empty() {
		s.about = labelsBut(liveLabels(s.images), s.steering.without)
	}
	s.choose(j.question)
	s.unmet = unmet
	switch {
	case asked.empty() || met:
		s.unmet = ""
	case unmet != "" && !slices.ContainsFunc(s.about, func(label int) bool { return label <= len(t.Images) }):
		// The wish is about what came with it, not about something older.
	case goneAmong(s.about, s) != nil:
		// It is about an image that was deleted, and no other takes its place.
	default:
		if err := b.reshow(ctx, j, &s, s.steering.over(t.Images), asked); err != nil {
			return sight{}, err
		}
	}
	s.confine()
	return s, nil
}

// newItems lists the files that are not images of the thread yet, each once.
func newItems(t store.Thread, posted []threadMessage) []*item {
	seen := map[string]bool{}
	for _, r := range t.Images {
		for _, id := range r.Files {
			seen[id] = true
		}
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
	for _, it := range items[min(len(items), maxThreadFiles):] {
		it.reason = reasonTooMany
	}
	return items
}

// keep gives a prepared image its label, at the message with that place, and
// stores it.
func (b *Bot) keep(ctx context.Context, j *job, s *sight, message int, fileIDs []string, m made) (label int, err error) {
	at := &s.now[message]
	r, data := record(len(s.images)+1, fileIDs, *at, m)
	if err := b.cfg.Store.PutImage(ctx, j.lease, r, data); err != nil {
		return 0, fmt.Errorf("storing an image: %w", err)
	}
	b.metrics.files.WithLabelValues("read").Add(float64(len(fileIDs)))
	s.images = append(slices.Clip(s.images), r)
	s.unshown = append(s.unshown, r.Label)
	at.Images = append(at.Images, r.Label)
	return r.Label, nil
}

func record(label int, fileIDs []string, m store.Message, of made) (r store.ImageRecord, data [][]byte) {
	img := of.image
	r = store.ImageRecord{Label: label, Files: fileIDs, MessageTS: m.TS, User: m.User,
		Width: img.Width, Height: img.Height, Side: img.Side, Of: img.Of,
		Modality: img.Modality, Series: img.Series, View: viewWords(img.View)}
	for _, n := range img.Notes {
		r.Notes = append(r.Notes, string(n))
	}
	if of.siblings > 1 {
		r.Notes = append(r.Notes, noteSiblings(of.siblings))
	}
	for _, o := range img.Others {
		r.Notes = append(r.Notes, noteOther(o))
	}
	for _, s := range img.Slices {
		r.Slices = append(r.Slices, store.SliceRecord{Number: s.Number, MIME: s.MIME, SHA256: sha256Hex(s.Data)})
		data = append(data, s.Data)
	}
	return r, data
}

// unanswered are the images of turns that no answer of the model follows: of
// questions that ended with a sentence.
func unanswered(t store.Thread) (labels []int) {
	for _, turn := range slices.Backward(t.Turns) {
		if turn.Role == store.RoleModel {
			break
		}
		labels = append(labels, labelsOf(turn.Messages)...)
	}
	return slices.DeleteFunc(labels, func(label int) bool { return isGone(t.Images, label) })
}

// whole are the images of a thread without the last ones, when those are some of the
// pictures of an archive and no turn holds them: a try that did not come to its end
// has stored them, and the others of the archive are still to come.
func whole(t store.Thread) []store.ImageRecord {
	stored := map[string]int{}
	for _, r := range t.Images {
		if !r.Gone {
			stored[r.Files[0]]++
		}
	}
	for _, r := range orphans(t) {
		if n := siblingsOf(r.Notes); n > 1 && stored[r.Files[0]] < n {
			return t.Images[:r.Label-1]
		}
	}
	return t.Images
}

// orphans are the images that no turn holds: a try that did not come to its end
// has stored them. They are part of what is asked now, unless they were deleted: then
// their labels are taken, and that is all.
func orphans(t store.Thread) []store.ImageRecord {
	held := map[int]bool{}
	for _, turn := range t.Turns {
		for _, m := range turn.Messages {
			for _, label := range m.Images {
				held[label] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(t.Images), func(r store.ImageRecord) bool { return held[r.Label] || r.Gone })
}

// missed lists the files of earlier questions that are worth another try, as
// messages without words.
func missed(t store.Thread) []threadMessage {
	settled := map[string]bool{}
	for _, r := range t.Images {
		for _, id := range r.Files {
			settled[id] = true
		}
	}
	var out []threadMessage
	for i := len(t.Turns) - 1; i >= 0; i-- {
		for _, m := range t.Turns[i].Messages {
			for _, f := range m.Unread {
				if len(out) == retriedFiles {
					return out
				}
				if !settled[f.FileID] && worthRetrying(f.Reason) {
					out = append(out, threadMessage{store.Message{TS: m.TS, User: m.User, Posted: m.Posted}, []file{{ID: f.FileID}}})
				}
				settled[f.FileID] = true // the newest word on a file counts
			}
		}
	}
	return out
}
