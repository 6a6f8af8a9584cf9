package firestore

import (
	"context"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"sync"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/medbuddy/medbuddy/store"
)

// When Firestore is away or over its quota, its client repeats what it may until
// the context ends, and some things not at all. A caller would learn nothing for as
// long as it waits, and a database that is over its quota would be asked all the
// more. So each call of the store has a patience: it counts the requests that
// failed one after the other, makes each wait longer than the one before, and ends
// the call with the last. It listens in the gRPC connection, beneath every repeat.

// tries is how many requests of one call may fail in a row. With firstPause and the
// client's own pauses that takes about 1.5 s, which is less than Slack waits for
// an ack.
const (
	tries      = 5
	firstPause = 100 * time.Millisecond
)

// A patience is that of one call.
type patience struct {
	end   context.CancelFunc
	pause time.Duration // after the first failure; twice as long after each

	mu     sync.Mutex
	failed int
	last   codes.Code
}

type patienceKey struct{}

// passing says of an error whether the same request may succeed a little later. A
// commit that is ABORTED met rivals: that is no trouble of Firestore's.
func passing(err error) bool {
	s, ok := status.FromError(err)
	if !ok {
		return false
	}
	switch s.Code() {
	case codes.Unavailable, codes.ResourceExhausted, codes.DeadlineExceeded, codes.Internal, codes.Unknown:
		return true
	}
	return false
}

// heard takes note of how a request ended, and waits when it is to be repeated.
func heard(ctx context.Context, err error) {
	p, ok := ctx.Value(patienceKey{}).(*patience)
	if !ok {
		return
	}
	wait := p.count(err)
	if wait == 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

func (p *patience) count(err error) (wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !passing(err) {
		p.failed = 0
		return 0
	}
	p.last = status.Code(err)
	if p.failed++; p.failed >= tries {
		p.end()
		return 0
	}
	most := p.pause << (p.failed - 1)
	return most/2 + mathrand.N(most/2+1)
}

// over says whether the call was ended, and with what.
func (p *patience) over() (last codes.Code, over bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last, p.failed >= tries
}

// patient are the options of a connection that hears how requests end.
func patient() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithChainUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			err := invoke(ctx, method, req, reply, cc, opts...)
			heard(ctx, err)
			return err
		}),
		grpc.WithChainStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			s, err := streamer(ctx, desc, cc, method, opts...)
			if err != nil {
				heard(ctx, err)
				return nil, err
			}
			return &patientStream{s}, nil
		}),
	}
}

type patientStream struct{ grpc.ClientStream }

func (s *patientStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	if !errors.Is(err, io.EOF) {
		heard(s.Context(), err)
	}
	return err
}

// patiently runs f, which talks to Firestore, until its patience is over. The end of
// a deadline, the caller's own too, is then Firestore's: it did not answer in time.
func (s *Store) patiently(ctx, bounded context.Context, f func(ctx context.Context) error) error {
	inner, end := context.WithCancel(bounded)
	defer end()
	p := &patience{end: end, pause: s.pause}
	err := f(context.WithValue(inner, patienceKey{}, p))
	_, fromServer := status.FromError(err)
	if err == nil || !fromServer && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err // done, or decided here
	}
	last, over := p.over()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("%w: %w", store.ErrUnavailable, context.DeadlineExceeded)
	case over && ctx.Err() == nil:
		return status.Error(last, "")
	}
	return err
}

// again repeats f, which only reads, while it meets trouble that passes.
func (s *Store) again(ctx context.Context, f func() error) error {
	for attempt := 0; ; attempt++ {
		err := f()
		if !passing(err) || ctx.Err() != nil {
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// get reads documents, in the order of refs.
func (s *Store) get(ctx context.Context, refs ...*firestore.DocumentRef) (docs []*firestore.DocumentSnapshot, err error) {
	err = s.again(ctx, func() (err error) {
		docs, err = s.client.GetAll(ctx, refs)
		return err
	})
	return docs, err
}

// query reads all documents that a query finds.
func (s *Store) query(ctx context.Context, q firestore.Query) (docs []*firestore.DocumentSnapshot, err error) {
	err = s.again(ctx, func() (err error) {
		docs, err = q.Documents(ctx).GetAll()
		return err
	})
	return docs, err
}
