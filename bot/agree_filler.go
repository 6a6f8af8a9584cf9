package bot

import (
	"regexp"
	"slices"
	"strings"
)

// The one way in which the words of an answer are written before they are compared.
// A word may stand among the fillers only when no answer can mean the opposite by
// leaving it out or by another filler; two words may be synonyms only when a clinician
// would put either. Whatever is on no list is compared as it stands.

// oneWay are turns of several words, and negations that belong to their word.
var oneWay = []struct {
	re *regexp.Regexp
	as string
}{
	{regexp.MustCompile(`\bimages? (\d+)`), "image$1"},
	{regexp.MustCompile(`\b(?:non|not|no|without)[ -](?:significant(?:ly)? |any )?(displac|proliferat|infect|ruptur|dilat|enlarg|depress|impact|compress|obstruct|comminut|angulat|invas|tend|healed|unit|calcif|pigment|ulcerat|specific|contrast|accommodat)(\w*)`), "non$1$2"},
	{regexp.MustCompile(`\b(?:undisplaced|nondisplace(?:d|ment)|(?:near-)?anatomical(?:ly)? (?:aligned|alignment|position))\b`), "undisplaced"},
	{regexp.MustCompile(`\brather than\b|\bas well as\b|\bother than\b`), ","},
	{regexp.MustCompile(`\b(?:superior vena cava)\b`), "svc"},
	{regexp.MustCompile(`\b(?:inferior vena cava)\b`), "ivc"},
	{regexp.MustCompile(`\b(right|left) (atri|ventric)(?:um|al|le|ular)\b`), "$1$2"},
	{regexp.MustCompile(`\bcavo-?atrial junction\b`), "cavoatrial"},
	{regexp.MustCompile(`\b(right|left) main(?:stem)? bronchus\b`), "${1}main"},
	{regexp.MustCompile(`\b(middle|anterior|posterior) cerebral artery\b`), "${1}cerebral"},
	{regexp.MustCompile(`\b(?:left and right|right and left|left and the right|right and the left|on both sides|both sides)\b`), "bilateral"},
	{regexp.MustCompile(`\bbi(?:basal|basilar|basally)\b`), "bilateral base"},
	{regexp.MustCompile(`\bbiapical\b`), "bilateral apex"},
	{regexp.MustCompile(`\bhigh(?:ly)? suspicious\b`), "suspicious"},
	{regexp.MustCompile(`\b(?:consistent|compatible) with\b|\bin keeping with\b|\bin line with\b|\bdue to\b|\bbecause of\b`), ","},
	{unsureRE, " "},
	{regexp.MustCompile(`\b(?:stable|unchanged|no (?:significant |relevant |interval |definite |clear )*(?:change|progress\w*)|not (?:significantly )?changed)\b`), "unchanged"},
	{regexp.MustCompile(`\b(?:larger|bigger|greater|increas(?:ed|ing|e)|enlarging|grown|growing|has grown|worse(?:ned|ning)?|progress(?:ed|ion|ing)|interval (?:increase|growth|worsening|progression))(?: in size)?\b`), "more"},
	{regexp.MustCompile(`\b(?:smaller|decreas(?:ed|ing|e)|shrunk|reduced|improv(?:ed|ing|ement)|better|receded|regress(?:ed|ion|ing)|resolving|interval (?:decrease|improvement))(?: in size)?\b`), "less"},
	{regexp.MustCompile(`\b(?:has |have )?(?:completely |fully )?(?:resolved|cleared|disappeared)\b`), "gone"},
	{regexp.MustCompile(`\bcompared (?:with|to)\b|\bin comparison (?:with|to)\b|\brelative to\b`), "than"},
	{regexp.MustCompile(`\b(\d+) ?per ?cent\b`), "$1%"},
	{regexp.MustCompile(`\bslices? \d+(?:(?: ?(?:to|-|and|,) ?)\d+)*`), " "}, // compared apart
	{regexp.MustCompile(`\b(?:x-ray|x ray)s?\b`), "xray"},
}

