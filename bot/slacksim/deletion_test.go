package slacksim

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestDeletionTells: what a person deletes comes with all that it was.
func TestDeletionTells(t *testing.T) {
	h := open(t, quiet())
	root := h.say(h.ann, "", "root")
	reply := h.say(h.ben, root, "look", File{ID: "F1", Name: "a.png", Data: []byte("x")})
	w := h.dial()
	if err := h.Delete(h.radiology, root); err != nil {
		t.Fatal(err)
	}
	ev := w.next().event()
	grave := dig(ev, "message")
	if ev["subtype"] != "message_changed" || ev["hidden"] != true || ev["ts"] != ev["event_ts"] || ev["channel"] != h.radiology || ev["channel_type"] != "channel" {
		t.Errorf("event %v", ev)
	}
	for key, want := range map[string]any{
		"subtype": "tombstone", "hidden": true, "user": "USLACKBOT", "parent_user_id": "USLACKBOT", "ts": root, "thread_ts": root,
		"text": "This message was deleted.", "reply_count": 1.0, "latest_reply": reply, "files": nil, "blocks": nil, "client_msg_id": nil, "team": nil,
	} {
		if got := dig(grave, key); got != want {
			t.Errorf("tombstone: %s is %v, want %v", key, got, want)
		}
	}
	if dig(ev, "previous_message", "text") != "root" || dig(ev, "previous_message", "user") != h.ann {
		t.Errorf("previous_message %v", ev["previous_message"])
	}
	if err := h.Delete(h.radiology, reply); err != nil {
		t.Fatal(err)
	}
	ev = w.next().event()
	was := dig(ev, "previous_message")
	files, _ := dig(was, "files").([]any)
	if ev["subtype"] != "message_deleted" || ev["deleted_ts"] != reply || ev["hidden"] != true || ev["ts"] != ev["event_ts"] ||
		dig(was, "thread_ts") != root || dig(was, "user") != h.ben || len(files) != 1 || dig(files[0], "id") != "F1" {
		t.Errorf("event %v, want the reply as it was", ev)
	}
	if ev := w.next().event(); ev["subtype"] != "message_deleted" || ev["deleted_ts"] != root || dig(ev, "previous_message", "subtype") != "tombstone" {
		t.Errorf("event %v, want that the tombstone is gone with its last reply", ev)
	}
	if m := h.All(h.radiology); len(m) != 0 {
		t.Errorf("left: %+v", m)
	}
}

func TestDeleteFile(t *testing.T) {
	h := open(t, quiet())
	ts := h.say(h.ann, "", "look", File{ID: "F1", Name: "a.png", Data: []byte("x")})
	w := h.dial()
	if err := h.DeleteFile("F1"); err != nil {
		t.Fatal(err)
	}
	f := w.next()
	ev := f.event()
	if len(ev) != 3 || ev["type"] != "file_deleted" || ev["file_id"] != "F1" || ev["event_ts"] == nil || f.Payload["type"] != "event_callback" {
		t.Errorf("event %v", ev)
	}
	h.refused(h.api("files.info", "file", "F1"), "file_deleted")
	out := h.fine(h.api("conversations.replies", "channel", h.radiology, "ts", ts))
	files, _ := out["messages"].([]any)[0].(object)["files"].([]any)
	if len(files) != 1 || dig(files[0], "mode") != "tombstone" || dig(files[0], "name") != nil {
		t.Errorf("files %v, want a tombstone", files)
	}
	for _, id := range []string{"F1", "F0"} {
		if err := h.DeleteFile(id); err == nil {
			t.Errorf("%s was deleted", id)
		}
	}
}

// TestAppDeletesAFile: its own only, and once.
func TestAppDeletesAFile(t *testing.T) {
	h := open(t, quiet())
	h.say(h.ann, "", "look", File{ID: "F1", Name: "a.png", Data: []byte("x")})
	got := h.fine(h.api("files.getUploadURLExternal", "filename", "b.png", "length", "1"))
	own, _ := got["file_id"].(string)
	h.refused(h.api("files.delete", "file", own), "file_not_found") // not completed
	address, _ := got["upload_url"].(string)
	resp, err := http.Post(address, "image/png", strings.NewReader("y")) //nolint:noctx // loopback
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	h.fine(h.api("files.completeUploadExternal", "files", `[{"id":"`+own+`","title":"b"}]`, "channel_id", h.radiology))
	w := h.dial()
	h.refused(h.api("files.delete"), "file_not_found")
	h.refused(h.api("files.delete", "file", "F1"), "cant_delete_file")
	h.fine(h.api("files.delete", "file", own))
	if ev := w.next().event(); ev["type"] != "file_deleted" || ev["file_id"] != own {
		t.Errorf("event %v", ev)
	}
	h.refused(h.api("files.delete", "file", own), "file_deleted")
	if f, _ := h.File(own); len(f.Data) > 0 || f.Access != Deleted {
		t.Errorf("left: %+v", f)
	}
	h.SetScopes(slices.DeleteFunc(DefaultScopes(), func(s string) bool { return s == "files:write" })...)
	h.refused(h.api("files.delete", "file", own), "missing_scope")
}

// TestDeleteFileInSilence: the event needs the scope, and a channel that both share.
func TestDeleteFileInSilence(t *testing.T) {
	for name, prepare := range map[string]func(*house){
		"without the scope": func(h *house) {
			h.SetScopes(slices.DeleteFunc(DefaultScopes(), func(s string) bool { return s == "files:read" })...)
		},
		"withheld":           func(h *house) { h.Withhold("file_deleted", true) },
		"not in the channel": func(h *house) { h.SetChannel(h.radiology, func(c *Channel) { c.WithoutBot = true }) },
	} {
		h := open(t, quiet())
		h.say(h.ann, "", "look", File{ID: "F1", Name: "a.png", Data: []byte("x")})
		prepare(h)
		before := h.Stats().Events
		if err := h.DeleteFile("F1"); err != nil || h.Stats().Events != before {
			t.Errorf("%s: %v, %d events; want none", name, err, h.Stats().Events-before)
		}
	}
}
