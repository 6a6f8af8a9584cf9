package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// An image that was deleted in Slack is gone for good, but its label is not given
// again: what people and the model have said of Image 2 stays about that one. So the
// lists of a thread's images keep its place, and whoever walks them asks here.

// isGone says whether a label's image was deleted in Slack.
func isGone(images []store.ImageRecord, label int) bool {
	return label >= 1 && label <= len(images) && images[label-1].Gone
}

// liveLabels are the labels of the images that are there.
func liveLabels(images []store.ImageRecord) (labels []int) {
	for _, r := range images {
		if !r.Gone {
			labels = append(labels, r.Label)
		}
	}
	return labels
}

// goneLabels are the labels of those that are not.
func goneLabels(images []store.ImageRecord) map[int]bool {
	gone := map[int]bool{}
	for _, r := range images {
		if r.Gone {
			gone[r.Label] = true
		}
	}
	return gone
}

// goneOf are the deleted images that an answer was about. One that does not say what
// it was about may have been about any that was posted before it.
func goneOf(answer store.Turn, posted []int, gone map[int]bool) (labels []int) {
	about := answer.Images
	if len(about) == 0 && !told(answer) {
		about = posted
	}
	for _, label := range about {
		if gone[label] {
			labels = append(labels, label)
		}
	}
	return labels
}

// lookedList names the images that an answer was about, and those of them that were
// deleted since.
func lookedList(labels []int, images []store.ImageRecord) string {
	list := labelList(labels)
	switch gone := goneLabels(images); {
	case !slices.ContainsFunc(labels, func(label int) bool { return gone[label] }):
		return list
	case len(labels) == 1:
		return list + " (deleted in Slack since)"
	default:
		return list + " (" + labelList(slices.DeleteFunc(slices.Clone(labels), func(label int) bool { return !gone[label] })) + " deleted in Slack since)"
	}
}

// goneError says that images which a request was to hold have been deleted since the
// thread was read.
type goneError struct{ labels []int }

func (e *goneError) Error() string {
	return fmt.Sprintf("bot: %d images were deleted meanwhile", len(e.labels))
}

// goneLook is how long an answer that is ready may wait for tellGone.
const goneLook = 3 * time.Second

// tellGone adds to an answer which of the images that it is about were deleted while it
// was made: whoever deletes an image wants nobody to go by it, and this process may not
// be the one that Slack has told.
func (b *Bot) tellGone(ctx context.Context, j *job, out outcome) outcome {
	if out.looked == nil || len(out.looked.images) == 0 {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, goneLook)
	defer cancel()
	t, err := b.thread(ctx, j.question.Thread)
	if err != nil {
		j.lg.Warn("nobody could look whether images of an answer were deleted meanwhile", "error", err)
		return out
	}
	labels := slices.DeleteFunc(out.looked.labels(), func(label int) bool { return !isGone(t.Images, label) })
	if len(labels) > 0 {
		out.text += "\n\n" + textGoneSince(labels)
	}
	return out
}

// lose takes images out of what a question is answered from.
func (s *sight) lose(labels []int) {
	s.images = slices.Clone(s.images)
	for _, label := range labels {
		s.images[label-1].Gone = true
	}
	s.confine()
}

// typedFor are the ts under which the thread holds what was typed into a dialog and
// answered in the message answerTS: that quotes it, and nothing else of it is in Slack.
func typedFor(t store.Thread, answerTS string) (list []string) {
	for _, answer := range t.Turns {
		if answer.Of == "" || answer.AnswerTS != answerTS && !slices.Contains(answer.Parts, answerTS) {
			continue
		}
		for _, turn := range t.Turns {
			if slices.ContainsFunc(turn.Messages, func(m store.Message) bool { return m.TS == answer.Of && !m.Posted && !m.Gone }) {
				list = append(list, answer.Of)
			}
		}
	}
	return list
}
