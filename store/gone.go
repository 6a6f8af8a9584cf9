package store

import "slices"

// What is left of things that were deleted in Slack, for every backend the same.

// emptied is the message without what it held.
func (m Message) emptied() Message {
	m.Text, m.Unread, m.Gone = "", nil, true
	return m
}

// Without returns the turn without what it holds of the messages that gone names by
// their ts, and how many of them held something. t stays as it is.
func (t Turn) Without(gone func(ts string) bool) (_ Turn, emptied int) {
	messages := t.Messages
	t.Messages = nil
	for _, m := range messages {
		if !m.Gone && gone(m.TS) {
			m = m.emptied()
			emptied++
		}
		t.Messages = append(t.Messages, m)
	}
	if t.Text != "" && (t.AnswerTS != "" && gone(t.AnswerTS) || slices.ContainsFunc(t.Parts, gone)) {
		t.Text = ""
		emptied++
	}
	return t, emptied
}

// CameWith returns which images of a thread go with the message ts: those that came
// with it, and other views of their files, which a later message has asked for.
func CameWith(images []ImageRecord, ts string) func(ImageRecord) bool {
	files := map[string]bool{}
	for _, r := range images {
		if r.MessageTS == ts {
			for _, id := range r.Files {
				files[id] = true
			}
		}
	}
	return func(r ImageRecord) bool {
		return r.MessageTS == ts || slices.ContainsFunc(r.Files, func(id string) bool { return files[id] })
	}
}

// Emptied is what stays of the record when the image was deleted in Slack.
func (r ImageRecord) Emptied() ImageRecord {
	r.Files, r.Slices, r.Notes, r.Gone = nil, nil, nil, true
	return r
}
