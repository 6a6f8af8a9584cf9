package slacksim

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // whose sizes the file object tells
	_ "image/jpeg" // likewise
	_ "image/png"  // likewise
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Access is the form in which a file shows itself to the app.
type Access string

// The forms of a file (docs.slack.dev/reference/objects/file-object).
const (
	Hosted    Access = ""          // with URLs
	CheckInfo Access = "connect"   // of another organisation: without URLs until files.info is asked
	External  Access = "external"  // kept elsewhere; url_private is the other place's
	Deleted   Access = "tombstone" // its place only
	Hidden    Access = "hidden"    // beyond the free plan's age limit
)

// File is a file that a person posts, or that the app has uploaded.
type File struct {
	ID          string // given when empty
	Name        string
	Title       string // default Name
	Alt         string // for screen readers; of what the app uploads
	Mimetype    string // default by the name's ending, else by content
	Data        []byte
	Thumb1024   []byte // Slack's own smaller copy, a PNG or JPEG; nil: none was made
	Access      Access
	ExternalURL string   // of an External file
	Download    Download // how serving it goes wrong
	Size        int      // as Slack states it; default len(Data)
}

// Download says how serving a file goes wrong; the zero value serves it right.
type Download struct {
	HTML     bool // HTTP 200 with the sign-in page, as Slack does without files:read
	Status   int  // this HTTP status, without the file
	CutAt    int  // the connection ends after so many bytes of the announced length
	Length   int  // this Content-Length in place of the right one
	Redirect bool // to the sign-in page, as for a token that may not read it
}

type storedFile struct {
	File
	owner    *User
	channels []string
	ts       int64
	deleted  bool
}

var unsafeRE = regexp.MustCompile(`[^a-z0-9._-]+`)

var extTypes = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
	".bmp": "image/bmp", ".tif": "image/tiff", ".tiff": "image/tiff", ".heic": "image/heic", ".pdf": "application/pdf",
	".zip": "application/zip", ".dcm": "application/dicom", ".txt": "text/plain", ".csv": "text/csv", ".nii": "application/octet-stream",
}

// attach stores a posted file, or shares one that exists.
func (s *Sim) attach(f File, c *channel, u *User) (*storedFile, error) {
	if have, ok := s.files[f.ID]; ok && f.Data == nil {
		have.channels = append(have.channels, c.ID)
		return have, nil
	}
	if f.Name == "" {
		return nil, errors.New("attaching a file: it has no name")
	}
	stored := s.keep(f, u)
	stored.channels = []string{c.ID}
	return stored, nil
}

// keep stores a file that is in no channel yet.
func (s *Sim) keep(f File, u *User) *storedFile {
	if f.ID == "" {
		f.ID = s.newID("F")
	}
	if f.Title == "" {
		f.Title = f.Name
	}
	if f.Mimetype == "" {
		f.Mimetype = extTypes[strings.ToLower(path.Ext(f.Name))]
	}
	if f.Mimetype == "" {
		f.Mimetype, _, _ = strings.Cut(http.DetectContentType(f.Data), ";")
	}
	f.Data, f.Thumb1024 = slices.Clone(f.Data), slices.Clone(f.Thumb1024)
	if f.Size == 0 {
		f.Size = len(f.Data)
	}
	stored := &storedFile{File: f, owner: u, ts: s.cfg.Now().Unix()}
	s.files[f.ID] = stored
	return stored
}

// SetFile changes a stored file, for example how its download goes wrong. It
// reports whether there is such a file.
func (s *Sim) SetFile(id string, edit func(*File)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[id]
	if ok {
		edit(&f.File)
		f.ID = id
		s.change()
	}
	return ok
}

// DeleteFile deletes a file, as its owner does: messages hold its tombstone from now
// on. An app that may read files and shared it hears of it.
func (s *Sim) DeleteFile(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[id]
	if !ok || f.deleted {
		return fmt.Errorf("deleting file %q: there is none", id)
	}
	s.bury(f)
	return nil
}

// bury leaves a file's place only, and tells the app.
func (s *Sim) bury(f *storedFile) {
	f.deleted, f.Access, f.Data, f.Thumb1024 = true, Deleted, nil, nil
	if !s.withheld["file_deleted"] && s.needScope("files:read") == nil && s.sharedWithApp(f) {
		s.event(nil, object{"type": "file_deleted", "file_id": f.ID, "event_ts": s.newTS()})
	}
	s.change()
}

// File gives a stored file with its bytes.
func (s *Sim) File(id string) (File, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.files[id]; !ok {
		return File{}, false
	}
	f := s.fileSnapshot(id)
	f.Data, f.Thumb1024 = slices.Clone(s.files[id].Data), slices.Clone(s.files[id].Thumb1024)
	return f, true
}

