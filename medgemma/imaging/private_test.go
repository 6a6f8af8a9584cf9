package imaging

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging/dicom/dicomtest"
)

// technical are the header texts of the samples that may be seen outside: terms that
// an Image or a refusal holds, and numbers of the windows.
var technical = []string{"DICM", "DICOM", "-1024", "1024", "JPEG", "2000"}

// texts are the runs of printable characters of a file's header, four and more: the
// values of all elements are among them, nested and private ones too, whole and
// component by component. Pixels hold such runs by chance.
func texts(data []byte) (all []string) {
	if bytes.Contains(data[:400], []byte(dicomtest.Deflated)) {
		at := 144 + int(le32(data[140:]))                                      // behind group 0002, whose length is its first value
		inflated, _ := io.ReadAll(flate.NewReader(bytes.NewReader(data[at:]))) // its end may be padded
		data = slices.Concat(data[:at], inflated)
	}
	for _, tag := range []string{"\xe0\x7f\x10\x00", "\x7f\xe0\x00\x10"} {
		if i := bytes.LastIndex(data, []byte(tag)); i >= 0 {
			data = data[:i]
		}
	}
	for _, run := range bytes.FieldsFunc(data, func(r rune) bool { return r < ' ' || r > '~' || r == '\\' || r == '^' }) {
		s := strings.TrimSpace(string(run))
		// A value and the representation of the next element may run together; the
		// words of it are looked for as well.
		for _, s := range append(strings.Fields(s), s) {
			if len(s) >= 4 && !slices.Contains(technical, s) && !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// keepsPrivate prepares files and looks for their texts in all that comes out.
func keepsPrivate(t *testing.T, secrets []string, files ...[]byte) {
	t.Helper()
	if len(secrets) == 0 {
		t.Fatal("the test knows no secret")
	}
	images, refused := NewPreparer(Config{AllowBurnedIn: true}).Prepare(t.Context(), files, View{Slices: 16})
	out := fmt.Sprint(refused)
	for _, im := range images {
		for _, s := range im.Slices {
			noMetadata(t, s.Data)
			for _, secret := range secrets {
				if len(secret) > 5 && bytes.Contains(s.Data, []byte(secret)) { // shorter ones are there by chance
					t.Errorf("slice %d holds %q", s.Number, secret)
				}
			}
		}
		// The values alone: the names of fields are ours.
		out += fmt.Sprint(" ", im.Format, im.Modality, im.Side, im.Width, im.Height, im.Of, im.Series, im.Others, im.Notes, numbers(im))
	}
	for _, secret := range secrets {
		if strings.Contains(out, secret) {
			t.Errorf("%q got out: %s", secret, out)
		}
	}
}

// Of every real file not one text of the header leaves.
func TestNothingPrivateLeaves(t *testing.T) {
	t.Parallel()
	sample(t, "CT_small.dcm") // skips where there are none
	dir := sampleDir(t)
	names, err := filepath.Glob(filepath.Join(dir, "*.dcm"))
	if err != nil {
		t.Fatal(err)
	}
	derived, err := filepath.Glob(filepath.Join(dir, "derived", "*.dcm"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(names, derived...) {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			secrets := texts(data)
			keepsPrivate(t, secrets, data)
			keepsPrivate(t, secrets, zipOf(t, packed{name: "DOE^JANE.dcm", data: data}))
			keepsPrivate(t, secrets, data[:len(data)*2/3])
			if len(secrets) < 10 {
				t.Errorf("only %d texts found in the header", len(secrets))
			}
		})
	}
}

// Phantoms have personal data in every place: at the top, nested, private, in file
// and entry names.
func TestNothingPrivateLeavesPhantoms(t *testing.T) {
	for name, p := range map[string]dicomtest.Phantom{
		"CT": dicomtest.CT(32, 32), "implicit": {Syntax: dicomtest.ImplicitLE}, "big endian": {Syntax: dicomtest.ExplicitBE, Undefined: true},
		"deflated": {Syntax: dicomtest.Deflated}, "RLE": {Syntax: dicomtest.RLE, Modality: "MR"}, "colour": {Photometric: "RGB", Modality: "US"},
		"frames": {Frames: 4, Modality: "XA"}, "JPEG 2000": {Syntax: dicomtest.JPEG2000, Compressed: [][]byte{[]byte("DOE^")}},
		"terms": {Modality: "CT", Extra: []element{
			{Tag: 0x0008_0060, VR: "CS", Value: "JANE"}, {Tag: 0x0018_0015, VR: "CS", Value: "QUILL"},
			{Tag: 0x0018_5101, VR: "CS", Value: "DOE"}, {Tag: 0x0028_0301, VR: "CS", Value: "JANE"},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			data := p.Bytes(t)
			secrets := dicomtest.Secrets()
			keepsPrivate(t, secrets, data)
			keepsPrivate(t, secrets, zipOf(t, packed{name: "DOE^JANE^QUILL.dcm", data: data}))
			keepsPrivate(t, secrets, data[:len(data)-20], data[:400])
		})
	}
	keepsPrivate(t, dicomtest.Secrets(), ct(t, 5, "1.2.826.0.1.3680043.8.498.3")...)
}
