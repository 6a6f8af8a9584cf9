package bot

import (
	"regexp"
	"strings"
)

// The words by which timeCritical knows what cannot wait. All are matched against
// folded text: small letters, no accents.

func anyWord(patterns ...string) *regexp.Regexp {
	return regexp.MustCompile(`\b(?:` + strings.Join(patterns, "|") + `)`)
}

// alarmRE finds what cannot wait; quickAlarm says at once where there is none.
var (
	alarmRE    = anyWord(alarms...)
	quickAlarm = quickly(alarms...)
)

var alarms = []string{
	// The heart.
	`cardiac standstill`, `arrest(?:ed|ing|s)?\b`, `peri[- ]?arrest`, `vt (?:storm|arrest)`, `in vt\b`, `(?:sustained|pulseless) vt\b`, `asystol`, `pulseless`, `(?:no|without an?|without|lost|losing) (?:[a-z]+ )?pulses?\b`,
	`v[- ]?fib`, `ventricular (?:fib|tach)`, `(?:in|vf) vf\b|vf arrest`, `v[- ]?tach`, `cpr\b`, `rosc\b`, `resus(?:c\w*)?\b`, `ohca\b`, `ihca\b`,
	`code (?:blue|stroke|stemi|red|trauma|gr[ea]y)`, `(?:is|are|pt|patient|was|'s|he|she|now|started|just|still|man|woman|child) coding\b`, `coding (?:now|again|in (?:the|ct|bay|bed|room|resus))`,
	`(?:just|has|pt|patient) coded\b`, `coded (?:twice|again|in)\b`, `tamponade`, `n?stemi\b`, `st[- ]elevations?\b`, `heart attack`, `acute coronary`, `acs\b`,
	`(?:acute|an?|having|evolving|massive|new|inferior|anterior|posterior|possible|suspected|query) mi\b`, `infarct`, `herzinfarkt`, `infarto`, `complete heart block`,
	`tombston`, `chest compressions`, `(?:lost|no|losing) (?:cardiac )?output`, `(?:crushing|tearing|ripping) (?:[a-z]+ ){0,2}pain`, `(?:hr|heart rate|pulse)(?: is| of)? (?:[12]\d|3[0-5]|1[6-9]\d|2\d\d)\b`, `torsade`, `(?:unstable|acute) angina`, `cath lab`,
	`(?:herz|kreislauf|atem)\w*stillstand`, `reanim`, `arret (?:cardi|respi)`, `(?:paro|parada) card`, `en (?:paro|parada)\b`, `wide[- ]complex`, `(?:tachy|brady)card`, `adrenaline now`,
	`(?:massive|saddle|submassive|acute|central|large|big|huge|bilateral|suspected|rule out|r/o|ro|query|exclude|high[- ]risk) (?:a |an )?pe\b`, `pulmonary embol`, `saddle embol`, `lungenembolie`, `embolie pulm`, `embolia pulm`, `tromboembolismo`,
	// The aorta, and other vessels.
	`dissecti(?:on|ng)`, `\w*dissektion`, `diseccion`, `aortic (?:injury|transection|tear|catastrophe)`, `raaa\b`, `leaking (?:aaa|aneurysm)`, `(?:aaa|aneurysm) (?:is |has |may be )?(?:leak|burst|rupt)`, `triple a rupt`, `rupture d'an`, `rotura (?:de |del )?(?:aneur|aort)`, `aneurysma rupt`, `leak(?:ing)? from (?:the )?aneurysm`, `\w+ruptur\b`,
	`ruptur\w* (?:[a-z]+ )?(?:aaa|aort|aneurysm|spleen|liver|globe|ectopic|uter|viscus|bladder|o?esoph|diaphragm)`, `(?:aaa|aort\w*|aneurysm\w*|splenic|spleen|liver|globe|uterine|o?esophageal|ectopic|bladder) ruptur`,
	// Breathing.
	`tension (?:[a-z]+ )?(?:pneumo|ptx|pnx|ha?emo)`, `(?:a|any|some|it|this|that|is it|is this|left|right) tension\b`, `(?:no|absent|reduced|decreased|silent) (?:[a-z]+ )?(?:breath sounds|air entry)`, `vent(?:ilator)? (?:is )?alarm`, `under tension`, `tensioning`, `tensioned`, `(?:pneumothorax|ptx|pneumo) ?(?:is |with |in |\()*tension`, `spannungspneu`, `pneumothorax (?:compress|suffoc|sous t)`, `ne?umotorax a ten`,
	`(?:large|massive|expanding|huge|big|bilateral|enlarging|total) (?:[a-z]+ )?(?:ha?emo|hydro)?(?:pneumo)?(?:thorax|thoraces|ptx)\b`, `mediastinal shift`, `trachea\w* (?:is )?(?:deviat|push|shift)`, `deviated trachea`,
	`airway (?:is )?(?:obstruct|compromis|swell|swollen|o?edema|loss|emerg|threat|burn|at risk|closing|blocked|lost|fail)`, `(?:losing|lost|threatened|compromised|obstructed|failed|difficult|unprotected|blocked|unstable|lose|protect\w*|loss of|secur\w*|no) (?:the |his |her |an? |their )?airway\b`,
	`can(?:no|')?t (?:be )?(?:intubat|ventilat|oxygenat|breath)`, `cannot (?:be )?(?:intubat|ventilat|oxygenat|breath)`, `unable to (?:intubat|ventilat|breath)`, `cico\b`, `stridor`, `chok(?:ing|ed)\b`, `o?esophageal intubation`, `(?:tube|ett) (?:is )?in (?:the )?o?esoph`,
	`resp(?:iratory)? (?:arrest|failure|distress)`, `(?:not|stopped|isn't|barely|no longer) breathing`, `agonal`, `gasping`, `apn(?:o?e)ic`, `desat`, `drop\w* (?:his |her |the |their )?sats`, `turn(?:ed|ing) blue`, `gone blue`, `cyano(?:sed|tic)`,
	`(?:sats?|spo2|sao2|saturations?|o2) (?:[a-z]+ ){0,2}(?:drop|fall|crash|plummet|tank|down|[4-7]\d\b)`, `fallende sattigung`, `(?:sattigung|saturation) (?:fallt|chute|baisse)`, `desature`, `peak pressures?`, `smoke inhalation`, `(?:inhaled|aspirated|swallowed) (?:an? )?(?:peanut|coin|magnet|battery|foreign|toy|bead)`, `drown`, `hanging victim`, `foreign body in (?:the |his |her )?(?:airway|bronch|trachea|larynx)`, `rsi\b`, `silent chest`, `status asthm`, `(?:very|severely|profoundly|acutely|suddenly) hypox`, `akute atemnot`, `erstick`, `detresse`, `insuficiencia resp`,
	// The brain and the cord.
	`strokes?\b`, `schlaganfall`, `apople`, `cva\b`, `avc\b`, `acv\b`, `ictus\b`, `derrame cerebral`, `lvo\b`, `large vessel occl`, `basilar (?:occl|thromb)`, `thrombolys`, `thrombectomy`, `tpa\b`, `fa(?:cial|ce) droop`, `slurred speech`,
	`(?:left|right)[- ]sided weakness`, `thunderclap`, `worst headache`, `dense mca`, `hyperdense (?:mca|artery|vessel|basilar)`, `(?:candidate for|iv|intravenous|before|for|start\w*|give) lysis`, `lyse\b`, `\d+ ?min(?:ute)?s? ago`, `onset (?:[a-z]+ )?(?:\d+|an?|one|two|half)\b`,
	`(?:new|sudden|acute|sudden onset) (?:[a-z]+[- ])?(?:[a-z]+ )?(?:weakness|hemipar|hemipleg|aphasia|deficits?|paraly|parapar|parapleg|blindness|vision loss|visual loss|loss of vision)`, `last (?:known|seen) (?:well|normal)`,
	`ha?emorrhag(?:e|es|ing)\b`, `hemorr?agi[ae]`, `bleed(?:s|ing|er)?\b`, `\w*blut(?:ung|et)`, `saign`, `sangr(?:ado|ando|a)\b`, `sah\b`, `edh\b`, `sdh\b`, `subarachnoid`, `subdural`, `epidural (?:ha?ematoma|bleed|collection)`, `extradural`, `intracerebral`,
	`herniat(?:ing|ion)\b`, `(?:is|pt|patient|now) coning`, `blown (?:[a-z]+ )?pupil`, `pupils? (?:is |are |has |just )?(?:blown|fixed|blew)`, `fixed (?:and |, )?dilated`, `unequal pupil`,
	`nihss`, `gcs (?:of |is |was |now |from |score )*(?:[3-9]|1[0-4])\b`, `gcs (?:[a-z]+ ){0,3}?(?:drop|fall|fell|going|down|decreas|declin|[3-9]\b)`, `not wak(?:ing|en)`, `(?:drop|fall|decreas|declin)\w* (?:in )?(?:his |her |the )?gcs`, `unrespons`, `unconscious`, `not respond`, `un(?:a?rousable|wakeable)`, `obtunded`, `comatose`, `passed out`, `\w*bewusstlos`, `nicht ansprechbar`, `inconscient`, `inconsciente`,
	`status epilep`, `seizing`, `(?:is|still|actively) (?:fitting|convulsing)`, `(?:ongoing|active|continuous|prolonged|repeated) seizures?`, `(?:spinal )?cord (?:is |are |being )?(?:compress|injur|squash|signal)`, `can(?:no|')?t move`, `cannot move`, `engagement`, `cauda\b`, `saddle an`, `einklemm`, `hirndruck`, `anisokor`, `mydriase`, `epidural abscess`, `floppy`, `mscc\b`, `(?:raised|high|rising) icp`, `icp cris`, `midline shift`, `querschnitt`, `compression medul`, `compresion medul`, `meningitis`,
	// The circulation as a whole.
	`[4-8]\d/[1-6]\d\b`, `sudden(?:ly)?\b`, `(?:blood|bleeding) (?:coming|pouring|everywhere|from the (?:trach|tube|drain))`, `fast (?:is )?pos`, `(?:drop|fall) in (?:[a-z]+ )?pressure`, `with shift`, `pressure (?:is )?(?:in the|of) [3-8]0`, `(?:sbp|systolic)(?: bp)?(?: is| of)? [3-8]\d\b`, `[3-8]\d systolic`, `rr [3-8]\d\b`, `hb (?:of |is |down to )?[2-6]\b`, `lactate (?:of |is |was )?\d`, `ph (?:of |is )?6\.`, `vomiting blood`, `coughing (?:up )?blood`, `(?:massive|large|brisk) ha?emopt`, `pressures? (?:is |are )?(?:tank|drop|crash|fall)`, `unstable (?:obs|vitals|pelvi|patient|pt)`, `ha?ematemesis`, `instabil`, `instable`, `inestable`, `schockraum`,
	`(?:stab|gunshot) wound`, `stabbed`, `gsw\b`, `shot in`, `(?:is|man|woman|pt|patient|baby|child|kid|he|she) down\b`, `(?:went|gone|going) (?:[a-z]+ and )?blue`, `sep(?:sis|tic)\b`, `septique`, `septico`, `(?:in|ha?emorrhagic|cardiogenic|obstructive|hypovol\w+|anaphylactic|neurogenic|distributive) shock\b`, `shocked`, `\w*schock\b`, `choc (?:sept|hemo|ana|cardio)`, `en choc\b`, `rupture de (?:rate|foie|l'aorte)`, `etat de choc`, `choque\b`,
	`hypotens`, `hypoton\b`, `bp (?:[a-z]+ ){0,2}(?:[3-8]\d ?/|[4-7]\d\b|drop|fall|crash|tank|unrecord|low\b|in (?:his|her) boots)`, `map (?:of |is )?[2-5]\d\b`, `crash(?:ing|ed)?\b`, `deteriorat`, `(?:ha?emodynamic\w*|clinically|very|patient|pt|is|now|critically|becoming|increasingly) unstable`,
	`critically ill`, `in extremis`, `going downhill`, `dying\b`, `exsanguin`, `massive transfusion`, `anaphyla[xck]`, `anafila`, `polytrauma`, `trauma (?:call|team|alert|code)`, `maxed (?:out )?(?:on )?pressors`, `pressors (?:are )?maxed`,
	`(?:pt|patient|he|she|just|suddenly|has|man|woman|baby|child|who) (?:just |suddenly )?collapsed`, `collapsed (?:pt|patient|man|woman|child|at|in|on)\b`,
	// The belly, limbs, and the rest.
	`perfora[tc]`, `perf(?:ed)?\b`, `acute(?:s)? abdomen`, `akutes abdomen`, `peritoni[tc]`, `rigid abdomen`, `intussuscept`, `bilious`, `twisted (?:testi|ovar)`, `(?:acute scrotum|scrotal pain)`, `free (?:air|gas)\b`, `freie luft`, `pneumoperiton`, `(?:mesenteric|bowel|gut|limb|acute) isch[a]?emi`, `isch[a]?emic (?:bowel|gut|limb|leg|foot|hand|colitis)`, `dead (?:bowel|gut)`, `volvulus`, `\w*torsion`, `ectopic (?:preg|\?)`, `ectopic\?`, `strangulat`, `necroti[sz]ing`, `nec fasc`, `fournier`, `gas gangrene`,
	`compartment syndrome`, `acute limb`, `cold (?:leg|foot|hand|limb|arm)\b`, `threatened limb`, `limb[- ]threat`, `abruption`, `cord prolapse`, `eclampsia`, `f(?:o?e)tal (?:brady|distress)`, `pph\b`, `epiglottitis`, `button battery`, `malignant hyperthermia`, `overdose`, `central retinal artery`, `crao\b`, `angle[- ]closure`, `sudden (?:[a-z]+ ){0,2}(?:vision|visual) loss`,
	// Time itself.
	`urgent(?:ly|e|es|ement)?\b`, `dringend`, `notfall`, `urgence\b`, `urgencia`, `stat\b`, `asap\b`, `a\.s\.a\.p`, `emergen(?:cy|t|tly)\b`, `immediate(?:ly)?\b`, `sofort`, `umgehend`, `immediatement`, `inmediat`, `ya mismo`, `cuanto antes`, `lo antes posible`,
	`au plus vite`, `tout de suite`, `le plus vite`, `right (?:now|away)\b`, `need\w* (?:[a-z]+ ){0,5}now\b`, `(?:answer|help|call|respond|decide|act|operate) (?:[a-z]+ ){0,2}now\b`, `now now`, `now ?!`, `now please`, `please now`, `hurry`, `quickly`, `fast please`, `(?:as )?soon as possible`, `running out of time`, `clock is`, `help ?!`, `, help\b`, `scrubbed`, `on (?:the )?table (?:now|waiting)`, `in theatre now`, `urgence vitale`, `critico`, `time[- ]critical`, `life[- ]threat`, `lebensbedroh`,
	`every (?:minute|second) counts`, `los(?:e|ing) (?:him|her|them|this patient|the patient|the pt)\b`, `(?:about|going) to (?:arrest|crash|code|die)`, `rapid response`, `met call`, `crash (?:team|call|bleep)`,
}

