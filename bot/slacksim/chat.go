package slacksim

import (
	"encoding/json"
	"regexp"
	"unicode/utf8"
)

// Limits of a message in characters (docs.slack.dev/reference/methods/chat.postMessage
// and chat.update).
const (
	maxText       = 40_000 // chat.postMessage cuts what is longer
	maxUpdateText = 4_000  // chat.update refuses what is longer
)

var tsRE = regexp.MustCompile(`^\d{10}\.\d{6}$`)

// content is what a message shows, from the arguments of a call.
type content struct {
	text             string
	blocks, metadata json.RawMessage
	hasBlocks        bool // also when they are an empty list
	hasMetadata      bool
}

// content reads text, blocks, markdown_text and metadata, in the order in which
// Slack complains about them.
func (s *Sim) content(c *request) (content, error) {
	out := content{text: fromApp(c.arg("text"))}
	markdown, isMarkdown := c.Args["markdown_text"]
	blocks, hasBlocks := c.Args["blocks"]
	if isMarkdown {
		if hasBlocks || out.text != "" {
			return out, refuse("markdown_text_conflict")
		}
		blocks, hasBlocks = string(mustJSON([]object{{"type": "markdown", "text": markdown}})), true
	}
	if hasBlocks && blocks != "" {
		checked, err := checkBlocks([]byte(blocks), maxBlocks)
		if err != nil {
			return out, err
		}
		out.blocks, out.hasBlocks = s.identify(checked), true
	}
	if raw, ok := c.Args["metadata"]; ok && raw != "" {
		kept, err := checkMetadata(raw)
		if err != nil {
			return out, err
		}
		out.metadata, out.hasMetadata = kept, true
	}
	if out.text == "" && len(out.blocks) == 0 && c.arg("attachments") == "" {
		return out, refuse("no_text")
	}
	return out, nil
}

// checkMetadata takes {event_type, event_payload}; an empty object means none
// (docs.slack.dev/messaging/message-metadata).
func checkMetadata(raw string) (json.RawMessage, error) {
	var meta struct {
		Type    string         `json:"event_type"`
		Payload map[string]any `json:"event_payload"`
	}
	switch err := json.Unmarshal([]byte(raw), &meta); {
	case err != nil:
		return nil, refuse("invalid_metadata_format")
	case meta.Type == "" && len(meta.Payload) == 0:
		return nil, nil
	case meta.Type == "" || meta.Payload == nil:
		return nil, refuse("invalid_metadata_schema")
	}
	return json.RawMessage(raw), nil
}

// writable finds the channel and thread that the app wants to write to.
func (s *Sim) writable(c *request) (*channel, *message, error) {
	return s.writableAt(c.arg("channel"), c.arg("thread_ts"))
}

func (s *Sim) writableAt(id, ts string) (*channel, *message, error) {
	if s.users[id] != nil && id != s.botUser {
		id = s.dm(id) // a user's id stands for the DM with them
	}
	ch, err := s.joined(id)
	if err != nil {
		return nil, nil, err
	}
	if ch.Archived {
		return nil, nil, refuse("is_archived")
	}
	if ts == "" {
		return ch, nil, nil
	}
	if !tsRE.MatchString(ts) {
		return nil, nil, refuse("invalid_thread_ts")
	}
	root, err := ch.root(ts)
	return ch, root, err
}

// chatPost: the answer holds the message as it is kept, not as it was sent, and
// the app hears of it as an event, as of everybody's.
func (s *Sim) chatPost(c *request) (object, error) {
	ch, root, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	body, err := s.content(c)
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(body.text) > maxText {
		s.problem("chat.postMessage: a text over %d characters was cut", maxText)
		body.text = string([]rune(body.text)[:maxText])
	}
	m := s.botMessage(body)
	if m.Broadcast = root != nil && c.flag("reply_broadcast"); m.Broadcast {
		m.Subtype = "thread_broadcast"
	}
	s.add(ch, m, root)
	if root != nil {
		delete(ch.status, root.TS) // an answer ends the status
	}
	c.TS = m.TS
	s.stats.Posts++
	return object{"channel": ch.ID, "ts": m.TS, "message": s.messageWire(ch, m, true)}, nil
}

