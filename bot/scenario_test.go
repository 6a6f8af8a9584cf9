package bot_test

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/medbuddy/medbuddy/store"
)

// A fault is a text file, testdata/faults/*.txtar. Its comment says what goes
// wrong and what is promised; then come
//
//	world    how this workspace differs from an ordinary one (scenario_world_test.go)
//	steps    what happens, one step a line (scenario_steps_test.go, scenario_trouble_test.go)
//	thread   the threads as people see them in the end
//	private  what single people were shown; only where it is of use
//	model    what the model was asked; only where it is of use
//	log      the warnings and errors in the log; only where it is of use
//
// The last four are golden: go test -update writes them. Besides, whatever the
// fault: every question has one message of MedBuddy's that is not a passing one,
// is closed in the store and acked to Slack, and what newWorld looks at holds.
func TestFaults(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/faults/*.txtar")
	must(t, err)
	if len(files) == 0 {
		t.Fatal("no faults in testdata/faults")
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			must(t, err)
			a := txtar.Parse(data)
			if len(bytes.TrimSpace(a.Comment)) == 0 {
				t.Error("the file does not say what goes wrong and what is promised")
			}
			s := newScenario(t, section(a, "world"))
			for _, line := range lines(section(a, "steps")) {
				s.step(line)
			}
			s.end()
			s.compare(file, a)
		})
	}
}

// end lets Slack deliver again what has no ack, waits until all is done and stops
// the bot, then looks at what must hold after every fault.
func (s *scenario) end() {
	s.t.Helper()
	s.redeliver()
	s.until("every ack", func() bool { return s.unacked() == 0 })
	s.store.wait(s.t, s.w.ctx, "every question to be closed", func() bool { return s.open() == 0 })
	must(s.t, s.w.stop())
	for question, messages := range s.first() {
		if len(messages) != 1 {
			s.t.Errorf("%d messages stand for one question (%s): %q", len(messages), question, messages)
		}
		for _, text := range messages {
			if passing(text) {
				s.t.Errorf("what the thread says in the end is a passing text: %q", text)
			}
		}
	}
}

// open counts the open questions of the workspace.
func (s *scenario) open() int {
	n := 0
	for _, m := range s.w.sim.All(s.w.channel) {
		if m.ThreadTS != "" && m.ThreadTS != m.TS {
			continue
		}
		open, err := s.w.store.Open(s.w.ctx, store.ThreadKey{Team: s.w.sim.TeamID(), Channel: s.w.channel, TS: m.TS})
		must(s.t, err)
		n += len(open)
	}
	return n
}

// unacked counts the events that wait for an ack. What is not sent again (a
// command, a frame of no known kind) has its answer, or none ever.
func (s *scenario) unacked() int {
	n := 0
	for _, e := range s.w.sim.Unacked() {
		if !e.GaveUp {
			n++
		}
	}
	return n
}

// byChance is a line of the log that stands there or not: catch-up may come upon the
// fault of the scenario, too, or after it.
const byChance = "warn: catching up broke off; trying again\n"

// compare holds the sections that the file has against what is there, or writes
// them when the test is run with -update.
func (s *scenario) compare(path string, a *txtar.Archive) {
	s.t.Helper()
	update := flag.Lookup("update").Value.String() == "true" // prompt_test.go has it
	is := map[string]func() string{"thread": s.threads, "private": s.private, "model": s.asked, "log": s.logged}
	if update && !slices.ContainsFunc(a.Files, func(f txtar.File) bool { return f.Name == "thread" }) {
		a.Files = append(a.Files, txtar.File{Name: "thread"})
	}
	seen := map[string]bool{}
	for i, f := range a.Files {
		seen[f.Name] = true
		now, golden := is[f.Name]
		switch {
		case !golden && f.Name != "world" && f.Name != "steps":
			s.t.Errorf("there is no section %q", f.Name)
		case !golden:
		case update:
			a.Files[i].Data = []byte(now())
		case true:
			is := now()
			if !strings.Contains(string(f.Data), byChance) {
				is = strings.ReplaceAll(is, byChance, "")
			}
			if diff := cmp.Diff(strings.Split(string(f.Data), "\n"), strings.Split(is, "\n")); diff != "" {
				s.t.Errorf("%s is not as in the file (-file +now):\n%s", f.Name, diff)
			}
		}
	}
	if !seen["steps"] || !seen["thread"] {
		s.t.Error("the file needs steps and a thread")
	}
	if update {
		must(s.t, os.WriteFile(path, txtar.Format(a), 0o600))
	}
}

func section(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// lines are the lines that say something; # begins a remark.
func lines(text string) (out []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}

// passing says that a text of MedBuddy's is not its last word.
func passing(text string) bool {
	return unsettled(text) || strings.Contains(text, "I am being restarted")
}

// within bounds one wait of a scenario, so that one that hangs tells which.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, time.Minute)
}
