package medgemma

import "time"

// Request is one call of the model. Turns alternate strictly between RoleUser
// and RoleModel, begin and end with RoleUser.
type Request struct {
	System      string // one string; MedGemma's template folds it into the first turn
	Turns       []Turn
	Temperature float64 // 0 to 1; 0 is sent as 0
	MaxTokens   int     // at least 1
}

// Role is who speaks in a Turn.
type Role string

// The roles as the wire names them.
const (
	RoleUser  Role = "user"
	RoleModel Role = "assistant"
)

// Turn is what one side says. Parts keep their order on the wire.
type Turn struct {
	Role  Role
	Parts []Part
}

// Part is a text or an image: an image when Image is not nil.
type Part struct {
	Text  string
	Image *Image
}

// Image is a prepared picture.
type Image struct {
	MIME string // image/png or image/jpeg
	Data []byte
}

// Chunk is one step of an answer; exactly one of Text, Wait, End and Drop is set.
type Chunk struct {
	Text string // to append to what was shown
	Wait *Wait  // the endpoint cannot answer yet; the call goes on by itself
	End  *End   // the last chunk of a complete answer

	// Model says with a Text who speaks, since an answer that is stopped or cut has
	// no End: as the server names it; may be empty.
	Model string

	// Drop says that all Text so far was a thinking trace whose opening tag was
	// missing: take it away, the answer follows. Rare, and never the last chunk.
	Drop bool
}

// Wait says why there is no text yet.
type Wait struct {
	Waking  bool          // the endpoint was scaled to zero and is starting; else it is busy
	Elapsed time.Duration // since Generate began
	Next    time.Duration // until the next try; 0 while another call looks for all
}

// FinishRepetition is the Finish of an answer that began to repeat itself and
// was cut. The word is this package's own: no server says it.
const FinishRepetition = "repetition"

// End says how an answer ended that can be shown.
type End struct {
	// Finish is "stop", "length", "content_filter", FinishRepetition, another
	// word of the server's, or "" when it does not say.
	Finish string

	// Repeated is how many bytes at the end of the Text so far only say again
	// what stands before them: take them off. What is said again stays once.
	// It is 0 unless Finish is FinishRepetition, and falls between two runes.
	Repeated int

	Model            string // as the server names it; may be empty
	PromptTokens     int    // 0 when unknown
	CompletionTokens int
}

// Kind is what went wrong with a call, by what can be done about it.
type Kind string

const (
	KindBusy            Kind = "busy"             // 429, 503 or quota, still so after the retries
	KindWaking          Kind = "waking"           // scaled to zero and not up within the wait
	KindUnauthorized    Kind = "unauthorized"     // 401, 403, or no usable credentials
	KindNotFound        Kind = "not_found"        // the endpoint does not exist or has no model
	KindUnreachable     Kind = "unreachable"      // DNS, TLS or connection failure, also after the retries
	KindTimeout         Kind = "timeout"          // no answer within the endpoint's time
	KindTooManyImages   Kind = "too_many_images"  // Error.Limit is the most it takes, 0 when it does not say
	KindContextOverflow Kind = "context_overflow" // Error.Limit is the endpoint's context length, 0 when it does not say
	KindTooLarge        Kind = "too_large"        // the body is over the endpoint's limit
	KindRejected        Kind = "rejected"         // another 4xx: the endpoint does not take this request
	KindServer          Kind = "server"           // another 5xx, or an answer that cannot be understood
	KindEmpty           Kind = "empty"            // a complete answer without any text
	KindRepetition      Kind = "repetition"       // nothing but a loop came: of white space, or inside the thinking trace
	KindThinking        Kind = "thinking"         // the tokens ran out inside the thinking trace: raise max tokens
	KindCut             Kind = "cut"              // the stream ended before the answer did; the text so far stands
)
