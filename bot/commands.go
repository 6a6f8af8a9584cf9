package bot

import (
	"regexp"
	"strconv"
	"strings"
)

// The slash commands.
const (
	cmdMedbuddy    = "/medbuddy"
	cmdTemperature = "/medbuddy-temperature"
	cmdMaxTokens   = "/medbuddy-max-tokens"
)

// verb is what a command does.
type verb string

const (
	verbNone        verb = ""
	verbHelp        verb = "help"
	verbSettings    verb = "settings"
	verbReset       verb = "reset"
	verbTemperature verb = "temperature"
	verbMaxTokens   verb = "max-tokens"
	verbPause       verb = "pause"
	verbResume      verb = "resume"
	verbStop        verb = "stop"    // the others are for a thread alone
	verbSummary     verb = "summary" // a hand-over note
	verbExport      verb = "export"
	verbForget      verb = "forget"
	verbImages      verb = "images" // the ledger
	verbErase       verb = "erase"  // that may mean less than to forget
	verbQuiet       verb = "quiet"  // a pause of one thread
	verbRemark      verb = "remark" // that asks for nothing
	verbUnknown     verb = "unknown"
)

// threadOnly says whether a command is about one thread, and so cannot be a slash
// command, which Slack has not in threads.
func (v verb) threadOnly() bool {
	switch v {
	case verbStop, verbSummary, verbExport, verbForget, verbImages, verbErase, verbQuiet:
		return true
	}
	return false
}

// stops says whether a command ends the answers that are being made.
func (v verb) stops() bool { return v == verbStop || v == verbQuiet }

// unmentioned is the command when it is taken in a thread without a mention: to stop
// is urgent, of what sounds like forgetting the model must not claim that it was done,
// and a remark asks for nothing.
func (v verb) unmentioned() verb {
	switch v {
	case verbStop, verbQuiet, verbForget, verbErase, verbRemark:
		return v
	}
	return verbNone
}

// bareVerbs are the commands of one word, as people say them.
var bareVerbs = map[string]verb{
	"reset": verbReset, "settings": verbSettings, "help": verbHelp, "pause": verbPause, "resume": verbResume,
	"stop": verbStop, "stop it": verbStop, "stop now": verbStop, "stop that": verbStop, "stop this": verbStop,
	"stop talking": verbStop, "stop writing": verbStop, "halt": verbStop, "stopp": verbStop, "cancel it": verbStop, "cancel that": verbStop, "cancel this": verbStop,
	"stop stop": verbStop, "ok stop": verbStop, "okay stop": verbStop, "abort": verbStop, "cancel": verbStop,
	"summary": verbSummary, "summarize": verbSummary, "summarise": verbSummary, "hand over": verbSummary, "hand-over": verbSummary,
	"handover": verbSummary, "hand off": verbSummary, "hand-off": verbSummary, "handoff": verbSummary,
	"export": verbExport, "forget": verbForget, "forget this thread": verbForget, "images": verbImages, "list images": verbImages,
	"quiet": verbQuiet, "delete": verbErase, "erase": verbErase,
}

// command is a verb with its value as typed; an empty value asks for the
// present one.
type command struct {
	verb  verb
	value string
}

// parseSlash reads a slash command and its text.
func parseSlash(name, text string) command {
	text = strings.TrimSpace(text)
	switch name {
	case cmdTemperature:
		return command{verbTemperature, text}
	case cmdMaxTokens:
		return command{verbMaxTokens, text}
	case cmdMedbuddy:
		if text == "" {
			return command{verb: verbHelp}
		}
		if c := parseWords(text); c.verb != verbNone && c.verb != verbRemark {
			return c
		}
		// A known word with too much behind it: refused with its range.
		if first, rest, _ := strings.Cut(text, " "); parseWords(first).verb == verbTemperature || parseWords(first).verb == verbMaxTokens {
			return command{parseWords(first).verb, rest}
		}
	}
	return command{verb: verbUnknown}
}

var commandRE = regexp.MustCompile(`(?i)^(?:please\s+)?(?:/?medbuddy[\s-]+)?(?:set\s+)?(?:the\s+)?(temperature|temp|max[-_ ]?tokens)(?:\s*[:=]\s*|\s+(?:to\s+)?|$)(\S*?)(?:\s+please)?$`)

// commandBytes is how long a message may be that is looked at for a command, a remark or
// a wish to stop: whole patterns are matched before a message is acked, and the longest
// that people type is far below it.
const commandBytes = 400

// decoration is what people put around a command without meaning it.
const decoration = " \t\n\u00a0,:;.!?`*_~\"'“”‘’"

// parseWords reads a command typed as words: "temperature 0.2", "max-tokens
// 800", "reset", "summary". Anything longer is a question ("temperature of the
// patient was 39"), and gives verbNone.
func parseWords(text string) command {
	if len(text) > commandBytes {
		return command{}
	}
	if isRemark(text) {
		return command{verb: verbRemark}
	}
	text = strings.Trim(strings.ReplaceAll(text, "\u00a0", " "), decoration)
	bare := uncourteous(text)
	for _, said := range []string{strings.ToLower(text), bare} { // "ok stop" has a courtesy in it
		if v, ok := bareVerbs[said]; ok {
			return command{verb: v}
		}
	}
	if v := phrase(bare); v != verbNone {
		return command{verb: v}
	}
	m := commandRE.FindStringSubmatch(text)
	if m == nil {
		return command{}
	}
	name, value := strings.ToLower(m[1]), strings.Trim(m[2], decoration)
	switch name {
	case "temperature", "temp":
		return command{verbTemperature, value}
	default:
		return command{verbMaxTokens, value}
	}
}

var (
	decimalRE = regexp.MustCompile(`^[0-9]{1,2}(\.[0-9]{1,6})?$`)
	wholeRE   = regexp.MustCompile(`^[0-9]{1,9}$`)
)

// parseTemperature takes a plain decimal from 0 to 1, with a point: what a
// person typed in another way (0,3 or 30% or NaN) is not guessed at.
func parseTemperature(s string) (float64, bool) {
	if !decimalRE.MatchString(s) {
		return 0, false
	}
	t, err := strconv.ParseFloat(s, 64)
	return t, err == nil && t >= 0 && t <= 1
}

// minMaxTokens is the least that may be set: less cuts every answer off.
const minMaxTokens = 64

// parseMaxTokens takes a plain whole number from 64 to limit.
func parseMaxTokens(s string, limit int) (int, bool) {
	if !wholeRE.MatchString(s) {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= minMaxTokens && n <= limit
}
