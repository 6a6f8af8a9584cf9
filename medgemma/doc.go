// Package medgemma asks a MedGemma model and hands back what it says, as it
// says it.
//
// A Request is a value: one system text, strictly alternating turns of text and
// images, a temperature and a limit. Client.Generate sends it to a Vertex AI
// endpoint (dedicated or shared, streaming or plain :predict) or to any
// OpenAI-compatible server, and yields Chunks. The promises:
//
//   - What is yielded as Text is what a person may read: MedGemma's thinking
//     trace never is, also when it is not closed or is split over chunks. Only
//     a trace without its opening tag and its first word can be told too late:
//     then a Drop takes back what was shown.
//   - temperature and max_tokens are always sent, also when 0.
//   - When the reader stops, or the context ends, the request is cancelled.
//   - An endpoint that is busy or waking from zero is waited for, within the
//     context, and the reader is told by Chunk.Wait. Never sooner than its
//     Retry-After is it asked again.
//   - Trouble is not multiplied: of the calls that wait for an endpoint to start
//     one looks for all, and all tries again together stay within a tenth of the
//     calls and a little.
//   - An answer that begins to repeat itself, in its text, its white space or
//     its trace, is cut within 800 characters, and End.Repeated says what to
//     take off. Counting is not repeating.
//   - When the stream breaks, what was said stands to the last whole event.
//   - Every failure is an *Error whose Kind says what can be done about it. No
//     error holds text of the prompt or of the answer, nor a token.
//
// The package knows no thread, no Slack and no picture formats: see package
// imaging beneath it for those.
package medgemma
