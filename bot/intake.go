package bot

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// enqueue sorts an envelope into the intake lane of its thread and returns at
// once. What asks nothing is acked from a lane of its own.
func (b *Bot) enqueue(ctx context.Context, typ string, env envelope) {
	switch typ {
	case "events_api":
		m, err := decodeEvent(env.payload, b.self)
		if err == nil {
			env.payload = nil // m has what matters of it, and may have to wait
			b.record(ctx, env, m)
			return
		}
		if user := homeOpened(env.payload); user != "" {
			b.intake.do(env.id, "", func() { env.ack(nil) })
			b.threads.do("home "+user, user, func() { b.showHome(ctx, user) })
			return
		}
		if errors.Is(err, errIgnored) {
			var n notice
			if n, err = decodeNotice(env.payload); err == nil {
				env.payload = nil
				b.intake.do(n.lane(), "", func() { b.erase(ctx, env, n) })
				return
			}
		}
		if !errors.Is(err, errIgnored) {
			b.metrics.envelopes.WithLabelValues("malformed").Inc()
			b.lg.Warn("an event that cannot be read was acked and dropped", "envelope", env.id, "error", err)
		}
	case "slash_commands":
		b.intake.do(env.id, "", func() { b.slash(ctx, env) })
		return
	case "interactive":
		b.intake.do(env.id, "", func() { b.interact(ctx, env) })
		return
	}
	b.intake.do(env.id, "", func() { env.ack(nil) })
}

// admitTimeout leaves time for the ack within Slack's three seconds.
const admitTimeout = 2500 * time.Millisecond

// lastRetry is Slack's last delivery of an event, some six minutes after the
// first (docs.slack.dev/apis/events-api): after it only catch-up finds it.
const lastRetry = 3

// take decides whether a message is for MedBuddy, records it, and only then acks
// it. When it cannot be recorded there is no ack: Slack delivers it again. It
// returns false for that.
func (b *Bot) take(ctx context.Context, env envelope, m message) (recorded bool) {
	limited, cancel := context.WithDeadline(ctx, env.at.Add(admitTimeout))
	defer cancel()
	q, verdict, err := b.gate(limited, m)
	idle := false // it is to stop what is not running
	if cmd := b.commandOf(q).verb; err == nil && verdict == verdictTake && q.Kind == store.KindCommand && (cmd.stops() || cmd == verbNone) {
		// Not in the thread's lane, where the answer that is to be stopped is made.
		var stopped int
		stopped, err = b.stopAsked(limited, q.Thread, m.ts, m.user)
		idle = err == nil && stopped == 0 && (m.mention || m.direct) && cmd != verbQuiet
	}
	if err == nil && verdict != verdictLeave {
		// A found one may have been begun by another process, and be old; so may one that
		// comes late. Noted before it is recorded, since a lane of its thread may begin
		// with it at once.
		own := !env.found && !b.old(m.ts) && b.own.add(q.Key.String())
		var first bool
		first, err = b.cfg.Store.Admit(limited, q)
		if own && (err != nil || !first) {
			b.own.drop(q.Key.String())
		}
		if err == nil && !first {
			verdict = verdictLeave // seen: under its other event, or redelivered
			b.metrics.questions.WithLabelValues("seen").Inc()
			if env.retry > 0 { // by a call whose answer was lost, perhaps: nobody works on it then
				b.work(ctx, q.Thread, q.User)
			}
		}
	}
	if errors.Is(err, store.ErrInvalidKey) || errors.Is(err, store.ErrTooLarge) {
		b.lg.Warn("a message that Slack cannot have made was dropped", "envelope", env.id, "error", err)
		env.ack(nil)
		return true
	}
	if tokenRefused(err) {
		b.giveUp(err) // whoever runs next takes it
		return false
	}
	if err != nil {
		b.lg.Error("a message could not be recorded; it is not acked, so it will come again",
			"envelope", env.id, "retry", env.retry, "found", env.found, "error", err)
		if env.retry >= lastRetry && (m.mention || m.direct) && b.comforted.add(m.channel+m.ts) { // it comes as two events
			b.threads.do("lost "+m.user, m.user, func() { b.tellPrivately(ctx, m, textNotTaken) })
		}
		return false
	}
	env.ack(nil)
	switch {
	case verdict == verdictLeave, verdict == verdictPaused:
	case q.Kind == store.KindRefused:
		b.metrics.questions.WithLabelValues(string(q.Kind)).Inc()
		b.threads.do("refused "+m.user, m.user, func() { b.tellPrivately(ctx, m, verdict.refusal()) })
	default:
		b.metrics.questions.WithLabelValues(string(q.Kind)).Inc()
		b.lg.Info("question", "question", q.Key.String(), "thread", q.Thread.TS, "kind", q.Kind, "files", len(q.Files), "retry", env.retry, "found", env.found)
		b.asked.asked(q)
		if idle { // here, since a mention comes as two events
			b.threads.do("told "+m.user, m.user, func() { b.tellPrivately(ctx, m, textNothingToStop) })
		}
		if q.Kind == store.KindAsk {
			b.web.gates.of(chatUpdate, "").expect(q.Key.String())
		}
		b.work(ctx, q.Thread, q.User)
	}
	return true
}

