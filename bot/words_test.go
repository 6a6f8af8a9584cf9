package bot

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
)

func TestParseTemperature(t *testing.T) {
	for _, s := range []string{"abc", "NaN", "-1", "1.01", "0,3", "30%", "", "+0.2", "1e-1", "Inf", "0x1", ".5", "2", "0.2 0.3", "½"} {
		if v, ok := parseTemperature(s); ok {
			t.Errorf("parseTemperature(%q) = %v, want a refusal", s, v)
		}
	}
	for s, want := range map[string]float64{"0": 0, "0.0": 0, "0.2": 0.2, "1": 1, "1.0": 1} {
		if v, ok := parseTemperature(s); !ok || v != want {
			t.Errorf("parseTemperature(%q) = %v, %v", s, v, ok)
		}
	}
}

func TestParseMaxTokens(t *testing.T) {
	for _, s := range []string{"63", "0", "-64", "8193", "1e3", "500.0", "abc", "", "99999999999999"} {
		if v, ok := parseMaxTokens(s, 8192); ok {
			t.Errorf("parseMaxTokens(%q) = %v, want a refusal", s, v)
		}
	}
	for s, want := range map[string]int{"64": 64, "800": 800, "8192": 8192} {
		if v, ok := parseMaxTokens(s, 8192); !ok || v != want {
			t.Errorf("parseMaxTokens(%q) = %v, %v", s, v, ok)
		}
	}
}

func TestParseWords(t *testing.T) {
	for in, want := range map[string]command{
		"temperature 0.2":            {verbTemperature, "0.2"},
		"Temperature: 0.2":           {verbTemperature, "0.2"},
		"temperature=0":              {verbTemperature, "0"},
		"set temperature to 0.3":     {verbTemperature, "0.3"},
		"temperature abc":            {verbTemperature, "abc"},
		"temperature":                {verbTemperature, ""},
		"max-tokens 800":             {verbMaxTokens, "800"},
		"max tokens 800":             {verbMaxTokens, "800"},
		"reset":                      {verbReset, ""},
		"help":                       {verbHelp, ""},
		": max-tokens 800":           {verbMaxTokens, "800"},
		", temperature 0.2":          {verbTemperature, "0.2"},
		"reset.":                     {verbReset, ""},
		"temp 0.3":                   {verbTemperature, "0.3"},
		"please set temperature 0.3": {verbTemperature, "0.3"},
		"temperature 0.3 please":     {verbTemperature, "0.3"},
		"/medbuddy max-tokens 900":   {verbMaxTokens, "900"},
		"`temperature 0.2`":          {verbTemperature, "0.2"},
		"*temperature 0.2*":          {verbTemperature, "0.2"},
		"temperature\u00a00.26":      {verbTemperature, "0.26"},
		"temperature -1":             {verbTemperature, "-1"},
		"temperature 0,3":            {verbTemperature, "0,3"},
		// Questions.
		"temperature of the patient was 39": {},
		"reset the window please":           {},
		"is there help":                     {},
		"what is the max":                   {},
		"STOP!!!":                           {verb: verbStop},
		"please stop now!":                  {verb: verbStop},
		"stop answering":                    {verb: verbQuiet},
		"halt":                              {verb: verbStop},
		"stop talking!":                     {verb: verbStop},
		"cancel that":                       {verb: verbStop},
		"stop, wrong patient":               {},
		"when did the bleeding stop":        {},
		"stop the heparin?":                 {},
		"":                                  {},
	} {
		if got := parseWords(in); got != want {
			t.Errorf("parseWords(%q) = %+v, want %+v", in, got, want)
		}
	}
}

func TestParseSlash(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       command
	}{
		{"/medbuddy", "", command{verb: verbHelp}},
		{"/medbuddy", " temperature 0.2 ", command{verbTemperature, "0.2"}},
		{"/medbuddy", "tempreature 0.2", command{verb: verbUnknown}},
		{"/medbuddy", "settings", command{verb: verbSettings}},
		{"/medbuddy", "temperature 0.2 for everybody", command{verbTemperature, "0.2 for everybody"}},
		{"/medbuddy-temperature", "0.2", command{verbTemperature, "0.2"}},
		{"/medbuddy-temperature", "0.2 0.3", command{verbTemperature, "0.2 0.3"}},
		{"/medbuddy-max-tokens", "", command{verb: verbMaxTokens}},
		{"/other", "x", command{verb: verbUnknown}},
	} {
		if got := parseSlash(c.name, c.text); got != c.want {
			t.Errorf("parseSlash(%q, %q) = %+v, want %+v", c.name, c.text, got, c.want)
		}
	}
}

