package imaging

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// decodeTime bounds the preparation of one picture or slice, once it is its turn.
const decodeTime = 10 * time.Second

// What a series may take in all, as the sum over its workers: as long as a picture,
// and a second for each slice that has to be unpacked.
const (
	sliceTime  = time.Second
	seriesTime = 60 * time.Second
)

// overhead is what a preparation takes beside the decoded picture: the square in
// planes and encoded, filters, and the codecs' own state.
const overhead = 12 << 20

// turn runs do once there are so many bytes and so many workers for it. Memory comes
// first, so that no worker stands idle; do takes no turn of its own.
func (p *Preparer) turn(ctx context.Context, workers int, bytes int64, do func() error) error {
	bytes = min(bytes, p.total)
	if err := p.memory.Acquire(ctx, bytes); err != nil {
		return waiting(err)
	}
	defer p.memory.Release(bytes)
	n := int64(min(workers, p.most))
	if err := p.workers.Acquire(ctx, n); err != nil {
		return waiting(err)
	}
	defer p.workers.Release(n)
	return do()
}

// turnWith runs do with the bytes of a DICOM file once there is room for them and
// more, and so many workers. Reading is paid from t; do pays itself. Its archive is
// asked for room before anything else is taken: those who work never wait for it.
func (p *Preparer) turnWith(ctx context.Context, s source, t *purse, workers int, more int64, do func(data []byte) error) error {
	release, err := s.hold(ctx)
	if err != nil {
		return err
	}
	defer release()
	return p.turn(ctx, workers, s.size()+more, func() error {
		data, err := s.read(ctx, t)
		if err != nil {
			return err
		}
		return do(data)
	})
}

func waiting(err error) error { return fmt.Errorf("waiting to prepare an image: %w", err) }

// purse is the working time that an image has left. Waiting for a turn is free.
type purse struct{ left atomic.Int64 }

// newPurse is for so many slices that have to be unpacked.
func newPurse(slices int) *purse {
	var t purse
	t.left.Store(int64(min(seriesTime, decodeTime+time.Duration(slices)*sliceTime)))
	return &t
}

// spend runs do, for at most decodeTime and what is left. A panic is an error.
func (t *purse) spend(ctx context.Context, do func(context.Context) error) error {
	left := time.Duration(t.left.Load())
	if left <= 0 {
		return context.DeadlineExceeded
	}
	limited, cancel := context.WithTimeout(ctx, min(left, decodeTime))
	defer cancel()
	begun := time.Now()
	defer func() { t.left.Add(-int64(time.Since(begun))) }()
	return guard(func() error { return do(limited) })
}

// damaged makes an *Error of any error that is none, other than the end of a context:
// of a panic, above all.
func damaged(format Format, err error) error {
	var own *Error
	if err == nil || errors.As(err, &own) || isContext(err) {
		return err
	}
	return &Error{Kind: KindCut, Format: format, Err: err}
}

// ended tells the end of the caller's context from that of the file's own time.
func ended(ctx context.Context, format Format, err error) error {
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return fmt.Errorf("preparing an image: %w", ctx.Err())
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Kind: KindTimeout, Format: format, Err: err}
	}
	return err
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}
