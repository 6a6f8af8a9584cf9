package bot

import (
	"strings"
	"testing"
)

type answerPair struct {
	name, a, b string
	want       likeness
}

// Answers as MedGemma gives them, two and two.
var comparedAnswers = []answerPair{
	{"the same words", "There is a small left pleural effusion.", "There is a small left pleural effusion.", same},
	{"other words for it", "There is a small left pleural effusion.", "Yes. The left costophrenic angle is blunted, in keeping with a small amount of pleural fluid.", same},
	{"left, right", "There is a small left pleural effusion.", "There is a small right pleural effusion.", differing},
	{"left, both", "Left pleural effusion.", "Bilateral pleural effusions.", differing},
	{"present, absent", "There is a small left pleural effusion.", "No pleural effusion is seen.", differing},
	{"absent, present", "No pleural effusion or pneumothorax.", "Small left pleural effusion. No pneumothorax.", differing},
	{"both absent", "No, there is no pneumothorax.", "There is no evidence of pneumothorax in Image 1.", same},
	{"clear lungs", "The lungs are clear. The heart size is normal. No effusion or pneumothorax.", "No consolidation, pleural effusion or pneumothorax. Normal heart size.", same},
	{"normal, normal", "Normal chest radiograph.", "The chest X-ray is unremarkable. No acute cardiopulmonary abnormality.", same},
	{"normal, consolidation", "No acute cardiopulmonary abnormality.", "There is consolidation in the right lower lobe.", differing},
	{"lobes", "Consolidation in the right lower lobe.", "Consolidation in the right upper lobe.", differing},
	{"pneumonia, consolidation", "Right lower lobe consolidation, in keeping with pneumonia.", "Airspace opacity in the right lower lobe.", unclear},
	{"sure, possible", "There is a left apical pneumothorax.", "A small left apical pneumothorax is possible but cannot be confirmed.", differing},
	{"possible, absent", "A small pneumothorax cannot be excluded.", "There is no pneumothorax.", differing},
	{"both possible, one calls it subtle", "A subtle fracture of the distal radius cannot be excluded.", "There may be a fracture of the distal radius.", unclear},
	{"likely is sure", "There is cardiomegaly.", "The heart is likely enlarged.", same},
	{"heart in other words", "The cardiac silhouette is enlarged.", "Yes, there is cardiomegaly.", same},
	{"heart, not enlarged", "The cardiac silhouette is enlarged.", "The heart is not enlarged.", differing},
	{"heart normal in size", "The heart size is within normal limits.", "There is cardiomegaly.", differing},
	{"no image, a finding", "I cannot see an image in this conversation.", "There is a left pleural effusion.", differing},
	{"a finding, no image", "There is a left pleural effusion.", "No image was provided, so I cannot assess this.", differing},
	{"one more finding", "Left pleural effusion.", "Left pleural effusion and cardiomegaly.", differing},
	{"one finding less", "Left pleural effusion, cardiomegaly and a nodule in the right upper lobe.", "Left pleural effusion and cardiomegaly.", differing},
	{"sizes", "A nodule of 8 mm in the right upper lobe.", "A nodule of 2.5 cm in the right upper lobe.", differing},
	{"about the same size", "A nodule of 10 mm in the right upper lobe.", "Right upper lobe nodule measuring 1.1 cm.", same},
	{"how many", "A solitary nodule in the right lung.", "Multiple nodules in the right lung.", differing},
	{"small, large", "Small left pleural effusion.", "Large left pleural effusion.", differing},
	{"small, moderate", "Small left pleural effusion.", "Moderate left pleural effusion.", unclear},
	{"yes, no", "Yes, the tube is in place.", "No, the tube is not in place.", differing},
	{"one level of two in common", "Disc herniation at L4/L5.", "Disc herniation at L5/S1.", differing},
	{"other levels", "Disc herniation at L3.", "Disc herniation at L5.", differing},
	{"projection", "This is a PA chest view.", "This is an AP chest view.", differing},
	{"projection in other words", "This is a PA view.", "The projection is posteroanterior.", same},
	{"bleed, one calls it acute", "There is an acute subdural haematoma on the left with midline shift.", "Left-sided subdural hemorrhage with mass effect and midline shift.", unclear},
	{"bleed, none", "No intracranial hemorrhage.", "There is a hyperdense extra-axial bleed on the left.", differing},
	{"bleed, infarct", "Acute infarct in the left MCA territory.", "Acute haemorrhage in the left basal ganglia.", differing},
	{"melanoma, naevus", "The lesion is suspicious for melanoma.", "The lesion is a benign naevus.", differing},
	{"naevus, naevus", "This looks like a benign melanocytic nevus.", "The lesion is most consistent with a benign naevus.", same},
	{"fundus, graded by one", "Moderate non-proliferative diabetic retinopathy with microaneurysms and hard exudates.", "Signs of diabetic retinopathy: microaneurysms and exudates.", unclear},
	{"fundus, normal", "Normal fundus. No signs of diabetic retinopathy.", "Microaneurysms are present, in keeping with diabetic retinopathy.", differing},
	{"side of one only", "There is a pleural effusion.", "There is a left pleural effusion.", unclear},
	{"unchanged is there", "The left pleural effusion shows no significant change.", "There is no pleural effusion.", differing},
	{"disclaimers weigh nothing",
		"There is no fracture.\n\nPlease note that this is not a medical diagnosis. Consult a radiologist; a fracture may be missed.",
		"**Findings:** No fracture is identified.\n\n**Disclaimer:** I am an AI and a qualified professional should review for subtle fractures.", same},
	{"limits weigh nothing", "No pneumothorax.\nCannot be judged from this image: a small pneumothorax behind the heart, effusion.", "There is no pneumothorax.", same},
	{"for and against", "There is a left pleural effusion.",
		"For: the left costophrenic angle is blunted.\nAgainst: no meniscus on the right, no shift.\nAnswer: yes, a left pleural effusion.", same},
	{"for and against, other answer", "There is a left pleural effusion.",
		"For: the left costophrenic angle looks blunted.\nAgainst: it may be pleural thickening.\nAnswer: no, there is no pleural effusion.", differing},
	{"beyond the list", "Erosion of the lateral clavicle after trauma.", "Tapered erosion with sclerosis around the coracoid process.", unclear},
	{"a remark beyond the list", "No fracture. A foreign metallic body projects over the thenar eminence.", "No fracture.", unclear},
	{"not about anything known", "The specimen shows villous fronds with tall columnar epithelium.", "Villous fronds lined by tall columnar epithelium.", same},
	{"two sides at once", "Left lower lobe consolidation and right pleural effusion.", "Right lower lobe consolidation and left pleural effusion.", differing},
	{"two sides kept", "Left lower lobe consolidation and right pleural effusion.", "Pleural effusion on the right. Consolidation in the left lower lobe.", same},
	{"what else it may be", "There is no pneumothorax, but a small left effusion is present.", "Small left effusion, no pneumothorax.", same},
	{"rather than", "The opacity is atelectasis rather than pneumonia.", "The opacity is pneumonia.", differing},
	{"grown, unchanged", "The nodule in the right upper lobe has increased in size.", "The nodule in the right upper lobe is unchanged.", differing},
	{"smaller than what, better", "The left effusion is smaller than in Image 1.", "Interval improvement of the left pleural effusion.", unclear},
	{"worse, better", "The oedema has progressed.", "The pulmonary edema has improved.", differing},
	{"one possible, one denied", "No pneumothorax, possible small left effusion.", "Possible small left effusion, no pneumothorax.", same},
	{"one possible, the other sure", "No pneumothorax, possible small left effusion.", "No pneumothorax. Small left effusion.", differing},
	{"tube", "The endotracheal tube is in the right main bronchus.", "The endotracheal tube tip lies above the carina.", unclear},
}

