package dicom

import (
	"slices"
	"strings"
)

// The terms that a Header may hold. Whatever else stands in these fields may be a
// person's writing, and is dropped.

// modalities are those of PS3.3 C.7.3.1.1.1, the retired ones at the end.
var modalities = strings.Fields(`ANN AR ASMT AU BDUS BI BMD CFM CR CT CTPROTOCOL DMS DG DOC DX
	ECG EEG EMG EOG EPS ES FID GM HC HD IO IOL IVOCT IVUS KER KO LEN LS MG MR M3D NM OAM OCT OP
	OPM OPT OPTBSV OPTENF OPV OSS OT PA PLAN POS PR PT PX REG RESP RF RG RTDOSE RTIMAGE RTINTENT
	RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SEG SM SMR SR SRF STAIN TEXTUREMAP TG US VA XA
	XAPROTOCOL XC
	AS CD CF CP CS DD DF DM DS EC FA FS LP MA MS OPR ST VF`)

// photometrics are those of PS3.3 C.7.6.3.1.2.
var photometrics = []string{
	"MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "YBR_FULL", "YBR_FULL_422",
	"YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB", "HSV", "ARGB", "CMYK",
}

// term is the value of t if it is one of terms, else "".
func (d *dataset) term(t tag, terms []string) string {
	if s := strings.ToUpper(d.str(t)); slices.Contains(terms, s) {
		return s
	}
	return ""
}

// storage is the common beginning of the SOP classes of composite objects.
const storage = "1.2.840.10008.5.1.4.1.1."

// ultrasounds are the SOP classes of ultrasound pictures (PS3.4 table B.5-1), those
// that are retired too.
var ultrasounds = []string{storage + "3", storage + "3.1", storage + "6", storage + "6.1", storage + "6.2"}

// notImages are SOP classes, or what they begin with when they end in a point, of
// objects that are no picture, or no picture of a patient: PS3.4 table B.5-1.
var notImages = []struct{ class, what string }{
	{"1.2.840.10008.1.3.10", "DICOMDIR"},
	{storage + "88.", "structured report"},
	{storage + "104.1", "PDF"},
	{storage + "9.", "waveform"},
	{storage + "481.3", "radiotherapy plan"}, // structures
	{storage + "481.4", "radiotherapy plan"}, // beams' treatment record
	{storage + "481.5", "radiotherapy plan"},
	{storage + "481.6", "radiotherapy plan"},
	{storage + "481.7", "radiotherapy plan"},
	{storage + "481.8", "radiotherapy plan"}, // ions
	{storage + "481.9", "radiotherapy plan"},
	{storage + "11.", "presentation state"},
	{storage + "66.4", "segmentation"},
	{storage + "66.5", "segmentation"},
	{storage + "66.7", "segmentation"},
}

// notImage names what an object of the class is instead of a picture, or is "".
func notImage(class string) string {
	for _, n := range notImages {
		if class == n.class || strings.HasSuffix(n.class, ".") && strings.HasPrefix(class, n.class) {
			return n.what
		}
	}
	return ""
}
