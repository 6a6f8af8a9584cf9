package bot

import (
	"fmt"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

// What is said of a view that was asked for and is not there. The rules of tone are
// in texts.go.

// textNoSuchView says what of a wish is not there, and what is.
func textNoSuchView(e *imaging.Error, asked wish) string {
	switch {
	case len(e.Have) > 0:
		var have []string
		for _, s := range e.Have {
			have = append(have, seriesText(s))
		}
		return fmt.Sprintf("There is no series %d in it; it has %s. Ask for one of those.", asked.view.Series, strings.Join(have, ", "))
	case e.Of == 1:
		return "It is a single picture, not a series, so there are no slices to choose from. Ask about it without a slice."
	case e.Of > 1:
		return fmt.Sprintf("It has slices 1 to %d. Ask for some of those.", e.Of)
	}
	return textNoneFits(asked)
}

// textNoneFits answers a wish that no image of the thread can meet.
func textNoneFits(asked wish) string {
	switch {
	case asked.preset != "":
		return fmt.Sprintf("A %s window is for CT as DICOM, and this is none. Ask without it, or give numbers, such as _W 400 L 40_.", asked.preset)
	case asked.view.Window != (imaging.Window{}):
		return "It has no values that a window can be laid over: it is a colour picture. Ask without a window."
	case asked.view.Series > 0:
		return "There is no other series to choose from in this thread. Post the whole study as a ZIP and ask for a series by its number."
	default:
		return "There is no series in this thread to take slices from. Post it as a ZIP of DICOM files, then ask for the slices."
	}
}

// textNotReshown says why an earlier image could not be shown in another way.
func textNotReshown(label int, reason string) string {
	return fmt.Sprintf("I could not show %s in that way, because I keep only what was sent and need its file again, and it %s", imageLabel(label), fileSentence(reason))
}
