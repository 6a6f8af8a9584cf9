package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The rules of the house: who may import whom, and how files are kept. They
// concern the whole module, so that they are tested once, here.

const module = "github.com/medbuddy/medbuddy"

// mayImport lists, for each package, the packages of the module that its
// production files may import. A package that is not listed is a fault: whoever
// adds one decides where it belongs.
var mayImport = map[string][]string{
	"cmd/medbuddy":     {"bot", "medgemma", "store", "store/sqlite", "store/firestore"},
	"cmd/sandbox":      {"bot", "bot/slacksim", "medgemma", "medgemma/modelsim", "store", "store/sqlite", "store/firestore"},
	"bot":              {"medgemma", "medgemma/imaging", "store"},
	"bot/slacksim":     {},
	"medgemma":         {},
	"medgemma/imaging": {}, // and what lies beneath it

	"medgemma/imaging/dicom":           {},
	"medgemma/imaging/dicom/dicomtest": {}, // nor the reader: it must not share its mistakes

	"medgemma/modelsim": {},
	"store":             {},
	"store/sqlite":      {"store"},
	"store/firestore":   {"store"},
	"store/storetest":   {"store"},

	"store/firestore/emulator": {},
}

// keepers lists the only packages whose production files may import a foreign
// module (by prefix), so that what is foreign stays behind one border.
var keepers = map[string][]string{
	"github.com/slack-go/slack":         {"bot"},
	"cloud.google.com/go/aiplatform":    {"medgemma"},
	"cloud.google.com/go/firestore":     {"store/firestore"},
	"google.golang.org/grpc":            {"medgemma", "medgemma/modelsim", "store/firestore"},
	"google.golang.org/api":             {"medgemma", "store/firestore", "cmd/sandbox"},
	"database/sql":                      {"store/sqlite"},
	"modernc.org/sqlite":                {"store/sqlite"},
	"github.com/sethvargo/go-envconfig": {"cmd/medbuddy", "cmd/sandbox"},
	"github.com/stretchr/testify":       {},
	"github.com/google/go-cmp":          {"store/storetest"},
	"testing":                           {"store/storetest", "bot/slacksim", "medgemma/modelsim", "medgemma/imaging/dicom/dicomtest", "store/firestore/emulator"},
	"github.com/chromedp/chromedp":      {},
}

// simulators are for tests and the sandbox.
var simulators = []string{"bot/slacksim", "medgemma/modelsim", "medgemma/imaging/dicom/dicomtest", "store/storetest", "store/firestore/emulator", "cmd/sandbox"}

// maxLines is the most a production file may have.
const maxLines = 300

