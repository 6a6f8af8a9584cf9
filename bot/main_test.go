package bot_test

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// Everything that a bot starts has ended when Run has returned, and everything
// around it when its test has: no goroutine is left when all tests are through.
//
// Tests that run in parallel mostly wait, for each other's pauses and for the
// bot's: many at once do not need many processors. -parallel says otherwise.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}
