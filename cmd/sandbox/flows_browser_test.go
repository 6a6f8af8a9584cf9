package main

import (
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// The flows below are walked with the bot that production runs, from a newcomer's
// page: nothing is posted or pressed but in the browser.

// openSandbox opens the page of a sandbox in a browser, on the thread of the sample
// scan.
func openSandbox(t *testing.T) *screen {
	t.Helper()
	t.Parallel()
	ctx := browser(t)
	url := startSandbox(t, nil)
	s := &screen{ward: &ward{t: t, url: strings.TrimSuffix(url, "/")}, browser: ctx}
	outside := s.watchRequests()
	t.Cleanup(func() {
		if urls := outside(); len(urls) > 0 {
			t.Errorf("the page asked others: %v", urls)
		}
	})
	s.do("opening the page", chromedp.EmulateViewport(1280, 900), chromedp.Navigate(url))
	s.has("#offer", "What does this scan show?")
	return s
}

// say writes in the open thread, command in the channel.
func (s *screen) say(text string)     { s.t.Helper(); s.write(inThread, text) }
func (s *screen) command(text string) { s.t.Helper(); s.write(inChannel, text) }

func (s *screen) write(where, text string) {
	s.t.Helper()
	s.until(`!document.querySelector("dialog[open]")`)
	s.typed(where, text)
	s.until(`document.querySelector(` + quote(where) + `).value === ` + quote(text))
	s.enter()
	s.until(`document.querySelector(` + quote(where) + `).value === ""`)
}

// answers waits until there are n answers of the model in the open thread, and no
// other on its way.
func (s *screen) answers(n int) {
	s.t.Helper()
	s.until(`document.querySelector("#replies").textContent.split("AI draft, not a diagnosis").length === ` + strconv.Itoa(n+1) +
		` && ![...document.querySelectorAll("#replies .button")].some(b => b.textContent === "Stop")`)
}

// last waits until the last message of the thread holds a text.
func (s *screen) last(text string) {
	s.t.Helper()
	s.until(`document.querySelector("#replies .message:last-child").textContent.includes(` + quote(text) + `)`)
}

// TestSandboxStop asks what cannot wait, ends answers by the button and by the word,
// and asks again.
func TestSandboxStop(t *testing.T) {
	s := openSandbox(t)
	s.say("@MedBuddy slowly: sudden loss of vision, now in cardiac arrest. What is this?")
	s.last("If this is time-critical, do not wait for me")
	s.has("#replies .message", "rehearsal model")
	s.has("#replies .message", "still writing")
	s.shoot("flow-growing")
	s.key("Stop")
	s.last("Stopped by @Ann Fischer")
	s.last("If this is time-critical, do not wait for me")
	s.answers(1)
	s.shoot("flow-stopped")
	s.press("Try again")
	s.until(`document.querySelectorAll("#replies .message").length === 4`)
	s.last("still writing")
	s.choose("Ben Osei")
	s.say("stop")
	s.has("#replies .message", "Stopped by @Ben Osei")
	s.answers(2)
	s.shoot("flow-stopped-word")
}

// TestSandboxLong sets how long an answer may be, for one thread, and goes on with one
// that was cut off.
func TestSandboxLong(t *testing.T) {
	s := openSandbox(t)
	s.say("@MedBuddy what is this?")
	s.answers(1)
	s.press("Settings")
	s.has("#modal label", "Max tokens")
	s.fill("Temperature", "2")
	s.fill("Max tokens", "100")
	s.press("Save")
	s.wrong("Temperature", "at most 1")
	s.shoot("flow-settings-wrong")
	s.fill("Temperature", "0.7")
	s.fill("For", "This thread only")
	s.shoot("flow-settings")
	s.press("Save")
	s.until(`!document.querySelector("#modal").open`)
	s.has("#replies .message", "set temperature from 0.1 to 0.7 and max tokens from 500 to 100 for this thread")
	s.say("and now a long answer, please")
	s.answers(2)
	s.last("Cut off at max tokens (100)")
	s.last("Temperature 0.7, max tokens 100")
	s.shoot("flow-long-cut")
	s.press("Continue")
	s.answers(3)
	s.last("That was the end of the long answer.")
	s.shoot("flow-long-rest")
	if n := s.count(`#replies .message:last-child .button`); n != 6 {
		t.Errorf("the rest has %d buttons, want those without Continue", n)
	}
}

// TestSandboxJudge says what is thought of an answer, as two people, and looks twice.
// Then the scan is deleted, and is gone for MedBuddy, too.
func TestSandboxJudge(t *testing.T) {
	s := openSandbox(t)
	s.say("@MedBuddy what is this?")
	s.answers(1)
	s.press("Good")
	s.has("#replies .whisper", "Noted: a good answer.")
	s.choose("Ben Osei")
	s.has("#replies .message:last-child", "AI draft")
	s.press("Not good")
	s.has("#modal h2", "Not good")
	s.press("Send")
	s.wrong("What is wrong", "Please complete this required field.")
	s.fill("What is wrong", "Wrong side")
	s.shoot("flow-feedback")
	s.press("Send")
	s.until(`!document.querySelector("#modal").open`)
	s.press("Reviewed by me")
	s.has("#replies .context", "Reviewed by @Ben Osei today ")
	s.choose("Ann Fischer")
	s.has("#replies .context", "Reviewed by @Ben Osei")
	s.press("Reviewed by me")
	s.has("#replies .context", "@Ann Fischer")
	s.press("Reviewed by me") // once more changes nothing
	s.shoot("flow-reviewed")
	s.press("Second look")
	s.answers(2)
	s.last("Second look")
	s.last("Asked in other words")
	s.last("Asked without the image")
	s.last("Images: none")
	s.shoot("flow-second")

	s.choose("Ben Osei")
	s.menu("retina.jpg", "Delete message")
	s.press("Delete")
	s.has("#replies .message", "This message was deleted.")
	s.say("and the macula?")
	s.last("The images of this thread were deleted in Slack")
	s.shoot("flow-gone")
}

// TestSandboxAskElsewhere asks by the shortcut, reads the Home tab, sets the channel
// by a dialog and pauses it.
func TestSandboxAskElsewhere(t *testing.T) {
	s := openSandbox(t)
	s.menu("Fundus photograph", "Ask MedBuddy")
	s.has("#modal h2", "Ask MedBuddy")
	s.fill("Your question", "Is the disc sharp?\nAnd the macula?")
	s.shoot("flow-shortcut")
	s.press("Ask")
	s.answers(1)
	s.has("#replies blockquote", "@Ann Fischer asks: Is the disc sharp?")
	s.last("And the macula?")
	s.shoot("flow-shortcut-answer")
	s.do("following the link", chromedp.Click(chromedp.CSS("#replies .message:last-child .context a")))
	s.until(`document.activeElement.classList.contains("message") && document.activeElement.textContent.includes("Fundus photograph")`)
	s.shoot("flow-jump")

	s.command("/medbuddy settings")
	s.has("#modal label", "Temperature")
	s.fill("Temperature", "0.3")
	s.shoot("flow-settings-channel")
	s.press("Save")
	s.has("#messages .message", "set temperature from 0.1 to 0.3 for this channel")

	s.command("/medbuddy pause")
	s.has("#messages .message", "paused me in this channel")
	s.say("and the vessels?")
	s.say("@MedBuddy and the vessels?")
	s.answers(2)
	s.last("Temperature 0.3")
	s.shoot("flow-paused")
	s.command("/medbuddy resume")
	s.has("#messages .message", "follow-ups in my threads need no mention")
	s.say("thank you, and the rim?")
	s.answers(3)

	s.openHome()
	s.has("#home", "What MedGemma can and cannot do")
	s.has("#home", "#radiology: temperature 0.3, set by @Ann Fischer")
	s.shoot("flow-home")
}

// TestSandboxHandOver hands a thread on: the ledger of its images, a note, a file, and
// then all of it is forgotten.
func TestSandboxHandOver(t *testing.T) {
	s := openSandbox(t)
	s.say("@MedBuddy what is this?")
	s.answers(1)
	s.say("@MedBuddy images")
	s.last("Images of this thread")
	s.last("Image 1")
	s.shoot("flow-images")
	s.say("@MedBuddy summary")
	s.last("Hand-off note: an AI draft, not a report.")
	s.shoot("flow-summary")
	s.say("@MedBuddy export")
	s.last("The whole conversation as a text file")
	s.until(`document.querySelector("#replies .message:last-child a.card[download]")`)
	s.shoot("flow-export")
	s.say("@MedBuddy forget")
	s.last("had me forget this thread: erased from my memory are")
	s.shoot("flow-forget")
	s.say("what was it?")
	s.say("@MedBuddy images")
	s.has("#replies .whisper", "I hold nothing of this thread")
}

// TestSandboxDirect asks in a direct message, where the answer streams.
func TestSandboxDirect(t *testing.T) {
	s := openSandbox(t)
	s.choose("MedBuddy")
	scan, err := webFiles.ReadFile("web/retina.jpg")
	if err != nil {
		t.Fatal(err)
	}
	s.has("#channel-name", "MedBuddy")
	s.pick("#channel-composer", map[string][]byte{"eye.jpg": scan})
	s.command("slowly: what is this?")
	s.until(`document.querySelector("#replies .streaming .caret")`)
	s.has("#replies .streaming", "Settings")
	s.shoot("flow-stream")
	s.answers(1)
	s.until(`!document.querySelector("#replies .streaming") && document.querySelectorAll("#replies .message").length === 2`)
	s.until(`document.activeElement === document.querySelector(` + quote(inThread) + `)`) // where the follow-up goes
	s.shoot("flow-streamed")
}
