package firestore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/api/option"

	"github.com/medbuddy/medbuddy/store"
)

// callTimeout bounds every call, or each of the commits of a long one, when
// Firestore does not answer at all.
const callTimeout = 20 * time.Second

// Options say which database and how long things are kept.
type Options struct {
	Project       string                // the project's id
	Database      string                // "" is "(default)"
	Retention     time.Duration         // how long after its last turn a thread is kept; above 0
	Now           func() time.Time      // nil: time.Now; see "Clocks" in the package comment
	ClientOptions []option.ClientOption // credentials, a connection to an emulator, ...
}

// Store keeps everything in one Firestore database. It implements store.Store.
type Store struct {
	client    *firestore.Client
	retention time.Duration
	clock     func() time.Time

	commitBytes int           // the most bytes of slices in one commit; less in some tests
	pause       time.Duration // firstPause; less in some tests

	mu      sync.Mutex
	closed  bool
	running sync.WaitGroup // calls that passed enter
}

var _ store.Store = (*Store)(nil)

// Open makes a client for the database. It does not yet talk to it: use Ping.
// FIRESTORE_EMULATOR_HOST is honoured.
func Open(ctx context.Context, o Options) (*Store, error) {
	if o.Retention <= 0 {
		return nil, errors.New("opening Firestore: retention must be above zero")
	}
	var options []option.ClientOption
	for _, dial := range patient() {
		options = append(options, option.WithGRPCDialOption(dial))
	}
	c, err := firestore.NewClientWithDatabase(ctx, o.Project, cmp.Or(o.Database, firestore.DefaultDatabaseID),
		append(options, o.ClientOptions...)...)
	if err != nil {
		return nil, fmt.Errorf("opening Firestore: %w", err)
	}
	s := &Store{client: c, retention: o.Retention, clock: o.Now, commitBytes: store.MaxFinishBytes, pause: firstPause}
	if s.clock == nil {
		s.clock = time.Now
	}
	return s, nil
}

// now is the clock's time as Firestore keeps it.
func (s *Store) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// call is the frame of every method: let in unless closed, bound in time, and
// reported in the store's words.
func (s *Store) call(ctx context.Context, op string, f func(ctx context.Context) error) error {
	return s.callWithin(ctx, op, callTimeout, f)
}

func (s *Store) callWithin(ctx context.Context, op string, bound time.Duration, f func(ctx context.Context) error) error {
	if err := s.enter(); err != nil {
		return wrap(ctx, op, err)
	}
	defer s.running.Done()
	if err := ctx.Err(); err != nil {
		return wrap(ctx, op, err)
	}
	bounded, cancel := context.WithTimeout(ctx, bound)
	defer cancel()
	return wrap(ctx, op, s.patiently(ctx, bounded, f))
}

func (s *Store) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrClosed
	}
	s.running.Add(1)
	return nil
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return store.ErrClosed
	}
	s.closed = true
	s.mu.Unlock()
	s.running.Wait()
	return s.client.Close()
}

// Ping implements store.Store. It costs one write and one read.
func (s *Store) Ping(ctx context.Context) error {
	return s.call(ctx, "ping", func(ctx context.Context) error {
		ref := s.client.Collection("health").Doc("ping")
		now := s.now()
		if err := s.each(ctx, []*firestore.DocumentRef{ref}, func(b *batch, ref *firestore.DocumentRef) {
			b.Set(ref, map[string]any{"at": now, "expire_at": now.Add(store.SeenFor)})
		}); err != nil {
			return err
		}
		_, err := s.get(ctx, ref)
		return err
	})
}

// The documents' names. Keys have been validated: they hold word characters,
// digits and a dot, never a slash.

func (s *Store) thread(k store.ThreadKey) *firestore.DocumentRef {
	return s.client.Collection("threads").Doc(k.String())
}

// seen has a hyphen behind a press because Firestore refuses ids like __x__.
func (s *Store) seen(k store.QuestionKey) *firestore.DocumentRef {
	id := k.String()
	if k.Act != "" {
		id += "-"
	}
	return s.client.Collection("seen").Doc(id)
}

// channel has a word in front because Firestore refuses ids like __x__.
func (s *Store) channel(sc store.Scope) *firestore.DocumentRef {
	return s.client.Collection("settings").Doc("channel-" + sc.Team + "-" + sc.Channel)
}

func question(t *firestore.DocumentRef, gen, id string) *firestore.DocumentRef {
	return t.Collection("questions").Doc(gen + "-" + id)
}

func turn(t *firestore.DocumentRef, gen string, seq int) *firestore.DocumentRef {
	return t.Collection("turns").Doc(fmt.Sprintf("%s-%08d", gen, seq))
}

func image(t *firestore.DocumentRef, gen string, label int) *firestore.DocumentRef {
	return t.Collection("images").Doc(fmt.Sprintf("%s-%08d", gen, label))
}

func slice(t *firestore.DocumentRef, gen string, set setDoc, number int) *firestore.DocumentRef {
	return t.Collection("slices").Doc(fmt.Sprintf("%s-%08d-%s-%03d", gen, set.Label, set.ID, number))
}
