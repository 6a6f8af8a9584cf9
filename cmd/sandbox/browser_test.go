package main

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// screenshots is where the browser test leaves pictures of the page, for the
// README and for a look at the design.
var screenshots = flag.String("screenshots", "", "folder for pictures of the page; empty: none")

// TestMain lets four tests run at once, also where there are two processors: in a
// browser they mostly wait for what a person would see.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	m.Run()
}

// browser starts Chromium with an empty profile, or skips the test.
func browser(t *testing.T) context.Context {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("no Chromium found; CI must test the page in a browser")
		}
		t.Skip("no Chromium found: the page was not tested in a browser")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(program), chromedp.UserDataDir(t.TempDir()), chromedp.NoFirstRun, chromedp.Headless, chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.WindowSize(1280, 800),
	}
	ctx, cancelProgram := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancelProgram)
	ctx, cancel := chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() { _ = chromedp.Cancel(ctx) }) // waits until it has gone, so that its profile can be removed
	return ctx
}

const (
	inChannel = "#channel-composer textarea"
	inThread  = "#thread-composer textarea"
)

// TestPageInABrowser walks what a newcomer does: sees the scan, asks, watches the
// answer come, follows up as somebody else, tries a command.
func TestPageInABrowser(t *testing.T) {
	t.Parallel()
	ctx := browser(t)
	h := openWard(t, slacksim.Config{})
	bot := startStub(t, h.sim)
	scan, err := webFiles.ReadFile("web/retina.jpg")
	if err != nil {
		t.Fatal(err)
	}
	root, err := h.sim.Post(slacksim.Message{
		Channel: h.radiology, User: h.ben, Text: "Left eye of a 54-year-old, routine check. *Any* thoughts?",
		Files: []slacksim.File{{Name: "retina.jpg", Data: scan}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &screen{ward: h, browser: ctx}
	outside := s.watchRequests()

	s.do("opening the page", chromedp.EmulateViewport(1280, 800), chromedp.Navigate(h.url))
	s.has("#banner", "rehearsal model")
	s.has("#messages strong", "Any")
	s.until(`document.querySelector('#messages img')?.naturalWidth === 1411`)
	s.shoot("start")

	s.click("#messages .replies")
	s.has("#offer", "What does this scan show?")
	s.shoot("thread-empty")
	s.typed(inThread, "@Med")
	s.has("#thread-composer .offers", "@MedBuddy")
	s.typed(inThread, kb.Tab+"what does it show?")
	s.enter()
	s.has("#replies .message", "Reading 1 image")
	s.shoot("reading")
	close(bot.hold)
	s.has("#replies .heading", "Findings")
	s.has("#replies strong", "fundus photograph")
	s.has("#replies .context", "AI draft, not a diagnosis")
	if n := s.count("#replies script, #replies a[href^='javascript']"); n != 0 {
		t.Errorf("%d pieces of markup came out of a message", n)
	}
	s.has("#replies", "<script>alert(1)</script>")
	if thread := h.sim.Thread(h.radiology, root); len(thread) != 3 || thread[1].User != h.ann {
		t.Errorf("thread %+v, want scan, question and answer", thread)
	}
	s.shoot("answer")

	s.typed(inThread, "/medbuddy temperature 0")
	s.enter()
	s.has("#thread-composer .problem", "/medbuddy is not supported in threads. Sorry!")
	s.do("emptying", chromedp.Evaluate[chromedp.Void](`{
		const box = document.querySelector("#thread-composer textarea");
		box.value = "";
		box.dispatchEvent(new Event("input"));
	}`))
	s.choose("Dr. Ben Okoro")
	s.typed(inThread, "first line")
	s.do("a new line", chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(kb.ModifierShift)))
	s.typed(inThread, "and the macula?")
	s.enter()
	s.has("#replies .message", "and the macula?")
	if last := h.sim.Thread(h.radiology, root); last[len(last)-1].Text != "first line\nand the macula?" || last[len(last)-1].User != h.ben {
		t.Errorf("last reply %+v, want his two lines", last[len(last)-1])
	}

	s.typed(inChannel, "/medbuddy settings")
	s.enter()
	s.has("#messages .whisper .only", "Only visible to you")
	s.shoot("command")
	s.choose("Dr. Ann Lee")
	s.until("document.querySelectorAll('#messages .message').length === 1 && document.querySelectorAll('.whisper').length === 0")

	s.attach()
	s.onAPhone()
	if urls := outside(); len(urls) > 0 {
		t.Errorf("the page asked for %q, which is not itself", urls)
	}
}
