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
//   - The same bytes in give the same bytes out.
//   - Every refusal is an *Error whose Kind the caller can put into words.
package imaging
