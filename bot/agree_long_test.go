package bot

import "testing"

// Whole answers in the form that the instruction asks for. Where one of them says more
// than the other, a reader may take them for the same; the rules say that they cannot
// tell.
var longAnswers = []answerPair{
	{"read twice, the same",
		`**Anatomy and view:** Image 1 is a frontal chest radiograph, most likely PA, erect.
**Quality:** Slight rotation to the left. Adequate inspiration.
**Findings:**
- Blunting of the left costophrenic angle, in keeping with a small left pleural effusion.
- The heart is mildly enlarged.
**Pertinent negatives:** No pneumothorax. No consolidation.
**Impression:**
1. Small left pleural effusion.
2. Mild cardiomegaly.
**Cannot be judged from this image:** A lateral view would help to confirm the effusion.`,
		`For: the left costophrenic angle is blunted with a meniscus, and the cardiac silhouette is enlarged.
Against: no shift of the mediastinum.
Answer: Yes, there is a small pleural effusion on the left, together with mild cardiomegaly.`, same},
	{"read twice, effusion on the other side",
		`**Findings:** Blunting of the left costophrenic angle.
**Impression:** Small left pleural effusion.`,
		`For: the right costophrenic angle is blunted.
Against: nothing.
Answer: Small right pleural effusion.`, differing},
	{"one is normal",
		`**Impression:** No acute cardiopulmonary abnormality.`,
		`Answer: There is a subtle opacity in the right upper lobe, suspicious for a nodule.`, differing},
	{"both normal, long",
		`**Findings:** The lungs are clear bilaterally. The cardiomediastinal silhouette is normal. The costophrenic angles are sharp. No pneumothorax.
**Impression:** Normal chest radiograph.`,
		`For: nothing in the image supports an acute process.
Against: clear lungs, sharp costophrenic angles, normal heart size.
Answer: No acute cardiopulmonary abnormality.`, same},
	{"a new finding in the second impression",
		`**Impression:** Mild cardiomegaly. No effusion.`,
		`Answer: Mild cardiomegaly, and a compression fracture of T12.`, differing},
	{"pneumonia, effusion",
		`There is a patchy opacity in the right lower zone consistent with pneumonia.`,
		`The opacity in the right lower zone is a pleural effusion.`, differing},
	{"the CT, the first says more",
		`Image 1, slice 14 shows a hyperdense crescent along the left convexity, compatible with an acute subdural hematoma of 9 mm. There is midline shift of 5 mm to the right.`,
		`Answer: Acute subdural haematoma on the left (about 9 mm, slices 12 to 16) with midline shift to the right.`, unclear},
	{"the CT, the shift's side in one of them",
		`Acute subdural hematoma on the left with midline shift of 5 mm to the right.`,
		`Answer: Acute subdural haematoma on the left with midline shift.`, unclear},
	{"the CT, shift or none",
		`Acute subdural hematoma on the left. Midline shift of 5 mm.`,
		`Acute subdural hematoma on the left. No midline shift.`, differing},
	{"hedged to a differential",
		`The lesion is a melanoma.`,
		`The lesion could be a dysplastic naevus or a melanoma; biopsy is needed.`, differing},
	{"fracture, displaced or not said",
		`There is a fracture of the left distal radius with dorsal displacement.`,
		`Answer: fracture of the distal radius on the left side.`, unclear},
	{"fracture, other bone",
		`There is a fracture of the left distal radius.`,
		`There is a fracture of the left scaphoid.`, unclear},
	{"cannot tell, finding",
		`The quality does not allow an answer. It cannot be judged whether there is a pneumothorax.`,
		`There is a right apical pneumothorax.`, unclear},
	{"no and a list, one of it found",
		`No pleural effusion, pneumothorax, consolidation or nodule.`,
		`No pleural effusion, pneumothorax or consolidation. There is a 7 mm nodule in the left lung.`, differing},
	{"increase denied, of which image",
		`Compared with Image 1, there is no increase in the right effusion.`,
		`The right pleural effusion in Image 2 is unchanged.`, unclear},
	{"grade",
		`Severe non-proliferative diabetic retinopathy.`,
		`Mild non-proliferative diabetic retinopathy.`, differing},
	{"histology",
		`The biopsy shows invasive ductal carcinoma.`,
		`The tissue is benign, without atypia or malignancy.`, differing},
	{"histology, one names the organ",
		`The biopsy shows invasive ductal carcinoma.`,
		`Answer: Findings are those of an invasive ductal carcinoma of the breast.`, unclear},
	{"projection differs, all else the same",
		`PA view. No effusion.`,
		`AP view. No effusion.`, differing},
	{"tube too deep",
		`The tip of the endotracheal tube is 1 cm above the carina.`,
		`The tip of the endotracheal tube is 5 cm above the carina.`, differing},
	{"line and pneumothorax",
		`The central venous catheter tip projects over the SVC. No pneumothorax.`,
		`Answer: The catheter ends in the SVC and there is no pneumothorax.`, same},
	{"oedema, pneumonia",
		`Bilateral perihilar opacities, in keeping with pulmonary edema.`,
		`Bilateral opacities consistent with multifocal pneumonia.`, differing},
	{"negative with a but",
		`There is no fracture, but the joint is dislocated.`,
		`No fracture or dislocation.`, differing},
	{"neither",
		`There is neither a pneumothorax nor an effusion.`,
		`No pneumothorax. No pleural effusion.`, same},
	{"one says how large",
		`Yes - a right-sided pneumothorax is present and it is large.`,
		`Answer: yes, right pneumothorax.`, unclear},
	{"a collapse in one of them",
		`Yes - a right-sided pneumothorax is present with collapse of the right lung.`,
		`Answer: yes, right pneumothorax.`, differing},
	{"both do not see",
		`I cannot see an image in this conversation.`,
		`No image was provided.`, same},
	{"free air, none",
		`There is free air under the right hemidiaphragm.`,
		`Answer: There is no free air under the diaphragm.`, differing},
	{"skin, described otherwise",
		`A scaly erythematous plaque on the elbow, most consistent with psoriasis.`,
		`Answer: psoriasis is the most likely diagnosis, given the silvery scale.`, unclear},
	{"skin, other",
		`Most consistent with psoriasis.`,
		`Most consistent with atopic dermatitis.`, differing},
	{"stroke sides",
		`Hypodensity in the left MCA territory consistent with an acute infarct.`,
		`Hypodensity in the right MCA territory consistent with an acute infarct.`, differing},
	{"apical, basal",
		`Small apical pneumothorax on the right.`,
		`Small basal pneumothorax on the right.`, differing},
}

func TestComparedLong(t *testing.T) {
	for _, c := range longAnswers {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			if got := compared(pair[0], pair[1]); got.likeness != c.want {
				t.Errorf("%s: %v %v, want %v", c.name, got.likeness, got.on, c.want)
			}
		}
	}
}
