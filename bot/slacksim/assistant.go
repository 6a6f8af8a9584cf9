package slacksim

import (
	"slices"
	"time"
	"unicode/utf8"
)

// status is the app's "is thinking..." below a thread. It goes away with the app's
// answer, or after 2 minutes (docs.slack.dev/reference/methods/assistant.threads.setStatus).
type status struct {
	text string
	at   time.Time
}

const statusLife = 2 * time.Minute

// Status is what the app shows below a thread, empty when nothing.
func (s *Sim) Status(channel, threadTS string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.channels[channel]
	if !ok {
		return ""
	}
	st := c.status[threadTS]
	if s.cfg.Now().Sub(st.at) > statusLife {
		return ""
	}
	return st.text
}

// setStatus needs a thread; the empty status clears it.
func (s *Sim) setStatus(c *request) (object, error) {
	ch, err := s.joined(c.arg("channel_id"))
	if err != nil {
		return nil, err
	}
	if _, given := c.Args["status"]; !given {
		return nil, refuse("invalid_arguments")
	}
	root, err := ch.root(c.arg("thread_ts"))
	if err != nil {
		return nil, err
	}
	ch.status[root.TS] = status{text: c.arg("status"), at: s.cfg.Now()}
	s.change()
	return nil, nil
}

// reactionsAdd takes any name: the workspace's own emoji are not known here.
func (s *Sim) reactionsAdd(c *request) (object, error) {
	ch, err := s.joined(c.arg("channel"))
	if err != nil {
		return nil, err
	}
	m, name := ch.find(c.arg("timestamp")), c.arg("name")
	switch {
	case c.arg("timestamp") == "":
		return nil, refuse("no_item_specified")
	case m == nil:
		return nil, refuse("message_not_found")
	case name == "" || utf8.RuneCountInString(name) > 100:
		return nil, refuse("invalid_name")
	case slices.Contains(m.Reactions, name):
		return nil, refuse("already_reacted")
	}
	m.Reactions = append(m.Reactions, name)
	s.change()
	return nil, nil
}
