package bot

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// The whole conversation of a thread as a plain text file. It holds what was written,
// never the names of files.

// export is what the file is made of.
type export struct {
	thread store.Thread
	open   []store.Question       // that have no answer yet
	set    settings               // that hold now
	names  map[string]string      // how people are called, by user id; whoever is missing stands as the id
	self   string                 // MedBuddy's user id
	link   func(ts string) string // URL of a message of the thread, or ""; may be nil
	by     string                 // user id of who asked for it
	at     time.Time
}

// exportText writes the file. What people and the model wrote is indented, so that no
// line of it can pass for one of these.
func exportText(e export) string {
	var b strings.Builder
	e.header(&b)
	e.images(&b)
	b.WriteString("\nCONVERSATION\n")
	asked := map[string]store.Message{}
	for _, t := range e.thread.Turns {
		for _, m := range t.Messages {
			asked[m.TS] = m
			e.message(&b, m)
		}
		if t.Role == store.RoleModel {
			e.answer(&b, t, asked)
		}
	}
	for _, q := range e.open {
		if q.Kind == store.KindCommand || q.Kind == store.KindRefused {
			continue
		}
		text, at := e.readable(q.Text), q.Key.TS
		if q.Of != "" {
			text, at = "("+cameBy(store.Turn{Kind: q.Kind})+")", q.AskedTS
		}
		fmt.Fprintf(&b, "\n[%s] %s, without an answer yet\n%s", utc(tsTime(at)), e.person(q.User), indented(text))
	}
	return b.String()
}

func (e export) header(b *strings.Builder) {
	var models []string
	answers, messages := 0, 0
	for _, t := range e.thread.Turns {
		messages += len(t.Messages)
		if t.Role != store.RoleModel {
			continue
		}
		answers++
		if m := oneLine(t.Model); m != "" && !slices.Contains(models, m) {
			models = append(models, m)
		}
	}
	b.WriteString("MEDBUDDY: EXPORT OF A THREAD\n" + textExportLabel + "\n\n")
	fmt.Fprintf(b, "Channel:   %s\n", oneLine(e.thread.Key.Channel))
	if e.link != nil {
		if to := e.link(e.thread.Key.TS); to != "" {
			fmt.Fprintf(b, "Thread:    %s\n", to)
		}
	}
	fmt.Fprintf(b, "Exported:  %s by %s\n", utc(e.at), e.person(e.by))
	fmt.Fprintf(b, "Holds:     %d messages, %d answers, %d images\n", messages, answers, len(e.thread.Images))
	fmt.Fprintf(b, "Settings:  %s (now)\n", e.set)
	if len(models) > 0 {
		fmt.Fprintf(b, "Model:     %s\n", strings.Join(models, ", "))
	}
}

// images writes the ledger, with the hash of every picture that the model was given.
func (e export) images(b *strings.Builder) {
	b.WriteString("\nIMAGES\n")
	if len(e.thread.Images) == 0 {
		b.WriteString("none\n")
	}
	for _, r := range e.thread.Images {
		if r.Gone {
			fmt.Fprintf(b, "%s: deleted in Slack\n", imageLabel(r.Label))
			continue
		}
		about := slices.Concat(describe(r, len(r.Slices)), []string{sizes(r)}, noteTexts(r.Notes))
		fmt.Fprintf(b, "%s: posted %s by %s; %s\n", imageLabel(r.Label), utc(tsTime(r.MessageTS)), e.person(r.User), oneLine(strings.Join(about, ", ")))
		for _, s := range r.Slices {
			what := "picture"
			if len(r.Slices) > 1 || r.Of > 1 {
				what = fmt.Sprintf("slice %d", s.Number)
			}
			fmt.Fprintf(b, "    %s, %s, SHA-256 %s\n", what, oneLine(s.MIME), oneLine(s.SHA256))
		}
	}
}

// message writes what a person wrote.
func (e export) message(b *strings.Builder, m store.Message) {
	fmt.Fprintf(b, "\n[%s] %s\n", utc(tsTime(m.TS)), e.person(m.User))
	if m.Gone {
		b.WriteString("    (deleted in Slack)\n")
		return
	}
	b.WriteString(indented(e.readable(m.Text)))
	if len(m.Images) > 0 {
		fmt.Fprintf(b, "  Images: %s\n", labelList(m.Images))
	}
	if len(m.Unread) > 0 {
		fmt.Fprintf(b, "  Not read: %s\n", html.UnescapeString(countReasons(m.Unread)))
	}
}

