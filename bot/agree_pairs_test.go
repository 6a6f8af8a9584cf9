package bot

import "testing"

// advice says nothing of the image, and so changes nothing.
const advice = "\n\nPlease consult a radiologist."

// Pairs of answers as two looks at one image give them. No pair that contradicts may be
// called the same; how many of those that agree are is told by the test.
var agreeingPairs = [][2]string{
	// chest films
	{"There is a small left pleural effusion.", "Small left-sided pleural effusion."},
	{"There is a small left pleural effusion.", "A small pleural effusion is seen on the left."},
	{"No pneumothorax.", "There is no evidence of a pneumothorax."},
	{"No pleural effusion or pneumothorax.", "There is neither a pneumothorax nor a pleural effusion."},
	{"Right lower lobe consolidation.", "There is consolidation in the right lower lobe."},
	{"Right lower lobe pneumonia.", "Pneumonia in the right lower lobe."},
	{"The heart is enlarged.", "There is cardiomegaly."},
	{"Normal chest radiograph.", "The chest X-ray is normal."},
	{"Normal.", "The chest X-ray is unremarkable."},
	{"Bilateral pleural effusions.", "There are pleural effusions on both sides."},
	{"Large right pneumothorax.", "Yes, there is a large pneumothorax on the right."},
	{"A 9 mm nodule in the right upper lobe.", "There is a nodule measuring 0.9 cm in the right upper lobe."},
	{"Multiple nodules in both lungs.", "There are multiple bilateral nodules."},
	{"The lungs are clear. Normal heart size.", "Clear lungs. The heart size is normal."},
	{"Free air under the right hemidiaphragm.", "There is free air under the right hemidiaphragm."},
	{"Bilateral pulmonary oedema.", "There is bilateral pulmonary edema."},
	{"A small effusion on the left.", "There is a small left pleural effusion."},
	// CT head
	{"Acute subdural haematoma on the left.", "There is an acute left subdural hematoma."},
	{"Acute infarct in the left MCA territory.", "There is an acute infarct in the territory of the left middle cerebral artery."},
	{"No intracranial haemorrhage.", "There is no intracranial bleed."},
	{"Midline shift of 6 mm to the right.", "There is a 6 mm midline shift to the right."},
	{"Hydrocephalus is present.", "There is hydrocephalus."},
	{"Chronic infarct in the right cerebellum.", "Old right cerebellar infarct."},
	// bones and joints
	{"Undisplaced fracture of the distal radius.", "There is a non-displaced fracture of the distal radius."},
	{"The fracture is not displaced.", "The fracture is non-displaced."},
	{"Fracture of the fifth metacarpal.", "There is a 5th metacarpal fracture."},
	{"No fracture or dislocation.", "There is no fracture and no dislocation."},
	{"Moderate knee joint effusion.", "There is a moderate joint effusion of the knee."},
	{"Compression fracture of L1.", "There is an L1 compression fracture."},
	{"Anterior dislocation of the left shoulder.", "The left shoulder shows an anterior dislocation."},
	// skin
	{"Benign naevus.", "This is a benign nevus."},
	{"Most consistent with psoriasis.", "Psoriasis is the most likely diagnosis."},
	{"The lesion is suspicious for melanoma.", "This is a lesion suspicious for melanoma."},
	// eye
	{"Mild non-proliferative diabetic retinopathy.", "There is mild nonproliferative diabetic retinopathy."},
	{"Microaneurysms and hard exudates.", "There are hard exudates and microaneurysms."},
	{"Normal fundus.", "The fundus is unremarkable."},
	// histology
	{"Invasive ductal carcinoma.", "The biopsy shows an invasive ductal carcinoma."},
	{"No malignancy.", "There is no evidence of malignancy."},
	// lines and tubes
	{"The line tip is in the SVC.", "The tip of the line lies in the superior vena cava."},
	{"The ET tube tip is 4 cm above the carina.", "The endotracheal tube ends 4 cm above the carina."},
	{"The NG tube tip is in the stomach.", "The nasogastric tube projects over the stomach."},
	// several images
	{"Image 2 is worse than Image 1.", "Image 2 is worse compared with Image 1."},
	{"The mass is larger in Image 3 than in Image 1.", "The mass is bigger in Image 3 than in Image 1."},
}

