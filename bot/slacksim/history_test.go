package slacksim

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func texts(out object) []string {
	var list []string
	messages, _ := out["messages"].([]any)
	for _, m := range messages {
		text, _ := m.(object)["text"].(string)
		list = append(list, text)
	}
	return list
}

func TestRepliesPages(t *testing.T) {
	h := open(t, Config{})
	root := h.say(h.ann, "", "root")
	var tss []string
	for i := range 5 {
		tss = append(tss, h.say(h.ben, root, fmt.Sprint(i)))
	}
	var got []string
	cursor, pages := "", 0
	for {
		out := h.fine(h.api("conversations.replies", "channel", h.radiology, "ts", root, "limit", "2", "cursor", cursor))
		got = append(got, texts(out)...)
		pages++
		cursor, _ = dig(out, "response_metadata", "next_cursor").(string)
		if (cursor != "") != (out["has_more"] == true) {
			t.Fatal("has_more and next_cursor differ")
		}
		if cursor == "" {
			break
		}
	}
	if want := []string{"root", "0", "1", "2", "3", "4"}; !slices.Equal(got, want) || pages != 3 {
		t.Errorf("%d pages of %q, want 3 of %q", pages, got, want)
	}
	ranges := []struct {
		oldest, latest, inclusive string
		want                      []string
	}{
		{tss[1], tss[3], "0", []string{"root", "2"}},
		{tss[1], tss[3], "1", []string{"root", "1", "2", "3"}},
		{"0", "", "0", []string{"root", "0", "1", "2", "3", "4"}},
	}
	for _, r := range ranges {
		out := h.fine(h.api("conversations.replies", "channel", h.radiology, "ts", root, "oldest", r.oldest, "latest", r.latest, "inclusive", r.inclusive))
		if got := texts(out); !slices.Equal(got, r.want) {
			t.Errorf("from %s to %s (inclusive %s): %q, want %q", r.oldest, r.latest, r.inclusive, got, r.want)
		}
	}
	if got := texts(h.fine(h.api("conversations.replies", "channel", h.radiology, "ts", tss[2]))); !slices.Equal(got, []string{"2"}) {
		t.Errorf("asked for a reply: %q, want it alone", got)
	}
	h.refused(h.api("conversations.replies", "channel", h.radiology, "ts", "1700000000.000001"), "thread_not_found")
	h.refused(h.api("conversations.replies", "channel", h.radiology, "ts", root, "cursor", "no"), "invalid_cursor")
	h.refused(h.api("conversations.replies", "channel", h.radiology, "ts", root, "limit", "1001"), "invalid_limit")
}

func TestHistory(t *testing.T) {
	h := open(t, Config{})
	one := h.say(h.ann, "", "one")
	h.say(h.ann, one, "hidden in the thread")
	broadcast, err := h.Post(Message{Channel: h.radiology, User: h.ann, ThreadTS: one, Text: "broadcast", Broadcast: true})
	if err != nil {
		t.Fatal(err)
	}
	h.say(h.ann, "", "two")
	out := h.fine(h.api("conversations.history", "channel", h.radiology))
	if got, want := texts(out), []string{"two", "broadcast", "one"}; !slices.Equal(got, want) {
		t.Errorf("history %q, want %q", got, want)
	}
	if root := out["messages"].([]any)[2].(object); root["reply_count"] != 2.0 || root["thread_ts"] != one || root["latest_reply"] != broadcast {
		t.Errorf("root %v, want two replies, the newest the broadcast", root)
	}
	h.refused(h.api("conversations.history", "channel", h.radiology, "limit", "1000"), "invalid_limit")
}

// TestHistoryPages: the newest come first, whether oldest is given or not, unless
// the workspace begins at the oldest; no page leaves anything out.
func TestHistoryPages(t *testing.T) {
	for _, oldestFirst := range []bool{false, true} {
		h := open(t, Config{OldestFirst: oldestFirst})
		var tss []string
		for i := range 6 {
			tss = append(tss, h.say(h.ann, "", fmt.Sprint(i)))
		}
		want := map[string][]string{
			"":                {"5 4", "3 2", "1 0"},
			"oldest":          {"5 4", "3 2"},
			"oldest latest":   {"4 3", "2"},
			"oldest latest =": {"5 4", "3 2", "1"},
		}
		if oldestFirst {
			want["oldest"] = []string{"3 2", "5 4"}
		}
		for which, want := range want {
			pairs := []string{"channel", h.radiology, "limit", "2", "cursor", ""}
			if strings.Contains(which, "oldest") {
				pairs = append(pairs, "oldest", tss[1])
			}
			if strings.Contains(which, "latest") {
				pairs = append(pairs, "latest", tss[5])
			}
			if strings.Contains(which, "=") {
				pairs = append(pairs, "inclusive", "true")
			}
			var got []string
			for {
				out := h.fine(h.api("conversations.history", pairs...))
				got = append(got, strings.Join(texts(out), " "))
				if pairs[5], _ = dig(out, "response_metadata", "next_cursor").(string); pairs[5] == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("with %q, oldest first %v: pages %q, want %q", which, oldestFirst, got, want)
			}
		}
	}
}

// TestTimestamps: also when the clock stands still or goes back.
func TestTimestamps(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	h := open(t, Config{Now: func() time.Time { return now }})
	last := h.say(h.ann, "", "first")
	if last != "1800000000.000000" {
		t.Errorf("first ts %s", last)
	}
	for range 3 {
		now = now.Add(-time.Second)
		ts := h.say(h.ann, "", "next")
		if ts <= last || len(ts) != len(last) {
			t.Errorf("ts %s after %s", ts, last)
		}
		last = ts
	}
}

func TestConversationsInfo(t *testing.T) {
	h := open(t, Config{})
	secret := h.AddChannel(Channel{Name: "secret", Kind: Private, WithoutBot: true})
	shared := h.AddChannel(Channel{Name: "shared", ExtShared: true})
	group := h.AddChannel(Channel{Name: "mpdm", Kind: Group})
	h.refused(h.api("conversations.info", "channel", secret), "channel_not_found")
	cases := []struct {
		id, key string
		want    any
	}{
		{shared, "is_ext_shared", true},
		{group, "is_mpim", true},
		{h.DM(h.ann), "user", h.ann},
		{h.radiology, "name", "radiology"},
	}
	for _, c := range cases {
		if out := h.fine(h.api("conversations.info", "channel", c.id)); dig(out, "channel", c.key) != c.want {
			t.Errorf("%s is %v, want %v", c.key, dig(out, "channel", c.key), c.want)
		}
	}
}
