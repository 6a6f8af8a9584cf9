package slacksim

import (
	"encoding/json"
	"time"
	"unicode/utf8"
)

// streamLife is when Slack closes a stream by itself, counted from its start even
// while text is appended (node-slack-sdk#2702, vercel/chat#637).
const streamLife = 5 * time.Minute

// stream is what a message has that was started with chat.startStream.
type stream struct {
	started   time.Time
	mode      string // markdown_text or chunks: with what it was started
	text      string // so far
	block     string // block_id of the text
	completed bool   // by chat.stopStream
	broken    bool   // by EndStreams
}

// streaming says whether a message still takes text.
func (s *Sim) streaming(m *message) bool {
	st := m.stream
	return st != nil && !st.completed && !st.broken && s.cfg.Now().Sub(st.started) < streamLife
}

// streamingState is the field of a streamed message (node-slack-sdk#2371).
func (s *Sim) streamingState(m *message) string {
	switch {
	case s.streaming(m):
		return "in_progress"
	case m.stream.completed:
		return "completed"
	}
	return "errored"
}

// EndStreams closes all open streams now, as Slack does after five minutes: their
// text so far stays. The app hears of it by its next call only.
func (s *Sim) EndStreams() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.channels {
		for _, m := range c.messages {
			if s.streaming(m) {
				m.stream.broken = true
			}
		}
	}
	s.change()
}

// chatStartStream opens a message that grows. It stands in a thread; only in channels
// it may be without one, but there it needs somebody who receives it.
func (s *Sim) chatStartStream(c *request) (object, error) {
	if s.cfg.NoStreams {
		return nil, refuse("channel_type_not_supported")
	}
	if _, ok := s.channels[c.arg("channel")]; !ok {
		return nil, refuse("channel_not_found") // a user's id stands for no DM here
	}
	ch, root, err := s.writable(c)
	if err != nil {
		return nil, err
	}
	if ch.Kind == Direct && root == nil {
		return nil, invalidArgument("thread_ts", "missing required field: thread_ts")
	}
	if err := s.recipient(c, ch); err != nil {
		return nil, err
	}
	text, mode, err := s.streamText(c)
	if err != nil {
		return nil, err
	}
	st, err := stream{started: s.cfg.Now(), block: s.label()}.with(text, mode)
	if err != nil {
		return nil, err
	}
	m := s.botMessage(content{})
	m.streams(st, st.blocks())
	s.add(ch, m, root)
	if root != nil {
		delete(ch.status, root.TS) // as after any message of the app
	}
	c.TS = m.TS
	return object{"channel": ch.ID, "ts": m.TS}, nil
}

// recipient checks for whom a stream in a channel is; in a DM that is plain.
func (s *Sim) recipient(c *request, ch *channel) error {
	user, team := c.arg("recipient_user_id"), c.arg("recipient_team_id")
	switch {
	case ch.Kind == Direct && user == "":
		return nil
	case user == "":
		return refuse("missing_recipient_user_id")
	case ch.Kind != Direct && team == "":
		return refuse("missing_recipient_team_id")
	case s.users[user] == nil:
		return refuse("user_not_found")
	}
	if team != "" && team != s.users[user].TeamID {
		s.problem("chat.startStream: recipient_team_id is not the team of the recipient")
	}
	return nil
}

// streamText reads markdown_text or chunks; both are empty when neither is given.
func (s *Sim) streamText(c *request) (text, mode string, err error) {
	text, markdown := c.Args["markdown_text"]
	raw, chunks := c.Args["chunks"]
	switch {
	case markdown && chunks:
		return "", "", refuse("cannot_provide_both_markdown_text_and_chunks")
	case markdown:
		mode = "markdown_text"
	case chunks:
		mode = "chunks"
		if text, err = s.chunkText(raw); err != nil {
			return "", "", err
		}
	default:
		return "", "", nil
	}
	if text == "" {
		return "", "", refuse("no_text")
	}
	return text, mode, nil
}

// chunkText reads chunks of text. Slack has others, which are not simulated.
func (s *Sim) chunkText(raw string) (text string, err error) {
	var list []struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
	if json.Unmarshal([]byte(raw), &list) != nil || len(list) == 0 {
		return "", refuse("invalid_chunks")
	}
	for _, chunk := range list {
		switch chunk.Type {
		case "markdown_text":
			text += chunk.Text
		case "task_update", "plan_update", "blocks":
			s.problem("chunks: the type %s is not simulated", chunk.Type)
			return "", refuse("invalid_chunks")
		default:
			return "", refuse("invalid_chunks")
		}
	}
	return text, nil
}

