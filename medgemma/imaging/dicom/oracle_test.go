package dicom

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The oracle is DCMTK's dcmj2pnm: an independent implementation that has drawn
// DICOM for thirty years. Every pixel is to be the same or within one of 255;
// a trial that is not is named with its reason.

// oracle is where a command of DCMTK is. Without it the test is skipped, except in CI.
func oracle(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no %s of DCMTK", name)
		}
		t.Skipf("no %s of DCMTK: skipped", name)
	}
	return path
}

// A trial is one frame shown by both.
type trial struct {
	name  string
	data  []byte
	frame int      // from 0
	shade Shade    // for us
	plane int      // of a grey picture in three channels, from 1; 0: all
	args  []string // for dcmj2pnm: "+Wi 1" is the first window, "+Wm" minimum to maximum, "-W" none
}

// exception is why trials differ by more than one of 255.
type exception struct {
	trials string // is part of their names
	bound  int    // the difference that is allowed, of 255
	reason string
}

// compare shows a frame both ways.
func compare(t *testing.T, c trial, exceptions []exception) {
	t.Helper()
	command := oracle(t, "dcmj2pnm")
	f := opened(t, c.data)
	fr, err := f.Frame(t.Context(), c.frame)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.Picture(t.Context(), c.frame, fr, c.shade)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "in.dcm")
	if err := os.WriteFile(file, c.data, 0o600); err != nil {
		t.Fatal(err)
	}
	// Overlays are drawn by default and never by us.
	args := append([]string{"-q", "-O", "+op", "+F", strconv.Itoa(c.frame + 1)}, c.args...)
	out, err := exec.CommandContext(t.Context(), command, append(args, file)...).Output()
	if err != nil {
		t.Fatalf("dcmj2pnm: %v", err)
	}
	if c.plane > 0 {
		p = channel(p, c.plane-1)
	}
	worst, at := difference(t, p, out)
	for _, e := range exceptions {
		if !strings.Contains(c.name, e.trials) {
			continue
		}
		if worst <= 1 || worst > e.bound {
			t.Errorf("%d of 255 from DCMTK at %s, where 2 to %d are expected: %s", worst, at, e.bound, e.reason)
		}
		return
	}
	if worst > 1 {
		t.Errorf("%d of 255 from DCMTK at %s", worst, at)
	}
}

// channel is one of a picture's three, as a grey picture.
func channel(p Picture, c int) Picture {
	rgb, out := p.Row, make([]byte, p.Width)
	p.Channels = 1
	p.Row = func(y int) []byte {
		row := rgb(y)
		for x := range out {
			out[x] = row[3*x+c]
		}
		return out
	}
	return p
}

// difference is the largest between a picture and a raw PGM or PPM.
func difference(t *testing.T, p Picture, pnm []byte) (worst int, at string) {
	t.Helper()
	head := bytes.Fields(pnm[:min(len(pnm), 40)])
	if len(head) < 4 {
		t.Fatalf("dcmj2pnm wrote %d bytes", len(pnm))
	}
	kind, top := string(head[0]), string(head[3])
	width, _ := strconv.Atoi(string(head[1]))
	height, _ := strconv.Atoi(string(head[2]))
	channels := map[string]int{"P5": 1, "P6": 3}[kind]
	n := width * height * channels
	if width != p.Width || height != p.Height || channels != p.Channels || top != "255" || len(pnm) < n {
		t.Fatalf("a %s of %dx%d, 0 to %s, against %dx%d with %d channels", kind, width, height, top, p.Width, p.Height, p.Channels)
	}
	pix := pnm[len(pnm)-n:]
	for y := range height {
		for x, v := range p.Row(y) {
			if d := max(int(v), int(pix[0])) - min(int(v), int(pix[0])); d > worst {
				worst, at = d, fmt.Sprintf("%d,%d,%d: %d, DCMTK %d", x/channels, y, x%channels, v, pix[0])
			}
			pix = pix[1:]
		}
	}
	return worst, at
}

// trials runs each, several at once. An exception that no trial has is a mistake.
func trials(t *testing.T, all []trial, exceptions ...exception) {
	oracle(t, "dcmj2pnm")
	for _, e := range exceptions {
		if !slices.ContainsFunc(all, func(c trial) bool { return strings.Contains(c.name, e.trials) }) {
			t.Errorf("no trial is of the exception %q", e.trials)
		}
	}
	for _, c := range all {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			compare(t, c, exceptions)
		})
	}
}
