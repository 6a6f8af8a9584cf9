package storetest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// feedback sets what a person says of an answer, and returns all verdicts.
func (w *world) feedback(t store.ThreadKey, answerTS, user, word string) []store.Verdict {
	w.Helper()
	all, err := w.s.SetVerdict(w.ctx, t, answerTS, user, func(v store.Verdict) store.Verdict {
		v.Feedback = word
		return v
	})
	w.ok(err)
	return all
}

func verdictCases() []testCase {
	said := func(ts, user, word string, at time.Time) store.Verdict {
		return store.Verdict{AnswerTS: ts, User: user, Feedback: word, At: at}
	}
	return []testCase{
		{"none", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.same("verdicts", w.read(thread(1)).Verdicts, []store.Verdict(nil))
		}},
		{"needs a thread", 0, func(w *world) {
			set := func() error {
				_, err := w.s.SetVerdict(w.ctx, thread(1), "5.000001", "U1", func(v store.Verdict) store.Verdict {
					v.Feedback = "good"
					return v
				})
				return err
			}
			w.is(set(), store.ErrNotFound)
			w.gone(thread(1))
			w.answer(thread(1), 1)
			w.clock.Advance(w.keep)
			w.is(set(), store.ErrNotFound)
			w.gone(thread(1))
		}},
		{"before and after", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			when := w.now().Add(-time.Hour)
			var before []store.Verdict
			set := func(change func(store.Verdict) store.Verdict) []store.Verdict {
				before = nil
				all, err := w.s.SetVerdict(w.ctx, thread(1), "5.000001", "U1", func(v store.Verdict) store.Verdict {
					before = append(before, v)
					return change(v)
				})
				w.ok(err)
				w.same("stored", w.read(thread(1)).Verdicts, all)
				return all
			}
			all := set(func(v store.Verdict) store.Verdict {
				// Whose it is cannot be changed, nor when it was said.
				return store.Verdict{AnswerTS: "6.000001", User: "U2", Feedback: "bad", At: when}
			})
			first := said("5.000001", "U1", "bad", w.now())
			w.same("before", before, []store.Verdict{{AnswerTS: "5.000001", User: "U1"}})
			w.same("after", all, []store.Verdict{first})

			w.clock.Advance(time.Second)
			all = set(func(v store.Verdict) store.Verdict {
				v.Reviewed = when.Add(999).In(time.FixedZone("", 3600))
				return v
			})
			second := said("5.000001", "U1", "bad", w.now())
			second.Reviewed = when
			w.same("before", before, []store.Verdict{first})
			w.same("after", all, []store.Verdict{second})
			for _, at := range []time.Time{all[0].Reviewed, all[0].At, w.read(thread(1)).Verdicts[0].Reviewed} {
				zone, _ := at.Zone()
				w.same("zone", zone, "UTC")
			}

			all = set(func(v store.Verdict) store.Verdict {
				v.Feedback = ""
				return v
			})
			second.Feedback = ""
			w.same("after", all, []store.Verdict{second})
			w.same("after", set(func(store.Verdict) store.Verdict { return store.Verdict{} }), []store.Verdict(nil))
			w.same("after", set(func(v store.Verdict) store.Verdict { return v }), []store.Verdict(nil))
			w.same("before", before, []store.Verdict{{AnswerTS: "5.000001", User: "U1"}})
		}},
		{"by answer as numbers, then by person", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			at := w.now()
			var want, got []store.Verdict
			for _, k := range [][2]string{{"9.5", "U1"}, {"9.5", "U2"}, {"10.000001", "U1"}, {"10.5", "U0"}} {
				want = append(want, said(k[0], k[1], "good", at))
			}
			for _, i := range []int{2, 1, 3, 0} {
				got = w.feedback(thread(1), want[i].AnswerTS, want[i].User, "good")
			}
			w.same("returned", got, want)
			w.same("stored", w.read(thread(1)).Verdicts, want)
			w.s = w.replica()
			w.same("for another process", w.read(thread(1)).Verdicts, want)
			w.admit(ask(thread(2), 2))
			w.same("of another thread", w.read(thread(2)).Verdicts, []store.Verdict(nil))
		}},
		{"none is lost at once", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			replicas := []store.Store{w.s, w.replica()}
			var wg sync.WaitGroup
			for i := range 12 {
				wg.Go(func() {
					// Six people, each of whom says two things.
					all, err := replicas[i%2].SetVerdict(w.ctx, thread(1), "5.000001", fmt.Sprint("U", i/2), func(v store.Verdict) store.Verdict {
						v.Feedback += "x"
						return v
					})
					if err != nil || len(all) == 0 {
						w.Errorf("SetVerdict: %d, %v", len(all), err)
					}
				})
			}
			wg.Wait()
			var want []store.Verdict
			for i := range 6 {
				want = append(want, said("5.000001", fmt.Sprint("U", i), "xx", w.now()))
			}
			w.same("verdicts", w.read(thread(1)).Verdicts, want)
		}},
		{"values are copied out", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.feedback(thread(1), "5.000001", "U1", "good")
			all := w.feedback(thread(1), "5.000001", "U2", "good")
			want := slices.Clone(all)
			all[0].Feedback = "changed"
			w.read(thread(1)).Verdicts[1].Feedback = "changed"
			w.same("verdicts", w.read(thread(1)).Verdicts, want)
		}},
		{"bytes that are not UTF-8", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			w.same("feedback", w.feedback(thread(1), "5.000001", "U1", "a\xffb")[0].Feedback, "a\uFFFDb")
		}},
		{"the longest word, and one byte more", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			word := strings.Repeat("\"", store.MaxFeedbackBytes)
			w.same("feedback", w.feedback(thread(1), "5.000001", "U1", word)[0].Feedback, word)
			_, err := w.s.SetVerdict(w.ctx, thread(1), "5.000001", "U1", func(v store.Verdict) store.Verdict {
				v.Feedback += "x"
				return v
			})
			w.is(err, store.ErrTooLarge)
			w.same("feedback", w.read(thread(1)).Verdicts[0].Feedback, word)
		}},
		{"does not count as a turn", 0, func(w *world) {
			w.answer(thread(1), 1)
			before := w.read(thread(1))
			w.clock.Advance(time.Hour)
			before.Verdicts = w.feedback(thread(1), "5.000001", "U1", "good")
			w.same("thread", w.read(thread(1)), before)
		}},
		{"odd words are refused", 0, func(w *world) {
			w.admit(ask(thread(1), 1))
			for _, c := range [][2]string{{"", "U1"}, {"5", "U1"}, {"5.000001", ""}, {"5.000001", "U/1"}} {
				_, err := w.s.SetVerdict(w.ctx, thread(1), c[0], c[1], func(v store.Verdict) store.Verdict {
					w.Error("change was called")
					return v
				})
				w.is(err, store.ErrInvalidKey)
			}
		}},
	}
}

