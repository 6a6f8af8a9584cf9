package bot

import (
	"errors"
	"net/http"

	"github.com/slack-go/slack"

	"github.com/medbuddy/medbuddy/store"
)

// word is what Slack's answer to a call means for what comes next.
type word int

const (
	wordNone    word = iota // no word of Slack's: there was no answer, or it was HTTP's
	wordPassing             // the same call may succeed a moment later
	wordRefused             // the token or the workspace is refused, and so is every call
	wordFinal               // this call is refused for good, others are not
)

// wordOf sorts Slack's words for errors (docs.slack.dev/reference/methods lists
// each method's). One that is not known is about the call.
func wordOf(err error) word {
	switch slackCode(err) {
	case "":
		return wordNone
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited", "rate_limited":
		return wordPassing
	case "invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive",
		"org_login_required", "team_added_to_org": // the last two while a workspace is moved
		return wordRefused
	}
	return wordFinal
}

// slackCode is Slack's word for an error, such as "missing_scope", or "".
func slackCode(err error) string {
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) {
		return refused.Err
	}
	return ""
}

// tokenRefused says that Slack takes nothing more from this process: its token or
// its workspace is refused. Somebody has to act; until then no question can be
// answered, and none is at fault.
func tokenRefused(err error) bool { return wordOf(err) == wordRefused }

// refusedForGood says that Slack refuses just this call, and will the next time.
func refusedForGood(err error) bool { return wordOf(err) == wordFinal }

// transient says whether the same call may succeed a moment later: Slack's own
// errors are final, apart from a few that mean "busy".
func transient(err error) bool {
	if errors.Is(err, store.ErrLeaseLost) {
		return false // another process goes on
	}
	if w := wordOf(err); w != wordNone {
		return w == wordPassing
	}
	var status slack.StatusCodeError
	if errors.As(err, &status) {
		return status.Code >= 500 || status.Code == http.StatusTooManyRequests
	}
	return true // the connection broke
}

// giveUp makes Run end with err, which tokenRefused holds for; the first one
// counts. What is open stays open in the store for the next process.
func (b *Bot) giveUp(err error) {
	b.lg.Error("Slack refuses the token or the workspace; stopping", "reason", result(err))
	b.quit(err)
}
