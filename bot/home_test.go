package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/medbuddy/medbuddy/store"
)

func TestHomeGolden(t *testing.T) {
	paused := setTo(0.2, 600, "U2")
	paused.Paused = true
	golden(t, "home", "two-channels", viewJSON(t, homeView(home{
		channels: []homeChannel{{"C1", store.Settings{}}, {"C2", paused}}, defaults: settings{0.1, 500}, limit: 8192,
		retention: 30 * 24 * time.Hour, urgent: textTimeCritical,
	})))
}

func TestHomeChannels(t *testing.T) {
	if got := textHomeChannels(nil, settings{0.1, 500}); !strings.Contains(got, "/invite") {
		t.Errorf("in no channel: %s", got)
	}
	var many []homeChannel
	for i := range 33 {
		many = append(many, homeChannel{fmt.Sprint("C", i), setTo(0.2, 600, "U2")})
	}
	got := textHomeChannels(many, settings{0.1, 500})
	if strings.Count(got, "<#") != maxHomeChannels || !strings.Contains(got, "\nand more") {
		t.Errorf("33 channels: %s", got)
	}
	if got := textHomeChannels([]homeChannel{{"<!here>", store.Settings{}}}, settings{}); strings.Contains(got, "<!here") {
		t.Errorf("live: %s", got)
	}
}
