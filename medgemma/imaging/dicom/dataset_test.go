package dicom

import (
	"bytes"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// one is a data set of one element.
func one(t tag, vr string, value []byte, bigEndian bool) *dataset {
	d := &dataset{bigEndian: bigEndian}
	d.add(element{tag: t, vr: vr, value: value})
	return d
}

func TestValues(t *testing.T) {
	const lut, centre, padding tag = 0x0028_3006, 0x0028_1050, 0x0028_0120
	for name, c := range map[string]struct{ got, want any }{
		"first text":       {one(centre, "DS", []byte(` 40 \80`), false).str(centre), "40"},
		"all texts":        {one(centre, "DS", []byte("40 \\ 80\x00"), false).strs(centre), []string{"40", "80"}},
		"numbers":          {one(centre, "DS", []byte(`-1.5e2\ 80 `), false).floats(centre, 2), []float64{-150, 80}},
		"no numbers":       {one(centre, "DS", []byte(`40\x`), false).floats(centre, 2), []float64(nil)},
		"nothing":          {one(centre, "DS", nil, false).floats(centre, 2), []float64(nil)},
		"floats":           {one(centre, "FL", []byte{0, 0, 0x80, 0x3f}, false).floats(centre, 2), []float64{1}},
		"doubles":          {one(centre, "FD", []byte{0x3f, 0xf0, 0, 0, 0, 0, 0, 0}, true).floats(centre, 2), []float64{1}},
		"not a number":     {one(centre, "FL", []byte{0, 0, 0xc0, 0x7f}, false).floats(centre, 2), []float64(nil)},
		"floats of shorts": {one(centre, "US", []byte{1, 0, 2, 0}, false).floats(centre, 2), []float64{1, 2}},
		"unsigned":         {one(padding, "xs", []byte{0xfe, 0xff}, false).ints(padding, false, 2), []int{65534}},
		"signed":           {one(padding, "xs", []byte{0xfe, 0xff}, false).ints(padding, true, 2), []int{-2}},
		"signed by VR":     {one(padding, "SS", []byte{0xff, 0xfe}, true).ints(padding, false, 2), []int{-2}},
		"long":             {one(padding, "UL", []byte{1, 0, 0, 0x80}, false).ints(padding, true, 2), []int{0x80000001}},
		"signed long":      {one(padding, "SL", []byte{0xfe, 0xff, 0xff, 0xff}, false).ints(padding, false, 2), []int{-2}},
		"half a value":     {one(padding, "UL", []byte{1, 0, 0}, false).ints(padding, false, 2), []int(nil)},
		"words":            {one(lut, "OW", []byte{1, 2, 3, 4, 5}, false).words(lut, 16), []uint16{0x201, 0x403}},
		"big-endian words": {one(lut, "OW", []byte{1, 2, 3, 4}, true).words(lut, 16), []uint16{0x102, 0x304}},
		"bytes":            {one(lut, "OB", []byte{1, 2, 3}, true).words(lut, 8), []uint16{1, 2, 3}},
		"bytes in words":   {one(lut, "OW", []byte{1, 2, 3, 4}, true).words(lut, 8), []uint16{2, 1, 4, 3}},
		"not there":        {one(lut, "OW", nil, false).ints(centre, false, 2), []int(nil)},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestValuesAreLimited(t *testing.T) {
	const lut, centre tag = 0x0028_3006, 0x0028_1050
	many := one(centre, "DS", bytes.Repeat([]byte(`1\`), 10_000), false)
	if got := len(many.strs(centre)); got != maxValues {
		t.Errorf("%d texts, want %d", got, maxValues)
	}
	for _, vr := range []string{"DS", "IS", "FL", "FD", "US", "SL"} {
		if got := len(one(centre, vr, many.get(centre).value, false).floats(centre, 3)); got != 3 {
			t.Errorf("%d numbers of %s, want 3", got, vr)
		}
	}
	for text, want := range map[string][]float64{
		"1." + strings.Repeat("0", 62):           {1},
		"1." + strings.Repeat("0", 63):           nil, // no number is so long
		strings.Repeat(" ", 60) + "40":           {40},
		strings.Repeat(" ", 1000) + "40":         nil, // nor so far away
		"40" + strings.Repeat(" ", 1000):         {40},
		"40" + strings.Repeat(" ", 1000) + "\\2": {40},
	} {
		if got := one(centre, "DS", []byte(text), false).floats(centre, 2); !slices.Equal(got, want) {
			t.Errorf("%.10q of %d bytes is read as %v, want %v", text, len(text), got, want)
		}
	}
	if got := len(one(centre, "DS", bytes.Repeat([]byte("1"), 10_000), false).str(centre)); got != maxText {
		t.Errorf("a text of %d bytes, want %d", got, maxText)
	}
	for _, bits := range []int{8, 16} {
		if got := len(one(lut, "OW", make([]byte, 4*maxWords), false).words(lut, bits)); got != maxWords {
			t.Errorf("%d words of %d bits, want %d", got, bits, maxWords)
		}
	}
}

func TestTheFirstOfEqualElementsCounts(t *testing.T) {
	d := one(tagRows, "US", []byte{1, 0}, false)
	d.add(element{tag: tagRows, vr: "US", value: []byte{2, 0}})
	if got := d.ints(tagRows, false, 2); !slices.Equal(got, []int{1}) {
		t.Errorf("rows %v, want [1]", got)
	}
}

func TestOnlyTheDictionaryIsKept(t *testing.T) {
	if d := one(0x0010_0010, "PN", []byte("DOE^JANE"), false); d.has(0x0010_0010) || len(d.elements) > 0 {
		t.Error("a name was kept")
	}
}

// TestDictionaryIsWhole finds every tag that the package names: one that is not in
// the dictionary would never be found in a file, and one that is there and has no
// name is kept for nothing.
func TestDictionaryIsWhole(t *testing.T) {
	marks := []tag{tagItem, tagItemEnd, tagSequenceEnd}
	named := map[tag]bool{}
	for c := range tag(3) { // of the palettes, only the first have names
		named[tagPaletteDescriptor+c], named[tagPaletteData+c], named[tagPaletteSegments+c] = true, true, true
	}
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := goparser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "tag" {
				return true
			}
			for _, v := range spec.Values {
				lit, ok := v.(*ast.BasicLit)
				if !ok {
					t.Errorf("%s: a tag that is no literal", set.Position(v.Pos()))
					continue
				}
				value, err := strconv.ParseUint(lit.Value, 0, 32)
				if err != nil {
					t.Fatal(err)
				}
				n++
				named[tag(value)] = true
				if _, known := dictionary[tag(value)]; !known && !slices.Contains(marks, tag(value)) {
					t.Errorf("%s: %s is not in the dictionary", set.Position(v.Pos()), lit.Value)
				}
			}
			return true
		})
	}
	for known := range dictionary {
		if !named[known] {
			t.Errorf("%08x is in the dictionary and never read", uint32(known))
		}
	}
	if n < 50 {
		t.Errorf("only %d tags were found", n)
	}
}
