package bot

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// contextMargin is what the estimate of tokens leaves free.
const contextMargin = 128

// bodyOverhead is what a request holds besides images and text, generously.
const bodyOverhead = 64 << 10

// loadsAtOnce bounds the requests and contact sheets that are put together at the
// same time: each may hold tens of megabytes.
const loadsAtOnce = 4

// jpegQuality is for images that must shrink to fit the endpoint's body limit:
// within what Google's own code sends for training (q75 to q95).
const jpegQuality = 90

// compose makes the request of a question, for a context of so many tokens, and
// says what it shows the model: that is read off the request itself. A goneError
// says that images were deleted since the thread was read.
func (b *Bot) compose(ctx context.Context, t store.Thread, seen sight, set settings, window int) (medgemma.Request, looked, error) {
	images, now := seen.images, seen.now
	room := window - set.maxTokens - contextMargin
	last := seen.instruction
	if last == "" {
		last = b.words(now[len(now)-1])
	}
	fixed := textTokens(b.cfg.SystemPrompt) + textTokens(last)
	most := min(b.maxImages(), max(0, (room-fixed)/(tokensPerImage+tokensPerPart)))

	select { // requests are large
	case b.loads <- struct{}{}:
	case <-ctx.Done():
		return medgemma.Request{}, looked{}, ctx.Err()
	}
	defer func() { <-b.loads }()
	send, leftOut := share(images, seen.only, seen.about, labelsOf(now), seen.must, most)
	all, gone := map[int]pictures{}, &goneError{}
	for label := range send {
		p, err := b.stored(ctx, t.Key, images[label-1])
		switch {
		case errors.Is(err, store.ErrNotFound):
			gone.labels = append(gone.labels, label)
		case err != nil:
			return medgemma.Request{}, looked{}, err
		}
		all[label] = p
	}
	if len(gone.labels) > 0 {
		return medgemma.Request{}, looked{}, gone
	}
	// Text is at most what the context has room for; JSON may double a byte.
	limit := b.cfg.Model.MaxBody() - bodyOverhead - 2*min(textBytes(t, now), max(room, 0)*bytesPerToken)
	data := portions(all, images, send)
	for n := send.count() - 1; bodyBytes(data) > limit; n-- {
		if err := shrink(all, send); err != nil {
			return medgemma.Request{}, looked{}, err
		}
		if data = portions(all, images, send); bodyBytes(data) <= limit || n == 0 {
			break
		}
		send, leftOut = share(images, seen.only, seen.about, labelsOf(now), seen.must, n)
		data = portions(all, images, send)
	}
	turns, shown, dropped, err := buildPrompt(conversation{
		system: b.cfg.SystemPrompt, self: b.self.user, turns: asToldTo(t.Turns), now: now, instruction: seen.instruction,
		images: data, gone: goneLabels(images), budget: room,
	})
	if err != nil {
		return medgemma.Request{}, looked{}, err
	}
	if len(liveLabels(images)) > 0 && !anyOf(shown) {
		// No room for a single image, and never a question about one without it.
		return medgemma.Request{}, looked{}, errTooLong
	}
	l := looked{leftOut: leftOut, dropped: dropped, temperature: set.temperature, maxTokens: set.maxTokens}
	for _, r := range images {
		if shown[r.Label] {
			l.images = append(l.images, lookedImage{record: r, slices: data[r.Label].slices,
				link: permalink(b.self.url, t.Key.Channel, r.MessageTS, t.Key.TS)})
		}
	}
	return medgemma.Request{System: b.cfg.SystemPrompt, Turns: turns, Temperature: set.temperature, MaxTokens: set.maxTokens}, l, nil
}

// stored reads all pictures of an image.
func (b *Bot) stored(ctx context.Context, t store.ThreadKey, r store.ImageRecord) (pictures, error) {
	_, raw, err := b.cfg.Store.Image(ctx, t, r.Label)
	if err == nil && len(raw) != len(r.Slices) {
		err = errors.New("its slices are not those of its record")
	}
	if err != nil {
		return pictures{}, fmt.Errorf("reading an image: %w", err)
	}
	p := pictures{slices: make([]slicePicture, len(raw))}
	for i, s := range r.Slices {
		p.slices[i] = slicePicture{number: s.Number, mime: s.MIME, data: raw[i]}
		if r.Of == 1 || r.Modality == "" {
			p.slices[i].number = 0
		}
	}
	return p, nil
}

// portions picks the slices that are sent out of all that are stored.
func portions(all map[int]pictures, images []store.ImageRecord, send portion) map[int]pictures {
	out := map[int]pictures{}
	for label, places := range send {
		p := pictures{about: aboutImage(images[label-1], len(places))}
		for _, i := range places {
			p.slices = append(p.slices, all[label].slices[i])
		}
		out[label] = p
	}
	return out
}

// shrink re-encodes the PNGs that are sent as JPEG: all of them, so that the
// choice does not depend on their order.
func shrink(all map[int]pictures, send portion) error {
	for label, places := range send {
		for _, i := range places {
			s := &all[label].slices[i]
			if s.mime != "image/png" {
				continue
			}
			small, err := imaging.ToJPEG(s.data, jpegQuality)
			if err != nil {
				return fmt.Errorf("re-encoding an image: %w", err)
			}
			s.mime, s.data = "image/jpeg", small
		}
	}
	return nil
}

func bodyBytes(data map[int]pictures) int {
	sum := 0
	for _, p := range data {
		for _, s := range p.slices {
			sum += base64.StdEncoding.EncodedLen(len(s.data)) + 128
		}
	}
	return sum
}

func labelsOf(messages []store.Message) []int {
	var labels []int
	for _, m := range messages {
		labels = append(labels, m.Images...)
	}
	return labels
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

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
