package bot

import (
	"fmt"
	"strings"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
	"github.com/medbuddy/medbuddy/store"
)

// The short words under which the store keeps why a file is no image. Stored
// values: never rename one. Those of imaging's Kind stand beside them, an
// unsupported one as "unsupported:FORMAT".
const (
	reasonDeleted   = "deleted"
	reasonHidden    = "hidden"    // over the workspace's free-plan limit
	reasonExternal  = "external"  // lives outside Slack
	reasonForbidden = "forbidden" // Slack refuses it to MedBuddy
	reasonDownload  = "download"  // could not be fetched this time
	reasonTooMany   = "too_many"  // more files than one thread may hold
	reasonTooMuch   = "too_much"  // more bytes than are held for one question
	reasonCrowded   = "crowded"   // a small file that holds, or unpacks to, too much
)

// fileReason is the word for an error of imaging.
func fileReason(e *imaging.Error) string {
	if e.Kind == imaging.KindUnsupported {
		return string(e.Kind) + ":" + string(e.Format)
	}
	return string(e.Kind)
}

// worthRetrying says whether a file may well be readable next time: after a
// reinstall of the app, or when Slack is back.
func worthRetrying(reason string) bool {
	switch reason {
	case reasonDownload, reasonForbidden, string(imaging.KindHTML),
		"unsupported:DICOM", "unsupported:ZIP": // as versions wrote that read neither
		return true
	}
	return false
}

// fileSentence says why a file was not read, without naming it, and what to do.
func fileSentence(reason string) string {
	kind, format, _ := strings.Cut(reason, ":")
	switch kind {
	case reasonDeleted:
		return "was deleted in Slack. Post it again if it should be read."
	case reasonHidden:
		return "is hidden by this Slack plan's limit. Post it again."
	case reasonExternal:
		return "is stored outside Slack, where I cannot fetch it. Upload the image itself."
	case reasonForbidden:
		return "is not open to me in Slack. Post it in this thread, or ask your administrator to check my files:read permission."
	case reasonDownload:
		return "could not be fetched from Slack this time. Ask again in a minute."
	case reasonTooMany:
		return fmt.Sprintf("is more than I keep for one thread (%d images). Start a new thread with it.", maxThreadImages)
	case reasonCrowded:
		return "holds more than I can open, packed or listed inside it. Export less of it, such as one series, and post that."
	case reasonTooMuch:
		return fmt.Sprintf("came with more than I can open together (%d MB). Post it in a message of its own.", heldForOne>>20)
	case string(imaging.KindHTML):
		return "came as a web page instead of an image. Most often the files:read permission is missing: your administrator must add it and reinstall the app. Then ask again."
	case string(imaging.KindEmpty):
		return "is empty. Export it again and post it once more."
	case string(imaging.KindCut):
		return "is cut off or damaged. Export it again and post it once more."
	case string(imaging.KindTooLarge):
		return fmt.Sprintf("is larger than %d MB (DICOM and ZIP: %d MB). Export it smaller, or less of it, and post that.", imaging.MaxFileBytes>>20, imaging.MaxSeriesBytes>>20)
	case string(imaging.KindTooManyPix):
		return fmt.Sprintf("has more than %d megapixels. Export it smaller and post that.", imaging.MaxPixels>>20)
	case string(imaging.KindTimeout):
		return "took too long to open. Export it again as PNG or JPEG and post that."
	case string(imaging.KindBurnedIn):
		return "says that text is burned into its picture, which may name the patient, so I did not send it to the model. Export it without annotations and post that, or ask your administrator to allow such pictures (ALLOW_BURNED_IN)."
	case string(imaging.KindNoPictures):
		return "holds no picture that I can read. Post the DICOM files or pictures themselves."
	case string(imaging.KindNoSuchView):
		return "could not be shown as asked. Ask again without a window, slices or a series."
	case string(imaging.KindUnsupported):
		return unsupportedSentence(imaging.Format(format))
	default:
		return "could not be read. Export it as PNG or JPEG and post that."
	}
}

func unsupportedSentence(f imaging.Format) string {
	if what, is := strings.CutPrefix(string(f), string(imaging.DICOM)+" "); is {
		return dicomSentence(what)
	}
	switch f {
	case imaging.DICOM:
		return "is a kind of DICOM that I cannot read. Export the view you mean as PNG and post that, without the patient's name in the picture."
	case imaging.HEIC, imaging.AVIF:
		return "is " + string(f) + ", and Slack made no copy of it that I can read. Post it as JPEG or PNG."
	case imaging.PDF:
		return "is a PDF, not an image. Post the picture itself as PNG or JPEG, or the scan as DICOM."
	case imaging.Office:
		return "is an Office document, not an image. Post the picture itself as PNG or JPEG."
	case imaging.ZIP:
		return "is an archive that I cannot read. Post the images themselves, or pack them as an ordinary ZIP without a password."
	case imaging.Archive:
		return "is an archive that I cannot open. Post the series as a ZIP, or the images themselves."
	case imaging.Video:
		return "is a video. Post the frame you mean as PNG or JPEG."
	case imaging.Audio:
		return "is a sound recording, not an image."
	case imaging.SVG, imaging.Text:
		return "holds no picture that I can read. Post the scan as PNG or JPEG."
	case imaging.Unknown, "":
		return "is no image format that I know. Post it as PNG or JPEG."
	default:
		return "is a kind of " + string(f) + " that I cannot read. Post it as PNG or JPEG."
	}
}

// dicomSentence says why a DICOM file is not read. what is one of package dicom's
// words.
func dicomSentence(what string) string {
	switch what {
	case "JPEG 2000", "HTJ2K", "JPEG-LS", "12-bit JPEG", "JPEG XL", "progressive JPEG":
		return "is " + what + " compressed. Export it uncompressed or as PNG and post that."
	case "structured report", "PDF", "waveform", "radiotherapy plan", "presentation state", "segmentation", "video", "DICOMDIR":
		article := "a "
		if what == "DICOMDIR" {
			article = "a disc's index, "
		}
		return "is DICOM, but " + article + what + ", not an image. Post the images of the study."
	default:
		return "is DICOM of a kind that I cannot read (" + what + "). Export the view you mean as PNG and post that, without the patient's name in the picture."
	}
}

// unreadSentences lists each different reason once, with the files it is for:
// places says of a file, by id, which of its message's files it is.
func unreadSentences(unread []store.UnreadFile, places map[string]string) string {
	var order []string
	count := map[string]int{}
	which := map[string][]string{}
	for _, f := range unread {
		if count[f.Reason] == 0 {
			order = append(order, f.Reason)
		}
		count[f.Reason]++
		if place := places[f.FileID]; place != "" {
			which[f.Reason] = append(which[f.Reason], place)
		}
	}
	lines := make([]string, len(order))
	for i, reason := range order {
		n, at := count[reason], which[reason]
		switch {
		case n == 1 && len(at) == 1:
			lines[i] = "Not read: " + at[0] + " "
		case n == 1:
			lines[i] = "Not read: a file "
		case len(at) == n && n <= 5:
			lines[i] = fmt.Sprintf("Not read: %s; each ", strings.Join(at, ", "))
		default:
			lines[i] = fmt.Sprintf("Not read: %d files; each ", n)
		}
		lines[i] += fileSentence(reason)
	}
	return strings.Join(lines, "\n")
}

const textAskNamed = "To ask about another image of this thread, name it in your question, such as _Image 1_."

const textAskWithout = "To ask about the earlier images instead, send the question again without a file."
