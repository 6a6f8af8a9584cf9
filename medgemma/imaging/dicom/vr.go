package dicom

// A form says how an explicit element of a value representation is written.
type form struct {
	name string
	long bool // two reserved bytes and a length of 32 bits follow it
}

// forms are the value representations of PS3.5 table 6.2-1, with the form of
// PS3.5 7.1.2.
var forms = map[string]form{
	"AE": {"AE", false}, "AS": {"AS", false}, "AT": {"AT", false}, "CS": {"CS", false},
	"DA": {"DA", false}, "DS": {"DS", false}, "DT": {"DT", false}, "FL": {"FL", false},
	"FD": {"FD", false}, "IS": {"IS", false}, "LO": {"LO", false}, "LT": {"LT", false},
	"PN": {"PN", false}, "SH": {"SH", false}, "SL": {"SL", false}, "SS": {"SS", false},
	"ST": {"ST", false}, "TM": {"TM", false}, "UI": {"UI", false}, "UL": {"UL", false},
	"US": {"US", false},
	"OB": {"OB", true}, "OD": {"OD", true}, "OF": {"OF", true}, "OL": {"OL", true},
	"OV": {"OV", true}, "OW": {"OW", true}, "SQ": {"SQ", true}, "SV": {"SV", true},
	"UC": {"UC", true}, "UN": {"UN", true}, "UR": {"UR", true}, "UT": {"UT", true},
	"UV": {"UV", true},
}

// The tags that the reader itself asks for.
const (
	tagTransferSyntax tag = 0x0002_0010
	tagMediaClass     tag = 0x0002_0002
	tagImageType      tag = 0x0008_0008
	tagClass          tag = 0x0008_0016
	tagInstanceUID    tag = 0x0008_0018
	tagModality       tag = 0x0008_0060
	tagRegions        tag = 0x0018_6011
	tagRegionFormat   tag = 0x0018_6012
	tagRegionType     tag = 0x0018_6014
	tagRegionX0       tag = 0x0018_6018
	tagRegionY0       tag = 0x0018_601A
	tagRegionX1       tag = 0x0018_601C
	tagRegionY1       tag = 0x0018_601E
	tagSeriesUID      tag = 0x0020_000E
	tagSeries         tag = 0x0020_0011
	tagAcquisition    tag = 0x0020_0012
	tagInstance       tag = 0x0020_0013
	tagPosition       tag = 0x0020_0032
	tagOrientation    tag = 0x0020_0037
	tagPlanePositions tag = 0x0020_9113
	tagPlaneOrients   tag = 0x0020_9116
	tagSamples        tag = 0x0028_0002
	tagPhotometric    tag = 0x0028_0004
	tagPlanar         tag = 0x0028_0006
	tagFrames         tag = 0x0028_0008
	tagRows           tag = 0x0028_0010
	tagColumns        tag = 0x0028_0011
	tagAllocated      tag = 0x0028_0100
	tagStored         tag = 0x0028_0101
	tagHighBit        tag = 0x0028_0102
	tagRepresentation tag = 0x0028_0103
	tagBurnedIn       tag = 0x0028_0301
	tagSharedGroups   tag = 0x5200_9229
	tagFrameGroups    tag = 0x5200_9230
	tagLongOffsets    tag = 0x7FE0_0001
	tagFloatPixels    tag = 0x7FE0_0008
	tagDoublePixels   tag = 0x7FE0_0009
	tagPixels         tag = 0x7FE0_0010

	tagItem         tag = 0xFFFE_E000
	tagItemEnd      tag = 0xFFFE_E00D
	tagSequenceEnd  tag = 0xFFFE_E0DD
	undefined           = 0xFFFF_FFFF // a length
	eitherShort         = "xs"        // US or SS, by PixelRepresentation
	sequenceOfItems     = "SQ"
	unknownInBinary     = "UN"
)

// dictionary holds every tag that this package reads, with the representation that
// it has where the file does not say (implicit VR, UN). Whatever is not in it is
// walked over and never kept: names and dates do not even become values.
var dictionary = map[tag]string{
	tagTransferSyntax: "UI", tagMediaClass: "UI", tagImageType: "CS", tagClass: "UI",
	tagInstanceUID: "UI", tagModality: "CS",
	tagRegions: "SQ", tagRegionFormat: "US", tagRegionType: "US",
	tagRegionX0: "UL", tagRegionY0: "UL", tagRegionX1: "UL", tagRegionY1: "UL",
	tagSeriesUID: "UI", tagSeries: "IS", tagAcquisition: "IS", tagInstance: "IS",
	tagPosition: "DS", tagOrientation: "DS",
	tagPlanePositions: "SQ", tagPlaneOrients: "SQ",
	tagSamples: "US", tagPhotometric: "CS", tagPlanar: "US", tagFrames: "IS",
	tagRows: "US", tagColumns: "US", tagAllocated: "US", tagStored: "US", tagHighBit: "US",
	tagRepresentation: "US", tagBurnedIn: "CS", tagSharedGroups: "SQ", tagFrameGroups: "SQ",
	tagLongOffsets: "OV", tagFloatPixels: "OF", tagDoublePixels: "OD", tagPixels: "OW",

	0x0028_0120: "xs", // PixelPaddingValue
	0x0028_0121: "xs", // PixelPaddingRangeLimit
	0x0028_1050: "DS", // WindowCenter
	0x0028_1051: "DS", // WindowWidth
	0x0028_1052: "DS", // RescaleIntercept
	0x0028_1053: "DS", // RescaleSlope
	0x0028_1056: "CS", // VOILUTFunction
	0x0028_1101: "xs", // RedPaletteColorLookupTableDescriptor
	0x0028_1102: "xs", // Green...
	0x0028_1103: "xs", // Blue...
	0x0028_1201: "OW", // RedPaletteColorLookupTableData
	0x0028_1202: "OW", // Green...
	0x0028_1203: "OW", // Blue...
	0x0028_1221: "OW", // SegmentedRedPaletteColorLookupTableData
	0x0028_1222: "OW", // ...Green...
	0x0028_1223: "OW", // ...Blue...
	0x0028_3000: "SQ", // ModalityLUTSequence
	0x0028_3002: "xs", // LUTDescriptor
	0x0028_3006: "OW", // LUTData
	0x0028_3010: "SQ", // VOILUTSequence
	0x0028_9132: "SQ", // FrameVOILUTSequence
	0x0028_9145: "SQ", // PixelValueTransformationSequence
	0x2050_0020: "CS", // PresentationLUTShape
}
