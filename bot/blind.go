package bot

import "github.com/medbuddy/medbuddy/store"

// blind returns the sentence that ends a question whose image did not reach the
// model, or "" when the model may be asked. This is the promise that MedBuddy
// never speaks of an image it did not send, and so it is code, not a prompt.
func (b *Bot) blind(seen sight, places map[string]string) string {
	images, now := seen.images, seen.now
	own := now[len(now)-1]
	question := b.words(own)
	unread := unreadSentences(unreadOf(now), places)
	switch {
	case len(own.Unread) > 0 && len(own.Images) == 0:
		// The question came with files and none could be read: it is about them.
		sentence := unreadSentences(own.Unread, places)
		if len(images) > 0 {
			sentence += "\n" + textAskWithout
		}
		return sentence
	case seen.unmet != "":
		return seen.unmet
	case b.maxImages() == 0 && (len(images) > 0 || !b.cfg.AllowTextOnly || impliesImage(question)):
		return textTextOnlyModel
	case len(images) > 0:
		return missingLabels(namedImages(question), len(images))
	case unread != "" && (!b.cfg.AllowTextOnly || impliesImage(question)):
		return unread
	case own.Text == defaultQuestion:
		return textEmptyMention
	case !b.cfg.AllowTextOnly:
		return textNoImage
	case impliesImage(question):
		return textNoImageForWords
	}
	return ""
}

// missingLabels answers a question about an image that the thread does not have.
func missingLabels(named []int, have int) string {
	var missing []int
	for _, label := range named {
		if label < 1 || label > have {
			missing = append(missing, label)
		}
	}
	if len(missing) == 0 {
		return ""
	}
	return textNoSuchImage(missing, have)
}

func unreadOf(messages []store.Message) []store.UnreadFile {
	var all []store.UnreadFile
	for _, m := range messages {
		all = append(all, m.Unread...)
	}
	return all
}
