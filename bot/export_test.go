package bot

import "time"

// Hurry makes a Bot open its sockets together, and the pauses between catch-ups
// and between savings of the mark as short as a test needs them. Before Run.
func (b *Bot) Hurry(catchUp, mark time.Duration) {
	b.timing = timing{catchUp: catchUp, mark: mark}
}