func agreeing(a, b string) bool { return compared(a, b).likeness == same }

func TestCompared(t *testing.T) {
	for _, c := range comparedAnswers {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := compared(pair[0], pair[1]); got.likeness != c.want {
				t.Errorf("%s: %q and %q: %v %v, want %v", c.name, pair[0], pair[1], got.likeness, got.on, c.want)
			}
		}
	}
}

// An answer given without the image: sameness is to be noticed rather than not.
var withoutImage = []struct {
	name, with, without string
	rests               bool // on nothing
	blind               bool // it says so
}{
	{"it cannot see", "There is a left pleural effusion.", "I cannot see an image in this conversation.", false, true},
	{"none provided", "There is a left pleural effusion.", "No image was provided. Please upload the chest X-ray so that I can help.", false, true},
	{"not here", "Normal chest radiograph.", "Image 1 is not in this conversation, so I cannot describe it.", false, true},
	{"it cannot see, and says how it would look", "There is a left pleural effusion.", "I don't have access to the image. A pleural effusion typically appears as blunting of the costophrenic angle.", false, true},
	{"it cannot see, and says it all the same", "There is a left pleural effusion.", "I cannot view the image directly. There is a left pleural effusion with blunting of the costophrenic angle.", true, true},
	{"the same", "There is a left pleural effusion.", "There is a left-sided pleural effusion.", true, false},
	{"the same, no side", "There is a left pleural effusion.", "Yes, there is a pleural effusion.", true, false},
	{"half of it", "Left pleural effusion and cardiomegaly.", "There is cardiomegaly. The lungs are clear.", true, false},
	{"other side", "There is a left pleural effusion.", "There is a right pleural effusion.", false, false},
	{"the opposite", "There is a left pleural effusion.", "No pleural effusion.", false, false},
	{"all normal, both", "The lungs are clear. No pneumothorax or effusion. Normal heart.", "Normal chest X-ray. The lungs are clear, no effusion.", true, false},
	{"normal in other words", "No acute cardiopulmonary abnormality.", "The chest X-ray is unremarkable.", true, false},
	{"normal, and something", "No acute cardiopulmonary abnormality.", "There is a consolidation in the right lower lobe.", false, false},
	{"the same yes", "Yes.", "Yes.", true, false},
	{"other answer", "Yes.", "No.", false, false},
	{"possible both times", "A fracture cannot be excluded.", "There may be a fracture.", true, false},
	{"surer without", "A fracture is possible.", "There is a fracture of the radius.", true, false},
	{"a PA view", "This is a PA view of the chest.", "This is a PA view of the chest.", true, false},
}