// fileSnapshot leaves the bytes out: a list of messages would carry them all.
func (s *Sim) fileSnapshot(id string) File {
	f := s.files[id].File
	f.Data, f.Thumb1024 = nil, nil
	return f
}

// fileWire is the file object; full is what files.info gives even for a file of
// another organisation. Thumbnails are absent, as they are just after an upload,
// but for one that the File has.
func (s *Sim) fileWire(f *storedFile, full bool) object {
	switch {
	case f.Access == Deleted:
		return object{"id": f.ID, "mode": "tombstone"}
	case f.Access == Hidden:
		return object{"id": f.ID, "mode": "hidden_by_limit"}
	case f.Access == CheckInfo && !full:
		return object{"id": f.ID, "mode": "file_access", "file_access": "check_file_info", "user": "", "created": 0, "timestamp": 0}
	}
	filetype := strings.TrimPrefix(strings.ToLower(path.Ext(f.Name)), ".")
	switch filetype {
	case "jpeg":
		filetype = "jpg"
	case "", "dcm", "nii":
		filetype = "binary"
	}
	link := s.base() + s.filePath(f)
	w := object{
		"id": f.ID, "created": f.ts, "timestamp": f.ts, "name": f.Name, "title": f.Title, "mimetype": f.Mimetype,
		"filetype": filetype, "pretty_type": strings.ToUpper(filetype), "user": f.owner.ID, "user_team": f.owner.TeamID,
		"editable": false, "size": f.Size, "mode": "hosted", "is_external": false, "external_type": "",
		"is_public": true, "public_url_shared": false, "display_as_bot": false, "username": "",
		"url_private": link, "url_private_download": strings.Replace(link, "/"+f.ID, "/"+f.ID+"/download", 1),
		"media_display_type": "unknown", "permalink": workspaceURL + "files/" + f.owner.ID + "/" + f.ID,
		"permalink_public": "", "has_rich_preview": false, "file_access": "visible",
	}
	if f.Alt != "" {
		w["alt_txt"] = f.Alt
	}
	if f.Thumb1024 != nil {
		s.thumbWire(f, w)
	}
	if f.Access == External {
		w["mode"], w["is_external"], w["external_type"] = "external", true, "unknown"
		w["url_private"], w["external_url"] = f.ExternalURL, f.ExternalURL
		delete(w, "url_private_download")
	}
	return w
}

// filePath is where a file is served, on the host of the API: a client may send
// its token nowhere else.
func (s *Sim) filePath(f *storedFile) string {
	return "/files-pri/" + s.teamID + "-" + f.ID + "/" + unsafeRE.ReplaceAllString(strings.ToLower(f.Name), "_")
}

// thumbWire adds what tells of the smaller copy, and sizes as far as they can be
// read from the bytes.
func (s *Sim) thumbWire(f *storedFile, w object) {
	w["thumb_1024"] = s.base() + strings.Replace(s.filePath(f), "/files-pri/", "/files-tmb/", 1) + "_1024"
	if c, _, err := image.DecodeConfig(bytes.NewReader(f.Thumb1024)); err == nil {
		w["thumb_1024_w"], w["thumb_1024_h"] = c.Width, c.Height
	}
	if c, _, err := image.DecodeConfig(bytes.NewReader(f.Data)); err == nil {
		w["original_w"], w["original_h"] = c.Width, c.Height
	}
}

// filesInfo resolves a Slack Connect file, whose event had no URLs. A file of a
// channel that the app is not in is not found.
func (s *Sim) filesInfo(c *request) (object, error) {
	f, ok := s.files[c.arg("file")]
	switch {
	case !ok || !s.sharedWithApp(f):
		return nil, refuse("file_not_found")
	case f.deleted || f.Access == Deleted:
		return nil, refuse("file_deleted")
	}
	return object{"file": s.fileWire(f, true), "comments": []string{}, "content_html": nil}, nil
}

// filesDelete deletes a file of the app's own; a person's it may not
// (docs.slack.dev/reference/methods/files.delete). Messages keep its tombstone.
func (s *Sim) filesDelete(c *request) (object, error) {
	f, ok := s.files[c.arg("file")]
	switch {
	case !ok || !s.sharedWithApp(f):
		return nil, refuse("file_not_found")
	case f.deleted || f.Access == Deleted:
		return nil, refuse("file_deleted")
	case f.owner.ID != s.botUser:
		return nil, refuse("cant_delete_file")
	}
	s.bury(f)
	return object{}, nil
}

// sharedWithApp says whether a file is the app's own or in a channel that the app is in.
func (s *Sim) sharedWithApp(f *storedFile) bool {
	return f.owner.ID == s.botUser || slices.ContainsFunc(f.channels, func(id string) bool { return !s.channels[id].WithoutBot })
}
