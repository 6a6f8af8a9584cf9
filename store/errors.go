package store

import "errors"

// What a backend reports. Each may be wrapped; compare with errors.Is.
var (
	// ErrNotFound: there is no such thread, image or open question (any more).
	ErrNotFound = errors.New("store: not found")
	// ErrLeaseHeld: another owner is working on the thread.
	ErrLeaseHeld = errors.New("store: lease held by another")
	// ErrLeaseLost: the lease has passed or somebody else has it; nothing was written.
	ErrLeaseLost = errors.New("store: lease lost")
	// ErrTooLarge: an image or a turn is over the limit of a document.
	ErrTooLarge = errors.New("store: too large")
	// ErrInvalidKey: a key or label is not one that Slack or MedBuddy makes.
	ErrInvalidKey = errors.New("store: invalid key")
	// ErrUnavailable: the backend cannot be reached or is over its quota; try again later.
	ErrUnavailable = errors.New("store: unavailable")
	// ErrClosed: Close was called.
	ErrClosed = errors.New("store: closed")
)
