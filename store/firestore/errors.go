package firestore

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/medbuddy/medbuddy/store"
)

// wrap names the operation and turns what Firestore reports into the store's
// errors. It is the only place where one becomes the other.
//
// The server's own text goes along only where the operator needs it (a missing
// database or permission) and where it cannot hold anything that was stored.
func wrap(ctx context.Context, op string, err error) error {
	if err == nil {
		return nil
	}
	if s, ok := status.FromError(err); ok {
		// The client's errors are not the context's even when the context
		// ended: errors.Is(err, context.Canceled) is false for them.
		if ended := ctx.Err(); ended != nil {
			return fmt.Errorf("store %s: %w", op, ended)
		}
		switch s.Code() {
		case codes.PermissionDenied, codes.Unauthenticated, codes.NotFound:
			return fmt.Errorf("store %s: %s: %s", op, s.Code(), s.Message())
		case codes.InvalidArgument, codes.Unimplemented, codes.OutOfRange, codes.DataLoss:
			return fmt.Errorf("store %s: %s", op, s.Code())
		default:
			return fmt.Errorf("store %s: %w (%s)", op, store.ErrUnavailable, s.Code())
		}
	}
	// The bound of the call, not the caller's own.
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return fmt.Errorf("store %s: %w (no answer in time)", op, store.ErrUnavailable)
	}
	return fmt.Errorf("store %s: %w", op, err)
}

// fate is what an error of Commit says about the write.
type fate int

const (
	refused fate = iota // it did not happen and would not happen again
	rival               // a precondition did not hold: a rival wrote, or this was a silent repeat
	unknown             // it may have happened
)

// mayRepeat says whether a write that may be done twice is to be tried again.
func mayRepeat(err error) bool { return passing(err) || status.Code(err) == codes.Aborted }

func fateOf(err error) fate {
	switch status.Code(err) {
	case codes.AlreadyExists, codes.FailedPrecondition, codes.NotFound, codes.Aborted:
		return rival
	case codes.Unknown, codes.Internal, codes.DeadlineExceeded, codes.Unavailable:
		return unknown
	}
	return refused
}
