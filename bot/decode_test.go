package bot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

var self = identity{team: "T1", user: testBot, bot: "B1"}

func event(fields string) json.RawMessage {
	return json.RawMessage(`{"type":"event_callback","team_id":"T1","event":{` + fields + `}}`)
}

const base = `"type":"message","channel":"C1","user":"U1","ts":"1.000001"`

func TestDecodeTakesWhatPeopleWrite(t *testing.T) {
	for name, c := range map[string]struct {
		in   json.RawMessage
		want func(message) bool
	}{
		"plain":                {event(base + `,"text":"hi"`), func(m message) bool { return !m.mention && !m.direct && m.root() == "1.000001" && !m.reply() }},
		"app_mention":          {event(`"type":"app_mention","channel":"C1","user":"U1","ts":"1.0","text":"<@UBOT> hi"`), func(m message) bool { return m.mention && !m.others }},
		"mention in a message": {event(base + `,"text":"hi <@UBOT|medbuddy>"`), func(m message) bool { return m.mention }},
		"somebody else":        {event(base + `,"text":"<@U2> look"`), func(m message) bool { return m.others && !m.mention }},
		"a group":              {event(base + `,"text":"<!subteam^S1> look"`), func(m message) bool { return m.others }},
		"reply":                {event(base + `,"text":"x","thread_ts":"0.5"`), func(m message) bool { return m.reply() && m.root() == "0.5" }},
		"root of a thread":     {event(base + `,"text":"x","thread_ts":"1.000001"`), func(m message) bool { return !m.reply() }},
		"direct":               {event(base + `,"text":"x","channel_type":"im"`), func(m message) bool { return m.direct }},
		"file_share": {event(base + `,"subtype":"file_share","text":"","files":[{"id":"F1","size":10,"url_private":"u"},{"id":"F2","size":"odd"},{"name":"n"}]`),
			func(m message) bool {
				return len(m.files) == 2 && m.files[0] == "F1" && m.files[1] == "F2"
			}},
		"broadcast":        {event(base + `,"subtype":"thread_broadcast","text":"x","thread_ts":"0.5"`), func(m message) bool { return m.reply() }},
		"strange blocks":   {event(base + `,"text":"x","blocks":{"not":"a list"},"reactions":7`), func(m message) bool { return m.text == "x" }},
		"shared channel":   {json.RawMessage(`{"team_id":"T1","is_ext_shared_channel":true,"event":{` + base + `,"text":"x"}}`), func(m message) bool { return m.external }},
		"another's member": {event(base + `,"text":"x","user_team":"T2"`), func(m message) bool { return m.external }},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := decodeEvent(c.in, self)
			if err != nil || !c.want(m) {
				t.Errorf("decodeEvent = %+v, %v", m, err)
			}
		})
	}
}

func TestDecodeLeavesTheRest(t *testing.T) {
	for name, in := range map[string]json.RawMessage{
		"own":        event(`"type":"message","channel":"C1","user":"UBOT","ts":"1.0","text":"x"`),
		"a bot":      event(base + `,"bot_id":"B9","text":"<@UBOT> x"`),
		"changed":    event(base + `,"subtype":"message_changed","message":{}`),
		"deleted":    event(base + `,"subtype":"message_deleted"`),
		"joined":     event(base + `,"subtype":"channel_join"`),
		"edited":     event(`"type":"message","channel":"C1","user":"U1","ts":"1.0","text":"<@UBOT>","edited":{"ts":"2.0"}`),
		"no user":    event(`"type":"message","channel":"C1","ts":"1.0","text":"x"`),
		"other kind": event(`"type":"reaction_added"`),
	} {
		t.Run(name, func(t *testing.T) {
			if m, err := decodeEvent(in, self); !errors.Is(err, errIgnored) {
				t.Errorf("decodeEvent = %+v, %v, want errIgnored", m, err)
			}
		})
	}
}

// What cannot be read is an error, and the error quotes nothing.
func TestDecodeErrorsAreMute(t *testing.T) {
	for _, in := range []string{``, `[]`, `"secret words"`, `{"event":"secret words"}`, `{"event":{"type":"message","text":["secret words"]}}`,
		`{"event":{"type":"message","channel":{"secret":"words"}}}`, `{"event":{` + base[:len(base)-12] + `}}`, `{"event":{"type":"message","user":"U1"}}`} {
		_, err := decodeEvent(json.RawMessage(in), self)
		if err == nil || errors.Is(err, errIgnored) && !strings.Contains(in, "message") {
			t.Errorf("decodeEvent(%s) = %v, want an error", in, err)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("the error quotes the event: %v", err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(event(base + `,"text":"hi","files":[{"id":"F1"}]`)))
	f.Add([]byte(`{"event":{"type":"app_mention","text":null}}`))
	f.Fuzz(func(t *testing.T, in []byte) {
		m, err := decodeEvent(in, self)
		if err == nil && (m.channel == "" || m.ts == "" || m.user == "" || m.user == self.user) {
			t.Errorf("accepted %+v", m)
		}
		envelopeOf(in)
	})
}

func TestEnvelopeOf(t *testing.T) {
	for in, want := range map[string]string{
		`{"envelope_id":"E1","type":"x","payload":{}}`: "E1",
		`{"envelope_id":"E1","type":7}`:                "E1",
		`{"payload":1}`:                                "",
		`nonsense`:                                     "",
	} {
		if id, _, _ := envelopeOf(json.RawMessage(in)); id != want {
			t.Errorf("envelopeOf(%s) = %q, want %q", in, id, want)
		}
	}
}
