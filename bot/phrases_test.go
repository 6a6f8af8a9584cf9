package bot

import "testing"

// What people say for a command, and what merely sounds like it.
func TestPhrases(t *testing.T) {
	for want, all := range map[verb][]string{
		verbForget: {"forget", "Forget everything", "forget this thread", "please forget the whole conversation", "delete this thread", "Delete the thread.", "can you delete this conversation?",
			"delete everything you know about this patient", "erase all data", "delete our data please", "clear the chat history", "wipe your memory", "Could you please forget everything you have stored here?",
			"remove this conversation", "forget all of it", "delete all of this", "forget everything I said", "delete everything about this thread", "I want you to forget everything", "vergiss alles", "alles löschen", "Lösche diesen Thread", "oublie tout", "olvida todo", "borra esta conversación"},
		verbErase: {"forget it", "forget what I said", "forget that", "delete that", "delete it please", "delete image 2", "delete the images", "remove the last image", "delete my last question", "delete your answer", "reset this thread", "start over", "new conversation", "delete", "clear the history", "clear history", "drop discussion", "remove all", "clear data", "clear context", "drop it all"},
		verbSummary: {"summary", "summary please", "Summarise this thread", "summarize this thread", "can you summarize the conversation?", "summarise the discussion so far", "give me a summary", "Give me a short summary of this thread, please", "a summary for the next shift",
			"write a hand-over note", "hand off note please", "recap", "sum up this thread", "hand over this thread", "summarise what was said so far", "TL;DR", "summary of the conversation", "Zusammenfassung bitte"},
		verbExport:   {"export", "export this thread", "export the conversation", "Export the whole conversation as a text file", "export it", "download this thread", "save the conversation", "give me an export", "send me the transcript of this thread", "can you export everything?"},
		verbImages:   {"images", "list images", "list the images", "show me all images", "which images do you have?", "list of images"},
		verbReset:    {"reset", "reset the settings", "back to the defaults"},
		verbSettings: {"settings", "show me the settings", "what are the settings?"},
		verbStop:     {"stop", "Stop!", "ok stop", "please stop now", "cancel", "can you stop"},
		verbQuiet:    {"stop answering", "Please stop answering in this thread", "be quiet", "stop replying to us", "don't answer here anymore", "mute this thread", "shut up!"},
		verbNone: {"why did you stop answering?", "is the quiet chest a worry?", "don't answer that", "mute point",
			"summarise the findings in Image 2", "delete the left marker?", "summarise the findings", "summarise this case", "give me a summary of the findings", "summary of image 2", "forget Image 2", "forget about the left lung", "what did you forget?",
			"did you forget everything?", "don't forget this thread", "delete the left marker", "remove the artefact?", "is the tube removed?", "export to the PACS failed, why?", "clear lungs?", "clear", "the history is cough", "history?", "start over at the apex",
			"show me the images of the left knee", "save the kidney?", "can you export the nodule size", "should we erase the marker on this image?", "give me a report", "hand over the patient to ICU?", "reset the window please", "settings of the ventilator?", "forget everything and look at Image 2"},
	} {
		for _, said := range all {
			if got := parseWords(said).verb; got != want {
				t.Errorf("parseWords(%q) is %q, want %q", said, got, want)
			}
		}
	}
}
