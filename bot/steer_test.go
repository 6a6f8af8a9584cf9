package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSteeringOf(t *testing.T) {
	only := func(labels ...int) steering { return steering{only: labels} }
	drop := func(labels ...int) steering { return steering{without: labels} }
	both := func(labels ...int) steering { return steering{only: labels, compare: true} }
	for in, want := range map[string]steering{
		// Alone.
		"only Image 2":                                          only(2),
		"Only image 2: is there an effusion?":                   only(2),
		"Image 2 only, please":                                  only(2),
		"image 2 only is there an effusion?":                    only(2),
		"just image #3":                                         only(3),
		"look only at image 2":                                  only(2),
		"please look at only the image 2":                       only(2),
		"only look at images 2 and 4":                           only(2, 4),
		"only use images 2-4":                                   only(2, 3, 4),
		"only images 2 to 4":                                    only(2, 3, 4),
		"Describe the findings in Image 2 only.":                only(2),
		"describe image 3 alone":                                only(3),
		"focus only on image 1":                                 only(1),
		"Just describe Image 1":                                 only(1),
		"limit yourself to image 2":                             only(2),
		"restrict your answer to images 1 and 2":                only(1, 2),
		"stick to image 3 please":                               only(3),
		"nothing but image 2":                                   only(2),
		"Is there a fracture? Only image 2.":                    only(2),
		"is there a fracture, only Image 2":                     only(2),
		"image 1 and nothing else: what is the view?":           only(1),
		"In Image 2 only, is there an effusion?":                only(2),
		"only Image 2: is the effusion larger than in image 1?": only(1, 2),
		// Not these.
		"ignore Image 1": {without: []int{1}},
		"Ignoring image 1, is there an effusion?":       drop(1),
		"without Image 3":                               drop(3),
		"what do you see without images 1 and 3?":       drop(1, 3),
		"without looking at image 2, what is the view?": drop(2),
		"all images except Image 2":                     drop(2),
		"all but image 2":                               drop(2),
		"everything except for image 2":                 drop(2),
		"apart from image 1, any nodule?":               drop(1),
		"look at image 2, not image 3":                  drop(3),
		"image 2 but not image 3":                       drop(3),
		"please skip image 4":                           drop(4),
		"leave image 2 out":                             drop(2),
		"leave out images 2-3":                          drop(2, 3),
		"do not use image 1":                            drop(1),
		"don't look at Image 1":                         drop(1),
		"compare them without image 1":                  drop(1),
		"only Image 2, ignore Image 3":                  {only: []int{2}, without: []int{3}},
		"look at image 2, not at image 1":               drop(1),
		// More than these.
		"Don't only look at Image 2":                      {},
		"do not look only at image 2":                     {},
		"please don't limit yourself to image 2":          {},
		"no need to only use image 2":                     {},
		"Never just describe image 2":                     {},
		"don't look at Image 2 only":                      {},
		"do not describe image 2 alone":                   {},
		"If not sure, only look at image 2":               {},
		"There is no fracture, I think: only use image 2": only(2),
		"I am not sure. Only look at image 2":             only(2),
		// Compared.
		"compare Image 1 with Image 3":                                 both(1, 3),
		"Compare image 3 to image 1":                                   both(1, 3),
		"compare image 1 to 3":                                         both(1, 3),
		"compare images 1 to 3":                                        both(1, 2, 3),
		"image 1 vs image 4":                                           both(1, 4),
		"Image 1 versus Image 2?":                                      both(1, 2),
		"what is the difference between image 1 and image 3?":          both(1, 3),
		"what changed from Image 1 to Image 4?":                        both(1, 4),
		"has image 3 changed since image 1?":                           both(1, 3),
		"is the effusion in image 3 larger than in image 1?":           both(1, 3),
		"compare images 1, 2 and 5":                                    both(1, 2, 5),
		"compare Image 1 with Image 3 and ignore Image 2":              {only: []int{1, 3}, without: []int{2}, compare: true},
		"compare image 1 with image 3: is this pneumonia?":             both(1, 3),
		"Is there an effusion in both Image 1 and Image 2?":            both(1, 2),
		"did the nodule in image 2 grow, is it bigger than in image 1": both(1, 2),
		// Named, and no more.
		"in Image 2, is there an effusion?":                     {},
		"what is in image 2 and image 3?":                       {},
		"is there an effusion in image 1 or image 2":            {},
		"compare image 2 with the others":                       {},
		"compare image 1 and image 2 with all other images":     {},
		"compare this with image 1 and image 2":                 {},
		"compare image 1 and 2 with the previous films":         {},
		"compare with image 1":                                  {},
		"is it larger than in image 1?":                         {},
		"images 2-4":                                            {},
		"image 2 to image 4":                                    {},
		"has the nodule changed?":                               {},
		"why does only image 2 show the nodule?":                {},
		"only Image 2 shows an effusion, doesn't it?":           {},
		"is it only image 2?":                                   {},
		"Is the effusion in Image 2 only?":                      {},
		"is the nodule seen on image 2 only?":                   {},
		"the nodule is only visible in image 2":                 {},
		"not only image 2":                                      {},
		"did you ignore image 1?":                               {},
		"why did you only look at image 2?":                     {},
		"do not ignore image 1":                                 {},
		"don’t skip image 2":                                    {},
		"ignore the artefact in image 1":                        {},
		"ignore image 1's marker":                               {},
		"what would you see in image 2 without contrast?":       {},
		"without contrast, image 2 is hard to read":             {},
		"only in image 1, 3 cm from the apex, is there a mass?": {},
		"only 2 images":                                         {},
		"compare series 2 slice 25 with series 2 slice 30":      {},
	} {
		if diff := cmp.Diff(want, steeringOf(in), cmp.AllowUnexported(steering{})); diff != "" {
			t.Errorf("steeringOf(%q) (-want +got):\n%s", in, diff)
		}
	}
}
