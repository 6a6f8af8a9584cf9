package bot

import (
	"fmt"
	"time"

	"github.com/medbuddy/medbuddy/medgemma"
)

// What people are told of the model while it works and when it fails. The rules of
// tone are in texts.go.

// textAskingAgain is Markdown, as the model's text before it is.
const textAskingAgain = "_The connection to the model was lost here. I am asking it once more…_"

func textCutTwice(ref string) string {
	return "*This answer is incomplete:* the connection to the model was lost, and once more when I asked again. Press _Try again_ for a whole one. Reference for your administrator: " + ref
}

func textTooLate(ref string) string {
	return "*This answer is incomplete:* the model took too long and I stopped waiting. Ask for less at once. Reference for your administrator: " + ref
}

const textAskedTwice = "_The connection to the model was lost once; this is its answer to a second try._"

const textStoppedEarly = "*The model ended this answer early, so it may be incomplete.* Ask again in other words."

// modelSentence says what went wrong with the model and what to do.
func modelSentence(e *medgemma.Error, maxTokens, limit int, ref string) string {
	admin := " Reference for your administrator: " + ref
	switch e.Kind {
	case medgemma.KindBusy:
		return "The model is too busy to answer right now. Ask again in a few minutes." + admin
	case medgemma.KindWaking:
		return "The model did not start in time. Ask again in a few minutes: it may be up by then." + admin
	case medgemma.KindUnauthorized:
		return "The model refused my access, so there is no answer. Your administrator must renew my permission for the endpoint." + admin
	case medgemma.KindNotFound:
		return "The model endpoint I was given does not exist or has no model on it. Your administrator must check it." + admin
	case medgemma.KindUnreachable:
		return "I cannot reach the model. Ask again in a minute." + admin
	case medgemma.KindTimeout:
		return "The model took too long and I stopped waiting. Ask again, or ask for less at once." + admin
	case medgemma.KindTooManyImages:
		if e.Limit == medgemma.NoImages {
			return textTextOnlyModel
		}
		return "The model does not take that many images at once. Name the ones you mean, such as _Image 2_, and ask again." + admin
	case medgemma.KindContextOverflow:
		return fmt.Sprintf("This conversation is longer than the model can take. Lower max tokens (now %d), or start a new thread with the scan.", maxTokens) + admin
	case medgemma.KindTooLarge:
		return "The images of this thread are too large for the model in one request. Start a new thread with fewer of them." + admin
	case medgemma.KindRejected:
		return "The model does not accept this request, so there is no answer. Asking the same again will not help: ask in other words, or in a new thread with the scan." + admin
	case medgemma.KindRepetition:
		return "The model only repeated itself, so I stopped it and there is no answer. Ask again in other words, or raise the temperature a little." + admin
	case medgemma.KindEmpty:
		return "The model returned an empty answer. Ask again, perhaps in other words." + admin
	case medgemma.KindThinking:
		if maxTokens >= limit {
			return fmt.Sprintf("The model used up its max tokens (%d) before it came to an answer. Ask for less at once.", maxTokens) + admin
		}
		return fmt.Sprintf("The model used up its max tokens (%d) before it came to an answer. Raise it with `@MedBuddy max-tokens %d` in this thread and ask again.", maxTokens, min(2*maxTokens, limit)) + admin
	case medgemma.KindCut:
		return "*This answer is incomplete:* the connection to the model was lost. Press _Try again_ for a whole one." + admin
	default:
		return "The model answered with an error and there is no answer. Ask again in a minute." + admin
	}
}

func textWaiting(w medgemma.Wait) string {
	elapsed := w.Elapsed.Round(time.Second)
	if w.Waking {
		return fmt.Sprintf("The model is starting up; this can take several minutes. I am waiting for it (%s so far) and will answer here.", elapsed)
	}
	return fmt.Sprintf("The model is busy. I keep trying (%s so far) and will answer here.", elapsed)
}

func textCutOff(maxTokens, limit int) string {
	s := fmt.Sprintf("*Cut off at max tokens (%d).* Press _Continue_ for the rest", maxTokens)
	if maxTokens < limit {
		s += fmt.Sprintf(", or ask for longer answers: `@MedBuddy max-tokens %d`", min(2*maxTokens, limit))
	}
	s += "."
	return s
}

const textFiltered = "*The model's safety filter ended this answer early, so it is incomplete.* Ask again in other words."

const textRepeats = "*The model began to repeat itself, so I stopped it here.* This answer may be incomplete. Ask again in other words for the rest."
