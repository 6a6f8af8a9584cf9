package bot

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/medbuddy/medbuddy/store"
)

// running knows the answers that are being made in this process, so that each can be
// ended by itself: because somebody pressed Stop, or because its question was
// deleted. The zero running is empty.
type running struct {
	mu  sync.Mutex
	end map[string]context.CancelCauseFunc // by the key of the question
}

// errStopped is the cause with which an answer ends that a person wants no more.
type errStopped struct{ user string }

func (errStopped) Error() string { return "bot: stopped by a person" }

// errDeleted is the cause with which an answer ends whose question was deleted.
var errDeleted = errors.New("bot: the question was deleted")

// begin makes the context of an answer's work. Saying the outcome and remembering it
// goes on under ctx when the work is ended.
func (r *running) begin(ctx context.Context, key string) (work context.Context, leave func()) {
	work, end := context.WithCancelCause(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end == nil {
		r.end = map[string]context.CancelCauseFunc{}
	}
	r.end[key] = end
	return work, func() {
		end(nil)
		r.mu.Lock()
		defer r.mu.Unlock()
		delete(r.end, key)
	}
}

// stop ends the work on a question, and says whether there was any here.
func (r *running) stop(key string, cause error) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	end, ok := r.end[key]
	if ok {
		end(cause)
	}
	return ok
}

// ended is why the work of an answer was ended by a person: errStopped or
// errDeleted; nil when it was not.
func ended(work context.Context) error {
	cause := context.Cause(work)
	var stopped errStopped
	if errors.As(cause, &stopped) || errors.Is(cause, errDeleted) {
		return cause
	}
	return nil
}

// orEnded is the cause with which a person has ended the work, or else err.
func orEnded(work context.Context, err error) error {
	if cause := ended(work); cause != nil && err != nil {
		return cause
	}
	return err
}

// working makes the context of an answer's work. It ends when somebody wants no
// answer any more: at once when that was said to this process, and after a look into
// the store (watchEvery) when it was said to another.
func (b *Bot) working(ctx context.Context, j *job) (_ context.Context, leave func()) {
	key := j.question.Key.String()
	work, end := b.running.begin(ctx, key)
	j.ended = func() error { return ended(work) }
	if by := j.question.StoppedBy; by != "" {
		b.running.stop(key, errStopped{by})
	}
	var watching sync.WaitGroup
	watching.Go(func() {
		for sleep(work, watchEvery) == nil {
			open, err := b.cfg.Store.Open(work, j.question.Thread)
			if err != nil {
				continue // the lease ends first when the store stays away
			}
			at := slices.IndexFunc(open, func(q store.Question) bool { return q.Key == j.question.Key })
			switch {
			case at < 0 && j.closing.Load(): // by this very answer, perhaps, and it has not heard of it yet
			case at < 0:
				b.running.stop(key, errDeleted)
			case open[at].StoppedBy != "":
				b.running.stop(key, errStopped{open[at].StoppedBy})
			}
		}
	})
	return work, func() { end(); watching.Wait() }
}

// watchEvery is how often the store is asked whether a running answer is still wanted.
const watchEvery = leaseRenew
