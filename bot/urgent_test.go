package bot

import "testing"

// What clinicians type when it cannot wait, as they type it.
var urgentPhrases = []string{
	"tension pneumothorax?",
	"Is there a tension pneumothorax on this film",
	"tension ptx ?? sats 74",
	"tension pnuemothorax, left side?",
	"pt in cardiac arrest, which side is the drain",
	"cardiac arrest bay 3 tube position pls",
	"just got ROSC, any pneumothorax?",
	"crash call bed 12, cxr done, anything?",
	"PEA arrest, tamponade?",
	"asystole, is the ETT ok",
	"72 year old with stroke symptoms since 30 min, bleed?",
	"acute stroke, any haemorrhage before lysis?",
	"code stroke CT head",
	"?bleed",
	"any intracranial hemorrage",
	"ICH?",
	"large SAH?",
	"subdural? on apixaban, fell",
	"fell downstairs, GCS dropping from 14 to 9",
	"gcs 6 now, midline shift?",
	"blown left pupil, herniation?",
	"patient unresponsive, ct head attached",
	"pt is unconcious",
	"status epilepticus since 20 min, cause on ct?",
	"aortic dissection?",
	"tearing chest pain, widened mediastinum, disection??",
	"r/o aortic dissection",
	"cannot exclude dissection, what do you think",
	"ruptured AAA?",
	"anaphylaxis after contrast, airway oedema?",
	"STEMI? please look at the ecg",
	"inferior MI?",
	"massive PE?",
	"saddle embolus in image 2?",
	"septic shock, source on this ct?",
	"septic pt hypotensive, free air?",
	"perforated viscus?",
	"testicular torsion?",
	"16M sudden scrotal pain torsion or not",
	"cord compression at T8?",
	"cauda equina?",
	"is the airway compromised by this mass",
	"stridor, airway narrowing?",
	"cant intubate cant ventilate",
	"pt crashing need read now",
	"patient is coding, is the tube in the right place",
	"need an answer asap",
	"URGENT: please read",
	"stat read please",
	"can you look at this immediately",
	"emergency!! child swallowed button battery",
	"he is deteriorating fast, anything on the CXR",
	"bp 60/40, source of bleeding?",
	"exsanguinating trauma, FAST film",
	"spo2 dropping to 70 after line insertion",
	"bilateral pneumothorax?",
	"no pulse in the left leg, occlusion?",
	"volvulus? lactate 8",
	"nec fasc? gas in the soft tissue",
	"ectopic pregnancy rupture?",
	"no fever, sudden hemiparesis, stroke?",
	"hx of afib, stroke?",
	"history of stroke, now unresponsive",
	"Spannungspneu links?",
	"Notfall, bitte sofort ansehen",
	"Verdacht auf Schlaganfall, Blutung?",
	"Patient bewusstlos, Hirnblutung?",
	"Aortendissektion?",
	"dringend: Pneumothorax?",
	"AVC ? début il y a 40 min",
	"hémorragie cérébrale ?",
	"arrêt cardiaque, sonde en place ?",
	"c'est une urgence, pneumothorax compressif ?",
	"hemorragia cerebral?",
	"ictus, ¿sangrado?",
	"paro cardíaco, ¿tubo bien?",
	"urgente: neumotórax a tensión",
	"stroke has not been ruled out, next step on this mri?",
	"not sure if this is a bleed",
	"has dissection been ruled out?",
}