// likelyRE are turns for likely, some of which hold words that join two findings.
var likelyRE = regexp.MustCompile(`\bmost (?:consistent|compatible|in keeping|suggestive|suspicious|likely)(?: with| of| for)?\b|\b(?:is |the )?most likely diagnosis(?: is)?\b|\bin all likelihood\b|\blooks like\b`)

// fillers carry no meaning in an answer.
var fillers = wordSet("a an the this that these those there here it its they them their he she his her i we you your who which what where when " +
	"is are was were be been being am has have had having do does did can will would should shall " +
	"and or of in on at to for with by as from into within onto through along also both-and so then thus hence therefore such per via about approximately around roughly some any all either each " +
	"but however although though yet while whereas yes answer impression conclusion summary finding findings interpretation overall final short question asked regarding respect based given reason because since " +
	"image images picture pictures photo photograph photographs scan scans study studies film films radiograph radiographs radiographic radiographically xray view views examination exam ct mri chest frontal projection slide smear specimen tissue sample section biopsy microscopic microscopy histology histological histologic histologically " +
	"show shows shown showing see sees seen visible visualized visualised demonstrate demonstrates demonstrated demonstrating reveal reveals revealed revealing display displays displayed depict depicts present presence identified identify identifies identifiable evident evidence sign signs indicate indicates indicating indication represent represents representing noted note observed observe appear appears appearing appearance appearances look looks looked looking like seem seems demonstrable apparent detected detect appreciated recognised recognized contain contains containing find found features feature characteristic characteristics characterised characterized diagnosis diagnostic diagnosed lined lining " +
	"patient area region aspect side sided located location lie lies lying situated place located sit sits level site territory zone zones lobe lobes field fields lung lungs hemithorax haemithorax thorax pulmonary intracranial brain cerebral bone bones bony osseous joint skin eye eyes retina retinal fundus space s t measuring measures measured measure size sized diameter amount volume degree extent collection together well associated accompanied accompanying along involving involves involve affecting affects affect extending extends extend over overlying projects project projecting projected terminates terminate terminating ends end ending tip tips position positioned positions case focal locally current currently now name namely known type pattern")

// joining are words after which something else may be told.
var joining = wordSet(", and with while whereas plus or")

// relating are words that turn a sentence around when what stands before and after them
// changes places.
var relating = wordSet("than above below between behind no not without versus until")

// denying are words that, alone, turn what is said around.
var denying = wordSet("no not absent without")

// placing are those that say where a finding is.
var placing = wordSet("above below behind")

// synonyms are the words that are written as another, which stands first.
var synonyms = byWord(
	"tiny trace minimal minimally minute sliver", "small mild mildly minor slight slightly smallish subtle", "moderate moderately medium",
	"large massive severe severely marked markedly extensive huge gross grossly",
	"left", "right", "bilateral bilaterally both", "upper", "middle", "lower", "apex apical apices apically", "base basal bases basilar basally",
	"1st first", "2nd second", "3rd third", "4th fourth", "5th fifth", "6th sixth", "7th seventh", "8th eighth", "9th ninth", "10th tenth", "11th eleventh", "12th twelfth",
	"1 one single solitary", "2 two", "3 three", "4 four", "5 five", "6 six", "7 seven", "8 eight", "9 nine", "10 ten", "several multiple numerous many multifocal",
	"acute acutely", "subacute", "chronic chronically longstanding old remote", "healed", "healing",
	"displaced displacement displace", "undisplaced", "open", "closed", "complete completely", "incomplete incompletely", "benign", "malignant",
	"more", "less", "gone", "unchanged", "proliferative pdr", "nonproliferative npdr", "invasive", "noninvasive",
	"svc", "ivc", "rightatri", "leftatri", "rightventric", "leftventric", "rightmain", "leftmain", "stomach gastric", "oesophagus esophagus oesophageal esophageal", "trachea tracheal",
	"middlecerebral mca", "anteriorcerebral aca", "posteriorcerebral pca",
	"likely probable probably presumably presumed favoured favored favour favor favours favors", "suspicious suspected suggestive suggests suggest suggesting concerning suspicion",
	"pa posteroanterior", "ap anteroposterior", "radius radial", "femur femoral", "humerus humeral", "tibia tibial", "fibula fibular", "ulna ulnar", "liver hepatic", "kidney kidneys renal",
	"spleen splenic", "heart cardiac", "cerebellum cerebellar", "thalamus thalamic", "vertebra vertebral vertebrae", "pelvis pelvic", "rib ribs", "midline central", "above", "below beneath under underneath", "behind",
	"hyperdense hyperattenuating hyperdensity", "hypodense hypoattenuating hypodensity hypoattenuation", "normal normally unremarkable", "pigmented pigmentation", "erythema erythematous red", "scaly scale scales scaling",
	"regular", "irregular irregularity irregularly", "symmetric symmetrical symmetrically", "asymmetric asymmetrical asymmetry asymmetrically", "deviated deviation shifted", "enlarged enlargement", "not doesn isn aren don wasn hasn",
)

