package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// openConversation is a scan of Ann's in radiology with an answer below it.
func openConversation(t *testing.T) (s *screen, app *standIn, root string, scan slacksim.File) {
	t.Helper()
	h := openWard(t, slacksim.Config{AckTimeout: time.Second, Shortcuts: callbackIDs(shortcuts)})
	app = startStandIn(t, h.sim)
	data, err := webFiles.ReadFile("web/retina.jpg")
	if err != nil {
		t.Fatal(err)
	}
	root, err = h.sim.Post(slacksim.Message{Channel: h.radiology, User: h.ann, Text: "Left eye, routine check.", Files: []slacksim.File{{Name: "retina.jpg", Data: data}}})
	if err != nil {
		t.Fatal(err)
	}
	scan = h.sim.Messages(h.radiology)[0].Files[0]
	app.post(h.radiology, root, fmt.Sprintf(answerBlocks, app.permalink(h.radiology, root), scan.ID, time.Now().Add(-24*time.Hour).Unix()))
	s = &screen{ward: h, browser: browser(t)}
	outside := s.watchRequests()
	t.Cleanup(func() {
		if urls := outside(); len(urls) > 0 {
			t.Errorf("the page asked for %q, which is not itself", urls)
		}
		if p := h.sim.Problems(); len(p) > 0 {
			t.Errorf("problems: %q", p)
		}
	})
	s.do("opening the page", chromedp.EmulateViewport(1280, 900), chromedp.Navigate(h.url))
	return s, app, root, scan
}

// TestAnswerInABrowser walks what a person does with an answer: reads it, presses
// its buttons, fills in a modal, goes back to the image by its link.
func TestAnswerInABrowser(t *testing.T) {
	t.Parallel()
	s, app, root, scan := openConversation(t)
	s.click("#messages .replies")
	s.has("#replies h3.header", "Left eye, 2 images")
	s.has("#replies .field", "Max tokens")
	s.has("#replies ol li", "Macula with its reflex")
	s.has("#replies .away", "the guide (https://example.org/guide)")
	s.has("#replies .away", "a picture from elsewhere (on another site, not loaded here)")
	s.until(`document.querySelector("#replies .context img.icon")?.naturalWidth === 1411 && document.querySelector("#replies .block img")?.alt === "what was looked at"`)
	s.has("#replies .context", "Reviewed yesterday ")
	s.shoot("blocks")

	s.press("Try again")
	s.until(`document.querySelector("#replies .button.primary").getAttribute("aria-disabled") === "true"`)
	s.shoot("pressed")
	s.press("Try again") // does nothing while the first is under way
	app.ack <- struct{}{}
	s.until(`!document.querySelector("#replies .button.primary").hasAttribute("aria-disabled")`)
	s.press("Compare")
	app.ack <- struct{}{}
	s.until(`!document.querySelector("#replies [aria-disabled]")`)
	presses := 0
	for _, a := range s.sim.Acks() {
		if a.Type == "interactive" {
			presses++
		}
	}
	if presses != 2 {
		t.Errorf("%d presses came to the app, want one of each button", presses)
	}
	s.press("Forget")
	s.has("dialog[role=alertdialog]", "Its images and answers are erased.")
	s.shoot("sure")
	s.do("thinking better of it", chromedp.KeyEvent(kb.Escape))
	s.until(`!document.querySelector("dialog[role=alertdialog]")`)
	s.press("Not good")
	s.has("#replies .actions .trouble", "MedBuddy did not answer in time")
	s.shoot("trouble")

	s.key("Settings")
	s.has("#modal", "Loading…")
	s.until(`document.querySelector("#modal-submit").hidden`)
	app.form <- struct{}{}
	s.has("#modal label", "Temperature")
	s.until(`document.activeElement.value === "0.1"`)
	s.do("walking round", chromedp.KeyEvent(strings.Repeat(kb.Tab, 12)))
	s.until(`[document.body, ...document.querySelectorAll("#modal *")].includes(document.activeElement)`) // never behind it
	s.shoot("modal")
	s.fill("Temperature", "2")
	s.fill("Note", "first line\nsecond line")
	s.fill("Where they hold", "In the channel")
	s.fill("Why", "Other")
	s.fill("Temperature", "2")
	s.do("submitting with the keyboard", chromedp.KeyEvent(kb.Enter))
	s.wrong("Temperature", "at most 1")
	s.shoot("modal-wrong")
	s.do("a small window", chromedp.EmulateViewport(1000, 700))
	s.until(`document.querySelector("#modal").getBoundingClientRect().bottom <= innerHeight`)
	s.shoot("modal-small")
	s.fill("Temperature", "0.9")
	s.press("Save")
	s.wrong("Temperature", "This hospital allows 0.5 at most.")
	s.until(`document.querySelector("#modal textarea").value === "first line\nsecond line" && document.activeElement.value === "0.9"`)
	s.fill("Temperature", "0.4")
	s.press("Save")
	s.until(`!document.querySelector("#modal").open`)
	want := map[string]string{"temperature": "0.4", "tokens": "", "scope": "channel", "reason": "other", "note": "first line\nsecond line"}
	if diff := cmp.Diff(want, app.settings()); diff != "" {
		t.Errorf("submitted (-want +got):\n%s", diff)
	}
	s.until(`document.activeElement.textContent === "Settings"`) // the keyboard is where it was

	s.press("Settings")
	s.has("#modal", "Loading…")
	s.do("leaving it", chromedp.KeyEvent(kb.Escape))
	s.until(`!document.querySelector("#modal").open`)
	if err := s.sim.Wait(t.Context(), func() bool { _, open := s.sim.OpenView(s.ann); return !open }); err != nil {
		t.Error("the modal is still open for the app")
	}

	s.do("following the link", chromedp.Evaluate[chromedp.Void](`document.querySelector("#replies").scrollTop = 1e6`), chromedp.Click(chromedp.CSS("#replies .context .permalink")))
	s.until(`document.activeElement.dataset.ts === ` + quote(root))
	s.do("enlarging the picture", chromedp.Click(chromedp.CSS("#replies .picture")))
	s.until(`document.querySelector("#viewer").open && document.querySelector("#viewer img").naturalWidth === 1411 && document.querySelector("#viewer img").alt === ` + quote(scan.Title))
	s.shoot("lightbox")
	s.do("closing the picture", chromedp.KeyEvent(kb.Escape))
	s.until(`!document.querySelector("#viewer").open`)
	s.shoot("small")
}

