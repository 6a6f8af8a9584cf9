package dicom

// tag is a data element's group and number.
type tag uint32

// element is one data element; its value points into the file.
type element struct {
	vr    string // two letters; "" when implicit and not known
	value []byte
	items []*dataset // of a sequence
}

// dataset is the elements of a file or of a sequence's item. What the getters do
// not find, or cannot read, is nil or zero.
type dataset struct {
	elements  map[tag]element
	bigEndian bool
}

// str is a value as text without its padding: the first of several.
func (d *dataset) str(t tag) string { panic("not written yet") }

// strs are all values of a text element.
func (d *dataset) strs(t tag) []string { panic("not written yet") }

// ints are the values of a US, SS, UL, SL or IS element. signed says how to read
// US/SS where the file does not say (implicit VR).
func (d *dataset) ints(t tag, signed bool) []int { panic("not written yet") }

// floats are the values of a DS, FL, FD or of any integer element.
func (d *dataset) floats(t tag) []float64 { panic("not written yet") }

// words are the values of an OW, OB or US element of a look-up table, each of
// bits (8 or 16).
func (d *dataset) words(t tag, bits int) []uint16 { panic("not written yet") }

// items are those of a sequence.
func (d *dataset) items(t tag) []*dataset { panic("not written yet") }

// has says whether the element is there, empty or not.
func (d *dataset) has(t tag) bool { panic("not written yet") }

// ofFrame are the data sets that describe frame i, in the order in which they are
// to be asked: its item of PerFrameFunctionalGroupsSequence (5200,9230), that of
// SharedFunctionalGroupsSequence (5200,9229), and the file itself.
func (f *File) ofFrame(i int) []*dataset { panic("not written yet") }

// pixelData is where the pictures are.
type pixelData struct {
	native    []byte   // unpacked: all frames, one after another
	fragments [][]byte // encapsulated
	offsets   []uint32 // basic offset table, may be empty
}
