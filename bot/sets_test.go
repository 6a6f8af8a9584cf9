package bot

import (
	"testing"
	"testing/synctest"
	"time"
)

// A question counts as untouched only as long as nobody else can have had its
// thread: else its thread is searched before anything is posted.
func TestOwnQuestionsAreFreshForAMoment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s ownSet
		for _, key := range []string{"quick", "spoilt", "waited", "slow"} {
			s.add(key)
		}
		s.spoil("spoilt")
		s.spoil("never there")
		held := time.Now()
		check := func(key string, wantOwn, wantFresh bool) {
			t.Helper()
			if own, fresh := s.take(key, held); own != wantOwn || fresh != wantFresh {
				t.Errorf("%s: own %v, fresh %v", key, own, fresh)
			}
		}
		check("quick", true, true)
		check("quick", false, false)
		check("spoilt", true, false)
		check("never there", false, false)
		<-time.After(leaseFor)
		s.add("held")
		check("waited", true, true) // behind another one, in a thread that was held all the time
		check("held", true, true)
		held = time.Now()
		check("slow", true, false)
	})
}