func TestRestsOnNothing(t *testing.T) {
	for _, c := range withoutImage {
		if got := restsOnNothing(c.with, c.without); got != c.rests {
			t.Errorf("%s: restsOnNothing(%q, %q) = %v", c.name, c.with, c.without, got)
		}
		if got := seesNoImage(c.without); got != c.blind {
			t.Errorf("%s: seesNoImage(%q) = %v", c.name, c.without, got)
		}
	}
}

// Whatever two answers agree on, they no longer do when one of them has its sides
// exchanged, or finds what the other denies.
func TestAgreementBreaks(t *testing.T) {
	swap := strings.NewReplacer("left", "right", "right", "left", "Left", "Right", "Right", "Left")
	deny := strings.NewReplacer("There is a ", "There is no ", "there is a ", "there is no ", "There is an ", "There is no ", "is present", "is absent", "are present", "are absent", "there is no ", "there is a ", "There is no ", "There is a ", "No ", "A ")
	swapped, denied := 0, 0
	for _, c := range append(comparedAnswers[:len(comparedAnswers):len(comparedAnswers)], longAnswers...) {
		if c.want != same {
			continue
		}
		for _, b := range []string{c.a, c.b} {
			for _, claim := range readAnswer(b).main.claims {
				if m := swap.Replace(b); claim.said == sure && (claim.side == "left" || claim.side == "right") && agreeing(c.a, m) {
					t.Errorf("%s: %q agrees with %q", c.name, c.a, m)
				}
				swapped++
			}
			if m := deny.Replace(b); m != b {
				denied++
				if agreeing(c.a, m) {
					t.Errorf("%s: %q agrees with %q", c.name, c.a, m)
				}
			}
		}
	}
	if swapped < 20 || denied < 10 {
		t.Errorf("only %d and %d answers were turned around", swapped, denied)
	}
}

func BenchmarkCompared(b *testing.B) {
	long := strings.Repeat(longAnswers[0].a+"\n", 6) // some 4,000 characters
	for b.Loop() {
		compared(long, long)
	}
}

// A model that repeats itself does not keep the comparison busy, nor find anything new.
func TestComparedOfLoops(t *testing.T) {
	loop := strings.Repeat("no left effusion and ", 2000)
	if got := compared(loop, loop+"\nAnswer: right pneumothorax."); got.likeness != differing {
		t.Errorf("%+v", got)
	}
}
