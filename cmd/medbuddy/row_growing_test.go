package main

import (
	"slices"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// budgets are Slack's limits for a method and a minute
// (docs.slack.dev/apis/web-api/rate-limits, and the page of each method). Those of
// chat.postMessage are by channel: what Slack refuses is counted there.
var budgets = map[string]int{
	"chat.update": 50, "chat.startStream": 20, "chat.stopStream": 20, "chat.appendStream": 100, "chat.delete": 50, "chat.postEphemeral": 100,
	"conversations.replies": 50, "conversations.history": 50, "conversations.info": 50, "users.info": 100, "users.conversations": 50,
	"files.info": 100, "views.open": 100, "views.update": 100, "views.publish": 100,
}

// An answer in a channel and one in a direct message grow, at the same time, at least
// every three seconds until they are there.
func TestRowGrowing(t *testing.T) {
	shortForm(t)
	length := 4 * time.Second
	if *full {
		length = 20 * time.Second
	}
	w := openTalk(t, rowScale{slack: slacksim.Config{RateLimits: true}, model: modelsim.Config{Handler: streaming(length)}})
	direct := *w
	direct.channel = w.sim.DM(w.ann)
	inChannel := w.say(w.ann, "", "@MedBuddy describe this film in full", filmOf(t, 1))
	inDirect := direct.say(w.ann, "", "describe this film in full", filmOf(t, 2))
	for where, one := range map[*talk]string{w: inChannel, &direct: inDirect} {
		where.must(length+10*time.Second, "the answer", func() bool {
			said := where.ofBot(one)
			return len(said) == 1 && labelled(said[0])
		})
	}
	for where, one := range map[*talk]string{w: inChannel, &direct: inDirect} {
		gaps := where.gaps(one)
		t.Logf("%s: %d changes in %v; gaps p50 %v, longest %v", where.channel[:1], len(gaps), length, share(gaps, .5), share(gaps, 1))
		if longest := share(gaps, 1); longest > atRest(3*time.Second) {
			t.Errorf("for %v nothing changed, want at most 3s", longest)
		}
	}
	w.cost(2, 40)
	w.withinMethods()
	w.p.stop(11 * time.Second)
}

// streaming is a model that speaks for so long, and no more than fits one message.
func streaming(length time.Duration) modelsim.Script {
	const lines = 50
	return modelsim.Compose(func(r modelsim.Request) string { return sayToken(r) + "\n" + findings(lines) },
		modelsim.Chunks(len(findings(1))), modelsim.Pause(length/lines))
}

// gaps are the times from the question that began a thread to the first sign of its
// answer and from each change that people saw of it to the next, sorted.
func (w *talk) gaps(root string) (gaps []time.Duration) {
	w.t.Helper()
	ours := map[string]bool{} // messages of the thread
	for _, method := range []string{"chat.postMessage", "chat.startStream"} {
		for _, c := range w.sim.Calls(method) {
			ours[c.TS] = ours[c.TS] || c.Args["channel"] == w.channel && c.Args["thread_ts"] == root
		}
	}
	var at []time.Time
	for _, method := range []string{"chat.postMessage", "chat.update", "chat.startStream", "chat.appendStream"} {
		for _, c := range w.sim.Calls(method) {
			if c.Error == "" && c.Status == 200 && (ours[c.TS] || ours[c.Args["ts"]]) {
				at = append(at, c.At)
			}
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	last := tsTime(w.t, root)
	for _, t := range at {
		gaps = append(gaps, t.Sub(last))
		last = t
	}
	slices.Sort(gaps)
	return gaps
}

// Twenty answers grow at once and share what Slack allows: no method is called more
// often than that in any minute, every final text goes out, and everybody sees at once
// that they were heard.
func TestRowTwentyGrowing(t *testing.T) {
	shortForm(t)
	const questions = 20
	length := 3 * time.Second
	if *full {
		length = 40 * time.Second
	}
	for where, most := range map[string]float64{"channels": 8, "direct messages": 16} {
		t.Run(where, func(t *testing.T) {
			shortForm(t)
			w := openRow(t, rowScale{
				people: questions, channels: 5, env: []string{"MODEL_CONCURRENCY", "20"},
				slack: slacksim.Config{RateLimits: true}, model: modelsim.Config{Handler: streaming(length)},
			})
			if where != "channels" {
				w.channels = nil
				for _, person := range w.people {
					w.channels = append(w.channels, w.sim.DM(person))
				}
			}
			p := w.startOpen()
			for i := range questions {
				w.ask(w.channels[i%len(w.channels)], w.people[i], i%2 == 0)
			}
			w.settle(length + time.Minute)
			if longest := w.longestSilence(); longest > atRest(2*time.Second) {
				t.Errorf("for %v somebody saw nothing", longest)
			}
			longest := time.Duration(0)
			for _, q := range w.asked {
				gaps := (&talk{rowWorld: w, channel: q.channel}).gaps(q.root)
				longest = max(longest, share(gaps, 1))
			}
			t.Logf("where answers grow, the longest time without a change is %v", longest)
			w.withinBudgets()
			w.withinMethods()
			w.cost(questions, most)
			p.stop(11 * time.Second)
		})
	}
}

// withinMethods holds that no method was called more often than Slack allows in any
// minute.
func (w *rowWorld) withinMethods() {
	w.t.Helper()
	for method, budget := range budgets {
		if most := w.sim.Busiest(method, time.Minute); most > budget {
			w.t.Errorf("%d calls of %s within a minute, want at most %d", most, method, budget)
		}
	}
}
