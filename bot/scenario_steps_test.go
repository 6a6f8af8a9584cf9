package bot_test

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/medbuddy/medbuddy/bot/slacksim"
)

// step plays one line of a scenario. People speak and act:
//
//	ann: @MedBuddy which view is this film? +film   in the thread; the first message opens it
//	ann anew: @MedBuddy and this one? +film         opens another thread, where all go on
//	ann edits: ...                                  her last message
//	ann deletes                                     it
//	ann deletes file 2                              the second file of it
//	ann deletes the root                            the first message of the thread
//	ann removes                                     MedBuddy's last message, as an admin may
//	ann types /medbuddy temperature 0.2             a slash command
//	ann remarks 1000                                so many short messages
//
// Files are +film, +two-films and those of strangeFile. Then there is what goes wrong
// (scenario_trouble_test.go), and what is waited for:
//
//	wait answer         one more message of MedBuddy's that is no passing one; "wait answers 3" three
//	wait says "..."     the thread shows this
//	wait private        one more answer to one person alone
//	wait acks           Slack waits for no ack
//	wait held           a model call is held; "wait held 2" two
//	wait calls M 3      the method M was called three times in all
//	wait socket         another socket has opened
//	wait refused        the store has refused something since it was last waited for
//	wait closed         no question is open in the store
//	wait served erase 2 the store has served so many calls of an operation
func (s *scenario) step(line string) {
	s.t.Helper()
	if who, text, ok := strings.Cut(line, ": "); ok && !strings.Contains(who, `"`) {
		s.speak(strings.Fields(who), text)
		return
	}
	word, rest, _ := strings.Cut(line, " ")
	if word != "model" {
		s.scripts = nil
	}
	switch word {
	case "wait":
		s.wait(s.words(rest))
	case "slack":
		s.slack(s.words(rest))
	case "model":
		s.model(s.words(rest))
	case "store":
		s.storeTrouble(s.words(rest))
	case "socket":
		s.socket(rest)
	case "offline", "online":
		s.w.sim.Offline(word == "offline")
	case "redeliver":
		s.redeliver()
	case "later":
		s.ahead.Add(int64(s.duration(rest)))
	case "stop":
		must(s.t, s.w.stop())
	case "kill":
		s.kill()
	case "start":
		s.start()
	default:
		s.act(word, rest)
	}
}

// speak posts or edits a message.
func (s *scenario) speak(who []string, text string) {
	s.t.Helper()
	name := who[0]
	switch how := strings.Join(who[1:], " "); how {
	case "", "anew":
		if how == "anew" {
			s.root = ""
		}
		text, files := s.filesOf(text)
		s.last[name] = s.w.post(s.person(name), s.w.channel, s.root, text, files...)
		if s.root == "" {
			s.root = s.last[name]
		}
	case "edits":
		must(s.t, s.w.sim.Edit(s.w.channel, s.last[name], s.w.secret(text)))
	default:
		s.t.Fatalf("nobody can speak like this: %q", how)
	}
}

// act is what people do without words.
func (s *scenario) act(name, what string) {
	s.t.Helper()
	verb, rest, _ := strings.Cut(what, " ")
	switch verb {
	case "deletes":
		what, which, _ := strings.Cut(rest, " ")
		switch what {
		case "":
			must(s.t, s.w.sim.Delete(s.w.channel, s.last[name]))
		case "file":
			m, _ := s.w.sim.Message(s.w.channel, s.last[name])
			must(s.t, s.w.sim.DeleteFile(m.Files[s.number(which)-1].ID))
		case "the":
			s.only(which, "root")
			must(s.t, s.w.sim.Delete(s.w.channel, s.root))
		default:
			s.t.Fatalf("nothing to delete: %q", rest)
		}
	case "removes":
		all := s.w.sim.All(s.w.channel)
		for i := len(all) - 1; i >= 0; i-- {
			if all[i].User == s.w.sim.BotUserID() {
				must(s.t, s.w.sim.Delete(s.w.channel, all[i].TS))
				return
			}
		}
		s.t.Fatal("MedBuddy has said nothing yet")
	case "remarks":
		for n := range s.number(rest) {
			s.speak([]string{name}, fmt.Sprintf("%s %d of a long day", remark, n+1))
			if n%20 == 19 { // as people do: not all within the time for one ack
				s.until("every ack", func() bool { return s.unacked() == 0 })
			}
		}
	case "types":
		command, text, _ := strings.Cut(rest, " ")
		if _, err := s.w.sim.Slash(s.w.ctx, slacksim.SlashCommand{Channel: s.w.channel, User: s.person(name), Command: command, Text: text}); err != nil {
			s.told = append(s.told, "to "+name+", by Slack: "+err.Error())
		}
	default:
		s.t.Fatalf("no step: %q", name+" "+what)
	}
}

