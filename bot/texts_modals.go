package bot

import (
	"fmt"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

// What the modals say. The rules of tone are in texts.go. Titles have at most 24
// characters, as Slack demands.

const (
	textSettingsTitle   = "MedBuddy settings"
	textSettingsLoading = "Reading the settings…"

	textTemperatureHint = "From 0 to 1, such as 0.2. 0 gives the steadiest answers. Leave it empty for the default."
	textScopeHint       = "The fields show what holds in this thread now. What you change is saved for what you choose here."
	textNoScope         = "Choose for what the settings are."

	textQuestionExample = "What is the view, and is there a pleural effusion?"
	textQuestionHint    = "I answer in the thread of this message, for everybody there."
	textNoQuestion      = "Type a question."

	textNoReason     = "Choose a reason."
	textFeedbackTold = "The summary of this thread names who disagreed with an answer, and why. It is not shown with the answer."
)

var textLongQuestion = fmt.Sprintf("A question here has at most %d characters. Shorten it, or write it in the thread.", maxTyped)

func textMaxTokensHint(limit int) string {
	return fmt.Sprintf("How long an answer may be: a whole number from %d to %d, such as 800. Leave it empty for the default.", minMaxTokens, limit)
}

// textSetBy says what is set in a scope, by whom and when.
func textSetBy(scope string, s store.Settings) string {
	var set []string
	if s.Temperature != nil {
		set = append(set, "temperature "+number(*s.Temperature))
	}
	if s.MaxTokens != nil {
		set = append(set, fmt.Sprintf("max tokens %d", *s.MaxTokens))
	}
	if len(set) == 0 {
		return scope + ": nothing set."
	}
	text := scope + ": " + strings.Join(set, ", ")
	if s.By != "" {
		text += ", set by " + mention(s.By)
	}
	if !s.At.IsZero() {
		text += ", " + slackTime(s.At)
	}
	return text + "."
}
