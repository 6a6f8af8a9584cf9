package bot

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/medbuddy/medbuddy/medgemma"
	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

//go:embed system.txt
var systemPrompt string

// Config is what a Bot is made of. New checks that there is a Store and a Model;
// that the other values are sane is for whoever reads them from people.
type Config struct {
	BotToken string // xoxb-...
	AppToken string // xapp-...
	APIURL   string // with a trailing slash, such as https://slack.com/api/

	Store  store.Store
	Model  *medgemma.Client
	Logger *slog.Logger // nil discards

	Registerer prometheus.Registerer // nil: metrics are not exported

	SystemPrompt   string  // empty: the built-in instruction
	UrgentText     string  // above an answer whose question sounds time-critical; empty: the built-in line
	Temperature    float64 // default for every channel, 0 to 1
	MaxTokens      int     // default for every channel
	MaxTokensLimit int     // the most a person may set
	ContextTokens  int     // what the endpoint was deployed with
	MaxImages      int     // most images in one request; 0 for a text-only model
	Concurrency    int     // model calls at once
	AllowTextOnly  bool    // answer questions in threads without an image

	CTGreen       [2]float64 // HU range of the green one of CT's three windows; zero: imaging's default
	AllowBurnedIn bool       // send pictures of which DICOM says that text is burned in

	AllowedChannels []string // empty: every channel it was invited to
	AllowExternal   bool     // serve guests and shared channels

	Retention time.Duration // how long the store keeps a thread, to tell people; 0: not said

	Sockets       int           // Socket Mode connections, 1 to 4; 0: 2
	SocketSilence time.Duration // a socket on which nothing came for so long is dead; 0: 28 s

	// DrainTimeout is how long Run takes at most after the end of its context;
	// 0: 10 s. Running answers may go on for all but the last three seconds of it.
	DrainTimeout time.Duration
}

// Bot answers questions about scans in Slack threads. See the package comment.
type Bot struct {
	cfg     Config
	lg      *slog.Logger
	metrics *metrics
	web     *web
	access  *access
	images  *imaging.Preparer
	owner   string // of this process's leases

	sockets  []*socket
	reopened *prometheus.CounterVec // sockets, by what ended the one before
	seen     *seen
	reading  reading
	unread   keySet        // what catch-up cannot read, once told
	sweeps   chan struct{} // holds a value while a sweep is asked for (reconcile_sweep.go)

	comforted keySet // messages whose authors were told that they wait
	timing    timing
	made      time.Time

	self    identity                // set once by Run, before anything reads it
	quit    context.CancelCauseFunc // likewise; ends Run
	intake  *lanes                  // envelopes, in order per thread
	threads *lanes                  // answers, in order per thread
	line    *line                   // questions that wait for the model
	model   chan struct{}
	files   chan struct{} // files that are fetched or prepared at once
	loads   chan struct{} // requests and contact sheets that are put together at once

	held, heldLittle *semaphore.Weighted // bytes of fetched files in memory
	asked            askedCache
	own              ownSet
	polled           keySet                            // threads whose lease another process has
	tries            tryCounter                        // of the model, by question
	running          running                           // answers that are being made
	warned           warned                            // threads in which the urgent line was said
	unsaved          doubts[saver, saving]             // changes of settings
	pressed          doubts[string, store.QuestionKey] // presses, by message and button
	wholes           wholes                            // threads in which every deletion is heard
	uploads          uploads                           // pictures of scans that this process has posted

	stopping       atomic.Bool  // nothing new is begun
	learnedImages  atomic.Int64 // most images of a request, from the endpoint; 0: not yet
	learnedContext atomic.Int64 // context length in tokens, likewise

	wait sync.WaitGroup // the adoption of threads, catching up
}

// timing is what tests make shorter.
type timing struct {
	stagger time.Duration // between the hello of one socket and the opening of the next
	catchUp time.Duration // between two catch-ups
	mark    time.Duration // between two savings of the mark
	form    time.Duration // for reading what a dialog shows
	late    time.Duration // between a notice that could not be carried out and the look for what it told of
}