// harmlessRE finds words of alarmRE in a sense that is none.
var harmlessRE = anyWord(
	`(?:growth|developmental) arrest`, `arrest lines?`, `arrest of (?:labou?r|descent|growth)`, `arrested (?:hydroceph|caries|develop)\w*`, `stroke (?:volume|work|index|clinic|rehab\w*|prevention|risk|survivors?|stud(?:y|ies)|trials?|registry|follow-?up|unit|ward|mimics?)`, `(?:two|four|2|4)[- ]stroke`, `sun ?stroke`, `brush ?strokes?`,
	`bleeding (?:disorders?|time|diathesis|risk|tendenc\w+|scores?|gums?)`, `(?:retinal|dot|blot|dot[- ]blot|dot and blot|flame|flame[- ]shaped|preretinal|vitreous|subconjunctival|splinter|intraretinal|disc) (?:and [a-z]+ )?ha?emorrhages?`, `micro ?(?:bleed|ha?emorrhage)s?`, `(?:menstrual|post-?menopausal|implantation|nose|gum) bleed(?:s|ing)?`, `bleed(?:ing)? (?:through|edges?)`,
	`(?:node|nodal|neck|axillary|lymph node|blunt|sharp|surgical|tissue|submucosal|cadaver\w*|pelvic) dissection`, `dissection (?:of the )?(?:specimen|plane|hall|room|tray)`, `urgent care`, `urgent (?:referral|suspected)`, `(?:non|not so|less)[- ]urgent\w*`, `urgent or (?:routine|elective|not)`,
	`emergency (?:dep\w*|room|medicine|physicians?|doctors?|contacts?|exits?|plan|kit|ward|registrar|residents?|nurses?|list|surgery list|call button|light)`, `aux urgences`, `(?:service|medecin) (?:des|d') ?urgences?`, `en urgencias`,
	`immediate(?:ly)? (?:below|above|adjacent|after|inferior|superior|lateral|medial|anterior|posterior|distal|proximal|post\w*|next|beneath|under|behind|pre\w*|to the)`, `(?:tibial|femoral|humeral|malleolar|knee) (?:and [a-z]+ )?torsion`, `torsion (?:angles?|profile)`, `(?:lumbar|cervical|disc|disk|hiatal|hiatus) (?:disc |disk )?herniat\w*`,
	`(?:tympanic|eardrum|septal|nasal septal) (?:membrane )?perforation`, `perforat(?:ed|ion of the) (?:eardrum|tympanic|septum|nasal)`, `perforating (?:vessels?|arter\w+|veins?)`, `(?:icd|billing|medical|colou?r|clinical)[- ](?:10 )?coding`, `coding (?:for|guid\w*|of|quer\w*|system|manual|audit)`,
	`(?:pacs|viewer|app|computer|software|system|laptop|website|bot|page) (?:keeps |is |was |has |just |keeps on )*crash\w*`, `crash(?:ed|ing)? (?:his|her|the|my|a|into|course|cart check)\b`, `(?:car|bike|motorbike|road|plane) crash`, `crash (?:courses?|tests?)`, `(?:fundus|retina\w*|optic dis[ck])\b[^.!]{0,40}?\b(?:bleed\w*|ha?emorrhag\w*)`, `(?:bleed\w*|ha?emorrhag\w*)\b[^.!]{0,30}?\b(?:fundus|retina\w*|optic dis[ck])`, `image quality (?:has )?deteriorat\w*`, `(?:orthostatic|postural|intracranial) hypotension`,
	`collapsed (?:[a-z]+ ){0,2}(?:lung|lobe|vertebra\w*|bronch\w*|bowel|ivc|segment|disc)`, `(?:has|with a) collapsed (?:[a-z]+ )?(?:lung|lobe)`, `lacunar infarcts?`, `(?:bone|renal|splenic) infarct\w*`, `cva (?:tenderness|angle)`, `(?:sleep|obstructive sleep) apn(?:o?e)ic?a?`, `septic (?:tank|arthritis clinic)`, `resus(?:citation)? (?:status|council|form|order)`, `do not resuscitat\w*`,
	`(?:non|self)[- ]?life[- ]threatening`, `rapid response (?:test|time|rate)`, `cold foot ?(?:bath|prints?)`, `heparin[- ]induced`, `strangulat\w* risk`, `stat ?(?:sheet|pearls)`, `unconscious bias`, `post[- ](?:stroke|n?stemi|mi|infarct\w*|thrombectomy|thrombolysis)`,
)

