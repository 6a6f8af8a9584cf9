package slacksim

import (
	"strings"
	"testing"
)

const homeView = `{"type":"home","private_metadata":"m","blocks":[{"type":"section","text":{"type":"mrkdwn","text":"Welcome"}}]}`

func TestHome(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	if _, ok := h.Home(h.ann); ok {
		t.Error("a Home that was never published")
	}
	if err := h.OpenHome(h.ctx, h.ann); err != nil {
		t.Fatal(err)
	}
	f := w.next()
	w.ack(f, nil)
	ev := f.event()
	if ev["type"] != "app_home_opened" || ev["user"] != h.ann || ev["channel"] != h.DM(h.ann) || ev["tab"] != "home" || ev["event_ts"] == nil || ev["view"] != nil {
		t.Errorf("event %v", ev)
	}
	h.refused(h.api("views.publish", "user_id", h.ann, "view", homeView, "hash", "early"), "hash_conflict")
	first := h.fine(h.api("views.publish", "user_id", h.ann, "view", homeView))
	hash, _ := dig(first, "view", "hash").(string)
	h.fine(h.api("views.publish", "user_id", h.ann, "view", strings.Replace(homeView, "Welcome", "Hello", 1), "hash", hash))
	h.refused(h.api("views.publish", "user_id", h.ann, "view", homeView, "hash", hash), "hash_conflict")
	h.refused(h.api("views.publish", "user_id", "U0", "view", homeView), "user_not_found")
	h.refused(h.api("views.publish", "user_id", h.ann, "view", modal), "invalid_arguments")
	seen, ok := h.Home(h.ann)
	if !ok || !strings.Contains(string(seen.Blocks), "Hello") || seen.PrivateMetadata != "m" || seen.Type != "home" {
		t.Errorf("Ann's Home is %+v", seen)
	}
	if v := h.Views(); len(v) != 2 || !v[0].Closed || v[1].Closed {
		t.Errorf("views %+v, want the older one closed", v)
	}
	if _, ok := h.Home(h.ben); ok {
		t.Error("Ben has Ann's Home")
	}
	if _, ok := h.OpenView(h.ann); ok {
		t.Error("a Home is no modal")
	}
	if err := h.OpenHome(h.ctx, h.ann); err != nil {
		t.Fatal(err)
	}
	f = w.next()
	w.ack(f, nil)
	if v := dig(f.event(), "view"); dig(v, "id") != seen.ID || dig(v, "hash") != seen.Hash {
		t.Errorf("event with %v, want the view that is published", v)
	}
	if _, err := h.Submit(h.ctx, seen.ID, nil); err == nil {
		t.Error("a Home was submitted")
	}
	if err := h.CloseView(h.ctx, seen.ID); err == nil {
		t.Error("a Home was closed")
	}
}

func TestHomeRefusals(t *testing.T) {
	h := open(t, quiet())
	bot := h.AddUser(User{Name: "pacs", Bot: true})
	left := h.AddUser(User{Name: "Cid", Deactivated: true})
	for _, user := range []string{bot, left, "U0"} {
		if err := h.OpenHome(h.ctx, user); err == nil {
			t.Errorf("user %q opened a Home", user)
		}
	}
	h.Withhold("app_home_opened", true)
	if err := h.OpenHome(h.ctx, h.ann); err != nil || h.Stats().Events != 0 {
		t.Errorf("%v, %d events; want none", err, h.Stats().Events)
	}
}
