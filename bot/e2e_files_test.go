package bot_test

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// A file that cannot be read gives its own sentence and no model call.
func TestUnreadableFilesGetASentence(t *testing.T) {
	t.Parallel()
	good := film(t, 1)
	var small bytes.Buffer
	must(t, jpeg.Encode(&small, image.NewGray(image.Rect(0, 0, 64, 64)), nil))
	for name, c := range map[string]struct {
		file slacksim.File
		want string
	}{
		"HTML with 200":     {slacksim.File{Name: "doe_scan_one.png", Data: good.Data, Download: slacksim.Download{HTML: true}}, "files:read"},
		"sign-in redirect":  {slacksim.File{Name: "doe_scan_two.png", Data: good.Data, Download: slacksim.Download{Redirect: true}}, "reinstall"},
		"empty":             {slacksim.File{Name: "doe_scan_three.png", Data: []byte{}}, "is empty"},
		"cut file":          {slacksim.File{Name: "doe_scan_four.jpg", Data: small.Bytes()[:200]}, "cut off or damaged"},
		"too large by size": {slacksim.File{Name: "doe_scan_five.png", Data: good.Data, Size: 900 << 20}, "larger than 25 MB (DICOM and ZIP: 200 MB)"},
		"a PDF":             {slacksim.File{Name: "doe_scan_six.png", Data: []byte("%PDF-1.7\n%âãÏÓ\n1 0 obj")}, "is a PDF"},
		"DICOM":             {slacksim.File{Name: "doe_scan_seven.dcm", Data: append(make([]byte, 128), "DICM\x02\x00\x00\x00UL\x04\x00"...)}, "cut off or damaged"},
		"deleted":           {slacksim.File{Name: "doe_scan_eight.png", Data: good.Data, Access: slacksim.Deleted}, "was deleted"},
		"external":          {slacksim.File{Name: "doe_scan_nine.png", Access: slacksim.External, ExternalURL: "https://drive.example/x"}, "outside Slack"},
		"hidden":            {slacksim.File{Name: "doe_scan_ten.png", Data: good.Data, Access: slacksim.Hidden}, "plan's limit"},
		"gone":              {slacksim.File{Name: "doe_scan_eleven.png", Data: good.Data, Download: slacksim.Download{Status: 404}}, "was deleted"},
		"a bomb":            {slacksim.File{Name: "doe_scan_twelve.png", Data: liar()}, "megapixels"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			got := w.ask(w.ann, "", "@MedBuddy what does this film show?", c.file)
			if !strings.Contains(got, "Not read: a file") || !strings.Contains(got, c.want) {
				t.Errorf("the thread says %q, want %q in it", got, c.want)
			}
			if strings.Contains(got, "doe_scan") {
				t.Error("the thread names the file")
			}
			if n := len(w.model.Requests()); n != 0 {
				t.Errorf("%d model calls about a file that nobody read", n)
			}
		})
	}
}

// liar is a PNG header of 60,000 x 60,000 pixels without any.
func liar() []byte {
	header := []byte("IHDR\x00\x00\xea\x60\x00\x00\xea\x60\x08\x02\x00\x00\x00")
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\r"), header...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(header))
}

// Once the scope is there, asking again reads the file that was missed.
func TestMissedFileIsReadNextTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	f := film(t, 1)
	f.ID, f.Download.HTML = "FMISSED1", true
	root := w.post(w.ann, w.channel, "", "@MedBuddy what does this film show?", f)
	w.answer(root, 1)
	w.sim.SetFile("FMISSED1", func(f *slacksim.File) { f.Download.HTML = false })
	got := w.ask(w.ann, root, "and now, what does it show?")
	if !strings.Contains(got, "Looked at: Image 1") || len(w.request(0).images()) != 1 {
		t.Errorf("the second answer is %q", got)
	}
}

