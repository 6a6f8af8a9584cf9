package slacksim

import (
	"maps"
	"slices"
	"strings"
)

// announce tells the app of a new message: a message event always, and for a
// mention of the app outside of a DM an app_mention too. Slack promises no order
// between the two, and neither does this.
func (s *Sim) announce(c *channel, m *message) {
	w := s.messageWire(c, m, false)
	maps.Copy(w, object{"channel": c.ID, "channel_type": string(c.Kind), "event_ts": m.TS})
	if m.Subtype == "thread_broadcast" {
		w["root"] = s.messageWire(c, c.find(m.ThreadTS), false)
	}
	send := []func(){func() { s.messageEvent(c, w) }}
	if s.mentioned(c, m) {
		send = append(send, func() { s.mentionEvent(c, m) })
		if s.rng.IntN(2) == 0 {
			send[0], send[1] = send[1], send[0]
		}
	}
	for _, f := range send {
		f()
	}
}

// announceChange tells of an edit. A person's edit that mentions the app comes as
// an app_mention again, marked as edited (slack-go#1256).
func (s *Sim) announceChange(c *channel, m *message, before object) {
	at := s.newTS()
	s.messageEvent(c, object{
		"type": "message", "subtype": "message_changed", "hidden": true, "channel": c.ID, "channel_type": string(c.Kind),
		"message": s.messageWire(c, m, false), "previous_message": before, "ts": at, "event_ts": at,
	})
	if m.Edited && s.mentioned(c, m) {
		s.mentionEvent(c, m)
	}
}

// announceDeletion tells of a message that is gone, with what it was, also where it
// stood in a thread.
func (s *Sim) announceDeletion(c *channel, m *message, before object) {
	at := s.newTS()
	s.messageEvent(c, object{
		"type": "message", "subtype": "message_deleted", "hidden": true, "channel": c.ID, "channel_type": string(c.Kind),
		"deleted_ts": m.TS, "previous_message": before, "ts": at, "event_ts": at,
	})
}

// mentioned says whether Slack would send an app_mention: never in a DM, never for
// what the app itself writes.
func (s *Sim) mentioned(c *channel, m *message) bool {
	return c.Kind != Direct && m.User != s.botUser &&
		(strings.Contains(m.Text, "<@"+s.botUser+">") || strings.Contains(m.Text, "<@"+s.botUser+"|"))
}

// messageEvent sends an event of the message family if the app is subscribed by
// its scopes and in the channel.
func (s *Sim) messageEvent(c *channel, w object) {
	if !s.withheld["message"] && !c.WithoutBot && s.needScope(c.scope("history")) == nil {
		s.event(c, w)
	}
}

// mentionEvent has no channel_type, unlike message.
func (s *Sim) mentionEvent(c *channel, m *message) {
	if s.withheld["app_mention"] || c.WithoutBot || s.needScope("app_mentions:read") != nil {
		return
	}
	w := s.messageWire(c, m, false)
	maps.Copy(w, object{"type": "app_mention", "channel": c.ID, "event_ts": m.TS})
	delete(w, "subtype")
	if s.cfg.MentionsLoseFile {
		delete(w, "files")
		delete(w, "upload")
	}
	s.event(c, w)
}

// event wraps an event as the Events API does
// (docs.slack.dev/apis/events-api#callback-field) and sends it. The channel is nil
// for what happens in none.
func (s *Sim) event(c *channel, inner object) {
	s.stats.Events++
	if s.cfg.LoseUnheard && s.pick() == nil {
		s.stats.Lost++
		return
	}
	id := s.newID("Ev")
	payload := mustJSON(object{
		"token": "simulated", "team_id": s.teamID, "context_team_id": s.teamID, "context_enterprise_id": nil,
		"api_app_id": s.appID, "event": inner, "type": "event_callback", "event_id": id,
		"event_time": s.cfg.Now().Unix(), "is_ext_shared_channel": c != nil && c.ExtShared, "event_context": "4-" + id,
		"authorizations": []object{{
			"enterprise_id": nil, "team_id": s.teamID, "user_id": s.botUser, "is_bot": true, "is_enterprise_install": false,
		}},
	})
	to := []*socket{nil} // whichever
	if s.cfg.EverySocket && s.pick() != nil {
		to = slices.DeleteFunc(slices.Clone(s.sockets), func(k *socket) bool { return k.leaving })
	}
	twice := s.cfg.DeliverTwice || s.cfg.Duplicates > 0 && s.chance.Float64() < s.cfg.Duplicates
	for _, k := range to {
		d := &delivery{kind: "events_api", eventID: id, retries: true, payload: payload, to: k}
		s.send(d)
		if twice {
			d.attempt, d.reason = d.attempt+1, "timeout"
			s.send(d)
		}
	}
}
