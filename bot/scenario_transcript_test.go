package bot_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// This file writes down what people see, with what differs from run to run masked.

var masks = []struct {
	re *regexp.Regexp
	by string
}{
	{regexp.MustCompile(`(eference[a-z ]*: )[0-9a-f]{6}\b`), "${1}REF"},
	{regexp.MustCompile(`\([0-9hms.]+ so far\)`), "(TIME so far)"},
}

// threads writes the channel as its people see it: who says what, thread by thread.
func (s *scenario) threads() string {
	var b strings.Builder
	for i, root := range s.roots() {
		if i > 0 {
			b.WriteString("--\n")
		}
		remarks := 0
		for _, m := range s.w.sim.Thread(s.w.channel, root) {
			if strings.HasPrefix(m.Text, remark+" ") {
				remarks++
				continue
			}
			if remarks > 0 {
				fmt.Fprintf(&b, "(%d remarks)\n", remarks)
				remarks = 0
			}
			b.WriteString(s.who(m.User) + ": " + s.says(m))
		}
	}
	return b.String()
}

func (s *scenario) roots() (roots []string) {
	for _, m := range s.w.sim.All(s.w.channel) {
		root := m.ThreadTS
		if root == "" {
			root = m.TS
		}
		if !slices.Contains(roots, root) {
			roots = append(roots, root)
		}
	}
	return roots
}

// says is a message as it is read: further lines are indented.
func (s *scenario) says(m slacksim.Message) string {
	text := m.Plain
	for _, mask := range masks {
		text = mask.re.ReplaceAllString(text, mask.by)
	}
	for _, f := range m.Files {
		what := "[file]"
		if strings.HasSuffix(f.Name, ".png") {
			what = "[picture]"
		}
		text = strings.TrimSpace(text + " " + what)
	}
	if m.Edited {
		text += " (edited)"
	}
	var b strings.Builder
	for i, line := range strings.Split(text, "\n") {
		if line != "" && i > 0 {
			line = "  " + line
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

// who names a person as the steps do.
func (s *scenario) who(id string) string {
	for name, person := range s.people {
		if person == id {
			return name
		}
	}
	if id == s.w.sim.BotUserID() {
		return "MedBuddy"
	}
	return "somebody"
}

// private writes what single people were shown.
func (s *scenario) private() string {
	var b strings.Builder
	for _, told := range s.told {
		b.WriteString(strings.TrimSpace(told) + "\n")
	}
	for _, m := range s.w.sim.Ephemerals(s.w.channel) {
		b.WriteString("to " + s.who(m.User) + ": " + s.says(m))
	}
	return b.String()
}

// asked writes what the model was asked.
func (s *scenario) asked() string {
	var b strings.Builder
	for _, r := range s.w.model.Requests() {
		images := "images"
		if len(r.Images()) == 1 {
			images = "image"
		}
		fmt.Fprintf(&b, "%d. %d %s: %s\n", r.N, len(r.Images()), images, strings.Join(strings.Fields(r.Question()), " "))
	}
	return b.String()
}

// logged writes each different warning and error once, in the order of the
// alphabet: what happens at the same time has no order.
func (s *scenario) logged() string {
	var out []string
	for line := range strings.Lines(s.w.log.String()) {
		var entry struct{ Level, Msg string }
		must(s.t, json.Unmarshal([]byte(line), &entry))
		if said := strings.ToLower(entry.Level) + ": " + entry.Msg + "\n"; entry.Level != "INFO" && entry.Level != "DEBUG" && !slices.Contains(out, said) {
			out = append(out, said)
		}
	}
	slices.Sort(out)
	return strings.Join(out, "")
}

// saidAll lists what MedBuddy says to everybody now.
func (s *scenario) saidAll() (said []string) {
	for _, m := range s.w.sim.All(s.w.channel) {
		if m.User == s.w.sim.BotUserID() && len(m.Files) == 0 {
			said = append(said, m.Text)
		}
	}
	return said
}

// settled counts the messages of MedBuddy's, when none of them is a passing one.
func (s *scenario) settled() int {
	said := s.saidAll()
	if slices.ContainsFunc(said, passing) {
		return 0
	}
	return len(said)
}

// first groups the first messages of MedBuddy's answers by question: further ones
// go on where a first one ends.
func (s *scenario) first() map[string][]string {
	by := map[string][]string{}
	for _, m := range s.w.sim.All(s.w.channel) {
		var meta struct {
			Payload struct {
				Question string  `json:"question"`
				Part     float64 `json:"part"`
			} `json:"event_payload"`
		}
		if m.User == s.w.sim.BotUserID() && json.Unmarshal(m.Metadata, &meta) == nil && meta.Payload.Question != "" && meta.Payload.Part == 0 {
			by[meta.Payload.Question] = append(by[meta.Payload.Question], m.Text)
		}
	}
	return by
}
