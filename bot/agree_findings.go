package bot

import (
	"regexp"
	"slices"
)

// finding is something that an answer may find or deny. Its patterns hold only words
// that mean one and the same; what narrows a finding down ("tension", "proliferative")
// stays outside of them and is compared as a word. The name is for telling findings
// apart: people are shown the answers' own words. Patterns match folded text.
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

// wholeImage are the words for all that an image shows, which alone can be normal in a
// way that says that nothing was found.
const wholeImage = `(?:image(?: \d+)?|pictures?|chest|study|scan|exam(?:ination)?|x-rays?|radiographs?|films?|ct|mri|fundus|retina|head|brain|photo(?:graph)?|everything|all|it|this)`

// findings are what MedGemma speaks of in the images that it was trained on. What stands
// earlier in the list takes its words away from what stands later.
var findings = []finding{
	named("pericardial effusion", `pericardial (?:effusions?|fluid)`, ``),
	named("joint effusion", `joint (?:effusions?|fluid)`, ``),
	named("middle ear effusion", `middle ear (?:effusions?|fluid)`, ``),
	named("pleural effusion", `pleural effusions?|pleural fluid|blunt(?:ed|ing)[a-z ]{0,30}(?:costophrenic (?:angles?|sulc\w+|recess\w*)|costophrenic)|costophrenic [a-z ]{0,20}blunt(?:ed|ing)|fluid in the pleural (?:space|cavity)`,
		`costophrenic (?:angles?|sulci|recess(?:es)?|sulcus) (?:is |are |appear |remain )?(?:bilaterally )?(?:sharp|clear|preserved|free|intact|well[- ]defined)|(?:clear|sharp|preserved) costophrenic(?: angles?)?`),
	named("effusion", `effusions?\b`, ``),
	named("haemothorax", `ha?emothora\w+`, ``),
	named("hydropneumothorax", `hydropneumothora\w+`, ``),
	named("pneumothorax", `pneumothora\w+|ptx\b`, ``),
	named("subcutaneous air", `(?:subcutaneous|surgical) emphysema|subcutaneous (?:air|gas)`, ``),
	named("mediastinal air", `pneumomediastinum|mediastinal air`, ``),
	named("free air", `free (?:intraperitoneal |subdiaphragmatic |intra-abdominal )?(?:air|gas)|pneumoperitoneum`, ``),
	named("emphysema", `emphysema\w*`, ``),
	named("hyperinflation", `hyperinflat\w+`, ``),
	named("atelectasis", `atelecta\w+`, ``),
	named("collapse", `collaps(?:e|ed)\b|volume loss`, ``),
	named("pneumonia", `pneumonias?\b`, ``),
	named("consolidation", `consolidat\w+|airspace (?:opaci\w+|disease)`,
		`(?:both )?(?:lungs?|lung fields?|lung zones|lung parenchyma) (?:is |are |appear(?:s)? |remain(?:s)? )?(?:bilaterally |both |well[- ]aerated and |grossly |otherwise )?clear|clear lungs?`),
	named("infiltrate", `infiltrates?\b`, ``),
	named("pulmonary oedema", `(?:pulmonary|lung) o?edema`, ``),
	named("interstitial oedema", `interstitial o?edema`, ``),
	named("congestion", `(?:pulmonary |vascular |pulmonary vascular )?congestion`, `normal pulmonary vascula\w+|pulmonary vasculature (?:is |appears )?(?:normal|unremarkable)`),
	named("heart failure", `(?:congestive )?(?:heart|cardiac) failure`, ``),
	named("ground-glass opacity", `ground[- ]glass (?:opaci\w+|change\w*|attenuation|shadow\w*)|ground[- ]glass`, ``),
	named("fibrosis", `fibro(?:sis|tic)\w*`, ``),
	named("scar", `scar(?:s|ring|red)?\b`, ``),
	named("bronchiectasis", `bronchiectas\w+`, ``),
	named("cavity", `cavit(?:y|ies|ation|ary)\b`, ``),
	named("tuberculosis", `tubercul\w+|\btb\b`, ``),
	named("metastases", `metasta\w+`, ``),
	named("nodule", `nodul\w+`, ``),
	named("granuloma", `granulomas?\b`, ``),
	named("lymph nodes", `lymphadenopath\w+|adenopath\w+|enlarged (?:lymph )?nodes?`, ``),
	named("melanoma", `melanomas?`, ``),
	named("naevus", `(?:melanocytic )?na?ev(?:us|i)\b|moles?\b`, ``),
	named("basal cell carcinoma", `basal cell (?:carcinomas?|cancers?)|bcc\b`, ``),
	named("squamous cell carcinoma", `squamous cell (?:carcinomas?|cancers?)|scc\b`, ``),
	named("adenocarcinoma", `adenocarcinomas?`, ``),
	named("carcinoma", `carcinomas?\b`, ``),
	named("cancer", `cancers?\b`, ``),
	named("seborrhoeic keratosis", `seborrho?eic keratos(?:is|es)`, ``),
	named("actinic keratosis", `(?:actinic|solar) keratos(?:is|es)`, ``),
	named("keratosis", `keratos(?:is|es)`, ``),
	named("eczema", `eczema\w*`, ``),
	named("dermatitis", `dermatitis`, ``),
	named("psoriasis", `psoria\w+`, ``),
	named("large heart", `cardiomegal\w+|enlarge(?:d|ment)(?: of)?(?: the)?(?: cardiac silhouette| heart\b| cardiomediastinal silhouette)|(?:heart|cardiac silhouette|cardiomediastinal silhouette)(?: (?:size|shadow))?(?: is| appears| looks)?(?: likely| probably| mildly| moderately| markedly| severely| slightly| massively| grossly)?(?: enlarged| increased(?: in size)?)`,
		`(?:heart|cardiac|cardiomediastinal)[a-z -]{0,40}\b(?:normal(?: in size| limits)?|not enlarged|unremarkable)|normal (?:heart|cardiac|cardiomediastinal)(?: size| silhouette)*`),
	named("wide mediastinum", `widen(?:ed|ing)(?: of)?(?: the)? mediastin\w+|mediastin\w+(?: is| appears)? widen(?:ed|ing)`, `mediastinum (?:is |appears )?(?:normal|unremarkable|not widened)`),
	named("tamponade", `tamponade`, ``),
	named("microaneurysms", `microaneurysm\w*`, ``),
	named("aneurysm", `aneurysm\w*`, ``),
	named("dissection", `dissection`, ``),
	named("embolism", `embol(?:ism|us|i)\b|thromboembol\w+`, ``),
	named("fracture", `fractur(?:e|es|ed)\b(?: lines?)?`, `bones? (?:is |are |appear )?intact|osseous structures (?:are |appear )?intact`),
	named("subluxation", `sublux\w+`, ``),
	named("dislocation", `dislocat\w+`, ``),
	named("arthrosis", `osteoarthr\w+|arthros\w+`, ``),
	named("osteophytes", `osteophyt\w+`, ``),
	named("degenerative change", `degenerative (?:changes?|disease)`, ``),
	named("lytic lesion", `(?:lytic|osteolytic) (?:bone )?lesions?|osteolys\w+`, ``),
	named("sclerotic lesion", `sclerotic (?:bone )?(?:lesions?|foc(?:us|i))`, ``),
	named("scoliosis", `scolio\w+`, ``),
	named("disc herniation", `(?:disc|disk) herniat\w+|herniated (?:disc|disk)`, ``),
	named("disc bulge", `(?:disc|disk) bulg\w+|bulging (?:disc|disk)`, ``),
	named("stenosis", `stenos(?:is|ed)`, ``),
	named("subdural haematoma", `subdural (?:ha?ematomas?|ha?emorrhages?|bleed\w*)|sdh\b`, ``),
	named("extradural haematoma", `(?:extra|epi)dural (?:ha?ematomas?|ha?emorrhages?|bleed\w*)|edh\b`, ``),
	named("subarachnoid haemorrhage", `subarachnoid (?:ha?emorrhages?|bleed\w*)|sah\b`, ``),
	named("haematoma", `ha?ematomas?`, ``),
	named("haemorrhage", `ha?emorrhag\w*|bleed\w*`, ``),
	named("infarct", `infarct(?:s|ion|ions|ed)?\b`, ``),
	named("stroke", `strokes?\b`, ``),
	named("ischaemia", `isch(?:a)?emi\w*`, ``),
	named("midline shift", `midline shift|shift of (?:the )?midline(?: structures)?`, `midline structures (?:are )?(?:central|preserved|in place)|midline is preserved`),
	named("mass effect", `mass effect`, ``),
	named("hydrocephalus", `hydroceph\w+`, ``),
	named("large ventricles", `(?:enlarged|dilated) ventricles|ventriculomegal\w+|ventricular (?:enlargement|dilat\w+)`, `ventricles (?:are |appear )?(?:normal(?: in size)?|not (?:enlarged|dilated))`),
	named("herniation", `herniat\w+`, ``),
	named("atrophy", `atroph\w+`, ``),
	named("white matter change", `white matter (?:changes|lesions?|disease|hyperintens\w+)`, ``),
	named("glioblastoma", `glioblastomas?`, ``),
	named("glioma", `gliomas?`, ``),
	named("meningioma", `meningiomas?`, ``),
	named("lymphoma", `lymphomas?`, ``),
	named("sarcoma", `sarcomas?`, ``),
	named("malignancy", `malignan(?:cy|cies)`, ``),
	named("tumour", `tumou?rs?\b|neoplas\w*`, ``),
	named("abscess", `abscess\w*`, ``),
	named("bowel obstruction", `(?:bowel )?obstruction`, ``),
	named("dilated bowel", `dilated (?:small |large )?(?:bowel )?loops|(?:distended|dilated) (?:small |large )?bowel`, ``),
	named("fluid levels", `air[- ]fluid levels?`, ``),
	named("ileus", `ileus`, ``),
	named("appendicitis", `appendicitis`, ``),
	named("stones", `stones?\b|calcul(?:us|i)\b`, ``),
	named("hydronephrosis", `hydroneph\w+`, ``),
	named("ascites", `ascites`, ``),
	named("free fluid", `free fluid`, ``),
	named("cyst", `cysts?\b`, ``),
	named("steatosis", `steatosis|fatty liver`, ``),
	named("cirrhosis", `cirrho\w+`, ``),
	named("hiatus hernia", `hiat(?:us|al) hernias?\b`, ``),
	named("hernia", `hernias?\b`, ``),
	named("calcification", `calcifi(?:cations?|ed)`, ``),
	named("retinopathy", `retinopath\w+|npdr\b|pdr\b`, ``),
	named("exudates", `exudates?\b`, ``),
	named("cotton wool spots", `cotton[- ]wool spots?`, ``),
	named("new vessels", `neovasculari[sz]ation|new vessels`, ``),
	named("drusen", `drusen`, ``),
	named("macular degeneration", `macular degeneration`, ``),
	named("disc swelling", `papillo?edema|(?:optic )?disc (?:swelling|o?edema)|swollen (?:optic )?disc`, ``),
	named("glaucoma", `glaucom\w+`, ``),
	named("dysplasia", `dysplas\w+`, ``),
	named("atypia", `atypi(?:a|cal)\b`, ``),
	named("necrosis", `necro(?:sis|tic)\b`, ``),
	named("endotracheal tube", `endotracheal tubes?|\bett\b|\bet tubes?|tracheal tubes?`, ``),
	named("nasogastric tube", `nasogastric tubes?|\bng[- ]?(?:tubes?|t\b)`, ``),
	named("chest drain", `chest (?:tubes?|drains?)|intercostal drains?|(?:pleural|thoracostomy) (?:drains?|tubes?)`, ``),
	named("feeding tube", `feeding tubes?`, ``),
	named("tracheostomy", `tracheostomy(?: tube)?`, ``),
	named("PICC", `picc(?: line| catheter)?s?\b|peripherally inserted central (?:line|catheter)`, ``),
	named("central line", `central (?:venous )?(?:lines?|catheters?)|\bcv[cp](?: line)?\b`, ``),
	named("line", `lines?\b|catheters?\b`, ``),
	named("tube", `tubes?\b`, ``),
	named("pacemaker", `pacemakers?|pacing (?:leads?|wires?)`, ``),
	named("inflammation", `inflamm\w+`, ``),
	named("opacity", `opaci(?:ty|ties|fication|fied)\b`, ``),
	named("shadow", `shadow(?:s|ing)?\b`, ``),
	named("mass", `mass(?:es)?\b`, ``),
	named("lesion", `lesions?\b`, ``),
	named("swelling", `swelling|swollen`, ``),
	named("oedema", `o?edema\w*`, ``),
	named(abnormality, `(?:acute |significant |obvious |focal |gross |other |definite |clear )*(?:cardiopulmonary |intracranial |pulmonary |osseous |bony )?(?:abnormalit(?:y|ies)|pathology|abnormal findings?|acute (?:findings?|process|disease))|abnormal\b`,
		`(?:`+wholeImage+` (?:`+wholeImage+` )?(?:of the \w+ )?(?:is|are|appears?|looks?|was) |^(?:yes, |no, |answer: )?(?:(?:essentially|otherwise|grossly|entirely|completely) )?)(?:an? |within |essentially |otherwise |grossly |entirely |completely )*(?:normal(?: limits)?|unremarkable)(?:\W*$|,| and\b| with\b)|(?:normal|unremarkable) (?:\w+ )?`+wholeImage+`\b`),
}