// taughtRE finds talk of teaching, research and drills.
var taughtRE = anyWord(
	`(?:training|teaching|lecture|education\w*|power ?point|conference) (?:slides?|sessions?|modules?|materials?|courses?|cases?|files?|videos?|sets?|days?|rounds?|points?|talk|deck|poster|manikin)`, `slides? (?:about|on|for|deck)`, `for (?:a |an |the |my |our |tomorrow's )?(?:[a-z]+ )?(?:teaching|training|education|lecture|quiz|exam|thesis|journal club|research|poster|presentation|textbook|slides?)\b`,
	`(?:is|as) (?:a )?teaching\b`, `teaching (?:about|the|medical|students?|juniors?|on)\b`, `quiz\b`, `mcqs?\b`, `textbook (?:picture|chapter|example|image|definition)`, `exam questions?`, `journal club`, `research (?:project|question|cohort|paper|data)`, `retrospective`, `data ?set\b`, `audit\b`, `statistics`, `incidence`, `prevalence`, `epidemiolog`, `definition of`,
	`(?:fire|code|sim\w*|emergency|disaster|stroke|arrest) drill`, `simulation`, `simulated`, `mock`, `case report`, `in general\s*(?:\?|$|,)`, `generally speaking`, `fur (?:die|den|eine|meine) (?:lehre|fortbildung|vorlesung|unterricht)`, `pour (?:un |le |mon )?(?:cours|enseignement)`, `para (?:una |la |mi )?(?:clase|docencia)`,
)

