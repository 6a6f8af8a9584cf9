package bot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/modelsim"
)

const completeUpload = "files.completeUploadExternal"

// Slack shared the pictures and its reply was lost: they are not posted again.
func TestPicturesAreShownOnce(t *testing.T) {
	w := newWorld(t, options{})
	w.sim.Fail(completeUpload, slacksim.Fault{DropReply: true})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", loose(ct(t, 1, 2))...)
	w.answer(root, 1)
	if n := len(w.shown(root)); n != 1 {
		t.Errorf("%d messages with pictures, want 1", n)
	}
}

// A process that died after it had shown them is not followed by one that shows
// them again; its images keep their labels.
func TestPicturesAreShownOnceAfterARestart(t *testing.T) {
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	release := w.holdModel()
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, ct(t, 3, 2)...))
	must(t, w.model.WaitHeld(w.ctx, 1))
	must(t, w.stop())
	release()
	w.model.Answer(modelsim.Text("No bleed in Image 1."))
	w.start()
	w.wait("the answer", func() bool { return strings.Contains(w.said(root)[0], "AI draft") })
	if n := len(w.shown(root)); n != 1 {
		t.Errorf("%d messages with pictures, want 1", n)
	}
	if got := w.said(root)[0]; !strings.Contains(got, "Looked at: Image 1 (CT, 3 slices") {
		t.Errorf("the answer says %q", got)
	}
}

// When the pictures cannot be shown the answer comes all the same, and says so.
func TestPicturesThatCannotBeShown(t *testing.T) {
	for name, c := range map[string]struct {
		before func(*world)
		want   string
	}{
		"without the permission": {func(w *world) {
			w.sim.SetScopes(slices.DeleteFunc(bot.Scopes(), func(s string) bool { return s == "files:write" })...)
		}, "files:write is missing"},
		"Slack refuses the file": {func(w *world) { w.sim.Fail(completeUpload, slacksim.Fault{Error: "posting_to_channel_denied"}) }, "I could not post the picture"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, options{})
			c.before(w)
			root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", loose(ct(t, 1, 2))...)
			if got := w.answer(root, 1); !strings.Contains(got, c.want) || !strings.Contains(got, "Looked at: Image 1") {
				t.Errorf("the answer says %q", got)
			}
		})
	}
}