// kindOf says which findings are a more exact word for another: "opacity" in an answer
// that names a consolidation says nothing more, and who denies an opacity denies a
// consolidation.
var kindOf = map[string][]string{
	"effusion":      {"pleural effusion", "joint effusion", "pericardial effusion", "middle ear effusion"},
	"consolidation": {"pneumonia"},
	"opacity":       {"consolidation", "pneumonia", "nodule", "mass", "ground-glass opacity", "atelectasis", "pleural effusion", "pulmonary oedema", "infiltrate"},
	"shadow":        {"opacity", "nodule", "mass"},
	"oedema":        {"pulmonary oedema", "interstitial oedema"},
	"mass":          {"tumour", "cancer", "carcinoma", "adenocarcinoma"},
	"carcinoma":     {"adenocarcinoma", "basal cell carcinoma", "squamous cell carcinoma"},
	"cancer":        {"carcinoma", "adenocarcinoma", "basal cell carcinoma", "squamous cell carcinoma", "melanoma"},
	"malignancy":    {"cancer", "carcinoma", "adenocarcinoma", "basal cell carcinoma", "squamous cell carcinoma", "melanoma", "metastases", "lymphoma", "sarcoma", "glioblastoma"},
	"tumour":        {"cancer", "carcinoma", "adenocarcinoma", "melanoma", "metastases", "glioma", "glioblastoma", "meningioma", "lymphoma", "sarcoma"},
	"lesion":        {"melanoma", "naevus", "basal cell carcinoma", "squamous cell carcinoma", "keratosis", "seborrhoeic keratosis", "actinic keratosis", "nodule", "mass", "tumour", "metastases", "lytic lesion", "sclerotic lesion", "cyst"},
	"keratosis":     {"seborrhoeic keratosis", "actinic keratosis"},
	"haemorrhage":   {"subdural haematoma", "extradural haematoma", "subarachnoid haemorrhage", "haematoma"},
	"haematoma":     {"subdural haematoma", "extradural haematoma"},
	"herniation":    {"disc herniation"},
	"hernia":        {"hiatus hernia"},
	"pneumothorax":  {"hydropneumothorax"},
	"stroke":        {"infarct"},
	"tube":          {"endotracheal tube", "nasogastric tube", "feeding tube"},
	"line":          {"central line", "PICC"},
	"ischaemia":     {"infarct"},
}

