package bot

import (
	"context"
	"regexp"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// This file knows who wants an answer to stop and says more than the word: "stop, wrong
// patient". Such words may be said between people as well ("stop the heparin"), so they
// count only while there is an answer to be stopped, and else are what they always were.

const (
	haltWord = `(?:stop+|halt|cancel|abort)`
	haltLead = `(?:(?:please|pls|ok|okay|oh|no|hey|wait|sorry|oops|medbuddy)[\s,!.-]+)*`
	// haltMost is how many words may follow: who says more says something else.
	haltMost = 8
)

var (
	// A mark after the word sets it apart, whatever follows.
	haltMarkRE = regexp.MustCompile(`^` + haltLead + haltWord + `(?:\s*[,!.;:…]|\s+[-–—]|\n)(.*)$`)
	// Without one, what follows must be about the answer, or say that something is wrong.
	haltWordRE = regexp.MustCompile(`^` + haltLead + haltWord + `\s+((?:it|that|this|now|please|pls|stop|talking|writing|typing|generating|answering|reading|thinking|working|going|here|there|immediately|at\s+once|` +
		`wrong|sorry|no|not|never\s?mind|i|i'm|im|i've|we|you|you're|that's|thats|this\s+is|it's|its|medbuddy|(?:my|the|this|that|your)\s+(?:last\s+)?(?:answer|reply|response|question|request|generation|message|analysis))\b.*)$`)
)

// saysMoreRE says that something is wanted beside the stop: that is a question, and waits
// for its turn as always, since a stop is not answered.
var saysMoreRE = regexp.MustCompile(`\b(?:what|which|where|how|why|show|tell|list|give|measure|explain|only|just|instead|use|try|is\s+there|are\s+there|look|describe|compare|assess|read|review|check|focus)\b`)

// halts says whether a message wants an answer to stop, if there is one.
func halts(text string) bool {
	if len(text) > commandBytes {
		return false
	}
	text = folded(strings.TrimSpace(text))
	if strings.Contains(text, "?") {
		return false
	}
	for _, re := range []*regexp.Regexp{haltMarkRE, haltWordRE} {
		if m := re.FindStringSubmatch(text); m != nil && len(strings.Fields(m[1])) <= haltMost {
			return !saysMoreRE.MatchString(m[1])
		}
	}
	return false
}

// haltsNow says whether a message wants an answer to stop that is being made, or waits
// to be.
func (b *Bot) haltsNow(ctx context.Context, t store.ThreadKey, m message) (bool, error) {
	if !halts(plainText(m.text, b.self.user, nobody)) {
		return false, nil
	}
	open, err := b.cfg.Store.Open(ctx, t)
	if err != nil {
		return false, err
	}
	now := false
	for _, q := range open {
		switch {
		case q.Kind == store.KindCommand, after(askedTS(q), m.ts):
		case q.Key.TS == m.ts && q.Key.Act == "":
			return false, nil // it came before, when there was nothing to stop, and is a question
		default:
			now = true
		}
	}
	return now, nil
}
