package main

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// The tests named TestConversation... take each way of steering MedBuddy once, with
// the program as a process: with what people press and say, and by what they see then.

// talk is a ward in conversation with one process.
type talk struct {
	*rowWorld
	channel, ann, ben string
	p                 *running
}

func openTalk(t *testing.T, scale rowScale) *talk {
	t.Helper()
	scale.people, scale.channels, scale.keep = 2, 1, true
	w := &talk{rowWorld: openRow(t, scale)}
	w.channel, w.ann, w.ben = w.channels[0], w.people[0], w.people[1]
	w.p = w.startOpen()
	return w
}

// say posts as a person; root "" begins a thread.
func (w *talk) say(user, root, text string, files ...slacksim.File) (ts string) {
	w.t.Helper()
	ts, err := w.sim.Post(slacksim.Message{Channel: w.channel, User: user, ThreadTS: root, Text: text, Files: files})
	if err != nil {
		w.t.Fatal(err)
	}
	return ts
}

// begun begins a thread about a film, waits for what the model says, and returns both.
func (w *talk) begun(says string, opts ...modelsim.Option) (root string, answer slacksim.Message) {
	w.t.Helper()
	w.model.Answer(modelsim.Text(says, opts...))
	root = w.say(w.ann, "", "@MedBuddy which view is this film?", filmOf(w.t, 1))
	return root, w.answer(root, 1)
}

// ofBot lists MedBuddy's messages of a thread, without the pictures and files.
func (w *talk) ofBot(root string) (said []slacksim.Message) {
	for _, m := range w.sim.Thread(w.channel, root) {
		if m.User == w.sim.BotUserID() && len(m.Files) == 0 {
			said = append(said, m)
		}
	}
	return said
}

// has says whether a message has a button.
func has(m slacksim.Message, action string) bool {
	return strings.Contains(string(m.Blocks), `"action_id":"`+action+`"`)
}

// answer waits for the nth final text in the thread, which can be tried again. What is
// asked of a bot at rest, by whatever way, waits for nothing: not for adopt to come by.
func (w *talk) answer(root string, n int) (m slacksim.Message) {
	w.t.Helper()
	w.must(4*time.Second, "an answer", func() bool {
		said := slices.DeleteFunc(w.ofBot(root), func(m slacksim.Message) bool { return !has(m, "again") })
		if len(said) >= n {
			m = said[n-1]
		}
		return len(said) >= n
	})
	return m
}

// press presses a button, as a person who sees the message does.
func (w *talk) press(user string, m slacksim.Message, action string) {
	w.t.Helper()
	if err := w.sim.Click(w.t.Context(), slacksim.Click{Channel: w.channel, TS: m.TS, User: user, ActionID: action}); err != nil {
		w.t.Fatal(err)
	}
}

// form waits for the dialog that a person sees, once it has a field.
func (w *talk) form(user, field string) (view slacksim.View) {
	w.t.Helper()
	w.must(3*time.Second, "a dialog with "+field, func() bool {
		var open bool
		view, open = w.sim.OpenView(user)
		return open && strings.Contains(string(view.Blocks), `"action_id":"`+field+`"`)
	})
	return view
}

// submit sends a dialog with one or several fields, and returns what is shown at them.
func (w *talk) submit(view slacksim.View, fields map[string]any) map[string]string {
	w.t.Helper()
	values := map[string]map[string]any{}
	for field, value := range fields {
		values[field] = map[string]any{field: value}
	}
	faults, err := w.sim.SubmitRaw(w.t.Context(), view.ID, values)
	if err != nil {
		w.t.Fatal(err)
	}
	return faults
}

func typed(text string) any { return map[string]any{"value": text} }
func chosen(option string) any {
	return map[string]any{"selected_option": map[string]any{"value": option}}
}

// shows fails the test unless a text holds all of what is wanted.
func (w *talk) shows(text string, wants ...string) {
	w.t.Helper()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			w.t.Errorf("%q is missing in %q", want, text)
		}
	}
}

// whispered waits for a sentence that one person alone sees.
func (w *talk) whispered(user, want string) {
	w.t.Helper()
	w.must(10*time.Second, "the sentence "+want, func() bool {
		return slices.ContainsFunc(w.sim.Ephemerals(w.channel), func(m slacksim.Message) bool {
			return m.User == user && strings.Contains(m.Text, want)
		})
	})
}

// last is the newest request to the model.
func (w *talk) last() modelsim.Request {
	w.t.Helper()
	all := w.model.Requests()
	if len(all) == 0 {
		w.t.Fatal("the model was not asked")
	}
	return all[len(all)-1]
}

// labels are the names of the images that a request holds.
func labels(r modelsim.Request) (names []string) {
	for _, img := range r.Images() {
		names = append(names, img.Label)
	}
	return names
}

// filmOf is a small grey PNG whose pixels depend on n.
func filmOf(t *testing.T, n int) slacksim.File {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 300, 240))
	for y := range 240 {
		for x := range 300 {
			img.SetGray(x, y, color.Gray{uint8(x/2 + y/3 + 9*n)})
		}
	}
	var buf bytes.Buffer
	if err := png.Encode(&buf, img); err != nil {
		t.Fatal(err)
	}
	return slacksim.File{Name: "doe_jane_1954.png", Data: buf.Bytes()}
}
