package bot

import "testing"

func TestRemarks(t *testing.T) {
	for _, s := range []string{"thanks!", "Thank you", "thank you so much!", "thanks a lot, all", "ok", "OK.", "okay thanks", "great, thx", "Great!!", "👍", "👍🏽", "👍 👍", ":thumbsup:", ":+1:", ":+1::skin-tone-3:", ":white_check_mark: thanks", "+1", "got it", "Noted.", "noted, thanks 🙏",
		"ok, got it, thank you", "understood", "perfect :)", "thanks for the quick answer", "❤️", "*thanks*", "will do", "sounds good", "never mind", "ty", "thx!", "ok :)", "(thanks)",
		"danke", "Danke schön!", "dankeschön", "vielen Dank", "danke dir", "alles klar", "ok danke", "verstanden", "super, danke",
		"merci", "Merci beaucoup !", "d'accord", "d’accord merci", "très bien", "bien reçu", "c'est noté", "parfait",
		"gracias", "¡gracias!", "muchas gracias", "vale", "de acuerdo", "muy bien", "perfecto, gracias", "entendido"} {
		if !isRemark(s) {
			t.Errorf("isRemark(%q) = false", s)
		}
	}
	for _, s := range []string{"", "ok, and the left side?", "ok?", "thanks, and on the right side", "ok and the heart", "yes", "no", "sure", "klar", "bitte", "right", "left", "good?", "is that good", "great vessels", "fine fracture line", "nice, any effusion", "?", "...", "!", "❓", ":question:", "1", "2",
		"thanks but look again", "ok compare them", "done deal with Image 2", "all", "so", "and", "bot", "cool down the window", "what does noted mean", "danke, und links", "merci, et à gauche", "gracias, y a la izquierda", "ok stop", "K 5.2", "series 1:2:3", "sorry, Image 2", "not good", "perfect, now the lung window", "note the effusion"} {
		if isRemark(s) {
			t.Errorf("isRemark(%q) = true", s)
		}
	}
}
