package slacksim

import (
	"context"
	"fmt"
)

// OpenHome opens the app's Home tab as a person. The app hears of it with an
// app_home_opened event, each time, which needs no scope; Withhold stops it.
func (s *Sim) OpenHome(ctx context.Context, user string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("opening the Home tab: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.users[user]
	if !ok || u.Bot || u.Deactivated {
		return fmt.Errorf("opening the Home tab: user %q is not a person who can", user)
	}
	c := s.channels[s.dm(user)]
	inner := object{"type": "app_home_opened", "user": user, "channel": c.ID, "tab": "home", "event_ts": s.newTS()}
	if v := s.home(user); v != nil {
		inner["view"] = s.viewWire(v)
	}
	if !s.withheld["app_home_opened"] {
		s.event(c, inner)
	}
	s.change()
	return nil
}

// Home is what a person's Home tab shows: the view that was published last.
func (s *Sim) Home(user string) (View, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.home(user); v != nil {
		return *v, true
	}
	return View{}, false
}

// home is Home with the lock held; nil when nothing was published.
func (s *Sim) home(user string) *View {
	for _, v := range s.views {
		if v.Type == "home" && v.User == user && !v.Closed {
			return v
		}
	}
	return nil
}

// viewsPublish sets a person's App Home; each call adds an entry to Views and closes
// the one before. A hash that is given must be that one's.
func (s *Sim) viewsPublish(c *request) (object, error) {
	v, err := s.readView(c.arg("view"), "home")
	if err != nil {
		return nil, err
	}
	if s.users[c.arg("user_id")] == nil {
		return nil, refuse("user_not_found")
	}
	old := s.home(c.arg("user_id"))
	if hash := c.arg("hash"); hash != "" && (old == nil || hash != old.Hash) {
		return nil, refuse("hash_conflict")
	}
	if s.taken(v.external, old) {
		return nil, refuse("duplicate_external_id")
	}
	if old != nil {
		old.close()
	}
	return s.keepView(v, c.arg("user_id"), nil), nil
}
