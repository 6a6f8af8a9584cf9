package slacksim

import (
	"testing"
	"time"
)

func quiet() Config { return Config{AckTimeout: time.Hour} }

// TestMentionComesTwice: one mention is two events with the same ts, in either order.
func TestMentionComesTwice(t *testing.T) {
	first := map[any]bool{}
	for seed := range uint64(8) {
		cfg := quiet()
		cfg.Seed = seed
		h := open(t, cfg)
		w := h.dial()
		ts := h.say(h.ann, "", h.mention()+" a < b & c?", File{Name: "a.png", Data: []byte("x")})
		a, b := w.next(), w.next()
		first[a.event()["type"]] = true
		if a.Payload["event_id"] == b.Payload["event_id"] || a.EnvelopeID == b.EnvelopeID {
			t.Error("both events have one id")
		}
		for _, f := range []frame{a, b} {
			ev := f.event()
			mention := ev["type"] == "app_mention"
			if ev["ts"] != ts || ev["text"] != h.mention()+" a &lt; b &amp; c?" || ev["user"] != h.ann || ev["client_msg_id"] == nil {
				t.Errorf("event %v", ev)
			}
			if mention != (ev["channel_type"] == nil) || mention != (ev["subtype"] == nil) {
				t.Errorf("event %v: channel_type and subtype belong to message only", ev)
			}
			if files, _ := ev["files"].([]any); len(files) != 1 {
				t.Errorf("event %v, want a file", ev)
			}
			if f.Payload["team_id"] != h.TeamID() || f.Payload["api_app_id"] != h.AppID() || f.Payload["authorizations"] == nil ||
				f.Payload["type"] != "event_callback" || f.Payload["is_ext_shared_channel"] != false {
				t.Errorf("callback %v", f.Payload)
			}
		}
	}
	if !first["message"] || !first["app_mention"] {
		t.Errorf("first events over 8 seeds: %v, want both kinds", first)
	}
}

func TestDirectMessage(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	dm := h.DM(h.ann)
	if dm != h.DM(h.ann) {
		t.Error("two conversations for one person")
	}
	for _, text := range []string{h.mention() + " hello", "and?"} {
		if _, err := h.Post(Message{Channel: dm, User: h.ann, Text: text}); err != nil {
			t.Fatal(err)
		}
		ev := w.next().event()
		if ev["type"] != "message" || ev["channel_type"] != "im" || ev["text"] != text {
			t.Errorf("event %v, want only a message.im", ev)
		}
	}
}

// TestOwnMessagesComeBack: post, update and delete of the bot are events too.
func TestOwnMessagesComeBack(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	ts := h.post("", "first")
	h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", "second"))
	h.fine(h.api("chat.delete", "channel", h.radiology, "ts", ts))
	if ev := w.next().event(); ev["bot_id"] != h.BotID() || ev["user"] != h.BotUserID() || ev["subtype"] != nil {
		t.Errorf("event %v, want the bot's message without a subtype", ev)
	}
	ev := w.next().event()
	if ev["subtype"] != "message_changed" || dig(ev, "message", "text") != "second" ||
		dig(ev, "previous_message", "text") != "first" || dig(ev, "message", "edited") != nil {
		t.Errorf("event %v, want message_changed without an edited mark", ev)
	}
	if ev := w.next().event(); ev["subtype"] != "message_deleted" || ev["deleted_ts"] != ts {
		t.Errorf("event %v, want message_deleted", ev)
	}
}

func TestEditsOfPeople(t *testing.T) {
	h := open(t, quiet())
	ts := h.say(h.ann, "", "first")
	reply := h.say(h.ben, ts, "reply")
	w := h.dial()
	if err := h.Edit(h.radiology, ts, h.mention()+" second"); err != nil {
		t.Fatal(err)
	}
	if ev := w.next().event(); dig(ev, "message", "edited", "user") != h.ann {
		t.Errorf("event %v, want an edit by its author", ev)
	}
	if ev := w.next().event(); ev["type"] != "app_mention" || ev["edited"] == nil {
		t.Errorf("event %v, want an edited app_mention", ev)
	}
	for _, gone := range []string{ts, reply} {
		if err := h.Delete(h.radiology, gone); err != nil {
			t.Fatal(err)
		}
	}
	if ev := w.next().event(); dig(ev, "message", "subtype") != "tombstone" {
		t.Errorf("event %v, want a tombstone for a root with replies", ev)
	}
	if ev := w.next().event(); ev["subtype"] != "message_deleted" {
		t.Errorf("event %v, want message_deleted for a reply", ev)
	}
	if m, ok := h.Message(h.radiology, reply); !ok || !m.Deleted {
		t.Error("the deleted reply is not marked")
	}
}

// TestSilence: what the app may not hear, it does not hear.
func TestSilence(t *testing.T) {
	cases := map[string]func(*house){
		"without the scopes": func(h *house) { h.SetScopes("chat:write") },
		"both withheld":      func(h *house) { h.Withhold("message", true); h.Withhold("app_mention", true) },
		"not in the channel": func(h *house) { h.SetChannel(h.radiology, func(c *Channel) { c.WithoutBot = true }) },
		"shown to one person": func(h *house) {
			h.fine(h.api("chat.postEphemeral", "channel", h.radiology, "user", h.ann, "text", "x"))
		},
	}
	for name, prepare := range cases {
		t.Run(name, func(t *testing.T) {
			h := open(t, quiet())
			w := h.dial()
			prepare(h)
			if name != "shown to one person" {
				h.say(h.ann, "", h.mention()+" hello")
			}
			if err := h.RawFrame(`{"type":"marker"}`); err != nil {
				t.Fatal(err)
			}
			if f := w.next(); f.Type != "marker" {
				t.Errorf("frame %+v, want silence", f)
			}
		})
	}
}

func TestOneKindWithheld(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	h.Withhold("message", true)
	h.say(h.ann, "", h.mention()+" one")
	if ev := w.next().event(); ev["type"] != "app_mention" {
		t.Errorf("event %v, want app_mention alone", ev)
	}
	h.Withhold("message", false)
	h.Withhold("app_mention", true)
	h.say(h.ann, "", h.mention()+" two")
	if ev := w.next().event(); ev["type"] != "message" {
		t.Errorf("event %v, want message alone", ev)
	}
}

func TestStrangersAndBots(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	h.SetChannel(h.radiology, func(c *Channel) { c.ExtShared = true })
	stranger := h.AddUser(User{Name: "Zed", TeamID: "T0FAR", Stranger: true})
	h.say(stranger, "", "hello")
	f := w.next()
	if ev := f.event(); ev["team"] != "T0FAR" || ev["user_team"] != "T0FAR" || f.Payload["is_ext_shared_channel"] != true {
		t.Errorf("callback %v, want a stranger in a shared channel", f.Payload)
	}
	robot := h.AddUser(User{Name: "Robot", Bot: true})
	h.say(robot, "", h.mention()+" hello")
	for range 2 {
		if ev := w.next().event(); ev["bot_id"] == nil || ev["bot_id"] == h.BotID() {
			t.Errorf("event %v, want another bot's", ev)
		}
	}
	info := h.fine(h.api("users.info", "user", stranger))
	if dig(info, "user", "is_stranger") != true || dig(info, "user", "team_id") != "T0FAR" {
		t.Errorf("users.info %v", info)
	}
}
