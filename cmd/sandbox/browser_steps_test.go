package main

import (
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screen is a page in the browser.
type screen struct {
	*ward
	browser context.Context //nolint:containedctx // chromedp finds its tab in it
}

// stepTime is more than any step needs, on a slow machine too.
const stepTime = 15 * time.Second

func (s *screen) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.browser, stepTime)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		s.shoot("failed-" + s.t.Name())
		s.t.Fatalf("%s: %v", what, err)
	}
}

// until waits until an expression in the page is true.
func (s *screen) until(expression string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.browser, stepTime)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")")); err != nil {
		s.shoot("failed-" + s.t.Name())
		s.t.Fatalf("until %s: %v", expression, err)
	}
}

// has waits until a part of the page holds a text.
func (s *screen) has(selector, text string) {
	s.t.Helper()
	s.until("[...document.querySelectorAll(" + quote(selector) + ")].some(n => n.textContent.includes(" + quote(text) + "))")
}

func (s *screen) count(selector string) int {
	s.t.Helper()
	n, err := chromedp.Run(s.browser, chromedp.Evaluate[int]("document.querySelectorAll("+quote(selector)+").length"))
	if err != nil {
		s.t.Fatalf("counting %s: %v", selector, err)
	}
	return n
}

func quote(text string) string { return "`" + strings.ReplaceAll(text, "`", "\\`") + "`" }

