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
	t.Parallel()
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
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.DrainTimeout = time.Millisecond }})
	step := w.stepModel(strings.Repeat("No bleed in Image 1. ", 20), 200)
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, ct(t, 3, 2)...))
	step()
	w.wait("the picture", func() bool { return len(w.shown(root)) == 1 })
	must(t, w.stop())
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
	t.Parallel()
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

// Only what was sent is shown: not slices that the endpoint had no room for, and
// nothing where the model was not asked or saw no picture.
func TestOnlyWhatWasSentIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	w.model.Answer(modelsim.TooManyImages(1), modelsim.Text("No bleed in Image 1."))
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, ct(t, 9, 2)...))
	if got := w.answer(root, 1); !strings.Contains(got, "Looked at: Image 1 (CT, 1 of 9 slices") {
		t.Errorf("the answer says %q", got)
	}
	shown := w.shown(root)
	if len(shown) != 1 || !strings.Contains(shown[0].Text, "CT, 1 of 9 slices") {
		t.Fatalf("shown: %+v", shown)
	}
	f, _ := w.sim.File(shown[0].Files[0].ID)
	if sent := w.request(1).images(); len(sent) != 1 || sent[0] != dataURL("image/png", f.Data) {
		t.Error("the thread is shown something else than the model")
	}

	root = w.post(w.ann, w.channel, "", "@MedBuddy look at slices 70 to 80", packed(t, ct(t, 9, 2)...))
	if got := w.answer(root, 1); !strings.Contains(got, "It has slices 1 to 9") || len(w.shown(root)) != 0 {
		t.Errorf("%q and %d messages with pictures", got, len(w.shown(root)))
	}
	w.ask(w.ann, root, "is there a bleed?")
	if n := len(w.shown(root)); n != 1 {
		t.Errorf("%d messages with pictures once the model was asked", n)
	}
}

// A comparison with an earlier scan gets both, also when neither is named.
func TestComparisonSeesBoth(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.MaxImages = 8 }})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a nodule?", packed(t, ct(t, 8, 2)...))
	w.answer(root, 1)
	got := w.ask(w.ann, root, "compare with this newer CT: has the nodule grown?", packed(t, ct(t, 8, 3)...))
	if !strings.Contains(got, "Image 1 (CT, 4 of 8 slices") || !strings.Contains(got, "Image 2 (CT, 4 of 8 slices") {
		t.Errorf("the answer says %q", got)
	}
}
