package bot

import "time"

// Hurry makes a Bot open its sockets together, and the pauses between catch-ups
// and between savings of the mark as short as a test needs them. Before Run.
func (b *Bot) Hurry(catchUp, mark time.Duration) {
	b.timing = timing{catchUp: catchUp, mark: mark, form: b.timing.form}
}

// HurryForms makes a Bot wait so long for what a dialog shows. Before Run.
func (b *Bot) HurryForms(form time.Duration) { b.timing.form = form }
