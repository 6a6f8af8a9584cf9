package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// What people and the model are told of an image: the note of a preparation, a
// series, a view. The rules of tone are in texts.go.

// Notes of the bot's own, beside imaging's. Stored values: never rename one.
const (
	noteSlackCopy = imaging.Note("slack_copy") // Slack's smaller copy was read in place of the file

	noteOtherStart    = "other:"    // a series of the archive that is not shown: number, modality, slices
	noteSiblingsStart = "siblings:" // how many images were made of its file
)

func noteOther(s imaging.Series) string {
	return fmt.Sprintf("%s%d/%s/%d", noteOtherStart, s.Number, s.Modality, s.Slices)
}

func noteSiblings(n int) string { return noteSiblingsStart + strconv.Itoa(n) }

// siblingsOf is how many images were made of the same file.
func siblingsOf(notes []string) int {
	for _, note := range notes {
		if s, ok := strings.CutPrefix(note, noteSiblingsStart); ok {
			n, _ := strconv.Atoi(s) // of our own making
			return n
		}
	}
	return 1
}

// aboutImage is what stands behind an image's label for the model: what kind of
// picture it is, and how much of it. Nothing else of the file's header goes there.
func aboutImage(r store.ImageRecord, sent int) string {
	about := describe(r, sent)
	for _, n := range r.Notes {
		if at, ok := strings.CutPrefix(n, string(imaging.NoteWindow)); ok && r.View != "" {
			about = append(about, windowText(at))
		}
	}
	return strings.Join(about, ", ")
}

// describe names the modality and how much of a series it is.
func describe(r store.ImageRecord, sent int) []string {
	if r.Modality == "" {
		return nil
	}
	about := []string{r.Modality}
	unit := "slices"
	if r.Modality != "CT" && r.Modality != "MR" && r.Modality != "PT" {
		unit = "frames"
	}
	switch {
	case r.Of <= 1:
	case sent == 1 && len(r.Slices) == 1:
		about = append(about, fmt.Sprintf("%s %d of %d", strings.TrimSuffix(unit, "s"), r.Slices[0].Number, r.Of))
	case sent < r.Of:
		about = append(about, fmt.Sprintf("%d of %d %s", sent, r.Of, unit))
	default:
		about = append(about, fmt.Sprintf("%d %s", r.Of, unit))
	}
	return about
}

// noteTexts are what the "Looked at" line says about a preparation.
func noteTexts(notes []string) []string {
	var texts []string
	for _, n := range notes {
		if t := noteText(n); t != "" && !slices.Contains(texts, t) {
			texts = append(texts, t)
		}
	}
	return texts
}

func noteText(note string) string {
	name, values, _ := strings.Cut(note, ":")
	switch n := imaging.Note(name); n {
	case imaging.NoteFirstFrame:
		return "first frame only"
	case imaging.NoteStretched:
		return "contrast stretched"
	case imaging.NoteFlattened:
		return "transparency on black"
	case imaging.NoteSmall:
		return "small image"
	case noteSlackCopy:
		return "Slack's smaller copy"
	case imaging.NoteLUT:
		return "the file's own contrast"
	case imaging.NoteMinMax:
		return "lowest to highest value"
	case imaging.NotePercentile:
		return "no window in the file: contrast from its values"
	case imaging.NoteCropped:
		return "cropped to the ultrasound field"
	case imaging.NoteNoGeometry:
		return "no positions in the files: sorted by number"
	case imaging.NoteNoOrder:
		return "nor by number: as they came"
	case imaging.NoteNotTrained:
		return "a modality MedGemma was not trained on"
	case imaging.NoteBurnedIn, imaging.NoteMayBeBurned:
		return "may have text burned in"
	case imaging.NoteOnePerPlace:
		return "several slices at the same places (phases or repeats): only one of each"
	case imaging.NoteWithheld:
		return "slices that say text is burned in were left out"
	case imaging.NoteIncomplete:
		return "not all of its files could be read"
	}
	switch imaging.Note(name + ":") {
	case imaging.NoteWindows:
		return "red, green, blue: " + hounsfield(values)
	case imaging.NoteWindow:
		return windowText(values)
	}
	return ""
}

// windowText writes "40/400" as radiologists do.
func windowText(values string) string {
	centre, width, _ := strings.Cut(values, "/")
	return "W " + strings.ReplaceAll(width, "-", "−") + " L " + strings.ReplaceAll(centre, "-", "−")
}

