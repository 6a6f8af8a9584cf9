package bot

import (
	"slices"

	"github.com/medbuddy/medbuddy/store"
)

// blind returns the sentence that ends a question whose image did not reach the
// model, or "" when the model may be asked. This is the promise that MedBuddy
// never speaks of an image it did not send, and so it is code, not a prompt.
func (b *Bot) blind(seen sight, places map[string]string) string {
	images, now := seen.images, seen.now
	live := liveLabels(images)
	var own store.Message // none where an answer is to be continued
	if len(now) > 0 {
		own = now[len(now)-1]
	}
	question := plainCitations(b.words(own))
	named := namedImages(question)
	gone := goneAmong(sortedLabels(slices.Concat(named, seen.steering.only)), seen)
	unread := unreadSentences(unreadOf(now), places)
	switch {
	case len(own.Unread) > 0 && len(labelsIn(own.Images, live)) == 0:
		// The question came with files and none could be read: it is about them.
		sentence := unreadSentences(own.Unread, places)
		if len(live) > 0 {
			sentence += "\n" + textAskWithout
		}
		return sentence
	case len(gone) > 0:
		return textGone(gone, images)
	case seen.unmet != "":
		return seen.unmet
	case b.maxImages() == 0 && (len(live) > 0 || !b.cfg.AllowTextOnly || impliesImage(question)):
		return textTextOnlyModel
	case len(live) > 0:
		if missing := labelsBeyond(sortedLabels(slices.Concat(named, seen.steering.only)), len(images)); missing != nil {
			return textNoSuchImage(missing, images)
		}
		if seen.only != nil && len(seen.only) == 0 {
			return textNothingLeft
		}
		return ""
	case unread != "" && (!b.cfg.AllowTextOnly || impliesImage(question)):
		return unread
	case len(images) > 0 && (!b.cfg.AllowTextOnly || impliesImage(question)):
		return textAllGone
	case own.Text == defaultQuestion:
		return textEmptyMention
	case !b.cfg.AllowTextOnly:
		return textNoImage
	case impliesImage(question):
		return textNoImageForWords
	}
	return ""
}

// labelsBeyond are the labels that a thread with so many images has never had.
func labelsBeyond(named []int, have int) (missing []int) {
	for _, label := range named {
		if label < 1 || label > have {
			missing = append(missing, label)
		}
	}
	return missing
}

// goneAmong are the images that a question is about and that were deleted. One that
// it wants left aside is none of those.
func goneAmong(named []int, seen sight) (gone []int) {
	for _, label := range labelsBut(named, seen.steering.without) {
		if isGone(seen.images, label) {
			gone = append(gone, label)
		}
	}
	return gone
}

func unreadOf(messages []store.Message) []store.UnreadFile {
	var all []store.UnreadFile
	for _, m := range messages {
		all = append(all, m.Unread...)
	}
	return all
}
