package main

import "runtime/debug"

// version is what the Go toolchain stamped into the binary: a tag or
// pseudo-version, or else the commit; "unknown" in a build without either.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return "unknown"
}
