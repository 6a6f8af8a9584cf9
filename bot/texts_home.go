package bot

import (
	"fmt"
	"strings"
	"time"
)

// What the Home tab says. The rules of tone are in texts.go.

const textHomeWhat = "I show the scans of a thread to MedGemma and answer questions about them there, for everybody in the thread. It is a research aid, *not a diagnosis* and not a medical device."

var textHomeHow = strings.Join([]string{
	"*Three ways to ask*",
	"• In a channel that I am in: post a scan, and mention `@MedBuddy` with your question, there or in its thread.",
	"• Here, under _Messages_: post the scan with the question. Each message starts a thread.",
	"• On any message with a scan: its menu (⋮), then _Ask MedBuddy_.",
	"",
	"In a thread where I was asked, just ask on: follow-ups need no mention. Messages that mention somebody else I leave alone. Every image keeps its name, so say _compare Image 1 with Image 3_ or _only Image 2_. For DICOM, say _lung window_ or _slices 40 to 60_.",
}, "\n")

func textHomeCommands(limit int) string {
	return strings.Join([]string{
		"*Commands*",
		fmt.Sprintf("• `/medbuddy settings`, `/medbuddy temperature 0.2` (0 to 1), `/medbuddy max-tokens 800` (%d to %d), `/medbuddy reset`: for a channel.", minMaxTokens, limit),
		"• `/medbuddy pause`, `/medbuddy resume`: in that channel I answer mentions only, or follow-ups again.",
		"• In a thread, to me: `@MedBuddy stop`, `@MedBuddy images` (what I have seen), `@MedBuddy summary` (a hand-off note), `@MedBuddy export` (all of it as a file), `@MedBuddy forget` (delete what I keep of it).",
	}, "\n")
}

// textHomeChannels lists what is set in channels.
func textHomeChannels(channels []homeChannel, defaults settings) string {
	lines := []string{"*Settings of channels*", "Default: " + defaults.String() + "."}
	for _, c := range channels[:min(len(channels), maxHomeChannels)] {
		line := "• " + textSetBy(channelRef(c.id), c.set)
		if c.set.Paused {
			line += " Paused: only mentions are answered."
		}
		lines = append(lines, line)
	}
	if len(channels) > maxHomeChannels {
		lines = append(lines, "and more: `/medbuddy` in a channel shows what is set there.")
	}
	if len(channels) == 0 {
		lines = append(lines, "I am in no channel that you are in. Invite me with `/invite @MedBuddy`.")
	}
	return strings.Join(lines, "\n")
}

// In place of the channels.
const (
	textHomeUnread = "*Settings of channels*\nI could not read them just now. Open this tab again in a minute."
	textHomeGuest  = "*Settings of channels*\n" + textExternal
)

// channelRef names a channel so that Slack shows the name to whoever may see it.
func channelRef(id string) string {
	if !slackIDRE.MatchString(id) {
		return "a channel"
	}
	return "<#" + id + ">"
}

const textHomeLimits = "*What MedGemma can and cannot do*\n" +
	"It was trained on chest X-rays, CT, MRI, histology, skin and fundus photographs. Expect little of ultrasound, mammography, ECG and most bone films. By Google's own figures it is right in about six of ten CT and MRI questions; chest X-ray findings are its strength. " +
	"Single images and English are what it was tested on. It can miss what is there, describe what is not, and mix up sides, and small changes of wording can change the answer. Check every answer against the images, and decide yourself."

func textHomePrivacy(retention time.Duration) string {
	text := "*Privacy*\nThe model gets the prepared pictures, of DICOM the modality and the number of slices, and what people wrote in that thread: no names of people in Slack, no file names and no other data of the files. What is burned into a picture goes along: crop it first."
	if days := int(retention.Hours() / 24); days == 1 {
		text += " I forget a thread a day after its last answer."
	} else if days > 1 {
		text += fmt.Sprintf(" I forget a thread %d days after its last answer.", days)
	}
	return text + " `@MedBuddy forget` deletes it at once; what stands in Slack stays there."
}