const inGeneral = `(?: (?:on|with|by) (?:ct|mri|x-?rays?|radiographs?|ultrasound|imaging|cxr)| in (?:adults|children|general|practice|pregnancy))?`

// genericRE finds questions about things as such, unless thisRE finds that they are
// about what is here.
var (
	genericRE = regexp.MustCompile(`\bwhat (?:is|are) (?:an?|the (?:typical |classic |usual |common )?(?:signs?|features?|definition|causes?|criteria|classification|mechanism|pathophysiology)) |\bwhat do(?:es)? (?:an? )?[a-z ]+ (?:typically |usually |normally )?look like|\bdifferences? between\b|\bexplain (?:what|how|the difference)|\bdefine\b`)
	// knowledgeRE finds a whole message that asks for general knowledge: "how is tension
	// pneumothorax treated?". With an article it may be the one that is here ("what causes
	// the bleeding?"), and so may what is happening ("what is bleeding?"); what is in a
	// hurry is urgent in any form.
	knowledgeRE = regexp.MustCompile(`^\W*(?:(?:please|pls|hi|hello|quick question|general question|question|just curious|out of interest)[\s,:-]+)*(?:(?:can|could) you (?:tell me|explain) )?(?:` +
		`how (?:is|are) [a-z' -]{3,60}? (?:usually |normally |typically |generally |best |commonly )?(?:treated|managed|diagnosed|classified|graded|defined|detected|prevented|confirmed)` + inGeneral + `|` +
		`how do (?:you|we|doctors|radiologists|clinicians) (?:usually|normally|typically|generally) (?:treat|manage|diagnose|classify|grade|recogni[sz]e) [a-z' -]{3,60}|` +
		`what (?:usually |typically |commonly )?causes [a-z' -]{3,60}|what (?:is|are|does) [a-z' -]{3,60}?(?: mean)?|` +
		`what (?:is|are) (?:the )?(?:treatment|management|first[- ]line treatment|symptoms?|prognosis|mortality|differential diagnosis|work-?up) (?:of|for) [a-z' -]{3,60})\s*[?.!]*\s*$`)
	// askedForRE is the article of such a form; notKnowledgeRE finds what speaks of what is here.
	askedForRE     = regexp.MustCompile(`\bthe (?:treatment|management|first[- ]line treatment|symptoms?|prognosis|mortality|differential diagnosis|work-?up) (?:of|for)\b`)
	notKnowledgeRE = regexp.MustCompile(`\b(?:the|there|already|still|asap|stat|urgent\w*|immediate\w*|emergency|hurry|help|bed|bay|resus|going on|wrong|left|right|source|site)\b|\bwhat (?:is|are) \w+(?:ing|ed)\b`)
	thisRE         = regexp.MustCompile(`\b(?:here|this|that|these|attached|above|his|her|him|she|he|my|our|pt|patient|image \d+|now|shown|seen)\b`)
)

