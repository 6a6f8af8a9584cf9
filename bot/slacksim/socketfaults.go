package slacksim

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
)

// everySocket chooses them all.
func everySocket(*socket) bool { return true }

// numbered chooses the one with an id.
func numbered(id int) func(*socket) bool {
	return func(k *socket) bool { return k.id == id }
}

// on does something to the sockets that are chosen; false when there are none.
func (s *Sim) on(chosen func(*socket) bool, do func(*socket)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := false
	for _, k := range slices.Clone(s.sockets) {
		if chosen(k) {
			do(k)
			found = true
		}
	}
	s.listen()
	s.change()
	return found
}

// Disconnect sends every socket a disconnect frame with Slack's reason: warning,
// refresh_requested, link_disabled. After a warning all goes on; else the socket
// gets nothing new and is closed after Config.CloseAfter.
func (s *Sim) Disconnect(reason string) {
	s.on(everySocket, func(k *socket) { s.disconnect(k, reason) })
}

// DisconnectSocket is Disconnect for one socket; false when it is not open.
func (s *Sim) DisconnectSocket(id int, reason string) bool {
	return s.on(numbered(id), func(k *socket) { s.disconnect(k, reason) })
}

func (s *Sim) disconnect(k *socket, reason string) {
	k.push(outgoing{text: mustJSON(object{"type": "disconnect", "reason": reason, "debug_info": object{"host": s.host}})})
	if reason == "warning" || k.leaving {
		return
	}
	k.leaving = true
	s.wg.Go(func() {
		k.lag(s.cfg.CloseAfter)
		k.shut()
	})
}

// DropSockets breaks every connection without a word. It returns when they are
// gone from Sockets.
func (s *Sim) DropSockets() { s.on(everySocket, s.drop) }

// DropSocket is DropSockets for one socket; false when it is not open.
func (s *Sim) DropSocket(id int) bool { return s.on(numbered(id), s.drop) }

func (s *Sim) drop(k *socket) {
	k.shut()
	k.held.end()
	s.sockets = slices.DeleteFunc(s.sockets, func(o *socket) bool { return o == k })
}

// HalfOpen lets nothing through on the open connections from now on, in either
// direction, without closing them: no pings, no envelopes, no acks. Slack takes
// them for open, and sends them their share, until DropSockets. New connections work.
func (s *Sim) HalfOpen() { s.on(everySocket, (*socket).die) }

// HalfOpenSocket is HalfOpen for one socket; false when it is not open.
func (s *Sim) HalfOpenSocket(id int) bool { return s.on(numbered(id), (*socket).die) }

func (k *socket) die() {
	k.halfOpen = true
	k.line.dead.Store(true)
}

// Offline takes the whole of Slack away, or brings it back: every socket is
// closed, and every request is answered with HTTP 503 while it lasts.
func (s *Sim) Offline(on bool) {
	s.mu.Lock()
	s.offline = on
	s.mu.Unlock()
	if on {
		s.DropSockets()
	}
}

// online says whether Slack is there.
func (s *Sim) online() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.offline
}

// SlowSocket lets every frame wait before it is sent.
func (s *Sim) SlowSocket(wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.socketLag = wait
}

// RawFrame sends text to one socket as it is, malformed or not. An envelope_id in
// it is remembered, so that an ack for it is no problem. It is not retried.
func (s *Sim) RawFrame(text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := s.pick()
	if k == nil {
		return errors.New("sending a raw frame: no socket is open")
	}
	f := outgoing{text: json.RawMessage(text)}
	var env struct {
		ID   string          `json:"envelope_id"`
		Type json.RawMessage `json:"type"`
	}
	if json.NewDecoder(strings.NewReader(text)).Decode(&env) == nil && env.ID != "" { // as clients read: what follows is not looked at
		d := &delivery{envelope: env.ID, tries: 1}
		_ = json.Unmarshal(env.Type, &d.kind) // a type that is no string is none
		s.expect(d)
		f.envelope = s.seal(d)
	}
	k.push(f)
	k.frames++
	return nil
}
