package bot

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// message is a message event, reduced to what MedBuddy needs. It is decoded from
// the envelope's raw payload with these few fields only: slack-go's own decoder
// refuses a whole event when any block in it is of a shape it does not know, and
// a question must not be lost to a decoration.
type message struct {
	channel  string
	user     string
	text     string // as Slack sends it: & < > as entities, mentions as <@U...>
	ts       string
	threadTS string   // root of the thread; empty for a message outside of one
	direct   bool     // in a DM with MedBuddy
	mention  bool     // came as app_mention, or the text mentions MedBuddy
	others   bool     // mentions somebody else
	edited   bool     // the mention came, or stayed, with an edit
	external bool     // the channel is shared with another organisation, or the author is of one
	files    []string // ids
}

// root is the ts that names the thread: the root's, which is the message's own
// when it starts one.
func (m message) root() string {
	if m.threadTS != "" {
		return m.threadTS
	}
	return m.ts
}

// reply says whether the message is inside an existing thread.
func (m message) reply() bool { return m.threadTS != "" && m.threadTS != m.ts }

type wireEvent struct {
	Type        string          `json:"type"`
	Subtype     string          `json:"subtype"`
	Channel     string          `json:"channel"`
	ChannelType string          `json:"channel_type"`
	User        string          `json:"user"`
	BotID       string          `json:"bot_id"`
	Text        string          `json:"text"`
	TS          string          `json:"ts"`
	ThreadTS    string          `json:"thread_ts"`
	Team        string          `json:"team"`
	UserTeam    string          `json:"user_team"`
	Hidden      bool            `json:"hidden"`
	Edited      json.RawMessage `json:"edited"`
	Files       json.RawMessage `json:"files"`
}

type wireCallback struct {
	Type     string          `json:"type"`
	External bool            `json:"is_ext_shared_channel"`
	Event    json.RawMessage `json:"event"`
}

// identity is who MedBuddy is in this workspace (auth.test). url is the workspace's
// address; "" when it is not given.
type identity struct{ team, user, bot, url string }

// errIgnored says that an event is well formed and nobody's question.
var errIgnored = errors.New("not a person's new message")

var mentionRE = regexp.MustCompile(`<([@!])([^>|]*)(?:\|[^>]*)?>`)

// human are the subtypes of a message that a person has written
// (docs.slack.dev/reference/events/message). A file comes as file_share.
var human = []string{"", "file_share", "thread_broadcast", "me_message"}

// decodeEvent reads the payload of an events_api envelope. It returns
// errIgnored for what is not a person's new message: own and other bots'
// messages, edits, deletions, notices, and events of other kinds.
func decodeEvent(payload json.RawMessage, self identity) (message, error) {
	var cb wireCallback
	if err := json.Unmarshal(payload, &cb); err != nil {
		return message{}, fmt.Errorf("decoding the callback: %w", shapeError(err))
	}
	if cb.Type == "app_rate_limited" { // too many events of the workspace; Slack drops some
		return message{}, errIgnored
	}
	var kind struct {
		Type    string `json:"type"`
		Subtype string `json:"subtype"`
	}
	if err := json.Unmarshal(cb.Event, &kind); err != nil {
		return message{}, fmt.Errorf("decoding the event: %w", shapeError(err))
	}
	if kind.Type != "message" && kind.Type != "app_mention" || !slices.Contains(human, kind.Subtype) {
		return message{}, errIgnored
	}
	var ev wireEvent
	if err := json.Unmarshal(cb.Event, &ev); err != nil {
		return message{}, fmt.Errorf("decoding the message: %w", shapeError(err))
	}
	m, err := ev.message(self, cb.External)
	if len(ev.Edited) > 0 && string(ev.Edited) != "null" {
		if ev.Type != "app_mention" {
			return message{}, errIgnored // it came before, as it was then
		}
		m.edited = true
	}
	return m, err
}

// message reduces a message to what MedBuddy needs. external says that its channel
// is shared with another organisation.
func (ev wireEvent) message(self identity, external bool) (message, error) {
	switch {
	case ev.BotID != "", ev.User == "", ev.User == self.user, ev.User == "USLACKBOT", ev.Hidden:
		return message{}, errIgnored
	case ev.Channel == "" || ev.TS == "":
		return message{}, errors.New("a message without channel or ts")
	}
	m := message{
		channel: ev.Channel, user: ev.User, text: ev.Text, ts: ev.TS, threadTS: ev.ThreadTS,
		direct:   ev.ChannelType == "im" || ev.ChannelType == "" && isDirect(ev.Channel),
		mention:  ev.Type == "app_mention",
		external: external,
	}
	for _, team := range []string{ev.UserTeam, ev.Team} {
		if team != "" && team != self.team {
			m.external = true
		}
	}
	for _, ref := range mentionRE.FindAllStringSubmatch(ev.Text, -1) {
		switch {
		case ref[1] == "@" && ref[2] == self.user:
			m.mention = true
		case ref[1] == "@", strings.HasPrefix(ref[2], "subteam^"), ref[2] == "here", ref[2] == "channel", ref[2] == "everyone":
			m.others = true
		}
	}
	m.files = decodeFiles(ev.Files)
	return m, nil
}

// decodeFiles reads the ids of a list of file objects, one by one, so that one of
// a strange shape does not hide the others.
func decodeFiles(raw json.RawMessage) []string {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var ids []string
	for _, item := range items {
		var f struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(item, &f) == nil && f.ID != "" {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// shapeError keeps the kind of a JSON error and drops its text, which may quote
// what a person wrote.
func shapeError(err error) error {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) {
		return fmt.Errorf("field %q has the wrong type", typ.Field)
	}
	return errors.New("not the JSON that Slack documents")
}

// envelopeOf finds the id, type and payload of an envelope that slack-go could
// not decode.
func envelopeOf(raw json.RawMessage) (id, typ string, payload json.RawMessage) {
	var env struct {
		ID      string          `json:"envelope_id"`
		Type    string          `json:"type"`
		Payload json.RawMessage `json:"payload"`
	}
	if err := json.Unmarshal(raw, &env); err != nil {
		var only struct {
			ID string `json:"envelope_id"`
		}
		_ = json.Unmarshal(raw, &only) // when this fails too there is nothing to ack
		return only.ID, "", nil
	}
	return env.ID, env.Type, env.Payload
}
