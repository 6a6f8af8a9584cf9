package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/medbuddy/medbuddy/store"
	"github.com/medbuddy/medbuddy/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T, c storetest.Config) func() store.Store {
		path := filepath.Join(t.TempDir(), "medbuddy.db")
		return func() store.Store {
			s, err := Open(path, Options{Retention: c.Retention, Now: c.Clock.Now})
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
	})
}
