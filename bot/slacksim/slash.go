package slacksim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ErrDispatchFailed is what a person sees when the app does not ack a command or
// a click in time, or no socket is open.
var ErrDispatchFailed = errors.New("dispatch_failed")

// ErrNotInThreads is Slack's refusal of a command that is typed into a thread.
var ErrNotInThreads = errors.New("is not supported in threads")

// ErrNoSuchCommand is Slack's answer to a command that no app has registered.
var ErrNoSuchCommand = errors.New("is not a valid command")

// SlashCommand is a command that a person types.
type SlashCommand struct {
	Channel  string
	User     string
	Command  string // with its slash
	Text     string
	ThreadTS string // typed into this thread: refused
}

// SlashReply is what the app put into the ack. A reply with something to show has
// also become a message of the channel, or an ephemeral one for the person.
type SlashReply struct {
	Payload   json.RawMessage // of the ack; empty when there was none
	Text      string
	InChannel bool
	TriggerID string
	URL       string // response_url
}

// Slash types a command and waits for the ack.
func (s *Sim) Slash(ctx context.Context, cmd SlashCommand) (SlashReply, error) {
	if cmd.ThreadTS != "" {
		return SlashReply{}, fmt.Errorf("%s %w", cmd.Command, ErrNotInThreads)
	}
	s.mu.Lock()
	c, u, err := s.place(cmd.Channel, cmd.User)
	if err == nil && s.cfg.Commands != nil && !slices.Contains(s.cfg.Commands, cmd.Command) {
		err = fmt.Errorf("%s %w", cmd.Command, ErrNoSuchCommand)
	}
	if err != nil {
		s.mu.Unlock()
		return SlashReply{}, err
	}
	reply := SlashReply{TriggerID: s.newTrigger(u.ID, ""), URL: s.newResponseURL(c, u, "")}
	answer := s.ask("slash_commands", object{
		"token": "simulated", "team_id": s.teamID, "team_domain": "simulated", "channel_id": c.ID, "channel_name": c.payloadName(),
		"user_id": u.ID, "user_name": strings.ToLower(u.Name), "command": cmd.Command, "text": cmd.Text,
		"api_app_id": s.appID, "is_enterprise_install": "false", "response_url": reply.URL, "trigger_id": reply.TriggerID,
	})
	s.mu.Unlock()
	if reply.Payload, err = await(ctx, answer); err != nil {
		return reply, fmt.Errorf("%s failed with the error %w", cmd.Command, err)
	}
	return s.showReply(c, u, reply)
}

// ask sends something that a person waits for. The channel gives the payload of
// the ack; it is closed without one when there is none.
func (s *Sim) ask(kind string, payload object) <-chan json.RawMessage {
	answer := make(chan json.RawMessage, 1)
	s.send(&delivery{kind: kind, payload: mustJSON(payload), accepts: true, answer: answer})
	return answer
}

// await waits for the payload of an ack; nil for an ack without one.
func await(ctx context.Context, answer <-chan json.RawMessage) (json.RawMessage, error) {
	select {
	case payload, ok := <-answer:
		if !ok {
			return nil, ErrDispatchFailed
		}
		if string(payload) == "null" {
			payload = nil
		}
		return payload, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("waiting for the ack: %w", context.Cause(ctx))
	}
}

// showReply shows what came with the ack of a command.
func (s *Sim) showReply(c *channel, u *User, reply SlashReply) (SlashReply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.response(reply.Payload)
	if err != nil || r.empty() {
		return reply, err
	}
	reply.Text, reply.InChannel = r.content.text, r.inChannel
	s.show(c, u, r)
	return reply, nil
}

// trigger is the right to open a view, for 3 seconds and once
// (docs.slack.dev/interactivity/handling-user-interaction).
type trigger struct {
	user string
	view string // id of the modal whose use gave it
	at   time.Time
	used bool
}

const triggerLife = 3 * time.Second

// newTrigger gives a person's click or command its right to a view; view is the id of
// the modal in which it happened.
func (s *Sim) newTrigger(user, view string) string {
	id := s.newID("") + "." + s.newID("")
	s.triggers[id] = &trigger{user: user, view: view, at: s.cfg.Now()}
	return id
}

// pull uses a trigger.
func (s *Sim) pull(id string) (*trigger, error) {
	t, ok := s.triggers[id]
	switch {
	case !ok:
		return nil, refuse("invalid_trigger_id")
	case t.used:
		return nil, refuse("exchanged_trigger_id")
	case s.cfg.Now().Sub(t.at) > triggerLife:
		return nil, refuse("expired_trigger_id")
	}
	t.used = true
	return t, nil
}
