package bot

import "regexp"

// finding is something that an answer may find or deny. The name is shown to people;
// both patterns are matched against folded text.
type finding struct {
	name  string
	words *regexp.Regexp
	clear *regexp.Regexp // words that deny it without a denial, such as "clear lungs"; may be nil
}

// abnormality stands for whatever is found or not, where an answer says no more.
const abnormality = "anything abnormal"

func named(name, words, clear string) finding {
	f := finding{name: name, words: regexp.MustCompile(`\b(?:` + words + `)`)}
	if clear != "" {
		f.clear = regexp.MustCompile(`\b(?:` + clear + `)`)
	}
	return f
}

// findings are what MedGemma speaks of in the images that it was trained on, with
// the other words for the same thing. What stands earlier in the list takes its words
// away from what stands later.
var findings = []finding{
	named("pleural effusion", `(?:pleural |parapneumonic )?(?:hydro)?effusions?\b|pleural fluid|blunt(?:ed|ing)[a-z ]{0,30}(?:costophrenic|angles?)|costophrenic [a-z ]{0,20}blunt(?:ed|ing)|fluid in the pleur\w+|meniscus sign`,
		`costophrenic (?:angles?|sulci|recess(?:es)?|sulcus) (?:is |are |appear |remain )?(?:bilaterally )?(?:sharp|clear|preserved|free|intact|well[- ]defined)|(?:clear|sharp|preserved) costophrenic`),
	named("haemothorax", `ha?emothora\w+`, ``),
	named("pneumothorax", `(?:tension |hydro)?(?:pneumothora\w+|ptx)|collapsed lung with (?:a )?visible pleural`, ``),
	named("subcutaneous or mediastinal air", `subcutaneous emphysema|pneumomediastinum|surgical emphysema`, ``),
	named("free air", `free (?:intraperitoneal |subdiaphragmatic |intra-abdominal )?(?:air|gas)|pneumoperitoneum`, ``),
	named("emphysema or hyperinflation", `emphysema\w*|hyperinflat\w+|copd|flatten(?:ed|ing) (?:of the )?(?:hemi)?diaphragms?`, ``),
	named("atelectasis", `atelecta\w+|(?:lobar|lung|volume) collapse|collapse of the|volume loss|collapsed (?:lobe|lung)`, ``),
	named("consolidation", `consolidat\w+|pneumonias?\b|airspace (?:opaci\w+|disease)|infiltrat\w*|air bronchograms?`,
		`(?:both )?(?:lungs?|lung fields?|lung zones|lung parenchyma) (?:is |are |appear(?:s)? |remain(?:s)? )?(?:bilaterally |both |well[- ]aerated and |grossly |otherwise )?clear|clear lungs?`),
	named("pulmonary oedema", `(?:pulmonary |interstitial |alveolar )o?edema|vascular congestion|pulmonary congestion|congestive (?:heart )?(?:failure|changes)|kerley|cephali[sz]ation|fluid overload`, `normal pulmonary vascula\w+|pulmonary vasculature (?:is |appears )?(?:normal|unremarkable)`),
	named("ground-glass opacity", `ground[- ]glass[a-z ]*`, ``),
	named("fibrosis", `fibro(?:sis|tic)\w*|honeycomb\w*|reticulation|interstitial lung disease|scarring|bronchiectas\w+`, ``),
	named("cavity", `cavit(?:y|ies|ation|ary)\w*`, ``),
	named("tuberculosis", `tubercul\w+|\btb\b`, ``),
	named("metastases", `metasta\w+`, ``),
	named("nodule", `(?:pulmonary |lung |thyroid )?nodul\w+|granulomas?`, ``),
	named("lymph nodes", `lymphadenopath\w+|adenopath\w+|(?:enlarged |pathological )(?:lymph )?nodes?`, ``),
	named("melanoma", `melanomas?`, ``),
	named("naevus", `na?ev(?:us|i)\b|moles?\b`, ``),
	named("carcinoma", `(?:adeno|squamous cell |basal cell |ductal )?carcinomas?|cancers?\b`, ``),
	named("keratosis", `keratos(?:is|es)`, ``),
	named("eczema or dermatitis", `eczema\w*|dermatitis`, ``),
	named("psoriasis", `psoria\w+`, ``),
	named("cardiomegaly", `cardiomegal\w+|enlarge(?:d|ment)[a-z ]{0,20}(?:heart|cardiac|cardiomediastin\w+)|(?:heart|cardiac|cardiomediastinal)[a-z -]{0,32}(?:enlarged|increased|widened|prominent)`,
		`(?:heart|cardiac)[a-z -]{0,40}\b(?:normal|not enlarged|within normal)|normal (?:heart|cardiac|cardiomediastinal)(?: size| silhouette)?|cardiomediastinal[a-z -]{0,30}(?:normal|unremarkable)`),
	named("wide mediastinum", `widen(?:ed|ing)[a-z ]{0,20}mediastin\w+|mediastin\w+[a-z ]{0,20}widen(?:ed|ing)|mediastinal mass`, `mediastinum (?:is |appears )?(?:normal|unremarkable|midline|not widened)`),
	named("pericardial effusion", `pericardial (?:effusion|fluid)|tamponade`, ``),
	named("aneurysm", `aneurysm\w*`, ``),
	named("dissection", `dissection|intimal flap`, ``),
	named("embolism", `embol(?:ism|us|i)\b|filling defects?`, ``),
	named("fracture", `fractur\w*|cortical (?:break|disruption)|broken`, `bones? (?:is |are |appear )?intact|osseous structures (?:are |appear )?(?:intact|unremarkable|normal)`),
	named("dislocation", `dislocat\w+|sublux\w+`, ``),
	named("arthrosis", `osteoarthr\w+|arthros\w+|joint space narrow\w+|osteophyt\w+|degenerative (?:changes?|disease)`, ``),
	named("bone lesion", `lytic|sclerotic (?:lesion|focus)|osteoly\w+|bone lesions?`, ``),
	named("scoliosis", `scolio\w+`, ``),
	named("disc herniation", `(?:disc|disk) (?:herniat\w+|protrusion|extrusion|bulge)|herniated (?:disc|disk)`, ``),
	named("canal stenosis", `stenos(?:is|ed)|canal narrowing|cord compression`, ``),
	named("haemorrhage", `ha?emorrhag\w*|bleed\w*|ha?ematomas?|extravasation|blood products`, ``),
	named("infarct", `infarct\w*|isch(?:a)?emi\w*|restricted diffusion|strokes?\b`, ``),
	named("midline shift", `midline shift|mass effect|shift of (?:the )?midline`, `midline structures (?:are )?(?:central|preserved|in place)`),
	named("hydrocephalus", `hydroceph\w+|(?:enlarged|dilated) ventricles|ventriculomegal\w+|ventricular (?:enlargement|dilat\w+)`, `ventricles (?:are |appear )?(?:normal|not (?:enlarged|dilated))`),
	named("herniation", `herniat\w+`, ``),
	named("atrophy", `atroph\w+`, ``),
	named("white matter changes", `white matter (?:changes|lesions?|disease|hyperintens\w+)|demyelinat\w+|microangiopath\w+|small vessel disease`, ``),
	named("tumour", `tumou?rs?\b|neoplas\w*|gliomas?|glioblastomas?|meningiomas?|malignan\w+|lymphomas?|sarcomas?`, ``),
	named("benign look", `benign\b`, ``),
	named("abscess", `abscess\w*`, ``),
	named("bowel obstruction", `(?:bowel )?obstruct(?:ion|ed)|dilated (?:small |large )?(?:bowel )?loops|(?:distended|dilated) (?:small |large )?bowel|air[- ]fluid levels?|ileus`, ``),
	named("appendicitis", `appendicitis`, ``),
	named("stones", `(?:gall|kidney |renal |ureteric )?stones?\b|calcul(?:us|i)\b|\w*lithiasis`, ``),
	named("hydronephrosis", `hydroneph\w+`, ``),
	named("ascites", `ascites|free fluid`, ``),
	named("cyst", `cyst(?:s|ic)?\b`, ``),
	named("steatosis", `steatosis|fatty liver`, ``),
	named("cirrhosis", `cirrho\w+`, ``),
	named("hernia", `(?:hiatus |hiatal |inguinal )?hernias?\b`, ``),
	named("calcification", `calcifi\w+`, ``),
	named("diabetic retinopathy", `(?:diabetic |proliferative |nonproliferative |non-proliferative )*retinopath\w+`, ``),
	named("microaneurysms", `microaneurysm\w*`, ``),
	named("exudates", `exudat\w+|cotton[- ]wool spots?`, ``),
	named("new vessels", `neovasculari[sz]ation|new vessels`, ``),
	named("drusen or macular degeneration", `drusen|macular degeneration`, ``),
	named("disc swelling", `papillo?edema|disc (?:swelling|o?edema)|swollen (?:optic )?disc`, ``),
	named("glaucoma", `glaucom\w+|cupping`, ``),
	named("endotracheal tube", `endotracheal tube|\bett\b|tracheal tube`, ``),
	named("tube or line", `(?:nasogastric|feeding|chest|drainage|ng) tubes?|central (?:venous )?(?:line|catheter)|picc|drains?\b|catheters?\b|pacemakers?|pacing leads?|port[- ]a[- ]cath|icd\b`, ``),
	named("inflammation", `inflamm\w+`, ``),
	named("opacity", `opaci(?:ty|ties|fication|fied)\w*|shadow\w*|densit(?:y|ies)\b|hazi\w*`, ``),
	named("mass", `mass(?:es)?\b|space[- ]occupying`, ``),
	named("lesion", `lesions?\b`, ``),
	named("swelling", `o?edema\w*|swelling|swollen`, ``),
	named(abnormality, `(?:acute |significant |obvious |focal |gross |other |definite |clear )*(?:cardiopulmonary |intracranial |pulmonary |osseous |bony )?(?:abnormalit(?:y|ies)|pathology|abnormal findings?|acute (?:findings?|process|disease))|abnormal\b`,
		`(?:is|are|appears?|looks?|a|an|essentially|otherwise|grossly) (?:a )?(?:normal|unremarkable)\b|within normal limits|unremarkable (?:chest|study|image|examination)|normal (?:chest|study|image|examination|radiograph|x-ray|ct|mri|scan|appearance|fundus|retina)`),
}

