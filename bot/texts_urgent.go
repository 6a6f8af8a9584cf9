package bot

// textTimeCritical stands in the placeholder of a question that sounds as if it
// cannot wait: an answer may take minutes. It speaks to clinicians, who have their
// own people to call. It is the default of a setting.
const textTimeCritical = "If this is time-critical, do not wait for me: call your rapid-response team or the on-call radiologist."