var contradictingPairs = [][2]string{
	// chest films
	{"Moderate left effusion.", "Tiny left effusion."},
	{"Small left pleural effusion.", "Moderate left pleural effusion."},
	{"Left pleural effusion.", "Right pleural effusion."},
	{"No pneumothorax.", "There is a pneumothorax."},
	{"Tension pneumothorax on the right.", "Simple pneumothorax on the right."},
	{"Tension pneumothorax on the right.", "Pneumothorax on the right without tension."},
	{"Right upper lobe collapse.", "Right upper lobe consolidation."},
	{"The trachea is deviated to the left.", "The trachea is central."},
	{"The trachea is deviated to the left.", "The trachea is deviated to the right."},
	{"Cavitating mass in the left upper lobe.", "Solid mass in the left upper lobe."},
	{"Old rib fractures on the left.", "Acute rib fractures on the left."},
	{"The effusion is loculated.", "The effusion is free-flowing."},
	{"Interstitial oedema.", "Alveolar oedema."},
	{"Diffuse opacities in both lungs.", "Focal opacities in both lungs."},
	{"The nodule is calcified.", "The nodule is not calcified."},
	{"The nodule has smooth margins.", "The nodule has spiculated margins."},
	{"The effusion has resolved.", "The effusion has decreased."},
	{"No fracture.", "There is a displaced fracture; urgent orthopaedic consult recommended."},
	{"No pneumothorax.", "A pneumothorax cannot be assessed on this film."},
	{"Left lung: clear. Right lung: consolidation.", "Left lung: consolidation. Right lung: clear."},
	{"Left lung:\nclear\nRight lung:\nconsolidation", "Left lung:\nconsolidation\nRight lung:\nclear"},
	{"Findings:\n- Left lung: effusion\n- Right lung: clear\nImpression: Effusion.", "Findings:\n- Right lung: effusion\n- Left lung: clear\nImpression: Effusion."},
	{"Pneumothorax 左.", "Pneumothorax 右."},
	// CT head
	{"Acute subdural haematoma on the left.", "Chronic subdural haematoma on the left."},
	{"Acute infarct in the left MCA territory.", "Old infarct in the left MCA territory."},
	{"Acute infarct in the left MCA territory.", "Acute infarct in the left PCA territory."},
	{"Subdural haematoma on the left.", "Extradural haematoma on the left."},
	{"Haemorrhage in the pons.", "Haemorrhage in the thalamus."},
	{"Hyperdense lesion in the left frontal lobe.", "Hypodense lesion in the left frontal lobe."},
	{"Communicating hydrocephalus.", "Obstructive hydrocephalus."},
	{"There is a glioma.", "There is a meningioma."},
	{"The lesion enhances with contrast.", "The lesion does not enhance with contrast."},
	{"Midline shift of 4 mm.", "Midline shift of 12 mm."},
	{"Old infarct and acute haemorrhage.", "Acute infarct and old haemorrhage."},
	// bones and joints
	{"The fracture is displaced.", "The fracture is non-displaced."},
	{"Displaced.", "Undisplaced."},
	{"Fracture of the fifth metacarpal.", "Fracture of the fourth metacarpal."},
	{"Moderate knee joint effusion.", "No knee joint effusion."},
	{"Open fracture of the tibia.", "Closed fracture of the tibia."},
	{"Fracture of the radial head.", "Fracture of the radial neck."},
	{"Intra-articular fracture of the radius.", "Extra-articular fracture of the radius."},
	{"Anterior shoulder dislocation.", "Posterior shoulder dislocation."},
	{"Transverse fracture of the femur.", "Spiral fracture of the femur."},
	{"Healed fracture of the clavicle.", "Healing fracture of the clavicle."},
	{"Displaced fracture of the radius, undisplaced fracture of the ulna.", "Undisplaced fracture of the radius, displaced fracture of the ulna."},
	{"Lytic lesion in the femur.", "Sclerotic lesion in the femur."},
	{"Medial meniscal tear.", "Lateral meniscal tear."},
	{"Compression fracture of L1.", "Compression fracture of L2."},
	{"The growth plate is fused.", "The growth plate is open."},
	// skin
	{"Benign naevus.", "Dysplastic naevus."},
	{"The border is regular.", "The border is irregular."},
	{"Basal cell carcinoma.", "Squamous cell carcinoma."},
	{"Seborrhoeic keratosis.", "Actinic keratosis."},
	{"The lesion is symmetrical.", "The lesion is asymmetrical."},
	{"Contact dermatitis.", "Seborrhoeic dermatitis."},
	{"Bacterial infection of the skin.", "Fungal infection of the skin."},
	// eye
	{"Diabetic retinopathy, mild.", "Proliferative diabetic retinopathy."},
	{"Proliferative diabetic retinopathy.", "Non-proliferative diabetic retinopathy."},
	{"Diabetic retinopathy.", "Hypertensive retinopathy."},
	{"Dry macular degeneration.", "Wet macular degeneration."},
	{"The cup-to-disc ratio is 0.3.", "The cup-to-disc ratio is 0.8."},
	{"Arterial occlusion.", "Venous occlusion."},
	// histology
	{"Invasive ductal carcinoma.", "Ductal carcinoma in situ."},
	{"Invasive ductal carcinoma.", "Invasive lobular carcinoma."},
	{"High-grade dysplasia.", "Low-grade dysplasia."},
	{"The margins are involved.", "The margins are free."},
	{"ER+ tumour.", "ER- tumour."},
	{"The ejection fraction is <30.", "The ejection fraction is >30."},
	{"Grade 1 tumour.", "Grade 3 tumour."},
	{"Well differentiated adenocarcinoma.", "Poorly differentiated adenocarcinoma."},
	{"Tubular adenoma.", "Hyperplastic polyp."},
	// lines and tubes
	{"The line tip is in the SVC.", "The line tip is in the right atrium."},
	{"The ET tube tip is 4 cm above the carina.", "The ET tube tip is at the carina."},
	{"The ET tube is above the carina.", "The ET tube is in the right main bronchus."},
	{"The tip is 4 cm above the carina.", "The tip is 1 cm above the carina."},
	{"The aorta measures 5.5 cm.", "The aorta measures 3.2 cm."},
	{"The NG tube tip is in the stomach.", "The NG tube tip is in the oesophagus."},
	{"The NG tube tip is above the diaphragm.", "The NG tube tip is below the diaphragm."},
	{"The catheter is kinked.", "The catheter is straight."},
	{"Right jugular line.", "Right subclavian line."},
	{"Chest drain in good position.", "Chest drain malpositioned."},
	// several images
	{"Image 1 is worse than Image 2.", "Image 2 is worse than Image 1."},
	{"The mass is larger in Image 3 than in Image 1.", "The mass is larger in Image 1 than in Image 3."},
	{"Image 1 shows a fracture, Image 2 does not.", "Image 2 shows a fracture, Image 1 does not."},
	{"There is a fracture in Image 1.", "There is a fracture in Image 2."},
	{"Image 1: fracture. Image 2: normal.", "Image 1: normal. Image 2: fracture."},
	{"Image 2 is better than Image 1.", "Image 2 is worse than Image 1."},
	{"Image 1 is normal and Image 2 is abnormal.", "Image 2 is normal and Image 1 is abnormal."},
}

