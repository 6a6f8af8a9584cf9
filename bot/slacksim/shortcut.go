package slacksim

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// ErrNoSuchShortcut is that the app has no message shortcut with that callback id.
var ErrNoSuchShortcut = errors.New("there is no such shortcut")

// Shortcut is a message shortcut of the app that a person takes from a message's menu.
type Shortcut struct {
	Channel    string
	TS         string // of the message
	User       string
	CallbackID string
}

// Shortcut sends a message_action payload and waits for the ack. The menu is there
// on every message that the person can see, so that the app gets messages and
// files of channels that it is not in, as in Slack.
func (s *Sim) Shortcut(ctx context.Context, k Shortcut) error {
	s.mu.Lock()
	c, m, err := s.existing(k.Channel, k.TS)
	if err == nil {
		_, _, err = s.place(k.Channel, k.User)
	}
	if err == nil && !s.hasShortcut(k.CallbackID) {
		err = ErrNoSuchShortcut
	}
	if err != nil {
		s.mu.Unlock()
		return fmt.Errorf("taking the shortcut %q: %w", k.CallbackID, err)
	}
	payload := s.interaction("message_action", k.User)
	payload["callback_id"], payload["action_ts"], payload["message_ts"] = k.CallbackID, s.newTS(), m.TS
	payload["trigger_id"], payload["response_url"] = s.newTrigger(k.User, ""), s.newResponseURL(c, s.users[k.User], "")
	payload["channel"] = object{"id": c.ID, "name": c.payloadName()}
	payload["message"] = s.messageWire(c, m, true)
	answer := s.ask("interactive", payload)
	s.mu.Unlock()
	if _, err := await(ctx, answer); err != nil {
		return fmt.Errorf("taking the shortcut %q: %w", k.CallbackID, err)
	}
	return nil
}

// hasShortcut says whether the menu shows it: it is registered, and the app has the
// scope that shortcuts share with commands.
func (s *Sim) hasShortcut(callbackID string) bool {
	return s.needScope("commands") == nil && (s.cfg.Shortcuts == nil || slices.Contains(s.cfg.Shortcuts, callbackID))
}

// interaction is what all interactive payloads hold.
func (s *Sim) interaction(kind, user string) object {
	return object{
		"type": kind, "user": s.actor(user), "api_app_id": s.appID, "token": "simulated",
		"team": object{"id": s.teamID, "domain": "simulated"}, "enterprise": nil, "is_enterprise_install": false,
	}
}

func (s *Sim) actor(id string) object {
	name := ""
	if u := s.users[id]; u != nil {
		name = u.Name
	}
	return object{"id": id, "username": name, "name": name, "team_id": s.teamID}
}
