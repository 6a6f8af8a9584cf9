package slacksim

import (
	"context"
	"encoding/json"
	"fmt"
)

// Click presses a button, or changes another element, of a message.
type Click struct {
	Channel  string
	TS       string // of the message
	User     string
	ActionID string
	BlockID  string
	Value    string
}

// Click sends a block_actions payload and waits for the ack.
func (s *Sim) Click(ctx context.Context, k Click) error {
	s.mu.Lock()
	c, m, err := s.existing(k.Channel, k.TS)
	if err == nil {
		_, _, err = s.place(k.Channel, k.User)
	}
	if err != nil {
		s.mu.Unlock()
		return fmt.Errorf("clicking: %w", err)
	}
	container := object{"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": false}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	answer := s.ask("interactive", object{
		"type": "block_actions", "user": s.actor(k.User), "api_app_id": s.appID, "token": "simulated",
		"container": container, "trigger_id": s.newTrigger(k.User), "team": object{"id": s.teamID, "domain": "simulated"},
		"enterprise": nil, "is_enterprise_install": false, "channel": object{"id": c.ID, "name": c.Name},
		"message": s.messageWire(c, m, true), "response_url": s.newResponseURL(c, s.users[k.User], m.TS),
		"actions": []object{{
			"type": "button", "action_id": k.ActionID, "block_id": k.BlockID, "value": k.Value, "action_ts": s.newTS(),
			"text": object{"type": "plain_text", "text": k.ActionID},
		}},
	})
	s.mu.Unlock()
	if _, err := await(ctx, answer); err != nil {
		return fmt.Errorf("clicking: %w", err)
	}
	return nil
}

// Submit presses a modal's submit button with the values of its inputs, as Slack
// nests them (block id, action id, element state), and waits for the ack. What
// the ack asks for is done: errors are returned by block id and leave the modal
// open, an update changes it, else it closes.
func (s *Sim) Submit(ctx context.Context, view string, values map[string]map[string]any) (errs map[string]string, err error) {
	s.mu.Lock()
	v := s.view(view)
	if v == nil || v.Closed || v.Type != "modal" {
		s.mu.Unlock()
		return nil, fmt.Errorf("submitting view %q: it is not open", view)
	}
	wire := s.viewWire(v)
	wire["state"] = object{"values": values}
	answer := s.ask("interactive", object{
		"type": "view_submission", "team": object{"id": s.teamID, "domain": "simulated"}, "user": s.actor(v.User),
		"api_app_id": s.appID, "token": "simulated", "trigger_id": s.newTrigger(v.User), "view": wire,
		"response_urls": []string{}, "is_enterprise_install": false, "enterprise": nil,
	})
	s.mu.Unlock()
	payload, err := await(ctx, answer)
	if err != nil {
		return nil, fmt.Errorf("submitting view %q: %w", view, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.applySubmission(v, payload)
}

func (s *Sim) applySubmission(v *View, payload json.RawMessage) (map[string]string, error) {
	var do struct {
		Action string            `json:"response_action"`
		Errors map[string]string `json:"errors"`
		View   json.RawMessage   `json:"view"`
	}
	if len(payload) > 0 {
		if err := json.Unmarshal(payload, &do); err != nil {
			return nil, fmt.Errorf("reading the answer to a submission: %w", err)
		}
	}
	switch do.Action {
	case "errors":
		for id := range do.Errors {
			if !hasInput(v.Blocks, id) {
				// People then see "We had some trouble connecting".
				s.problem("view_submission: an error for a block that is no input")
			}
		}
		return do.Errors, nil
	case "update":
		next, err := checkView(string(do.View), "modal")
		if err != nil {
			return nil, fmt.Errorf("updating a view: %w", err)
		}
		s.replaceView(v, next)
	case "", "clear":
		v.Closed = true
	default:
		s.problem("view_submission: unknown response_action")
	}
	s.change()
	return nil, nil
}

func hasInput(blocks json.RawMessage, id string) bool {
	var list []block
	if json.Unmarshal(blocks, &list) != nil {
		return false
	}
	for _, b := range list {
		if b.Type == "input" && b.BlockID == id {
			return true
		}
	}
	return false
}

func (s *Sim) actor(id string) object {
	name := ""
	if u := s.users[id]; u != nil {
		name = u.Name
	}
	return object{"id": id, "username": name, "name": name, "team_id": s.teamID}
}