// remark begins a message of which there are many.
const remark = "remark"

// filesOf takes the +files from the end of a message.
func (s *scenario) filesOf(text string) (string, []slacksim.File) {
	s.t.Helper()
	var kinds []string
	words := strings.Fields(text)
	for n := len(words); n > 0 && strings.HasPrefix(words[n-1], "+"); n-- {
		kinds = append([]string{words[n-1][1:]}, kinds...)
		words = words[:n-1]
	}
	var files []slacksim.File
	for _, kind := range kinds {
		s.films++
		files = append(files, s.file(kind))
	}
	return strings.Join(words, " "), files
}

func (s *scenario) wait(words []string) {
	s.t.Helper()
	arg := append(words[1:], "", "")
	count := func(word string) int {
		if word == "" {
			return 1
		}
		return s.number(word)
	}
	switch words[0] {
	case "answer", "answers":
		s.waited += count(arg[0])
		s.until("an answer", func() bool { return s.settled() >= s.waited })
	case "says":
		s.until(strconv.Quote(arg[0])+" in the thread", func() bool { return strings.Contains(strings.Join(s.saidAll(), "\n"), arg[0]) })
	case "private":
		s.whispers++
		s.until("a private answer", func() bool { return len(s.w.sim.Ephemerals(s.w.channel)) >= s.whispers })
	case "acks":
		s.until("every ack", func() bool { return s.unacked() == 0 })
	case "held":
		ctx, cancel := within(s.w.ctx)
		defer cancel()
		must(s.t, s.w.model.WaitHeld(ctx, count(arg[0])))
	case "calls":
		s.until("calls of "+arg[0], func() bool { return len(s.w.sim.Calls(arg[0])) >= s.number(arg[1]) })
	case "socket":
		s.until("another socket", func() bool { return s.w.sim.Opened() > s.opened && s.heard() })
		s.opened = s.w.sim.Opened()
	case "closed":
		s.store.wait(s.t, s.w.ctx, "every question to be closed", func() bool { return s.open() == 0 })
	case "served":
		s.store.wait(s.t, s.w.ctx, "the store to serve "+arg[0], func() bool { return s.store.count(arg[0]) >= s.number(arg[1]) })
	case "refused":
		s.store.wait(s.t, s.w.ctx, "a refusal of the store", func() bool { return s.store.refusals() > 0 })
		s.store.set(func() { s.store.refused = 0 })
	default:
		s.t.Fatalf("nothing to wait for: %q", words)
	}
}

// until waits for something in the workspace.
func (s *scenario) until(what string, cond func() bool) {
	s.t.Helper()
	ctx, cancel := within(s.w.ctx)
	defer cancel()
	if err := s.w.sim.Wait(ctx, cond); err != nil {
		s.t.Fatalf("waiting for %s: %v\nthe threads:\n%s\nlog:\n%s", what, err, s.threads(), s.w.log.String())
	}
}

// words splits a line at its spaces; "..." is one word, with Go's escapes.
func (s *scenario) words(line string) (words []string) {
	s.t.Helper()
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		if line[0] == '"' {
			quoted, err := strconv.QuotedPrefix(line)
			must(s.t, err)
			word, err := strconv.Unquote(quoted)
			must(s.t, err)
			words, line = append(words, word), line[len(quoted):]
			continue
		}
		word, rest, _ := strings.Cut(line, " ")
		words, line = append(words, word), rest
	}
	return words
}
