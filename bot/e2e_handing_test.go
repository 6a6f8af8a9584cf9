package bot_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

// command gives a command by mention in a thread.
func (w *world) command(user, root, text string) (ts string) {
	w.t.Helper()
	return w.post(user, w.channel, root, "<@"+w.sim.BotUserID()+"> "+text)
}

// discussed is a thread with two images, two answers, a judgement and a review.
func (w *world) discussed() (root string) {
	w.t.Helper()
	root = w.lookedAt("It is a PA view.")
	w.model.Answer(modelsim.Text("There is a left pleural effusion."))
	w.ask(w.ben, root, "and is there an effusion here?", film(w.t, 4))
	w.press(w.ann, root, "bad")
	w.accepted(w.dialog(w.ann, "What is wrong"), chosen("reason", "wrong_side"))
	w.press(w.ben, root, "reviewed")
	w.closed(root)
	return root
}

// The summary hands the thread on: who asked what, what was answered about which
// image, who disagreed. It names people and notifies nobody.
func TestSummary(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.discussed()
	w.command(w.ann, root, "summary")
	w.wait("the summary", func() bool { said := w.said(root); return len(said) == 3 && strings.Contains(said[2], "Hand-off note") })
	m := w.ofBot(root)[2]
	hasAll(t, "the summary", m.Text, "an AI draft, not a report", "Image 1", "Image 2", "“which view is this film?”", "It is a PA view.",
		"“and is there an effusion here?”", "There is a left pleural effusion.", "<@"+w.ann+"> (the wrong side)", "Reviewed by <@"+w.ben+">",
		"temperature 0.1, max tokens 500", "medgemma")
	if strings.Contains(m.Edits[0], "<@") {
		t.Errorf("it was posted with mentions, which notify: %q", m.Edits[0])
	}
	if strings.Contains(m.Text+string(m.Blocks), "doe_jane") {
		t.Errorf("it has the name of a file: %q", m.Text)
	}
	if n := len(w.model.Requests()); n != 2 {
		t.Errorf("the model was asked %d times: the note is not its", n)
	}
}

// The ledger lists the images with their hashes.
func TestImagesAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.discussed()
	w.command(w.ann, root, "images")
	w.wait("the ledger", func() bool {
		said := w.said(root)
		return len(said) == 3 && strings.Contains(said[2], "Images of this thread")
	})
	thread, err := w.store.Thread(w.ctx, w.threadKey(root))
	must(t, err)
	for _, r := range thread.Images {
		hasAll(t, "the ledger", w.said(root)[2], fmt.Sprintf("Image %d", r.Label), r.Slices[0].SHA256[:8], "300×240")
	}
	if strings.Contains(w.said(root)[2], "doe_jane") {
		t.Error("it has the name of a file")
	}
}

// exported waits for the only export in the thread and returns its text.
func (w *world) exported(root string) string {
	w.t.Helper()
	w.wait("the export", func() bool { return len(w.shown(root)) == 1 })
	w.closed(root)
	m := w.shown(root)[0]
	if len(w.shown(root)) != 1 || len(m.Files) != 1 {
		w.t.Fatalf("%d messages with files, the first with %d", len(w.shown(root)), len(m.Files))
	}
	f, _ := w.sim.File(m.Files[0].ID)
	if strings.Contains(f.Name+f.Title+m.Text, "doe_jane") || strings.Contains(m.Text, "<@") {
		w.t.Errorf("posted as %q %q with %q", f.Name, f.Title, m.Text)
	}
	return string(f.Data)
}

