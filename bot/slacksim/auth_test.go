package slacksim

import (
	"net/http"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	h := open(t, Config{})
	h.refused(h.apiAs("", "auth.test"), "not_authed")
	h.refused(h.apiAs("xoxb-other", "auth.test"), "invalid_auth")
	h.refused(h.apiAs(h.AppToken(), "auth.test"), "not_allowed_token_type")
	h.refused(h.api("apps.connections.open"), "not_allowed_token_type")
	for _, word := range []string{"token_revoked", "account_inactive"} {
		h.RefuseTokens(word)
		h.refused(h.api("auth.test"), word)
	}
	h.RefuseTokens("")
	who := h.fine(h.api("auth.test"))
	if who["user_id"] != h.BotUserID() || who["team_id"] != h.TeamID() || who["bot_id"] != h.BotID() {
		t.Errorf("auth.test %v", who)
	}
}

// TestTokenPlaces: JSON bodies need the header, forms take either.
func TestTokenPlaces(t *testing.T) {
	h := open(t, Config{})
	send := func(contentType, body, auth string) object {
		req, err := http.NewRequestWithContext(h.ctx, http.MethodPost, h.APIURL()+"auth.test", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", contentType)
		if auth != "" {
			req.Header.Set("Authorization", "Bearer "+auth)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		return h.decode(resp)
	}
	h.fine(send("application/json; charset=utf-8", `{}`, h.BotToken()))
	h.fine(send("application/x-www-form-urlencoded", "", h.BotToken()))
	h.refused(send("application/json", `{"token":"`+h.BotToken()+`"}`, ""), "not_authed")
	h.refused(send("application/json", `{"token`, h.BotToken()), "invalid_json")
	h.refused(send("text/plain", "x", h.BotToken()), "invalid_post_type")
	for _, c := range h.Calls("") {
		if _, ok := c.Args["token"]; ok {
			t.Error("a recorded call holds a token")
		}
	}
}

func TestScopes(t *testing.T) {
	h := open(t, Config{})
	h.SetScopes("users:read", "chat:write")
	ts := h.post("", "hello")
	for method, needed := range map[string]string{
		"conversations.replies": "channels:history",
		"conversations.info":    "channels:read",
		"files.info":            "files:read",
		"reactions.add":         "reactions:write",
	} {
		out := h.api(method, "channel", h.radiology, "ts", ts)
		h.refused(out, "missing_scope")
		if out["needed"] != needed || out["provided"] != "users:read,chat:write" {
			t.Errorf("%s: needed %v, provided %v", method, out["needed"], out["provided"])
		}
	}
	dm := h.DM(h.ann)
	if out := h.api("conversations.history", "channel", dm); out["needed"] != "im:history" {
		t.Errorf("history of a DM needs %v, want im:history", out["needed"])
	}
	resp, err := http.PostForm(h.APIURL()+"auth.test", map[string][]string{"token": {h.BotToken()}})
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := resp.Header.Get("X-OAuth-Scopes"); got != "users:read,chat:write" {
		t.Errorf("X-OAuth-Scopes %q", got)
	}
}

func TestUnknownMethodIsAProblem(t *testing.T) {
	h := open(t, Config{})
	h.problemsAllowed = true
	h.refused(h.api("chat.shout"), "unknown_method")
	if p := h.Problems(); len(p) != 1 || !strings.Contains(p[0], "chat.shout") {
		t.Errorf("problems %q, want the method", p)
	}
}
