// Package bot is the road of a question: from a Slack event to an answer in the
// thread, and the whole program told as one tour.
//
// A care team posts a scan in a Slack channel and asks about it in the thread.
// MedBuddy fetches the thread's images, prepares them the way MedGemma was
// trained to see them, puts the question to the model, and answers in the
// thread. Follow-ups need no new mention.
//
// # The promises
//
//   - Saw it or said so. A picture reaches the model, or the thread says which
//     file could not be read and why. Without a readable image there is no
//     answer about an image: that is code (blind.go), not a prompt. One call alone is
//     made without the image on purpose, when a person asks for a second look, and
//     what comes of it is headed "Asked without the image" (second.go).
//   - No question is lost, none is answered twice: a message is recorded before
//     it is acked, under its channel and ts, whatever event brings it.
//   - One thread, one order. A thread's questions are answered one after the
//     other, by one process at a time; other threads are never held up.
//   - The scan stays. Images are in every request of their thread; only text is
//     trimmed.
//   - Every failure ends as a sentence in the thread that says what to do.
//   - Nothing private leaks: logs, metrics and errors hold ids, kinds, sizes and
//     durations, never a text, a file name, a person's name or a token.
//
// # The road
//
// A frame arrives on one of the sockets (sockets.go, socket.go): there are two, so
// that one is open while Slack closes the other, each with its own pace of opening
// (pacer.go) and watched for silence (conn.go). The loop only sorts it into a lane
// (lanes.go) of intake, one lane per thread; it never waits for anybody.
//
// There it is decoded (decode.go, with an own small decoder, so that a new kind
// of block cannot hide a question), and the gate (intake.go) asks: is it for
// MedBuddy, and may this person ask here (access.go)? Then the store records it
// (Admit), and only then it is acked. A message that arrives as app_mention and
// as message, or again, is one question.
//
// After each hello of a socket MedBuddy catches up (catchup.go, found.go): it reads
// what was written since the mark that the store keeps (mark.go), and sends each
// person's message down the same road as if Slack had delivered it. The mark never
// passes a message that was not recorded. "Now" is Slack's (clock.go).
//
// What is deleted in Slack is erased in the same lanes, before its notice is acked
// (notices.go), and what is edited there is edited here (edits.go); a question that is deleted while it is answered ends there
// (running.go). The labels of deleted images stay taken, and what the model said of
// them is not told to it again (gone.go); what MedBuddy has posted of them is taken away (pictures.go). What was missed while nobody listened
// (whole.go) is found by comparing a thread with Slack's listing of it (listing.go,
// reconcile.go): before the first answer in it after that, and after a long outage in
// the served threads (reconcile_sweep.go).
//
// The question waits in the lane of its thread (thread.go). Whoever serves the
// lane takes the thread's lease from the store, which fences off other
// processes (lease.go: in Slack, which knows no fences, no call goes out after the
// lease), and answers the open questions in the order of their ts. Threads
// whose process died are adopted by any other, in the message that the dead one
// posted; a final text that it had shown stays as it is (shown.go).
//
// An answer (answer.go) is one road down:
//
//	placeholder  post.go      one message, found again by its metadata, from now on only updated
//	line         line.go      its turn for the model; until then it is a placeholder and no more
//	thread       reconcile.go the history, without what is not in Slack any more
//	gather       gather.go    what was written and posted since, up to the question
//	look         files.go     files become labelled images, or a reason why not
//	blind        blind.go     no image that reaches the model, no question to it (mirage.go: nor, where
//	                          text alone is allowed, what passes for something seen)
//	compose      compose.go   which images go along (steer.go: what the question says of that);
//	                          prompt.go makes the turns, a pure function
//	generate     generate.go  the model's words, while the thread sees them grow
//	finish       outcome.go   the final text with its label (reply.go; repost.go where the message can
//	                          no longer be edited); the store appends and closes
//
// What people see is in the files texts*.go, with the rules of tone, and is laid out
// in layout.go. What the model wrote passes through markdown.go, which leaves
// nothing of it live in Slack, and split.go, which keeps Slack's limits. In a direct
// message the growing text is a stream of Slack's (stream.go).
//
// # What is pressed and said about an answer
//
// A press (interact.go) is recorded before it is acked, since Slack does not deliver
// it again. Try again, Continue and Second look are questions of their own, whose key
// is the message and the button (press.go), and come down the same road, but for what
// is gathered and looked at: that is the history (again.go, second.go with agree*.go).
// Stop, and the word, end the work of an answer and leave its finishing (running.go).
// What people think of an answer is a verdict in the store; who has reviewed it stands
// under it (review.go). Dialogs (dialogs.go, modals.go) carry what they are about in
// their metadata, and have a name by which one is found whose opening Slack has not
// answered. The shortcut asks by a dialog; its question stands above the answer
// (lead.go), as does the line for what cannot wait (urgent.go).
//
// A question says which images it means (intent.go, steer.go, steer_refs.go). A thread
// is handed on by commands (handing.go, forget.go, with handover.go, export.go and
// ledger.go), and the Home tab tells what there is (hometab.go, home.go).
//
// # Commands and rates
//
// Commands (commands.go, phrases.go, answer_command.go, slash.go, settings.go) set
// temperature and max tokens for a channel or a thread, which is told (telling.go), and
// pause either (pause.go). What MedBuddy may call and hear in Slack is one table
// (surface.go), which the manifest must match and the transport enforces; a 429 closes
// the turnstile of its method (turnstile.go) for everybody, and growing texts live from
// what final texts leave of Slack's rates (budget.go).
//
// Nothing waits at another's cost: in the lanes, in the line for the model and at
// the turnstiles people take turns (rounds.go).
//
// # Around it
//
// Package medgemma speaks to the model and knows no thread; package imaging
// beneath it prepares pictures and knows neither. Package store is the contract
// of what is remembered, with two backends beneath it. Slack's peer in the tests
// and in the sandbox is slacksim, the model's is modelsim: servers on loopback,
// so that this package always runs as it does in production.
//
// # Testing
//
// The pure parts have golden files (testdata, go test -update). The road is
// tested end to end with the real Slack client, the real model client and the
// embedded store against slacksim and modelsim. What goes wrong is told as
// scenarios (testdata/faults), and a table (faults_test.go) says where each fault
// is shown.
package bot
