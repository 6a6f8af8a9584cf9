package bot

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// The pictures that MedBuddy has posted of a scan (show.go) go with it: they show what
// somebody wanted to be seen no more. They are known by their titles, as after a
// crash, and as long as the process lives by the ids under which they were uploaded,
// also when Slack does not list their thread. It is best effort: one that stays is
// tried again when the thread is read whole the next time.

// picturesTimeout bounds one try at it.
const picturesTimeout = 5 * time.Minute

// clearPictures takes away what MedBuddy has posted of a thread's images that are gone.
// It does not wait.
func (b *Bot) clearPictures(work context.Context, t store.ThreadKey) {
	b.threads.once("pictures "+t.String(), "", func() {
		ctx, cancel := context.WithTimeout(work, picturesTimeout)
		defer cancel()
		if err := b.deletePictures(ctx, t); err != nil && work.Err() == nil {
			b.wholes.lose(t)
			b.lg.Warn("a picture of a scan that was deleted may still stand in Slack", "thread", t.String(), "error", err)
		}
	})
}

func (b *Bot) deletePictures(ctx context.Context, t store.ThreadKey) error {
	thread, err := b.thread(ctx, t)
	if err != nil || len(goneLabels(thread.Images)) == 0 {
		return err
	}
	var l listing
	_ = persist(ctx, transient, func() error { l = b.list(ctx, t, nil); return l.err }) // l has it
	ids := b.picturesIn(l, thread.Images)
	ids = append(ids, b.uploads.ids(t, goneLabels(thread.Images))...)
	slices.Sort(ids)
	err = l.err
	if slackCode(err) == "thread_not_found" {
		err = nil
	}
	for _, id := range slices.Compact(ids) {
		failed := persist(ctx, transient, func() error {
			return b.web.try(ctx, filesDelete, true, func() error { return b.web.api.DeleteFileContext(ctx, id) })
		})
		switch code := slackCode(failed); {
		case failed == nil, code == "file_deleted":
			b.uploads.drop(t, id)
		case code != "file_not_found": // else it is on its way, and nobody sees it yet
			err = errors.Join(err, failed)
		}
	}
	return err
}

// picturesIn are the files in a listing that MedBuddy has posted of images which are
// gone. One from before the image's own message is of a life of the thread that was
// forgotten.
func (b *Bot) picturesIn(l listing, images []store.ImageRecord) (ids []string) {
	of := map[string]store.ImageRecord{} // by title
	for _, r := range images {
		if r.Gone {
			of[shownTitle(r.Label)] = r
		}
	}
	for _, m := range l.messages {
		if !b.isOwn(m) {
			continue
		}
		for _, f := range m.Files {
			if r, ok := of[f.Title]; ok && f.Mode != "tombstone" && after(m.Timestamp, r.MessageTS) {
				ids = append(ids, f.ID)
			}
		}
	}
	return ids
}

// clearIfGone takes pictures away that were posted while their images were deleted.
func (b *Bot) clearIfGone(j *job, images []shownImage) {
	thread, err := b.thread(j.outer, j.question.Thread)
	if err != nil && j.outer.Err() == nil {
		j.lg.Warn("it is not known whether what was shown was deleted meanwhile", "error", err)
	}
	for _, img := range images {
		if isGone(thread.Images, img.record.Label) {
			b.clearPictures(j.outer, j.question.Thread)
			return
		}
	}
}

// uploads remembers what this process has uploaded. The zero uploads is empty.
type uploads struct {
	mu sync.Mutex
	of map[store.ThreadKey]map[string]int // labels by the id of the file
}

const uploadsSize = 2000 // threads

func (u *uploads) add(t store.ThreadKey, label int, id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.of == nil || len(u.of) >= uploadsSize {
		u.of = map[store.ThreadKey]map[string]int{} // they are found by their titles
	}
	if u.of[t] == nil {
		u.of[t] = map[string]int{}
	}
	u.of[t][id] = label
}

// ids are the files of the labelled images of a thread.
func (u *uploads) ids(t store.ThreadKey, labels map[int]bool) (ids []string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, label := range u.of[t] {
		if labels[label] {
			ids = append(ids, id)
		}
	}
	return ids
}

func (u *uploads) drop(t store.ThreadKey, id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.of[t], id)
}

// forget drops what is known of a thread: its labels begin anew.
func (u *uploads) forget(t store.ThreadKey) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.of, t)
}