var (
	// denialRE finds what denies the words after it.
	denialRE = anyWord(`no\b`, `not\b`, `non\b`, `without\b`, `w/o\b`, `den(?:ies|ied|ying)\b`, `negative for`, `neg for`, `free of`, `absence of`, `lack of`, `never\b`, `none\b`, `neither\b`, `nor\b`, `isn't\b`, `kein\w*`, `ohne\b`, `nicht\b`, `pas\b`, `sans\b`, `aucun\w*`, `ni\b`, `sin\b`, `ningun\w*`, `ruled out\b`, `excluded\b`, `against\b`)

	// ofVerbRE are those that deny one verb, up to andRE.
	ofVerbRE = regexp.MustCompile(`^(?:not|isn't|nicht|pas)$`)
	andRE    = regexp.MustCompile(`\b(?:and|und|et|y|pt|patient)\b`)

	// stillOpenRE finds what looks like a denial and leaves the matter open.
	stillOpenRE = anyWord(`no (?:doubt|time|change|response|improvement|longer|idea|beds?|delay|clue|radiologist|senior|one|report|fever|trauma)\b`, `not (?:sure|certain|clear|known|yet|able|getting|responding|breathing|excluded|ruled out|only|perfusing|moving|waking|convinced|happy|well|good|improving|doing)\b`,
		`(?:cannot|can't|can not|couldn't|could not|unable to) (?:be )?(?:excluded?|rule|ruled|tell|say|see)\b(?: out)?`, `(?:do not|don't|dont|didn't|doesn't) (?:know|want|delay|wait|miss|like)\b`, `without (?:delay|waiting|response)\b`, `nicht (?:sicher|ausgeschlossen|ausschliessen|ansprechbar|auszuschliessen)`, `pas (?:sur|exclu\w*)`, `no (?:se|puedo) (?:puede |si )?(?:descartar)?`, `not to miss`)

	// excludedRE finds what denies the words before it.
	excludedRE = regexp.MustCompile(`^[\s,]*(?:(?:is|was|were|are|has|have|had|already|been|now|since|clinically|safely|on ct|on mri|on imaging|wurde|ist|a ete|fue) )*(?:excluded|ruled out|unlikely|negative|absent|discounted|ausgeschlossen|exclue?s?|descartad[oa])\b`)

	// askedRE finds that the words before it are the question.
	askedRE = regexp.MustCompile(`^(?:\s+[a-z0-9/-]+){0,2}\s*(?:,\s*(?:right|correct|or|oder|non|no|yes|agree|true|is there|is it|does (?:he|she|it))\s*)?\?`)

	endsScopeRE = regexp.MustCompile(`\b(?:now|who|has|have|needs?|unless|until|except|since|presenting|presents|came|arrived|then|jetzt|maintenant|ahora|suddenly|plotzlich|soudain|pls|please|was|is|query|r/o|rule)\b|\?`)
	listRE      = regexp.MustCompile(`(?:^|\s|,)(?:or|nor|and|oder|noch|und|ou|ni|et|o|y)\s`)

	// earlierRE finds what puts the words after it into the past, into a family, or
	// among things that may come.
	earlierRE = anyWord(`old\b`, `prior\b`, `previous(?:ly)?\b`, `past\b`, `history\b`, `hx\b`, `h/o\b`, `pmhx?\b`, `s/p\b`, `remote\b`, `healed\b`, `resolved\b`, `recovered from\b`, `former\b`, `childhood\b`, `chronic\b`, `zn\b`, `zustand nach\b`, `alte[nrs]?\b`, `fruhere\w*`, `antecedente?s?\b`, `ancien\w*`, `antigu\w*`, `previo\w*`,
		`father\b`, `mother\b`, `brother\b`, `sister\b`, `family\b`, `familial\b`, `risk (?:of|for|factors?)\b`, `prevent\w*`, `prophyla\w+`, `screening\b`, `(?:months|years) after\b`)

	freshRE = regexp.MustCompile(`\b(?:now|today|acute|new|sudden|suddenly|current|ongoing|active|jetzt|neue[rns]?|akute[rns]?|aigu|nouvel\w*|agudo|nuevo)\b`)

	// agoRE finds what puts the words before it into the past; its first group may
	// compare with then, which does not.
	agoRE = regexp.MustCompile(`^((?:[\s,(]+[a-z0-9'-]+){0,3}?)[\s,(]+(?:in (?:19|20)\d\d|(?:19|20)\d\d\b|(?:\d+|several|some|many|two|three|five|ten|a few|few) (?:years?|yrs?|months?|mths?|weeks?|wks?) (?:ago|back|prior|earlier)|last (?:year|month|week|summer|winter|spring|autumn)|as an? (?:child|kid|baby|teenager)|in childhood|(?:has )?resolved|vor \d+ (?:jahr|monat|woche)|il y a \d+ (?:an|mois|semaine)|hace \d+ (?:ano|mes|semana)|en (?:19|20)\d\d)`)

	comparingRE = regexp.MustCompile(`\b(?:compared?|since|than|versus|vs|from|with|to|like)\b`)
)

