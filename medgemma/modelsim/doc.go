// Package modelsim is a model on loopback: an HTTP server that speaks the wire
// of a MedGemma endpoint and answers by script. Tests run the real client
// against it, and the sandbox runs on its Rehearsal.
//
// It imports nothing of the bot's, so that a mistake cannot be made twice in
// the same way. It is strict:
//
//   - A request is checked as vLLM and Gemma's template check it, and refused
//     in their words: roles that do not alternate, too many images, a context
//     that overflows, max_tokens below 1.
//   - What no real client of ours should ever do is also kept in Problems: an
//     unknown path or field, an image that does not decode, a missing
//     temperature, a token where none belongs. A test ends by looking there.
//   - Every inference request is kept whole, and can be waited for. For long
//     runs Config.Forget only counts them, and memory stays flat.
//   - Its faults are scripts: it can be busy, wake up, hang, drip, loop, break
//     at any byte, fail in the middle, withhold, or say what nobody can read.
//     Config.Faults lets a seeded share of the requests meet one.
//
// Simplified against the real thing: tokens are counted as a quarter of the
// bytes, an image as 258; nothing reads an image beyond decoding it; sampling
// does not exist.
package modelsim
