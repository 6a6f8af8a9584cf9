// Package imaging turns the bytes of a posted file into pictures that MedGemma
// can take, the way it was trained to see them: upright, flattened, padded to a
// black square, scaled to at most 896 x 896 with an antialiased triangle filter,
// 8 bits, PNG or JPEG.
//
// The promises:
//
//   - The content decides what a file is, never its name.
//   - Nothing is decoded before its size in bytes and pixels is known and
//     allowed; a hostile file costs bounded time and memory.
//   - Only fresh pixels leave the package: no metadata survives.
//   - The same bytes in give the same bytes out (of one build: a new Go release
//     may compress differently).
//   - Every refusal is an *Error whose Kind the caller can put into words. Only
//     the end of the caller's own context is another error, and wraps it.
//   - Of a DICOM file only its pixels and a few technical values leave, those that
//     Image and Note can hold; of an archive not even the names of its entries.
//   - A file that says that text is burned into its picture is refused, unless that
//     was allowed.
//   - No goroutine outlives a call, nothing is written to disk.
//
// # The road
//
// Sniff names the format. inspect reads the headers alone: edges, orientation,
// number of frames, and what decoding will cost in memory. The decoder then runs
// under a deadline and a recover. flatten and tone show its result as rows of
// 8-bit grey or RGB, or as the three planes of a YCbCr picture; place puts them
// on a black square and resample scales them in one pass over the rows, so that
// no second picture of full size is ever made. turn sets the small square
// upright, and encode writes it.
//
// A DICOM file takes the same road with another beginning. Its header says by what
// rule its values become grey or colour (policy); package dicom unpacks a frame and
// shows its rows, cropped to the regions of an ultrasound, and from there on they
// are scaled and encoded like any others. Slices are looked up by their headers
// alone, put together by series and sorted by position, and only those that a View
// picks are unpacked. Of an archive the beginnings of the entries are read first,
// then, one at a time for each worker, those entries that were picked.
//
// Padding comes before scaling because MedGemma's own server pads first: the
// other order moves the picture by half a pixel, and squashing instead of padding
// leaves a PSNR of 13.6 dB. The square is the size that the model's image encoder
// takes, so whatever resizing a server does on its own is the identity.
package imaging
