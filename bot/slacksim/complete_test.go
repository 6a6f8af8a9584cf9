package slacksim

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

const complete = "files.completeUploadExternal"

// uploaded is a file whose bytes have come, as an entry for files.
func (h *house) uploaded(name, data, title string) (id, entry string) {
	h.t.Helper()
	id, link := h.ticketFor(name, len(data))
	if status, text := h.send(link, "", []byte(data)); status != http.StatusOK {
		h.t.Fatal(status, text)
	}
	return id, fmt.Sprintf(`{"id":%q,"title":%q}`, id, title)
}

// Shared in a thread it is a message of the app: in the thread, in its event, in
// what tests see, with a file that can be found by its title and fetched.
func TestCompleteInAThread(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	root := h.say(h.ann, "", "scan")
	w.next()
	id1, one := h.uploaded("a.png", "abc", "Image 1")
	id2, two := h.uploaded("b.dcm", "de", "")
	out := h.fine(h.api(complete, "files", "["+one+","+two+"]", "channel_id", h.radiology, "thread_ts", root,
		"initial_comment", "What the model sees"))
	if got := fmt.Sprint(out["files"]); got != fmt.Sprintf("[map[id:%s title:Image 1] map[id:%s title:b.dcm]]", id1, id2) {
		t.Errorf("files %s", got)
	}
	thread := h.Thread(h.radiology, root)
	if len(thread) != 2 {
		t.Fatalf("%d messages", len(thread))
	}
	m := thread[1]
	if m.User != h.BotUserID() || m.BotID != h.BotID() || m.Subtype != "" || m.Plain != "What the model sees" || len(m.Files) != 2 {
		t.Errorf("message %+v", m)
	}
	if c := h.Calls(complete)[0]; c.TS != m.TS {
		t.Errorf("the call wrote %s, the message is %s", c.TS, m.TS)
	}
	event := w.next().event()
	for _, got := range []object{event, dig(h.fine(h.api("conversations.replies", "channel", h.radiology, "ts", root)), "messages").([]any)[1].(object)} {
		f, _ := got["files"].([]any)[0].(object)
		if got["ts"] != m.TS || got["thread_ts"] != root || got["bot_id"] != h.BotID() || got["user"] != h.BotUserID() ||
			f["id"] != id1 || f["title"] != "Image 1" || f["name"] != "a.png" || f["user"] != h.BotUserID() || f["size"] != 3.0 {
			t.Errorf("message %v", got)
		}
	}
	if _, data, err := h.download(h.link(id1), h.BotToken()); err != nil || string(data) != "abc" {
		t.Errorf("download %q, %v", data, err)
	}
	if f, ok := h.File(id2); !ok || string(f.Data) != "de" || f.Mimetype != "application/dicom" {
		t.Errorf("file %+v", f)
	}
	h.refused(h.api(complete, "files", "["+one+"]", "channel_id", h.radiology), "file_not_found")
}

func TestCompleteElsewhere(t *testing.T) {
	h := open(t, Config{})
	other := h.AddChannel(Channel{Name: "other"})
	_, f := h.uploaded("a.png", "abc", "x")
	h.fine(h.api(complete, "files", "["+f+"]", "channels", other+","+h.ann, "blocks", blocksOf(section(10))))
	for _, channel := range []string{other, h.DM(h.ann)} {
		if m := h.Messages(channel); len(m) != 1 || len(m[0].Files) != 1 || m[0].Plain != long(10) {
			t.Errorf("messages %+v", m)
		}
	}
	// Without a channel it is the app's alone.
	id, f := h.uploaded("a.png", "abc", "x")
	h.fine(h.api(complete, "files", "["+f+"]"))
	if _, data, err := h.download(h.link(id), h.BotToken()); err != nil || string(data) != "abc" {
		t.Errorf("download %q, %v", data, err)
	}
}

