package slacksim

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
)

// conversationTypes are the words of the argument types, by kind.
var conversationTypes = map[string]Kind{
	"public_channel": Public, "private_channel": Private, "im": Direct, "mpim": Group,
}

// usersConversations lists the conversations that the app is in, or the argument user,
// in the order in which they were added: public channels unless types says otherwise
// (docs.slack.dev/reference/methods/users.conversations). Each type needs its own
// scope; all that are missing are named at once.
func (s *Sim) usersConversations(c *request) (object, error) {
	kinds, err := s.wantedKinds(c.arg("types"))
	if err != nil {
		return nil, err
	}
	user := c.arg("user")
	if user == s.botUser {
		user = ""
	}
	if user != "" && s.users[user] == nil {
		return nil, refuse("user_not_found")
	}
	limit, err := c.limit(100, 999)
	if err != nil {
		return nil, err
	}
	var list []*channel
	for _, id := range s.chanIDs {
		ch := s.channels[id]
		if slices.Contains(kinds, ch.Kind) && !(ch.Archived && c.flag("exclude_archived")) && ch.listed(user) {
			list = append(list, ch)
		}
	}
	if list, err = c.fromCursor(list); err != nil {
		return nil, err
	}
	next := ""
	if len(list) > limit {
		next, list = base64.StdEncoding.EncodeToString([]byte("channel:"+list[limit].ID)), list[:limit]
	}
	channels := []object{}
	for _, ch := range list {
		w := s.channelWire(ch)
		delete(w, "is_member") // given by conversations.info and .list only
		delete(w, "num_members")
		channels = append(channels, w)
	}
	return object{"channels": channels, "response_metadata": object{"next_cursor": next}}, nil
}

// listed says whether users.conversations shows the conversation: of the app itself,
// for no user; of a person, but what is not public only where the app is in it too.
func (c *channel) listed(user string) bool {
	if user == "" {
		return !c.WithoutBot
	}
	return c.has(user) && (c.Kind == Public || !c.WithoutBot)
}

// wantedKinds reads the argument types and checks the scopes for them.
func (s *Sim) wantedKinds(types string) ([]Kind, error) {
	if types == "" {
		types = "public_channel"
	}
	var kinds []Kind
	var missing []string
	for word := range strings.SplitSeq(types, ",") {
		kind, ok := conversationTypes[strings.TrimSpace(word)]
		if !ok {
			return nil, refuse("invalid_types")
		}
		kinds = append(kinds, kind)
		scope := (&channel{Channel: Channel{Kind: kind}}).scope("read")
		if !slices.Contains(s.scopes, scope) {
			missing = append(missing, scope)
		}
	}
	if len(missing) > 0 {
		return nil, s.needScope(missing...)
	}
	return kinds, nil
}

// limit reads the argument of that name.
func (c *request) limit(def, most int) (int, error) {
	raw := c.arg("limit")
	if raw == "" {
		return def, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < 1 || n > most {
		return 0, refuse("invalid_limit")
	}
	return n, nil
}

// fromCursor leaves out what earlier pages held. A channel that has gone from the
// list meanwhile makes the cursor invalid.
func (c *request) fromCursor(list []*channel) ([]*channel, error) {
	raw := c.arg("cursor")
	if raw == "" {
		return list, nil
	}
	text, err := base64.StdEncoding.DecodeString(raw)
	id, ok := strings.CutPrefix(string(text), "channel:")
	at := slices.IndexFunc(list, func(ch *channel) bool { return ch.ID == id })
	if err != nil || !ok || at < 0 {
		return nil, refuse("invalid_cursor")
	}
	return list[at:], nil
}