// Some files can be read and some not: the model gets the ones, the thread is
// told of the others.
func TestPartlyReadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	got := w.ask(w.ann, "", "@MedBuddy compare these two", film(t, 1), slacksim.File{Name: "doe_report_final.pdf", Data: []byte("%PDF-1.7\n")})
	if !strings.Contains(got, "Looked at: Image 1") || !strings.Contains(got, "Not read: file 2 of 2 is a PDF") {
		t.Errorf("answer %q", got)
	}
	if !strings.Contains(w.request(0).prefix(), "could not be read") {
		t.Error("the model was not told of the file that it does not see")
	}
}

// A question that comes with an unreadable file is about that file: the older
// image does not stand in for it.
func TestOldImageDoesNotStandIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy what does this film show?", film(t, 1))
	w.answer(root, 1)
	got := w.ask(w.ann, root, "and what about this one?", slacksim.File{Name: "doe_second_view.pdf", Data: []byte("%PDF-1.7\n")})
	if !strings.Contains(got, "Not read") || !strings.Contains(got, "without a file") || len(w.model.Requests()) != 1 {
		t.Errorf("answer %q after %d model calls", got, len(w.model.Requests()))
	}
	if got := w.ask(w.ann, root, "then the first film again: which side?"); !strings.Contains(got, "Looked at: Image 1") {
		t.Errorf("answer %q", got)
	}
}

func TestSlackConnectFileIsResolved(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	f := film(t, 1)
	f.Access = slacksim.CheckInfo
	if got := w.ask(w.ann, "", "@MedBuddy what does this film show?", f); !strings.Contains(got, "Looked at: Image 1") {
		t.Errorf("answer %q", got)
	}
	if len(w.sim.Calls("files.info")) == 0 {
		t.Error("files.info was not asked")
	}
}

// Without an image there is no answer about one, in code.
func TestNoImageNoAnswer(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		textOnly bool
		question string
		calls    int
		want     string
	}{
		"no image":                {false, "@MedBuddy is there a fracture?", 0, "I see no image in this thread"},
		"no image, no words":      {false, "@MedBuddy", 0, "Post a scan here"},
		"text allowed":            {true, "@MedBuddy how do croup and epiglottitis differ?", 1, "No image used"},
		"text allowed, a mirage":  {true, "@MedBuddy is there a fracture on this x-ray?", 0, "No image reached the model"},
		"text allowed, a finding": {true, "@MedBuddy is there a fracture?", 0, "No image reached the model"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{bot: func(c2 *bot.Config) { c2.AllowTextOnly = c.textOnly }})
			got := w.ask(w.ann, "", c.question)
			if !strings.Contains(got, c.want) {
				t.Errorf("answer %q, want %q in it", got, c.want)
			}
			if n := len(w.model.Requests()); n != c.calls {
				t.Errorf("%d model calls, want %d", n, c.calls)
			}
		})
	}
}

func TestImageThatIsNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy what does this film show?", film(t, 1))
	w.answer(root, 1)
	got := w.ask(w.ann, root, "compare Image 1 with Image 4")
	if !strings.Contains(got, "There is no Image 4") || len(w.model.Requests()) != 1 {
		t.Errorf("answer %q", got)
	}
}

// More images than one request may hold: the named and the newest go along, the
// thread is told of the others.
func TestTooManyImages(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{bot: func(c *bot.Config) { c.MaxImages = 3 }})
	root := w.post(w.ann, w.channel, "", "@MedBuddy what do these films show?", film(t, 1), film(t, 2), film(t, 3), film(t, 4), film(t, 5))
	got := w.answer(root, 1)
	if len(w.request(0).images()) != 3 || !strings.Contains(got, "Not looked at this time: Image 1, Image 2") {
		t.Errorf("%d images, answer %q", len(w.request(0).images()), got)
	}
	got = w.ask(w.ann, root, "what is in Image 1?")
	if !strings.Contains(got, "Looked at: Image 1") || !strings.Contains(got, "Not looked at this time: Image 2, Image 3") {
		t.Errorf("answer %q", got)
	}
}
