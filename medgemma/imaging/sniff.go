package imaging

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// Format is what a file is, by its content.
type Format string

// The formats that are told apart, so that each can have its own sentence. The
// first six are read, the others are named in a refusal.
const (
	PNG      Format = "PNG"
	JPEG     Format = "JPEG"
	GIF      Format = "GIF"
	WebP     Format = "WebP"
	BMP      Format = "BMP"
	TIFF     Format = "TIFF"
	DICOM    Format = "DICOM"
	NIfTI    Format = "NIfTI"
	JPEG2000 Format = "JPEG 2000"
	JPEGXL   Format = "JPEG XL"
	HEIC     Format = "HEIC"
	AVIF     Format = "AVIF"
	PSD      Format = "Photoshop"
	SVG      Format = "SVG"
	PDF      Format = "PDF"
	ZIP      Format = "ZIP"
	Archive  Format = "archive" // gzip, 7z, rar, tar ...
	Office   Format = "Office document"
	Video    Format = "video"
	Audio    Format = "audio"
	HTML     Format = "HTML"
	Text     Format = "text"
	Unknown  Format = "unknown"
)

// magic are fixed bytes at fixed places. Order matters where one is the
// beginning of another.
var magic = []struct {
	at     int
	bytes  string
	format Format
}{
	{128, "DICM", DICOM}, // first: the 128 bytes before it may hold anything, a TIFF header too
	{0, "\x89PNG", PNG},
	{0, "\xff\xd8\xff", JPEG},
	{0, "GIF87a", GIF},
	{0, "GIF89a", GIF},
	{0, "II*\x00", TIFF},
	{0, "MM\x00*", TIFF},
	{0, "II+\x00", TIFF}, // BigTIFF
	{0, "MM\x00+", TIFF},
	{0, "\x00\x00\x00\x0cjP  \r\n\x87\n", JPEG2000},
	{0, "\xff\x4f\xff\x51", JPEG2000}, // a bare codestream
	{0, "\x00\x00\x00\x0cJXL \r\n\x87\n", JPEGXL},
	{0, "\xff\x0a", JPEGXL},
	{0, "8BPS", PSD},
	{344, "n+1\x00", NIfTI},
	{344, "ni1\x00", NIfTI},
	{0, "%PDF-", PDF},
	{0, "\x1f\x8b", Archive},
	{0, "7z\xbc\xaf\x27\x1c", Archive},
	{0, "Rar!\x1a\x07", Archive},
	{0, "BZh", Archive},
	{0, "\xfd7zXZ\x00", Archive},
	{0, "\x28\xb5\x2f\xfd", Archive}, // zstd
	{257, "ustar", Archive},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Office}, // OLE, the container of .doc, .xls and .ppt
	{0, "{\\rtf", Office},
	{0, "\x1a\x45\xdf\xa3", Video}, // Matroska and WebM
	{0, "\x00\x00\x01\xba", Video}, // MPEG program stream
	{0, "\x00\x00\x01\xb3", Video},
	{0, "FLV\x01", Video},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", Video}, // ASF: WMV, WMA
	{4, "moov", Video},                             // QuickTime before ftyp existed
	{4, "mdat", Video},
	{4, "wide", Video},
	{0, "ID3", Audio},
	{0, "OggS", Audio},
	{0, "fLaC", Audio},
	{0, "#!AMR", Audio},
	{0, "\xff\xfb", Audio},
	{0, "\xff\xf1", Audio},
}

// Sniff says what a file is by its first bytes; the name never counts. It reads
// at most the first few kilobytes and keeps nothing.
func Sniff(data []byte) Format {
	for _, m := range magic {
		if hasAt(data, m.at, m.bytes) {
			return m.format
		}
	}
	switch {
	case hasAt(data, 0, "RIFF"):
		return sniffRIFF(data)
	case hasAt(data, 4, "ftyp"):
		return sniffFtyp(data)
	case hasAt(data, 0, "PK\x03\x04"), hasAt(data, 0, "PK\x05\x06"):
		return sniffZIP(data)
	case isBMP(data):
		return BMP
	case isBareDICOM(data):
		return DICOM
	}
	return sniffText(data)
}

// hasAt reports whether s stands at an offset; not in a file too short for it.
func hasAt(data []byte, at int, s string) bool {
	return len(data) >= at+len(s) && string(data[at:at+len(s)]) == s
}

// sniffRIFF tells RIFF files apart by their form type.
func sniffRIFF(data []byte) Format {
	switch {
	case hasAt(data, 8, "WEBP"):
		return WebP
	case hasAt(data, 8, "AVI "):
		return Video
	case hasAt(data, 8, "WAVE"):
		return Audio
	}
	return Unknown
}

