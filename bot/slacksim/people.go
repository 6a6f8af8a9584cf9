package slacksim

import (
	"strings"
)

// User is a person or a bot of the workspace, or of another one that shares a
// channel with it.
type User struct {
	ID          string // given by AddUser when empty
	Name        string // display name, also what "@Name" in a person's text finds
	TeamID      string // of another organisation for a stranger; default the workspace
	Guest       bool   // is_restricted: a multi-channel guest
	SingleGuest bool   // is_ultra_restricted: a guest of one channel
	Stranger    bool   // is_stranger: known only through a shared channel
	Bot         bool   // another app's bot
	Deactivated bool

	botID string
}

// AddUser adds a person and returns the id.
func (s *Sim) AddUser(u User) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addUser(u)
}

// addUser is AddUser with the lock held. A bot has a bot_id besides its user id.
func (s *Sim) addUser(u User) string {
	if u.ID == "" {
		u.ID = s.newID("U")
	}
	if u.TeamID == "" {
		u.TeamID = s.teamID
	}
	if u.Bot && u.botID == "" {
		u.botID = s.newID("B")
	}
	s.users[u.ID] = &u
	s.userIDs = append(s.userIDs, u.ID)
	s.change()
	return u.ID
}

// Users lists everybody, in the order in which they were added; the bot is first.
func (s *Sim) Users() []User {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []User
	for _, id := range s.userIDs {
		list = append(list, *s.users[id])
	}
	return list
}

// SetUser changes a person, for example to deactivate them. It reports whether
// there is such a person.
func (s *Sim) SetUser(id string, edit func(*User)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	u, ok := s.users[id]
	if ok {
		edit(u)
		u.ID = id
		s.change()
	}
	return ok
}

// usersInfo also finds strangers and people who are deactivated: the answer says so.
func (s *Sim) usersInfo(c *request) (object, error) {
	u, ok := s.users[c.arg("user")]
	if !ok {
		return nil, refuse("user_not_found")
	}
	return object{"user": u.wire()}, nil
}

// wire is the user object (docs.slack.dev/reference/objects/user-object).
func (u *User) wire() object {
	handle := strings.ToLower(strings.ReplaceAll(u.Name, " ", "."))
	profile := object{"real_name": u.Name, "display_name": u.Name, "team": u.TeamID}
	if u.Bot {
		profile["bot_id"] = u.botID
	}
	return object{
		"id": u.ID, "team_id": u.TeamID, "name": handle, "real_name": u.Name, "deleted": u.Deactivated,
		"tz": "Etc/UTC", "tz_label": "Coordinated Universal Time", "tz_offset": 0, "profile": profile,
		"is_admin": false, "is_owner": false, "is_primary_owner": false,
		"is_restricted": u.Guest || u.SingleGuest, "is_ultra_restricted": u.SingleGuest,
		"is_stranger": u.Stranger, "is_bot": u.Bot, "is_app_user": false, "updated": 0,
	}
}