// TestAppInABrowser walks the places of the app besides its answers: the shortcut in
// a message's menu, the Home tab, a message that grows, what is deleted.
func TestAppInABrowser(t *testing.T) {
	t.Parallel()
	s, app, root, scan := openConversation(t)
	s.click("#messages .replies")
	s.has("#replies .message", "Left eye, routine check.")
	if got := s.choices("Left eye, routine check."); !slices.Equal(got, []string{"Ask MedBuddy", "Delete file", "Delete message"}) {
		t.Errorf("her menu on her message: %q", got)
	}
	s.shoot("menu")
	s.do("walking up", chromedp.KeyEvent(kb.ArrowUp))
	s.until(`document.activeElement.textContent === "Delete message"`)
	s.do("putting it away", chromedp.KeyEvent(kb.Escape))
	s.until(`!document.querySelector("#menu").matches(":popover-open") && document.activeElement.getAttribute("aria-label") === "More actions"`)
	s.do("opening it with the keyboard", chromedp.KeyEvent(kb.Enter))
	s.until(`document.activeElement.getAttribute("role") === "menuitem"`)
	s.do("putting it away", chromedp.KeyEvent(kb.Escape))
	s.choose("Dr. Ben Okoro")
	if got := s.choices("Left eye, routine check."); !slices.Equal(got, []string{"Ask MedBuddy"}) {
		t.Errorf("his menu on her message: %q", got)
	}
	s.do("putting it away", chromedp.KeyEvent(kb.Escape))
	s.menu("Left eye, routine check.", "Ask MedBuddy")
	s.has("#modal h2", "Ask MedBuddy")
	s.press("Ask")
	s.wrong("Question", "Please complete this required field.")
	s.fill("Question", "Is the disc sharp?\nAnd the macula?")
	s.shoot("ask")
	s.press("Ask")
	s.has("#replies .message", "Asked: Is the disc sharp?")

	s.choose("Dr. Ann Lee")
	s.openHome()
	s.has("#home h3", "MedBuddy reads along")
	s.shoot("home")
	s.press("Settings")
	s.has("#modal", "Loading…")
	app.form <- struct{}{}
	s.has("#modal label", "Temperature")
	s.press("Cancel")
	s.until(`!document.querySelector("#modal").open`)
	s.click("#tab-messages")

	ask, err := s.sim.Post(slacksim.Message{Channel: s.dm, User: s.ann, Text: "What is a drusen?"})
	if err != nil {
		t.Fatal(err)
	}
	s.has("#messages", "What is a drusen?")
	s.click("#messages .replies")
	more, end := app.stream(s.dm, ask, s.ann, "A small yellow **deposit**")
	s.until(`document.querySelector("#replies .streaming .caret")`)
	s.has("#replies .streaming strong", "deposit")
	for range 30 {
		more("\n\nunder the retina, and so on.")
	}
	atEnd := `(n => n.scrollHeight - n.scrollTop - n.clientHeight < 80)(document.querySelector("#replies"))`
	s.until(`document.querySelectorAll("#replies .streaming p").length > 30 && ` + atEnd)
	s.shoot("streaming")
	s.do("reading from the start", chromedp.Evaluate[chromedp.Void](`document.querySelector("#replies").scrollTop = 0`))
	more("\n\nThe last line.")
	s.has("#replies .streaming", "The last line.")
	s.until(`document.querySelector("#replies").scrollTop === 0`)
	end()
	s.until(`!document.querySelector("#replies .streaming") && !document.querySelector("#replies .caret")`)

	elsewhere := app.post(s.dm, ask, `[{"type":"section","text":{"type":"mrkdwn","text":"As in <`+app.permalink(s.radiology, root)+`|this scan>."}}]`)
	s.until(`document.querySelector("#replies [data-ts='` + elsewhere + `'] .permalink")`)
	s.click("#replies .permalink")
	s.has("#channel-name", "# radiology")
	s.until(`document.activeElement.dataset.ts === ` + quote(root))

	s.menu("Left eye, routine check.", "Delete file")
	s.press("Delete")
	s.has("#messages .card", "This file was deleted.")
	if f, ok := s.sim.File(scan.ID); !ok || f.Access != slacksim.Deleted {
		t.Errorf("the file is %+v, want it deleted", f)
	}
	s.menu("Left eye, routine check.", "Delete message")
	s.press("Delete")
	s.has("#messages .message", "This message was deleted.")
	s.shoot("deleted")

	s.click("#tips-away")
	s.do("coming back", chromedp.Reload())
	s.has("#messages .message", "This message was deleted.")
	s.until(`document.querySelector("#tips").hidden && !document.querySelector("#tips-again").hidden`)
}
