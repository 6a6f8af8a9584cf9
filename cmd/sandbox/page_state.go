package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// pageState is the workspace as one person sees it.
type pageState struct {
	Team      string        `json:"team"`
	Model     string        `json:"model"`
	Real      bool          `json:"real"`
	Bot       string        `json:"bot"` // user id
	Start     pageStart     `json:"start"`
	Commands  []string      `json:"commands"`
	Shortcuts []Shortcut    `json:"shortcuts"`
	Actors    []string      `json:"actors"`
	People    []pagePerson  `json:"people"`
	Channels  []pageChannel `json:"channels"`
	Messages  []pageMessage `json:"messages"` // of the channel asked for
	Thread    []pageMessage `json:"thread"`   // of the thread asked for
	Status    string        `json:"status"`   // below that thread
	Online    bool          `json:"online"`   // the bot is connected
	Modal     *pageView     `json:"modal"`    // open for the person; null: none
	Home      *pageView     `json:"home"`     // published for the person; null: none
}

type pageStart struct {
	Channel string `json:"channel"`
	Thread  string `json:"thread"`
}

type pagePerson struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Bot  bool   `json:"bot"`
}

type pageChannel struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Direct bool   `json:"direct"`
	Last   string `json:"last"` // ts of the newest message, also in threads
}

type pageMessage struct {
	TS        string          `json:"ts"`
	ThreadTS  string          `json:"thread_ts"`
	User      string          `json:"user"`
	Text      string          `json:"text"`
	Plain     string          `json:"plain"`
	Blocks    json.RawMessage `json:"blocks"`
	Files     []pageFile      `json:"files"`
	Subtype   string          `json:"subtype"`
	Edited    bool            `json:"edited"`
	Only      bool            `json:"only"`      // visible to the person alone
	Streaming bool            `json:"streaming"` // the app is still writing it
	Replies   int             `json:"replies"`
	Reactions []string        `json:"reactions"`
}

// pageView is a modal or a Home as the app sent it. The hash changes with every
// update; of the blocks each has its block_id.
type pageView struct {
	ID     string          `json:"id"`
	Hash   string          `json:"hash"`
	View   json.RawMessage `json:"view"`
	Blocks json.RawMessage `json:"blocks"`
}

// state answers with what ?user sees in ?channel and ?thread.
func (p *page) state(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	user, thread := q.Get("user"), q.Get("thread")
	if user == "" && len(p.info.People) > 0 {
		user = p.info.People[0]
	}
	if !slices.Contains(p.info.People, user) {
		refuse(w, http.StatusBadRequest, "There is no such person to act as.")
		return
	}
	out := pageState{
		Team: p.sim.TeamName(), Model: p.info.Model, Real: p.info.Real, Bot: p.sim.BotUserID(),
		Start:    pageStart{Channel: p.info.Channel, Thread: p.info.Thread},
		Commands: p.info.Commands, Shortcuts: p.info.Shortcuts, Actors: p.info.People, Online: len(p.sim.Sockets()) > 0,
		Modal: viewOf(p.sim.OpenView(user)), Home: viewOf(p.sim.Home(user)),
	}
	for _, u := range p.sim.Users() {
		out.People = append(out.People, pagePerson{ID: u.ID, Name: u.Name, Bot: u.Bot})
	}
	out.Channels = p.channels(user)
	channel := q.Get("channel")
	if !slices.ContainsFunc(out.Channels, func(c pageChannel) bool { return c.ID == channel }) {
		channel, thread = p.info.Channel, ""
	}
	// An ephemeral message is nowhere but with its person.
	var only []slacksim.Message
	for _, m := range p.sim.Ephemerals(channel) {
		if m.User == user {
			only = append(only, m)
		}
	}
	out.Messages = p.messages(p.sim.Messages(channel), only, func(m slacksim.Message) bool { return m.ThreadTS == "" })
	if thread != "" {
		out.Thread = p.messages(p.sim.Thread(channel, thread), only, func(m slacksim.Message) bool { return m.ThreadTS == thread })
		out.Status = p.sim.Status(channel, thread)
	}
	writeJSON(w, http.StatusOK, out)
}

func viewOf(v slacksim.View, ok bool) *pageView {
	if !ok {
		return nil
	}
	return &pageView{ID: v.ID, Hash: v.Hash, View: v.JSON, Blocks: v.Blocks}
}

// channels lists those that a person is in, with their DM to the bot last.
func (p *page) channels(user string) []pageChannel {
	var list []pageChannel
	for _, c := range p.sim.Channels() {
		direct := c.Kind == slacksim.Direct
		if c.Archived || c.Members != nil && !slices.Contains(c.Members, user) {
			continue
		}
		entry := pageChannel{ID: c.ID, Name: c.Name, Direct: direct}
		if all := p.sim.All(c.ID); len(all) > 0 {
			entry.Last = all[len(all)-1].TS
		}
		list = append(list, entry)
	}
	slices.SortStableFunc(list, func(a, b pageChannel) int {
		switch {
		case a.Direct == b.Direct:
			return 0
		case a.Direct:
			return 1
		}
		return -1
	})
	return list
}

// messages merges what everybody sees with what one person sees, in order of ts.
func (p *page) messages(all, only []slacksim.Message, here func(slacksim.Message) bool) []pageMessage {
	list := []pageMessage{}
	for _, m := range all {
		list = append(list, p.message(m))
	}
	for _, m := range only {
		if here(m) {
			one := p.message(m)
			one.User, one.Only = p.sim.BotUserID(), true
			list = append(list, one)
		}
	}
	slices.SortStableFunc(list, func(a, b pageMessage) int {
		switch {
		case a.TS < b.TS:
			return -1
		case a.TS > b.TS:
			return 1
		}
		return 0
	})
	return list
}

func (p *page) message(m slacksim.Message) pageMessage {
	out := pageMessage{
		TS: m.TS, ThreadTS: m.ThreadTS, User: m.User, Text: m.Text, Plain: m.Plain, Blocks: m.Blocks,
		Subtype: m.Subtype, Edited: m.Edited, Streaming: m.Streaming, Replies: m.Replies, Reactions: m.Reactions,
	}
	for _, f := range m.Files {
		out.Files = append(out.Files, p.fileState(f))
	}
	return out
}

// changesPace bounds how often the page looks anew while an answer grows.
const changesPace = 80 * time.Millisecond

// changes tells the page, by server-sent events, that there is something new.
func (p *page) changes(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	flusher := http.NewResponseController(w)
	changes, stop := p.sim.Watch()
	defer stop()
	pace := time.NewTimer(0)
	defer pace.Stop()
	for {
		if _, err := fmt.Fprint(w, "data: change\n\n"); err != nil || flusher.Flush() != nil {
			return // the page has gone
		}
		pace.Reset(changesPace)
		if !received(r, pace.C) || !received(r, changes) {
			return
		}
	}
}

// received waits for a value; false when the page has gone.
func received[T any](r *http.Request, ch <-chan T) bool {
	select {
	case <-ch:
		return true
	case <-r.Context().Done():
		return false
	}
}
