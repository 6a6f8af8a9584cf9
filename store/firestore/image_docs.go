package firestore

import (
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// imageDoc is images/GEN-LABEL.
type imageDoc struct {
	Gen      string    `firestore:"gen"`
	Record   recordDoc `firestore:"record"`
	Set      string    `firestore:"set"`            // names the slices
	Data     []byte    `firestore:"data,omitempty"` // before there were slices: of the only one
	ExpireAt time.Time `firestore:"expire_at"`
}

type recordDoc struct {
	Label     int      `firestore:"label"`
	Files     []string `firestore:"files"`
	MessageTS string   `firestore:"message_ts"`
	User      string   `firestore:"user"`
	Width     int      `firestore:"width"`
	Height    int      `firestore:"height"`
	Side      int      `firestore:"side"`

	Slices   []sliceRecordDoc `firestore:"slices"`
	Of       int              `firestore:"of"`
	Modality string           `firestore:"modality"`
	Series   int              `firestore:"series"`
	View     string           `firestore:"view"`
	Notes    []string         `firestore:"notes"`
	Gone     bool             `firestore:"gone"`

	// Before there were slices: of the only one, and read only.
	FileID string `firestore:"file_id,omitempty"`
	MIME   string `firestore:"mime,omitempty"`
	SHA256 string `firestore:"sha256,omitempty"`
}

type sliceRecordDoc struct {
	Number int    `firestore:"number"`
	MIME   string `firestore:"mime"`
	SHA256 string `firestore:"sha256"`
}

// sliceDoc is slices/GEN-LABEL-SET-NUMBER.
type sliceDoc struct {
	Data     []byte    `firestore:"data"`
	ExpireAt time.Time `firestore:"expire_at"`
}

func encodeRecord(r store.ImageRecord) recordDoc {
	d := recordDoc{Label: r.Label, Files: r.Files, MessageTS: r.MessageTS, User: r.User,
		Width: r.Width, Height: r.Height, Side: r.Side,
		Of: r.Of, Modality: r.Modality, Series: r.Series, View: r.View, Notes: r.Notes, Gone: r.Gone}
	for _, one := range r.Slices {
		d.Slices = append(d.Slices, sliceRecordDoc(one))
	}
	return d
}

func decodeRecord(d recordDoc) store.ImageRecord {
	r := store.ImageRecord{Label: d.Label, Files: d.Files, MessageTS: d.MessageTS, User: d.User,
		Width: d.Width, Height: d.Height, Side: d.Side,
		Of: d.Of, Modality: d.Modality, Series: d.Series, View: d.View, Notes: d.Notes, Gone: d.Gone}
	for _, one := range d.Slices {
		r.Slices = append(r.Slices, store.SliceRecord(one))
	}
	if len(r.Slices) == 0 && !r.Gone {
		r.Files, r.Of = []string{d.FileID}, 1
		r.Slices = []store.SliceRecord{{Number: 1, MIME: d.MIME, SHA256: d.SHA256}}
	}
	return r
}
