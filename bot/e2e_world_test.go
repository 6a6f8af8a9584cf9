package bot_test

import (
	"bytes"
	"cmp"
	"context"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/sqlite"
)

// world is a workspace with a model and a running bot: the real Slack client,
// the real model client and the embedded store, against servers on loopback.
type world struct {
	t       *testing.T
	ctx     context.Context
	sim     *slacksim.Sim
	model   *modelsim.Server
	store   store.Store
	metrics *prometheus.Registry
	log     *lockedBuffer
	channel string
	ann     string // a nurse
	ben     string // a resident
	cfg     bot.Config
	bot     *bot.Bot
	ended   func() error // waits until the bot ends by itself
	stop    func() error

	catchUp, marks, form time.Duration

	mu      sync.Mutex
	private []string // what may be in no log line
}

type options struct {
	slack slacksim.Config
	bot   func(*bot.Config)
	model modelsim.Config
	now   func() time.Time

	catchUp time.Duration // between two catch-ups; 0: 100 ms
	mark    time.Duration // between two savings of the mark; 0: 100 ms
	form    time.Duration // for reading what a dialog shows; 0: as in production

	before func(*world) // what happens before the bot starts
}

func newWorld(t *testing.T, o options) *world {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	o.slack.Commands, o.slack.Scopes = bot.Commands(), bot.Scopes()
	sim, err := slacksim.Start(o.slack)
	must(t, err)
	t.Cleanup(sim.Close)
	model, err := modelsim.Start(o.model)
	must(t, err)
	t.Cleanup(func() { model.Close() })
	st, err := sqlite.Open(filepath.Join(t.TempDir(), "medbuddy.db"), sqlite.Options{Retention: time.Hour, Now: o.now})
	must(t, err)
	t.Cleanup(func() { st.Close() })
	client, err := medgemma.New(medgemma.Config{URL: model.URL() + "/v1", Name: "medgemma-test",
		Timing: medgemma.Timing{Backoff: time.Millisecond, WakePoll: time.Millisecond}})
	must(t, err)

	w := &world{t: t, ctx: ctx, sim: sim, model: model, store: st, log: &lockedBuffer{}}
	w.channel = sim.AddChannel(slacksim.Channel{Name: "radiology"})
	w.ann = sim.AddUser(slacksim.User{Name: "Ann Nurse"})
	w.ben = sim.AddUser(slacksim.User{Name: "Ben Resident"})
	w.private = []string{sim.BotToken(), sim.AppToken(), "Ann Nurse", "Ben Resident"}

	w.catchUp, w.marks = cmp.Or(o.catchUp, 100*time.Millisecond), cmp.Or(o.mark, 100*time.Millisecond)
	w.form = o.form

	cfg := bot.Config{
		BotToken: sim.BotToken(), AppToken: sim.AppToken(), APIURL: sim.APIURL(), Store: st, Model: client,
		Logger:      slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Temperature: 0.1, MaxTokens: 500, MaxTokensLimit: 8192, ContextTokens: 32768, MaxImages: 16, Concurrency: 8, Sockets: 2,
	}
	if o.bot != nil {
		o.bot(&cfg)
	}
	w.cfg = cfg
	if o.before != nil {
		o.before(w)
	}
	w.start()
	t.Cleanup(func() {
		if err := w.stop(); err != nil {
			t.Errorf("the bot ended with: %v", err)
		}
		w.check()
	})
	return w
}

// start runs a bot, as a new process would.
func (w *world) start() {
	w.t.Helper()
	w.metrics = prometheus.NewRegistry()
	w.cfg.Registerer = w.metrics
	b, err := bot.New(w.cfg)
	must(w.t, err)
	b.Hurry(w.catchUp, w.marks)
	if w.form != 0 {
		b.HurryForms(w.form)
	}
	run, end := context.WithCancel(w.ctx)
	done := make(chan error, 1)
	go func() { done <- b.Run(run) }()
	w.bot, w.ended = b, sync.OnceValue(func() error { return <-done })
	ended := w.ended
	w.stop = func() error { end(); return ended() }
	w.wait("the sockets", func() bool { return len(w.sim.Sockets()) == max(w.cfg.Sockets, 1) })
}

