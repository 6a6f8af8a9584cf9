package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var lookAheadRE = regexp.MustCompile(`\(\?[=!<]`)

// projectRoot is the folder of go.mod.
func projectRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = parent
	}
}

// skip skips the test because something optional is absent; in CI everything
// must be there.
func skip(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(why + ", and CI needs it")
	}
	t.Skip(why)
}
