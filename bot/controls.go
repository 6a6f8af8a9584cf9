package bot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// The buttons of MedBuddy's messages. The value of each is the ts of the message
// that asked, so that a press finds its question also after a restart.

// The action ids. They stand in messages for as long as Slack keeps them: never
// rename one.
const (
	actStop     = "stop"
	actGood     = "good"
	actBad      = "bad"
	actReviewed = "reviewed"
	actAgain    = "again"
	actContinue = "continue"
	actSecond   = "second"
	actSettings = "settings"
)

// controls say which buttons fit an answer.
type controls struct {
	failed   bool // there is no answer to judge
	cut      bool // it ended at max tokens
	pictures bool // the model was shown images
}

// stopControls stand under an answer that is being made. of is the ts of the
// message that asked.
func stopControls(of string) slack.Block {
	return slack.NewActionBlock("", button(actStop, of, "Stop", "Stop this answer").WithStyle(slack.StyleDanger))
}

// answerControls stand under a final text. of is the ts of the message that asked.
func answerControls(of string, c controls) slack.Block {
	var buttons []slack.BlockElement
	if !c.failed {
		buttons = append(buttons,
			button(actGood, of, "Good", "This answer is good"),
			button(actBad, of, "Not good", "This answer is not good: give the reason"),
			button(actReviewed, of, "Reviewed by me", "I have checked this answer against the images"))
	}
	buttons = append(buttons, button(actAgain, of, "Try again", "Ask the same question again"))
	if c.cut && !c.failed {
		buttons = append(buttons, button(actContinue, of, "Continue", "Go on with the answer that was cut off"))
	}
	if c.pictures && !c.failed {
		buttons = append(buttons, button(actSecond, of, "Second look", "Ask in other words and without the image, and compare"))
	}
	buttons = append(buttons, button(actSettings, of, "Settings", "Temperature and max tokens of this thread or channel"))
	return slack.NewActionBlock("", buttons...)
}

// button is a button with a label for screen readers of at most 75 characters.
func button(action, value, text, label string) *slack.ButtonBlockElement {
	b := slack.NewButtonBlockElement(action, value, slack.NewTextBlockObject(slack.PlainTextType, text, false, false))
	b.AccessibilityLabel = label
	return b
}

// maxReviewers is how many people who reviewed an answer are named under it.
const maxReviewers = 5

// reviewLine names, in mrkdwn, who has reviewed the answer in the message
// answerTS, the first first; "" when nobody has. What people think of an answer
// is not shown with it, so that nobody's judgement leans on another's.
func reviewLine(verdicts []store.Verdict, answerTS string) string {
	var reviews []store.Verdict
	for _, v := range verdicts {
		if v.AnswerTS == answerTS && !v.Reviewed.IsZero() {
			reviews = append(reviews, v)
		}
	}
	if len(reviews) == 0 {
		return ""
	}
	slices.SortStableFunc(reviews, func(a, b store.Verdict) int { return a.Reviewed.Compare(b.Reviewed) })
	var names []string
	for _, v := range reviews[:min(len(reviews), maxReviewers)] {
		names = append(names, mention(v.User)+" "+slackTime(v.Reviewed))
	}
	line := "Reviewed by " + strings.Join(names, ", ")
	if more := len(reviews) - len(names); more > 0 {
		line += fmt.Sprintf(" and %d more", more)
	}
	return line
}

var slackIDRE = regexp.MustCompile(`^[A-Z0-9]{1,32}$`)

// mention names a person so that Slack shows the name; what is no id is shown inert.
func mention(user string) string {
	if !slackIDRE.MatchString(user) {
		return "somebody"
	}
	return "<@" + user + ">"
}

// slackTime writes a time so that each reader sees it by the own clock; where that
// cannot be it is in UTC (docs.slack.dev/messaging/formatting-message-text#date-formatting).
func slackTime(t time.Time) string {
	return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s UTC>", t.Unix(), t.UTC().Format("2006-01-02 15:04"))
}
