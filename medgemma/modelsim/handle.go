package modelsim

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
)

// maxBody is the largest request taken, far above what any endpoint takes.
const maxBody = 64 << 20

var vertexPath = regexp.MustCompile(`^/(v1beta1|v1)/(projects/[^/]+/locations/[^/]+/endpoints/[^/:]+)(/chat/completions|:predict)?$`)

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	form, ok := s.route(r)
	if !ok {
		s.problem("unknown call: %s %s", r.Method, r.URL.Path)
		writeJSON(w, http.StatusNotFound, map[string]string{"detail": "Not Found"})
		return
	}
	want := ""
	if s.cfg.Token != "" {
		want = "Bearer " + s.cfg.Token
	}
	if got := r.Header.Get("Authorization"); got != want {
		if want == "" {
			s.problem("a token came where none belongs")
		}
		writeJSON(w, http.StatusUnauthorized, googleError(401, "UNAUTHENTICATED", "Request had invalid authentication credentials."))
		return
	}
	switch form {
	case formModels:
		writeJSON(w, http.StatusOK, map[string]any{"object": "list", "data": []any{map[string]string{"id": s.cfg.Model, "object": "model"}}})
		return
	case formProbe:
		writeJSON(w, http.StatusNotFound, map[string]string{"detail": "Not Found"})
		return
	}
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxBody))
	if err != nil {
		s.change(func() { s.gone++ })
		return
	}
	req := Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: raw}
	fault := s.parse(&req, form)
	s.change(func() {
		s.count++
		req.N = s.count
		if !s.cfg.Forget {
			s.requests = append(s.requests, req)
		}
		s.busy++
		s.busiest = max(s.busiest, s.busy)
	})
	defer s.change(func() { s.busy-- })
	reply := &reply{s: s, w: w, r: r, req: req, predict: form == formPredict}
	switch {
	case form == formChat && s.cfg.Mode == Plain:
		a := s.cfg.NoStream
		if a.zero() {
			a = refuse(http.StatusNotFound, `{"detail":"Not Found"}`)
		}
		reply.send(a)
	case fault != nil:
		if fault.problem {
			s.problem("request %d: %s", req.N, fault.message)
		}
		reply.send(Nested400(fault.message))
	default:
		a := s.next()
		if a.choose != nil {
			a = a.choose(req)
		}
		if a.delay == 0 {
			a.delay = s.cfg.Delay
		}
		reply.send(a)
	}
}

type form int

const (
	formChat form = iota
	formPredict
	formModels
	formProbe // a look at the endpoint that asks nothing
)

// route knows the paths of the mode and no other.
func (s *Server) route(r *http.Request) (form, bool) {
	if s.cfg.Mode == OpenAI || s.cfg.Mode == Any {
		switch r.Method + " " + r.URL.Path {
		case "POST /v1/chat/completions":
			return formChat, true
		case "GET /v1/models":
			return formModels, true
		}
	}
	m := vertexPath.FindStringSubmatch(r.URL.Path)
	if m == nil || s.cfg.Mode == OpenAI || s.cfg.Endpoint != "" && m[2] != s.cfg.Endpoint {
		return 0, false
	}
	switch r.Method + " " + m[1] + m[3] {
	case "POST v1beta1/chat/completions":
		return formChat, true
	case "POST v1:predict":
		return formPredict, true
	case "GET v1":
		return formProbe, true
	}
	return 0, false
}

// fault is why a request is refused.
type fault struct {
	message string
	problem bool // our client must never do that
}

func wrong(format string, args ...any) *fault {
	return &fault{fmt.Sprintf(format, args...), true}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A client that has left is no fault of the server's.
	_ = json.NewEncoder(w).Encode(v)
}

func googleError(code int, status, message string) any {
	return map[string]any{"error": map[string]any{"code": code, "status": status, "message": message}}
}