// check looks at what must hold after every scenario: Slack had nothing to
// refuse that the test did not ask for, the model neither, and the log is mute.
func (w *world) check() {
	for _, p := range w.sim.Problems() {
		w.t.Errorf("slacksim: %s", p)
	}
	for _, p := range w.model.Problems() {
		w.t.Errorf("modelsim: %s", p)
	}
	log := w.log.String()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.private {
		if strings.Contains(log, s) {
			w.t.Errorf("the log holds %q", s)
		}
	}
	if w.t.Failed() {
		w.t.Logf("log:\n%s", log)
	}
}

func (w *world) secret(s string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(s) > 8 {
		w.private = append(w.private, s)
	}
	return s
}

// post writes as a person and returns the ts.
func (w *world) post(user, channel, thread, text string, files ...slacksim.File) string {
	w.t.Helper()
	w.secret(text)
	for _, f := range files {
		w.secret(f.Name)
	}
	ts, err := w.sim.Post(slacksim.Message{Channel: channel, User: user, ThreadTS: thread, Text: text, Files: files})
	must(w.t, err)
	return ts
}

// ask posts and waits for the nth settled message of the bot in the thread.
func (w *world) ask(user, thread, text string, files ...slacksim.File) string {
	w.t.Helper()
	root := thread
	before := 0
	if thread != "" {
		before = len(w.said(thread))
	}
	ts := w.post(user, w.channel, thread, text, files...)
	if root == "" {
		root = ts
	}
	return w.answer(root, before+1)
}

// answer waits until the bot has said n settled things in the thread, and returns
// the last.
func (w *world) answer(root string, n int) string {
	w.t.Helper()
	w.wait("an answer", func() bool { return len(w.said(root)) >= n && w.settled(root) })
	said := w.said(root)
	return said[len(said)-1]
}

// said lists what the bot has posted in the thread, as text, without the pictures.
func (w *world) said(root string) []string {
	var out []string
	for _, m := range w.sim.Thread(w.channel, root) {
		if m.User == w.sim.BotUserID() && len(m.Files) == 0 {
			out = append(out, m.Text)
		}
	}
	return out
}

// shown lists the messages with pictures that the bot has posted in the thread.
func (w *world) shown(root string) []slacksim.Message {
	return slices.DeleteFunc(w.sim.Thread(w.channel, root), func(m slacksim.Message) bool {
		return m.User != w.sim.BotUserID() || len(m.Files) == 0
	})
}

func (w *world) settled(root string) bool {
	for _, s := range w.said(root) {
		if unsettled(s) {
			return false
		}
	}
	return true
}

func unsettled(s string) bool {
	leads := []string{"*If this is time-critical", "&gt; <@", "Another try at", "Going on from", "About "}
	if lead, rest, ok := strings.Cut(s, "\n\n"); ok && slices.ContainsFunc(leads, func(l string) bool { return strings.HasPrefix(lead, l) }) {
		s = rest
	}
	passing := []string{"Reading ", "Looking at this thread", "The model is starting up", "The model is busy.", "Your question is ",
		"Asking the model once more", "Putting the note together", "I am forgetting this thread", "Answering below"}
	return strings.Contains(s, "_still writing_") || slices.ContainsFunc(passing, func(p string) bool { return strings.HasPrefix(s, p) })
}

// holdModel makes the model hold its next answer until release is called.
func (w *world) holdModel() (release func()) {
	gate := make(chan struct{})
	w.model.Answer(modelsim.Text("It was slow.", modelsim.Gate(gate)))
	return func() { close(gate) }
}

// stepModel makes the model say text in pieces of so many characters, one with
// each call of step.
func (w *world) stepModel(text string, piece int) (step func()) {
	gate := make(chan struct{})
	w.model.Answer(modelsim.Text(text, modelsim.Chunks(piece), modelsim.Gate(gate)))
	return func() {
		select {
		case gate <- struct{}{}:
		case <-w.ctx.Done():
			w.t.Error("the model was not asked for another piece")
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// film is a small grey PNG whose pixels depend on n.
func film(t *testing.T, n int) slacksim.File {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 300, 240))
	for y := range 240 {
		for x := range 300 {
			img.SetGray(x, y, color.Gray{uint8(x/2 + y/3 + 20*n)})
		}
	}
	var buf bytes.Buffer
	must(t, png.Encode(&buf, img))
	return slacksim.File{Name: "doe_jane_19540203_cxr.png", Data: buf.Bytes()}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
