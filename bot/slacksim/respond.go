package slacksim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// responseURL takes answers to one command or click: 5 within 30 minutes
// (docs.slack.dev/interactivity/handling-user-interaction).
type responseURL struct {
	channel *channel
	user    *User
	message string // ts of the message whose button was clicked
	at      time.Time
	uses    int
}

const (
	responseUses = 5
	responseLife = 30 * time.Minute
)

func (s *Sim) newResponseURL(c *channel, u *User, message string) string {
	id := s.newID("R")
	s.responseURLs[id] = &responseURL{channel: c, user: u, message: message, at: s.cfg.Now()}
	return s.base() + "/commands/" + id
}

// response is an answer in an ack or to a response_url.
type response struct {
	content
	inChannel bool
	replace   bool
	remove    bool
}

// empty says that there is nothing to show or remove, as in an ack alone.
func (r response) empty() bool { return r.text == "" && len(r.blocks) == 0 && !r.remove }

// response reads {response_type, text, blocks, ...}; ephemeral is the default.
func (s *Sim) response(raw json.RawMessage) (response, error) {
	var r response
	if len(raw) == 0 || string(raw) == "{}" || string(raw) == "null" {
		return r, nil
	}
	args := map[string]string{}
	if err := jsonArgs(strings.NewReader(string(raw)), args); err != nil {
		return r, err
	}
	c := &request{Call: &Call{Args: args}}
	r.inChannel, r.replace, r.remove = args["response_type"] == "in_channel", c.flag("replace_original"), c.flag("delete_original")
	if kind := args["response_type"]; kind != "" && kind != "in_channel" && kind != "ephemeral" {
		s.problem("response: unknown response_type")
	}
	if args["text"] == "" && args["blocks"] == "" {
		return r, nil
	}
	var err error
	r.content, err = s.content(c)
	return r, err
}

// show puts a response where it is to be seen.
func (s *Sim) show(c *channel, u *User, r response) {
	if r.inChannel {
		s.add(c, s.botMessage(r.content), nil)
		return
	}
	s.whisper(c, u.ID, r.content)
}

func (s *Sim) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		return // the client has gone
	}
	c := s.arrive("response_url", map[string]string{"body": string(body)})
	drop, done := s.meetFaults(w, r, c)
	if done {
		return
	}
	s.mu.Lock()
	word, status := s.respond(r.PathValue("id"), body)
	s.mu.Unlock()
	s.finish(c, status, word)
	switch {
	case drop:
		dropConnection(w)
	case word == "":
		_, _ = io.WriteString(w, "ok") // the client has gone: nobody to tell
	default:
		writeJSON(w, status, object{"ok": false, "error": word})
	}
}

// respond serves one use of a response_url; word is empty when it went well.
func (s *Sim) respond(id string, body []byte) (word string, status int) {
	u, ok := s.responseURLs[id]
	switch {
	case !ok:
		return "invalid_url", http.StatusNotFound
	case u.uses >= responseUses:
		return "used_url", http.StatusNotFound
	case s.cfg.Now().Sub(u.at) > responseLife:
		return "expired_url", http.StatusNotFound
	}
	u.uses++
	r, err := s.response(body)
	if err != nil {
		return err.Error(), http.StatusBadRequest
	}
	old := u.channel.find(u.message)
	switch {
	case r.remove && old != nil:
		s.remove(u.channel, old)
	case r.replace && old != nil && s.streaming(old):
		return "streaming_state_conflict", http.StatusBadRequest
	case r.replace && old != nil:
		before := s.messageWire(u.channel, old, false)
		old.Text, old.Blocks = r.text, r.blocks
		old.Edits = append(old.Edits, old.Text)
		s.announceChange(u.channel, old, before)
		s.change()
	case r.empty():
		return "no_text", http.StatusBadRequest
	default:
		s.show(u.channel, u.user, r)
	}
	return "", http.StatusOK
}