// verdict is what the gate says of a message.
type verdict int

const (
	verdictLeave   verdict = iota // not for MedBuddy
	verdictTake                   // a question or a command
	verdictChannel                // refused: the channel is not allowed
	verdictPerson                 // refused: a guest, or another organisation
	verdictUnknown                // refused: it could not be found out
	verdictPaused                 // left, and for good: catch-up may find it after the pause
)

func (v verdict) refusal() string {
	switch v {
	case verdictChannel:
		return textOutsideChannel
	case verdictPerson:
		return textExternal
	default:
		return textCannotCheck
	}
}

// gate says whether a message is for MedBuddy and whether its author may ask
// here, and makes the question that is to be recorded. An error means that the
// store or Slack could not say just now.
func (b *Bot) gate(ctx context.Context, m message) (store.Question, verdict, error) {
	q := store.Question{
		Key:    store.QuestionKey{Team: b.self.team, Channel: m.channel, TS: m.ts},
		Thread: store.ThreadKey{Team: b.self.team, Channel: m.channel, TS: m.root()},
		Kind:   store.KindAsk, User: m.user, Text: m.text, Files: m.files,
	}
	if m.edited && b.old(m.ts) {
		return q, verdictLeave, nil // to put in a mention is to ask now; to correct an old one is not
	}
	halting, err := b.haltsNow(ctx, q.Thread, m)
	if err != nil {
		return q, verdictLeave, err
	}
	said := verbNone // of a message to which no mention is needed
	if !m.direct && !m.mention {
		// A reply without a mention is for MedBuddy in a thread that it answers,
		// unless it is for somebody else, or says nothing: an image posted
		// without a word is read with the next question.
		if !m.reply() || m.others || strings.TrimSpace(m.text) == "" {
			return q, verdictLeave, nil
		}
		if said = parseWords(plainText(m.text, b.self.user, nobody)).verb.unmentioned(); said == verbRemark {
			return q, verdictLeave, nil // read with the next question, like other remarks
		}
		since, served, err := b.servedSince(ctx, q.Thread)
		if err != nil || !served || !after(m.ts, since) {
			return q, verdictLeave, err
		}
		if !said.stops() && !halting {
			paused, err := b.pausedIn(ctx, q.Thread)
			switch {
			case err != nil:
				return q, verdictLeave, err
			case paused:
				return store.Question{Key: q.Key, Thread: q.Thread, Kind: store.KindRefused}, verdictPaused, nil
			}
		}
	}
	v, err := b.access.check(ctx, b.cfg, m.channel, m.user, m.external)
	if err != nil {
		return q, verdictLeave, err
	}
	if v != verdictTake {
		if !m.direct && !m.mention {
			return q, verdictLeave, nil // said nothing to MedBuddy: a refusal for each remark would nag
		}
		return store.Question{Key: q.Key, Thread: q.Thread, Kind: store.KindRefused}, v, nil
	}
	if said != verbNone || halting || b.isCommand(m.text, m.direct, m.mention) {
		q.Kind = store.KindCommand
	}
	if len(m.files) > 0 && b.commandOf(q).verb == verbRemark {
		q.Kind = store.KindAsk // "thanks" under a film is about the film
	}
	return q, verdictTake, nil
}

func nobody(string) string { return "" }