// The export is the whole conversation, what was said after the last question
// included, with names, settings and the hashes of what the model saw.
func TestExport(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.discussed()
	w.post(w.ben, w.channel, root, "<@"+w.ann+"> please call the ward")
	w.command(w.ann, root, "export")
	text := w.exported(root)
	hasAll(t, "the export", text, "AI draft, not a diagnosis", "Ann Nurse ("+w.ann+")", "Ben Resident ("+w.ben+")",
		"@MedBuddy which view is this film?", "It is a PA view.", "and is there an effusion here?", "There is a left pleural effusion.",
		"Looked at: Image 1\n", "With: temperature 0.1, max tokens 500, model ", "Disagreed: Ann Nurse", "wrong side", "Reviewed: Ben Resident",
		"@Ann Nurse please call the ward")
	for i := range w.model.Requests() {
		for _, url := range w.request(i).images() {
			sum := sha256.Sum256(decoded(t, url))
			hasAll(t, "the export", text, "SHA-256 "+hex.EncodeToString(sum[:]))
		}
	}
	if strings.Contains(text, "doe_jane") || strings.Contains(text, "export\n") {
		t.Errorf("it has the name of a file, or its own command: %s", text)
	}
}

// As slash commands, which Slack has not in threads, they say where to write them.
func TestThreadCommandsAsSlashCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	for _, verb := range []string{"summary", "images", "export", "forget", "stop"} {
		hasAll(t, verb, w.slash("/medbuddy", verb), "Write `@MedBuddy "+verb+"` in the thread")
	}
}

// Of a thread of which nothing is held there is nothing to tell, and the person alone
// is told so.
func TestNothingToHandOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "good morning")
	for i, verb := range []string{"summary", "images", "export", "forget"} {
		w.command(w.ann, root, verb)
		w.wait("the private sentence", func() bool { return len(w.sim.Ephemerals(w.channel)) == i+1 })
		hasAll(t, verb, w.sim.Ephemerals(w.channel)[i].Text, "I hold nothing of this thread")
	}
	if said := w.said(root); len(said) > 0 || len(w.shown(root)) > 0 {
		t.Errorf("the thread was told %q", said)
	}
}

// A note and an export stand in the thread once, whatever becomes of Slack's answer
// and of the process.
func TestHandedOnOnce(t *testing.T) {
	t.Parallel()
	for _, verb := range []string{"summary", "images", "export"} {
		method, stands := "chat.postMessage", func(w *world, root string) bool {
			said := w.said(root)
			return len(said) == 2 && !strings.Contains(said[1], "Putting the note together")
		}
		if verb == "export" {
			method, stands = "files.completeUploadExternal", func(w *world, root string) bool { return len(w.shown(root)) == 1 }
		}
		once := func(t *testing.T, w *world, root string) {
			t.Helper()
			w.wait("it to stand", func() bool { return stands(w, root) })
			w.closed(root)
			if n := len(w.sim.Thread(w.channel, root)); n != 4 || !stands(w, root) {
				t.Errorf("%d messages in the thread, want question, answer, command and what it asked for", n)
			}
		}
		t.Run(verb+" over a lost reply", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root := w.lookedAt("It is a PA view.")
			w.sim.Fail(method, slacksim.Fault{DropReply: true})
			w.command(w.ann, root, verb)
			once(t, w, root)
		})
		t.Run(verb+" over a restart", func(t *testing.T) {
			t.Parallel()
			broken, o := breaking()
			w := newWorld(t, o)
			root := w.lookedAt("It is a PA view.")
			broken.finishes.Store(1 << 30)
			w.command(w.ann, root, verb)
			w.wait("it to stand", func() bool { return stands(w, root) })
			must(t, w.stop())
			broken.finishes.Store(0)
			w.start()
			once(t, w, root)
		})
	}
}

// A store that is down is said to the person, and nothing is posted.
func TestHandingOnWithoutAStore(t *testing.T) {
	t.Parallel()
	s, o := moody()
	w := newWorld(t, o)
	root := w.lookedAt("It is a PA view.")
	for i, verb := range []string{"summary", "export", "forget"} {
		s.mute.Store(true)
		w.command(w.ann, root, verb)
		w.wait("the private sentence", func() bool { return len(w.sim.Ephemerals(w.channel)) == i+1 })
		s.mute.Store(false)
		hasAll(t, verb, w.sim.Ephemerals(w.channel)[i].Text, "could not reach my memory", "in a minute")
	}
	if n := len(w.said(root)); n != 1 || len(w.shown(root)) != 0 {
		t.Errorf("the thread was told %q", w.said(root))
	}
}
