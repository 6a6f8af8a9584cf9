package firestore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/firestore"

	"github.com/medbuddy/medbuddy/store"
)

// filesDoc is files/T-C-S-GEN-LABEL-SET: what Slack files an image was made of, for
// EraseFile to find it by. It is written with the image's record, and deleted with
// its slices.
type filesDoc struct {
	Files    []string  `firestore:"files"` // T-FILE of each
	ExpireAt time.Time `firestore:"expire_at"`
}

func fileWord(team, file string) string { return team + "-" + file }

// encodeFiles leaves out what is no id of Slack's: nobody can ask for it.
func encodeFiles(team string, files []string, until time.Time) filesDoc {
	d := filesDoc{ExpireAt: until}
	for _, f := range ids(files) {
		d.Files = append(d.Files, fileWord(team, f))
	}
	return d
}

// ids are those of the files, each once.
func ids(files []string) []string {
	files = slices.DeleteFunc(slices.Clone(files), func(f string) bool { return store.ValidateID(f) != nil })
	slices.Sort(files)
	return slices.Compact(files)
}

// files names the document by the set of slices, so that it goes when they go,
// whatever has the label by then.
func (s *Store) files(t *firestore.DocumentRef, gen string, set setDoc) *firestore.DocumentRef {
	return s.client.Collection("files").Doc(fmt.Sprintf("%s-%s-%08d-%s", t.ID, gen, set.Label, set.ID))
}

// parts are all documents of an image but its record.
func (s *Store) parts(t *firestore.DocumentRef, gen string, set setDoc) []*firestore.DocumentRef {
	refs := set.refs(t, gen)
	if set.Filed {
		refs = append(refs, s.files(t, gen, set))
	}
	return refs
}

// fileMark is seen/file-T-FILE, for a file that was erased. No message's key looks so:
// a ts has a dot.
func (s *Store) fileMark(team, file string) *firestore.DocumentRef {
	return s.client.Collection("seen").Doc("file-" + fileWord(team, file))
}

func (s *Store) fileMarks(team string, files []string) (refs []*firestore.DocumentRef) {
	for _, f := range ids(files) {
		refs = append(refs, s.fileMark(team, f))
	}
	return refs
}

// marked says whether one of the documents is the mark of an erased file.
func marked(docs []*firestore.DocumentSnapshot, now time.Time) (bool, error) {
	for _, doc := range docs {
		d, err := decodeSeen(doc)
		if d.ExpireAt.After(now) || err != nil {
			return err == nil, err
		}
	}
	return false, nil
}

// EraseFile implements store.Store.
//
// The mark is written before images are looked for, and PutImage looks for marks
// again after it has written: one of the two sees the other.
func (s *Store) EraseFile(ctx context.Context, team, fileID string) (keys []store.ThreadKey, err error) {
	if err := store.ValidateTeam(team); err != nil {
		return nil, err
	}
	if err := store.ValidateID(fileID); err != nil {
		return nil, err
	}
	err = s.call(ctx, "erase file", func(ctx context.Context) error {
		until := s.now().Add(store.SeenFor)
		err := s.each(ctx, []*firestore.DocumentRef{s.fileMark(team, fileID)}, func(b *batch, ref *firestore.DocumentRef) {
			b.Set(ref, seenDoc{ExpireAt: until})
		})
		if err != nil {
			return err
		}
		docs, err := s.query(ctx, s.client.Collection("files").Where("files", "array-contains", fileWord(team, fileID)).Select())
		if err != nil {
			return err
		}
		for _, k := range threadsOf(docs) {
			n, err := s.eraseImages(ctx, k, func(r store.ImageRecord) bool { return slices.Contains(r.Files, fileID) })
			if err != nil {
				return err
			}
			if n > 0 {
				keys = append(keys, k)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

// threadsOf lists the threads of documents of files, each once and in order.
func threadsOf(docs []*firestore.DocumentSnapshot) (keys []store.ThreadKey) {
	for _, doc := range docs {
		if p := strings.SplitN(doc.Ref.ID, "-", 4); len(p) == 4 {
			if k, ok := keyOf(strings.Join(p[:3], "-")); ok {
				keys = append(keys, k)
			}
		}
	}
	slices.SortFunc(keys, func(a, b store.ThreadKey) int { return strings.Compare(a.String(), b.String()) })
	return slices.Compact(keys)
}

// eraseIfMarked erases an image that was stored while one of its files was erased.
func (s *Store) eraseIfMarked(ctx context.Context, k store.ThreadKey, r store.ImageRecord, marks []*firestore.DocumentRef) error {
	if len(marks) == 0 {
		return nil
	}
	docs, err := s.get(ctx, marks...)
	if err != nil {
		return err
	}
	if gone, err := marked(docs, s.now()); !gone || err != nil {
		return err
	}
	_, err = s.eraseImages(ctx, k, func(o store.ImageRecord) bool { return o.Label == r.Label && slices.Equal(o.Files, r.Files) })
	return err
}