// with is the stream with more text. The limit for one call's markdown_text is also
// the limit for the message (measured on the live API: CopilotKit/CopilotKit#6064).
func (st stream) with(text, mode string) (stream, error) {
	switch {
	case text == "":
		return st, nil
	case st.mode != "" && st.mode != mode:
		return st, refuse("streaming_mode_mismatch")
	case utf8.RuneCountInString(st.text+text) > maxMarkdown:
		return st, refuse("msg_too_long")
	}
	st.mode, st.text = mode, st.text+text
	return st, nil
}

// blocks shows the text of a stream, if there is any yet.
func (st stream) blocks() []json.RawMessage {
	if st.text == "" {
		return nil
	}
	return []json.RawMessage{mustJSON(object{"type": "markdown", "block_id": st.block, "text": st.text})}
}

// streams makes a message show a stream.
func (m *message) streams(st stream, blocks []json.RawMessage) {
	m.stream, m.Text, m.Blocks = &st, fromApp(st.text), nil
	if len(blocks) > 0 {
		m.Blocks = mustJSON(blocks)
	}
}

// streamed finds a message of the app's that still takes text.
func (s *Sim) streamed(c *request) (*channel, *message, error) {
	if s.cfg.NoStreams {
		return nil, nil, refuse("channel_type_not_supported")
	}
	ch, err := s.joined(c.arg("channel"))
	if err != nil {
		return nil, nil, err
	}
	m := ch.find(c.arg("ts"))
	switch {
	case ch.Archived:
		return nil, nil, refuse("is_archived")
	case m == nil:
		return nil, nil, refuse("message_not_found")
	case m.BotID != s.botID:
		return nil, nil, refuse("message_not_owned_by_app")
	case !s.streaming(m):
		return nil, nil, refuse("message_not_in_streaming_state")
	}
	return ch, m, nil
}

// chatAppendStream adds text to a stream. The app hears of it as of every change.
func (s *Sim) chatAppendStream(c *request) (object, error) {
	ch, m, err := s.streamed(c)
	if err != nil {
		return nil, err
	}
	text, mode, err := s.streamText(c)
	if err != nil {
		return nil, err
	}
	if mode == "" {
		return nil, refuse("markdown_text_or_chunks_required")
	}
	st, err := m.stream.with(text, mode)
	if err != nil {
		return nil, err
	}
	before := s.messageWire(ch, m, false)
	m.streams(st, st.blocks())
	s.streamChanged(ch, m, before)
	c.TS = m.TS
	return object{"channel": ch.ID, "ts": m.TS}, nil
}

// chatStopStream ends a stream, with more text, with blocks below the text and with
// metadata if these are given. What would be empty cannot be ended.
func (s *Sim) chatStopStream(c *request) (object, error) {
	ch, m, err := s.streamed(c)
	if err != nil {
		return nil, err
	}
	text, mode, err := s.streamText(c)
	if err != nil {
		return nil, err
	}
	st, err := m.stream.with(text, mode)
	if err != nil {
		return nil, err
	}
	blocks, err := s.finalBlocks(c, st)
	if err != nil {
		return nil, err
	}
	var metadata json.RawMessage
	if raw := c.arg("metadata"); raw != "" {
		if metadata, err = checkMetadata(raw); err != nil {
			return nil, err
		}
	}
	if len(blocks) == 0 {
		return nil, refuse("no_text")
	}
	before := s.messageWire(ch, m, false)
	st.completed = true
	m.streams(st, blocks)
	m.Metadata = metadata
	s.streamChanged(ch, m, before)
	c.TS = m.TS
	return object{"channel": ch.ID, "ts": m.TS, "message": s.messageWire(ch, m, true)}, nil
}

// finalBlocks are those of a stream that ends: its text, and below it the argument
// blocks, 50 at most. Together they are no longer than those of any message.
func (s *Sim) finalBlocks(c *request, st stream) ([]json.RawMessage, error) {
	list := st.blocks()
	if raw := c.arg("blocks"); raw != "" {
		checked, err := checkBlocks([]byte(raw), maxBlocks)
		if err != nil {
			return nil, err
		}
		var more []json.RawMessage
		_ = json.Unmarshal(s.identify(checked), &more) // none, for an empty list
		list = append(list, more...)
	}
	_, err := checkBlocks(mustJSON(list), maxBlocks+1)
	return list, err
}

// streamChanged tells of a stream's new text.
func (s *Sim) streamChanged(ch *channel, m *message, before object) {
	if m.Text != m.Edits[len(m.Edits)-1] {
		m.Edits = append(m.Edits, m.Text)
	}
	s.announceChange(ch, m, before)
	s.change()
}
