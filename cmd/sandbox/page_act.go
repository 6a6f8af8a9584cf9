package main

import (
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// Limits of what the page takes; Slack itself takes up to 1 GB a file.
const (
	maxUpload = 256 << 20
	maxFiles  = 10
)

var commandRE = regexp.MustCompile(`^/[a-z0-9_-]+`)

// post sends what a person has written: a message with files, or a command. The
// answer is {"ts": ...} or {"error": sentence}.
func (p *page) post(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	if err := r.ParseMultipartForm(32 << 20); err != nil {
		refuse(w, http.StatusRequestEntityTooLarge, "The files could not be read, or are over 256 MB together.")
		return
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // temporary files; the system clears what is left
	// A form sends line ends as CR LF, whatever was typed.
	text := strings.ReplaceAll(r.PostFormValue("text"), "\r\n", "\n")
	msg := slacksim.Message{
		Channel: r.PostFormValue("channel"), User: r.PostFormValue("user"),
		ThreadTS: r.PostFormValue("thread"), Text: strings.TrimSpace(text),
	}
	if !slices.Contains(p.info.People, msg.User) {
		refuse(w, http.StatusBadRequest, "There is no such person to act as.")
		return
	}
	uploads := r.MultipartForm.File["files"]
	if name := commandRE.FindString(msg.Text); name != "" {
		if len(uploads) > 0 {
			refuse(w, http.StatusBadRequest, "A command takes no files.")
			return
		}
		p.slash(w, r, msg, name)
		return
	}
	if len(uploads) > maxFiles {
		refuse(w, http.StatusBadRequest, fmt.Sprintf("Slack takes at most %d files in a message.", maxFiles))
		return
	}
	for _, u := range uploads {
		f, err := readUpload(u)
		if err != nil {
			refuse(w, http.StatusBadRequest, "A file could not be read.")
			return
		}
		msg.Files = append(msg.Files, f)
	}
	if msg.Text == "" && len(msg.Files) == 0 {
		refuse(w, http.StatusBadRequest, "There is nothing to send.")
		return
	}
	ts, err := p.sim.Post(msg)
	if err != nil {
		refuse(w, http.StatusBadRequest, "Slack does not take this message here.")
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"ts": ts})
}

func readUpload(u *multipart.FileHeader) (slacksim.File, error) {
	in, err := u.Open()
	if err != nil {
		return slacksim.File{}, fmt.Errorf("opening an upload: %w", err)
	}
	defer func() { _ = in.Close() }() // it was only read
	data, ok := readAll(in, maxUpload)
	if !ok {
		return slacksim.File{}, errors.New("reading an upload: cut or too long")
	}
	name := u.Filename
	if name == "" {
		name = "file"
	}
	return slacksim.File{Name: name, Data: data}, nil
}

// slash runs a command and shows Slack's own words when it comes to nothing.
func (p *page) slash(w http.ResponseWriter, r *http.Request, msg slacksim.Message, name string) {
	_, err := p.sim.Slash(r.Context(), slacksim.SlashCommand{
		Channel: msg.Channel, User: msg.User, ThreadTS: msg.ThreadTS,
		Command: name, Text: strings.TrimSpace(strings.TrimPrefix(msg.Text, name)),
	})
	switch {
	case err == nil:
		writeJSON(w, http.StatusOK, map[string]string{})
	case errors.Is(err, slacksim.ErrNotInThreads):
		refuse(w, http.StatusConflict, name+" is not supported in threads. Sorry!")
	case errors.Is(err, slacksim.ErrNoSuchCommand):
		refuse(w, http.StatusConflict, name+" is not a valid command.")
	case errors.Is(err, slacksim.ErrDispatchFailed):
		refuse(w, http.StatusConflict, name+" failed with the error \"dispatch_failed\".")
	default:
		refuse(w, http.StatusConflict, name+" came to nothing.")
	}
}