func (s *screen) click(selector string) {
	s.t.Helper()
	s.do("clicking "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// choose presses the button in the sidebar that has this text.
func (s *screen) choose(text string) {
	s.t.Helper()
	s.do("choosing "+text, chromedp.Click(chromedp.Search("//nav//button[contains(., '"+text+"')]")))
}

func (s *screen) typed(selector, text string) {
	s.t.Helper()
	s.do("typing", chromedp.SendKeys(chromedp.CSS(selector), text))
}

// enter presses the key as a keyboard does: a page that takes the key down gets
// no character after it, which chromedp's own Enter would send.
func (s *screen) enter() {
	s.t.Helper()
	s.do("pressing Enter", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, typ := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, input.DispatchKeyEventParams{
				Type: typ, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13, NativeVirtualKeyCode: 13,
			}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// press presses the last button on the page, outside of the sidebar and what is
// closed, that has this text: in the dialog that is open, in the newest message of
// the open thread, in the Home tab.
func (s *screen) press(text string) {
	s.t.Helper()
	s.do("pressing "+text, chromedp.Click(chromedp.Search(button(text))))
}

// key presses that button with the keyboard, which also hits one that moves while an
// answer grows above it.
func (s *screen) key(text string) {
	s.t.Helper()
	s.do("pressing "+text, chromedp.Focus(chromedp.Search(button(text))), chromedp.KeyEvent(kb.Enter))
}

// button is where a button with this text is: in a dialog if one is open.
func button(text string) string {
	is := "[contains(concat(' ', @class, ' '), ' button ') and normalize-space(.)='" + text + "']"
	return "(//dialog[@open]//button" + is + " | //*[not(//dialog[@open])]/*[self::main or self::aside]//button" + is + ")[last()]"
}

// fill types into the field of the open modal that has this label, in place of what
// is there. Of a choice it takes the option with that text.
func (s *screen) fill(label, value string) {
	s.t.Helper()
	field := "//dialog[@open]//*[(self::label or self::legend) and starts-with(normalize-space(.), '" + label + "')]"
	s.do("finding the field "+label, chromedp.WaitVisible(chromedp.Search(field)))
	kind, err := chromedp.Run(s.browser, chromedp.Evaluate[string](`{
		const label = document.evaluate(`+quote(field)+`, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue;
		const control = label.tagName === "LEGEND" ? null : document.getElementById(label.htmlFor);
		if (control) control.focus();
		if (control && control.select) control.select();
		control ? control.tagName : "RADIO";
	}`))
	if err != nil {
		s.t.Fatalf("the field %s: %v", label, err)
	}
	switch kind {
	case "RADIO":
		s.do("choosing "+value, chromedp.Click(chromedp.Search(field+"/..//label[contains(., '"+value+"')]")))
	case "SELECT":
		s.do("choosing "+value, chromedp.KeyEvent(value))
	default:
		s.do("typing", chromedp.KeyEvent(value))
	}
}

// wrong waits until the modal says this at the field with this label.
func (s *screen) wrong(label, sentence string) {
	s.t.Helper()
	s.until(`[...document.querySelectorAll("dialog[open] .input")].some(n => n.querySelector(".field-label").textContent.startsWith(` + quote(label) +
		`) && n.querySelector(".trouble").textContent.includes(` + quote(sentence) + `) && n.querySelector("[aria-invalid]"))`)
}

// choices opens the menu of the last message with this text and tells its items.
func (s *screen) choices(message string) []string {
	s.t.Helper()
	more := "(//li[contains(concat(' ', @class, ' '), ' message ') and contains(., '" + message + "')]//button[@aria-label='More actions'])[last()]"
	s.do("opening the menu", chromedp.Click(chromedp.Search(more)))
	s.until(`document.querySelector("#menu").matches(":popover-open")`)
	items, err := chromedp.Run(s.browser, chromedp.Evaluate[[]string](`[...document.querySelectorAll("#menu [role=menuitem]")].map(n => n.firstChild.textContent)`))
	if err != nil {
		s.t.Fatalf("reading the menu: %v", err)
	}
	return items
}

// menu takes an item of the menu of the last message with this text.
func (s *screen) menu(message, item string) {
	s.t.Helper()
	s.choices(message)
	s.do("taking "+item, chromedp.Click(chromedp.Search("//*[@role='menuitem' and starts-with(., '"+item+"')]")))
}

// openHome opens the app's Home tab.
func (s *screen) openHome() {
	s.t.Helper()
	s.choose("MedBuddy")
	s.click("#tab-home")
	s.until(`!document.querySelector("#home").hidden`)
}

func (s *screen) shoot(name string) {
	s.t.Helper()
	if *screenshots == "" {
		return
	}
	png, err := chromedp.Run(s.browser, chromedp.CaptureScreenshot())
	if err != nil {
		s.t.Fatalf("taking a picture: %v", err)
	}
	if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// watchRequests notes what the page asks of anybody but its server, and gives it
// when asked.
func (s *screen) watchRequests() (outside func() []string) {
	s.t.Helper()
	var mu sync.Mutex
	var urls []string
	err := chromedp.Listen(s.browser, func(ev any) {
		sent, ok := ev.(*network.EventRequestWillBeSent)
		if !ok {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		url := sent.Request.URL
		if !strings.HasPrefix(url, s.url+"/") && !strings.HasPrefix(url, "blob:") && !strings.HasPrefix(url, "data:") {
			urls = append(urls, url)
		}
	})
	if err != nil {
		s.t.Fatalf("starting the browser: %v", err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(urls)
	}
}

// attach picks files and drops another, and posts them together. One of them is no
// picture, whatever its name says.
func (s *screen) attach() {
	s.t.Helper()
	dot, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
	if err != nil {
		s.t.Fatal(err)
	}
	s.pick("#channel-composer", map[string][]byte{"dot.png": dot, "text.png": []byte("no picture"), "study.zip": []byte("PK"), "IMG_1.heic": []byte("ftyp")})
	s.do("dropping a file", chromedp.Evaluate[chromedp.Void](`{
		const data = new DataTransfer();
		data.items.add(new File(["DICM"], "ct.dcm"));
		document.querySelector("#channel-composer").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
	}`))
	s.has("#channel-composer .tray", "ct.dcm")
	s.shoot("attach")
	s.typed(inChannel, "five files")
	s.enter()
	for name, kind := range map[string]string{"ct.dcm": "DICOM", "study.zip": "ZIP", "IMG_1.heic": "HEIC", "text.png": "PNG"} {
		s.has("#messages .card", kind+name)
	}
	s.has("#messages figcaption", "dot.png")
	s.until("!document.querySelector('#channel-composer .tray li')")
	all := s.sim.Messages(s.radiology)
	if files := all[len(all)-1].Files; len(files) != 5 || files[4].Mimetype != "application/dicom" {
		s.t.Errorf("posted files %+v", files)
	}
}

// pick chooses files with a composer's button.
func (s *screen) pick(composer string, files map[string][]byte) {
	s.t.Helper()
	dir := s.t.TempDir()
	var paths []string
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			s.t.Fatal(err)
		}
		paths = append(paths, path)
	}
	s.do("picking files", chromedp.SetUploadFiles(chromedp.CSS(composer+" input[type=file]"), paths))
	for name := range files {
		s.has(composer+" .tray", name)
	}
}

// onAPhone demands that nothing is wider than a narrow screen.
func (s *screen) onAPhone() {
	s.t.Helper()
	s.do("making it narrow", chromedp.EmulateViewport(390, 844))
	fits := "document.documentElement.scrollWidth <= innerWidth"
	s.until(fits)
	s.until("getComputedStyle(document.querySelector('main')).display === 'none'") // the thread covers the channel
	s.shoot("phone-thread")
	s.click("#close-thread")
	s.until("document.querySelector('#thread').hidden && " + fits)
	s.shoot("phone")
	s.choose("MedBuddy")
	s.has("#channel-name", "MedBuddy")
}
