package bot

import (
	"fmt"
	"strings"

	"github.com/medbuddy/medbuddy/store"
)

const (
	textBadTemperature = "Nothing was changed: the temperature is a number from 0 to 1 with a point, such as 0.2. 0 gives the steadiest answers."

	textUnknownCommand = "I do not know that command. Use `temperature 0.2`, `max-tokens 800`, `settings`, `reset`, `pause`, `resume` or `help`."

	// textRemark answers what asks for nothing and was said to MedBuddy.
	textRemark = "Noted. Ask on here when you need me."

	textNotSaved = "The change was not confirmed: I could not reach my memory. Look with `/medbuddy` in a minute, and set it again if it is not there. Reference for your administrator: "

	textNotRead = "I could not read the settings just now. Try again in a minute. Reference for your administrator: "

	textNotInChannel = " I could not tell the channel: invite me with `/invite @MedBuddy`."
)

// textThreadOnly refuses a change of settings outside of a thread.
func textThreadOnly(channel string) string {
	if isDirect(channel) {
		return "I set that inside a thread. Write it as a reply in the thread, or use `/medbuddy` here to set it for this conversation."
	}
	return "I set that inside a thread. Mention me with it in a reply, or use `/medbuddy` here to set it for the whole channel."
}

func textBadMaxTokens(limit int) string {
	return fmt.Sprintf("Nothing was changed: max tokens is a whole number from %d to %d, such as 800.", minMaxTokens, limit)
}

// where names a scope in which settings hold. A direct message is no channel to the
// person in it.
func where(scope store.Scope) string {
	switch {
	case scope.Thread != "":
		return "this thread"
	case isDirect(scope.Channel):
		return "this conversation"
	}
	return "this channel"
}

func (s settings) String() string {
	return fmt.Sprintf("temperature %s, max tokens %d", number(s.temperature), s.maxTokens)
}

func textSettings(s settings, scope store.Scope, limit int) string {
	how := "`/medbuddy temperature 0.2` or `/medbuddy max-tokens 800`"
	if scope.Thread != "" {
		how = "`@MedBuddy temperature 0.2` or `@MedBuddy max-tokens 800` in the thread"
	}
	return fmt.Sprintf("In %s: %s. Change them with %s (temperature 0 to 1, max tokens %d to %d).", where(scope), s, how, minMaxTokens, limit)
}

func textHelp(s settings, scope store.Scope, limit int) string {
	scope.Thread = "" // slash commands know no threads
	lines := []string{
		"*MedBuddy* shows the scans of a thread to MedGemma and answers questions about them. It is a research aid, not a diagnosis.",
		"• Post a scan and mention `@MedBuddy` with your question; in a thread it reads what was posted before. Follow-ups in that thread need no mention.",
		"• Here: " + s.String() + ".",
		fmt.Sprintf("• `/medbuddy temperature 0.2` sets the temperature for %s (0 to 1); `/medbuddy-temperature 0.2` is the same.\n• `/medbuddy max-tokens 800` sets the length of answers (%d to %d); `/medbuddy-max-tokens 800` is the same.", where(scope), minMaxTokens, limit),
		"• `/medbuddy settings` opens both in a form, `/medbuddy reset` goes back to the defaults.",
	}
	if !isDirect(scope.Channel) { // where there is no pause
		lines = append(lines, "• `/medbuddy pause`: here I answer only messages that mention me, until `/medbuddy resume`.")
	}
	lines = append(lines,
		"• For one thread only, mention me in it: `@MedBuddy temperature 0.2`, `@MedBuddy max-tokens 800`, `@MedBuddy reset`.",
		"• Also in a thread: `@MedBuddy stop`, `@MedBuddy images`, `@MedBuddy summary` (a hand-off note), `@MedBuddy export` (all of it as a file), `@MedBuddy forget` (delete what I keep of it), `@MedBuddy be quiet` (answer only mentions there).",
		"• On any message with a scan: its menu, then _Ask MedBuddy_.",
	)
	return strings.Join(lines, "\n")
}

func textUnchanged(s settings, scope store.Scope) string {
	return fmt.Sprintf("Nothing to change. In %s: %s.", where(scope), s)
}

func textChanged(before, after settings, scope store.Scope) string {
	return fmt.Sprintf("Done. In %s: %s (before: %s).", where(scope), after, before)
}

// textTold is the line for everybody: what changed, from what, by whom.
func textTold(before, after settings, user string, scope store.Scope) string {
	var changes []string
	if before.temperature != after.temperature {
		changes = append(changes, fmt.Sprintf("temperature from %s to %s", number(before.temperature), number(after.temperature)))
	}
	if before.maxTokens != after.maxTokens {
		changes = append(changes, fmt.Sprintf("max tokens from %d to %d", before.maxTokens, after.maxTokens))
	}
	return fmt.Sprintf("<@%s> set %s for %s.", user, strings.Join(changes, " and "), where(scope))
}

// textToldAnew is that line when what held before is not known any more.
func textToldAnew(now settings, user string, scope store.Scope) string {
	return fmt.Sprintf("<@%s> set %s to %s.", user, where(scope), now)
}
