package slacksim

import (
	"encoding/base64"
	"slices"
	"strings"
)

// page is a part of a list of messages, from the arguments that
// conversations.replies and conversations.history share.
type page struct {
	oldest, latest string
	inclusive      bool
	limit          int
	after          string // ts; from the cursor
}

func (c *request) page(def, most int) (page, error) {
	p := page{oldest: c.arg("oldest"), latest: c.arg("latest"), inclusive: c.flag("inclusive")}
	var err error
	if p.limit, err = c.limit(def, most); err != nil {
		return p, err
	}
	if raw := c.arg("cursor"); raw != "" {
		text, err := base64.StdEncoding.DecodeString(raw)
		after, ok := strings.CutPrefix(string(text), "next_ts:")
		if err != nil || !ok {
			return p, refuse("invalid_cursor")
		}
		p.after = after
	}
	return p, nil
}

// holds says whether a ts lies between oldest and latest. ts have one length, so
// that they compare as text.
func (p page) holds(ts string) bool {
	if p.oldest != "" && p.oldest != "0" && (ts < p.oldest || ts == p.oldest && !p.inclusive) {
		return false
	}
	return p.latest == "" || ts < p.latest || ts == p.latest && p.inclusive
}

// cut takes the page's part of a list and says where the next begins.
func (p page) cut(list []*message) (part []*message, cursor string) {
	if p.after != "" {
		at := slices.IndexFunc(list, func(m *message) bool { return m.TS == p.after })
		list = list[max(0, at):]
	}
	if len(list) <= p.limit {
		return list, ""
	}
	return list[:p.limit], base64.StdEncoding.EncodeToString([]byte("next_ts:" + list[p.limit].TS))
}

// conversationsReplies gives a thread, the root first whatever oldest says. Asked
// for a reply it gives that one message, as Slack does.
func (s *Sim) conversationsReplies(c *request) (object, error) {
	ch, p, err := s.history(c, 1000, 1000)
	if err != nil {
		return nil, err
	}
	root := ch.find(c.arg("ts"))
	if root == nil {
		return nil, refuse("thread_not_found")
	}
	list := []*message{root}
	for _, m := range root.replies {
		if !m.Deleted && p.holds(m.TS) {
			list = append(list, m)
		}
	}
	return s.pageWire(ch, c, p, list), nil
}

// conversationsHistory gives a channel without replies in threads, newest first.
// With Config.OldestFirst and an oldest but no latest, a page holds those nearest
// to oldest, still newest first, and the next page goes on towards the present.
func (s *Sim) conversationsHistory(c *request) (object, error) {
	ch, p, err := s.history(c, 100, 999)
	if err != nil {
		return nil, err
	}
	var list []*message
	for _, m := range ch.messages {
		if !m.Deleted && m.inChannel() && p.holds(m.TS) {
			list = append(list, m)
		}
	}
	if s.cfg.OldestFirst && p.oldest != "" && p.oldest != "0" && p.latest == "" {
		part, cursor := p.cut(list)
		part = slices.Clone(part)
		slices.Reverse(part)
		return s.listWire(ch, c, part, cursor), nil
	}
	slices.Reverse(list)
	return s.pageWire(ch, c, p, list), nil
}

// history finds the channel that the app wants to read.
func (s *Sim) history(c *request, limit, most int) (*channel, page, error) {
	ch, err := s.joined(c.arg("channel"))
	if err != nil {
		return nil, page{}, err
	}
	if err := s.needScope(ch.scope("history")); err != nil {
		return nil, page{}, err
	}
	p, err := c.page(limit, most)
	return ch, p, err
}

func (s *Sim) pageWire(ch *channel, c *request, p page, list []*message) object {
	part, cursor := p.cut(list)
	return s.listWire(ch, c, part, cursor)
}

func (s *Sim) listWire(ch *channel, c *request, part []*message, cursor string) object {
	messages := []object{}
	for _, m := range part {
		messages = append(messages, s.messageWire(ch, m, c.flag("include_all_metadata")))
	}
	out := object{"messages": messages, "has_more": cursor != ""}
	if cursor != "" {
		out["response_metadata"] = object{"next_cursor": cursor}
	}
	return out
}
