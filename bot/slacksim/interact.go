package slacksim

import (
	"cmp"
	"context"
	"fmt"
)

// Click presses a button, or chooses an option of another element, of a message.
type Click struct {
	Channel  string
	TS       string // of the message
	User     string
	ActionID string
	BlockID  string // where several blocks have that ActionID
	Value    string // of the button where several have that ActionID; else of the option that is chosen
	ActionTS string // "": now; else the press that was sent with it, once more
}

// Click sends a block_actions payload with the element as it stands in the message,
// and waits for the ack. ErrNoSuchButton: the message does not have the element.
func (s *Sim) Click(ctx context.Context, k Click) error {
	s.mu.Lock()
	c, m, err := s.existing(k.Channel, k.TS)
	if err == nil {
		_, _, err = s.place(k.Channel, k.User)
	}
	var action, state object
	if err == nil {
		action, state, err = find(m.Blocks, k.ActionID, k.BlockID, k.Value)
	}
	if err != nil {
		s.mu.Unlock()
		return fmt.Errorf("clicking: %w", err)
	}
	container := object{"type": "message", "message_ts": m.TS, "channel_id": c.ID, "is_ephemeral": false}
	if m.ThreadTS != "" {
		container["thread_ts"] = m.ThreadTS
	}
	payload := s.interaction("block_actions", k.User)
	payload["container"], payload["channel"] = container, object{"id": c.ID, "name": c.payloadName()}
	payload["message"], payload["state"] = s.messageWire(c, m, true), state
	payload["trigger_id"], payload["response_url"] = s.newTrigger(k.User, ""), s.newResponseURL(c, s.users[k.User], m.TS)
	action["action_ts"] = cmp.Or(k.ActionTS, s.newTS())
	payload["actions"] = []object{action}
	answer := s.ask("interactive", payload)
	s.mu.Unlock()
	if _, err := await(ctx, answer); err != nil {
		return fmt.Errorf("clicking: %w", err)
	}
	return nil
}

// ClickView presses a button of the modal or the Home that its person sees, and
// waits for the ack.
func (s *Sim) ClickView(ctx context.Context, view, actionID string) error {
	s.mu.Lock()
	v, err := s.shown(view)
	var action object
	if err == nil {
		action, _, err = find(v.Blocks, actionID, "", "")
	}
	if err != nil {
		s.mu.Unlock()
		return fmt.Errorf("clicking in view %q: %w", view, err)
	}
	wire := s.viewWire(v)
	state := object{"values": v.values()}
	wire["state"] = state
	payload := s.interaction("block_actions", v.User)
	payload["container"], payload["view"], payload["state"] = object{"type": "view", "view_id": v.ID}, wire, state
	payload["trigger_id"] = s.newTrigger(v.User, v.ID)
	action["action_ts"] = s.newTS()
	payload["actions"] = []object{action}
	answer := s.ask("interactive", payload)
	s.mu.Unlock()
	if _, err := await(ctx, answer); err != nil {
		return fmt.Errorf("clicking in view %q: %w", view, err)
	}
	return nil
}

// payloadName is the channel's name as payloads tell it.
func (c *channel) payloadName() string {
	switch c.Kind {
	case Direct:
		return "directmessage"
	case Private:
		return "privategroup"
	}
	return c.Name
}
