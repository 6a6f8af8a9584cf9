package bot_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// shownScan is a thread in which a CT was asked about and shown; picture is the file
// that MedBuddy has posted of it.
func (w *world) shownScan() (root, scan, picture string) {
	w.t.Helper()
	file := packed(w.t, ct(w.t, 3, 2)...)
	file.ID = "FSCAN"
	root = w.post(w.ben, w.channel, "", "the patient of bed 4")
	scan = w.post(w.ben, w.channel, root, "this morning's CT", file)
	w.ask(w.ann, root, "@MedBuddy is there a bleed?")
	w.closed(root)
	shown := w.shown(root)
	if len(shown) != 1 || len(shown[0].Files) != 1 {
		w.t.Fatalf("%d messages with pictures", len(shown))
	}
	return root, scan, shown[0].Files[0].ID
}

func (w *world) pictureGone(id string) {
	w.t.Helper()
	w.wait("the picture to go", func() bool {
		f, _ := w.sim.File(id)
		return f.Access == slacksim.Deleted
	})
}

// With a scan that is deleted goes the picture that MedBuddy has posted of it, also
// when another process has posted it, and when Slack is slow to take it away.
func TestPictureGoesWithItsScan(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world, root, scan string){
		"the file":    func(w *world, _, _ string) { must(w.t, w.sim.DeleteFile("FSCAN")) },
		"the message": func(w *world, _, scan string) { must(w.t, w.sim.Delete(w.channel, scan)) },
		"after a restart": func(w *world, _, scan string) {
			must(w.t, w.stop())
			w.start()
			must(w.t, w.sim.Delete(w.channel, scan))
		},
		"Slack does not answer at first": func(w *world, _, scan string) {
			w.sim.Fail("files.delete", slacksim.Fault{HTTPStatus: 503, Times: 5})
			must(w.t, w.sim.Delete(w.channel, scan))
		},
		"the answer is lost": func(w *world, _, scan string) {
			w.sim.Fail("files.delete", slacksim.Fault{DropReply: true})
			must(w.t, w.sim.Delete(w.channel, scan))
		},
		"the thread is gone": func(w *world, root, _ string) {
			for _, m := range slices.Backward(w.sim.Thread(w.channel, root)) {
				must(w.t, w.sim.Delete(w.channel, m.TS))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			root, scan, picture := w.shownScan()
			happens(w, root, scan)
			w.pictureGone(picture)
		})
	}
}

// Another view of the scan is an image of its own, with a picture of its own.
func TestPicturesOfAllViewsGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root, scan, _ := w.shownScan()
	w.ask(w.ann, root, "show Image 1 in bone window: is there a fracture?")
	w.closed(root)
	w.ask(w.ann, root, "and this one?", film(t, 1))
	w.closed(root)
	shown := w.shown(root)
	if len(shown) != 2 {
		t.Fatalf("%d messages with pictures, want one for each view", len(shown))
	}
	must(t, w.sim.Delete(w.channel, scan))
	for _, m := range shown {
		w.pictureGone(m.Files[0].ID)
	}
	w.erased(root, 2)
	if thread, err := w.store.Thread(w.ctx, w.threadKey(root)); err != nil || thread.Images[2].Gone {
		t.Errorf("%v; or an image of another message is gone", err)
	}
}

// What was not heard of is found, and its picture goes then.
func TestPictureGoesWithAMissedDeletion(t *testing.T) {
	t.Parallel()
	w, clock := deaf(t, options{})
	root, scan, picture := w.shownScan()
	w.away(clock, false, func() { must(t, w.sim.Delete(w.channel, scan)) })
	w.ask(w.ann, root, "and a fracture?")
	w.pictureGone(picture)
}

// A picture that could not be taken away is logged, and goes when the thread is read
// whole the next time.
func TestPictureThatStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root, scan, picture := w.shownScan()
	w.sim.SetScopes(slices.DeleteFunc(bot.Scopes(), func(s string) bool { return s == "files:write" })...)
	must(t, w.sim.Delete(w.channel, scan))
	w.until("the log", func() bool { return strings.Contains(w.log.String(), "may still stand in Slack") })
	if f, _ := w.sim.File(picture); f.Access == slacksim.Deleted {
		t.Fatal("it is gone")
	}
	w.sim.SetScopes(bot.Scopes()...)
	w.ask(w.ann, root, "and a fracture?")
	w.pictureGone(picture)
}

// The scan is deleted while its picture is on its way.
func TestPictureOfAScanDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	hold := make(chan struct{})
	w.sim.Fail(completeUpload, slacksim.Fault{Gate: hold})
	file := packed(t, ct(t, 3, 2)...)
	file.ID = "FSCAN"
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", file)
	w.wait("the picture on its way", func() bool { return w.sim.Count(completeUpload) == 1 })
	must(t, w.sim.DeleteFile("FSCAN"))
	w.wait("a try to take it away", func() bool { return w.sim.Count("files.delete") == 1 })
	close(hold)
	w.wait("the picture", func() bool { return len(w.shown(root)) == 1 })
	w.pictureGone(w.shown(root)[0].Files[0].ID)
}
