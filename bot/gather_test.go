package bot

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/slack-go/slack"
)

// A scan that somebody forwards from another thread is a file of the message that
// forwards it.
func TestFilesOfAForwardedMessage(t *testing.T) {
	var m slack.Message
	err := json.Unmarshal([]byte(`{"type":"message","ts":"1.0","user":"U1","text":"and this one?","files":[{"id":"F1","mode":"hosted","size":7,"url_private":"u1"}],
		"attachments":[{"is_share":true,"is_msg_unfurl":true,"text":"old","files":[{"id":"F2","mode":"tombstone"}]}]}`), &m)
	if err != nil {
		t.Fatal(err)
	}
	want := []file{{ID: "F1", Mode: "hosted", Size: 7, URL: "u1"}, {ID: "F2", Mode: "tombstone"}}
	if diff := cmp.Diff(want, filesOf(m)); diff != "" {
		t.Error(diff)
	}
}