// botMessage is a message of the app. Modern bots' messages carry bot_id and no
// subtype.
func (s *Sim) botMessage(body content) *message {
	return &message{team: s.teamID, Message: Message{
		User: s.botUser, BotID: s.botID, Text: body.text, Blocks: body.blocks, Metadata: body.metadata,
	}}
}

// own finds a message of the app's by the argument ts.
func (s *Sim) own(c *request, notOurs string) (*channel, *message, error) {
	ch, err := s.visible(c.arg("channel"))
	if err != nil {
		return nil, nil, err
	}
	m := ch.find(c.arg("ts"))
	switch {
	case m == nil:
		return nil, nil, refuse("message_not_found")
	case m.BotID != s.botID:
		return nil, nil, refuse(notOurs)
	case ch.Archived:
		return nil, nil, refuse("is_archived")
	}
	return ch, m, nil
}

// chatUpdate has no thread or membership of its own: what the app once wrote it
// may change, in a channel that it can see and that is not archived.
func (s *Sim) chatUpdate(c *request) (object, error) {
	ch, m, err := s.own(c, "cant_update_message")
	if err != nil {
		return nil, err
	}
	if s.streaming(m) {
		return nil, refuse("streaming_state_conflict")
	}
	body, err := s.content(c)
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(c.arg("text")) > maxUpdateText {
		return nil, refuse("msg_too_long")
	}
	before := s.messageWire(ch, m, false)
	// Blocks that are not sent again vanish, metadata that is not sent again stays.
	m.Text, m.Blocks = body.text, body.blocks
	if body.hasMetadata {
		m.Metadata = body.metadata
	}
	m.Edits = append(m.Edits, m.Text)
	s.announceChange(ch, m, before)
	s.stats.Updates++
	s.change()
	c.TS = m.TS
	return object{"channel": ch.ID, "ts": m.TS, "text": m.Text, "message": s.messageWire(ch, m, true)}, nil
}

// chatDelete removes a message of the app; one with replies leaves a tombstone. It
// may be streaming: none of Slack's words for a refusal is about that.
func (s *Sim) chatDelete(c *request) (object, error) {
	ch, m, err := s.own(c, "cant_delete_message")
	if err != nil {
		return nil, err
	}
	s.remove(ch, m)
	return object{"channel": ch.ID, "ts": m.TS}, nil
}

// chatEphemeral shows something to a member of the channel. There is no event for
// it, and neither update nor delete finds it again.
func (s *Sim) chatEphemeral(c *request) (object, error) {
	ch, root, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	user := c.arg("user")
	if s.users[user] == nil || !ch.has(user) {
		return nil, refuse("user_not_in_channel")
	}
	body, err := s.content(c)
	if err != nil {
		return nil, err
	}
	m := s.whisper(ch, user, body)
	if root != nil {
		m.ThreadTS = root.TS
	}
	return object{"message_ts": m.TS}, nil
}

// whisper shows something to one person.
func (s *Sim) whisper(ch *channel, user string, body content) *message {
	m := s.botMessage(body)
	m.Channel, m.User, m.TS, m.ephemeral = ch.ID, user, s.newTS(), true
	m.Edits = []string{m.Text}
	ch.ephemerals = append(ch.ephemerals, m)
	s.change()
	return m
}

// workspaceURL is the workspace's own address.
const workspaceURL = "https://simulated.slack.com/"

// chatPermalink needs no scope, only a channel that the app can see. The link to a
// reply names its thread.
func (s *Sim) chatPermalink(c *request) (object, error) {
	ch, err := s.visible(c.arg("channel"))
	if err != nil {
		return nil, err
	}
	ts := c.arg("message_ts")
	m := ch.find(ts)
	if m == nil {
		return nil, refuse("message_not_found")
	}
	link := workspaceURL + "archives/" + ch.ID + "/p" + ts[:10] + ts[11:]
	if m.ThreadTS != "" && m.ThreadTS != m.TS {
		link += "?thread_ts=" + m.ThreadTS + "&cid=" + ch.ID
	}
	return object{"channel": ch.ID, "permalink": link}, nil
}
