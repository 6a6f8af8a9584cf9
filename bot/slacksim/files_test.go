package slacksim

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"strings"
	"testing"
)

// download fetches with the bot token, following redirects.
func (h *house) download(link, token string) (*http.Response, []byte, error) {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.ctx, http.MethodGet, link, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return resp, data, err
}

func (h *house) link(id string) string {
	h.t.Helper()
	link, _ := dig(h.fine(h.api("files.info", "file", id)), "file", "url_private").(string)
	if !strings.HasPrefix(link+"/", strings.TrimSuffix(h.APIURL(), "api/")) {
		h.t.Fatalf("url_private %q is not on the API's host", link)
	}
	return link
}

func TestFileObject(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	h.say(h.ann, "", "", File{ID: "F1", Name: "My Scan.JPEG", Data: []byte("abc")})
	f, _ := w.next().event()["files"].([]any)[0].(object)
	for key, want := range map[string]any{
		"id": "F1", "name": "My Scan.JPEG", "mimetype": "image/jpeg", "filetype": "jpg", "size": 3.0, "mode": "hosted", "user": h.ann,
	} {
		if f[key] != want {
			t.Errorf("%s is %v, want %v", key, f[key], want)
		}
	}
	for key := range f {
		if strings.HasPrefix(key, "thumb_") {
			t.Errorf("%s: thumbnails are absent at first", key)
		}
	}
}

func TestDownload(t *testing.T) {
	h := open(t, Config{})
	h.say(h.ann, "", "", File{ID: "F1", Name: "a.png", Data: []byte("abc")})
	link := h.link("F1")
	resp, data, err := h.download(link, h.BotToken())
	if err != nil || string(data) != "abc" || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("download %q, %v", data, err)
	}
	signIn := func(what, token string) {
		t.Helper()
		resp, data, err := h.download(link, token)
		if err != nil || resp.StatusCode != http.StatusOK || !strings.Contains(string(data), "<html>") ||
			resp.Request.URL.Query().Get("redir") != strings.TrimPrefix(link, "http://"+resp.Request.URL.Host) {
			t.Errorf("%s: %d %q %v, want the sign-in page after a redirect with redir", what, resp.StatusCode, data, err)
		}
	}
	signIn("wrong token", "xoxb-other")
	signIn("app token", h.AppToken())
	h.SetScopes("chat:write")
	signIn("no files:read", h.BotToken())
	if n := len(h.Calls("files.download")); n != 4 {
		t.Errorf("%d downloads recorded, want 4", n)
	}
}

func TestDownloadFaults(t *testing.T) {
	h := open(t, Config{})
	h.say(h.ann, "", "", File{ID: "F1", Name: "a.png", Data: []byte("abcdef")})
	link := h.link("F1")
	with := func(d Download) (*http.Response, []byte, error) {
		h.SetFile("F1", func(f *File) { f.Download = d })
		return h.download(link, h.BotToken())
	}
	if resp, data, err := with(Download{HTML: true}); err != nil || resp.StatusCode != 200 || resp.Request.URL.RawQuery != "" || !strings.Contains(string(data), "<html>") {
		t.Errorf("HTML: %q %v, want the page with 200 and no redirect", data, err)
	}
	if resp, _, err := with(Download{Status: 503}); err != nil || resp.StatusCode != 503 {
		t.Errorf("status: %v", err)
	}
	if resp, data, err := with(Download{CutAt: 2}); !errors.Is(err, io.ErrUnexpectedEOF) || string(data) != "ab" || resp.ContentLength != 6 {
		t.Errorf("cut: %q %v, want 2 of 6 bytes", data, err)
	}
	if resp, _, err := with(Download{Length: 100}); !errors.Is(err, io.ErrUnexpectedEOF) || resp.ContentLength != 100 {
		t.Errorf("length: %v, want fewer bytes than stated", err)
	}
	if resp, _, err := with(Download{Redirect: true}); err != nil || resp.Request.URL.Query().Get("redir") == "" {
		t.Errorf("redirect: %v", err)
	}
}

func TestFileForms(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	h.say(h.ann, "", "", File{ID: "F1", Name: "a.png", Data: []byte("abc"), Access: CheckInfo},
		File{ID: "F2", Name: "b.png", Access: Deleted}, File{ID: "F3", Name: "c", Access: External, ExternalURL: "https://example.org/c"},
		File{ID: "F4", Name: "d.png", Access: Hidden})
	files, _ := w.next().event()["files"].([]any)
	want := []object{
		{"mode": "file_access", "file_access": "check_file_info", "url_private": nil, "name": nil},
		{"mode": "tombstone", "url_private": nil},
		{"mode": "external", "is_external": true, "url_private": "https://example.org/c"},
		{"mode": "hidden_by_limit", "url_private": nil},
	}
	for i, fields := range want {
		for key, v := range fields {
			if got := files[i].(object)[key]; got != v {
				t.Errorf("file %d: %s is %v, want %v", i+1, key, got, v)
			}
		}
	}
	if _, data, err := h.download(h.link("F1"), h.BotToken()); err != nil || string(data) != "abc" {
		t.Errorf("Slack Connect file by files.info: %q %v", data, err)
	}
	h.refused(h.api("files.info", "file", "F2"), "file_deleted")
	h.refused(h.api("files.info", "file", "F9"), "file_not_found")
	h.SetChannel(h.radiology, func(c *Channel) { c.WithoutBot = true })
	h.refused(h.api("files.info", "file", "F1"), "file_not_found")
}

// Slack's own copy of a picture that the app may not be able to read.
func TestThumb(t *testing.T) {
	h := open(t, quiet())
	w := h.dial()
	var thumb bytes.Buffer
	if err := png.Encode(&thumb, image.NewGray(image.Rect(0, 0, 8, 6))); err != nil {
		t.Fatal(err)
	}
	h.say(h.ann, "", "", File{ID: "F1", Name: "IMG 1.HEIC", Data: []byte("heic"), Thumb1024: thumb.Bytes(), Download: Download{Status: 503}},
		File{ID: "F2", Name: "b.png", Data: thumb.Bytes(), Thumb1024: thumb.Bytes()})
	files, _ := w.next().event()["files"].([]any)
	for i, want := range []object{
		{"mimetype": "image/heic", "thumb_1024_w": 8.0, "thumb_1024_h": 6.0, "original_w": nil},
		{"mimetype": "image/png", "thumb_1024_w": 8.0, "thumb_1024_h": 6.0, "original_w": 8.0, "original_h": 6.0},
	} {
		for key, v := range want {
			if got := files[i].(object)[key]; got != v {
				t.Errorf("file %d: %s is %v, want %v", i+1, key, got, v)
			}
		}
	}
	link, _ := files[0].(object)["thumb_1024"].(string)
	resp, data, err := h.download(link, h.BotToken())
	if err != nil || !bytes.Equal(data, thumb.Bytes()) || resp.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%d bytes, %v", len(data), err)
	}
	if _, data, err := h.download(link, "xoxb-other"); err != nil || !strings.Contains(string(data), "<html>") {
		t.Errorf("without the token: %q, %v", data, err)
	}
	if c := h.Calls("files.download"); len(c) != 2 || c[0].Args["file"] != "F1" || c[0].Args["size"] != "thumb_1024" {
		t.Errorf("calls %+v", c)
	}
	h.DeleteFile("F1")
	if _, data, err := h.download(link, h.BotToken()); err != nil || !strings.Contains(string(data), "<html>") {
		t.Errorf("after deletion: %q, %v", data, err)
	}
}
