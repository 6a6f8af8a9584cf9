package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// contextMargin is what the estimate of tokens leaves free.
const contextMargin = 128

// bodyOverhead is what a request holds besides images and text, generously.
const bodyOverhead = 64 << 10

// jpegQuality is for images that must shrink to fit the endpoint's body limit:
// within what Google's own code sends for training (q75 to q95).
const jpegQuality = 90

// compose makes the request of a question, for a context of so many tokens, and
// says what it shows the model: that is read off the request itself.
func (b *Bot) compose(ctx context.Context, t store.Thread, images []store.ImageRecord, now []store.Message, set settings, window int) (medgemma.Request, looked, error) {
	room := window - set.maxTokens - contextMargin
	question := b.words(now[len(now)-1])
	fixed := textTokens(b.cfg.SystemPrompt) + textTokens(question)
	most := min(b.maxImages(), max(0, (room-fixed)/(tokensPerImage+tokensPerPart)))

	send, leftOut := chooseImages(len(images), namedImages(question), most)
	data := map[int]imageBytes{}
	for label := range send {
		_, raw, err := b.cfg.Store.Image(ctx, t.Key, label)
		if err != nil {
			return medgemma.Request{}, looked{}, fmt.Errorf("reading an image: %w", err)
		}
		data[label] = imageBytes{images[label-1].MIME, raw}
	}
	// Text is at most what the context has room for; JSON may double a byte.
	limit := b.cfg.Model.MaxBody() - bodyOverhead - 2*min(textBytes(t, now), max(room, 0)*bytesPerToken)
	if err := shrink(data, limit); err != nil {
		return medgemma.Request{}, looked{}, err
	}
	for bodyBytes(data) > limit && len(send) > 1 {
		send, leftOut = chooseImages(len(images), namedImages(question), len(send)-1)
		for label := range data {
			if !send[label] {
				delete(data, label)
			}
		}
	}
	turns, shown, dropped, err := buildPrompt(conversation{
		system: b.cfg.SystemPrompt, self: b.self.user, turns: t.Turns, now: now, images: data, send: send, budget: room,
	})
	if err != nil {
		return medgemma.Request{}, looked{}, err
	}
	if len(images) > 0 && !anyOf(shown) {
		// No room for a single image, and never a question about one without it.
		return medgemma.Request{}, looked{}, errTooLong
	}
	seen := looked{leftOut: leftOut, dropped: dropped, temperature: set.temperature, maxTokens: set.maxTokens}
	for _, r := range images {
		if shown[r.Label] {
			seen.images = append(seen.images, lookedImage{r.Label, r.Width, r.Height, r.Side, r.Notes})
		}
	}
	return medgemma.Request{System: b.cfg.SystemPrompt, Turns: turns, Temperature: set.temperature, MaxTokens: set.maxTokens}, seen, nil
}

// shrink re-encodes PNGs as JPEG when they are over the limit together: all of
// them, so that the choice does not depend on their order.
func shrink(data map[int]imageBytes, limit int) error {
	if bodyBytes(data) <= limit {
		return nil
	}
	for label, img := range data {
		if img.MIME != "image/png" {
			continue
		}
		small, err := imaging.ToJPEG(img.Data, jpegQuality)
		if err != nil {
			return fmt.Errorf("re-encoding an image: %w", err)
		}
		data[label] = imageBytes{"image/jpeg", small}
	}
	return nil
}

func bodyBytes(data map[int]imageBytes) int {
	sum := 0
	for _, img := range data {
		sum += base64.StdEncoding.EncodedLen(len(img.Data)) + 128
	}
	return sum
}

// textBytes is how much text the thread holds.
func textBytes(t store.Thread, now []store.Message) int {
	sum := 0
	for _, turn := range append(t.Turns[:len(t.Turns):len(t.Turns)], store.Turn{Messages: now}) {
		sum += len(turn.Text)
		for _, m := range turn.Messages {
			sum += len(m.Text)
		}
	}
	return sum
}

// maxImages is how many images one request may hold: what was configured, or
// less when the endpoint has said so.
func (b *Bot) maxImages() int {
	if n := int(b.learnedImages.Load()); n > 0 {
		return min(n, b.cfg.MaxImages)
	}
	return b.cfg.MaxImages
}

func (b *Bot) contextTokens() int {
	if n := int(b.learnedContext.Load()); n > 0 {
		return min(n, b.cfg.ContextTokens)
	}
	return b.cfg.ContextTokens
}

// learn takes a limit from the endpoint's refusal of a request with sent images
// for a context of window tokens. It says whether putting the question again can
// help, and with which window.
func (b *Bot) learn(e *medgemma.Error, sent, window int) (next int, again bool) {
	switch e.Kind {
	case medgemma.KindTooManyImages:
		limit := e.Limit
		switch {
		case limit == medgemma.NoImages:
			return window, false
		case limit <= 0:
			limit = 1 // vLLM's default when it does not say
		}
		if limit >= sent {
			return window, false
		}
		b.learnedImages.Store(int64(limit))
	case medgemma.KindContextOverflow:
		if e.Limit > 0 && e.Limit < window {
			b.learnedContext.Store(int64(e.Limit))
			window = e.Limit
			break
		}
		window = window * 3 / 4 // the estimate was too low, for this text alone
	case medgemma.KindTooLarge:
		if e.Limit <= 0 {
			return window, false // the server says so, and MaxBody knew no better
		}
		// Not sent: the endpoint turned out to be a shared one, and MaxBody says so now.
	default:
		return window, false
	}
	b.lg.Warn("the endpoint takes less than it was configured with", "kind", e.Kind, "limit", e.Limit)
	return window, true
}

// words are what a message says, as the model reads it.
func (b *Bot) words(m store.Message) string { return plainText(m.Text, b.self.user, nobody) }

func anyOf(set map[int]bool) bool {
	for _, in := range set {
		if in {
			return true
		}
	}
	return false
}

// blind returns the sentence that ends a question whose image did not reach the
// model, or "" when the model may be asked. This is the promise that MedBuddy
// never speaks of an image it did not send, and so it is code, not a prompt.
func (b *Bot) blind(images []store.ImageRecord, now []store.Message, places map[string]string) string {
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

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