// ManyVerdicts fills a thread with as many verdicts as it may have. fill puts the first
// n of them there, one after the other or by a shorter way: those of U000, U001 ... about
// the answer at 5.000001, each of them "good".
func ManyVerdicts(t *testing.T, open Opener, fill func(s store.Store, t store.ThreadKey) (n int)) {
	w := newWorld(t, open, 0)
	w.admit(ask(thread(1), 1))
	for i := fill(w.s, thread(1)); i < store.MaxVerdicts; i++ {
		w.feedback(thread(1), "5.000001", fmt.Sprintf("U%03d", i), "good")
	}
	_, err := w.s.SetVerdict(w.ctx, thread(1), "5.000001", "V1", func(v store.Verdict) store.Verdict {
		v.Feedback = "good"
		return v
	})
	w.is(err, store.ErrTooLarge)
	w.same("verdicts", len(w.feedback(thread(1), "5.000001", "U007", "bad")), store.MaxVerdicts)
	w.same("one less", len(w.feedback(thread(1), "5.000001", "U008", "")), store.MaxVerdicts-1)
	w.same("again", len(w.feedback(thread(1), "5.000001", "V1", "good")), store.MaxVerdicts)
	w.same("stored", len(w.read(thread(1)).Verdicts), store.MaxVerdicts)
}