// kindOf says which finding is the more exact word for another: "opacity" in an
// answer that names a consolidation says nothing more.
var kindOf = map[string][]string{
	"opacity":       {"consolidation", "nodule", "mass", "ground-glass opacity", "atelectasis", "pleural effusion", "fibrosis", "pulmonary oedema", "tumour", "carcinoma", "tuberculosis", "haemothorax", "haemorrhage", "endotracheal tube"},
	"mass":          {"tumour", "carcinoma", "metastases", "melanoma"},
	"tumour":        {"carcinoma", "melanoma", "metastases"},
	"lesion":        {"melanoma", "naevus", "carcinoma", "keratosis", "nodule", "mass", "tumour", "metastases", "bone lesion", "cyst", "infarct", "haemorrhage", "eczema or dermatitis", "psoriasis"},
	"swelling":      {"pulmonary oedema", "disc swelling", "eczema or dermatitis"},
	"inflammation":  {"consolidation", "appendicitis", "eczema or dermatitis", "psoriasis", "abscess"},
	"herniation":    {"disc herniation"},
	"nodule":        {"metastases"},
	"calcification": {"stones"},
}

// exclusive are words of which an answer can mean only one.
var exclusive = []struct {
	name  string
	words map[string]*regexp.Regexp
}{
	{"the projection", map[string]*regexp.Regexp{
		"PA":      regexp.MustCompile(`\bpa (?:view|projection|chest|radiograph|film|x-ray)|\bpa\b|postero-?anterior`),
		"AP":      regexp.MustCompile(`\bap (?:view|projection|chest|radiograph|film|x-ray|supine|portable)|\bap\b|antero-?posterior`),
		"lateral": regexp.MustCompile(`\blateral (?:view|projection|chest|radiograph|film|x-ray)`),
	}},
	{"the plane", map[string]*regexp.Regexp{
		"axial":    regexp.MustCompile(`\baxial\b`),
		"coronal":  regexp.MustCompile(`\bcoronal\b`),
		"sagittal": regexp.MustCompile(`\bsagittal\b`),
	}},
	{"the eye", map[string]*regexp.Regexp{
		"left":  regexp.MustCompile(`\bleft (?:eye|fundus)`),
		"right": regexp.MustCompile(`\bright (?:eye|fundus)`),
	}},
}
