package bot

import (
	"regexp"
	"strings"
	"unicode"
)

// This file knows remarks that ask for nothing: "thanks!", "ok", a thumb. In a thread
// where follow-ups need no mention each of them would cost an answer of the model, and
// everybody would have to read it. They are left alone there, and are read with the next
// question as other remarks are. Who says one to MedBuddy, by a mention or in a direct
// message, gets a short sentence that no one else sees.
//
// The list is closed and holds whole messages. "Yes", "no", "sure", "klar" and "right" are
// not in it: they may answer what the model has asked. What has a question mark asks.

const (
	thanksWords = `thanks|thank\s+(?:you|u)|many\s+thanks|th?n?x|ty|tysm|cheers|(?:much\s+)?appreciated|` +
		`danke(?:\s*sch(?:o|oe)n)?|(?:vielen|besten|herzlichen|tausend)\s+dank|` +
		`merci|mille\s+mercis|(?:muchas|mil)\s+gracias|gracias`
	okWords = `ok|okay|okey|oki|k|kk|okey[- ]dokey|alright|all\s+right|fine|good|great|perfect|excellent|awesome|nice|cool|super|wonderful|lovely|brilliant|amazing|fantastic|interesting|wow|` +
		`got\s+it|gotcha|noted|understood|roger(?:\s+that)?|copy(?:\s+that)?|will\s+do|makes\s+sense|(?:sounds|looks)\s+good|good\s+to\s+know|(?:good|great|nice)\s+(?:job|work|one)|well\s+done|agreed?|i\s+agree|fair\s+enough|ack|lgtm|done|` +
		`no\s+problem|np|no\s+worries|never\s?mind|you(?:'re|\s+are|r)?\s+welcome|welcome|sorry|my\s+bad|oops|haha|lol|` +
		`alles\s+klar|gut|sehr\s+gut|prima|toll|perfekt|verstanden|in\s+ordnung|passt|einverstanden|bitte\s+sch(?:o|oe)n|gern(?:e)?(?:\s+geschehen)?|` +
		`d'accord|dac|entendu|parfait|bien|tres\s+bien|bien\s+recu|compris|(?:c'est\s+)?note|ca\s+marche|genial|de\s+rien|` +
		`vale|de\s+acuerdo|perfecto|entendido|muy\s+bien|recibido|listo|estupendo|anotado|de\s+nada`
	// muchWords go with what stands before them.
	muchWords = `a\s+(?:lot|bunch|million|ton)|(?:so|very)\s+much|again|everyone|everybody|all|both|team|guys|folks|doc|doctor|colleagues?|medbuddy|bot|for\s+(?:that|this|the\s+(?:help|answer|info|information|input|update|quick\s+(?:answer|reply)))|for\s+(?:your|all\s+your)\s+help|sehr|dir|euch|ihnen|beaucoup|bien|bueno|mucho|and|und|et|y|so|then`
)

var (
	remarkRE = regexp.MustCompile(`^(?:(?:` + thanksWords + `|` + okWords + `|` + muchWords + `)(?:[\s,.!;&+)-]+|$))+$`)
	// beginsRE: what goes with something does not stand by itself.
	beginsRE = regexp.MustCompile(`^(?:` + thanksWords + `|` + okWords + `)(?:[\s,.!;&+)-]|$)`)

	// emojiRE are the names of emoji, as Slack sends them.
	emojiRE = regexp.MustCompile(`:[a-z0-9_+'-]*[a-z_+'-][a-z0-9_+'-]*:(?::skin-tone-[2-6]:)?`)
	// smileRE are those that are typed, and votes.
	smileRE = regexp.MustCompile(`(?:^|\s)(?:[:;=]-?[)dp]|<3|\^\^|\+1)(?:$|[\s!.])`)
	// asksRE finds emoji that ask.
	asksRE = regexp.MustCompile(`:(?:grey_)?question:|:interrobang:|[❓❔⁉]`)
)

// isRemark says whether a message asks for nothing.
func isRemark(text string) bool {
	text = strings.ToLower(strings.TrimSpace(text))
	if text == "" || strings.ContainsAny(text, "?¿") || asksRE.MatchString(text) {
		return false
	}
	bare := emojiRE.ReplaceAllString(text, " ")
	bare = strings.Map(func(r rune) rune {
		if isEmoji(r) {
			return ' '
		}
		return r
	}, bare)
	bare = smileRE.ReplaceAllString(bare, "  ")
	bare = strings.Trim(spaceRE.ReplaceAllString(folded(bare), " "), " ,.!;`\"'()")
	if bare == "" { // of emoji alone, unless it never had any
		return strings.TrimSpace(bare) != strings.Trim(text, " ,.!;`\"'()*_~")
	}
	return beginsRE.MatchString(bare) && remarkRE.MatchString(bare)
}

// isEmoji says whether a character is an emoji or a part of one.
func isEmoji(r rune) bool {
	switch {
	case unicode.Is(unicode.So, r), r >= 0x1F3FB && r <= 0x1F3FF: // tones of skin
		return true
	}
	return r == 0xFE0F || r == 0x200D || r == 0x20E3 || r >= 0xE0020 && r <= 0xE007F
}
