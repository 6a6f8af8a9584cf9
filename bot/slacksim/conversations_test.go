package slacksim

import (
	"fmt"
	"slices"
	"testing"
)

func ids(out object) []string {
	var list []string
	channels, _ := out["channels"].([]any)
	for _, c := range channels {
		id, _ := c.(object)["id"].(string)
		list = append(list, id)
	}
	return list
}

func TestUsersConversations(t *testing.T) {
	h := open(t, Config{})
	old := h.AddChannel(Channel{Name: "old", Archived: true})
	h.AddChannel(Channel{Name: "elsewhere", WithoutBot: true})
	ward := h.AddChannel(Channel{Name: "ward", Kind: Private, ExtShared: true})
	h.AddChannel(Channel{Name: "secret", Kind: Private, WithoutBot: true})
	group := h.AddChannel(Channel{Name: "mpdm", Kind: Group})
	dm := h.DM(h.ann)
	cases := []struct {
		types, noArchived string
		want              []string
	}{
		{"", "", []string{h.radiology, old}},
		{"public_channel", "true", []string{h.radiology}},
		{"private_channel,im", "true", []string{ward, dm}},
		{"public_channel, private_channel,mpim,im", "true", []string{h.radiology, ward, group, dm}},
	}
	for _, c := range cases {
		out := h.fine(h.api("users.conversations", "types", c.types, "exclude_archived", c.noArchived))
		if got := ids(out); !slices.Equal(got, c.want) {
			t.Errorf("types %q: %q, want %q", c.types, got, c.want)
		}
	}
	out := h.fine(h.api("users.conversations", "types", "private_channel,im"))
	shared, _ := out["channels"].([]any)[0].(object)
	direct, _ := out["channels"].([]any)[1].(object)
	if shared["is_ext_shared"] != true || shared["name"] != "ward" || direct["is_im"] != true || direct["user"] != h.ann {
		t.Errorf("channels %v and %v, want what conversations.info says of them", shared, direct)
	}
	if _, has := shared["is_member"]; has {
		t.Error("is_member is there: Slack leaves it out in this list")
	}
	h.refused(h.api("users.conversations", "types", "public"), "invalid_types")
	h.refused(h.api("users.conversations", "limit", "1000"), "invalid_limit")
	h.refused(h.api("users.conversations", "cursor", "no"), "invalid_cursor")
}

// TestUsersConversationsOf: what a person is in, but what is not public only where
// the app is in it too.
func TestUsersConversationsOf(t *testing.T) {
	h := open(t, Config{})
	away := h.AddChannel(Channel{Name: "away", WithoutBot: true, Members: []string{h.ann, h.ben}})
	ward := h.AddChannel(Channel{Name: "ward", Kind: Private, Members: []string{h.ann}})
	h.AddChannel(Channel{Name: "secret", Kind: Private, WithoutBot: true, Members: []string{h.ann}})
	h.AddChannel(Channel{Name: "others", Members: []string{h.ben}})
	dm := h.DM(h.ann)
	h.DM(h.ben)
	const all = "public_channel,private_channel,im,mpim"
	for user, want := range map[string][]string{
		h.ann: {h.radiology, away, ward, dm}, h.BotUserID(): ids(h.api("users.conversations", "types", all)),
	} {
		if got := ids(h.fine(h.api("users.conversations", "types", all, "user", user))); !slices.Equal(got, want) {
			t.Errorf("of %s: %q, want %q", user, got, want)
		}
	}
	h.refused(h.api("users.conversations", "user", "U0"), "user_not_found")
}

func TestUsersConversationsScopes(t *testing.T) {
	h := open(t, Config{Scopes: []string{"channels:read", "im:read"}})
	h.fine(h.api("users.conversations", "types", "public_channel,im"))
	out := h.api("users.conversations", "types", "public_channel,private_channel,mpim")
	h.refused(out, "missing_scope")
	if out["needed"] != "groups:read,mpim:read" || out["provided"] != "channels:read,im:read" {
		t.Errorf("needed %v of %v, want the two that are missing", out["needed"], out["provided"])
	}
}

func TestUsersConversationsPages(t *testing.T) {
	h := open(t, Config{})
	want := []string{h.radiology}
	for i := range 4 {
		want = append(want, h.AddChannel(Channel{Name: fmt.Sprint("ward ", i)}))
	}
	var got []string
	cursor, pages := "", 0
	for {
		out := h.fine(h.api("users.conversations", "limit", "2", "cursor", cursor))
		got = append(got, ids(out)...)
		pages++
		if cursor, _ = dig(out, "response_metadata", "next_cursor").(string); cursor == "" {
			break
		}
	}
	if !slices.Equal(got, want) || pages != 3 {
		t.Errorf("%d pages of %q, want 3 of %q", pages, got, want)
	}
}
