package dicom

// Transfer syntaxes that are told apart by more than the table (PS3.5 A).
const (
	syntaxImplicit  = "1.2.840.10008.1.2"
	syntaxExplicit  = "1.2.840.10008.1.2.1"
	syntaxDeflated  = "1.2.840.10008.1.2.1.99"
	syntaxBigEndian = "1.2.840.10008.1.2.2"
	syntaxRLE       = "1.2.840.10008.1.2.5"
)

// codec is what unpacks a frame.
type codec int

const (
	codecNone codec = iota // name says why
	codecNative
	codecRLE
	codecJPEG
	codecVideo
)

// syntax is what a transfer syntax asks for.
type syntax struct {
	codec codec
	name  string // of what cannot be unpacked
	lossy bool   // of the codecs that are unpacked
}

// syntaxes are those of PS3.6 table A-1 that have a name of their own.
var syntaxes = map[string]syntax{
	syntaxImplicit:  {codec: codecNative},
	syntaxExplicit:  {codec: codecNative},
	syntaxDeflated:  {codec: codecNative},
	syntaxBigEndian: {codec: codecNative},
	syntaxRLE:       {codec: codecRLE},

	"1.2.840.10008.1.2.4.50": {codec: codecJPEG, lossy: true}, // baseline
	"1.2.840.10008.1.2.4.51": {codec: codecJPEG, lossy: true}, // extended, of 8 or 12 bits
	"1.2.840.10008.1.2.4.57": {codec: codecJPEG},              // lossless
	"1.2.840.10008.1.2.4.70": {codec: codecJPEG},              // lossless, first-order prediction

	"1.2.840.10008.1.2.4.80":  {name: "JPEG-LS"},
	"1.2.840.10008.1.2.4.81":  {name: "JPEG-LS"},
	"1.2.840.10008.1.2.4.90":  {name: "JPEG 2000"},
	"1.2.840.10008.1.2.4.91":  {name: "JPEG 2000"},
	"1.2.840.10008.1.2.4.92":  {name: "JPEG 2000"},
	"1.2.840.10008.1.2.4.93":  {name: "JPEG 2000"},
	"1.2.840.10008.1.2.4.110": {name: "JPEG XL"},
	"1.2.840.10008.1.2.4.111": {name: "JPEG XL"},
	"1.2.840.10008.1.2.4.112": {name: "JPEG XL"},
	"1.2.840.10008.1.2.4.201": {name: "HTJ2K"},
	"1.2.840.10008.1.2.4.202": {name: "HTJ2K"},
	"1.2.840.10008.1.2.4.203": {name: "HTJ2K"},
	"1.2.840.10008.1.2.8.1":   {name: "deflated frames"},

	"1.2.840.10008.1.2.4.100":   {codec: codecVideo}, // MPEG-2
	"1.2.840.10008.1.2.4.100.1": {codec: codecVideo},
	"1.2.840.10008.1.2.4.101":   {codec: codecVideo},
	"1.2.840.10008.1.2.4.101.1": {codec: codecVideo},
	"1.2.840.10008.1.2.4.102":   {codec: codecVideo}, // MPEG-4
	"1.2.840.10008.1.2.4.102.1": {codec: codecVideo},
	"1.2.840.10008.1.2.4.103":   {codec: codecVideo},
	"1.2.840.10008.1.2.4.103.1": {codec: codecVideo},
	"1.2.840.10008.1.2.4.104":   {codec: codecVideo},
	"1.2.840.10008.1.2.4.104.1": {codec: codecVideo},
	"1.2.840.10008.1.2.4.105":   {codec: codecVideo},
	"1.2.840.10008.1.2.4.105.1": {codec: codecVideo},
	"1.2.840.10008.1.2.4.106":   {codec: codecVideo},
	"1.2.840.10008.1.2.4.106.1": {codec: codecVideo},
	"1.2.840.10008.1.2.4.107":   {codec: codecVideo}, // HEVC
	"1.2.840.10008.1.2.4.108":   {codec: codecVideo},
	"1.2.840.10008.1.2.7.1":     {codec: codecVideo}, // SMPTE ST 2110
	"1.2.840.10008.1.2.7.2":     {codec: codecVideo},
	"1.2.840.10008.1.2.7.3":     {codec: codecVideo},
}

// syntaxOf is the table's entry, or that of what is not in it.
func syntaxOf(uid string) syntax {
	if s, ok := syntaxes[uid]; ok {
		return s
	}
	return syntax{name: "unknown transfer syntax"}
}
