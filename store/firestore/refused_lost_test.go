package firestore

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

// Rivals do not use up the tries of a record whose answer is lost: only answers
// that are lost count, as in every other write.
func TestRefusedAmongRivalsAndLostAnswers(t *testing.T) {
	ends := []codes.Code{codes.Aborted, codes.Aborted, codes.Aborted, codes.Aborted, codes.Internal, codes.Internal}
	var commits atomic.Int32
	s := open(t, project(), retention, storetest.NewClock().Now, grpc.WithChainUnaryInterceptor(
		func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if strings.HasSuffix(method, "/Commit") {
				if n := int(commits.Add(1)); n <= len(ends) {
					return status.Error(ends[n-1], "made up")
				}
			}
			return invoke(ctx, method, req, reply, cc, opts...)
		}))
	defer s.Close()
	q := asking(here, "1700000003.000100")
	q.Kind = store.KindRefused
	first, err := s.Admit(t.Context(), q)
	if err != nil || !first {
		t.Errorf("Admit after %d commits: %v, %v, want true", commits.Load(), first, err)
	}

	// One too many is the end of it.
	commits.Store(int32(len(ends)) - 3)
	ends[3] = codes.Internal
	q.Key.TS = "1700000004.000100"
	if _, err := s.Admit(t.Context(), q); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("Admit when the answer is lost time and again: %v, want ErrUnavailable", err)
	}
}
