//go:build !linux

package emulator

import "os/exec"

// dieWithParent has no counterpart here; the emulator is ended by stop only.
func dieWithParent(*exec.Cmd) {}
