package main

import (
	"embed"
	"encoding/json"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"sync"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// webFiles are the page and, as web/retina.jpg, the scan that is posted at the
// start (see web/NOTICE for its author and licence).
//
//go:embed web
var webFiles embed.FS

// assets are the files of the page besides index.html.
var assets = []string{
	"style.css", "message.css", "dialog.css",
	"app.js", "act.js", "blocks.js", "composer.js", "dates.js", "dom.js", "fields.js", "files.js", "home.js", "menu.js", "modal.js", "mrkdwn.js",
	"sure.js", "talk.js", "tips.js", "view.js",
}

// Info is what the page tells and offers.
type Info struct {
	Model     string     // what answers and what is fake about it, such as "the rehearsal model: no MedGemma. ..."
	Real      bool       // a model answers, not the rehearsal model
	Channel   string     // shown first
	Thread    string     // opened first; may be empty
	People    []string   // users whom one can act as, the first one first
	Commands  []string   // slash commands to offer
	Shortcuts []Shortcut // in the menu of every message
}

// Shortcut is an entry of a message's menu that the app has registered.
type Shortcut struct {
	Name       string `json:"name"` // as people read it
	CallbackID string `json:"callback_id"`
}

// page serves the workspace to a browser on this machine: whoever reaches it may
// act as anybody, so it answers loopback names only and takes changes only from
// its own pages.
type page struct {
	sim   *slacksim.Sim
	info  Info
	sizes sync.Map // of pictures, by the file's id: image.Point
}

// newPage returns the handler of the whole page.
func newPage(sim *slacksim.Sim, info Info) http.Handler {
	p := &page{sim: sim, info: info}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", p.asset("index.html"))
	for _, name := range assets {
		mux.HandleFunc("GET /"+name, p.asset(name))
	}
	mux.HandleFunc("GET /state", p.state)
	mux.HandleFunc("GET /changes", p.changes)
	mux.HandleFunc("GET /file/{id}", p.file)
	mux.HandleFunc("POST /post", p.post)
	mux.HandleFunc("GET /where", p.where)
	mux.HandleFunc("POST /click", p.by(p.click))
	mux.HandleFunc("POST /shortcut", p.by(p.shortcut))
	mux.HandleFunc("POST /view/submit", p.by(p.submit))
	mux.HandleFunc("POST /view/close", p.by(p.closeView))
	mux.HandleFunc("POST /home", p.by(p.openHome))
	mux.HandleFunc("POST /delete", p.by(p.remove))
	return guard(mux)
}

// guard refuses other hosts, so that no name in the DNS can be turned onto this
// machine, and other origins. A browser always names the origin of a POST; what
// names none is no page of ours either.
func guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !loopback(r.Host) {
			http.Error(w, "this page answers on loopback only", http.StatusForbidden)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			origin, err := url.Parse(r.Header.Get("Origin"))
			if err != nil || origin.Scheme != "http" || origin.Host != r.Host {
				http.Error(w, "this page takes changes from itself only", http.StatusForbidden)
				return
			}
		}
		h := w.Header()
		// No markup of a message could do harm even if some found its way in.
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "+
			"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// loopback says whether a Host header names this machine.
func loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = host // without a port
	}
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

func (p *page) asset(name string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		sub, err := fs.Sub(webFiles, "web")
		if err != nil {
			http.Error(w, "the page is not in this binary", http.StatusInternalServerError)
			return
		}
		http.ServeFileFS(w, r, sub, name)
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the page has gone: nobody to tell
}

// refuse tells the person why nothing happened.
func refuse(w http.ResponseWriter, status int, sentence string) {
	writeJSON(w, status, map[string]string{"error": sentence})
}

func readAll(r io.Reader, limit int64) ([]byte, bool) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	return data, err == nil && int64(len(data)) <= limit
}