// nearby are findings that one may name for another without saying the same.
var nearby = [][]string{
	{"collapse", "atelectasis", "consolidation"}, {"emphysema", "hyperinflation"}, {"fibrosis", "scar", "bronchiectasis"}, {"eczema", "dermatitis"},
	{"pulmonary oedema", "interstitial oedema", "congestion", "heart failure"}, {"infarct", "ischaemia", "stroke"}, {"hydrocephalus", "large ventricles"},
	{"midline shift", "mass effect"}, {"dislocation", "subluxation"}, {"arthrosis", "osteophytes", "degenerative change"}, {"disc herniation", "disc bulge"},
	{"bowel obstruction", "dilated bowel", "fluid levels", "ileus"}, {"swelling", "oedema"}, {"ascites", "free fluid"}, {"drusen", "macular degeneration"},
	{"pneumonia", "consolidation", "infiltrate", "opacity"}, {"granuloma", "nodule"}, {"retinopathy", "microaneurysms", "exudates", "cotton wool spots", "new vessels"},
	{"haemorrhage", "haematoma", "subdural haematoma", "extradural haematoma"},
}

// akin says whether a claim names something that one may name for a finding.
func akin(claims map[string]claim, name string) bool {
	for other, c := range claims {
		if c.said <= unjudged || other == name {
			continue
		}
		if slices.Contains(kindOf[other], name) || slices.Contains(kindOf[name], other) {
			return true
		}
		if slices.ContainsFunc(nearby, func(g []string) bool { return slices.Contains(g, name) && slices.Contains(g, other) }) {
			return true
		}
	}
	return false
}

// shortFor are words that people also use for a longer one, when it is clear which.
var shortFor = map[string][]string{
	"effusion": kindOf["effusion"],
	"line":     {"central line", "PICC"},
	"tube":     {"endotracheal tube", "nasogastric tube", "chest drain", "feeding tube", "tracheostomy"},
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
