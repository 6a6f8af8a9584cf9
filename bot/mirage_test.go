package bot

import "testing"

func TestAsksToLook(t *testing.T) {
	for _, s := range []string{
		"is there a fracture?", "Is there an acute intracranial haemorrhage?", "any effusion?", "and any pneumothorax on the left", "are there signs of pneumonia?",
		"Is there evidence of a bleed?", "does he have a pneumothorax?", "Does the patient have pneumonia?", "can you see a nodule?", "where is the fracture?",
		"how big is the mass?", "is it broken?", "is this normal?", "is the heart enlarged?", "are the lungs clear?", "is the left lung collapsed?",
		"describe this", "what view is it?", "which side is the effusion on?", "what is this?", "What's wrong?", "what do you think?", "signs of heart failure or effusion?",
		"She fell. Is there a fracture, and is it displaced?", "is there anything abnormal?",
	} {
		if !asksToLook(s) {
			t.Errorf("asksToLook(%q) = false", s)
		}
	}
	for _, s := range []string{
		"how do croup and epiglottitis differ?", "what is the dose of amoxicillin in children?", "is there an interaction between warfarin and amiodarone?",
		"what are the signs of pneumonia?", "is there a fracture risk with bisphosphonates?", "is there a vaccine against tuberculosis?", "how is pulmonary embolism ruled out?",
		"how do I rule out pulmonary embolism?", "what side effects does metformin have?", "is the potassium normal at 4.5?", "any contraindications for metformin in cirrhosis?",
		"are there guidelines for the treatment of stroke?", "what is this drug for?", "describe the pathophysiology of croup", "how long is the treatment of pneumonia?",
	} {
		if asksToLook(s) {
			t.Errorf("asksToLook(%q) = true", s)
		}
	}
}

func TestSpeaksOfImage(t *testing.T) {
	for _, s := range []string{
		"The image shows a fracture.", "This X-ray shows a fracture.", "There is an effusion on the scan.", "In the provided chest radiograph the heart is large.",
		"I see no fracture.", "A fracture is visible in the distal radius, as seen on the film.", "Image 1 shows nothing.", "**Findings:** none.", "The left lower lobe is opaque on this CT.",
	} {
		if !speaksOfImage(s) {
			t.Errorf("speaksOfImage(%q) = false", s)
		}
	}
	for _, s := range []string{
		"Croup is viral; epiglottitis is bacterial.", "The dose is 50 mg/kg a day.", "Both cause stridor. Ask for drooling.", "Warfarin and amiodarone interact: lower the dose.",
	} {
		if speaksOfImage(s) {
			t.Errorf("speaksOfImage(%q) = true", s)
		}
	}
}