// hounsfield writes "-1024..1024,-135..215" as ranges in HU.
func hounsfield(values string) string {
	s := strings.ReplaceAll(strings.ReplaceAll(values, "-", "−"), ",", ", ")
	return strings.ReplaceAll(s, "..", " to ") + " HU"
}

// shownTitle is the title of the picture of an image: by it MedBuddy knows its own.
func shownTitle(label int) string { return imageLabel(label) + ", as the model sees it" }

func textShownAlt(img shownImage) string {
	alt := shownTitle(img.record.Label)
	if about := describe(img.record, len(img.slices)); len(about) > 0 {
		alt += ": " + strings.Join(about, ", ")
	}
	return clip(alt, 200)
}

// textShown says under the pictures what they are and what else there is.
func textShown(images []shownImage) string {
	lines := []string{"This is what the model sees."}
	series, ct, grey, burned := 0, false, false, false
	for _, img := range images {
		r := img.record
		about := describe(r, len(img.slices))
		if r.Series > 0 {
			about = append([]string{fmt.Sprintf("series %d", r.Series)}, about...)
		}
		about = append(about, noteTexts(r.Notes)...)
		line := "*" + imageLabel(r.Label) + "*"
		if len(about) > 0 {
			line += ": " + strings.Join(about, ", ")
		}
		lines = append(lines, line+".")
		if list := otherSeries(r.Notes); len(list) > 0 {
			lines = append(lines, "Not shown: "+strings.Join(list, ", ")+fmt.Sprintf(". To look at one, ask for it by number, such as _series %d_.", others(r.Notes)[0].Number))
		}
		if isDICOM(r) {
			series = max(series, r.Of)
		}
		ct = ct || r.Modality == "CT"
		grey = grey || isDICOM(r) && slices.ContainsFunc(r.Notes, hasWindow)
		burned = burned || slices.ContainsFunc(r.Notes, func(n string) bool {
			return n == string(imaging.NoteMayBeBurned) || n == string(imaging.NoteBurnedIn)
		})
	}
	if series > 1 {
		lines = append(lines, "A slice's number is its place in the stack, from the lowest position up; a viewer may count otherwise.")
	}
	var ways []string
	if ct {
		ways = append(ways, "_lung window_", "_bone window_")
	}
	if grey {
		ways = append(ways, "_W 400 L 40_")
	}
	if series > 1 {
		ways = append(ways, fmt.Sprintf("_slices %d to %d_", series/3+1, max(2*series/3, series/3+2)))
	}
	if len(ways) > 0 {
		lines = append(lines, "To see it another way, say so in a question: "+strings.Join(ways, ", ")+".")
	}
	if burned {
		lines = append(lines, "Check that no name or number is burned into the picture: it goes to the model with it.")
	}
	return strings.Join(lines, "\n")
}

// hasWindow says whether a note tells of values that a window was laid over.
func hasWindow(note string) bool {
	name, _, values := strings.Cut(note, ":")
	n := imaging.Note(name)
	if values {
		n += ":"
	}
	return slices.Contains([]imaging.Note{imaging.NoteWindows, imaging.NoteWindow, imaging.NoteLUT, imaging.NoteMinMax, imaging.NotePercentile}, n)
}

// otherSeries lists the series of an archive that are not shown, by number, at most
// six.
func otherSeries(notes []string) (out []string) {
	all := others(notes)
	for _, s := range all[:min(len(all), 6)] {
		out = append(out, seriesText(s))
	}
	if more := len(all) - len(out); more > 0 {
		out = append(out, fmt.Sprintf("and %d more", more))
	}
	return out
}

func others(notes []string) (all []imaging.Series) {
	for _, n := range notes {
		if s, ok := parseOther(n); ok {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b imaging.Series) int { return a.Number - b.Number })
	return all
}

func parseOther(note string) (s imaging.Series, ok bool) {
	rest, ok := strings.CutPrefix(note, noteOtherStart)
	parts := strings.Split(rest, "/")
	if !ok || len(parts) != 3 {
		return s, false
	}
	s.Number, _ = strconv.Atoi(parts[0])
	s.Modality = parts[1]
	s.Slices, _ = strconv.Atoi(parts[2])
	return s, true
}

func seriesText(s imaging.Series) string {
	modality := s.Modality
	if modality == "" {
		modality = "pictures"
	}
	return fmt.Sprintf("series %d (%s, %d)", s.Number, modality, s.Slices)
}

const (
	textShownSome     = "I posted only the first 10 of the pictures that the model got to see."
	textNotShown      = "I could not post the picture that the model got to see."
	textNotShownScope = "I could not post the picture that the model got to see: the permission files:write is missing. Your administrator must add it and reinstall the app."
)
