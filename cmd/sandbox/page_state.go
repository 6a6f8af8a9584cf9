package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// pageState is the workspace as one person sees it.
type pageState struct {
	Team     string        `json:"team"`
	Model    string        `json:"model"`
	Real     bool          `json:"real"`
	Bot      string        `json:"bot"` // user id
	Start    pageStart     `json:"start"`
	Commands []string      `json:"commands"`
	Actors   []string      `json:"actors"`
	People   []pagePerson  `json:"people"`
	Channels []pageChannel `json:"channels"`
	Messages []pageMessage `json:"messages"` // of the channel asked for
	Thread   []pageMessage `json:"thread"`   // of the thread asked for
	Status   string        `json:"status"`   // below that thread
	Online   bool          `json:"online"`   // the bot is connected
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
	Edited    bool            `json:"edited"`
	Only      bool            `json:"only"` // visible to the person alone
	Replies   int             `json:"replies"`
	Reactions []string        `json:"reactions"`
}

type pageFile struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Title string `json:"title"`
	Alt   string `json:"alt"`
	Kind  string `json:"kind"` // a few letters, such as "DICOM"
	Size  int    `json:"size"`
	Image bool   `json:"image"`
	Gone  bool   `json:"gone"`
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
		Commands: p.info.Commands, Actors: p.info.People, Online: len(p.sim.Sockets()) > 0,
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
		Edited: m.Edited, Replies: m.Replies, Reactions: m.Reactions,
	}
	for _, f := range m.Files {
		gone := f.Access == slacksim.Deleted || f.Access == slacksim.Hidden
		out.Files = append(out.Files, pageFile{
			ID: f.ID, Name: f.Name, Title: f.Title, Alt: f.Alt, Kind: kind(f), Size: f.Size,
			Gone: gone, Image: shown[f.Mimetype] && !gone && f.Access != slacksim.External,
		})
	}
	return out
}

// kind is the word on the chip of a file that is not shown as a picture.
func kind(f slacksim.File) string {
	_, word, _ := strings.Cut(f.Mimetype, "/")
	switch word {
	case "octet-stream", "plain":
		// Of unknown bytes the name says more; a DICOM file often has no ending.
		word = strings.TrimPrefix(path.Ext(f.Name), ".")
	case "jpeg":
		word = "jpg"
	}
	if word == "" || len(word) > 5 {
		word = "file"
	}
	return strings.ToUpper(word)
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
