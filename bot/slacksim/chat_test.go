package slacksim

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func blocksOf(list ...object) string { return string(mustJSON(list)) }

func section(n int) object {
	return object{"type": "section", "text": object{"type": "mrkdwn", "text": long(n)}}
}

func markdown(n int) object { return object{"type": "markdown", "text": long(n)} }

func TestBlockLimits(t *testing.T) {
	words := func(n int) object {
		var list []object
		for range n {
			list = append(list, object{"type": "mrkdwn", "text": "x"})
		}
		return object{"type": "context", "elements": list}
	}
	cases := []struct {
		name   string
		blocks string
		word   string // empty: taken
	}{
		{"longest section", blocksOf(section(3000)), ""},
		{"section too long", blocksOf(section(3001)), "invalid_blocks"},
		{"empty section", blocksOf(section(0)), "invalid_blocks"},
		{"longest markdown", blocksOf(markdown(12_000)), ""},
		{"markdown too long", blocksOf(markdown(12_001)), "invalid_blocks"},
		{"markdown too long together", blocksOf(markdown(6_500), markdown(6_500)), "msg_blocks_too_long"},
		{"longest message", blocksOf(section(3000), section(3000), section(3000), section(3000), section(1200)), ""},
		{"message too long", blocksOf(section(3000), section(3000), section(3000), section(3000), section(1201)), "msg_blocks_too_long"},
		{"most blocks", blocksOf(dividers(50)...), ""},
		{"too many blocks", blocksOf(dividers(51)...), "invalid_blocks"},
		{"longest context", blocksOf(words(10)), ""},
		{"context too long", blocksOf(words(11)), "invalid_blocks"},
		{"unknown type", blocksOf(object{"type": "hologram"}), "invalid_blocks"},
		{"input in a message", blocksOf(object{"type": "input"}), "invalid_blocks"},
		{"same id twice", blocksOf(object{"type": "divider", "block_id": "a"}, object{"type": "divider", "block_id": "a"}), "invalid_blocks"},
		{"no list", `{"type":"divider"}`, "invalid_blocks_format"},
	}
	h := open(t, Config{})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			out := h.api("chat.postMessage", "channel", h.radiology, "text", "x", "blocks", c.blocks)
			if c.word == "" {
				h.fine(out)
				return
			}
			h.refused(out, c.word)
			if faults, _ := dig(out, "response_metadata", "messages").([]any); c.word == "invalid_blocks" && len(faults) == 0 {
				t.Errorf("answer %v says not what is wrong", out)
			}
		})
	}
}

