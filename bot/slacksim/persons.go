package slacksim

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Post writes a message as a person, or as another bot when User is one, and
// returns its ts. Files without bytes of their own must name an ID that exists.
func (s *Sim) Post(msg Message) (ts string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, u, err := s.place(msg.Channel, msg.User)
	if err != nil {
		return "", err
	}
	var root *message
	if msg.ThreadTS != "" {
		if root, err = c.root(msg.ThreadTS); err != nil {
			return "", fmt.Errorf("replying in channel %q under %q: %w", msg.Channel, msg.ThreadTS, err)
		}
	}
	if msg.Text == "" && len(msg.Files) == 0 {
		return "", errors.New("posting: neither text nor a file")
	}
	m := &message{team: u.TeamID, Message: Message{User: u.ID, Text: s.fromPerson(msg.Text)}}
	for _, f := range msg.Files {
		stored, err := s.attach(f, c, u)
		if err != nil {
			return "", err
		}
		m.Files = append(m.Files, stored.File)
		m.Subtype = "file_share"
	}
	if root != nil && msg.Broadcast {
		m.Subtype, m.Broadcast = "thread_broadcast", true
	}
	if u.Bot {
		m.BotID = u.botID
	} else {
		m.clientID = s.newUUID()
	}
	m.Blocks = richText(m.Text)
	s.add(c, m, root)
	return m.TS, nil
}

// Edit changes a person's own message.
func (s *Sim) Edit(channel, ts, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, err := s.existing(channel, ts)
	if err != nil {
		return fmt.Errorf("editing: %w", err)
	}
	before := s.messageWire(c, m, false)
	m.Text = s.fromPerson(text)
	m.Blocks = richText(m.Text)
	m.Edits = append(m.Edits, m.Text)
	m.Edited, m.edited = true, object{"user": m.User, "ts": s.newTS()}
	s.announceChange(c, m, before)
	s.change()
	return nil
}

// Delete removes a message, as its author or an admin does.
func (s *Sim) Delete(channel, ts string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, m, err := s.existing(channel, ts)
	if err != nil {
		return fmt.Errorf("deleting: %w", err)
	}
	s.remove(c, m)
	return nil
}

// existing finds a message that somebody wants to change.
func (s *Sim) existing(channel, ts string) (*channel, *message, error) {
	c, ok := s.channels[channel]
	if !ok {
		return nil, nil, fmt.Errorf("no channel %q", channel)
	}
	m := c.find(ts)
	if m == nil {
		return nil, nil, fmt.Errorf("no message %q in channel %q", ts, channel)
	}
	return c, m, nil
}

// richText is the block that Slack's own client adds to what a person types.
func richText(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	var parts []object
	around(text, angleRE, func(ref string) string {
		if ref[1] == '@' {
			parts = append(parts, object{"type": "user", "user_id": ref[2 : len(ref)-1]})
		} else {
			parts = append(parts, object{"type": "text", "text": unescaper.Replace(ref)})
		}
		return ""
	}, func(plain string) string {
		if plain != "" {
			parts = append(parts, object{"type": "text", "text": unescaper.Replace(plain)})
		}
		return ""
	})
	return mustJSON([]object{{
		"type": "rich_text", "block_id": "typed",
		"elements": []object{{"type": "rich_text_section", "elements": parts}},
	}})
}

// mustJSON encodes what was built here from strings, numbers, lists and objects,
// or was JSON before; encoding that cannot go wrong.
func mustJSON(v any) json.RawMessage {
	data, err := json.Marshal(v)
	if err != nil {
		return json.RawMessage("null")
	}
	return data
}

// newUUID gives an id in the form of a UUID, from the seed.
func (s *Sim) newUUID() string {
	a, b := s.rng.Uint64(), s.rng.Uint64()
	return fmt.Sprintf("%08x-%04x-4%03x-%04x-%012x", a>>32, a>>16&0xffff, a&0xfff, b>>48&0x3fff|0x8000, b&0xffffffffffff)
}
