package bot

import "testing"

func TestHalts(t *testing.T) {
	for _, s := range []string{"stop, wrong patient", "Stop! wrong patient", "STOP - wrong image", "halt, that is the wrong film", "cancel, I posted the wrong scan", "stop talking please", "cancel that please", "cancel my question", "stop wrong patient", "please stop, I made a mistake",
		"stop that's the wrong thread", "no stop this is not my patient", "wait, stop. sorry", "abort the answer", "stop it, we have the report", "Stop writing now", "stop\nwrong patient", "stop I meant the other film"} {
		if !halts(s) {
			t.Errorf("halts(%q) = false", s)
		}
	}
	for _, s := range []string{"stop the heparin", "stop heparin", "stop the heparin?", "cancel the CT", "stop, is that a fracture?", "stop bleeding control", "when did it stop", "should we stop, or go on?", "the bleeding did not stop", "stopped breathing", "halting gait", "stoppage", "cancellous bone",
		"cancel surgery tomorrow", "stop anticoagulants now", "stop, and then tell me about the left lung and the right lung in detail", "do not stop", "stop, describe Image 2", "stop. what about the left lung", "stop, only look at image 1", "cancel that and compare the two", "ok, and the left side", "non-stop cough"} {
		if halts(s) {
			t.Errorf("halts(%q) = true", s)
		}
	}
}
