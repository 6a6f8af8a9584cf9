package bot

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

const (
	deletedEvent = `"type":"message","subtype":"message_deleted","hidden":true,"channel":"C1","deleted_ts":"2.000001","ts":"3.000001"`
	changedEvent = `"type":"message","subtype":"message_changed","hidden":true,"channel":"C1","ts":"3.000001"`
)

func TestDecodeNotice(t *testing.T) {
	for name, c := range map[string]struct {
		in   json.RawMessage
		want notice
	}{
		"a reply":            {event(deletedEvent + `,"previous_message":{"ts":"2.000001","thread_ts":"1.000001","text":"x"}`), notice{channel: "C1", ts: "2.000001", threadTS: "1.000001"}},
		"a lone message":     {event(deletedEvent + `,"previous_message":{"ts":"2.000001"}`), notice{channel: "C1", ts: "2.000001", threadTS: "2.000001"}},
		"nothing is said of": {event(deletedEvent), notice{channel: "C1", ts: "2.000001", threadTS: "2.000001"}},
		"strange blocks":     {event(deletedEvent + `,"previous_message":{"thread_ts":"1.000001","blocks":{"not":"a list"},"files":7}`), notice{channel: "C1", ts: "2.000001", threadTS: "1.000001"}},
		"a root with replies": {event(changedEvent + `,"message":{"type":"message","subtype":"tombstone","ts":"1.000001","thread_ts":"1.000001"},"previous_message":{"text":"x"}`),
			notice{channel: "C1", ts: "1.000001", threadTS: "1.000001"}},
		"an edit": {event(changedEvent + `,"message":{"ts":"2.000001","thread_ts":"1.000001","text":"y","edited":{"ts":"3.0"}},"previous_message":{"text":"x"}`),
			notice{channel: "C1", ts: "2.000001", threadTS: "1.000001", edited: true, words: "y"}},
		"a file": {event(`"type":"file_deleted","file_id":"F1","event_ts":"3.000001"`), notice{file: "F1"}},
	} {
		t.Run(name, func(t *testing.T) {
			if n, err := decodeNotice(c.in); err != nil || n != c.want {
				t.Errorf("decodeNotice = %+v, %v, want %+v", n, err, c.want)
			}
			if _, err := decodeEvent(c.in, self); !errors.Is(err, errIgnored) {
				t.Errorf("decodeEvent = %v, want errIgnored", err)
			}
		})
	}
}

func TestDecodeNoticeLeavesTheRest(t *testing.T) {
	for name, in := range map[string]json.RawMessage{
		"an edit of nothing":      event(changedEvent + `,"message":{"ts":"2.000001","text":"x","reply_count":2},"previous_message":{"text":"x"}`),
		"an edit of a bot's":      event(changedEvent + `,"message":{"ts":"2.000001","bot_id":"B1","text":"y"},"previous_message":{"text":"x"}`),
		"an edit about deletions": event(changedEvent + `,"message":{"ts":"2.000001","bot_id":"B1","text":"\"tombstone\""}`),
		"a deleted file in it":    event(changedEvent + `,"message":{"ts":"2.000001","files":[{"id":"F1","mode":"tombstone"}]}`),
		"a message":               event(base + `,"text":"x","files":[{"id":"F1","mode":"tombstone"}]`),
		"joined":                  event(base + `,"subtype":"channel_join"`),
		"other kind":              event(`"type":"reaction_added","x":"file_deleted"`),
		"a rate limit":            json.RawMessage(`{"type":"app_rate_limited"}`),
	} {
		t.Run(name, func(t *testing.T) {
			if n, err := decodeNotice(in); !errors.Is(err, errIgnored) {
				t.Errorf("decodeNotice = %+v, %v, want errIgnored", n, err)
			}
		})
	}
}

// What cannot be read is an error, and the error quotes nothing.
func TestDecodeNoticeErrorsAreMute(t *testing.T) {
	for _, in := range []json.RawMessage{
		json.RawMessage(`"tombstone" secret words`),
		json.RawMessage(`{"event":"tombstone"} "tombstone"`),
		event(`"type":["tombstone"],"secret":"words"`),
		event(`"type":"message","subtype":"message_deleted","channel":"C1"`),
		event(`"type":"message","subtype":"message_deleted","channel":{"secret":"words"},"deleted_ts":"2.000001"`),
		event(`"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":2}`),
		event(`"type":"message","subtype":"message_deleted","channel":"secret words","deleted_ts":"2.000001"`),
		event(`"type":"message","subtype":"message_deleted","channel":"C1","deleted_ts":"secret words"`),
		event(deletedEvent + `,"previous_message":"secret words"`),
		event(deletedEvent + `,"previous_message":{"thread_ts":"secret words"}`),
		event(changedEvent + `,"message":{"subtype":"tombstone"}`),
		event(changedEvent + `,"message":["tombstone"]`),
		event(`"type":"file_deleted"`),
		event(`"type":"file_deleted","file_id":7`),
		event(`"type":"file_deleted","file_id":"secret words"`),
	} {
		n, err := decodeNotice(in)
		if err == nil || errors.Is(err, errIgnored) {
			t.Errorf("decodeNotice(%s) = %+v, %v, want an error", in, n, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error quotes the event: %v", err)
		}
	}
}

// Each chat.update of MedBuddy's comes back as an event: to see that it is no notice
// takes no memory.
func TestOwnUpdatesAreNotDecoded(t *testing.T) {
	own := event(changedEvent + `,"message":{"ts":"2.000001","user":"UBOT","bot_id":"B1","text":"` + strings.Repeat("The lungs are clear. ", 150) + `"}`)
	if n := testing.AllocsPerRun(100, func() { _, _ = decodeNotice(own) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzNotice(f *testing.F) {
	f.Add([]byte(event(deletedEvent + `,"previous_message":{"thread_ts":"1.000001"}`)))
	f.Add([]byte(event(changedEvent + `,"message":{"subtype":"tombstone","ts":"1.000001"}`)))
	f.Add([]byte(event(`"type":"file_deleted","file_id":"F1"`)))
	f.Fuzz(func(t *testing.T, in []byte) {
		n, err := decodeNotice(in)
		whole := n.file != "" && n.channel+n.ts+n.threadTS == "" || n.file == "" && n.channel != "" && n.ts != "" && n.threadTS != ""
		if err == nil && !whole {
			t.Errorf("accepted %+v", n)
		}
	})
}
