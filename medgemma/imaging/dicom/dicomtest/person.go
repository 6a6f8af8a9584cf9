package dicomtest

// Secrets are the made-up personal texts in every phantom, whole or as the words
// that would tell who it is. None of them is a technical term.
func Secrets() []string {
	return []string{
		"DOE", "JANE", "QUILL", "MRN-4711-X", "19620229", "19991231", "ACC-90210", "St. Elsewhere", "HOUSE^GREGORY",
		"Fell from ladder", "neighbour of Jack", "OTHER-ID-33", "1.2.826.0.1.3680043.8.498", "private note",
		"SCANNER-7", "Elm Street",
	}
}

// personal are elements that hold Secrets, on the top, nested and private.
func personal(undefined bool) []Element {
	return []Element{
		{Tag: 0x0008_0020, VR: "DA", Value: "19991231"},
		{Tag: 0x0008_0050, VR: "SH", Value: "ACC-90210"},
		{Tag: 0x0008_0080, VR: "LO", Value: "St. Elsewhere"},
		{Tag: 0x0008_0090, VR: "PN", Value: "HOUSE^GREGORY"},
		{Tag: 0x0008_1010, VR: "SH", Value: "SCANNER-7"},
		{Tag: 0x0008_1030, VR: "LO", Value: "Fell from ladder"},
		{Tag: 0x0008_103E, VR: "LO", Value: "neighbour of Jack"},
		{Tag: 0x0009_0010, VR: "LO", Value: "private note"},
		{Tag: 0x0009_1001, VR: "UN", Value: []byte("private note JANE")},
		{Tag: 0x0010_0010, VR: "PN", Value: "DOE^JANE^QUILL"},
		{Tag: 0x0010_0020, VR: "LO", Value: "MRN-4711-X"},
		{Tag: 0x0010_0030, VR: "DA", Value: "19620229"},
		{Tag: 0x0010_1002, VR: "SQ", Value: Sequence{Undefined: undefined, Items: [][]Element{
			{{Tag: 0x0010_0020, VR: "LO", Value: "OTHER-ID-33"}, {Tag: 0x0010_0022, VR: "CS", Value: "TEXT"}},
			{{Tag: 0x0010_0020, VR: "LO", Value: "MRN-4711-X"}},
		}}},
		{Tag: 0x0010_1040, VR: "LO", Value: "Elm Street 13"},
		{Tag: 0x0020_4000, VR: "LT", Value: "JANE DOE, neighbour of Jack"},
	}
}