// A long answer comes to the same as itself.
func TestAgreeingWithItself(t *testing.T) {
	for _, p := range longAnswers {
		for _, a := range []string{p.a, p.b} {
			if c := compared(a, a+advice); c.likeness != same {
				t.Errorf("%q: %v", a, c.on)
			}
		}
	}
}

func TestAgreeingPairs(t *testing.T) {
	agreed := 0
	for _, p := range agreeingPairs {
		for _, at := range [][2]string{p, {p[1], p[0]}, {p[0], p[0] + advice}, {p[1], p[1] + advice}} {
			if c := compared(at[0], at[1]); c.likeness != same {
				t.Errorf("%q and %q: %v %v", at[0], at[1], c.likeness, c.on)
			} else if at == p {
				agreed++
			}
		}
	}
	t.Logf("%d of %d pairs that agree are called the same", agreed, len(agreeingPairs))
}

func TestContradictingPairs(t *testing.T) {
	apart, open := 0, 0
	for _, p := range contradictingPairs {
		for i, at := range [][2]string{p, {p[1], p[0]}} {
			c := compared(at[0], at[1])
			switch {
			case c.likeness == same:
				t.Errorf("%q and %q are called the same", at[0], at[1])
			case i > 0:
			case c.likeness == differing:
				apart++
			default:
				open++
			}
		}
		for _, a := range p { // so that it is not for want of reading them
			if c := compared(a, a+advice); c.likeness != same {
				t.Errorf("%q and itself: %v %v", a, c.likeness, c.on)
			}
		}
	}
	t.Logf("of %d pairs that contradict %d are said to differ, %d cannot be told", len(contradictingPairs), apart, open)
}
