package bot

import (
	"log/slog"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma"
)

// What a refusal teaches, and whether the question is put once more.
func TestLearn(t *testing.T) {
	for name, c := range map[string]struct {
		kind          medgemma.Kind
		limit, sent   int
		window        int
		again         bool
		images, words int // what everybody's next request may hold
	}{
		"fewer images":            {medgemma.KindTooManyImages, 2, 5, 8000, true, 2, 8000},
		"fewer, not how many":     {medgemma.KindTooManyImages, 0, 5, 8000, true, 1, 8000},
		"one too many":            {medgemma.KindTooManyImages, 1, 1, 8000, false, 16, 8000},
		"no images at all":        {medgemma.KindTooManyImages, medgemma.NoImages, 3, 8000, false, 16, 8000},
		"a shorter context":       {medgemma.KindContextOverflow, 4096, 1, 4096, true, 16, 4096},
		"a text of many tokens":   {medgemma.KindContextOverflow, 8000, 1, 6000, true, 16, 8000},
		"a shared endpoint":       {medgemma.KindTooLarge, 1_500_000, 1, 8000, true, 16, 8000},
		"too large for the other": {medgemma.KindTooLarge, 0, 1, 8000, false, 16, 8000},
		"busy":                    {medgemma.KindBusy, 0, 1, 8000, false, 16, 8000},
	} {
		t.Run(name, func(t *testing.T) {
			b := &Bot{cfg: Config{MaxImages: 16, ContextTokens: 8000}, lg: slog.New(slog.DiscardHandler)}
			window, again := b.learn(&medgemma.Error{Kind: c.kind, Limit: c.limit}, c.sent, 8000)
			if window != c.window || again != c.again {
				t.Errorf("learn = %d, %v, want %d, %v", window, again, c.window, c.again)
			}
			if b.maxImages() != c.images || b.contextTokens() != c.words {
				t.Errorf("now %d images, %d tokens, want %d, %d", b.maxImages(), b.contextTokens(), c.images, c.words)
			}
		})
	}
}
