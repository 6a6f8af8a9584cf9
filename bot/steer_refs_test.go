package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/medbuddy/medbuddy/store"
)

func TestSteeringByPlace(t *testing.T) {
	only := func(labels ...int) steering { return steering{only: labels} }
	drop := func(labels ...int) steering { return steering{without: labels} }
	both := func(labels ...int) steering { return steering{only: labels, compare: true} }
	for in, want := range map[string]steering{
		// Alone.
		"first image only":                            only(1),
		"First image only, please":                    only(1),
		"use only the last image":                     only(newest),
		"only the latest scan: is there an effusion?": only(newest),
		"#2 only":                         only(2),
		"only #2":                         only(2),
		"only #2: any effusion?":          only(2),
		"just #3 please":                  only(3),
		"only #2 and #3":                  only(2, 3),
		"#1, #2 and #4 only":              only(1, 2, 4),
		"Image two only":                  only(2),
		"only image twelve":               only(12),
		"only images one and three":       only(1, 3),
		"just the first one":              only(1),
		"just the last one, please":       only(newest),
		"only the newest film":            only(newest),
		"only look at the second picture": only(2),
		"look only at the third image":    only(3),
		"Is there a fracture? Only the most recent x-ray":               only(newest),
		"only the previous image":                                       only(previous),
		"only the first two images":                                     only(1, 2),
		"the last two images only":                                      only(previous, newest),
		"only the first and last images":                                only(newest, 1),
		"the 2nd image only: what is the view?":                         only(2),
		"only the first image in the lung window":                       only(1),
		"only image 3: is it larger than in image 1 and the last film?": only(1, 3),
		"first image only is there an effusion?":                        only(1),
		"nothing but the first image":                                   only(1),
		// Not these.
		"without the first image":                  drop(1),
		"ignore the last image":                    drop(newest),
		"ignore the second scan please":            drop(2),
		"everything except the first picture":      drop(1),
		"without #2":                               drop(2),
		"skip #1 & #2":                             drop(1, 2),
		"don't use the newest film":                drop(newest),
		"leave out the first two images":           drop(1, 2),
		"use the first image, not the third image": drop(3),
		// Compared.
		"compare the first and the last image":                   both(newest, 1),
		"compare the first image with the third image":           both(1, 3),
		"Compare the latest image with the first one":            both(newest, 1),
		"compare image one with image two":                       both(1, 2),
		"compare #1 and #3":                                      both(1, 3),
		"compare the last two films":                             both(previous, newest),
		"compare the latest with the previous image":             both(previous, newest),
		"what changed from the first image to the second image?": both(1, 2),
		"is the second image better than the first one?":         both(1, 2),
		"difference between the first film and the newest film":  both(newest, 1),
		"compare Image 2 with the latest image":                  both(newest, 2),
		// None of these.
		"first compare both":                                          {},
		"only one lesion?":                                            {},
		"the second rib":                                              {},
		"only the second rib is broken?":                              {},
		"only the first rib":                                          {},
		"compared with the last film":                                 {},
		"is it larger compared with the last film?":                   {},
		"compare Image 1 with the last film":                          {},
		"compare with the previous image":                             {},
		"compare Image 3 with the previous image":                     {},
		"has it changed since the first scan?":                        {},
		"was the first scan better than the last scan in 2019?":       {},
		"the last film only showed the apex":                          {},
		"only the last film showed it":                                {},
		"why only the first image?":                                   {},
		"not only the first image":                                    {},
		"don't only look at the first image":                          {},
		"only the first image of the series":                          {},
		"only the second image from the left":                         {},
		"only the last film taken in 2019":                            {},
		"is it only the first image?":                                 {},
		"first image only?":                                           {},
		"she had only the first scan":                                 {},
		"we have only the last film":                                  {},
		"there is only the first image":                               {},
		"is the first one only 3 mm?":                                 {},
		"the first image only 3 days after surgery":                   {},
		"the nodule is visible in the first image only":               {},
		"just the first one?":                                         {},
		"is the nodule just the first one of many":                    {},
		"is the first nodule larger than the second one":              {},
		"the first one is larger than the second one, isn't it?":      {},
		"without the first scan I cannot tell":                        {},
		"did you ignore the first image?":                             {},
		"in this image two lesions are visible, compare them":         {},
		"in this image one can only see the apex":                     {},
		"only #2 rib is broken":                                       {},
		"tooth #2 only":                                               {},
		"compare tooth #1 and tooth #3":                               {},
		"# NOF only":                                                  {},
		"first look, then only describe":                              {},
		"at first sight only one image is sharp":                      {},
		"only the last two weeks":                                     {},
		"a second image would help":                                   {},
		"on second thought compare all images":                        {},
		"compare the first image with the others":                     {},
		"compare this with the first image and the second image":      {},
		"ignore the previous films":                                   {},
		"what is in the first image and the last image?":              {},
		"the first film was normal, is the second film any different": {},
	} {
		if diff := cmp.Diff(want, steeringOf(plainCitations(in)), cmp.AllowUnexported(steering{})); diff != "" {
			t.Errorf("steeringOf(%q) (-want +got):\n%s", in, diff)
		}
	}
}

// Which images the newest are is known once all of them have labels.
func TestSettled(t *testing.T) {
	three := []store.ImageRecord{{Label: 1}, {Label: 2}, {Label: 3}}
	lost := []store.ImageRecord{{Label: 1}, {Label: 2}, {Label: 3, Gone: true}}
	for _, c := range []struct {
		in     steering
		images []store.ImageRecord
		want   steering
	}{
		{steering{only: []int{newest}}, three, steering{only: []int{3}}},
		{steering{only: []int{newest}}, lost, steering{only: []int{2}}},
		{steering{only: []int{previous}}, three, steering{only: []int{2}}},
		{steering{only: []int{previous}}, three[:1], steering{}},
		{steering{only: []int{newest, 1}, compare: true}, three, steering{only: []int{1, 3}, compare: true}},
		{steering{without: []int{newest}}, three, steering{without: []int{3}}},
		{steering{without: []int{previous}}, three[:1], steering{}},
		{steering{only: []int{2}}, three, steering{only: []int{2}}},
		{steering{}, three, steering{}},
	} {
		if diff := cmp.Diff(c.want, c.in.settled(c.images), cmp.AllowUnexported(steering{})); diff != "" {
			t.Errorf("%+v of %d images (-want +got):\n%s", c.in, len(c.images), diff)
		}
	}
}
