package bot

import (
	"fmt"
	"slices"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// What is said of a view that was asked for and is not there. The rules of tone are
// in texts.go.

const textOneWindow = "I show one window at a time. Ask for one, then for the other."

const textOnlyDICOM = "A window or slices can be chosen where the scan is posted as DICOM. Here the model saw the picture as it was posted."

func textWindowNames() string {
	return "That window has no name here. I know these: " + windowNames() + ". Or give numbers, such as _W 400 L 40_."
}

// textNoSuchView says what of a view is not there, and what is.
func textNoSuchView(e *imaging.Error, view imaging.View, asked wish) string {
	switch {
	case len(e.Have) > 0:
		var have []string
		for _, s := range e.Have {
			have = append(have, seriesText(s))
		}
		return fmt.Sprintf("There is no series %d in it; it has %s. Ask for one of those.", view.Series, strings.Join(have, ", "))
	case e.Of == 1:
		return "It is a single picture, not a series, so there are no slices to choose from. Ask about it without a slice."
	case e.Of > 1:
		return fmt.Sprintf("It has slices 1 to %d. Ask for some of those.", e.Of)
	case asked.preset != "" || view.OnlyCT:
		return textNotHounsfield
	}
	return "It has no values that a window can be laid over: it is a colour picture. Ask without a window."
}

const textNotHounsfield = "A window by name, such as _lung window_, is for CT slices as DICOM, and this is none. Ask without it, or give numbers, such as _W 400 L 40_."

// textNoneFits answers a wish that no image of the thread can meet.
func textNoneFits(images []store.ImageRecord, asked wish) string {
	series := slices.ContainsFunc(images, func(r store.ImageRecord) bool { return r.Of > 1 && !r.Gone })
	switch {
	case asked.view.First > 0 && !series:
		return "There is no series in this thread to take slices from. Post it as a ZIP of DICOM files, then ask for the slices."
	case asked.view.OnlyCT:
		return textNotHounsfield
	default:
		return "There is no such series to choose from in this thread. Post the whole study as a ZIP and ask for a series by its number."
	}
}

// textNotReshown says why an earlier image could not be shown in another way.
func textNotReshown(label int, reason string) string {
	return fmt.Sprintf("I could not show %s in that way, because I keep only what was sent and need its file again, and it %s", imageLabel(label), fileSentence(reason))
}
