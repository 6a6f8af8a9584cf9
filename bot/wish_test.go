package bot

import (
	"testing"

	"github.com/medbuddy/medbuddy/medgemma/imaging"
)

func TestWishOf(t *testing.T) {
	lung := imaging.Window{Centre: -600, Width: 1500}
	w400 := imaging.Window{Centre: 40, Width: 400}
	for in, want := range map[string]wish{
		"lung window":                                {view: imaging.View{Window: lung, OnlyCT: true}, preset: "lung"},
		"Any nodule in the lung windows?":            {view: imaging.View{Window: lung, OnlyCT: true}, preset: "lung"},
		"show it in lung-window, please":             {view: imaging.View{Window: lung, OnlyCT: true}, preset: "lung"},
		"bitte im Lungenfenster":                     {view: imaging.View{Window: lung, OnlyCT: true}, preset: "lung"},
		"bone window":                                {view: imaging.View{Window: imaging.Window{Centre: 400, Width: 1800}, OnlyCT: true}, preset: "bone"},
		"brain window":                               {view: imaging.View{Window: imaging.Window{Centre: 40, Width: 80}, OnlyCT: true}, preset: "brain"},
		"soft tissue window of series 3":             {view: imaging.View{Window: imaging.Window{Centre: 50, Width: 400}, OnlyCT: true, Series: 3}, preset: "soft tissue"},
		"W 400 L 40":                                 {view: imaging.View{Window: w400}},
		"w400 l40":                                   {view: imaging.View{Window: w400}},
		"WW 400, WL 40":                              {view: imaging.View{Window: w400}},
		"W/L 400/40":                                 {view: imaging.View{Window: w400}},
		"window 400 level 40":                        {view: imaging.View{Window: w400}},
		"L 40 W 400":                                 {view: imaging.View{Window: w400}},
		"W:1500 L:-600":                              {view: imaging.View{Window: lung}},
		"W=1500, L=−600":                             {view: imaging.View{Window: lung}},
		"window width 400, window centre 40":         {view: imaging.View{Window: w400}},
		"Use slices 40 to 60":                        {view: imaging.View{First: 40, Last: 60}},
		"slices 40-60 of series 2 in lung window":    {view: imaging.View{First: 40, Last: 60, Series: 2, Window: lung, OnlyCT: true}, preset: "lung"},
		"frames 60 through 40":                       {view: imaging.View{First: 40, Last: 60}},
		"what is the bright spot on slice 57?":       {view: imaging.View{First: 57, Last: 57}, single: true},
		"series 2":                                   {view: imaging.View{Series: 2}},
		"is series #12 better?":                      {view: imaging.View{Series: 12}},
		"is there a nodule in the left lung?":        {},
		"what lies behind the bone?":                 {},
		"slice 5 mm thick, is that enough?":          {},
		"two slices, and a series of 3":              {},
		"after 400 ml of contrast, 40 s delay":       {},
		"is the window right? patient weighs 70 kg.": {},
		"compare L4 and L5":                          {},
		"W 0 L 40":                                   {},
	} {
		if got := wishOf(in); got != want {
			t.Errorf("wishOf(%q) = %+v, want %+v", in, got, want)
		}
	}
}

// A view that is written down is the same view when it is read again.
func TestViewWords(t *testing.T) {
	for _, v := range []imaging.View{
		{}, {Series: 3}, {First: 40, Last: 60}, {Window: imaging.Window{Centre: -600, Width: 1500}, OnlyCT: true},
		{Series: 2, First: 1, Last: 9, Window: imaging.Window{Centre: 0.5, Width: 1.25}},
	} {
		if got := viewFrom(viewWords(v)); got != v {
			t.Errorf("%+v is written %q and read as %+v", v, viewWords(v), got)
		}
	}
	if viewWords(imaging.View{}) != "" {
		t.Error("the default view has words")
	}
}

// A wish changes what it names and leaves the rest of the view as it was; another
// series begins with all of its slices.
func TestWishOver(t *testing.T) {
	base := imaging.View{Series: 2, First: 40, Last: 60}
	if got := wishOf("lung window").over(base); got.First != 40 || got.Series != 2 || got.Window.Width != 1500 {
		t.Errorf("%+v", got)
	}
	if got := wishOf("series 3").over(base); got.First != 0 || got.Series != 3 {
		t.Errorf("%+v", got)
	}
}