// byWord turns lists of words around: by each word the first of its list.
func byWord(lists ...string) map[string]string {
	first := map[string]string{}
	for _, list := range lists {
		words := strings.Fields(list)
		for _, w := range words {
			first[w] = words[0]
		}
	}
	return first
}

// kindsOfWords are words of which a clinician can mean only one at a time: where two
// answers have two of one kind, they differ.
var kindsOfWords = byKind(map[string]string{
	"side": "left right bilateral", "degree": "tiny small moderate large", "zone": "upper middle lower apex base",
	"ordinal": "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th", "count": "1 2 3 4 5 6 7 8 9 10 several",
	"age": "acute chronic", "repair": "healed healing", "displacement": "displaced undisplaced", "cover": "open closed", "extent": "complete incomplete", "nature": "benign malignant",
	"course": "more less gone unchanged", "growth": "proliferative nonproliferative", "invasion": "invasive noninvasive", "artery": "middlecerebral anteriorcerebral posteriorcerebral",
	"placement": "svc ivc rightatri leftatri rightventric leftventric rightmain leftmain stomach oesophagus trachea",
	"density":   "hyperdense hypodense", "edge": "regular irregular", "symmetry": "symmetric asymmetric", "projection": "pa ap",
})

// byKind turns kinds of words around.
func byKind(kinds map[string]string) map[string]string {
	kind := map[string]string{}
	for k, words := range kinds {
		for _, w := range strings.Fields(words) {
			kind[w] = k
		}
	}
	return kind
}

// shownAs says how a word is shown whose key nobody would write.
var shownAs = map[string]string{
	"svc": "SVC", "ivc": "IVC", "rightatri": "right atrium", "leftatri": "left atrium", "rightventric": "right ventricle", "leftventric": "left ventricle",
	"cavoatrial": "cavoatrial junction", "rightmain": "right main bronchus", "leftmain": "left main bronchus",
	"middlecerebral": "MCA", "anteriorcerebral": "ACA", "posteriorcerebral": "PCA", "nonproliferative": "non-proliferative",
	"+":    "plus",
	"more": "larger or worse", "less": "smaller or better",
}

// kindOfWord is the kind of a word; "" when it has none.
func kindOfWord(key string) string {
	if n, ok := strings.CutPrefix(key, "image"); ok && n != "" {
		return "image"
	}
	return kindsOfWords[key]
}

// opposed says whether two words are of one kind, and too far apart to mean the same.
func opposed(a, b string) bool {
	k := kindOfWord(a)
	if a == b || k == "" || k != kindOfWord(b) || k == "image" || k == "zone" {
		return false
	}
	if k != "degree" {
		return true
	}
	i, j := slices.Index(degrees, a), slices.Index(degrees, b)
	return i-j > 1 || j-i > 1
}
