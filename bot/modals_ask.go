package bot

import (
	"strings"

	"github.com/slack-go/slack"
)

// maxTyped is the most characters that Slack takes in one text input.
const maxTyped = 3000

// askModal asks for a question about the message that the shortcut was taken on.
func askModal(a about) slack.ModalViewRequest {
	input := slack.NewPlainTextInputBlockElement(words(textQuestionExample), inputQuestion).WithMultiline(true).WithMaxLength(maxTyped)
	input.FocusOnLoad = true
	v := modal(modalAsk, a, "Ask MedBuddy",
		slack.NewInputBlock(inputQuestion, words("Your question"), words(textQuestionHint), input),
		small(draftLabel))
	v.Submit = words("Ask")
	return v
}

// parseQuestion reads the submission of the ask modal.
func parseQuestion(state *slack.ViewState) (question string, faults map[string]string) {
	question = strings.TrimSpace(stateOf(state, inputQuestion).Value)
	switch n := len([]rune(question)); {
	case n == 0:
		faults = map[string]string{inputQuestion: textNoQuestion}
	case n > maxTyped:
		faults = map[string]string{inputQuestion: textLongQuestion}
	}
	return question, faults
}

// What people say of an answer, as the store keeps it (store.Verdict.Feedback). Stored
// values: never rename one.
const (
	feedbackGood   = "good"
	feedbackWrong  = "wrong_finding"
	feedbackMissed = "missed_finding"
	feedbackSide   = "wrong_side"
	feedbackImage  = "wrong_image"
	feedbackUnsafe = "unsafe"
	feedbackOther  = "other"
)

// reasons are why an answer may not be good, in the order of the form. said is how the
// hand-over says it.
var reasons = []struct{ value, text, description, said string }{
	{feedbackWrong, "Wrong finding", "It names something that is not there", "a wrong finding"},
	{feedbackMissed, "Missed finding", "It leaves out something that is there", "a missed finding"},
	{feedbackSide, "Wrong side", "Left and right are exchanged", "the wrong side"},
	{feedbackImage, "Wrong image", "It is about another image than was meant", "the wrong image"},
	{feedbackUnsafe, "Unsafe", "Acting on it could harm the patient", "unsafe"},
	{feedbackOther, "Other", "", "another reason"},
}

// reasonSaid says a reason in words; "" for what is none, such as feedbackGood.
func reasonSaid(feedback string) string {
	for _, r := range reasons {
		if r.value == feedback {
			return r.said
		}
	}
	return ""
}

// feedbackModal asks why an answer is not good.
func feedbackModal(a about) slack.ModalViewRequest {
	var options []*slack.OptionBlockObject
	for _, r := range reasons {
		options = append(options, option(r.value, r.text, r.description))
	}
	v := modal(modalFeedback, a, "Not good",
		slack.NewInputBlock(inputReason, words("What is wrong with this answer?"), nil, slack.NewRadioButtonsBlockElement(inputReason, options...)),
		small(textFeedbackTold))
	v.Submit = words("Send")
	return v
}

// parseReason reads the submission of the feedback modal.
func parseReason(state *slack.ViewState) (reason string, faults map[string]string) {
	reason = stateOf(state, inputReason).SelectedOption.Value
	if reasonSaid(reason) == "" {
		return "", map[string]string{inputReason: textNoReason}
	}
	return reason, nil
}
