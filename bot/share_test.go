package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
)

// thread makes records of images with so many slices each.
func thread(sizes ...int) []store.ImageRecord {
	var images []store.ImageRecord
	for i, n := range sizes {
		images = append(images, store.ImageRecord{Label: i + 1, Slices: make([]store.SliceRecord, n), Of: n})
	}
	return images
}

// without marks images as deleted since their records were read.
func without(images []store.ImageRecord, labels ...int) []store.ImageRecord {
	for _, label := range labels {
		images[label-1].Gone = true
	}
	return images
}

func TestShare(t *testing.T) {
	for name, c := range map[string]struct {
		images      []store.ImageRecord
		only        []int
		about, came []int
		most        int
		want        map[int]int // slices by label
		leftOut     []int
	}{
		"all fit":                         {thread(1, 1, 1), nil, nil, nil, 16, map[int]int{1: 1, 2: 1, 3: 1}, nil},
		"the newest":                      {thread(1, 1, 1, 1, 1), nil, nil, nil, 2, map[int]int{4: 1, 5: 1}, []int{1, 2, 3}},
		"what is named, then the newest":  {thread(1, 1, 1, 1, 1), nil, []int{1}, nil, 2, map[int]int{1: 1, 5: 1}, []int{2, 3, 4}},
		"a label that is not there":       {thread(1, 1, 1, 1, 1), nil, []int{1, 2, 9}, nil, 2, map[int]int{1: 1, 2: 1}, []int{3, 4, 5}},
		"none":                            {thread(1, 1), nil, nil, nil, 0, map[int]int{}, []int{1, 2}},
		"more named than fit: the newest": {thread(1, 1, 1), nil, []int{1, 2, 3}, nil, 2, map[int]int{2: 1, 3: 1}, []int{1}},
		"a series":                        {thread(16), nil, nil, []int{1}, 16, map[int]int{1: 16}, nil},
		"a series gives way to a picture": {thread(16, 1), nil, nil, []int{2}, 16, map[int]int{1: 15, 2: 1}, nil},
		"two series that came together":   {thread(16, 16), nil, nil, []int{1, 2}, 16, map[int]int{1: 8, 2: 8}, nil},
		"a newer series":                  {thread(16, 16), nil, nil, []int{2}, 16, map[int]int{2: 16}, []int{1}},
		"both named":                      {thread(16, 16), nil, []int{1, 2}, nil, 16, map[int]int{1: 8, 2: 8}, nil},
		"a film beside a series":          {thread(20, 1), nil, nil, nil, 16, map[int]int{1: 15, 2: 1}, nil},
		"a film beside a new series":      {thread(1, 16), nil, nil, []int{2}, 16, map[int]int{1: 1, 2: 15}, nil},
		"a film beside a series named":    {thread(1, 16), nil, []int{2}, nil, 16, map[int]int{1: 1, 2: 15}, nil},
		"older series":                    {thread(16, 16), nil, nil, nil, 16, map[int]int{1: 8, 2: 8}, nil},
		"many films beside a series":      {thread(1, 1, 1, 1, 9), nil, []int{5}, nil, 4, map[int]int{3: 1, 4: 1, 5: 2}, []int{1, 2}},
		"only one":                        {thread(1, 1, 1), []int{2}, nil, []int{3}, 16, map[int]int{2: 1}, []int{1, 3}},
		"only a series":                   {thread(1, 16, 1), []int{2}, []int{2}, nil, 16, map[int]int{2: 16}, []int{1, 3}},
		"only more than fit":              {thread(1, 1, 1, 1), []int{1, 2, 4}, []int{1, 2, 4}, nil, 2, map[int]int{2: 1, 4: 1}, []int{1, 3}},
		"only what is not there":          {thread(1, 1), []int{}, nil, nil, 16, map[int]int{}, []int{1, 2}},
		"one is gone":                     {without(thread(1, 1, 1), 2), nil, nil, nil, 16, map[int]int{1: 1, 3: 1}, nil},
		"one that is named is gone":       {without(thread(1, 1, 1), 2), nil, []int{2}, []int{2}, 1, map[int]int{3: 1}, []int{1}},
		"only one that is gone":           {without(thread(1, 1, 1), 2), []int{2}, []int{2}, nil, 16, map[int]int{}, []int{1, 3}},
		"a gone film needs no room":       {without(thread(16, 1), 2), nil, []int{1}, nil, 16, map[int]int{1: 16}, nil},
		"all are gone":                    {without(thread(1, 16), 1, 2), nil, nil, nil, 16, map[int]int{}, nil},
		"a short one leaves its rest":     {thread(16, 3), nil, []int{1, 2}, nil, 16, map[int]int{1: 13, 2: 3}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			send, leftOut := share(c.images, c.only, c.about, c.came, nil, c.most)
			got := map[int]int{}
			for label, places := range send {
				got[label] = len(places)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("sent (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.leftOut, leftOut); diff != "" {
				t.Errorf("left out (-want +got):\n%s", diff)
			}
			if n := send.count(); n > c.most {
				t.Errorf("%d pictures, at most %d", n, c.most)
			}
		})
	}
}

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		n, k int
		must []int
		want []int
	}{
		{12, 4, nil, []int{0, 4, 7, 11}}, {3, 16, nil, []int{0, 1, 2}}, {5, 2, nil, []int{0, 4}}, {5, 1, nil, []int{2}}, {1, 1, nil, []int{0}},
		{120, 3, nil, []int{0, 60, 119}}, {4, 0, nil, []int{}},
		{12, 4, []int{6}, []int{0, 4, 6, 11}}, {12, 1, []int{7}, []int{7}}, {12, 3, []int{1, 2}, []int{1, 2, 11}}, {12, 4, []int{4, 11}, []int{0, 4, 7, 11}},
	} {
		if diff := cmp.Diff(c.want, spread(c.n, c.k, c.must)); diff != "" {
			t.Errorf("spread(%d, %d) (-want +got):\n%s", c.n, c.k, diff)
		}
	}
}
