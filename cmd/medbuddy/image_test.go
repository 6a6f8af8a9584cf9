package main

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

var buildLineRE = regexp.MustCompile(`(?m)^RUN (CGO_ENABLED=0 go build .*) -o /out/medbuddy (\./cmd/medbuddy)$`)

// The image has no C library and no loader: the binary of the Dockerfile's own
// build line must ask for neither.
func TestDockerfileBuildsAStaticBinary(t *testing.T) {
	root := projectRoot(t)
	dockerfile, err := os.ReadFile(filepath.Join(root, "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	line := buildLineRE.FindSubmatch(dockerfile)
	if line == nil {
		t.Fatal("the Dockerfile has no build line")
	}
	if os.Getenv("CI") != "true" {
		t.Skip("building without cgo compiles everything once more, which takes minutes: CI=true does it")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the image is for Linux")
	}
	binary := filepath.Join(t.TempDir(), "medbuddy")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", string(line[1])+" -o '"+binary+"' "+string(line[2]))
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	file, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP {
			t.Error("the binary asks for a loader")
		}
	}
	if libraries, err := file.ImportedLibraries(); err == nil && len(libraries) > 0 {
		t.Errorf("the binary asks for %v", libraries)
	}
	if info, err := os.Stat(binary); err == nil {
		t.Logf("%d MB", info.Size()>>20)
	}
}

func TestDockerfileIsWithoutRootAndPinned(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(projectRoot(t), "Dockerfile"))
	if err != nil {
		t.Fatal(err)
	}
	froms := regexp.MustCompile(`(?m)^FROM (\S+)`).FindAllStringSubmatch(string(data), -1)
	for _, from := range froms {
		if _, tag, _ := strings.Cut(from[1], ":"); tag == "" || tag == "latest" {
			t.Errorf("%s is not pinned by a tag", from[1])
		}
	}
	if last := froms[len(froms)-1][1]; !strings.HasSuffix(last, ":nonroot") {
		t.Errorf("the process runs as root in %s", last)
	}
}
