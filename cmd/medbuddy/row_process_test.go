package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// running is a medbuddy process of a row.
type running struct {
	w     *rowWorld
	cmd   *exec.Cmd
	log   *rowLog
	ended chan struct{} // closed when it has ended and its log is read
}

// start starts a process. One that still runs at the end of the test is killed.
func (w *rowWorld) start(set ...string) *running {
	w.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	if end, ok := w.t.Deadline(); ok { // a test binary that runs out of time does not clean up
		cancel()
		ctx, cancel = context.WithDeadline(context.Background(), end.Add(-5*time.Second))
	}
	p := &running{w: w, log: &rowLog{w: w, said: map[string]int{}}, ended: make(chan struct{})}
	self, err := os.Executable()
	if err != nil {
		w.t.Fatal(err)
	}
	p.cmd = exec.CommandContext(ctx, self)
	p.cmd.Dir, p.cmd.Stderr, p.cmd.Env = w.t.TempDir(), p.log, []string{beMedbuddy + "=1"}
	for name, value := range w.with(set...) {
		p.cmd.Env = append(p.cmd.Env, name+"="+value)
	}
	if err := p.cmd.Start(); err != nil {
		cancel()
		w.t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.cmd.Wait() // how it ended is asked of ProcessState
	}()
	w.t.Cleanup(func() {
		cancel()
		<-p.ended
		if w.t.Failed() {
			w.t.Logf("process %d logged %v; at the end:\n%s", p.cmd.Process.Pid, p.log.said, p.log.tail())
		}
	})
	return p
}

// startOpen starts a process and waits until its sockets are open.
func (w *rowWorld) startOpen(set ...string) *running {
	w.t.Helper()
	before := len(w.sim.Sockets())
	p := w.start(set...)
	w.must(20*time.Second, "an open socket", func() bool { return len(w.sim.Sockets()) > before })
	return p
}

func (p *running) signal(sig syscall.Signal) {
	p.w.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.w.t.Fatalf("signal %v: %v", sig, err)
	}
}

// kill ends the process as a crash of the machine would.
func (p *running) kill() {
	p.w.t.Helper()
	p.signal(syscall.SIGKILL)
	<-p.ended
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		p.w.t.Fatalf("before it was killed it ended by itself: %v\n%s", p.cmd.ProcessState, p.log.tail())
	}
}

// stop asks the process to end, as an orchestrator does, and says how long it took.
func (p *running) stop(within time.Duration) (took time.Duration) {
	p.w.t.Helper()
	start := time.Now()
	p.signal(syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(within):
		p.w.t.Fatalf("still running %v after SIGTERM\n%s", within, p.log.tail())
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.w.t.Errorf("exit code %d\n%s", code, p.log.tail())
	}
	return time.Since(start)
}

// figures are the process's own metrics, summed over labels.
func (p *running) figures() map[string]float64 {
	p.w.t.Helper()
	p.log.addr(p.w)
	f, err := p.scrape(p.w.t.Context())
	if err != nil {
		p.w.t.Fatal(err)
	}
	return f
}

// scrape is figures for a process that is known to serve HTTP.
func (p *running) scrape(ctx context.Context) (map[string]float64, error) {
	body, err := httpGet(ctx, "http://"+p.log.addr(p.w)+"/metrics")
	sums := map[string]float64{}
	for line := range strings.Lines(body) {
		name, _, _ := strings.Cut(line, " ")
		name, _, _ = strings.Cut(name, "{")
		// The value is the last word; labels may hold spaces.
		line = strings.TrimSpace(line)
		if v, err := strconv.ParseFloat(line[strings.LastIndexByte(line, ' ')+1:], 64); err == nil {
			sums[name] += v
		}
	}
	return sums, err
}

// rowLog takes a process's log: it keeps the end, counts what was said, and holds
// that nothing private is in it.
type rowLog struct {
	w    *rowWorld
	part []byte // of a line

	mu     sync.Mutex
	last   []string
	said   map[string]int
	listen string
}

// rowLogTail is how many lines are kept to be shown when a row fails.
const rowLogTail = 25

// Write is called by one goroutine alone, that of exec.Cmd.
func (l *rowLog) Write(b []byte) (int, error) {
	l.part = append(l.part, b...)
	for {
		line, rest, whole := bytes.Cut(l.part, []byte("\n"))
		if !whole {
			return len(b), nil
		}
		l.line(line)
		l.part = append(l.part[:0], rest...)
	}
}

func (l *rowLog) line(b []byte) {
	for _, private := range []string{rowWords, "lumbar", "doe_jane", "Nurse Testa", l.w.sim.BotToken(), l.w.sim.AppToken(), testAPIKey} {
		if bytes.Contains(b, []byte(private)) {
			l.w.t.Errorf("the log holds %q", private)
		}
	}
	var entry struct{ Msg, Addr string }
	_ = json.Unmarshal(b, &entry) // the last line of a process that fails is plain text
	l.mu.Lock()
	defer l.mu.Unlock()
	l.said[entry.Msg]++
	if entry.Addr != "" {
		l.listen = entry.Addr
	}
	if l.last = append(l.last, string(b)); len(l.last) > 2*rowLogTail {
		l.last = append(l.last[:0], l.last[rowLogTail:]...)
	}
}

func (l *rowLog) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last[max(0, len(l.last)-rowLogTail):], "\n")
}

// count is how often the process has logged a message.
func (l *rowLog) count(msg string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.said[msg]
}

// addr is where the process serves HTTP.
func (l *rowLog) addr(w *rowWorld) (addr string) {
	w.t.Helper()
	w.must(20*time.Second, "the process to serve HTTP", func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		addr = l.listen
		return addr != ""
	})
	return addr
}
