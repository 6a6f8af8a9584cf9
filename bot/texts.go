package bot

import (
	"fmt"
	"strconv"

	"github.com/medbuddy/medbuddy/store"
)

// Everything that MedBuddy says to people is in the files texts*.go.
// The rules of tone:
//
//   - Short and plain, in the words of a ward, not of a server.
//   - What happened, then what the reader can do now.
//   - Never blame, never joke, never apologise twice, never "Oops".
//   - Never repeat what a person wrote, nor the name of a file or a person.
//   - Say "I" for MedBuddy and "the model" for MedGemma.

// What stands under every answer. At most 140 characters.
const draftLabel = "AI draft, not a diagnosis. Check it against the original images and the formal report."

// textNoImageLabel is the same under an answer of a model that was shown no image.
const textNoImageLabel = "AI draft, not a diagnosis. No image was looked at: nothing here was seen on one."

// textSpeaksBlind stands under such an answer when it speaks of an image.
const textSpeaksBlind = "*The model was given no image.* Do not take what it says of one for an observation."

// What the model reads beside what people wrote.
const (
	omittedNote     = "[Earlier messages of this conversation are left out.]"
	notSentNote     = "[not sent with this question; do not describe it]"
	goneNote        = "[deleted; do not describe it]"
	goneAnswerNote  = "[This answer was about an image that has been deleted, and is left out.]"
	defaultQuestion = "Describe what is shown and what matters in it."
)

func aboutNote(labels []int) string { return "[This is about " + labelList(labels) + ".]" }

func unreadNote(n int) string {
	if n == 1 {
		return "[A file posted here could not be read and is not shown.]"
	}
	return fmt.Sprintf("[%d files posted here could not be read and are not shown.]", n)
}

// Placeholders, before and while there is no text yet.

func textReading(files int) string {
	switch files {
	case 0:
		return "Looking at this thread…"
	case 1:
		return "Reading 1 file…"
	default:
		return fmt.Sprintf("Reading %d files…", files)
	}
}

const (
	stillWriting     = "… _still writing_"
	textInterrupted  = "I am being restarted. Your question is kept: I will answer here when I am back."
	textStale        = "I was restarted or cut off from Slack, and your question is more than 15 minutes old, so I did not answer it. Ask again if you still need an answer."
	textStaleCommand = "I was restarted or cut off from Slack, and your command is more than 15 minutes old, so I did not carry it out. Send it again if it still holds."
	textTakenBack    = "_This part belonged to an answer whose question was deleted._"
	textReplaced     = "_This part belonged to a try that was cut short. What holds stands above._"
)

// textInLine says how many questions are before one that waits for the model.
func textInLine(ahead int) string {
	if ahead == 0 {
		return "Your question is next in line. I will answer here."
	}
	return fmt.Sprintf("Your question is in line: %d before it. I will answer here.", ahead)
}

// textStatus stands behind MedBuddy's name below a thread. Without a comma: Slack's
// own list of such texts is parted by them.
const textStatus = "has your question and will answer here"

// textOverRate is sent to that person alone.
func textOverRate() string {
	return fmt.Sprintf("You asked more than %d questions within a minute. I answer all of them; the questions of others go first.", ratePerMinute)
}

// Endings without an answer.

const (
	textNoImage = "I see no image in this thread, and I only answer about images I was shown. Post the scan here (DICOM, a ZIP of a series, PNG, JPEG, TIFF, BMP, WebP or GIF), then ask again."

	textNoImageForWords = "No image reached the model in this thread, and your question sounds like one about an image. Post the scan here and ask again, or ask without referring to an image."

	textTextOnlyModel = "The model behind me takes text only, so I cannot look at images here. Ask your administrator for a MedGemma that takes images."

	textQuestionTooLong = "Your message is longer than the model can take in one piece. Shorten it, or ask about a part of it, and I will answer."

	textEmptyMention = "Post a scan here and ask me about it, for example: _what is the view, and is there a pleural effusion?_ In this thread I then answer follow-up questions without a mention."
)

const textNotTaken = "I could not take your question yet. I keep trying and will answer here when I can."

func textFailed(ref string) string {
	return "Something went wrong on my side and there is no answer. Ask again; if it happens twice, give your administrator this reference: " + ref
}

func textStoreFailed(ref string) string {
	return "I could not reach my memory of this thread, so I did not answer. Ask again in a minute; reference for your administrator: " + ref
}

func textNoSuchImage(missing []int, images []store.ImageRecord) string {
	return fmt.Sprintf("There is no %s in this thread; it has %s. Name one of those, or post the image you mean.", labelList(missing), textHas(images))
}

// textHas names the images that are there.
func textHas(images []store.ImageRecord) string {
	live := liveLabels(images)
	switch {
	case len(live) == 1:
		return imageLabel(live[0]) + " only"
	case len(live) == len(images):
		return fmt.Sprintf("Image 1 to Image %d", len(images))
	}
	return clip(labelList(live), 160)
}

// textImagesGone answers a question about images that were deleted.
func textImagesGone(gone []int, images []store.ImageRecord) string {
	was, it := "was", "it"
	if len(gone) > 1 {
		was, it = "were", "them"
	}
	return fmt.Sprintf("%s %s deleted in Slack, so I no longer have %s. This thread has %s: name one of those, or post the image again and ask.", labelList(gone), was, it, textHas(images))
}

// textGone is textImagesGone, or textAllGone where no image is left.
func textGone(gone []int, images []store.ImageRecord) string {
	if len(liveLabels(images)) == 0 {
		return textAllGone
	}
	return textImagesGone(gone, images)
}

// textGoneSince stands under an answer about images that were deleted while it was made.
func textGoneSince(gone []int) string {
	was, it := "was", "it"
	if len(gone) > 1 {
		was, it = "were", "them"
	}
	return fmt.Sprintf("*%s %s deleted in Slack while I was answering.* Do not go by what is said of %s here.", labelList(gone), was, it)
}

const textAllGone = "The images of this thread were deleted in Slack, so I no longer have them and cannot answer about them. Post the scan again, then ask."

const textNothingLeft = "Your question leaves out every image of this thread, so there is nothing for me to look at. Name an image that I should look at."

func textThreadUnread(ref string) string {
	return "I could not read this thread in Slack, so I did not answer. Ask again in a minute; reference for your administrator: " + ref
}

func textCannotTell(ref string) string {
	return "I was restarted and cannot read this thread in Slack any more, so I cannot tell whether I had answered the last question. If my last message has no answer, ask again; reference for your administrator: " + ref
}

func textMissingScope(scope, ref string) string {
	if scope == "" {
		scope = "to read messages here"
	}
	return fmt.Sprintf("I may not read this thread: the permission %s is missing. Your administrator must add it and reinstall the app. Reference: %s", inert(scope), ref)
}

// Who may not ask. Sent to that person alone.

const (
	textOutsideChannel = "MedBuddy is not set up for this channel, so I do not answer here. Ask your administrator to allow it."
	textExternal       = "MedBuddy answers members of this workspace only, in channels that are not shared with other organisations, so I do not answer you here."
	textCannotCheck    = "I may not look up whether you are a member of this workspace, so I do not answer you. Your administrator must check my permissions (users:read, channels:read) and reinstall the app."
	textAskAgain       = "I could not check whether I may answer you, so I did nothing. Try again in a minute."
)

// clip shortens s to at most n characters.
func clip(s string, n int) string {
	if n < 1 {
		return ""
	}
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
