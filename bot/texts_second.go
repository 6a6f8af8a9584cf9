package bot

import (
	"strings"
)

// The second look: what the model is asked, and what people are told of the answers.
// The rules of tone are in texts.go.

// otherWords asks a question once more in other words, for the model. The images go
// along as they did before; what the model said before does not, so that it does not
// repeat itself.
func otherWords(question string) string {
	return "A colleague looks at the images above and asks:\n\n" + quoted(question) + "\n\n" +
		"Look for what speaks for it and for what speaks against it before you answer. Write three short parts:\n" +
		"For: what in the images speaks for it, each with the image it is in, and the side.\n" +
		"Against: what in the images speaks against it.\n" +
		"Answer: the answer to the question, in one to three sentences. When the images do not allow one, say so here."
}

// sameWords asks a question without any image, for the model: in the very words of the
// first time. To say that the image is missing would give the answer away; what is
// looked for is what the model says when it could have noticed. Nothing else of the
// conversation may go along either, since earlier answers would lend it theirs.
func sameWords(question string) string {
	if question = strings.TrimSpace(question); question == "" {
		return defaultQuestion
	}
	return question
}

// quoted sets a question apart. It is plain text of plainText's already.
func quoted(question string) string {
	lines := strings.Split(sameWords(question), "\n")
	return "> " + strings.Join(lines, "\n> ")
}

// secondLook are the answers to one question, as the model gave them (Markdown).
type secondLook struct {
	first   string // that people have read
	again   string // in other words; empty when there is none
	without string // without any image; empty when there is none
	part    bool   // again is not whole
}

const (
	textLooksAgree  = "Both looks come to the same, as far as the words can be compared. They may still both be wrong."
	textLooksOpen   = "I cannot tell whether the two looks come to the same. Compare them yourself."
	textWhichLook   = "First look means the answer that was there before, second look the one below that was asked in other words."
	textLooksPart   = "The second answer is not whole: see below."
	textNoSecond    = "The model gave no second answer, so there is nothing to compare. Press *Second look* again in a minute."
	textSameBlind   = "The model gives the same answer without the image, so its answer may not rest on the image."
	textSeesNothing = "Without the image the model says that it cannot tell. That is a good sign: it did not make an answer up. It does not mean that its answer with the image is right."
	textOpenBlind   = "I cannot tell whether the model gives the same answer without the image. Read both: if they say the same, its answer may not rest on the image."
	textOtherBlind  = "It does not mean that its answer with the image is right, and it answered about an image that it was not shown."
	textNoBlind     = "I could not ask the model without the image this time."
)

// maxDifferences is how many differences are named.
const maxDifferences = 6

// textSecondLook says in mrkdwn what came of a second look: what it means first, then
// the answers.
func textSecondLook(l secondLook) string {
	lines := []string{"*Second look*"}
	again, without := mrkdwn(l.again), mrkdwn(l.without)
	if again == "" {
		lines = append(lines, "• "+textNoSecond)
	} else if l.part {
		lines = append(lines, "• "+textLooksOpen+" "+textLooksPart)
	} else {
		lines = append(lines, "• "+textLooks(compared(l.first, l.again)))
	}
	lines = append(lines, "• "+textBlind(l))
	text := strings.Join(lines, "\n")
	if again != "" {
		text += "\n\n*Asked in other words*\n" + again
	}
	if without != "" {
		text += "\n\n*Asked without the image*\n" + without
	}
	return text
}

// textBlind says what the answer without the image tells of the first one.
func textBlind(l secondLook) string {
	if mrkdwn(l.without) == "" {
		return textNoBlind
	}
	switch how, on := comparedBlind(l.first, l.without); how {
	case blindSame:
		return textSameBlind
	case blindNone:
		return textSeesNothing
	case blindOther:
		return "Without the image the model answers otherwise, so the image made a difference: " + textDifferences(on, "with the image", "without it") + ". " + textOtherBlind
	}
	return textOpenBlind
}

func textLooks(c comparison) string {
	on := textDifferences(c.on, "first look", "second look")
	switch {
	case c.likeness == same:
		return textLooksAgree
	case c.likeness == differing:
		return "*The two looks differ* on: " + on + ". " + textWhichLook + " Do not rely on either before you have looked yourself."
	case on != "":
		return textLooksOpen + " Not clear: " + on + ". " + textWhichLook
	}
	return textLooksOpen
}

// textDifferences names what two answers do not say the same of, each time with whose
// word is whose.
func textDifferences(on []difference, first, second string) string {
	var all []string
	for _, d := range on[:min(len(on), maxDifferences)] {
		all = append(all, d.labelled(first, second))
	}
	if len(on) > maxDifferences {
		all = append(all, "and more")
	}
	return strings.Join(all, "; ")
}
