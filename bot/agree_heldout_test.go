package bot

import "testing"

// Pairs written after the rules were. When the rules first met them, none of the 90 that
// contradict was called the same, and 18 of the 20 that agree were; then "elevation" and
// "elevated" became one word. They are here so that no rule that comes later undoes that.
var contradictingHeldOut = [][2]string{
	{"There is a large hiatus hernia.", "There is a small hiatus hernia."},
	{"The pacemaker lead is intact.", "The pacemaker lead is fractured."},
	{"The aorta is tortuous.", "The aorta is normal."},
	{"Widened mediastinum.", "Normal mediastinum."},
	{"Bilateral hilar lymphadenopathy.", "Unilateral hilar lymphadenopathy."},
	{"Right middle lobe collapse.", "Right lower lobe collapse."},
	{"The left hemidiaphragm is elevated.", "The right hemidiaphragm is elevated."},
	{"Calcified pleural plaques.", "Non-calcified pleural plaques."},
	{"Left-sided aortic arch.", "Right-sided aortic arch."},
	{"Miliary nodules.", "Solitary nodule."},
	{"No acute intracranial haemorrhage.", "Acute intracranial haemorrhage."},
	{"Ventricles are enlarged.", "Ventricles are normal."},
	{"Basal cisterns are effaced.", "Basal cisterns are patent."},
	{"Hyperacute haemorrhage in the left basal ganglia.", "Subacute haemorrhage in the left basal ganglia."},
	{"Subarachnoid haemorrhage.", "Subdural haemorrhage."},
	{"Haemorrhagic infarct.", "Ischaemic infarct."},
	{"The lesion is intra-axial.", "The lesion is extra-axial."},
	{"The meningioma is in the left frontal region.", "The meningioma is in the left parietal region."},
	{"ASPECTS is 10.", "ASPECTS is 5."},
	{"Fracture of the scaphoid waist.", "Fracture of the scaphoid proximal pole."},
	{"Fracture of the neck of the femur.", "Fracture of the shaft of the femur."},
	{"Salter-Harris II fracture.", "Salter-Harris IV fracture."},
	{"Garden type 1 fracture.", "Garden type 4 fracture."},
	{"The joint is congruent.", "The joint is incongruent."},
	{"The fracture is angulated dorsally.", "The fracture is angulated volarly."},
	{"The fracture is stable.", "The fracture is unstable."},
	{"The fracture has healed.", "The fracture has not healed."},
	{"The fracture has united.", "There is non-union of the fracture."},
	{"Lateral malleolus fracture.", "Medial malleolus fracture."},
	{"ACL tear, complete.", "ACL tear, partial."},
	{"ACL is intact.", "ACL is torn."},
	{"Osteomyelitis of the calcaneus.", "No osteomyelitis of the calcaneus."},
	{"Septic arthritis.", "Gouty arthritis."},
	{"Hardware is intact.", "Hardware is loosened."},
	{"Melanoma in situ.", "Invasive melanoma."},
	{"Nodular melanoma.", "Superficial spreading melanoma."},
	{"Herpes zoster.", "Herpes simplex."},
	{"The rash is vesicular.", "The rash is papular."},
	{"The ulcer is venous.", "The ulcer is arterial."},
	{"The wound is clean.", "The wound is infected."},
	{"Pressure ulcer stage 2.", "Pressure ulcer stage 4."},
	{"Central retinal vein occlusion.", "Branch retinal vein occlusion."},
	{"Macular oedema is present.", "Macular oedema is absent."},
	{"Open-angle glaucoma.", "Closed-angle glaucoma."},
	{"The optic disc is swollen.", "The optic disc is pale."},
	{"The fovea is spared.", "The fovea is involved."},
	{"Left eye: normal. Right eye: drusen.", "Left eye: drusen. Right eye: normal."},
	{"Low-grade DCIS.", "High-grade DCIS."},
	{"Lymphovascular invasion is present.", "Lymphovascular invasion is absent."},
	{"The glands are benign.", "The glands are malignant."},
	{"ER positive.", "ER negative."},
	{"Gleason 3+4.", "Gleason 4+3."},
	{"Hodgkin lymphoma.", "Non-Hodgkin lymphoma."},
	{"PICC tip in the azygos vein.", "PICC tip in the SVC."},
	{"The tube is too high.", "The tube is too low."},
	{"The NG tube is coiled in the pharynx.", "The NG tube is in the stomach."},
	{"The chest drain is within the pleural space.", "The chest drain is outside the pleural space."},
	{"The tube should be advanced.", "The tube should be withdrawn."},
	{"The tube is safe to use.", "The tube is not safe to use."},
	{"The nasogastric tube is correctly placed.", "The nasogastric tube is incorrectly placed."},
	{"Umbilical arterial catheter at T6.", "Umbilical arterial catheter at T9."},
	{"Image 2 shows progression compared with Image 1.", "Image 1 shows progression compared with Image 2."},
	{"The effusion is new in Image 2.", "The effusion is new in Image 3."},
	{"Compared with Image 1, the pneumothorax is smaller.", "Compared with Image 1, the pneumothorax is larger."},
	{"Image 1 is before treatment and Image 2 after treatment.", "Image 2 is before treatment and Image 1 after treatment."},
	{"The same patient in both images.", "Different patients in both images."},
	{"Yes.", "No."}, {"It is malignant.", "It is benign."}, {"Likely malignant.", "Likely benign."},
	{"The appendix is dilated.", "The appendix is not dilated."},
	{"Appendicitis, perforated.", "Appendicitis, unperforated."},
	{"Closed-loop obstruction.", "Open-loop obstruction."},
	{"Small bowel obstruction.", "Large bowel obstruction."},
	{"Fluid in the left paracolic gutter.", "Fluid in the right paracolic gutter."},
	{"Grade III splenic laceration.", "Grade I splenic laceration."},
	{"Portal vein thrombosis.", "Patent portal vein."},
	{"Stones in the gallbladder.", "Stones in the common bile duct."},
	{"5 mm stone in the left ureter.", "5 mm stone in the left kidney."},
	{"Single live intrauterine pregnancy.", "Ectopic pregnancy."},
	{"The mass measures 3 x 4 cm.", "The mass measures 3 x 6 cm."},
	{"There is effusion on the left greater than the right.", "There is effusion on the right greater than the left."},
	{"Thickened anterior wall and thin posterior wall.", "Thin anterior wall and thickened posterior wall."},
	{"A fracture is unlikely.", "A fracture is likely."},
	{"A fracture is not excluded.", "A fracture is excluded."},
	{"The right lung is fully expanded.", "The right lung is partially collapsed."},
	{"Pneumothorax has resolved.", "Pneumothorax has not resolved."},
	{"There is no change in the effusion.", "There is a change in the effusion."},
	{"The heart is enlarged.", "The heart is not enlarged."},
	{"No tracheal deviation.", "Tracheal deviation."},
	{"The bowel gas pattern is normal.", "The bowel gas pattern is obstructive."},
}

