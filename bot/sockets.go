package bot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Slack delivers each envelope on any one of an app's sockets, at most ten
// (docs.slack.dev/apis/events-api/using-socket-mode), and closes each socket
// every few hours. With two that were not opened together there is always one.
const (
	defaultSockets = 2
	// defaultSilence is a little less than the 30 seconds after which a socket
	// without a sign of life is to be closed; Slack pings more often.
	defaultSilence = 28 * time.Second
	// staggerFor lies between the hello of one socket and the opening of the next:
	// longer than a socket takes to be opened again, so that those that Slack
	// closes in the order of their age are not closed at once.
	staggerFor = 2 * time.Second
	// staggerMost is how long a socket waits for the one before it: that one may
	// have no luck.
	staggerMost = 5 * time.Second
)

// listen keeps the sockets open and hands every envelope to intake. It returns
// when ctx ends or when Slack refuses any of them for good, and leaves nothing
// running.
func (b *Bot) listen(ctx, work context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, len(b.sockets))
	for i, s := range b.sockets {
		var before *socket
		if i > 0 {
			before = b.sockets[i-1]
		}
		go func() {
			if err := b.stagger(ctx, before); err != nil {
				ended <- err
				return
			}
			ended <- b.keepOpen(ctx, work, s)
		}()
	}
	err := <-ended
	stop()
	for range len(b.sockets) - 1 {
		<-ended
	}
	return err
}

// stagger waits for the socket before.
func (b *Bot) stagger(ctx context.Context, before *socket) error {
	if before == nil {
		return nil
	}
	late, cancel := context.WithTimeout(ctx, staggerMost)
	defer cancel()
	select {
	case <-before.greeted:
		return sleep(ctx, b.timing.stagger)
	case <-late.Done():
		return ctx.Err()
	}
}

// connected says whether Slack can reach MedBuddy: on a socket that said hello
// and was heard of since.
func (b *Bot) connected() error {
	err := errors.New("no socket to Slack is open")
	for _, s := range b.sockets {
		open, heard := s.state()
		switch {
		case open && time.Since(heard) < b.cfg.SocketSilence:
			return nil
		case open:
			err = fmt.Errorf("nothing came from Slack for %v", time.Since(heard).Round(time.Second))
		}
	}
	return err
}

// socketClosed notes that a socket is open no more. What is written while none is
// may never be delivered. Another that seems to be open may be gone as well, and not
// have noticed; to compare a thread once more costs nothing when it is asked in.
func (b *Bot) socketClosed() {
	b.wholes.deaf()
	for _, s := range b.sockets {
		if open, _ := s.state(); open {
			return
		}
	}
	b.seen.deaf()
}

// heardAgo is the time since anything came from Slack on any socket.
func (b *Bot) heardAgo() time.Duration {
	var last time.Time
	for _, s := range b.sockets {
		if _, heard := s.state(); heard.After(last) {
			last = heard
		}
	}
	if last.IsZero() {
		last = b.made
	}
	return time.Since(last)
}

// shutOpening keeps every socket from being opened until Slack takes it again:
// the limit is the app's.
func (b *Bot) shutOpening(until time.Time) {
	for _, s := range b.sockets {
		s.pace.shut(until)
	}
}

// exportSockets offers the state of the sockets as metrics.
func (b *Bot) exportSockets(r prometheus.Registerer) {
	b.reopened = prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "medbuddy", Name: "socket_reconnects_total",
		Help: "Sockets to Slack opened again, by what ended the one before: asked, dropped, silent, refused."}, []string{"reason"})
	if r == nil {
		return
	}
	r.MustRegister(b.reopened,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "medbuddy", Name: "sockets_open",
			Help: "Sockets to Slack that are open."}, func() float64 {
			n := 0
			for _, s := range b.sockets {
				if open, _ := s.state(); open {
					n++
				}
			}
			return float64(n)
		}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Namespace: "medbuddy", Name: "socket_silence_seconds",
			Help: "Time since anything came from Slack on a socket."}, func() float64 { return b.heardAgo().Seconds() }))
}
