package emulator

import (
	"os/exec"
	"syscall"
)

// dieWithParent ends the emulator also when the test binary is killed.
func dieWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
