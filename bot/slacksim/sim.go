package slacksim

import (
	"container/list"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// Sim is a running workspace. Its methods may be called from any goroutine.
type Sim struct {
	cfg    Config
	host   string // of the listener
	server *http.Server
	ctx    context.Context //nolint:containedctx // it is the Sim's life, ended by Close
	cancel context.CancelFunc
	wg     sync.WaitGroup

	// Of the app; fixed after Start.
	teamID, appID, botUser, botID string
	botToken, appToken            string

	mu       sync.Mutex
	rng      *rand.Rand
	chance   *rand.Rand // of faults, apart so that they change no ids
	labels   *rand.Rand // of ids of blocks and elements, apart likewise
	lastTS   int64      // microseconds
	changed  chan struct{}
	watchers map[chan struct{}]bool
	problems []string

	users    map[string]*User
	userIDs  []string // in the order in which they were added
	channels map[string]*channel
	chanIDs  []string
	files    map[string]*storedFile
	uploads  map[string]*upload // by the file's id, until they are completed

	scopes    []string
	authError string // answered to every call when set
	withheld  map[string]bool
	limits    limiter
	faults    []*fault
	calls     []*Call
	methods   map[string]*traffic

	tickets    map[string]bool // true when used
	sockets    []*socket
	nextSocket int
	opened     int
	socketLag  time.Duration
	offline    bool
	spans      []*span // of every connection so far
	notice     time.Duration
	heard      bool // a socket was greeted
	deafSince  time.Time
	gaps       []time.Duration
	envelopes  map[string]*envelope
	unacked    list.List // of *delivery, oldest first
	acks       []Ack
	stats      Stats

	triggers     map[string]*trigger
	responseURLs map[string]*responseURL
	views        []*View
}

// Start opens a workspace with one member of the app in it: the bot.
func Start(cfg Config) (*Sim, error) {
	cfg = cfg.withDefaults()
	ctx, cancel := context.WithCancel(context.Background())
	var lc net.ListenConfig
	lis, err := lc.Listen(ctx, "tcp", cfg.Addr)
	if err != nil {
		cancel()
		return nil, fmt.Errorf("listening for the simulated Slack: %w", err)
	}
	if tcp, ok := lis.Addr().(*net.TCPAddr); !ok || !tcp.IP.IsLoopback() {
		cancel()
		_ = lis.Close() // nothing was served yet
		return nil, fmt.Errorf("listening on %s: the simulated Slack serves loopback only", cfg.Addr)
	}
	s := &Sim{
		cfg: cfg, host: lis.Addr().String(), ctx: ctx, cancel: cancel,
		rng:          rand.New(rand.NewPCG(cfg.Seed, 0x51ac)),
		chance:       rand.New(rand.NewPCG(cfg.Seed, 0xfa17)),
		labels:       rand.New(rand.NewPCG(cfg.Seed, 0xb10c)),
		watchers:     map[chan struct{}]bool{},
		users:        map[string]*User{},
		channels:     map[string]*channel{},
		files:        map[string]*storedFile{},
		uploads:      map[string]*upload{},
		scopes:       cfg.Scopes,
		withheld:     map[string]bool{},
		notice:       notice,
		limits:       limiter{on: cfg.RateLimits},
		methods:      map[string]*traffic{},
		tickets:      map[string]bool{},
		envelopes:    map[string]*envelope{},
		triggers:     map[string]*trigger{},
		responseURLs: map[string]*responseURL{},
	}
	s.teamID, s.appID, s.botID = s.newID("T"), s.newID("A"), s.newID("B")
	s.botToken = "xoxb-simulated-" + s.newID("")
	s.appToken = "xapp-1-" + s.appID + "-simulated-" + s.newID("")
	s.botUser = s.addUser(User{Name: cfg.BotName, Bot: true, botID: s.botID})

	s.server = &http.Server{Handler: s.routes(), ReadHeaderTimeout: 10 * time.Second, ConnContext: lineOf}
	s.wg.Go(func() { _ = s.server.Serve(lines{lis}) }) // always ErrServerClosed, by Close
	return s, nil
}

// Close ends the workspace and waits until nothing of it runs any more.
func (s *Sim) Close() {
	s.mu.Lock()
	s.cancel() // under the lock: after it no handler enters
	s.mu.Unlock()
	_ = s.server.Close() // closing an open listener does not go wrong in a way that matters here
	s.mu.Lock()
	for _, sock := range s.sockets {
		sock.shut()
	}
	for e := s.unacked.Front(); e != nil; e = e.Next() {
		d, _ := e.Value.(*delivery)
		d.stop()
		d.end()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// enter counts a handler, so that Close waits for it; server.Close does not.
func (s *Sim) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.wg.Add(1)
	return true
}

func (s *Sim) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method...}", s.serveAPI)
	mux.HandleFunc("GET /link/", s.serveSocket)
	mux.HandleFunc("GET /files-pri/{file}/{rest...}", s.serveFile)
	mux.HandleFunc("GET /files-tmb/{file}/{rest...}", s.serveThumb)
	mux.HandleFunc("POST /upload/v1/{ticket}", s.serveUpload)
	mux.HandleFunc("POST /commands/{id}", s.serveResponseURL)
	mux.HandleFunc("/", serveSignIn)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.enter() {
			return
		}
		defer s.wg.Done()
		w.Header().Set("Date", s.cfg.Now().UTC().Format(http.TimeFormat)) // clients learn Slack's clock from it
		mux.ServeHTTP(w, r)
	})
}

// APIURL is the base of the Web API, with the slash at its end.
func (s *Sim) APIURL() string { return s.base() + "/api/" }

func (s *Sim) base() string { return "http://" + s.host }

// BotToken is the token that the Web API takes.
func (s *Sim) BotToken() string { return s.botToken }

// AppToken is the token that apps.connections.open takes.
func (s *Sim) AppToken() string { return s.appToken }

// BotUserID is the app's user, which people mention.
func (s *Sim) BotUserID() string { return s.botUser }

// BotID is the app's bot_id, which its messages carry.
func (s *Sim) BotID() string { return s.botID }

// TeamName is the workspace's name.
func (s *Sim) TeamName() string { return s.cfg.TeamName }

// TeamID is the workspace.
func (s *Sim) TeamID() string { return s.teamID }

// AppID is the app.
func (s *Sim) AppID() string { return s.appID }

// Problems lists what the app did that Slack does not know or that is surely a
// mistake, oldest first. A test of a correct app finds it empty.
func (s *Sim) Problems() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.problems)
}

func (s *Sim) problem(format string, args ...any) {
	s.problems = append(s.problems, fmt.Sprintf(format, args...))
	s.change()
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// newID gives an id in Slack's form. It needs the lock once the Sim is shared,
// as everything below with a small first letter does.
func (s *Sim) newID(prefix string) string {
	b := []byte(prefix + "0")
	for range 9 {
		b = append(b, idLetters[s.rng.IntN(len(idLetters))])
	}
	return string(b)
}

// newTS gives the next ts: the time in microseconds, later than every other.
func (s *Sim) newTS() string {
	us := max(s.cfg.Now().UnixMicro(), s.lastTS+1)
	s.lastTS = us
	return fmt.Sprintf("%d.%06d", us/1e6, us%1e6)
}
