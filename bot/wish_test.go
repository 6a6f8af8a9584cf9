package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"

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
		"what is the bright spot on slice 57?":       {view: imaging.View{First: 57, Last: 57}, slices: []int{57}},
		"compare slices 12, 14 and 18":               {view: imaging.View{First: 12, Last: 18}, slices: []int{12, 14, 18}},
		"slice 12 vs 14":                             {view: imaging.View{First: 12, Last: 14}, slices: []int{12, 14}},
		"slice 12 & slice 14":                        {view: imaging.View{First: 12, Last: 14}, slices: []int{12, 14}},
		"the 23rd slice":                             {view: imaging.View{First: 23, Last: 23}, slices: []int{23}},
		"slices from 40 to 60":                       {view: imaging.View{First: 40, Last: 60}},
		"slices between 40 and 60":                   {view: imaging.View{First: 40, Last: 60}},
		"slice: 40":                                  {view: imaging.View{First: 40, Last: 40}, slices: []int{40}},
		"se 3 im 45":                                 {view: imaging.View{Series: 3, First: 45, Last: 45}, slices: []int{45}},
		"new lesion on series 2, image 25?":          {view: imaging.View{Series: 2, First: 25, Last: 25}, slices: []int{25}},
		"slice 0":                                    {view: imaging.View{First: noSlice, Last: noSlice}, slices: []int{0}},
		"WW 1,500 WL -600":                           {view: imaging.View{Window: lung}},
		"W400L40 please":                             {view: imaging.View{Window: w400}},
		"L/W 40/400":                                 {view: imaging.View{Window: w400}},
		"W 400 L +40":                                {view: imaging.View{Window: w400}},
		"a 400/40 window":                            {view: imaging.View{Window: w400}},
		"windowed for lung":                          {view: imaging.View{Window: lung, OnlyCT: true}, preset: "lung"},
		"lung parenchyma window":                     {view: imaging.View{Window: lung, OnlyCT: true}, preset: "lung"},
		"temporal bone window":                       {view: imaging.View{Window: imaging.Window{Centre: 600, Width: 2800}, OnlyCT: true}, preset: "temporal bone"},
		"mediastinal and lung windows":               {cannot: textOneWindow},
		"show it in the spine window":                {cannot: textWindowNames()},
		"pt w 2 prior surgeries at L4, stenosis?":    {},
		"68M w 3 nodules, fracture at C5":            {},
		"disc width is 4 mm at L5":                   {},
		"Level 2 node with width 12 mm":              {},
		"c 3 cm mass w 2 nodes":                      {},
		"BP 120/80, w 120/80":                        {},
		"nodes in the aorto-pulmonary window?":       {},
		"nodes in the aortopulmonary window?":        {},
		"in an acute stroke setting":                 {},
		"still in the stroke window":                 {},
		"post-abdominal setting":                     {},
		"window of opportunity in the brain":         {},
		"look at series 4 slices 3 to 9":             {view: imaging.View{Series: 4, First: 3, Last: 9}},
		"series 4 frames 5-9":                        {view: imaging.View{Series: 4, First: 5, Last: 9}},
		"and in the default window?":                 {plain: true},
		"compare with series 3 weeks ago":            {},
		"is the canal width of 12 mm at L4 normal?":  {},
		"what width 12 mm, at L4?":                   {},
		"canal width 12, L4?":                        {},
		"The lesion has a width 30 mm at level 2":    {},
		"any fracture of C 2, disc width 4 mm?":      {},
		"nodule of width 8 mm, level of C6":          {},
		"ww2 veteran with l 4 fracture":              {},
		"W 62 kg, L 170 cm":                          {},
		"blood window of 4 hours":                    {},
		"brain settings ok?":                         {},
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
		if got := wishOf(plainCitations(in)); !cmp.Equal(got, want, cmp.AllowUnexported(wish{})) {
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
	base.Window = imaging.Window{Centre: -600, Width: 1500}
	if got := wishOf("slices 2 to 4").over(base); got.Window != base.Window {
		t.Errorf("%+v", got)
	}
	if got := wishOf("default window").over(base); got.Window != (imaging.Window{}) || got.First != 40 {
		t.Errorf("%+v", got)
	}
	if got := wishOf("series 3").over(base); got.First != 0 || got.Series != 3 || got.Window != (imaging.Window{}) {
		t.Errorf("%+v", got)
	}
}