// answer writes what the model answered, how that came about, and what people say of it.
func (e export) answer(b *strings.Builder, t store.Turn, asked map[string]store.Message) {
	at := tsTime(t.AnswerTS)
	if at.IsZero() {
		at = t.At
	}
	to := ""
	if m, ok := asked[t.Of]; ok {
		to = ", to " + e.person(m.User) + " of " + utc(tsTime(m.TS))
	}
	if how := cameBy(t); how != "" {
		to += " (" + how + " by " + e.person(t.User) + ")"
	}
	fmt.Fprintf(b, "\n[%s] MedBuddy, AI draft%s\n%s", utc(at), to, indented(visible(t.Text)))
	if len(t.Images) > 0 {
		fmt.Fprintf(b, "  Looked at: %s\n", lookedList(t.Images, e.thread.Images))
	} else if told(t) {
		b.WriteString("  Looked at: no image\n")
	}
	how := []string{"settings not known"}
	if t.MaxTokens > 0 {
		how[0] = settings{t.Temperature, t.MaxTokens}.String()
	}
	if t.Model != "" {
		how = append(how, "model "+oneLine(t.Model))
	}
	if ended := endedBy(t.FinishedBy); ended != "" {
		how = append(how, ended)
	}
	fmt.Fprintf(b, "  With: %s\n", strings.Join(how, ", "))
	for _, v := range e.thread.Verdicts {
		if v.AnswerTS != t.AnswerTS || t.AnswerTS == "" {
			continue
		}
		if v.Feedback == feedbackGood {
			fmt.Fprintf(b, "  Good: %s\n", e.person(v.User))
		} else if v.Feedback != "" {
			said := reasonSaid(v.Feedback)
			if said == "" {
				said = oneLine(v.Feedback)
			}
			fmt.Fprintf(b, "  Disagreed: %s (%s)\n", e.person(v.User), said)
		}
		if !v.Reviewed.IsZero() {
			fmt.Fprintf(b, "  Reviewed: %s, %s\n", e.person(v.User), utc(v.Reviewed))
		}
	}
}

// person is how somebody is called, with the id.
func (e export) person(user string) string {
	user = oneLine(user)
	if name := oneLine(e.names[user]); name != "" {
		return name + " (" + user + ")"
	}
	return user
}

// readable turns the text of a Slack message into plain text, with people by name.
func (e export) readable(text string) string {
	text = angleRE.ReplaceAllStringFunc(text, func(ref string) string {
		body, label, _ := strings.Cut(ref[1:len(ref)-1], "|")
		switch {
		case body == "@"+e.self:
			return "@MedBuddy"
		case strings.HasPrefix(body, "@"):
			if name := oneLine(e.names[body[1:]]); name != "" {
				return "@" + name
			}
			return body
		case strings.HasPrefix(body, "!") && label == "":
			return "@" + strings.TrimPrefix(body, "!")
		case strings.HasPrefix(body, "#") && label != "":
			return "#" + label
		case strings.HasPrefix(body, "#"), label == "":
			return strings.TrimPrefix(body, "mailto:")
		case label != strings.TrimPrefix(body, "mailto:") && !strings.HasPrefix(body, "!"):
			return label + " (" + body + ")"
		}
		return label
	})
	return visible(html.UnescapeString(text))
}

// oneLine is text without line breaks and what deceives.
func oneLine(text string) string {
	return strings.TrimSpace(spaceRE.ReplaceAllString(lineBreaks.Replace(visible(text)), " "))
}

// lineBreaks are those of Unicode, which some editors show as such.
var lineBreaks = strings.NewReplacer("\u2028", "\n", "\u2029", "\n")

// indented sets text apart from the lines of the file.
func indented(text string) string {
	text = strings.TrimSpace(lineBreaks.Replace(text))
	if text == "" {
		return ""
	}
	return "    " + strings.ReplaceAll(text, "\n", "\n    ") + "\n"
}

// utc writes a time; a time that is not known as such.
func utc(t time.Time) string {
	if t.IsZero() {
		return "time not known"
	}
	return t.UTC().Format("2006-01-02 15:04:05") + " UTC"
}
