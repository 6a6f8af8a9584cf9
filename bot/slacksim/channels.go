package slacksim

import (
	"fmt"
	"slices"
	"strings"
)

// Kind is the kind of a conversation, in the word that events call channel_type.
type Kind string

// The kinds of conversation.
const (
	Public  Kind = "channel"
	Private Kind = "group"
	Direct  Kind = "im"
	Group   Kind = "mpim"
)

// Channel is a conversation.
type Channel struct {
	ID         string // given by AddChannel when empty
	Name       string
	Kind       Kind     // default Public
	Members    []string // nil: everybody
	WithoutBot bool     // the app was not invited
	ExtShared  bool     // shared with another organisation
	Archived   bool
}

// channel is a conversation with what is in it.
type channel struct {
	Channel
	messages   []*message // in order of ts
	byTS       map[string]*message
	ephemerals []*message
	status     map[string]status // by thread ts
}

// AddChannel adds a conversation and returns its id.
func (s *Sim) AddChannel(c Channel) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addChannel(c)
}

// addChannel is AddChannel with the lock held.
func (s *Sim) addChannel(c Channel) string {
	if c.Kind == "" {
		c.Kind = Public
	}
	if c.ID == "" {
		c.ID = s.newID(map[bool]string{true: "D", false: "C"}[c.Kind == Direct])
	}
	c.Members = slices.Clone(c.Members)
	s.channels[c.ID] = &channel{Channel: c, byTS: map[string]*message{}, status: map[string]status{}}
	s.chanIDs = append(s.chanIDs, c.ID)
	s.change()
	return c.ID
}

// DM gives the conversation between a person and the bot.
func (s *Sim) DM(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dm(user)
}

// dm is DM with the lock held. The bot itself is not among the members.
func (s *Sim) dm(user string) string {
	for _, id := range s.chanIDs {
		if c := s.channels[id]; c.Kind == Direct && slices.Contains(c.Members, user) {
			return id
		}
	}
	return s.addChannel(Channel{Kind: Direct, Members: []string{user}})
}

// Channels lists the conversations in the order in which they were added.
func (s *Sim) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Channel
	for _, id := range s.chanIDs {
		c := s.channels[id].Channel
		c.Members = slices.Clone(c.Members)
		list = append(list, c)
	}
	return list
}

// SetChannel changes a conversation, for example to archive it or to remove the
// bot from it. It reports whether there is such a conversation.
func (s *Sim) SetChannel(id string, edit func(*Channel)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.channels[id]
	if ok {
		edit(&c.Channel)
		c.ID = id
		s.change()
	}
	return ok
}

// has says whether a person is in the conversation.
func (c *channel) has(user string) bool {
	return c.Members == nil || slices.Contains(c.Members, user)
}

// scope names the scope for reading this kind of conversation; what is "history"
// or "read" (docs.slack.dev/reference/methods/conversations.replies).
func (c *channel) scope(what string) string {
	switch c.Kind {
	case Private:
		return "groups:" + what
	case Direct:
		return "im:" + what
	case Group:
		return "mpim:" + what
	default:
		return "channels:" + what
	}
}

// visible finds a channel that the app may know of.
func (s *Sim) visible(id string) (*channel, error) {
	c, ok := s.channels[id]
	if !ok || c.WithoutBot && c.Kind != Public {
		return nil, refuse("channel_not_found")
	}
	return c, nil
}

// joined finds a channel that the app is in.
func (s *Sim) joined(id string) (*channel, error) {
	c, err := s.visible(id)
	if err == nil && c.WithoutBot {
		return nil, refuse("not_in_channel")
	}
	return c, err
}

// conversationsInfo tells of public channels also where the app is no member; a
// private one it is not in does not exist for it.
func (s *Sim) conversationsInfo(c *request) (object, error) {
	ch, err := s.visible(c.arg("channel"))
	if err != nil {
		return nil, err
	}
	if err := s.needScope(ch.scope("read")); err != nil {
		return nil, err
	}
	return object{"channel": s.channelWire(ch)}, nil
}

// channelWire is the conversation object
// (docs.slack.dev/reference/objects/conversation-object).
func (s *Sim) channelWire(c *channel) object {
	w := object{
		"id": c.ID, "created": 0, "is_archived": c.Archived, "is_im": c.Kind == Direct, "is_mpim": c.Kind == Group,
		"is_org_shared": false, "is_ext_shared": c.ExtShared, "is_shared": c.ExtShared,
		"context_team_id": s.teamID, "updated": 0,
	}
	if c.Kind == Direct {
		w["user"] = strings.Join(c.Members, "") // there is one: the other end is the bot
		return w
	}
	w["name"], w["name_normalized"] = c.Name, c.Name
	w["is_channel"], w["is_group"] = c.Kind == Public, c.Kind == Private
	w["is_private"], w["is_member"] = c.Kind != Public, !c.WithoutBot
	w["is_general"], w["shared_team_ids"] = false, []string{s.teamID}
	w["num_members"] = len(c.Members)
	if c.ExtShared {
		w["shared_team_ids"] = []string{s.teamID, "T0OTHERORG"}
	}
	return w
}

// place finds where a person wants to write.
func (s *Sim) place(id, user string) (*channel, *User, error) {
	c, ok := s.channels[id]
	if !ok {
		return nil, nil, fmt.Errorf("writing to channel %q: there is none", id)
	}
	u, ok := s.users[user]
	if !ok {
		return nil, nil, fmt.Errorf("writing as user %q: there is none", user)
	}
	switch {
	case c.Archived:
		return nil, nil, fmt.Errorf("writing to channel %q: it is archived", id)
	case u.Deactivated:
		return nil, nil, fmt.Errorf("writing as user %q: they are deactivated", user)
	case !c.has(user):
		return nil, nil, fmt.Errorf("writing to channel %q: user %q is not in it", id, user)
	}
	return c, u, nil
}
