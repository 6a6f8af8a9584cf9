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
//     context, and the reader is told by Chunk.Wait.
//   - Every failure is an *Error whose Kind says what can be done about it. No
//     error holds text of the prompt or of the answer, nor a token.
//
// The package knows no thread, no Slack and no picture formats: see package
// imaging beneath it for those.
package medgemma
