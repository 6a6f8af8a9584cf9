package slacksim

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object is a JSON object.
type object = map[string]any

// slackError is a refusal: Slack's word and the fields that come with it.
type slackError struct {
	word   string
	fields object
}

func (e *slackError) Error() string { return e.word }

func refuse(word string) error { return &slackError{word: word} }

// Call is one request to the Web API, or under names of ours one download of a
// file ("files.download") or the bytes of an upload ("files.uploadBytes").
type Call struct {
	Method string
	Args   map[string]string // without the token; what is not a string is JSON
	At     time.Time         // by Config.Now
	Done   bool              // answered; what follows is set then
	Status int               // of HTTP
	Error  string            // Slack's word, empty when ok
	TS     string            // of the message it wrote, if it wrote one
}

// request is a call while it is served.
type request struct {
	*Call
	token string
}

func (c *request) arg(name string) string { return c.Args[name] }

func (c *request) flag(name string) bool {
	v, err := strconv.ParseBool(c.Args[name])
	return err == nil && v
}

// Calls lists the calls of a method in order of arrival, those still in flight
// included; of every method when method is empty.
func (s *Sim) Calls(method string) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	if method != "" {
		calls = nil
		if t, ok := s.methods[method]; ok {
			calls = t.calls
		}
	}
	var list []Call
	for _, c := range calls {
		list = append(list, c.copy())
	}
	return list
}

func (c *Call) copy() Call {
	clone := *c
	clone.Args = maps.Clone(c.Args)
	return clone
}

// maxBody is more than any method takes; a view is at most 250 KB.
const maxBody = 4 << 20

// serveAPI records every call, also one that is refused or meets a fault: a test
// counts what the app has asked, not what it got.
func (s *Sim) serveAPI(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("method")
	args, token, err := readArgs(r)
	c := s.arrive(name, args)
	if err != nil {
		s.reply(w, c, nil, err)
		return
	}
	req := &request{Call: c, token: token}
	drop, done := s.meetFaults(w, r, c)
	if done {
		return
	}
	s.mu.Lock()
	fields, err := s.call(req)
	s.mu.Unlock()
	if drop {
		s.finish(c, 0, "")
		dropConnection(w)
		return
	}
	s.reply(w, c, fields, err)
}

// call checks what Slack checks before it looks at a method's own arguments, and
// then serves the method.
func (s *Sim) call(c *request) (object, error) {
	m, ok := methods[c.Method]
	if !ok {
		s.problem("unknown method %s", c.Method)
		return nil, refuse("unknown_method")
	}
	if err := s.authorize(c.token, m); err != nil {
		return nil, err
	}
	if wait := s.limits.take(s.cfg.Now(), m.tier, c); wait > 0 {
		return nil, &slackError{word: "ratelimited", fields: object{"retry_after": wait}}
	}
	return m.serve(s, c)
}

// arrive records a call before anything happens to it, so that a test sees those
// that are held.
func (s *Sim) arrive(method string, args map[string]string) *Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &Call{Method: method, Args: args, At: s.cfg.Now()}
	t, ok := s.methods[method]
	if !ok {
		t = &traffic{}
		s.methods[method] = t
	}
	t.arrivals = append(t.arrivals, arrival{at: c.At, channel: args["channel"]})
	if !s.cfg.ForgetCalls {
		s.calls, t.calls = append(s.calls, c), append(t.calls, c)
	}
	s.stats.Calls++
	s.change()
	return c
}

// finish records how a call was answered; status 0 is no answer.
func (s *Sim) finish(c *Call, status int, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Done, c.Status, c.Error = true, status, word
	s.change()
}

// reply writes Slack's answer: HTTP 200 also for a refusal, 429 for a rate limit.
func (s *Sim) reply(w http.ResponseWriter, c *Call, fields object, err error) {
	body, status := object{"ok": true}, http.StatusOK
	maps.Copy(body, fields)
	var no *slackError
	if errors.As(err, &no) {
		body = object{"ok": false, "error": no.word}
		if no.word == "ratelimited" {
			status = http.StatusTooManyRequests
			if wait, ok := no.fields["retry_after"].(time.Duration); ok {
				w.Header().Set("Retry-After", seconds(wait))
			}
		} else {
			maps.Copy(body, no.fields)
		}
	}
	s.mu.Lock()
	w.Header().Set("X-OAuth-Scopes", strings.Join(s.scopes, ","))
	if m, ok := methods[c.Method]; ok && len(m.scopes) > 0 {
		w.Header().Set("X-Accepted-OAuth-Scopes", strings.Join(m.scopes, ","))
	}
	s.mu.Unlock()
	word, _ := body["error"].(string)
	s.finish(c, status, word) // first, so that the client's next step finds it recorded
	writeJSON(w, status, body)
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // the client has gone: nobody to tell
}

// readArgs takes the arguments from the query, the form or the JSON body, and
// the token from the Authorization header or the form (never from the query or
// from JSON: docs.slack.dev/apis/web-api).
func readArgs(r *http.Request) (args map[string]string, token string, err error) {
	args = map[string]string{}
	token, _ = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	for k, v := range r.URL.Query() {
		args[k] = v[0]
	}
	r.Body = http.MaxBytesReader(nil, r.Body, maxBody)
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // empty when absent or odd
	switch mediaType {
	case "application/json":
		err = jsonArgs(r.Body, args)
	case "application/x-www-form-urlencoded", "multipart/form-data":
		if err = r.ParseMultipartForm(maxBody); errors.Is(err, http.ErrNotMultipart) {
			err = r.ParseForm()
		}
		for k, v := range r.PostForm {
			args[k] = v[0]
		}
		if token == "" {
			token = r.PostForm.Get("token")
		}
		if err != nil {
			err = refuse("invalid_form_data")
		}
	case "":
	default:
		err = refuse("invalid_post_type")
	}
	delete(args, "token")
	return args, token, err
}

// jsonArgs flattens a JSON body: strings as they are, everything else as JSON, as
// a form would carry it.
func jsonArgs(body io.Reader, args map[string]string) error {
	data, err := io.ReadAll(body)
	if err != nil {
		return refuse("invalid_json")
	}
	if len(data) == 0 {
		return nil // apps.connections.open is sent so
	}
	var fields map[string]json.RawMessage
	if json.Unmarshal(data, &fields) != nil {
		return refuse("invalid_json")
	}
	for k, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		args[k] = text
	}
	return nil
}

// seconds rounds up, as a Retry-After must not come too early.
func seconds(d time.Duration) string {
	return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second)))
}

// dropConnection ends the connection without an answer.
func dropConnection(w http.ResponseWriter) {
	if hijacker, ok := w.(http.Hijacker); ok {
		if conn, _, err := hijacker.Hijack(); err == nil {
			_ = conn.Close() // breaking it is the point
		}
	}
}
