package emulator_test

import (
	"net/http"
	"os"
	"testing"

	"github.com/medbuddy/medbuddy/store/firestore/emulator"
)

// One that a test starts takes calls, and is gone when the test has ended.
func TestStart(t *testing.T) {
	if os.Getenv(emulator.Variable) != "" {
		t.Skip("one is named in the environment, and stays")
	}
	var host string
	t.Run("started", func(t *testing.T) {
		host = emulator.Start(t)
		resp, err := http.Get("http://" + host)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	})
	if host == "" {
		t.Skip("none is installed")
	}
	if resp, err := http.Get("http://" + host); err == nil {
		resp.Body.Close()
		t.Error("it still runs")
	}
}

// One that is named is used as it is.
func TestStartUsesTheOneThatIsNamed(t *testing.T) {
	t.Setenv(emulator.Variable, "127.0.0.1:1")
	if host := emulator.Start(t); host != "127.0.0.1:1" {
		t.Errorf("Start: %s", host)
	}
}

func TestProjectsDiffer(t *testing.T) {
	if a, b := emulator.Project(), emulator.Project(); a == b {
		t.Error("twice", a)
	}
}
