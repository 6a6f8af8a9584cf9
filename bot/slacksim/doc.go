// Package slacksim is a Slack workspace on loopback: Web API, Socket Mode, files,
// people, and faults on request. A real client pointed at APIURL cannot tell it
// from Slack by anything listed below. It imports neither the rest of this
// module nor any Slack client, so that both can be judged by it.
//
// # Promises
//
//   - It refuses what Slack refuses, with Slack's error words. A method it does
//     not know is answered with unknown_method and listed by Problems, as is
//     every other thing that Slack would let pass but that is surely a mistake,
//     such as an ack for an envelope that was never sent.
//   - Whatever changes wakes Wait and Watch: nothing has to be polled.
//   - ts are unique and increase. With the same Config.Seed the same ids are
//     given and app_mention and message come in the same order.
//   - Close ends every goroutine, socket, timer and held request.
//
// # Simulated
//
//   - Tokens in the form body or the Authorization header, token types, scopes
//     (missing_scope with needed and provided, X-OAuth-Scopes), revoked tokens.
//   - Socket Mode: single-use tickets, hello, pings, at most 10 sockets, each
//     envelope to one of them, acks with payloads under 20 KB, retries of what
//     was not acked (same event_id), disconnect frames. Sockets that are dropped,
//     recycled or half open, one or all; on a half-open one nothing comes through in
//     either direction, pongs and closing included.
//   - Outages: HTTP 503 everywhere and no socket; events that are lost, or come as
//     retries, when no socket was open, since people report both of Slack.
//   - Faults of single calls, for a number or a share of them: held, delayed, 5xx,
//     429, HTML, an error word, and served with the answer lost.
//   - Events for what people, other bots and the app itself post, edit and
//     delete: message with its subtypes, app_mention, message_changed,
//     message_deleted, tombstones, file_deleted; only those whose scope the app has
//     and whose channel it is in.
//   - Messages: threads, metadata, block limits, ownership, membership, archived
//     channels, ephemeral messages, reactions, assistant status, permalinks.
//   - Native streams (chat.startStream and its two): modes, recipients, limits, the
//     end that Slack makes after five minutes, and workspaces that have none.
//   - Blocks and elements: their fields and limits, in messages, modals and the Home
//     tab; CheckMessage and CheckView ask for that alone.
//   - Modals: opened, changed, pushed on each other (3), submitted, cancelled, with the
//     four response_actions. Their fields keep what was typed, and Slack's own client
//     refuses what it would send nowhere. The Home tab, with its event.
//   - Lists: conversations of the app or of a person by type and scope, histories and
//     threads, page by page.
//   - Files: hosted, Slack Connect (check_file_info), deleted, external and
//     hidden; downloads with a Bearer token, or the redirect to the sign-in page;
//     Slack's smaller copy (thumb_1024) of those that are given one.
//   - Uploads of the app in Slack's three steps: an address for the announced
//     length, the bytes raw or as a form, and completion, which shares the files
//     as a message of the app. What is not completed is not seen. The app may delete
//     its own.
//   - Slash commands, message shortcuts and clicks with trigger_id (3 s, once) and
//     response_url (5 uses, 30 minutes). A click sends the element as it stands in the
//     message, with the state of the others.
//   - Rate limits by Slack's tiers, when switched on. The Date of every answer is
//     by Config.Now.
//
// # Judged
//
// What a test wants to know about the client can be asked at any time and costs
// little: Stats and Count count, Busiest and BusiestChannel find the worst window of
// calls, MostSockets and Gaps tell how connections were kept, Acks how fast the
// acks were, Problems what was wrong. Some thousands of events a second go through
// one processor (BenchmarkEvents).
//
// # Simplified
//
//   - One workspace, one app, one bot token; no Enterprise Grid, user tokens or
//     OAuth. Other organisations exist only as the team_id of their people.
//   - An ack counts on whichever socket and however late it comes.
//   - A retry comes in a new envelope; retry_reason is always "timeout".
//   - A half-open socket stays in Slack's count until DropSockets or its
//     disconnection; Slack forgets it at some time.
//   - The time for an ack begins when its envelope is handed to the connection; what
//     waits longer than AckTimeout for that counts as sent all the same.
//   - With Config.EverySocket a retry goes to the same socket, or to any when that
//     has gone; an event that no socket was open for goes to one of them.
//   - The size of a message is the characters in its blocks; Slack's own sum has
//     some overhead that is not documented.
//   - Text is kept as Slack keeps it for entities, mentions, channels and bare
//     web links; the rich_text block of a person's message holds text and
//     mentions only, no styles.
//   - An upload's address is good for one successful sending and does not expire.
//     Slack tells how sending went wrong by the status only; here it is always 400.
//   - Completing an upload shares it before the answer; Slack may do so later. What
//     is wrong with the channel or the thread is told in the words of
//     chat.postMessage where the method's own page has none.
//   - conversations.history gives the newest messages first, as Slack documents; the
//     other way that people report, of a call with oldest alone, is Config.OldestFirst.
//   - A stream is shown to everybody; Slack shows it to its recipient alone while it
//     grows. Chunks hold text only. A stream that Slack ends says so in no event. Slack's
//     limit for a whole stream is not documented: here it is that for one call, about
//     where people have met it. That chat.delete works on an open stream is an
//     assumption.
//   - views.open takes the place of modals that are open; Slack's clients differ in that.
//     views.push needs a trigger of the modal it is put on.
//   - Only the words for a required field are those of Slack's client.
//   - Buttons of ephemeral messages cannot be pressed; in views only buttons can.
//   - Deleting a message leaves its files, and deleting a file its message.
//   - Snippets are refused (unknown_snippet_type).
//   - Input blocks are refused in messages, where Slack takes some. Pickers of dates,
//     people, conversations and files are checked by type and action_id only.
//     Attachments (the old kind) are kept unchecked.
//   - A reply under a root that does not exist is refused (thread_not_found), as
//     is one under another reply (cannot_reply_to_message); Slack takes some of
//     them and shows them in odd places.
package slacksim
