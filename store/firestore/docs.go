package firestore

import (
	"slices"
	"time"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// threadDoc is threads/T-C-S; see the package comment.
type threadDoc struct {
	Gen           string       `firestore:"gen"`
	Asked         bool         `firestore:"asked"`
	Turns         int          `firestore:"turns"`
	Images        int          `firestore:"images"`
	Open          []openDoc    `firestore:"open"`
	Sets          []setDoc     `firestore:"sets"`
	Settings      *settingsDoc `firestore:"settings"`
	Verdicts      []verdictDoc `firestore:"verdicts"`
	Gone          []string     `firestore:"gone"` // ts of erased messages, the last ones
	UpdatedAt     time.Time    `firestore:"updated_at"`
	EndsAt        time.Time    `firestore:"ends_at"`
	ChildrenUntil time.Time    `firestore:"children_until"`

	Owner string    `firestore:"owner"`
	Fence int64     `firestore:"fence"`
	Until time.Time `firestore:"until"` // of the last lease, also when it was given up

	Dead      []deadDoc `firestore:"dead"`
	DeadUntil time.Time `firestore:"dead_until"` // when Expire is to delete them
	Acks      []string  `firestore:"acks"`
}

// openDoc names an open question of a thread.
type openDoc struct {
	ID        string    `firestore:"id"`
	At        time.Time `firestore:"at"` // when it was admitted
	Of        string    `firestore:"of"`
	StoppedBy string    `firestore:"stopped_by"`
	Edited    bool      `firestore:"edited"` // the question's text is not what it was admitted with
}

// setDoc names the documents of an image's slices: of an image that is there, or
// of one that a PutImage began and may never end.
type setDoc struct {
	Label int    `firestore:"label"`
	ID    string `firestore:"id"`
	N     int    `firestore:"n"`
	Fence int64  `firestore:"fence"` // of the lease that it is being written with; 0 when it is whole
	Filed bool   `firestore:"filed"` // files names what it was made of; not so before there was EraseFile
}

// deadDoc is a former life of a thread: enough to name all its documents. Or it is
// sets of images of the present life that are Gone.
type deadDoc struct {
	Gen     string   `firestore:"gen"`
	Turns   int      `firestore:"turns"`
	Images  int      `firestore:"images"`
	Open    []string `firestore:"open"`
	Sets    []setDoc `firestore:"sets"`
	Expired bool     `firestore:"expired"` // it had expired: Forget does not count it
}

type settingsDoc struct {
	Temperature *float64  `firestore:"temperature"`
	MaxTokens   *int      `firestore:"max_tokens"`
	Paused      bool      `firestore:"paused"`
	By          string    `firestore:"by"`
	At          time.Time `firestore:"at"`
}

type questionDoc struct {
	Gen        string    `firestore:"gen"`
	Team       string    `firestore:"team"`
	Channel    string    `firestore:"channel"`
	TS         string    `firestore:"ts"`
	Act        string    `firestore:"act"`
	Kind       string    `firestore:"kind"`
	User       string    `firestore:"user"`
	Text       string    `firestore:"text"`
	Files      []string  `firestore:"files"`
	AskedTS    string    `firestore:"asked_ts"`
	AdmittedAt time.Time `firestore:"admitted_at"`
	AnswerTS   string    `firestore:"answer_ts"`
	ExpireAt   time.Time `firestore:"expire_at"`
}

type turnDoc struct {
	Gen         string       `firestore:"gen"`
	Seq         int          `firestore:"seq"`
	Role        string       `firestore:"role"`
	At          time.Time    `firestore:"at"`
	Messages    []messageDoc `firestore:"messages"`
	Text        string       `firestore:"text"`
	Model       string       `firestore:"model"`
	FinishedBy  string       `firestore:"finished_by"`
	Temperature float64      `firestore:"temperature"`
	MaxTokens   int          `firestore:"max_tokens"`
	Of          string       `firestore:"of"`
	Kind        string       `firestore:"kind"`
	User        string       `firestore:"user"`
	AnswerTS    string       `firestore:"answer_ts"`
	Images      []int        `firestore:"images"`
	Parts       []string     `firestore:"parts"`
	ExpireAt    time.Time    `firestore:"expire_at"`
}

type messageDoc struct {
	TS     string      `firestore:"ts"`
	User   string      `firestore:"user"`
	Text   string      `firestore:"text"`
	Images []int       `firestore:"images"`
	Unread []unreadDoc `firestore:"unread"`
	Gone   bool        `firestore:"gone"`
	Posted bool        `firestore:"posted"`
}

type unreadDoc struct {
	FileID string `firestore:"file_id"`
	Reason string `firestore:"reason"`
}

type seenDoc struct {
	By       string    `firestore:"by"`
	ExpireAt time.Time `firestore:"expire_at"`
}

// live says whether the thread exists and has not expired.
func (d *threadDoc) live(now time.Time) bool { return d.Gen != "" && d.EndsAt.After(now) }

// holds returns ErrLeaseLost unless l is live.
func (d *threadDoc) holds(l store.Lease, now time.Time) error {
	if l.Owner == "" || d.Owner != l.Owner || d.Fence != l.Fence || !d.Until.After(now) {
		return store.ErrLeaseLost
	}
	return nil
}

// isOpen returns ErrNotFound unless q is an open question of the living thread.
func (d *threadDoc) isOpen(q store.QuestionKey, now time.Time) error {
	if !d.live(now) || !slices.ContainsFunc(d.Open, func(o openDoc) bool { return o.ID == q.String() }) {
		return store.ErrNotFound
	}
	return nil
}

// begin makes sure that the thread lives.
func (d *threadDoc) begin(now time.Time, retention time.Duration, gen string) {
	if d.live(now) {
		return
	}
	d.bury(now, now)
	// An older version may have ended the life before, and known nothing of these.
	d.Verdicts, d.Gone = nil, nil
	d.Gen = gen
	d.UpdatedAt, d.EndsAt, d.ChildrenUntil = now, now.Add(retention), now.Add(2*retention)
}

// bury ends the thread's life: what it held can no longer be read, and is named
// in Dead until it is deleted, by Expire after until if by nobody before.
func (d *threadDoc) bury(now, until time.Time) {
	if d.Gen == "" {
		return
	}
	dead := deadDoc{Gen: d.Gen, Turns: d.Turns, Images: d.Images, Sets: d.Sets, Expired: !d.live(now)}
	for _, o := range d.Open {
		dead.Open = append(dead.Open, o.ID)
	}
	d.Dead, d.DeadUntil = append(d.Dead, dead), until
	d.Gen, d.Asked, d.Turns, d.Images, d.Open, d.Sets, d.Settings = "", false, 0, 0, nil, nil, nil
	d.Verdicts, d.Gone = nil, nil
	d.UpdatedAt, d.EndsAt, d.ChildrenUntil = time.Time{}, time.Time{}, time.Time{}
}

// graveTime is how long Expire leaves the dead to the Forget that buried them,
// so that two do not delete the same documents.
const graveTime = 5 * time.Minute

// bare says whether nothing is left but a lease that ended long ago. Until then
// the document stays, so that no fence is used again.
func (d *threadDoc) bare(now time.Time) bool {
	return d.Gen == "" && len(d.Dead) == 0 && !d.Until.Add(store.SeenFor).After(now)
}

// sweepAt is when Expire has something to do here.
func (d *threadDoc) sweepAt() time.Time {
	switch {
	case len(d.Dead) > 0:
		return d.DeadUntil
	case d.Gen != "":
		return d.EndsAt
	}
	return d.Until.Add(store.SeenFor)
}

// expireAt is for the time-to-live policy: later than anything Expire does.
func (d *threadDoc) expireAt() time.Time {
	t := d.Until.Add(2 * store.SeenFor)
	for _, other := range []time.Time{d.ChildrenUntil, d.DeadUntil.Add(2 * store.SeenFor)} {
		if other.After(t) {
			t = other
		}
	}
	return t
}

// fields are all of the document's, the derived ones too, for a thread of team.
func (d *threadDoc) fields(team string) []firestore.Update {
	var openAt time.Time
	for _, o := range d.Open {
		if openAt.IsZero() || o.At.Before(openAt) {
			openAt = o.At
		}
	}
	return []firestore.Update{
		{Path: "gen", Value: d.Gen},
		{Path: "asked", Value: d.Asked},
		{Path: "turns", Value: d.Turns},
		{Path: "images", Value: d.Images},
		{Path: "open", Value: d.Open},
		{Path: "sets", Value: d.Sets},
		{Path: "settings", Value: d.Settings},
		{Path: "verdicts", Value: d.Verdicts},
		{Path: "gone", Value: d.Gone},
		{Path: "updated_at", Value: stamp(d.UpdatedAt)},
		{Path: "ends_at", Value: stamp(d.EndsAt)},
		{Path: "children_until", Value: stamp(d.ChildrenUntil)},
		{Path: "owner", Value: d.Owner},
		{Path: "fence", Value: d.Fence},
		{Path: "until", Value: stamp(d.Until)},
		{Path: "dead", Value: d.Dead},
		{Path: "dead_until", Value: stamp(d.DeadUntil)},
		{Path: "acks", Value: d.Acks},
		{Path: "open_at", Value: stamp(openAt)},
		{Path: "served", Value: d.servedAs(team)},
		{Path: "sweep_at", Value: d.sweepAt()},
		{Path: "expire_at", Value: d.expireAt()},
	}
}

// stamp is a time, or null for none: queries by time pass over null.
func stamp(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t
}
