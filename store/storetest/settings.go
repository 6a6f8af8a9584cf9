package storetest

import (
	"math"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func settingsCases() []testCase {
	channel := thread(1).ChannelScope()
	return []testCase{
		{"nothing set", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				got, err := w.s.Settings(w.ctx, sc)
				w.ok(err)
				w.same("settings", got, store.Settings{})
			}
		}},
		{"before and after", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				before, after, err := w.s.SetSettings(w.ctx, sc, func(store.Settings) store.Settings {
					return store.Settings{Temperature: new(0.0), By: "U1", At: time.Unix(1, 0)}
				})
				w.ok(err)
				w.same("before", before, store.Settings{})
				first := store.Settings{Temperature: new(0.0), By: "U1", At: w.now()}
				w.same("after", after, first)

				w.clock.Advance(time.Second)
				before, after, err = w.s.SetSettings(w.ctx, sc, func(s store.Settings) store.Settings {
					s.MaxTokens, s.By = new(800), "U2"
					return s
				})
				w.ok(err)
				w.same("before", before, first)
				second := store.Settings{Temperature: new(0.0), MaxTokens: new(800), By: "U2", At: w.now()}
				w.same("after", after, second)
				got, err := w.replica().Settings(w.ctx, sc)
				w.ok(err)
				w.same("settings", got, second)
			}
		}},
		{"a scope is that scope only", 0, func(w *world) {
			w.tokens(channel, 100)
			w.tokens(thread(1).Scope(), 200)
			w.tokens(store.Scope{Team: "T1", Channel: "C2"}, 300)
			for sc, want := range map[store.Scope]int{channel: 100, thread(1).Scope(): 200, {Team: "T1", Channel: "C2"}: 300} {
				got, err := w.s.Settings(w.ctx, sc)
				w.ok(err)
				w.same("max tokens", *got.MaxTokens, want)
			}
			for _, sc := range []store.Scope{thread(2).Scope(), {Team: "T2", Channel: "C1"}} {
				got, err := w.s.Settings(w.ctx, sc)
				w.ok(err)
				w.same("settings", got, store.Settings{})
			}
		}},
		{"the zero Settings erases", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				for _, zero := range []store.Settings{{}, {By: "U2"}} {
					w.tokens(sc, 100)
					before, after, err := w.s.SetSettings(w.ctx, sc, func(store.Settings) store.Settings { return zero })
					w.ok(err)
					w.same("before", *before.MaxTokens, 100)
					w.same("after", after, store.Settings{})
					got, err := w.s.Settings(w.ctx, sc)
					w.ok(err)
					w.same("settings", got, store.Settings{})
				}
			}
		}},
		{"paused, with nothing else and with the rest", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				set := func(change func(*store.Settings)) store.Settings {
					_, after, err := w.s.SetSettings(w.ctx, sc, func(s store.Settings) store.Settings {
						change(&s)
						return s
					})
					w.ok(err)
					got, err := w.replica().Settings(w.ctx, sc)
					w.ok(err)
					w.same("settings", got, after)
					return after
				}
				w.same("paused", set(func(s *store.Settings) { s.Paused, s.By = true, "U1" }),
					store.Settings{Paused: true, By: "U1", At: w.now()})
				w.same("and set", set(func(s *store.Settings) { s.MaxTokens = new(5) }),
					store.Settings{Paused: true, MaxTokens: new(5), By: "U1", At: w.now()})
				w.same("resumed", set(func(s *store.Settings) { s.Paused = false }),
					store.Settings{MaxTokens: new(5), By: "U1", At: w.now()})
				w.same("paused again", set(func(s *store.Settings) { s.Paused, s.MaxTokens = true, nil }),
					store.Settings{Paused: true, By: "U1", At: w.now()})
				w.same("nothing is left", set(func(s *store.Settings) { s.Paused = false }), store.Settings{})
			}
		}},
		{"a channel stays paused", 0, func(w *world) {
			_, _, err := w.s.SetSettings(w.ctx, channel, func(store.Settings) store.Settings { return store.Settings{Paused: true} })
			w.ok(err)
			w.clock.Advance(20 * w.keep)
			w.expireAll(10)
			w.s = w.replica()
			got, err := w.s.Settings(w.ctx, channel)
			w.ok(err)
			w.same("paused", got.Paused, true)
		}},
		{"erasing what is not there", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				before, after, err := w.s.SetSettings(w.ctx, sc, func(s store.Settings) store.Settings { return s })
				w.ok(err)
				w.same("both", []store.Settings{before, after}, []store.Settings{{}, {}})
			}
			w.gone(thread(1))
		}},
		{"no update is lost", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				replicas := []store.Store{w.s, w.replica()}
				var wg sync.WaitGroup
				for i := range 12 {
					wg.Go(func() {
						_, _, err := replicas[i%2].SetSettings(w.ctx, sc, func(s store.Settings) store.Settings {
							n := 1
							if s.MaxTokens != nil {
								n = *s.MaxTokens + 1
							}
							return store.Settings{MaxTokens: &n}
						})
						if err != nil {
							w.Errorf("SetSettings: %v", err)
						}
					})
				}
				wg.Wait()
				got, err := w.s.Settings(w.ctx, sc)
				w.ok(err)
				w.same("count", *got.MaxTokens, 12)
			}
		}},
		{"values are copied in and out", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				mine := 100
				w.tokens(sc, 1)
				_, after, err := w.s.SetSettings(w.ctx, sc, func(s store.Settings) store.Settings {
					*s.MaxTokens = 5
					return store.Settings{MaxTokens: &mine}
				})
				w.ok(err)
				mine, *after.MaxTokens = 2, 3
				for range 2 {
					got, err := w.s.Settings(w.ctx, sc)
					w.ok(err)
					w.same("max tokens", *got.MaxTokens, 100)
					*got.MaxTokens = 4
				}
			}
		}},
		{"before is what was, whatever change does to it", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				w.tokens(sc, 1)
				before, _, err := w.s.SetSettings(w.ctx, sc, func(s store.Settings) store.Settings {
					*s.MaxTokens = 5
					return s
				})
				w.ok(err)
				w.same("before", *before.MaxTokens, 1)
			}
		}},
		{"not a number is refused", 0, func(w *world) {
			for _, sc := range []store.Scope{channel, thread(1).Scope()} {
				w.tokens(sc, 1)
				_, _, err := w.s.SetSettings(w.ctx, sc, func(store.Settings) store.Settings {
					return store.Settings{Temperature: new(math.NaN())}
				})
				if err == nil {
					w.Fatal("NaN was taken")
				}
				got, err := w.s.Settings(w.ctx, sc)
				w.ok(err)
				w.same("max tokens", *got.MaxTokens, 1)
			}
		}},
		{"starting a thread, not asked", 0, func(w *world) {
			w.tokens(thread(1).Scope(), 1)
			w.asked(thread(1), false)
			w.same("thread", w.read(thread(1)), store.Thread{Key: thread(1),
				UpdatedAt: w.now(), ExpireAt: w.now().Add(w.keep)})
			w.clock.Advance(time.Hour)
			w.admit(ask(thread(1), 1))
			w.same("asked", w.read(thread(1)).Asked, true)
		}},
	}
}
