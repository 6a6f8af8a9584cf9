package bot

import (
	"regexp"
	"strings"
)

// This file knows the commands by which people hand a thread on, have it forgotten, or
// want quiet, in the words in which they say them. What is taken for a question goes to
// the model, which may well claim that it has forgotten; so these are told apart by
// code. Each form is a whole message: "summarise the findings in Image 2" and "delete
// the left marker?" are questions.

const (
	// wholeThread is what they call it. "This case" and "this" are left out: they are what is
	// in the images.
	wholeThread = `(?:(?:all\s+of\s+)?(?:(?:the|this|that|our|your)\s+)?(?:(?:whole|entire|full|complete|chat|conversation|thread)\s+)?(?:thread|conversation|chat|discussion|history))`
	soFar       = `(?:\s+(?:so\s+far|until\s+now|up\s+to\s+now|up\s+to\s+here))?`
	giveWord    = `(?:(?:give|send|show|get|write|make|post|create|prepare|draft|do)\s+)(?:(?:me|us)\s+)?`
	noteWord    = `(?:summary|recap|overview|hand[- ]?over|hand[- ]?off)(?:\s+(?:note|report|summary))?`
	fileWord    = `(?:\s+(?:as|to|into|in)\s+(?:an?\s+)?(?:(?:plain\s+)?(?:text\s+)?file|text|txt|document))?`
	eraseWord   = `(?:forget|delete|erase|wipe|purge)`
	clearWord   = `(?:clear|remove|drop)` // which may mean less: "clear history"
	itsThread   = `(?:all\s+of\s+)?(?:the|this|that|our|your)\s+(?:(?:whole|entire|full|complete)\s+)?(?:thread|conversation|chat)(?:\s+history)?`
	whatYouHold = `(?:you\s+(?:have\s+)?(?:know|have|keep|kept|hold|remember|store|stored|save|saved)|(?:we|was|i)\s+(?:have\s+)?(?:said|wrote|written|discussed))`
)

