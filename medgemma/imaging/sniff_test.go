package imaging

import (
	"strings"
	"testing"
)

// starts are beginnings of files, each with what it is.
var starts = map[string]struct {
	data string
	want Format
}{
	"PNG":               {"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", PNG},
	"JPEG":              {"\xff\xd8\xff\xe0\x00\x10JFIF", JPEG},
	"JPEG of a camera":  {"\xff\xd8\xff\xe1\x00\x10Exif", JPEG},
	"GIF":               {"GIF89a\x01\x00", GIF},
	"GIF of 1987":       {"GIF87a\x01\x00", GIF},
	"WebP":              {"RIFF\x10\x00\x00\x00WEBPVP8 ", WebP},
	"BMP":               {"BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00", BMP},
	"TIFF":              {"II*\x00\x08\x00\x00\x00", TIFF},
	"TIFF, big endian":  {"MM\x00*\x00\x00\x00\x08", TIFF},
	"BigTIFF":           {"II+\x00\x08\x00\x00\x00", TIFF},
	"DICOM":             {strings.Repeat("\x00", 128) + "DICM", DICOM},
	"DICOM in a TIFF":   {"II*\x00" + strings.Repeat("\x00", 124) + "DICM", DICOM},
	"DICOM bare":        {"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100", DICOM},
	"DICOM bare, meta":  {"\x02\x00\x00\x00UL\x04\x00\xc0\x00\x00\x00\x02\x00\x01\x00", DICOM},
	"DICOM implicit":    {"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100", DICOM},
	"DICOM big endian":  {"\x00\x08\x00\x05CS\x00\x0aISO_IR 100", DICOM},
	"NIfTI":             {"\x5c\x01\x00\x00" + strings.Repeat("\x00", 340) + "n+1\x00", NIfTI},
	"JPEG 2000":         {"\x00\x00\x00\x0cjP  \r\n\x87\n", JPEG2000},
	"JPEG XL":           {"\xff\x0a\xfa\x1f", JPEGXL},
	"HEIC":              {"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", HEIC},
	"HEIC by its list":  {"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", HEIC},
	"AVIF":              {"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf", AVIF},
	"AVIF by its list":  {"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", AVIF},
	"MP4":               {"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42", Video},
	"QuickTime":         {"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00qt  ", Video},
	"old QuickTime":     {"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", Video},
	"WebM":              {"\x1a\x45\xdf\xa3\x01\x00", Video},
	"AVI":               {"RIFF\x10\x00\x00\x00AVI LIST", Video},
	"M4A":               {"\x00\x00\x00\x14ftypM4A \x00\x00\x02\x00M4A ", Audio},
	"WAV":               {"RIFF\x10\x00\x00\x00WAVEfmt ", Audio},
	"MP3":               {"ID3\x04\x00", Audio},
	"PDF":               {"%PDF-1.7\n", PDF},
	"Photoshop":         {"8BPS\x00\x01", PSD},
	"ZIP":               {"PK\x03\x04\x14\x00\x00\x00\x08\x00IM0001", ZIP},
	"ZIP of scans":      {localHeader("password/word/IM1") + "xl/", ZIP},
	"empty ZIP":         {"PK\x05\x06\x00\x00", ZIP},
	"Word":              {localHeader("[Content_Types].xml") + "<Types", Office},
	"OpenDocument":      {localHeader("mimetype") + "application/vnd.oasis.opendocument.text", Office},
	"old Word":          {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Office},
	"RTF":               {"{\\rtf1\\ansi", Office},
	"gzip":              {"\x1f\x8b\x08", Archive},
	"7z":                {"7z\xbc\xaf\x27\x1c", Archive},
	"rar":               {"Rar!\x1a\x07\x01\x00", Archive},
	"tar":               {strings.Repeat("a", 257) + "ustar\x00", Archive},
	"SVG":               {"<svg xmlns=\"http://www.w3.org/2000/svg\">", SVG},
	"SVG as XML":        {"<?xml version=\"1.0\"?>\n<!-- x --><svg>", SVG},
	"SVG with comment":  {"<!-- made by hand --><svg>", SVG},
	"HTML":              {"<!DOCTYPE html>\n<html>", HTML},
	"HTML with spaces":  {"\xef\xbb\xbf \r\n\t<HTML lang=en>", HTML},
	"HTML with comment": {"<!-- sign in --><p>", HTML},
	"XHTML":             {"<?xml version=\"1.0\"?><html xmlns=\"x\">", HTML},
	"UTF-16 HTML":       {"\xff\xfe<\x00h\x00t\x00m\x00l\x00>\x00", HTML},
	"script":            {"<script>location=1</script>", HTML},
	"text":              {"Chest, two views.\nNo prior.", Text},
	"text, Bahasa":      {"Rontgen dada — café", Text},
	"text with BM":      {"BMI 23, otherwise well.", Text},
	"JSON":              {`{"ok":false}`, Text},
	"long text":         {strings.Repeat("é", 700), Text}, // a rune lies across the end of what is read
	"zeros":             {strings.Repeat("\x00", 400), Unknown},
	"noise":             {"\x01\x02\x03\x04\x05\x06\x07\x08", Unknown},
	"RIFF of nothing":   {"RIFF\x00\x00\x00\x00", Unknown},
	"one byte":          {"\xff", Unknown},
	"nothing":           {"", Unknown},
	"spaces":            {"  \n ", Unknown},
}

// localHeader is how an entry of a ZIP begins.
func localHeader(name string) string {
	return "PK\x03\x04" + strings.Repeat("\x00", 22) + string([]byte{byte(len(name)), 0, 0, 0}) + name
}

func TestSniff(t *testing.T) {
	for name, tc := range starts {
		if got := Sniff([]byte(tc.data)); got != tc.want {
			t.Errorf("%s is taken for %s, want %s", name, got, tc.want)
		}
	}
}
