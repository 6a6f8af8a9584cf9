package firestore

import (
	"testing"
	"time"

	"google.golang.org/grpc"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, c storetest.Config) func() store.Store {
		p := project()
		return func() store.Store { return open(t, p, c.Retention, c.Clock.Now) }
	})
}

func open(tb testing.TB, project string, retention time.Duration, now func() time.Time, i ...grpc.UnaryClientInterceptor) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), Options{Project: project, Retention: retention, Now: now, ClientOptions: emulator(tb, i...)})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}
