package sqlite

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const tinyVariable = "MEDBUDDY_TEST_TINY"

// TestATinyDisk runs itself again in a mount namespace of its own, where a disk of
// 8 MB in memory lies under a directory. It can be filled to the last byte.
func TestATinyDisk(t *testing.T) {
	if dir := os.Getenv(tinyVariable); dir != "" {
		onATinyDisk(t, dir)
		return
	}
	t.Parallel()
	exe, err := os.Executable()
	must(t, err)
	const script = `mount -t tmpfs -o size=8m medbuddy "$0" && exec env ` + tinyVariable + `="$0" "$@"`
	var refusals []string
	for _, way := range []string{"unshare -m", "unshare -rm", "sudo -n unshare -m"} {
		sh := append(strings.Fields(way), "sh", "-c", script, t.TempDir())
		if out, err := exec.CommandContext(t.Context(), sh[0], append(sh[1:], "true")...).CombinedOutput(); err != nil {
			refusals = append(refusals, way+": "+strings.TrimSpace(string(out)))
			continue
		}
		args := append(sh[1:], exe, "-test.run=^TestATinyDisk$")
		if *full {
			args = append(args, "-full")
		}
		if out, err := exec.CommandContext(t.Context(), sh[0], args...).CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	missing := "no disk in memory may be mounted here: " + strings.Join(refusals, "; ")
	if os.Getenv("CI") == "true" {
		t.Fatal(missing)
	}
	t.Skip(missing)
}

// ballast takes all room on a disk but for so many bytes, or gives it back.
func ballast(t *testing.T, dir string, leave int64) {
	t.Helper()
	name := filepath.Join(dir, "ballast")
	if err := os.Remove(name); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if leave < 0 {
		return
	}
	free, err := freeBytes(dir)
	must(t, err, os.WriteFile(name, make([]byte, free-leave), 0o600))
}

func onATinyDisk(t *testing.T, dir string) {
	path := filepath.Join(dir, "data", "medbuddy.db")
	fresh := func(t *testing.T) { must(t, os.RemoveAll(filepath.Dir(path))) }
	t.Run("full", func(t *testing.T) {
		for round := range rounds(50) {
			fresh(t)
			fullRound(t, round, path,
				func(*filler) { ballast(t, dir, int64(round%17)<<13) },
				func(*filler) { ballast(t, dir, -1) })
		}
	})
	t.Run("nearly full", func(t *testing.T) {
		fresh(t)
		nearlyFull(t, path, 2<<20,
			func() { ballast(t, dir, 1<<20) },
			func() { ballast(t, dir, -1) })
	})
}