// New makes a Bot. It calls nobody yet.
func New(cfg Config) (*Bot, error) {
	if cfg.Store == nil || cfg.Model == nil {
		return nil, errors.New("bot: Config needs a Store and a Model")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.SystemPrompt == "" {
		cfg.SystemPrompt = systemPrompt
	}
	if cfg.UrgentText == "" {
		cfg.UrgentText = textTimeCritical
	}
	if cfg.DrainTimeout == 0 {
		cfg.DrainTimeout = 10 * time.Second
	}
	if cfg.Sockets == 0 {
		cfg.Sockets = defaultSockets
	}
	if cfg.SocketSilence == 0 {
		cfg.SocketSilence = defaultSilence
	}
	cfg.Concurrency = max(cfg.Concurrency, 1)
	b := &Bot{
		cfg: cfg, lg: cfg.Logger, metrics: newMetrics(cfg.Registerer),
		images: imaging.NewPreparer(imaging.Config{Green: cfg.CTGreen, AllowBurnedIn: cfg.AllowBurnedIn}), owner: randomID(8), model: make(chan struct{}, cfg.Concurrency),
		files: make(chan struct{}, filesInAll), loads: make(chan struct{}, loadsAtOnce),
		sweeps: make(chan struct{}, 1),
		held:   semaphore.NewWeighted(heldForAll), heldLittle: semaphore.NewWeighted(heldForLittles),
	}
	b.intake, b.threads = newLanes(lanesAtOnce, b.recovered), newLanes(lanesAtOnce, b.recovered)
	b.line = newLine(pastLine * cfg.Concurrency)
	b.web = newWeb(cfg, b.metrics)
	b.access = newAccess(b.web, b.recovered)
	b.seen, b.reading, b.made = newSeen(), newReading(), time.Now()
	b.timing = timing{stagger: staggerFor, catchUp: catchUpEvery, mark: markEvery, form: formTimeout, late: listedAfter}
	for range cfg.Sockets {
		b.sockets = append(b.sockets, newSocket(b.web.api, cfg.SocketSilence, b.socketClosed))
	}
	b.exportSockets(cfg.Registerer)
	b.exportQueues(cfg.Registerer)
	return b, nil
}

// Run connects to Slack and answers until ctx ends; then it takes nothing new,
// lets running answers finish as far as DrainTimeout allows, hands the others
// over, which stay open in the store with their leases released and the thread
// told, and returns nil. It returns an error when Slack refuses the app for good; the error's text is a sentence
// for whoever runs the process.
func (b *Bot) Run(ctx context.Context) error {
	self, err := b.web.whoAmI(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fatal(err)
	}
	b.self, b.access.self = self, self
	b.lg.Info("connected to Slack", "team", self.team, "bot_user", self.user)

	// Work outlives ctx by the drain; intake does not.
	work, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	defer stop(nil)
	running, quit := context.WithCancelCause(ctx)
	defer quit(nil)
	b.quit = quit
	adopting, enough := context.WithCancel(running)
	defer enough()
	b.wait.Go(func() { b.adopt(adopting, work) })
	b.wait.Go(func() { b.keepUp(adopting, work) })
	b.wait.Go(func() { b.keepSweeping(adopting, work) })
	b.wait.Go(func() { b.keepMark(adopting) })
	err = b.listen(running, work)
	if gaveUp := context.Cause(running); gaveUp != nil {
		err = gaveUp
	}
	enough()
	b.stopping.Store(true)

	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(0, b.cfg.DrainTimeout-handOver-takeApart))
	defer cancel()
	b.wait.Wait()
	_ = b.intake.close(drain) // what is not admitted is not acked either: Slack keeps it
	b.access.close()
	b.saveMark(drain)
	if b.threads.close(drain) != nil {
		stop(errStopping)
		end, cancel := context.WithTimeout(context.WithoutCancel(ctx), handOver)
		defer cancel()
		if b.threads.close(end) != nil {
			b.lg.Warn("stopped with answers unfinished; they stay open in the store")
		}
	}
	if ctx.Err() != nil {
		return nil
	}
	return fatal(err)
}

// Of DrainTimeout, handOver is for telling the threads and releasing the leases
// of what did not finish, and takeApart for whatever the process closes after Run.
const (
	handOver  = 2 * time.Second
	takeApart = time.Second
)

// errStopping is the cause with which answers end that outlast the drain.
var errStopping = errors.New("bot: stopping")

// Ready returns nil when a socket to Slack is open and the store answers.
func (b *Bot) Ready(ctx context.Context) error {
	if err := b.connected(); err != nil {
		return err
	}
	if err := b.cfg.Store.Ping(ctx); err != nil {
		return fmt.Errorf("the store does not answer: %w", err)
	}
	return nil
}

// recovered logs a panic. Its value may quote a message; its type and the stack
// do not.
func (b *Bot) recovered(value any) {
	b.lg.Error("panic", "type", fmt.Sprintf("%T", value), "stack", string(debug.Stack()))
}

// randomID returns n random bytes in hex.
func randomID(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}
