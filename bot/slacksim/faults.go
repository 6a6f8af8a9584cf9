package slacksim

import (
	"net/http"
	"slices"
	"time"
)

// Fault is something going wrong with a call. Gate and Delay come first, then the
// first of HTTPStatus, RetryAfter, Body and Error that is set answers the call
// unserved; when none is, the call is served, and DropReply loses the answer.
type Fault struct {
	Gate       <-chan struct{} // the call is held until it can be received from
	Delay      time.Duration
	HTTPStatus int           // with a body that is not JSON
	RetryAfter time.Duration // 429 with this Retry-After
	Body       string        // HTTP 200 with this in place of JSON
	Error      string        // Slack's word, HTTP 200
	DropReply  bool          // served, but the connection ends before the answer

	Times int             // how many calls it meets; 0 is once, below 0 is every call
	Match func(Call) bool // which calls it may meet; nil is all. Must not use the Sim
	Share float64         // of those, the part that it meets, by Config.Seed; 0 is all
}

type fault struct {
	Fault
	method string
}

// Fail plans a fault for a method ("files.download" for downloads,
// "files.uploadBytes" for the bytes of an upload, "*" for every call). Of several
// that fit a call the one planned first meets it. clear takes it back.
func (s *Sim) Fail(method string, f Fault) (clear func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	planned := &fault{Fault: f, method: method}
	s.faults = append(s.faults, planned)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.faults = slices.DeleteFunc(s.faults, func(f *fault) bool { return f == planned })
	}
}

// Withhold stops sending events of a type ("message", "app_mention", "file_deleted" or
// "app_home_opened"), or sends them again. What was not sent stays unsent.
func (s *Sim) Withhold(eventType string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.withheld[eventType] = on
}

// unavailable is the body of an answer that does not come from Slack's own code.
const unavailable = "upstream connect error or disconnect"

// nextFault finds the fault that a call meets, and counts it.
func (s *Sim) nextFault(c *Call) (Fault, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.method != c.Method && f.method != "*" || f.Match != nil && !f.Match(c.copy()) ||
			f.Share > 0 && s.chance.Float64() >= f.Share {
			continue
		}
		if f.Times > 0 {
			f.Times--
		}
		if f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return f.Fault, true
	}
	return Fault{}, false
}

// meetFaults lets a planned fault happen. done: the call is answered or the
// caller has gone; drop: serve it and lose the answer.
func (s *Sim) meetFaults(w http.ResponseWriter, r *http.Request, c *Call) (drop, done bool) {
	if !s.online() {
		s.finish(c, http.StatusServiceUnavailable, "")
		http.Error(w, unavailable, http.StatusServiceUnavailable)
		return false, true
	}
	f, ok := s.nextFault(c)
	if !ok {
		return false, false
	}
	if !s.hold(r, f.Gate) || f.Delay > 0 && !s.pause(r, f.Delay) {
		s.finish(c, 0, "")
		return false, true
	}
	switch {
	case f.HTTPStatus != 0:
		s.finish(c, f.HTTPStatus, "")
		http.Error(w, unavailable, f.HTTPStatus)
	case f.RetryAfter > 0:
		s.reply(w, c, nil, &slackError{word: "ratelimited", fields: object{"retry_after": f.RetryAfter}})
	case f.Body != "":
		s.finish(c, http.StatusOK, "")
		_, _ = w.Write([]byte(f.Body)) // the client has gone: nobody to tell
	case f.Error != "":
		s.reply(w, c, nil, refuse(f.Error))
	default:
		return f.DropReply, false
	}
	return false, true
}

// hold waits for the gate; false when the caller or the workspace has gone.
func (s *Sim) hold(r *http.Request, gate <-chan struct{}) bool {
	if gate == nil {
		return true
	}
	select {
	case <-gate:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}

// pause waits; false when the caller or the workspace has gone.
func (s *Sim) pause(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
	return false
}
