package store

import (
	"time"
)

// ThreadKey names a Slack thread: the workspace, the channel and the ts of the
// message the thread hangs on.
type ThreadKey struct{ Team, Channel, TS string }

// QuestionKey names what asks: a Slack message, or a press on one. Not Slack's
// event id: one message arrives under several of those (app_mention and message,
// redelivery), and two people may press one button at the same time.
type QuestionKey struct {
	Team, Channel, TS string
	// Act is empty for a message that asks. Else TS is that of the message on which
	// somebody pressed something, and Act is what: the same press is the same key.
	// Letters, digits, "_" and ".", at most 80.
	Act string
}

// Kind says what a message is to MedBuddy. Stored values, never renumbered.
type Kind string

const (
	KindAsk     Kind = "ask"     // a question for the model
	KindCommand Kind = "command" // a command typed in the thread
	KindRefused Kind = "refused" // from somebody or somewhere not served

	// Pressed under an answer; Question.Of is the message that had asked.
	KindAgain    Kind = "again"    // the same question once more
	KindContinue Kind = "continue" // the rest of an answer that was cut off
	KindSecond   Kind = "second"   // a second look, to compare with the first
)

// Question is a message that MedBuddy has taken on.
type Question struct {
	Key    QuestionKey
	Thread ThreadKey
	Kind   Kind
	User   string   // Slack user id
	Text   string   // as Slack sent it
	Files  []string // Slack file ids, in order

	Of      string // ts of the message that asked what a press is about; empty for a message
	AskedTS string // of a press: when it was, as a ts of Slack's clock; empty for a message

	AdmittedAt time.Time // set by Admit
	AnswerTS   string    // set by Place; empty before
	StoppedBy  string    // set by Stop: the Slack user id of who wants no answer any more
}

// Lease is the right to work on a thread.
type Lease struct {
	Thread ThreadKey
	Owner  string
	Fence  int64 // grows with every lease of the thread; never reused
	Until  time.Time
}

// Role is who speaks in a Turn. Stored values, never renumbered.
type Role string

const (
	RoleUser  Role = "user"
	RoleModel Role = "model"
)

// Turn is one entry of a thread's history: what people wrote since the turn
// before, or what the model answered.
type Turn struct {
	Seq  int // 1, 2, 3 ... without gaps; set by Finish
	Role Role
	At   time.Time // set by Finish

	Messages []Message // RoleUser: in the order of their ts

	// RoleModel
	Text        string
	Model       string // name the endpoint gave
	FinishedBy  string // the endpoint's finish_reason
	Temperature float64
	MaxTokens   int

	// RoleModel, empty in what older versions wrote.
	Of       string // ts of the message that asked
	Kind     Kind   // KindAsk, KindAgain, KindContinue or KindSecond: how it came about
	User     string // Slack user id of who asked or pressed
	AnswerTS string // of the Slack message that holds it, the last one when it is in several
	Images   []int  // labels of the images that the model was shown

	Parts []string // ts of the messages before that one, in order; empty when there is one
}

// Message is what one person wrote in one Slack message, and which pictures
// came with it.
type Message struct {
	TS     string
	User   string // Slack user id
	Text   string
	Images []int        // labels
	Unread []UnreadFile // files of the message that did not become an image
	Gone   bool         // it was deleted in Slack: Text and Unread are erased

	// Posted says that TS is that of a message in Slack. What was asked in a dialog
	// has a ts of its own, and older versions did not tell the two apart.
	Posted bool
}

// UnreadFile is a file that could not be shown to the model.
type UnreadFile struct {
	FileID string // Slack file id
	Reason string // a short word of the bot's, such as "html" or "download"
}

// ImageRecord says what an image of a thread is: a picture, or a series of
// slices. The label is for life.
type ImageRecord struct {
	Label     int
	Files     []string // Slack ids of the files that it was made from, at least one
	MessageTS string   // the message it came with
	User      string   // who posted it
	Width     int      // as posted, upright, in pixels
	Height    int
	Side      int // of the squares the model gets, in pixels

	Slices   []SliceRecord // in order, at least one; one for a picture
	Of       int           // slices that these were taken from
	Modality string        // of DICOM, such as "CT"; else empty
	Series   int           // number of the series where the files hold several
	View     string        // what people asked to see of the files, in the bot's words; empty: the default
	Notes    []string      // short words of the bot's on what was done to it
	Gone     bool          // it was deleted in Slack: Files, Slices and Notes are erased, the label stays taken
}

// SliceRecord is one prepared picture of an image.
type SliceRecord struct {
	Number int    // place in the series, from 1
	MIME   string // of the prepared bytes: image/png or image/jpeg
	SHA256 string // of the prepared bytes, hex
}

// Thread is a thread's whole history without image bytes.
type Thread struct {
	Key       ThreadKey
	Asked     bool
	Turns     []Turn
	Images    []ImageRecord // Images[i].Label == i+1
	Verdicts  []Verdict     // by AnswerTS, then User
	UpdatedAt time.Time
	ExpireAt  time.Time
}

// Verdict is what one person says of one answer.
type Verdict struct {
	AnswerTS string    // the Slack message with the buttons
	User     string    // Slack user id
	Feedback string    // a short word of the bot's; empty: none
	Reviewed time.Time // when the person had checked the answer; zero: not
	At       time.Time // set by SetVerdict
}

// Scope is what settings are for: a channel when Thread is empty, else one
// thread of it.
type Scope struct{ Team, Channel, Thread string }

// Settings are what people have set; nil means not set.
type Settings struct {
	Temperature *float64
	MaxTokens   *int
	Paused      bool      // of a channel: replies without a mention are left alone
	By          string    // Slack user id of who changed it last
	At          time.Time // set by SetSettings
}

// Deleted counts what Forget, EraseMessage and EraseFile erased. Questions are those
// still open: of a finished one only its turns are left. Messages are those of the
// turns that were emptied one by one; Forget counts none.
type Deleted struct{ Questions, Turns, Images, Messages int }