// goPackage is what go list says of a package.
type goPackage struct {
	ImportPath, Dir, Doc               string
	Imports                            []string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

// path is the package's path inside the module.
func (p goPackage) path() string {
	return strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
}

func goList(t *testing.T, args ...string) []goPackage {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-json=ImportPath,Dir,Doc,Imports,GoFiles,TestGoFiles,XTestGoFiles"}, args...)...)
	cmd.Dir = projectRoot(t)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var all []goPackage
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

func TestImportRules(t *testing.T) {
	for _, p := range goList(t, "./...") {
		for _, fault := range importFaults(p.path(), p.Imports) {
			t.Error(fault)
		}
	}
}

// importFaults returns what is wrong with the imports of a package's production
// files.
func importFaults(path string, imports []string) (faults []string) {
	allowed, known := mayImport[path]
	beneath := strings.HasPrefix(path, "medgemma/imaging/")
	if !known && !beneath {
		faults = append(faults, path+" is not in the table of packages: decide who may import it and what it may import")
	}
	for _, imported := range imports {
		if ours, ok := strings.CutPrefix(imported, module+"/"); ok {
			inside := strings.HasPrefix(path, "medgemma/imaging") && strings.HasPrefix(ours, "medgemma/imaging/") &&
				!slices.Contains(simulators, path) && !slices.Contains(simulators, ours)
			if !inside && !slices.Contains(allowed, ours) {
				faults = append(faults, path+" must not import "+ours)
			}
		}
		for prefix, by := range keepers {
			if (imported == prefix || strings.HasPrefix(imported, prefix+"/")) && !slices.Contains(by, path) {
				faults = append(faults, path+" must not import "+imported)
			}
		}
	}
	return faults
}

func TestImportRulesRefuse(t *testing.T) {
	for _, c := range []struct{ path, imported string }{
		{"bot", module + "/store/sqlite"},
		{"bot", module + "/bot/slacksim"},
		{"bot", "google.golang.org/grpc/codes"},
		{"bot", "database/sql"},
		{"store", "github.com/slack-go/slack"},
		{"medgemma", module + "/store"},
		{"medgemma/imaging", module + "/medgemma"},
		{"medgemma/imaging/dicom", module + "/medgemma"},
		{"medgemma/imaging", module + "/medgemma/imaging/dicom/dicomtest"},
		{"medgemma/imaging/dicom/dicomtest", module + "/medgemma/imaging/dicom"},
		{"bot/slacksim", "github.com/slack-go/slack/slackevents"},
		{"cmd/medbuddy", module + "/bot/slacksim"},
		{"newcomer", "fmt"},
	} {
		if importFaults(c.path, []string{c.imported}) == nil {
			t.Errorf("%s may import %s, want a fault", c.path, c.imported)
		}
	}
}

func TestProductionLinksNoSimulator(t *testing.T) {
	deps := goList(t, "-deps", "./cmd/medbuddy")
	if !slices.ContainsFunc(deps, func(p goPackage) bool { return p.path() == "bot" }) {
		t.Fatal("package bot is not among the dependencies: the list cannot be right")
	}
	for _, p := range deps {
		if slices.Contains(simulators, p.path()) || p.ImportPath == "testing" {
			t.Errorf("cmd/medbuddy links %s", p.ImportPath)
		}
	}
}

func TestPackagesSayWhatTheyPromise(t *testing.T) {
	for _, p := range goList(t, "./...") {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s has no package comment", p.path())
		}
	}
}

// calls that are not allowed, by import path and name, with what to do instead.
var forbidden = map[[2]string]string{
	{"time", "Sleep"}:   "wait for the context, a channel or an injected clock",
	{"context", "TODO"}: "take the context as a parameter",
}

func TestFilesKeepTheHouseRules(t *testing.T) {
	for _, p := range goList(t, "./...") {
		for _, name := range slices.Concat(p.GoFiles, p.TestGoFiles, p.XTestGoFiles) {
			set := token.NewFileSet()
			file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.ParseComments)
			if err != nil {
				t.Error(err)
				continue
			}
			where := p.path() + "/" + name
			lines := set.File(file.Pos()).LineCount()
			if lines > maxLines && slices.Contains(p.GoFiles, name) && !ast.IsGenerated(file) {
				t.Errorf("%s has %d lines, the most is %d: give its subjects files of their own", where, lines, maxLines)
			}
			for _, fault := range sourceFaults(file) {
				t.Errorf("%s: %s", where, fault)
			}
		}
	}
}

// sourceFaults finds uses of what is forbidden, under whatever name the import has.
func sourceFaults(file *ast.File) (faults []string) {
	paths := map[string]string{} // by local name
	for _, spec := range file.Imports {
		path := strings.Trim(spec.Path.Value, `"`)
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		paths[name] = path
	}
	ast.Inspect(file, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok {
			if instead, bad := forbidden[[2]string{paths[x.Name], sel.Sel.Name}]; bad {
				faults = append(faults, x.Name+"."+sel.Sel.Name+" is not used here: "+instead)
			}
		}
		return true
	})
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			faults = append(faults, "init functions are not used here: build things in main")
		}
	}
	return faults
}

func TestSourceRulesRefuse(t *testing.T) {
	for _, src := range []string{
		"package p\nimport \"time\"\nfunc f() { time.Sleep(1) }",
		"package p\nimport clock \"time\"\nvar f = clock.Sleep",
		"package p\nimport \"context\"\nvar c = context.TODO()",
		"package p\nfunc init() {}",
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "p.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if sourceFaults(file) == nil {
			t.Errorf("no fault found in:\n%s", src)
		}
	}
}
