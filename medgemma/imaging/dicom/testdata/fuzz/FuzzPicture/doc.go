// Package dicom reads DICOM files that came from strangers: it finds the pictures
// in them, unpacks their samples, and shows them as 8-bit rows.
//
// The promises:
//
//   - Every length that a file declares is held against the bytes that are there
//     before anything is allocated for it; work is bounded by context.
//   - Elements that are not in its dictionary are passed over and never kept:
//     names, dates and free text do not even become values.
//   - Samples are exact for every transfer syntax that is lossless.
//   - What cannot be read is refused with an *Error that names the kind of file
//     and nothing else of it.
//   - Overlays, curves, icon images and burned-out graphics are never drawn: they
//     may hold names.
//
// # The road
//
// Open reads the elements and keeps pointers into the file; nothing is unpacked.
// Frame unpacks one frame into samples. Picture shows a frame as rows of grey or
// RGB, by a Shade that says which values become black and white. Each step takes
// values and returns values.
package dicom
