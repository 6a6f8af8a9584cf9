package slacksim

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that a test moves on.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Unix(1_800_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// startDM starts a stream under a message of Ann's in her DM.
func (h *house) startDM(pairs ...string) (dm, ts string) {
	h.t.Helper()
	dm = h.DM(h.ann)
	root, err := h.Post(Message{Channel: dm, User: h.ann, Text: "which view is this?"})
	if err != nil {
		h.t.Fatal(err)
	}
	ts, _ = h.fine(h.api("chat.startStream", append([]string{"channel", dm, "thread_ts", root}, pairs...)...))["ts"].(string)
	return dm, ts
}

func TestStream(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	dm, ts := h.startDM()
	w.next() // the question
	started := w.next().event()
	if started["ts"] != ts || started["streaming_state"] != "in_progress" || started["bot_id"] != h.BotID() || started["subtype"] != nil {
		t.Errorf("event %v, want the app's own message", started)
	}
	for _, text := range []string{"A **frontal**", " view & <b>"} {
		h.fine(h.api("chat.appendStream", "channel", dm, "ts", ts, "markdown_text", text))
		ev := w.next().event()
		if ev["subtype"] != "message_changed" || dig(ev, "message", "ts") != ts || dig(ev, "message", "streaming_state") != "in_progress" {
			t.Errorf("event %v", ev)
		}
	}
	m, _ := h.Message(dm, ts)
	if !m.Streaming || m.Plain != "A **frontal** view & <b>" || len(m.Edits) != 3 {
		t.Errorf("message %+v while it streams", m)
	}
	h.refused(h.api("chat.update", "channel", dm, "ts", ts, "text", "x"), "streaming_state_conflict")
	out := h.fine(h.api("chat.stopStream", "channel", dm, "ts", ts, "markdown_text", ".",
		"blocks", blocksOf(object{"type": "actions", "elements": []object{button("again", "1")}}),
		"metadata", `{"event_type":"q","event_payload":{"k":"v"}}`))
	ev := w.next().event()
	if dig(ev, "message", "streaming_state") != "completed" || dig(out, "message", "streaming_state") != "completed" || out["ts"] != ts {
		t.Errorf("event %v, answer %v", ev, out)
	}
	m, _ = h.Message(dm, ts)
	if m.Streaming || m.Plain != "A **frontal** view & <b>.\n[Press 1]" || !strings.Contains(string(m.Metadata), `"k"`) || m.ThreadTS == "" {
		t.Errorf("message %+v", m)
	}
	for _, method := range []string{"chat.appendStream", "chat.stopStream"} {
		h.refused(h.api(method, "channel", dm, "ts", ts, "markdown_text", "x"), "message_not_in_streaming_state")
	}
	h.fine(h.api("chat.update", "channel", dm, "ts", ts, "text", "better"))
	if h.Count("chat.appendStream") != 3 || h.Calls("chat.startStream")[0].TS != ts || h.Stats().Updates != 1 {
		t.Errorf("%d appends, start %+v, %+v", h.Count("chat.appendStream"), h.Calls("chat.startStream"), h.Stats())
	}
}

func TestStreamRefusals(t *testing.T) {
	h := open(t, Config{})
	dm := h.DM(h.ann)
	root := h.say(h.ann, "", "root")
	away := h.AddChannel(Channel{Name: "away", WithoutBot: true})
	old := h.AddChannel(Channel{Name: "old", Archived: true})
	for _, c := range []struct {
		word  string
		pairs []string
	}{
		{"invalid_arguments", []string{"channel", dm, "markdown_text", "x"}},
		{"channel_not_found", []string{"channel", h.ann, "markdown_text", "x"}},
		{"not_in_channel", []string{"channel", away, "thread_ts", root}},
		{"is_archived", []string{"channel", old, "thread_ts", root}},
		{"thread_not_found", []string{"channel", dm, "thread_ts", root}},
		{"missing_recipient_user_id", []string{"channel", h.radiology, "thread_ts", root, "recipient_team_id", h.TeamID()}},
		{"missing_recipient_team_id", []string{"channel", h.radiology, "thread_ts", root, "recipient_user_id", h.ann}},
		{"user_not_found", []string{"channel", h.radiology, "thread_ts", root, "recipient_user_id", "U0", "recipient_team_id", h.TeamID()}},
	} {
		h.refused(h.api("chat.startStream", c.pairs...), c.word)
	}
	who := []string{"channel", h.radiology, "recipient_user_id", h.ann, "recipient_team_id", h.TeamID()}
	start := func(pairs ...string) object { return h.api("chat.startStream", append(pairs, who...)...) }
	h.fine(start()) // at the top of a channel
	h.refused(start("markdown_text", long(12_001)), "msg_too_long")
	h.refused(start("markdown_text", ""), "no_text")
	h.refused(start("markdown_text", "x", "chunks", "[]"), "cannot_provide_both_markdown_text_and_chunks")
	for _, chunks := range []string{"[]", "x", `[{"type":"hologram"}]`} {
		h.refused(start("chunks", chunks), "invalid_chunks")
	}
	ts, _ := h.fine(start("thread_ts", root, "chunks", `[{"type":"markdown_text","text":"a"},{"type":"markdown_text","text":"b"}]`))["ts"].(string)
	if m, _ := h.Message(h.radiology, ts); m.Plain != "ab" || !m.Streaming || m.ThreadTS != root {
		t.Errorf("message %+v", m)
	}
	on := func(method string, pairs ...string) object {
		return h.api(method, append([]string{"channel", h.radiology, "ts", ts}, pairs...)...)
	}
	h.refused(on("chat.appendStream"), "markdown_text_or_chunks_required")
	h.refused(on("chat.appendStream", "chunks", `[{"type":"markdown_text","text":""}]`), "no_text")
	h.refused(on("chat.appendStream", "markdown_text", "x"), "streaming_mode_mismatch")
	h.refused(on("chat.stopStream", "markdown_text", "x"), "streaming_mode_mismatch")
	h.refused(on("chat.appendStream", "chunks", `[{"type":"markdown_text","text":"`+long(11_999)+`"}]`), "msg_too_long")
	h.refused(on("chat.stopStream", "blocks", blocksOf(object{"type": "hologram"})), "invalid_blocks")
	h.refused(on("chat.stopStream", "metadata", `"q"`), "invalid_metadata_format")
	h.refused(on("chat.stopStream", "blocks", blocksOf(section(3000), section(3000), section(3000), section(3000), section(1200))), "msg_blocks_too_long")
	if m, _ := h.Message(h.radiology, ts); m.Plain != "ab" || !m.Streaming {
		t.Errorf("message %+v after refusals", m)
	}
	h.refused(h.api("chat.appendStream", "channel", "C0NOWHERE", "ts", ts, "markdown_text", "x"), "channel_not_found")
	h.refused(h.api("chat.appendStream", "channel", h.radiology, "ts", "1", "markdown_text", "x"), "message_not_found")
	h.refused(h.api("chat.stopStream", "channel", h.radiology, "ts", root), "message_not_owned_by_app")
	h.refused(h.api("chat.stopStream", "channel", h.radiology, "ts", h.post("", "plain")), "message_not_in_streaming_state")
	empty, _ := h.fine(start("thread_ts", root))["ts"].(string)
	h.refused(h.api("chat.stopStream", "channel", h.radiology, "ts", empty), "no_text")
	h.SetScopes("channels:history")
	h.refused(start(), "missing_scope")
}

// TestStreamProblems: what Slack has and this has not, and what is surely a mistake.
func TestStreamProblems(t *testing.T) {
	h := open(t, Config{})
	h.problemsAllowed = true
	h.refused(h.api("chat.startStream", "channel", h.radiology, "recipient_user_id", h.ann, "recipient_team_id", h.TeamID(),
		"chunks", `[{"type":"task_update","id":"1","title":"Reading"}]`), "invalid_chunks")
	h.fine(h.api("chat.startStream", "channel", h.radiology, "recipient_user_id", h.ann, "recipient_team_id", "T0OTHER"))
	if p := h.Problems(); len(p) != 2 {
		t.Errorf("problems %q, want two", p)
	}
}

// TestStreamEnds: Slack closes a stream by itself, and what was said stays.
func TestStreamEnds(t *testing.T) {
	for name, end := range map[string]func(*house, *clock){
		"five minutes": func(_ *house, c *clock) { c.pass(streamLife) },
		"EndStreams":   func(h *house, _ *clock) { h.EndStreams() },
	} {
		t.Run(name, func(t *testing.T) {
			c := newClock()
			h := open(t, Config{Now: c.Now})
			dm, ts := h.startDM("markdown_text", "A frontal")
			c.pass(streamLife - 1)
			h.fine(h.api("chat.appendStream", "channel", dm, "ts", ts, "markdown_text", " view"))
			end(h, c)
			for _, method := range []string{"chat.appendStream", "chat.stopStream"} {
				h.refused(h.api(method, "channel", dm, "ts", ts, "markdown_text", "."), "message_not_in_streaming_state")
			}
			if m, _ := h.Message(dm, ts); m.Streaming || m.Plain != "A frontal view" {
				t.Errorf("message %+v", m)
			}
			out := h.fine(h.api("chat.update", "channel", dm, "ts", ts, "text", "A frontal view."))
			if dig(out, "message", "streaming_state") != "errored" {
				t.Errorf("answer %v", out)
			}
		})
	}
}

func TestStreamDeleted(t *testing.T) {
	h := open(t, Config{})
	dm, ts := h.startDM("markdown_text", "x")
	h.fine(h.api("chat.delete", "channel", dm, "ts", ts))
	h.refused(h.api("chat.appendStream", "channel", dm, "ts", ts, "markdown_text", "x"), "message_not_found")
	if m, _ := h.Message(dm, ts); !m.Deleted || m.Streaming {
		t.Errorf("message %+v", m)
	}
}

func TestNoStreams(t *testing.T) {
	h := open(t, Config{NoStreams: true})
	root := h.say(h.ann, "", "root")
	h.refused(h.api("chat.startStream", "channel", h.radiology, "thread_ts", root), "channel_type_not_supported")
	h.refused(h.api("chat.appendStream", "channel", h.radiology, "ts", root, "markdown_text", "x"), "channel_type_not_supported")
	h.refused(h.api("chat.stopStream", "channel", h.radiology, "ts", root), "channel_type_not_supported")
}

// TestStreamTiers: 20 starts and stops and 100 appends a minute.
func TestStreamTiers(t *testing.T) {
	c := newClock()
	h := open(t, Config{RateLimits: true, Now: c.Now})
	for method, most := range map[string]int{"chat.startStream": 20, "chat.appendStream": 100, "chat.stopStream": 20} {
		for range most {
			h.refused(h.api(method, "channel", "C0NOWHERE", "markdown_text", "x"), "channel_not_found")
		}
		h.refused(h.api(method, "channel", "C0NOWHERE", "markdown_text", "x"), "ratelimited")
	}
}
