package bot_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/bot"
	"github.com/medbuddy/medbuddy/bot/slacksim"
	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// ct is the files of an axial CT.
func ct(t *testing.T, slices, number int) [][]byte {
	t.Helper()
	return dicomtest.CT(64, 64).Series(t, dicomtest.Series{Slices: slices, UID: fmt.Sprintf("1.2.3.%d", number), Number: number})
}

// packed is a ZIP of files, as a person would post a study.
func packed(t *testing.T, files ...[]byte) slacksim.File {
	t.Helper()
	var buf bytes.Buffer
	z := zip.NewWriter(&buf)
	for i, data := range files {
		f, err := z.Create(fmt.Sprintf("DOE_JANE/IM%04d", i))
		must(t, err)
		_, err = f.Write(data)
		must(t, err)
	}
	must(t, z.Close())
	return slacksim.File{Name: "doe_jane_ct_thorax.zip", Data: buf.Bytes()}
}

func loose(files [][]byte) []slacksim.File {
	var out []slacksim.File
	for i, data := range files {
		out = append(out, slacksim.File{Name: fmt.Sprintf("doe_jane_%02d.dcm", i), Data: data})
	}
	return out
}

var sliceRE = regexp.MustCompile(`^SLICE (\d+)`)

// sliceNumbers lists the numbers that follow the pictures of a message.
func sliceNumbers(t *testing.T, parts []wirePart) (numbers []string) {
	t.Helper()
	for i, p := range parts {
		if p.Type != "image_url" {
			continue
		}
		number := ""
		if i+1 < len(parts) {
			if m := sliceRE.FindStringSubmatch(parts[i+1].Text); m != nil {
				number = m[1]
			}
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// mute holds that nothing of the made-up patient has left the files.
func (w *world) mute(root string) {
	w.t.Helper()
	for _, secret := range dicomtest.Secrets() {
		for i, r := range w.model.Requests() {
			if strings.Contains(string(r.Body), secret) {
				w.t.Errorf("request %d holds %q", i+1, secret)
			}
		}
		for _, m := range w.sim.Thread(w.channel, root) {
			if m.User == w.sim.BotUserID() && strings.Contains(m.Text, secret) {
				w.t.Errorf("the thread is told %q", secret)
			}
		}
		if strings.Contains(w.log.String(), secret) {
			w.t.Errorf("the log holds %q", secret)
		}
	}
}

// A ZIP of a series: its slices go to the model in order, each with its number, the
// question last; the sheet of them is posted; nothing personal goes anywhere.
func TestSeriesIsReadFromAZip(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		most int
		want []string
		told string
	}{
		"all":    {16, []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"}, "CT, 12 slices"},
		"evenly": {4, []string{"1", "5", "8", "12"}, "CT, 4 of 12 slices"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, options{bot: func(b *bot.Config) { b.MaxImages = c.most }})
			files := ct(t, 12, 2)
			slices.Reverse(files)
			root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", packed(t, append(files, ct(t, 5, 3)...)...))
			got := w.answer(root, 1)
			if !strings.Contains(got, "Looked at: Image 1 ("+c.told) {
				t.Errorf("the answer says %q", got)
			}
			parts := w.request(0).parts(t, 1)
			if diff := cmp.Diff(c.want, sliceNumbers(t, parts)); diff != "" {
				t.Errorf("slices (-want +got):\n%s", diff)
			}
			if first := parts[0].Text; !strings.Contains(first, "Image 1 ("+c.told+")") {
				t.Errorf("the pictures are announced as %q", first)
			}
			if last := parts[len(parts)-1].Text; !strings.HasSuffix(last, "is there a bleed?") {
				t.Errorf("the last part is %q", last)
			}
			shown := w.shown(root)
			if len(shown) != 1 || len(shown[0].Files) != 1 || !strings.Contains(shown[0].Text, "series 3 (CT, 5)") {
				t.Fatalf("%d messages with pictures: %+v", len(shown), shown)
			}
			f, _ := w.sim.File(shown[0].Files[0].ID)
			if _, _, err := image.Decode(bytes.NewReader(f.Data)); err != nil || strings.Contains(f.Name, "doe") {
				t.Errorf("the sheet is called %q: %v", f.Name, err)
			}
			w.mute(root)
		})
	}
}

// Several DICOM files posted together are one image: the series that they are.
func TestLooseFilesAreGrouped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	files := ct(t, 5, 2)
	slices.Reverse(files)
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", loose(files)...)
	if got := w.answer(root, 1); !strings.Contains(got, "Looked at: Image 1 (CT, 5 slices") {
		t.Errorf("the answer says %q", got)
	}
	if got := sliceNumbers(t, w.request(0).parts(t, 1)); !slices.Equal(got, []string{"1", "2", "3", "4", "5"}) {
		t.Errorf("slices %v", got)
	}
	w.mute(root)
}

