package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// Killed at any moment while people press what stands under the answers: each press
// that was acked comes to one answer, or to one name under the answer, and one that
// was not, which Slack shows its person, to one or none.
func TestRowPresses(t *testing.T) {
	shortForm(t)
	kills, presses, questions, longest := 4, 24, 16, 800
	if *full {
		kills, presses, questions, longest = 60, 200, 120, 1500
	}
	w := &pressWorld{rowWorld: openRow(t, rowScale{
		people: 40, channels: 8,
		slack: slacksim.Config{AckTimeout: time.Second, RetryAfter: []time.Duration{0, 2 * time.Second, 10 * time.Second}},
		// Every answer is cut off, so that each can be continued.
		model: modelsim.Config{Handler: modelsim.Compose(sayToken, modelsim.Finish("length"), modelsim.Chunks(130), modelsim.Delay(60*time.Millisecond), modelsim.Pause(30*time.Millisecond))},
	})}
	for kill := range kills {
		p := w.start()
		if kill == 0 {
			w.must(20*time.Second, "an open socket", func() bool { return len(w.sim.Sockets()) > 0 })
		}
		life := time.Duration(20+w.dice.IntN(longest-20)) * time.Millisecond
		for life > 0 {
			part := min(life, time.Duration(1+w.dice.IntN(longest/10))*time.Millisecond)
			w.pause(part)
			life -= part
			if len(w.asked) < questions*(kill+1)/kills {
				w.any()
			}
			// Under the answers of a life there is nothing to press before they are there.
			for w.pressed < presses*(kill+1)/kills && w.dice.IntN(3) > 0 && w.pressAny() {
			}
		}
		p.kill()
	}
	if !*full {
		w.passLeases(15 * time.Second)
	}
	w.startOpen()
	for w.pressed < presses && w.pressAny() {
	}
	w.judge(90 * time.Second)
	t.Logf("%d kills, %d presses: %d acked; %d stopped, %d reviewed; %+v", kills, w.pressed, w.acked, len(w.stops), len(w.reviews), w.sim.Stats())
}

var tokenRE = regexp.MustCompile(`q\d{6}`)

// sayToken answers with the token of the question, which of a continued answer stands
// in its beginning.
func sayToken(r modelsim.Request) string {
	for _, m := range slices.Backward(r.Messages) {
		if found := tokenRE.FindAllString(m.Text(), -1); found != nil {
			return "This is said to " + found[len(found)-1] + ".\n" + findings(12)
		}
	}
	return "There was no question."
}

// findings are so many lines of which none is like another: a model that repeats itself
// is stopped.
func findings(n int) string {
	var said strings.Builder
	for i := range n {
		fmt.Fprintf(&said, "Finding %03d is of no note.\n", i)
	}
	return said.String()
}

// pressWorld is a hospital in which people press buttons, at the same time.
type pressWorld struct {
	*rowWorld
	pressed, acked int

	clicks  sync.WaitGroup
	mu      sync.Mutex
	asks    map[string]asked    // by key: what was pressed to be answered
	under   map[string]string   // by the same key, that of the question whose answer it stood under
	reviews map[string]reviewed // by message and person
	stops   map[string]bool     // keys of questions under whose answers Stop was pressed
}

type reviewed struct {
	channel, ts, user string
	acked             bool
}

// pressAny presses a random button of a random message of MedBuddy's, without waiting
// for what comes of it; false when there is none.
func (w *pressWorld) pressAny() bool {
	var all []slacksim.Message
	for _, channel := range w.channels {
		for _, m := range w.sim.All(channel) {
			if m.User == w.sim.BotUserID() && strings.Contains(string(m.Blocks), `"action_id"`) {
				m.Channel = channel
				all = append(all, m)
			}
		}
	}
	if len(all) == 0 {
		return false
	}
	m := all[w.dice.IntN(len(all))]
	user := w.people[w.dice.IntN(len(w.people))]
	buttons := slices.DeleteFunc([]string{"stop", "again", "continue", "second", "reviewed"}, func(a string) bool { return !has(m, a) })
	action := buttons[w.dice.IntN(len(buttons))]
	w.pressed++
	at := fmt.Sprintf("%d.%06d", time.Now().Unix(), w.pressed)
	w.clicks.Go(func() { w.click(m, user, action, at) })
	return true
}

func (w *pressWorld) click(m slacksim.Message, user, action, at string) {
	// The button may have gone since it was seen: then nothing was pressed.
	err := w.sim.Click(w.t.Context(), slacksim.Click{Channel: m.Channel, TS: m.TS, User: user, ActionID: action, ActionTS: at})
	w.mu.Lock()
	defer w.mu.Unlock()
	if err == nil {
		w.acked++
	}
	of := questionOf(m)
	switch action {
	case "stop":
		put(&w.stops, of, true)
	case "reviewed":
		r := reviewed{m.Channel, m.TS, user, err == nil}
		key := m.TS + user
		r.acked = r.acked || w.reviews[key].acked
		put(&w.reviews, key, r)
	default:
		q := asked{channel: m.Channel, root: m.ThreadTS, ts: m.TS, act: action, pressed: at, maybe: err != nil}
		key := q.key(w.sim.TeamID())
		put(&w.asks, key, q)
		put(&w.under, key, of)
	}
}

func put[V any](m *map[string]V, key string, v V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = v
}

// judge waits for every click, and then judges the presses as questions of their own,
// and the reviews.
func (w *pressWorld) judge(within time.Duration) {
	w.t.Helper()
	w.clicks.Wait()
	token := map[string]string{}
	for i, q := range w.asked {
		token[q.key(w.sim.TeamID())] = q.token
		w.asked[i].stopped = w.stops[q.key(w.sim.TeamID())]
	}
	for key, q := range w.asks {
		at := key
		for token[at] == "" { // the answer to a press can be pressed as well
			at = w.under[at]
		}
		q.token, q.stopped = token[at], w.stops[key]
		w.asked = append(w.asked, q)
	}
	w.settle(within)
	for _, r := range w.reviews {
		names := func() int {
			m, _ := w.sim.Message(r.channel, r.ts)
			return strings.Count(string(m.Blocks), "@"+r.user+">") + strings.Count(string(m.Blocks), "@"+r.user+`\u003e`)
		}
		if r.acked {
			w.must(30*time.Second, "a review to be shown", func() bool { return names() > 0 })
		}
		if n := names(); n > 1 {
			w.t.Errorf("a reviewer is named %d times", n)
		}
	}
}