func TestCompleteRefuses(t *testing.T) {
	h := open(t, Config{})
	h.problemsAllowed = true // blocks beside a comment
	root := h.say(h.ann, "", "scan")
	reply := h.say(h.ann, root, "more")
	closed := h.AddChannel(Channel{Name: "closed", Archived: true})
	foreign := h.AddChannel(Channel{Name: "foreign", WithoutBot: true})
	secret := h.AddChannel(Channel{Name: "secret", Kind: Private, WithoutBot: true})
	id, f := h.uploaded("a.png", "abc", "x")
	unsent, _ := h.ticketFor("b.png", 3)
	here := []string{"channel_id", h.radiology}
	many := strings.Repeat(h.radiology+",", 100) + h.radiology
	for _, c := range []struct {
		name, files string
		more        []string
		word        string
	}{
		{"no files", "", here, "invalid_arguments"},
		{"an empty list", "[]", here, "invalid_arguments"},
		{"no list", f, here, "invalid_arguments"},
		{"a file without bytes", `[{"id":"` + unsent + `"}]`, here, "file_not_found"},
		{"a file twice", "[" + f + "," + f + "]", here, "file_not_found"},
		{"an unknown file", `[{"id":"F0"}]`, here, "file_not_found"},
		{"a person as channel_id", "[" + f + "]", []string{"channel_id", h.ann}, "invalid_arguments"},
		{"an unknown channel", "[" + f + "]", []string{"channel_id", "C012345678"}, "channel_not_found"},
		{"an unknown one of several", "[" + f + "]", []string{"channels", h.radiology + ",C012345678"}, "invalid_channel"},
		{"a channel too many", "[" + f + "]", []string{"channels", many}, "channels_limit_exceeded"},
		{"a channel without the app", "[" + f + "]", []string{"channel_id", foreign}, "not_in_channel"},
		{"a private channel without the app", "[" + f + "]", []string{"channel_id", secret}, "channel_not_found"},
		{"an archived channel", "[" + f + "]", []string{"channel_id", closed}, "is_archived"},
		{"a thread without a root", "[" + f + "]", append(here, "thread_ts", "1700000000.000001"), "thread_not_found"},
		{"a reply as the root", "[" + f + "]", append(here, "thread_ts", reply), "cannot_reply_to_message"},
		{"an odd ts", "[" + f + "]", append(here, "thread_ts", "1"), "invalid_thread_ts"},
		{"a thread without a channel", "[" + f + "]", []string{"thread_ts", root}, "invalid_arguments"},
		{"wrong blocks", "[" + f + "]", append(here, "blocks", blocksOf(object{"type": "hologram"})), "invalid_blocks"},
		{"a markdown block", "[" + f + "]", append(here, "blocks", blocksOf(markdown(3))), "internal_error"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h.refused(h.api(complete, append([]string{"files", c.files}, c.more...)...), c.word)
		})
	}
	if _, ok := h.File(id); ok || len(h.All(h.radiology)) != 2 {
		t.Error("something was shared")
	}
	// A refusal does not use the upload up; blocks beside a comment are not shown.
	h.fine(h.api(complete, append(here, "files", "["+f+"]", "initial_comment", "x", "blocks", blocksOf(markdown(3)))...))
	if m := h.Messages(h.radiology); len(m) != 2 || m[1].Plain != "x" || m[1].Blocks != nil {
		t.Errorf("messages %+v", m)
	}
}

func TestCompleteFaults(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	h := open(t, Config{RateLimits: true, Now: func() time.Time { return now }})
	id, f := h.uploaded("a.png", "abc", "x")
	h.Fail(complete, Fault{DropReply: true})
	resp, err := http.PostForm(h.APIURL()+complete, url.Values{"token": {h.BotToken()}, "files": {"[" + f + "]"}, "channel_id": {h.radiology}})
	if err == nil {
		_ = resp.Body.Close()
		t.Error("an answer came")
	}
	if m := h.Messages(h.radiology); len(m) != 1 || m[0].Files[0].ID != id {
		t.Errorf("messages %+v, want the one whose answer was lost", m)
	}
	for range 99 {
		h.refused(h.api(complete, "files", "["+f+"]"), "file_not_found")
	}
	h.refused(h.api(complete, "files", "["+f+"]"), "ratelimited")
}
