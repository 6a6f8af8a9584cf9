package slacksim

import (
	"slices"
	"strings"
)

// SetScopes replaces the scopes of the bot token, as a reinstalled app has them.
// Events that need a scope that is gone are no longer sent.
func (s *Sim) SetScopes(scopes ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scopes = slices.Clone(scopes)
	s.change()
}

// RefuseTokens answers every call with word from now on, such as token_revoked,
// account_inactive or invalid_auth; the empty word ends that.
func (s *Sim) RefuseTokens(word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.authError = word
	s.change()
}

// authorize checks the token, its type and its scopes.
func (s *Sim) authorize(token string, m method) error {
	want := s.botToken
	if m.app {
		want = s.appToken
	}
	switch {
	case token == "":
		return refuse("not_authed")
	case token != s.botToken && token != s.appToken:
		return refuse("invalid_auth")
	case s.authError != "":
		return refuse(s.authError)
	case token != want:
		return refuse("not_allowed_token_type")
	case len(m.scopes) == 0:
		return nil
	}
	return s.needScope(m.scopes...)
}

// needScope refuses when the bot token has none of the scopes.
func (s *Sim) needScope(any ...string) error {
	for _, scope := range any {
		if slices.Contains(s.scopes, scope) {
			return nil
		}
	}
	return &slackError{word: "missing_scope", fields: object{
		"needed": strings.Join(any, ","), "provided": strings.Join(s.scopes, ","),
	}}
}

func (s *Sim) authTest(*request) (object, error) {
	return object{
		"url": workspaceURL, "team": s.cfg.TeamName, "user": strings.ToLower(s.cfg.BotName),
		"team_id": s.teamID, "user_id": s.botUser, "bot_id": s.botID, "is_enterprise_install": false,
	}, nil
}
