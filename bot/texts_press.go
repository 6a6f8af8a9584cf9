package bot

import (
	"fmt"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// What people are told of what they pressed or said about an answer. The rules of
// tone are in texts.go.

const (
	textThanks = "Noted: a good answer. Thank you."

	textForgotten       = "I no longer hold that question, so I cannot take it up again. Ask it in a message."
	textNotKept         = "I no longer hold this thread, so I cannot keep what you say of this answer."
	textPressDeleted    = "The message that asked was deleted, so I cannot take it up again. Ask in a new message."
	textNoAnswerToPress = "There is no answer of the model to go on from. Use _Try again_, or ask in a message."

	textQuestionDeleted = "The question was deleted in Slack, so there is no answer, and I keep nothing of it."

	textNewerAnswer = "There is a newer answer to that question. Press _Continue_ under that one, if it was cut off."

	textNotThere = "I am not in this channel, so I could not answer here. Invite me first with `/invite @MedBuddy`, then ask again."
)

// textStopped stands under what had been said, if anything.
func textStopped(user string, said bool) string {
	if said {
		return "*Stopped by " + mention(user) + ": this answer is incomplete.* Press _Try again_ for a whole one."
	}
	return "Stopped by " + mention(user) + " before there was an answer. Press _Try again_ when you want one."
}

// textStoppedNotWhole is for an answer that was begun before a restart: some of it may
// have been read.
func textStoppedNotWhole(user string) string {
	return "Stopped by " + mention(user) + " before there was a whole answer. Press _Try again_ when you want one."
}

func textNotPressed(ref string) string {
	return "That was not carried out: I could not reach my memory, or Slack. Try it again in a minute; reference for your administrator: " + ref
}

// textInThread is for a command that is about a thread and was given as a slash
// command.
func textInThread(v verb) string {
	if v == verbErase {
		v = verbForget
	}
	return fmt.Sprintf("That is about one thread, and Slack has no slash commands in threads. Write `@MedBuddy %s` in the thread.", v)
}

// textReplyInThread is for such a command outside of a thread.
const textReplyInThread = "That is about one thread. Write it as a reply in the thread that you mean."

// textNothingErased answers what sounds like forgetting and may mean less than the thread.
const textNothingErased = "Nothing was erased. To have me erase all that I keep of a thread, write `@MedBuddy forget` in it. To erase one message or image, delete it in Slack: I erase it as well. `@MedBuddy reset` sets temperature and max tokens back."

// textMentionToForget answers who did not say to whom it was said.
const textMentionToForget = "Nothing was erased yet, since your message does not mention me. To have me erase all that I keep of this thread, write `@MedBuddy forget` in it."

// textForgetting is true whether or not it comes to the end.
func textForgetting(turns, images int) string {
	return fmt.Sprintf("I am forgetting this thread (%s). If this line has not changed in a minute, ask me once more.", heldText(turns, images))
}

// textForgotThread is the receipt.
func textForgotThread(user string, turns, images int) string {
	return fmt.Sprintf("%s had me forget this thread: erased from my memory are %s, its settings and what people said of the answers. "+
		"Messages and files in Slack are still there; delete them in Slack if they should go, too. Mention me to begin anew.", mention(user), heldText(turns, images))
}

func heldText(turns, images int) string {
	return counted(turns, "entry of the conversation", "entries of the conversation") + " and " + counted(images, "image", "images")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

const textNothingHeld = "I hold nothing of this thread, so there is nothing to tell or to forget."

func textExported(messages int) string {
	return fmt.Sprintf("The whole conversation as a text file: %s. AI draft, not a report. It names people: mind who gets it.", counted(messages, "message", "messages"))
}

func textNotHandedOver(ref string) string {
	return "I could not put that together, since I could not reach my memory, or Slack. Ask for it again in a minute; reference for your administrator: " + ref
}

// Where an answer in a direct message is while it grows, and when it is done.
const (
	textBelow = "Answering below…"
	textAbove = "_The answer stands above._"
)

const (
	textNotForgotten       = "I could not reach my memory, so nothing was forgotten. Say it again in a minute; reference for your administrator: %s"
	textForgottenMeanwhile = "This thread was forgotten before I came to your question, so there is no answer. Mention me with it to ask anew."
	textCommandForgotten   = "This thread was forgotten before I came to your command, so I did not carry it out. Send it again if it still holds."
)

// textAskedByShortcut stands above the answer to what was asked by the shortcut: no
// message in the thread says it.
func textAskedByShortcut(user, question string) string {
	return "> " + mention(user) + " asks: " + strings.ReplaceAll(inert(question), "\n", "\n> ")
}

// textPressedUnder stands above what was asked by a button under an answer, which may
// stand far above it.
func textPressedUnder(kind store.Kind, link string) string {
	this := hyperlink(link, "this answer")
	switch kind {
	case store.KindSecond:
		return "About " + this + ":"
	case store.KindContinue:
		return "Going on from " + this + "."
	}
	return "Another try at " + this + "."
}

const textLookingTwice = "Asking the model once more in other words, and once without the image…"

const textWritingNote = "Putting the note together…"

const textNothingToStop = "There is nothing to stop: I am not answering anything in this thread."
