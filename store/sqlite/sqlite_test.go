package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

func TestContract(t *testing.T) { storetest.Run(t, fresh) }

func TestContend(t *testing.T) {
	t.Parallel()
	storetest.Contend(t, fresh, 50)
}

func TestManyVerdicts(t *testing.T) {
	t.Parallel()
	storetest.ManyVerdicts(t, fresh, func(store.Store, store.ThreadKey) int { return 0 })
}

// fresh is a storetest.Opener.
func fresh(t *testing.T, c storetest.Config) func() store.Store {
	path := filepath.Join(t.TempDir(), "medbuddy.db")
	return func() store.Store {
		s, err := Open(path, Options{Retention: c.Retention, Now: c.Clock.Now})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}