var agreeingHeldOut = [][2]string{
	{"There is a moderate right-sided pleural effusion.", "Moderate pleural effusion on the right side."},
	{"The right hemidiaphragm is elevated.", "There is elevation of the right hemidiaphragm."},
	{"No acute fracture is seen.", "There is no evidence of acute fracture."},
	{"No signs of pneumonia.", "There is no pneumonia."},
	{"Mild cardiomegaly without effusion.", "The heart is mildly enlarged. No pleural effusion."},
	{"Left upper lobe mass.", "There is a mass in the left upper lobe."},
	{"The trachea is midline.", "The trachea is central."},
	{"Chronic subdural haematoma on the right side.", "Right-sided chronic subdural hemorrhage."},
	{"Hypodense area in the right frontal lobe.", "There is a hypodense region in the right frontal lobe."},
	{"Displaced fracture of the left clavicle.", "There is a displaced left clavicle fracture."},
	{"Spiral fracture of the tibial shaft.", "There is a spiral fracture of the shaft of the tibia."},
	{"There is a posterior dislocation of the hip.", "Posterior hip dislocation."},
	{"This is likely a seborrhoeic keratosis.", "Most consistent with seborrheic keratosis."},
	{"Moderate non-proliferative diabetic retinopathy.", "Moderate NPDR."},
	{"Proliferative diabetic retinopathy.", "Findings are those of proliferative diabetic retinopathy."},
	{"High-grade dysplasia.", "There is high grade dysplasia."},
	{"The PICC tip is in the SVC.", "The tip of the PICC line projects over the SVC."},
	{"Right main bronchus intubation.", "The intubation is of the right main bronchus."},
	{"Image 1 shows a fracture, Image 2 does not.", "Image 1 shows a fracture, and Image 2 does not."},
	{"A 2 cm mass in the right kidney.", "There is a 20 mm mass in the right kidney."},
}

func TestAgreeHeldOut(t *testing.T) {
	for _, p := range contradictingHeldOut {
		for _, at := range [][2]string{p, {p[1], p[0]}} {
			if c := compared(at[0], at[1]); c.likeness == same {
				t.Errorf("%q and %q are called the same", at[0], at[1])
			}
		}
		for _, a := range p {
			if c := compared(a, a+advice); c.likeness != same {
				t.Errorf("%q and itself: %v %v", a, c.likeness, c.on)
			}
		}
	}
	agreed := 0
	for _, p := range agreeingHeldOut {
		if compared(p[0], p[1]).likeness == same {
			agreed++
		}
	}
	if agreed < 19 {
		t.Errorf("only %d of %d pairs that agree are called the same", agreed, len(agreeingHeldOut))
	}
}