// spelling are the words whose slips are corrected.
var spelling = []string{
	"pneumothorax", "haemorrhage", "hemorrhage", "anaphylaxis", "anaphylactic", "dissection", "tamponade", "unresponsive", "unconscious", "subarachnoid", "thrombolysis", "perforation", "perforated", "exsanguinating", "resuscitation", "deteriorating",
	"arrest", "stroke", "torsion", "tension", "urgent", "emergency", "immediately", "bleeding", "seizing", "crashing", "stridor", "aneurysm", "ruptured", "asystole", "pulseless", "testicular", "herniation", "hypotensive", "compression", "airway", "embolism", "volvulus", "meningitis", "cardiac", "elevation", "dringend", "notfall", "schlaganfall",
}

// spelledRight are words that are near to one of these and are none.
var spelledRight = wordSet("hemorrhagic haemorrhagic hemorrhages haemorrhages emergence emergent emergently thrombosis thromboses sizing blending breeding strike strikes strobe stoke strokes stroked arrests arrested torsions tensions tensioned urgently urgents compressions compressed comparison " +
	"immediate perforations dissections dissecting airways embolisms ruptures rupture aneurysms crashed crushing cracking pneumothoraces unresponsiveness deterioration deteriorated hypotension hypertensive hypotensives cardiac cardial cardia hernia herniated herniating subarachnoidal notfalls seizures seizure tamponades tamponading testicle testicles stroma strong intension version dissected mention")

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}