func TestTextLimits(t *testing.T) {
	h := open(t, Config{})
	h.problemsAllowed = true
	h.refused(h.api("chat.postMessage", "channel", h.radiology, "text", ""), "no_text")
	ts := h.post("", long(40_001))
	if m, _ := h.Message(h.radiology, ts); len(m.Text) != 40_000 || len(h.Problems()) != 1 {
		t.Errorf("%d characters kept and problems %q, want a cut that is told", len(m.Text), h.Problems())
	}
	h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", strings.Repeat("ä", 4000)))
	h.refused(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", long(4001)), "msg_too_long")
	h.refused(h.api("chat.postMessage", "channel", h.radiology, "text", "a", "markdown_text", "b"), "markdown_text_conflict")
}

// TestUpdate: blocks that are not sent again vanish, metadata stays, every text is kept.
func TestUpdate(t *testing.T) {
	h := open(t, Config{})
	meta := `{"event_type":"q","event_payload":{"k":"v"}}`
	out := h.fine(h.api("chat.postMessage", "channel", h.radiology, "text", "one", "blocks", blocksOf(section(5)), "metadata", meta))
	ts, _ := out["ts"].(string)
	h.fine(h.api("chat.update", "channel", h.radiology, "ts", ts, "text", "two & <b> <@U1>"))
	m, _ := h.Message(h.radiology, ts)
	if m.Blocks != nil || string(m.Metadata) != meta {
		t.Errorf("blocks %s, metadata %s; want no blocks and the old metadata", m.Blocks, m.Metadata)
	}
	if diff := cmp.Diff([]string{"one", "two &amp; &lt;b&gt; <@U1>"}, m.Edits); diff != "" {
		t.Errorf("edits (-want +got):\n%s", diff)
	}
	for _, flag := range []string{"0", "1"} {
		list := h.fine(h.api("conversations.replies", "channel", h.radiology, "ts", ts, "include_all_metadata", flag))
		first := list["messages"].([]any)[0].(object)
		if (first["metadata"] != nil) != (flag == "1") {
			t.Errorf("include_all_metadata=%s: metadata %v", flag, first["metadata"])
		}
	}
	h.refused(h.api("chat.postMessage", "channel", h.radiology, "text", "x", "metadata", `"q"`), "invalid_metadata_format")
}

func TestWhereTheBotMayWrite(t *testing.T) {
	h := open(t, Config{})
	away := h.AddChannel(Channel{Name: "away", WithoutBot: true})
	secret := h.AddChannel(Channel{Name: "secret", Kind: Private, WithoutBot: true})
	old := h.AddChannel(Channel{Name: "old", Archived: true})
	root := h.say(h.ann, "", "root")
	reply := h.say(h.ann, root, "reply")
	cases := []struct{ channel, thread, word string }{
		{away, "", "not_in_channel"},
		{secret, "", "channel_not_found"},
		{"C0NOWHERE", "", "channel_not_found"},
		{old, "", "is_archived"},
		{h.radiology, "yesterday", "invalid_thread_ts"},
		{h.radiology, "1700000000.000001", "thread_not_found"},
		{h.radiology, reply, "cannot_reply_to_message"},
	}
	for _, c := range cases {
		h.refused(h.api("chat.postMessage", "channel", c.channel, "thread_ts", c.thread, "text", "x"), c.word)
	}
	h.refused(h.api("chat.update", "channel", h.radiology, "ts", root, "text", "x"), "cant_update_message")
	h.refused(h.api("chat.delete", "channel", h.radiology, "ts", root), "cant_delete_message")
	h.refused(h.api("chat.update", "channel", h.radiology, "ts", "1700000000.000001", "text", "x"), "message_not_found")
	h.refused(h.api("chat.getPermalink", "channel", h.radiology, "message_ts", "1"), "message_not_found")
	for ts, thread := range map[string]string{root: "", reply: "?thread_ts=" + root + "&cid=" + h.radiology} {
		out := h.fine(h.api("chat.getPermalink", "channel", h.radiology, "message_ts", ts))
		if want := "https://simulated.slack.com/archives/" + h.radiology + "/p" + strings.Replace(ts, ".", "", 1) + thread; out["permalink"] != want {
			t.Errorf("permalink %v, want %v", out["permalink"], want)
		}
	}
	h.fine(h.api("chat.postMessage", "channel", h.ann, "text", "in the DM"))
	if n := len(h.Messages(h.DM(h.ann))); n != 1 {
		t.Errorf("%d messages in the DM, want 1", n)
	}
}

func TestEphemeral(t *testing.T) {
	h := open(t, Config{})
	closed := h.AddChannel(Channel{Name: "closed", Members: []string{h.ann}})
	h.refused(h.api("chat.postEphemeral", "channel", closed, "user", h.ben, "text", "x"), "user_not_in_channel")
	root := h.say(h.ann, "", "root")
	h.fine(h.api("chat.postEphemeral", "channel", h.radiology, "user", h.ben, "text", "psst", "thread_ts", root))
	got := h.Ephemerals(h.radiology)
	if len(got) != 1 || got[0].User != h.ben || got[0].ThreadTS != root || got[0].Plain != "psst" {
		t.Errorf("ephemerals %+v", got)
	}
	if len(h.Thread(h.radiology, root)) != 1 {
		t.Error("an ephemeral message is in the thread for everybody")
	}
}

func TestPlain(t *testing.T) {
	h := open(t, Config{})
	blocks := blocksOf(
		object{"type": "header", "text": object{"type": "plain_text", "text": "Title"}},
		object{"type": "section", "text": object{"type": "mrkdwn", "text": "a &lt; b " + h.mention()}},
		object{"type": "context", "elements": []object{{"type": "mrkdwn", "text": "AI draft"}, {"type": "plain_text", "text": "x"}}},
		object{"type": "actions", "elements": []object{{"type": "button", "action_id": "s", "text": object{"type": "plain_text", "text": "Settings"}}}},
		object{"type": "rich_text", "elements": []object{{"type": "rich_text_section", "elements": []object{{"type": "text", "text": "rich"}}}}},
	)
	h.fine(h.api("chat.postMessage", "channel", h.radiology, "text", "fallback", "blocks", blocks))
	want := "Title\na < b @MedBuddy\nAI draft x\n[Settings]\nrich"
	if got := h.Messages(h.radiology)[0].Plain; got != want {
		t.Errorf("plain %q, want %q", got, want)
	}
	h.say(h.ann, "", "@MedBuddy see https://example.org/a?b=c&d, or ask @Ben in #radiology <script>")
	m := h.Messages(h.radiology)[1]
	if want := h.mention() + " see <https://example.org/a?b=c&amp;d>, or ask <@" + h.ben + "> in <#" + h.radiology + "> &lt;script&gt;"; m.Text != want {
		t.Errorf("stored %q, want %q", m.Text, want)
	}
	if !json.Valid(m.Blocks) {
		t.Errorf("blocks %s", m.Blocks)
	}
}
