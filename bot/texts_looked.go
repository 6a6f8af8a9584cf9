package bot

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// This file makes the "Looked at" line under an answer: which images the model was
// shown, with links to their posts, and which it was not. The rules of tone are in
// texts.go.

// looked is what the "Looked at" line is made of.
type looked struct {
	images      []lookedImage
	leftOut     []int
	dropped     int // messages of the thread left out
	temperature float64
	maxTokens   int
	model       string
}

type lookedImage struct {
	record store.ImageRecord
	slices []slicePicture // of it, that were sent
	link   string         // to the message it came with; "" when that is not known
}

// labels are those of the images that the request held.
func (l looked) labels() (labels []int) {
	for _, img := range l.images {
		labels = append(labels, img.record.Label)
	}
	return labels
}

// pictures is how many pictures the request held.
func (l looked) pictures() int {
	n := 0
	for _, img := range l.images {
		n += len(img.slices)
	}
	return n
}

// lookedRunes is the most characters of the line that people see: with a full part
// of answer text it then stays inside one chat.update, whose text has no links.
// linkRunes is the most that links may add to them: a context block takes 3,000
// characters in all (docs.slack.dev/reference/block-kit/composition-objects/text-object).
const (
	lookedRunes = 560
	linkRunes   = 3000 - lookedRunes - 40
)

// line names the images with links. What people see of it is at most lookedRunes
// long.
func (l looked) line() string {
	rest := ""
	if len(l.leftOut) > 0 {
		rest = ". Not looked at this time: " + clip(labelList(l.leftOut), 160)
	}
	if l.dropped > 0 {
		rest += fmt.Sprintf(". The oldest %d messages were left out", l.dropped)
	}
	rest += fmt.Sprintf(". Temperature %s, max tokens %d", number(l.temperature), l.maxTokens)
	if l.model != "" {
		rest += ", model " + clipInert(l.model, 80)
	}
	rest += "."
	if len(l.images) == 0 {
		return "No image used" + rest
	}
	// How an image was prepared may be cut short, what was not looked at never.
	const start = "Looked at: "
	return start + l.seen(lookedRunes-utf8.RuneCountInString(start+rest)) + rest
}

// describedOneByOne is how many images have their size and preparation each behind
// their name; more share one description.
const describedOneByOne = 4

// seen names the images, with their size as posted and as the model got it, in at
// most room characters without the links. It is cut between names, or in what is
// said of them, which holds no link.
func (l looked) seen(room int) string {
	links := l.links()
	if len(l.images) > describedOneByOne {
		return l.seenTogether(room, links)
	}
	for i, img := range l.images {
		room -= utf8.RuneCountInString(imageLabel(img.record.Label)) + min(i, 1)*len(", ")
	}
	names := make([]string, len(l.images))
	for i, img := range l.images {
		names[i] = links(img.record.Label)
		about, ends := strings.Join(l.describe(img), ", "), len(" ()")
		if room <= ends+1 {
			continue
		}
		about = clip(about, room-ends)
		names[i] += " (" + about + ")"
		room -= utf8.RuneCountInString(about) + ends
	}
	return strings.Join(names, ", ")
}

func (l looked) describe(img lookedImage) []string {
	r := img.record
	size := fmt.Sprintf("%d×%d", r.Width, r.Height)
	if r.Side < max(r.Width, r.Height) {
		size += fmt.Sprintf(" seen at %d×%d", r.Side, r.Side)
	}
	return slices.Concat(describe(r, len(img.slices)), []string{size}, noteTexts(r.Notes))
}

// seenTogether names many images, which share one description.
func (l looked) seenTogether(room int, links func(label int) string) string {
	var noted []string
	for _, img := range l.images {
		if about := slices.Concat(describe(img.record, len(img.slices)), noteTexts(img.record.Notes)); len(about) > 0 {
			noted = append(noted, imageLabel(img.record.Label)+": "+strings.Join(about, ", "))
		}
	}
	about := fmt.Sprintf(", each seen at %d×%d or less", imaging.Side, imaging.Side)
	room -= utf8.RuneCountInString(about)
	names, size, labels := "", 0, l.labels()
	for i, run := range runs(labels) {
		sep := min(i, 1) * len(", ")
		more := fmt.Sprintf(" and %d more", len(labels)-run.before)
		if size+sep+utf8.RuneCountInString(run.text(imageLabel)+more) > room && i > 0 {
			names += more
			size += len(more)
			break
		}
		names += ", "[:sep] + run.text(links)
		size += sep + utf8.RuneCountInString(run.text(imageLabel))
	}
	s := names + about
	if room -= size + len(" ()"); len(noted) > 0 && room > 1 {
		s += " (" + clip(strings.Join(together(noted), "; "), room) + ")"
	}
	return s
}

// links returns what writes an image's name with a link to its post, as long as
// there is room for links.
func (l looked) links() func(label int) string {
	room := linkRunes
	address := map[int]string{}
	for _, img := range l.images {
		address[img.record.Label] = img.link
	}
	return func(label int) string {
		name := imageLabel(label)
		with := hyperlink(address[label], name)
		if room -= utf8.RuneCountInString(with) - utf8.RuneCountInString(name); room < 0 {
			return name
		}
		return with
	}
}

// together writes what several images have in common once: "Image 1, Image 2: CT".
func together(noted []string) (out []string) {
	names := map[string][]string{}
	var order []string
	for _, n := range noted {
		name, note, _ := strings.Cut(n, ": ")
		if names[note] == nil {
			order = append(order, note)
		}
		names[note] = append(names[note], name)
	}
	for _, note := range order {
		out = append(out, strings.Join(names[note], ", ")+": "+note)
	}
	return out
}

// labelList names labels in rising order, runs of three and more as a range:
// "Image 1, Image 3 to Image 6".
func labelList(labels []int) string {
	var names []string
	for _, r := range runs(labels) {
		names = append(names, r.text(imageLabel))
	}
	return strings.Join(names, ", ")
}

// run is a label, or three and more that follow each other.
type run struct {
	first, last int
	before      int // labels of the list before it
}

func runs(labels []int) (list []run) {
	for i := 0; i < len(labels); {
		end := i
		for end+1 < len(labels) && labels[end+1] == labels[end]+1 {
			end++
		}
		if end-i < 2 {
			end = i
		}
		list = append(list, run{labels[i], labels[end], i})
		i = end + 1
	}
	return list
}

func (r run) text(name func(label int) string) string {
	if r.first == r.last {
		return name(r.first)
	}
	return name(r.first) + " to " + name(r.last)
}