func TestNamedImages(t *testing.T) {
	for in, want := range map[string][]int{
		"what is in Image 2?":                        {2},
		"compare image 3 with Image 1":               {1, 3},
		"images 1, 2 and 4":                          {1, 2, 4},
		"image #7":                                   {7},
		"images 1-3":                                 {1, 2, 3},
		"image 2 to image 4":                         {2, 3, 4},
		"images 1, 2, and 4":                         {1, 2, 4},
		"image 1 & 2":                                {1, 2},
		"image 1 and 3 please":                       {1, 3},
		"in image 1, 3 cm from the apex?":            {1},
		"in image 2 to 5 mm":                         {2},
		"image 1 with 2.5 mg":                        {1},
		"image 2024":                                 nil,
		"the image 3 weeks ago":                      nil,
		"compare Image 1 with the image 3 weeks ago": {1},
		"is this image 2 of the series?":             nil,
		"image 2/5":                                  nil,
		"image 99999999999999999999":                 nil,
		"the image of 2 days ago":                    nil,
		"imaging 3 months later":                     nil,
		"is there a 3 mm nodule in the image":        nil,
	} {
		if got := namedImages(in); !slices.Equal(got, want) {
			t.Errorf("namedImages(%q) = %v, want %v", in, got, want)
		}
	}
}

func TestImpliesImage(t *testing.T) {
	for _, s := range []string{"is there a fracture on this x-ray?", "What does the scan show?", "read the CT", "what do you see", "findings?",
		"describe this lesion", "any effusion visible?", "what is in the attached file", "is the left lung clear in the picture", "look at this"} {
		if !impliesImage(s) {
			t.Errorf("impliesImage(%q) = false", s)
		}
	}
	for _, s := range []string{"what is the dose of amoxicillin in children?", "difference between croup and epiglottitis", "normal range of potassium"} {
		if impliesImage(s) {
			t.Errorf("impliesImage(%q) = true", s)
		}
	}
}

func TestLabelsUnderAnAnswer(t *testing.T) {
	for _, label := range []string{draftLabel, textNoImageLabel} {
		if n := utf8.RuneCountInString(label); n > 140 {
			t.Errorf("the label has %d characters, at most 140", n)
		}
	}
	picture := func(label, w, h, side int, notes ...string) lookedImage {
		return lookedImage{store.ImageRecord{Label: label, Width: w, Height: h, Side: side, Slices: make([]store.SliceRecord, 1), Of: 1, Notes: notes}, make([]slicePicture, 1), ""}
	}
	l := looked{images: []lookedImage{picture(1, 2022, 2022, 896, "stretched"), picture(2, 512, 400, 512)}, leftOut: []int{3, 4, 5, 7}, dropped: 3, temperature: 0, maxTokens: 500, model: "m<@U1>"}
	want := "Looked at: Image 1 (2022×2022 seen at 896×896, contrast stretched), Image 2 (512×400). Not looked at this time: Image 3 to Image 5, Image 7. The oldest 3 messages were left out. Temperature 0, max tokens 500, model m&lt;@U1&gt;."
	if diff := cmp.Diff(want, l.line()); diff != "" {
		t.Error(diff)
	}
	for i := range 90 {
		l.images = append(l.images, picture(2*i+3, 5000, 5000, 896, "first_frame", "stretched"))
	}
	if n := utf8.RuneCountInString(l.line()); n > lookedRunes+20 { // entities of the model's name
		t.Errorf("the line has %d characters", n)
	}
	if !strings.Contains(l.line(), "Not looked at this time: Image 3 to Image 5, Image 7. ") {
		t.Errorf("what was not looked at is cut away: %s", l.line())
	}
}

func TestAfter(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{{"2.0", "1.0", true}, {"10.0", "9.0", true}, {"1.000002", "1.000001", true}, {"1.0", "1.0", false}, {"1.0", "", true}, {"", "", false}} {
		if got := after(c.a, c.b); got != c.want {
			t.Errorf("after(%q, %q) = %v", c.a, c.b, got)
		}
	}
}
