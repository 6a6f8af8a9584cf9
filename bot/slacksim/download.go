package slacksim

import (
	"html"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// downloads is the method name under which file downloads are recorded.
const downloads = "files.download"

// serveFile serves url_private and url_private_download.
func (s *Sim) serveFile(w http.ResponseWriter, r *http.Request) { s.serveBytes(w, r, false) }

// serveThumb serves thumb_1024, which Download does not spoil.
func (s *Sim) serveThumb(w http.ResponseWriter, r *http.Request) { s.serveBytes(w, r, true) }

// serveBytes redirects to the sign-in page without a token that may read the file,
// as Slack does.
func (s *Sim) serveBytes(w http.ResponseWriter, r *http.Request, thumb bool) {
	_, id, _ := strings.Cut(r.PathValue("file"), "-")
	args := map[string]string{"file": id}
	if thumb {
		args["size"] = "thumb_1024"
	}
	c := s.arrive(downloads, args)
	drop, done := s.meetFaults(w, r, c)
	if done {
		return
	}
	if drop {
		s.finish(c, 0, "")
		dropConnection(w)
		return
	}
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	s.mu.Lock()
	var file File
	f, ok := s.files[id]
	ok = ok && s.authorize(token, method{scopes: []string{"files:read"}}) == nil && s.sharedWithApp(f) &&
		(f.Access == Hosted || f.Access == CheckInfo)
	if ok {
		file = f.File
		if thumb {
			file = File{Data: f.Thumb1024, Mimetype: http.DetectContentType(f.Thumb1024)}
			ok = f.Thumb1024 != nil
		}
		ok = ok && !file.Download.Redirect
	}
	s.mu.Unlock()
	if !ok {
		s.finish(c, http.StatusFound, "")
		http.Redirect(w, r, "/?redir="+url.QueryEscape(r.URL.Path), http.StatusFound)
		return
	}
	s.sendFile(w, r, c, file)
}

// sendFile sends a file, as wrong as Download asks for.
func (s *Sim) sendFile(w http.ResponseWriter, r *http.Request, c *Call, f File) {
	d := f.Download
	switch {
	case d.Status != 0:
		s.finish(c, d.Status, "")
		http.Error(w, "file unavailable", d.Status)
		return
	case d.HTML:
		s.finish(c, http.StatusOK, "")
		serveSignIn(w, r)
		return
	}
	length := len(f.Data)
	if d.Length != 0 {
		length = d.Length
	}
	w.Header().Set("Content-Type", f.Mimetype)
	w.Header().Set("Content-Length", strconv.Itoa(length))
	s.finish(c, http.StatusOK, "")
	body := f.Data
	if d.CutAt > 0 && d.CutAt < len(body) {
		body = body[:d.CutAt]
	}
	_, _ = w.Write(body) // too short or too long for the stated length is the point of the knobs
}

// serveSignIn is the page that a browser without a session sees, with HTTP 200.
func serveSignIn(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>Slack</title></head><body><h1>Sign in to "+
		html.EscapeString(r.Host)+"</h1></body></html>\n") // the client has gone: nobody to tell
}
