package bot_test

import (
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

const setTo8 = "set temperature from 0.1 to 0.8 for this thread"

// toldOnce waits until the thread is told text, and fails when it is told more than
// that beside the first answer.
func (w *world) toldOnce(root, text string) {
	w.t.Helper()
	w.wait("the thread to be told "+text, func() bool { return strings.Contains(strings.Join(w.said(root), "\n"), text) })
	w.closed(root)
	if said := w.said(root); len(said) != 2 || !strings.Contains(said[1], text) {
		w.t.Errorf("the thread is told %q", said)
	}
}

// What changes the answers of everybody in a thread is told there, by words as by the
// form; what changes nothing is said to the person alone.
func TestThreadIsToldOfItsSettings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.lookedAt("It is a PA view.")
	w.command(w.ann, root, "temperature 1.8")
	w.whispered(w.ann, "Nothing was changed")
	w.command(w.ann, root, "temperature 0.8")
	w.whispered(w.ann, "Done. In this thread: temperature 0.8")
	w.toldOnce(root, "<@"+w.ann+"> "+setTo8)
	w.command(w.ben, root, "temperature 0.8")
	w.whispered(w.ben, "Nothing to change")
	w.toldOnce(root, setTo8)
	w.command(w.ben, root, "reset")
	w.wait("the thread to be told", func() bool {
		said := w.said(root)
		return len(said) == 3 && strings.Contains(said[2], "<@"+w.ben+"> set temperature from 0.8 to 0.1 for this thread")
	})
	if told := w.toldInChannel(); len(told) > 0 {
		t.Errorf("the channel was told %q", told)
	}
}

// It is told once, whatever becomes of Slack's answer and of the process.
func TestThreadIsToldOfItsSettingsOnce(t *testing.T) {
	t.Parallel()
	t.Run("over a lost reply", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, options{})
		root := w.lookedAt("It is a PA view.")
		w.sim.Fail("chat.postMessage", slacksim.Fault{DropReply: true})
		w.command(w.ann, root, "temperature 0.8")
		w.toldOnce(root, setTo8)
	})
	t.Run("over a restart after it was told", func(t *testing.T) {
		t.Parallel()
		broken, o := breaking()
		w := newWorld(t, o)
		root := w.lookedAt("It is a PA view.")
		broken.finishes.Store(1 << 30)
		w.command(w.ann, root, "temperature 0.8")
		w.wait("it to be told", func() bool { return len(w.said(root)) == 2 })
		must(t, w.stop())
		broken.finishes.Store(0)
		w.start()
		w.toldOnce(root, setTo8)
	})
	t.Run("over a restart before it was told", func(t *testing.T) {
		t.Parallel()
		_, o := breaking()
		w := newWorld(t, o)
		root := w.lookedAt("It is a PA view.")
		w.sim.Fail("chat.postMessage", slacksim.Fault{RetryAfter: time.Minute})
		w.command(w.ann, root, "temperature 0.8")
		w.wait("Slack to refuse it", func() bool { return len(w.sim.Calls("chat.postMessage")) == 2 })
		must(t, w.stop())
		w.start()
		w.toldOnce(root, "<@"+w.ann+"> set this thread to temperature 0.8, max tokens 500")
	})
}
