package slacksim

import (
	"encoding/json"
	"slices"
)

// Message is a message as it is to be posted, with the first group of fields, and
// as it is found in the workspace, with all of them.
type Message struct {
	Channel   string
	User      string // who writes; for a bot its user
	ThreadTS  string // root of the thread; empty for a message in the channel
	Text      string // posted: as typed; found: as Slack keeps it (entities, <@U...>)
	Files     []File
	Broadcast bool // a reply that is also shown in the channel

	TS        string
	Subtype   string // file_share, thread_broadcast, tombstone or none
	BotID     string // of a message that a bot wrote
	Blocks    json.RawMessage
	Metadata  json.RawMessage
	Edits     []string // every text that it has had, the first first, the present one last
	Plain     string   // what a person reads: blocks if there are any, else the text
	Deleted   bool
	Edited    bool     // by a person
	Streaming bool     // it still takes text from chat.appendStream
	Reactions []string // names, those of the bot
	Replies   int      // in the thread below it
}

// message is a stored message: what people see, and what events need besides.
type message struct {
	Message
	clientID  string
	team      string
	edited    object     // of the last edit by a person
	replies   []*message // of a root, also those that were deleted
	replyTS   []string
	replyUser []string
	ephemeral bool
	stream    *stream // nil: it never was one
}

// inChannel says whether a message is seen outside of threads.
func (m *message) inChannel() bool { return m.ThreadTS == "" || m.ThreadTS == m.TS || m.Broadcast }

// Messages lists a channel as it is seen: roots, broadcast replies and messages
// without a thread, oldest first, without what was deleted.
func (s *Sim) Messages(id string) []Message {
	return s.list(id, func(c *channel) []*message {
		return slices.DeleteFunc(slices.Clone(c.messages), func(m *message) bool { return !m.inChannel() })
	})
}

// Thread lists a thread, the root first, without what was deleted.
func (s *Sim) Thread(id, ts string) []Message {
	return s.list(id, func(c *channel) []*message {
		root, ok := c.byTS[ts]
		if !ok {
			return nil
		}
		return append([]*message{root}, root.replies...)
	})
}

// All lists a channel with its threads in order of ts, without what was deleted.
func (s *Sim) All(id string) []Message {
	return s.list(id, func(c *channel) []*message { return c.messages })
}

// Message finds one message, also a deleted one.
func (s *Sim) Message(channel, ts string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c, ok := s.channels[channel]; ok {
		if m, ok := c.byTS[ts]; ok {
			return s.snapshot(m), true
		}
	}
	return Message{}, false
}

// Ephemerals lists what was shown to one person only (User), oldest first.
func (s *Sim) Ephemerals(id string) []Message {
	return s.list(id, func(c *channel) []*message { return c.ephemerals })
}

// list copies out the messages that are wanted and still there.
func (s *Sim) list(id string, wanted func(*channel) []*message) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.channels[id]
	if !ok {
		return nil
	}
	var list []Message
	for _, m := range wanted(c) {
		if !m.Deleted {
			list = append(list, s.snapshot(m))
		}
	}
	return list
}

// snapshot is a copy that shares nothing with the workspace.
func (s *Sim) snapshot(m *message) Message {
	out := m.Message
	out.Files = nil
	for _, f := range m.Files {
		out.Files = append(out.Files, s.fileSnapshot(f.ID))
	}
	out.Blocks, out.Metadata = slices.Clone(m.Blocks), slices.Clone(m.Metadata)
	out.Edits, out.Reactions = slices.Clone(m.Edits), slices.Clone(m.Reactions)
	out.Plain = s.plain(m)
	out.Replies = len(m.replyTS)
	out.Streaming = s.streaming(m)
	return out
}

// find gives a message that is still there.
func (c *channel) find(ts string) *message {
	if m, ok := c.byTS[ts]; ok && !m.Deleted {
		return m
	}
	return nil
}

// root gives the message that a new reply would stand under.
func (c *channel) root(ts string) (*message, error) {
	m := c.find(ts)
	switch {
	case m == nil:
		return nil, refuse("thread_not_found")
	case m.ThreadTS != "" && m.ThreadTS != m.TS:
		return nil, refuse("cannot_reply_to_message")
	}
	return m, nil
}