// sniffFtyp tells the ISO media files apart by their brands (ISO 14496-12). AVIF
// comes first: an AVIF may carry the general brand mif1 as its major one.
func sniffFtyp(data []byte) Format {
	size := int(data[0])<<24 | int(data[1])<<16 | int(data[2])<<8 | int(data[3])
	brands := data[8:min(len(data), max(size, 12), 256)]
	has := func(names string) bool {
		for i := 0; i+4 <= len(brands); i += 4 {
			// Bytes 4 to 7 are the minor version, no brand.
			if i != 4 && strings.Contains(names, string(brands[i:i+4])+",") {
				return true
			}
		}
		return false
	}
	switch {
	case has("avif,avis,"):
		return AVIF
	case has("heic,heix,hevc,hevx,heim,heis,hevm,hevs,mif1,msf1,"):
		return HEIC
	case has("M4A ,M4B ,M4P ,F4A ,"):
		return Audio
	}
	return Video
}

// sniffZIP tells Office and OpenDocument files, which are ZIPs, by the first entry
// that their writers put there: by its name, whole, for a folder of scans may have
// any name at all (APPNOTE 4.3.7).
func sniffZIP(data []byte) Format {
	const head = 30
	if len(data) < head {
		return ZIP
	}
	n := int(le16(data[26:]))
	name := string(data[head:min(len(data), head+n)])
	body := data[min(len(data), head+n+int(le16(data[28:]))):]
	switch {
	case name == "[Content_Types].xml", name == "_rels/.rels":
		return Office
	case strings.HasPrefix(name, "word/"), strings.HasPrefix(name, "ppt/"), strings.HasPrefix(name, "xl/"):
		return Office
	case name == "mimetype" && bytes.HasPrefix(body, []byte("application/")): // OpenDocument, EPUB
		return Office
	}
	return ZIP
}

// isBMP asks for a known header length too: "BM" alone begins many texts.
func isBMP(data []byte) bool {
	if !hasAt(data, 0, "BM") || len(data) < 18 {
		return false
	}
	switch le32(data[14:]) {
	case 12, 40, 52, 56, 64, 108, 124:
		return true
	}
	return false
}

// isBareDICOM recognises a data set without the preamble, as older archives
// write it: the first element belongs to group 0002 or 0008 and is followed by a
// value representation in letters, or by a short, even length (implicit).
func isBareDICOM(data []byte) bool {
	if len(data) < 16 {
		return false
	}
	group, element := le16(data), le16(data[2:])
	explicit := upper(data[4]) && upper(data[5])
	if group == 0x0200 || group == 0x0800 { // big endian, always explicit
		return explicit && data[2] == 0
	}
	if group != 0x0002 && group != 0x0008 || element > 0x0100 {
		return false
	}
	n := le32(data[4:])
	return explicit || n > 0 && n%2 == 0 && n <= 256
}

// upper reports whether b may be a letter of a value representation.
func upper(b byte) bool { return 'A' <= b && b <= 'Z' }

// htmlStarts are how web pages begin, in lower case. A sign-in page that came
// with status 200 is the usual reason to meet one.
var htmlStarts = []string{"<!doctype html", "<html", "<head", "<body", "<script", "<title", "<meta", "<div", "<!--"}

// sniffText comes last: anything binary with a signature is decided by now. What is
// neither text nor known is Unknown, never Text: the two get different sentences.
func sniffText(data []byte) Format {
	head := data[:min(len(data), 1024)]
	// Never judge by half a rune at the end.
	for i := 0; i < utf8.UTFMax && len(head) < len(data) && !utf8.Valid(head); i++ {
		head = head[:len(head)-1]
	}
	utf16 := bytes.HasPrefix(head, []byte("\xff\xfe")) || bytes.HasPrefix(head, []byte("\xfe\xff"))
	if utf16 {
		head = bytes.ReplaceAll(head[2:], []byte{0}, nil)
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	s := strings.ToLower(string(bytes.TrimSpace(head)))
	for _, h := range htmlStarts {
		if strings.HasPrefix(s, h) {
			// A comment may also open an SVG.
			if h == "<!--" && strings.Contains(s, "<svg") {
				return SVG
			}
			return HTML
		}
	}
	switch {
	case strings.HasPrefix(s, "<") && strings.Contains(s, "<svg"):
		return SVG
	case strings.HasPrefix(s, "<?xml") && strings.Contains(s, "<html"):
		return HTML
	case s != "" && (utf16 || isPlain(head)):
		return Text
	}
	return Unknown
}

// isPlain reports whether the bytes are readable text: UTF-8 without control
// characters other than white space.
func isPlain(b []byte) bool {
	for _, r := range string(b) {
		if r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' {
			return false
		}
	}
	return true
}

func le16(b []byte) uint16 { return uint16(b[0]) | uint16(b[1])<<8 }

func le32(b []byte) uint32 {
	return uint32(b[0]) | uint32(b[1])<<8 | uint32(b[2])<<16 | uint32(b[3])<<24
}
