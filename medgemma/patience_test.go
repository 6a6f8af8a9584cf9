package medgemma

import (
	"context"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

// talker answers each request by letting speak write the stream, which breaks
// when the request is cancelled. It works in a bubble, where minutes pass at once.
func talker(speak func(w io.Writer, gone <-chan struct{})) Config {
	return Config{URL: "http://127.0.0.1:1/v1", Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
		body, w := io.Pipe()
		context.AfterFunc(r.Context(), func() { w.CloseWithError(r.Context().Err()) })
		go func() {
			speak(w, r.Context().Done())
			w.CloseWithError(r.Context().Err()) // nil ends the stream in good order
		}()
		return &http.Response{StatusCode: http.StatusOK, Body: body, Request: r}, nil
	})}
}

func event(w io.Writer, data string) {
	// A reader that has left is what some of these tests are about.
	_, _ = io.WriteString(w, "data: "+data+"\n\n")
}

func TestHowLongSilenceIsBorne(t *testing.T) {
	const text = `{"choices":[{"delta":{"content":"Hello"}}]}`
	for name, c := range map[string]struct {
		speak func(io.Writer, <-chan struct{})
		kind  Kind
		took  time.Duration
	}{
		"nothing":    {func(_ io.Writer, gone <-chan struct{}) { <-gone }, KindTimeout, 5 * time.Minute},
		"only pings": {func(w io.Writer, gone <-chan struct{}) { ping(w, gone) }, KindTimeout, 5 * time.Minute},
		"after text": {func(w io.Writer, gone <-chan struct{}) { event(w, text); <-gone }, KindCut, 30 * time.Second},
		// The answer is whole; only its token counts could still come.
		"after the finish": {func(w io.Writer, gone <-chan struct{}) {
			event(w, text)
			event(w, `{"choices":[{"delta":{},"finish_reason":"stop"}]}`)
			<-gone
		}, "", 5 * time.Second},
		"after an empty finish": {func(w io.Writer, gone <-chan struct{}) {
			event(w, `{"choices":[{"delta":{},"finish_reason":"stop"}]}`)
			<-gone
		}, KindEmpty, 5 * time.Second},
		"slow tokens": {func(w io.Writer, _ <-chan struct{}) { drip(w, text) }, "", 20 * 25 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, err := New(talker(c.speak))
				if err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				_, err = collect(t.Context(), client, question("q"))
				if took := time.Since(began); kindOfErr(err) != c.kind || took != c.took {
					t.Errorf("error %v after %v, want %q after %v", err, took, c.kind, c.took)
				}
			})
		})
	}
}

// ping keeps the line busy and says nothing, as a proxy does.
func ping(w io.Writer, gone <-chan struct{}) {
	for {
		select {
		case <-gone:
			return
		case <-time.After(15 * time.Second):
			if _, err := io.WriteString(w, ": ping\n\n"); err != nil {
				return
			}
		}
	}
}

func drip(w io.Writer, text string) {
	for range 20 {
		<-time.After(25 * time.Second)
		event(w, text)
	}
	event(w, "[DONE]")
}

// What a reader takes to show the text is not held against the endpoint.
func TestSlowReaderIsNotCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client, err := New(talker(func(w io.Writer, _ <-chan struct{}) {
			event(w, `{"choices":[{"delta":{"content":"`+long+`"}}]}`)
			event(w, `{"choices":[{"delta":{"content":"`+long+`"},"finish_reason":"stop"}]}`)
			event(w, "[DONE]")
		}))
		if err != nil {
			t.Fatal(err)
		}
		var got string
		for ch, err := range client.Generate(t.Context(), question("q")) {
			if err != nil {
				t.Fatal(err)
			}
			got += ch.Text
			<-time.After(10 * time.Minute)
		}
		if got != long+long {
			t.Errorf("it read %q", got)
		}
	})
}
