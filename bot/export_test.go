package bot

import "time"

// Hurry makes a Bot open its sockets together, and the pauses between catch-ups
// and between savings of the mark as short as a test needs them. Before Run.
func (b *Bot) Hurry(catchUp, mark time.Duration) {
	b.timing = timing{catchUp: catchUp, mark: mark, form: b.timing.form, late: catchUp}
}

// HurryForms makes a Bot wait so long for what a dialog shows. Before Run.
func (b *Bot) HurryForms(form time.Duration) { b.timing.form = form }

// CaughtUp says that no catch-up is to come: from now on the mark follows what is heard.
func (b *Bot) CaughtUp() bool {
	b.seen.mu.Lock()
	defer b.seen.mu.Unlock()
	return b.seen.asked == b.seen.done
}

// NextMark is where the mark may be moved to; "" when it stays.
func (b *Bot) NextMark() string { return b.seen.next() }
