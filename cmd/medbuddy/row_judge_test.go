package main

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// tally is what the bot's messages in Slack amount to.
type tally struct {
	asked      int      // questions that have to be answered
	folded     int      // presses while another one of the same button was being answered
	answered   int      // questions with a labelled answer, or one that was stopped
	lost       []asked  // questions without one
	twice      []string // tokens of questions with more than one message
	foreign    []string // tokens of questions whose message answers another one
	unfinished []string // messages that are no labelled answer, as a kind: their text is ours, not people's
	messages   int      // of the bot, in threads
	posts      int      // messages that chat.postMessage has made
}

// count looks at every message in Slack.
func (w *rowWorld) count() tally {
	var got tally
	byKey := map[string][]slacksim.Message{}
	for _, channel := range w.channels {
		for _, m := range w.sim.All(channel) {
			if m.User != w.sim.BotUserID() {
				continue
			}
			got.messages++
			byKey[questionOf(m)] = append(byKey[questionOf(m)], m)
			if !labelled(m) && !stopped(m) && !superseded(m) {
				got.unfinished = append(got.unfinished, m.Text)
			}
		}
	}
	answered := map[string]bool{} // buttons
	for _, q := range w.asked {
		answered[q.button()] = answered[q.button()] || len(byKey[q.key(w.sim.TeamID())]) > 0
	}
	for _, q := range w.asked {
		messages := byKey[q.key(w.sim.TeamID())]
		if q.maybe && len(messages) == 0 {
			continue
		}
		if q.act != "" && len(messages) == 0 && answered[q.button()] {
			got.folded++
			continue
		}
		got.asked++
		switch n := len(messages); {
		case n == 1 && q.stopped && stopped(messages[0]), n == 1 && q.act == "continue" && superseded(messages[0]):
			got.answered++
		case !slices.ContainsFunc(messages, labelled):
			got.lost = append(got.lost, q)
		case !strings.Contains(messages[0].Text, q.token):
			got.foreign = append(got.foreign, q.token)
		case n > 1:
			got.twice = append(got.twice, q.token)
			fallthrough
		default:
			got.answered++
		}
	}
	return got
}

// labelled says whether a message is a whole answer of the model.
func labelled(m slacksim.Message) bool {
	return strings.Contains(m.Text, "AI draft") && strings.Contains(m.Text, "not a diagnosis")
}

// stopped says whether a message is the end of an answer that a person stopped before
// there was any of it.
func stopped(m slacksim.Message) bool {
	return strings.Contains(m.Text, "Stopped by <@") && (strings.Contains(m.Text, "before there was an answer") || strings.Contains(m.Text, "before there was a whole answer"))
}

// superseded says whether a message tells why an answer is not gone on with: the same
// question has been tried again since.
func superseded(m slacksim.Message) bool {
	return strings.Contains(m.Text, "There is a newer answer to that question.")
}

// questionOf is the key of the question that a message of the bot belongs to.
func questionOf(m slacksim.Message) string {
	var meta struct {
		Payload struct {
			Question string `json:"question"`
		} `json:"event_payload"`
	}
	if json.Unmarshal(m.Metadata, &meta) != nil {
		return ""
	}
	return meta.Payload.Question
}

// settle waits until every question has an answer and nothing stands unfinished,
// and then judges: none lost, none twice, no message too many.
func (w *rowWorld) settle(within time.Duration) tally {
	w.t.Helper()
	var got tally
	took, ok := w.until(within, func() bool {
		if w.sim.Stats().Posts < len(w.asked)-w.maybes() {
			return false
		}
		got = w.count()
		return got.answered == got.asked && len(got.unfinished) == 0
	})
	got = w.count()
	got.posts = w.sim.Stats().Posts
	w.t.Logf("%d questions: %d answered, %d lost, %d twice, %d unfinished, %d folded, %d messages, %d posts; settled after %v: %t",
		got.asked, got.answered, len(got.lost), len(got.twice), len(got.unfinished), got.folded, got.messages, got.posts, took.Round(time.Millisecond), ok)
	if len(got.lost)+len(got.twice)+len(got.foreign)+len(got.unfinished) > 0 || got.messages != got.asked || got.posts != got.asked {
		w.t.Errorf("lost %+v\ntwice %.20v\nanswers to another question %.20v\nunfinished %.20q", got.lost, got.twice, got.foreign, got.unfinished)
	}
	return got
}

// maybes is how many questions may have come to nothing: they were not acked, or pressed
// beside others.
func (w *rowWorld) maybes() (n int) {
	for _, q := range w.asked {
		if q.maybe || q.act != "" {
			n++
		}
	}
	return n
}