// What sounds like it and can wait.
var calmPhrases = []string{
	"is there a pleural effusion?",
	"what is the view?",
	"no tension pneumothorax. Is the drain in place",
	"no sign of stroke on yesterday's mri, what about the sinuses?",
	"history of stroke in 2010, new baseline film",
	"old infarct, left MCA territory. Is the atrophy diffuse?",
	"stroke volume from this echo",
	"bleeding disorder clinic, knee film",
	"urgent care follow-up next month",
	"STEMI training slide",
	"for teaching: which signs of aortic dissection are there",
	"ct 3 weeks after stroke clinic visit, atrophy?",
	"no bleed, mass or shift. Sinus mucosa?",
	"haemorrhage was excluded by CT. Does the mri show demyelination",
	"is there a small pneumothorax?",
	"non-urgent: measure the nodule please",
	"not urgent, whenever you have time: is the line ok?",
	"dot and blot haemorrhages in the left fundus?",
	"disc herniation at L5?",
	"tibial torsion angle",
	"axillary lymph node dissection 2019, lymphoedema film",
	"quick question, is image 2 rotated",
	"and now in the lung window?",
	"what about image 2 now",
	"family history of stroke, screening carotid image",
	"patient denies bleeding. Any polyp?",
	"collapsed lung lobe or effusion?",
	"my PACS keeps crashing, so here is a photo of the film",
	"emergency department film from tuesday, is the fracture healing",
	"growth arrest lines in the tibia?",
	"risk of bleeding with this lesion?",
	"what is a tension pneumothorax?",
	"difference between stroke and seizure on mri",
	"a 60 year old with cough, anything?",
	"immediately below the carina there is a density, node?",
	"the pea sized nodule, where is it",
	"ich sehe nichts, was meinst du",
	"kein Schlaganfall in der Vorgeschichte, Knie links",
	"pas d'hémorragie. Sinusite ?",
	"sin sangrado, fractura?",
	"chronic subdural, unchanged?",
	"his father had a stroke, carotid plaque?",
	"icd coding for this finding",
	"stable nodule since 2019?",
	"is the heart enlarged",
}

// figures counts what is missed and what is cried out over.
func figures(t *testing.T, alarm, calm []string) (recall, falseAlarms float64) {
	t.Helper()
	missed, cried := 0, 0
	for _, s := range alarm {
		if !timeCritical(s) {
			missed++
			t.Logf("missed: %s", s)
		}
	}
	for _, s := range calm {
		if timeCritical(s) {
			cried++
			t.Logf("cried out over: %s", s)
		}
	}
	return 1 - float64(missed)/float64(len(alarm)), float64(cried) / float64(len(calm))
}

func TestTimeCritical(t *testing.T) {
	recall, falseAlarms := figures(t, urgentPhrases, calmPhrases)
	if recall < 0.98 || falseAlarms > 0.10 {
		t.Errorf("of %d urgent phrases %.1f %% are found, of %d others %.1f %% as well", len(urgentPhrases), 100*recall, len(calmPhrases), 100*falseAlarms)
	}
}

// General knowledge can wait, however it is called; what is here cannot, in whichever
// form it is asked about.
func TestGeneralKnowledge(t *testing.T) {
	for _, s := range []string{"how is tension pneumothorax treated?", "How is a stroke usually managed", "how is aortic dissection diagnosed on CT?", "what causes subarachnoid hemorrhage?", "what is tension pneumothorax?", "What is STEMI?",
		"what causes testicular torsion", "what is cauda equina", "what is the treatment of tension pneumothorax?", "how are ruptured aneurysms treated?", "please, what is sepsis?", "how do you usually treat anaphylaxis?", "what does NIHSS mean?"} {
		if timeCritical(s) {
			t.Errorf("cried out over %q", s)
		}
	}
	for _, s := range []string{"how is the tension pneumothorax treated?", "how is this stroke managed?", "what causes the bleeding?", "what causes his cardiac arrest?", "what is bleeding?", "what is causing hypotension?", "what is the source of bleeding", "how is tension pneumothorax treated, sats 70?",
		"what is the treatment for this patient's stroke", "what is bp 60/40", "what causes hypotension in bed 4?", "how is tension pneumothorax treated? patient unresponsive", "how do we manage the airway obstruction", "how do I treat tension pneumothorax?", "is tension pneumothorax treated?", "what is urgent"} {
		if !timeCritical(s) {
			t.Errorf("missed %q", s)
		}
	}
}