// phrases are the commands, the first that matches.
var phrases = []struct {
	verb verb
	re   *regexp.Regexp
}{
	{verbSummary, wholeOf([]string{
		`(?:summari[sz]e|recap|sum\s+up|hand\s+over|hand\s+off)\s+` + wholeThread + soFar,
		`(?:summari[sz]e|recap|sum\s+up)\s+(?:everything|what\s+(?:was|has\s+been|we)\s+(?:said|discussed|asked)|what\s+happened)` + soFar,
		`(?:summari[sz]e|recap|sum\s+up)` + soFar,
		`(?:sum|wrap|hand)\s+(?:it|this\s+thread)\s+(?:all\s+)?(?:up|over|off)`,
		`(?:` + giveWord + `)?(?:an?\s+|the\s+)?(?:(?:short|brief|quick|full|whole)\s+)?` + noteWord + `(?:\s+(?:of|for)\s+` + wholeThread + `)?` + soFar,
		`tl;?dr`,
		`fass(?:e)?\s+(?:den\s+thread|das\s+gespräch|die\s+unterhaltung|alles)\s+zusammen`, `zusammenfassung`,
		`résumé`, `résume(?:r|z)?\s+(?:la|cette)\s+(?:conversation|discussion)`, `resumen`, `resume\s+(?:la|esta)\s+(?:conversación|conversacion)`,
	})},
	{verbExport, wholeOf([]string{
		`(?:export|download|save)\s+(?:` + wholeThread + `|everything)` + fileWord,
		`export\s+(?:(?:it|this|that)(?:\s+all)?|all(?:\s+of\s+(?:it|this))?)` + fileWord,
		`export` + fileWord,
		`(?:` + giveWord + `)(?:an?\s+|the\s+)?(?:export|transcript)(?:\s+(?:of|for)\s+` + wholeThread + `)?` + fileWord,
		`(?:` + giveWord + `)(?:the\s+|this\s+)?(?:whole\s+|entire\s+|full\s+)?(?:thread|conversation|chat|discussion)\s+as\s+(?:an?\s+)?(?:text\s+)?file`,
		`transcript`, `exportieren`, `exporter?\s+(?:la|cette)\s+conversation`, `exporta(?:r)?\s+(?:la|esta)\s+conversaci[oó]n`,
	})},
	{verbForget, wholeOf([]string{
		eraseWord + `\s+(?:everything|it\s+all|this\s+all|all(?:\s+of\s+(?:it|this|that))?|` + wholeThread + `)`,
		eraseWord + `\s+(?:everything|all)\s+(?:that\s+)?` + whatYouHold + `(?:\s+(?:about|of|from|in)\s+(?:` + wholeThread + `|(?:this|the|our)\s+(?:patient|case)|us|me|here))?` + `(?:\s+here)?`,
		eraseWord + `\s+(?:everything|all|all\s+data)\s+(?:about|of|from|in|on)\s+(?:` + wholeThread + `|(?:this|the|our)\s+(?:patient|case)|us|me|here)`,
		`(?:` + eraseWord + `|` + clearWord + `)\s+(?:all\s+|all\s+of\s+)?(?:the|this|our|my|your)\s+(?:(?:patient|patient's|stored|saved)\s+)?(?:data|memory|context)(?:\s+(?:of|about|for|from|in)\s+` + wholeThread + `)?`,
		eraseWord + `\s+all\s+(?:data|memory)`,
		clearWord + `\s+(?:everything|` + itsThread + `)`,
		`forget\s+about\s+(?:everything|` + wholeThread + `)`,
		`(?:vergiss|lösch(?:e|en)?)\s+(?:bitte\s+)?(?:alles|diesen\s+thread|den\s+thread|diese\s+unterhaltung|die\s+unterhaltung|den\s+verlauf)`, `alles\s+(?:vergessen|löschen)`,
		`(?:oublie[rz]?|efface[rz]?|supprime[rz]?)\s+(?:tout|(?:toute\s+)?(?:la|cette)\s+(?:conversation|discussion))`,
		`(?:olvid[ae]|borr[ae]|elimin[ae]|olvidar|borrar|eliminar)\s+(?:todo|(?:toda\s+)?(?:la|esta)\s+conversaci[oó]n|(?:el|este)\s+hilo)`,
	})},
	// What sounds like forgetting and may mean something less, or nothing at all ("forget
	// it"): nothing is erased, and it is said what would be.
	{verbErase, wholeOf([]string{
		`(?:forget|delete|erase|remove|purge)\s+(?:it|that|this|these|those|them)(?:\s+(?:one|image|picture|scan|film|file|message|answer|question|post|upload)s?)?`,
		`(?:delete|erase|remove|purge)\s+(?:all\s+)?(?:the|my|our|your|last|all)(?:\s+last|\s+first|\s+previous|\s+latest)?\s+(?:images?|pictures?|scans?|films?|files?|messages?|answers?|questions?|posts?|uploads?)`,
		`(?:delete|erase|remove|purge)\s+(?:image|picture)s?\s*#?\d{1,3}`,
		`(?:` + eraseWord + `|` + clearWord + `)\s+(?:it\s+all|this\s+all|all(?:\s+of\s+(?:it|this|that))?|(?:all\s+)?(?:data|memory|context)|` + wholeThread + `)`,
		`forget\s+what\s+` + whatYouHold, `reset\s+` + wholeThread, `start\s+(?:over|again|afresh|anew|from\s+scratch)`, `(?:start\s+)?(?:a\s+)?new\s+(?:conversation|chat)`,
	})},
	{verbImages, wholeOf([]string{
		`(?:list|show)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?(?:list\s+of\s+(?:the\s+)?)?images(?:\s+(?:of|in)\s+` + wholeThread + `)?`,
		`(?:which|what)\s+images\s+(?:do\s+you\s+have|are\s+there)(?:\s+in\s+` + wholeThread + `)?`,
		`(?:the\s+)?list\s+of\s+(?:the\s+)?images`,
	})},
	// Said in a thread it is about that thread, and not about the answer that is running
	// alone: that is "stop".
	{verbQuiet, wholeOf([]string{
		`stop\s+(?:answering|replying|responding)(?:\s+(?:me|us|here|in\s+here|everything|questions|in\s+` + wholeThread + `|to\s+(?:me|us|` + wholeThread + `)))?`,
		`(?:be|keep|stay)\s+(?:quiet|silent)(?:\s+(?:here|in\s+` + wholeThread + `))?`, `shut\s+up`,
		`mute(?:\s+(?:yourself|` + wholeThread + `))?`, `leave\s+(?:us\s+alone|` + wholeThread + `)`,
		`(?:do\s+not|don[’']?t)\s+(?:answer|reply|respond)(?:\s+(?:here|any\s?more|any\s+longer|in\s+` + wholeThread + `))*`,
	})},
	{verbReset, wholeOf([]string{
		`reset\s+(?:(?:the|your|all|these)\s+)*settings(?:\s+(?:of|for|in)\s+(?:this|the)\s+(?:thread|channel))?`, `(?:reset|go\s+back|back)\s+to\s+(?:the\s+)?defaults?(?:\s+settings)?`,
	})},
	{verbSettings, wholeOf([]string{`(?:show\s+(?:me\s+)?|what\s+are\s+)?(?:the\s+|your\s+)?(?:current\s+)?settings`})},
}

// wholeOf matches any of the forms, if it is all of the text.
func wholeOf(forms []string) *regexp.Regexp {
	return regexp.MustCompile(`^(?:` + strings.Join(forms, `|`) + `)$`)
}

// phrase is the command that text is as a whole, in small letters and without what
// surrounds it.
func phrase(text string) verb {
	for _, p := range phrases {
		if p.re.MatchString(text) {
			return p.verb
		}
	}
	return verbNone
}

// courtesyRE is what is said around a command without meaning anything.
var courtesyRE = regexp.MustCompile(`^(?:(?:please|pls|kindly|hey|hi|hello|ok|okay|now|then|and|so|bitte|/?medbuddy|(?:can|could|would|will)\s+you|i\s+(?:want|need|would\s+like|[’']d\s+like)(?:\s+you)?(?:\s+to)?|i[’']d\s+like(?:\s+you)?(?:\s+to)?|you\s+(?:can|may|should))[\s,:-]+)+|` +
	`(?:[\s,]+(?:please|pls|now|bitte|for\s+(?:me|us|everybody|the\s+(?:next\s+)?(?:shift|team|ward))|thanks|thank\s+you|thx|medbuddy|ok))+$`)

// uncourteous is text without courtesies, in small letters.
func uncourteous(text string) string {
	text = spaceRE.ReplaceAllString(strings.ToLower(text), " ")
	return strings.Trim(courtesyRE.ReplaceAllString(text, ""), decoration)
}
