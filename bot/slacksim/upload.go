package slacksim

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"unicode/utf8"
)

// uploadBytes is the method name under which the sending of a file's bytes is
// recorded, and meets faults.
const uploadBytes = "files.uploadBytes"

// Limits of an upload (docs.slack.dev/reference/methods/files.getUploadURLExternal
// for the text; Slack's help pages for 1 GB a file).
const (
	maxUpload  = 1 << 30 // bytes
	maxAltText = 1000    // characters
)

// upload is a file on its way: until it is completed nobody sees it.
type upload struct {
	file    File // without bytes until they have come
	ticket  string
	length  int
	arrived bool
}

// filesUploadURL gives an address for the bytes of a file, on the host of the API:
// a client may send its token nowhere else. A length of 0 is a missing argument.
func (s *Sim) filesUploadURL(c *request) (object, error) {
	length, err := strconv.Atoi(c.arg("length"))
	switch {
	case c.arg("length") == "" || err == nil && length == 0:
		return nil, refuse("missing_argument")
	case err != nil || length < 0 || c.arg("filename") == "":
		return nil, refuse("invalid_arguments")
	case length > maxUpload:
		return nil, refuse("file_upload_size_restricted")
	case utf8.RuneCountInString(c.arg("alt_txt")) > maxAltText:
		return nil, refuse("alt_txt_too_large")
	case c.arg("snippet_type") != "":
		s.problem("files.getUploadURLExternal: snippets are not simulated")
		return nil, refuse("unknown_snippet_type")
	}
	u := &upload{file: File{ID: s.newID("F"), Name: c.arg("filename"), Alt: c.arg("alt_txt")}, ticket: s.newUUID(), length: length}
	s.uploads[u.file.ID] = u
	return object{"upload_url": s.base() + "/upload/v1/" + u.ticket, "file_id": u.file.ID}, nil
}

// serveUpload takes the bytes, raw or as a form. It asks for no token: to know the
// address is enough. Slack promises HTTP 200 when all is well and another
// status when not.
func (s *Sim) serveUpload(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	u, args := s.ticket(r.PathValue("ticket")), map[string]string{}
	limit := 0
	if u != nil {
		args["file"], limit = u.file.ID, u.length
	}
	s.mu.Unlock()
	c := s.arrive(uploadBytes, args)
	drop, done := s.meetFaults(w, r, c)
	if done {
		return
	}
	data, err := uploadBody(r, limit)
	s.mu.Lock()
	switch {
	case u == nil || u.arrived:
		err = errors.New("no such upload")
	case err == nil && len(data) != u.length:
		err = errors.New("not the announced length")
	case err == nil:
		u.file.Data, u.arrived = data, true
		s.change()
	}
	s.mu.Unlock()
	if drop {
		s.finish(c, 0, "")
		dropConnection(w)
		return
	}
	if err != nil {
		s.finish(c, http.StatusBadRequest, "")
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.finish(c, http.StatusOK, "")
	_, _ = fmt.Fprintf(w, "OK - %d", len(data)) // the client has gone: nobody to tell
}

func (s *Sim) ticket(ticket string) *upload {
	for _, u := range s.uploads {
		if u.ticket == ticket {
			return u
		}
	}
	return nil
}

// uploadBody reads at most one byte more than the announced length.
func uploadBody(r *http.Request, length int) ([]byte, error) {
	mediaType, params, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // empty when absent or odd
	if mediaType != "multipart/form-data" {
		return io.ReadAll(io.LimitReader(r.Body, int64(length)+1))
	}
	form := multipart.NewReader(r.Body, params["boundary"])
	var data []byte
	found := false
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			if !found {
				return nil, errors.New("no file in the form")
			}
			return data, nil
		}
		if err != nil {
			return nil, errors.New("reading the form")
		}
		// slack-go names the field "file", Slack's own example "filename".
		if name := part.FormName(); part.FileName() == "" || found || name != "file" && name != "filename" {
			return nil, errors.New("a form with more than the file")
		}
		found = true
		if data, err = io.ReadAll(io.LimitReader(part, int64(length)+1)); err != nil {
			return nil, errors.New("reading the file")
		}
	}
}
