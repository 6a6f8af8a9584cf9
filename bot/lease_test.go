package bot

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

// A process that is paused while a call waits for its connection, and wakes up past
// its lease, sends nothing more.
func TestACallThatWaitedPastTheLeaseIsNotSent(t *testing.T) {
	for name, again := range map[string]bool{"the first writing": false, "the writing on another connection": true} {
		t.Run(name, func(t *testing.T) {
			held := &tenure{until: time.Now().Add(time.Minute)}
			paused := connecting(func(req *http.Request) error {
				held.extend(time.Now().Add(-time.Second))
				body := req.Body
				if again {
					var err error
					if body, err = req.GetBody(); err != nil {
						return err
					}
				}
				_, err := io.ReadAll(body)
				return err
			})
			ctx := context.WithValue(t.Context(), tenureKey{}, held)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://127.0.0.1:1/api/chat.update", strings.NewReader("text=late"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := (&slackTransport{base: paused, clock: &clock{}}).RoundTrip(req)
			if resp != nil {
				defer resp.Body.Close()
			}
			if !errors.Is(err, store.ErrLeaseLost) {
				t.Errorf("sent, with %v", err)
			}
		})
	}
}

// connecting is a transport that does something before it reads the body.
type connecting func(*http.Request) error

func (c connecting) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := c(req); err != nil {
		return nil, err
	}
	return &http.Response{Status: "200 OK", StatusCode: http.StatusOK, Body: http.NoBody}, nil
}
