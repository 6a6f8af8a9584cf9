package bot

import (
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

// What the ledger, the hand-off note and the export say. The rules of tone are in
// texts.go.

const (
	textNoLedger   = "I have no image of this thread yet. Post a scan and ask about it."
	textLedgerHead = "*Images of this thread*, with the size as posted and as the model sees them, how they were prepared, and the beginning of the picture's SHA-256:"
	textLedgerLong = "That is more than fits here: `@MedBuddy export` has it all."
	textImageGone  = "deleted in Slack, and from what I keep. Its name is not given again."

	textHandoverHead = "*Hand-off note: an AI draft, not a report.* Check it against the original images and the formal report."
	textExportLabel  = "AI draft, not a diagnosis. A research aid: check everything against the original images and the formal report."
	textHandoverMore = "`@MedBuddy export` has all of it."
	textNothingAsked = "Nothing was asked here yet."
)

// fileWords says in a few words why a file was not read. What to do about it is
// fileSentence's.
func fileWords(reason string) string {
	kind, format, _ := strings.Cut(reason, ":")
	switch kind {
	case reasonDeleted:
		return "deleted in Slack"
	case reasonHidden:
		return "hidden by the Slack plan"
	case reasonExternal:
		return "stored outside Slack"
	case reasonForbidden:
		return "not open to me"
	case reasonDownload:
		return "could not be fetched"
	case reasonTooMany:
		return "more than one thread may hold"
	case reasonTooMuch:
		return "more than can be opened together"
	case reasonCrowded:
		return "holds too much"
	case string(imaging.KindHTML):
		return "came as a web page"
	case string(imaging.KindEmpty):
		return "empty"
	case string(imaging.KindCut):
		return "cut off or damaged"
	case string(imaging.KindTooLarge):
		return "too large"
	case string(imaging.KindTooManyPix):
		return "too many pixels"
	case string(imaging.KindTimeout):
		return "took too long to open"
	case string(imaging.KindBurnedIn):
		return "text burned in"
	case string(imaging.KindNoPictures):
		return "no picture in it"
	case string(imaging.KindNoSuchView):
		return "not there as asked"
	case string(imaging.KindUnsupported):
		if format == "" || format == string(imaging.Unknown) {
			return "no known image format"
		}
		return inert(clip(format, 40)) + ", not read"
	}
	return "could not be read"
}
