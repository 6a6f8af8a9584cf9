package bot

import (
	"context"
	"fmt"
	"testing"

	"github.com/medbuddy/medbuddy/store"
)

// listStore lists threads that nobody takes.
type listStore struct {
	store.Store
	threads []store.ThreadKey
}

func (s listStore) Abandoned(_ context.Context, limit int) ([]store.ThreadKey, error) {
	return s.threads[:min(limit, len(s.threads))], nil
}

// However many threads stand before it in the list, each one comes up.
func TestEveryAbandonedThreadIsListed(t *testing.T) {
	for _, n := range []int{0, 1, adoptSome, adoptSome + 1, 1000, adoptMost} {
		s := listStore{}
		for i := range n {
			s.threads = append(s.threads, store.ThreadKey{Team: "T1", Channel: "C1", TS: fmt.Sprintf("%d.000000", i+1)})
		}
		b := &Bot{cfg: Config{Store: s}}
		limit, known := adoptSome, map[store.ThreadKey]bool{}
		for range 8 {
			threads, next, err := b.abandoned(t.Context(), limit, known)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range threads {
				known[key] = true
			}
			limit = next
		}
		if len(known) != n {
			t.Errorf("of %d threads %d were listed", n, len(known))
		}
		b.cfg.Store = listStore{}
		for range 8 {
			_, limit, _ = b.abandoned(t.Context(), limit, known)
		}
		if limit != adoptSome {
			t.Errorf("after %d threads it still asks for %d", n, limit)
		}
	}
}