// add stores a message under its root and tells the app.
func (s *Sim) add(c *channel, m *message, root *message) {
	m.Channel, m.TS = c.ID, s.newTS()
	m.Edits = []string{m.Text}
	if root != nil {
		root.ThreadTS, m.ThreadTS = root.TS, root.TS
		root.replies = append(root.replies, m)
		root.replyTS = append(root.replyTS, m.TS)
		if !slices.Contains(root.replyUser, m.User) {
			root.replyUser = append(root.replyUser, m.User)
		}
	}
	c.messages = append(c.messages, m)
	c.byTS[m.TS] = m
	s.announce(c, m)
	s.change()
}

// remove deletes a message. A root that has replies leaves a tombstone, which
// Slack reports as an edit; with the last reply the tombstone goes too
// (slack-edge/slack-edge#10).
func (s *Sim) remove(c *channel, m *message) {
	before := s.messageWire(c, m, false)
	m.stream = nil
	if len(m.replyTS) > 0 {
		m.Subtype, m.User, m.BotID, m.Text, m.team = tombstone, "USLACKBOT", "", "This message was deleted.", ""
		m.Files, m.Blocks, m.Metadata, m.Reactions, m.clientID, m.edited = nil, nil, nil, nil, "", nil
		s.announceChange(c, m, before)
		s.change()
		return
	}
	m.Deleted = true
	s.announceDeletion(c, m, before)
	if root := c.find(m.ThreadTS); root != nil && root != m {
		root.replyTS = slices.DeleteFunc(root.replyTS, func(ts string) bool { return ts == m.TS })
		if root.Subtype == tombstone && len(root.replyTS) == 0 {
			s.remove(c, root)
		}
	}
	s.change()
}

// tombstone is the subtype of a root that was deleted from above its replies.
const tombstone = "tombstone"

// messageWire is the message object of the Web API and of events
// (docs.slack.dev/reference/events/message).
func (s *Sim) messageWire(c *channel, m *message, metadata bool) object {
	w := object{"type": "message", "ts": m.TS, "text": m.Text, "user": m.User}
	set := func(key string, v string) {
		if v != "" {
			w[key] = v
		}
	}
	set("team", m.team)
	set("subtype", m.Subtype)
	set("client_msg_id", m.clientID)
	set("thread_ts", m.ThreadTS)
	if m.Subtype == tombstone {
		w["hidden"], w["parent_user_id"] = true, m.User
	}
	if m.stream != nil {
		w["streaming_state"] = s.streamingState(m)
	}
	if m.BotID != "" {
		u := s.users[m.User]
		w["bot_id"] = m.BotID
		w["bot_profile"] = object{"id": m.BotID, "name": u.Name, "deleted": false, "team_id": m.team}
		if m.BotID == s.botID {
			w["app_id"] = s.appID
		}
	}
	if len(m.Files) > 0 {
		var files []object
		for _, f := range m.Files {
			files = append(files, s.fileWire(s.files[f.ID], false))
		}
		w["files"], w["upload"] = files, false
	}
	if len(m.Blocks) > 0 {
		w["blocks"] = m.Blocks
	}
	if metadata && len(m.Metadata) > 0 {
		w["metadata"] = m.Metadata
	}
	if m.edited != nil {
		w["edited"] = m.edited
	}
	if m.team != "" && m.team != s.teamID {
		w["user_team"], w["source_team"] = m.team, m.team
	}
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		if root := c.find(m.ThreadTS); root != nil {
			w["parent_user_id"] = root.User
		}
	}
	if n := len(m.replyTS); n > 0 {
		w["reply_count"], w["reply_users_count"], w["latest_reply"] = n, len(m.replyUser), m.replyTS[n-1]
		w["reply_users"], w["is_locked"], w["subscribed"] = slices.Clone(m.replyUser), false, false
	}
	if len(m.Reactions) > 0 {
		var list []object
		for _, name := range m.Reactions {
			list = append(list, object{"name": name, "users": []string{s.botUser}, "count": 1})
		}
		w["reactions"] = list
	}
	return w
}
