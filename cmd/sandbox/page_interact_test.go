package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// interact posts what a person does and gives what the page is told.
func (h *ward) interact(path string, in interaction) (errors map[string]string, sentence string) {
	h.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		h.t.Fatal(err)
	}
	resp, data := h.do(http.MethodPost, path, "application/json", bytes.NewReader(body))
	var out struct {
		Errors map[string]string
		Error  string
	}
	if err := json.Unmarshal(data, &out); err != nil || (resp.StatusCode == http.StatusOK) != (out.Error == "") {
		h.t.Fatalf("%s: %d %s", path, resp.StatusCode, data)
	}
	return out.Errors, out.Error
}

// refused demands that nothing came of it, in these words.
func (h *ward) refused(what, path string, in interaction, want string) {
	h.t.Helper()
	if _, got := h.interact(path, in); got != want {
		h.t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (h *ward) fine(path string, in interaction) {
	h.t.Helper()
	if errs, got := h.interact(path, in); got != "" || len(errs) > 0 {
		h.t.Fatalf("%s: %q %v", path, got, errs)
	}
}

func (h *ward) until(what string, cond func() bool) {
	h.t.Helper()
	if err := h.sim.Wait(h.t.Context(), cond); err != nil {
		h.t.Fatalf("%s: %v", what, err)
	}
}

const (
	unanswered = "MedBuddy did not answer in time. Try again?"
	nobody     = "There is no such person to act as."
	notOpen    = "This dialog is not open any more."
)

// TestPressingWithoutAnApp: the person hears that nobody answered, and what is not
// there cannot be pressed.
func TestPressingWithoutAnApp(t *testing.T) {
	h := openWard(t, slacksim.Config{AckTimeout: 50 * time.Millisecond, Shortcuts: callbackIDs(shortcuts)})
	app := startStandIn(t, h.sim)
	root, _ := h.send(h.ann, h.radiology, "", "root", nil)
	ts := app.post(h.radiology, root, `[{"type":"actions","block_id":"b","elements":[
		{"type":"button","action_id":"dead","text":{"type":"plain_text","text":"Press"}}]}]`)
	press := interaction{User: h.ann, Channel: h.radiology, TS: ts, ActionID: "dead", BlockID: "b"}
	h.refused("an app that does not ack", "/click", press, unanswered)
	for what, change := range map[string]func(*interaction){
		"another button": func(in *interaction) { in.ActionID = "other" },
		"another place":  func(in *interaction) { in.Channel = h.dm },
		"no message":     func(in *interaction) { in.TS = "1700000000.000001" },
		"no view":        func(in *interaction) { in.View = "V0" },
	} {
		in := press
		change(&in)
		h.refused(what, "/click", in, "This button is not there any more.")
	}
	take := interaction{User: h.ben, Channel: h.radiology, TS: root, CallbackID: "unknown"}
	h.refused("no such shortcut", "/shortcut", take, "This shortcut does not work on this message.")
	for _, path := range []string{"/click", "/shortcut", "/view/submit", "/view/close", "/home", "/delete"} {
		h.refused(path+" as the bot", path, interaction{User: h.sim.BotUserID()}, nobody)
		resp, _ := h.do(http.MethodPost, path, "", strings.NewReader(`{"user":"`+h.ann+`","value":"`+strings.Repeat("x", maxForm)+`"}`))
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s with too much: status %d", path, resp.StatusCode)
		}
	}
}

// TestModalIsItsPersons: nobody else sees, submits or closes it, and errors come
// back by block.
func TestModalIsItsPersons(t *testing.T) {
	h := openWard(t, slacksim.Config{Shortcuts: callbackIDs(shortcuts)})
	startStandIn(t, h.sim)
	root, _ := h.send(h.ann, h.radiology, "", "root", nil)
	h.fine("/shortcut", interaction{User: h.ann, Channel: h.radiology, TS: root, CallbackID: "ask_about_message"})
	h.until("the modal", func() bool { _, open := h.sim.OpenView(h.ann); return open })
	view := h.state(h.ann, h.radiology, "").Modal
	if view == nil || !bytes.Contains(view.View, []byte(`"Ask MedBuddy"`)) || !bytes.Contains(view.Blocks, []byte(`"question"`)) {
		t.Fatalf("her modal %+v", view)
	}
	if his := h.state(h.ben, h.radiology, "").Modal; his != nil {
		t.Errorf("he sees her modal: %+v", his)
	}
	h.refused("his submission", "/view/submit", interaction{User: h.ben, View: view.ID}, notOpen)
	h.fine("/view/close", interaction{User: h.ben, View: view.ID})
	if h.state(h.ann, h.radiology, "").Modal == nil {
		t.Error("he closed her modal")
	}
	form := func(text any) interaction {
		return interaction{User: h.ann, View: view.ID, Values: map[string]map[string]any{"question": {"v": map[string]any{"type": "plain_text_input", "value": text}}}}
	}
	if errs, sentence := h.interact("/view/submit", form(nil)); sentence != "" || errs["question"] != "Please complete this required field." {
		t.Errorf("an empty form: %v %q", errs, sentence)
	}
	h.refused("a field that is not there", "/view/submit",
		interaction{User: h.ann, View: view.ID, Values: map[string]map[string]any{"other": {"v": map[string]any{"value": "x"}}}},
		"We had some trouble connecting. Try again?")
	h.fine("/view/submit", form("why?"))
	h.until("the question", func() bool { return len(h.sim.Thread(h.radiology, root)) == 2 })
	h.refused("a form that was sent", "/view/submit", form("again"), notOpen)
}

// TestHomeIsItsPersons: it is published when its person opens it, for that person.
func TestHomeIsItsPersons(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	startStandIn(t, h.sim)
	h.fine("/home", interaction{User: h.ann})
	h.until("the Home", func() bool { _, is := h.sim.Home(h.ann); return is })
	hers, his := h.state(h.ann, h.radiology, "").Home, h.state(h.ben, h.radiology, "").Home
	if hers == nil || !bytes.Contains(hers.Blocks, []byte("MedBuddy reads along")) || his != nil {
		t.Fatalf("hers %+v and his %+v, want hers only", hers, his)
	}
	h.refused("his press in her Home", "/click", interaction{User: h.ben, View: hers.ID, ActionID: "settings"}, "This button is not there any more.")
}

// TestDeletingOnesOwn: a person deletes their own messages and the files in them,
// and nothing else.
func TestDeletingOnesOwn(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	ts, _ := h.send(h.ann, h.radiology, "", "hers", map[string][]byte{"a.png": {1}})
	other, _ := h.send(h.ann, h.radiology, "", "another of hers", map[string][]byte{"b.png": {2}})
	file := h.sim.Thread(h.radiology, ts)[0].Files[0].ID
	const yours, gone = "Only your own messages can be deleted.", "This file is not there any more."
	h.refused("his deleting", "/delete", interaction{User: h.ben, Channel: h.radiology, TS: ts}, yours)
	h.refused("his deleting of her file", "/delete", interaction{User: h.ben, Channel: h.radiology, TS: ts, File: file}, yours)
	h.refused("a file of another message", "/delete", interaction{User: h.ann, Channel: h.radiology, TS: other, File: file}, gone)
	h.fine("/delete", interaction{User: h.ann, Channel: h.radiology, TS: ts, File: file})
	if f := h.state(h.ann, h.radiology, ts).Thread[0].Files[0]; !f.Gone || f.Image {
		t.Errorf("her file %+v, want it gone", f)
	}
	if resp, _ := h.do(http.MethodGet, "/file/"+file, "", nil); resp.StatusCode != http.StatusNotFound {
		t.Errorf("the deleted file is served: %d", resp.StatusCode)
	}
	h.refused("the file once more", "/delete", interaction{User: h.ann, Channel: h.radiology, TS: ts, File: file}, gone)
	h.fine("/delete", interaction{User: h.ann, Channel: h.radiology, TS: ts})
	if list := h.state(h.ann, h.radiology, "").Messages; len(list) != 1 || list[0].TS != other {
		t.Errorf("messages %+v, want the other one", list)
	}
	h.refused("the message once more", "/delete", interaction{User: h.ann, Channel: h.radiology, TS: ts}, yours)
}

// TestWhereAMessageIs: a permalink is followed to what its reader may see.
func TestWhereAMessageIs(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	root, _ := h.send(h.ann, h.radiology, "", "root", nil)
	reply, _ := h.send(h.ben, h.radiology, root, "reply", nil)
	private, _ := h.send(h.ann, h.dm, "", "only to the bot", nil)
	removed, _ := h.send(h.ann, h.radiology, "", "removed", nil)
	if err := h.sim.Delete(h.radiology, removed); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user, channel, ts, thread string
		found                     bool
	}{
		{h.ben, h.radiology, root, "", true},
		{h.ben, h.radiology, reply, root, true},
		{h.ann, h.dm, private, "", true},
		{h.ben, h.dm, private, "", false},
		{h.ann, h.radiology, removed, "", false},
		{"U0NOBODY", h.radiology, root, "", false},
	} {
		resp, data := h.do(http.MethodGet, "/where?user="+c.user+"&channel="+c.channel+"&ts="+c.ts, "", nil)
		var out struct{ Thread, Error string }
		if err := json.Unmarshal(data, &out); err != nil {
			t.Fatal(err)
		}
		if found := resp.StatusCode == http.StatusOK; found != c.found || out.Thread != c.thread || found == (out.Error != "") {
			t.Errorf("%+v: %d %s", c, resp.StatusCode, data)
		}
	}
}

// TestSizesOfPictures: the page keeps the place of a picture free before it comes.
func TestSizesOfPictures(t *testing.T) {
	h := openWard(t, slacksim.Config{})
	scan, err := webFiles.ReadFile("web/retina.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int{"retina.jpg": 1411, "retina.zip": 0} {
		ts, _ := h.send(h.ann, h.radiology, "", "", map[string][]byte{name: scan})
		for range 2 { // read, and remembered
			if f := h.state(h.ann, h.radiology, ts).Thread[0].Files[0]; f.Width != want || f.Height != want {
				t.Errorf("%s: %d x %d, want %d", name, f.Width, f.Height, want)
			}
		}
	}
	ts, _ := h.send(h.ann, h.radiology, "", "", map[string][]byte{"text.png": []byte("no picture")})
	if f := h.state(h.ann, h.radiology, ts).Thread[0].Files[0]; f.Width != 0 || !f.Image {
		t.Errorf("what is no picture: %+v", f)
	}
}
