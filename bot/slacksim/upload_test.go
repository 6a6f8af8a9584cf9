package slacksim

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// ticketFor asks for an upload of n bytes.
func (h *house) ticketFor(name string, n int) (id, link string) {
	h.t.Helper()
	out := h.fine(h.api("files.getUploadURLExternal", "filename", name, "length", fmt.Sprint(n)))
	id, _ = out["file_id"].(string)
	link, _ = out["upload_url"].(string)
	if id == "" || !strings.HasPrefix(link, strings.TrimSuffix(h.APIURL(), "api/")) {
		h.t.Fatalf("%v, want a file and an address on the API's host", out)
	}
	return id, link
}

// send posts bytes to an upload's address and gives status and text.
func (h *house) send(link, contentType string, body []byte) (int, string) {
	h.t.Helper()
	resp, err := http.Post(link, contentType, bytes.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		h.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// form is a multipart body of parts with these field names, each a file.
func form(t *testing.T, data string, fields ...string) (contentType string, body []byte) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range fields {
		part, err := w.CreateFormFile(f, "a.png")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write([]byte(data))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

func TestUploadURL(t *testing.T) {
	h := open(t, Config{})
	h.problemsAllowed = true // the snippet
	for _, c := range []struct{ name, length, alt, snippet, word string }{
		{"a.png", "1", strings.Repeat("ä", 1000), "", ""},
		{"a.png", "1073741824", "", "", ""},
		{"a.png", "1073741825", "", "", "file_upload_size_restricted"},
		{"a.png", "0", "", "", "missing_argument"},
		{"a.png", "", "", "", "missing_argument"},
		{"a.png", "-1", "", "", "invalid_arguments"},
		{"a.png", "1.5", "", "", "invalid_arguments"},
		{"", "1", "", "", "invalid_arguments"},
		{"a.png", "1", strings.Repeat("ä", 1001), "", "alt_txt_too_large"},
		{"a.txt", "1", "", "text", "unknown_snippet_type"},
	} {
		out := h.api("files.getUploadURLExternal", "filename", c.name, "length", c.length, "alt_txt", c.alt, "snippet_type", c.snippet)
		if c.word == "" {
			h.fine(out)
		} else {
			h.refused(out, c.word)
		}
	}
	h.SetScopes("files:read", "chat:write")
	for _, method := range []string{"files.getUploadURLExternal", "files.completeUploadExternal"} {
		out := h.api(method, "filename", "a.png", "length", "1", "files", `[{"id":"F1"}]`)
		if h.refused(out, "missing_scope"); out["needed"] != "files:write" {
			t.Errorf("%s needs %v", method, out["needed"])
		}
	}
}

func TestUploadBytes(t *testing.T) {
	h := open(t, Config{})
	slackGo, body := form(t, "abc", "file")
	curl, body2 := form(t, "abc", "filename")
	two, body3 := form(t, "abc", "file", "file")
	other, body4 := form(t, "abc", "picture")
	empty, body5 := form(t, "abc")
	for _, c := range []struct {
		name, contentType string
		body              []byte
		ok                bool
	}{
		{"raw", "application/octet-stream", []byte("abc"), true},
		{"raw without a type", "", []byte("abc"), true},
		{"as slack-go sends it", slackGo, body, true},
		{"as curl sends it", curl, body2, true},
		{"two files", two, body3, false},
		{"another field", other, body4, false},
		{"a form without a file", empty, body5, false},
		{"a broken form", slackGo, body[:len(body)/2], false},
		{"too short", "", []byte("ab"), false},
		{"too long", "", []byte("abcd"), false},
		{"nothing", "", nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			id, link := h.ticketFor("a.png", 3)
			status, text := h.send(link, c.contentType, c.body)
			switch {
			case c.ok && (status != http.StatusOK || text != "OK - 3"):
				t.Errorf("status %d, %q", status, text)
			case !c.ok && status == http.StatusOK:
				t.Error("taken")
			}
			if _, ok := h.File(id); ok {
				t.Error("visible before it is completed")
			}
			h.refused(h.api("files.info", "file", id), "file_not_found")
			out := h.api("files.completeUploadExternal", "files", `[{"id":"`+id+`"}]`)
			if !c.ok {
				h.refused(out, "file_not_found")
				return
			}
			if status, _ := h.send(link, c.contentType, c.body); status == http.StatusOK {
				t.Error("taken a second time")
			}
			if f, ok := h.File(id); h.fine(out) == nil || !ok || string(f.Data) != "abc" || f.Mimetype != "image/png" {
				t.Errorf("file %+v", f)
			}
		})
	}
	if status, _ := h.send(strings.TrimSuffix(h.APIURL(), "api/")+"upload/v1/unknown", "", []byte("abc")); status == http.StatusOK {
		t.Error("an address that nobody was given")
	}
}

func TestUploadFaults(t *testing.T) {
	h := open(t, Config{})
	_, link := h.ticketFor("a.png", 3)
	h.Fail(uploadBytes, Fault{HTTPStatus: http.StatusServiceUnavailable})
	if status, _ := h.send(link, "", []byte("abc")); status != http.StatusServiceUnavailable {
		t.Errorf("status %d", status)
	}
	h.Fail(uploadBytes, Fault{DropReply: true})
	if resp, err := http.Post(link, "", strings.NewReader("abc")); err == nil {
		_ = resp.Body.Close()
		t.Error("an answer came")
	}
	// What was sent has come, as the sender cannot know.
	if status, _ := h.send(link, "", []byte("abc")); status == http.StatusOK {
		t.Error("taken again")
	}
	if n := len(h.Calls(uploadBytes)); n != 3 {
		t.Errorf("%d calls, want 3", n)
	}
}
