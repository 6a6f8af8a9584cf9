package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/bot"
)

// slackReply is what the two methods that check calls answer.
type slackReply struct {
	OK     bool   `json:"ok"`
	Error  string `json:"error"`
	TeamID string `json:"team_id"`
	UserID string `json:"user_id"`
	BotID  string `json:"bot_id"`

	scopes []string // that the token has, from the header of every answer
}

// maxReply bounds what is read of an answer; these are a few hundred bytes.
const maxReply = 1 << 20

// callSlack calls a method without arguments. Package bot's client serves the bot
// and tries for long; here the first answer is what matters.
func callSlack(ctx context.Context, apiURL, method string, token secret) (slackReply, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, apiURL+method, nil)
	if err != nil {
		return slackReply{}, err
	}
	req.Header.Set("Authorization", "Bearer "+string(token))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	// No redirect: it would carry the token to where nobody sent it.
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		if failed, ok := errors.AsType[*url.Error](err); ok {
			err = failed.Err // the address is the reader's own
		}
		return slackReply{}, fmt.Errorf("cannot be reached: check SLACK_API_URL and the network (%s)", oneLine(err))
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusTooManyRequests {
		return slackReply{}, errors.New("was called too often just now: try again in a minute")
	}
	var reply slackReply
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxReply)).Decode(&reply); err != nil || resp.StatusCode != http.StatusOK {
		return slackReply{}, fmt.Errorf("answered HTTP %d, which is not Slack's way: check SLACK_API_URL", resp.StatusCode)
	}
	for scope := range strings.SplitSeq(resp.Header.Get("X-OAuth-Scopes"), ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			reply.scopes = append(reply.scopes, scope)
		}
	}
	return reply, nil
}

// advice says what to do about one of Slack's error words, for the variable that
// holds the token. The words are those of docs.slack.dev/reference/methods for
// auth.test and apps.connections.open; a new one still gets an answer.
func advice(word, variable string) string {
	where := "copy it from OAuth & Permissions"
	if variable == "SLACK_APP_TOKEN" {
		where = "make one under Basic Information > App-Level Tokens, with connections:write"
	}
	switch word {
	case "invalid_auth", "not_authed":
		return "Slack does not accept it: " + where
	case "token_revoked", "token_expired":
		return "it was revoked or has expired: " + where
	case "account_inactive":
		return "the app was removed from the workspace: install it again"
	case "not_allowed_token_type":
		return "it is of another kind: " + where
	case "missing_scope":
		return "it lacks a scope: " + where
	case "access_denied", "org_login_required", "team_access_not_granted", "ekm_access_denied":
		return "the workspace does not let the app in: ask its administrator"
	}
	return "Slack refuses it: " + where
}

// checkBotToken looks at the bot token and its scopes.
func checkBotToken(ctx context.Context, cfg config, r *report) {
	reply, err := callSlack(ctx, cfg.APIURL, "auth.test", cfg.BotToken)
	switch {
	case err != nil:
		r.missing("Slack bot token: Slack %v", err)
		return
	case !reply.OK:
		r.missing("Slack bot token (SLACK_BOT_TOKEN): %s (%s)", advice(reply.Error, "SLACK_BOT_TOKEN"), word(reply.Error))
		return
	}
	r.ok("Slack bot token: workspace %s, bot %s", word(reply.TeamID), word(reply.UserID))
	// The header lists what was granted when the app was last installed, which is
	// why a scope added since then is missing until the app is reinstalled.
	if reply.scopes == nil {
		r.warn("scopes: Slack did not say which the token has")
		return
	}
	needed := bot.Scopes()
	before := r.wrong
	for _, scope := range needed {
		if !slices.Contains(reply.scopes, scope) {
			r.missing("scope %s: add it under OAuth & Permissions, then reinstall the app", scope)
		}
	}
	if r.wrong == before {
		r.ok("scopes: all %d that MedBuddy uses", len(needed))
	}
	var extra []string
	for _, scope := range reply.scopes {
		if !slices.Contains(needed, scope) {
			extra = append(extra, word(scope))
		}
	}
	if len(extra) > 0 {
		r.warn("scopes that MedBuddy does not use, better removed: %s", strings.Join(extra, ", "))
	}
}

// checkAppToken asks for the address of a socket, and leaves it at that.
func checkAppToken(ctx context.Context, cfg config, r *report) {
	reply, err := callSlack(ctx, cfg.APIURL, "apps.connections.open", cfg.AppToken)
	switch {
	case err != nil:
		r.missing("Slack app token: Slack %v", err)
	case !reply.OK:
		r.missing("Slack app token (SLACK_APP_TOKEN): %s (%s)", advice(reply.Error, "SLACK_APP_TOKEN"), word(reply.Error))
	default:
		r.ok("Slack app token: Socket Mode can connect")
	}
}

// wordRE is what Slack's ids, scopes and error words are made of.
var wordRE = regexp.MustCompile(`^[A-Za-z0-9_:.]{1,64}$`)

// word is what a server named, when it is such a word at all: the server at
// SLACK_API_URL could echo the token, or write to the terminal.
func word(s string) string {
	if !wordRE.MatchString(s) {
		return "?"
	}
	return s
}