// One CT slice goes out in three windows, and the thread sees the very same bytes.
func TestPeopleSeeWhatTheModelSees(t *testing.T) {
	t.Parallel()
	w := newWorld(t, options{})
	root := w.post(w.ann, w.channel, "", "@MedBuddy is there a bleed?", loose(ct(t, 1, 2))...)
	if got := w.answer(root, 1); !strings.Contains(got, "Looked at: Image 1 (CT, 64×64, small image, red, green, blue: −1024 to 1024, −135 to 215, 0 to 80 HU") {
		t.Errorf("the answer says %q", got)
	}
	shown := w.shown(root)
	if len(shown) != 1 {
		t.Fatalf("%d messages with pictures", len(shown))
	}
	f, _ := w.sim.File(shown[0].Files[0].ID)
	sent := w.request(0).images()
	if want := dataURL("image/png", f.Data); len(sent) != 1 || sent[0] != want {
		t.Error("the thread is shown other bytes than the model")
	}
	img, err := png.Decode(bytes.NewReader(f.Data))
	must(t, err)
	if img.Bounds().Dx() != 64 {
		t.Errorf("the picture is %v", img.Bounds())
	}
	// An ordinary picture needs no showing.
	w.ask(w.ann, root, "and this film, what does it show?", film(t, 1))
	if n := len(w.shown(root)); n != 1 {
		t.Errorf("%d messages with pictures, want 1", n)
	}
}

// What DICOM cannot be read has its own sentence.
func TestDICOMRefusals(t *testing.T) {
	t.Parallel()
	burned := dicomtest.CT(64, 64)
	burned.Extra = append(burned.Extra, dicomtest.Element{Tag: 0x0028_0301, VR: "CS", Value: "YES"})
	squeezed := dicomtest.CT(64, 64)
	squeezed.Syntax, squeezed.Compressed = dicomtest.JPEG2000, [][]byte{{0xff, 0x4f, 0xff, 0x51}}
	report := dicomtest.File{Elements: []dicomtest.Element{{Tag: 0x0008_0016, VR: "UI", Value: "1.2.840.10008.5.1.4.1.1.88.11"}, {Tag: 0x0008_0060, VR: "CS", Value: "SR"}}}
	for name, c := range map[string]struct {
		data []byte
		want string
	}{
		"burned in": {burned.File(t).Bytes(t), "text is burned into its picture"},
		"JPEG 2000": {squeezed.File(t).Bytes(t), "is JPEG 2000 compressed. Export it uncompressed or as PNG"},
		"a report":  {report.Bytes(t), "structured report, not an image"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, options{})
			got := w.ask(w.ann, "", "@MedBuddy what does this show?", slacksim.File{Name: "doe_jane_001.dcm", Data: c.data})
			if !strings.Contains(got, "Not read: a file") || !strings.Contains(got, c.want) {
				t.Errorf("the thread says %q, want %q in it", got, c.want)
			}
			if n := len(w.model.Requests()); n != 0 {
				t.Errorf("%d model calls", n)
			}
		})
	}
	t.Run("burned in, one slice of a series", func(t *testing.T) {
		w := newWorld(t, options{})
		one := burned.Series(t, dicomtest.Series{Slices: 1, UID: "1.2.3.2", Number: 2})
		got := w.ask(w.ann, "", "@MedBuddy is there a bleed?", packed(t, append(ct(t, 4, 2), one...)...))
		if !strings.Contains(got, "CT, 4 slices") || !strings.Contains(got, "slices that say text is burned in were left out") {
			t.Errorf("the answer says %q", got)
		}
	})
	t.Run("burned in, and allowed", func(t *testing.T) {
		w := newWorld(t, options{bot: func(c *bot.Config) { c.AllowBurnedIn = true }})
		if got := w.ask(w.ann, "", "@MedBuddy what does this show?", slacksim.File{Name: "doe_jane_001.dcm", Data: burned.File(t).Bytes(t)}); !strings.Contains(got, "may have text burned in") {
			t.Errorf("the answer says %q", got)
		}
	})
}

// A HEIC is read from Slack's own copy of it, and the thread is told.
func TestHEICIsReadFromSlacksCopy(t *testing.T) {
	t.Parallel()
	heic := append([]byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), make([]byte, 200)...)
	w := newWorld(t, options{})
	got := w.ask(w.ann, "", "@MedBuddy what does this lesion look like?", slacksim.File{Name: "IMG_2231.heic", Data: heic, Thumb1024: film(t, 1).Data})
	if !strings.Contains(got, "Slack's smaller copy") || len(w.request(0).images()) != 1 {
		t.Errorf("with a copy: %q", got)
	}
	if got := w.ask(w.ann, "", "@MedBuddy what does this lesion look like?", slacksim.File{Name: "IMG_2232.heic", Data: heic}); !strings.Contains(got, "Slack made no copy") {
		t.Errorf("without a copy: %q", got)
	}
}
