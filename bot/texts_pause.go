package bot

import "github.com/medbuddy/medbuddy/store"

// What is said of pauses. The rules of tone are in texts.go.

// endsPause is the command that ends a pause.
func endsPause(scope store.Scope) string {
	if scope.Thread != "" {
		return "`@MedBuddy resume` in this thread"
	}
	return "`/medbuddy resume`"
}

func textPaused(paused bool, scope store.Scope) string {
	switch {
	case paused:
		return "Done. In " + where(scope) + " I answer only messages that mention me, until " + endsPause(scope) + "."
	case scope.Thread != "":
		return "Done. In this thread I answer follow-ups again as in the rest of this channel."
	}
	return "Done. In this channel I answer follow-ups in my threads again without a mention."
}

const textNoPause = "Nothing to change: in a direct message I answer every message. `/medbuddy pause` is for channels."

const textQuietInThread = "That is about one thread: write it as a reply in the thread that you mean. For the whole channel use `/medbuddy pause`."

func textPausedAlready(paused bool, scope store.Scope) string {
	if paused {
		return "Nothing to change: I am paused in " + where(scope) + " already. " + endsPause(scope) + " ends that."
	}
	return "Nothing to change: I am not paused in " + where(scope) + "."
}

// textPausedTold is the line for everybody.
func textPausedTold(paused bool, user string, scope store.Scope) string {
	switch {
	case paused:
		return mention(user) + " paused me in " + where(scope) + ": I answer only messages that mention me. " + endsPause(scope) + " ends that."
	case scope.Thread != "":
		return mention(user) + " ended my pause in this thread: I answer follow-ups as in the rest of this channel."
	}
	return mention(user) + " ended my pause in this channel: follow-ups in my threads need no mention."
}
